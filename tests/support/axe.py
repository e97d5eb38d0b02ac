"""What axe-core says about a page that a browser shows."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from playwright.sync_api import Page


@cache
def _axe_core() -> str:
    return (files("axe_playwright_python") / "axe.min.js").read_text("utf-8")


RUN = """(async () => {
  const found = await axe.run(document, {resultTypes: ["violations"]});
  return found.violations.flatMap(({id, help, nodes}) => nodes.map((node) =>
    `${id}: ${help}: ${node.target.join(" ")}: ${node.failureSummary.split("\\n").slice(1).join("; ").trim()}`));
})()"""


def violations(page: Page) -> list[str]:
    """Every element that breaks a rule, best practices among them: the rule, where, and what is wrong there.

    It is run through the debugger, so that the page's own Content-Security-Policy stays in force and allows nothing
    for it. What stands in frames is not looked at; their page is another one. A page that is only coming is waited for.
    """
    page.wait_for_load_state()
    debugger = page.context.new_cdp_session(page)
    try:
        for expression in (_axe_core(), RUN):
            answer = debugger.send(
                "Runtime.evaluate",
                {
                    "expression": expression,
                    "awaitPromise": expression is RUN,
                    "returnByValue": expression is RUN,
                    "allowUnsafeEvalBlockedByCSP": True,
                },
            )
            assert "exceptionDetails" not in answer, answer["exceptionDetails"]
    finally:
        debugger.detach()
    return list(answer["result"]["value"])
