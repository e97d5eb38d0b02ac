"""The mail's structure: what every client, screen reader and spam filter expects of it."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import html5lib
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from PIL import Image
from support.releases import NAMES, THEMES, edition, rendered, written

from mailer.errors import TemplateError
from mailer.model import Recipient, Rendered
from mailer.render import fill, merge_values, render
from mailer.render.colours import contrast, palette
from mailer.render.localisation import day, moment, read_labels
from mailer.workspace import Workspace, built_in_templates


def strictly_parsed(html: str) -> None:
    """Parsed without a single error; comments for Outlook and layout attributes are no errors of syntax."""
    parser = html5lib.HTMLParser(strict=True)
    parser.parse(html)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("name", NAMES)
def test_the_html_is_well_formed_and_complete(workspace: Workspace, name: str, theme: str) -> None:
    mail = rendered(workspace, name, theme)
    strictly_parsed(mail.html)
    assert mail.html.startswith("<!DOCTYPE html>")
    assert len(re.findall("<h1", mail.html)) == 1
    assert re.search(r'<html lang="\w+" dir="(ltr|rtl)"', mail.html)
    assert 'role="article" aria-roledescription="email"' in mail.html
    assert mail.html.count("<style") == 1, "the layout is inlined; what is for clients stays"
    assert len(mail.html.encode()) < 102 * 1024
    for table in re.findall("<table[^>]*>", mail.html):
        assert 'role="presentation"' in table or 'class="data"' in table


@pytest.mark.parametrize("theme", THEMES)
def test_notes_and_their_marks_lead_to_each_other(workspace: Workspace, theme: str) -> None:
    html = rendered(workspace, "full", theme).html
    for number in range(1, 31):
        assert f'id="note-{number}" name="note-{number}" href="#ref-{number}-1"' in html
        assert f'name="ref-{number}-1" href="#note-{number}"' in html
    assert len(set(re.findall(r'id="([^"]+)"', html))) == len(re.findall(r'id="[^"]+"', html))


@pytest.mark.parametrize(("name", "signs"), [
    ("advisory", ("Media advisory", "A boat trip", "Add to calendar", "GMT")),
    ("correction", ("Correction", "What we are correcting", "It is nine.")),
    ("statement", ("Statement", "Embargoed until", "6:00")),
    ("full", ("Press release", "For immediate release", "Available for interview", "All tables")),
])  # fmt: skip
def test_each_kind_is_recognisable_at_a_glance(
    workspace: Workspace, name: str, signs: tuple[str, ...]
) -> None:
    mail = rendered(workspace, name)
    head, _, _ = mail.text.partition("ENDS")
    for sign in signs:
        if sign not in ("GMT", "Available for interview"):
            assert sign in head
    assert (name == "correction") == mail.subject.startswith("Correction: ")


def test_an_advisory_carries_a_calendar_entry(workspace: Workspace) -> None:
    (part,) = rendered(workspace, "advisory").attached
    assert (part.name, part.media_type.split(";")[0]) == ("event.ics", "text/calendar")
    lines = part.content.decode().split("\r\n")
    assert "DTSTART:20261130T070000Z" in lines
    assert "DTEND:20261130T093000Z" in lines
    assert "LOCATION:Quay 4\\, Portmellon" in lines
    assert max(len(line.encode()) for line in lines) <= 75


def test_a_right_to_left_release_runs_right_to_left(workspace: Workspace) -> None:
    html = rendered(workspace, "arabic").html
    assert '<html lang="ar" dir="rtl"' in html
    assert "بيان صحفي" in html
    assert 'class="list-rtl"' in html
    assert '<span dir="ltr">020 7946 0361</span>' in html


# ---- what must never come through --------------------------------------------------------------------------

MARKUP = st.text(st.sampled_from("<>&\"'/=:()[]{}*_#!^~|`-+. \n\tabjsé“”\u202e\ue000" ), max_size=200)  # fmt: skip
PIECES = st.lists(st.one_of(MARKUP, st.sampled_from((
    "<script>alert(1)</script>", "[x](javascript:alert(1))", "![x](data:text/html,x)", "<img src=x onerror=alert(1)>",
    "> quote\n> — who", "- item", "| a | b |\n|--|--|\n| 1 | 2 |", "[^1]", "[^1]: note", "A: <https://example.org/?a=1&b=2>",
    "{{ name | x }}", "## Heading", "</td></table>", "<!--", "]]>", "&amp;", "\ue0000\ue001",
))), max_size=8).map("\n\n".join)  # fmt: skip


@settings(
    max_examples=40,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(PIECES)
def test_any_text_gives_sound_html_and_loses_no_word(workspace: Workspace, body: str) -> None:
    mail = render(written(workspace, body), workspace.theme("default"))
    strictly_parsed(mail.html)
    tree = html5lib.parse(re.sub(r"(?s)<!--.*?-->", "", mail.html), namespaceHTMLElements=False)
    for element in tree.iter():
        assert element.tag not in ("script", "iframe", "object", "form", "base", "link")
        for attribute, value in element.attrib.items():
            assert not str(attribute).lower().startswith("on")
            if attribute in ("href", "src"):
                assert re.match(r"(https?:|mailto:|tel:|cid:|#|\ue000)", str(value))
    shown = " ".join(tree.find("body").itertext())  # type: ignore[union-attr]
    wanted = set(re.findall(r"[^\W\d_]{3,}", shown.lower()))
    assert wanted - {"unsubscribe"} <= set(re.findall(r"[^\W\d_]{3,}", mail.text.lower()))


# ---- slots ----------------------------------------------------------------------------------------------------


def test_slots_are_filled_as_text_never_as_markup_or_template(workspace: Workspace) -> None:
    release = written(
        workspace,
        "Dear {{ first_name | colleague }} of {{ outlet }}.",
        "Headline: One\nSubject: For {{ outlet | you }}",
    )
    mail = render(release, workspace.theme("default"))
    filled = fill(mail, {"first_name": "<b>Ana</b> {{ 7*7 }}", "outlet": "Gull & Sons"})
    assert "&lt;b&gt;Ana&lt;/b&gt; {{ 7*7 }}" in filled.html
    assert "<b>Ana</b> {{ 7*7 }} of Gull & Sons." in filled.text
    assert filled.subject == "For Gull & Sons"
    assert fill(mail, {}).subject == "For you"


def test_nobody_can_forge_a_slot(workspace: Workspace) -> None:
    mail = render(written(workspace, "Forged \ue0000\ue001 {{ name | x }}."), workspace.theme("default"))
    assert fill(mail, {"name": "\ue0000\ue001"}).text.count("\ue000") == 1


@pytest.mark.parametrize(
    "sign", ["%EE%80%800%EE%80%81", "%ee%80%807%ee%80%81", "%EE%80\u200b%800%EE\u200b%80%81"]
)
def test_nobody_can_forge_a_slot_in_an_address(workspace: Workspace, sign: str) -> None:
    """A slot's sign may be written with percent signs: what shows an address, or writes it, decodes them."""
    url = f"https://agency.example/{sign}"
    body = f"Dear {{{{ email | x }}}}: [this]({url}), <{url}>, {url}."
    mail = render(written(workspace, body, f"Headline: One\nWeb: {url}"), workspace.theme("default"))
    assert (mail.html.count("\ue000"), mail.text.count("\ue000"), len(mail.slots)) == (
        3,
        2,
        2,
    )  # and the preheader
    assert "agency.example/ana@" not in fill(mail, {"email": "ana@example.org"}).html


