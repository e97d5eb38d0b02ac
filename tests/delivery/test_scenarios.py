"""One thing goes wrong in a mailing to 40 people: a window of eight messages on the wire, RSET among them, or senders
killed in lockstep. test_faults.py and test_killed.py have the other stages and ways, and benchmarks/delivery/scenarios.py
plays all of them at this size."""

from __future__ import annotations

import pytest
from support.places import Place
from support.scenarios import KINDS, Scenario, play

FILE = [
    *(Scenario("BDAT", "RSET", kind) for kind in KINDS),
    *(Scenario("BDAT", stage, "reset") for stage in ("MAIL", "RCPT", "body", "dot")),
    *(Scenario("BDAT", stage, "killed before") for stage in ("RSET", "MAIL", "dot")),
    *(Scenario("DATA", stage, "killed before") for stage in ("MAIL", "DATA", "body", "dot")),
]
DATABASE = [
    Scenario("BDAT", "RSET", "4xx"), Scenario("BDAT", "dot", "reset"), Scenario("BDAT", "dot", "killed before"),
    Scenario("DATA", "dot", "killed before"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("place", "scenario"),
    [*(("file", each) for each in FILE), *(("database", each) for each in DATABASE)],
    indirect=["place"],
    ids=str,
)
def test_nobody_twice_and_few_in_doubt(place: Place, scenario: Scenario) -> None:
    came = play(scenario, place)
    assert came.happened, "it went wrong where it should"
    assert came.compared.good, came.compared
    assert len(came.compared.uncertain) <= scenario.at_most, "no more than were on the wire"
