"""Workbooks as grids: what is read from an .xlsx, and that nothing in it is lost in silence."""

import io
import sys
from datetime import date, datetime, time

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from taskxl.intake.grids import Area, Book, CellError, Note, Sheet, Value
from taskxl.intake.reading import read_book
from taskxl.intake.refusals import Refused
from taskxl.intake.workbooks import SecondLook, date_value, is_date_format
from tests.packages import raw_workbook, relations
from tests.support import make_workbook

DATE_IDS = [14, 15, 16, 17, 22, *range(27, 37), *range(50, 59)]


def read(content: bytes, name: str = "表.xlsx") -> Book:
    return read_book(content, name, "xlsx")


def read_sheet(content: bytes) -> Sheet:
    (sheet,) = read(content).sheets
    return sheet


def test_rows_start_at_a1_wherever_the_first_cell_is() -> None:
    sheet = read_sheet(raw_workbook('<row r="3"><c r="C3"><v>5</v></c></row>'))
    assert sheet.rows == ((), (), (None, None, 5.0))
    assert sheet.text(3, 3) == "5"


def test_a_wrong_dimension_hides_no_cell() -> None:
    rows = '<row r="2"><c r="D2" t="inlineStr"><is><t>在外面</t></is></c></row>'
    sheet = read_sheet(raw_workbook(rows, before='<dimension ref="A1"/>'))
    assert sheet.value(2, 4) == "在外面"


def test_cells_and_rows_without_references_are_counted() -> None:
    rows = "<row><c><v>1</v></c><c><v>2</v></c></row><row><c t='b'><v>1</v></c></row>"
    assert read_sheet(raw_workbook(rows)).rows == ((1.0, 2.0), (True,))


def test_error_cells_and_formulas_without_a_value_are_seen() -> None:
    rows = (
        '<row r="1"><c r="A1" t="e"><v>#REF!</v></c><c r="B1"><f>A1+1</f></c>'
        '<c r="C1"><f>A1</f><v></v></c><c r="D1" t="str"><f>""</f><v></v></c>'
        '<c r="E1" t="str"><f>"a"</f><v>a</v></c><c r="F1"><v>7</v></c></row>'
    )
    assert read_sheet(raw_workbook(rows)).rows == (
        (CellError("#REF!"), CellError(""), CellError(""), None, "a", 7.0),
    )


def test_an_error_that_calamine_does_not_know_costs_no_other_cell() -> None:
    rows = (
        '<row r="1"><c r="A1" t="e"><v>#未知!</v></c><c r="B1" t="s"><v>0</v></c>'
        '<c r="C1" s="1"><v>44316</v></c><c r="D1" t="b"><v>0</v></c>'
        '<c r="E1" t="s"><v>99</v></c></row>'
    )
    styles = '<cellXfs><xf numFmtId="0"/><xf numFmtId="31"/></cellXfs>'
    strings = "<si><r><t>推进</t></r><r><t>中</t></r><rPh><t>tuijin</t></rPh></si>"
    sheet = read_sheet(raw_workbook(rows, styles=styles, strings=strings))
    assert sheet.rows == ((CellError("#未知!"), "推进中", date(2021, 4, 30), False),)


@pytest.mark.parametrize("every_cell", [False, True], ids=["calamine", "second look"])
@pytest.mark.parametrize("identifier", DATE_IDS)
def test_dates_are_dates_in_every_built_in_format(identifier: int, every_cell: bool) -> None:
    styles = f'<cellXfs><xf numFmtId="{identifier}"/></cellXfs>'
    content = raw_workbook('<row r="1"><c r="A1" s="0"><v>44316</v></c></row>', styles=styles)
    if every_cell:
        workbook = SecondLook(content)
        cells = workbook.look(workbook.sheets[0], every_cell=True).cells
        assert cells == {(1, 1): date(2021, 4, 30)}
    else:
        assert read_sheet(content).value(1, 1) == date(2021, 4, 30)


@pytest.mark.parametrize(
    ("code", "shows"),
    [
        ('yyyy"年"m"月"d"日"', True),
        ("yyyy年m月d日;@", True),
        ('[$-804]yyyy"年"m"月";@', True),
        ("[DBNum1][$-804]m月d日", True),
        ("上午/下午h时mm分", True),
        ("[h]:mm", True),
        ("A/P", True),
        ("0年", False),
        ("General", False),
        ('0"天"', False),
        ('[Red]0.00"days"', False),
        ("\\d0", False),
        ("@", False),
    ],
)
def test_a_number_format_shows_a_date_or_not(code: str, shows: bool) -> None:
    assert is_date_format(code) is shows
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as workbook:
        sheet = workbook.add_worksheet()
        sheet.write_number(0, 0, 44316.25, workbook.add_format({"num_format": code}))
    value = read_sheet(buffer.getvalue()).value(1, 1)
    assert isinstance(value, float) is not shows, value


