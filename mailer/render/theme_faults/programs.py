"""Templates: other templates, blocks and macros that there are not, and what is written where it has no effect."""

from __future__ import annotations

from collections.abc import Iterator

from jinja2 import nodes

from mailer.model import Finding
from mailer.release import NODE_TYPES
from mailer.render.templates import called, like_a_template, place_of
from mailer.render.theme_faults.sources import Sources, Template, constant, near, parts_called


def faults_of_programs(sources: Sources) -> Iterator[Finding]:
    """Of each template: what it is made from, its blocks, its macros, and the parts that it asks for."""
    for template in sources.own():
        yield from _templates_named(sources, template)
        yield from _macros(sources, template)
        yield from _parts(sources, template)
        if _extends(template):
            yield from _of_a_child(sources, template)


# Other templates


def _templates_named(sources: Sources, template: Template) -> Iterator[Finding]:
    for node in template.naming():
        name = constant(node.template)
        if name and not getattr(node, "ignore_missing", False) and not _resolved(sources, template, name):
            hint = like_a_template(sources.theme, name)
            hint = f"{hint[0].upper()}{hint[1:]}{'' if hint.endswith('?') else '.'}"
            what = f"There is no template “{name}” in this theme."
            yield template.finding("error", node.lineno, what, hint)


def _resolved(sources: Sources, template: Template, name: str) -> str:
    return called(sources.theme, name, f":{template.number}/{template.path.name}")


def _extends(template: Template) -> nodes.Extends | None:
    return next((node for node in template.body if isinstance(node, nodes.Extends)), None)


def _parent(sources: Sources, template: Template) -> Template | None:
    """The template that one extends; None: it extends none, or one that can't be read or isn't known yet."""
    extends = _extends(template)
    name = _resolved(sources, template, constant(extends.template)) if extends else ""
    number, _, file = name.removeprefix(":").partition("/")
    return sources.get(int(number), file) if name else None


# Blocks


def _of_a_child(sources: Sources, template: Template) -> Iterator[Finding]:
    """Blocks that none of those has which it is made from, and text that stands in no block: Jinja prints neither."""
    above: list[Template] = []
    while parent := _parent(sources, above[-1] if above else template):
        above.append(parent)
    if not above or _extends(above[-1]):
        return  # what stands at the top isn't known: it may have any block
    blocks = {block.name for each in above for block in each.find(nodes.Block)}
    there = place_of(above[-1].path.parent, above[-1].path.name)
    others = f"The blocks are {', '.join(sorted(blocks))}." if blocks else "There are no blocks in it."
    behind = False
    for node in template.body:
        if isinstance(node, nodes.Block) and node.name not in blocks:
            what = f"{there} has no block “{node.name}”, so this is not printed."
            yield template.finding("warning", node.lineno, what, near(node.name, blocks, others))
        if behind and (line := _printing(node)):
            what = "This stands outside of every block, so it is not printed."
            yield template.finding("warning", line, what, "Put it into one of the blocks.")
        behind = behind or isinstance(node, nodes.Extends)


def _printing(node: nodes.Node) -> int:
    """The line at which something would be printed, 0: nothing would."""
    if isinstance(node, nodes.Block | nodes.Macro):
        return 0
    for output in [node] if isinstance(node, nodes.Output) else node.find_all(nodes.Output):
        for each in output.nodes:
            if not isinstance(each, nodes.TemplateData):
                return each.lineno
            if each.data.strip():
                return each.lineno + each.data[: len(each.data) - len(each.data.lstrip())].count("\n")
    return 0


# Macros


def _macros(sources: Sources, template: Template) -> Iterator[Finding]:
    """Macros that nobody asks for; one of the same name twice, of which only the last is used."""
    blocks = f"blocks.{template.medium}.j2"
    known = set(NODE_TYPES) | {name for each in sources.templates for name, _ in parts_called(each)}
    used = set(_called(sources, template))
    seen: dict[str, int] = {}
    for macro in (node for node in template.body if isinstance(node, nodes.Macro)):
        if macro.name in seen:
            what = f"The macro “{macro.name}” stands here twice; only the last one is used."
            yield template.finding("warning", seen[macro.name], what, "Remove one of them.")
        seen[macro.name] = macro.lineno
        asked_for = template.path.name == blocks and macro.name in known
        if not asked_for and macro.name not in used:
            elsewhere = template.path.name.startswith("release.") and macro.name in known
            hint = f"Move it to {blocks}." if elsewhere else near(macro.name, known, "Remove it, or call it.")
            yield template.finding("warning", macro.lineno, f"Nothing uses the macro “{macro.name}”.", hint)


def _called(sources: Sources, template: Template) -> Iterator[str]:
    """Macros that are called in a template's files of that name, or that any other one takes from it."""
    for each in sources.templates:
        if each.path.name == template.path.name:
            yield from (node.name for node in each.find(nodes.Name) if node.ctx == "load")
        for taken in each.find(nodes.FromImport):
            yield from (name if isinstance(name, str) else name[0] for name in taken.names)
        aliases = {node.target for node in each.find(nodes.Import)}
        for got in each.find(nodes.Getattr):
            if isinstance(got.node, nodes.Name) and got.node.name in aliases:
                yield got.attr


def _parts(sources: Sources, template: Template) -> Iterator[Finding]:
    blocks = f"blocks.{template.medium}.j2"
    there = {
        node.name for each in sources.of_file(blocks) for node in each.body if isinstance(node, nodes.Macro)
    }
    for name, line in parts_called(template):
        if name not in there:
            what = f"There is no macro “{name}” in {blocks}."
            yield template.finding("error", line, what, near(name, there, "Write it there."))
