"""The numbers of an .xlsb as their formats show them, read from the records of its parts.

Records and their fields: [MS-XLSB], section 2.4. Only what numbers and styles need is read.
"""

import struct
from collections.abc import Iterator, Mapping

from taskxl.intake.binary import read_packed
from taskxl.intake.formats import BUILT_IN, changes_look, show_number
from taskxl.intake.openxml import Package
from taskxl.intake.workbooks import Cells, is_date_format

_ROW, _RK, _REAL, _FORMULA_NUMBER = 0, 2, 5, 9
_FORMAT, _STYLE, _STYLES_BEGIN, _STYLES_END = 44, 47, 617, 618
_SHEET = 156


def read_shown_numbers(content: bytes) -> Mapping[str, Cells]:
    """Return, by the name of the sheet, the cells whose format shows a number otherwise.

    Raises Refused when the package cannot be opened, struct.error for a broken record.
    """
    package = Package(content)
    part = next(iter(package.related("", "officeDocument")), "xl/workbook.bin")
    relations = package.relations(part)
    styles = next((r.target for r in relations.values() if r.kind == "styles"), "xl/styles.bin")
    codes = _read_codes(package.read(styles) or b"")
    found: dict[str, Cells] = {}
    for kind, data in _records(package.read(part) or b""):
        if kind == _SHEET and codes:
            link, end = _wide_text(data, 8)
            name, _ = _wide_text(data, end)
            if link in relations:
                sheet = package.read(relations[link].target) or b""
                found[name] = _read_cells(sheet, codes)
    return found


def _records(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield (kind, fields) of a part's records: [MS-XLSB] 2.1.4."""
    at = 0
    while at + 2 <= len(data):
        kind, at = data[at], at + 1
        if kind & 0x80:
            kind, at = (kind & 0x7F) | (data[at] & 0x7F) << 7, at + 1
        size = shift = 0
        while at < len(data):
            byte, at = data[at], at + 1
            size |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80 or shift > 21:
                break
        yield kind, data[at : at + size]
        at += size


def _wide_text(data: bytes, at: int) -> tuple[str, int]:
    """Return a text whose length stands before it, and where it ends."""
    (count,) = struct.unpack_from("<I", data, at)
    end = at + 4 + 2 * count
    return data[at + 4 : end].decode("utf-16-le", "replace"), end


def _read_codes(data: bytes) -> dict[int, str]:
    """Return the formats, by number of cell style, that show numbers otherwise."""
    own: dict[int, str] = {}
    formats: list[int] = []
    inside = False
    for kind, fields in _records(data):
        if kind == _FORMAT and len(fields) >= 6:
            own[struct.unpack_from("<H", fields)[0]] = _wide_text(fields, 2)[0]
        elif kind in (_STYLES_BEGIN, _STYLES_END):
            inside = kind == _STYLES_BEGIN
        elif kind == _STYLE and inside and len(fields) >= 4:
            formats.append(struct.unpack_from("<H", fields, 2)[0])
    said = (own.get(number) or BUILT_IN.get(number, "") for number in formats)
    return {
        style: code
        for style, code in enumerate(said)
        if changes_look(code) and not is_date_format(code)
    }


def _read_cells(data: bytes, codes: Mapping[int, str]) -> Cells:
    cells: Cells = {}
    row = 0
    for kind, fields in _records(data):
        if kind == _ROW and len(fields) >= 4:
            row = struct.unpack_from("<I", fields)[0] + 1
        elif kind in (_RK, _REAL, _FORMULA_NUMBER) and len(fields) >= 12:
            column, style = struct.unpack_from("<II", fields)
            code = codes.get(style & 0xFFFFFF)
            if code is None:
                continue
            if kind == _RK:
                number = read_packed(struct.unpack_from("<I", fields, 8)[0])
            elif len(fields) >= 16:
                (number,) = struct.unpack_from("<d", fields, 8)
            else:
                continue
            cells[row, column + 1] = show_number(number, code)
    return cells
