"""Several computers over one database: whom one of them suppresses, none of them mails."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from support import postgres
from support.bounce_corpus import bounces
from support.browser import entered
from support.browser import serving as serving_desk
from support.own_office import make_own_office
from support.postgres import Postgres
from support.sent_mail import SENT, returned
from support.smtp_faulty import FaultyServer
from support.smtp_mailing import QUICK, RELEASE, addresses, queued, settings
from support.terminal import mailer
from support.unsubscribing import KEY, exchange, request, serving, status

from mailer import pipeline
from mailer.bounces import Sources, collect
from mailer.delivery import Entry, FrozenEdition, FrozenRelease, Ledger, SmtpTransport
from mailer.errors import LedgerError, ListError
from mailer.model import Status
from mailer.pipeline import privacy
from mailer.pipeline.outgoing import of_resume
from mailer.pipeline.person import look_up
from mailer.pipeline.several.suppressions import agree, suppressions_of
from mailer.press import Choice, Suppressions, read_audience
from mailer.press.suppressions.suppressed_rows import hashed
from mailer.settings import Settings
from mailer.workspace import Workspace
from mailer.workspace.database_url import DatabaseUrl

ANA = "ana@example.net"

pytestmark = pytest.mark.own_ledger


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    postgres.must_be_there()
    with Postgres() as running:
        yield running


@pytest.fixture
def url(server: Postgres) -> DatabaseUrl:
    return server.database()


def office(root: Path, url: DatabaseUrl) -> Workspace:
    """A workspace on a computer: each has a list of its own, of the same people."""
    workspace = make_own_office(root)
    (root / ".env").write_text(f"LEDGER_URL={url.url}\n")
    (root / "lists" / "press.csv").write_text(f"email,name\n{ANA},Ana\nomar@example.net,Omar\n")
    workspace.suppressed.write_text("address,reason,date,source\n")
    return workspace


@pytest.fixture
def here(tmp_path: Path, url: DatabaseUrl) -> Workspace:
    return office(tmp_path / "here", url)


@pytest.fixture
def there(tmp_path: Path, url: DatabaseUrl) -> Workspace:
    return office(tmp_path / "there", url)


def left_out(workspace: Workspace) -> dict[str, str]:
    """As whoever prepares a sending finds it."""
    agree(workspace)
    audience = read_audience(workspace, Choice(lists=("press",)))
    return {person.address: person.detail for person in audience.left_out if person.reason == "suppressed"}


# ---- what is said on one holds on the other -----------------------------------------------------------


def test_whoever_is_suppressed_there_is_left_out_here(here: Workspace, there: Workspace) -> None:
    assert left_out(here) == {}
    suppressions_of(there).add(ANA, "asked by phone")
    found = left_out(here)
    assert list(found) == [ANA] and found[ANA].startswith("asked by phone 20")
    entry = Suppressions(here.suppressed).get("Ana@Example.net")
    assert entry is not None and entry.source.startswith("on the list of "), (
        "and colleagues see whose word it is"
    )
    assert ANA not in here.suppressed.read_text(), "each file is its computer's own"


def test_what_was_typed_into_the_file_is_known_once_something_is_sent_from_there(
    here: Workspace, there: Workspace
) -> None:
    with there.suppressed.open("a") as file:
        file.write(f"{ANA},asked by mail,2026-01-02,Excel\n")
    assert left_out(here) == {}, "nobody has looked into that file yet"
    assert left_out(there) != {}
    assert ANA in left_out(here)


def test_what_was_taken_out_of_the_file_counts_no_more(here: Workspace, there: Workspace) -> None:
    before = there.suppressed.read_text("utf-8")
    with there.suppressed.open("a") as file:
        file.write(f"{ANA},asked by mail,2026-01-02,Excel\n")
    agree(there)
    assert ANA in left_out(here)
    there.suppressed.write_text(before)
    agree(there)
    assert left_out(here) == {}


def test_a_machine_and_its_clone_take_back_nothing_of_each_other(
    here: Workspace, there: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They go by the same id, and the workspace has the same path: only their names differ."""
    before = there.suppressed.read_text()
    suppressions_of(there).add(ANA, "asked by phone")
    with monkeypatch.context() as at_the_clone:
        at_the_clone.setattr("socket.gethostname", lambda: "clone")
        there.suppressed.write_text(before)
        assert ANA in left_out(there), "and the clone leaves her out, too"
        assert ANA in left_out(here)
        suppressions_of(there).remove(ANA)
        assert left_out(here) == left_out(there) == {}, "unless it is told to"


