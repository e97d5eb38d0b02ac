"""Take anew the pictures of the sample's email, of the themes and of the preview: `python docs/images/make.py`.

It needs Chromium and a minute. The preview is that of an office that has put its own in place of the sample's, as the
sample's is told by every check that it still has to. The desk's pages are taken by `desk.py`, the pictures
beside others' mails are made by `benchmarks/judge/side_by_side.py`.
"""

from __future__ import annotations

import base64
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from pathlib import Path

from httpx import Client
from PIL import Image, ImageDraw, ImageFilter
from playwright.sync_api import Browser, Page, expect

IMAGES = Path(__file__).resolve().parent
REPOSITORY = IMAGES.parents[1]
sys.path.insert(0, str(REPOSITORY / "tests"))

from support.browser import chromium, context_of, entered, serving  # noqa: E402 - of tests/
from support.office import Office  # noqa: E402
from support.own_office import make_own_office  # noqa: E402
from support.photographs import html_of, photograph, save, seen  # noqa: E402
from support.published import ADVISORY  # noqa: E402
from support.smtp_faulty import FaultyServer  # noqa: E402
from support.terminal import mailer  # noqa: E402

SAMPLE, READER = "harbour-report", "k.lindqvist@example.net"
EMAIL = {"desktop": (800, 1150), "phone": (390, 1000)}
THEME = (600, 1240)
ROUND_UP = "round-up"
CORRECTION = """---
Kind: correction
Headline: Seven Harbours, Not Eight, Meet the Bathing Standard
Date: November 29, 2026
Dateline: Portmellon
Corrects: harbour-report
Correction: We wrote that eight of eleven harbours meet the standard. It is seven.
---

Seven of the eleven harbours meet the standard for bathing water. We are sorry for the mistake.
"""
WINDOW, PHONE = {"width": 1280, "height": 860}, {"width": 390, "height": 844}
"""Of the browser that shows the preview."""


def email(browser: Browser, folder: Path) -> None:
    """What a reader gets, at two widths, light and dark."""
    office = folder / "sample"
    mailer("init", str(office), cwd=folder)
    ran = mailer("render", SAMPLE, "--for", READER, "--out", str(folder / "rendered"), cwd=office)
    assert ran.code == 0, ran.err
    (mail,) = (folder / "rendered").glob("*.eml")
    for device, size in EMAIL.items():
        for scheme in ("light", "dark"):
            save(photograph(browser, html_of(mail), size, scheme), IMAGES / f"email-{device}-{scheme}.png")


def themes(browser: Browser, folder: Path) -> None:
    """The sample in each theme, and a round-up in the one that is made for it."""
    office = folder / "themes"
    mailer("init", str(office), cwd=folder)
    sample = (office / "releases" / f"{SAMPLE}.md").read_text("utf-8")
    (office / "releases" / "as-a-letter.md").write_text(
        sample.replace("---", "---\nTheme: letter", 1), "utf-8"
    )
    round_up = (REPOSITORY / "tests" / "render" / "releases" / f"{ROUND_UP}.md").read_text("utf-8")
    (office / "releases" / f"{ROUND_UP}.md").write_text(
        re.sub(r"https://\S+/pier.jpg", "pier.png", round_up), "utf-8"
    )
    pier().save(office / "releases" / "pier.png")
    shown = {"theme-default": SAMPLE, "theme-bulletin": ROUND_UP, "theme-letter": "as-a-letter"}
    for picture, release in shown.items():
        out = folder / picture
        ran = mailer("render", release, "--for", READER, "--out", str(out), cwd=office)
        assert ran.code == 0, ran.err
        (mail,) = out.glob("*.eml")
        save(photograph(browser, with_pictures(mail), THEME, "light"), IMAGES / f"{picture}.png")


def with_pictures(mail: Path) -> str:
    """The HTML part of a mail, with the pictures that travel with it in place."""
    html = html_of(mail)
    for part in message_from_bytes(mail.read_bytes(), policy=policy.default).walk():
        if part["content-id"]:
            data = base64.b64encode(part.get_content()).decode()
            html = html.replace(
                f"cid:{part['content-id'].strip('<>')}", f"data:{part.get_content_type()};base64,{data}"
            )
    return html


