"""How well replies are told apart, over the sets that `benchmarks/bounces/measure.py` prints the figures of.

`replies.toml` was labelled before the rules were made from it; the others were labelled before the rules read them, and
two showed what was mended afterwards. benchmarks/README.md has the figures before and after.
"""

from __future__ import annotations

import pytest
from support.benchmark import benchmark

SETS = ("replies.toml", "held_out.toml", "held_out_again.toml", "held_out_logs.toml")


MEASURE = benchmark("bounces/measure.py")


@pytest.mark.parametrize("form", ["report", "note"])
@pytest.mark.parametrize("file", SETS)
def test_hard_means_hard(file: str, form: str) -> None:
    """An address that is spared by mistake bounces again; one that is suppressed by mistake gets nothing more."""
    answers = [a for a in MEASURE.read_replies(MEASURE.replies_of(file)) if a.form == form]
    found = MEASURE.figures(answers)
    wrong = [str(a) for a in answers if a.read == "hard" and "hard" not in a.right]
    assert found.seen == found.replies
    assert found.falsely_hard <= 0.01, wrong
    assert found.precision >= 0.98, wrong
    assert found.recall >= 0.85


def test_mails_that_are_no_bounces_suppress_nobody() -> None:
    """But for who reported as spam what they got."""
    found = MEASURE.others()
    assert found.mails >= 60
    assert found.harmed == ()
    assert found.delays[0] == found.delays[1]
    assert found.complaints == 2
