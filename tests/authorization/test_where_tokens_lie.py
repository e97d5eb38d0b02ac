"""Where tokens lie, how they get there, and how they go: the keyring, the file, `mailer logout`."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import REPOSITORY
from support.authorization_server import AuthorizationServer, authorization_server
from support.small_keyring import LIMIT, SmallKeyring
from support.terminal import mailer

from mailer.authorization import access_tokens
from mailer.authorization.client import client_of
from mailer.authorization.kept.sign_in import SignIn
from mailer.authorization.kept.store import Store
from mailer.authorization.sign_out import sign_out
from mailer.errors import AuthorizationError
from mailer.settings import Settings
from mailer.workspace import Workspace


class Keyring:
    """The keyring of a test, from outside."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = path.with_name(f"{path.name}.locked")

    def entries(self) -> dict[str, str]:
        return json.loads(self.path.read_text("utf-8")) if self.path.exists() else {}

    def lock(self) -> None:
        self._lock.touch()

    def unlock(self) -> None:
        self._lock.unlink()


@pytest.fixture
def keyring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Keyring:
    """This computer has one. `keyring` itself looks for it, as for any other."""
    import keyring.core

    monkeypatch.setenv("SMALL_KEYRING", str(tmp_path / "keyring.json"))
    monkeypatch.setattr(keyring.core, "_keyring_backend", SmallKeyring())
    return Keyring(tmp_path / "keyring.json")


def long(sign_in: SignIn, letters: int) -> SignIn:
    """As Microsoft's are: an access token and a refresh token of thousands of characters."""
    return replace(sign_in, access="a" * letters, refresh="r" * letters, number=sign_in.number + 1)


@pytest.fixture
def store(server: AuthorizationServer, settings: Settings) -> Store:
    return Store(f"{server.url}/token", server.client_id, server.user)


def read(store: Store) -> SignIn:
    kept = store.read()
    assert kept
    return kept


def test_in_the_keyring_where_there_is_one(
    keyring: Keyring, server: AuthorizationServer, settings: Settings, kept: Path
) -> None:
    server.signed_in(settings)
    assert not list(kept.glob("*.json"))
    (name,) = keyring.entries()
    assert name.startswith(f"mailer/{server.user} at 127.0.0.1 [")
    tokens = access_tokens(settings)
    assert tokens
    assert server.valid(tokens.current(refused=tokens.current().value).value)
    assert server.refreshes == 1


def test_mailer_says_which_keyring(
    keyring: Keyring, server: AuthorizationServer, office: Workspace, kept: Path
) -> None:
    server.interval = 0
    name = {"PYTHON_KEYRING_BACKEND": "support.small_keyring.SmallKeyring"}
    paths = {
        "PYTHONPATH": os.pathsep.join(filter(None, (str(REPOSITORY / "tests"), os.environ.get("PYTHONPATH"))))
    }
    ran = mailer("login", "--device", cwd=office.root, **name, **paths)
    assert ran.code == 0, ran.err
    assert "Kept in  the keyring (small keyring)" in ran.err
    assert not list(kept.glob("*.json"))


def test_in_pieces_where_the_keyring_takes_no_more(keyring: Keyring, store: Store, kept: Path) -> None:
    short = SignIn("s", "c", "u", access="a", refresh="r")
    store.write(short)
    for letters in (2000, 4000, 1500):
        written = long(short, letters)
        store.write(written)
        assert read(store) == written
        assert all(len(text.encode("utf-16-le")) <= LIMIT for text in keyring.entries().values())
    store.write(short)
    assert read(store) == short
    assert len(keyring.entries()) == 1, "no piece is left behind"
    assert not list(kept.glob("*.json"))


