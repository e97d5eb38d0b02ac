"""What tools that this project did not write say about its mails: every release of the corpus in every theme.

    python benchmarks/judge/measure.py                                    # all; rewrites the table of docs/email.md
    python benchmarks/judge/measure.py --only wide-table --theme letter   # a part, which only prints
    python benchmarks/judge/measure.py --fast --whole full                # all; the slow tools for some alone

The judge is a program of its own, `judge.py` in a folder that `--judge` or JUDGE names. Without either it is looked for
in `../shared/judge`, beside this repository.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from corpus import REPOSITORY, SAMPLE, Release, corpus, draw

from mailer.desk.inbox import Inbox

NEWSROOM = Path(__file__).resolve().parent / "newsroom.md"
PAGE = REPOSITORY / "docs" / "email.md"
BEGIN, END = "<!-- made by benchmarks/judge/measure.py -->", "<!-- end -->"
READER = "reader@example.net"
BAR = 98.0
CORRECTS = re.compile(r"(?im)^corrects: *(\S+)")

Summary = Mapping[str, Any]


def mailer(*arguments: str, folder: Path, **environment: str) -> str:
    """The command, as staff give it."""
    ran = subprocess.run(
        (sys.executable, "-m", "mailer", *arguments), cwd=folder, env={**os.environ, **environment},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if ran.returncode:
        sys.exit(f"mailer {' '.join(arguments)}\n{ran.stderr}")
    return ran.stdout


def workspace(folder: Path) -> Path:
    """A workspace with one reader, to whom those releases were sent that others follow."""
    root = folder / "office"
    mailer("init", str(root), folder=folder)
    shutil.copyfile(NEWSROOM, root / "newsroom.md")
    (root / "newsroom.es.md").unlink()
    (root / "lists" / "judged.csv").write_text(f"email,name,language\n{READER},Ana Reader,en\n", "utf-8")
    (root / "releases" / "figures.csv").write_text("harbour,samples\n" + "Saltby,3812\n" * 200, "utf-8")
    for page in root.rglob(f"{SAMPLE}.*.md"):
        page.unlink()  # a translation would be sent in its stead
    releases = corpus()
    with Inbox(folder / "inbox") as inbox:
        for name in sorted(
            {match[1] for release in releases.values() if (match := CORRECTS.search(release.text))}
        ):
            (root / "releases" / f"{name}.md").write_text(releases[name].text, "utf-8")
            mailer("send", name, "--list", "judged", "--yes", folder=root, SMTP_HOST="127.0.0.1",
                   SMTP_PORT=str(inbox.port), SMTP_SECURITY="none")  # fmt: skip
    return root


def render(root: Path, release: Release, theme: str, out: Path) -> Path:
    """The mail that the reader would get."""
    page, newsroom = root / "releases" / f"{release.name}.md", root / "newsroom.md"
    page.write_text(release.text, "utf-8")
    plain = newsroom.read_text("utf-8")
    if release.picture:
        draw(release.picture, root)
    if release.newsroom:
        changed = plain
        for name, value in release.newsroom.items():
            changed = re.sub(rf"^{name}:.*\n", "", changed, flags=re.MULTILINE)
            changed = changed.replace("---\n", f"---\n{name}: {value}\n", 1)
        newsroom.write_text(changed, "utf-8")
    try:
        to = () if CORRECTS.search(release.text) else ("--list", "judged", "--for", READER)
        mailer("render", release.name, "--theme", theme, "--out", str(out / "rendered"), *to, folder=root)
    finally:
        newsroom.write_text(plain, "utf-8")
    (mail,) = (out / "rendered").glob("*.eml")
    named = mail.rename(out / f"{release.name}.{theme}.eml")
    for rest in (out / "rendered").iterdir():
        rest.unlink()
    return named


def judged(
    mails: Sequence[Path], judge: Path, out: Path, options: Sequence[str]
) -> Iterator[tuple[str, Summary]]:
    """Each mail's summary, by its name, some at a time: a browser that has seen too many pages grows slow."""
    for number in range(0, len(mails), 8):
        some = mails[number : number + 8]
        folder = out / f"judged-{number}"
        command = (sys.executable, str(judge / "judge.py"), *map(str, some), "--out", str(folder), *options)
        ran = subprocess.run(command, capture_output=True, text=True, check=False)
        if ran.returncode:
            sys.exit(f"the judge failed: {ran.stderr[-2000:]}")
        for name, found in json.loads((folder / "judge.json").read_text("utf-8")).items():
            yield name, found["summary"]
            said = ", ".join(f"{gate} {count}" for gate, count in found["summary"]["gates_broken"].items())
            print(f"{name:40} {found['summary']['overall']:6}  {said or 'every gate 0'}", flush=True)


