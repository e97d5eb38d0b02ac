"""What is drawn in a Word document: pictures stay where they are, text boxes are taken out of the text, and whatever
else there is, is told. A drawing that is there twice, for newer and for older programs, is looked at once."""

from __future__ import annotations

from dataclasses import dataclass, field

from mailer.importing.pictures import Crop
from mailer.importing.sources.word.names import (
    Element,
    ancestor,
    descendants,
    number,
    q,
    remove,
    text,
    unwrap,
    value,
)
from mailer.importing.sources.word.parts import Story, WordParts
from mailer.importing.sources.word.places import PLACE, place_of

RULE = "rule"
"""An attribute of a run that stands for a line across the page."""
PICTURE = "picture"
"""An attribute of a run that stands for a picture: its index in `Drawings.pictures`."""

_DRAWN = ("w:drawing", "w:pict", "w:object")
_TELLING = (
    "w:t", "a:t", "a:blip", "v:imagedata", "v:textpath", "w:sym", "m:t", "c:chart", "cx:chart", "dgm:relIds",
    "w:txbxContent",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture as the document shows it.

    Attributes:
        part: the name of the part that holds it, or "".
        address: where it is instead: on the web, on a computer.
        place: where it stands.
    """

    part: str
    address: str
    alt: str
    crop: Crop
    place: str


@dataclass(slots=True)
class Drawings:
    """What was found in a document's drawings.

    Attributes:
        boxes: text boxes, and what is written in charts and diagrams, each a story of its own.
        remarks: what could not be taken over.
    """

    parts: WordParts
    pictures: list[Shown] = field(default_factory=list)
    boxes: list[Story] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    def take(self, story: Story) -> None:
        """Takes a story's drawings out; a run that has the attribute `PICTURE` or `RULE` stands where one was."""
        for drawing in descendants(story.root, *_DRAWN):
            if ancestor(drawing, *_DRAWN) is None:
                self._take(drawing, story)

    def _take(self, drawing: Element, story: Story) -> None:
        place = place_of(drawing)
        runs = [self._run(drawing, PICTURE, index) for index in self._pictures(drawing, story, place)]
        if any(each.get(q("o:hr")) in ("t", "true") for each in drawing.iter(q("v:rect"), q("v:shape"))):
            runs.append(self._run(drawing, RULE, 1))
        boxes = [
            box for box in descendants(drawing, "w:txbxContent") if ancestor(box, "w:txbxContent") is None
        ]
        told = self._tell(drawing, story, place)
        if not (runs or boxes or told):
            self.remarks.append(f"A drawn shape was left out ({place}).")
        for box in boxes:
            remove(box)
            where = next((each.get(PLACE, "") for each in box.iter(q("w:p"))), "") or f"text box in {place}"
            found = Story("text box", box, story.targets, "", where)
            self.boxes.append(found)
            self.take(found)
        run = ancestor(drawing, "w:r")
        if run is None:
            remove(drawing)
            return
        held = next(each for each in run if each is drawing or drawing in each.iterdescendants(drawing.tag))
        following = list(run)[run.index(held) + 1 :]
        remove(drawing)
        parent, at = run.getparent(), run.getparent().index(run) + 1
        if following and runs:  # what follows in the same run stays behind the picture
            rest = run.makeelement(q("w:r"))
            if (look := run.find(q("w:rPr"))) is not None:
                rest.append(look.__copy__())
            rest.extend(following)
            runs.append(rest)
        parent[at:at] = runs

    def _run(self, near: Element, name: str, content: int) -> Element:
        run = near.makeelement(q("w:r"))
        run.set(name, str(content))
        return run

    def _pictures(self, drawing: Element, story: Story, place: str) -> list[int]:
        found = []
        for image in descendants(drawing, "a:blip", "v:imagedata"):
            if ancestor(image, "w:txbxContent") is not None and ancestor(drawing, "w:txbxContent") is None:
                continue  # it belongs to the text box
            shown = self._shown(image, drawing, story, place)
            if shown is not None:
                found.append(len(self.pictures))
                self.pictures.append(shown)
        return found

    def _shown(self, image: Element, drawing: Element, story: Story, place: str) -> Shown | None:
        old = image.tag == q("v:imagedata")
        names = ("r:id", "r:pict", "r:href") if old else ("r:embed", "r:link")
        targets = [to for name in names if (to := story.targets.get(value(image, name))) is not None]
        inside = next((to for to in targets if not to.outside and to.to in self.parts.package), None)
        alt = _old_alt(image) if old else _alt(image, drawing)
        crop = _old_crop(image) if old else _crop(image)
        if any(True for _ in drawing.iter(q("a:hlinkClick"))):
            self.remarks.append(
                f"A picture leads somewhere when it is clicked; its link was left out ({place})."
            )
        if inside is not None:
            return Shown(inside.to, "", alt, crop, place)
        if targets:
            return Shown("", targets[0].to, alt, crop, place)
        return None

    def _tell(self, drawing: Element, story: Story, place: str) -> bool:
        """Says what else a drawing holds. Words of charts and diagrams become a text box of their own."""
        before = len(self.remarks)
        charts = [*descendants(drawing, "c:chart"), *descendants(drawing, "cx:chart")]
        diagrams = [(each, "r:dm", "diagram (SmartArt)") for each in descendants(drawing, "dgm:relIds")]
        for each, name, what in [*((chart, "r:id", "chart") for chart in charts), *diagrams]:
            self.remarks.append(
                f"A {what} can't be taken over ({place}): save it as a picture and put that into the document."
            )
            self._words_of(story.targets.get(value(each, name)), f"{what} in {place}", drawing)
        for each in descendants(drawing, "v:textpath"):
            self._write(each, [each.get("string", "")], f"drawn letters in {place}")
        lettering = [text(each) for each in descendants(drawing, "a:t")]
        if lettering:
            self._write(drawing, lettering, f"drawing in {place}")
        for each in descendants(drawing, "o:OLEObject"):
            program = (each.get("ProgID") or "a program").partition(".")[0]
            self.remarks.append(
                f"What {program} put into the document was left out, but for its picture ({place})."
            )
        return len(self.remarks) > before or bool(lettering) or bool(descendants(drawing, "v:textpath"))

    def _words_of(self, target: object, place: str, near: Element) -> None:
        part = getattr(target, "to", "")
        if not part or getattr(target, "outside", True) or part not in self.parts.package:
            return
        root = self.parts.package.tree(part)
        self._write(near, words_of_graphic(root), place)

    def _write(self, near: Element, lines: list[str], place: str) -> None:
        """A text box of words that are no text box in the document."""
        box = near.makeelement(q("w:txbxContent"))
        for line in filter(None, (" ".join(each.split()) for each in lines)):
            paragraph = box.makeelement(q("w:p"), {PLACE: place})
            run = paragraph.makeelement(q("w:r"))
            written = run.makeelement(q("w:t"))
            written.text = line
            run.append(written)
            paragraph.append(run)
            box.append(paragraph)
        if len(box):
            self.boxes.append(Story("text box", box, {}, "", place))


def words_of_graphic(root: Element) -> list[str]:
    """What is written in a chart or a diagram: titles, names of categories and series, labels."""
    lines = []
    for each in root.iter(q("a:p"), q("c:pt")):
        if each.tag == q("a:p"):
            lines.append("".join(run.text or "" for run in each.iter(q("a:t"))))
        elif ancestor(each, "c:strCache") is not None:
            lines.append("".join(inner.text or "" for inner in each.iter(q("c:v"))))
    return lines


def choose_alternatives(root: Element) -> None:
    """Leaves of what is there twice (ECMA-376-3 §7.5) the newer form where it says something, else the older."""
    for each in descendants(root, "mc:AlternateContent"):
        newer, older = each.find(q("mc:Choice")), each.find(q("mc:Fallback"))
        tells = newer is not None and any(True for _ in newer.iter(*map(q, _TELLING)))
        chosen = newer if tells or older is None else older
        if each.getparent() is not None:
            unwrap(each, [] if chosen is None else list(chosen))


def _alt(image: Element, drawing: Element) -> str:
    """What a picture shows, in its author's words; nothing for one that is said to be decoration."""
    picture = ancestor(image, "pic:pic")
    own = [] if picture is None else list(picture.iter(q("pic:cNvPr")))
    for each in (*drawing.iter(q("wp:docPr")), *own):
        if any(mark.get("val") in ("1", "true") for mark in each.iter(q("adec:decorative"))):
            return ""
        if words := " ".join((each.get("descr") or each.get("title") or "").split()):
            return words
    return ""


def _old_alt(image: Element) -> str:
    shape = ancestor(image, "v:shape", "v:rect")
    words = (shape.get("alt") if shape is not None else "") or image.get(q("o:title")) or ""
    return " ".join(words.split())


def _crop(image: Element) -> Crop:
    """In thousandths of a percent (ECMA-376-1 §20.1.8.55)."""
    around = image.getparent()
    found = None if around is None else around.find(q("a:srcRect"))
    if found is None:
        return Crop()
    return Crop(*(number(found.get(side, "0")) / 100_000 for side in ("l", "t", "r", "b")))


def _old_crop(image: Element) -> Crop:
    """In parts of 65,536, which an "f" says (ECMA-376-4 §19.1.2.11)."""

    def share(name: str) -> float:
        said = image.get(name, "0")
        return number(said[:-1]) / 65_536 if said.endswith("f") else 0

    return Crop(*(share(f"crop{side}") for side in ("left", "top", "right", "bottom")))
