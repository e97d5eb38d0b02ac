"""What every test may ask for. Helpers with more to them live in tests/support/."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Callable, Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from support.breadth import WIDE
from support.over_postgresql import OWN_LEDGER, OverPostgresql
from support.own_office import make_own_office
from support.places import Place
from support.postgres import Postgres, must_be_there

from mailer.settings import Settings
from mailer.workspace import Workspace, make_workspace
from mailer.workspace.database_url import DatabaseUrl

REPOSITORY = Path(__file__).resolve().parent.parent
IN_CI = os.environ.get("CI", "").lower() == "true"

# No test asserts a timing. What is searched is the same at each run, so that a change is to blame for a failure;
# MAILER_SEARCH=wide looks elsewhere, and further, each time: what it finds becomes an @example.
hypothesis.settings.register_profile("mailer", deadline=None, derandomize=True, max_examples=50)
hypothesis.settings.register_profile("wide", deadline=None, max_examples=5_000, print_blob=True)
hypothesis.settings.load_profile("wide" if WIDE else "mailer")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--ledger",
        choices=("file", "postgresql"),
        default="file",
        help="what a ledger is kept in, where a test is not about that",
    )


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", f"{OWN_LEDGER}: left out by --ledger=postgresql")
    if config.getoption("ledger") == "postgresql":
        config.pluginmanager.register(OverPostgresql())


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int | None:
    """Two for each core: most tests wait for half of their time, for a disk, an answer or a clock."""
    if "PYTEST_XDIST_AUTO_NUM_WORKERS" in os.environ:
        return None
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return 2 * cores


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What one machine has once, one worker uses: Postfix with its queue, wine with its services; and what a file makes
    once for its tests, such as a browser, is not made by each worker anew. These tests are begun first, so that at the
    end the others needn't wait for that worker."""
    groups = {item: _used_by_one(item) for item in items}
    for item, group in groups.items():
        if group:
            item.add_marker(pytest.mark.xdist_group(group))
    items.sort(key=lambda item: (groups[item] not in ONCE, not groups[item]))


def pytest_make_parametrize_id(config: pytest.Config, val: object, argname: str) -> str | None:
    """What is large stands in a test's name by its beginning: a picture of six megabytes was a name of 24 million
    characters, told by each worker to all."""
    if isinstance(val, str | bytes) and len(val) > LONGEST_IN_A_NAME:
        return f"{val[:LONGEST_IN_A_NAME]!a}... {len(val)}"
    return None


LONGEST_IN_A_NAME = 60


ONCE = ("wine", "postfix")
"""What a machine has once."""


def _used_by_one(item: pytest.Item) -> str:
    """What an item shares with others, "" if nothing."""
    if "postfix" in getattr(item, "fixturenames", ()):
        return "postfix"
    if "windows" in item.path.relative_to(REPOSITORY / "tests").parts:
        return "wine"
    made = getattr(item, "_fixtureinfo", None)
    its = made.name2fixturedefs.values() if made else ()
    return (
        item.nodeid.partition("::")[0]
        if any(fixture.scope == "module" for each in its for fixture in each)
        else ""
    )


@pytest.hookimpl(wrapper=True, optionalhook=True)
def pytest_timeout_set_timer(settings: Any):
    """Whose time is up cleans up, and may hang there once more: what hung may be what is to be closed. pytest-timeout
    rings once for a test and all that it uses; here it rings again until the test is over."""
    set_ = yield
    if set_ and settings.method == "signal":
        signal.setitimer(signal.ITIMER_REAL, settings.timeout, TO_CLEAN_UP)
    return set_


TO_CLEAN_UP = 60
"""Seconds for each step of a test whose time was up."""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]):
    """In CI a skipped test is a failure: there, everything that tests need is installed."""
    report = yield
    if IN_CI and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped in CI: {report.longrepr}"
    return report


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """As `mailer init` makes it, with an office of its own in place of the sample's: from here one can send."""
    return make_own_office(tmp_path / "press-office")


@pytest.fixture
def sample_workspace(tmp_path: Path) -> Workspace:
    """As `mailer init` makes it, and nothing replaced."""
    return make_workspace(tmp_path / "sample-office")


@pytest.fixture(autouse=True)
def _own_umask() -> Iterator[None]:
    """A command that runs inside the tests' process makes its files private, and everybody else's from then on."""
    before = os.umask(0o022)
    os.umask(before)
    yield
    os.umask(before)


@pytest.fixture(autouse=True, scope="session")
def _nothing_outside(tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config) -> Iterator[None]:
    """The developer's own environment must not reach a test's server, nor a test's sendings the developer's folders:
    those of fixtures of a module neither."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("XDG_STATE_HOME", str(tmp_path_factory.getbasetemp() / "state"))
        patched.setenv("XDG_DATA_HOME", str(tmp_path_factory.getbasetemp() / "data"))
        patched.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")  # not that of who tests
        set_here = {"LEDGER_URL"} if pytestconfig.getoption("ledger") == "postgresql" else set()
        for setting in fields(Settings):
            for key in {setting.metadata["key"], *setting.metadata["aliases"]} - set_here:
                patched.delenv(key, raising=False)
        yield


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL server of this process's own, which is quicker than it is safe; skips where it is not installed."""
    must_be_there()
    with Postgres() as server:
        yield server


@pytest.fixture
def database(postgres: Postgres) -> Iterator[DatabaseUrl]:
    """Where a ledger is in a database of the test's own."""
    place = postgres.ledger()
    yield place
    postgres.drop(place)


@pytest.fixture(params=["file", "database"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """The ledger of a test that is about ledgers: it is run over a file, in the test's own folder, and over a database.

    Whoever asks for `tmp_path / "ledger.db"` by itself is about the file: its locks and witnesses, what becomes of it on
    a disk that is full, the helper processes that share one run of it. Whoever asks for `database` is about the other.
    """
    if request.param == "file":
        return tmp_path / "ledger.db"
    found: Place = request.getfixturevalue("database")
    return found


@pytest.fixture
def any_place(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """The ledger of a test that is about something else, such as what servers answer: a file, or what --ledger says. It
    is the test's own, though it may share servers with others of its file."""
    if request.config.getoption("ledger") == "file":
        return tmp_path / "ledger.db"
    found: DatabaseUrl = request.getfixturevalue("database")
    monkeypatch.setenv("LEDGER_URL", found.url)
    return found


@pytest.fixture
def real_release(workspace: Workspace) -> str:
    """A real office's release, put into the workspace. It is not ours and never enters the project."""
    source = REPOSITORY.parent / "shared" / "real" / "press-release.md"
    if not source.is_file():
        pytest.skip(f"the real release does not stand beside this checkout ({source.name})")
    shutil.copyfile(source, workspace.releases / "real.md")
    return "real"


@pytest.fixture
def program() -> Callable[[str], str]:
    """Path of a program that tests need beyond pip; skips, saying so, where it is not installed."""

    def find(name: str) -> str:
        path = shutil.which(name) or shutil.which(name, path="/usr/sbin:/sbin:/usr/local/sbin")
        if path is None:
            pytest.skip(f"{name} is not installed (.ci/run installs it)")
        return path

    return find
