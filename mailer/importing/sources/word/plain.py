"""A Word document with the same text in few elements, which mammoth reads without losing any of it.

mammoth looks at what a run or a paragraph says of itself. What it is by its style, by the document's defaults or by the
numbering behind it is written out here; and every paragraph gets a bookmark by which it is found again in the HTML.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from xml.sax.saxutils import quoteattr

from mailer.importing.sources.package import too_large
from mailer.importing.sources.word.drawings import PICTURE, RULE
from mailer.importing.sources.word.fields import HREF
from mailer.importing.sources.word.formatting.looks import Looks, ParagraphLook
from mailer.importing.sources.word.names import (
    NAMESPACES,
    Element,
    child,
    descendants,
    q,
    remove,
    unwrap,
    value,
)
from mailer.importing.sources.word.parts import Story
from mailer.importing.sources.word.places import PLACE

MARK = "mark-"
STORY = "story-"
_DEEPEST_TABLE = 10
_KEPT = frozenset(map(q, (
    "w:p", "w:r", "w:t", "w:tab", "w:br", "w:noBreakHyphen", "w:hyperlink", "w:tbl", "w:tr", "w:tc", "w:drawing",
    "w:footnoteReference", "w:endnoteReference",
)))  # fmt: skip
_PROPERTIES = frozenset(map(q, ("w:pPr", "w:rPr", "w:tblPr", "w:tblGrid", "w:trPr", "w:tcPr")))
_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="xml" ContentType="application/xml"/><Default Extension="png" ContentType="image/png"/>'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/></Types>'
)
_RELATIONSHIPS = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
_KIND = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"


@dataclass(frozen=True, slots=True)
class Marked:
    """What is known of a paragraph that its HTML doesn't say.

    Attributes:
        number: of an item of an ordered list, or 0.
    """

    place: str
    style: str
    centred: bool
    number: int


@dataclass(slots=True)
class PlainDocument:
    """A document in the making.

    Attributes:
        marked: by the name of its bookmark, each paragraph.
    """

    looks: Looks
    marked: dict[str, Marked] = field(default_factory=dict)
    _links: dict[str, str] = field(default_factory=dict)
    _pictures: set[str] = field(default_factory=set)

    def make_plain(self, story: Story) -> None:
        """Writes out what a story's paragraphs and runs look like, and takes away what mammoth doesn't know."""
        for table in descendants(story.root, "w:tbl"):
            if sum(1 for _ in table.iterancestors(q("w:tbl"))) >= _DEEPEST_TABLE:
                raise too_large(f"its tables are nested more than {_DEEPEST_TABLE} deep")
        self._keep_known(story.root)
        for paragraph in descendants(story.root, "w:p"):
            look = self.looks.of_paragraph(paragraph)
            for run in descendants(paragraph, "w:r"):
                self._run(run, look)
            self._paragraph(paragraph, look)

    def document(self, stories: list[Story]) -> bytes:
        """The document for mammoth: the text, the stories in the margins behind it, and the notes."""
        body = stories[0].root
        for section in descendants(body, "w:sectPr"):
            remove(section)
        for index, story in enumerate(stories):
            if story.key or story is stories[0]:
                continue
            border = body.makeelement(q("w:p"))
            border.append(_bookmark(body, f"{STORY}{index}"))
            body.append(border)
            body.extend(list(story.root))
        out = io.BytesIO()
        relationships = self._relationships()
        with zipfile.ZipFile(out, "w") as file:
            file.writestr("[Content_Types].xml", _TYPES)
            file.writestr("word/document.xml", _xml("document", [body]))
            file.writestr("word/numbering.xml", _NUMBERING)
            for kind in ("footnote", "endnote"):
                notes = [story.root for story in stories if story.kind == kind]
                file.writestr(f"word/{kind}s.xml", _xml(f"{kind}s", notes))
            for part in ("document", "footnotes", "endnotes"):
                file.writestr(f"word/_rels/{part}.xml.rels", relationships)
            for ticket in self._pictures:
                file.writestr(f"word/media/{ticket}.png", ticket)
        return out.getvalue()

    def _relationships(self) -> str:
        links = (
            f'<Relationship Id="{key}" Type="{_KIND}hyperlink" Target={quoteattr(to)} TargetMode="External"/>'
            for to, key in self._links.items()
        )
        pictures = (
            f'<Relationship Id="picture{ticket}" Type="{_KIND}image" Target="media/{ticket}.png"/>'
            for ticket in self._pictures
        )
        return "".join((_RELATIONSHIPS, *links, *pictures, "</Relationships>"))

    def _keep_known(self, root: Element) -> None:
        """Whatever else holds text gives it back; whatever does not, goes."""
        for each in list(root.iterdescendants()):
            if each.tag in _KEPT or each.getparent() is None:
                continue
            if each.tag in _PROPERTIES or any(around.tag in _PROPERTIES for around in each.iterancestors()):
                continue
            if any(True for _ in each.iter(q("w:p"), q("w:r"), q("w:t"))):
                unwrap(each)
            else:
                remove(each)
        for cell in descendants(root, "w:tc"):
            span = child(cell, "w:tcPr", "w:gridSpan")
            if span is not None and not (value(span).isdecimal() and 0 < len(value(span)) < 4):
                remove(span)

    def _run(self, run: Element, paragraph: ParagraphLook) -> None:
        if (ticket := run.get(PICTURE)) is not None:
            self._pictures.add(ticket)
            run.append(_drawing(run, ticket))
        look = self.looks.of_run(run, paragraph)
        properties = run.find(q("w:rPr"))
        if properties is not None:
            run.remove(properties)
        if look:
            made = run.makeelement(q("w:rPr"))
            for name in look:
                made.append(
                    made.makeelement(q(name), {q("w:val"): "superscript"} if name == "w:vertAlign" else {})
                )
            run.insert(0, made)
        if address := run.get(HREF):
            link = run.makeelement(q("w:hyperlink"))
            link.set(q("r:id"), self._links.setdefault(address, f"link{len(self._links)}"))
            parent = run.getparent()
            parent[parent.index(run)] = link
            link.append(run)

    def _paragraph(self, paragraph: Element, look: ParagraphLook) -> None:
        ruled = look.ruled or any(run.get(RULE) for run in paragraph.iter(q("w:r")))
        if ruled:
            line = paragraph.makeelement(q("w:p"))
            line.append(_style(line, "MailerRule"))
            parent = paragraph.getparent()
            parent.insert(parent.index(paragraph) + 1, line)
        properties = paragraph.find(q("w:pPr"))
        if properties is not None:
            paragraph.remove(properties)
        said = [each for each in paragraph.iter(*_SAID) if each.tag != q("w:t") or (each.text or "").strip()]
        if not said:
            for each in list(paragraph):
                paragraph.remove(each)
            return
        name, item = f"{MARK}{len(self.marked)}", look.item
        number = item.number if item is not None and item.ordered else 0
        self.marked[name] = Marked(paragraph.get(PLACE, ""), look.style, look.centred, number)
        paragraph.insert(0, _bookmark(paragraph, name))
        if look.heading or look.quoted:
            paragraph.insert(
                0, _style(paragraph, f"Heading{look.heading}" if look.heading else "MailerQuote")
            )
        elif item is not None:
            paragraph.insert(0, _numbered(paragraph, item.level, item.ordered))


STYLE_MAP = "p.MailerQuote => blockquote > p:fresh\np.MailerRule => hr:fresh"
_SAID = tuple(map(q, ("w:t", "w:noBreakHyphen", "w:drawing", "w:footnoteReference", "w:endnoteReference")))


def _bookmark(near: Element, name: str) -> Element:
    return near.makeelement(q("w:bookmarkStart"), {q("w:name"): name})


def _style(near: Element, name: str) -> Element:
    properties = near.makeelement(q("w:pPr"))
    properties.append(near.makeelement(q("w:pStyle"), {q("w:val"): name}))
    return properties


def _numbered(near: Element, level: int, ordered: bool) -> Element:
    properties = near.makeelement(q("w:pPr"))
    numbering = near.makeelement(q("w:numPr"))
    numbering.append(near.makeelement(q("w:ilvl"), {q("w:val"): str(level)}))
    numbering.append(near.makeelement(q("w:numId"), {q("w:val"): "2" if ordered else "1"}))
    properties.append(numbering)
    return properties


def _drawing(near: Element, ticket: str) -> Element:
    """The least that mammoth takes for a picture."""
    drawing = outer = near.makeelement(q("w:drawing"))
    for name in ("wp:inline", "a:graphic", "a:graphicData", "pic:pic", "pic:blipFill", "a:blip"):
        inner = outer.makeelement(q(name))
        outer.append(inner)
        outer = inner
    outer.set(q("r:embed"), f"picture{ticket}")
    return drawing


def _xml(name: str, content: Iterable[Element]) -> bytes:
    from lxml import etree

    root = etree.Element(q(f"w:{name}"), nsmap={key: NAMESPACES[key] for key in ("w", "r", "wp", "a", "pic")})
    root.extend(content)
    return bytes(etree.tostring(root, encoding="utf-8", xml_declaration=True))


def _levels(form: str) -> str:
    return "".join(f'<w:lvl w:ilvl="{level}"><w:numFmt w:val="{form}"/></w:lvl>' for level in range(9))


_NUMBERING = (
    f'<w:numbering xmlns:w="{NAMESPACES["w"]}">'
    f'<w:abstractNum w:abstractNumId="1">{_levels("bullet")}</w:abstractNum>'
    f'<w:abstractNum w:abstractNumId="2">{_levels("decimal")}</w:abstractNum>'
    '<w:num w:numId="1"><w:abstractNumId w:val="1"/></w:num><w:num w:numId="2"><w:abstractNumId w:val="2"/></w:num>'
    "</w:numbering>"
)
