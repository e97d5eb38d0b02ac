"""Take anew the pictures of the sample's email and of the preview: `python docs/images/make.py`.

It needs Chromium and a minute. The preview is that of an office that has put its own in place of the sample's, as the
sample's is told by every check that it still has to. The pictures beside others' mails are made by
`benchmarks/judge/side_by_side.py`.
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from httpx import Client
from playwright.sync_api import Browser, Page, expect

IMAGES = Path(__file__).resolve().parent
REPOSITORY = IMAGES.parents[1]
sys.path.insert(0, str(REPOSITORY / "tests"))

from support.browser import chromium, context_of, entered, serving  # noqa: E402 - of tests/
from support.own_office import make_own_office  # noqa: E402
from support.photographs import html_of, photograph, save, seen  # noqa: E402
from support.terminal import mailer  # noqa: E402

SAMPLE, READER = "harbour-report", "k.lindqvist@example.net"
EMAIL = {"desktop": (800, 1150), "phone": (390, 1000)}
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


@contextmanager
def shown(browser: Browser, client: Client, window: dict[str, int], scheme: str = "light") -> Iterator[Page]:
    """The preview's page, once a reader's mail stands in it."""
    context = context_of(browser, client, viewport=window, color_scheme=scheme)
    try:
        page = context.new_page()
        page.goto(str(client.base_url.join(f"/?show={SAMPLE}")))
        page.fill("#for", READER)
        page.press("#for", "Enter")
        expect(page.frame_locator("#shown").locator("body")).to_contain_text("Dear Karin")
        expect(page.locator("#findings")).not_to_be_empty()
        page.locator("#subject").click()  # leaves the field, and the mark of where one types
        yield page
    finally:
        context.close()


def preview(browser: Browser, folder: Path) -> None:
    """The page in a large window; on a phone; and dark, with the mail as on a phone, and a finding."""
    office = make_own_office(folder / "press-office")
    release = office.releases / f"{SAMPLE}.md"
    with (
        serving("preview", SAMPLE, "--no-browser", cwd=office.root) as address,
        entered(address) as client,
    ):
        with shown(browser, client, WINDOW) as page:
            save(seen(page), IMAGES / "preview-light.png")
        with shown(browser, client, PHONE) as page:
            save(seen(page), IMAGES / "preview-phone.png")
        with shown(browser, client, WINDOW, "dark") as page:
            page.get_by_text("Phone", exact=True).click()
            page.get_by_text("Dark", exact=True).click()
            release.write_text(release.read_text("utf-8").replace("**“What", "“What", 1), "utf-8")
            expect(page.locator("#findings")).to_contain_text("**")
            expect(page.locator("#state")).not_to_have_class(re.compile(r"\bon\b"))  # “Saved and shown again”
            page.wait_for_timeout(500)  # it fades
            save(seen(page), IMAGES / "preview-dark.png")


def main() -> None:
    with chromium() as browser, tempfile.TemporaryDirectory() as scratch:
        email(browser, Path(scratch))
        preview(browser, Path(scratch))


if __name__ == "__main__":
    main()
