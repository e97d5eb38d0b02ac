"""How many shapes of exported files are read right: ours beside Python's csv and pandas.

    python benchmarks/lists/shapes.py

The shapes are those of tests/press/test_shapes.py. Right: exactly the people meant, or a refusal where the
file can't be understood. Wrong and silent is what hurts: somebody is lost, or mailed who should not be.
"""

from __future__ import annotations

import csv
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

TESTS = Path(__file__).resolve().parents[2] / "tests"


def naive(path: Path) -> list[str]:
    with path.open(encoding="utf-8", newline="") as file:
        return [row["email"] for row in csv.DictReader(file)]


def with_pandas(path: Path) -> list[str]:
    import pandas

    return list(pandas.read_csv(path)["email"])


def ours(path: Path) -> list[str]:
    from mailer.press import read_list

    return [person.address for person in read_list(path)]


def shapes() -> Any:
    spec = spec_from_file_location("test_shapes", TESTS / "press" / "test_shapes.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules["test_shapes"] = module
    spec.loader.exec_module(module)
    return module


def main() -> None:
    module = shapes()
    readers: dict[str, Callable[[Path], list[str]]] = {"csv.DictReader": naive, "mailer": ours}
    if find_spec("pandas"):
        readers["pandas.read_csv"] = with_pandas
    print("| reader | right | refused, rightly | refused, wrongly | wrong and silent |")
    print("|---|---:|---:|---:|---:|")
    for name, read in readers.items():
        counts: Counter[str] = Counter()
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "list.csv"
            cases = [(s.content, [p.partition("|")[0] for p in s.people]) for s in module.SHAPES]
            for content, people in [*cases, *((content, None) for content, _ in module.REFUSED.values())]:
                path.write_bytes(content if isinstance(content, bytes) else content.encode())
                try:
                    found = read(path)
                except Exception:
                    counts["refused, rightly" if people is None else "refused, wrongly"] += 1
                else:
                    counts["right" if found == people else "wrong and silent"] += 1
        columns = ("right", "refused, rightly", "refused, wrongly", "wrong and silent")
        print(f"| {name} | {' | '.join(str(counts[column]) for column in columns)} |")


if __name__ == "__main__":
    main()
