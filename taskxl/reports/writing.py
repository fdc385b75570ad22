"""How a laid out table is put down: the one place where values become cells of xlsxwriter.

No text of a return becomes a formula, a link or a number: every text goes through
`write_string`, and what a link shows are our own words.
"""

import math
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING

from taskxl.a1 import cell_name
from taskxl.reports.paper import clean_text, count_lines, row_height
from taskxl.reports.styles import DATE, HEADER_SIZE, MOMENT, TITLE_SIZE, Align, Styles, Tone
from taskxl.reports.tables import (
    HEADER_ROW,
    NOTE_ROW,
    TITLE_ROW,
    Anchors,
    Cell,
    Column,
    LaidRow,
    Layout,
    Link,
    Value,
)

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

    from taskxl.reports.streamed_sheet import StreamedSheet

_FORMULAS = "=+-@"
MAX_LINKS = 60_000
"""Excel drops the links of a sheet that has more than 65,530."""
MAX_BREAKS = 1_000
"""Excel allows 1,023 page breaks on a sheet."""
COMMENT_LIMIT = 2_000

A4 = 9
A4_INCHES = (11.69, 8.27)
UNIT_PIXELS = 8.0
"""Pixels of a column unit where the workbook's font is 宋体 11."""
HEADER_POINTS = 30.0
SURE = 0.95
"""So much of a page holds the same rows whatever program prints it."""
MARGIN_INCHES = 0.4
TOP_MARGIN_INCHES = 0.5
BOTTOM_MARGIN_INCHES = 0.6
FOOTER = '&C&"宋体,常规"&10第 &P 页，共 &N 页'


def write_table(
    workbook: "Workbook", styles: Styles, layout: Layout, anchors: Anchors, word: str = "股室"
) -> None:
    """Write a laid out table as a sheet; `anchors` are those of the whole workbook.

    `word` is what the bureau calls its offices.
    """
    from taskxl.reports.streamed_sheet import StreamedSheet

    table = layout.table.call_offices(word)
    sheet: StreamedSheet = workbook.add_worksheet(table.sheet, StreamedSheet)
    shown = [column for column in table.columns if not column.hidden]
    last = HEADER_ROW + len(layout.rows)
    for number, column in enumerate(table.columns):
        sheet.set_column(number, number, column.width, None, {"hidden": column.hidden})
    page = len(table.printed)
    width = sum(column.width for column in table.printed)
    write_band(sheet, TITLE_ROW, page, table.title, styles.title)
    sheet.set_row(
        TITLE_ROW - 1, row_height(count_lines(table.title, width, TITLE_SIZE), TITLE_SIZE)
    )
    write_band(sheet, NOTE_ROW, page, table.note, styles.note)
    sheet.set_row(NOTE_ROW - 1, row_height(count_lines(table.note, width)))
    if table.has_sections:
        sheet.autofilter(HEADER_ROW - 1, 0, last - 1, len(shown) - 1)
    else:
        _make_excel_table(sheet, styles, table.sheet, table.columns, last)
    for number, column in enumerate(table.columns):
        sheet.write_string(HEADER_ROW - 1, number, column.header, styles.header)
    lines = max(count_lines(c.header, c.width, HEADER_SIZE) for c in shown)
    sheet.set_row(HEADER_ROW - 1, row_height(lines, HEADER_SIZE) + 4)
    writer = _RowWriter(sheet, styles, table.columns, anchors)
    sheet.begin_rows(workbook, layout, len(table.columns), len(shown))
    for row, laid in enumerate(layout.rows, HEADER_ROW):
        writer.write(row, laid, len(shown))
    sheet.end_rows()
    sheet.ignore_errors({"number_stored_as_text": f"A1:{cell_name(last, len(table.columns))}"})
    sheet.freeze_panes(HEADER_ROW, table.frozen_columns)
    sheet.repeat_rows(HEADER_ROW - 1)
    sheet.print_area(0, 0, last - 1, page - 1)
    set_up_page(sheet, landscape=True)
    sheet.set_h_pagebreaks(_page_breaks(layout))


