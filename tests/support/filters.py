"""Whatever somebody types or chooses to look for something on a page, found on the page itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import APIResponse, Locator, Page, Request, Route

FILTERS = """() => {
  const found = [];
  for (const source of document.querySelectorAll("[hx-trigger^=input], [hx-trigger^=change]")) {
    const piece = document.querySelector(source.getAttribute("hx-target"));
    const news = /(?:desk|watching):\\w+/.exec(piece.getAttribute("hx-trigger") ?? "");
    for (const field of source.matches("form") ? source.elements : [source]) {
      if (!field.name || ["hidden", "submit", "datetime-local"].includes(field.type) || !field.checkVisibility()) continue;
      found.push({ name: field.name, kind: field.type, source: source.id, piece: piece.id, news: news && news[0] });
    }
  }
  return found;
}"""


@dataclass(frozen=True)
class Filter:
    """
    Attributes:
        name, kind: of what is filled in.
        source: the id of whoever asks: the field or its form.
        piece: the id of what shows what is found.
        news: the event at which the piece asks for itself anew; None: it never does.
    """

    name: str
    kind: str
    source: str
    piece: str
    news: str | None

    def shown(self, page: Page) -> str:
        """What is shown, with the address by which it is fetched anew."""
        return str(
            page.locator(f"#{self.piece}").evaluate(
                "it => `${it.getAttribute('hx-get')}\\n${it.textContent}`"
            )
        )

    def control(self, page: Page) -> Locator:
        """Of several of one name, the last."""
        return (
            page.locator(f"[name='{self.name}']").and_(page.locator(f"#{self.source}, #{self.source} *")).last
        )

    def fill_in(self, page: Page) -> str:
        """As somebody would who looks for something that is not there, or chooses something else than there is."""
        control = self.control(page)
        if self.kind == "select-one":
            control.focus()
            control.select_option(index=control.locator("option").count() - 1)
        elif self.kind in ("checkbox", "radio"):
            control.click()
            return str(control.evaluate("it => it.checked ? it.value : ''"))
        else:
            control.press_sequentially("zz")
        return control.input_value()

    def asks_with(self, value: str) -> Callable[[Request], bool]:
        """Whether a request is that of the filter, with a value."""
        return lambda request: (
            source_of(request) == self.source
            and value in parse_qs(urlsplit(request.url).query).get(self.name, [""])
        )

    def tell_news(self, page: Page) -> None:
        page.evaluate(
            "(news) => document.body.dispatchEvent(new CustomEvent(news, { bubbles: true }))", self.news
        )


def filters_of(page: Page) -> list[Filter]:
    return [Filter(**each) for each in page.evaluate(FILTERS)]


def source_of(request: Request) -> str:
    """The id of the element for which htmx asks."""
    return request.headers.get("hx-source", "").partition("#")[2]


class Held:
    """The answer to the next question of one element, kept until somebody lets it go.

    Args:
        source: the element's id.
        with_a: what must be in the answer, else it is not the one that is meant.
    """

    def __init__(self, page: Page, source: str, *, with_a: str = "") -> None:
        self._page, self._source, self._with = page, source, with_a
        self._held: list[tuple[Route, APIResponse]] = []
        self._is_held = False
        self.asked = 0
        page.route("**/*", self._hold)

    def _hold(self, route: Route) -> None:
        if source_of(route.request) != self._source:
            return route.fallback()
        self.asked += 1
        if self._is_held:
            return route.fallback()
        answer = route.fetch(headers=route.request.all_headers())
        if self._with not in answer.text():
            return route.fulfill(response=answer)
        self._is_held = True
        self._held.append((route, answer))
        return None

    def wait(self) -> None:
        """Until it is here."""
        for _ in range(600):
            if self._held:
                return
            self._page.wait_for_timeout(50)
        raise AssertionError(f"#{self._source} asked nothing")

    def let_go(self) -> None:
        """Until the page has done with it what it does. What is asked later is still counted."""
        route, answer = self._held.pop()
        route.fulfill(response=answer)
        self._page.wait_for_timeout(200)
