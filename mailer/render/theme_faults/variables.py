"""Names within templates: variables, what stands behind their dots, filters and tests."""

from __future__ import annotations

from collections.abc import Iterator

from jinja2 import nodes

from mailer.errors import TemplateError
from mailer.model import Finding
from mailer.render.localisation import read_labels
from mailer.render.templates import environment_of
from mailer.render.theme_faults.labels import labels_printed
from mailer.render.theme_faults.names import ATTRIBUTES, JINJAS, NAMES
from mailer.render.theme_faults.sources import Sources, Template, near

_PAGE = "docs/reference/themes.md lists what there is."
_MAY_BE_ABSENT = ("default", "d", "defined", "undefined")
"""Filters and tests of Jinja's, before which a name need not exist."""


def faults_of_variables(sources: Sources) -> Iterator[Finding]:
    """Names that would be an error where they are reached, be that in one release out of a hundred."""
    environment = environment_of((), "html")
    labels = _labels(sources)
    for template in sources.own():
        yield from _variables(sources, template)
        yield from _attributes(template, {**ATTRIBUTES, "labels": labels})
        for filtered in template.find(nodes.Filter):
            if filtered.name not in environment.filters:
                what, hint = (
                    f"There is no filter “{filtered.name}”.",
                    near(filtered.name, environment.filters, _PAGE),
                )
                yield template.finding("error", filtered.lineno, what, hint)
        for test in template.find(nodes.Test):
            if test.name not in environment.tests:
                what, hint = f"There is no test “{test.name}”.", near(test.name, environment.tests, _PAGE)
                yield template.finding("error", test.lineno, what, hint)


def _labels(sources: Sources) -> frozenset[str]:
    try:
        return frozenset(read_labels(sources.theme, "en"))
    except TemplateError:  # told by those who look at labels
        return frozenset(labels_printed(sources))


def _variables(sources: Sources, template: Template) -> Iterator[Finding]:
    known = NAMES | JINJAS | set(_own(sources, template))
    macros = {macro.name for each in sources.templates for macro in each.find(nodes.Macro)}
    optional = _optional(template)
    for node in template.find(nodes.Name):
        if node.ctx == "load" and node.name not in known and id(node) not in optional:
            call = f'Write part("{node.name}", …).' if node.name in macros else ""
            hint = call or near(node.name, known, _PAGE)
            yield template.finding("error", node.lineno, f"There is no “{node.name}”.", hint)


def _own(sources: Sources, template: Template) -> Iterator[str]:
    """What the templates themselves give names to."""
    for each in sources.templates:
        yield from (node.name for node in each.find(nodes.Name) if node.ctx != "load")
    yield from (macro.name for macro in template.find(nodes.Macro))
    yield from (node.target for node in template.find(nodes.Import))
    for taken in template.find(nodes.FromImport):
        yield from (name if isinstance(name, str) else name[1] for name in taken.names)


def _optional(template: Template) -> set[int]:
    """The nodes before `| default` and `is defined`."""
    asking = [
        node
        for node in (*template.find(nodes.Filter), *template.find(nodes.Test))
        if node.name in _MAY_BE_ABSENT
    ]
    return {id(inner) for node in asking for inner in node.find_all((nodes.Name, nodes.Getattr))}


def _attributes(template: Template, known: dict[str, frozenset[str]]) -> Iterator[Finding]:
    """What stands behind the dot of release, newsroom, colour and labels."""
    shadowed = {node.name for node in template.find(nodes.Name) if node.ctx != "load"}
    optional = _optional(template)
    for node in template.find(nodes.Getattr):
        noun = node.node.name if isinstance(node.node, nodes.Name) else ""
        if noun not in known or noun in shadowed or id(node) in optional:
            continue
        if node.attr not in known[noun] and not (noun == "labels" and hasattr(dict, node.attr)):
            otherwise = "Add it to labels.en.toml." if noun == "labels" else _PAGE
            what = f"There is no “{noun}.{node.attr}”."
            yield template.finding("error", node.lineno, what, near(node.attr, known[noun], otherwise))
