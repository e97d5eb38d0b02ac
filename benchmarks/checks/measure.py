"""What the checks say about releases that are as they should be, and what is needed of it: needless warnings are worse than
misses. What they find of faults that are planted there. And how long they take: `python benchmarks/checks/measure.py`.

The releases are invented, each of one of the offices of offices.toml; JUDGED names each warning that an editor would thank
for. Whatever else warns is needless.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
import tempfile
import time
import tomllib
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from mailer.checks import Draft, run_checks
from mailer.model import Audience, Finding, Recipient
from mailer.release import read_release
from mailer.render import render
from mailer.workspace import Workspace, make_workspace

HERE = Path(__file__).resolve().parent
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
"""The day on which the releases are looked at; their dates are of the fortnight before."""

RECIPIENTS = (Recipient("ana@example.net", "Ana Ruiz", languages=("en",)),)

JUDGED: dict[tuple[str, str], str] = {}
"""(release, id) → why an editor would thank for it. Nothing is planted in the forty, so nothing stands here."""


Change = Callable[[str, str], tuple[str, str]]
"""Of a release's header and body."""


def body(pattern: str, by: str) -> Change:
    return lambda head, text: (head, re.sub(pattern, by, text, count=1))


def head(pattern: str, by: str) -> Change:
    return lambda head, text: (re.sub(pattern, by, head, count=1), text)


def shouted(head: str, text: str) -> tuple[str, str]:
    return re.sub(
        r"(?m)^(Headline|Titular|Subject): .*", lambda m: f"{m[1]}: {m[0].partition(': ')[2].upper()}", head
    ), text


def misspelt(head: str, text: str) -> tuple[str, str]:
    """Whoever is quoted, once more, with two letters in the wrong order."""
    who = re.search(r"(?:said|dijo|sagte) (?:Dr )?([A-ZÁ]\w+ [A-Z]\w{4,})[,.]", text)
    return head, f"{text}\n\n{who[1][:-2]}{who[1][-1]}{who[1][-2]} has the last word.\n" if who else text


def doubled_dateline(head: str, text: str) -> tuple[str, str]:
    place = re.search(r"(?:Dateline|Lugar): (.*)", head)
    return head, f"{place[1]} – {text}" if place else text


PLANTED: dict[str, tuple[Change, ...]] = {
    "weekday": (
        body(r"\bMonday(,? (?:January|December|\d))", r"Friday\1"),
        body(r"\b(?:Tues|Wednes|Thurs)day(,? (?:November|December|September|\d))", r"Sunday\1"),
        body(r"\bmiércoles (?=\d)", "jueves "),
        body(r"\bjueves (?=\d)", "martes "),
        body(r"\bDonnerstag, (?=\d)", "Montag, "),
        body(r"\blundi (?=1er)", "mardi "),
    ),
    "doubled-word": (body(r" the ", " the the "), body(r" los ", " los los "), body(r" und ", " und und ")),
    "unbalanced-quotes": (body(r"”", ""), body(r"»", ""), body("»", " ")),
    "placeholder-text": (
        body(r"\d[\d,.]*(?= (?:million|people|homes|percent|euros|years))", "XX"),
        body(r"\b\d[\d,.]+ (?=\w{4})", "TK "),
    ),
    "short-link": (body(r"https://\w+\.example\.org/\S+?(?=>)", "https://bit.ly/3xYzAbc"),),
    "old-date": (head(r"((?:Date|Fecha): .*)2026", r"\g<1>2025"),),
    "loud-subject": (shouted,),
    "fake-reply": (
        head(r"(?m)^Subject: ", "Subject: Re: "),
        head(r"(?m)^(Date|Fecha):", r"Subject: Re: your question\n\1:"),
    ),
    "typed-note": (body(r"(?<=[a-z]{5})\.\n", ".¹\n"),),
    "relative-day": (body(r" on (?:Tues|Thurs|Wednes)day\b(?=[.,;])", " yesterday"),),
    "phone-in-list": (body(r"\Z", "\n\n1. 555 010 0199\n"),),
    "embargo-in-text": (body(r"\A", "EMBARGOED UNTIL 29 NOVEMBER 2026, 06:00\n\n"),),
    "name-spelling": (misspelt,),
    "left-by-word": (doubled_dateline,),
}
"""What is planted, by the id that should find it; each release takes the first that changes it."""


