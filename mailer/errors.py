"""What can go wrong, as a tree.

    MailerError(message, hint)
    ├── SettingsError        .env or the environment is wrong or incomplete
    ├── WorkspaceError       no workspace here, or it can't be made
    ├── SourceError(faults)  a file that staff wrote can't be read
    │   ├── ReleaseError     a release or newsroom.md
    │   ├── ListError        a press list
    │   ├── TemplateError    a theme
    │   └── DocumentError    a document to import
    ├── CheckFailed(findings)  pre-flight found what must not go out
    ├── ComposeError         a composed message is not what was meant
    ├── TransportError       the server can't be reached or won't have us: no recipient is to blame
    │   ├── Unreachable          nobody answers there: no password was tried
    │   └── AuthorizationError   there is no access token: nobody has signed in, or the sign-in was withdrawn
    │       └── AuthorizationUnanswered  whoever gives them can't be reached: later they may
    └── LedgerError          the record can't be read or written, or forbids what was asked
        ├── BeingSent        somebody else is sending the mailing right now
        └── TakenOver        somebody else holds the mailing now

One recipient's failure is none of these: it is an `Outcome`. Nor is a value that can't be used (`ValueFault`), until
somebody knows in which file and line it stands. Each message says what is wrong and where; the hint says what to do
about it. Neither ever holds a secret.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mailer.model import Finding


class MailerError(Exception):
    """Something staff can act on. The command line prints it without a traceback.

    Args:
        message: what is wrong, one sentence.
        hint: what to do about it, or "".
    """

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}\n  {self.hint}" if self.hint else self.message


class SettingsError(MailerError):
    """.env or the environment is wrong or incomplete."""


class WorkspaceError(MailerError):
    """No workspace can be found from here, or none can be made there."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong in a source file.

    Attributes:
        path: the file as staff would name it, relative to the workspace where possible.
        line: 1-based line, or 0 where the fault belongs to the whole file.
        message: what is wrong.
        hint: what to do; often "did you mean …?".
    """

    path: str
    line: int
    message: str
    hint: str = ""

    def __str__(self) -> str:
        where = f"{self.path}:{self.line}" if self.line else self.path
        return f"{where}: {self.message}" + (f" — {self.hint}" if self.hint else "")


class ValueFault(ValueError):
    """A value that somebody wrote can't be used. Whoever knows where it was written makes a `MailerError` of it.

    Args:
        message: what is wrong with it, without a full stop.
        hint: what to write instead.
    """

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message, hint)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return "; ".join(filter(None, (self.message, self.hint)))


class SourceError(MailerError):
    """A file that staff wrote can't be read. Carries every fault found in it, in line order."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(sorted(faults, key=lambda fault: (fault.path, fault.line)))
        super().__init__("\n".join(str(fault) for fault in self.faults))


class ReleaseError(SourceError):
    """A release or newsroom.md can't be read."""


class ListError(SourceError):
    """A press list can't be read."""


class TemplateError(SourceError):
    """A theme's template or stylesheet can't be used."""


class DocumentError(SourceError):
    """A document can't be imported, or must not be as it is: it can't be read, it costs too much, or it would leak."""


class CheckFailed(MailerError):
    """Pre-flight found errors: nothing was sent.

    Args:
        findings: all findings, those of lower level too.
        not_done: what did not happen because of them.
    """

    def __init__(self, findings: Sequence[Finding], not_done: str = "sent") -> None:
        self.findings = tuple(findings)
        errors = sum(finding.level == "error" for finding in self.findings)
        super().__init__(
            f"The check found {errors} error{'s' if errors != 1 else ''}: nothing was {not_done}.",
            "Fix them and try again; `mailer check` shows them.",
        )


class ComposeError(MailerError):
    """A composed message is not what was meant: it must not go out."""


class TransportError(MailerError):
    """The server can't be reached, or won't have us: no recipient is to blame."""


class Unreachable(TransportError):
    """Nobody answers where the server should be: no password was tried, so it may be tried again."""


class AuthorizationError(TransportError):
    """There is no access token: nobody has signed in, the sign-in was withdrawn, or whoever gives them can't be
    reached (RFC 6749 §5.2)."""


class AuthorizationUnanswered(AuthorizationError):
    """Whoever gives access tokens can't be reached: a while later it may work."""


class LedgerError(MailerError):
    """The record of who got what can't be read or written, or forbids what was asked."""


class BeingSent(LedgerError):
    """Somebody else is sending the mailing right now."""


class TakenOver(LedgerError):
    """Somebody else holds the mailing now: this process has lost the right to send of it."""