def test_books_of_1904_count_their_own_days() -> None:
    styles = '<cellXfs><xf numFmtId="14"/></cellXfs>'
    rows = '<row r="1"><c r="A1" s="0"><v>42854</v></c></row>'
    content = raw_workbook(rows, styles=styles, settings='date1904="1"')
    assert read_sheet(content).value(1, 1) == date(2021, 4, 30)
    workbook = SecondLook(content)
    assert workbook.look(workbook.sheets[0], every_cell=True).cells[1, 1] == date(2021, 4, 30)


@pytest.mark.parametrize(
    ("number", "value"),
    [
        (44316, date(2021, 4, 30)),
        (44316.5, datetime(2021, 4, 30, 12)),
        (0.75, time(18)),
        (1e15, 1e15),
    ],
)
def test_serial_numbers_are_days_since_1900(number: float, value: Value) -> None:
    assert date_value(number) == value


def test_strict_files_read_like_others() -> None:
    rows = '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="e"><v>#N/A</v></c></row>'
    content = raw_workbook(rows, strings="<si><t>严格</t></si>", strict=True)
    assert read_sheet(content).rows == (("严格", CellError("#N/A")),)


def test_a_sheet_in_utf_16_is_read() -> None:
    sheet = (
        '<?xml version="1.0" encoding="utf-16"?><worksheet xmlns="http://schemas.openxmlformats.org'
        '/spreadsheetml/2006/main"><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>宽字符</t>'
        '</is></c><c r="B1" t="e"><v>#NUM!</v></c></row></sheetData></worksheet>'
    ).encode("utf-16")
    content = raw_workbook("", extra={"xl/worksheets/sheet1.xml": sheet})
    assert read_sheet(content).rows == (("宽字符", CellError("#NUM!")),)


def test_cells_at_far_corners_are_read_without_the_area_between() -> None:
    rows = (
        '<row r="1"><c r="A1"><v>1</v></c></row>'
        '<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>远</t></is></c></row>'
    )
    sheet = read_sheet(raw_workbook(rows))
    assert sheet.value(1, 1) == 1
    assert sheet.value(1_048_576, 16_384) == "远"


def test_merges_and_the_texts_under_them() -> None:
    rows = (
        '<row r="1"><c r="A1" t="inlineStr"><is><t>上</t></is></c></row>'
        '<row r="2"><c r="A2" t="inlineStr"><is><t>下面的字</t></is></c></row>'
    )
    after = '<mergeCells><mergeCell ref="A1:B2"/><mergeCell ref="D4"/></mergeCells>'
    sheet = read_sheet(raw_workbook(rows, after=after))
    assert sheet.merges == (Area(1, 1, 2, 2),)
    assert sheet.rows == (("上",), ("下面的字",))


def test_what_is_hidden_is_read_and_said() -> None:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as workbook:
        seen, hidden, deep = (workbook.add_worksheet(n) for n in ("进展情况表", "旧表", "_taskxl"))
        hidden.hide()
        deep.very_hidden()
        seen.write_row(0, 0, ["甲", "乙", "丙"])
        seen.write_row(1, 0, ["丁"])
        seen.set_row(1, None, None, {"hidden": True})
        seen.set_column("B:C", None, None, {"hidden": True})
        deep.write_string(0, 0, "form-1")
    book = read(buffer.getvalue())
    assert [(s.name, s.state) for s in book.sheets] == [
        ("进展情况表", "visible"),
        ("旧表", "hidden"),
        ("_taskxl", "very hidden"),
    ]
    assert book.sheets[0].hidden_rows == {2}
    assert book.sheets[0].hidden_columns == {2, 3}
    assert book.sheets[0].rows == (("甲", "乙", "丙"), ("丁",))
    assert book.sheets[2].value(1, 1) == "form-1"


def test_comments_text_boxes_and_headers_are_notes() -> None:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as workbook:
        sheet = workbook.add_worksheet("表")
        sheet.write_string("A1", "内容")
        sheet.write_comment("B2", "请领导再看", {"author": "张三"})
        sheet.insert_textbox("C4", "另附说明\n两行")
        sheet.set_header('&C&"宋体"&12云溪县教育局')
        sheet.set_footer("&C第 &P 页 共 &N 页")
        workbook.set_custom_property("taskxl", "form-1")
        workbook.set_custom_property("版本", 2)
    book = read(buffer.getvalue())
    assert set(book.sheets[0].notes) == {
        Note("text box", "C4", "另附说明\n两行"),
        Note("comment", "B2", "请领导再看"),
        Note("header", None, "云溪县教育局"),
    }
    assert book.properties == {"taskxl": "form-1", "版本": "2"}


