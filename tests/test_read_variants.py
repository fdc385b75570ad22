"""The real lists, laid out and saved as other bureaus would: every field is still read right."""

import csv
import importlib.util
import io
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType

import docx
import openpyxl
import pytest

from taskxl.desk.json import task_list_json
from taskxl.intake.grids import Kind
from taskxl.intake.reading import read_book
from taskxl.master.reading.task_list import read_task_list
from tests.clerks import convert

Rows = list[list[object]]
Span = tuple[int, int, int, int]
REGULAR, NODES = "台山2021_附件1_规范.xlsx", "江门2023_文本日期.xlsx"
LISTS = (REGULAR, NODES)


def load_comparison(shared: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("compare", shared / "tools" / "compare_read.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def assert_all_right(shared: Path, of: str, content: bytes, name: str, kind: Kind) -> None:
    """Compare what is read with what a careful person reads in the list `of`."""
    task_list, findings = read_task_list([read_book(content, name, kind)])
    comparison = load_comparison(shared)
    wanted = json.loads((shared / "inputs" / "expected" / f"{of}.json").read_text("utf-8"))
    pairs, others = comparison.match(wanted["tasks"], task_list_json(task_list, findings)["tasks"])
    wrong = [
        (want["number"], field, expected, found)
        for want, got in pairs
        for field, right, expected, found in comparison.check_task(want, got or {})
        if not right
    ]
    assert (wrong, others, task_list.year) == ([], [], wanted["year"])


def rows_of(shared: Path, name: str) -> list[tuple[str, Rows, list[Span]]]:
    workbook = openpyxl.load_workbook(shared / "inputs" / name)
    return [
        (
            sheet.title,
            [[cell.value for cell in row] for row in sheet.iter_rows()],
            [(m.min_row, m.min_col, m.max_row, m.max_col) for m in sheet.merged_cells.ranges],
        )
        for sheet in workbook.worksheets
    ]


def write_workbook(sheets: Sequence[tuple[str, Rows, Sequence[Span]]]) -> bytes:
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.worksheets[0])
    for title, rows, spans in sheets:
        sheet = workbook.create_sheet(title)
        for row in rows:
            sheet.append(row)
        for top, left, bottom, right in spans:
            sheet.merge_cells(start_row=top, start_column=left, end_row=bottom, end_column=right)
    buffer = io.BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


def is_alone(row: Sequence[object]) -> bool:
    return sum(cell is not None for cell in row) == 1


# ---------------------------------------------------------------- layouts of one sheet


def reorder_from_column_c(rows: Rows) -> Rows:
    order = (2, 4, 0, 3, 5, 1)
    return [[None, None, *(row if is_alone(row) else [row[n] for n in order])] for row in rows]


def split_header(rows: Rows) -> Rows:
    upper = ["序", "任务", "主要内容和", "责任分工", None, "备注"]
    lower = ["号", "名称", "关键时间节点计划", "责任股室", "责任人", None]
    return [rows[0], upper, lower, *rows[2:]]


def put_logo_above(rows: Rows) -> Rows:
    blank: list[object] = [None] * 6
    filled: list[object] = ["填表单位：某局", None, None, "填表时间：2021年3月1日", None, None]
    return [["云溪县", *blank[1:]], blank, rows[0], filled, blank, *rows[1:]]


def repeat_heads_on_each_page(rows: Rows) -> Rows:
    laid: Rows = rows[:2]
    for n, row in enumerate(rows[2:], 1):
        laid.append(row)
        if n % 5 == 0:
            laid += [[f"第{n // 5}页", *[None] * 5], rows[0], rows[1]]
    return laid


def split_into_lines(rows: Rows) -> Rows:
    laid: Rows = rows[:2]
    for row in rows[2:]:
        parts = [str(cell or "").split("\n") for cell in row]
        for n in range(max(map(len, parts))):
            laid.append([part[n] if n < len(part) and part[n] else None for part in parts])
    return laid


def add_notes_and_blank_rows(rows: Rows) -> Rows:
    notes = ("填表人：周小川", "注：1.本表一式两份。", "　　2.请于25日前报送。")
    return [*rows, *[[None] * 6] * 20, *([note, *[None] * 5] for note in notes)]


def part_names_by(mark: str) -> Callable[[Rows], Rows]:
    def part(rows: Rows) -> Rows:
        return [
            [str(c).replace("\n", mark) if c and n in (3, 4) else c for n, c in enumerate(row)]
            for row in rows
        ]

    return part


@pytest.mark.parametrize(
    "layout",
    [
        reorder_from_column_c,
        split_header,
        put_logo_above,
        repeat_heads_on_each_page,
        split_into_lines,
        add_notes_and_blank_rows,
        part_names_by("、"),
        part_names_by("  "),
        part_names_by(""),
    ],
)
def test_layouts_of_a_regular_list(shared: Path, layout: Callable[[Rows], Rows]) -> None:
    ((title, rows, _),) = rows_of(shared, REGULAR)
    content = write_workbook([(title, layout(rows), ())])
    assert_all_right(shared, REGULAR, content, REGULAR, "xlsx")


def test_two_lists_in_one_sheet_and_without_merges(shared: Path) -> None:
    sheets = rows_of(shared, NODES)
    apart = write_workbook([(title, rows, ()) for title, rows, _ in sheets])
    joined = write_workbook([("全部", [row for _, rows, _ in sheets for row in rows], ())])
    for content in (apart, joined):
        assert_all_right(shared, NODES, content, NODES, "xlsx")


# ---------------------------------------------------------------- other kinds of files


@pytest.mark.parametrize("name", LISTS)
def test_delimited_texts(shared: Path, name: str) -> None:
    rows = [row for _, rows, _ in rows_of(shared, name) for row in rows]
    for delimiter, kind, encoding in ((",", "csv", "gb18030"), ("\t", "text", "utf-16")):
        text = io.StringIO()
        csv.writer(text, delimiter=delimiter).writerows(rows)
        content = text.getvalue().encode(encoding)
        assert_all_right(shared, name, content, f"{Path(name).stem}.txt", kind)  # type: ignore[arg-type]


@pytest.mark.parametrize("page", [4, 100])
@pytest.mark.parametrize("repeated", [True, False])
def test_a_word_table_divided_over_pages(shared: Path, page: int, repeated: bool) -> None:
    """Each page has a title and a number; the header is repeated, or stands on the first only."""
    ((_, rows, _),) = rows_of(shared, REGULAR)
    document = docx.Document()
    for at in range(2, len(rows), page):
        part = rows[at : at + page]
        head = [rows[1]] if repeated or at == 2 else []
        document.add_paragraph(str(rows[0][0]))
        table = document.add_table(len(head) + len(part), 6)
        for r, row in enumerate([*head, *part]):
            for c, value in enumerate(row):
                table.cell(r, c).text = str(value or "")
            if is_alone(row):
                table.cell(r, 0).merge(table.cell(r, 5))
        document.add_paragraph(f"— {at // page + 1} —")
    buffer = io.BytesIO()
    document.save(buffer)
    assert_all_right(shared, REGULAR, buffer.getvalue(), "清单.docx", "docx")


@pytest.mark.parametrize("kind", ["xls", "ods"])
def test_saved_by_libreoffice(shared: Path, tmp_path: Path, kind: Kind) -> None:
    path = convert(shared / "inputs" / NODES, kind, tmp_path, tmp_path / "profile")
    assert_all_right(shared, NODES, path.read_bytes(), path.name, kind)


@pytest.mark.parametrize(
    ("seed", "of"),
    [
        ("001", NODES),
        ("002", "江门2018_工作计划_节选.docx"),
        ("003", "台州2019_任务分解.docx"),
        ("004", "东莞2024_工作要点.txt"),
    ],
)
def test_the_papers_as_extracted_text(shared: Path, seed: str, of: str) -> None:
    (path,) = (shared / "seeds").glob(f"{seed}_*.txt")
    assert_all_right(shared, of, path.read_bytes(), path.name, "text")


def test_a_word_table_as_text_in_which_one_task_lost_its_tabs(shared: Path) -> None:
    """Its office and milestone stand outside of the table there: said, and given to nobody."""
    (path,) = (shared / "seeds").glob("000_*.txt")
    task_list, findings = read_task_list([read_book(path.read_bytes(), path.name, "text")])
    said = json.loads((shared / "inputs" / "expected" / f"{REGULAR}.json").read_text("utf-8"))
    known = {task["number"]: task for task in said["tasks"] if task["title"]}
    read = {task["number"]: task for task in task_list_json(task_list, ())["tasks"]}
    assert set(read) == {*known, None}
    for number, task in known.items():
        for field in ("lead_offices", "supporting_offices", "leader", "remarks"):
            assert read[number][field] == task[field], number
    assert any("二是9月底前完成边坡工程" in f.message for f in findings if f.code == "M109")
