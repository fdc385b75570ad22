"""Which column and which cell of a drawing is which answer, as its forms carry it along."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from lxml import etree

from taskxl.a1 import cell_name, column_number, parse_reference
from taskxl.forms.identity import (
    FORMULA,
    HEAD_WORDS,
    PARTS,
    DrawnCell,
    DrawnColumn,
    Layout,
    RowMark,
    digest_text,
)
from taskxl.forms.template.filling import Filling
from taskxl.forms.template.placeholders import clean_text, find_words, item_text, split_text
from taskxl.forms.template.row_following import read_merges
from taskxl.forms.template.sheets import cell_item
from taskxl.ooxml.references import Zone
from taskxl.text import squeeze

_HEADER_ROWS = 4
Texts = Mapping[tuple[int, int], str]


def read_layout(
    sheets: Mapping[str, etree._Element],
    zones: Mapping[str, Sequence[Zone]],
    strings: Sequence[etree._Element],
) -> Layout:
    """Return the layout of a drawing's sheets, given by name; `number_cells` has been called."""
    columns: list[DrawnColumn] = []
    cells: list[DrawnCell] = []
    for sheet, root in sheets.items():
        texts = _read_texts(root, strings)
        drawn = zones.get(sheet, ())
        inside = {row for zone in drawn for row in (zone.item, zone.group) if row is not None}
        spread = _spread_merges(root, texts)
        for zone in drawn:
            columns += _read_columns(sheet, zone, texts, spread, inside)
        for (row, column), text in texts.items():
            if row not in inside and find_words(text):
                label = _label_of(texts, row, column)
                cells.append(DrawnCell(sheet, cell_name(row, column), text, "", label))
        cells += _read_formulas(sheet, root, inside)
    return Layout(tuple(columns), tuple(cells))


def _read_formulas(sheet: str, root: etree._Element, inside: set[int]) -> Iterator[DrawnCell]:
    """Yield the cells that the drawing counts in: what programs make of them is nobody's typing."""
    for cell in root.iterfind("{*}sheetData/{*}row/{*}c"):
        place = parse_reference(cell.get("r") or "")
        if place is not None and place[0] not in inside and cell.find("{*}f") is not None:
            yield DrawnCell(sheet, cell_name(*place), FORMULA)


def fill_layout(layout: Layout, filling: Filling) -> Layout:
    """Return the layout of one filled form: where its cells stand now, and what was put there."""

    def fill(text: str, but: Collection[str] = ()) -> str:
        pieces = list(split_text(text))
        pieces[1::2] = [
            f"{{{{{word}}}}}" if word in but else filling.values.get(word, "")
            for word in pieces[1::2]
        ]
        return "".join(pieces)

    columns = (replace(drawn, caption=fill(drawn.caption)) for drawn in layout.columns)
    cells = []
    for cell in layout.cells:
        row, column = parse_reference(cell.cell) or (1, 1)
        rows = filling.maps.get(cell.sheet)
        name = cell_name(rows.first(row) if rows else row, column)
        if cell.text == FORMULA:
            cells.append(replace(cell, cell=name))
            continue
        label, text = fill(cell.label), fill(cell.text, HEAD_WORDS)
        digest = digest_text(fill(cell.text))
        cells.append(replace(cell, cell=name, text=text, digest=digest, label=label))
    return Layout(tuple(columns), tuple(cells))


def count_parts(rows: Sequence[RowMark], filling: Filling) -> tuple[RowMark, ...]:
    """Return a form's row marks, those of records that go on in further rows with their number."""
    parts: dict[tuple[str, str], int] = {}
    for block, kind in (("任务", "task"), ("节点", "milestone")):
        row_id = ""
        for line in filling.lines.get(block, ()):
            if line.part == 0:
                row_id = line.values.get(f"{block}.标识", "")
            parts[kind, row_id] = line.part
    return tuple(
        replace(row, digests={**row.digests, PARTS: str(parts[row.block, row.id])})
        if parts.get((row.block, row.id))
        else row
        for row in rows
    )


def _read_texts(root: etree._Element, strings: Sequence[etree._Element]) -> Texts:
    texts = {}
    for cell in root.iterfind("{*}sheetData/{*}row/{*}c"):
        item = cell_item(cell, strings)
        place = parse_reference(cell.get("r") or "")
        if item is not None and place is not None and (text := clean_text(item_text(item))):
            texts[place] = text
    return texts


def _spread_merges(root: etree._Element, texts: Texts) -> Texts:
    """Return the texts with each merge's own in all its cells, as a reader sees them."""
    spread = dict(texts)
    for merge in read_merges(root):
        left = column_number(merge.left)
        if text := texts.get((merge.top, left)):
            for row in range(merge.top, min(merge.bottom, merge.top + _HEADER_ROWS) + 1):
                for column in range(left, min(column_number(merge.right), left + 50) + 1):
                    spread.setdefault((row, column), text)
    return spread


def _read_columns(
    sheet: str, zone: Zone, texts: Texts, spread: Texts, inside: set[int]
) -> list[DrawnColumn]:
    drawn = {
        column: text
        for (row, column), text in texts.items()
        if row == zone.item and find_words(text)
    }
    heads: dict[int, list[str]] = {column: [] for column in drawn}
    for row in range(zone.top - 1, max(zone.top - 1 - _HEADER_ROWS, 0), -1):
        here = {column: spread.get((row, column), "") for column in drawn}
        said = {squeeze(text) for text in here.values()} - {""}
        alone = len(said) < min(2, len(drawn))  # a title above the header is no caption
        if row in inside or alone:
            break
        for column, text in here.items():
            heads[column].append(text)
    columns = []
    for column, text in sorted(drawn.items()):
        words = tuple(find_words(text))
        composed = text if len(words) > 1 or squeeze(text) != f"{{{{{words[0]}}}}}" else ""
        columns.append(DrawnColumn(sheet, words, column, _caption(heads, column), composed))
    return columns


def _caption(heads: Mapping[int, Sequence[str]], column: int) -> str:
    """Return the lowest text above a column that no other column bears in the same row."""
    for place, text in enumerate(heads[column]):
        others = [texts[place] for other, texts in heads.items() if other != column]
        if squeeze(text) and squeeze(text) not in map(squeeze, others):
            return text.strip()
    return ""


def _label_of(texts: Texts, row: int, column: int) -> str:
    """Return the text left of a cell in its row, "" where there is none."""
    left = [(place, text) for (at, place), text in texts.items() if at == row and place < column]
    return max(left)[1].strip() if left else ""
