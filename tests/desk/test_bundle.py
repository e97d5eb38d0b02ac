"""What the desk's pages take from elsewhere is what was built of the packages that we name, and it travels in the wheel."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from conftest import REPOSITORY

DESK = REPOSITORY / "mailer" / "desk"
BUNDLE, STATIC = DESK / "bundle", DESK / "static"
VENDOR = (STATIC / "vendor.js").read_text("utf-8")
PACKAGE = json.loads((BUNDLE / "package.json").read_text("utf-8"))
LOCK = json.loads((BUNDLE / "package-lock.json").read_text("utf-8"))["packages"]

TOLD = dict(re.findall(r"([@\w./-]+) (\d[\w.]*) \([^)]+\)", VENDOR.partition("\n")[0]))
"""The packages that the file says it is made of, with their versions."""


def test_the_file_is_the_one_that_was_built() -> None:
    digest, name = (BUNDLE / "vendor.sha256").read_text("utf-8").split()
    assert name == "vendor.js"
    assert hashlib.sha256((STATIC / "vendor.js").read_bytes()).hexdigest() == digest


def test_it_is_built_of_the_versions_that_we_name() -> None:
    assert len(TOLD) > 10
    for name, version in TOLD.items():
        assert LOCK[f"node_modules/{name}"]["version"] == version, name
    for name, version in PACKAGE["dependencies"].items():
        assert TOLD[name] == version
    assert LOCK[""]["dependencies"] == PACKAGE["dependencies"]


def test_each_package_is_named_with_its_digest_and_with_no_place_of_ours() -> None:
    for path, package in LOCK.items():
        if path:
            assert package["integrity"].startswith("sha512-"), path
            assert "resolved" not in package, f"{path}: whoever builds has a registry of their own"


def test_the_licence_of_each_goes_with_it() -> None:
    licences = (STATIC / "vendor.licenses.txt").read_text("utf-8")
    parts = dict(
        re.findall(r"^([@\w./-]+) \d[\w.]* \([^)]+\)\n\n(.+?)(?=\n-{80}\n|\Z)", licences, re.S | re.M)
    )
    assert parts.keys() == TOLD.keys()
    for name, text in parts.items():
        assert "Permission" in text, name
        assert "WARRANT" in text, name


def test_no_string_becomes_a_program_and_nothing_is_fetched_from_elsewhere() -> None:
    assert not re.search(r"\beval\(|new Function\b|importScripts\(|\bimport\(", VENDOR)
    assert set(re.findall(r"https?://[\w./-]+", VENDOR)) <= {"http://www.w3.org/2000/svg"}, (
        "but names of namespaces"
    )


def test_our_own_scripts_do_not_either() -> None:
    ours = [path for path in STATIC.rglob("*.js") if path.name != "vendor.js"]
    assert len(ours) > 3
    for path in ours:
        text = path.read_text("utf-8")
        assert not re.search(
            r"\beval\(|\bFunction\(|innerHTML|insertAdjacentHTML|document\.write|https?://", text
        ), path


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The names in it."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=REPOSITORY, check=True, capture_output=True)
    (made,) = folder.glob("*.whl")
    with zipfile.ZipFile(made) as archive:
        return set(archive.namelist())


def files(folder: Path) -> set[str]:
    found = (path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {path.relative_to(REPOSITORY).as_posix() for path in found}


def test_pages_and_static_files_are_in_the_wheel_and_what_they_are_built_of_is_not(wheel: set[str]) -> None:
    assert files(STATIC) | files(DESK / "pages") <= wheel
    assert not [name for name in wheel if "/bundle/" in name]
