"""Drawings as other people and programs make them: filled for eleven offices, nothing lost."""

import io
import re
from collections.abc import Callable, Mapping
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from openpyxl.comments import Comment
from openpyxl.formatting.rule import DataBarRule, FormulaRule
from openpyxl.styles import PatternFill
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.table import Table
from openxml_audit import OpenXmlValidator
from xlsxwriter.worksheet import Worksheet

from taskxl.errors import TaskxlError
from taskxl.forms.identity import Identity
from taskxl.forms.template.template import compile_template
from taskxl.intake.reading import read_book
from tests.clerks import convert_all
from tests.drawings import draw_elaborate, draw_table, make_strict, read_part
from tests.test_forms_drawing import load, parts

HEADERS = ("编号", "项目名称", "进度状态", "进展情况")
WORDS = ("{{任务.编号}}", "{{任务.名称}}", "{{任务.状态}}", "{{任务.进展}}")
# What a filling makes anew, beside the sheets with placeholders in them.
MADE = re.compile(
    r"(\[Content_Types\]|\.rels$|xl/workbook\.xml|xl/sharedStrings|docProps/custom|sheet_taskxl)"
)
# What hangs on the sheet below its rows moves with them; only its row numbers change.
MOVED = re.compile(r"xl/(comments|drawings|tables)")


