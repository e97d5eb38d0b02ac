"""`--where`: a small expression about a recipient, read with Python's grammar and never run as Python.

Allowed are columns, texts, numbers and lists of them, `== != < <= > >= in not in`, `and or not` and
brackets. Each node of the syntax tree becomes a closure; any other node is an error.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Collection
from difflib import get_close_matches
from typing import Any

from mailer.errors import MailerError
from mailer.model import Recipient
from mailer.press.addresses import domain_of
from mailer.press.clean_text import folded, shortened

Test = Callable[[Recipient], bool]
_Value = Callable[[Recipient], Any]

LONGEST = 20_000
"""Characters of an expression: a list of some hundred addresses."""
DEEPEST = 50
"""Levels of its syntax tree; each is a call within a call when it is asked about a recipient."""
LARGEST_NUMBER = 1_000
"""Bits of a whole number, which a floating-point number can hold."""

EXAMPLE = """For example: language == "es" and "mexico" in tags"""

KNOWN: dict[str, _Value] = {
    "email": lambda r: r.address,
    "address": lambda r: r.address,
    "domain": lambda r: domain_of(r.address),
    "name": lambda r: r.name,
    "outlet": lambda r: r.outlet,
    "language": lambda r: _Language(r.languages[0] if r.languages else ""),
    "languages": lambda r: tuple(map(_Language, r.languages)),
    "tags": lambda r: r.tags,
    "lists": lambda r: r.lists,
}
"""Names that every recipient has; a list's further columns come to them."""


class WhereError(MailerError):
    """A `--where` that can't be understood."""


class _Language(str):
    """A BCP 47 tag that equals every range it lies in: es-MX is "es" too (RFC 4647 §3.3.1)."""

    __slots__ = ()


def read_where(expression: str, columns: Collection[str]) -> Test:
    """Compiles an expression to a test of recipients.

    Args:
        expression: e.g. `language == "es" and "mexico" in tags`.
        columns: keys of the lists' further columns, besides `KNOWN`.

    Raises:
        WhereError: it is not such an expression, goes over `LONGEST` or `DEEPEST`, or names a column that no
            chosen list has.
    """
    if len(expression) > LONGEST:
        raise WhereError(
            f"--where has more than {LONGEST:,} characters.", "Give those people a tag, and use that."
        )
    try:
        tree = ast.parse(expression.strip(), mode="eval")
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        said = error.msg if isinstance(error, SyntaxError) else "it is nested too deeply, or is not text"
        hint = "Write == to compare." if _single_equals(expression) else EXAMPLE
        raise WhereError(f"--where can't be read: {said}.", hint) from None
    if _depth(tree.body) > DEEPEST:
        raise WhereError(f"--where has more than {DEEPEST} nested brackets.", EXAMPLE)
    return _Compiler(expression.strip(), columns).test(tree.body)


def _depth(tree: ast.expr) -> int:
    """Levels of a syntax tree, counted without going down in it: Python's own depth is limited."""
    depth, level = 0, [tree]
    while level:
        depth += 1
        level = [
            child for node in level for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)
        ]
    return depth


def _single_equals(expression: str) -> bool:
    bare = expression
    for sign in ("==", "!=", "<=", ">="):
        bare = bare.replace(sign, "")
    return "=" in bare


