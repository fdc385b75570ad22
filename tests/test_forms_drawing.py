"""The drawing engine: placeholders filled, rows cloned, everything else left as it was drawn."""

import io
import re
import warnings
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.worksheet.worksheet import Worksheet
from openxml_audit import OpenXmlValidator

from taskxl.errors import TaskxlError
from taskxl.forms.identity import Identity, Layout, RowMark, identity_sheets, read_property
from taskxl.forms.template.placeholders import KNOWN, clean_text, find_words
from taskxl.forms.template.template import check_template, compile_template
from taskxl.intake.reading import read_book
from taskxl.resources import template
from tests.clerks import convert
from tests.draw_template import draw_template
from tests.drawings import (
    change_parts,
    draw_elaborate,
    draw_table,
    make_prefixed,
    make_strict,
    read_part,
)

SIMPLE = {"A1": "{{标题}}", "A2": "名称", "A3": "{{任务.名称}}", "B3": "{{任务.进展}}", "A5": "完"}
SHIPPED = compile_template(template("附件2.xlsx"))
MARK = RowMark("task", "3", {"名称": "0123456789ab"}, "3", "建校")
IDENTITY = Identity.make("云溪县教育局", "基教股", "2021-04", [MARK])
VALUES = {"标题": "进展情况表", "单位": "云溪县", "股室": "基教股", "报告期": "1-4月"}


def tasks(*names: str, **more: str) -> list[dict[str, str]]:
    return [{"名称": name, "编号": str(n), **more} for n, name in enumerate(names, 1)]


def fill(
    content: bytes,
    records: Sequence[Mapping[str, str]],
    values: Mapping[str, str] = VALUES,
    **blocks: Sequence[Mapping[str, str]],
) -> bytes:
    return compile_template(content).fill(values, {"任务": records, **blocks}, IDENTITY)


def load(content: bytes, sheet: str | int = 0) -> Worksheet:
    with warnings.catch_warnings():
        # openpyxl tells that it would lose what it does not know; here it only looks.
        warnings.filterwarnings("ignore", message=".*extension is not supported")
        book = openpyxl.load_workbook(io.BytesIO(content))
    found = book.worksheets[sheet] if isinstance(sheet, int) else book[sheet]
    assert isinstance(found, Worksheet)
    return found


def column(sheet: Worksheet, letter: str) -> list[object]:
    return [cell.value for cell in sheet[letter]]


