"""Senders on two computers, each with a line of its own to the database and the mail server. One line is cut in the
midst, and joined again: nobody gets it twice, nobody is forgotten. benchmarks/postgres/cut_lines.py does it at length."""

from __future__ import annotations

from collections.abc import Callable

from support.cut_lines import mail_with_cut_lines, office
from support.postgres import must_be_there


def test_a_line_is_cut_and_joined(program: Callable[[str], str]) -> None:
    must_be_there()
    # So slow that not all of it has left by the first cut.
    with office(program("ip"), program("cc"), number=2, per_second=10) as its:
        came = mail_with_cut_lines(its, seed=2, recipients=250, connections=2, cuts=3)
    assert came.good, came
    assert came.cuts > 1 and came.killed
