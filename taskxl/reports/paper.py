"""Texts on paper: what a cell may hold, how much room it takes, where a long text is parted.

Excel's limits: a cell holds 32,767 characters, a row is at most 409 points high, and what does not
fit into a row is not printed. So a text too long for one row goes on in the rows below it.
Widths are Excel's column units: 8 pixels where the workbook's font is 宋体 11. A Chinese character
of 10.5 points is 14 pixels wide, so 1.75 units; it is counted as two of 1.07 times as many units,
which leaves a little of each line free for lines that must not begin with a punctuation mark and
for printers that measure differently.
"""

import re
from collections.abc import Sequence

from taskxl import row_heights
from taskxl.row_heights import BODY_SIZE, RowModel, text_units

# A line at 10.5 points is 13.5 points high in Excel with 宋体, up to 15 with substituted fonts.
_ROWS = RowModel(line=15.0, padding=8.0, step=1.0)
MAX_LINES = 18
"""18 lines are 278 points with padding; two such rows and the header fill a landscape A4."""
GOES_ON = "（接下行）"

_LINE_ENDS = re.compile(r"\r\n|[\r\n\x0b\x0c\x85\u2028\u2029]")
_INVISIBLE = re.compile(r"[\u200b-\u200d\u2060\ufeff\u00ad]")
_NONCHARACTERS = "".join(chr(plane << 16 | low) for plane in range(17) for low in (0xFFFE, 0xFFFF))
_UNSAFE = (
    "\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2061-\u206f\ud800-\udfff"
    f"\ufdd0-\ufdef\ufff9-\ufffb\U000e0000-\U000e007f{_NONCHARACTERS}"
)
_UNSAFE_CHARACTER = re.compile(f"[{_UNSAFE}]")
_ANYTHING_ODD = re.compile(
    f"[{_UNSAFE}\t\r\x0b\x0c\x85\u2028\u2029\u200b-\u200d\u2060\ufeff\u00ad]"
)
_SENTENCE_ENDS = "。；！？;!?"


def clean_text(text: str) -> str:
    r"""Return a stranger's text as a cell may hold it.

    Line ends become one kind, characters that show nothing are dropped, control and bidi
    characters are written out.

    >>> clean_text("一\r\n二\x07\u200b三")
    '一\n二\\u0007三'
    """
    # All that is odd is not printable, and to ask that is the faster way.
    if text.isprintable() or not _ANYTHING_ODD.search(text):
        return text
    text = _INVISIBLE.sub("", _LINE_ENDS.sub("\n", text)).replace("\t", "  ")
    return _UNSAFE_CHARACTER.sub(_write_out, text)


def _write_out(found: re.Match[str]) -> str:
    code = ord(found.group())
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def usable_units(width: float, size: float = BODY_SIZE) -> int:
    """Return how many units a line of a column holds at a font size in points."""
    return max(2, int(width * 1.07 * BODY_SIZE / size))


def count_lines(text: str, width: float, size: float = BODY_SIZE) -> int:
    """Return how many lines a wrapped text takes in a column of that width."""
    return row_heights.count_lines(text, usable_units(width, size))


def row_height(lines: int, size: float = BODY_SIZE) -> float:
    """Return the height in points of a row of so many lines, never above Excel's limit."""
    return _ROWS.height(lines, size)


def split_text(text: str, width: float, max_lines: int = MAX_LINES) -> list[str]:
    """Part a text into pieces of at most `max_lines` lines, whole paragraphs where possible.

    A paragraph longer than that is parted after a sentence, and its piece ends in `GOES_ON`.
    `join_text` undoes it.
    """
    if count_lines(text, width) <= max_lines:
        return [text]
    parts: list[str] = []
    lines: list[str] = []
    used = 0
    room = usable_units(width)
    for paragraph in text.split("\n"):
        rest = paragraph
        while (need := count_lines(rest, width)) + used > max_lines:
            if need <= max_lines or used:
                parts.append("\n".join(lines))
                lines, used = [], 0
            else:
                cut = _find_cut(rest, (max_lines - 1) * room)
                parts.append(rest[:cut] + GOES_ON)
                rest = rest[cut:]
        lines.append(rest)
        used += need
    return [*parts, "\n".join(lines)]


def _find_cut(paragraph: str, units: int) -> int:
    """Return where to part: after the last sentence of the last third that fits, else hard."""
    end = units // 2
    while end < len(paragraph) and text_units(paragraph[: end + 1]) <= units:
        end += max(1, (units - text_units(paragraph[:end])) // 2)
    end = min(end, len(paragraph) - 1)
    sentence = max(paragraph.rfind(mark, end * 2 // 3, end) for mark in _SENTENCE_ENDS)
    return sentence + 1 if sentence >= 0 else end


def join_text(parts: Sequence[str]) -> str:
    r"""Put the pieces of `split_text` together again.

    >>> join_text(["甲。（接下行）", "乙", "丙"])
    '甲。乙\n丙'
    """
    joined = "\n".join(parts)
    return joined.replace(f"{GOES_ON}\n", "")