def test_a_moment_that_is_none_keeps_nobody_from_sending(
    here: Workspace, there: Workspace, url: DatabaseUrl
) -> None:
    with Ledger(url) as ledger, ledger.writing() as db:
        db.execute("INSERT INTO suppressions VALUES (?, 'odd', 'infinity', 'somebody', 'x')", (ANA,))
    assert ANA in left_out(here)


def test_a_list_that_is_missing_takes_nobody_off(here: Workspace, there: Workspace) -> None:
    suppressions_of(there).add(ANA, "asked by phone")
    for spoil in (there.suppressed.unlink, lambda: there.suppressed.write_bytes(b"")):
        spoil()
        with pytest.raises(ListError):
            agree(there)
        assert ANA in left_out(here)


@pytest.mark.parametrize("how", ["command", "desk"])
def test_a_list_that_is_begun_anew_has_whom_the_lost_one_named(
    here: Workspace, there: Workspace, how: str
) -> None:
    """Reproduction: the file was lost, and its computer asked for an empty one: the others mailed whom it had named."""
    suppressions_of(there).add(ANA, "asked by phone")
    suppressions_of(there).forget("omar@example.net", "forgotten")
    suppressions_of(here).add("priya@example.net", "asked by mail")
    agree(there)
    there.suppressed.unlink()
    if how == "command":
        ran = mailer("suppress", "--begin", cwd=there.root)
        assert (ran.code, ran.out) == (
            0,
            "lists/suppressed.csv\tcreated: 2 addresses, as the ledger knows them\n",
        )
    else:
        with serving_desk("desk", "--no-browser", cwd=there.root) as at, entered(at) as client:
            origin = {"Origin": str(client.base_url).rstrip("/"), "Sec-Fetch-Site": "same-origin"}
            client.post("/suppressed", data={"do": "begin", "sure": "yes"}, headers=origin)
    lines = there.suppressed.read_text().splitlines()[1:]
    assert sorted(line[:13] for line in lines) == [
        "ana@example.n",
        "sha256:" + hashed("omar@example.net")[7:13],
    ]
    assert "asked by phone" in "".join(lines)
    agree(there)
    assert {ANA, "omar@example.net"} == set(left_out(here)) == set(left_out(there))


def test_a_wish_is_kept_on_both_where_it_was_said_on_both(here: Workspace, there: Workspace) -> None:
    """Whoever takes it back on one has not taken back what was said on the other."""
    suppressions_of(there).add(ANA, "asked by phone")
    assert ANA in left_out(here)
    assert suppressions_of(here).add(ANA, "asked by mail"), "here it was not said yet"
    assert suppressions_of(there).remove(ANA) == 1
    agree(there)
    entry = Suppressions(there.suppressed).get(ANA)
    assert entry is not None and entry.reason == "asked by mail"
    assert suppressions_of(here).remove(ANA) == 1
    assert left_out(here) == left_out(there) == {}


def test_everywhere_is_everywhere_until_a_file_says_it_again(here: Workspace, there: Workspace) -> None:
    suppressions_of(there).add(ANA, "asked by phone")
    agree(here)
    suppressions_of(here).remove(ANA, everywhere=True)
    assert left_out(here) == {}
    agree(there)
    assert ANA in left_out(here), "its file names her, and is the truth for its own"


def test_whoever_is_forgotten_is_in_no_computers_rows_and_on_no_computer_mailed(
    here: Workspace, there: Workspace, url: DatabaseUrl
) -> None:
    suppressions_of(there).add(ANA, "asked by phone")
    privacy.forget(here, ANA, Settings())
    with Ledger(url) as ledger, ledger.reading() as db:
        assert {row[0][:7] for row in db.execute("SELECT canonical FROM suppressions")} == {"sha256:"}
    there.suppressed.write_text("address,reason,date,source\n")
    assert ANA in left_out(there)


def test_while_the_database_is_away_what_was_last_heard_holds(
    here: Workspace, there: Workspace, url: DatabaseUrl
) -> None:
    suppressions_of(there).add(ANA, "asked by phone")
    agree(here)
    (here.root / ".env").write_text("LEDGER_URL=postgresql:///office?host=/nowhere\n")
    with pytest.raises(LedgerError, match="can't be reached"):
        agree(here)
    assert ANA in Suppressions(here.suppressed)
    with pytest.raises(LedgerError, match="will not be mailed from this computer, but the others"):
        suppressions_of(here).add("omar@example.net", "asked by phone")
    assert "omar@example.net" in here.suppressed.read_text()
    (here.root / ".env").write_text(f"LEDGER_URL={url.url}\n")
    agree(here)
    assert "omar@example.net" in left_out(there)


