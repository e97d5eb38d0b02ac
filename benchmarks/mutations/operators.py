"""What is changed: most of it by operators of cosmic-ray; two of ours are about what this code stands on.

An operator says where in a syntax tree (parso) it can change something, and changes it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import parso
from cosmic_ray.operators.operator import Example, Operator
from cosmic_ray.plugins import OPERATOR_PROVIDERS, get_operator, operator_names
from parso.python.tree import Keyword
from parso.tree import NodeOrLeaf

Position = tuple[tuple[int, int], tuple[int, int]]

_WANTED = re.compile(
    r"core/(AddNot|Replace(True|False|And|Or|Break|Continue)With.*|ReplaceUnaryOperator_Delete_.*|ExceptionReplacer"
    r"|NumberReplacer|RemoveDecorator|ZeroIterationForLoop"
    r"|ReplaceComparisonOperator_(Eq_NotEq|NotEq_Eq|Lt_LtE|LtE_Lt|Gt_GtE|GtE_Gt|Is_IsNot|IsNot_Is)"
    r"|ReplaceBinaryOperator_(Add_Sub|Sub_Add|Mul_FloorDiv|Div_Mul|FloorDiv_Mul))|ours/.*"
)
"""`x == y` to `x >= y` and the like are left out: what finds `!=` finds them, or nobody cares. So is `|`, which mostly
stands in annotations."""

_LETTERS = "qs.ardu"


class RemoveStatement(Operator):
    """A call, `yield`, `raise` or assignment to an attribute is not done."""

    def mutation_positions(self, node: NodeOrLeaf) -> Iterator[Position]:
        if node.type == "simple_stmt" and _does_something(node.children[0]):
            yield node.children[0].start_pos, node.children[0].end_pos

    def mutate(self, node: NodeOrLeaf, index: int) -> NodeOrLeaf:
        prefix = node.children[0].get_first_leaf().prefix
        node.children[0] = Keyword("pass", node.start_pos, prefix)
        return node

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        return (
            Example("send(x)\n", "pass\n"),
            Example("yield x\n", "pass\n"),
            Example("a.b = 1\n", "pass\n"),
        )


def _does_something(node: NodeOrLeaf) -> bool:
    if node.type == "expr_stmt":
        return node.children[0].type == "atom_expr" and "=" in node.get_code()
    return node.type in ("atom_expr", "yield_expr", "raise_stmt", "await_expr")


class AnotherState(Operator):
    """A state in SQL, `'s'`, is another one."""

    def mutation_positions(self, node: NodeOrLeaf) -> Iterator[Position]:
        if node.type in ("string", "fstring_string"):
            for _ in self._states(node):
                yield node.start_pos, node.end_pos

    def mutate(self, node: NodeOrLeaf, index: int) -> NodeOrLeaf:
        found = list(self._states(node))[index]
        letter = _LETTERS[(_LETTERS.index(found[0]) + 1) % len(_LETTERS)]
        node.value = node.value[: found.start()] + letter + node.value[found.end() :]
        return node

    @staticmethod
    def _states(node: NodeOrLeaf) -> Iterator[re.Match[str]]:
        return re.finditer(rf"(?<=')[{re.escape(_LETTERS)}](?=')", node.value)

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        return (Example("\"state = 'q'\"", "\"state = 's'\""),)


OPERATOR_PROVIDERS["ours"] = {cls.__name__: cls for cls in (RemoveStatement, AnotherState)}


def wanted() -> list[str]:
    """Names of the operators that are used."""
    return [name for name in operator_names() if _WANTED.fullmatch(name)]


def check() -> None:
    """Our operators do what their examples say."""
    from cosmic_ray.mutating import mutate_code

    for name, cls in OPERATOR_PROVIDERS["ours"].items():
        for example in cls.examples():
            got = mutate_code(example.pre_mutation_code, get_operator(f"ours/{name}")(), example.occurrence)
            assert got == example.post_mutation_code, f"{name}: {got!r}"
            assert parso.parse(got)
