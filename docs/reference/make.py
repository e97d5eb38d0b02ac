"""Write anew what these pages say by the code's own tables: `python docs/reference/make.py`.

It stands between `<!-- made by make.py: NAME -->` and `<!-- end -->`; the rest of a page is written by hand. In some of
these tables a cell says in words what no code could: that is kept, and a row that is new has a gap to be filled. A test
holds every page to this.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from pathlib import Path

import click

from mailer.bounces import Done, MailKind
from mailer.bounces.events import MEANINGS
from mailer.bounces.events.event import Meaning
from mailer.bounces.reading.severity import CAUSES
from mailer.checks.specimen import meant, sentinels
from mailer.checks.theme import FURNITURE, LESS
from mailer.cli import cli
from mailer.delivery.replies.general import GENERAL
from mailer.delivery.replies.providers import OF_PROVIDERS
from mailer.delivery.smtp.login_replies import AT_LOGIN, HOW_TO_LOG_IN, NO_RELAY, WITH_TOKEN, WITHOUT_LOGIN
from mailer.model import Edition, Kind, Newsroom, Status
from mailer.presets import TELLING
from mailer.press import Reason
from mailer.press.list_files.columns import SYNONYMS
from mailer.press.list_files.problems import left_out
from mailer.release import NODE_TYPES, kinds_of_labels
from mailer.release.field_names import NEWSROOM, RELEASE, Field
from mailer.settings import Settings
from mailer.workspace import built_in_templates

PAGES = Path(__file__).parent
GAP = "SAY HERE WHAT IT IS"
"""What a cell holds that only a person can write."""

_PART = re.compile(r"(?s)(<!-- made by make\.py: ([a-z-]+) -->\n)(.*?)(?=<!-- end -->)")

# What stands in a table


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    first, *rest = ("".join(f"| {cell} " if cell else "| " for cell in row) + "|" for row in (head, *rows))
    return "\n".join((first, "|---" * len(head) + "|", *rest))


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip())[1:-1]]


def _with_words(page: str, rows: Mapping[str, Sequence[str | None]]) -> str:
    """A table of the page with the rows that the code knows: in the page's order, a new one where the code has it.

    Args:
        page: the table as it stands there.
        rows: by first cell, without its backticks; None: what the page says.
    """
    head, _, *lines = page.strip().splitlines()
    said = {cells[0].strip("`"): cells for cells in map(_cells, lines)}
    order, found = [name for name in said if name in rows], []
    for place, name in enumerate(rows):
        if name not in said:
            before = list(rows)[place - 1] if place else None
            order.insert(order.index(before) + 1 if before else 0, name)
    for name in order:
        first, *words = said.get(name, [f"`{name}`", *(GAP for _ in rows[name])])
        known = zip(rows[name], words, strict=True)
        found.append([first, *(word if cell is None else cell for cell, word in known)])
    return _table(_cells(head), found)


_Code = tuple[str, int, str]
"""A code, or many: what stands before a number, the number, and behind it: ("5.", 7, ".x")."""


def _written(codes: Sequence[_Code]) -> str:
    """A comma between them; five and more in a row as “5.0.x to 5.5.x”."""
    found, rest = [], list(codes)
    while rest:
        before, first, after = rest[0]
        run = [code for steps, code in enumerate(rest) if code == (before, first + steps, after)]
        words = [f"{before}{number}{after}" for _, number, _ in run]
        found += [f"{words[0]} to {words[-1]}"] if len(run) > 4 else words
        del rest[: len(run)]
    return ", ".join(found)


def reply_codes(pattern: str) -> str:
    """The codes of SMTP that a pattern fits, as people write them: "2xx, 3xx", "530, 534"."""
    found: list[_Code] = []
    for hundred in range(10):
        fits = [
            n for n in range(hundred * 100, hundred * 100 + 100) if re.fullmatch(pattern or ".*", f"{n:03}")
        ]
        found += [("", hundred, "xx")] if len(fits) == 100 else [("", number, "") for number in fits]
    return "any" if len(found) == 10 and all(after for _, _, after in found) else _written(found)


_KINDS, _SUBJECTS, _DETAILS = (2, 4, 5), range(10), range(1000)


def status_codes(pattern: str) -> str:
    """The codes of RFC 3463 that a pattern fits: "5.7.x", "none, 5.x.x"."""
    if pattern in ("", ".*"):
        return "any" if not pattern else "any or none"
    found: list[_Code] = []
    for kind in _KINDS:
        own: list[_Code] = []
        for subject in _SUBJECTS:
            fits = [detail for detail in _DETAILS if re.fullmatch(pattern, f"{kind}.{subject}.{detail}")]
            whole = len(fits) == len(_DETAILS)
            own += (
                [(f"{kind}.", subject, ".x")]
                if whole
                else [(f"{kind}.{subject}.", detail, "") for detail in fits]
            )
        all_of_them = len(own) == len(_SUBJECTS) and all(after for _, _, after in own)
        found += [("", kind, ".x.x")] if all_of_them else own
    none = "none, " if re.fullmatch(pattern, "") else ""
    return none + _written(found)


def phrases(pattern: str) -> str:
    """What is searched in a text: “too many” or “locked”."""
    plain = re.sub(r"\\b|\^", "", pattern).replace("[- ]", " ")
    plain = re.sub(r"\\S[*+]?", " … ", plain).replace("\\.", "·").replace("  ", " ")
    assert not re.search(r"[\\\[\](){}*+?.^$]", plain), f"say in phrases() how people write {pattern!r}"
    plain = plain.replace("·", ".")
    return " or ".join(f"“{phrase}”" for phrase in plain.split("|")) if plain else "anything"


def example(line: str) -> str:
    """What a server says, as code."""
    fence = "``" if "`" in line else "`"
    return f"{fence}{line}{fence}"


# The parts


def commands(_: str) -> str:
    context = click.Context(cli, info_name="mailer", help_option_names=["-h", "--help"])
    return "\n".join(
        section for name in cli.list_commands(context) for section in _sections(context, name)
    ).rstrip()


def _sections(parent: click.Context, name: str) -> Iterator[str]:
    group = parent.command
    assert isinstance(group, click.Group)
    command = group.get_command(parent, name)
    assert command is not None
    context = click.Context(command, info_name=name, parent=parent, terminal_width=100, max_content_width=100)
    yield f"\n## {context.command_path}\n\n```text\n{command.get_help(context)}\n```"
    if isinstance(command, click.Group):
        for inner in command.list_commands(context):
            yield from _sections(context, inner)


def replies(_: str) -> str:
    return _table(
        ("stage", "code", "enhanced", "its text holds", "what is done", "why", "for example"),
        (
            (", ".join(rule.stages) or "any", reply_codes(rule.codes), status_codes(rule.enhanced), phrases(rule.said),
             rule.verdict, f"{rule.whose}: {rule.reason}" if rule.whose else rule.reason, example(rule.sample[1]))
            for rule in GENERAL
        ),
    )  # fmt: skip


def providers(_: str) -> str:
    return _table(
        ("who says it", "code", "enhanced", "its text holds", "what is done", "what it means, and who does what",
         "for example"),
        (
            (rule.whose, reply_codes(rule.codes), status_codes(rule.enhanced), phrases(rule.said), rule.verdict,
             " ".join(filter(None, (rule.reason, rule.cure.format(user="USER")))),
             f"{rule.sample[0]}: {example(rule.sample[1])}")
            for rule in OF_PROVIDERS
        ),
    )  # fmt: skip


def logins(_: str) -> str:
    rows = [("a password", refusal) for refusal in AT_LOGIN]
    rows += [("a token", refusal) for refusal in WITH_TOKEN]
    rows += [("MAIL and after", refusal) for refusal in (*WITHOUT_LOGIN, NO_RELAY)]
    return _table(
        ("answer to", "code", "enhanced", "its text holds", "what it means", "what to do"),
        (
            (stage, reply_codes(row.codes), status_codes(row.enhanced), phrases(row.said), row.meaning,
             row.cure.format(user="USER") or HOW_TO_LOG_IN)
            for stage, row in rows
        ),
    )  # fmt: skip


def causes(_: str) -> str:
    return _table(
        ("status", "words", "what happened", "so it is", "why"),
        (
            (status_codes(cause.codes), "of that meaning" if cause.words else "any", cause.name, cause.severity,
             cause.why)
            for cause in CAUSES
        ),
    )  # fmt: skip


def meanings(_: str) -> str:
    return _table(
        ("provider", "its word", "so it is", "where nothing else tells"),
        (
            (TELLING[provider], f"`{word}`", f"`{meaning.kind}`", _bounce_by_word(meaning))
            for provider, words in MEANINGS.items()
            for word, meaning in words.items()
        ),
    )


def _bounce_by_word(meaning: Meaning) -> str:
    if meaning.kind is not MailKind.BOUNCE:
        return ""
    return f"{meaning.severity}: {meaning.cause}" + (" (always)" if meaning.withheld else "")


def release_fields(page: str) -> str:
    return _fields(page, RELEASE)


def newsroom_fields(page: str) -> str:
    return _fields(page, NEWSROOM)


def kinds(_: str) -> str:
    """In the order of the model, a column for each language that has labels."""
    languages = kinds_of_labels(built_in_templates() / "default")
    return _table(
        ("kind", *(f"`{language}`" for language in languages)),
        ((f"`{kind}`", *(labels[kind] for labels in languages.values())) for kind in Kind),
    )


def _fields(page: str, named: Iterable[Field]) -> str:
    return _with_words(page, {field.name: (field.also, None) for field in named})


def settings(page: str) -> str:
    """A default that is written as such; where the code has none, the page says what happens then."""
    defaults = {field.metadata["key"]: field.default for field in fields(Settings)}
    return _with_words(
        page,
        {
            key: ((f"`{value}`" if isinstance(value, str) else str(value)) if value else None, None)
            for key, value in defaults.items()
        },
    )


def columns(page: str) -> str:
    return _with_words(page, {
        name: (None, ", ".join(words))
        for name, words in SYNONYMS.items()
    })  # fmt: skip


def reasons(page: str) -> str:
    return _with_words(page, {reason: (left_out(1, reason, "").level, None) for reason in Reason})


def blocks(page: str) -> str:
    return _with_words(page, dict.fromkeys(NODE_TYPES, (None, None)))


def states(page: str) -> str:
    return _with_words(page, dict.fromkeys(Status, (None, None)))


def consequences(page: str) -> str:
    return _with_words(page, dict.fromkeys(Done, (None,)))


_FOR_THEMES = {
    "release": ("the edition", Edition, {
        "path", "newsroom", "subject", "dateline", "lists", "theme", "original", "corrects", "origin", "revision",
        "lines", "findings", "silence", "written_in"}),
    "newsroom": ("the organisation", Newsroom, {
        "path", "language", "sender", "reply_to", "zone", "region", "dash", "colour", "theme", "lists", "contacts",
        "boilerplates", "lines", "findings", "silence", "written_in"}),
}  # fmt: skip
"""Nouns of the model, and what of them is for others, or printed by the tool itself."""


def names(page: str) -> str:
    """What templates may use: the attributes of the model's nouns are the code's, all else is told by the page."""
    rows: dict[str, Sequence[str | None]] = {
        _cells(line)[0].strip("`"): (None,) for line in page.strip().splitlines()[2:]
    }
    for name, (what, noun, others) in _FOR_THEMES.items():
        has = ", ".join(f"`{field.name}`" for field in fields(noun) if field.name not in others)
        rows[name] = (f"{what}: {has}",)
    return _with_words(page, rows)


def obligations(_: str) -> str:
    fields = dict.fromkeys(key.partition(".")[0] for key, _ in sentinels(addresses=False) if meant(key))
    rows = {
        "error": [name for name in fields if name not in LESS | {key.partition(".")[0] for key in FURNITURE}],
        "warning": [name for name in fields if name in LESS],
        "may be left out": sorted({key.partition(".")[0] for key in FURNITURE}),
    }
    return _table(
        ("where it is not printed", "fields"),
        ((level, ", ".join(f"`{name}`" for name in sorted(names))) for level, names in rows.items()),
    )


PARTS: dict[str, tuple[Callable[[str], str], ...]] = {
    "blocks.md": (blocks,),
    "bounces.md": (causes, consequences),
    "commands.md": (commands,),
    "events.md": (meanings,),
    "lists.md": (columns, reasons),
    "release-file.md": (release_fields, kinds, newsroom_fields),
    "replies.md": (providers, replies, logins),
    "settings.md": (settings,),
    "states.md": (states,),
    "themes.md": (names, obligations),
}


def made(page: str) -> str:
    """A page as it should stand there.

    Args:
        page: its file's name.
    """
    parts = {part.__name__.strip("_").replace("_", "-"): part for part in PARTS[page]}
    text = (PAGES / page).read_text("utf-8")
    assert sorted(name for _, name, _ in _PART.findall(text)) == sorted(parts), (
        f"the parts of {page} are {sorted(parts)}"
    )
    return _PART.sub(lambda match: f"{match[1]}{parts[match[2]](match[3])}\n", text)


def main() -> int:
    gaps = []
    for page in PARTS:
        text = made(page)
        (PAGES / page).write_text(text, encoding="utf-8")
        gaps += [f"{page}: {line}" for line in text.splitlines() if GAP in line]
    sys.stderr.write("".join(f"Fill the gap in {gap}\n" for gap in gaps))
    return bool(gaps)


if __name__ == "__main__":
    sys.exit(main())
