"""Pictures as a photographer gave them but for the metadata that cameras write beside the pixels.

A picture that is shown in the mail is made anew. One that is attached is for printing, so its pixels and profile stay
byte for byte, and so do caption, credit and copyright (IPTC), by which picture desks work. What goes is what nobody
meant to give away: the place, the camera and its number, times, a thumbnail of what was cut off, names of programs.
Of one that came inside a document nobody knows who wrote its credit, so that goes too.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

_JPEG, _PNG, _GIF = b"\xff\xd8", b"\x89PNG\r\n\x1a\n", (b"GIF87a", b"GIF89a")
_OTHERS = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+", b"IIRO", b"IIRS", b"IIU\0", b"FUJIFILM", b"8BPS")
"""TIFF and BigTIFF, what cameras make of it, and Photoshop. HEIC, JPEG XL and JPEG 2000 say it four octets later."""
_EXIF, _PHOTOSHOP, _PROFILE, _ADOBE = b"Exif\0\0", b"Photoshop 3.0\0", b"ICC_PROFILE\0", b"Adobe"
_JFIF = b"JFIF\0"
_RST0, _RST7, _EOI, _SOS = 0xD0, 0xD7, 0xD9, 0xDA
_APP0, _APP1, _APP13, _APP15, _COMMENT = 0xE0, 0xE1, 0xED, 0xEF, 0xFE

_FOR_PICTURE_DESKS = frozenset((0, 5, 40, 80, 85, 105, 110, 115, 116, 120, 122))
"""Datasets of IPTC's record 2 (IIM 4.2 §6) that stay: version, title, instructions, byline and its title, headline,
credit, source, copyright, caption and its writer. Not the places (26, 27, 90–101), times and programs."""

_PNG_CHUNKS = frozenset((
    b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"cICP", b"sBIT", b"bKGD", b"hIST",
    b"pHYs", b"acTL", b"fcTL", b"fdAT",
))  # fmt: skip
"""Chunks that say what pixels look like; the others are texts, times and Exif."""


def without_metadata(content: bytes, *, credit: bool = True) -> bytes | None:
    """The same picture without metadata, or None where it can't be taken out of a picture of this kind.

    Args:
        content: of any file; what is no picture comes back as it is.
        credit: caption, credit and copyright stay.
    """
    try:
        if content.startswith(_JPEG):
            return b"".join(_of_jpeg(content, credit))
        if content.startswith(_PNG):
            return _PNG + b"".join(_of_png(content))
        if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
            body = b"WEBP" + b"".join(_of_webp(content))
            return b"RIFF" + struct.pack("<I", len(body)) + body
        if content.startswith(_GIF):
            return b"".join(_of_gif(content))
    except (struct.error, ValueError):  # damaged: nobody knows what is in it
        return None
    return None if content.startswith(_OTHERS) or content[4:8] in (b"ftyp", b"JXL ", b"jP  ") else content


def _of_jpeg(content: bytes, credited: bool) -> Iterator[bytes]:
    """Segments before the pixels (ISO 10918-1 §B.1.1). What stands behind the end, such as a film, goes too."""
    yield _JPEG
    at, turned = 2, 1
    while True:
        while content[at + 1 : at + 2] == b"\xff":  # any number of fill bytes (§B.1.1.2)
            at += 1
        mark, kind, length = struct.unpack_from(">BBH", content, at)
        if mark != 0xFF or length < 2:
            raise ValueError("no segment where one must be")
        data = content[at + 4 : at + 2 + length]
        if kind == _SOS:
            yield _segment(_APP1, _EXIF + _turned(turned)) if turned != 1 else b""
            yield content[at : _end(content, at)]
            return
        if kind == _APP1 and data.startswith(_EXIF):
            turned = _orientation(data[len(_EXIF) :])
        elif kind == _APP13 and data.startswith(_PHOTOSHOP) and credited:
            credit = b"".join(_for_picture_desks(data[len(_PHOTOSHOP) :]))
            yield _segment(kind, _PHOTOSHOP + _resource(credit)) if credit else b""
        elif kind == _APP0 and data.startswith(_JFIF):
            yield _segment(kind, data[:12] + b"\0\0")  # no thumbnail (JFIF 1.02, p. 5)
        elif not (_APP0 <= kind <= _APP15 or kind == _COMMENT) or data.startswith((_PROFILE, _ADOBE)):
            yield content[at : at + 2 + length]
        at += 2 + length


def _end(content: bytes, at: int) -> int:
    """Where the pixels end that begin at a scan: several scans may follow one another, with tables between them."""
    while at + 4 <= len(content):
        kind = content[at + 1]
        if kind == _EOI:
            return at + 2
        if kind and not _RST0 <= kind <= _RST7:  # 0: a byte of pixels that looked like a marker
            at += int.from_bytes(content[at + 2 : at + 4])
        at = content.find(b"\xff", at + 2)
        if at < 0:
            break
    return len(content)


def _segment(kind: int, data: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, kind, len(data) + 2) + data


def _orientation(exif: bytes) -> int:
    """How the camera was held: 1 to 8 (Exif 2.32 §4.6.4); 1 where it isn't said, or nonsense."""
    order = {b"II": "<", b"MM": ">"}.get(exif[:2])
    if order is None:
        return 1
    try:
        (start,) = struct.unpack_from(f"{order}I", exif, 4)
        (number,) = struct.unpack_from(f"{order}H", exif, start)
        for entry in range(start + 2, start + 2 + 12 * number, 12):
            tag, _, _, value = struct.unpack_from(f"{order}HHIH", exif, entry)
            if tag == 0x0112:
                return int(value) if 1 <= value <= 8 else 1
    except struct.error:
        pass
    return 1


