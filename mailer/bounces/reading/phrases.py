"""What programs and people say, by what it means: the lists of phrases.toml, ready for searching."""

from __future__ import annotations

import re
import tomllib
from importlib.resources import files


def compiled(phrases: str) -> re.Pattern[str]:
    """One pattern for a list of phrases, one a line; a phrase begins where a word does."""
    alternatives = "|".join(_pattern(line) for line in phrases.split("\n") if line)
    return re.compile(rf"(?<![a-z])(?:{alternatives})", re.IGNORECASE)


def lines_of(name: str) -> tuple[str, ...]:
    """The phrases of one list."""
    return tuple(filter(None, _LISTS[name].split("\n")))


def _pattern(phrase: str) -> str:
    # Programs join words: "Invalid-Recipient", "mailbox_not_found".
    pieces = [r"[\s_-]+".join(map(re.escape, piece.split())) for piece in phrase.split("…")]
    return r"(?:[^.;\n]|\.(?=\w)){0,40}?(?<![a-z])".join(pieces)


# ---- a reply, made ready to be searched --------------------------------------------------------------

_BLOCKLISTS = re.compile(
    r"\b(?:spamhaus|spamcop|sorbs|spamrl|uceprotect|abuseat|surbl|uribl|mailspike|senderbase|senderscore|invaluement|psbl"
    r"|talosintelligence|barracuda(?:central|networks)|cloudmark|junkemailfilter|drbl|trendmicro|ipcheck\.proofpoint)\.[a-z]{2}",
    re.IGNORECASE,
)
_IP = r"(?:\d{1,3}(?:\.\d{1,3}){3}|[\da-f]{0,4}(?::[\da-f]{0,4}){3,7})"
_HOST = r"(?:[\w-]{1,63}(?:\.[\w-]{1,63}){0,10}\.[a-z]{2,24})"
_ANSWERS = r"(?: |$)(?=said|refused|returned|responded|does not like)"
_ADDRESS = r"[<\[(\"']?[^\s<>()\[\]\"',;:@]{1,64}@[\w.-]{1,255}[>\])\"']?"


def _compiled(*changes: tuple[str, str]) -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((re.compile(pattern, re.IGNORECASE), instead) for pattern, instead in changes)


# Which server answers is no answer.
_SERVERS = _compiled(
    (rf"\b(?:host )?{_HOST}? ?[\[(]{_IP}[\])](?::\d+)?{_ANSWERS}|\b{_IP}{_ANSWERS}", ""),
    (rf"\b(?:relay=|giving up on )\[?{_IP}\]?", ""),
)
_NAMES = _compiled(
    (r"https?://\S+", ""),
    (_ADDRESS, "@"),
    (rf"[\[(<]\s?{_IP}\s?[\])>](?::\d{{1,5}}\b)?|(?<![\w.:]){_IP}(?!\.?\w)", "[ip]"),
    # Of three labels at least, as two may be the end of a sentence and the beginning of the next. Exchange's
    # names of errors are written in capitals: "RESOLVER.ADR.RecipNotFound".
    (rf"(?-i:\b[\w-]{{1,63}}\.{_HOST}\b|\b{_HOST}(?=\[))", ""),
    # The codes in front of continued lines.
    (r"(?<![\w.])[245]\d\d-(?:[245]\.\d{1,3}\.\d{1,3} ?)?", ""),
    # One spelling of each.
    (r"\be-mail", "email"),
    (r"\bmail[ -]box", "mailbox"),
    (r"\bdo(?:e?s|se)?(?:n't|'?nt)\b", "doesn't"),
    # Postfix says so before whatever reason it has.
    (r"\brecipient address rejected:", ""),
    # What only may be, or is an example, decides nothing.
    (r"\((?:e\.g\.|i\.e\.|for example)[^)]*\)", ""),
    (r"[^.,;:()]{0,200}(?<!\d) (?:may|might) [^.,;:()]*", ""),
    (r"\s+", " "),
)


def plain_words(reply: str) -> str:
    """A reply without what may hold any word: addresses, links, names of hosts, what only may be."""
    text = _changed(" ".join(reply.replace("’", "'").split()), _SERVERS)
    # A link or a host name may hold any word, and goes; a blocklist's tells.
    words = (
        "blocklist" if "@" not in word and _BLOCKLISTS.search(word) else word for word in text.split(" ")
    )
    return _changed(" ".join(words), _NAMES)


def _changed(text: str, changes: tuple[tuple[re.Pattern[str], str], ...]) -> str:
    for pattern, instead in changes:
        text = pattern.sub(instead, text)
    return text


_LISTS: dict[str, str] = tomllib.loads(
    files("mailer.bounces.reading").joinpath("phrases.toml").read_text("utf-8")
)

PHRASES = {name: compiled(lines) for name, lines in _LISTS.items()}
"""One pattern for each list of phrases.toml, by its name."""
