"""The numbers of an .xlsb as their formats show them; its parts are written here by hand."""

import io
import struct
import zipfile

import pytest

from taskxl.intake.binary_parts import read_shown_numbers
from taskxl.intake.grids import value_text

_RELS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
CODES = ("0%", '#,##0"万元"', "000", "0.00", "yyyy-mm-dd")


def record(kind: int, data: bytes) -> bytes:
    head = bytes([kind]) if kind < 0x80 else bytes([kind & 0x7F | 0x80, kind >> 7])
    size, length = bytearray(), len(data)
    while True:
        size.append(length & 0x7F | (0x80 if length > 0x7F else 0))
        length >>= 7
        if not length:
            return head + bytes(size) + data


def wide(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def relations(*links: tuple[str, str, str]) -> str:
    said = "".join(
        f'<Relationship Id="{key}" Type="{_RELS}/{kind}" Target="{target}"/>'
        for key, kind, target in links
    )
    return f'<Relationships xmlns="{_PACKAGE}">{said}</Relationships>'


def packed(number: int, hundredth: bool = False) -> bytes:
    return struct.pack("<I", (number & 0x3FFFFFFF) << 2 | 2 | hundredth)


def cell(kind: int, column: int, style: int, value: bytes) -> bytes:
    return record(kind, struct.pack("<II", column, style) + value)


def make_book(cells: bytes, name: str = "任务") -> bytes:
    own = b"".join(
        record(44, struct.pack("<H", 164 + n) + wide(code)) for n, code in enumerate(CODES)
    )
    style = b"".join(
        record(47, struct.pack("<HH", 0xFFFF, number) + bytes(12))
        for number in (0, *range(164, 164 + len(CODES)), 9)
    )
    unused = record(47, struct.pack("<HH", 0xFFFF, 164) + bytes(12))  # outside of the cells' styles
    files = {
        "_rels/.rels": relations(("r", "officeDocument", "xl/workbook.bin")),
        "xl/_rels/workbook.bin.rels": relations(
            ("rId1", "worksheet", "worksheets/sheet1.bin"), ("rId2", "styles", "styles.bin")
        ),
        "xl/workbook.bin": record(156, bytes(8) + wide("rId1") + wide(name)),
        "xl/styles.bin": own + unused + record(617, bytes(4)) + style + record(618, b"") + unused,
        "xl/worksheets/sheet1.bin": cells,
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as package:
        for path, content in files.items():
            package.writestr(path, content)
    return buffer.getvalue()


def row(number: int) -> bytes:
    return record(0, struct.pack("<I", number - 1) + bytes(21))


def real(number: float) -> bytes:
    return struct.pack("<d", number)


@pytest.mark.parametrize(
    ("cells", "place", "shown"),
    [
        (row(3) + cell(5, 1, 1, real(0.85)), (3, 2), "85%"),
        (row(1) + cell(2, 0, 2, packed(3500)), (1, 1), "3,500万元"),
        (row(1) + cell(2, 4, 4, packed(430, hundredth=True)), (1, 5), "4.30"),
        (row(200) + cell(9, 2, 3, real(1.0) + bytes(4)), (200, 3), "001"),
        (row(2) + cell(2, 0, 1, packed(-1)), (2, 1), "-100%"),
        (row(2) + cell(5, 0, 6, real(0.5)), (2, 1), "50%"),  # a format that every Excel knows
        (row(2) + cell(5, 0, 1 | 1 << 24, real(0.5)), (2, 1), "50%"),  # flags beside the style
    ],
)
def test_a_number_is_what_its_format_shows(
    cells: bytes, place: tuple[int, int], shown: str
) -> None:
    found = read_shown_numbers(make_book(cells))
    assert {at: value_text(value) for at, value in found["任务"].items()} == {place: shown}


@pytest.mark.parametrize(
    "cells",
    [
        row(1) + cell(5, 0, 0, real(0.85)),  # no format of its own
        row(1) + cell(5, 0, 5, real(44_000.0)),  # a date, which the cells' reader knows
        row(1) + cell(5, 0, 99, real(1.0)),  # a style that the book has not
        row(1) + cell(5, 0, 1, b"\0\0\0\0"),  # cut off
        row(1) + cell(7, 0, 1, real(1.0)),  # a text
    ],
)
def test_other_cells_are_left_to_the_reader_of_cells(cells: bytes) -> None:
    assert read_shown_numbers(make_book(cells)) == {"任务": {}}


def test_long_records_are_stepped_over_whole() -> None:
    cells = row(1) + record(300, bytes(20_000)) + cell(5, 0, 1, real(0.5))
    assert {
        at: value_text(v) for at, v in read_shown_numbers(make_book(cells))["任务"].items()
    } == {(1, 1): "50%"}
