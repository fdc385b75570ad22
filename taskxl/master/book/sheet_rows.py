"""Rows of a sheet of 主清单.xlsx by field, wherever a person moved its columns and rows."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from taskxl.a1 import cell_name
from taskxl.errors import TaskxlError
from taskxl.findings import Finding, Rule, Severity, rule
from taskxl.intake.grids import Book, CellError, Sheet, Value, value_text
from taskxl.master.book.layout import MILESTONES, OFFICES, SETTINGS, TASKS, Column
from taskxl.text import is_blank, show, squeeze
from taskxl.words import HEADERS

M122 = rule(
    "M122",
    "标识重复",
    "warning",
    what="两行用了同一个标识，多半是复制整行新增时带过来的。",
    why="历史记录靠标识跟随任务和节点，重复了就分不清。",
    cure="把新增那一行的标识清空，taskxl 会另编一个。",
)
M126 = rule(
    "M126",
    "主清单缺少一列",
    "warning",
    what="主清单的一张表里没有某一列的表头。",
    why="这一列的内容按空白处理。",
    cure="补回这一列，或把表头改回原来的名称。",
)
M127 = rule(
    "M127",
    "主清单里有错误值",
    "warning",
    what="单元格是公式错误（如 #REF!），或公式没有保存结果。",
    why="看不到原来的文字，按空白处理。",
    cure="把公式改成文字，或修好公式后保存。",
)

_HEADER_ROWS = 30
"""How far down a header is looked for: a person may have put a title above it."""
_HEADER_WORDS = {
    "lead_offices": "lead",
    "supporting_offices": "supporting",
    "persons": "person",
    "number": "number",
    "title": "title",
    "leader": "leader",
    "content": "content",
    "due": "due",
    "remarks": "remarks",
}
"""The fields that people may also head with any of the words of 附件1 (`words.HEADERS`)."""


@dataclass(frozen=True, slots=True)
class Header:
    """Where a sheet's header stands: the sheet as the workbook names it, row, column by field."""

    sheet: str
    row: int
    columns: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Row:
    """One row under a header: its values by field, and where they stand."""

    file: str
    sheet: str
    number: int
    columns: Mapping[str, int]
    values: Mapping[str, Value]

    def text(self, field: str) -> str:
        """Return a field as text, without white space around it; "" where it shows nothing."""
        value = self.values.get(field)
        text = "" if isinstance(value, CellError) else value_text(value)
        return "" if is_blank(text) else re.sub(r"\r\n?", "\n", text).strip()

    def cell(self, field: str) -> str | None:
        """Return the A1 name of a field's cell; None where the sheet has no such column."""
        column = self.columns.get(field)
        return cell_name(self.number, column) if column else None

    def found(
        self, broken: Rule, message: str, field: str, severity: Severity | None = None
    ) -> Finding:
        """Return a finding at a field's cell."""
        place = {"file": self.file, "sheet": self.sheet, "cell": self.cell(field)}
        return broken.found(message, severity=severity).at(**place)


def read_rows(
    book: Book, name: str, columns: Sequence[Column], findings: list[Finding]
) -> tuple[Header, tuple[Row, ...]]:
    """Return a sheet's header and its rows that hold anything; `findings` get what is amiss.

    Raises TaskxlError when the sheet is not there or has no header with the needed columns.
    """
    sheet = next((s for s in book.sheets if squeeze(s.name) == name), None)
    if sheet is None:
        raise TaskxlError(
            f"{show(book.name)}：没有工作表“{name}”。"
            f"请把它改回这个名称，或从备份中找回；主清单须有{TASKS}、{MILESTONES}、{OFFICES}、{SETTINGS}四张表。"
        )
    header, places = _find_header(sheet, columns)
    if header == 0:
        needed = "、".join(f"“{column.header}”" for column in columns if column.needed)
        raise TaskxlError(f"{show(book.name)}〔{name}〕：找不到表头{needed}。请把表头改回来。")
    for column in columns:
        # A column without a note holds nothing that is read.
        dispensable = column.later or column.look == "formula"
        if column.field not in places and column.note and not dispensable:
            message = f"没有“{column.header}”一列，按空白处理。如是误删，请补回这一列。"
            findings.append(M126.found(message, file=book.name, sheet=name))
    rows = tuple(_rows_below(book.name, sheet, header, places, columns, findings))
    return Header(sheet.name, header, places), rows


