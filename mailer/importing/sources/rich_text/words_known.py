"""Control words that stand for characters, and destinations (RTF 1.9.1)."""

from __future__ import annotations

CHARACTERS = {
    "emdash": "—", "endash": "–", "lquote": "‘", "rquote": "’", "ldblquote": "“", "rdblquote": "”", "bullet": "•",
    "emspace": " ", "enspace": " ", "qmspace": " ", "zwj": "\u200d", "zwnj": "\u200c", "ltrmark": "\u200e",
    "rtlmark": "\u200f", "zwbo": "\u200b", "zwnbo": "\u2060",
}  # fmt: skip
SYMBOLS = {"~": "\u00a0", "_": "\u2011", "-": "\u00ad", "\\": "\\", "{": "{", "}": "}"}
PARAGRAPH_ENDS = frozenset(("par", "sect", "page", "column"))
LINE_ENDS = frozenset(("line", "lbr", "softline"))

UNREAD = frozenset((
    "colortbl", "info", "generator", "object", "objdata", "objclass", "themedata", "colorschememapping", "latentstyles",
    "datastore", "rsidtbl", "xmlnstbl", "pgdsctbl", "listpicture", "bkmkstart", "bkmkend", "tc", "tcn", "xe", "rxe",
    "nonshppict", "shprslt", "pntxta", "pntxtb", "pnseclvl", "ftnsep", "ftnsepc", "ftncn", "aftnsep", "aftnsepc",
    "aftncn", "mmathPr", "userprops", "docvar", "wgrffmtfilter", "background", "template", "filetbl", "stylesheet",
    "listtable", "listoverridetable", "nesttableprops", "nonesttables", "blipuid", "blipupi", "passwordhash",
    "protusertbl", "htmltag", "atnref", "atrfstart", "atrfend", "atnparent", "atntime", "atnicn", "datafield",
    "formfield", "fldtype", "oldcprops", "oldpprops", "oldsprops", "oldtprops", "panose", "falt", "fontemb",
    "shpgrp", "NeXTGraphic", "expandedcolortbl", "private", "writereservhash", "keycode", "fname", "pgptbl", "hlloc",
))  # fmt: skip
"""Destinations without text of the document. What is marked `\\*` and not known is passed over as well."""

CONTAINERS = {
    **dict.fromkeys(("header", "headerl", "headerr", "headerf"), "page header"),
    **dict.fromkeys(("footer", "footerl", "footerr", "footerf"), "page footer"),
    **dict.fromkeys(("shptxt", "dptxbxtext"), "text box"),
    "footnote": "note",
    "annotation": "comment",
}
"""Destinations with blocks of their own."""
GATHERED = frozenset((
    "fldinst", "listtext", "pntext", "atnid", "atnauthor", "atndate", "sn", "sv", "pict", "fonttbl", "revtbl", "upr",
))  # fmt: skip
"""Destinations whose content is read for what it says of others."""
READ_THROUGH = frozenset(
    ("fldrslt", "shppict", "shpinst", "shp", "ud", "result", "field", "picprop", "sp", "do")
)
