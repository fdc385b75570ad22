"""How far a sheet's cells reach, followed element by element, building nothing."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from taskxl.a1 import column_number, parse_reference
from taskxl.intake.archives import RESAVE
from taskxl.intake.refusals import DAMAGED, OVER_LIMIT, Limits, Refused
from taskxl.text import show

# What Excel allows (ECMA-376 and Microsoft's "Excel specifications and limits").
MAX_ROW, MAX_COLUMN = 1_048_576, 16_384

# A sheet as programs write it: every cell says first where it stands, and what it holds comes
# right behind its tag.
_PROLOG = re.compile(
    rb"""(?:\xef\xbb\xbf)?(?:<\?xml\ version="1\.0"(?:\ encoding="[Uu][Tt][Ff]-8")?"""
    rb"""(?:\ standalone="(?:yes|no)")?\s?\?>)?\s*""",
    re.VERBOSE,
)
_PLAIN_CELL = re.compile(
    rb"""<c\ r="([A-Z]{1,3})([1-9][0-9]{0,6})"(?:\ [A-Za-z]+="[^"<>&]*")*+"""
    rb"""\ ?(?:/>|>(<(?:v|is|f)[ />])?)""",
    re.VERBOSE,
)
_UNUSUAL_TAG = re.compile(rb"<(?:c|v|is|f)[\t\r\n]|:(?:c|row|v|is|f)[\s/>]")
_CELLS = tuple(f"<c{end}".encode() for end in " />")
_CONTENTS = tuple(f"<{name}{end}".encode() for name in ("v", "is", "f") for end in " />")
_VALUE_OF_FORMULA = re.compile(rb"(?:</f>|<f(?: [^<>]*)?/>)<v[ />]")


@dataclass(frozen=True, slots=True)
class Extent:
    """How far a sheet's non-empty cells reach.

    `rows` and `columns` are the last row and column with something in it; `cells` is the size of
    a grid whose rows end at their own last cell. A parser that builds the whole rectangle
    (python-calamine does) asks for `rows` times `columns`, of two cells at far corners 17 billion.
    """

    rows: int = 0
    columns: int = 0
    cells: int = 0


class SheetCells:
    """Follows the cells of a worksheet part, keeping only how far they reach."""

    def __init__(self) -> None:
        self.row = self.column = self.last_row = self.last_column = 0
        self.in_row = self.cells = 0
        self.counted_row = 0

    def start_element(self, name: str, attributes: dict[str, str]) -> None:
        """Take in an element; raises Refused R201 or R204 for a cell that cannot be."""
        if ":" in name:
            name = local_name(name)
        if name == "c":
            reference = attributes.get("r")
            if reference is None:
                self.column += 1
            else:
                self.row, self.column = _require_reference(reference)
            if self.row > MAX_ROW or self.column > MAX_COLUMN:
                raise _too_wide()
        elif name == "row":
            told = attributes.get("r", "")
            self.row = int(told) if told.isdecimal() and len(told) < 10 else self.row + 1
            self.column = 0
        elif name in ("v", "is", "f"):
            self._count()

    def _count(self) -> None:
        if self.row != self.counted_row:
            self.cells += self.in_row
            self.in_row, self.counted_row = 0, self.row
        self.in_row = max(self.in_row, self.column)
        self.last_row = max(self.last_row, self.row)
        self.last_column = max(self.last_column, self.column)

    def extent(self) -> Extent:
        """Return how far the cells seen so far reach."""
        return Extent(self.last_row, self.last_column, self.cells + self.in_row + self.last_row)


def measure_plain(data: bytes) -> Extent | None:
    """Return what `SheetCells` would tell of a well-formed sheet; None where only it can.

    A few scans take the place of a call for each element. They see cells where a parser does as
    long as the sheet is plain: UTF-8, no comment, no CDATA, and every cell, value and formula
    accounted for. Anything else (a cell without an address, one out of bounds, another prefix) is
    left to `SheetCells`, and so is every refusal.
    """
    prolog = _PROLOG.match(data)
    start = prolog.end() if prolog else 0
    # Of other encodings than UTF-8 those with two bytes a character need not be declared.
    if b"\0" in data or data[start : start + 1] != b"<":
        return None
    if b"<!" in data or data.find(b"<?", start) >= 0 or _UNUSUAL_TAG.search(data):
        return None
    cells = _PLAIN_CELL.findall(data)
    filled = [(letters, row) for letters, row, content in cells if content]
    accounted = len(filled) + len(_VALUE_OF_FORMULA.findall(data))
    if len(cells) != sum(map(data.count, _CELLS)) or accounted != sum(map(data.count, _CONTENTS)):
        return None
    columns = {letters: column_number(letters.decode()) for letters in {c[0] for c in cells}}
    rows = {row: int(row) for row in {c[1] for c in cells}}
    if max(columns.values(), default=0) > MAX_COLUMN or max(rows.values(), default=0) > MAX_ROW:
        return None
    size = in_row = 0
    before = None
    for letters, row in filled:  # a row's length is that of its last cell with something in it
        if row != before:
            size, in_row, before = size + in_row, 0, row
        if (column := columns[letters]) > in_row:
            in_row = column
    last_row = max((rows[row] for _, row in filled), default=0)
    last_column = max((columns[letters] for letters, _ in filled), default=0)
    return Extent(last_row, last_column, size + in_row + last_row)


