"""How high a row of a form must be for its texts, from the drawing's own widths and fonts."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from lxml import etree

from taskxl.row_heights import BODY_SIZE, HIGHEST, RowModel, count_lines
from taskxl.xml import local, parse_xml

# Excel gives 仿宋 and 宋体 1.21 of their size a line; what LibreOffice puts in their place takes up
# to 1.45, much of it empty. Heights are whole pixels, as programs keep them.
_ROWS = RowModel(line=1.36 * BODY_SIZE, padding=6.0, step=0.75, up=True)
# Programs part a line a little earlier than its width says, so that 。 never begins one.
_LOOSE = 1.02
_count_lines = lru_cache(maxsize=4096)(count_lines)  # a text stands in forms of several offices
_PIXELS_A_UNIT = 7  # width of a digit of 11-point Calibri at 96 dpi
_LATIN_DIGIT, _CHINESE_DIGIT = 0.507, 0.5  # width of a digit by its font's size
_CELL_MARGIN = 6
_DEFAULT_WIDTH = 8.43
_CLAUSE_END = re.compile(r"[。；！？;]")
_CHINESE_FONTS = {"simsun", "nsimsun", "simhei", "fangsong", "kaiti", "dengxian"}


@dataclass(frozen=True, slots=True)
class Style:
    """What of a cell's style its row's height depends on; `size` is the font's, in points."""

    wrap: bool
    size: float


def read_styles(content: bytes | None) -> tuple[list[Style], int]:
    """Return the cell styles of a styles part by their index, and the pixels of a width's unit.

    That unit is the width of a digit of the workbook's own font, the first of its fonts:
    7 pixels for Calibri, 8 for 宋体 in which Chinese programs begin a workbook.
    Source: ISO/IEC 29500-1, 18.3.1.13 (col).
    """
    if content is None:
        return [], _PIXELS_A_UNIT
    root = parse_xml(content)
    fonts = list(root.iterfind("{*}fonts/{*}font"))
    sizes = [float(_value(font, "sz", "11")) for font in fonts]
    styles = []
    for style in root.iterfind("{*}cellXfs/{*}xf"):
        number = int(style.get("fontId", "0"))
        alignment = next((e for e in style if local(e) == "alignment"), None)
        wrap = alignment is not None and alignment.get("wrapText") in ("1", "true")
        styles.append(Style(wrap, sizes[number] if number < len(sizes) else 11.0))
    if not fonts:
        return styles, _PIXELS_A_UNIT
    pixels = sizes[0] * 96 / 72
    name = _value(fonts[0], "name", "Calibri")
    chinese = not name.isascii() or name.lower() in _CHINESE_FONTS
    return styles, math.ceil(pixels * _CHINESE_DIGIT) if chinese else round(pixels * _LATIN_DIGIT)


def _value(font: etree._Element, name: str, default: str) -> str:
    return next((e.get("val", default) for e in font if local(e) == name), default)


def read_widths(sheet: etree._Element, unit: int) -> Mapping[int, float]:
    """Return the widths of a sheet's columns in pixels by number; 0 is the default.

    `unit` is what one of Excel's units is in pixels.
    """
    plain = next(sheet.iterfind("{*}sheetFormatPr"), None)
    default = _DEFAULT_WIDTH
    if plain is not None:
        base = float(plain.get("baseColWidth", "0"))
        default = float(plain.get("defaultColWidth", base + 0.43 if base else _DEFAULT_WIDTH))
    widths = {0: default * unit}
    for column in sheet.iterfind("{*}cols/{*}col"):
        width = (
            0.0 if column.get("hidden") in ("1", "true") else float(column.get("width", default))
        )
        first, last = int(column.get("min", "1")), int(column.get("max", "1"))
        for number in range(first, min(last, first + 200) + 1):
            widths[number] = width * unit
    return widths


def count_columns(width: float, size: float) -> int:
    """Return how many half-width characters of a size (points) a width (pixels) holds."""
    # A line holds whole Chinese characters: half of one left over at its end is no use.
    return max(2, 2 * int((width - _CELL_MARGIN) / (size * 96 / 72)))


def cut_text(text: str, size: float, columns: int) -> list[str]:
    """Return a text in pieces of which each can be shown in a row of its own.

    It is cut at the end of a paragraph where that is possible, else of a clause.

    >>> pieces = cut_text("完成编制。" * 400, 12.0, 20)
    >>> len(pieces) > 1, "".join(pieces) == "完成编制。" * 400
    (True, True)
    """
    most = max(1, int((HIGHEST - _ROWS.padding) / (size * _ROWS.line / BODY_SIZE)))
    if _count_lines(text, columns, _LOOSE) <= most:
        return [text]
    pieces: list[str] = []
    held: list[str] = []
    for paragraph in text.split("\n"):
        rest = paragraph
        while rest:
            if _count_lines("\n".join([*held, rest]), columns, _LOOSE) <= most:
                break
            if held:
                pieces.append("\n".join(held))
                held = []
                continue
            end = _longest(rest, columns, most)
            pieces.append(rest[:end])
            rest = rest[end:]
        held.append(rest)
    return [*pieces, "\n".join(held)] if any(held) else pieces


def _longest(text: str, columns: int, most: int) -> int:
    """Return how many characters of a paragraph fit into so many lines, to a clause's end."""
    low, high = 1, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (
            (middle, high)
            if _count_lines(text[:middle], columns, _LOOSE) <= most
            else (low, middle - 1)
        )
    ends = [found.end() for found in _CLAUSE_END.finditer(text, low // 2, low)]
    return ends[-1] if ends else low


def row_height(cells: Sequence[tuple[str, float, int]], least: float) -> float:
    """Return the height in points that shows all texts of a row.

    `cells` are text, size (points) and columns (see `count_columns`) of the cells that part their
    text into lines; `least` is the height as drawn, the least there is.
    """
    needed = [
        _ROWS.needs(_count_lines(text, columns, _LOOSE), size)
        for text, size, columns in cells
        if text
    ]
    return _ROWS.fit(max(needed)) if needed and max(needed) > least else least
