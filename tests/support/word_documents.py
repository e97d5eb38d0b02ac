"""Word documents for tests: python-docx makes the file, raw XML whatever it has no words for.

A paragraph is given as the XML that stands in it, so that a test shows what it is about:

    word(p(r("The harbour"), footnote(1)), footnotes={1: "A note."})
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from html import escape

import docx
from docx.document import Document

from mailer.importing.document import Block, Listing, Paragraph, Run, Table

NAMESPACES = {
    "w": "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "r": "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    "wp": "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing",
    "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
    "pic": "http://schemas.openxmlformats.org/drawingml/2006/picture",
    "c": "http://schemas.openxmlformats.org/drawingml/2006/chart",
    "dgm": "http://schemas.openxmlformats.org/drawingml/2006/diagram",
    "m": "http://schemas.openxmlformats.org/officeDocument/2006/math",
    "mc": "http://schemas.openxmlformats.org/markup-compatibility/2006",
    "adec": "http://schemas.microsoft.com/office/drawing/2017/decorative",
    "wps": "http://schemas.microsoft.com/office/word/2010/wordprocessingShape",
    "w14": "http://schemas.microsoft.com/office/word/2010/wordml",
    "w15": "http://schemas.microsoft.com/office/word/2012/wordml",
    "v": "urn:schemas-microsoft-com:vml",
    "o": "urn:schemas-microsoft-com:office:office",
}
XMLNS = " ".join(f'xmlns:{prefix}="{name}"' for prefix, name in NAMESPACES.items())
KIND = NAMESPACES["r"]
WHO = 'w:id="9" w:author="Vera Lim" w:date="2026-03-02T09:30:00Z"'


def r(text: str, properties: str = "") -> str:
    """A run; `properties` such as `<w:b/>`."""
    return f"<w:r><w:rPr>{properties}</w:rPr>{t(text)}</w:r>"


def t(text: str) -> str:
    return f'<w:t xml:space="preserve">{escape(text, quote=False)}</w:t>'


def p(*content: str, style: str = "", properties: str = "") -> str:
    """A paragraph of runs; plain words become one."""
    inner = "".join(each if each.startswith("<") else r(each) for each in content)
    named = f'<w:pStyle w:val="{style}"/>' if style else ""
    return f"<w:p><w:pPr>{named}{properties}</w:pPr>{inner}</w:p>"


def inserted(text: str, who: str = WHO) -> str:
    return f"<w:ins {who}>{r(text)}</w:ins>"


def deleted(text: str, who: str = WHO) -> str:
    return f'<w:del {who}><w:r><w:delText xml:space="preserve">{escape(text)}</w:delText></w:r></w:del>'


def footnote(number: int, kind: str = "footnote", more: str = "") -> str:
    return f'<w:r><w:rPr><w:vertAlign w:val="superscript"/></w:rPr><w:{kind}Reference w:id="{number}"{more}/></w:r>'


def field_code(instruction: str, *result: str) -> str:
    """A field in the long form: begin, instruction, separate, result, end."""
    mark = '<w:r><w:fldChar w:fldCharType="{}"/></w:r>'
    instr = f'<w:r><w:instrText xml:space="preserve">{escape(instruction)}</w:instrText></w:r>'
    return "".join((mark.format("begin"), instr, mark.format("separate"), *result, mark.format("end")))


def commented(number: int, *content: str) -> str:
    return (
        f'<w:commentRangeStart w:id="{number}"/>{"".join(content)}<w:commentRangeEnd w:id="{number}"/>'
        f'<w:r><w:commentReference w:id="{number}"/></w:r>'
    )


def comment(number: int, text: str, paragraph: str = "00000001") -> str:
    who = WHO.replace('w:id="9"', f'w:id="{number}"')
    return f'<w:comment {who} w:initials="VL"><w:p w14:paraId="{paragraph}">{r(text)}</w:p></w:comment>'


def text_box(*paragraphs: str, only_old: bool = False) -> str:
    """A text box as Word writes it: once for newer programs, once more for older ones."""
    content = f"<w:txbxContent>{''.join(paragraphs)}</w:txbxContent>"
    old = f"<w:pict><v:shape><v:textbox>{content}</v:textbox></v:shape></w:pict>"
    if only_old:
        return f"<w:r>{old}</w:r>"
    new = (
        '<w:drawing><wp:anchor><wp:docPr id="3" name="Text Box 3"/><a:graphic><a:graphicData><wps:wsp>'
        f"<wps:txbx>{content}</wps:txbx></wps:wsp></a:graphicData></a:graphic></wp:anchor></w:drawing>"
    )
    return (
        f'<w:r><mc:AlternateContent><mc:Choice Requires="wps">{new}</mc:Choice>'
        f"<mc:Fallback>{old}</mc:Fallback></mc:AlternateContent></w:r>"
    )


def picture(key: str, alt: str = "", *, inside: str = "", crop: str = "", how: str = "embed") -> str:
    """A picture in a line; `key` is a relationship's. `inside`: more of `wp:docPr`; `crop`: attributes of `a:srcRect`."""
    return (
        f'<w:r><w:drawing><wp:inline><wp:docPr id="1" name="Picture 1" descr="{escape(alt)}">{inside}</wp:docPr>'
        f'<a:graphic><a:graphicData><pic:pic><pic:blipFill><a:blip r:{how}="{key}"/>'
        f"{f'<a:srcRect {crop}/>' if crop else ''}</pic:blipFill></pic:pic></a:graphicData></a:graphic>"
        "</wp:inline></w:drawing></w:r>"
    )