def pier() -> Image.Image:
    """The round-up's photograph: a pier at dusk, and a boat."""
    width, height, horizon = 1072, 604, 290
    picture = Image.new("RGB", (width, height))
    draw = ImageDraw.Draw(picture)
    for y in range(height):
        sky = y < horizon
        share = y / horizon if sky else (y - horizon) / (height - horizon)
        first, last = ((221, 203, 188), (200, 186, 190)) if sky else ((98, 128, 136), (70, 92, 104))
        colour = tuple(round(a + (b - a) * share) for a, b in zip(first, last, strict=True))
        draw.line(((0, y), (width, y)), fill=colour)
    draw.ellipse((700, 150, 800, 250), fill=(230, 222, 208))
    draw.polygon(((0, 236), (172, 250), (280, 228), (510, horizon), (0, horizon)), fill=(102, 112, 120))
    draw.rectangle((54, 298, 656, 314), fill=(50, 56, 56))
    for x in range(94, 600, 64):
        draw.rectangle((x, 314, x + 10, 440 + x // 12), fill=(52, 48, 46))
    draw.polygon(((790, 376), (950, 376), (924, 416), (816, 416)), fill=(122, 78, 74))
    draw.rectangle((864, 288, 868, 376), fill=(52, 48, 46))
    draw.polygon(((870, 290), (924, 366), (870, 366)), fill=(230, 222, 208))
    return picture.filter(ImageFilter.GaussianBlur(0.8))


@contextmanager
def shown(browser: Browser, client: Client, window: dict[str, int], scheme: str = "light") -> Iterator[Page]:
    """The preview's page, once a reader's mail stands in it."""
    context = context_of(browser, client, viewport=window, color_scheme=scheme)
    try:
        page = context.new_page()
        page.goto(str(client.base_url.join(f"/r/{SAMPLE}")))
        page.fill("#for", READER)
        page.press("#for", "Enter")
        expect(page.frame_locator("#shown").locator("body")).to_contain_text("Dear Karin")
        expect(page.locator("#findings")).not_to_be_empty()
        page.locator("#view-subject").click()  # leaves the field, and the mark of where one types
        yield page
    finally:
        context.close()


def preview(browser: Browser, folder: Path) -> None:
    """The page in a large window; on a phone; and dark, with the mail as on a phone."""
    office = make_own_office(folder / "press-office")
    with (
        serving("preview", SAMPLE, "--no-browser", cwd=office.root) as address,
        entered(address) as client,
    ):
        with shown(browser, client, WINDOW) as page:
            save(seen(page), IMAGES / "preview-light.png")
        with shown(browser, client, PHONE) as page:
            page.evaluate("document.getElementById('view').scrollIntoView()")
            save(seen(page), IMAGES / "preview-phone.png")
        with shown(browser, client, WINDOW, "dark") as page:
            page.get_by_text("Phone", exact=True).click()
            page.get_by_text("Dark", exact=True).click()
            expect(page.locator(".frame.phone.dark")).to_be_visible()
            save(seen(page), IMAGES / "preview-dark.png")


def record(browser: Browser, folder: Path) -> None:
    """A release on the web beside the index in dark, and the page of an archive."""
    office = make_own_office(folder / "record")
    (office.root / "files").mkdir()
    pier().save(office.root / "files" / "pier.png")
    published = (
        (SAMPLE, ""),
        ("lamps", ADVISORY.replace("files/quay.jpg", "files/pier.png")),
        ("better", CORRECTION),
    )
    (office.root / "files" / "tables.csv").write_text("harbour,lamps\nSaltby,41\n", "utf-8")
    for name, text in published:
        if text:
            (office.releases / f"{name}.md").write_text(text, "utf-8")
        ran = mailer("publish", name, cwd=office.root)
        assert ran.code == 0, ran.err
    shots = [
        page_of(browser, office.root / "site" / "lamps.html", (1200, 1000), "light"),
        page_of(browser, office.root / "site" / "index.html", (1200, 1000), "dark"),
    ]
    both = Image.new("RGB", (2 * 800 + 20, round(1000 * 800 / 1200)), "#8b969b")
    for place, shot in enumerate(shots):
        both.paste(shot.resize((800, both.height), Image.Resampling.LANCZOS), (place * 820, 0))
    save(both, IMAGES / "record-site.png")
    with FaultyServer() as server:
        sent = Office(office, server)
        assert sent.run("send", SAMPLE, "--yes").code == 0
        ran = sent.run("archive", SAMPLE)
    assert ran.code == 0, ran.err
    save(
        page_of(browser, office.root / ran.out.strip() / "summary.html", (900, 760), "light"),
        IMAGES / "record-archive.png",
    )


def page_of(browser: Browser, file: Path, size: tuple[int, int], scheme: str) -> Image.Image:
    """The top of a page that lies on the disk."""
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]}, color_scheme="dark" if scheme == "dark" else "light"
    )
    try:
        page = context.new_page()
        page.goto(file.as_uri())
        return seen(page)
    finally:
        context.close()


def main() -> None:
    with chromium() as browser, tempfile.TemporaryDirectory() as scratch:
        email(browser, Path(scratch))
        themes(browser, Path(scratch))
        preview(browser, Path(scratch))
        record(browser, Path(scratch))


if __name__ == "__main__":
    main()
