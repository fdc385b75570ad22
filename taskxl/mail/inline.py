"""Files that old programs wrote into a letter's text itself: uuencode and yEnc."""

import re
from binascii import Error as BadLine
from binascii import a2b_uu
from collections.abc import Iterator
from html import unescape

from taskxl.mail.headers import decode_bytes

_UU_BEGIN = re.compile(rb"begin [0-7]{3,4} (.{1,200})")
_Y_BEGIN = re.compile(rb"=ybegin (?:.* )?size=(\d{1,10}) name=(.{1,200})")
_Y_SHIFT = bytes((code - 42) % 256 for code in range(256))


def find_written(content: bytes, html: bool = False) -> Iterator[tuple[str, bytes | None]]:
    """Yield the files written into a text; None for a content that is cut or cannot be read."""
    found = list(_find_uuencoded(content)) + list(_find_yenc(content))
    if html and not any(file for _, file in found):
        text = re.sub(r"(?i)<br[^>]{0,50}>", "\n", content.decode("latin-1"))
        text = re.sub(r"(?i)</?(?:pre|p|div|body|html|span|tt)\b[^>]{0,200}>", "\n", text)
        plain = unescape(text).encode("latin-1", "ignore")
        found = list(_find_uuencoded(plain))
    yield from found


def _find_uuencoded(content: bytes) -> Iterator[tuple[str, bytes | None]]:
    name: str | None = None
    lines: list[bytes] = []
    for line in content.splitlines():
        began = _UU_BEGIN.fullmatch(line)
        if began:
            name, lines = decode_bytes(began[1], "").strip() or "附件", []
        elif name is not None and line.strip() == b"end":
            yield name, b"".join(lines)
            name = None
        elif name is not None and line:
            try:
                # Some programs miscount the padding of a line's end.
                lines.append(a2b_uu(line[: 1 + ((line[0] - 32 & 63) + 2) // 3 * 4]))
            except BadLine:
                # Prose may begin with that word; a line of data before it tells that it is none.
                if lines:
                    yield name, None
                name = None
    if name is not None and lines:
        yield name, None


def _find_yenc(content: bytes) -> Iterator[tuple[str, bytes | None]]:
    began: re.Match[bytes] | None = None
    out = bytearray()
    for line in re.split(rb"\r?\n", content):
        start = _Y_BEGIN.fullmatch(line)
        if start:
            began, out = start, bytearray()
        elif began and line.startswith(b"=yend"):
            name = decode_bytes(began[2], "").strip()
            yield name, bytes(out) if len(out) == int(began[1]) else None
            began = None
        elif began and not line.startswith(b"=ypart"):
            line = line[1:] if line.startswith(b"..") else line
            shifted = re.sub(
                rb"(?s)=(.)", lambda escaped: bytes(((escaped[1][0] - 64) % 256,)), line
            )
            out += shifted.translate(_Y_SHIFT)
    if began:
        yield decode_bytes(began[2], "").strip(), None