def test_who_has_nothing_new_to_say_writes_nothing(here: Workspace, url: DatabaseUrl) -> None:
    suppressions_of(here).add(ANA, "asked by phone")
    agree(here)
    kept = here.lists / ".suppressed.elsewhere"
    before = kept.stat().st_ino
    agree(here)
    assert kept.stat().st_ino == before
    assert kept.stat().st_mode & 0o077 == 0


# ---- while it is sent -----------------------------------------------------------------------------------

COUNT = 120


class Meanwhile:
    """A hook of the server: once some have it, `do` is done while no dot is answered."""

    def __init__(self, mail: FaultyServer, url: DatabaseUrl) -> None:
        self._mail, self._url, self._lock = mail, url, threading.Lock()
        self.to_come: list[str] = []

    def do(self, people: list[str]) -> None:
        raise NotImplementedError

    def __call__(self, stage: str, when: str) -> None:
        if (stage, when) != ("dot", "before"):
            return
        with self._lock:
            if not self.to_come and len(self._mail.accepted) > 10:
                time.sleep(0.3)  # every connection waits for its answer now
                with Ledger(self._url) as ledger, ledger.reading() as db:
                    rows = db.execute("SELECT address FROM deliveries WHERE state IN ('q', 's')").fetchall()
                self.to_come = [address for (address,) in rows]
                self.do(self.to_come)


def sent(here: Workspace, mail: FaultyServer, url: DatabaseUrl) -> dict[str, Status]:
    with Ledger(url) as ledger:
        mailing = queued(ledger, COUNT, paragraphs=2)
        its = settings(mail.port, smtp_connections=3, smtp_timeout=60)
        pipeline.deliver(mailing, ledger, SmtpTransport(its, QUICK), here, its)
        return {line.address: line.state for line in ledger.recipients(RELEASE)}


def test_an_unsubscribe_on_another_computer_stops_every_dot_to_come(
    here: Workspace, there: Workspace, url: DatabaseUrl
) -> None:
    """One click each at the other computer's unsubscribe server, in the middle of the sending."""
    with FaultyServer() as mail, serving(there) as clicks:

        class Clicks(Meanwhile):
            def do(self, people: list[str]) -> None:
                assert {status(exchange(clicks.port, request(address))) for address in people} == {200}

        mail.hook = meanwhile = Clicks(mail, url)
        found = sent(here, mail, url)
        got = {address for address, _ in mail.accepted}
    assert 20 < len(meanwhile.to_come) < COUNT
    assert not got & set(meanwhile.to_come), "not one more dot"
    assert {address for address, state in found.items() if state is Status.REJECTED} == set(meanwhile.to_come)
    assert got | set(meanwhile.to_come) == set(addresses(COUNT))


def test_nor_is_whoever_was_forgotten_there_mailed(
    here: Workspace, there: Workspace, url: DatabaseUrl
) -> None:
    """By a hash, as it stands in the file."""

    class Forgets(Meanwhile):
        def do(self, people: list[str]) -> None:
            suppressions = suppressions_of(there)
            for address in people[:5]:
                suppressions.forget(address, "forgotten")

    with FaultyServer() as mail:
        mail.hook = meanwhile = Forgets(mail, url)
        found = sent(here, mail, url)
        got = {address for address, _ in mail.accepted}
    assert not got & set(meanwhile.to_come[:5])
    assert {address for address, state in found.items() if state is Status.REJECTED} == set(
        meanwhile.to_come[:5]
    )


def test_a_click_while_the_database_is_away_holds_here_and_is_told_later(
    there: Workspace, here: Workspace, server: Postgres, url: DatabaseUrl
) -> None:
    agree(there)
    with serving(there, SECRET_KEY=KEY) as clicks:
        server.stop("immediate")
        try:
            assert status(exchange(clicks.port, request(ANA))) == 200
            assert ANA in Suppressions(there.suppressed)
        finally:
            server.start()
        until = time.monotonic() + 60
        while ANA not in left_out(here) and time.monotonic() < until:
            time.sleep(0.2)
        assert "the others could not be told" in clicks.said
    assert ANA in left_out(here)


