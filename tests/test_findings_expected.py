"""Three months merged: the findings are those of a list written by hand, no more, no fewer.

The lists under expected/findings-* were written from what the rules mean, before the program was
asked; there is no flag that writes them anew. A place is `文件〔表〕编号 栏目` or `文件〔表〕标签`.
"""

import io
import os
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from pathlib import Path

import openpyxl
import pdfplumber
import pytest
from openxml_audit import OpenXmlValidator

from taskxl.desk.demo import MONTHS, YEAR, run_demo
from taskxl.desk.issuing import issue_forms
from taskxl.desk.merging import look_at_month
from taskxl.desk.taking_over import init_workspace
from taskxl.findings import Finding
from taskxl.model import Month, Period
from taskxl.reports import leaders_page
from taskxl.reports.summary import write_summary
from taskxl.reports.view import look_at
from taskxl.workspace.folder import Workspace
from tests.clerks import convert, form_columns, set_beside, task_rows
from tests.reports_support import links_of
from tests.support import parse_table

EXPECTED = Path(__file__).parent / "expected"
LIST = "台山2021_附件1_规范.xlsx"
MAIN, STEPS = "进展情况表", "节点完成情况"
Row = tuple[str, ...]

# What clerks write that is not as a careful clerk would; 行 is a task, a milestone or the head.
DEEDS = """
| 月 | 股室         | 行   | 栏目                     | 写 |
| 3  | 基安股       | 2/1  | 完成情况                 | 未完成 |
| 3  | 基安股       | 6    | 进展情况                 | 摸底全市课后服务需求，走访12所学校，形成实施意见。 |
| 3  | 基财股       | 11/1 | 完成情况                 | 未完成 |
| 3  | 基财股       | 12/1 | 完成情况                 | 未完成 |
| 3  | 基财股       | 12/2 | 完成情况                 | （空） |
| 3  | 基财股       | 12/2 | 完成日期                 | （空） |
| 3  | 卫健所       | 24   | 进展情况                 | 组织专家到校指导，修改完善卫生防控方案，征求疾控中心和各镇意见。 |
| 4  | 办公室       | 1/2  | 完成情况                 | 未完成 |
| 4  | 基安股       | 2/1  | 完成情况                 | 未完成 |
| 4  | 基安股       | 4/1  | 完成情况                 | 未完成 |
| 4  | 基安股       | 5    | 进度状态                 | 尚未启动 |
| 4  | 基安股       | 6    | 进展情况                 | 摸底全市课后服务需求，走访 12 所学校，形成实施意见 |
| 4  | 机关党委     | 7    | 进展情况                 | （一个空格） |
| 4  | 机关党委     | 表头 | 分管负责同志审定         | （空） |
| 4  | 基财股       | 9    | 进度状态                 | 进度滞后 |
| 4  | 基财股       | 9    | 存在问题和下一步工作计划 | 无。 |
| 4  | 基财股       | 10   | 进展情况                 | 高度重视，目前正按计划有序推进。 |
| 4  | 基财股       | 11   | 进度状态                 | 进度滞后 |
| 4  | 基财股       | 11/1 | 完成情况                 | 申请延期 |
| 4  | 基财股       | 11/1 | 说明                     | 用地手续未批，申请延至6月底 |
| 4  | 基财股       | 12   | 进度状态                 | 进度滞后 |
| 4  | 基财股       | 12   | 进展情况                 | 2月26日已完成开学准备工作，操场仍在铺设草皮。 |
| 4  | 基财股       | 12/1 | 完成情况                 | 未完成 |
| 4  | 基财股       | 12/2 | 完成情况                 | （空） |
| 4  | 基财股       | 12/2 | 完成日期                 | （空） |
| 4  | 基财股       | 14/1 | 完成情况                 | 未完成 |
| 4  | 人事股       | 15   | 进度状态                 | 已完成 |
| 4  | 人事股       | 表头 | 填报日期                 | 4.26 |
| 4  | 职终股       | 16   | 进度状态                 | 基本差不多了 |
| 4  | 教师发展中心 | 表头 | 填报人                   | （空） |
| 4  | 教师发展中心 | 表头 | 填报日期                 | （空） |
| 4  | 教师发展中心 | 21/2 | 完成情况                 | 未完成 |
| 4  | 教育装备中心 | 22/2 | 完成日期                 | 5.12 |
| 4  | 督导室       | 27/1 | 完成情况                 | （空） |
| 4  | 督导室       | 27/1 | 完成日期                 | （空） |
| 4  | 卫健所       | 23   | 进度状态                 | （空） |
| 4  | 卫健所       | 24   | 进展情况                 | 组织专家到校指导，修改完善卫生防控方案，征求疾控中心和各镇街意见。 |
"""
SENT_NOTHING = {3: ("招考股", "督导室"), 4: ("招考股",)}
CAME = {3: "2021-03-22T09:00", 4: "2021-04-20T09:00"}
CAME_LATE = {"人事股": "2021-04-26T09:00", "教育装备中心": "2021-04-26T08:00"}
DROPPED_ROW = ("职终股", "18")
WORDS = {"（空）": None, "（一个空格）": " "}


