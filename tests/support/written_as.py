"""A document of blocks written as its author's program would save it: as a page of Google Docs, as .odt, as .rtf."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import TypeAlias
from xml.sax.saxutils import escape as xml
from xml.sax.saxutils import quoteattr

from mailer.importing.document import Block, Listing, Paragraph, Run, Table
from support.text_documents import document, text_style

Notes: TypeAlias = Mapping[str, Sequence[Block]]


# A page of Google Docs: classes for looks, redirects for links, pairs of links for notes


def google_docs(blocks: Iterable[Block], notes: Notes) -> bytes:
    sheet = (
        "@import url(https://themes.googleusercontent.com/fonts/css?kit=x);ol{margin:0;padding:0}"
        ".c0{font-weight:400;font-style:normal}.c1{font-weight:700}.c2{font-style:italic}.c3{vertical-align:super}"
        ".c4{text-align:center}.title{padding-top:0pt;font-size:26pt}.subtitle{font-size:15pt}"
    )
    below = "".join(
        f'<div><p class="c0"><a href="#ftnt_ref{key}" id="ftnt{key}">[{key}]</a>'
        f"{_page_runs(note[0].runs if isinstance(note[0], Paragraph) else (), lead='&nbsp;')}</p>"
        f"{''.join(map(_page_block, note[1:]))}</div>"
        for key, note in notes.items()
    )
    body = "".join(map(_page_block, blocks))
    return (
        f'<html><head><meta content="text/html; charset=UTF-8" http-equiv="content-type"><style type="text/css">{sheet}'
        f'</style></head><body class="c9 doc-content">{body}{"<hr class=c8>" * bool(below)}{below}</body></html>'
    ).encode()


def _page_block(block: Block) -> str:
    if isinstance(block, Paragraph):
        tag = f"h{block.heading}" if block.heading else "p"
        classes = " ".join(filter(None, ("c0", "c4" * block.centred, block.style.lower())))
        return f'<{tag} class="{classes}">{_page_runs(block.runs)}</{tag}>'
    if isinstance(block, Listing):
        tag = "ol" if block.ordered else "ul"
        items = "".join(f'<li class="c0 li-bullet-0">{_page_item(item)}</li>' for item in block.items)
        return f'<{tag} class="c7 lst-kix_x-0 start" start="{block.first}">{items}</{tag}>'
    assert isinstance(block, Table)
    rows = "".join(
        "<tr>"
        + "".join(
            f'<td class="c6" colspan="1" rowspan="1">{"".join(map(_page_block, cell))}</td>' for cell in row
        )
        + "</tr>"
        for row in block.rows
    )
    return f'<table class="c5">{rows}</table>'


def _page_item(item: Sequence[Block]) -> str:
    first, *others = item
    assert isinstance(first, Paragraph)
    return _page_runs(first.runs) + "".join(map(_page_block, others))


def _page_runs(runs: Iterable[Run], lead: str = "") -> str:
    return lead + "".join(map(_page_run, runs))


def _page_run(run: Run) -> str:
    if run.note:
        return f'<sup class="c0"><a href="#ftnt{run.note}" id="ftnt_ref{run.note}">[{run.note}]</a></sup>'
    classes = " ".join(["c0", *["c1"] * run.bold, *["c2"] * run.italic, *["c3"] * run.raised])
    text = escape(run.text).replace("\n", "<br>").replace("\t", '<span style="white-space:pre">\t</span>')
    if run.href:
        text = f'<a class="c8" href="https://www.google.com/url?q={escape(run.href)}&amp;sa=D&amp;source=editors">{text}</a>'
    return f'<span class="{classes}">{text}</span>'


# OpenDocument


_ODF_LISTS = (
    '<text:list-style style:name="L1"><text:list-level-style-number text:level="1" style:num-format="1"/>'
    '<text:list-level-style-number text:level="2" style:num-format="1"/></text:list-style>'
    '<text:list-style style:name="L2"><text:list-level-style-bullet text:level="1" text:bullet-char="•"/>'
    '<text:list-level-style-bullet text:level="2" text:bullet-char="◦"/></text:list-style>'
)
_ODF_CENTRED = '<style:style style:name="P9" style:family="paragraph"><style:paragraph-properties fo:text-align="center"/></style:style>'


def odt(blocks: Iterable[Block], notes: Notes) -> bytes:
    looks = "".join(
        text_style(
            f"T{number}",
            'fo:font-weight="bold" ' * bool(number & 1)
            + 'fo:font-style="italic" ' * bool(number & 2)
            + 'style:text-position="super 58%"' * bool(number & 4),
        )
        for number in range(1, 8)
    )
    body = "".join(_odf_block(block, notes) for block in blocks)
    return document(body, automatic=looks + _ODF_LISTS + _ODF_CENTRED)


def _odf_block(block: Block, notes: Notes) -> str:
    if isinstance(block, Paragraph):
        style = "P9" if block.centred else block.style or "Standard"
        level = f' text:outline-level="{block.heading}"' if block.heading else ""
        tag = "text:h" if block.heading else "text:p"
        return f'<{tag} text:style-name="{style}"{level}>{_odf_runs(block.runs, notes)}</{tag}>'
    if isinstance(block, Listing):
        items = "".join(
            f"<text:list-item{f' text:start-value={quoteattr(str(block.first))}' * (not number and block.ordered)}>"
            f"{''.join(_odf_block(each, notes) for each in item)}</text:list-item>"
            for number, item in enumerate(block.items)
        )
        return f'<text:list text:style-name="{"L1" if block.ordered else "L2"}">{items}</text:list>'
    assert isinstance(block, Table)
    rows = [
        "<table:table-row>"
        + "".join(
            f"<table:table-cell>{''.join(_odf_block(each, notes) for each in cell)}</table:table-cell>"
            for cell in row
        )
        + "</table:table-row>"
        for row in block.rows
    ]
    head = f"<table:table-header-rows>{rows.pop(0)}</table:table-header-rows>" if block.headed else ""
    return f'<table:table table:name="T">{head}{"".join(rows)}</table:table>'


def _odf_runs(runs: Iterable[Run], notes: Notes) -> str:
    return "".join(_odf_run(run, notes) for run in runs)


def _odf_run(run: Run, notes: Notes) -> str:
    if run.note:
        body = "".join(_odf_block(block, {}) for block in notes[run.note])
        return (
            f'<text:note text:note-class="footnote"><text:note-citation>{run.note}</text:note-citation>'
            f"<text:note-body>{body}</text:note-body></text:note>"
        )
    text = xml(run.text).replace("\n", "<text:line-break/>").replace("\t", "<text:tab/>")
    if look := run.bold + 2 * run.italic + 4 * run.raised:
        text = f'<text:span text:style-name="T{look}">{text}</text:span>'
    return f"<text:a xlink:href={quoteattr(run.href)}>{text}</text:a>" if run.href else text


# Rich text


def rtf(blocks: Iterable[Block], notes: Notes) -> bytes:
    head = (
        r"{\rtf1\ansi\ansicpg1252\deff0\deflang1033{\fonttbl{\f0\fnil\fcharset0 Calibri;}{\f1\fnil\fcharset2 Symbol;}}"
        r"{\stylesheet{\s0 Normal;}{\s1\b heading 1;}{\s2\b heading 2;}{\s3\b heading 3;}{\s4\qc Title;}{\s5 Subtitle;}}"
    )
    return (head + "".join(_rtf_block(block, notes, r"\pard\plain") for block in blocks) + "}").encode(
        "ascii"
    )


def _rtf_block(block: Block, notes: Notes, start: str) -> str:
    if isinstance(block, Paragraph):
        styled = {"Title": r"\s4", "Subtitle": r"\s5"}.get(block.style, "")
        if block.heading:
            styled = rf"\s{block.heading}\outlinelevel{block.heading - 1}\b"
        centre = r"\qc" * block.centred
        return f"{start}{styled}{centre} {_rtf_runs(block.runs, notes)}\\par\n"
    if isinstance(block, Listing):
        return _rtf_list(block, notes, 0)
    assert isinstance(block, Table)
    rows = []
    for row in block.rows:
        cells = "".join(rf"\cellx{1000 * (number + 1)}" for number in range(len(row)))
        texts = "".join(
            r"\par ".join(_rtf_runs(each.runs, notes) for each in cell if isinstance(each, Paragraph))
            + "\\cell\n"
            for cell in row
        )
        head = r"\trhdr" * (block.headed and not rows)
        rows.append(rf"\trowd{head}{cells}\pard\plain\intbl {texts}\row" + "\n")
    return "".join(rows)


def _rtf_list(block: Listing, notes: Notes, level: int) -> str:
    made = []
    for number, item in enumerate(block.items, block.first):
        mark = f"{number}." if block.ordered else r"\f1\'b7"
        for each in item:
            if isinstance(each, Listing):
                made.append(_rtf_list(each, notes, level + 1))
            else:
                start = rf"{{\listtext {mark}\tab}}\pard\plain\ls1\ilvl{level}"
                made.append(_rtf_block(each, notes, start))
    return "".join(made)


def _rtf_runs(runs: Iterable[Run], notes: Notes) -> str:
    return "".join(_rtf_run(run, notes) for run in runs)


def _rtf_run(run: Run, notes: Notes) -> str:
    if run.note:
        body = "".join(_rtf_block(block, {}, r"\pard\plain") for block in notes[run.note])
        return rf"{{\super\chftn}}{{\footnote{{\super\chftn}} {body}}}"
    text = "".join(map(_rtf_character, run.text))
    looks = r"\b" * run.bold + r"\i" * run.italic + r"\super" * run.raised
    text = f"{{{looks} {text}}}" if looks else text
    if run.href:
        return rf'{{\field{{\*\fldinst{{HYPERLINK "{run.href}"}}}}{{\fldrslt{{\ul\cf1 {text}}}}}}}'
    return text


def _rtf_character(character: str) -> str:
    known = {
        "\n": r"\line ",
        "\t": r"\tab ",
        "\\": r"\\",
        "{": r"\{",
        "}": r"\}",
        "—": r"\emdash ",
        "’": r"\rquote ",
    }
    if character in known:
        return known[character]
    if character.isascii():
        return character
    units = character.encode("utf-16-le")
    return "".join(
        rf"\u{int.from_bytes(units[at : at + 2], 'little', signed=True)}?" for at in range(0, len(units), 2)
    )