def test_who_may_only_read_hears_of_the_others_and_tells_nothing(
    here: Workspace, there: Workspace, url: DatabaseUrl, server: Postgres
) -> None:
    suppressions_of(there).add(ANA, "asked by phone")
    name = url.url.partition("/office")[2].partition("?")[0]
    for statement in ("CREATE ROLE monitor LOGIN", "GRANT USAGE ON SCHEMA mailer TO monitor",
                      "GRANT SELECT ON ALL TABLES IN SCHEMA mailer TO monitor"):  # fmt: skip
        server.say(statement, f"office{name}")
    (here.root / ".env").write_text(f"LEDGER_URL={server.url(f'office{name}', 'monitor').url}\n")
    here.suppressed.write_text("address,reason,date,source\nomar@example.net,asked by mail,2026-01-02,\n")
    person = look_up(here, Settings(), ANA)
    assert person.suppressed is not None and person.suppressed.reason == "asked by phone"
    with pytest.raises(LedgerError, match="may not do that"):
        agree(here)
    (here.root / ".env").write_text(f"LEDGER_URL={url.url}\n")
    agree(here)
    assert "omar@example.net" in left_out(there), "hearing has not taken it for told"


def test_a_bounce_that_is_read_there_holds_here(
    here: Workspace, there: Workspace, url: DatabaseUrl, tmp_path: Path
) -> None:
    reading = Settings(envelope_from="bounces+{token}@example.org", secret_key="k" * 40)
    release = FrozenRelease("report", "press release", "Report", reading.envelope_from, "example.org",
                            {"en": FrozenEdition("digest", b"frozen")})  # fmt: skip
    with Ledger(url) as ledger:
        ledger.queue(release, [Entry(ANA, ANA, "", "en", {})])
        with ledger.writing() as db:
            db.execute("UPDATE deliveries SET state = 'a'")
            db.execute("UPDATE mailings SET created = ?", (SENT.timestamp(),))
            [token] = db.execute("SELECT token FROM deliveries").fetchone()
    mails = tmp_path / "Maildir"
    for name in ("new", "cur", "tmp"):
        (mails / name).mkdir(parents=True)
    unknown = next(each.content for each in bounces() if each.name == "postfix, unknown user at a remote")
    (mails / "new" / "1.mail").write_bytes(returned(unknown, token))
    [handled] = collect(
        there, reading, Sources(maildirs=(mails,)),
        suppressions=lambda ledger: suppressions_of(there, ledger=ledger),
    )  # fmt: skip
    assert handled.consequences[0].done == "suppressed"
    assert left_out(here)[ANA].startswith("bounced: 5.1.1")


def test_what_is_said_at_the_desk_there_holds_here(here: Workspace, there: Workspace) -> None:
    with serving_desk("desk", "--no-browser", cwd=there.root) as at, entered(at) as client:
        origin = {"Origin": str(client.base_url).rstrip("/"), "Sec-Fetch-Site": "same-origin"}

        def post(path: str, **form: str) -> None:
            assert client.post(path, data=form, headers=origin).status_code == 303

        post("/suppressed", do="add", addresses=ANA, reason="asked by phone")
        assert left_out(here)[ANA].startswith("asked by phone")
        post("/suppressed", do="take-back", address=ANA, sure="yes", reason="wrote to us")
        assert left_out(here) == {}
        form = {"do": "suppress", "address": "omar@example.net", "reason": "at a fair", "line": "3"}
        assert client.post("/lists/press", data=form, headers=origin).status_code == 303
        assert "omar@example.net" in left_out(here)


def test_a_sender_that_begins_tells_what_was_typed_into_its_file(
    here: Workspace, there: Workspace, url: DatabaseUrl
) -> None:
    with there.suppressed.open("a") as file:
        file.write(f"{ANA},asked by mail,2026-01-02,Excel\n")
    with FaultyServer() as mail:
        sent(there, mail, url)
    assert ANA in left_out(here)


def test_what_was_queued_before_is_not_sent_to_whom_the_other_suppressed_since(
    here: Workspace, there: Workspace, url: DatabaseUrl
) -> None:
    with Ledger(url) as ledger:
        queued(ledger, 3)
    suppressions_of(there).add("reporter2@example.net", "asked by phone")
    with FaultyServer() as mail, Ledger(url) as ledger:
        its = settings(mail.port)
        leaving = of_resume(ledger, ledger.mailing(RELEASE), here, its)
        assert {reason: group.examples for reason, group in leaving.kept_back.items()} == {
            "suppressed since": ["reporter2@example.net"]
        }
        pipeline.deliver(ledger.mailing(RELEASE), ledger, SmtpTransport(its, QUICK), here, its)
        assert sorted(address for address, _ in mail.accepted) == [
            "reporter1@example.net",
            "reporter3@example.net",
        ]
        [line] = ledger.recipients(RELEASE, Status.REJECTED)
    assert line.reply.startswith("not sent: asked by phone")