def draw_with_openpyxl() -> bytes:
    """Draw as a script would: rules over whole columns, a list on another sheet, notes, a password."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "月报"
    sheet.append(["{{标题}}"])
    sheet.append(HEADERS)
    sheet.append(WORDS)
    sheet["A5"], sheet["C5"] = "完", "=COUNTA(B3:B3)"
    words = book.create_sheet("字典")
    for word in ("正常推进", "进度滞后"):
        words.append([word])
    choice = DataValidation(type="list", formula1="字典!$A$1:$A$2")
    choice.add("C3")
    sheet.add_data_validation(choice)
    empty = FormulaRule(formula=["LEN(A1)=0"], fill=PatternFill("solid", bgColor="FFEEAA"))
    sheet.conditional_formatting.add("A1:D1048576", empty)
    sheet.conditional_formatting.add("D3", DataBarRule("min", 0, "max", 100, color="FF0000"))
    sheet.print_area, sheet.print_title_rows, sheet.freeze_panes = "A1:D5", "2:2", "B3"
    sheet.column_dimensions["D"].hidden = True
    sheet.row_dimensions.group(3, 3, outline_level=1)
    sheet.protection.set_password("密码")
    sheet["A2"].comment, sheet["A5"].comment = Comment("上", "我"), Comment("下", "我")
    sheet["B5"].hyperlink = "https://example.cn/x"
    book.defined_names["全部"] = DefinedName("全部", attr_text="月报!$A$3:$A$3")
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def draw_table_object() -> bytes:
    """Draw the rows as a table of Excel's (套用表格格式)."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["{{标题}}"])
    sheet.append(HEADERS)
    sheet.append(WORDS)
    sheet.add_table(Table(displayName="表1", ref="A2:D3"))
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def draw_page(draw: Callable[[xlsxwriter.Workbook, Worksheet], object]) -> bytes:
    """Draw one plain sheet with the prototype in row 3, and more into it."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        page = book.add_worksheet("月报")
        page.write("A1", "{{标题}}")
        page.write_row("A2", HEADERS)
        page.write_row("A3", WORDS)
        draw(book, page)
    return buffer.getvalue()


def draw_figures() -> bytes:
    """Draw array formulas, sparklines, icons, hidden and grouped columns, breaks, a second sheet."""

    def draw(book: xlsxwriter.Workbook, page: Worksheet) -> None:
        page.write_array_formula("E3:E3", "{=SUM(LEN(A3:D3))}")
        page.write_formula("E5", "=SUM(E3:E3)")
        page.add_sparkline("G3", {"range": "月报!A3:F3"})
        page.conditional_format("A3:D3", {"type": "icon_set", "icon_style": "3_arrows"})
        page.set_column("H:I", None, None, {"hidden": True, "level": 1})
        page.set_h_pagebreaks([3, 5])
        page.set_row(1_048_575, 20)  # some programs keep the formats of the last rows
        second = book.add_worksheet("汇总")
        second.write_formula("A1", "=COUNTA(月报!B3:B3)")

    return draw_page(draw)


def save_with_libreoffice(books: Mapping[str, bytes], folder: Path) -> dict[str, bytes]:
    """Return workbooks, by name, as LibreOffice saves them."""
    sources = [folder / f"{name}.xlsx" for name in books]
    for path, content in zip(sources, books.values(), strict=True):
        path.write_bytes(content)
    kind = "xlsx:Calc MS Excel 2007 XML"
    saved = convert_all(sources, kind, folder / "out", folder / "profile")
    return {path.stem: path.read_bytes() for path in saved}


DRAWINGS: Mapping[str, Callable[[], bytes]] = {
    "openpyxl": draw_with_openpyxl,
    "table object": draw_table_object,
    "figures": draw_figures,
    "three header rows, logo, seal": draw_elaborate,
    "strict": lambda: make_strict(draw_elaborate()),
}


def fill(content: bytes, count: int, office: str = "基教股") -> bytes:
    records = [
        {"编号": str(n), "名称": f"{office}第{n}项", "状态": "正常推进", "标识": str(n)}
        for n in range(1, count + 1)
    ]
    identity = Identity.make("云溪县教育局", office, "2021-04", [])
    return compile_template(content).fill(
        {"标题": "进展", "股室": office}, {"任务": records}, identity
    )


def remarks(content: bytes, path: Path) -> set[str]:
    """Return what the validator says, with the rows left out."""
    path.write_bytes(content)
    return {re.sub(r"\d+", "#", str(error)) for error in OpenXmlValidator().validate(path).errors}


def check_kept(content: bytes, path: Path) -> None:
    """Fill a drawing for offices of 1 to 11 tasks and see that nothing else of it changed."""
    before, known = parts(content), remarks(content, path)
    sheets = {
        f"xl/worksheets/sheet{n}.xml"
        for n, sheet in enumerate(read_book(content, "画.xlsx", "xlsx").sheets, 1)
        if sheet.name not in ("字典",)
    }
    for count in range(1, 12):
        filled = fill(content, count)
        after = parts(filled)
        assert set(before) <= set(after)
        for name in before:
            if before[name] == after[name] or MADE.search(name) or name in sheets:
                continue
            assert count > 1
            assert MOVED.match(name)
            digits = re.compile(rb"\d+")
            assert digits.sub(b"#", before[name]) == digits.sub(b"#", after[name])
        if count in (1, 11):
            assert remarks(filled, path) <= known
        texts = [value for *_, value in read_book(filled, "表.xlsx", "xlsx").sheets[0].cells()]
        assert [t for t in texts if str(t).startswith("基教股第")] == [
            f"基教股第{n}项" for n in range(1, count + 1)
        ]
    if b"purl.oclc.org" not in before["xl/workbook.xml"]:  # openpyxl finds no sheets there
        assert load(fill(content, 11)).max_row >= 13


@pytest.mark.parametrize("name", DRAWINGS)
def test_everything_but_what_is_filled_stays(name: str, tmp_path: Path) -> None:
    check_kept(DRAWINGS[name](), tmp_path / "表.xlsx")


def test_everything_stays_in_a_drawing_that_libreoffice_saved(tmp_path: Path) -> None:
    saved = save_with_libreoffice({"画": draw_elaborate()}, tmp_path)
    check_kept(saved["画"], tmp_path / "表.xlsx")


def test_libreoffice_opens_every_filled_form_with_nothing_lost(tmp_path: Path) -> None:
    filled = {name: fill(draw(), 3) for name, draw in DRAWINGS.items()}
    saved = save_with_libreoffice(filled, tmp_path)
    for name in DRAWINGS:
        ours, theirs = (read_book(books[name], "表.xlsx", "xlsx") for books in (filled, saved))
        assert [sheet.name for sheet in ours.sheets] == [sheet.name for sheet in theirs.sheets]
        for mine, other in zip(ours.sheets, theirs.sheets, strict=True):
            texts = {(r, c): mine.text(r, c) for r, c, v in mine.cells() if isinstance(v, str)}
            assert texts == {place: other.text(*place) for place in texts}
    theirs = load(saved["openpyxl"], "月报")
    assert [cell.comment.text for cell in (theirs["A2"], theirs["A7"]) if cell.comment] == [
        "上",
        "下",
    ]
    assert str(theirs.data_validations.dataValidation[0].sqref) == "C3:C5"
    assert theirs.column_dimensions["D"].hidden
    assert theirs.protection.sheet


def test_a_note_moves_whatever_prefix_its_shape_is_written_with() -> None:
    notes = read_part(fill(draw_with_openpyxl(), 3), "xl/drawings/commentsDrawing1.vml")
    assert re.findall(r"<\w+:Row>(\d+)</\w+:Row>", notes) == ["1", "6"]


def test_a_sparkline_stays_in_one_cell_and_an_array_formula_in_its_row() -> None:
    xml = read_part(fill(draw_figures(), 3), "xl/worksheets/sheet1.xml")
    assert "<xm:sqref>G3</xm:sqref>" in xml
    assert re.findall(r'<f t="array" ref="(\w+)">([^<]*)<', xml) == [
        (f"E{row}", f"SUM(LEN(A{row}:D{row}))") for row in (3, 4, 5)
    ]


def test_blank_rows_at_the_sheets_end_give_way() -> None:
    xml = read_part(fill(draw_figures(), 3), "xl/worksheets/sheet1.xml")
    assert re.findall(r'<row r="(\d+)"', xml) == ["1", "2", "3", "4", "5", "7"]


def test_a_thousand_tasks_fit() -> None:
    sheet = read_book(fill(draw_with_openpyxl(), 1000), "表.xlsx", "xlsx").sheets[0]
    assert (sheet.text(1002, 2), sheet.text(1004, 1)) == ("基教股第1000项", "完")


CELL = "请把它移到单元格、页眉或页脚里。（F503）"
FAULTS: Mapping[str, tuple[Callable[[], bytes], str]] = {
    "input message": (
        lambda: draw_page(
            lambda _, page: page.data_validation(
                "C3:C9", {"validate": "any", "input_message": "请{{股室}}填"}
            )
        ),
        f"附件2.xlsx〔月报〕C3：下拉选项或输入提示里的占位符 {{{{股室}}}} 填不了。{CELL}",
    ),
    "conditional format": (
        lambda: draw_page(
            lambda book, page: page.conditional_format(
                "B3", {"type": "formula", "criteria": '=B3="{{股室}}"', "format": book.add_format()}
            )
        ),
        f"附件2.xlsx〔月报〕B3：条件格式里的占位符 {{{{股室}}}} 填不了。{CELL}",
    ),
    "hyperlink": (
        lambda: draw_page(
            lambda _, page: page.write_url("F1", "https://example.cn", tip="{{股室}}", string="看")
        ),
        f"附件2.xlsx〔月报〕F1：超链接里的占位符 {{{{股室}}}} 填不了。{CELL}",
    ),
    "comment": (
        lambda: draw_page(lambda _, page: page.write_comment("B2", "由{{股室}}填")),
        f"附件2.xlsx〔月报〕B2：批注里的占位符 {{{{股室}}}} 填不了。{CELL}",
    ),
    "text box": (
        lambda: draw_page(lambda _, page: page.insert_textbox("F2", "由{{股室}}填")),
        f"附件2.xlsx〔月报〕F2：文本框或图形里的占位符 {{{{股室}}}} 填不了。{CELL}",
    ),
    "name": (
        lambda: draw_page(lambda book, _: book.define_name("谁", '="{{股室}}"')),
        f"附件2.xlsx：名称“谁”里的占位符 {{{{股室}}}} 填不了。{CELL}",
    ),
    "table header": (
        lambda: draw_page(
            lambda _, page: page.add_table(
                "F5:G6", {"columns": [{"header": "名称"}, {"header": "{{报告期}}"}]}
            )
        ),
        f"附件2.xlsx〔月报〕G5：套用了表格格式的表头里的占位符 {{{{报告期}}}} 填不了。{CELL}",
    ),
    "other sheet": (
        lambda: draw_page(lambda book, _: book.add_worksheet("另一张").write("B4", WORDS[1])),
        "附件2.xlsx〔另一张〕B4：“任务”的样板行有两处，另一处在〔月报〕A3。请只留一行。（F502）",
    ),
    "no room below": (
        lambda: draw_page(lambda _, page: page.write("B1048576", "底")),
        "附件2.xlsx〔月报〕B1048576：第 1048576 行太靠近表的末尾，样板行生成的行没有地方放。"
        "请把这一行的内容移到上面。（F502）",
    ),
    "prototype in the last row": (
        lambda: draw_table({"A1": "{{标题}}", "A1048576": "{{任务.名称}}"}),
        "附件2.xlsx〔表〕A1048576：第 1048576 行太靠近表的末尾，样板行生成的行没有地方放。"
        "请把这一行的内容移到上面。（F502）",
    ),
}


@pytest.mark.parametrize("case", FAULTS)
def test_what_cannot_be_filled_is_one_line_with_sheet_and_cell(case: str) -> None:
    draw, message = FAULTS[case]
    with pytest.raises(TaskxlError) as raised:
        compile_template(draw())
    assert str(raised.value) == message
