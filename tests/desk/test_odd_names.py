"""Releases called as nobody would call one: whatever a form posts, it leads back to the page of that very release."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlsplit

import httpx
import pytest
from support.browser import entered, serving
from support.own_office import make_own_office

NAMES = ("50% off#1", "what now%3F", "-debug", "a&b=c")


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    office = make_own_office(tmp_path_factory.mktemp("odd") / "press-office")
    written: Path = office.releases / "harbour-report.md"
    for name in NAMES:
        (office.releases / f"{name}.md").write_bytes(written.read_bytes())
    with serving("desk", "--no-browser", cwd=office.root) as url, entered(url) as client:
        yield client


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("what", ["rehearse", "text", "translation"])
def test_a_form_leads_back_to_its_release(opened: httpx.Client, name: str, what: str) -> None:
    base = str(opened.base_url).rstrip("/")
    page = f"/r/{quote(name, safe='')}"
    text = opened.get(f"{page}/text").json()
    typed = {"text": text["text"], "base": text["hash"], "was": text["text"], "language": "fr"}
    headers = {"Origin": base, "Sec-Fetch-Site": "same-origin"}
    answer = opened.post(f"{page}/{what}", data=typed, headers=headers, timeout=120)
    assert answer.status_code == 303, answer.text
    assert urlsplit(answer.headers["location"]).path == (f"{page}/send" if what == "rehearse" else page)
    assert opened.get(answer.headers["location"], timeout=60).status_code == 200
