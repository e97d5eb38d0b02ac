"""Changes the code that must send nobody anything twice, one small change at a time: do the tests notice?

    pip install cosmic-ray
    python benchmarks/mutations/run.py --workers 2                      # everything: an hour or two
    python benchmarks/mutations/run.py --module held --sample 30        # a part

Works on copies of the repository as it lies here. What is known goes to `--results`, a line of JSON each; run again with
the same file, it goes on where it was, as long as the module has not changed since. Prints who survived.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent))

from cosmic_ray.ast import ast_nodes, get_ast_from_path
from cosmic_ray.mutating import mutate_and_test
from cosmic_ray.plugins import get_operator
from cosmic_ray.work_item import MutationSpec
from operators import check, wanted

REPOSITORY = Path(__file__).resolve().parent.parent.parent
MODULES = ("held", "hold", "journal", "ledger", "replies", "session", "stride", "witness")
TESTS = (
    "test_replies.py",
    "test_scenarios.py",
    "test_what_servers_offer.py",
    "test_rules.py",
    "test_journal.py",
    "test_ledger.py",
    "test_stride.py",
    "test_signed.py",
    "test_processes.py",
    "test_power_cut.py",
    "test_killed.py",
)
"""Of tests/delivery, quick ones first: the first that fails ends the run. Left out: what needs Postfix, what is about other
modules, and test_faults.py, which takes as long as all of these."""


class Mutant(NamedTuple):
    """One change. `digest`: of the module as it was."""

    module: str
    operator: str
    occurrence: int
    line: int
    end: int
    digest: str


def mutants(module: str) -> Iterator[Mutant]:
    path = REPOSITORY / "mailer/delivery" / f"{module}.py"
    digest = hashlib.sha256(path.read_bytes()).hexdigest()[:16]
    nodes = list(ast_nodes(get_ast_from_path(path)))
    for name in wanted():
        operator = get_operator(name)()
        places = (place for node in nodes for place in operator.mutation_positions(node))
        for occurrence, (start, end) in enumerate(places):
            yield Mutant(module, name, occurrence, start[0], end[0], digest)


def copy_repository(target: Path) -> None:
    """As it lies here, what is not committed too."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, cwd=REPOSITORY, capture_output=True, check=True).stdout.split(b"\0")
    for name in filter(None, names):
        source = REPOSITORY / os.fsdecode(name)
        if source.is_file():
            (target / os.fsdecode(name)).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target / os.fsdecode(name))


_copy = Path()


def begin_worker(folder: str) -> None:
    """Each worker has a copy of its own, and changes that."""
    global _copy
    _copy = Path(tempfile.mkdtemp(dir=folder))
    copy_repository(_copy)
    os.chdir(_copy)
    os.environ["PYTHONPATH"] = str(_copy)
    os.environ.pop("CI", None)


def command(tests: Sequence[str]) -> str:
    options = f"-x -q -n 0 -p no:cacheprovider --basetemp={_copy / 'temporary'}"
    return f"{sys.executable} -m pytest {options} {' '.join(f'tests/delivery/{test}' for test in tests)}"


def baseline(tests: Sequence[str]) -> float:
    """Seconds that the tests take while nothing is changed."""
    began = time.monotonic()
    subprocess.run(command(tests).split(), check=True, stdout=subprocess.DEVNULL)
    return time.monotonic() - began


def judge(mutant: Mutant, tests: Sequence[str], seconds: float) -> dict[str, object]:
    """What became of a mutant: killed, survived, or incompetent (cosmic-ray could not make it); and the change."""
    spec = MutationSpec(
        Path(f"mailer/delivery/{mutant.module}.py"),
        mutant.operator,
        mutant.occurrence,
        (mutant.line, 0),
        (mutant.end, 1_000),
    )
    result = mutate_and_test([spec], command(tests), seconds)
    lines = (result.diff or "").splitlines()
    change = [line for line in lines if line[:1] in "+-" and line[:3] not in ("+++", "---")]
    outcome = result.test_outcome.value if result.test_outcome else result.worker_outcome.value
    return mutant._asdict() | {"outcome": outcome, "change": change}


def run_all(todo: list[Mutant], results: Path, tests: Sequence[str], workers: int) -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        ProcessPoolExecutor(workers, initializer=begin_worker, initargs=(folder,)) as pool,
        results.open("a", encoding="utf-8") as out,
    ):
        longest = pool.submit(baseline, tests).result()
        print(f"the tests take {longest:.0f} s; {len(todo)} mutants", flush=True)
        waiting = [pool.submit(judge, mutant, tests, 3 * longest + 30) for mutant in todo]
        for number, done in enumerate(as_completed(waiting), 1):
            found = done.result()
            print(json.dumps(found), file=out, flush=True)
            name = "{module}:{line} {operator}".format(**found)
            print(f"{number}/{len(todo)} {found['outcome']}: {name}", flush=True)


def known(results: Path) -> dict[Mutant, dict[str, object]]:
    if not results.exists():
        return {}
    lines = [json.loads(line) for line in results.read_text("utf-8").splitlines()]
    return {Mutant(**{key: line[key] for key in Mutant._fields}): line for line in lines}


def tell(chosen: list[Mutant], found: dict[Mutant, dict[str, object]]) -> None:
    """Who survived, with the change; then how many of how many were killed in each module."""
    for mutant in sorted(chosen):
        if found[mutant]["outcome"] != "killed":
            print(f"\n{mutant.module}.py:{mutant.line} {mutant.operator}: {found[mutant]['outcome']}")
            print(*(f"    {line}" for line in found[mutant]["change"]), sep="\n")
    print("\n| module | mutants | killed | survived |\n|---|---|---|---|")
    for module in dict.fromkeys(mutant.module for mutant in chosen):
        outcomes = [found[mutant]["outcome"] for mutant in chosen if mutant.module == module]
        killed = outcomes.count("killed")
        print(f"| {module} | {len(outcomes)} | {killed} | {len(outcomes) - killed} |")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--module", action="append", help=f"of mailer/delivery; else {', '.join(MODULES)}")
    parser.add_argument("--sample", type=int, default=0, help="so many of each module, by chance; 0: all")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--tests", nargs="+", default=TESTS, help="of tests/delivery")
    parser.add_argument("--results", type=Path, default=Path("mutations.jsonl"))
    options = parser.parse_args()
    check()
    chosen: list[Mutant] = []
    for module in options.module or MODULES:
        found = list(mutants(module))
        if 0 < options.sample < len(found):
            found = random.Random(options.seed).sample(found, options.sample)
        chosen += found
    before = known(options.results)
    todo = [mutant for mutant in chosen if mutant not in before]
    if todo:
        run_all(todo, options.results, options.tests, options.workers)
    tell(chosen, known(options.results))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