def test_killed_between_pieces_the_one_before_is_there(
    keyring: Keyring, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = (long(SignIn("s", "c", "u"), letters) for letters in (2000, 3000))
    store.write(first)
    before = SmallKeyring.set_password
    done = []

    def cut_off(self: SmallKeyring, service: str, username: str, password: str) -> None:
        before(self, service, username, password)
        done.append(username)
        if len(done) == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr(SmallKeyring, "set_password", cut_off)
    with pytest.raises(KeyboardInterrupt):
        store.write(second)
    assert read(store) == first


def test_replaced_while_it_is_read_it_is_read_again(
    keyring: Keyring, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever only wants a token does not wait for the one who renews it."""
    first, second = (long(SignIn("s", "c", "u", number=n), 2000) for n in (0, 1))
    store.write(first)
    before = SmallKeyring.get_password
    replaced = []

    def just_then(self: SmallKeyring, service: str, username: str) -> str | None:
        if username.endswith("(a1)") and not replaced:
            replaced.append(username)
            store.write(second)
        return before(self, service, username)

    (head,) = (text for text in keyring.entries().values() if text.startswith("in pieces"))
    assert head == "in pieces [0, 5]"
    monkeypatch.setattr(SmallKeyring, "get_password", just_then)
    assert read(store) == second
    assert replaced


def test_logout_deletes_the_file_where_the_keyring_does_not_let_go(
    keyring: Keyring, server: AuthorizationServer, settings: Settings, store: Store, kept: Path
) -> None:
    server.signed_in(settings)
    keyring.lock()
    store.write(replace(SignIn("s", "c", "u"), number=9))
    with pytest.raises(AuthorizationError, match="does not let go"):
        sign_out(client_of(settings))
    assert not list(kept.glob("*.json"))


def test_too_long_for_any_keyring_goes_to_the_file(keyring: Keyring, store: Store, kept: Path) -> None:
    written = long(SignIn("s", "c", "u"), 60_000)
    assert "refused it" in store.write(written)
    assert read(store) == written
    assert len(list(kept.glob("*.json"))) == 1
    assert not keyring.entries()


def test_a_keyring_that_is_locked_when_it_is_written_costs_nothing(
    keyring: Keyring, server: AuthorizationServer, settings: Settings, store: Store, kept: Path
) -> None:
    """The newer tokens go to the file, and count from then on; later the keyring takes them again."""
    server.signed_in(settings)
    first = read(store)
    keyring.lock()
    assert "only this account can read: the keyring (small keyring) refused it" in store.write(
        replace(first, refresh="newer", number=1)
    )
    keyring.unlock()
    assert read(store).refresh == "newer"
    store.write(replace(first, refresh="newest", number=2))
    assert read(store).refresh == "newest"
    assert not list(kept.glob("*.json"))


def test_a_keyring_that_is_locked_when_it_is_read_is_told(
    keyring: Keyring, server: AuthorizationServer, settings: Settings
) -> None:
    server.signed_in(settings)
    keyring.lock()
    tokens = access_tokens(settings)
    assert tokens
    with pytest.raises(AuthorizationError, match=r"small keyring.*KeyringLocked") as error:
        tokens.current()
    assert "Unlock it" in error.value.hint
    assert not server.answers


@pytest.mark.parametrize(
    "garbage",
    [
        "", "[]", "in pieces", "in pieces [0, null]", 'in pieces {"a": 1, "b": 2}', "in pieces [0, 1e400]",
        "in pieces " + "[" * 100_000, '{"issued": 1' + "0" * 400 + "}",
    ],
    ids=range(8),
)  # fmt: skip
def test_what_somebody_else_wrote_there_is_told_and_a_new_sign_in_or_a_sign_out_mends_it(
    garbage: str, server: AuthorizationServer, settings: Settings, monkeypatch: pytest.MonkeyPatch, kept: Path
) -> None:
    import keyring.core

    class Overwritten(SmallKeyring):
        def _entries(self) -> dict[str, str]:
            return held

        def _keep(self, entries: dict[str, str]) -> None:
            held.clear()
            held.update(entries)

    held = dict[str, str]()
    monkeypatch.setattr(keyring.core, "_keyring_backend", Overwritten())
    server.signed_in(settings)
    tokens = access_tokens(settings)
    assert tokens
    for mend in (lambda: server.signed_in(settings), lambda: sign_out(client_of(settings))):
        sound = json.loads(next(iter(held.values())))
        held[next(iter(held))] = json.dumps(sound | json.loads(garbage)) if garbage[:1] == "{" else garbage
        with pytest.raises(AuthorizationError, match=r"not what mailer wrote|Nobody has signed in"):
            tokens.current()
        mend()
        assert not held or server.valid(tokens.current().value)
    assert not held and not list(kept.glob("*.json"))


def test_a_keyring_that_keeps_nothing_is_none(
    server: AuthorizationServer, settings: Settings, kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import keyring.core
    from keyring.backends import fail, null

    for backend in (fail.Keyring(), null.Keyring()):
        monkeypatch.setattr(keyring.core, "_keyring_backend", backend)
        server.signed_in(settings)
        (file,) = kept.glob("*.json")
        file.unlink()


# --- logout ----------------------------------------------------------------------------------------------


def test_logout_deletes_what_was_kept(
    server: AuthorizationServer, office: Workspace, settings: Settings, kept: Path
) -> None:
    server.signed_in(settings)
    ran = mailer("logout", cwd=office.root)
    assert ran.code == 0
    assert "this computer keeps nothing for press@example.org" in ran.err
    assert "has no way to take it back" in ran.err
    assert not list(kept.glob("*.json"))
    assert "Nobody was signed in" in mailer("logout", cwd=office.root).err


def test_logout_empties_the_keyring(
    keyring: Keyring, server: AuthorizationServer, settings: Settings, store: Store
) -> None:
    server.signed_in(settings)
    store.write(long(read(store), 3000))
    assert len(keyring.entries()) > 2
    assert sign_out(client_of(settings)).kept
    assert not keyring.entries()


def test_logout_gives_back_where_the_server_takes_it(server: AuthorizationServer, settings: Settings) -> None:
    client = client_of(settings)
    client = replace(client, server=replace(client.server, revoke=f"{server.url}/revoke"))
    server.signed_in(settings)
    tokens = access_tokens(settings)
    assert tokens
    token = tokens.current().value
    done = sign_out(client)
    assert (done.kept, done.revoked, done.refused) == (True, True, "")
    assert not server.valid(token)
    assert server.answers[-1] == ("revoke", "refresh token"), "with which its access tokens end"


def test_logout_without_the_server_deletes_all_the_same(
    server: AuthorizationServer, settings: Settings, kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mailer.authorization.grants._PAUSES", (0.0,))
    with authorization_server() as gone:
        url = gone.url
    client = client_of(settings)
    client = replace(client, server=replace(client.server, revoke=f"{url}/revoke"))
    server.signed_in(settings)
    done = sign_out(client)
    assert done.kept
    assert "can't be reached" in done.refused
    assert not list(kept.glob("*.json"))