def set_up_page(sheet: "Worksheet", landscape: bool) -> None:
    """Set A4, margins, page numbers and horizontal centring."""
    if landscape:
        sheet.set_landscape()
    else:
        sheet.set_portrait()
    sheet.set_paper(A4)
    # In width only: page breaks stay, and the page stays whole where fonts are wider than ours.
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(MARGIN_INCHES, MARGIN_INCHES, TOP_MARGIN_INCHES, BOTTOM_MARGIN_INCHES)
    sheet.center_horizontally()
    sheet.set_footer(FOOTER)


def write_band(
    sheet: "Worksheet", row: int, columns: int, text: str, style: "Format", first: int = 1
) -> None:
    """Write a text over `columns` columns of a row, merged; rows and columns counted from 1."""
    if columns > 1:
        sheet.merge_range(row - 1, first - 1, row - 1, first + columns - 2, "", style)
    sheet.write_string(row - 1, first - 1, clean_text(text), style)


def write_link(
    sheet: "Worksheet", row: int, column: int, link: Link, anchors: Anchors, style: "Format"
) -> bool:
    """Write a link at a cell counted from 0; False where none of its targets stands anywhere."""
    place = next((anchors[target] for target in link.targets if target in anchors), None)
    if place is None:
        return False
    where = cell_name(place[1], place[2])
    text = link.text or f"{place[0]} {where}"
    sheet.write_url(row, column, f"internal:'{place[0]}'!{where}", style, text)
    return True


def _make_excel_table(
    sheet: "Worksheet", styles: Styles, name: str, columns: Sequence[Column], last: int
) -> None:
    sheet.add_table(
        HEADER_ROW - 1,
        0,
        last - 1,
        len(columns) - 1,
        {
            "name": name,
            "style": None,
            "columns": [{"header": c.header, "header_format": styles.header} for c in columns],
        },
    )


def _page_breaks(layout: Layout) -> list[int]:
    """Return the rows, counted from 0, that begin a page.

    Those are headings that ask for it, and headings that would else be the last line of a page:
    what fits on one is reckoned from the heights, with a little to spare.
    """
    width = sum(column.width for column in layout.table.printed) * UNIT_PIXELS / 96
    scale = min(1.0, (A4_INCHES[0] - 2 * MARGIN_INCHES) / width)
    page = 72 * (A4_INCHES[1] - TOP_MARGIN_INCHES - BOTTOM_MARGIN_INCHES) / scale
    top = row_height(1, TITLE_SIZE) + row_height(1) + HEADER_POINTS
    breaks: list[int] = []
    used = top
    for row, laid in enumerate(layout.rows, HEADER_ROW):
        place = row - HEADER_ROW
        heading = laid.section is not None and not laid.section.remark
        follows = layout.rows[place + 1].height if place + 1 < len(layout.rows) else 0.0
        asked = laid.section is not None and laid.section.new_page
        last = heading and used + laid.height + follows > page * SURE
        if place and (asked or last):
            breaks.append(row)
            used = HEADER_POINTS
        elif used + laid.height > page:
            used = HEADER_POINTS
        used += laid.height
    return breaks[:MAX_BREAKS]


