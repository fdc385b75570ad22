"""What was seen in a file in which no task list was recognised, and what option would read it."""

from collections.abc import Iterator, Sequence

from taskxl.intake.grids import Book, Sheet
from taskxl.master.reading.header import Grid, read_header_word
from taskxl.master.reading.number_marks import read_mark
from taskxl.text import show, squeeze

_MOST = 8  # captions that are named


def describe_seen(books: Sequence[Book]) -> str:
    """Return one or two lines on the tables and numbers that were seen; "" where there are none.

    It names the row that looks most like a header, with its captions, or the numbers that
    paragraphs begin with, and the option by which a person could have them read.
    """
    lines: list[str] = []
    for book in books:
        lines += _describe_tables(book)
        if not lines:
            lines += _describe_numbers(book)
    return "".join(lines[:2])


def _describe_tables(book: Book) -> Iterator[str]:
    for sheet in book.sheets:
        row = _find_caption_row(sheet) if sheet.state == "visible" else None
        if row is None:
            continue
        captions = [show(squeeze(text), 12) for _, text in Grid(sheet).filled(row)][:_MOST]
        yield (
            f"〔{show(sheet.name, 20)}〕第{row}行像是表头：{'、'.join(captions)}。"
            f"如确是任务清单，请说明哪一栏是任务、哪一栏是责任单位，"
            f"如 --header-row {row} --column {captions[0]}=任务。"
        )


def _find_caption_row(sheet: Sheet) -> int | None:
    """Return the row of short different texts that looks most like a header."""
    grid = Grid(sheet)
    best: tuple[int, int, int] | None = None
    for row in range(1, min(grid.height, 30) + 1):
        texts = [squeeze(text) for _, text in grid.filled(row)]
        if len(texts) < 2 or len(set(texts)) < len(texts) or any(len(t) > 16 for t in texts):
            continue
        known = sum(read_header_word(text) is not None for text in texts)
        if best is None or (known, len(texts)) > best[:2]:
            best = (known, len(texts), row)
    return best[2] if best else None


def _describe_numbers(book: Book) -> Iterator[str]:
    counts: dict[int, list[str]] = {}
    last: dict[int, int] = {}
    for line in book.lines:
        mark = read_mark(line.text, last, line.label)
        if mark is None:
            continue
        if mark.ordinal is not None:
            last[mark.family] = mark.ordinal
        counts.setdefault(mark.family, []).append(mark.written)
    if counts:
        said = "，".join(
            f"第{level}级“{show(counts[family][0], 8)}”等{len(counts[family])}条"
            for level, family in enumerate(sorted(counts), 1)
        )
        yield (
            f"文中看到编号：{said}。如确是任务清单，请说明任务在第几级，"
            f"如 --task-level {len(counts)}。"
        )
