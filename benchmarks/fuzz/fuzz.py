"""Fuzz whatever reads a stranger's words, guided by coverage (atheris, libFuzzer).

    pip install ".[test]" atheris
    python benchmarks/fuzz/fuzz.py --minutes 10            every target, two at a time
    python benchmarks/fuzz/fuzz.py csv --minutes 1         one

A find is an exception that isn't ours, or an input that costs more than a second of the processor when it is read
again without instruments. Its octets are kept in the folder that is printed.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
import traceback
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path
from random import Random

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1] / "tests"), str(HERE.parents[1])]

from targets import TARGETS, Target  # noqa: E402

SLOW = 1.0
"""Seconds of the processor for one input."""
LONGEST = 200_000


def main() -> int:
    names = [target.name for target in TARGETS]
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=", ".join(names))
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--finds", type=Path, help="folder for what was found")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    parser.add_argument("--again", nargs=2, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.again:
        return again(chosen(asked.again[0]), Path(asked.again[1]))
    finds = asked.finds or Path(tempfile.mkdtemp(prefix="finds-"))
    if asked.one:
        return fuzz(chosen(asked.one), asked.minutes, finds)
    wanted = asked.targets or names
    with ThreadPoolExecutor(2) as pool:
        rows = list(pool.map(lambda name: run(chosen(name), asked.minutes, finds / name), wanted))
    print("\n| target | inputs | minutes | finds |\n|---|---:|---:|---|")
    print("\n".join(rows))
    print(f"\nWhat was found lies in {finds}." if any(finds.glob("*/*")) else "\nNothing was found.")
    return int(any(finds.glob("*/crash-*")) or any(finds.glob("*/slow-*")))


def chosen(name: str) -> Target:
    found = [target for target in TARGETS if target.name == name]
    if not found:
        raise SystemExit(f"no target {name}: {', '.join(target.name for target in TARGETS)}")
    return found[0]


def run(target: Target, minutes: float, finds: Path) -> str:
    """One target in processes of its own, begun again after each crash until the time is over; its row."""
    finds.mkdir(parents=True, exist_ok=True)
    until, inputs, begun = time.monotonic() + minutes * 60, 0, time.monotonic()
    while (left := until - time.monotonic()) > 1 and len(list(finds.glob("crash-*"))) < 20:
        command = [
            sys.executable,
            str(HERE / "fuzz.py"),
            "--one",
            target.name,
            "--minutes",
            str(left / 60),
            "--finds",
            str(finds),
        ]
        ended = subprocess.run(command, capture_output=True, text=True)
        inputs += int((finds / "inputs").read_text() or 0) if (finds / "inputs").exists() else 0
        if ended.returncode and not any(finds.glob("crash-*")):
            print(ended.stderr[-2000:], file=sys.stderr)
            break
    for suspect in sorted(finds.glob("suspect-*")):
        if subprocess.run(
            [sys.executable, str(HERE / "fuzz.py"), "--again", target.name, str(suspect)]
        ).returncode:
            suspect.rename(suspect.with_name(suspect.name.replace("suspect", "slow")))
        else:
            suspect.unlink()
    (finds / "inputs").unlink(missing_ok=True)
    kinds = {kind: len(list(finds.glob(f"{kind}-*.bin"))) for kind in ("crash", "slow")}
    told = ", ".join(f"{number} {kind}" for kind, number in kinds.items() if number) or "none"
    return f"| {target.name} | {inputs:,} | {(time.monotonic() - begun) / 60:.1f} | {told} |"


def again(target: Target, path: Path) -> int:
    """Times an input without instruments; 1 where it is slow."""
    data = path.read_bytes()
    target.fuzz(b"")
    begun = time.process_time()
    target.fuzz(data)
    return int(time.process_time() - begun > SLOW)


def fuzz(target: Target, minutes: float, finds: Path) -> int:
    """Fuzzes in this process, until the time is over or something is found."""
    import atheris

    with atheris.instrument_imports(include=["mailer"]):
        for seed in target.seeds():
            target.fuzz(seed)  # imports what it needs, under instruments
    count = 0

    def one(data: bytes) -> None:
        nonlocal count
        count += 1
        if count % 100 == 0:
            (finds / "inputs").write_text(str(count))
        begun = time.process_time()
        try:
            target.fuzz(data)
        except Exception:
            name = f"crash-{abs(hash(traceback.format_exc().splitlines()[-3])) % 10**8}"
            if not (finds / f"{name}.bin").exists():
                (finds / f"{name}.bin").write_bytes(data)
                (finds / f"{name}.txt").write_text(traceback.format_exc())
        if time.process_time() - begun > SLOW * 2:
            (finds / f"suspect-{count}.bin").write_bytes(data)

    with tempfile.TemporaryDirectory() as corpus:
        for number, seed in enumerate(target.seeds()):
            (Path(corpus) / f"seed{number}").write_bytes(seed)
        arguments = ["fuzz", f"-max_total_time={int(minutes * 60) or 1}", f"-max_len={LONGEST}", "-rss_limit_mb=3000", "-timeout=60",
                     f"-artifact_prefix={finds}/crash-", "-verbosity=0", corpus]  # fmt: skip
        how = {"custom_mutator": parts_mutated} if target.zipped else {}
        atheris.Setup(arguments, one, **how)
        atheris.Fuzz()
    return 0


def parts_mutated(data: bytes, longest: int, seed: int) -> bytes:
    """A package with one part changed; now and then the package's own octets, its directory among them."""
    import atheris

    random = Random(seed)
    try:
        with zipfile.ZipFile(BytesIO(data)) as package:
            parts = {info.filename: package.read(info) for info in package.infolist()}
    except Exception:
        return bytes(atheris.Mutate(data, longest))
    if not parts or random.random() < 0.1:
        return bytes(atheris.Mutate(data, longest))
    name = random.choice(sorted(parts))
    parts[name] = bytes(atheris.Mutate(parts[name] or b"<x/>", min(longest, len(parts[name]) + 2000)))
    return b"".join(packed(parts, random))[:longest]


def packed(parts: dict[str, bytes], random: Random) -> Iterator[bytes]:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", random.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    yield out.getvalue()


if __name__ == "__main__":
    raise SystemExit(main())
