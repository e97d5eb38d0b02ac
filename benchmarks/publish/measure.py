"""What tools that this project did not write say about a published site: axe-core and Nu, and whether anything overflows.

    python benchmarks/publish/measure.py SITE --judge DIR --shots DIR

SITE is a folder that `mailer publish` wrote. The judge's folder has axe-core and Nu in its node_modules (`--judge`, JUDGE,
or `../shared/judge` beside this repository). Prints what is wrong, and exits with 1 if anything is.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

REPOSITORY = Path(__file__).resolve().parents[2]
WIDTHS = (320, 360, 390, 600, 768, 1024, 1400)
SCHEMES: tuple[Any, ...] = ("light", "dark")
SHOT_AT = (390, 1400)
TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")


def nu(site: Path, judge: Path) -> list[str]:
    jar = judge / "node_modules/vnu-jar/build/dist/vnu.jar"
    command = [
        "java",
        "-Xss8m",
        "-jar",
        str(jar),
        "--format",
        "json",
        "--also-check-css",
        *map(str, pages(site)),
        str(site / "site.css"),
    ]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    said = json.loads(ran.stderr)["messages"]
    return [f"nu: {Path(m['url']).name}:{m.get('lastLine')}: {m['type']}: {m['message']}" for m in said]


def pages(site: Path) -> list[Path]:
    return sorted(site.glob("*.html"))


def seen(browser: Browser, page: Path, axe: str, shots: Path | None) -> Iterator[str]:
    for scheme in SCHEMES:
        context = browser.new_context(color_scheme=scheme, java_script_enabled=True, offline=True)
        tab = context.new_page()
        tab.goto(page.as_uri())
        for width in WIDTHS:
            tab.set_viewport_size({"width": width, "height": 900})
            over = tab.evaluate("document.documentElement.scrollWidth - innerWidth")
            if over > 0:
                yield f"overflow: {page.name} at {width}: {over} px"
            if width in SHOT_AT:
                yield from faults(tab, axe, f"{page.name} {scheme} {width}")
                if shots:
                    tab.screenshot(path=shots / f"{page.stem}-{width}-{scheme}.png", full_page=True)
        for active in tab.query_selector_all("script:not([src^='axe']), iframe, form, object, embed"):
            yield f"active: {page.name}: {active}"
        context.close()


def faults(tab: Page, axe: str, where: str) -> Iterator[str]:
    tab.evaluate(axe)
    found = tab.evaluate("tags => axe.run(document, {runOnly: {type: 'tag', values: tags}})", list(TAGS))
    for violation in found["violations"]:
        for node in violation["nodes"]:
            yield f"axe: {where}: {violation['id']}: {node['target']} {node['failureSummary'].splitlines()[1:2]}"


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("site", type=Path)
    parser.add_argument(
        "--judge", type=Path, default=Path(os.environ.get("JUDGE", REPOSITORY.parent / "shared/judge"))
    )
    parser.add_argument("--shots", type=Path)
    asked = parser.parse_args()
    asked.site = asked.site.resolve()
    if asked.shots:
        asked.shots.mkdir(parents=True, exist_ok=True)
    axe = (asked.judge / "node_modules/axe-core/axe.min.js").read_text("utf-8")
    found = nu(asked.site, asked.judge)
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        for page in pages(asked.site):
            found += seen(browser, page, axe, asked.shots)
        browser.close()
    for line in found:
        print(line)
    kinds = {
        kind: sum(line.startswith(kind) for line in found) for kind in ("axe", "nu", "overflow", "active")
    }
    print(f"{len(pages(asked.site))} pages: {kinds}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