def test_a_thread_of_comments_is_read_once_and_whole() -> None:
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    thread = "http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments"
    extra = {
        "xl/worksheets/_rels/sheet1.xml.rels": relations(
            ("comments", "../comments1.xml"), ("threadedComment", "../threads/t1.xml")
        ),
        "xl/comments1.xml": f'<comments xmlns="{main}"><commentList><comment ref="A1"><text><t>'
        "[Threaded comment] Your version of Excel…</t></text></comment>"
        '<comment ref="B1"><text><t>旧批注</t></text></comment></commentList></comments>',
        "xl/threads/t1.xml": f'<ThreadedComments xmlns="{thread}"><threadedComment ref="A1">'
        '<text>问</text></threadedComment><threadedComment ref="A1"><text>答</text>'
        "</threadedComment></ThreadedComments>",
    }
    assert read_sheet(raw_workbook("", extra=extra)).notes == (
        Note("comment", "A1", "问"),
        Note("comment", "A1", "答"),
        Note("comment", "B1", "旧批注"),
    )


def test_a_damaged_comments_part_costs_a_remark_and_no_cell() -> None:
    extra = {
        "xl/worksheets/_rels/sheet1.xml.rels": relations(("comments", "../comments1.xml")),
        "xl/comments1.xml": "<comments><没有结束",
    }
    book = read(raw_workbook('<row r="1"><c r="A1"><v>1</v></c></row>', extra=extra))
    assert book.sheets[0].rows == ((1.0,),)
    assert "批注" in book.remarks[0]


def test_control_characters_go_and_are_counted_and_line_ends_are_one() -> None:
    rows = (
        '<row r="1"><c r="A1" t="inlineStr"><is><t>一_x000D__x000A_二_x0007_</t></is></c>'
        '<c r="B1" t="inlineStr"><is><t>_x005F_x000D_</t></is></c></row>'
    )
    book = read(raw_workbook(rows))
    assert book.sheets[0].rows == (("一\n二", "_x000D_"),)
    assert "1 处" in book.remarks[0]


@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/worksheets/sheet1.xml"])
def test_a_damaged_part_is_refused_in_chinese(part: str) -> None:
    with pytest.raises(Refused) as refused:
        read(raw_workbook("", extra={part: "<没有结束"}))
    assert refused.value.code == "R201"
    assert "请" in refused.value.reason


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_any_damage_ends_in_a_book_or_a_refusal(data: st.DataObject) -> None:
    content = bytearray(raw_workbook('<row r="1"><c r="A1"><v>1</v></c></row>'))
    for _ in range(data.draw(st.integers(1, 8))):
        place = data.draw(st.integers(0, len(content) - 1))
        content[place] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(content)))
    try:
        book = read(bytes(content[:cut] if data.draw(st.booleans()) else content))
    except Refused:
        return
    assert book.sheets


_CELLS = st.dictionaries(
    st.tuples(st.integers(0, 30), st.integers(0, 12)),
    st.one_of(
        st.text(st.characters(categories=["L", "N", "P", "Zs"]), min_size=1, max_size=20),
        st.floats(allow_nan=False, allow_infinity=False, width=32),
        st.booleans(),
    ),
    max_size=30,
)


@settings(max_examples=40, deadline=None)
@given(_CELLS)
def test_both_ways_of_reading_agree_and_lose_nothing(
    cells: dict[tuple[int, int], str | float | bool],
) -> None:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as workbook:
        sheet = workbook.add_worksheet("表")
        for (row, column), value in cells.items():
            if isinstance(value, bool):
                sheet.write_boolean(row, column, value)
            elif isinstance(value, float):
                sheet.write_number(row, column, value)
            else:
                sheet.write_string(row, column, value)
    content = buffer.getvalue()
    bulk = {(r, c): v for r, c, v in read_sheet(content).cells()}
    parts = SecondLook(content)
    looked = dict(parts.look(parts.sheets[0], every_cell=True).cells)
    wanted = {(r + 1, c + 1): v for (r, c), v in cells.items()}
    assert bulk == pytest.approx(wanted)
    assert looked == pytest.approx(wanted)


def test_a_library_that_is_not_installed_is_no_fault_of_the_file(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "taskxl.intake.spreadsheets", None)
    with pytest.raises(ImportError):
        read_book(make_workbook({"表": "| 甲 |"}), "a.xlsx", "xlsx")
