"""docs/guide/write-a-release.md: what the guide says of the file, and files that are not as one would wish."""

from __future__ import annotations

import pytest
from support.office import RELEASE, Office
from support.promises import promise

PAGE = "docs/guide/write-a-release.md"


def text_of(office: Office, address: str) -> str:
    (mail,) = office.mails(address)
    return mail.get_body(("plain",)).get_content()  # type: ignore[union-attr, no-any-return]


@promise(
    PAGE,
    "Everything after the first colon is taken as it is: quotes, further colons and `#` need no care.",
)
@pytest.mark.parametrize(
    "headline",
    [
        "Harbour: “clean” # again: 'yes' & no",
        "- 0755: @all {x} [y] | > \\n %s",
        "“Água”: 50 % “más”: ¿sí?",
    ],
)
def test_headlines_that_would_trip_a_parser(office: Office, headline: str) -> None:
    office.release("odd").write_text(
        f"---\nHeadline: {headline}\nDate: 24 November 2026\nDateline: Portmellon\n---\n\nNine do.\n", "utf-8"
    )
    assert office.run("send", "odd", "--limit", "1", "--yes").code == 0
    (mail,) = office.mails("ana.ruiz@example.net")
    assert mail["Subject"] == headline


@promise(PAGE, "Nothing disappears silently: `mailer check` names whatever can't be read, with its line.")
def test_everything_that_went_wrong_is_named(office: Office) -> None:
    office.edit(office.release(), "Volunteers took", "Volunteers **took")
    office.edit(office.release(), "at dawn and by hand", "[at dawn](page.html) and by hand")
    office.edit(office.release(), "decision.", "decision.[^99]")
    checked = office.run("check", RELEASE)
    said = checked.out + checked.err
    assert checked.code == 1
    for finding in ("leftover-markup", "dead-link", "missing-note"):
        assert finding in said
    assert said.count(f"releases/{RELEASE}.md:") >= 3
    office.edit(office.release(), "Headline:", "Haedline:")
    misread = office.run("check", RELEASE)
    assert f"releases/{RELEASE}.md:3" in misread.err
    assert "headline" in misread.err


@promise(
    PAGE,
    "`Dear {{ first_name \\| colleague }},`",
    'each recipient\'s own first name, and "colleague" where the list has none',
)
def test_names_that_are_no_names(office: Office) -> None:
    office.list("names", "ana@example.net,Ana Ruiz", "desk@example.net,", "eve@example.net,{{ config }} <b>Eve</b>",
                header="email,name")  # fmt: skip
    office.run("send", RELEASE, "--list", "names", "--yes")
    assert "Dear Ana," in text_of(office, "ana@example.net")
    assert "Dear colleague," in text_of(office, "desk@example.net")
    (mail,) = office.mails("eve@example.net")
    assert "<b>Eve" not in mail.get_body(("html",)).get_content()  # type: ignore[union-attr]
    assert office.got() == ["ana@example.net", "desk@example.net", "eve@example.net"]


@promise(
    PAGE,
    "Put pictures and attachments beside the release, or into `images/` and `files/`: only from"
    " there does a file travel with an email.",
)
@pytest.mark.parametrize("file", ["../.env", "../lists/press.csv", "linked.pdf"])
def test_a_release_from_a_stranger_asks_for_a_file(office: Office, file: str) -> None:
    (office.workspace.root / ".env").write_text("SMTP_PASSWORD=correct-horse\n", "utf-8")
    (office.workspace.releases / "linked.pdf").symlink_to(office.workspace.root / ".env")
    office.add_fields("Attachments:", f"  - file: {file}", "    title: The study", "    send: attach")
    ran = office.run("send", RELEASE, "--yes")
    assert ran.code in (1, 2)
    assert "correct-horse" not in ran.out + ran.err
    assert office.nothing_was_ever_sent()


@promise(
    PAGE,
    "With `Original: …` in its header you are warned when the original changes after the translation"
    " was made.",
)
def test_the_translation_is_of_an_older_text(office: Office) -> None:
    spanish = office.workspace.releases / f"{RELEASE}.es.md"
    office.edit(spanish, "---\n", "---\nOriginal: 000000000000\n")
    checked = office.run("check", RELEASE)
    assert "outdated-translation" in checked.out + checked.err
    assert f"{RELEASE}.es.md" in checked.out + checked.err


@promise(
    PAGE,
    "`Kind: Correction` with `Corrects: harbour-water` and `Correction: what was wrong, what is"
    " right` goes to"
    " exactly those who got the original, in the same thread, with what changed on top.",
    "`Update` and `Withdrawal` work the same way.",
)
@pytest.mark.parametrize("kind", ["Update", "Withdrawal"])
def test_it_goes_to_those_who_got_it(office: Office, kind: str) -> None:
    office.run("send", RELEASE, "--list", "regional", "--yes")
    first = {address: office.mails(address)[0]["Message-ID"] for address in office.got()}
    office.server.accepted.clear()
    name = office.correction(kind=kind)
    office.add_fields("Lists: press", release=name)
    assert office.run("send", name, "--yes").code == 0
    assert sorted(office.got()) == sorted(first)
    for address, message_id in first.items():
        assert office.mails(address)[0]["In-Reply-To"] == message_id
        text = text_of(office, address)
        assert text.index("Nine, not eight.") < text.index("Nine do.")


@promise(PAGE, "The zone is a place's, not `BST`: an abbreviation means several zones, or half a year.")
@pytest.mark.parametrize("zone", ["BST", ""])
def test_ten_o_clock_where(office: Office, zone: str) -> None:
    office.add_fields(f"Embargo: July 24, 2098, 10:00 {zone}")
    ran = office.run("send", RELEASE, "--yes", "--under-embargo")
    assert (ran.code, f"releases/{RELEASE}.md:2" in ran.err) == (2, True)
    assert office.nothing_was_ever_sent()