@pytest.mark.parametrize(("name", "first", "last"), [
    ("Ana Ruiz", "Ana", "Ruiz"), ("Ruiz, Ana", "Ana", "Ruiz"), ("Ana María de la Cruz", "Ana", "María de la Cruz"), ("Ana", "Ana", ""),
    ("", "", ""),
])  # fmt: skip
def test_first_and_last_names(name: str, first: str, last: str) -> None:
    values = merge_values(Recipient("a@example.org", name))
    assert (values["first_name"], values["last_name"]) == (first, last)
    assert merge_values(Recipient("a@example.org", name, fields={"first_name": "Dr."}))["first_name"] == "Dr."


# ---- words, colours, pictures --------------------------------------------------------------------------


@pytest.mark.parametrize(("language", "written_day"), [
    ("en", "July 24, 2018"), ("es", "24 de julio de 2018"), ("fr", "24 juillet 2018"), ("de", "24. Juli 2018"),
    ("pt", "24 de julho de 2018"), ("xx", "July 24, 2018"),
])  # fmt: skip
def test_days_are_written_as_the_language_does(language: str, written_day: str) -> None:
    assert day(datetime(2018, 7, 24, tzinfo=UTC).date(), language) == written_day


def test_a_moment_names_its_zone_in_words() -> None:
    from zoneinfo import ZoneInfo

    at = datetime(2018, 7, 24, 10, tzinfo=ZoneInfo("America/New_York"))
    assert "Eastern Daylight Time" in moment(at, "en")
    assert "hora de verano oriental" in moment(at, "es")


