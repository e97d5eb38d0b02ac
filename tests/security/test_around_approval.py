"""Ways round the second person's word, and round an embargo: what was not approved, or not to be read yet, doesn't leave."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.office import RELEASE, Office
from support.smtp_faulty import FaultyServer

from mailer.delivery import Ledger
from mailer.release.values import parse_moment
from mailer.workspace import Workspace

KEY = "a long random text of this office"
LATER = "2099-12-01 05:00 UTC"
ANA, BEN, CLEO = (f"{name.lower()}@example.net,{name},,en," for name in ("Ana", "Ben", "Cleo"))


@pytest.fixture
def office(workspace: Workspace) -> Iterator[Office]:
    with FaultyServer() as server:
        yield Office(workspace, server)


def ask_for_approval(office: Office) -> None:
    office.edit(office.workspace.newsroom, "---\n\n", "Approvers:\n- Marta Ruiz\n---\n\n")


def approve(office: Office, *arguments: str, **settings: str):
    ran = office.run(
        "approve", RELEASE, "--by", "Marta Ruiz", "--yes", *arguments, **{"SECRET_KEY": KEY} | settings
    )
    assert ran.code == 0, ran.err
    return ran


def send(office: Office, *arguments: str, **settings: str):
    return office.run("send", RELEASE, "--yes", *arguments, **{"SECRET_KEY": KEY} | settings)


# ---- what one person alone is sent ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "row",
    ["ana@example.net,The-Minister-Resigned,,en,", "ana@example.net,Ana,,es,"],
    ids=["a slot and a name", "another edition"],
)
def test_a_row_that_changed_since_it_was_approved(office: Office, row: str) -> None:
    ask_for_approval(office)
    office.list("few", ANA, BEN)
    approve(office, "--list", "few")
    office.list("few", row, BEN)
    ran = send(office, "--list", "few")
    assert ran.code == 2
    assert "to these people alone has changed since Marta Ruiz approved it" in ran.err
    assert "ana@example.net" in ran.err
    assert "ben@" not in ran.err
    assert not office.got()
    office.list("few", ANA, BEN)
    assert send(office, "--list", "few").code == 0
    office.list("few", row, BEN)  # who has it gets nothing more: that row is nobody's concern now
    assert send(office, "--list", "few").code == 0


def test_the_link_to_unsubscribe_leads_elsewhere(office: Office) -> None:
    ask_for_approval(office)
    office.list("few", ANA)
    approve(office, "--list", "few", UNSUBSCRIBE_URL="https://example.org/u")
    assert send(office, "--list", "few", UNSUBSCRIBE_URL="https://evil.example/u").code == 2
    assert not office.got()
    assert send(office, "--list", "few", UNSUBSCRIBE_URL="https://example.org/u").code == 0


# ---- a queue from before --------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["resume", "post", "move"])
def test_a_queue_from_before_approval_was_asked_for(office: Office, how: str) -> None:
    if how == "resume":
        office.queue(RELEASE, SECRET_KEY=KEY)
    else:
        assert send(office, "--at", LATER, "--no-wait").code == 0
    ask_for_approval(office)
    if how == "post":
        office.the_clock_goes_on(parse_moment(LATER).timestamp() - time.time() + 1)
    command = {
        "resume": ("resume", RELEASE, "--yes"),
        "post": ("post", RELEASE),
        "move": ("schedule", "move", RELEASE, "2099-12-02 05:00 UTC", "--yes"),
    }[how]
    ran = office.run(*command, SECRET_KEY=KEY)
    assert ran.code == 2
    assert "has not been approved, and newsroom.md asks for it" in ran.err
    assert not office.got()
    approve(office)
    ran = office.run(*command, SECRET_KEY=KEY)
    assert ran.code == 0, ran.err
    assert len(office.got()) == (0 if how == "move" else 11)


def test_what_is_kept_for_comparing_follows_no_link(office: Office, tmp_path: Path) -> None:
    theirs = tmp_path / "theirs"
    theirs.write_text("precious")
    for folder, name in (("proofs", f"{RELEASE}.json"), ("diffs", f"{RELEASE}.html")):
        (office.workspace.private / folder).mkdir(parents=True)
        (office.workspace.private / folder / name).symlink_to(theirs)
    assert office.run("send", RELEASE, "--test", "desk@example.org", "--yes").code == 0
    office.edit(office.release(), "1987", "1988")
    assert office.run("diff", RELEASE).code == 0
    assert theirs.read_text() == "precious"


def test_a_queue_of_another_text_than_was_approved(office: Office) -> None:
    office.queue(RELEASE, SECRET_KEY=KEY)
    ask_for_approval(office)
    office.edit(office.release(), "1987", "1988")
    approve(office)
    ran = office.run("resume", RELEASE, "--yes", SECRET_KEY=KEY)
    assert ran.code == 2
    assert "has changed since Marta Ruiz approved it (en)" in ran.err
    assert not office.got()
    assert send(office).code == 0  # nothing of it had left, so it is the new text that does
    assert all("1988" in office.mails(address)[0]["Subject"] for address in ("omar.haddad@example.net",))


def test_who_stands_in_the_queue_is_approved_with_the_others_or_does_not_get_it(office: Office) -> None:
    office.list("old", ANA, BEN)
    office.list("new", CLEO)
    ask_for_approval(office)
    approve(office, "--list", "new")
    office.edit(office.workspace.newsroom, "Approvers:\n- Marta Ruiz\n", "")
    office.queue(RELEASE, "--list", "old", SECRET_KEY=KEY)
    ask_for_approval(office)
    ran = send(office, "--list", "new")
    assert ran.code == 2
    assert "approved for 1 people, and these are not among them: ana@example.net, ben@example.net" in ran.err
    assert "Approved by Marta Ruiz: 3 recipients" in approve(office, "--list", "new").err
    assert send(office, "--list", "new").code == 0
    assert len(office.got()) == 3


def test_who_asks_for_approval_and_names_nobody_has_not_asked_for_none(office: Office) -> None:
    office.edit(office.workspace.newsroom, "---\n\n", "Approvers:\n---\n\n")
    ran = send(office)
    assert ran.code == 2
    assert "Approvers names nobody" in ran.err
    assert not office.got()


# ---- somebody is forgotten ------------------------------------------------------------------------------


def test_who_is_forgotten_is_in_no_approval(office: Office) -> None:
    ask_for_approval(office)
    approve(office)
    before = kept(office)
    assert office.run("forget", "ana.ruiz@example.net", "--yes", SECRET_KEY=KEY).code == 0
    assert len(kept(office)) == len(before) // 11 * 10
    assert send(office).code == 0  # it is good for the others
    assert len(office.got()) == 10


def test_an_approval_that_is_good_for_nothing_goes(office: Office) -> None:
    ask_for_approval(office)
    approve(office)
    assert office.run("forget", "ana.ruiz@example.net", "--yes", SECRET_KEY="another one").code == 0
    assert kept(office) == b""
    assert "has not been approved" in send(office).err


def kept(office: Office) -> bytes:
    with Ledger(office.workspace.ledger) as ledger, ledger.reading() as db:
        return b"".join(people for (people,) in db.execute("SELECT people FROM approvals"))


# ---- a proof --------------------------------------------------------------------------------------------


def test_a_proof_hides_no_loss_of_the_ledger(office: Office) -> None:
    """A proof is kept in the ledger: one that is made for it must not pass for the one that was lost."""
    assert send(office).code == 0
    for name in ("ledger.db", "ledger.db-wal", "ledger.db-shm"):
        (office.workspace.private / name).unlink(missing_ok=True)
    office.run("send", RELEASE, "--test", "boss@example.org", "--yes")
    office.server.accepted.clear()
    ran = send(office)
    assert ran.code == 2, ran.err
    assert not office.got()


# ---- embargo --------------------------------------------------------------------------------------------


def corrected_under_embargo(office: Office) -> str:
    office.list("few", ANA)
    office.list("more", f"{CLEO},", "dora@example.net,Dora,,en,,no", "emil@example.net,Emil,,en,,yes",
                header="email,name,outlet,language,tags,accepts_embargo")  # fmt: skip
    assert send(office, "--list", "few").code == 0
    office.server.accepted.clear()
    office.correction()
    office.add_fields("Embargo: 2098-12-01 06:00 Europe/London", release="better")
    return "better"


def test_newcomers_of_a_correction_under_embargo_are_those_who_keep_it(office: Office) -> None:
    name = corrected_under_embargo(office)
    ran = office.run("send", name, "--newcomers", "--list", "more", "--yes", "--under-embargo")
    assert ran.code == 0, ran.err
    assert office.got() == ["ana@example.net", "emil@example.net"]  # Ana has the text already
    ran = office.run(
        "send", name, "--newcomers", "--list", "more", "--include-unmarked", "--yes", "--under-embargo"
    )
    assert ran.code == 0, ran.err
    assert office.got()[2:] == ["cleo@example.net"]  # and never Dora


def test_newcomers_of_a_correction_that_is_moved_into_the_embargo(office: Office) -> None:
    name = corrected_under_embargo(office)
    ran = office.run("send", name, "--newcomers", "--list", "more", "--at", LATER, "--yes", "--no-wait")
    assert ran.code == 0, ran.err
    ran = office.run("resume", name, "--now", "--yes", "--under-embargo")
    assert ran.code == 2
    assert "not marked as accepting embargoes: 1 (cleo@example.net)" in ran.err
    ran = office.run("resume", name, "--now", "--yes", "--under-embargo", "--include-unmarked")
    assert ran.code == 2
    assert "accept no embargoes: 1 (dora@example.net)" in ran.err
    assert not office.got()


def test_what_follows_a_release_under_embargo_does_not_give_it_away(office: Office) -> None:
    """A correction says what the release says: without an embargo of its own it is free to be published."""
    office.list(
        "few", "ana@example.net,Ana,,en,,yes", header="email,name,outlet,language,tags,accepts_embargo"
    )
    office.add_fields("Embargo: 2098-12-01 06:00 Europe/London")
    assert send(office, "--list", "few", "--under-embargo").code == 0
    office.correction()
    ran = office.run("send", "better", "--yes")
    assert ran.code == 2
    assert "is under embargo until 2098-12-01 06:00 Europe/London, and “better” would give it away" in ran.err
    assert len(office.got()) == 1
    assert office.run("send", "better", "--yes", "--at", LATER, "--no-wait").code == 0  # it is over by then
    office.run("discard", "better", "--yes")
    office.add_fields("Embargo: 2098-12-01 06:00 Europe/London", release="better")
    assert office.run("send", "better", "--yes", "--under-embargo").code == 0
    assert len(office.got()) == 2
