"""What an authorization server's refusal means, for staff.

What happens next goes by RFC 6749's codes alone. Microsoft's own numbers (AADSTS…) only choose what is said about it:
they may change at any time, says Microsoft, and then its own words still stand behind ours.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from mailer.authorization.endpoint import NoAnswer
from mailer.errors import AuthorizationError, AuthorizationUnanswered

_NUMBER = re.compile(r"AADSTS(\d{5,7})\b")
_FOR_SUPPORT = re.compile(r"\s*(Trace ID|Correlation ID|Timestamp):.*", re.DOTALL)
_MOST = 240
"""Characters of a server's own words."""


class Refusal(Exception):
    """The server's answer is an error of RFC 6749 §4.1.2.1 or §5.2.

    Attributes:
        error: its code.
        said: the server's own words, for people.
    """

    def __init__(self, error: str, said: str = "") -> None:
        super().__init__(error)
        self.error, self.said = error, said


@dataclass(frozen=True, slots=True)
class Meaning:
    """
    Attributes:
        of: codes of RFC 6749 and its kin, or numbers of Microsoft's.
        message: what is wrong, one sentence.
        hint: what to do about it.
    """

    of: tuple[str, ...]
    message: str
    hint: str


_CONSENT = (
    "In the Entra admin center: App registrations, your application, API permissions, Grant admin consent. Then sign "
    "in again: mailer login"
)
MEANINGS = (
    Meaning(("65001", "90094", "90095", "650056"), "An administrator has to consent to the application.", _CONSENT),
    Meaning(("65004",), "Whoever signed in did not allow it.", "Sign in again, and allow what is asked: mailer login"),
    Meaning(
        ("7000215",),
        "OAUTH_CLIENT_SECRET is not the application's secret.",
        "Copy the secret's Value, not its Secret ID; it is shown only once, so make a new one if need be.",
    ),
    Meaning(
        ("7000222",),
        "The application's secret has expired.",
        "Make a new one under Certificates & secrets, and set OAUTH_CLIENT_SECRET to its Value.",
    ),
    Meaning(
        ("7000218",),
        "The application is not registered as one that has no secret.",
        "Authentication, Allow public client flows: Yes. Or set OAUTH_CLIENT_SECRET.",
    ),
    Meaning(
        ("700025",), "The application is registered as one that has no secret.", "Empty OAUTH_CLIENT_SECRET in .env."
    ),
    Meaning(
        ("700016", "700011", "70001", "7000112"),
        "The directory does not know the application, or has disabled it.",
        "Compare OAUTH_CLIENT_ID and OAUTH_TENANT with the application's Overview page.",
    ),
    Meaning(
        ("90002", "50194"),
        "OAUTH_TENANT names no directory that knows the application.",
        "Set it to the Directory (tenant) ID of the application's Overview page.",
    ),
    Meaning(
        ("50011", "900971", "redirect_uri_mismatch"),
        "The application is not registered for a sign-in on a computer.",
        "Microsoft: Authentication, Mobile and desktop applications, http://localhost. Google: a client of the type "
        "Desktop app.",
    ),
    Meaning(
        ("700027", "50012", "700030"),
        "The application's certificate is not the one that the directory knows.",
        "Upload the certificate of OAUTH_CERTIFICATE_FILE under Certificates & secrets.",
    ),
    Meaning(
        ("50105",),
        "Whoever signed in is not assigned to the application.",
        "Enterprise applications, your application, Users and groups: add them.",
    ),
    Meaning(
        ("50020", "50034"),
        "Whoever signed in is not in the directory.",
        "Sign in with the office's account: mailer login",
    ),
    Meaning(
        ("53000", "53001", "53002", "53003", "530032", "530035"),
        "Your organisation's rules for access (Conditional Access) don't allow it from here.",
        "Ask your administrator which rule it is: Entra admin center, Sign-in logs.",
    ),
    Meaning(
        ("65005", "650057", "70011", "invalid_scope"),
        "The application is not registered for what is asked for.",
        "Add the permission SMTP.Send (and IMAP.AccessAsUser.All, for returned mail) under API permissions; elsewhere, "
        "compare OAUTH_SCOPE.",
    ),
    Meaning(("admin_policy_enforced",), "Your organisation does not allow the application.", "Ask your administrator."),
    Meaning(("org_internal",), "The application is for another organisation's accounts.", "Sign in as one of them."),
    Meaning(("access_denied",), "The sign-in was not allowed.", "Sign in again, and allow what is asked: mailer login"),
    Meaning(
        ("invalid_client", "unauthorized_client", "deleted_client"),
        "The application is unknown, or does not prove who it is.",
        "Compare OAUTH_CLIENT_ID, and OAUTH_CLIENT_SECRET or OAUTH_CERTIFICATE_FILE, with what is registered.",
    ),
    Meaning(("expired_token",), "The code was not typed in time.", "Begin again: mailer login --device"),
    Meaning(
        ("invalid_grant", "interaction_required", "consent_required", "login_required"),
        "The sign-in was withdrawn or has expired.",
        "Sign in again: mailer login",
    ),
)  # fmt: skip
"""The first that fits; numbers come before codes."""


def told(refusal: Refusal, title: str) -> AuthorizationError:
    """A refusal as staff are told it.

    Args:
        title: who refuses.
    """
    numbers = _NUMBER.findall(refusal.said)
    found = next((m for of in (*numbers, refusal.error) for m in MEANINGS if of in m.of), None)
    words = in_its_words(refusal.said) or in_its_words(refusal.error) or "it does not say why"
    if found is None:
        return AuthorizationError(f"{title} refuses: {words}.", "")
    return AuthorizationError(found.message, f"{found.hint} ({title} says: {words})")


def in_its_words(said: str) -> str:
    """What a server says, without what is for its own support, and in few words."""
    words = " ".join(_FOR_SUPPORT.sub("", said).split()).removesuffix(".")
    return words if len(words) <= _MOST else f"{words[:_MOST]}…"


@contextmanager
def for_staff(title: str) -> Iterator[None]:
    """Whatever an authorization server refuses or leaves unanswered in here is told to staff.

    Raises:
        AuthorizationError
    """
    try:
        yield
    except Refusal as refusal:
        raise told(refusal, title) from None
    except NoAnswer as none:
        raise unanswered(none) from None


def unanswered(none: NoAnswer) -> AuthorizationUnanswered:
    """A server that can't be reached, as staff are told it."""
    return AuthorizationUnanswered(
        f"There is no access token: {none.why}.", "Is this computer online? Try again."
    )
