"""What docs/guide/several-senders.md has an office do is done, word for word: a server with PostgreSQL, roles, passwords and
certificates, a laptop that orders, two senders, and somebody who looks."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from conftest import REPOSITORY
from support.office import RELEASE, Office
from support.postgres import Postgres, must_be_there
from support.smtp_certificates import Authority
from support.smtp_faulty import FaultyServer
from support.terminal import Ran
from support.working import Working

from mailer.workspace import Workspace

GUIDE = (REPOSITORY / "docs" / "guide" / "several-senders.md").read_text("utf-8")
AS_SUPERUSER, AS_OWNER = re.findall(r"```sql\n(.*?)```", GUIDE, re.DOTALL)
COMMANDS = [line for block in re.findall(r"```sh\n(.*?)```", GUIDE, re.DOTALL) for line in block.splitlines()]
USERS = ("mailer_owner", "ana", "sender1", "sender2", "monitor")


def password(user: str) -> str:
    return f"of-{user}"


class Server(Postgres):
    """A database server on a port, with TLS, at which everybody logs in."""

    def __init__(self, folder: Path, port: int) -> None:
        super().__init__(
            listen_addresses="127.0.0.1",
            port=str(port),
            ssl="on",
            ssl_cert_file="server.pem",
            ssl_key_file="server.pem",
        )
        self.port, self.authority = port, Authority(folder)
        self.authority.server("127.0.0.1")
        pem = self.data / "server.pem"
        shutil.copy(folder / "127.0.0.1-10-False.pem", pem)
        pem.chmod(0o600)
        if self._user:
            os.chown(pem, self._user["user"], self._user["group"])
        with (self.data / "pg_hba.conf").open("w", encoding="utf-8") as file:
            file.write("local all owner trust\nhostssl press all 127.0.0.1/32 scram-sha-256\n")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    must_be_there()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    before = os.environ.get("PGPORT")
    os.environ["PGPORT"] = str(port)  # the name of a socket has it too
    with Server(tmp_path_factory.mktemp("server"), port) as running:
        yield running
    os.environ.pop("PGPORT")
    if before:
        os.environ["PGPORT"] = before


class Computer(Office):
    """One of the office's: its own files, its user of the database, its home."""

    user: str
    home: Path
    database: Server

    def settings(self, **more: str) -> dict[str, str]:
        url = f"postgresql://{self.user}@127.0.0.1:{self.database.port}/press?sslmode=verify-full"
        home = {"HOME": str(self.home), "XDG_STATE_HOME": str(self.home / "state")}
        return super().settings(**{"LEDGER_URL": url} | home | more)


def computer(user: str, workspace: Workspace, mail: FaultyServer, database: Server, home: Path) -> Computer:
    (home / ".postgresql").mkdir(parents=True)
    shutil.copy(database.authority.file, home / ".postgresql" / "root.crt")
    passwords = home / ".pgpass"
    passwords.write_text(f"127.0.0.1:{database.port}:press:{user}:{password(user)}\n", "utf-8")
    passwords.chmod(0o600)
    its = Computer(workspace, mail)
    for name, value in (("user", user), ("home", home), ("database", database)):
        object.__setattr__(its, name, value)
    return its


def say_as_owner(database: Server, statements: str) -> None:
    import psycopg

    url = f"postgresql://mailer_owner:{password('mailer_owner')}@127.0.0.1:{database.port}/press?sslmode=require"
    with closing(psycopg.connect(url, autocommit=True)) as db:
        db.execute(statements.encode())


def given(command: str, computer: Computer) -> Ran:
    """A command of the guide, as it stands there."""
    line = next(line for line in COMMANDS if line.split("#")[0].strip() == command)
    return computer.run(*line.split("#")[0].split()[1:], *(("--yes",) if " send " in line else ()))


def test_the_guides_office_of_several(server: Server, workspace: Workspace, tmp_path: Path) -> None:
    with FaultyServer() as mail:
        office = {
            user: computer(
                user, Workspace(shutil.copytree(workspace.root, tmp_path / user / "office")), mail, server, tmp_path / user / "home"
            )
            for user in USERS
        }  # fmt: skip
        for statement in re.sub(r"--.*", "", AS_SUPERUSER).split(";"):
            if statement.strip():
                server.say(statement)
        for user in USERS:
            server.say(f"ALTER ROLE {user} PASSWORD '{password(user)}'")
        early = office["ana"].run("status")
        assert (early.code, "Let the user who owns the database run `mailer status` once" in early.err) == (
            2,
            True,
        )
        assert given("mailer status", office["mailer_owner"]).code == 0
        say_as_owner(server, AS_OWNER)

        with Working(office["sender1"]) as one, Working(office["sender2"]) as two:
            one.until("idle")
            two.until("idle")
            ran = given("mailer send harbour-report --list press --queue", office["ana"])
            assert ran.code == 0, ran.err
            end = time.monotonic() + 60
            while "accepted" not in (ran := office["monitor"].run("status", "--json")).out:
                assert (ran.code, time.monotonic() < end) == (0, True), ran.err
            assert one.ends() == two.ends() == 0
        assert office["sender1"].run("work", "--once").code == 0
        assert (len(office["ana"].got()), set(Counter(office["ana"].got()).values())) == (11, {1})
        (told,) = json.loads(office["monitor"].run("status", "--json").out)
        assert (told["release"], told["counts"]) == (RELEASE, {"accepted": 11})

        refused = office["monitor"].run("send", RELEASE, "--list", "regional", "--queue", "--yes")
        assert (refused.code, "several-senders.md" in refused.err) == (2, True), refused.err
        assert len(office["ana"].got()) == 11


def test_a_service_file_says_it_all(server: Server, workspace: Workspace, tmp_path: Path) -> None:
    server.say("CREATE ROLE ben LOGIN IN ROLE mailer_sender PASSWORD 'of-ben'")
    with FaultyServer() as mail:
        ben = computer("ben", workspace, mail, server, tmp_path / "home")
        (ben.home / ".pg_service.conf").write_text(
            f"[press]\nhost=127.0.0.1\nport={server.port}\ndbname=press\nuser=ben\nsslmode=verify-full\n",
            "utf-8",
        )
        ran = ben.run("status", LEDGER_URL="postgresql:///?service=press")
        assert (ran.code, RELEASE in ran.out) == (0, True), ran.err


def test_a_server_that_is_not_the_offices_gets_no_password(
    server: Server, workspace: Workspace, tmp_path: Path
) -> None:
    with FaultyServer() as mail:
        ana = computer("ana", workspace, mail, server, tmp_path / "home")
        (tmp_path / "another").mkdir()
        shutil.copy(Authority(tmp_path / "another").file, ana.home / ".postgresql" / "root.crt")
        ran = ana.run("status")
        assert (ran.code, "certificate verify failed" in ran.err) == (2, True), ran.err
        assert password("ana") not in ran.err
