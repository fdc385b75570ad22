"""A workbook of plain tables that is pleasant to edit: what all sheets of 主清单.xlsx share."""

import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from taskxl.a1 import area_name, cell_name, column_letters
from taskxl.errors import TaskxlError
from taskxl.master.book.layout import Column, Look
from taskxl.master.book.settings_sheet import Cell
from taskxl.row_heights import RowModel, count_lines

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

ROOM = 300
"""Rows below the last one that drop-downs and tints reach, for what a person adds."""

_CELL_LIMIT = 32_767
_FONT = {"font_name": "宋体", "font_size": 10.5, "font_scheme": "none"}
# A line of _FONT, with what LibreOffice adds for a substituted font.
_ROWS = RowModel(line=15.5, padding=3.0, step=0.5)
_TEXT = 49  # Excel's own number for the format @
_DAY = "yyyy-mm-dd"
_CREATED = datetime(2021, 1, 1)  # noqa: DTZ001 - fixed, so that the same list gives the same bytes
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")

_GREY = {"font_color": "#7F7F7F", "bg_color": "#F2F2F2"}
_OPEN = {"bg_color": "#FFF9E5", "align": "left"}
_LOOKS: Mapping[Look, dict[str, Any]] = {
    "text": {"num_format": _TEXT},
    "id": {"num_format": _TEXT, **_GREY},
    "number": {"align": "center"},
    "date": {"num_format": _DAY, "align": "center"},
    "formula": _GREY,
    "open text": {"num_format": _TEXT, **_OPEN},
    "open number": _OPEN,
    "open date": {"num_format": _DAY, **_OPEN},
}
_HEADER = {
    "font_name": "黑体",
    "font_size": 11,
    "bg_color": "#DDEBF7",
    "border": 1,
    "border_color": "#7F7F7F",
    "align": "center",
    "valign": "vcenter",
    "text_wrap": True,
}


class TableBook:
    """A workbook being written, one table a sheet, header in row 1."""

    def __init__(self, title: str) -> None:
        import xlsxwriter

        self.title = title
        self.buffer = io.BytesIO()
        options = {"in_memory": True, "default_format_properties": _FONT}
        self.workbook = xlsxwriter.Workbook(self.buffer, options)
        self.workbook.set_properties({"title": title, "author": "taskxl", "created": _CREATED})
        body = {"text_wrap": True, "valign": "top"}
        frame = {"border": 1, "border_color": "#A6A6A6"}
        add = self.workbook.add_format
        # Rows that a person adds take the column's own look, which has no frame.
        self.columns = {look: add(body | more) for look, more in _LOOKS.items()}
        self.cells = {look: add(body | more | frame) for look, more in _LOOKS.items()}
        self.header = add(_HEADER)
        self.doubt = add({"bg_color": "#FFE699"})
        self.fault = add({"bg_color": "#F8CBAD"})

    def to_bytes(self) -> bytes:
        """Close the workbook and return it; the same tables give the same bytes."""
        self.workbook.close()
        return _free_heights(self.buffer.getvalue())

    def add_table(
        self, name: str, columns: Sequence[Column], rows: Sequence[Sequence[Cell]], frozen: int
    ) -> "Worksheet":
        """Add a sheet with a table; `frozen` columns stay in sight.

        Raises TaskxlError when a text is longer than a cell of Excel can hold.
        """
        sheet = self.workbook.add_worksheet(name)
        self._set_up_page(sheet, name)
        sheet.freeze_panes(1, frozen)
        for c, column in enumerate(columns):
            sheet.set_column(c, c, column.width, self.columns[column.look])
            sheet.write_string(0, c, column.header, self.header)
            if column.note:
                _attach_note(sheet, c, column.note)
        for r, row in enumerate(rows, 1):
            sheet.set_row(r, row_height(columns, row))
            for c, (column, value) in enumerate(zip(columns, row, strict=True)):
                self.put(sheet, r, c, value, column.look)
        sheet.ignore_errors(
            {"number_stored_as_text": area_name(2, 1, len(rows) + ROOM + 1, len(columns))}
        )
        return sheet

    def put(self, sheet: "Worksheet", row: int, column: int, value: Cell, look: Look) -> None:
        """Write a value, counted from 0, as what it is; text never becomes formula or link."""
        cell = self.cells[look]
        if value is None or value == "":
            sheet.write_blank(row, column, None, cell)
        elif isinstance(value, date):
            day = datetime(value.year, value.month, value.day)  # noqa: DTZ001 - a day has no zone
            sheet.write_datetime(row, column, day, cell)
        elif isinstance(value, int):
            sheet.write_number(row, column, value, cell)
        else:
            text = _CONTROL.sub("", value)
            require_room(sheet.get_name(), cell_name(row + 1, column + 1), text)
            sheet.write_string(row, column, text, cell)

    def put_formula(
        self, sheet: "Worksheet", row: int, column: int, formula: str, value: str
    ) -> None:
        """Write a formula of our own with the value it has now."""
        sheet.write_formula(row, column, formula, self.cells["formula"], value)

    def offer(self, sheet: "Worksheet", column: int, last: int, source: str) -> None:
        """Offer the cells of a range in a column's drop-down, rows 2 to `last`; all else may stand.

        A range and not a list in the validation itself: that may hold 255 characters only.
        """
        choice = {"validate": "list", "source": f"={source}", "show_error": False}
        sheet.data_validation(1, column, last - 1, column, choice)

    def tint(
        self, sheet: "Worksheet", columns: tuple[int, int], last: int, formula: str, look: "Format"
    ) -> None:
        """Tint columns, first and last counted from 0, where a formula for row 2 holds."""
        rule = {"type": "formula", "criteria": f"={formula}", "format": look}
        sheet.conditional_format(1, columns[0], last - 1, columns[1], rule)

    def tint_repeated(self, sheet: "Worksheet", last: int) -> None:
        """Tint what stands twice in column A."""
        rule = {"type": "duplicate", "format": self.fault}
        sheet.conditional_format(1, 0, last - 1, 0, rule)

    def _set_up_page(self, sheet: "Worksheet", name: str) -> None:
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.set_margins(left=0.5, right=0.5, top=0.8, bottom=0.7)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        sheet.set_row(0, 30)
        title = self.title.replace("&", "&&")[:100]
        sheet.set_header(f'&C&"宋体,Bold"&14{title}　{name}')
        sheet.set_footer("&C第 &P 页，共 &N 页")
        sheet.set_comments_author("taskxl")


