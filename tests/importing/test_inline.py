"""Every paragraph comes back from the release as it went into it, whatever its words look like to Markdown."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st
from support.wild_text import PIECES, RUN

from mailer.importing.document import Run
from mailer.importing.written.inline import inline
from mailer.importing.written.read_back import Within, as_seen, paragraph_read_back
from mailer.importing.written.runs import tidied

RUNS = st.lists(RUN, max_size=5)


@given(RUNS, st.sampled_from(["body", "quotation", "list"]))
def test_a_wild_paragraph_loses_no_word_and_gains_no_meaning(runs: list[Run], within: Within) -> None:
    wanted = tidied(runs)
    written = inline(runs, within)
    if not wanted:
        assert written.text == ""
        return
    found = paragraph_read_back(written.text, within)
    assert found is not None
    assert "".join(run.text or f"[{run.note}]" for run in found) == "".join(
        run.text or f"[{run.note}]" for run in wanted
    )
    if not written.lost:
        assert found == as_seen(wanted)


@given(st.lists(st.builds(Run, st.lists(PIECES, max_size=4).map("".join), bold=st.booleans()), max_size=5))
@example([Run("https://example.org/a_b~~")])
@example([Run("&amp;a@example.org")])
@example([Run("a"), Run("a@example.org a", bold=True)])
def test_a_highlight_is_never_lost(runs: list[Run]) -> None:
    assert inline(runs).lost == ""
