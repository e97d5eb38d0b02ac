"""An option without effect is an error: whoever gives one means it. All pairs of options of every command.

A pair is either named here as going together, or it is refused, with exit code 2 and the name of what has no effect. A
new option fails these tests until somebody has said with which it goes.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import click
import pytest

from mailer.cli import FAMILIES, cli, main
from mailer.workspace import Workspace
from mailer.workspace.database_url import DatabaseUrl

CHOOSING = frozenset(("--list", "--except", "--where", "--not-got", "--limit"))
UNMARKED = "--include-unmarked"
"""It needs a running embargo: tests/cli/test_embargo.py."""
WHEREVER = frozenset(("--help",))


@dataclass(frozen=True)
class Case:
    """A command in a situation: what stands before the options, and which of them go together.

    Attributes:
        modes: sets of options that go together.
        alone: options that have no effect in this situation, with whatever.
        needs: options that have no effect without one of others, which must be the pair's other one.
    """

    arguments: tuple[str, ...]
    modes: tuple[frozenset[str], ...]
    alone: frozenset[str] = frozenset()
    needs: tuple[tuple[frozenset[str], frozenset[str]], ...] = ()

    def together(self, pair: frozenset[str]) -> bool:
        lacking = any(pair & what and not pair & one_of for what, one_of in self.needs)
        return not pair & self.alone and not lacking and any(pair <= mode for mode in self.modes)


SENDING = frozenset(
    ("--yes", "--at", "--now", "--no-wait", "--under-embargo", "--max-wait", "--insecure", "--json", "--csv")
)
QUEUED = frozenset(("--queue", "--yes", "--at"))
KEPT = (frozenset(("--no-wait",)), frozenset(("--at",)))
AS = (frozenset(("--as",)), frozenset(("--test",)))
NOT_HERE = frozenset(("--now", "--under-embargo", "--insecure", UNMARKED))
"""They need a planned time, a running embargo, a server elsewhere without encryption: tests/cli/test_orders.py."""

LOOKING = frozenset(("--column", "--encoding", "--is"))
CASES = {
    "send": Case(
        ("send", "short"),
        (
            SENDING | CHOOSING,
            QUEUED | CHOOSING,
            CHOOSING | {"--dry-run", "--out", "--at"},
            frozenset(("--test", "--list", "--yes", "--insecure", "--as", "--at")),
        ),
        alone=NOT_HERE | {"--newcomers", "--any-language"},
        needs=((frozenset(("--out",)), frozenset(("--dry-run",))), AS, KEPT),
    ),
    "send, a correction": Case(
        ("send", "better"),
        (
            SENDING | CHOOSING | {"--newcomers"},
            QUEUED | CHOOSING | {"--newcomers"},
            CHOOSING | {"--dry-run", "--out", "--at", "--newcomers"},
            frozenset(("--test", "--yes", "--as", "--at")),
        ),
        alone=NOT_HERE | {"--any-language"},
        needs=(
            (frozenset(("--out",)), frozenset(("--dry-run",))),
            AS,
            KEPT,
            (CHOOSING, frozenset(("--newcomers",))),
        ),
    ),
    "import": Case(
        ("import", "draft.html"),
        (frozenset(("--out", "--accept-changes", "--lang", "--json")),),
        alone=frozenset(("--clipboard",)),
    ),
    "import, a text": Case(
        ("import", "draft.txt"),
        (frozenset(("--out", "--lang", "--json")),),
        alone=frozenset(("--accept-changes", "--clipboard")),
    ),
    "approve": Case(
        ("approve", "short", "--by", "Marta Ruiz"),
        (CHOOSING | {"--by", "--at", "--yes"},),
        alone=frozenset((UNMARKED, "--newcomers", "--any-language")),
    ),
    "diff": Case(("diff", "short"), (frozenset(("--since", "--out")),)),
    "log": Case(("log",), (frozenset(("--last", "--json")),)),
    "resume": Case(
        ("resume", "short"),
        (SENDING | {"--any-share"}, QUEUED),
        alone=NOT_HERE | {"--uncertain"},
        needs=(KEPT,),
    ),
    "work": Case(("work", "--once"), (frozenset(("--once", "--metrics", "--log-json")),)),
    "post": Case(("post",), (frozenset(("--install", "--yes")), frozenset(("--uninstall", "--yes")))),
    "correct": Case(("correct", "short"), (frozenset(("--update",)), frozenset(("--withdraw",)))),
    "discard": Case(("discard", "short"), (frozenset(("--yes",)),)),
    "check": Case(
        ("check", "short"),
        (CHOOSING | {"--json", "--links"}, CHOOSING | {"--all", "--links"}),
        alone=frozenset((UNMARKED,)),
    ),
    "check, a correction": Case(
        ("check", "better"),
        (frozenset(("--json", "--links")), frozenset(("--all", "--links"))),
        alone=CHOOSING | {UNMARKED},
    ),
    "publish": Case(("publish", "short"), (frozenset(("--out",)),), alone=frozenset(("--under-embargo",))),
    "render": Case(
        ("render", "short"),
        (frozenset(("--out", "--theme", "--png", "--for")) | CHOOSING,),
        alone=frozenset((UNMARKED,)),
        needs=((CHOOSING, frozenset(("--for",))),),
    ),
    "preview, a folder": Case(
        ("preview", "files"), (frozenset(("--port", "--no-browser")),), alone=CHOOSING | {UNMARKED}
    ),
    "status": Case(("status", "short"), (frozenset(("--recipients", "--json")),)),
    "status of all": Case(("status",), (frozenset(("--json",)),), alone=frozenset(("--recipients",))),
    "lists show": Case(("lists", "show", "press"), (LOOKING | {"--json"},)),
    "lists show, a workbook": Case(
        ("lists", "show", "book.xlsx"), (LOOKING | {"--json"},), alone=frozenset(("--encoding",))
    ),
    "lists check": Case(("lists", "check", "press"), (LOOKING | {"--json"},)),
    "lists add": Case(("lists", "add", "lists/press.csv"), (LOOKING | {"--as", "--replace"},)),
    "lists clean": Case(
        ("lists", "clean", "press"),
        (frozenset(("--only", "--keep", "--apply", "--yes", "--json")),),
        needs=((frozenset(("--yes",)), frozenset(("--apply",))),),
    ),
    "login": Case(("login",), (frozenset(("--no-browser",)),)),
    "bounces": Case(
        ("bounces", "mail.eml"),
        (frozenset(("--explain", "--json")),),
        alone=frozenset(("--mbox", "--maildir", "--imap", "--events", "--dry-run")),
        needs=((frozenset(("--json",)), frozenset(("--explain",))),),
    ),
    "bounces, mailboxes": Case(
        ("bounces",),
        (frozenset(("--mbox", "--maildir", "--imap", "--events", "--dry-run", "--json")),),
        alone=frozenset(("--explain",)),
        needs=(
            (frozenset(("--dry-run", "--json")), frozenset(("--mbox", "--maildir", "--imap", "--events"))),
        ),
    ),
}
VALUES = {
    "--list": "regional", "--except": "regional", "--where": 'language == "es"', "--not-got": "short",
    "--limit": "2", "--out": "out", "--test": "press@example.org", "--max-wait": "0", "--csv": "report.csv",
    "--at": "2099-12-01 06:00 Europe/Madrid", "--uncertain": "priya.n@example.com", "--theme": "letter",
    "--for": "priya.n@example.com", "--port": "0", "--column": "email", "--encoding": "utf-8", "--is": "email=email", "--as": "other", "--order": "1",
    "--metrics": "127.0.0.1:0", "--by": "Marta Ruiz", "--since": "sending", "--last": "3", "--mbox": "mail.mbox", "--maildir": "maildir", "--only": "typo", "--lang": "en", "--keep": "priya.n@example.com",
}  # fmt: skip
ONLY_LOOK = frozenset(("preview", "--png", "--imap", "--install", "--uninstall"))
"""What would change this computer, or open a page, a browser or a mailbox elsewhere if it were not refused."""


def command_of(arguments: tuple[str, ...]) -> click.Command:
    context = click.Context(cli)
    command: click.Command = cli
    for name in arguments:
        if not isinstance(command, click.Group):
            break
        found = command.get_command(context, name)
        assert found is not None
        command = found
    return command


def options_of(command: click.Command) -> list[str]:
    return [p.opts[0] for p in command.params if isinstance(p, click.Option) and p.opts[0] not in WHEREVER]


def pairs() -> Iterator[object]:
    for name, case in CASES.items():
        options = options_of(command_of(case.arguments))
        for pair in combinations(sorted(options), 2):
            yield pytest.param(case, frozenset(pair), id=f"{name} {' '.join(pair)}")
        if len(options) == 1:
            yield pytest.param(case, frozenset(options), id=f"{name} {options[0]}")


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A workspace in which everything that the commands ask for is there, and a release that went out."""
    from support.own_office import make_own_office
    from support.smtp_faulty import FaultyServer
    from support.terminal import mailer

    workspace = make_own_office(tmp_path_factory.mktemp("pairs") / "press-office")
    (workspace.root / "files").mkdir()
    (workspace.root / "maildir" / "new").mkdir(parents=True)
    (workspace.root / "mail.mbox").touch()
    (workspace.root / "draft.txt").write_text(
        "Eight harbours\n\nEight of eleven harbours are clean.\n", "utf-8"
    )
    (workspace.root / "draft.html").write_text(
        "<h1>Nine harbours</h1><p>Nine harbours are clean.</p>", "utf-8"
    )
    (workspace.root / "mail.eml").write_bytes(b"Subject: hello\n\nHello.\n")
    from openpyxl import Workbook

    book = Workbook()
    book.active.append(["email"])
    book.active.append(["ana@example.net"])
    book.save(workspace.lists / "book.xlsx")
    (workspace.releases / "short.md").write_text(
        "---\nHeadline: Eight harbours\nDate: 23 November 2026\nDateline: Portmellon\n---\n\nEight do.\n",
        "utf-8",
    )
    (workspace.releases / "better.md").write_text(
        "---\nKind: correction\nHeadline: Nine harbours\nDate: 24 November 2026\nDateline: Portmellon\n"
        "Corrects: short\nCorrection: Nine, not eight.\n---\n\nNine do.\n", "utf-8",
    )  # fmt: skip
    with FaultyServer() as server:
        settings = {"SMTP_HOST": "127.0.0.1", "SMTP_PORT": str(server.port), "SMTP_SECURITY": "none"}
        ran = mailer("send", "short", "--limit", "3", "--yes", cwd=workspace.root, **settings)
        assert ran.code == 0, ran.err
    return workspace


