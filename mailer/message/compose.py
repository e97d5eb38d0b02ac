"""Compile once: an edition's MIME tree is made, and read again by another parser, once for all its recipients."""

from __future__ import annotations

from dataclasses import replace

from mailer.message.composition import Composition
from mailer.message.head import Head
from mailer.message.mime import content_of
from mailer.message.verify import check_template
from mailer.model import Rendered


def compile_message(rendered: Rendered, head: Head) -> Composition:
    """Make the MIME tree of an edition, once for all recipients.

    Args:
        rendered: the mail with its slots.
        head: what the header says.

    Raises:
        ComposeError: read again by another parser, it is not what was rendered.
    """
    fields, body = content_of(rendered)
    slots = tuple(replace(slot, where=None) for slot in rendered.slots)
    head = replace(head, language=head.language or rendered.language)
    composition = Composition(head, rendered.subject, slots, fields, body)
    check_template(composition.template(), rendered)
    return composition
