"""docs/guide/press-lists.md: what the guide says of lists and of those who don't want mail."""

from __future__ import annotations

from collections import Counter

import pytest
from openpyxl import Workbook
from support.lists import make_list
from support.office import RELEASE, Office
from support.promises import promise

PAGE = "docs/guide/press-lists.md"


@promise(
    PAGE,
    "No row disappears.",
    "Each is a recipient, or is listed with its line and the reason:",
    "`error` needs fixing, `warning` deserves a look (a likely typo such as `gmial.com` is used as"
    " it is written), `notice` is for your information.",
)
def test_an_export_with_titles_and_gaps(office: Office) -> None:
    rows = (
        "Our contacts,,",
        "email,name,status",
        "ana@example.net,Ana,active",
        "bo@@example.org,Bo,",
        ",,",
        "cy@gmial.com,Cy,",
        "dee@example.org,Dee,unsubscribed",
        "ana@example.net,Ana,",
    )
    office.list("export", *rows[1:], header=rows[0])
    shown = office.run("lists", "show", "export")
    assert [line.split("\t")[0] for line in shown.out.splitlines()] == ["ana@example.net", "cy@gmial.com"]
    for line, level in ((4, "error"), (6, "warning"), (7, "notice"), (8, "notice")):
        assert f"lists/export.csv:{line}: {level}: " in shown.err
    assert "lists/export.csv:1: " in shown.err, "the title above the header"
    assert office.run("send", RELEASE, "--list", "export", "--yes").code == 0
    assert office.got() == ["ana@example.net", "cy@gmial.com"]


@promise(
    PAGE,
    "Three things are asked rather than guessed, and nobody on the list is mailed before they are answered:",
    "Which column is mailed?",
    "Which letters are these?",
    "In Western languages you are shown a name as it was understood; of other alphabets, what it may say,"
    " to choose from.",
)
def test_two_columns_of_addresses_and_foreign_letters(office: Office) -> None:
    office.list("two", "ana@example.net,ana.private@example.org", header="work email,home email")
    refused = office.run("send", RELEASE, "--list", "two", "--yes")
    assert (refused.code, "--column" in refused.err) == (2, True)
    assert office.nothing_was_ever_sent()
    path = office.workspace.lists / "old.csv"
    path.write_bytes("email,name\nana@example.net,Łucja Żak\n".encode("cp1250"))
    assert "£ucja ¯ak" in office.run("lists", "show", "old").err
    assert "Łucja Żak" in office.run("lists", "show", "old", "--encoding", "cp1250").out


@promise(
    PAGE,
    "Somebody on two lists gets one email, and has the tags of both.",
    "Two addresses are the same person when they differ in capitals only; dots and `+press` make"
    " another address.",
)
def test_the_same_person_in_many_spellings(office: Office) -> None:
    office.list("first", "Ana@Example.NET,Ana,,en,coast", "ana+press@example.net,Ana,,en,coast")
    office.list("second", "ana@example.net,Ana,,en,science", "a.na@example.net,Ana,,en,")
    both = ("--list", "first", "--list", "second")
    tagged = ("--where", '"coast" in tags and "science" in tags')
    assert office.run("send", RELEASE, *both, *tagged, "--yes").code == 0
    assert office.got() == ["Ana@example.net"]
    assert office.run("send", RELEASE, *both, "--yes").code == 0
    assert sorted(office.got()) == ["Ana@example.net", "a.na@example.net", "ana+press@example.net"]


# ---- those who don't want it ------------------------------------------------------------------------------


@promise(
    PAGE,
    "`lists/suppressed.csv` holds the addresses that are never mailed, whatever list they are on.",
    "The file is read again while a mailing runs: anyone who unsubscribes in the meantime gets nothing more.",
)
def test_they_unsubscribe_while_it_runs(office: Office) -> None:
    everybody = make_list(office.workspace, "many", 12)
    late = everybody[-1]

    def unsubscribe(stage: str, when: str) -> None:
        if (stage, when) == ("dot", "before") and office.server.seen["dot"] == 2:
            assert office.run("suppress", late.upper()).code == 0

    office.server.hook = unsubscribe
    office.run("send", RELEASE, "--list", "many", "--yes", SMTP_CONNECTIONS="1")
    assert sorted(office.got()) == everybody[:-1]
    assert office.states()[late] == "rejected"


@promise(PAGE, "Importing a list never brings a suppressed person back.")
def test_an_old_export_is_taken_in_again(office: Office) -> None:
    export = office.workspace.root / "export.csv"
    export.write_text("email,status\nGone.Away@example.com,active\nbo@example.org,active\n", "utf-8")
    office.run("lists", "add", "export.csv", "--as", "press", "--replace")
    office.list("by-hand", "gone.away@EXAMPLE.com,Pat,,en,")
    assert office.run("send", RELEASE, "--list", "press", "--list", "by-hand", "--yes").code == 0
    assert office.got() == ["bo@example.org"]


