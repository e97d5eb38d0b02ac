"""Reading the bounce mailbox of an IMAP server: nothing changes there, nothing is read twice, no secret shows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.bounce_corpus import ANA, BEN, bounces
from support.imap_server import ImapServer, running_imap
from support.returned import ENVELOPE_FROM
from support.sent_mail import returned, send_to
from support.smtp_certificates import Authority

from mailer.bounces import Sources, collect
from mailer.bounces.register import MailRegister
from mailer.bounces.sources.imap import read_imap
from mailer.delivery import Ledger
from mailer.errors import SettingsError, TransportError
from mailer.settings import Settings
from mailer.workspace import Workspace

UNKNOWN = next(sample.content for sample in bounces() if sample.name == "postfix, unknown user at a remote")


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


@pytest.fixture
def register(workspace: Workspace) -> Iterator[MailRegister]:
    with Ledger(workspace.ledger) as ledger:
        yield MailRegister(ledger)


def settings_for(server: ImapServer, authority: Authority, **more: object) -> Settings:
    values = {
        "bounce_imap_host": "127.0.0.1",
        "bounce_imap_port": server.port,
        "bounce_imap_username": server.user,
        "bounce_imap_password": server.password,
        "bounce_imap_folder": "INBOX",
        "smtp_ca_file": str(authority.file),
        "envelope_from": ENVELOPE_FROM,
    }
    return Settings(**(values | more))  # type: ignore[arg-type]


def test_bounces_are_taken_in_and_the_mailbox_stays_as_it_is(
    workspace: Workspace, authority: Authority
) -> None:
    tokens = send_to(workspace, ANA, BEN)
    mails = {3: returned(UNKNOWN, tokens[ANA]), 9: returned(UNKNOWN, tokens[BEN])}
    with running_imap(ImapServer(mails), authority.server()) as server:
        handled = list(collect(workspace, settings_for(server, authority), Sources(imap=True)))
    assert [mail.consequences[0].address for mail in handled] == [ANA, BEN]
    assert "UID 3" in handled[0].where
    assert any(command.startswith('EXAMINE "INBOX"') for command in server.commands)
    fetches = [command for command in server.commands if "FETCH" in command]
    assert all("BODY.PEEK[]" in command for command in fetches)
    assert not any(word in " ".join(server.commands) for word in ("STORE", "SELECT", "EXPUNGE", "DELETE"))


def test_the_next_run_asks_for_what_is_new_only(register: MailRegister, authority: Authority) -> None:
    with running_imap(ImapServer({1: b"Subject: a\n\n", 2: b"Subject: b\n\n"}), authority.server()) as server:
        settings = settings_for(server, authority)
        assert len(list(read_imap(settings, register))) == 2
        assert list(read_imap(settings, register)) == [], "although the server names the last one again"
        server.mails[5] = b"Subject: c\n\n"
        assert [content for _, content in read_imap(settings, register)] == [b"Subject: c\n\n"]
        assert sum("FETCH" in command for command in server.commands) == 3


def test_a_folder_made_anew_is_read_from_its_beginning(register: MailRegister, authority: Authority) -> None:
    with running_imap(ImapServer({1: b"Subject: a\n\n"}), authority.server()) as server:
        settings = settings_for(server, authority)
        assert len(list(read_imap(settings, register))) == 1
        server.validity = 2
        assert len(list(read_imap(settings, register))) == 1


def test_a_line_that_breaks_loses_and_repeats_nothing(register: MailRegister, authority: Authority) -> None:
    mails = {uid: b"Subject: %d\n\n" % uid for uid in (1, 2, 3)}
    with running_imap(ImapServer(mails, hang_up_at=3), authority.server()) as server:
        settings = settings_for(server, authority)
        seen = []
        with pytest.raises(TransportError, match="hung up"):
            for _, content in read_imap(settings, register):
                seen.append(content)
        server.hang_up_at = 0
        seen += [content for _, content in read_imap(settings, register)]
    assert seen == list(mails.values())


def test_login_without_authenticate_plain(register: MailRegister, authority: Authority) -> None:
    with running_imap(ImapServer({}, plain=False, password="plain words"), authority.server()) as server:
        assert list(read_imap(settings_for(server, authority), register)) == []


def test_a_folder_beyond_ascii_is_named_as_imap_wants_it(
    register: MailRegister, authority: Authority
) -> None:
    with running_imap(ImapServer({}, folder="R&APw-ckl&AOQ-ufer &- mehr"), authority.server()) as server:
        settings = settings_for(server, authority, bounce_imap_folder="Rückläufer & mehr")
        assert list(read_imap(settings, register)) == []


@pytest.mark.parametrize("plain", [True, False])
def test_a_wrong_password_is_told_and_not_shown(
    register: MailRegister, authority: Authority, plain: bool
) -> None:
    """Not even where the server repeats what it was given."""
    wrong = "s3cret horse"
    with running_imap(ImapServer({}, plain=plain, echo=True), authority.server()) as server:
        with pytest.raises(TransportError) as caught:
            list(read_imap(settings_for(server, authority, bounce_imap_password=wrong), register))
        assert "AUTHENTICATIONFAILED" in caught.value.message
        for secret in (wrong, "s3cret", "AGJvdW5jZX"):
            assert secret not in f"{caught.value!r} {caught.value}"
        assert len([c for c in server.commands if c.startswith(("LOGIN", "AUTHENTICATE"))]) == 1


def test_a_missing_folder_is_named(register: MailRegister, authority: Authority) -> None:
    with (
        running_imap(ImapServer({}), authority.server()) as server,
        pytest.raises(TransportError, match="no folder Returned"),
    ):
        list(read_imap(settings_for(server, authority, bounce_imap_folder="Returned"), register))


def test_a_server_that_drips_is_given_up_at_the_deadline(
    register: MailRegister, authority: Authority
) -> None:
    with (
        running_imap(ImapServer({1: b""}, drip=True), authority.server()) as server,
        pytest.raises(TransportError, match="timed out after 1 seconds"),
    ):
        list(read_imap(settings_for(server, authority), register, deadline=1))


def test_a_certificate_that_nobody_vouches_for_is_refused(
    register: MailRegister, authority: Authority
) -> None:
    with (
        running_imap(ImapServer({}), authority.server(self_signed=True)) as server,
        pytest.raises(TransportError, match="can't be trusted"),
    ):
        list(read_imap(settings_for(server, authority), register))
    assert server.commands == [], "no word was said, least of all the password"


def test_nobody_there_and_nothing_set(register: MailRegister, authority: Authority) -> None:
    server = ImapServer({}, port=1)
    with pytest.raises(TransportError, match="can't be reached"):
        list(read_imap(settings_for(server, authority), register))
    with pytest.raises(SettingsError, match="BOUNCE_IMAP_HOST, BOUNCE_IMAP_USERNAME, BOUNCE_IMAP_PASSWORD"):
        list(read_imap(Settings(), register))
