"""What hangs on a sheet from outside of it (shapes, comments, tables) and moves with its rows."""

import re
from collections.abc import Callable, Iterator
from typing import Literal

from lxml import etree

from taskxl.a1 import cell_name
from taskxl.forms.template.filling import Filling, Line, Piece
from taskxl.ooxml.references import RowMap, read_ranges
from taskxl.xml import local

Kind = Literal["drawing", "comments", "threadedComment", "vmlDrawing", "table"]

_ANCHOR = re.compile(r"<(?:\w+:)?(twoCellAnchor|oneCellAnchor)\b.*?</(?:\w+:)?\1>", re.DOTALL)
_ANCHOR_ROW = re.compile(
    r"<(?:\w+:)?(?:from|to)>\s*<(?:\w+:)?col>.*?<(?:\w+:)?row>(\d+)<", re.DOTALL
)
_COMMENT = re.compile(r'<(?:\w+:)?(?:comment|threadedComment)\b[^>]*?\bref="[A-Z]+(\d+)"')
_NOTE_DATA = re.compile(r"<(\w+):ClientData\b.*?</\1:ClientData>", re.DOTALL)
_NOTE_ROW = re.compile(r"<\w+:Row>\s*(\d+)\s*</\w+:Row>")
_NOTE_ANCHOR = re.compile(r"<\w+:Anchor>\s*(?:\d+\s*,\s*){2}(\d+)\s*,(?:\s*\d+\s*,){3}\s*(\d+)\s*,")
_AREA = re.compile(r'\bref="([A-Z]+\d+(?::[A-Z]+\d+)?)"')

# start and end of a piece of text, and what stands there once rows have moved
Change = tuple[int, int, Callable[[RowMap], str]]
_FINDERS: dict[str, Callable[[str, int], Iterator[Change]]] = {}


def follow_attachment(kind: str, content: bytes, sheet: str, below: int) -> list[Piece] | None:
    """Return the pieces of a part that hangs on a sheet; None where nothing in it moves.

    `below` is the last row of the sheet's first zone: only what begins further down moves, and of
    that only the row numbers are written anew.
    """
    finder = _FINDERS.get(kind)
    if finder is None:
        return None
    text = content.decode("utf-8", "surrogateescape")
    pieces: list[Piece] = []
    done = 0
    for start, end, write in sorted(finder(text, below), key=lambda change: change[0]):
        pieces += [text[done:start], _slot(write, sheet)]
        done = end
    return [*pieces, text[done:]] if pieces else None


def anchor_cell(anchor: etree._Element) -> str | None:
    """Return the cell (A1) in which a shape begins."""
    start = next((child for child in anchor if local(child) == "from"), ())
    place = {local(child): child.text or "" for child in start}
    if not (place.get("col", "").isdigit() and place.get("row", "").isdigit()):
        return None
    return cell_name(int(place["row"]) + 1, int(place["col"]) + 1)


def _slot(write: Callable[[RowMap], str], sheet: str) -> Callable[[Filling, Line | None], str]:
    return lambda filling, line: write(filling.maps[sheet])


def _shifted(row: int, by_row: int, base: int) -> Callable[[RowMap], str]:
    """Return what writes `row` moved as `by_row` moves; `base` is the number of the first row."""
    return lambda rows: str(row + rows.first(by_row - base + 1) - (by_row - base + 1))


def _find_shapes(text: str, below: int) -> Iterator[Change]:
    for anchor in _ANCHOR.finditer(text):
        rows = list(_ANCHOR_ROW.finditer(text, anchor.start(), anchor.end()))[:2]
        if rows and int(rows[0][1]) + 1 > below:
            for row in rows:
                yield row.start(1), row.end(1), _shifted(int(row[1]), int(rows[0][1]), 0)


def _find_comments(text: str, below: int) -> Iterator[Change]:
    for comment in _COMMENT.finditer(text):
        row = int(comment[1])
        if row > below:
            yield comment.start(1), comment.end(1), _shifted(row, row, 1)


def _find_notes(text: str, below: int) -> Iterator[Change]:
    for data in _NOTE_DATA.finditer(text):
        row = _NOTE_ROW.search(text, data.start(), data.end())
        if row is None or int(row[1]) + 1 <= below:
            continue
        yield row.start(1), row.end(1), _shifted(int(row[1]), int(row[1]), 0)
        anchor = _NOTE_ANCHOR.search(text, data.start(), data.end())
        if anchor is not None:
            for number in (1, 2):
                shifted = _shifted(int(anchor[number]), int(row[1]), 0)
                yield anchor.start(number), anchor.end(number), shifted


def _find_table_areas(text: str, below: int) -> Iterator[Change]:
    for area in _AREA.finditer(text):
        ranges = read_ranges(area[1])
        if ranges and ranges[0].bottom >= below:
            yield area.start(1), area.end(1), ranges[0].stretch


_FINDERS.update(
    drawing=_find_shapes,
    comments=_find_comments,
    threadedComment=_find_comments,
    vmlDrawing=_find_notes,
    table=_find_table_areas,
)