class _RowWriter:
    """Writes rows of one sheet; knows how many links the sheet already has."""

    def __init__(
        self, sheet: "StreamedSheet", styles: Styles, columns: Sequence[Column], anchors: Anchors
    ) -> None:
        self._sheet = sheet
        self._styles = styles
        self._columns = columns
        self._anchors = anchors
        self._links = 0
        self._numbers: dict[tuple[Align, Tone, str, bool], int] = {}
        self._aligns: list[Align] = [column.align for column in columns]
        self._blanks: dict[int, str] = {}

    def write(self, row: int, laid: LaidRow, shown: int) -> None:
        """Write one row, counted from 0; `shown` is the number of visible columns."""
        sheet = self._sheet
        if laid.section is not None:
            style = self._styles.cell() if laid.section.remark else self._styles.section
            write_band(sheet, row + 1, shown, str(laid.contents[0]), style)
            sheet.write_written(row, laid.height)
            return
        cells: list[str | None] = []
        for number, content in enumerate(laid.contents):
            # Most cells by far: blank, or a text without colour that does not begin like a formula.
            if content is None or content == "":
                cells.append(self._blank(number))
            elif isinstance(content, str) and content[0] not in _FORMULAS and sheet.fits(content):
                cells.append(sheet.text_cell(self._style(self._aligns[number]), content))
            elif isinstance(content, Cell):
                cells.append(self._write_value(row, number, content.value, content.tone))
                if content.comment:
                    write_comment(sheet, row, number, content.comment)
            else:
                cells.append(self._write_value(row, number, content, ""))
        sheet.write_cells(row, laid.height, cells)

    def _blank(self, number: int) -> str:
        if number not in self._blanks:
            self._blanks[number] = self._sheet.blank_cell(self._style(self._aligns[number]))
        return self._blanks[number]

    def _style(self, align: Align, tone: Tone = "", number: str = "", quoted: bool = False) -> int:
        """Return the number of a format in the workbook; it has one from its first use on."""
        key = (align, tone, number, quoted)
        if key not in self._numbers:
            self._numbers[key] = self._styles.cell(*key)._get_xf_index()
        return self._numbers[key]

    def _write_value(self, row: int, number: int, value: Value, tone: Tone) -> str | None:
        """Return a cell as it is to be put down, None where it had to be written the usual way."""
        sheet, column = self._sheet, self._columns[number]
        if isinstance(value, str):
            style = self._style(column.align, tone, quoted=value[:1] in _FORMULAS and value != "")
            if not value or sheet.fits(value):
                return sheet.text_cell(style, value) if value else sheet.blank_cell(style)
            quoted = value[0] in _FORMULAS
            used = self._styles.cell(column.align, tone, quoted=quoted)
            sheet.write_string(row, number, value, used)
        elif value is None:
            return sheet.blank_cell(self._style(column.align, tone))
        elif isinstance(value, Link):
            linked = self._links < MAX_LINKS and write_link(
                sheet, row, number, value, self._anchors, self._styles.link
            )
            self._links += linked
            used = self._styles.link
            if not linked:
                used = self._styles.cell("center", tone)
                sheet.write_string(row, number, value.text, used)
        elif isinstance(value, date):
            if value.year < 1900:  # before Excel's first day
                return sheet.text_cell(self._style("center", tone), value.isoformat())
            form = MOMENT if isinstance(value, datetime) else DATE
            return sheet.number_cell(self._style("center", tone, form), sheet.day_number(value))
        elif math.isfinite(value):
            return sheet.number_cell(self._style(column.align, tone, column.number), value)
        else:
            used = self._styles.cell(column.align, tone, column.number)
            sheet.write_number(row, number, value, used)
        used._get_xf_index()  # formats have their numbers in the order of their cells
        return None


def write_comment(sheet: "Worksheet", row: int, column: int, text: str) -> None:
    """Hang a comment on a cell counted from 0, in a box that shows all of it."""
    text = clean_text(text)
    if len(text) > COMMENT_LIMIT:
        text = f"{text[: COMMENT_LIMIT - 20]}……（其余见“缺口清单”）"
    lines = count_lines(text, 46)
    options: Mapping[str, object] = {
        "width": 340,
        "height": min(600, 24 + 17 * lines),
        "font_name": "宋体",
        "font_size": 10,
        "color": "#FFFFFF",
    }
    sheet.write_comment(row, column, text, dict(options))