def office(folder: Path, key: str) -> Workspace:
    """A workspace of one of the offices."""
    told = tomllib.loads((HERE / "offices.toml").read_text("utf-8"))[key]
    workspace = make_workspace(folder / key)
    for path in (*workspace.root.glob("newsroom*.md"), *workspace.releases.glob("*.md")):
        path.unlink()
    domain = re.sub(r"\W", "", told["name"].lower().encode("ascii", "ignore").decode())
    workspace.newsroom.write_text(
        f"---\nName: {told['name']}\nLang: {told['lang']}\nSender: {told['name']} <press@{domain}.example.org>\n"
        f"Postal address: 1 Example Street\nZone: {told['zone']}\nContacts:\n  - name: Jo Perrin\n"
        f"    phone: {told['phone']}\n    email: press@{domain}.example.org\n---\n",
        "utf-8",
    )
    return workspace


def parts_of(text: str) -> tuple[str, str]:
    _, head, body = text.split("---\n", 2)
    return head, body.lstrip("\n")


def changed(text: str, change: Change) -> str:
    head, body = change(*parts_of(text))
    return f"---\n{head}---\n\n{body}"


def found_in(name: str, folder: Path, change: Change | None = None) -> tuple[Finding, ...]:
    """What is found in one of the releases, at its office.

    Args:
        change: makes another text of the release's own.
    """
    key = name.partition("-")[0]
    workspace = office(folder / name, key)
    for path in (HERE / "releases").glob(f"{key}-*.md"):
        text = path.read_text("utf-8")
        (workspace.releases / path.name).write_text(
            changed(text, change) if change and path.stem == name else text, "utf-8"
        )
    release = read_release(workspace, name, today=NOW.date())
    rendered = {e.language: render(e, workspace.theme(e.theme)) for e in release.editions}
    return run_checks(Draft(workspace, release, Audience(RECIPIENTS), rendered, NOW))


def names() -> list[str]:
    return sorted(path.stem for path in (HERE / "releases").glob("*.md") if path.stem.count(".") == 0)


def judge(verbose: bool) -> None:
    needless: Counter[str] = Counter()
    needed: Counter[str] = Counter()
    notices: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        for name in names():
            for finding in found_in(name, Path(folder)):
                thanked = JUDGED.get((name, finding.id), "")
                counted = notices if finding.level == "notice" else needed if thanked else needless
                counted[finding.id] += 1
                if verbose or counted is needless:
                    print(f"{finding.level:8} {finding.where}: {finding.message} [{finding.id}] {thanked}")
    number = len(names())
    print(
        f"{number} releases: {sum(needless.values())} needless warnings and errors, {sum(needed.values())} needed"
    )
    for title, counted in (("needless", needless), ("needed", needed), ("notices", notices)):
        print(
            f"  {title}: {', '.join(f'{check} {times}' for check, times in counted.most_common()) or 'none'}"
        )


def plantable(check: str) -> list[tuple[str, Change]]:
    """The releases in which something can be planted that a check should find, and how."""
    found = []
    for name in names():
        parts = parts_of((HERE / "releases" / f"{name}.md").read_text("utf-8"))
        change = next((each for each in PLANTED[check] if each(*parts) != parts), None)
        found += [(name, change)] if change else []
    return found


def plant() -> None:
    """Of the faults that are planted, one by one, how many are found."""
    print("planted faults, found of planted:")
    with tempfile.TemporaryDirectory() as folder:
        for check in PLANTED:
            planted = plantable(check)
            missed = [
                name
                for name, change in planted
                if check not in {each.id for each in found_in(name, Path(folder) / check, change)}
            ]
            not_in = f"; not in {', '.join(missed)}" if missed else ""
            print(f"  {check:18} {len(planted) - len(missed)} of {len(planted)}{not_in}")