def parts(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        assert package.testzip() is None
        return {name: package.read(name) for name in package.namelist()}


# ---------------------------------------------------------------- rows


def test_a_prototype_row_becomes_a_row_for_each_record_and_what_is_below_moves() -> None:
    sheet = load(fill(draw_table(SIMPLE), tasks("建校", "招生", "体检")))
    assert column(sheet, "A") == ["进展情况表", "名称", "建校", "招生", "体检", None, "完"]


def test_an_elaborate_drawing_keeps_its_make_up() -> None:
    sheet = load(fill(draw_elaborate(), tasks("建校", "招生", "体检")))
    assert column(sheet, "A")[5:] == ["建校", "招生", "体检", "合计", "基教股（盖章）"]
    assert {"D6:E6", "D7:E7", "D8:E8", "A3:A5", "A1:G1"} <= {
        str(area) for area in sheet.merged_cells.ranges
    }
    assert [sheet[f"G{row}"].value for row in (6, 7, 8, 9)] == [
        '=IF(TRIM(D6)="",1,0)',
        '=IF(TRIM(D7)="",1,0)',
        '=IF(TRIM(D8)="",1,0)',
        "=SUM(G6:G8)",
    ]
    assert [sheet[f"F{row}"].value for row in (6, 7, 8)] == ["请填写"] * 3
    assert [sheet.row_dimensions[row].height for row in (6, 7, 8)] == [30, 30, 30]
    assert {sheet[f"D{row}"].protection.locked for row in (6, 7, 8)} == {False}
    assert len({sheet[f"A{row}"].style_id for row in (6, 7, 8)}) == 1
    (rule,) = sheet.conditional_formatting
    assert (str(rule.sqref), rule.rules[0].formula) == ("C6:E8", ['TRIM($D6)=""'])
    (validation,) = sheet.data_validations.dataValidation
    assert (str(validation.sqref), validation.formula1) == ("B6:B8", "字典!$A$1:$A$4")
    assert (sheet.auto_filter.ref, sheet.print_title_rows) == ("A5:G8", "$3:$5")
    assert sheet.print_area == "'月报'!$A$1:$G$10"
    assert [page_break.id for page_break in sheet.row_breaks.brk] == [9]
    assert sheet.freeze_panes == "B6"
    assert sheet.protection.sheet
    book = sheet.parent
    assert book is not None
    assert book.defined_names["合计项"].attr_text == "月报!$G$9"
    assert book.defined_names["全部进展"].attr_text == "月报!$D$6:$D$8"


def test_a_drop_down_kept_in_an_extension_grows_with_the_rows() -> None:
    xml = read_part(fill(draw_elaborate(), tasks("建校", "招生")), "xl/worksheets/sheet1.xml")
    assert "<xm:f>字典!$A$1:$A$4</xm:f></x14:formula1><xm:sqref>C6:C7</xm:sqref>" in xml


def test_shapes_and_notes_below_the_rows_move_with_them_and_others_stay() -> None:
    content = draw_elaborate()
    before = read_part(content, "xl/drawings/drawing1.xml")
    filled = fill(content, tasks("建校", "招生", "体检"))
    after = read_part(filled, "xl/drawings/drawing1.xml")
    rows = re.compile(r"<xdr:row>(\d+)</xdr:row>")
    moved = [
        int(new) - int(old)
        for old, new in zip(rows.findall(before), rows.findall(after), strict=True)
    ]
    assert moved == [0, 0, 0, 0, 2, 2]
    assert rows.sub("", before) == rows.sub("", after)
    assert re.findall(r'ref="(\w+)"', read_part(filled, "xl/comments1.xml")) == ["B4", "A10"]
    notes = read_part(filled, "xl/drawings/vmlDrawing1.vml")
    assert re.findall(r"<x:Row>(\d+)</x:Row>", notes) == ["3", "9"]


def test_one_record_leaves_all_parts_but_sheet_strings_and_identity_byte_for_byte() -> None:
    content = draw_elaborate()
    before, after = parts(content), parts(fill(content, tasks("建校")))
    changed = {name for name in before if before[name] != after.get(name)}
    assert changed == {
        "[Content_Types].xml",
        "_rels/.rels",
        "xl/_rels/workbook.xml.rels",
        "xl/workbook.xml",
        "xl/worksheets/sheet1.xml",
        "xl/sharedStrings.xml",
    }
    assert set(after) - set(before) == {"docProps/custom.xml", "xl/worksheets/sheet_taskxl.xml"}


def test_many_records_change_no_further_part_where_nothing_hangs_below_the_rows() -> None:
    before = parts(template("附件2.xlsx"))
    records = tasks("建校", "招生", "体检", 标识="1")
    after = parts(
        compile_template(template("附件2.xlsx")).fill(
            VALUES, {"任务": records, "节点": records, "协办": records}, IDENTITY
        )
    )
    kept = {name for name in before if before[name] == after[name]}
    assert kept == {name for name in before if re.search(r"styles|theme|docProps", name)}


def test_groups_stand_above_their_rows_and_rules_leave_them_out() -> None:
    records = [*tasks("建校", "招生", 分组="甲"), *tasks("体检", 分组="乙")]
    sheet = load(fill(draw_template(), records))
    assert column(sheet, "A")[5:10] == ["甲", "1", "2", "乙", "1"]
    assert "E7:E8 E10" in {str(v.sqref) for v in sheet.data_validations.dataValidation}
    assert {"A6:H6", "A9:H9"} <= {str(area) for area in sheet.merged_cells.ranges}
    assert sheet.auto_filter.ref == "A5:H10"
    assert sheet.row_dimensions[9].height == 22.5


def test_without_groups_the_group_row_is_left_out() -> None:
    sheet = load(fill(draw_template(), tasks("建校", "招生", 标识="x")))
    assert column(sheet, "B")[5:8] == ["建校", "招生", None]
    assert not any(area.min_row in (6, 7) for area in sheet.merged_cells.ranges)


def test_an_empty_block_leaves_one_blank_row() -> None:
    sheet = load(fill(draw_table(SIMPLE), []))
    assert column(sheet, "A") == ["进展情况表", "名称", None, None, "完"]


def test_two_blocks_on_one_sheet_move_each_other() -> None:
    cells = {**SIMPLE, "A6": "{{节点.内容}}", "A8": "=COUNTA(A3:A3)+COUNTA($A$6:$A$6)+A5"}
    milestones = [{"内容": "一是立项"}, {"内容": "二是开工"}, {"内容": "三是完工"}]
    sheet = load(fill(draw_table(cells), tasks("建校", "招生"), 节点=milestones))
    assert column(sheet, "A")[2:9] == [
        "建校",
        "招生",
        None,
        "完",
        "一是立项",
        "二是开工",
        "三是完工",
    ]
    assert sheet["A11"].value == "=COUNTA(A3:A4)+COUNTA($A$7:$A$9)+A6"


def test_formulas_on_other_sheets_follow_the_rows() -> None:
    def add_formula(name: str, part: bytes) -> bytes:
        if name != "xl/worksheets/sheet2.xml":
            return part
        cell = b'<c r="B1"><f>COUNTA(\xe6\x9c\x88\xe6\x8a\xa5!$D$6:$D$6)&amp;"A6"</f><v>1</v></c>'
        return part.replace(b"</c></row>", b"</c>" + cell + b"</row>", 1)

    content = change_parts(draw_elaborate(), add_formula)
    xml = read_part(fill(content, tasks("建校", "招生", "体检")), "xl/worksheets/sheet2.xml")
    assert '<c r="B1"><f>COUNTA(月报!$D$6:$D$8)&amp;&quot;A6&quot;</f></c>' in xml


def test_a_table_object_grows_with_its_rows() -> None:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        page = book.add_worksheet("表")
        page.add_table("A2:B3", {"columns": [{"header": "名称"}, {"header": "进展"}]})
        page.write("A3", "{{任务.名称}}")
        page.write("B3", "{{任务.进展}}")
    content = fill(buffer.getvalue(), tasks("建校", "招生", "体检"))
    (table,) = load(content).tables.values()
    assert (table.ref, table.autoFilter.ref) == ("A2:B5", "A2:B5")


def test_a_formula_shared_by_several_cells_is_written_out() -> None:
    content = draw_table({**SIMPLE, "C3": "=A3", "C4": "=A4"})

    def share(name: str, part: bytes) -> bytes:
        part = part.replace(b"<f>A3</f>", b'<f t="shared" ref="C3:C4" si="0">A3&amp;A$1</f>')
        return part.replace(b"<f>A4</f>", b'<f t="shared" si="0"/>')

    sheet = load(fill(change_parts(content, share), tasks("建校", "招生")))
    assert column(sheet, "C")[2:5] == ["=A3&A$1", "=A4&A$1", "=A5&A$1"]


def test_the_list_of_formula_cells_goes_only_when_it_would_be_wrong() -> None:
    chain = "xl/calcChain.xml"

    def add_chain(name: str, part: bytes) -> bytes:
        if name == "xl/_rels/workbook.xml.rels":
            kind = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships/calcChain"
            link = b'<Relationship Id="rId99" Type="%s" Target="calcChain.xml"/>' % kind
            return part.replace(b"</Relationships>", link + b"</Relationships>")
        return b"<calcChain/>" if name == "docProps/app.xml" else part

    def with_chain(cells: dict[str, str]) -> bytes:
        content = change_parts(draw_table(cells), add_chain)
        buffer = io.BytesIO(content)
        with zipfile.ZipFile(buffer, "a") as package:
            package.writestr(chain, "<calcChain/>")
        return buffer.getvalue()

    assert chain in parts(fill(with_chain({**SIMPLE, "B1": "=1+1"}), tasks("建校", "招生")))
    assert chain not in parts(fill(with_chain({**SIMPLE, "B5": "=1+1"}), tasks("建校", "招生")))


def test_rows_grow_with_their_text_and_never_shrink() -> None:
    long = "推进学校建设和开办，扩大公办学位供给。" * 12
    records = [{"名称": "短", "计划": "短"}, {"名称": "长", "计划": long, "标识": "2"}]
    sheet = load(fill(draw_template(), records))
    short_height, long_height = (sheet.row_dimensions[row].height for row in (6, 7))
    assert short_height is not None
    assert long_height is not None
    assert short_height < 30
    # 228 characters, 19 to a line of 40 units: 12 lines of at least 13 points.
    assert 12 * 13 <= long_height <= 12 * 18


@pytest.mark.parametrize(("font", "lines"), [(b"Calibri", 10), (b"SimSun", 9)])
def test_a_column_is_as_wide_as_the_digits_of_the_workbooks_own_font(
    font: bytes, lines: int
) -> None:
    """A width of 20 is 140 pixels in Calibri and 160 in SimSun: 9 and 10 characters a line."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        page = book.add_worksheet("表")
        page.set_column("A:A", 20)
        wrapped = book.add_format({"text_wrap": True, "font_name": "仿宋", "font_size": 10.5})
        page.write("A1", "{{任务.名称}}", wrapped)

    def change(name: str, part: bytes) -> bytes:
        return part.replace(b'<name val="Calibri"/>', b'<name val="%s"/>' % font)

    sheet = load(fill(change_parts(buffer.getvalue(), change), tasks("字" * 88)))
    height = sheet.row_dimensions[1].height
    assert height is not None
    assert lines == int(height / 14.28)


# ---------------------------------------------------------------- texts


HOSTILE = {
    "=1+1": "=1+1",
    "+86": "+86",
    "-做好": "-做好",
    "@SUM(A1)": "@SUM(A1)",
    '=HYPERLINK("http://a.cn")': '=HYPERLINK("http://a.cn")',
    "a_x000D_b": "a_x000D_b",
    "甲\r\n乙\r丙\x0b丁": "甲\n乙\n丙\n丁",
    "a\x00\x07b\ufffe\ud800c": "abc",
    "<b>&amp;</b>": "<b>&amp;</b>",
    "  前后 ": "  前后 ",
    "{{标题}}": "{{标题}}",
    "𠮷\ue000": "𠮷\ue000",
    "007": "007",
}


@pytest.mark.parametrize("text", HOSTILE)
def test_a_value_is_text_and_stays_as_it_reads(text: str) -> None:
    content = fill(draw_table(SIMPLE), tasks(text), {"标题": text})
    book = read_book(content, "表.xlsx", "xlsx")
    assert [book.sheets[0].value(row, 1) for row in (1, 3)] == [HOSTILE[text]] * 2
    assert "<f" not in read_part(content, "xl/worksheets/sheet1.xml")


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.text(st.characters(codec="utf-8"), max_size=30),
            st.sampled_from(["", "甲", "乙"]),
        ),
        max_size=12,
    )
)
def test_every_text_stands_in_its_row_whatever_it_is(given_rows: list[tuple[str, str]]) -> None:
    records = [
        {"名称": f"第{n}项", "进展": text, "分组": group, "标识": str(n)}
        for n, (text, group) in enumerate(given_rows)
    ]
    content = SHIPPED.fill(VALUES, {"任务": records}, IDENTITY)
    sheet = read_book(content, "表.xlsx", "xlsx").sheets[0]
    found = {sheet.text(row, 9): row for row in range(6, len(sheet.rows) + 1)}
    for record in records:
        row = found[record["标识"]]
        assert sheet.text(row, 2) == record["名称"]
        expected = clean_text(record["进展"])
        assert sheet.text(row, 6) == (expected if expected.strip() else "")
    assert read_part(content, "xl/worksheets/sheet1.xml").count("<f>") == 1  # the live count


def test_a_text_past_excels_limit_says_that_it_is_cut() -> None:
    sheet = read_book(fill(draw_table(SIMPLE), tasks("长" * 40_000)), "表.xlsx", "xlsx").sheets[0]
    assert len(sheet.text(3, 1)) == 32_767
    assert sheet.text(3, 1).endswith("（文字过长，未全部列出）")


def test_a_cell_without_text_is_blank_and_keeps_its_style() -> None:
    sheet = load(fill(draw_elaborate(), tasks("建校", 进展=" ")))
    assert sheet["D6"].value is None
    assert sheet["D6"].border.left.style == "thin"


def test_no_placeholder_is_left_anywhere() -> None:
    content = fill(draw_elaborate(), tasks("建校"))
    assert not [name for name, part in parts(content).items() if b"{{" in part]


def test_headers_take_values_with_their_signs() -> None:
    content = fill(draw_elaborate(), tasks("建校"), {**VALUES, "股室": "基&教"})
    # The blank keeps 1-4月 from becoming part of the font size 12.
    header = "<oddHeader>&amp;L&amp;12 1-4月&amp;R基&amp;&amp;教</oddHeader>"
    assert header in read_part(content, "xl/worksheets/sheet1.xml")


def test_formats_inside_a_cell_are_kept_and_a_split_placeholder_is_found() -> None:
    rich = (
        "<si><r><rPr><b/></rPr><t>股室：{{股</t></r><r><rPr><u/></rPr><t>室}}</t></r>"
        '<r><t xml:space="preserve"> 期</t></r></si>'
    )

    def change(name: str, part: bytes) -> bytes:
        if name != "xl/sharedStrings.xml":
            return part
        return part.replace("<si><t>{{标题}}</t></si>".encode(), rich.encode())

    content = fill(change_parts(draw_table(SIMPLE), change), tasks("建校"))
    assert load(content)["A1"].value == "股室：基教股 期"
    strings = read_part(content, "xl/sharedStrings.xml")
    assert '<rPr><b/></rPr><t xml:space="preserve">股室：基教股</t>' in strings


def test_strings_written_inside_the_cells_are_filled_too() -> None:
    def inline(name: str, part: bytes) -> bytes | None:
        if name == "xl/sharedStrings.xml":
            return None
        if name in ("[Content_Types].xml", "xl/_rels/workbook.xml.rels"):
            return re.sub(rb"<(Override|Relationship) [^>]*sharedStrings[^>]*/>", b"", part)
        if name == "xl/worksheets/sheet1.xml":
            names = iter(SIMPLE.values())
            return re.sub(
                rb' t="s"><v>\d+</v>',
                lambda _: f' t="inlineStr"><is><t>{next(names)}</t></is>'.encode(),
                part,
            )
        return part

    content = fill(change_parts(draw_table(SIMPLE), inline), tasks("建校", "招生"))
    assert column(load(content), "A") == ["进展情况表", "名称", "建校", "招生", None, "完"]


def test_full_width_braces_and_blanks_count_the_same() -> None:
    sheet = load(fill(draw_table({"A1": "｛｛ 标题 ｝｝", "A2": "{{任务．名称}}"}), tasks("建校")))
    assert column(sheet, "A") == ["进展情况表", "建校"]


# ---------------------------------------------------------------- the package


def test_the_same_values_give_the_same_bytes() -> None:
    records = tasks("建校", "招生", 标识="1")
    assert fill(draw_template(), records) == fill(draw_template(), records)
    drawing = compile_template(draw_template())
    first = drawing.fill(VALUES, {"任务": records}, IDENTITY)
    drawing.fill({"标题": "别的"}, {"任务": tasks("别的"), "协办": tasks("别的")}, IDENTITY)
    assert drawing.fill(VALUES, {"任务": records}, IDENTITY) == first


@pytest.mark.parametrize("make", [draw_elaborate, draw_template], ids=["elaborate", "shipped"])
def test_the_identity_travels_inside(make: Callable[[], bytes]) -> None:
    book = read_book(fill(make(), tasks("建校")), "表.xlsx", "xlsx")
    assert [replace(one, layout=Layout()) for one in identity_sheets(book)] == [IDENTITY]
    assert book.sheets[-1].state == "very hidden"
    found = read_property(book.properties["taskxl"])
    assert found is not None
    assert (found.office, found.period, found.form_id) == ("基教股", "2021-04", IDENTITY.form_id)


def test_marks_in_a_drawing_made_from_an_issued_form_give_way_to_new_ones() -> None:
    old = Identity.make("云溪县教育局", "人事股", "2020-12", [])
    once = compile_template(draw_table(SIMPLE)).fill({}, {"任务": tasks("建校")}, old)

    def draw_again(name: str, part: bytes) -> bytes:
        return part.replace("建校".encode(), "{{任务.名称}}".encode())

    book = read_book(fill(change_parts(once, draw_again), tasks("招生")), "表.xlsx", "xlsx")
    assert [replace(one, layout=Layout()) for one in identity_sheets(book)] == [IDENTITY]
    assert "人事股" not in repr(book)


def test_custom_properties_of_the_drawing_are_kept() -> None:
    content = fill(draw_table(SIMPLE), tasks("建校"))

    def rename(name: str, part: bytes) -> bytes:
        return part.replace(b'name="taskxl"', 'name="版本"'.encode()) if "custom" in name else part

    again = change_parts(
        change_parts(content, rename),
        lambda name, part: part.replace("建校".encode(), "{{任务.名称}}".encode()),
    )
    properties = read_book(fill(again, tasks("招生")), "表.xlsx", "xlsx").properties
    assert set(properties) == {"版本", "taskxl"}


def test_the_sheet_of_a_block_that_is_not_given_is_left_out() -> None:
    content = fill(draw_template(), tasks("建校"), 节点=[])
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert book.sheetnames == ["进展情况表", "节点完成情况", "填报说明", "_taskxl"]
    assert "还差.协办提示" not in book.defined_names
    assert book["填报说明"].print_area == "'填报说明'!$A$1:$B$16"
    assert "协办" not in read_part(content, "xl/workbook.xml")


def test_a_sheet_that_formulas_refer_to_is_not_left_out() -> None:
    content = fill(draw_template(), tasks("建校"))  # 填报说明 counts on 节点完成情况
    assert "节点完成情况" in openpyxl.load_workbook(io.BytesIO(content)).sheetnames


@pytest.mark.parametrize("change", [make_strict, make_prefixed], ids=["strict", "prefixed"])
def test_other_dialects_are_filled_alike(change: Callable[[bytes], bytes]) -> None:
    usual = read_book(fill(draw_elaborate(), tasks("建校", "招生")), "表.xlsx", "xlsx")
    other = read_book(fill(change(draw_elaborate()), tasks("建校", "招生")), "表.xlsx", "xlsx")
    assert other.sheets == usual.sheets
    assert other.properties == usual.properties


@pytest.mark.parametrize("make", [draw_elaborate, draw_template], ids=["elaborate", "shipped"])
def test_a_filled_form_passes_the_validator(make: Callable[[], bytes], tmp_path: Path) -> None:
    path = tmp_path / "表.xlsx"
    path.write_bytes(fill(make(), tasks("建校", "招生", "体检", 分组="甲", 标识="1"), 节点=[]))
    assert [str(error) for error in OpenXmlValidator().validate(path).errors] == []


def test_single_cell_attributes_stay_single() -> None:
    records = [*tasks("建校", "招生", 分组="甲"), *tasks("体检", 分组="乙")]
    xml = read_part(fill(draw_template(), records), "xl/worksheets/sheet1.xml")
    assert re.findall(r'(?:topLeftCell|activeCell)="([^"]*)"', xml) == ["A6"]


def test_a_drawing_saved_by_libreoffice_gives_the_same_form(tmp_path: Path) -> None:
    source = tmp_path / "画.xlsx"
    source.write_bytes(draw_template())
    kind = "xlsx:Calc MS Excel 2007 XML"
    drawn = convert(source, kind, tmp_path / "out", tmp_path / "profile")
    records = [*tasks("建校", "招生", 分组="甲", 标识="1"), *tasks("体检", 分组="乙", 标识="2")]
    ours = fill(draw_template(), records, 节点=tasks("建校", 标识="1/1"))
    theirs = fill(drawn.read_bytes(), records, 节点=tasks("建校", 标识="1/1"))
    (tmp_path / "表.xlsx").write_bytes(theirs)
    remarks = [
        {str(error) for error in OpenXmlValidator().validate(path).errors}
        for path in (drawn, tmp_path / "表.xlsx")
    ]
    assert remarks[1] <= remarks[0]
    for name in ("进展情况表", "节点完成情况", "填报说明"):
        mine, other = load(ours, name), load(theirs, name)
        # openpyxl makes an object of an array formula.
        shown, others = (
            [[getattr(value, "text", value) for value in row] for row in sheet.values]
            for sheet in (mine, other)
        )
        assert shown == others
        assert set(map(str, mine.merged_cells.ranges)) == set(map(str, other.merged_cells.ranges))
        assert mine.print_area == other.print_area
        assert mine.auto_filter.ref == other.auto_filter.ref
        assert {str(v.sqref) for v in mine.data_validations.dataValidation} == {
            str(v.sqref) for v in other.data_validations.dataValidation
        }


# ---------------------------------------------------------------- faults

FAULTS = {
    "misspelt": (
        {**SIMPLE, "B1": "{{报告其}}"},
        "附件2.xlsx〔表〕B1：占位符 {{报告其}} 不认识。是不是 {{报告期}}？（F501）",
    ),
    "misspelt in a row": (
        {"A1": "{{任务名称}}"},
        "附件2.xlsx〔表〕A1：占位符 {{任务名称}} 不认识。是不是 {{任务.名称}}？"
        "（F501）（另有 1 处，可用 taskxl check 查看）",
    ),
    "unfinished": (
        {**SIMPLE, "B1": "期间：{{报告期}"},
        "附件2.xlsx〔表〕B1：“期间：{{报告期}”里的占位符没有写完整。"
        "请写成 {{标题}} 的样子，两边各两个花括号。（F501）",
    ),
    "no prototype": (
        {"A1": "{{标题}}"},
        "附件2.xlsx〔表〕A1：没有任务的样板行。"
        "请在表头下面留一行，写上 {{任务.编号}}、{{任务.名称}} 等占位符。（F502）",
    ),
    "two prototypes": (
        {**SIMPLE, "A4": "{{任务.名称}}"},
        "附件2.xlsx〔表〕A4：“任务”的样板行有两处，另一处在〔表〕A3。请只留一行。（F502）",
    ),
    "two in a row": (
        {**SIMPLE, "C3": "{{节点.内容}}"},
        "附件2.xlsx〔表〕C3：一行里写了几种样板（任务、节点）。请一种样板占一行。（F502）",
    ),
    "group elsewhere": (
        {**SIMPLE, "C1": "{{分组.名称}}"},
        "附件2.xlsx〔表〕C1：{{分组.名称}} 所在的分组行下面不是样板行。"
        "请把分组行放在紧挨样板行的上一行。（F502）",
    ),
    "in a formula": (
        {**SIMPLE, "C1": '="{{标题}}"'},
        "附件2.xlsx〔表〕C1：公式里的占位符 {{标题}} 不会被填写。请把它单独放在一个单元格里，由公式引用。（F503）",
    ),
}


@pytest.mark.parametrize("case", FAULTS)
def test_a_fault_is_one_line_with_sheet_and_cell(case: str) -> None:
    cells, message = FAULTS[case]
    with pytest.raises(TaskxlError) as raised:
        compile_template(draw_table(cells))
    assert str(raised.value) == message


def test_prototype_rows_merged_with_others_are_a_fault() -> None:
    content = draw_table(SIMPLE)

    def merge(name: str, part: bytes) -> bytes:
        merged = b'</sheetData><mergeCells count="1"><mergeCell ref="A3:A4"/></mergeCells>'
        return part.replace(b"</sheetData>", merged)

    with pytest.raises(TaskxlError, match="〔表〕A3：样板行与上下行合并了单元格"):
        compile_template(change_parts(content, merge))


def test_a_placeholder_in_a_text_box_is_found_by_the_check() -> None:
    def change(name: str, part: bytes) -> bytes:
        return part.replace("公章".encode(), "{{标题}}".encode())

    found = check_template(change_parts(draw_elaborate(), change))
    assert [finding.code for finding in found] == ["F504", "F503"]


def test_a_placeholder_in_a_sheets_name_is_found() -> None:
    with pytest.raises(TaskxlError, match="工作表名称里的占位符填不了"):
        compile_template(draw_table(SIMPLE, "{{股室}}"))


def test_every_placeholder_is_documented() -> None:
    page = Path(__file__).resolve().parent.parent / "docs" / "drawing.md"
    written = set(find_words(page.read_text(encoding="utf-8")))
    assert written == set(KNOWN)


def test_the_shipped_drawing_has_no_fault_and_is_what_the_script_draws() -> None:
    content = template("附件2.xlsx")
    assert check_template(content) == ()
    assert looks(content) == looks(draw_template())


def looks(content: bytes) -> dict[str, object]:
    """Return what a drawing shows, whatever version of a library wrote its parts."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    return {
        sheet.title: (
            {
                cell.coordinate: (
                    getattr(cell.value, "text", cell.value),
                    cell.font.name,
                    cell.font.sz,
                    cell.font.b,
                    cell.fill.fgColor.rgb,
                    cell.border.left.style,
                    cell.border.bottom.style,
                    cell.alignment.horizontal,
                    cell.alignment.vertical,
                    cell.alignment.wrap_text,
                    cell.number_format,
                    cell.protection.locked,
                )
                for row in sheet.iter_rows()
                for cell in row
            },
            {
                name: (round(size.width), size.hidden)
                for name, size in sheet.column_dimensions.items()
            },
            {number: size.height for number, size in sheet.row_dimensions.items()},
            sorted(map(str, sheet.merged_cells.ranges)),
            sorted(
                (str(v.sqref), v.type, v.formula1, v.prompt, v.error)
                for v in sheet.data_validations.dataValidation
            ),
            sorted(
                (str(area.sqref), [tuple(rule.formula) for rule in area.rules])
                for area in sheet.conditional_formatting
            ),
            (sheet.print_title_rows, sheet.print_area, sheet.page_setup.orientation),
            (sheet.oddFooter.center.text, sheet.protection.sheet, sheet.protection.insertRows),
        )
        for sheet in book
    }


def damaged() -> bytes:
    return change_parts(draw_table(SIMPLE), lambda n, part: part[:99] if "sheet1" in n else part)


def with_macros() -> bytes:
    usual = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
    macros = b"application/vnd.ms-excel.sheet.macroEnabled.main+xml"
    return change_parts(draw_table(SIMPLE), lambda _, part: part.replace(usual, macros))


@pytest.mark.parametrize(
    "content", [b"", b"PK", b"\xd0\xcf\x11\xe0" * 200, damaged(), with_macros()]
)
def test_what_is_no_workbook_is_said_in_one_line(content: bytes) -> None:
    with pytest.raises(TaskxlError, match=r"附件2.xlsx：不是 .xlsx 工作簿"):
        compile_template(content)