def expected(name: str) -> list[Row]:
    """Return the findings of a list written by hand."""
    _, *rows = parse_table((EXPECTED / f"findings-{name}.txt").read_text(encoding="utf-8"))
    return sorted(tuple(cell or "" for cell in row) for row in rows)


def found(workspace: Workspace, month: Month) -> list[Row]:
    """Return the findings of a month in the words of the lists."""
    folder = workspace.returns_folder(month.period)
    return sorted(
        (f.severity, f.code, f.office or "", f.task or "", place_of(folder, f))
        for f in month.findings
    )


def place_of(folder: Path, finding: Finding) -> str:
    """Return where a finding is, in the words of who fills the form."""
    sheet = f"〔{finding.sheet}〕" if finding.sheet else ""
    if not finding.cell or not str(finding.file).endswith(".xlsx"):
        return f"{finding.file or ''}{sheet}{finding.cell or ''}"
    table = open_book(folder / str(finding.file))[finding.sheet]
    header, columns = form_columns(table)
    names = {column: name for name, column in columns.items()}
    cell = table[finding.cell]
    if cell.row > header:
        return f"{finding.file}{sheet}{table.cell(cell.row, 1).value} {names[cell.column]}"
    return f"{finding.file}{sheet}{table.cell(cell.row, cell.column - 1).value.rstrip('：')}"


@cache
def open_book(path: Path) -> openpyxl.Workbook:
    return openpyxl.load_workbook(path)


# ---------------------------------------------------------------- the examples


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The demo's workspace."""
    folder = tmp_path_factory.mktemp("demo") / "样例"
    run_demo(folder)
    return Workspace(folder)


@pytest.mark.parametrize("number", MONTHS)
def test_the_findings_of_an_example_month_are_those_written_by_hand(
    demo: Workspace, number: int
) -> None:
    period = Period(YEAR, number)
    month = look_at_month(demo, period)
    assert found(demo, month) == expected(f"examples-{period.key}")


# ---------------------------------------------------------------- 台山, March and April


def deeds_of(number: int, office: str) -> Iterator[tuple[str, str, str | None]]:
    """Yield row, column and text of what a clerk writes in a month of her own accord."""
    _, *rows = parse_table(DEEDS)
    for month, name, row, column, text in rows:
        if (month, name) == (str(number), office):
            yield str(row), str(column), WORDS.get(str(text), text)


def fill_form(form: Path, target: Path, office: str, number: int) -> None:
    """Fill a form as a careful clerk does, but for `DEEDS`."""
    book = openpyxl.load_workbook(form)
    main, steps = book[MAIN], book[STEPS]
    for label, text in (
        ("填报人", "林一帆"),
        ("填报日期", f"{number}.20"),
        ("分管负责同志审定", "同意。沈知远"),
    ):
        set_beside(main, label, text)
    tables = {}
    for sheet in (main, steps):
        _, columns = form_columns(sheet)
        rows = {str(sheet.cell(r, columns["标识"]).value): r for r in task_rows(sheet)}
        tables |= {mark: (sheet, row, columns) for mark, row in rows.items()}
    for mark, (sheet, row, columns) in tables.items():
        if sheet is main:
            written = {
                3: f"3月走访学校{len(mark) + 11}所，列出第{mark}项工作的台账。",
                4: f"4月12日邀请专家评议第{mark}项细则，培训教师{len(mark) + 40}人次。",
            }[number]
            usual = {
                "进度状态": "正常推进",
                "进展情况": written,
                "存在问题和下一步工作计划": "下一步组织中期检查。",
            }
        else:
            usual = {"完成情况": "已完成", "完成日期": f"{number}.18"}
        for column, text in usual.items():
            sheet.cell(row, columns[column]).value = text
    for mark, column, text in deeds_of(number, office):
        if mark == "表头":
            set_beside(main, column, text)
            continue
        sheet, row, columns = tables[mark]
        sheet.cell(row, columns[column]).value = text
        if sheet is steps and text in ("未完成", "申请延期"):
            sheet.cell(row, columns["完成日期"]).value = None
    if number == 4 and office == DROPPED_ROW[0]:
        main.delete_rows(tables[DROPPED_ROW[1]][1])
    book.save(target)