def _find_header(sheet: Sheet, columns: Sequence[Column]) -> tuple[int, dict[str, int]]:
    """Return the header's row and the column of each field found; row 0 where there is none."""
    best: tuple[int, dict[str, int]] = (0, {})
    for number in range(1, min(len(sheet.rows), _HEADER_ROWS) + 1):
        there: dict[str, int] = {}
        for c in range(1, len(sheet.rows[number - 1]) + 1):
            there.setdefault(squeeze(sheet.text(number, c)), c)
        places: dict[str, int] = {}
        for own in (True, False):
            for column in columns:
                words = (column.header,) if own else column.also + _other_words(column)
                hit = next((there[w] for w in map(squeeze, words) if w in there), None)
                if hit and column.field not in places and hit not in places.values():
                    places[column.field] = hit
        complete = all(column.field in places for column in columns if column.needed)
        if complete and len(places) > len(best[1]):
            best = number, places
    return best


def _other_words(column: Column) -> tuple[str, ...]:
    return HEADERS.get(_HEADER_WORDS.get(column.field, ""), ())


def _rows_below(
    file: str,
    sheet: Sheet,
    header: int,
    places: Mapping[str, int],
    columns: Sequence[Column],
    findings: list[Finding],
) -> Iterator[Row]:
    """Yield the rows with content; a cell merged downwards counts for each of its rows."""
    merged = {
        (row, area.left): area.top
        for area in sheet.merges
        if area.left in places.values()
        for row in range(area.top + 1, min(area.bottom, len(sheet.rows)) + 1)
    }
    shown = {column.field for column in columns if column.look == "formula"}
    typed = [f for f in places if f not in shown and f != "id"]
    for number in range(header + 1, len(sheet.rows) + 1):
        values = {f: sheet.value(number, c) for f, c in places.items()}
        if all(is_blank(values[f]) for f in typed):
            continue
        for field, c in places.items():
            if field != "id" and is_blank(values[field]) and (number, c) in merged:
                values[field] = sheet.value(merged[number, c], c)
        row = Row(file, squeeze(sheet.name), number, places, values)
        for field in typed:
            value = values[field]
            if isinstance(value, CellError):
                text = f"是错误值“{show(value.text)}”" if value.text else "是没有保存结果的公式"
                message = f"{text}，按空白处理。请改成文字，或修好公式后保存。"
                findings.append(row.found(M127, message, field))
        yield row


def find_bearers(rows: Sequence[Row], bore: Callable[[Row, str], bool]) -> dict[str, int]:
    """Return, for each id that stands in several rows, the row that it is known to belong to.

    A row that is copied in Excel is put above the one it was copied from as often as below.
    `bore` tells whether a row is what bore an id before; ids of which several rows are, or none,
    are left out.
    """
    places: dict[str, list[Row]] = {}
    for row in rows:
        if own := row.text("id"):
            places.setdefault(own, []).append(row)
    known = {
        own: [row.number for row in there if bore(row, own)]
        for own, there in places.items()
        if len(there) > 1
    }
    return {own: numbers[0] for own, numbers in known.items() if len(numbers) == 1}


def own_id(row: Row, taken: dict[str, int], findings: list[Finding]) -> str:
    """Return a row's id; blank, and a finding, where another row has it (`taken`, by id)."""
    own = row.text("id")
    if own and taken.setdefault(own, row.number) != row.number:
        message = (
            f"标识“{show(own, 20)}”在第 {taken[own]} 行已经用过，这一行当作新增的另编标识。"
            "如果这一行才是原来的，请清空那一行的标识。"
        )
        findings.append(row.found(M122, message, "id"))
        return ""
    return own