COLUMNS = {
    "axe": ("axe_violations_800", "axe_violations_360"),
    "HTML checker": ("vnu_errors", "vnu_warnings", "mso_structural"),
    "px over": ("overflow_px_320_360_600_800", "overflow_nostyle_320_360"),
    "contrast": ("contrast_light", "contrast_dark", "dark_stays_light"),
    "recoloured": ("contrast_sim_dark_total",),
    "structure": ("semantic_problems", "note_targets_wrong", "unsubscribe_html", "language_missing"),
    "targets": ("button_dead_share", "small_targets"),
    "type": ("leading_jitter_px", "type_sizes_over", "type_faults"),
    "lost in text": ("words_missing_in_text", "links_missing_in_text", "numbers_differ"),
    "MIME, text": ("mime_problems", "text_problems", "snippet_repeats", "active_content", "cid_unresolved", "picture_metadata"),
}  # fmt: skip
"""What a column of the table adds up: names of the judge's summary."""


def total(summary: Summary, names: Sequence[str]) -> int:
    """What those count together; -1 where none of them was measured."""
    values = [summary[name] for name in names if summary.get(name) is not None]
    return (
        sum(int(sum(value)) if isinstance(value, list) else int(value) for value in values) if values else -1
    )


def table(found: Mapping[str, Summary], themes: Sequence[str]) -> str:
    """A row a release; faults of all themes added up, size and score of each."""
    head = [
        "release",
        *COLUMNS,
        *(f"KB, {theme}" for theme in themes),
        *(f"overall, {theme}" for theme in themes),
    ]
    lines = [f"| {' | '.join(head)} |", "|" + "---|" * len(head)]
    for name in dict.fromkeys(key.rsplit(".", 1)[0] for key in found):
        mails = [found[f"{name}.{theme}"] for theme in themes]
        counts = [[total(mail, names) for mail in mails] for names in COLUMNS.values()]
        cells = ["–" if -1 in each else str(sum(each)) for each in counts]
        cells += [str(mail[key]) for key in ("html_kb", "overall") for mail in mails]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def write(found: Mapping[str, Summary], themes: Sequence[str]) -> None:
    """Put the table into the page, between its marks."""
    broken = sum(sum(mail["gates_broken"].values()) for mail in found.values())
    least = min(mail["overall"] for mail in found.values())
    said = (
        f"{len(found)} mails on {datetime.now(UTC):%-d %B %Y}: {broken} faults at all gates together; the lowest overall score is"
        f" {least}."
    )
    if partly := sum(total(mail, COLUMNS["recoloured"]) == -1 for mail in found.values()):
        said += f"\n{partly} of them without SpamAssassin and without the clients that recolour (–)."
    before, _, rest = PAGE.read_text("utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    PAGE.write_text(f"{before}{BEGIN}\n{said}\n\n{table(found, themes)}\n{END}{after}", "utf-8")


def main() -> None:
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument(
        "--only", action="append", metavar="NAME", help="one release of the corpus; repeatable"
    )
    arguments.add_argument("--theme", action="append", help="one theme; repeatable")
    arguments.add_argument(
        "--judge", type=Path, default=os.environ.get("JUDGE", REPOSITORY.parent / "shared" / "judge")
    )
    arguments.add_argument("--out", type=Path, help="keep the mails and what the judge says here")
    arguments.add_argument("--shots", action="store_true", help="keep screenshots as well")
    arguments.add_argument("--fast", action="store_true", help="without SpamAssassin and recolouring clients")
    arguments.add_argument(
        "--whole",
        action="append",
        metavar="NAME",
        help="a release for which --fast does not hold; repeatable",
    )
    given = arguments.parse_args()
    releases = corpus()
    if unknown := {*(given.only or ()), *(given.whole or ())} - set(releases):
        arguments.error(f"no release is called {', '.join(sorted(unknown))}; there are {', '.join(releases)}")
    shipped = sorted(path.parent.name for path in (REPOSITORY / "templates").glob("*/theme.txt"))
    themes = given.theme or shipped
    with tempfile.TemporaryDirectory() as scratch:
        out = (given.out or Path(scratch) / "out").resolve()
        out.mkdir(parents=True, exist_ok=True)
        root = workspace(Path(scratch))
        chosen = [releases[name] for name in given.only or releases]
        mails = [render(root, release, theme, out) for release in chosen for theme in themes]
        whole = [
            mail for mail in mails if not given.fast or mail.stem.rsplit(".", 1)[0] in (given.whole or ())
        ]
        options = () if given.shots else ("--no-shots",)
        judge = Path(given.judge)
        found = dict(judged(whole, judge, out / "whole", options))
        rest = [mail for mail in mails if mail not in whole]
        for name, summary in judged(rest, judge, out / "fast", (*options, "--fast")):
            found[name] = {
                **summary,
                **dict.fromkeys(COLUMNS["recoloured"]),
            }  # the judge says 0 of what it left out
        found = {mail.stem: found[mail.stem] for mail in mails}
    print("\n" + table(found, themes))
    if not given.only and not given.theme:
        write(found, themes)
    broken = [name for name, mail in found.items() if mail["gates_broken"] or mail["overall"] < BAR]
    print(f"\n{len(found)} mails, {len(broken)} below the bar" + "".join(f"\n  {name}" for name in broken))
    sys.exit(1 if broken else 0)


if __name__ == "__main__":
    main()
