"""Rows put down one after the other give the very workbook that cells held to the end give."""

import io
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from xlsxwriter.worksheet import Worksheet

from taskxl.reports import writing
from taskxl.reports.streamed_sheet import StreamedSheet
from taskxl.reports.styles import Styles, workbook_options
from taskxl.reports.tables import Cell, Column, Link, Row, Section, Table, Value, lay_out
from taskxl.reports.writing import write_band, write_comment, write_link, write_table

TEXTS = st.one_of(
    st.sampled_from(["", "=1+1", "-", "@甲", "已完成", " 前后有空格 ", "A&B<C>\"'", "_x0041_"]),
    st.text("甲乙丙，。\n\t\u200b ab", max_size=120),
    st.sampled_from(["长" * 16_000]),
)
LINKS = st.builds(
    Link,
    st.lists(st.tuples(st.sampled_from(["r0", "r3", "nowhere"])), max_size=2).map(tuple),
    st.sampled_from(["", "查看"]),
)
VALUES: st.SearchStrategy[Value] = st.one_of(
    TEXTS,
    TEXTS,
    st.none(),
    st.integers(-(10**20), 10**20),
    st.floats(allow_nan=False, allow_infinity=False),
    st.dates(date(1890, 1, 1), date(2100, 1, 1)),
    st.datetimes(datetime(1899, 12, 31), datetime(2100, 1, 1)),
    LINKS,
)
CONTENTS = VALUES | st.builds(
    Cell, VALUES, st.sampled_from(["", "error", "done"]), st.sampled_from(["", "", "请核实。"])
)
COLUMNS = (
    Column("编号", 8.0, repeated=True),
    Column("情况", 30.0, "left", grows=True),
    Column("数", 10.0, number="0.0%"),
    Column("标识", 4.0, hidden=True),
)
ROWS = st.lists(
    st.one_of(
        st.lists(CONTENTS, min_size=4, max_size=4).map(tuple),
        st.builds(Section, TEXTS.filter(bool), st.booleans(), st.booleans()),
    ),
    max_size=20,
)


class Held(Worksheet):  # type: ignore[misc] # xlsxwriter's own bases are untyped
    """A sheet that holds its cells to the end, as xlsxwriter does."""

    def begin_rows(self, *_: object) -> None:
        """There is nothing to begin."""

    def end_rows(self) -> None:
        """There is nothing to end."""


class HeldRows:
    """Writes the rows of one sheet as cells of xlsxwriter, every one the usual way."""

    def __init__(
        self, sheet: Any, styles: Styles, columns: Sequence[Column], anchors: Mapping[Any, Any]
    ) -> None:
        self.sheet, self.styles, self.columns, self.anchors = sheet, styles, columns, anchors

    def write(self, row: int, laid: Any, shown: int) -> None:
        """Write one row."""
        self.sheet.set_row(row, laid.height)
        if laid.section is not None:
            style = self.styles.cell() if laid.section.remark else self.styles.section
            write_band(self.sheet, row + 1, shown, str(laid.contents[0]), style)
            return
        for number, (content, column) in enumerate(zip(laid.contents, self.columns, strict=True)):
            cell = content if isinstance(content, Cell) else Cell(content)
            self.write_value(row, number, cell, column)
            if cell.comment:
                write_comment(self.sheet, row, number, cell.comment)

    def write_value(self, row: int, number: int, cell: Cell, column: Column) -> None:
        """Write one value."""
        value, at, styles = cell.value, (row, number), self.styles
        if value is None or value == "":
            self.sheet.write_blank(*at, None, styles.cell(column.align, cell.tone))
        elif isinstance(value, str):
            style = styles.cell(column.align, cell.tone, quoted=value[0] in "=+-@")
            self.sheet.write_string(*at, value, style)
        elif isinstance(value, Link):
            if not write_link(self.sheet, *at, value, self.anchors, styles.link):
                self.sheet.write_string(*at, value.text, styles.cell("center", cell.tone))
        elif isinstance(value, date):
            if value.year < 1900:
                style = styles.cell("center", cell.tone)
                self.sheet.write_string(*at, value.isoformat(), style)
            else:
                form = "yyyy-mm-dd hh:mm" if isinstance(value, datetime) else "yyyy-mm-dd"
                self.sheet.write_datetime(*at, value, styles.cell("center", cell.tone, form))
        else:
            style = styles.cell(column.align, cell.tone, column.number)
            self.sheet.write_number(*at, value, style)


def write_book(tables: Sequence[Table]) -> bytes:
    """Return a workbook of some tables, and of a sheet before them that has formats of its own."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, workbook_options()) as workbook:
        workbook.set_properties({"created": datetime(2026, 4, 25)})
        styles = Styles(workbook)
        front = workbook.add_worksheet("总览")
        front.write_string(1, 3, "总览", styles.heading)
        front.write_string(0, 0, "红", styles.cell(tone="error"))
        for table in tables:
            layout = lay_out(table)
            write_table(workbook, styles, layout, layout.anchors)
    return buffer.getvalue()


def make_table(sheet: str, rows: Sequence[tuple[object, ...] | Section]) -> Table:
    """Return a table of some rows, each of which can be linked to."""
    laid = [
        row if isinstance(row, Section) else Row(row, (f"r{n}",))  # type: ignore[arg-type]
        for n, row in enumerate(rows)
    ]
    return Table(sheet, f"{sheet}表", "说明", COLUMNS, laid, spare=6.0)


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(ROWS, ROWS)
def test_a_streamed_workbook_is_that_of_held_cells(first: list[Any], second: list[Any]) -> None:
    tables = [make_table("甲", first), make_table("乙", second)]
    streamed = write_book(tables)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("taskxl.reports.streamed_sheet.StreamedSheet", Held)
        patch.setattr(writing, "_RowWriter", HeldRows)
        held = write_book(tables)
    assert streamed == held


def test_no_row_is_held_as_cells(monkeypatch: pytest.MonkeyPatch) -> None:
    most: list[int] = []
    begin = StreamedSheet._begin_row

    def watch(sheet: StreamedSheet, row: int, height: float) -> None:
        most.append(len(sheet.table) + len(sheet.row_info) + len(sheet.table_cells))
        begin(sheet, row, height)

    monkeypatch.setattr(StreamedSheet, "_begin_row", watch)
    rows = [(n, "已完成选址论证。", date(2026, 4, 1), Link((("r1",),))) for n in range(400)]
    write_book([make_table("甲", rows)])
    assert len(most) == 400
    assert max(most) < 12  # the header's three rows, and the one that is being written
