"""One interpreter that has imported `mailer` and runs one command after another: see `Windows.run`.

Windows can't fork, and to import `mailer` there takes longer than most commands do. What a command leaves in its process
would be met by the next one: an open file, which on Windows nobody may replace, a working folder, a stream.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from select import select

PROGRAM = """
import io, json, os, sys

asked, answers = sys.stdin, os.fdopen(os.dup(1), "w", encoding="utf-8")
os.dup2(2, 1)  # nothing but answers goes there
from mailer.cli import main

for line in asked:
    request = json.loads(line)
    before = dict(os.environ)
    os.environ.update(request["settings"])
    os.chdir(request["folder"])
    octets = io.BytesIO(), io.BytesIO()
    sys.stdin = io.TextIOWrapper(io.BytesIO(request["typed"].encode()), "utf-8")
    sys.stdout, sys.stderr = (io.TextIOWrapper(each, "utf-8") for each in octets)
    sys.argv[1:] = request["arguments"]
    try:
        code = main()
    except SystemExit as left:
        code = left.code
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os.environ.clear()
    os.environ.update(before)
    os.chdir("/")
    answer = [code or 0, *(each.getvalue().decode() for each in octets)]
    print(json.dumps(answer), file=answers, flush=True)
"""


class WarmInterpreter:
    """It ends when nobody can ask it any more.

    Args:
        command: how to start a Python that runs PROGRAM.
        patience: seconds that a command may take.
    """

    def __init__(self, command: Sequence[str], environment: Mapping[str, str], patience: float) -> None:
        self._patience = patience
        self._process = subprocess.Popen(
            [*command, "-c", PROGRAM], env=environment, encoding="utf-8",
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    @property
    def runs(self) -> bool:
        return self._process.poll() is None

    def run(
        self, *arguments: str, folder: str, typed: str, settings: Mapping[str, str]
    ) -> tuple[int, str, str]:
        """A command to its end: its exit code, and what it wrote on stdout and stderr.

        Raises:
            AssertionError: it gave no answer in time, or took the interpreter with it.
        """
        assert self._process.stdin and self._process.stdout
        asked = {"arguments": arguments, "folder": folder, "typed": typed, "settings": dict(settings)}
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        answered = select([self._process.stdout], [], [], self._patience)[0]
        answer = self._process.stdout.readline() if answered else ""
        if not answer:
            self.end()
        assert answer, f"mailer {' '.join(arguments)} gave no answer"
        code, out, err = json.loads(answer)
        return code, out, err

    def end(self) -> None:
        self._process.kill()
        self._process.communicate()


_RUNNING: dict[Path, WarmInterpreter] = {}


def warm_interpreter(
    python: Path, command: Sequence[str], environment: Mapping[str, str], patience: float
) -> WarmInterpreter:
    """The one of this Python; a new one where there is none, or it has ended."""
    if python not in _RUNNING or not _RUNNING[python].runs:
        _RUNNING[python] = WarmInterpreter(command, environment, patience)
    return _RUNNING[python]


def end_all() -> None:
    while _RUNNING:
        _RUNNING.popitem()[1].end()
