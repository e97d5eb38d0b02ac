"""Damaged mails by the thousand in one folder, read by one `mailer bounces`: none stops the run.

    python benchmarks/bounces/mutated.py                  5,000 mails
    python benchmarks/bounces/mutated.py 50000 --seed 2

Half of them are the bounces, replies and letters of the tests with some octets changed; the others are cut, spliced and
mixed by hypothesis, as in the tests. Each bears the token of a mail that went out, so that all that follows
from it is tried too. A sound bounce lies at the beginning, in the middle and at the end, and each must be dealt with.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent / "tests"))

from hypothesis import HealthCheck, Phase, given, seed, settings
from support.bounce_corpus import bounces
from support.mutated_mail import WHOLE, mutated_mails
from support.returned import ENVELOPE_FROM, TOKEN
from support.sent_mail import returned, send_to

from mailer.bounces.register import digest
from mailer.press import Suppressions
from mailer.workspace import Workspace, make_workspace

SOUND = next(sample.content for sample in bounces() if sample.name == "postfix, unknown user at a remote")
FIRST, MIDDLE, LAST, OTHER = (f"{name}@news.example.net" for name in ("first", "middle", "last", "other"))


@dataclass(frozen=True)
class Run:
    """What became of a folder: its mails that differ, those that were listed, by kind; the sound bounces that were dealt
    with; what a second run found; what the command left on the terminal, where it should not have."""

    mails: int
    listed: int
    kinds: Counter[str]
    sound: set[str]
    again: int
    code: int
    mishaps: str
    seconds: float


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)  # fmt: skip
    parser.add_argument("mails", nargs="?", type=int, default=5_000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="mutated-") as temporary:
        run = read_all(Path(temporary), asked.mails, asked.seed)
    print(f"{run.mails:,} mails in one folder, read in {run.seconds:.0f} s; exit code {run.code}")
    print(
        f"listed: {run.listed:,}:",
        ", ".join(f"{number:,} {kind}" for kind, number in run.kinds.most_common()),
    )
    print(
        f"sound bounces between them that were dealt with: {len(run.sound)} of 3; new to a second run: {run.again}"
    )
    print(run.mishaps or "no exception")
    return int(not is_well(run))


def is_well(run: Run) -> bool:
    """Whether every mail was read, listed and remembered."""
    return (run.listed, run.again, run.code, run.mishaps) == (run.mails, 0, 0, "") and len(run.sound) == 3


def read_all(folder: Path, number: int, begin: int) -> Run:
    """Fills a Maildir, reads it by the command, and once more."""
    office = make_workspace(folder / "office")
    tokens = send_to(office, FIRST, MIDDLE, LAST, OTHER)
    damaged = [mail.replace(TOKEN.encode(), tokens[OTHER].encode()) for mail in _damaged(number, begin)]
    half = len(damaged) // 2
    sound = [returned(SOUND, tokens[address]) for address in (FIRST, MIDDLE, LAST)]
    box = folder / "Maildir"
    for name in ("new", "cur", "tmp"):
        (box / name).mkdir(parents=True)
    mails = [sound[0], *damaged[:half], sound[1], *damaged[half:], sound[2]]
    for place, mail in enumerate(mails):
        (box / "new" / f"{place:06}.mail").write_bytes(mail)
    begun = time.monotonic()
    first, again = _command(office, box), _command(office, box)
    listed = json.loads(first.stdout) if first.returncode == 0 else []
    found = Suppressions(office.suppressed)
    return Run(
        mails=len({digest(mail) for mail in mails}),
        listed=len(listed),
        kinds=Counter(mail["kind"] for mail in listed),
        sound={address for address in (FIRST, MIDDLE, LAST) if address in found},
        again=len(json.loads(again.stdout)) if again.returncode == 0 else -1,
        code=first.returncode,
        mishaps="\n".join(
            line for line in first.stderr.splitlines() if "Traceback" in line or "Error" in line
        ),
        seconds=time.monotonic() - begun,
    )


def _command(office: Workspace, box: Path) -> subprocess.CompletedProcess[str]:
    its = {**os.environ, "ENVELOPE_FROM": ENVELOPE_FROM, "SECRET_KEY": "k" * 40, "PYTHONUTF8": "1"}
    command = (sys.executable, "-m", "mailer", "bounces", "--maildir", str(box), "--json")
    return subprocess.run(command, cwd=office.root, env=its, capture_output=True, text=True)


def _damaged(number: int, begin: int) -> Iterator[bytes]:
    random = Random(begin)
    for _ in range(number - number // 2):
        yield _flipped(random.choice(WHOLE), random)
    mixed: list[bytes] = []

    @seed(begin)
    @settings(max_examples=number // 2, database=None, derandomize=False, phases=[Phase.generate], deadline=None,
              suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(mutated_mails())
    def gather(content: bytes) -> None:
        mixed.append(content)

    gather()
    yield from mixed[: number // 2]


def _flipped(content: bytes, random: Random) -> bytes:
    """A mail with some octets changed, from one to one in fifty."""
    octets = bytearray(content)
    for _ in range(random.randint(1, max(1, len(octets) // 50))):
        octets[random.randrange(len(octets))] = random.randrange(256)
    return bytes(octets)


if __name__ == "__main__":
    raise SystemExit(main())