@promise(
    PAGE,
    "A row names nobody, as `ana at example.net` or `@example.com`.",
    "Whole domains can't be suppressed, only addresses.",
    "Another file beside it may be the list too: `suppressed.xlsx`, `suppressed (1).csv`, a"
    " “conflicted copy” of a"
    " shared drive.",
    "Only `suppressed.csv` is read.",
)
@pytest.mark.parametrize(
    "odd", ["ana at example.net", "@example.com", "suppressed (1).csv", "Copy of suppressed.csv"]
)
def test_somebody_thinks_that_they_are_suppressed(office: Office, odd: str) -> None:
    if odd.endswith(".csv"):
        (office.workspace.lists / odd).write_text("address\nana.ruiz@example.net\n", "utf-8")
    else:
        with office.workspace.suppressed.open("a", encoding="utf-8") as file:
            file.write(f"{odd},asked,,\n")
    ran = office.run("send", RELEASE, "--yes")
    assert (ran.code, odd in ran.err) == (2, True)
    assert office.nothing_was_ever_sent()


@promise(
    PAGE,
    "So no list may have “suppress” in its name, and `mailer lists` shows none such.",
    "Nobody can be mailed from it: `--list suppressed` is refused.",
)
def test_the_worst_list_of_all(office: Office) -> None:
    for name in ("suppressed", "SUPPRESSED", "lists/suppressed.csv"):
        ran = office.run("send", RELEASE, "--list", name, "--yes")
        assert (ran.code, "never mailed" in ran.err) == (2, True), name
    office.add_fields("Lists: suppressed")
    assert office.run("send", RELEASE, "--yes").code == 2
    (office.workspace.root / "export.csv").write_text("email\nbo@example.org\n", "utf-8")
    assert office.run("lists", "add", "export.csv", "--as", "not-suppressed").code == 2
    assert "suppress" not in office.run("lists").out.lower()
    assert office.nothing_was_ever_sent()


@promise(
    PAGE,
    "`mailer init` creates the file.",
    "For a workspace that never had one, and only then: `mailer suppress --begin`.",
)
def test_it_is_never_made_by_the_way(office: Office) -> None:
    suppressed = office.workspace.suppressed
    assert suppressed.is_file()
    assert office.run("suppress", "--begin").code == 2, "it is there"
    suppressed.unlink()
    for command in (
        ("suppress", "bo@example.org"),
        ("send", RELEASE, "--yes"),
        ("forget", "bo@example.org", "--yes"),
    ):
        assert office.run(*command).code == 2
        assert not suppressed.exists(), command
    assert office.run("suppress", "--begin").code == 0
    assert suppressed.is_file()


# ---- privacy ----------------------------------------------------------------------------------------------


@promise(
    PAGE,
    "`forget` removes the person's rows from every list and their data from the record of mailings.",
    "What stays is a hash of the address in `suppressed.csv`, so that they are not mailed when an"
    " old list turns up.",
    "Rows in Excel workbooks and cards, and old rehearsals, are named for you to remove by hand.",
)
def test_priya_wants_to_be_forgotten(office: Office) -> None:
    priya = "priya.n@example.com"
    book = Workbook()
    for row in (["email"], [priya]):
        book.active.append(row)  # type: ignore[union-attr]
    book.save(office.workspace.lists / "book.xlsx")
    office.list("old", f"{priya.upper()},Priya,,en,", "bo@example.org,Bo,,en,")
    office.run("send", RELEASE, "--yes")
    office.run("send", RELEASE, "--list", "old", "--dry-run")
    forgotten = office.run("forget", priya, "--yes")
    assert (
        forgotten.code,
        "book.xlsx" in forgotten.out + forgotten.err,
        "rehearsals" in forgotten.out + forgotten.err,
    ) == (
        1,
        True,
        True,
    )
    kept = [
        *office.workspace.lists.glob("*.csv"),
        *office.workspace.private.glob("ledger.db*/*"),
        *office.workspace.private.glob("ledger.db*"),
    ]
    assert not [
        path
        for path in kept
        if path.is_file()
        and (priya.encode() in path.read_bytes().lower() or b"Natarajan" in path.read_bytes())
    ]
    office.list("turns-up", f"{priya},Priya,,en,", "bo@example.org,Bo,,en,")
    office.release("next").write_text(
        "---\nHeadline: Nine harbours\nDate: 24 November 2026\nDateline: Portmellon\n---\n\nNine do.\n",
        "utf-8",
    )
    office.server.accepted.clear()
    assert office.run("send", "next", "--list", "turns-up", "--yes").code == 0
    assert Counter(office.got()) == {"bo@example.org": 1}
