"""A server that repeats our login: the secret is hidden before a reply is remembered, logged or shown.

Servers do that: "500 5.5.1 unrecognized command: AUTH PLAIN AG9m…". What is hidden are whole words, so that no half of
a password is left beside its gap. A server that encodes what it was told in a way of its own can't be stopped; it
gains nothing by it, as it knows the password already.
"""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Iterator, Set
from urllib.parse import quote, quote_plus

HIDDEN = "[hidden]"

_ALONE = 4
"""Shorter forms are hidden only where they stand alone: a password "a" must not black out all text, nor may the gaps
in it spell the password."""

_ANYWHERE = 7
"""From this length on a form is found even across a break of words or lines."""

_PIECE = 8
"""Characters of an encoded secret that give it away: an echo may be cut short, or begin in the middle."""

_BLOCK = 4
"""Whatever has seven characters has a whole block of four that begins at a multiple of four."""

_WORD = re.compile(r"\S+")
_QUOTES = "\"'`()[]{}<>,;:=.“”‘’«»"


class Redaction:
    """Hides a login's secret in any text.

    Args:
        user: the name that is sent with it; it is no secret itself.
        password: "" hides nothing.
    """

    def __init__(self, user: str, password: str) -> None:
        self._secret = bool(password)
        self._alone: set[str] = set()
        self._inside: set[str] = set()
        self._anywhere: set[str] = set()
        self._pieces: set[str] = set()
        self._blocks: set[str] = set()
        if password:
            self._learn(*_written(password))
            self.learn(*_messages(user.encode(), password.encode()), *_encoded(password.encode()))

    @classmethod
    def of_tokens(cls, user: str, *tokens: str) -> Redaction:
        """Hides access tokens, which are long: a piece of one is as bad as the whole, however it is written."""
        redaction = cls(user, "")
        for token in filter(None, tokens):
            redaction._secret = True
            redaction.learn(*dict.fromkeys((*_written(token), *_encoded(token.encode()))))
        return redaction

    def learn(self, *forms: str) -> None:
        """Encoded forms of the secret, of which a piece is as bad as the whole."""
        for form in forms:
            compact = "".join(form.split())
            if len(compact) < _PIECE:
                self._learn(form)
            self._pieces.update(compact[n : n + _PIECE] for n in range(len(compact) - _PIECE + 1))
            self._blocks.update(compact[n : n + _BLOCK] for n in range(len(compact) - _BLOCK + 1))

    def _learn(self, *forms: str) -> None:
        for form in forms:
            form, compact = " ".join(form.split()), "".join(form.split())
            if len(compact) >= _ANYWHERE:
                self._anywhere.add(compact)
                self._blocks.update(compact[n : n + _BLOCK] for n in range(len(compact) - _BLOCK + 1))
            elif len(form) >= _ALONE or form != compact:
                self._inside.add(form)
            elif form:
                self._alone.add(form)

    def __call__(self, text: str) -> str:
        """The text with `HIDDEN` for each word that holds the secret, or a piece of an encoded form of it."""
        if not (self._secret and self._suspicious(text)):
            return text
        words = list(_WORD.finditer(text))
        hidden = self._hidden([word[0] for word in words])
        pieces, position = [], 0
        for number, word in enumerate(words):
            if number in hidden:
                pieces += [text[position : word.start()], HIDDEN]
                position = word.end()
        return "".join((*pieces, text[position:]))

    def _suspicious(self, text: str) -> bool:
        """Quickly, whether it may hold a form: nearly no reply does."""
        words = text.split()
        compact, spaced = "".join(words), " ".join(words)
        blocks = [compact[n : n + _BLOCK] for n in range(0, len(compact) - _BLOCK + 1, _BLOCK)]
        return not self._blocks.isdisjoint(blocks) or any(
            form in spaced for form in (*self._inside, *self._alone)
        )

    def _hidden(self, words: list[str]) -> set[int]:
        """The numbers of the words to hide."""
        hidden = {number for number, word in enumerate(words) if word.strip(_QUOTES) in self._alone}
        for forms, pieces, gap in ((self._inside, frozenset(), " "), (self._anywhere, self._pieces, "")):
            owners = [number for number, word in enumerate(words) for _ in word + gap]
            for start, end in _found(forms, pieces, gap.join(words)):
                hidden.update(owners[start:end])
        return hidden


def _found(forms: Set[str], pieces: Set[str], text: str) -> Iterator[tuple[int, int]]:
    """Where forms stand in a text, which are few; and pieces, which may be very many."""
    for form in forms:
        start = text.find(form)
        while start >= 0:
            yield start, start + len(form)
            start = text.find(form, start + 1)
    if pieces:
        for start in range(len(text) - _PIECE + 1):
            if text[start : start + _PIECE] in pieces:
                yield start, start + _PIECE


def _written(password: str) -> Iterator[str]:
    """The password as programs write text: quoted for URLs, HTML and source code, or in a poorer character set."""
    yield from (
        password,
        quote(password, safe=""),
        quote(password),
        quote_plus(password),
        html.escape(password),
    )
    yield password.encode("unicode_escape").decode("ascii")
    yield password.encode("latin-1", "replace").decode("utf-8", "replace")
    yield "".join(chr(octet) if octet < 128 else "?" for octet in password.encode())


def _messages(user: bytes, secret: bytes) -> Iterator[str]:
    """The secret as SASL PLAIN sends it (RFC 4616, RFC 4954 §4)."""
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        for message in (b"\0" + user + b"\0" + secret, user + b"\0" + user + b"\0" + secret):
            yield encode(message).decode("ascii").rstrip("=")


def _encoded(secret: bytes) -> Iterator[str]:
    """The secret in base64, alone and inside of anything else, and in hexadecimal."""
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        yield encode(secret).decode("ascii").rstrip("=")
        for before in range(3):
            # Three octets make four characters; those at the edges depend on what stands beside the secret.
            first, last = (before * 8 + 5) // 6, (before + len(secret)) * 8 // 6
            yield encode(bytes(before) + secret).decode("ascii")[first:last]
    yield secret.hex()
    yield secret.hex().upper()
