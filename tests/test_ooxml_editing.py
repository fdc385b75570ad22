"""A workbook changed in place: what changes, and that nothing else does."""

import io
import re
import zipfile
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from openpyxl.comments import Comment
from openxml_audit import OpenXmlValidator

from taskxl.intake.reading import read_book
from taskxl.ooxml.editing import NewRow, SheetEdit, edit_workbook


def make() -> bytes:
    """Write a workbook with much hanging on its rows: rows 2 to 6 are a table, row 9 a total."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        sheet, other = book.add_worksheet("表"), book.add_worksheet("别的 表")
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        red = book.add_format({"bg_color": "#FF0000"})
        sheet.set_column(2, 2, 12, day)
        for c, word in enumerate(("甲", "乙", "日")):
            sheet.write_string(0, c, word)
        for r in range(1, 6):
            sheet.write_string(r, 0, f"行{r + 1}", red if r == 3 else None)
            sheet.write_formula(r, 1, f"=A{r + 1}&$A$4", None, f"值{r + 1}")
            sheet.write_datetime(r, 2, datetime(2026, 3, r + 1), day)
        sheet.write_formula(8, 0, "=COUNTA(A2:A6)", None, 5)
        sheet.merge_range(6, 0, 7, 0, "并")
        sheet.write_comment(3, 0, "批注在第4行")
        sheet.write_comment(0, 0, "批注在表头")
        sheet.write_url(4, 4, "internal:'别的 表'!A1", None, "去")
        sheet.data_validation("A2:A6", {"validate": "list", "source": "='别的 表'!$A$1:$A$3"})
        sheet.conditional_format("A2:B6", {"type": "formula", "criteria": "=$A2=1", "format": red})
        sheet.autofilter("A1:C6")
        sheet.set_h_pagebreaks([5])
        sheet.print_area("A1:C9")
        sheet.freeze_panes(1, 0)
        sheet.ignore_errors({"number_stored_as_text": "A2:A6"})
        other.write_formula(0, 0, "=表!A5&SUM('别的 表'!B1:B9)", None, "行5")
        other.insert_image(4, 4, "图.png", {"image_data": io.BytesIO(PNG)})
        chart = book.add_chart({"type": "line"})
        chart.add_series({"values": "=表!$C$2:$C$6", "name": "=表!$A$4"})
        sheet.insert_chart("G5", chart)
        book.define_name("第四", "=表!$A$4:$A$6")
    return buffer.getvalue()


PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)


def parts_of(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        return {name: package.read(name) for name in package.namelist()}


def text_of(content: bytes, part: str) -> str:
    return parts_of(content)[part].decode()


def valid(content: bytes, tmp_path: Path) -> bool:
    path = tmp_path / "改.xlsx"
    path.write_bytes(content)
    return [str(error) for error in OpenXmlValidator().validate(path).errors] == []


def test_nothing_to_change_gives_the_very_bytes() -> None:
    content = make()
    assert edit_workbook(content, {"表": SheetEdit()}) is content


def test_setting_cells_leaves_every_other_part_byte_for_byte(tmp_path: Path) -> None:
    content = make()
    cells = {(4, 1): "=改了_x0041_", (5, 3): date(2026, 12, 31), (12, 1): 7, (6, 2): None}
    changed = edit_workbook(content, {"表": SheetEdit(cells)})  # type: ignore[arg-type]
    before, after = parts_of(content), parts_of(changed)
    assert [name for name in before if before[name] != after[name]] == ["xl/worksheets/sheet1.xml"]
    assert list(before) == list(after)
    sheet = read_book(changed, "改.xlsx", "xlsx").sheets[0]
    assert sheet.value(4, 1) == "=改了_x0041_"
    assert (sheet.value(5, 3), sheet.value(12, 1), sheet.value(6, 2)) == (
        date(2026, 12, 31),
        7,
        None,
    )
    assert openpyxl.load_workbook(io.BytesIO(changed))["表"]["A4"].fill.fgColor.rgb == "FFFF0000"
    assert valid(changed, tmp_path)


def test_a_new_row_takes_the_look_and_the_formulas_of_another(tmp_path: Path) -> None:
    new = NewRow(4, 4, {1: "新", 3: date(2026, 5, 1)}, 40, {2: "算好的", 1: "不是公式"})
    changed = edit_workbook(make(), {"表": SheetEdit(added=(new,))})
    sheet = openpyxl.load_workbook(io.BytesIO(changed))["表"]
    assert [sheet.cell(row, 1).value for row in range(1, 8)] == [
        "甲", "行2", "行3", "行4", "新", "行5", "行6",
    ]  # fmt: skip
    assert [sheet.cell(row, 2).value for row in (2, 4, 5, 6)] == [
        "=A2&$A$4", "=A4&$A$4", "=A5&$A$4", "=A6&$A$4",
    ]  # fmt: skip
    assert sheet["A5"].fill.fgColor.rgb == "FFFF0000"
    assert (sheet["C5"].value, sheet["C5"].number_format) == (datetime(2026, 5, 1), "yyyy-mm-dd")
    assert sheet.row_dimensions[5].height == 40
    values = openpyxl.load_workbook(io.BytesIO(changed), data_only=True)["表"]
    assert [values.cell(row, 2).value for row in (4, 5, 6)] == ["值4", "算好的", "值5"]
    assert valid(changed, tmp_path)


def test_everything_follows_the_rows(tmp_path: Path) -> None:
    added = (NewRow(1, 2, {1: "一"}, 20), NewRow(1, 2, {1: "二"}, 20), NewRow(6, 6, {1: "末"}, 20))
    changed = edit_workbook(make(), {"表": SheetEdit(added=added, removed=frozenset({5}))})
    book = openpyxl.load_workbook(io.BytesIO(changed))
    sheet = book["表"]
    assert [sheet.cell(row, 1).value for row in range(1, 12)] == [
        "甲", "一", "二", "行2", "行3", "行4", "行6", "末", "并", None, "=COUNTA(A2:A8)",
    ]  # fmt: skip
    assert sheet["B4"].value == "=A4&$A$6"
    assert sheet["B2"].value == "=A2&$A$6"
    assert [str(area) for area in sheet.merged_cells.ranges] == ["A9:A10"]
    assert [str(one.sqref) for one in sheet.data_validations.dataValidation] == ["A2:A8"]
    ((area, (tint,)),) = ((a.sqref, a.rules) for a in sheet.conditional_formatting)
    assert (str(area), tint.formula) == ("A2:B8", ["$A2=1"])
    assert sheet.auto_filter.ref == "A1:C8"
    assert [cell.coordinate for row in sheet for cell in row if cell.comment] == ["A1", "A6"]
    assert sheet.freeze_panes == "A2"
    assert [one.ref for row in sheet for cell in row if (one := cell.hyperlink)] == []
    assert [brk.id for brk in sheet.row_breaks.brk] == [6]
    assert sheet.print_area == "'表'!$A$1:$C$11"
    assert book.defined_names["第四"].attr_text == "表!$A$6:$A$8"
    assert book["别的 表"]["A1"].value == "=表!A7&SUM('别的 表'!B1:B9)"
    chart = text_of(changed, "xl/charts/chart1.xml")
    assert "表!$C$2:$C$8" in chart
    assert "表!$A$6" in chart
    shapes = text_of(changed, "xl/drawings/vmlDrawing1.vml")
    assert re.findall(r"<x:Row>(\d+)</x:Row>", shapes) == ["0", "5"]
    assert '<ignoredError sqref="A2:A8"' in text_of(changed, "xl/worksheets/sheet1.xml")
    assert b"xl/media/image1.png" in b"".join(name.encode() for name in parts_of(changed))
    assert valid(changed, tmp_path)


EXTENSION = (
    '<extLst><ext uri="{CCE6A557-97BC-4b89-ADB6-D9C93CAAB3DF}" '
    'xmlns:x14="http://schemas.microsoft.com/office/spreadsheetml/2009/9/main">'
    '<x14:dataValidations count="1" xmlns:xm="http://schemas.microsoft.com/office/excel/2006/main">'
    '<x14:dataValidation type="list" allowBlank="1"><x14:formula1><xm:f>表!$A$2:$A$6</xm:f>'
    "</x14:formula1><xm:sqref>A2:A6</xm:sqref></x14:dataValidation></x14:dataValidations></ext></extLst>"
)


def rewritten(content: bytes, part: str, old: str, new: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as package:
        for name, data in parts_of(content).items():
            if name == part:
                assert old in data.decode()
                data = data.decode().replace(old, new, 1).encode()
            package.writestr(name, data)
    return buffer.getvalue()


def test_drop_downs_that_excel_keeps_in_an_extension_follow_too() -> None:
    part = "xl/worksheets/sheet1.xml"
    content = rewritten(make(), part, "</worksheet>", f"{EXTENSION}</worksheet>")
    new = NewRow(2, 2, {1: "新"}, 20)
    text = text_of(edit_workbook(content, {"表": SheetEdit(added=(new,))}), part)
    assert "<xm:f>表!$A$2:$A$7</xm:f>" in text
    assert "<xm:sqref>A2:A7</xm:sqref>" in text


def test_a_formula_that_cells_share_is_each_ones_own_after_rows_moved() -> None:
    part = "xl/worksheets/sheet1.xml"
    content = make()
    for row in range(2, 7):
        own = f"<f>A{row}&amp;$A$4</f>"
        shared = (
            '<f t="shared" ref="B2:B6" si="0">A2&amp;$A$4</f>'
            if row == 2
            else '<f t="shared" si="0"/>'
        )
        content = rewritten(content, part, own, shared)
    edit = SheetEdit(added=(NewRow(3, 3, {1: "新"}, 20),), removed=frozenset({2}))
    sheet = openpyxl.load_workbook(io.BytesIO(edit_workbook(content, {"表": edit})))["表"]
    assert [sheet.cell(row, 2).value for row in range(2, 7)] == [
        "=A2&$A$4", "=A3&$A$4", "=A4&$A$4", "=A5&$A$4", "=A6&$A$4",
    ]  # fmt: skip


def test_rows_that_do_not_say_where_they_stand_are_counted() -> None:
    part = "xl/worksheets/sheet1.xml"
    content = make()
    bare = re.sub(r' r="[A-Z]*\d+"', "", text_of(content, part))
    content = rewritten(content, part, text_of(content, part), bare)
    changed = edit_workbook(content, {"表": SheetEdit({(3, 1): "改"})})
    assert read_book(changed, "改.xlsx", "xlsx").sheets[0].value(3, 1) == "改"


def test_what_is_no_workbook_is_refused() -> None:
    edit = {"表": SheetEdit({(1, 1): "改"})}
    for content in (b"PK", b"", parts_of(make())["xl/workbook.xml"]):
        with pytest.raises(ValueError, match=r"edited|zip"):
            edit_workbook(content, edit)
    with pytest.raises(ValueError, match="edited"):
        edit_workbook(make(), {"没有的表": SheetEdit({(1, 1): "改"})})


def test_openpyxl_would_lose_what_editing_in_place_keeps() -> None:
    """Why we do not load and save: stored results and the extension's drop-downs are gone."""
    part = "xl/worksheets/sheet1.xml"
    content = rewritten(make(), part, "</worksheet>", f"{EXTENSION}</worksheet>")
    with pytest.warns(UserWarning, match="Data Validation extension"):
        book = openpyxl.load_workbook(io.BytesIO(content))
    book["表"]["A2"].comment = Comment("新", "我")
    buffer = io.BytesIO()
    book.save(buffer)
    saved = buffer.getvalue()
    assert "x14:dataValidation" not in text_of(saved, part)
    assert openpyxl.load_workbook(io.BytesIO(saved), data_only=True)["表"]["B2"].value is None