def require_room(sheet: str, cell: str, text: str) -> None:
    """Raise TaskxlError when a text is longer than a cell of Excel can hold."""
    if len(text.encode("utf-16-le", "surrogatepass")) // 2 > _CELL_LIMIT:
        raise TaskxlError(
            f"主清单〔{sheet}〕{cell}：有 {len(text)} 个字，"
            f"Excel 的一格放不下（至多 {_CELL_LIMIT} 个）。"
            "请把原文拆成几项任务或移入附件后再读入。"
        )


def _attach_note(sheet: "Worksheet", column: int, note: str) -> None:
    lines = 2 + len(note) // 16
    size = {"width": 240, "height": 20 * lines, "font_name": "宋体", "font_size": 10}
    sheet.write_comment(0, column, note, size)


def range_of(sheet: str, column: int, last: int) -> str:
    """Return rows 2 to `last` of a sheet's column (from 0) as formulas name them.

    >>> range_of("任务", 0, 31)
    "'任务'!$A$2:$A$31"
    """
    letters = column_letters(column + 1)
    return f"'{sheet}'!${letters}$2:${letters}${last}"


def row_height(columns: Sequence[Column], row: Sequence[Cell]) -> float:
    """Return the height in points that shows all texts of a row, within what Excel allows."""
    lines = max(
        # A line ends a little before its width.
        count_lines(value, column.width - 1.5) if isinstance(value, str) else 1
        for column, value in zip(columns, row, strict=True)
    )
    return _ROWS.height(lines)


def _free_heights(content: bytes) -> bytes:
    """Let rows grow again when somebody types into them.

    XlsxWriter marks a height that it is given as chosen by hand, which no program then changes.
    Without any height Excel fits the rows on opening, but LibreOffice shows one line of each.
    """
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as source,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for part in source.infolist():
            data = source.read(part)
            if part.filename.startswith("xl/worksheets/sheet"):
                data = data.replace(b' customHeight="1"', b"")
            target.writestr(part, data)
    return buffer.getvalue()
