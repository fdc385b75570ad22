"""Readers against real files, other libraries and LibreOffice's own writing."""

import io
import shutil
import warnings
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from taskxl.a1 import cell_name
from taskxl.intake import convert
from taskxl.intake.gate import check_content
from taskxl.intake.grids import Area, Book, CellError, Kind, Line, Note, Sheet
from taskxl.intake.reading import read_book
from taskxl.intake.refusals import Limits, Refused
from tests import clerks
from tests.packages import pack

LONG_CELL = "\n".join(f"{word}是{n}月底前完成方案。" for n, word in enumerate("一二三四五六", 4))


def read(path: Path, kind: Kind) -> Book:
    return read_book(path.read_bytes(), path.name, kind)


# ---------------------------------------------------------------- the documents of the seed


def test_the_seed_lists_are_read_whole(shared: Path) -> None:
    inputs = shared / "inputs"
    book = read(inputs / "台山2021_附件1_规范.xlsx", "xlsx")
    assert [len(sheet.rows) for sheet in book.sheets] == [38]
    assert len(book.sheets[0].merges) == 7
    book = read(inputs / "江门2023_文本日期.xlsx", "xlsx")
    assert [len(sheet.rows) for sheet in book.sheets] == [37, 16]
    assert book.sheets[0].text(4, 4) == "6月30日"
    book = read(inputs / "台州2019_任务分解.docx", "docx")
    assert [len(sheet.rows) for sheet in book.sheets] == [10, 16, 19, 15, 13, 12, 22]
    assert book.sheets[0].text(1, 1) == "序\n号"
    book = read(inputs / "台山2021_重点工作任务通知.docx", "docx")
    assert [len(sheet.rows) for sheet in book.sheets] == [36, 10]
    before = [line.text for line in book.lines if line.number < (book.sheets[0].line or 0)]
    assert before[-1] == "台山市教育系统2021年重点工作任务一览表"
    book = read(inputs / "东莞2024_工作要点.txt", "text")
    assert book.lines[0] == Line(1, "一、全面落实管党治党政治责任")


# ---------------------------------------------------------------- other libraries as witnesses


def real_files(shared: Path, kinds: tuple[Kind, ...], largest: int) -> list[tuple[Path, Kind]]:
    """Return the real files of those kinds that the gate lets in, up to a size in bytes."""
    found: list[tuple[Path, Kind]] = []
    for path in sorted((shared / "corpus" / "real").iterdir()):
        if path.stat().st_size <= largest:
            try:
                kind = check_content(path.read_bytes(), path.name, Limits())
            except Refused:
                continue
            if kind in kinds:
                found.append((path, kind))
    return found


def same_value(theirs: Any, ours: object) -> bool:
    if isinstance(theirs, str):
        lines = theirs.replace("_x000D_", "\r").replace("\r\n", "\n").replace("\r", "\n")
        return (ours or "") == lines
    if isinstance(theirs, bool) or theirs is None:
        return ours is theirs
    if isinstance(theirs, datetime):
        return ours in (theirs, theirs.date())
    if isinstance(theirs, timedelta):
        return isinstance(ours, str | time)
    if isinstance(theirs, int | float):
        # What openpyxl takes for a number may carry a Chinese date format.
        return isinstance(ours, date | time) or ours == pytest.approx(theirs)
    return bool(ours == theirs)


