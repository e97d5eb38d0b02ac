"""`Rendered` + `Recipient` → the exact bytes."""

from mailer.message.compose import Composition, compile_message, needs_smtputf8
from mailer.message.head import Addressee, Head
from mailer.message.verify import verify

__all__ = ["Addressee", "Composition", "Head", "compile_message", "needs_smtputf8", "verify"]
