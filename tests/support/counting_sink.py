"""An SMTP sink in a process of its own, which nothing kills: who got what, written down before it answers
(benchmarks/delivery/fast_sink.c)."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path
from tempfile import mkdtemp
from typing import NamedTuple, Self

SOURCE = Path(__file__).resolve().parents[2] / "benchmarks/delivery/fast_sink.c"


class Arrival(NamedTuple):
    """A message that was complete. `at`: seconds of the monotonic clock."""

    at: float
    address: str


class CountingSink:
    """As a context manager.

    Args:
        compiler: of C.
        per_second: messages that it answers a second, at most, on each connection; 0: all at once.
        host: the address of this computer at which it listens.

    Attributes:
        pid: its process.
    """

    def __init__(self, compiler: str = "cc", per_second: float = 0, host: str = "127.0.0.1") -> None:
        self._folder = Path(mkdtemp())
        program = self._folder / "sink"
        subprocess.run([compiler, "-O2", "-o", str(program), str(SOURCE)], check=True)
        self.host = host
        with socket.create_server((host, 0)) as probe:
            self.port = int(probe.getsockname()[1])
        self._log = self._folder / "log"
        self._log.touch()
        self._read = 0
        command = [str(program), str(self.port), str(self._log), str(per_second), host]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, start_new_session=True)
        self.pid = self._process.pid

    def __enter__(self) -> Self:
        for _ in range(500):
            try:
                socket.create_connection((self.host, self.port), 1).close()
                return self
            except OSError:
                time.sleep(0.02)
        raise AssertionError("the sink does not listen")

    def __exit__(self, *exc: object) -> None:
        self._process.send_signal(signal.SIGTERM)
        self._process.wait()
        shutil.rmtree(self._folder)

    def taken(self) -> int:
        """How many arrived since it was last asked for `arrivals`, so far."""
        with self._log.open("rb") as file:
            file.seek(self._read)
            return sum(chunk.count(b"\n") for chunk in iter(lambda: file.read(1 << 20), b""))

    def arrivals(self) -> list[Arrival]:
        """Since it was last asked; once what has left is read: nothing comes for a tenth of a second."""
        size = -1
        while size != (size := self._log.stat().st_size):
            time.sleep(0.1)
        with self._log.open("rb") as file:
            file.seek(self._read)
            lines = file.read().decode().splitlines()
            self._read = file.tell()
        return [Arrival(float(at), address) for at, _, address in (line.partition(" ") for line in lines)]

    def seconds_of_cpu(self) -> float:
        """That it took so far."""
        return seconds_of_cpu(self.pid)


def most_within(seconds: float, arrivals: list[Arrival]) -> int:
    """How many arrived in any window of so many seconds, at most."""
    most = first = 0
    for last, arrival in enumerate(arrivals):
        while arrivals[first].at <= arrival.at - seconds:
            first += 1
        most = max(most, last - first + 1)
    return most


def seconds_of_cpu(pid: int) -> float:
    """That a process took so far, with those of its children that have ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0  # it has just ended: whoever began it counts it
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
