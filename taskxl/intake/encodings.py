"""Bytes to text: the encodings that Chinese programs save in, with or without a mark."""

import codecs

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SAMPLE = 65_536


def decode_text(content: bytes) -> tuple[str, bool]:
    r"""Return `content` as text, and whether some bytes could not be read (they show as "\ufffd").

    A byte order mark decides; then strict UTF-8; then UTF-16 where its line ends and blanks show;
    else UTF-8 or GB18030, whichever leaves less unread.

    >>> decode_text("序号".encode("gb18030"))
    ('序号', False)
    """
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            text = content[len(mark) :].decode(encoding, "replace")
            return text, "\ufffd" in text
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        text = ""
    wide = _wide_encoding(content[:_SAMPLE])
    if wide and (not text or "\0" in text):
        text = content.decode(wide, "replace")
        return text, "\ufffd" in text
    if text or not content:
        return text, False
    chinese = content.decode("gb18030", "replace")
    if "\ufffd" not in chinese:
        return chinese, False
    unicode = content.decode("utf-8", "replace")
    best = unicode if unicode.count("\ufffd") < chinese.count("\ufffd") else chinese
    return best, True


def _wide_encoding(sample: bytes) -> str | None:
    """Return the UTF-16 whose blanks, digits and line ends the sample shows, or None."""
    common = b" \t\r\n0123456789,;<"
    pairs = list(zip(sample[::2], sample[1::2], strict=False))
    little = sum(1 for low, high in pairs if high == 0 and low in common)
    big = sum(1 for high, low in pairs if high == 0 and low in common)
    if max(little, big) * 50 < max(len(pairs), 1):
        return None
    return "utf-16-le" if little >= big else "utf-16-be"