def table(*rows: Sequence[str], head: bool = False) -> str:
    """A table of cells, each the XML in its `w:tc` or plain words."""

    def cell(content: str) -> str:
        return f"<w:tc>{content if content.startswith('<') else p(content)}</w:tc>"

    made = "".join(
        f"<w:tr>{'<w:trPr><w:tblHeader/></w:trPr>' if head and not index else ''}{''.join(map(cell, row))}</w:tr>"
        for index, row in enumerate(rows)
    )
    return f"<w:tbl><w:tblPr/>{made}</w:tbl>"


@dataclass
class Parts:
    """The files in a document, to be changed before it is packed."""

    files: dict[str, bytes] = field(default_factory=dict)

    def xml(self, name: str, root: str, content: str, attributes: str = "") -> None:
        self.files[name] = f"<w:{root} {XMLNS} {attributes}>{content}</w:{root}>".encode()

    def relate(
        self, kind: str, target: str, key: str, *, outside: bool = False, part: str = "document"
    ) -> None:
        """A relationship more of a part."""
        name = f"word/_rels/{part}.xml.rels"
        empty = b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"></Relationships>'
        mode = ' TargetMode="External"' if outside else ""
        one = (
            f'<Relationship Id="{key}" Type="{KIND}/{kind}" Target="{escape(target)}"{mode}/></Relationships>'
        )
        self.files[name] = self.files.get(name, empty).replace(b"</Relationships>", one.encode())

    def add_styles(self, styles: str) -> None:
        self.files["word/styles.xml"] = self.files["word/styles.xml"].replace(
            b"</w:styles>", f"{styles}</w:styles>".encode()
        )

    def packed(self) -> bytes:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
            for name, content in self.files.items():
                file.writestr(name, content)
        return out.getvalue()


def unpacked(content: bytes) -> Parts:
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        return Parts({name: file.read(name) for name in file.namelist()})


@cache
def _empty() -> bytes:
    """python-docx's own template: real styles, numbering, settings."""
    return saved(docx.Document())


