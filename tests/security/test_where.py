"""`--where` is no program: whatever is typed, it is a test of a recipient or is refused. Nothing of it is run."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.terminal import mailer

from mailer.model import Recipient
from mailer.press import WhereError
from mailer.press.where_expression import KNOWN, read_where
from mailer.workspace import Workspace

COLUMNS = ("beat", "circulation", "accepts_embargo")
ANA = Recipient(
    "ana@faro.example",
    "Ana Ruiz",
    languages=("es-MX", "en"),
    tags=frozenset({"mexico", "coast"}),
    fields={"beat": "Coast", "circulation": "12000", "accepts_embargo": ""},
    lists=("press",),
)

PROGRAMS = [
    "__import__('os').system('touch {file}')",
    "name.__class__.__mro__[1].__subclasses__()",
    "(lambda: open('{file}', 'w'))() == 1",
    "[open('{file}', 'w') for _ in tags] == 1",
    'f\'{{open("{file}", "w")}}\' == name',
    "'%s'.__mod__(open('{file}', 'w')) == name",
    "(x := open('{file}', 'w')) == name",
    "name if open('{file}', 'w') else outlet",
    "name == 1; open('{file}', 'w')",
    "tags[open('{file}', 'w')] == 1",
    "{{**open('{file}', 'w')}} == 1",
    'exec(\'open("{file}", "w")\')',
    "name @ open('{file}', 'w') == 1",
    "not open('{file}', 'w')",
    "__builtins__",
    "__name__ == '__main__'",
]

BOMBS = {
    "a long text": "'a' * 10**9 == name",
    "a tower of powers": "9**9**9**9 == circulation",
    "a shift": "1 << 10**9 == circulation",
    "a wide format": "f'{name:>{10**9}}' == name",
    "a number of 400 digits": "circulation > 1" + "0" * 400,
    "below zero": "circulation > -1" + "0" * 400,
    "a number of 5,000 digits": "circulation > 1" + "0" * 5_000,
    "a number in base 16": "circulation > 0x" + "f" * 15_000,
    "a name of a million letters": "a" * 1_000_000 + " == 1",
    "a name of 19,000 letters": "a" * 19_000 + " == 1",
    "brackets": "(" * 5_000 + "name" + ")" * 5_000,
    "lists": "name in " + "[" * 80 + "]" * 80,
    "no no no": "not " * 4_000 + "name",
    "no no no, but not too often to be read": "not " * 900 + "name",
    "or or or": "(name or " * 90 + "name" + ")" * 90,
    "dots": "name" + ".a" * 9_000,
    "a sum": "1" + "+1" * 9_000 + " == 1",
    "signs": "circulation > " + "-" * 9_000 + "1",
    "indexes": "name" + "[0]" * 5_000,
    "calls": "name" + "()" * 9_000,
    "choices": "name if name else " * 1_000 + "name",
    "functions": "lambda:" * 2_000 + "name",
    "a NUL": "name == '\x00'\x00",
    "half a character": "name == '\udc80'",
}


@pytest.mark.parametrize("program", PROGRAMS)
def test_no_program_is_run(program: str, tmp_path: Path) -> None:
    file = tmp_path / "touched"
    with pytest.raises(WhereError) as refused:
        read_where(program.format(file=file), COLUMNS)
    assert refused.value.hint
    assert not file.exists()


@pytest.mark.parametrize("bomb", BOMBS)
def test_no_expression_takes_all_there_is(bomb: str) -> None:
    with pytest.raises(WhereError) as refused:
        read_where(BOMBS[bomb], COLUMNS)
    assert len(str(refused.value)) < 1_000


@pytest.mark.parametrize(
    "expression",
    [PROGRAMS[0], *(e for e in BOMBS.values() if len(e) < 100_000 and not {"\x00", "\udc80"} & set(e))],
)
def test_the_command_says_so(expression: str, workspace: Workspace) -> None:
    run = mailer(
        "send", "harbour-report", "--list", "press", "--where", expression, "--dry-run", cwd=workspace.root
    )
    assert run.code == 2
    assert "--where" in run.err
    assert "bug in mailer" not in run.err
    assert len(run.err) < 1_000


def test_many_levels_of_sense_are_still_understood(workspace: Workspace) -> None:
    nested = "(" * 40 + 'language == "es"' + " or vip)".replace("vip", "beat") * 40
    run = mailer(
        "send", "harbour-report", "--list", "press", "--where", nested, "--dry-run", cwd=workspace.root
    )
    assert run.code == 0, run.err


NAMES = st.sampled_from([*KNOWN, *COLUMNS])
SIMPLE = st.one_of(
    NAMES,
    st.text(max_size=8).map(repr),
    st.integers().map(str),
    st.floats().map(lambda number: repr(number).replace("nan", "1e999").replace("inf", "1e999")),
    st.sampled_from(["True", "False", "()", "[]", "-0.0", "1e999", "-1e999", "0x10", "1_000"]),
)
VALUES = st.recursive(
    SIMPLE, lambda inner: st.lists(inner, max_size=4).map(lambda parts: f"[{', '.join(parts)}]"), max_leaves=6
)
OPERATORS = st.sampled_from(["==", "!=", "<", "<=", ">", ">=", "in", "not in"])
COMPARISONS = st.builds(lambda a, op, b, more: f"({a} {op} {b}{more})", VALUES, OPERATORS, VALUES,
                        st.sampled_from(["", " == name", " in tags", " < circulation", " in languages"]))  # fmt: skip
TESTS = st.recursive(
    st.one_of(NAMES, COMPARISONS),
    lambda inner: st.one_of(
        inner.map("not ({})".format),
        st.builds("({}) and ({})".format, inner, inner),
        st.builds("({}) or ({})".format, inner, inner),
    ),
    max_leaves=6,
)


@given(TESTS)
def test_whatever_is_understood_says_yes_or_no(expression: str) -> None:
    try:
        test = read_where(expression, COLUMNS)
    except WhereError:
        return
    for person in (ANA, Recipient("x@example.net")):
        assert test(person) in (True, False)
