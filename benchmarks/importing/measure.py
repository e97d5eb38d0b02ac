"""How much of a release in plain text is recovered, whether any word is lost, and how long it takes.

    python benchmarks/importing/measure.py                    200 releases of the shapes that the rules were tuned by
    python benchmarks/importing/measure.py --held-out held_out           48 of shapes that they were not
    python benchmarks/importing/measure.py --held-out held_out_first     those that were held out before
    python benchmarks/importing/measure.py --seed 2           others of the same shapes
    python benchmarks/importing/measure.py --show wire_slashes

Nothing is asserted: the figures are printed, with each miss.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent / "tests"))

from support.benchmark import benchmark
from support.drafts import account

from mailer.errors import ValueFault
from mailer.importing.draft import Draft
from mailer.importing.sources import plain
from mailer.importing.structure import Office, recover
from mailer.importing.words import plain as folded
from mailer.release.values import parse_date

WHAT = ("headline", "date", "dateline", "contact", "embargo", "words")
_ZONES = {"US": "America/New_York", "CA": "America/Toronto", "MX": "America/Mexico_City", "BR": "America/Sao_Paulo",
          "ES": "Europe/Madrid", "FR": "Europe/Paris", "DE": "Europe/Berlin", "AT": "Europe/Vienna",
          "CH": "Europe/Zurich", "BE": "Europe/Brussels", "PT": "Europe/Lisbon"}  # fmt: skip


def office(sample: Any) -> Office:
    """An office of the sample's country that newsroom.md does not name otherwise: the hardest case."""
    return Office(
        language=sample.language,
        region=sample.region,
        zone=_ZONES.get(sample.region, "Europe/London"),
        today=date(2026, 11, 29),
    )


def misses(sample: Any, draft: Draft, lost: str) -> Iterator[tuple[str, str]]:
    """What is not as the release says it: which field, and what stands there."""
    if draft.headline != sample.headline:
        yield "headline", draft.headline
    try:
        found = parse_date(draft.date) if draft.date else None
    except ValueFault:
        found = None
    if found != sample.day:
        yield "date", draft.date
    if folded(draft.dateline) != folded(sample.dateline):
        yield "dateline", draft.dateline
    for contact in sample.contacts:
        same = [
            c for c in draft.contacts
            if c.name == contact.name and contact.phone in (c.phone, c.mobile) and c.email == contact.email
        ]  # fmt: skip
        if not same:
            yield "contact", str(draft.contacts)
    if len(draft.contacts) > len(sample.contacts):
        yield "contact", f"one too many: {draft.contacts}"
    if bool(draft.embargo) != sample.embargo:
        yield "embargo", draft.embargo
    if lost:
        yield "words", lost


def measure(samples: list[Any]) -> tuple[Counter[str], list[tuple[Any, str, str]], list[float]]:
    """How many samples miss something, each miss, and the milliseconds of each sample."""
    counts: Counter[str] = Counter()
    every, times = [], []
    for sample in samples:
        content = sample.text.encode()
        start = time.process_time()
        document = plain.read(content, "release.txt")
        draft = recover(document, office(sample))
        times.append((time.process_time() - start) * 1000)
        found = list(misses(sample, draft, account(document, draft)))
        counts.update({what for what, _ in found})
        every += [(sample, what, seen) for what, seen in found]
    return counts, every, times


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument(
        "--held-out",
        choices=["held_out", "held_out_first", "held_out_second", "held_out_third", "held_out_fourth"],
        default="",
    )
    options.add_argument("--count", type=int, default=0)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--show", default="")
    chosen = options.parse_args()
    releases = benchmark("importing/releases.py")
    shapes = benchmark(f"importing/{chosen.held_out}.py").HELD_OUT if chosen.held_out else releases.SHAPES
    count = chosen.count or (48 if chosen.held_out else 200)
    samples = list(releases.samples(shapes, count, chosen.seed))
    if chosen.show:
        print(next(sample.text for sample in samples if sample.shape == chosen.show))
        return
    measure(samples[:5])  # patterns are made once
    counts, every, times = measure(samples)
    for sample, what, seen in every:
        print(f"{sample.shape}: {what}: {seen[:200]!r}, not {getattr(sample, what, '')!r}")
    print(f"{len(samples)} releases in {len(shapes)} shapes")
    for what in WHAT:
        good = len(samples) - counts[what]
        print(f"  {what:9} {good:4} of {len(samples)}  {100 * good / len(samples):5.1f} %")
    print(f"  ms of a core for each: median {statistics.median(times):.1f}, longest {max(times):.1f}")


if __name__ == "__main__":
    main()