def test_every_language_has_every_label() -> None:
    default = [built_in_templates() / "default"]
    english = read_labels(default, "en")
    for path in default[0].glob("labels.*.toml"):
        own = path.read_text("utf-8")
        assert {line.split(" = ")[0] for line in own.splitlines() if line} == set(english), path.name


@pytest.mark.parametrize(
    "brand", ["#ffffff", "#000000", "#ffcc00", "#0b5563", "#ff0000", "#7fff00", "#123456", "#808080"]
)
def test_any_brand_colour_becomes_readable(brand: str) -> None:
    colours = palette(brand)
    assert contrast(colours.text, "#f3f6f7") >= 4.5
    assert contrast(colours.fill, colours.on_fill) >= 4.5
    assert contrast(colours.dark, "#232a2e") >= 4.5


def picture(workspace: Workspace, width: int, height: int, name: str = "images/quay.jpg") -> Path:
    path = workspace.root / name
    path.parent.mkdir(exist_ok=True)
    Image.effect_noise((width, height), 90).convert("RGB").save(path, quality=95)
    return path


def shown(workspace: Workspace, name: str = "images/quay.jpg") -> Rendered:
    return render(
        written(workspace, f"![A quay]({name})")
        if name.startswith("http")
        else edition_with(workspace, name),
        workspace.theme("default"),
    )


def edition_with(workspace: Workspace, name: str):
    return written(
        workspace, "Text.", f"Headline: One\nImages:\n  - file: {name}\n    alt: A quay\n    caption: At dawn"
    )


def test_a_large_picture_travels_inside_made_small_for_sharp_screens(workspace: Workspace) -> None:
    path = picture(workspace, 4000, 3000)
    mail = shown(workspace)
    (part,) = mail.related
    import io

    with Image.open(io.BytesIO(part.content)) as image:
        assert image.size == (1072, 804)
    assert len(part.content) <= 350 * 1024 < path.stat().st_size
    assert f'src="cid:{part.content_id}" alt="A quay" width="536" height="402"' in mail.html
    assert "At dawn" in mail.html
    assert "[A quay] At dawn" in mail.text


@pytest.mark.parametrize("size", [(4000, 3000), (400, 300)])
def test_a_photograph_that_is_marked_as_turned_stands_upright(
    workspace: Workspace, size: tuple[int, int]
) -> None:
    import io

    exif = Image.Exif()
    exif[0x0112] = 6  # orientation: turn by 90 degrees, as phones mark portraits
    (workspace.root / "images").mkdir()
    Image.new("RGB", size, "navy").save(workspace.root / "images" / "quay.jpg", exif=exif)
    mail = shown(workspace)
    with Image.open(io.BytesIO(mail.related[0].content)) as image:
        width, height = image.size
        assert image.getexif().get(0x0112, 1) == 1
    assert height > width
    found = re.search(r'src="cid:[^"]+" alt="A quay" width="(\d+)" height="(\d+)"', mail.html)
    assert found and abs(int(found[2]) / int(found[1]) - height / width) < 0.01


def test_a_file_that_is_no_picture_is_explained(workspace: Workspace) -> None:
    (workspace.root / "images").mkdir()
    (workspace.root / "images" / "quay.jpg").write_text("not a picture", "utf-8")
    with pytest.raises(TemplateError, match="PNG or JPEG"):
        shown(workspace)


def test_an_attached_file_is_named_with_type_and_size(workspace: Workspace) -> None:
    (workspace.releases / "tables.csv").write_text("a,b\n" * 1000, "utf-8")
    fields = "Headline: One\nAttachments:\n  - file: tables.csv\n    title: The tables\n    send: attach"
    mail = render(written(workspace, "Text.", fields), workspace.theme("default"))
    assert [(p.name, p.media_type, len(p.content)) for p in mail.attached] == [
        ("tables.csv", "text/csv", 4000)
    ]
    assert "The tables (CSV, 3 KB)" in mail.text


def test_the_sample_is_what_it_says(workspace: Workspace) -> None:
    mail = render(edition(workspace, "harbour-report"), workspace.theme("default"))
    assert mail.preheader.startswith("Eight of eleven")


def test_french_puts_a_narrow_blank_before_its_colons(workspace: Workspace) -> None:
    mail = render(written(workspace, "Texte.", "Headline: Un\nLang: fr"), workspace.theme("default"))
    assert "Téléphone\u202f: 020" in mail.text
    assert "Téléphone\u202f: <a" in mail.html
