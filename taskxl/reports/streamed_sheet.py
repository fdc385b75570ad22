"""A sheet whose rows are put down one after the other, so that none is held as cells.

xlsxwriter keeps every cell as an object until the workbook is closed: half a gigabyte a million.
Its own way out writes every text anew in each cell; here a workbook comes out byte for byte as it
does without. What is seldom (a link, a date) still goes through xlsxwriter, row by row.
"""

import io
import zlib
from collections.abc import Sequence
from datetime import date

from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from taskxl.reports.tables import HEADER_ROW, Layout

_CHUNK = 1 << 20
_BLOCK = 16
"""Rows of a block, for all of which xlsxwriter names the columns that they span."""
_LONG = 16_000
"""Longer texts xlsxwriter looks at itself: half of what a cell may hold."""


class StreamedSheet(Worksheet):  # type: ignore[misc] # xlsxwriter's own bases are untyped
    """A worksheet whose rows below the header are packed away as soon as they are complete."""

    def __init__(self) -> None:
        super().__init__()
        self._packed: list[bytes] = []
        self._body = io.StringIO()
        self._spans: list[str] = []
        self._last = 0
        self._starts: list[str] = []
        self.table_cells = _Unkept()
        self._tails: dict[float, tuple[str, list[object]]] = {}

    def begin_rows(self, workbook: Workbook, layout: Layout, columns: int, shown: int) -> None:
        """Begin with the rows of a layout, `columns` wide; its sections go over the `shown` ones.

        Everything above them must be written, and all sheets before this one be complete.
        """
        for sheet in workbook.worksheets():
            _number_formats(sheet)
            if sheet is self:
                break
        widths = [columns] * HEADER_ROW
        widths += [shown if row.section is not None else columns for row in layout.rows]
        blocks = (widths[start : start + _BLOCK] for start in range(0, len(widths), _BLOCK))
        self._spans = [f"1:{max(block)}" for block in blocks]
        self._starts = [f'<c r="{xl_col_to_name(number)}' for number in range(columns)]
        self._last = len(widths) - 1
        self._check_dimensions(self._last, columns - 1)
        self._set_filehandle(self._body)

    def write_cells(self, row: int, height: float, cells: Sequence[str | None]) -> None:
        """Put down a row: of each column from the first its cell, as the methods below make it.

        None stands for a cell that was written the usual way.
        """
        self._begin_row(row, height)
        number, starts, write = row + 1, self._starts, self._body.write
        for column, cell in enumerate(cells):
            if cell is None:
                self._write_cell(row, column, self.table[row][column])
            else:
                write(f"{starts[column]}{number}{cell}")
        self._end_row(row)

    def blank_cell(self, style: int) -> str:
        """Return a blank cell, with the number of its format in the workbook."""
        return f'" s="{style}"/>'

    def text_cell(self, style: int, text: str) -> str:
        """Return a cell with a text that `fits`."""
        return f'" s="{style}" t="s"><v>{self.str_table._get_shared_string_index(text)}</v></c>'

    def number_cell(self, style: int, number: float) -> str:
        """Return a cell with a number."""
        return f'" s="{style}"><v>{number:.16G}</v></c>'

    @staticmethod
    def fits(text: str) -> bool:
        """Tell whether a text needs no closer look: it is not blank and surely fits into a cell."""
        return 0 < len(text) < _LONG

    def day_number(self, day: date) -> float:
        """Return the number that Excel has for a day or a moment."""
        return float(self._convert_date_time(day))

    def write_written(self, row: int, height: float) -> None:
        """Put down a row whose cells were written the usual way."""
        self._begin_row(row, height)
        for column, cell in sorted(self.table[row].items()):
            self._write_cell(row, column, cell)
        self._end_row(row)

    def _begin_row(self, row: int, height: float) -> None:
        if height not in self._tails:
            self.set_row(row, height)
            self._set_filehandle(io.StringIO())
            self._write_row(row, None, self.row_info[row])
            tail = self.fh.getvalue().removeprefix(f'<row r="{row + 1}"')
            self._tails[height] = tail, self.row_sizes[row]
            self._set_filehandle(self._body)
            del self.row_info[row]
        tail, size = self._tails[height]
        self.row_sizes[row] = size
        self._body.write(f'<row r="{row + 1}" spans="{self._spans[row // _BLOCK]}"{tail}')

    def _end_row(self, row: int) -> None:
        self._body.write("</row>")
        self.table.pop(row, None)
        if self._body.tell() > _CHUNK:
            self._pack()

    def _pack(self) -> None:
        self._packed.append(zlib.compress(self._body.getvalue().encode("ascii"), 1))
        self._body.seek(0)
        self._body.truncate()

    def end_rows(self) -> None:
        """End the rows."""
        self._pack()
        if not self.comments:
            self.row_sizes.clear()  # only the places of comments are reckoned by them

    def _write_rows(self) -> None:
        self.dim_rowmax = HEADER_ROW - 1
        super()._write_rows()
        self.dim_rowmax = self._last
        for packed in self._packed:
            self.fh.write(zlib.decompress(packed).decode("ascii"))
        self._packed.clear()

    def _calculate_spans(self) -> None:
        self.row_spans = dict(enumerate(self._spans[:1]))


class _Unkept(dict[tuple[int, int], str]):
    """Where xlsxwriter notes each cell of a table, lest two overlap: a sheet has one alone."""

    def __setitem__(self, cell: tuple[int, int], table: str) -> None:
        pass


def _number_formats(sheet: Worksheet) -> None:
    """Give the formats of a sheet their numbers as they come when it is put into the file."""
    for row in sorted(sheet.table):
        for _, cell in sorted(sheet.table[row].items()):
            style = getattr(cell, "format", None)
            if style is not None:
                style._get_xf_index()
