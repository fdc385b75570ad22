"""How two texts are compared, and how a stranger's text is shown."""

import re
import unicodedata

# Marks that nobody sees: zero width, direction, soft hyphen, byte order.
_MARKS = "\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff"
_UNSEEN = re.compile(f"[{_MARKS}]+")
_WHITE = re.compile(rf"[\s{_MARKS}]+")
_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f]')
_INNER_QUOTES = str.maketrans("“”", "‘’")
_RESERVED = re.compile(r"(?i)^(con|prn|aux|nul|com[1-9]|lpt[1-9])(\.|$)")


def squeeze(text: object) -> str:
    r"""Return `text` for comparison: no white space, full-width forms folded.

    >>> squeeze(" 序\n号 ") == squeeze("序号")
    True
    >>> squeeze("（１）")
    '(1)'
    """
    return _WHITE.sub("", unicodedata.normalize("NFKC", "" if text is None else str(text)))


def drop_marks(text: str) -> str:
    r"""Return `text` without the marks that nobody sees (zero width, direction, soft hyphen).

    >>> drop_marks("办公室\u200e")
    '办公室'
    """
    return _UNSEEN.sub("", text)


def is_blank(value: object) -> bool:
    """Tell whether a cell's value shows nothing: None, or only white and invisible characters."""
    return value is None or (isinstance(value, str) and not _WHITE.sub("", value))


def tidy(text: str) -> str:
    r"""Return `text` with line ends unified, each line stripped and blank lines dropped.

    >>> tidy("一是 \r\n\r\n 二是")
    '一是\n二是'
    """
    lines = (line.strip(" \t\u3000\u00a0") for line in re.split(r"\r\n|[\r\n\x0b\x0c\u2028]", text))
    return "\n".join(line for line in lines if line)


def show(text: object, limit: int = 0) -> str:
    r"""Return a stranger's text fit for one line of a message.

    Control, format and bidi characters are escaped, line ends become a blank,
    and past `limit` characters (0: no limit) the text is cut with an ellipsis.

    >>> show("a\u202eb")
    'a\\u202eb'
    """
    out = []
    for char in re.sub(r"[\s]+", " ", str(text)).strip():
        if unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"):
            out.append(f"\\u{ord(char):04x}" if ord(char) < 0x10000 else f"\\U{ord(char):08x}")
        else:
            out.append(char)
    shown = "".join(out)
    return shown[: limit - 1] + "…" if limit and len(shown) > limit else shown


def quote(text: object, limit: int = 0) -> str:
    """Return a stranger's text in quotation marks, for one line of a message (see `show`).

    Quotation marks inside become single ones, as GB/T 15834 has it.

    >>> quote("深化“县管校聘”改革")
    '“深化‘县管校聘’改革”'
    """
    return f"“{show(text, limit).translate(_INNER_QUOTES)}”"


def quote_change(was: str, now: str, limit: int = 40) -> tuple[str, str]:
    """Return two texts in quotation marks, each cut to the part where they first differ.

    >>> quote_change("推行明厨亮灶，完成全部20所验收。", "推行明厨亮灶，完成全部12所验收。", 10)
    ('“…亮灶，完成全部20…”', '“…亮灶，完成全部12…”')
    """
    one, other = show(was), show(now)
    if max(len(one), len(other)) <= limit:
        return quote(one), quote(other)
    pairs = zip(one, other, strict=False)
    same = next((n for n, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))
    start = max(0, same - limit * 2 // 3 - 1)
    head = "…" if start else ""
    room = limit + len(head)
    return quote(head + one[start:], room), quote(head + other[start:], room)


def safe_file_name(name: str, limit: int = 80) -> str:
    r"""Return `name` as one file name that Windows, macOS and Linux accept, never a path.

    >>> safe_file_name("基安股/..\\a:b")
    '基安股_.._a_b'
    """
    cleaned = _FORBIDDEN.sub("_", unicodedata.normalize("NFC", name))
    cleaned = "".join(c for c in cleaned if unicodedata.category(c) not in ("Cc", "Cf", "Cs"))
    cleaned = cleaned.strip(" .")[:limit].strip(" .") or "_"
    return f"_{cleaned}" if _RESERVED.match(cleaned) else cleaned
