"""What is printed on Windows, where pipes and consoles have code pages of their own."""

from __future__ import annotations

import subprocess

import pytest
from support.windows import PATIENCE, Windows

from mailer.workspace import Workspace


@pytest.mark.parametrize("code_page", ["", "cp437", "utf-8"], ids=lambda page: page or "not asked")
def test_any_code_page_holds_the_output(windows: Windows, office: Workspace, code_page: str) -> None:
    """Names that none of them can write, curly quotation marks, arrows and all."""
    with (office.lists / "press.csv").open("a", encoding="utf-8") as file:
        file.write("lukasz@example.net,Łukasz 木村 “Ω”,,en,,\n")
    ran = windows.run_anew("lists", "show", "press", cwd=office.root, code_page=code_page)
    assert ran.code == 0, ran.err
    assert "lukasz@example.net" in ran.out
    assert ("Łukasz 木村 “Ω”" in ran.out) == (code_page in ("", "utf-8"))
    assert "bug in mailer" not in ran.err
    if code_page == "cp437":  # which has no typographic quotation mark
        ran = windows.run_anew("check", "no-such", cwd=office.root, code_page=code_page)
        assert (ran.code, "no-such" in ran.err, "bug in mailer" in ran.err) == (2, True, False), ran.err


def test_whoever_reads_may_stop(windows: Windows, office: Workspace) -> None:
    """`mailer lists show press | more`, and Q: Windows calls that an invalid argument."""
    process = subprocess.Popen(
        windows.command("lists", "show", "press"), cwd=office.root, env=windows.environment(PYTHONUNBUFFERED="1"),
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout
    assert process.stderr
    process.stdout.close()
    said = process.stderr.read()
    assert "Error" not in said
    assert "Exception" not in said
    assert process.wait(PATIENCE) in (0, 1)
