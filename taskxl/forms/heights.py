"""How high a row must be for its texts, whatever program shows it."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from lxml import etree

from taskxl.forms.package import local

# Excel allows no more; a text that needs more is cut when printed.
HIGHEST = 409.0
# 仿宋 and 宋体 take 1.2 to 1.3 of their size a line, what LibreOffice substitutes for them up to
# 1.45; programs part a line a little earlier than its width says, so that 。 never begins one.
_LINE = 1.36
_PADDING = 4.0
_LOOSE = 1.05
_PIXELS_A_UNIT = 7  # width of a digit of the usual default font at 96 dpi
_CELL_MARGIN = 6
_DEFAULT_WIDTH = 8.43


@dataclass(frozen=True, slots=True)
class Style:
    """What of a cell's style its row's height depends on; `size` is the font's, in points."""

    wrap: bool
    size: float


def read_styles(content: bytes | None) -> list[Style]:
    """Return the cell styles of a styles part, by their index."""
    if content is None:
        return []
    root = etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True))
    sizes = [
        float(next((e.get("val", "11") for e in font if local(e) == "sz"), "11"))
        for font in root.iterfind("{*}fonts/{*}font")
    ]
    styles = []
    for style in root.iterfind("{*}cellXfs/{*}xf"):
        number = int(style.get("fontId", "0"))
        alignment = next((e for e in style if local(e) == "alignment"), None)
        wrap = alignment is not None and alignment.get("wrapText") in ("1", "true")
        styles.append(Style(wrap, sizes[number] if number < len(sizes) else 11.0))
    return styles


def read_widths(sheet: etree._Element) -> Mapping[int, float]:
    """Return the widths of a sheet's columns by number, in Excel's units; 0 is the default."""
    plain = next(sheet.iterfind("{*}sheetFormatPr"), None)
    default = _DEFAULT_WIDTH
    if plain is not None:
        base = float(plain.get("baseColWidth", "0"))
        default = float(plain.get("defaultColWidth", base + 0.43 if base else _DEFAULT_WIDTH))
    widths = {0: default}
    for column in sheet.iterfind("{*}cols/{*}col"):
        width = (
            0.0 if column.get("hidden") in ("1", "true") else float(column.get("width", default))
        )
        first, last = int(column.get("min", "1")), int(column.get("max", "1"))
        for number in range(first, min(last, first + 200) + 1):
            widths[number] = width
    return widths


def count_columns(width: float, size: float) -> int:
    """Return how many half-width characters of a size (points) a width (Excel's units) holds."""
    pixels = width * _PIXELS_A_UNIT - _CELL_MARGIN
    # A line holds whole Chinese characters: half of one left over at its end is no use.
    return max(2, 2 * int(pixels / (size * 96 / 72)))


@lru_cache(maxsize=4096)
def count_lines(text: str, columns: int) -> int:
    r"""Return how many lines a text takes in so many half-width columns; Chinese takes two each.

    >>> count_lines("一是完成编制。\n二是上报", 8)
    3
    """
    lines = 0
    for line in text.split("\n"):
        # GBK has two bytes for exactly what is shown full-width in a Chinese font.
        taken = len(line.encode("gbk", "replace"))
        lines += max(1, math.ceil(taken * (_LOOSE if taken > columns else 1) / columns))
    return lines


def row_height(cells: Sequence[tuple[str, Style, float]], least: float) -> float:
    """Return the height in points that shows all texts of a row.

    `cells` are text, style and width; `least` is the height as drawn, which is never gone under.
    """
    needed = least
    for text, style, width in cells:
        if text and style.wrap and width:
            lines = count_lines(text, count_columns(width, style.size))
            needed = max(needed, lines * style.size * _LINE + _PADDING)
    # Whole pixels, as programs keep heights.
    return needed if needed == least else min(math.ceil(needed / 0.75) * 0.75, HIGHEST)