class _Compiler:
    def __init__(self, expression: str, columns: Collection[str]) -> None:
        self._expression = expression
        self._columns = columns

    def test(self, node: ast.expr) -> Test:
        """A node that is true or false."""
        if isinstance(node, ast.BoolOp):
            parts = [self.test(value) for value in node.values]
            if isinstance(node.op, ast.And):
                return lambda r: all(part(r) for part in parts)
            return lambda r: any(part(r) for part in parts)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            inner = self.test(node.operand)
            return lambda r: not inner(r)
        if isinstance(node, ast.Compare):
            return self._comparison(node)
        if isinstance(node, ast.Name):
            value = self.value(node)
            return lambda r: folded_truth(value(r))
        raise self._refused(node, "it is neither a comparison nor a column")

    def _comparison(self, node: ast.Compare) -> Test:
        sides = [self.value(side) for side in (node.left, *node.comparators)]
        tests = [self._one(op, node) for op in node.ops]
        steps = list(zip(tests, sides, sides[1:], strict=False))
        return lambda r: all(compare(left(r), right(r)) for compare, left, right in steps)

    def _one(self, op: ast.cmpop, node: ast.Compare) -> Callable[[Any, Any], bool]:
        compare = _OPERATORS.get(type(op))
        if compare is None:
            raise self._refused(node, "use == or != to compare")
        return compare

    def value(self, node: ast.expr) -> _Value:
        """A node that stands for a text, a number, a column or a list of such."""
        if isinstance(node, ast.Constant) and type(node.value) in (str, int, float):
            constant = node.value
            if isinstance(constant, int) and constant.bit_length() > LARGEST_NUMBER:
                raise self._refused(node, "the number is too large")
            return lambda r: constant
        if isinstance(node, ast.Constant) and type(node.value) is bool:
            text = "yes" if node.value else "no"
            return lambda r: text
        if (
            isinstance(node, ast.UnaryOp)
            and isinstance(node.op, ast.USub)
            and isinstance(node.operand, ast.Constant)
            and type(node.operand.value) in (int, float)
        ):
            positive = self.value(node.operand)
            return lambda r: -positive(r)
        if isinstance(node, ast.List | ast.Tuple | ast.Set):
            items = [self.value(item) for item in node.elts]
            return lambda r: tuple(item(r) for item in items)
        if isinstance(node, ast.Name):
            return self._column(node)
        raise self._refused(node, "only columns, text, numbers and lists can be compared")

    def _column(self, node: ast.Name) -> _Value:
        name = node.id.lower()
        if name in KNOWN:
            return KNOWN[name]
        if name in self._columns:
            return lambda r: r.fields.get(name, "")
        known = sorted({*KNOWN, *self._columns})
        near = get_close_matches(name, known, n=1, cutoff=0.6)
        named = shortened(node.id)
        there_are = f'The columns are: {shortened(", ".join(known), 2_000)}. Text needs quotes: "{named}".'
        hint = f"Did you mean {near[0]}?" if near else there_are
        raise WhereError(f"--where: no list has a column “{named}”.", hint)

    def _refused(self, node: ast.expr, why: str) -> WhereError:
        part = ast.get_source_segment(self._expression, node) or ast.unparse(node)
        return WhereError(f"--where can't use “{shortened(part)}”: {why}.", EXAMPLE)


def folded_truth(value: Any) -> bool:
    """Whether a column alone counts as true: it holds something, and that isn't a no."""
    from mailer.press.list_files.cell_values import NO

    return folded(value) not in ("", *NO) if isinstance(value, str) else bool(value)


def _number(text: Any) -> float | None:
    if isinstance(text, int | float):
        return float(text)
    try:
        return float(text.replace(",", ".").strip())
    except (ValueError, AttributeError):
        return None


def _equal(left: Any, right: Any) -> bool:
    """Equality as staff mean it: case and accents don't matter, "3" is 3, es-MX is es."""
    if isinstance(left, int | float) or isinstance(right, int | float):
        return _number(left) is not None and _number(left) == _number(right)
    if isinstance(left, _Language) or isinstance(right, _Language):
        return _in_range(left, right) if isinstance(left, _Language) else _in_range(right, left)
    if isinstance(left, str) and isinstance(right, str):
        return left == right or folded(left) == folded(right)
    if isinstance(left, str) or isinstance(right, str):
        return False
    return {folded(str(x)) for x in left} == {folded(str(x)) for x in right}


def _in_range(tag: str, wanted: Any) -> bool:
    if not isinstance(wanted, str):
        return False
    tag, wanted = tag.lower(), wanted.lower().replace("_", "-")
    return tag == wanted or (bool(wanted) and tag.startswith(wanted + "-"))


def _within(left: Any, right: Any) -> bool:
    """`in`: one of a list, or part of a text."""
    if isinstance(right, str):
        return isinstance(left, str) and folded(left) in folded(right)
    if isinstance(right, int | float):
        return False
    return any(_equal(left, item) for item in right)


def _ordered(compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    """`<` and its like: numbers as numbers, texts by the alphabet; nothing is less than an empty cell."""

    def ordered(left: Any, right: Any) -> bool:
        if isinstance(left, int | float) or isinstance(right, int | float):
            a, b = _number(left), _number(right)
            return a is not None and b is not None and compare(a, b)
        if isinstance(left, str) and isinstance(right, str):
            return bool(left) and bool(right) and compare(folded(left), folded(right))
        return False

    return ordered


_OPERATORS: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Eq: _equal,
    ast.NotEq: lambda left, right: not _equal(left, right),
    ast.In: _within,
    ast.NotIn: lambda left, right: not _within(left, right),
    ast.Lt: _ordered(operator.lt),
    ast.LtE: _ordered(operator.le),
    ast.Gt: _ordered(operator.gt),
    ast.GtE: _ordered(operator.ge),
}
