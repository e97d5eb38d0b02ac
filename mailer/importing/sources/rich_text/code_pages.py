"""Which characters the bytes of rich text are: by the font that holds, else by the document's code page."""

from __future__ import annotations

_BY_CHARSET = {
    77: "mac-roman", 128: "cp932", 129: "cp949", 130: "johab", 134: "gbk", 136: "big5", 161: "cp1253", 162: "cp1254",
    163: "cp1258", 177: "cp1255", 178: "cp1256", 186: "cp1257", 204: "cp1251", 222: "cp874", 238: "cp1250",
    255: "cp437",
}  # fmt: skip
"""By `\\fcharset`; those that are missing mean the document's."""
_DOCUMENT = {"mac": "mac-roman", "pc": "cp437", "pca": "cp850"}
_SYMBOL, _SYMBOLS = 2, "symbols"


class CodePages:
    """The code pages of a document, as its head declares them."""

    def __init__(self) -> None:
        self._document = "cp1252"
        self._fonts: dict[int, str] = {}
        self._font = 0

    def declare(self, name: str, number: int | None) -> None:
        """A control word of the document's head or of its font table."""
        if name in _DOCUMENT:
            self._document = _DOCUMENT[name]
        elif number is None:
            return
        elif name == "ansicpg" and number > 0:
            self._document = "utf-8" if number == 65001 else f"cp{number}"
        elif name == "f":
            self._font = number
        elif name == "fcharset":
            self._fonts[self._font] = _SYMBOLS if number == _SYMBOL else _BY_CHARSET.get(number, "")
        elif name == "cpg" and number > 0:
            self._fonts[self._font] = f"cp{number}"

    def of_font(self, number: int) -> str:
        """The code page of a font; "" = the document's."""
        return self._fonts.get(number, "")

    def decoded(self, content: bytes, page: str) -> str:
        """Bytes as text. Those of a font of symbols become private characters, as Word makes them."""
        if page == _SYMBOLS:
            return "".join(chr(0xF000 + byte) if byte > 0x7F else chr(byte) for byte in content)
        try:
            return content.decode(page or self._document, "replace")
        except LookupError:
            return content.decode("cp1252", "replace")


class Unicode:
    """Characters that come as the number of a UTF-16 unit."""

    def __init__(self) -> None:
        self._high = 0

    def character(self, number: int) -> str:
        """The character of a `\\u`; "" for the first half of a pair."""
        code, high, self._high = number & 0xFFFF, self._high, 0
        if 0xD800 <= code < 0xDC00:
            self._high = code
            return ""
        if 0xDC00 <= code < 0xE000:
            return chr(0x10000 + ((high - 0xD800) << 10) + code - 0xDC00) if high else "\ufffd"
        return chr(code)