def openpyxl_differences(content: bytes, book: Book) -> list[object]:
    import openpyxl

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            values = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
            formulas = openpyxl.load_workbook(io.BytesIO(content))
        except Exception:
            return []  # one of the files that openpyxl cannot read
    sheets = {sheet.name: sheet for sheet in book.sheets}
    found: list[object] = []
    pictures = {
        (sheet.name, item.cell) for sheet in book.sheets for item in sheet.embedded if item.inside
    }
    for theirs in values.worksheets:
        ours = sheets[theirs.title]
        if theirs.max_row * theirs.max_column > 50_000:
            continue  # openpyxl would make every blank cell between two far ones
        for cell in (cell for row in theirs.iter_rows() for cell in row):
            value = ours.value(cell.row, cell.column)
            if (theirs.title, cell.coordinate) in pictures:
                same = value is None  # openpyxl shows the #VALUE! of a program that knows no better
            elif isinstance(value, CellError):
                formula = formulas[theirs.title].cell(cell.row, cell.column).data_type == "f"
                same = value.text == cell.value if value.text else cell.value is None and formula
            elif cell.value is None:
                same = value is None or ours.merge_at(cell.row, cell.column) is not None
            else:
                same = same_value(cell.value, value)
            if not same:
                found.append((theirs.title, cell.coordinate, cell.value, value))
        merges = {
            r.coord for r in theirs.merged_cells.ranges if r.size["rows"] * r.size["columns"] > 1
        }
        if merges != {
            f"{cell_name(a.top, a.left)}:{cell_name(a.bottom, a.right)}" for a in ours.merges
        }:
            found.append((theirs.title, "merges", merges, ours.merges))
        if ours.hidden_rows != {r for r, row in theirs.row_dimensions.items() if row.hidden}:
            found.append((theirs.title, "hidden rows", ours.hidden_rows))
        if ours.state.replace(" ", "") != theirs.sheet_state.lower():
            found.append((theirs.title, "state", ours.state))
    return found


def test_real_workbooks_read_as_openpyxl_reads_them(shared: Path) -> None:
    files = real_files(shared, ("xlsx", "xlsm"), 30_000)
    assert len(files) > 40
    differences = {}
    for path, kind in files:
        content = path.read_bytes()
        found = openpyxl_differences(content, read_book(content, path.name, kind))
        if found:
            differences[path.name] = found[:5]
    assert differences == {}


def test_real_binary_workbooks_read_as_xlrd_reads_them(shared: Path) -> None:
    xlrd = pytest.importorskip("xlrd", reason="xlrd is only a witness for tests")
    compared = 0
    differences = []
    for path, kind in real_files(shared, ("xls",), 60_000):
        if "LONumbers" in path.name:
            continue  # xlrd does not know that the format `A/P` shows a time
        content = path.read_bytes()
        try:
            theirs = xlrd.open_workbook(file_contents=content, logfile=io.StringIO())
            ours = {s.name: s for s in read_book(content, path.name, kind).sheets}
        except Exception:
            continue
        for sheet in theirs.sheets():
            for row in range(sheet.nrows):
                for column in range(sheet.row_len(row)):
                    kind_of_cell, value = (
                        sheet.cell_type(row, column),
                        sheet.cell_value(row, column),
                    )
                    own = ours[sheet.name].value(row + 1, column + 1)
                    match kind_of_cell:
                        case xlrd.XL_CELL_ERROR:
                            same = own == CellError(xlrd.error_text_from_code[value])
                        case xlrd.XL_CELL_DATE:
                            same = isinstance(own, date | time | str)
                        case xlrd.XL_CELL_BOOLEAN:
                            same = own is bool(value)
                        case xlrd.XL_CELL_NUMBER:
                            # `[h]:mm` is a number to xlrd and a span of time to us.
                            same = (isinstance(own, str) and ":" in own) or own == pytest.approx(
                                value
                            )
                        case _:
                            same = same_value(value.replace("\0", ""), own)
                    compared += 1
                    if not same:
                        differences.append((path.name, sheet.name, row + 1, column + 1, value, own))
    assert differences == []
    assert compared > 1000


# ---------------------------------------------------------------- what LibreOffice makes of it


def convert_beside(source: Path, kind: str) -> Path:
    """Let LibreOffice save a file as another kind, in a profile of its own."""
    return clerks.convert(source, kind, source.parent / "out", source.parent / "profile")