class TableCells:
    """Follows the cells of an OpenDocument spreadsheet, with its repeats, not building any."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.tables: dict[str, Extent] = {}
        self.table, self.rows, self.columns, self.cells = "", 0, 0, 0
        self.row, self.repeat_row, self.column, self.repeat_cell = 0, 1, 0, 1
        self.in_row = self.spaces = 0

    def start_element(self, name: str, attributes: dict[str, str]) -> None:
        """Take in an element; raises Refused R204 for what asks for too much."""
        name = local_name(name)
        if name in ("table-cell", "covered-table-cell"):
            self.column += self.repeat_cell
            self.repeat_cell = self._repeats(attributes, "number-columns-repeated")
            if any(local_name(key) in ("value-type", "formula") for key in attributes):
                self._count()
        elif name in ("p", "h"):
            self._count()
        elif name == "table-row":
            self._end_row()
            self.row += self.repeat_row
            self.repeat_row = self._repeats(attributes, "number-rows-repeated")
            self.column, self.repeat_cell = 0, 1
        elif name == "table":
            self._end_table()
            told = {local_name(key): value for key, value in attributes.items()}
            self.table = told.get("name", "")
            self.row, self.repeat_row = 0, 1
        elif name == "s":
            self.spaces += self._number(attributes, "c")
            if self.spaces > self.limits.spaces:
                raise Refused(
                    OVER_LIMIT.code,
                    "文件用计数的办法要求生成海量空格，超出安全限度。"
                    "请把填报内容复制到新的空白表，另存为 .xlsx 后重新发来。",
                )

    def _repeats(self, attributes: dict[str, str], name: str) -> int:
        times = self._number(attributes, name)
        if times > MAX_ROW:
            raise _too_wide()
        return times

    @staticmethod
    def _number(attributes: dict[str, str], name: str) -> int:
        told = next((value for key, value in attributes.items() if local_name(key) == name), "1")
        return min(int(told), MAX_ROW + 1) if told.isdecimal() and len(told) < 20 else MAX_ROW + 1

    def _count(self) -> None:
        last_row = self.row + self.repeat_row - 1
        last_column = self.column + self.repeat_cell - 1
        if last_row > MAX_ROW or last_column > MAX_COLUMN:
            raise _too_wide()
        self.in_row = max(self.in_row, last_column)
        self.rows, self.columns = max(self.rows, last_row), max(self.columns, last_column)

    def _end_row(self) -> None:
        self.cells += self.in_row * self.repeat_row
        self.in_row = 0

    def _end_table(self) -> None:
        self._end_row()
        if self.table or self.rows:
            self.tables[self.table] = Extent(self.rows, self.columns, self.cells + self.rows)
        self.rows = self.columns = self.cells = 0

    def extents(self) -> Mapping[str, Extent]:
        """Return how far each table's cells reach, once the part has ended."""
        self._end_table()
        return self.tables


def _require_reference(reference: str) -> tuple[int, int]:
    """Return row and column where a cell says it stands; raises Refused R201 where that is none."""
    place = parse_reference(reference)
    if place is None or place[0] == 0 or "$" in reference:
        raise Refused(
            DAMAGED.code, f"单元格地址“{show(reference, 20)}”不成立，文件已损坏。{RESAVE}"
        )
    return place


def bound_area(extents: Mapping[str, Extent], limits: Limits) -> None:
    """Raise Refused R204 where a workbook's sheets together have more cells than the limit."""
    bound_cells(sum(extent.cells for extent in extents.values()), limits)


def bound_cells(cells: int, limits: Limits = Limits()) -> None:  # noqa: B008 — frozen, a value
    """Raise Refused R204 where what has been counted so far is more than a file may hold."""
    if cells > limits.cell_area:
        raise Refused(
            OVER_LIMIT.code,
            f"工作表的单元格范围超过 {limits.cell_area:,} 格，超出安全限度。"
            "请删去表格以外的内容，或复制到新的空白表，另存为 .xlsx 后重新发来。",
        )


def local_name(name: str) -> str:
    """Return an XML name without its prefix."""
    return name.rpartition(":")[2]


def _too_wide() -> Refused:
    return Refused(
        OVER_LIMIT.code,
        "有单元格超出 Excel 的最大行列，不是正常的表。"
        "请把填报内容复制到新的空白表，另存为 .xlsx 后重新发来。",
    )
