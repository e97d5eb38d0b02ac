"""The head of a mail that was forwarded: "From: …", "Sent: …", above the text. It is nobody's business but staff's."""

from __future__ import annotations

import re
from collections.abc import Sequence

from mailer.importing.document import Block, Margin, Paragraph

_FIELD = re.compile(
    r"(?:From|Sent|To|Cc|Bcc|Subject|Date|Reply-To|Importance|Attachments"
    r"|De|Enviado(?: el)?|Enviada em|Para|CC|Asunto|Assunto|Fecha|Data|Envoyé|À|A|Objet"
    r"|Von|Gesendet|An|Betreff|Datum)\s?:\s?\S?",
    re.IGNORECASE,
)
_BANNER = re.compile(
    r"\W{0,20}(?:Forwarded message|Original Message|Begin forwarded message|Mensaje reenviado|Mensaje original"
    r"|Mensagem (?:encaminhada|original)|Message transféré|Message d'origine|Début du message réexpédié"
    r"|Weitergeleitete Nachricht|Ursprüngliche Nachricht|Anfang der weitergeleiteten Nachricht)\W{0,20}",
    re.IGNORECASE,
)


def without_heads(blocks: Sequence[Block]) -> tuple[tuple[Block, ...], tuple[Margin, ...]]:
    """Blocks without heads of forwarded mails, and these.

    A head is a banner ("Forwarded message") with the lines of fields under it, or at least three of these alone: a
    single "From: …" may stand in a release.
    """
    kept: list[Block] = []
    heads: list[Margin] = []
    at = 0
    while at < len(blocks):
        end, fields, banner = _head(blocks, at)
        if fields >= 3 or (banner and fields):
            head = tuple(blocks[at:end])
            heads.append(Margin("page header", head, "head of a forwarded mail"))
            at = end
        else:
            kept.append(blocks[at])
            at += 1
    return tuple(kept), tuple(heads)


def _head(blocks: Sequence[Block], start: int) -> tuple[int, int, bool]:
    """Where a head would end that began here, how many fields it has, and whether a banner opens it."""
    fields, banner, at = 0, False, start
    for at in range(start, len(blocks)):
        block = blocks[at]
        if not isinstance(block, Paragraph):
            return at, fields, banner
        lines = [line for line in block.text.split("\n") if line.strip()]
        if at == start and _BANNER.fullmatch(lines[0]):
            banner, lines = True, lines[1:]
        if not all(
            _FIELD.match(line) or (number and line[:1].isspace()) for number, line in enumerate(lines)
        ):
            return at, fields, banner
        fields += len(lines)
    return at + 1, fields, banner