def imported() -> None:
    """The releases of importing/, which were written for another purpose, as `mailer import` reads them: whatever the
    checks of texts warn of. Each is looked at on its own day."""
    sys.path.insert(0, str(HERE.parent.parent / "tests"))
    from click.testing import CliRunner
    from support.benchmark import benchmark
    from support.reading_checks import OF_THE_TEXT

    from mailer.cli import cli

    releases, warned, number = benchmark("importing/releases.py"), Counter[str](), 0
    with tempfile.TemporaryDirectory() as folder:
        workspace = office(Path(folder), "quay")
        path = workspace.releases / "imported.md"
        os.chdir(workspace.root)
        for name in (
            "releases",
            *(f"held_out{which}" for which in ("", "_first", "_second", "_third", "_fourth")),
        ):
            module = benchmark(f"importing/{name}.py")
            shapes = getattr(module, "HELD_OUT", None) or module.SHAPES
            for sample in releases.samples(shapes, len(shapes), seed=3):
                path.unlink(missing_ok=True)
                Path("in.txt").write_text(sample.text, "utf-8")
                CliRunner().invoke(
                    cli, ["import", "in.txt", "--lang", sample.language, "--out", "releases/imported.md"]
                )
                if not path.is_file():
                    continue
                release = read_release(workspace, "imported", today=NOW.date())
                now = datetime.combine(release.original.date, NOW.timetz())
                draft = Draft(workspace, release, Audience(()), {}, now)
                number += 1
                for finding in (found for check in OF_THE_TEXT for found in check(draft)):
                    if finding.level != "notice" and finding.id not in ("missing-field", "past-embargo"):
                        warned[finding.id] += 1
                        print(f"  {sample.shape}: {finding.message} [{finding.id}]")
    print(f"{number} imported releases: {dict(warned)}")


def long_release() -> str:
    """40 KB of text: the releases one behind the other, again and again."""
    bodies = [
        path.read_text("utf-8").split("---\n", 2)[2] for path in sorted((HERE / "releases").glob("quay-*.md"))
    ]
    text = "\n".join(re.sub(r"(?m)\[\^\w+\].*$", "", body) for body in bodies)
    head = "---\nHeadline: A long release\nDate: November 24, 2026\nDateline: Hull\nLang: en\n---\n\n"
    return head + (text * 20)[: 40 * 1024]


def measure(rounds: int, recipients: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        workspace = office(Path(folder), "quay")
        (workspace.releases / "long.md").write_text(long_release(), "utf-8")
        release = read_release(workspace, "long", today=NOW.date())
        rendered = {e.language: render(e, workspace.theme(e.theme)) for e in release.editions}
        people = tuple(
            Recipient(f"r{n}@example.net", f"Reader {n}", languages=("es" if n % 3 else "en",))
            for n in range(recipients)
        )
        (workspace.root / "newsroom.es.md").write_text("---\nName: Quayside\n---\n", "utf-8")
        taken = []
        for _ in range(rounds):
            begun = time.perf_counter()
            findings = run_checks(Draft(workspace, release, Audience(people), rendered, NOW))
            taken.append(time.perf_counter() - begun)
        print(
            f"all checks, {len(long_release()) // 1024} KB, {recipients:,} recipients: {min(taken):.2f} s (best of {rounds}; "
            f"worst {max(taken):.2f} s), {len(findings)} findings"
        )


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--recipients", type=int, default=10_000)
    arguments.add_argument("--verbose", action="store_true", help="show every finding, notices too")
    arguments.add_argument("--imported", action="store_true", help="only the releases of importing/")
    chosen = arguments.parse_args()
    if chosen.imported:
        imported()
        return
    judge(chosen.verbose)
    plant()
    measure(chosen.rounds, chosen.recipients)


if __name__ == "__main__":
    main()
