"""`Rendered` + `Recipient` → the exact bytes."""

from mailer.message.compose import Addressee, Composition, Head, compile_message, needs_smtputf8
from mailer.message.verify import ComposeError, inspect, verify

__all__ = [
    "Addressee",
    "ComposeError",
    "Composition",
    "Head",
    "compile_message",
    "inspect",
    "needs_smtputf8",
    "verify",
]
