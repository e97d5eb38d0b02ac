"""The pictures of a Word document as it shows them: without metadata, and without what was cut off."""

from __future__ import annotations

from mailer.importing.pictures import Crop, PictureFault, taken_over
from mailer.importing.sources.package import Package, too_large
from mailer.importing.sources.word.drawings import Shown

MOST = 500
"""Pictures, each as it is shown."""
MOST_IN_ALL = 128 << 20
"""Bytes of all of them, unpacked."""
MOST_CUT = 60
"""Pictures of which something was cut off: they are made anew, which takes a second for a large one."""


class Pictures:
    """A document's pictures, each taken over once.

    Attributes:
        contents: by the name under which the HTML shows them.
        remarks: which could not be taken over, and why.
    """

    def __init__(self, package: Package) -> None:
        self._package = package
        self._names: dict[tuple[str, Crop], str] = {}
        self._left, self._cut = MOST_IN_ALL, MOST_CUT
        self.contents: dict[str, bytes] = {}
        self.remarks: list[str] = []

    def source(self, shown: Shown) -> dict[str, str]:
        """The attributes of a picture's `img`; an empty `src` where there is nothing to show.

        Raises:
            PackageFault: the document has more pictures than is safe.
        """
        alt = {"alt": shown.alt} if shown.alt else {}
        if shown.part:
            return {"src": self._name(shown), **alt}
        if shown.address.lower().startswith(("http://", "https://")):
            return {"src": shown.address, **alt}
        self._remark(shown, "is only linked to a file on its author's computer")
        return {"src": ""}

    def _name(self, shown: Shown) -> str:
        key = (shown.part, shown.crop)
        if key not in self._names:
            self._names[key] = self._take(shown)
        return self._names[key]

    def _take(self, shown: Shown) -> str:
        if len(self._names) >= MOST:
            raise too_large(f"it has more than {MOST} pictures")
        content = self._package.content(
            shown.part, self._left, f"its pictures have more than {MOST_IN_ALL >> 20} MB"
        )
        self._left -= len(content)
        if shown.crop:
            self._cut -= 1
            if self._cut < 0:
                raise too_large(f"it has more than {MOST_CUT} pictures of which something was cut off")
        try:
            picture = taken_over(content, shown.crop)
        except PictureFault as fault:
            self._remark(shown, str(fault))
            return ""
        name = f"picture-{len(self.contents) + 1}"
        self.contents[name] = picture.content
        return name

    def _remark(self, shown: Shown, why: str) -> None:
        what = f"The picture “{shown.alt}”" if shown.alt else "A picture"
        self.remarks.append(
            f"{what} {why}, and was left out ({shown.place}): put it into the document as a PNG or JPEG."
        )