@pytest.fixture(scope="module")
def workbook(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("libreoffice") / "表.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("进展情况表")
        day = book.add_format({"num_format": 'yyyy"年"m"月"d"日"'})
        sheet.merge_range("A1:C1", "云溪县教育局重点工作任务进展情况表（1-4月）")
        sheet.write_row("A2", ["编号", "进展情况", "日期"])
        sheet.write_number("A3", 1)
        sheet.write_string("B3", "一是完成方案。\n二是 2021 年4月开工")
        sheet.write_datetime("C3", datetime(2021, 4, 20), day)
        sheet.write_string("A4", "001")
        sheet.write_formula("B4", "=1/0", None, "#DIV/0!")
        sheet.write_boolean("C4", True)
        sheet.write_string("D6", "表外的话")
        sheet.write_comment("B3", "请再核实", {"author": "张三"})
        sheet.insert_textbox("B8", "框中的话")
        sheet.set_row(3, None, None, {"hidden": True})
        sheet.set_column("D:D", None, None, {"hidden": True})
        hidden = book.add_worksheet("_taskxl")
        hidden.write_string("A1", "form-1")
        hidden.very_hidden()
        book.set_custom_property("taskxl", "form-1")
    return path


def assert_is_the_workbook(sheet: Sheet) -> None:
    assert sheet.text(1, 1) == "云溪县教育局重点工作任务进展情况表（1-4月）"
    assert sheet.merges == (Area(1, 1, 1, 3),)
    assert sheet.rows[1] == ("编号", "进展情况", "日期")
    assert sheet.rows[2] == (1.0, "一是完成方案。\n二是 2021 年4月开工", date(2021, 4, 20))
    assert sheet.rows[3] == ("001", CellError("#DIV/0!"), True)
    assert sheet.value(6, 4) == "表外的话"
    assert sheet.hidden_rows == {4}
    assert sheet.hidden_columns == {4}
    texts = {(note.kind, note.text) for note in sheet.notes}
    assert ("comment", "请再核实") in texts or ("comment", "张三:\n请再核实") in texts
    assert ("text box", "框中的话") in texts


def test_the_workbook_itself(workbook: Path) -> None:
    book = read(workbook, "xlsx")
    assert_is_the_workbook(book.sheets[0])
    assert book.sheets[1].state == "very hidden"


@pytest.mark.parametrize("kind", ["xlsx", "xls", "ods"])
def test_saved_by_libreoffice_it_says_the_same(workbook: Path, kind: Kind) -> None:
    book = read(convert_beside(workbook, kind), kind)
    assert_is_the_workbook(book.sheets[0])
    assert book.sheets[1].value(1, 1) == "form-1"
    assert book.sheets[1].state != "visible"
    assert book.remarks == ()
    if kind != "xls":  # the properties of an .xls stand in a stream of its own, not read
        assert book.properties["taskxl"] == "form-1"
    comment = next(note for note in book.sheets[0].notes if note.kind == "comment")
    assert comment.cell == "B3"


def test_saved_as_csv_the_words_are_there(workbook: Path) -> None:
    (sheet,) = read(
        convert_beside(workbook, "csv:Text - txt - csv (StarCalc):44,34,76"), "csv"
    ).sheets
    assert sheet.rows[2] == ("1", "一是完成方案。\n二是 2021 年4月开工", "2021年4月20日")
    assert sheet.value(4, 1) == "001"
    assert sheet.value(6, 4) == "表外的话"


def test_saved_as_html_the_words_are_there(workbook: Path) -> None:
    sheet = read(convert_beside(workbook, "html"), "html").sheets[0]
    # LibreOffice leaves hidden rows and columns out of a page.
    assert sheet.rows[2] == ("1", "一是完成方案。\n二是 2021 年4月开工", "2021年4月20日")
    assert sheet.merges[0] == Area(1, 1, 1, 3)
    assert sheet.notes == (Note("comment", "B3", "请再核实"),)


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> Path:
    import docx

    path = tmp_path_factory.mktemp("word") / "文.docx"
    made = docx.Document()
    made.add_paragraph("云溪县教育局2021年重点工作任务一览表")
    table = made.add_table(1, 3, style="Table Grid")
    for column, text in enumerate(["序号", "主要内容", "股室"]):
        table.cell(0, column).text = text
    for number in range(1, 26):
        cells = table.add_row().cells
        cells[0].text, cells[1].text, cells[2].text = str(number), LONG_CELL, "办公室\n基教股"
    made.add_paragraph("说明：排在第一位的是牵头股室。")
    made.save(str(path))
    return path


@pytest.mark.parametrize("kind", ["doc", "rtf"])
def test_old_word_files_are_read_through_libreoffice(document: Path, kind: Kind) -> None:
    wanted = read(document, "docx")
    book = read(convert_beside(document, kind), kind)
    assert book.kind == kind
    assert [sheet.rows for sheet in book.sheets] == [sheet.rows for sheet in wanted.sheets]
    assert [line.text for line in book.lines] == [line.text for line in wanted.lines]


def test_without_libreoffice_a_clear_line_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    monkeypatch.setattr(convert, "_USUAL_PLACES", ())
    with pytest.raises(Refused, match="LibreOffice") as refused:
        read_book(b"\xd0\xcf\x11\xe0", "旧.doc", "doc")
    assert refused.value.code == "R201"


def test_pdf_tables_are_joined_over_their_pages(document: Path) -> None:
    pytest.importorskip("pdfplumber", reason="reading PDF is an optional extra")
    wanted = read(document, "docx").sheets[0].rows
    book = read(convert_beside(document, "pdf"), "pdf")
    (sheet,) = book.sheets
    assert sheet.rows == wanted
    assert [line.text for line in book.lines] == [
        "云溪县教育局2021年重点工作任务一览表",
        "说明：排在第一位的是牵头股室。",
    ]
    assert "请与原件核对" in book.remarks[0]


def test_a_damaged_pdf_is_refused_in_chinese() -> None:
    pytest.importorskip("pdfplumber", reason="reading PDF is an optional extra")
    with pytest.raises(Refused, match="PDF"):
        read_book(b"%PDF-1.7\nxref\n", "坏.pdf", "pdf")


# ---------------------------------------------------------------- OpenDocument by hand

ODS = (
    '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body>'
    '<office:spreadsheet><table:table table:name="表">{}</table:table></office:spreadsheet>'
    "</office:body></office:document-content>"
)


def read_ods(rows: str) -> Book:
    return read_book(pack({"content.xml": ODS.format(rows)}), "表.ods", "ods")


def test_repeated_cells_covered_cells_and_lost_results_are_seen() -> None:
    rows = (
        '<table:table-row table:number-rows-repeated="2"><table:table-cell '
        'table:number-columns-repeated="2" office:value-type="float" office:value="5"/>'
        "</table:table-row><table:table-row>"
        '<table:table-cell table:number-columns-spanned="2"><text:p>合</text:p></table:table-cell>'
        "<table:covered-table-cell><text:p>下<text:s text:c='2'/>面</text:p>"
        '</table:covered-table-cell><table:table-cell table:formula="of:=1+1"/></table:table-row>'
        '<table:table-row table:number-rows-repeated="1048573"><table:table-cell '
        'table:number-columns-repeated="16384"/></table:table-row>'
    )
    (sheet,) = read_ods(rows).sheets
    assert sheet.rows == ((5.0, 5.0), (5.0, 5.0), ("合", "下  面", CellError("")))
    assert sheet.merges == (Area(3, 1, 3, 2),)


def test_repeats_that_spell_out_a_bomb_are_refused() -> None:
    rows = (
        '<table:table-row table:number-rows-repeated="999999"><table:table-cell '
        'table:number-columns-repeated="16384"><text:p>x</text:p></table:table-cell>'
        "</table:table-row>"
    )
    with pytest.raises(Refused) as refused:
        read_ods(rows)
    assert refused.value.code == "R204"