@pytest.fixture(scope="module")
def real(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Two months of a real list, issued, filled and sent back."""
    workspace = Workspace(tmp_path_factory.mktemp("real") / "2021年重点工作")
    init_workspace(workspace.root, [shared / "inputs" / LIST], 2021)
    for number in (3, 4):
        period = Period(2021, number)
        for form in issue_forms(workspace, period).written:
            office = form.name.split("-")[1]
            if office in SENT_NOTHING[number]:
                continue
            target = workspace.returns_folder(period) / form.name
            fill_form(form, target, office, number)
            came = CAME_LATE.get(office, CAME[number]) if number == 4 else CAME[number]
            moment = datetime.fromisoformat(came).timestamp()
            os.utime(target, (moment, moment))
    return workspace


def test_the_findings_of_a_real_lists_month_are_those_written_by_hand(real: Workspace) -> None:
    month = look_at_month(real, Period(2021, 4))
    assert found(real, month) == expected("台山-2021-04")


# ---------------------------------------------------------------- the workbooks of these months


def test_the_leaders_page_names_every_late_milestone_for_which_it_has_room(demo: Workspace) -> None:
    month = look_at_month(demo, Period(YEAR, 4))
    late = leaders_page.overdue(look_at(month))
    sheet = openpyxl.load_workbook(io.BytesIO(write_summary(month)))["总览"]
    texts = [str(sheet.cell(row, 1).value) for row in range(1, sheet.row_breaks.brk[0].id + 1)]
    assert len(late) == 3
    assert sum("超期" in text and "天" in text for text in texts) == len(late)
    assert not any(text.startswith("……还有") for text in texts)


@pytest.fixture(scope="module", params=["2026-03", "2026-04", "台山"])
def written(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The summary of one of the months."""
    if request.param == "台山":
        workspace, period = request.getfixturevalue("real"), Period(2021, 4)
    else:
        workspace = request.getfixturevalue("demo")
        period = Period(YEAR, int(request.param[-2:]))
    path = tmp_path_factory.mktemp("written") / "汇总.xlsx"
    path.write_bytes(write_summary(look_at_month(workspace, period)))
    return path


def test_a_validator_finds_nothing_in_a_months_summary(written: Path) -> None:
    assert OpenXmlValidator().validate(written).errors == []


def test_every_link_of_a_months_summary_lands(written: Path) -> None:
    book = openpyxl.load_workbook(written)
    links = list(links_of(book))
    assert len(links) > 30
    for _, _, name, target in links:
        cell = book[name][target]
        assert cell.value not in (None, "") or cell.comment, f"{name} {target}"


def test_libreoffice_saves_a_months_summary_without_losing_a_word(
    written: Path, tmp_path: Path
) -> None:
    saved = openpyxl.load_workbook(convert(written, "xlsx", tmp_path / "saved", tmp_path / "lo"))
    for sheet in openpyxl.load_workbook(written).worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                again = saved[sheet.title][cell.coordinate]
                assert (again.value or "") == (cell.value or ""), f"{sheet.title} {cell.coordinate}"
                assert bool(again.comment) == bool(cell.comment)
                assert bool(again.hyperlink) == bool(cell.hyperlink)


def test_a_months_summary_prints_with_the_overview_on_one_page(
    written: Path, tmp_path: Path
) -> None:
    """A group's heading is never the last line of a page."""
    with pdfplumber.open(convert(written, "pdf", tmp_path / "printed", tmp_path / "lo")) as printed:
        pages = [page.extract_text() for page in printed.pages]
    assert "五、逾期节点" in pages[0]
    assert "办公室工作页" not in pages[0]
    assert pages[1].startswith("办公室工作页")
    assert "二、各表" in pages[1]
    assert "汇总表（" in pages[2]
    headings = [p for p in pages if "同志负责项目" in p]
    assert headings
    for page in headings:
        lines = [line.strip() for line in page.splitlines() if line.strip()]
        at = next(n for n, line in enumerate(lines) if "同志负责项目" in line)
        assert len(lines) - at > 3, lines[at]