def _turned(orientation: int) -> bytes:
    """Exif that says nothing else: one directory of one entry."""
    return b"MM\0*" + struct.pack(">IHHHIHHI", 8, 1, 0x0112, 3, 1, orientation, 0, 0)


def _for_picture_desks(resources: bytes) -> Iterator[bytes]:
    """The datasets that stay, out of Photoshop's image resources."""
    at = 0
    while resources[at : at + 4] == b"8BIM":
        (number, name) = struct.unpack_from(">HB", resources, at + 4)
        at += 6 + (name + 2) // 2 * 2
        (length,) = struct.unpack_from(">I", resources, at)
        if number == 0x0404:
            yield from _datasets(resources[at + 4 : at + 4 + length])
        at += 4 + (length + 1) // 2 * 2


def _datasets(iptc: bytes) -> Iterator[bytes]:
    at = 0
    while iptc[at : at + 1] == b"\x1c":
        record, dataset, length = struct.unpack_from(">BBH", iptc, at + 1)
        end = at + 5 + length
        if length & 0x8000 or end > len(iptc):  # longer than any caption
            return
        if (record == 1 and dataset == 90) or (
            record == 2 and dataset in _FOR_PICTURE_DESKS
        ):  # 1:90 its characters
            yield iptc[at:end]
        at = end


def _resource(iptc: bytes) -> bytes:
    return b"8BIM\x04\x04\0\0" + struct.pack(">I", len(iptc)) + iptc + b"\0" * (len(iptc) % 2)


def _of_png(content: bytes) -> Iterator[bytes]:
    """Chunks (PNG 3 §5.3)."""
    at = len(_PNG)
    while at < len(content):
        length, kind = struct.unpack_from(">I4s", content, at)
        if at + 12 + length > len(content):
            raise ValueError("cut short")
        if kind in _PNG_CHUNKS:
            yield content[at : at + 12 + length]
        if kind == b"IEND":
            return
        at += 12 + length


def _of_webp(content: bytes) -> Iterator[bytes]:
    """Chunks (RFC 9649 §2.3), and in VP8X no word of those that went (§2.7.1)."""
    at = 12
    while at + 8 <= len(content):
        kind, length = struct.unpack_from("<4sI", content, at)
        chunk = content[at : at + 8 + length + length % 2]
        if kind == b"VP8X":
            chunk = chunk[:8] + bytes((chunk[8] & ~0x0C,)) + chunk[9:]
        if kind not in (b"EXIF", b"XMP "):
            yield chunk
        at += 8 + length + length % 2


def _of_gif(content: bytes) -> Iterator[bytes]:
    """Blocks (GIF89a §12 ff.): no comment, no text, and of applications' own nothing but how often it is played."""
    at = 13 + _colours(content[10:11])
    yield content[:at]
    while content[at : at + 1] in (b"!", b","):
        start = at
        if content[at] == 0x2C:  # an image: its place, its colours, the width of its codes
            at += 11 + _colours(content[at + 9 : at + 10])
            label = b""
        else:
            label, at = content[at + 1 : at + 2], at + 2
        data, at = at, _after_sub_blocks(content, at)
        played = label == b"\xff" and content[data + 1 : data + 12] in (b"NETSCAPE2.0", b"ANIMEXTS1.0")
        if not label or label == b"\xf9" or played:
            yield content[start:at]
    if content[at : at + 1] not in (b";", b""):
        raise ValueError("no block where one must be")
    yield b";"


def _colours(flags: bytes) -> int:
    """Octets of the table of colours that these flags announce."""
    (said,) = struct.unpack("B", flags)
    return 3 << (said & 7) + 1 if said & 0x80 else 0


def _after_sub_blocks(content: bytes, at: int) -> int:
    while True:
        (length,) = struct.unpack_from("B", content, at)
        at += 1 + length
        if not length:
            return at
