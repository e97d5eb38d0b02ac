"""A correction goes to exactly those who have the mistake, or may have it: in the thread of their own copy, in the language
they got. Whoever is new gets only the corrected text."""

from __future__ import annotations

from email.message import EmailMessage

import pytest
from support.office import RELEASE, Office
from support.smtp_faulty import Fault, FaultyServer

from mailer.delivery import Feedback, Ledger
from mailer.workspace import Workspace


@pytest.fixture
def office(workspace: Workspace):
    with FaultyServer() as server:
        yield Office(workspace, server)


def test_without_the_language_they_got_nothing_leaves(office: Office) -> None:
    """Reproduction: eleven got it, three of them in Spanish; the correction had English alone and they got that."""
    assert office.run("send", RELEASE, "--yes").code == 0
    office.release(f"{office.correction()}.es").unlink()
    before = len(office.got())
    for command in (("check", "better"), ("send", "better", "--yes"), ("send", "better", "--dry-run")):
        ran = office.run(*command)
        assert ran.code == 1
        assert "got the Spanish text, and there is no better.es.md" in ran.out + ran.err
    assert len(office.got()) == before
    proof = office.run("send", "better", "--test", "press@example.org", "--yes")
    assert proof.code == 0, "while the translation is under way, the original can be proofed"


def test_somebody_may_decide_that_they_get_it_in_another_language(office: Office) -> None:
    assert office.run("send", RELEASE, "--yes").code == 0
    office.release(f"{office.correction()}.es").unlink()
    ran = office.run("send", "better", "--any-language", "--yes")
    assert (ran.code, "warning: " in ran.err) == (0, True), ran.err
    assert [mail["Content-Language"] for mail in office.mails("ana.ruiz@example.net")] == ["es", "en"]


def test_any_language_without_effect_is_refused(office: Office) -> None:
    assert office.run("send", RELEASE, "--yes").code == 0
    ran = office.run("send", office.correction(), "--any-language", "--yes")
    assert (ran.code, "--any-language has no effect" in ran.err) == (2, True)


def test_another_country_s_edition_will_do(office: Office) -> None:
    """Whoever got the text in the Spanish of Mexico can read a correction in Spanish."""
    office.release(f"{RELEASE}.es").rename(office.release(f"{RELEASE}.es-MX"))
    office.edit(office.release(f"{RELEASE}.es-MX"), "Idioma: es\n", "")
    office.list("press", "ana.ruiz@example.net,Ana Ruiz,El Faro,es-MX,")
    assert office.run("send", RELEASE, "--yes").code == 0
    office.correction()
    assert office.run("send", "better", "--yes").code == 0
    assert [mail["Content-Language"] for mail in office.mails("ana.ruiz@example.net")] == ["es-MX", "es"]


def test_once_it_is_corrected_nobody_new_is_sent_the_mistake(office: Office) -> None:
    assert office.run("send", RELEASE, "--yes").code == 0
    assert office.run("send", office.correction(), "--yes").code == 0
    before = len(office.got())
    ran = office.run("send", RELEASE, "--list", "regional", "--yes")
    assert (ran.code, "mailer send better --newcomers" in ran.err) == (2, True), ran.err
    ran = office.run("send", "better", "--newcomers", "--list", "regional", "--yes")
    assert ran.code == 0, ran.err
    new = office.got()[before:]
    assert sorted(new) == ["e.marsh@example.net", "r.penrose@example.net"], (
        "the third of the list has it already"
    )
    for who in new:
        (mail,) = office.mails(who)
        assert (mail["Subject"], mail["In-Reply-To"]) == ("Correction: Nine harbours, not eight", None)


def test_a_newcomer_is_nobody_who_was_refused_before(office: Office) -> None:
    """They were on the list of the first text, and their server would not have it: they are not new."""
    assert office.run("send", RELEASE, "--yes").code == 0
    refused = office.got()[0]
    with Ledger(office.workspace.ledger) as ledger, ledger.writing() as db:
        db.execute("UPDATE deliveries SET state = 'r' WHERE address = ?", (refused,))
    assert office.run("send", office.correction(), "--newcomers", "--list", "press", "--yes").code == 0
    office.correction("best")
    for name in ("best", "best.es"):
        path = office.release(name)
        path.write_text(path.read_text("utf-8").replace(f"Corrects: {RELEASE}", "Corrects: better"), "utf-8")
    assert office.run("send", "best", "--newcomers", "--list", "press", "--yes").code == 0
    assert len(office.mails(refused)) == 1, "nor new to the correction of the correction"


def test_a_withdrawal_is_for_nobody_new(office: Office) -> None:
    assert office.run("send", RELEASE, "--yes").code == 0
    ran = office.run("send", office.correction(kind="Withdrawal"), "--newcomers", "--yes")
    assert (ran.code, "--newcomers has no effect" in ran.err) == (2, True)


