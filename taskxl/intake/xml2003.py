"""Excel 2003 XML (“XML 电子表格 2003”), which some systems still export under the name .xls.

Source: Microsoft's XML Spreadsheet Reference (urn:schemas-microsoft-com:office:spreadsheet).
"""

from datetime import datetime, time

from lxml import etree

from taskxl.a1 import cell_name
from taskxl.intake.cleaning import Cleaner
from taskxl.intake.extents import MAX_COLUMN, MAX_ROW, bound_cells
from taskxl.intake.grids import Area, Book, CellError, Kind, Note, Sheet, Value
from taskxl.intake.openxml import UNREADABLE
from taskxl.intake.refusals import Refused
from taskxl.xml import attribute, local, parse_xml, whole_number


def read_xml_workbook(content: bytes, name: str, kind: Kind) -> Book:
    """Read an Excel 2003 XML file.

    Raises Refused: R201 where it is damaged or declares a DTD, R204 where it has too many cells.
    """
    if b"<!DOCTYPE" in content[:4096]:
        raise Refused("R201", UNREADABLE)
    try:
        root = parse_xml(content)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Refused("R201", UNREADABLE) from error
    cleaner = Cleaner()
    sheets = []
    size = 0
    for sheet in root.iter("{*}Worksheet"):
        sheets.append(_read_sheet(sheet, cleaner))
        size += sum(map(len, sheets[-1].rows)) + len(sheets[-1].rows)
        bound_cells(size)
    if not sheets:
        raise Refused("R201", UNREADABLE)
    return Book(name, kind, tuple(sheets), remarks=cleaner.remarks)


def _read_sheet(sheet: etree._Element, cleaner: Cleaner) -> Sheet:
    rows: list[tuple[Value, ...]] = []
    merges: list[Area] = []
    notes: list[Note] = []
    number = cells = 0
    for row in sheet.iterfind("{*}Table/{*}Row"):
        number = whole_number(attribute(row, "Index")) or number + 1
        values: list[Value] = []
        column = 0
        for cell in row:
            if local(cell) != "Cell":
                continue
            column = whole_number(attribute(cell, "Index")) or column + 1
            if number > MAX_ROW or column > MAX_COLUMN:
                raise Refused("R201", UNREADABLE)
            value = _read_value(cell, cleaner)
            if value is not None:
                values += [None] * (column - 1 - len(values))
                values.append(value)
            for comment in cell.iterchildren("{*}Comment"):
                text = cleaner.clean("".join(map(str, comment.itertext()))).strip()
                if text:
                    notes.append(Note("comment", cell_name(number, column), text))
            across = whole_number(attribute(cell, "MergeAcross")) or 0
            down = whole_number(attribute(cell, "MergeDown")) or 0
            if across or down:
                merges.append(Area(number, column, number + down, column + across))
            column += across
        if values:
            cells += number - len(rows) + len(values)
            bound_cells(cells)
            rows += [()] * (number - 1 - len(rows))
            rows.append(tuple(values))
        number += whole_number(attribute(row, "Span")) or 0
    name = cleaner.clean(attribute(sheet, "Name") or "")
    return Sheet(name, tuple(rows), tuple(merges), notes=tuple(notes))


def _read_value(cell: etree._Element, cleaner: Cleaner) -> Value:
    data = next(cell.iterchildren("{*}Data"), None)
    if data is None:
        return CellError("") if attribute(cell, "Formula") else None
    text = "".join(map(str, data.itertext()))
    try:
        match attribute(data, "Type"):
            case "Number":
                return float(text)
            case "Boolean":
                return text.strip() == "1"
            case "DateTime":
                moment = datetime.fromisoformat(text.strip())
                return moment.date() if moment.time() == time(0) else moment
            case "Error":
                return CellError(text.strip())
    except ValueError:
        pass  # what is shown counts where what is stored is not what it says
    return cleaner.clean(text) or None
