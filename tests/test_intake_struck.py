"""Words struck out and pictures are seen in whatever format a workbook comes back."""

import base64
import io

import openpyxl
import pytest
from openpyxl.drawing.image import Image
from openpyxl.styles import Font

from taskxl.intake.gate import check_content
from taskxl.intake.grids import Book
from taskxl.intake.opendocument import read_opendocument
from taskxl.intake.reading import read_book
from taskxl.intake.refusals import Limits
from tests.clerks import convert
from tests.packages import pack

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=="
)
FILTERS = {"xls": "xls:MS Excel 97", "ods": "ods", "xlsx": "xlsx:Calc MS Excel 2007 XML"}


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Book]:
    """A workbook with a struck cell and a picture, as LibreOffice saves it in each format."""
    folder = tmp_path_factory.mktemp("struck")
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet["A1"], sheet["B2"], sheet["C3"] = "照旧", "划掉的话", "留下的话"
    sheet["B2"].font = Font(strike=True)
    sheet["C3"].font = Font(bold=True)
    sheet.add_image(Image(io.BytesIO(PIXEL)), "D5")
    source = folder / "原.xlsx"
    workbook.save(source)
    books = {}
    for suffix, wanted in FILTERS.items():
        path = convert(source, wanted, folder / suffix, folder / "profile")
        content = path.read_bytes()
        books[suffix] = read_book(content, path.name, check_content(content, path.name, Limits()))
    return books


@pytest.mark.parametrize("suffix", FILTERS)
def test_what_is_struck_out_and_pictures_are_seen(saved: dict[str, Book], suffix: str) -> None:
    sheet = saved[suffix].sheets[0]
    assert sheet.struck == {(2, 2)}
    assert [(one.kind, one.cell) for one in sheet.embedded] == [("picture", "D5")]


NAMES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{long}:1.0"'
    for name, long in {
        "office": "office",
        "table": "table",
        "text": "text",
        "style": "style",
        "draw": "drawing",
    }.items()
)


def ods(styles: str, cells: str, **parts: bytes) -> Book:
    content = (
        f'<?xml version="1.0"?><office:document-content {NAMES} '
        'xmlns:xlink="http://www.w3.org/1999/xlink">'
        f"<office:automatic-styles>{styles}</office:automatic-styles><office:body>"
        f'<office:spreadsheet><table:table table:name="表"><table:table-row>{cells}'
        "</table:table-row></table:table></office:spreadsheet></office:body>"
        "</office:document-content>"
    )
    held = {"content.xml": content} | {f"Pictures/{name}.png": data for name, data in parts.items()}
    return read_opendocument(pack(held), "表.ods", "ods")


def test_a_part_of_an_ods_cell_that_is_struck_out_counts() -> None:
    style = (
        '<style:style style:name="{}" style:family="text">'
        '<style:text-properties style:text-line-through-style="{}"/></style:style>'
    )
    cell = (
        '<table:table-cell><text:p>留<text:span text:style-name="{}">划</text:span></text:p>'
        "</table:table-cell>"
    )
    styles = style.format("T1", "solid") + style.format("T2", "none")
    sheet = ods(styles, cell.format("T2") + cell.format("T1")).sheets[0]
    assert sheet.struck == {(1, 2)}
    assert sheet.text(1, 2) == "留划"


def test_pictures_in_an_ods_have_their_digest_and_charts_are_none() -> None:
    frame = "<draw:frame>{}</draw:frame>"
    image = '<draw:image xlink:href="Pictures/{}.png"/>'
    chart = '<draw:object xlink:href="./Object 1"/>' + image.format("chart")
    cells = "".join(
        f"<table:table-cell><text:p>字</text:p>{frame.format(inside)}</table:table-cell>"
        for inside in (image.format("one"), chart, image.format("gone"))
    )
    sheet = ods("", cells, one=PIXEL, chart=PIXEL).sheets[0]
    assert [(one.cell, bool(one.digest)) for one in sheet.embedded] == [
        ("A1", True),
        ("C1", False),
    ]