def saved(document: Document) -> bytes:
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def parts(
    *body: str,
    footnotes: Mapping[int, str] | None = None,
    endnotes: Mapping[int, str] | None = None,
    comments: Sequence[str] = (),
    header: str = "",
    footer: str = "",
    numbering: str = "",
    section: str = "",
    styles: str = "",
    links: Mapping[str, str] | None = None,
    media: Mapping[str, bytes] | None = None,
) -> Parts:
    """A document of these blocks, not packed yet.

    Args:
        footnotes, endnotes: by number, their paragraphs or plain words.
        header, footer: the paragraphs of a page header and footer.
        numbering: the content of `w:numbering`.
        section: more of the `w:sectPr` at the end.
        styles: more `w:style` elements.
        links, media: by relationship id: an address, the bytes of a picture.
    """
    made = unpacked(_empty())
    for key, address in (links or {}).items():
        made.relate("hyperlink", address, key, outside=True)
    for key, content in (media or {}).items():
        made.files[f"word/media/{key}.png"] = content
        made.relate("image", f"media/{key}.png", key)
    for kind, notes in (("footnote", footnotes), ("endnote", endnotes)):
        if notes:
            written = "".join(
                f'<w:{kind} w:id="{key}">{text if text.startswith("<") else p(f"<w:r><w:{kind}Ref/></w:r>", " " + text)}'
                f"</w:{kind}>"
                for key, text in notes.items()
            )
            separator = (
                f'<w:{kind} w:type="separator" w:id="-1"><w:p><w:r><w:separator/></w:r></w:p></w:{kind}>'
            )
            made.xml(f"word/{kind}s.xml", f"{kind}s", separator + written)
            made.relate(f"{kind}s", f"{kind}s.xml", f"rId{kind}s")
    if comments:
        made.xml("word/comments.xml", "comments", "".join(comments))
        made.relate("comments", "comments.xml", "rIdComments")
    margins = ""
    for kind, content, root in (("header", header, "hdr"), ("footer", footer, "ftr")):
        if content:
            made.xml(f"word/{kind}1.xml", root, content)
            made.relate(kind, f"{kind}1.xml", f"rId{kind}1")
            margins += f'<w:{kind}Reference w:type="default" r:id="rId{kind}1"/>'
    if numbering:
        made.xml("word/numbering.xml", "numbering", numbering)
    made.add_styles(styles)
    made.xml(
        "word/document.xml",
        "document",
        f"<w:body>{''.join(body)}<w:sectPr>{margins}{section}</w:sectPr></w:body>",
    )
    return made


def word(*body: str, **more: object) -> bytes:
    """A document of these blocks: see `parts`."""
    return parts(*body, **more).packed()  # type: ignore[arg-type]


BULLETS, NUMBERS, LETTERS = 11, 12, 13
"""Ids of numberings in `NUMBERING`."""


def _levels(form: str, text: str) -> str:
    return "".join(
        f'<w:lvl w:ilvl="{level}"><w:start w:val="1"/><w:numFmt w:val="{form}"/>'
        f'<w:lvlText w:val="{text.replace("N", str(level + 1))}"/></w:lvl>'
        for level in range(9)
    )


NUMBERING = (
    f'<w:abstractNum w:abstractNumId="1">{_levels("bullet", "•")}</w:abstractNum>'
    f'<w:abstractNum w:abstractNumId="2">{_levels("decimal", "%N.")}</w:abstractNum>'
    f'<w:abstractNum w:abstractNumId="3">{_levels("lowerLetter", "%N)")}</w:abstractNum>'
    + "".join(
        f'<w:num w:numId="{number}"><w:abstractNumId w:val="{abstract}"/></w:num>'
        for number, abstract in ((BULLETS, 1), (NUMBERS, 2), (LETTERS, 3))
    )
    + '<w:num w:numId="22"><w:abstractNumId w:val="2"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/>'
    "</w:lvlOverride></w:num>"
)


def item(text: str, number: int = BULLETS, level: int = 0) -> str:
    """An item of a list. A number that begins anew has the id 22."""
    listed = f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>'
    return p(text, properties=listed)


