"""Stylesheets: rules that can't be used, classes that are nowhere, properties that are mistyped."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from jinja2 import nodes

from mailer.errors import TemplateError
from mailer.model import Finding
from mailer.render.colours import palette
from mailer.render.stylesheets import CLIENTS, LAYOUT, RULE, stylesheet, without_comments
from mailer.render.templates import theme_file
from mailer.render.theme_faults.sources import Sources, Template, as_finding, near, said

_OF_JINJA = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
_ATTRIBUTE = re.compile(
    r"""\bclass\s*=\s*(?:"((?:\{\{.*?\}\}|\{%.*?%\}|[^"])*)"|'((?:\{\{.*?\}\}|\{%.*?%\}|[^'])*)')""",
    re.DOTALL,
)
_QUOTED = re.compile(r"'([^']*)'|\"([^\"]*)\"")
_DYNAMIC = "\0"
_LONG = 3
"""Letters written out of a class: more tell it from a slip."""
_PRELUDE = re.compile(r"([^{};]*)\{")
_CLASS = re.compile(r"\.(-?[A-Za-z_][\w-]*)")


def faults_of_styles(sources: Sources) -> Iterator[Finding]:
    """Of stylesheets: what can't be inlined or read, classes that no template has, properties that nobody knows. Of
    templates: classes that no stylesheet has."""
    yield from _that_can_not_be_used(sources)
    used = used_classes(sources.templates)
    styled: set[str] = set()
    for name in (LAYOUT, CLIENTS):
        for folder in sources.theme:
            if path := theme_file([folder], name):
                css = _plain(path)
                styled |= {found for found, _ in _selected(css)}
                if folder in sources.folders:
                    yield from _classes_that_no_template_has(path, css, used)
                    yield from _unknown_properties(path, css)
    for template in sources.own():
        for word, line in _written(template):
            if word not in styled:
                hint = near(word, styled, f"Add a rule to {LAYOUT}: .{word} {{ … }}")
                yield template.finding(
                    "warning", line, f"No stylesheet has a rule for the class “{word}”.", hint
                )


def _that_can_not_be_used(sources: Sources) -> Iterator[Finding]:
    for name in (LAYOUT, CLIENTS):
        if not any(theme_file([folder], name) for folder in sources.theme):
            continue
        try:
            stylesheet(sources.theme, name, palette(""))
        except TemplateError as error:
            yield from map(as_finding, error.faults)


def _plain(path: Path) -> str:
    """A stylesheet without comments and what Jinja fills in, each rule on its line."""
    css = without_comments(path.read_text("utf-8-sig", "replace"))
    return _OF_JINJA.sub(
        lambda match: re.sub(r"[^\n]", "x" if match[0].startswith("{{") else " ", match[0]), css
    )


def _selected(css: str) -> Iterator[tuple[str, int]]:
    """The classes that rules select, with their lines; those within media queries too."""
    for match in _PRELUDE.finditer(css):
        if not match[1].lstrip().startswith("@"):
            for found in _CLASS.finditer(
                re.sub(r"\[[^\]]*\]|\"[^\"]*\"", lambda m: " " * len(m[0]), match[1])
            ):
                yield found[1], css.count("\n", 0, match.start() + found.start()) + 1


def _classes_that_no_template_has(path: Path, css: str, used: Classes) -> Iterator[Finding]:
    seen = set()
    for name, line in _selected(css):
        if not used.has(name) and name not in seen:
            seen.add(name)
            yield said("warning", path, line, f"No template of this theme has the class “{name}”.",
                       near(name, used.words, "Remove the rule, or give an element this class."))  # fmt: skip


@cache
def _properties() -> frozenset[str]:
    import cssutils

    return frozenset(cssutils.profile.knownNames) | {
        "text-decoration-color",
        "overflow-wrap",
        "word-break",
        "hyphens",
    }


def _unknown_properties(path: Path, css: str) -> Iterator[Finding]:
    """Only those that look like a property misspelt: mail programs have many of their own."""
    for rule in RULE.finditer(css):
        for match in re.finditer(r"(?:^|;)\s*([A-Za-z][\w-]*)\s*:", rule["declarations"]):
            name = match[1].lower()
            meant = name not in _properties() and not name.startswith("mso-") and near_property(name)
            if meant:
                line = css.count("\n", 0, rule.start("declarations") + match.start(1)) + 1
                yield said("warning", path, line, f"There is no property “{name}”.", f"Did you mean {meant}?")


def near_property(name: str) -> str:
    """The property that is written almost like this, or ""."""
    from difflib import get_close_matches

    found = get_close_matches(name, _properties(), n=1, cutoff=0.85)
    return found[0] if found else ""


# Classes of templates


@dataclass
class Classes:
    """Classes that elements may have.

    Attributes:
        words: those that are written out; `stems` are beginnings that may be whole.
        patterns: those of which a part is only known when the template runs, as in `class="h{{ level }}"`, each with
            what is written out of it.
    """

    words: set[str] = field(default_factory=set)
    stems: set[str] = field(default_factory=set)
    patterns: list[tuple[re.Pattern[str], str]] = field(default_factory=list)

    def has(self, name: str) -> bool:
        if name in self.words | self.stems:
            return True
        known = [stem for pattern, stem in self.patterns if pattern.fullmatch(name)]
        alike = near(name, (word for word in self.words if len(word) > 2))
        return bool(known) and (name[-1].isdigit() or len(max(known, key=len)) > _LONG or not alike)


def used_classes(templates: Iterable[Template]) -> Classes:
    """The classes that templates give to elements, as far as reading tells."""
    found = Classes()
    for template in templates:
        for value, _ in _attributes(template):
            bare = _bare(value)
            for word in bare.split():
                stem = word.replace(_DYNAMIC, "")
                if stem == word:
                    found.words.add(word)
                elif stem:
                    pattern = re.compile(re.escape(word).replace(re.escape(_DYNAMIC), r"[\w-]*"))
                    found.patterns.append((pattern, stem))
                    found.stems.add(stem)
            for piece in _OF_JINJA.findall(value):
                for quoted in _QUOTED.finditer(piece):
                    found.words.update((quoted[1] or quoted[2] or "").split())
            if bare.strip() == _DYNAMIC:  # a variable, which is set somewhere in the file
                for node in template.find(nodes.Const):
                    found.words.update(node.value.split() if isinstance(node.value, str) else ())
    return found


def _bare(value: str) -> str:
    """The value of a class attribute without what Jinja fills in. What it adds behind a space, as in
    `class="quote{{ ' wide' if wide }}"`, is a word of its own and no part of the one before."""

    def piece(match: re.Match[str]) -> str:
        quoted = [found[1] or found[2] or "" for found in _QUOTED.finditer(match[0])]
        return " " if quoted and all(text.startswith(" ") for text in quoted) else _DYNAMIC

    return _OF_JINJA.sub(piece, value)


def _attributes(template: Template) -> Iterator[tuple[str, int]]:
    for match in _ATTRIBUTE.finditer(template.text):
        yield match[1] or match[2] or "", template.text.count("\n", 0, match.start()) + 1


def _written(template: Template) -> Iterator[tuple[str, int]]:
    """Classes that are written out, each once."""
    seen = set()
    for value, line in _attributes(template):
        for word in _bare(value).split():
            if _DYNAMIC not in word and word not in seen:
                seen.add(word)
                yield word, line
