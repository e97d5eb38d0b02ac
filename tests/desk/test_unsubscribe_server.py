"""`mailer unsubscribe-server` as mail providers, scanners, people and mischief meet it: over real connections."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import expect
from support.browser import chromium, serving
from support.terminal import mailer
from support.unsubscribing import token_of_the_first_kind

from mailer.press import Choice, Suppressions, canonical, read_audience, unsubscribe_token
from mailer.workspace import Workspace, make_workspace

KEY = "a long random text, but only for tests"
ANA = "ana.ruiz@example.net"
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@contextmanager
def server(workspace: Workspace, *options: str, **settings: str) -> Iterator[str]:
    arguments = ("unsubscribe-server", "--port", "0", *options)
    with serving(*arguments, cwd=workspace.root, SECRET_KEY=KEY, **settings) as url:
        yield url


def link(url: str, address: str = ANA, key: str = KEY) -> str:
    return url + unsubscribe_token(address, key)


def off(workspace: Workspace) -> dict[str, tuple[str, str]]:
    """Who is on suppressed.csv now: reason and source by address, of those who were not there at first."""
    found = {canonical(s.address): (s.reason, s.source) for s in Suppressions(workspace.suppressed)}
    return {address: found[address] for address in found if address != "gone.away@example.com"}


def lines(path: Path) -> int:
    return len(path.read_text("utf-8").splitlines())


def test_one_click_as_gmail_makes_it(workspace: Workspace) -> None:
    """RFC 8058 §3.2: urlencoded or multipart, no cookies, no redirect; and the next mailing leaves them out."""
    with server(workspace) as url:
        answer = httpx.post(
            link(url),
            content=b"List-Unsubscribe=One-Click",
            headers={"Content-Type": "application/x-www-form-urlencoded", "User-Agent": "Gmail/1.0"},
        )
        multipart = httpx.post(
            link(url, "omar.haddad@example.net"), files={"List-Unsubscribe": (None, "One-Click")}
        )
    assert answer.status_code == multipart.status_code == 200
    assert "set-cookie" not in answer.headers
    assert off(workspace) == {
        ANA: ("unsubscribed", "one-click"),
        "omar.haddad@example.net": ("unsubscribed", "one-click"),
    }
    audience = read_audience(workspace, Choice(lists=("press",)))
    assert {ANA, "omar.haddad@example.net"} <= {
        p.address for p in audience.left_out if p.reason == "suppressed"
    }


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "PUT", "DELETE"])
def test_a_scanner_that_follows_links_takes_nobody_off(workspace: Workspace, method: str) -> None:
    before = workspace.suppressed.read_bytes()
    with server(workspace) as url:
        answer = httpx.request(method, link(url) + "?List-Unsubscribe=One-Click&confirm=yes")
    assert answer.status_code == (200 if method in ("GET", "HEAD") else 405)
    assert workspace.suppressed.read_bytes() == before


@pytest.mark.parametrize(
    "body", [b"", b"List-Unsubscribe=", b"One-Click", b"x=1&" * 5000, b"\xff\xfe=\x00", b"confirm=no"]
)
@pytest.mark.parametrize(
    "kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=é", "text/plain", ""]
)
def test_a_post_that_says_nothing_takes_nobody_off(
    calm: tuple[Workspace, str], body: bytes, kind: str
) -> None:
    workspace, url = calm
    headers = [("Content-Type", kind.encode())] if kind else []
    answer = httpx.post(link(url), content=body, headers=headers)
    assert answer.status_code == 400
    assert off(workspace) == {}


@pytest.fixture(scope="module")
def calm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Workspace, str]]:
    workspace = make_workspace(tmp_path_factory.mktemp("calm") / "office")
    with server(workspace, "--limit", "1000") as url:
        yield workspace, url


def forged() -> list[str]:
    token = unsubscribe_token(ANA, KEY)
    first = token_of_the_first_kind(ANA, KEY)
    address, _, signature = first.rpartition(".")
    omar = "omar.haddad@example.net"
    other = token_of_the_first_kind(omar, KEY).rpartition(".")[0]
    return [
        unsubscribe_token(ANA, "another key"), token[:16] + unsubscribe_token(omar, KEY)[16:], token[16:], token[:16],
        token_of_the_first_kind(ANA, "another key"), f"{other}.{signature}", address, first[:-1], f"{first}A",
        f"{address}.{token[:16]}", f"{token}.{signature}", token[:-1], f"{token}A", "x", ".",
        "%00", "..%2f..%2flists%2fpress.csv", "é", "A" * 5000, f"{token}/", f"{token}/more",
    ]  # fmt: skip


@pytest.mark.parametrize("token", forged(), ids=range(len(forged())))
def test_a_forged_token_says_nothing_and_does_nothing(calm: tuple[Workspace, str], token: str) -> None:
    workspace, url = calm
    for answer in (httpx.get(url + token), httpx.post(url + token, data=ONE_CLICK)):
        assert answer.status_code == 404
        assert "This link does not work" in answer.text
        assert ANA not in answer.text
        assert "signature" not in answer.text.lower()
    assert off(workspace) == {}


def test_a_replay_says_the_same_and_writes_nothing_more(workspace: Workspace) -> None:
    before = lines(workspace.suppressed)
    with server(workspace) as url:
        first = httpx.post(link(url), data=ONE_CLICK)
        again = httpx.post(link(url), data=ONE_CLICK)
        shouted = httpx.post(link(url, ANA.upper()), data=ONE_CLICK)
    assert first.status_code == again.status_code == shouted.status_code == 200
    assert first.text == again.text
    assert lines(workspace.suppressed) == before + 1


def test_many_at_once_all_stand_in_the_file_once(workspace: Workspace) -> None:
    people = [f"reader{n}@example.net" for n in range(20)]
    before = lines(workspace.suppressed)
    with server(workspace) as url, ThreadPoolExecutor(8) as pool:
        answers = list(
            pool.map(lambda who: httpx.post(link(url, who), data=ONE_CLICK).status_code, people * 2)
        )
    assert set(answers) == {200}
    assert set(off(workspace)) == set(people)
    assert lines(workspace.suppressed) == before + len(people)


def test_a_flood_is_turned_away_but_a_first_wish_is_not(workspace: Workspace) -> None:
    with server(workspace, "--limit", "5") as url, httpx.Client() as client:
        answers = [client.get(f"{url}forged{n}") for n in range(8)]
        assert [a.status_code for a in answers] == [404] * 5 + [429] * 3
        assert answers[-1].headers["retry-after"] == "60"
        assert client.post(f"{url}forged", data=ONE_CLICK).status_code == 429
        assert client.get(f"{url}no/such/page").status_code == 429
        assert client.post(link(url), data=ONE_CLICK).status_code == 200
        assert client.post(link(url), data=ONE_CLICK).status_code == 429, "a replay is not a first wish"
    assert set(off(workspace)) == {ANA}


@pytest.mark.parametrize(("options", "last"), [((), 429), (("--proxy", "127.0.0.1"), 404)])
def test_who_a_client_is_comes_from_a_proxy_only_if_we_are_told_so(
    workspace: Workspace, options: tuple[str, ...], last: int
) -> None:
    with server(workspace, "--limit", "2", *options) as url:
        for n in range(3):
            answer = httpx.get(f"{url}forged", headers={"X-Forwarded-For": f"203.0.113.{n}"})
    assert answer.status_code == last


def test_the_page_asks_and_its_button_unsubscribes(workspace: Workspace) -> None:
    with server(workspace) as url, chromium() as browser:
        context = browser.new_context(viewport={"width": 390, "height": 800}, locale="es-MX")
        page = context.new_page()
        page.goto(link(url))
        expect(page).to_have_title("Darse de baja · Fundación Bahía del Petrel")
        expect(page.locator("html")).to_have_attribute("lang", "es")
        expect(page.locator("body")).to_contain_text(ANA)
        expect(page.get_by_role("button")).to_have_css(
            "min-height", "48px"
        )  # the policy lets our own style in
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        assert off(workspace) == {}
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading")).to_have_text("Ha quedado dado de baja")
        assert context.cookies() == []
    assert off(workspace) == {ANA: ("unsubscribed", "page")}


@pytest.mark.parametrize(("lang", "accept", "shown"), [
    ("de", "es", "de"), ("pt-BR", "", "pt"), ("", "fr-CA,en;q=0.5", "fr"), ("xx", "zz", "en"), ("ar", "en", "ar"), ("<b>", "", "en"),
])  # fmt: skip
def test_the_page_speaks_the_language_asked_for(
    calm: tuple[Workspace, str], lang: str, accept: str, shown: str
) -> None:
    answer = httpx.get(link(calm[1]), params={"lang": lang}, headers={"Accept-Language": accept})
    assert answer.headers["content-language"] == shown
    assert f'<html lang="{shown}" dir="{"rtl" if shown == "ar" else "ltr"}">' in answer.text


def test_nothing_of_the_page_may_be_kept_framed_or_told_on(calm: tuple[Workspace, str]) -> None:
    for answer in (httpx.get(link(calm[1])), httpx.get(calm[1] + "forged"), httpx.post(link(calm[1]))):
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["referrer-policy"] == "no-referrer"  # or the token would travel on
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "server" not in answer.headers


def test_a_wish_that_cant_be_written_is_not_confirmed(workspace: Workspace) -> None:
    """A folder that has gone, as a network drive does: it is not made anew, where nobody would look for it."""
    elsewhere = workspace.root / "elsewhere"
    with server(workspace) as url:
        workspace.lists.rename(elsewhere)
        answer = httpx.post(link(url), data=ONE_CLICK)
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "60")
        assert not workspace.lists.exists()
        elsewhere.rename(workspace.lists)
        assert off(workspace) == {}
        assert httpx.post(link(url), data=ONE_CLICK).status_code == 200
    assert set(off(workspace)) == {ANA}


def test_it_answers_under_the_path_of_unsubscribe_url_too(workspace: Workspace) -> None:
    with server(workspace, UNSUBSCRIBE_URL="https://example.org/press/leave/") as url:
        elsewhere = link(url).replace("/u/", "/press/leave/")
        assert httpx.post(elsewhere, data=ONE_CLICK).status_code == 200
        assert urlsplit(url).hostname == "127.0.0.1"
    assert set(off(workspace)) == {ANA}


def test_it_does_not_start_without_a_key_or_a_port(workspace: Workspace) -> None:
    without = mailer("unsubscribe-server", "--port", "0", cwd=workspace.root)
    assert (without.code, "SECRET_KEY" in without.err) == (2, True)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ran = mailer("unsubscribe-server", "--port", str(port), cwd=workspace.root, SECRET_KEY=KEY)
    assert (ran.code, str(port) in ran.err) == (2, True)