def from_blocks(blocks: Iterable[Block], notes: Mapping[str, Sequence[Block]]) -> bytes:
    """A document of blocks, as Word would save it: real lists, real footnotes, links with relationships."""
    links: dict[str, str] = {}
    body = "".join(_block(block, links) for block in blocks)
    written = {int(key): "".join(_block(block, links) for block in note) for key, note in notes.items()}
    made = parts(
        body, footnotes=written, numbering=NUMBERING + _STARTS, links={key: to for to, key in links.items()}
    )
    relationships = made.files["word/_rels/document.xml.rels"]
    made.files["word/_rels/footnotes.xml.rels"] = relationships
    return made.packed()


_STARTS = "".join(
    f'<w:num w:numId="{100 + first}"><w:abstractNumId w:val="2"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="{first}"/>'
    "</w:lvlOverride></w:num>"
    for first in range(1, 10)
)


def _block(block: Block, links: dict[str, str], listed: str = "") -> str:
    if isinstance(block, Paragraph):
        style = f"Heading{block.heading}" if block.heading else block.style.replace(" ", "")
        centred = '<w:jc w:val="center"/>' * block.centred
        return p(
            "".join(_run(run, links) for run in block.runs) or "<w:r/>",
            style=style,
            properties=listed + centred,
        )
    if isinstance(block, Listing):
        level = listed.count("<") and int(listed.split('"')[1]) + 1
        number = 100 + block.first if block.ordered else BULLETS
        inner = f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>'
        return "".join(_block(each, links, inner) for one in block.items for each in one)
    assert isinstance(block, Table)
    return table(*(["".join(_block(each, links) for each in cell) for cell in row] for row in block.rows))


def _run(run: Run, links: dict[str, str]) -> str:
    if run.note:
        return footnote(int(run.note))
    looks = "<w:b/>" * run.bold + "<w:i/>" * run.italic + '<w:vertAlign w:val="superscript"/>' * run.raised
    pieces = {"\t": "<w:tab/>", "\n": "<w:br/>"}
    text = "".join(pieces.get(piece) or t(piece) for piece in re.split(r"([\t\n])", run.text) if piece)
    made = f"<w:r><w:rPr>{looks}</w:rPr>{text}</w:r>"
    if run.href:
        return (
            f'<w:hyperlink r:id="{links.setdefault(run.href, f"rIdLink{len(links)}")}">{made}</w:hyperlink>'
        )
    return made


def photo() -> bytes:
    """A JPEG with everything that cameras, phones and picture desks write into one."""
    from PIL import Image

    exif = Image.Exif()
    exif[0x010F], exif[0x0131], exif[0x013B] = "Canon EOS secret-camera", "secret-program", "secret-author"
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (48.0, 12.0, 7.0)
    out = io.BytesIO()
    picture = Image.new("RGB", (40, 30), "navy")
    picture.paste("orange", (20, 0, 40, 30))
    picture.save(out, "JPEG", exif=exif, comment=b"secret-comment", quality=95)
    xmp = b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>secret-xmp</x:xmpmeta>"
    iptc = b"Photoshop 3.0\x008BIM\x04\x04\0\0\0\0\0\x12\x1c\x02\x6e\0\x0dsecret-credit"
    more = b"".join(
        mark + (len(data) + 2).to_bytes(2, "big") + data
        for mark, data in ((b"\xff\xe1", xmp), (b"\xff\xed", iptc))
    )
    return out.getvalue()[:2] + more + out.getvalue()[2:]


def drawn(form: str = "PNG", size: tuple[int, int] = (24, 16)) -> bytes:
    """A picture with a text inside that no reader sees."""
    from PIL import Image, PngImagePlugin

    out, more = io.BytesIO(), {}
    if form == "PNG":
        more["pnginfo"] = PngImagePlugin.PngInfo()
        more["pnginfo"].add_text("Author", "secret-author")
    Image.new("RGB", size, "teal").save(out, form, **more)
    return out.getvalue()


def without_attributes(xml: bytes, name: str) -> bytes:
    return re.sub(rb' %s="[^"]*"' % name.encode(), b"", xml)
