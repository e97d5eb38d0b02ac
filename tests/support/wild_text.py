"""Wild text as sources bring it: whatever Markdown, merge slots, end marks and the header would take for their own."""

from __future__ import annotations

from hypothesis import strategies as st

from mailer.importing.document import Run

PIECES = st.sampled_from(
    ["a", "word", " ", "  ", "\n", "*", "**", "_", "`", "~~", "[", "]", "(", ")", "![", "](", "[^1]", "[^1]:", "<", ">",
     "<https://example.org>", "&amp;", "&", "#", "# ", "## ", "- ", "+ ", "1. ", "2) ", "|", "---", "===", "***", "\\",
     "{{ name }}", "{{", "}}", "{%", "\ue000", "\u00ad", "\u00a0", "\u200b", "“x”", "“", "”", "—", "— ", "-", "ENDS", "-30-",
     "###", "LABEL: ", "Web:", ":", "https://example.org/a_b", "a@example.org", "!", "é", "漢字", "x)", "\u202e", "\t", "|-|"]
)  # fmt: skip
HREFS = st.sampled_from(
    ["", "", "", "https://example.org", "https://example.org/a_(b)?x=1&copy=2#c*d", "mailto:a@example.org", "tel:+44",
     "javascript:alert(1)", "#top"]
)  # fmt: skip
RUN = st.builds(
    Run,
    st.lists(PIECES, max_size=4).map("".join) | st.text(max_size=6),
    bold=st.booleans(),
    italic=st.booleans(),
    raised=st.booleans(),
    href=HREFS,
    note=st.sampled_from(["", "", "", "", "1", "2"]),
)
