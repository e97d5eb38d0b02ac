"""Windows is made once for all tests of this folder; where it can't be had, they skip and say why."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.own_office import make_own_office
from support.windows import Unavailable, Windows, install, windows_in

from mailer.workspace import Workspace


@pytest.fixture(scope="session")
def running_windows(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    try:
        with windows_in(tmp_path_factory.mktemp("windows")) as folder:
            yield folder
    except Unavailable as missing:
        pytest.skip(f"no Windows: {missing}")


@pytest.fixture(scope="session")
def windows(running_windows: Path) -> Windows:
    """With Python 3.11."""
    return _with_python(running_windows, "3.11")


@pytest.fixture(scope="session")
def newer_windows(running_windows: Path) -> Windows:
    """With Python 3.13."""
    return _with_python(running_windows, "3.13")


def _with_python(folder: Path, version: str) -> Windows:
    try:
        return install(folder, version)
    except Unavailable as missing:
        pytest.skip(f"no Python for Windows: {missing}")


@pytest.fixture
def office(tmp_path: Path) -> Workspace:
    """An office of its own, in a folder as people name them."""
    return make_own_office(tmp_path / "Büro für Presse")
