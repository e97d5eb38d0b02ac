"""What axe-core says about a page that a browser shows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files

from playwright.sync_api import Page, ViewportSize


@cache
def _axe_core() -> str:
    return (files("axe_playwright_python") / "axe.min.js").read_text("utf-8")


IS_THERE = "typeof axe === 'object'"
RUN = """(async () => {
  const found = await axe.run(document, {resultTypes: ["violations"], ...%s});
  return found.violations.flatMap(({id, help, nodes}) => nodes.map((node) =>
    `${id}: ${help}: ${node.target.join(" ")}: ${node.failureSummary.split("\\n").slice(1).join("; ").trim()}`));
})()"""
COLOURS = "{runOnly: ['color-contrast', 'link-in-text-block']}"
"""What the other colour scheme may break."""


def violations(page: Page, rules: str = "{}") -> list[str]:
    """Every element that breaks a rule, best practices among them: the rule, where, and what is wrong there.

    It is run through the debugger, so that the page's own Content-Security-Policy stays in force and allows nothing
    for it. What stands in frames is not looked at; their page is another one. A page that is only coming is waited for.
    """
    page.wait_for_load_state()
    debugger = page.context.new_cdp_session(page)

    def evaluated(expression: str) -> object:
        asked = {
            "expression": expression, "awaitPromise": True, "returnByValue": True,
            "allowUnsafeEvalBlockedByCSP": True,
        }  # fmt: skip
        answer = debugger.send("Runtime.evaluate", asked)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    try:
        if not evaluated(IS_THERE):
            evaluated(f"{_axe_core()};0")
        found = evaluated(RUN % rules)
    finally:
        debugger.detach()
    assert isinstance(found, list)
    return found


def everywhere(page: Page, sizes: Sequence[ViewportSize]) -> Iterator[str]:
    """What is wrong with a page as it stands at any of the sizes, in either colour scheme: what breaks a rule, and what
    is wider than the screen."""
    for size in sizes:
        page.set_viewport_size(size)
        for scheme, rules in (("light", "{}"), ("dark", COLOURS)):
            page.emulate_media(color_scheme=scheme)
            yield from (f"{scheme}, {size['width']} px: {said}" for said in violations(page, rules))
        over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if over > 0:
            yield f"{size['width']} px: {over} px too wide"
