"""Labels that nothing prints, and places in them that nothing fills."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

from jinja2 import nodes

from mailer.errors import TemplateError
from mailer.model import Finding
from mailer.render.localisation import read_label_file, read_labels
from mailer.render.templates import theme_file
from mailer.render.theme_faults.files import LABELS
from mailer.render.theme_faults.sources import Sources, as_finding, constant, near, said


def faults_of_labels(sources: Sources) -> Iterator[Finding]:
    """Of each file of labels: that it can't be read, a name that no template prints, `{places}` unlike the English."""
    for folder in sources.folders:
        for path in sorted(folder.glob("labels.*.toml")):
            if LABELS.fullmatch(path.name) and theme_file([folder], path.name):
                yield from _of_file(sources, path)


def _of_file(sources: Sources, path: Path) -> Iterator[Finding]:
    try:
        labels = read_label_file(path)
        english = read_labels(sources.theme[-1:], "en")
    except TemplateError as error:
        yield from map(as_finding, error.faults)
        return
    known = {*english, *labels_printed(sources)}
    for name, text in labels.items():
        line = _line_of(path, name)
        if name not in known:
            yield said(
                "warning",
                path,
                line,
                f"No template prints a label “{name}”.",
                near(name, known, "Remove it."),
            )
        elif name in english:
            yield from _of_places(path, line, name, text, english[name])


def _of_places(path: Path, line: int, name: str, text: str, english: str) -> Iterator[Finding]:
    try:
        own, meant = _places(text), _places(english)
    except ValueError as error:
        yield said(
            "error",
            path,
            line,
            f"The label “{name}” can't be filled: {error}.",
            "A brace that is printed is written {{ or }}.",
        )
        return
    there = ", ".join(f"{{{each}}}" for each in sorted(meant)) or "no place"
    for place in sorted(own - meant):
        what = f"Nothing fills {{{place}}} of the label “{name}”."
        yield said("error", path, line, what, near(place, meant, f"It can hold {there}."))
    for place in sorted(meant - own):
        yield said(
            "warning",
            path,
            line,
            f"The label “{name}” does not print {{{place}}}.",
            f"In English it is: {english}",
        )


def _places(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def labels_printed(sources: Sources) -> Iterator[str]:
    """Labels that templates ask for by name."""
    for template in sources.templates:
        found: list[nodes.Getattr | nodes.Getitem] = [
            *template.find(nodes.Getattr),
            *template.find(nodes.Getitem),
        ]
        for node in found:
            if isinstance(node.node, nodes.Name) and node.node.name == "labels":
                yield node.attr if isinstance(node, nodes.Getattr) else constant(node.arg)


def _line_of(path: Path, name: str) -> int:
    lines = path.read_text("utf-8-sig").splitlines()
    found = (n for n, line in enumerate(lines, 1) if re.match(rf"\s*[\"']?{re.escape(name)}[\"']?\s*=", line))
    return next(found, 0)
