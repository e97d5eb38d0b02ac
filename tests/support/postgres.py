"""A real PostgreSQL, started on a socket in a temporary folder. Debian's package brings it (`postgresql`)."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import time
from contextlib import closing
from itertools import count
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, Self
from urllib.parse import urlsplit

import pytest

from mailer.delivery import Ledger
from mailer.workspace.database_url import DatabaseUrl
from support.counting_sink import seconds_of_cpu

_NUMBERS = count(1)


def programs() -> Path | None:
    """Where `postgres` and `pg_ctl` are; Debian keeps them outside of PATH."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    on_path = shutil.which("pg_ctl")
    return Path(on_path).resolve().parent if on_path else None


def must_be_there() -> None:
    """Skips the test on a machine without it; in CI that fails."""
    if programs() is None:
        pytest.skip("needs PostgreSQL (Debian: apt install postgresql)")
    pytest.importorskip("psycopg")


class Postgres:
    """A server, as a context manager.

    Args:
        safe: what it has committed is on the disk, as outside of tests; False: quicker.
        parent: where its folder is made; a socket's path is short.
        settings: more of postgresql.conf.
    """

    def __init__(self, *, safe: bool = False, parent: str = "/tmp", **settings: str) -> None:
        bin_ = programs()
        assert bin_ is not None
        self._bin = bin_
        self.folder = Path(mkdtemp(prefix="mailer-pg-", dir=parent))
        self.data = self.folder / "data"
        self._pattern = ""
        self._user: dict[str, Any] = {}
        if os.geteuid() == 0:  # it refuses to run as root
            its = pwd.getpwnam("postgres")
            self._user = {"user": its.pw_uid, "group": its.pw_gid, "extra_groups": ()}
            os.chown(self.folder, its.pw_uid, its.pw_gid)
        self.folder.chmod(0o755)
        self._run("initdb", "--auth=trust", "--username=owner", "--no-sync", "--encoding=UTF8", "--locale=C.UTF-8",
                  "-D", str(self.data))  # fmt: skip
        usual = {
            "listen_addresses": "", "unix_socket_directories": str(self.folder), "max_connections": "60",
            "shared_buffers": "64MB", "autovacuum_naptime": "5s", "log_min_messages": "warning",
            "fsync": "on" if safe else "off", "full_page_writes": "on" if safe else "off",
        }  # fmt: skip
        usual |= settings
        with (self.data / "postgresql.conf").open("a", encoding="utf-8") as file:
            file.writelines(f"{name} = '{value}'\n" for name, value in usual.items())

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [self._bin / program, *arguments], capture_output=True, text=True, cwd="/", check=False, **self._user
        )  # fmt: skip
        assert done.returncode == 0, f"{program}: {done.stdout}{done.stderr}"

    def start(self) -> None:
        log = str(self.folder / "log")
        # What it prints is kept in a file, so that nobody waits for the end of its standard output.
        self._run("pg_ctl", "-D", str(self.data), "-l", log, "-w", "-t", "60", "start")

    def stop(self, mode: str = "fast") -> None:
        """
        Args:
            mode: "fast", or "immediate": as if it had crashed.
        """
        self._run("pg_ctl", "-D", str(self.data), "-m", mode, "-w", "stop")

    def fail_over(self) -> None:
        """As a standby that takes over: the same data, in another timeline."""
        self.stop()
        (self.data / "standby.signal").touch()
        self.start()
        self._run("pg_ctl", "-D", str(self.data), "-w", "promote")

    def seconds_of_cpu(self) -> float:
        """That the server took so far."""
        own = int((self.data / "postmaster.pid").read_text("utf-8").split()[0])
        of = Path(f"/proc/{own}/task/{own}/children").read_text("ascii").split()
        return sum(seconds_of_cpu(pid) for pid in (own, *map(int, of)))

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *exc: object) -> None:
        subprocess.run(
            [self._bin / "pg_ctl", "-D", self.data, "-m", "immediate", "-w", "stop"],
            capture_output=True, cwd="/", check=False, **self._user,
        )  # fmt: skip
        shutil.rmtree(self.folder, ignore_errors=True)

    def url(self, database: str, user: str = "owner") -> DatabaseUrl:
        return DatabaseUrl(f"postgresql://{user}@/{database}?host={self.folder}")

    def say(self, statement: str, database: str = "postgres") -> list[Any]:
        """As the owner."""
        import psycopg

        with closing(psycopg.connect(self.url(database).url, autocommit=True)) as db:
            cursor = db.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    def database(self) -> DatabaseUrl:
        """A new one, which is empty."""
        name = f"office_{os.getpid()}_{next(_NUMBERS)}"
        self.say(f"CREATE DATABASE {name}")
        return self.url(name)

    def ledger(self) -> DatabaseUrl:
        """A new one in which a ledger is; made as a copy, as that is quicker."""
        if not self._pattern:
            pattern = self.database()
            Ledger(pattern).close()
            self._pattern = urlsplit(pattern.url).path.removeprefix("/")
        name = f"office_{os.getpid()}_{next(_NUMBERS)}"
        # Files are copied, not written to the log a page at a time: half of the time.
        self.say(f"CREATE DATABASE {name} TEMPLATE {self._pattern} STRATEGY FILE_COPY")
        return self.url(name)

    def drop(self, place: DatabaseUrl) -> None:
        """Ends whoever is still connected to it."""
        name = urlsplit(place.url).path.removeprefix("/")
        self.say(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def until_it_answers(self) -> None:
        import psycopg

        end = time.monotonic() + 60
        while True:
            try:
                self.say("SELECT 1")
                return
            except psycopg.OperationalError:
                assert time.monotonic() < end
                time.sleep(0.05)
