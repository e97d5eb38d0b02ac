"""Signing in where a mail server takes no password: OAuth 2.0."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import click

from mailer.cli import DONE, UNFINISHED
from mailer.cli.options import only_these, settings_of, workspace_here
from mailer.cli.terminal.logged import logged
from mailer.cli.terminal.output import say, style, tell
from mailer.visible import visible

if TYPE_CHECKING:
    from mailer.authorization.client import Client
    from mailer.authorization.kept.sign_in import SignIn

_PATIENCE = 300.0
"""Seconds to sign in in a browser: a second factor takes its time."""


@click.command(short_help="Sign in at Microsoft, Google or another server.", epilog="Example:  mailer login")
@click.option(
    "--device",
    is_flag=True,
    help="By a code that you type on another device: this computer needs no browser.",
)
@click.option("--app", is_flag=True, help="As the application itself, without a person (Microsoft).")
@click.option("--no-browser", is_flag=True, help="Print the page's address instead of opening it.")
def login(device: bool, app: bool, no_browser: bool) -> int:
    """Sign in to send through Microsoft 365, Google Workspace or another server that wants OAuth 2.0, not a password.

    Your browser shows the page of Microsoft or Google, and your password stays there. What mailer gets is kept in this
    computer's keyring, or in a file that only your account can read. The application that asks is your own office's:
    docs/guide/sign-in.md says how to register it.
    """
    if device and app:
        raise click.UsageError("--device and --app contradict each other: use one.")
    if device or app:
        only_these(("device", "app"), "with --device" if device else "with --app")
    from mailer.authorization.client import client_of
    from mailer.authorization.signing_in import as_application, in_browser
    from mailer.authorization.tokens import keep

    workspace = workspace_here()
    client = client_of(settings_of(workspace))
    if app:
        signed_in = as_application(client)
    elif device:
        signed_in = _by_device(client)
    else:
        say(f"Sign in at {client.server.title} as {client.user}.", err=True)
        signed_in = in_browser(
            client, lambda page: _open(page, browser=not no_browser), _wrong_answer, _PATIENCE
        )
    _signed_in(client, signed_in, keep(client, signed_in))
    logged(workspace, "login", user=client.user, server=client.server.title)
    return DONE


def _open(page: str, *, browser: bool) -> None:
    import webbrowser

    opened = browser and webbrowser.open(page)
    instead = (
        "Your browser opens the page. If it does not, open it yourself:"
        if opened
        else "Open this page in a browser on this computer:"
    )
    say(f"{instead}\n\n  {visible(page)}\n", err=True)
    say(f"Waiting until you have signed in there, for {_PATIENCE / 60:.0f} minutes. Ctrl-C stops.", err=True)


def _wrong_answer() -> None:
    say(
        style("Refused:", fg="yellow", bold=True),
        " an answer that is not to this sign-in (its state is wrong). Still waiting for the right one.",
        err=True,
    )


def _by_device(client: Client) -> SignIn:
    from mailer.authorization.signing_in import by_device_code, device_code

    code = device_code(client)
    say(
        f"On any device, open {visible(code.page)}\nand type this code, as {visible(client.user)}:\n",
        err=True,
    )
    say("  ", style(code.typed, bold=True), "\n", err=True)
    say(f"Waiting for {code.seconds / 60:.0f} minutes. Ctrl-C stops.", err=True)
    return by_device_code(client, code)


def _signed_in(client: Client, signed_in: SignIn, place: str) -> None:
    """As whom, for what, until when, where it is kept, and what comes next."""
    say(style("Signed in.", fg="green", bold=True), err=True)
    who = f"the application {client.id}, for {client.user}" if signed_in.application else client.user
    tell("As", f"{who}, at {client.server.title}")
    if client.hosts:
        tell("Shown to", f"{' and '.join(client.hosts)} alone")
    if signed_in.scope:
        tell("For", " ".join(signed_in.scope))
    missing = [] if signed_in.application else client.server.missing(signed_in.scope)
    if missing:
        tell("Not for", f"{' '.join(missing)}: it was not allowed. Sign in again, and allow it.")
    tell("Until", _until(signed_in))
    tell("Kept in", place)
    tell("Next", "mailer doctor")


def _until(signed_in: SignIn) -> str:
    if signed_in.refresh:
        return "it is withdrawn: mailer renews its token by itself"
    if signed_in.application:
        return "its secret or certificate expires: mailer gets new tokens by itself"
    ends = time.strftime("%H:%M", time.localtime(signed_in.expires)) if signed_in.expires else "soon"
    return f"{ends}: the server gave nothing to renew it by (Microsoft: OAUTH_SCOPE lacks offline_access)"


@click.command(short_help="Sign out: delete what mailer login keeps.", epilog="Example:  mailer logout")
def logout() -> int:
    """Sign out: what `mailer login` got is given back where the server takes it, and deleted from this computer."""
    from mailer.authorization.client import client_of
    from mailer.authorization.sign_out import sign_out

    workspace = workspace_here()
    client = client_of(settings_of(workspace))
    done = sign_out(client)
    title = client.server.title
    if not done.kept:
        say(f"Nobody was signed in for {client.user} at {title}.", err=True)
        return DONE
    logged(workspace, "logout", user=client.user, server=title)
    say(f"Signed out: this computer keeps nothing for {client.user} any more.", err=True)
    if done.revoked:
        say(f"{title} has taken it back, too.", err=True)
    else:
        why = f"did not take it back: {done.refused}" if done.refused else "has no way to take it back"
        say(f"{title} {why}. What was handed out may stay good until it expires.", err=True)
        if client.server.consents:
            say(f"Consent is withdrawn here: {client.server.consents}", err=True)
    return UNFINISHED if done.refused else DONE
