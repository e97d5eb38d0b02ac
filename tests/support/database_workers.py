"""Workers that send a mailing of a ledger in PostgreSQL, each a process of its own that is begun anew when it ends."""

from __future__ import annotations

import os
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from mailer.delivery import Ledger, Schedule, SmtpTransport, deliver
from mailer.delivery.ledger.postgres.store import DatabaseStore
from mailer.errors import MailerError
from mailer.settings import Rate
from mailer.workspace.database_url import DatabaseUrl
from support.counting_sink import seconds_of_cpu
from support.namespaces import enter
from support.smtp_mailing import settings

QUICK = Schedule(deferred=(0.2,), reconnect=(0.05, 0.1, 0.2, 0.5, 1), jitter=0, dot=20, linger=0.5)

_PAUSE = 0.05
"""Seconds until one that has ended is begun anew."""


@dataclass(frozen=True)
class Job:
    """What a worker does.

    Attributes:
        place: the ledger; a file, for comparison.
        release: its name.
        port: of the server that takes the mail.
        lease: seconds (`Database.lease`); 0: as it is by default.
        rates: SMTP_RATE.
        log: a file that gets what it ended with.
        host: of the server that takes the mail.
        patience: seconds in which the mail server must answer.
        namespace: the file of a network namespace from which it sends; "": from this process's.
    """

    place: DatabaseUrl | Path
    release: str
    port: int
    connections: int = 1
    lease: float = 0.0
    rates: tuple[Rate, ...] = ()
    log: Path | None = None
    host: str = "127.0.0.1"
    patience: float = 20
    namespace: str = ""


def work(job: Job) -> None:
    """Sends until there is nobody left whom somebody else may leave behind."""
    with Ledger(job.place) as ledger:
        if job.lease:
            assert isinstance(ledger.store, DatabaseStore)
            ledger.store.lease = job.lease
        values = {"smtp_host": job.host, "smtp_connections": job.connections, "smtp_timeout": job.patience}
        schedule = replace(QUICK, dot=job.patience)
        transport = SmtpTransport(settings(job.port, **values), schedule, processes=1, cleartext=True)
        deliver(
            ledger.mailing(job.release), ledger, transport, schedule=schedule, rates=job.rates,
            max_wait=3 * job.lease, refused_share=None,
        )  # fmt: skip


def forked(job: Job, environment: Callable[[], None] = lambda: None) -> int:
    """A new worker's process."""
    pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        environment()
        if job.namespace:
            enter(job.namespace)
        work(job)
        status = 0
    except MailerError as error:
        _note(job, f"{type(error).__name__}: {error.message}\n")
    except BaseException:
        _note(job, traceback.format_exc())
        status = 2
    finally:
        os._exit(status)


def _note(job: Job, text: str) -> None:
    if job.log:
        with job.log.open("a", encoding="utf-8") as file:
            file.write(f"{time.monotonic():.3f} {os.getpid()} {text}")
    else:
        sys.stderr.write(text)


@dataclass
class Workers:
    """As many as there are jobs.

    Attributes:
        broken: how many ended with an error that is none of ours.
    """

    jobs: list[Job]
    broken: int = 0
    _pids: dict[int, int] = field(default_factory=dict)
    _again: dict[int, float] = field(default_factory=dict)
    _stopped: dict[int, float] = field(default_factory=dict)

    def tend(self, *, begin: bool = True) -> None:
        """Takes leave of those that have ended, wakes who was stopped long enough, and begins anew who is missing."""
        now = time.monotonic()
        for number, until in list(self._stopped.items()):
            if until <= now:
                self.go_on(number)
        for number, pid in list(self._pids.items()):
            done, status = os.waitpid(pid, os.WNOHANG)
            if done:
                self.broken += os.waitstatus_to_exitcode(status) not in (0, 1, -signal.SIGKILL)
                self._gone(number)
        for number in range(len(self.jobs) if begin else 0):
            if number not in self._pids and self._again.get(number, 0) <= now:
                self._pids[number] = forked(self.jobs[number])

    def _gone(self, number: int) -> None:
        del self._pids[number]
        self._stopped.pop(number, None)
        self._again[number] = time.monotonic() + _PAUSE

    @property
    def at_work(self) -> int:
        return len(self._pids)

    def kill(self, number: int) -> bool:
        """Whether there was one."""
        if pid := self._pids.get(number):
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            self._gone(number)
        return bool(pid)

    def stop(self, number: int, seconds: float) -> bool:
        """For a while; whether there was one."""
        if pid := self._pids.get(number):
            os.kill(pid, signal.SIGSTOP)
            self._stopped[number] = time.monotonic() + seconds
        return bool(pid)

    def go_on(self, number: int) -> None:
        self._stopped.pop(number, None)
        with suppress(ProcessLookupError):
            os.kill(self._pids[number], signal.SIGCONT)

    def end(self, seconds: float) -> Iterable[int]:
        """Waits until all have ended by themselves; those that have not are killed, and told."""
        for number in list(self._stopped):
            self.go_on(number)
        until = time.monotonic() + seconds
        while self._pids and time.monotonic() < until:
            self.tend(begin=False)
            time.sleep(0.02)
        return [number for number in list(self._pids) if self.kill(number)]

    def seconds_of_cpu(self) -> float:
        """That those took who are at work."""
        return sum(map(seconds_of_cpu, self._pids.values()))

    def memory(self) -> float:
        """The most that one of them had resident so far, in MB."""
        lines = [Path(f"/proc/{pid}/status").read_text("ascii").splitlines() for pid in self._pids.values()]
        peaks = [int(line.split()[1]) for each in lines for line in each if line.startswith("VmHWM")]
        return max(peaks, default=0) / 1024
