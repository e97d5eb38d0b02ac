"""lists/suppressed.csv missing, odd, or not alone: nothing is sent, and staff are told what was seen.

Else everybody whom it names, or whom staff believe to be in it, would be mailed without a word.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from openpyxl import Workbook
from support.terminal import Ran, mailer
from support.unsubscribing import KEY, exchange, request, serving, status

from mailer.desk.inbox import Inbox
from mailer.press import Suppressions
from mailer.workspace import Workspace

GONE = "gone.away@example.com"
"""Who is suppressed in the sample, and stands on its list."""
HEADER = "address,reason,date,source\n"


@pytest.fixture
def inbox(tmp_path: Path) -> Iterator[Inbox]:
    with Inbox(tmp_path / "mailbox") as running:
        yield running


def send(workspace: Workspace, inbox: Inbox, *options: str) -> Ran:
    server = {"SMTP_HOST": "127.0.0.1", "SMTP_PORT": str(inbox.port), "SMTP_SECURITY": "none"}
    return mailer("send", "harbour-report", "--yes", *options, cwd=workspace.root, **server)


def refused(ran: Ran, inbox: Inbox, *told: str) -> None:
    """Nothing was sent, and staff were told why."""
    assert list(inbox.received()) == []
    assert ran.code == 2, ran.out + ran.err
    said = ran.out + ran.err
    assert "Traceback" not in said
    for text in told:
        assert text in said


def workbook(path: Path) -> None:
    """What Excel makes of the list."""
    book = Workbook()
    for row in (["email", "reason"], [GONE, "unsubscribed"], ["ana.ruiz@example.net", "bounced"]):
        book.active.append(row)
    book.save(path)


# ---- the file itself ----------------------------------------------------------------------------------


def _renamed_workbook(path: Path) -> None:
    workbook(path.with_suffix(".xlsx"))
    path.with_suffix(".xlsx").replace(path)


ODD: dict[str, tuple[Callable[[Path], object], tuple[str, ...]]] = {
    "missing": (
        Path.unlink,
        ("suppressed.csv: the list of people who are never mailed is missing", "--begin"),
    ),
    "moved, a link stays": (
        lambda path: (path.unlink(), path.symlink_to("/nowhere/suppressed.csv")),
        ("is a link to /nowhere/suppressed.csv, which does not exist",),
    ),
    "empty": (lambda path: path.write_bytes(b""), ("it is empty: 0 bytes",)),
    "blank": (lambda path: path.write_bytes(b"\xef\xbb\xbf \r\n,,\r\n"), ("it is empty: 10 bytes",)),
    "zeros, after a power cut": (lambda path: path.write_bytes(b"\0" * 512), ("it is empty: 512 bytes",)),
    "an .xlsx, renamed": (_renamed_workbook, ("this is a workbook", "CSV UTF-8")),
    "an .xls, renamed": (
        lambda path: path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)),
        ("this is an old Excel workbook (.xls)",),
    ),
    "a photo": (lambda path: path.write_bytes(bytes(range(256)) * 8), ("this is not readable text",)),
    "a pipe": (
        lambda path: (path.unlink(), os.mkfifo(path)),
        ("suppressed.csv: can't be read: it is a device or a pipe",),
    ),
    "half a character": (
        lambda path: path.write_bytes(HEADER.encode("utf-16") + b"x"),
        ("suppressed.csv",),
    ),
    "another table": (
        lambda path: path.write_text("Town,Grade\nSaltby,C\n"),
        ("suppressed.csv:1: it has no column called “address”, and no row names anybody",),
    ),
}


@pytest.mark.parametrize("name", ODD)
def test_what_is_not_the_list_blocks(name: str, workspace: Workspace, inbox: Inbox) -> None:
    make, told = ODD[name]
    make(workspace.suppressed)
    refused(send(workspace, inbox), inbox, *told)


def test_rows_that_suppress_nobody_are_all_named(workspace: Workspace, inbox: Inbox) -> None:
    """Whoever writes `@example.com` believes that nobody there is mailed."""
    workspace.suppressed.write_text(
        HEADER + f"{GONE},unsubscribed,,\n@example.com,asked by phone,,\n*@example.net,,,\nexample.org,,,\n"
        "ana at example.net,,,\n# checked by Bo,,,\n\nsha256:12ab,forgotten,,\nana.ruiz@example.net; example.org,,,\n"
        ",asked by phone,,\n"
    )
    refused(
        send(workspace, inbox), inbox,
        "suppressed.csv:3: “@example.com” suppresses nobody: a whole domain can't be suppressed",
        "suppressed.csv:4: “*@example.net”", "suppressed.csv:5: “example.org”",
        "suppressed.csv:6: “ana at example.net”", "did you mean ana@example.net?",
        "suppressed.csv:9: “sha256:12ab”", "suppressed.csv:10: “ana.ruiz@example.net; example.org”",
        "suppressed.csv:11: “asked by phone”",
    )  # fmt: skip


def test_thousands_of_such_rows_are_counted(workspace: Workspace, inbox: Inbox) -> None:
    workspace.suppressed.write_text(HEADER + "@example.com,,,\n" * 5000)
    ran = send(workspace, inbox)
    refused(ran, inbox, "suppressed.csv:21: ", "suppressed.csv:22: 4,980 more rows like these")
    assert len(ran.err.splitlines()) < 30


@pytest.mark.parametrize(
    "content",
    [
        HEADER,
        HEADER.strip(),
        "# kept by Bo\naddress\n\n,,\n# @example.com: ask them first\n",
        f"{HEADER}{GONE},,,\n{HEADER}",
    ],
    ids=["a header alone", "without a line end", "comments", "the header twice"],
)
def test_what_is_in_order_blocks_nothing(content: str, workspace: Workspace, inbox: Inbox) -> None:
    workspace.suppressed.write_text(content)
    ran = send(workspace, inbox)
    assert ran.code == 0, ran.err
    assert len(list(inbox.received())) >= 11


# ---- other files beside it ----------------------------------------------------------------------------

BESIDE = (
    "suppressed.xlsx", "suppressed.tsv", "Suppressed.csv", "suppressed (1).csv", "Copy of suppressed.csv",
    "suppressed (Ana's conflicted copy 2026-11-24).csv", "suppressed-LAPTOP.csv", "suppressions-export.csv",
    "suppressed.sync-conflict-20261124-101112-ABCDEFG.csv", "suppressed (conflicted copy 2026-11-24 101112).csv",
    "suppressed (Copia en conflicto de Ana 2026-11-24).csv", "Kopie von suppressed.csv", "suppressed 2.csv",
)  # fmt: skip


@pytest.mark.parametrize("name", BESIDE)
def test_what_may_be_the_list_blocks(name: str, workspace: Workspace, inbox: Inbox) -> None:
    """Excel saved it beside, a shared drive made a copy: staff look at the one, `mailer` at the other."""
    other = workspace.lists / name
    if other.suffix == ".xlsx":
        workbook(other)
    else:
        other.write_text("email,reason\nana.ruiz@example.net,bounced\nbo@example.org,asked\n")
    size = f"{other.stat().st_size:,} bytes, 2 addresses; suppressed.csv has 1 address"
    refused(
        send(workspace, inbox), inbox, f"{other}: this may also be a list", size, "mailer suppress ADDRESS"
    )


def test_what_only_another_program_reads_blocks_too(workspace: Workspace, inbox: Inbox) -> None:
    """A document of Numbers may be a folder; what Google Drive leaves of a sheet is a link to it."""
    (workspace.lists / "suppressed.numbers").mkdir()
    (workspace.lists / "suppressed.gsheet").write_text('{"doc_id": "1a2b"}')
    refused(
        send(workspace, inbox), inbox, "suppressed.numbers: this may also be a list", "suppressed.gsheet: this may also",
        "not a list that can be read",
    )  # fmt: skip


def test_without_the_list_what_lies_there_instead_is_named(workspace: Workspace, inbox: Inbox) -> None:
    workspace.suppressed.unlink()
    workbook(workspace.suppressed.with_suffix(".xlsx"))
    refused(
        send(workspace, inbox), inbox, "suppressed.csv: the list of people who are never mailed is missing",
        "suppressed.xlsx: this may also be a list", "2 addresses", "save it as “CSV UTF-8” under the name suppressed.csv",
    )  # fmt: skip


def test_backups_and_hidden_files_don_t_block(workspace: Workspace, inbox: Inbox) -> None:
    for name in ("suppressed.csv~", "suppressed.csv.bak", "suppressed.old", "#suppressed.csv#", "suppressed.csv.orig",
                 ".suppressed.csv.swp", ".~lock.suppressed.csv#", "~$suppressed.xlsx", "suppressed.tmp"):  # fmt: skip
        (workspace.lists / name).write_text("ana.ruiz@example.net\n")
    (workspace.lists / "suppressed until 2024").mkdir()
    assert send(workspace, inbox).code == 0


def test_the_way_out_of_two_lists(workspace: Workspace, inbox: Inbox) -> None:
    """What the message says: see who is missing, add them, move the other away."""
    other = workspace.lists / "suppressed (1).csv"
    other.write_text("address,reason\nana.ruiz@example.net,bounced\n")
    shown = mailer("lists", "show", "suppressed (1)", cwd=workspace.root)
    assert "ana.ruiz@example.net" in shown.out
    differ = mailer("lists", "diff", "suppressed", "suppressed (1)", cwd=workspace.root)
    assert "+ ana.ruiz@example.net" in differ.out
    added = mailer("suppress", "ana.ruiz@example.net", cwd=workspace.root)
    assert (added.code, "nobody can be mailed yet" in added.err) == (0, True)
    other.rename(workspace.root / other.name)
    assert send(workspace, inbox).code == 0
    assert not [mail for mail in inbox.received() if "ana.ruiz" in mail.to]


# ---- a list by this name ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["suppressed", "Suppressed", "SUPPRESSED.CSV", "suppressed.tsv", "suppressed.csv",
                                  "lists/suppressed.csv", "./lists/../lists/suppressed.csv", "never"])  # fmt: skip
@pytest.mark.parametrize("option", ["--list", "--except"])
def test_nobody_is_mailed_from_it(option: str, name: str, workspace: Workspace, inbox: Inbox) -> None:
    (workspace.root / "never").symlink_to(workspace.suppressed)
    refused(
        send(workspace, inbox, option, name), inbox, f"“{name}” is the list of people who are never mailed"
    )


def test_nor_by_the_header_of_a_release(workspace: Workspace, inbox: Inbox) -> None:
    path = workspace.releases / "harbour-report.md"
    path.write_text(path.read_text("utf-8").replace("Lang: en\n", "Lang: en\nLists: Suppressed\n"), "utf-8")
    refused(send(workspace, inbox), inbox, "“Suppressed” is the list of people who are never mailed")


def test_another_office_s_export_can_be_left_out(workspace: Workspace, inbox: Inbox) -> None:
    """It lies elsewhere, is not taken for ours, and does no harm."""
    export = workspace.root.parent / "suppressed-by-the-agency.csv"
    export.write_text("email\nana.ruiz@example.net\n")
    assert send(workspace, inbox, "--except", str(export)).code == 0
    assert not [mail for mail in inbox.received() if "ana.ruiz" in mail.to]


@pytest.mark.parametrize("name", ["suppressed", "Suppressed", "suppressed-2026", "suppressed.csv", ""])
def test_no_list_is_made_under_its_name(name: str, workspace: Workspace) -> None:
    export = workspace.root / "suppressed.csv"
    export.write_text("email\nbo@example.org\n")
    before = {path.name: path.read_bytes() for path in workspace.lists.iterdir()}
    ran = mailer(
        "lists", "add", str(export), "--replace", *(("--as", name) if name else ()), cwd=workspace.root
    )
    assert (ran.code, "are never mailed" in ran.err) == (2, True)
    assert {path.name: path.read_bytes() for path in workspace.lists.iterdir()} == before


def test_it_is_not_offered_among_the_lists(workspace: Workspace) -> None:
    (workspace.lists / "coast.tsv").write_text("email\tname\nbo@example.org\tBo\n")
    names = [line.split("\t")[0] for line in mailer("lists", cwd=workspace.root).out.splitlines()]
    assert names == ["coast", "press", "regional"]
    assert "bo@example.org" in mailer("lists", "show", "coast", cwd=workspace.root).out
    asked = mailer("lists", "show", "cost", cwd=workspace.root)
    assert "There are: coast, press, regional." in asked.err
    assert "lists/coast.tsv:2" in mailer("forget", "bo@example.org", "--yes", cwd=workspace.root).out
    assert GONE in mailer("lists", "show", "suppressed", cwd=workspace.root).err, "it may be looked at"


# ---- nobody makes it anew behind staff's back -----------------------------------------------------------


@pytest.mark.parametrize("command", [("suppress", "ana.ruiz@example.net"), ("unsuppress", GONE), ("lists",),
                                     ("forget", "ana.ruiz@example.net", "--yes"), ("lists", "check"),
                                     ("bounces", "--mbox", "returned.mbox"), ("lists", "show", "press")], ids=" ".join)  # fmt: skip
def test_no_command_makes_a_missing_one(command: tuple[str, ...], workspace: Workspace) -> None:
    """It would have one line, and everybody else whom the lost one names would be mailed."""
    (workspace.root / "returned.mbox").write_bytes(b"")
    workspace.suppressed.unlink()
    ran = mailer(*command, cwd=workspace.root)
    assert (ran.code, "suppressed.csv: the list of people who are never mailed is missing" in ran.err) == (
        2,
        True,
    )
    assert not workspace.suppressed.exists()


def test_a_workspace_that_never_had_one_begins_one(workspace: Workspace, inbox: Inbox) -> None:
    workspace.suppressed.unlink()
    idle = mailer("suppress", "--begin", "--reason", "asked by phone", cwd=workspace.root)
    assert (idle.code, "--reason has no effect without an ADDRESS" in idle.err) == (2, True)
    begun = mailer("suppress", "--begin", cwd=workspace.root)
    assert (begun.code, begun.out) == (0, "lists/suppressed.csv\tcreated: nobody is suppressed yet\n")
    assert workspace.suppressed.read_text() == HEADER
    assert send(workspace, inbox, "--limit", "1").code == 0
    again = mailer("suppress", "--begin", cwd=workspace.root)
    assert (again.code, "already exists" in again.err) == (2, True)
    workspace.suppressed.rename(workspace.lists / "suppressed-2026.csv")
    other = mailer("suppress", "--begin", cwd=workspace.root)
    assert (other.code, "suppressed-2026.csv: this may also be a list" in other.err) == (2, True)
    assert not workspace.suppressed.exists()
    assert mailer("suppress", cwd=workspace.root).code == 2, "whom?"


@pytest.mark.parametrize("odd", ["missing", "empty", "an .xlsx, renamed"])
@pytest.mark.parametrize("when", ["before the server starts", "while it runs"])
def test_who_clicks_is_off_whatever_happened_to_the_file(odd: str, when: str, workspace: Workspace) -> None:
    """The wish is kept beside it, holds from the moment that the file is back, and no new file hides the loss."""
    good, (spoil, _) = workspace.suppressed.read_bytes(), ODD[odd]
    (workspace.root / ".env").write_text(f"SECRET_KEY={KEY}\n")
    if when == "before the server starts":
        spoil(workspace.suppressed)
    with serving(workspace) as server:
        if when == "while it runs":
            spoil(workspace.suppressed)
        assert status(exchange(server.port, request("ana.ruiz@example.net"))) == 200
        assert status(exchange(server.port, request("ana.ruiz@example.net"))) == 200
    assert "suppressed.csv" in server.said
    assert "Traceback" not in server.said
    assert not workspace.suppressed.exists() or b"ana.ruiz" not in workspace.suppressed.read_bytes()
    workspace.suppressed.write_bytes(good)
    assert {"ana.ruiz@example.net", GONE} <= {entry.address for entry in Suppressions(workspace.suppressed)}
