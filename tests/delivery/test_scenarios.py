"""One thing goes wrong in a mailing to 40 people: a window of eight messages on the wire, RSET among them, or senders
killed in lockstep. test_faults.py and test_killed.py have the other stages and ways, and benchmarks/delivery/scenarios.py
plays all of them at this size."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.scenarios import KINDS, Scenario, play


@pytest.mark.parametrize(
    "scenario",
    [
        *(Scenario("BDAT", "RSET", kind) for kind in KINDS),
        *(Scenario("BDAT", stage, "reset") for stage in ("MAIL", "RCPT", "body", "dot")),
        *(Scenario("BDAT", stage, "killed before") for stage in ("RSET", "MAIL", "dot")),
        *(Scenario("DATA", stage, "killed before") for stage in ("MAIL", "DATA", "body", "dot")),
    ],
    ids=str,
)
def test_nobody_twice_and_few_in_doubt(tmp_path: Path, scenario: Scenario) -> None:
    came = play(scenario, tmp_path)
    assert came.happened, "it went wrong where it should"
    assert came.compared.good, came.compared
    assert len(came.compared.uncertain) <= scenario.at_most, "no more than were on the wire"
