"""What tests write and read workbooks with: small tables in, text dumps out."""

import io
from collections.abc import Mapping

from taskxl.intake.grids import Book, Sheet, Value


def parse_table(table: str) -> list[list[str | None]]:
    r"""Read a Markdown table without a rule line; a blank cell is None, `\n` a line break."""
    rows = []
    for line in table.strip().splitlines():
        cells = line.strip().strip("|").split("|")
        rows.append([cell.strip().replace("\\n", "\n") or None for cell in cells])
    return rows


def make_book(name: str = "表.xlsx", **sheets: str) -> Book:
    """Make a Book as a reader would, from one Markdown table a sheet."""
    return Book(
        name,
        "xlsx",
        tuple(
            Sheet(sheet, tuple(tuple[Value, ...](row) for row in parse_table(table)))
            for sheet, table in sheets.items()
        ),
    )


def make_workbook(sheets: Mapping[str, str]) -> bytes:
    """Write a real .xlsx, one sheet from each Markdown table."""
    import xlsxwriter

    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as workbook:
        for name, table in sheets.items():
            sheet = workbook.add_worksheet(name)
            for r, row in enumerate(parse_table(table)):
                for c, cell in enumerate(row):
                    if cell is not None:
                        sheet.write_string(r, c, cell)
    return buffer.getvalue()
