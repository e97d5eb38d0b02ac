"""Each check finds what it is for, and leaves in peace what nearly looks the same: false alarms are worse than misses."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest
from support.own_office import NAME, make_own_office
from support.reading_checks import NOW, OF_THE_TEXT

from mailer.checks import Draft
from mailer.model import Audience, Finding, Recipient
from mailer.release import read_release
from mailer.workspace import Workspace

HEAD = {
    "Headline": f"{NAME} counts birds",
    "Subhead": "Again",
    "Date": "November 24, 2026",
    "Dateline": "Skerry Head",
}


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return make_own_office(tmp_path_factory.mktemp("near") / "office")


def found(
    office: Workspace, body: str, header: str = "", lang: str = "en", beside: str = "", now: datetime = NOW
) -> list[Finding]:
    """What the checks find that read texts; `header` adds fields or replaces them, `beside` is a translation."""
    given = dict(
        line.split(": ", 1) for line in header.splitlines() if not line.startswith(" ") and ": " in line
    )
    head = "".join(
        f"{name}: {value}\n" for name, value in (HEAD | {"Lang": lang}).items() if name not in given
    )
    (office.releases / "near.md").write_text(f"---\n{head}{header}\n---\n\n{body}\n", "utf-8")
    translation = office.releases / "near.es.md"
    translation.unlink(missing_ok=True)
    if beside:
        translation.write_text(f"---\nHeadline: Uno\nLang: es\n---\n\n{beside}\n", "utf-8")
    release = read_release(office, "near", today=now.date())
    draft = Draft(office, release, Audience(()), {}, now)
    return [finding for check in OF_THE_TEXT for finding in check(draft)]


def ids(findings: list[Finding]) -> set[str]:
    return {finding.id for finding in findings}


TEXTS = (
    # id, has it, nearly has it, language
    ("weekday", "It opens on Monday, 24 July 2018.", "It opened on Tuesday, 24 July 2018.", "en"),
    ("weekday", "See you on Friday, November 26.", "See you on Thursday, November 26.", "en"),
    ("weekday", "It met on Sat., November 24, 2026.", "The court sat 24 November 2026; on Monday may 24 teams start.", "en"),
    ("weekday", "El lunes 25 de noviembre de 2026 abre.", "El miércoles 25 de noviembre de 2026 abre.", "es"),
    ("weekday", "Am Montag, 24. November 2026.", "Am Dienstag, 24. November 2026; Montag 24 Uhr.", "de"),
    ("weekday", "Le mercredi 24 novembre 2026.", "Le mardi 24 novembre 2026.", "fr"),
    ("weekday", "Tuesday 25 November 2026", "Wednesday’s 25 trains; Monday May brought 12 cakes", "en"),
    ("placeholder-text", "It cost £XX million.", "The iPhone XX and the XX chromosome of the siglo XX.", "en"),
    ("placeholder-text", "It was TK, she said.", "TK Maxx, TKS and the Techniker Krankenkasse (TK).", "en"),
    ("placeholder-text", "Figures TKTK here.", "Ask TK Elevator, or Tk.", "en"),
    ("placeholder-text", "El XX de mayo.", "Las XXX Jornadas del siglo XX, con Juan XXIII.", "es"),
    ("relative-day", "We met yesterday in Hull.", "It is the museum of tomorrow, for tomorrow.", "en"),
    ("relative-day", "Lo anunció ayer.", "Será mañana por la mañana.", "es"),
    ("relative-day", "It opens tomorrow.", "It opens tomorrow, November 25; “See you tomorrow,” she said.", "en"),
    ("time-zone", "Join the webinar at 10 a.m. by phone.", "Doors open at 10 a.m.; the bar at 24/7.", "en"),
    ("time-zone", "The online briefing is at 14:00.", "The online briefing is at 14:00 CET (9 a.m. New York time).", "en"),
    ("time-zone", "Dial-in call at 9:30 p.m.", "Dial-in call from 9:30 to 10 p.m. London time.", "en"),
    ("time-zone", "Follow it online at 10 a.m.", "Tickets are sold online from 10 a.m. by teams of two.", "en"),
    ("time-zone", "Habrá conexión en línea a las 12:00.", "Habrá conexión en línea a las 12:00 (hora peninsular).", "es"),
    ("embargo-in-text", "EMBARGOED UNTIL 25 November, 10:00", "The embargo on arms until 2028 stays in force.", "en"),
    ("embargo-in-text", "Not for publication before Friday", "It was not for sale before Friday.", "en"),
    ("embargo-in-text", "Embargo: hasta el viernes", "El embargo de bienes sigue en vigor.", "es"),
    ("name-spelling", "“So,” said Ana Ruiz. Ana Ruis laughed.", "“So,” said Ana Ruiz. Ana Ruiz’s sister Eva Ruiz laughed.", "en"),
    ("name-spelling", "Edda Thorn is at the desk.", "Edda Thorne’s desk; the Thornes; Edda Thorne.", "en"),
    ("name-spelling", "“So,” said Luis Garcia. Luis García nodded.", "“So,” said Maria Garcia. Mario Garcia nodded.", "en"),
    ("name-spelling", "Tom Brandl said so. Brandel added more.", "Tom Brandl said so. Marta Brand added more.", "en"),
    ("doubled-word", "It is the the quay.", "All that that quay had had, had had to go.", "en"),
    ("doubled-word", "A harbour\nharbour is.", "Bora Bora, Walla Walla and Duran Duran, again and again.", "en"),
    ("doubled-word", "En el el puerto.", "Es mejor que que se vaya; muy muy bueno.", "es"),
    ("doubled-word", "Mit mit dem Zug.", "Die, die die Stadt kennen.", "de"),
    ("doubled-word", "Dans dans la ville.", "Nous nous voyons.", "fr"),
    ("unbalanced-quotes", "“It is open, she said.", "“It is open,\n\n“and stays so,” she said.", "en"),
    ("unbalanced-quotes", "It is open,” she said.", "It is 5' 10\" high, 34\" wide, 52°30' north.", "en"),
    ("unbalanced-quotes", "«Está abierto, dijo.", "«Está “muy” abierto», dijo.", "es"),
    ("unbalanced-quotes", "„Es ist offen, sagte sie.", "„Es ist offen“, sagte sie. »Ja«, sagte er.", "de"),
    ("unbalanced-quotes", "It is \"open, she said.", "It is 3½\" long; ארה\"ב.", "en"),
    ("doubled-word", "Really the the end.", "Fifty square metres².", "en"),
    ("typed-note", "So they said.”²", "It has 50 kilometres² and 3 feet².", "en"),
    ("mixed-quotes", '“One,” she said. "Two," he said.', '"One," she said. "Two," he said: 34".', "en"),
    ("typed-note", "As was measured.¹", "It has 5 m², 3 km², CO₂ and x².", "en"),
    ("typed-note", "As was measured (2). And[^1].\n\n[^1]: A.", "It asks: (1) a quay; (2) a ramp. And[^1].\n\n[^1]: A.", "en"),
    ("typed-note", "As was measured [2].\nAnd[^1].\n\n[^1]: A.", "It says “they [the birds] are”[^1].\n\n[^1]: A.", "en"),
    ("note-order", "One[^2] two[^1].\n\n[^1]: A.\n\n[^2]: B.", "One[^a] two[^1] again[^a].\n\n[^a]: A.\n\n[^1]: B.", "en"),
    ("phone-in-list", "1. 555 010 0199", "1. 555 birds were seen", "en"),
    ("phone-in-list", "44. 20 7946 0361", "2. Harbour, 555 010 0199", "en"),
    ("phone-number", "Phone: 020 7946 01", "Phone: 020 7946 0361; call 24 hours a day.", "en"),
    ("phone-number", "Call +1 202 555 014 now.", "Call +1 202 555 0147 now.", "en"),
    ("phone-number", "Mobile: 07700 9003", "Helpline: call 116 123; mobile 5 000 000, phone 2 500 000 people.", "en"),
    ("short-link", "[here](https://bit.ly/3x)", "[here](https://orbit.lyon.example.org/bit.ly)", "en"),
    ("insecure-link", "[here](http://example.org/a)", "[here](https://example.org/http://a)", "en"),
    ("alt-file-name", "![IMG_1234](https://example.org/a.jpg)", "![A gull](https://example.org/gull.jpg)", "en"),
    ("alt-file-name", "![quay-2.jpg](https://example.org/a.jpg)", "![quay](https://example.org/quay.jpg)", "en"),
    ("alt-file-name", "![Screenshot 2026-11-24](https://example.org/a.jpg)", "![Image of 2 gulls](https://example.org/a.jpg)", "en"),
)  # fmt: skip


@pytest.mark.parametrize(("check", "has", "nearly", "lang"), TEXTS)
def test_a_text_that_has_it_and_one_that_nearly_has(
    office: Workspace, check: str, has: str, nearly: str, lang: str
) -> None:
    assert check in ids(found(office, has, lang=lang))
    assert check not in ids(found(office, nearly, lang=lang))


HEADERS = (
    ("old-date", "Date: July 24, 2018", "Date: June 2, 2026"),
    ("old-date", "Date: November 30, 2025", "Date: November 30, 2026"),
    ("weekday", "Date: Monday, November 24, 2026", "Date: Tuesday, November 24, 2026"),
    ("past-event", "Event:\n  - what: Tour\n    start: 2026-11-20 10:00", "Event:\n  - what: Tour\n    start: 2026-11-24 18:00"),
    ("long-headline", f"Headline: {NAME} {'counts birds ' * 12}", f"Headline: {NAME} {'counts birds ' * 6}"),
    ("loud-subject", "Subject: TRUST COUNTS EVERY BIRD", "Subject: NATO, WHO, EU AND UN agree: COVID-19"),
    ("loud-subject", "Subject: FREE! Birds!!", "Subject: Free birds! At last"),
    ("fake-reply", "Subject: RE: birds", "Subject: Re-counting birds"),
    ("embargo-in-text", "Embargo: 2026-11-26 10:00 Europe/London\nNote: Embargo: until November 25, 10:00",
     "Embargo: 2026-11-26 10:00 Europe/London\nNote: Embargo: until November 26, 10:00"),
    ("contact-incomplete", "Contacts:\n  - name: Mira\n    email: a@example.org",
     "Contacts:\n  - name: Mira\n    email: a@example.org\n    phone: 020 7946 0361"),
    ("contact-incomplete", "Contacts:\n  - name: Mira\n    email: a@example.org\n    phone: 020 7946 0361\n  - name: Bo",
     "Contacts:\n  - name: Mira\n    email: a@example.org\n  - name: Bo\n    phone: 020 7946 0361"),
)  # fmt: skip


@pytest.mark.parametrize(("check", "has", "nearly"), HEADERS)
def test_a_header_that_has_it_and_one_that_nearly_has(
    office: Workspace, check: str, has: str, nearly: str
) -> None:
    assert check in ids(found(office, "Text.", has))
    assert check not in ids(found(office, "Text.", nearly))


LEDE = "Eight of the eleven harbours of the coast now meet the standard for bathing water, says a study."


def test_an_office_may_be_named_in_many_ways(office: Workspace) -> None:
    anonymous = found(office, LEDE, "Headline: Cleaner")
    assert "no-organisation" in ids(anonymous)
    for named in (NAME, "Petrel Bay", "the PBT", "PETREL BAY TRUST’s birds"):
        assert "no-organisation" not in ids(found(office, f"{LEDE} So {named}.", "Headline: Cleaner")), named


def test_what_stands_behind_the_subject_is_told_where_nobody_wrote_it(office: Workspace) -> None:
    written = office.releases / "near.md"
    assert "no-preheader" not in ids(found(office, f"{LEDE} {LEDE}"))
    text = written.read_text("utf-8").replace("Subhead: Again\n", "")
    written.write_text(text, "utf-8")
    draft = Draft(office, read_release(office, "near"), Audience(()), {}, NOW)
    assert [f.id for check in OF_THE_TEXT for f in check(draft) if f.id == "no-preheader"] == ["no-preheader"]


LANGUAGES = (
    # what differs, the original, the translation
    (set(), "It took 41,600 samples and 1.5 billion pounds, 23 million in 2025.",
     "Tomaron 41.600 muestras y 1.500 millones de libras, 23 millones en 2025."),
    (set(), "It took 41,600 samples, 12.4 each.", "En México tomaron 41,600 muestras, 12.4 cada una."),
    (set(), "Eight birds on November 24, 2026, at 10:30.", "Los 8 pájaros, el 24 de noviembre de 2026 a las 10:30."),
    (set(), "From December 14–16, 2026, in the 20th century and the 1990s.", "Del 14 al 16 de diciembre de 2026, en el siglo XX y los años 90."),
    (set(), "The 51st season opens at 6 p.m. on November 24 and 25.", "La 51.ª temporada abre a las 18 h el 24 y 25 de noviembre."),
    (set(), "On November 24, 2026, from 18:30.", "El 24/11/2026, desde las 18.30 h."),
    (set(), "Call +44 20 7946 0361.", "Llame al 020 7946 0361 en cualquier momento."),
    (set(), "READ: <https://example.org/a>", "LEA: <https://example.org/es/a>"),
    ({"translation-figures"}, "It took 41,600 samples.", "Se tomaron 46.100 muestras."),
    ({"translation-figures"}, "It cost 23 million pounds.", "Costó 23 mil millones de libras."),
    ({"translation-buttons"}, "READ: <https://example.org/a>\n\nText of some length here.", "Texto de una longitud parecida aquí."),
    ({"translation-links"}, "See [this](https://example.org/a), please.", "Véase esto, por favor, aquí."),
    ({"translation-notes"}, "See this[^1].\n\n[^1]: A.", "Véase esto aquí."),
)  # fmt: skip


@pytest.mark.parametrize(("differs", "original", "translation"), LANGUAGES)
def test_what_differs_between_languages(
    office: Workspace, differs: set[str], original: str, translation: str
) -> None:
    told = ids(found(office, original, beside=translation))
    assert {each for each in told if each.startswith("translation-")} == differs


def test_a_shortened_translation_may_lack_what_it_likes_and_add_nothing(office: Workspace) -> None:
    original = f"It took 41,600 samples.[^1] {LEDE} {LEDE}\n\nREAD: <https://example.org/a>\n\n[^1]: A."
    assert not ids(found(office, original, beside="Fueron muchas muestras.")) & {
        "translation-figures", "translation-notes", "translation-buttons", "translation-links"}  # fmt: skip
    assert "translation-figures" in ids(found(office, original, beside="Fueron 46.100 muestras."))


def test_readers_of_a_language_in_which_the_office_writes_are_counted(office: Workspace) -> None:
    found(office, "Text.")
    readers = [Recipient(f"{n}@example.net", languages=("es-MX",)) for n in range(3)]
    others = [
        Recipient("f@example.net", languages=("fr",)),
        Recipient("b@example.net", languages=("es", "en")),
    ]
    draft = Draft(office, read_release(office, "near"), Audience((*readers, *others)), {}, NOW)
    (told,) = [f for check in OF_THE_TEXT for f in check(draft) if f.id == "no-edition"]
    assert told.message == "3 recipients read Spanish, and will get it in English."


def test_readers_of_the_house_s_own_language_are_counted_too(office: Workspace) -> None:
    found(office, "Texto.", lang="es")
    readers = (
        Recipient("a@example.net", languages=("en-GB",)),
        Recipient("b@example.net", languages=("es", "en")),
    )
    draft = Draft(office, read_release(office, "near"), Audience(readers), {}, NOW)
    (told,) = [f for check in OF_THE_TEXT for f in check(draft) if f.id == "no-edition"]
    assert told.message == "1 recipient reads English, and will get it in Spanish."
    assert told.hint.startswith("Write near.en.md")


def test_everything_that_is_still_to_come_is_told_with_its_line(office: Workspace) -> None:
    said = found(office, "TK figures.\n\nTODO write this.\n\nIt cost £XX million. TODO that, too.")
    told = {(f.message.split("”")[0], f.where and f.where.line) for f in said if f.id == "placeholder-text"}
    body = min(line for _, line in told if line)
    assert told == {("“TK", body), ("“TODO", body + 2), ("“TODO", body + 4), ("“£XX", body + 4)}


def test_a_light_brand_colour_is_told_and_a_dark_one_is_not(office: Workspace) -> None:
    found(office, "Text.")
    release = read_release(office, "near")
    for colour, told in (("#ffe000", True), ("#0b5563", False), ("#767676", False), ("#777777", True)):
        newsroom = replace(release.original.newsroom, colour=colour)
        edition = replace(release.original, newsroom=newsroom)
        draft = Draft(office, replace(release, editions=(edition,)), Audience(()), {}, NOW)
        assert ("brand-colour" in {f.id for check in OF_THE_TEXT for f in check(draft)}) == told, colour


@pytest.mark.parametrize(
    "before",
    [
        "",
        "A line.\n",
        "A paragraph.\n\n",
        "- An item,\n  ",
        "> A quotation\n> ",
        "| A |\n|---|\n| ",
        "See[^1].\n\n[^1]: A note\n    ",
    ],
)
def test_a_finding_names_the_line_on_which_it_stands(office: Workspace, before: str) -> None:
    said = found(office, f"{before}It is the the TODO quay.\n\nThe end.")
    both = [finding for finding in said if finding.id in ("doubled-word", "placeholder-text")]
    lines = (office.releases / "near.md").read_text("utf-8").splitlines()
    assert len(both) == 2
    for told in both:
        assert told.where is not None
        assert told.where.path == "releases/near.md"
        assert "the the TODO" in lines[told.where.line - 1]