@pytest.mark.parametrize(("case", "pair"), list(pairs()))
def test_a_pair_goes_together_or_is_refused(
    case: Case,
    pair: frozenset[str],
    office: Workspace,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    together = case.together(pair)
    if together and (pair | set(case.arguments)) & ONLY_LOOK:
        return
    if (
        together
        and case.arguments[0] == "bounces"
        and "--dry-run" in pair
        and isinstance(office.ledger, DatabaseUrl)
    ):
        return  # refused there, as a rehearsal needs a copy of the ledger
    monkeypatch.chdir(office.root)
    for name, value in (("HOST", "127.0.0.1"), ("PORT", "9"), ("SECURITY", "none")):
        monkeypatch.setenv(f"SMTP_{name}", value)
    values = VALUES | {"--as": "ana.ruiz@example.net"} if case.arguments[0] == "send" else VALUES
    flags = {p.opts[0]: p.is_flag for p in command_of(case.arguments).params if isinstance(p, click.Option)}
    given = [word for o in sorted(pair) for word in ((o,) if flags[o] else (o, values[o]))]
    shutil.rmtree(office.root / "out", ignore_errors=True)
    if case.arguments[0] in ("send", "resume") and not pair & {"--yes", "--dry-run", "--test"}:
        given.append("--yes")  # else nobody is asked about the rest
    code = main([*case.arguments, *given])
    said = "\n".join(capfd.readouterr())
    refused = re.search(
        r"(.*)(?:ha(?:s|ve) no effect|contradict|is only for recipients|needs? |FILES|Choose where to look)",
        said,
    )
    assert "bug in mailer" not in said
    if together:
        assert not refused, said
    else:
        assert code == 2, said
        assert refused, said
        assert any(option in said for option in (*pair, "FILES", "Choose where to look")), said


def test_every_command_with_two_options_is_here() -> None:
    here = {case.arguments[0] for case in CASES.values()}
    free = {
        "demo",
        "init",
        "new",
        "fix",
        "archive",
        "follow-up",
        "schedule",
        "themes",
        "theme",
        "desk",
        "unsubscribe-server",
        "suppress",
        "unsuppress",
        "forget",
        "ledger",
        "people",
        "doctor",
        "logout",
    }
    """Each of their options has its effect whatever the others are."""
    assert {name for _, names in FAMILIES for name in names} == here | free
