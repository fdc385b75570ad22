"""Text copied out of a PDF: lines that the page's width broke off are paragraphs again."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace

from taskxl.findings import Finding
from taskxl.intake.grids import Book, Line
from taskxl.master.list_rules import MENDED
from taskxl.master.reading.drafts import is_note, is_page_mark
from taskxl.master.reading.number_marks import read_mark
from taskxl.master.reading.responsibility import begins_with_label
from taskxl.master.reading.titles import is_title
from taskxl.text import quote, squeeze

_CLOSED = re.compile(r"[。；;：:！!？?…]$")
_ENDS = re.compile(r"[。；;：:！!？?…”）)》]$")
_PAIRS = ("（(", "）)"), ("《", "》"), ("“", "”")
# Blanks beside digits and letters inside of Chinese; not that of `1 修路` or between two names.
_SPACED = re.compile(
    r"(?<=[\u2e80-\u9fff\uff00-\uffef]) +(?=[0-9A-Za-z])"
    r"|(?<!^\d)(?<!^\d\d)(?<!^\d\d\d)(?<=[0-9A-Za-z%]) +(?=[\u2e80-\u9fff\uff00-\uffef])"
)
_NARROWEST, _WIDEST = 30, 110  # of a page, in columns of which a Chinese character takes two
_SLACK = 8  # columns: a sign that may begin no line, an indent, a number that is not divided
_FEWEST = 3  # paragraphs that show that a text was broken
_SHARE = 0.6  # of the paragraphs that end, joined, as paragraphs do


def join_broken_lines(book: Book) -> tuple[Book, list[Finding]]:
    """Return a book whose lines are paragraphs, and what was done; the same book where they are.

    Lines were broken by a page's width where none is longer and several as long as that break off
    in mid-sentence, to be ended by the next. Page marks are left out, blanks that typesetting puts
    around digits are closed up.
    """
    lines = [line for line in book.lines if squeeze(line.text)]
    text = [line for line in lines if not is_page_mark(line.text)]
    width = max((_columns(line.text) for line in text if not _is_whole(line)), default=0)
    if not _NARROWEST <= width <= _WIDEST:
        return book, []
    pieces = _gather(text, width)
    joined = [piece for piece in pieces if len(piece.lines) > 1]
    said = [piece for piece in joined if not begins_with_label(piece.text)]
    ended = sum(_ENDS.search(piece.text) is not None for piece in said)
    if ended < _FEWEST or ended < _SHARE * len(said):
        return book, []
    found = MENDED.found(
        f"文字像是从 PDF 里复制的，一段断成了几行，已接成{len(joined)}段"
        f"（如{quote(joined[0].text, 40)}）。请与原件核对。",
        severity="info",
        file=book.name,
    )
    return replace(book, lines=tuple(piece.line for piece in _join_titles(pieces))), [found]


@dataclass(frozen=True, slots=True)
class _Piece:
    """A paragraph and the lines that it was."""

    lines: tuple[Line, ...]

    @property
    def text(self) -> str:
        """The lines as one."""
        joined = ""
        for line in self.lines:
            apart = joined[-1:].isascii() and joined[-1:].isalpha() and line.text[:1].isalpha()
            joined += f" {line.text.strip()}" if apart else line.text.strip()
        return _SPACED.sub("", joined)

    @property
    def line(self) -> Line:
        """The paragraph as a line of the document."""
        return replace(self.lines[0], text=self.text)

    def and_more(self, line: Line) -> "_Piece":
        """Return the paragraph with one more line."""
        return _Piece((*self.lines, line))


def _gather(lines: Sequence[Line], width: int) -> list[_Piece]:
    pieces: list[_Piece] = []
    for line in lines:
        whole = not pieces or _is_whole(line) or _is_whole(pieces[-1].lines[0])
        if not whole and _goes_on(pieces[-1], line.text, width):
            pieces[-1] = pieces[-1].and_more(line)
        else:
            pieces.append(_Piece((line,)))
    return pieces


def _is_whole(line: Line) -> bool:
    """Tell whether a word processor numbers a line or calls it a heading: it is a paragraph."""
    return bool(line.label) or line.style.startswith(("heading", "toc"))


def _goes_on(piece: _Piece, text: str, width: int) -> bool:
    """Tell whether a line is the rest of the paragraph above it."""
    last = piece.lines[-1].text.strip()
    open_bracket = _leaves_open(piece.text)
    full = _columns(last) >= width - _SLACK
    if _CLOSED.search(last) or not (full or open_bracket):
        return False
    return not (_begins_anew(text) or (is_note(text) and not open_bracket))


def _begins_anew(text: str) -> bool:
    """Tell whether a line begins with a number or a label; 30 个小区 begins with neither."""
    mark = read_mark(text, {})
    return (mark is not None and not mark.written.isdigit()) or begins_with_label(text)


def _leaves_open(text: str) -> bool:
    return any(
        sum(text.count(sign) for sign in opening) > sum(text.count(sign) for sign in closing)
        for opening, closing in _PAIRS
    )


def _join_titles(pieces: Sequence[_Piece]) -> list[_Piece]:
    """Join a title that stands in two lines, between blank ones, in the middle of the page."""
    done: list[_Piece] = []
    for at, piece in enumerate(pieces):
        above = done[-1] if done else None
        first = above.lines[0].number if above else 0
        apart = len(done) < 2 or done[-2].lines[-1].number < first - 1
        below = pieces[at + 1].lines[0].number if at + 1 < len(pieces) else None
        ends = below is None or below > piece.lines[-1].number + 1
        if (
            above
            and not any(_is_whole(one.lines[0]) for one in (above, piece))
            and apart
            and ends
            and piece.lines[0].number == above.lines[-1].number + 1
            and is_title(piece.text)
            and not any(map(_reads_as_text, (above.text, piece.text)))
        ):
            done[-1] = _Piece((*above.lines, *piece.lines))
        else:
            done.append(piece)
    return done


def _reads_as_text(text: str) -> bool:
    return re.search(r"[，。；：,;:]", text) is not None or _begins_anew(text) or is_note(text)


def _columns(text: str) -> int:
    """Return how wide a line is, a Chinese character counting two."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WFA" else 1 for sign in text.strip())