def test_whoever_has_the_mistake_gets_its_correction_under_an_embargo(office: Office) -> None:
    """Nobody says that they keep embargoes; they may read what is wrong in what they have."""
    assert office.run("send", RELEASE, "--yes").code == 0
    office.correction()
    office.add_fields("Embargo: 2099-12-01 05:00 UTC", release="better")
    early = ("--yes", "--under-embargo")
    assert office.run("send", "better", "--at", "2099-11-29 05:00 UTC", "--no-wait", *early).code == 0
    ran = office.run("schedule", "move", "better", "2099-11-30 05:00 UTC", *early)
    assert ran.code == 0, ran.err


def test_status_shows_the_chain(office: Office) -> None:
    assert office.run("send", RELEASE, "--yes").code == 0
    assert office.run("send", office.correction(), "--yes").code == 0
    office.correction("gone", "Withdrawal")
    office.edit(office.release("gone"), f"Corrects: {RELEASE}", "Corrects: better")
    assert office.run("send", "gone", "--yes").code == 0
    for release in (RELEASE, "better", "gone"):
        said = office.run("status", release).err
        first, second, third = (said.index(f"“{name}”") for name in (RELEASE, "better", "gone"))
        assert first < second < third
        assert said.count("11 accepted") == 3
        assert f"“{release}” (this one)" in said


def test_a_release_that_nothing_follows_has_no_chain(office: Office) -> None:
    assert office.run("send", RELEASE, "--yes").code == 0
    assert "Chain" not in office.run("status", RELEASE).err


# ---- two hundred of them, killed in the midst -----------------------------------------------------------

NUMBER = 200
REFUSED, BOUNCED = range(15, 200, 20), range(24, 34)
DROPPED = 3
"""So many times the line breaks after the dot: nobody knows then."""


def address(number: int) -> str:
    return f"reader{number:03}@example.net"


def language(number: int) -> str:
    return "es" if number % 3 == 0 else "en"


def sent_to_two_hundred(office: Office) -> dict[str, EmailMessage]:
    """What became of the first text: accepted, refused for good, uncertain, and some that came back; what each got."""
    office.list("press", *(f"{address(n)},Reader {n},,{language(n)}," for n in range(NUMBER)))
    office.server.refuse = {address(n): "550 5.1.1 no such user" for n in REFUSED}
    office.server.faults += [Fault("dot", "accepted-then-dropped", nth=n) for n in (100, 120, 140)]
    assert office.run("send", RELEASE, "--yes").code == 1
    office.server.refuse = {}
    with Ledger(office.workspace.ledger) as ledger:
        with ledger.reading() as db:
            tokens = dict(db.execute("SELECT address, token FROM deliveries"))
        for number in BOUNCED:
            assert Feedback(ledger).bounced(tokens[address(number)], soft=False, enhanced="5.1.1")
    assert office.counts() == {
        "accepted": NUMBER - len(REFUSED) - len(BOUNCED) - DROPPED, "rejected": len(REFUSED), "bounced": len(BOUNCED),
        "uncertain": DROPPED,
    }  # fmt: skip
    return {who: office.mails(who)[0] for who in office.got()}


def test_two_hundred_get_the_correction_of_their_own_copy_though_it_is_killed(office: Office) -> None:
    first = sent_to_two_hundred(office)
    office.correction()
    expected = {who for who, state in office.states().items() if state in ("accepted", "uncertain")}
    before = len(office.got())
    office.killed_at("dot", office.server.seen["dot"] + 90, "send", "better", "--yes", SMTP_CONNECTIONS="1")
    assert 0 < len(office.got()) - before < len(expected)
    ran = office.run("resume", "better", "--yes")
    counts = office.counts("better")
    assert sum(counts.values()) == len(expected)
    assert counts["uncertain"] <= 1
    assert ran.code == (1 if counts["uncertain"] else 0), ran.err
    later = office.got()[before:]
    assert len(later) == len(set(later)), "nobody got the correction twice"
    uncertain = {who for who, state in office.states("better").items() if state == "uncertain"}
    assert set(later) | uncertain == expected
    for who in later:
        _, mail = office.mails(who)
        number = int(who[6:9])
        assert mail["In-Reply-To"] == first[who]["Message-ID"] == mail["References"]
        assert mail["Content-Language"] == language(number)
        subject, text = (
            ("Corrección: Nueve puertos, no ocho", "Son nueve.")
            if language(number) == "es"
            else ("Correction: Nine harbours, not eight", "Nine do.")
        )
        assert (mail["Subject"], text in mail.get_body(("plain",)).get_content()) == (subject, True)
