"""`Rendered` + `Recipient` → the exact bytes."""

from mailer.message.compose import compile_message
from mailer.message.composition import Composition
from mailer.message.flowed import unstuffed
from mailer.message.head import Addressee, Head
from mailer.message.verify import verify

__all__ = ["Addressee", "Composition", "Head", "compile_message", "unstuffed", "verify"]
