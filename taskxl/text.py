"""How two texts are compared, and how a stranger's text is shown."""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from taskxl.paths import unmark

# Marks that nobody sees: zero width, direction, soft hyphen, byte order.
_MARKS = "\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff"
_UNSEEN = re.compile(f"[{_MARKS}]+")
_WHITE = re.compile(rf"[\s{_MARKS}]+")
_SPACES = re.compile(r"\s+")
_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f]')
_INNER_QUOTES = str.maketrans("“”", "‘’")
_OFFICE = "股室"
_OFFICE_WORD = re.compile(r"股室(?!表)")
# A form's captions and fixed texts are compared many times over; longer ones are not kept.
_KEPT_TEXTS, _KEPT_LENGTH = 8192, 1024
_OPENING, _CLOSING = "“《〔", "”》〕"
_RESERVED = re.compile(r"(?i)^(con|prn|aux|nul|com[1-9]|lpt[1-9])(\.|$)")


def squeeze(text: object) -> str:
    r"""Return `text` for comparison: no white space, full-width forms folded.

    >>> squeeze(" 序\n号 ") == squeeze("序号")
    True
    >>> squeeze("（１）")
    '(1)'
    """
    text = "" if text is None else text if type(text) is str else str(text)
    return _squeeze(text) if len(text) <= _KEPT_LENGTH else _squeeze.__wrapped__(text)


@lru_cache(_KEPT_TEXTS)
def _squeeze(text: str) -> str:
    return _WHITE.sub("", unicodedata.normalize("NFKC", text))


def drop_marks(text: str) -> str:
    r"""Return `text` without the marks that nobody sees (zero width, direction, soft hyphen).

    >>> drop_marks("办公室\u200e")
    '办公室'
    """
    return _UNSEEN.sub("", text)


def is_blank(value: object) -> bool:
    """Tell whether a cell's value shows nothing: None, or only white and invisible characters."""
    if value is None:
        return True
    # What begins with a letter or a digit need not be looked through.
    return isinstance(value, str) and not value[:1].isalnum() and not _WHITE.sub("", value)


def tidy(text: str) -> str:
    r"""Return `text` with line ends unified, each line stripped and blank lines dropped.

    >>> tidy("一是 \r\n\r\n 二是")
    '一是\n二是'
    """
    lines = (line.strip(" \t\u3000\u00a0") for line in re.split(r"\r\n|[\r\n\x0b\x0c\u2028]", text))
    return "\n".join(line for line in lines if line)


def likeness(one: str, other: str, least: float = 0.0) -> float:
    """Return how alike two texts are, 0 to 1, by the insertions and deletions between them.

    The texts are compared as they are: squeeze them before. Blank ones are like nothing; what is
    less alike than `least` is 0.

    >>> likeness("校园食堂明厨亮灶", "校园食堂明厨"), likeness("", "")
    (0.8571428571428572, 0.0)
    """
    if not one or not other:
        return 0.0
    from rapidfuzz.distance import Indel

    return float(Indel.normalized_similarity(one, other, score_cutoff=least))


def closest(text: str, words: Iterable[str], least: float = 0.5) -> str | None:
    """Return the word that is most like a text, None where none is at least so alike.

    >>> closest("责任股室", ["任务名称", "牵头股室"])
    '牵头股室'
    """
    alike, word = max(((likeness(text, word), word) for word in words), default=(0.0, ""))
    return word if alike >= least else None


def show(text: object, limit: int = 0) -> str:
    r"""Return a stranger's text fit for one line of a message.

    Control, format and bidi characters are escaped, line ends become a blank,
    and past `limit` characters (0: no limit) the text is cut with an ellipsis.

    >>> show("a\u202eb")
    'a\\u202eb'
    """
    plain = _SPACES.sub(" ", unmark(str(text))).strip()
    out = []
    for char in plain if not plain.isprintable() else ():
        if unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"):
            out.append(f"\\u{ord(char):04x}" if ord(char) < 0x10000 else f"\\U{ord(char):08x}")
        else:
            out.append(char)
    shown = "".join(out) or plain  # what is printable has no such character
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


def call_offices(text: str, word: str) -> str:
    """Return a text of the program's own in which its 股室 are called as the bureau calls them.

    What is quoted stays: names, what somebody typed, and the names of sheets, in “”, 《》 and 〔〕;
    so does 股室表, the sheet.

    >>> call_offices("请有关股室在“股室”表里核对：“各股室”。", "处室")
    '请有关处室在“股室”表里核对：“各股室”。'
    """
    if word == _OFFICE or _OFFICE not in text:
        return text
    pieces, depth, start = [], 0, 0
    for place, character in enumerate(text):
        if character in _OPENING:
            if depth == 0:
                pieces.append(_OFFICE_WORD.sub(word, text[start:place]))
                start = place
            depth += 1
        elif character in _CLOSING and depth:
            depth -= 1
            if depth == 0:
                pieces.append(text[start : place + 1])
                start = place + 1
    rest = text[start:]
    pieces.append(rest if depth else _OFFICE_WORD.sub(word, rest))
    return "".join(pieces)


def safe_file_name(name: str, limit: int = 80) -> str:
    r"""Return `name` as one file name that Windows, macOS and Linux accept, never a path.

    >>> safe_file_name("基安股/..\\a:b")
    '基安股_.._a_b'
    """
    cleaned = _FORBIDDEN.sub("_", unicodedata.normalize("NFC", name))
    cleaned = "".join(c for c in cleaned if unicodedata.category(c) not in ("Cc", "Cf", "Cs"))
    cleaned = cleaned.strip(" .")[:limit].strip(" .") or "_"
    return f"_{cleaned}" if _RESERVED.match(cleaned) else cleaned
