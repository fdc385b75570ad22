"""What a second walk through a month found: what the program's own texts must not bring about."""

import shutil
from datetime import date, datetime
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pytest

from taskxl.desk.bulletin import write_bulletin
from taskxl.desk.issuing import issue_forms
from taskxl.desk.lists import load_master
from taskxl.desk.merging import look_at_month
from taskxl.desk.registering import register_return
from taskxl.merge.evidence import name_texts
from taskxl.model import Period, Unplaced
from taskxl.reports.send_back import send_back_text
from taskxl.statements import intended_until
from taskxl.workspace.folder import Workspace
from tests.clerks import form_columns, task_rows
from tests.month_of_clerks import APRIL, make_workspace
from tests.pens import NOW, Pen, merge, send

MAY = Period(2021, 5)


@pytest.fixture(scope="module")
def sent(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    made = make_workspace(tmp_path_factory.mktemp("走"))
    send(made, "办公室", "基教股", "计财股")
    return made


@pytest.fixture
def workspace(sent: Workspace, tmp_path: Path) -> Workspace:
    shutil.copytree(sent.root, tmp_path / sent.root.name)
    return Workspace(tmp_path / sent.root.name)


def edit(workspace: Workspace, office: str, period: Period, sheet: str, **said: Any) -> Path:
    """Write into the first row of a sheet of a return, by header; return its path."""
    path = workspace.returns_folder(period) / workspace.form_path(office, period).name
    book = openpyxl.load_workbook(path)
    _, columns = form_columns(book[sheet])
    row = task_rows(book[sheet])[0]
    for header, value in said.items():
        book[sheet].cell(row, columns[header]).value = value
    book.save(path)
    return path


def decide(workspace: Workspace, **said: str) -> None:
    book = openpyxl.load_workbook(workspace.master_path)
    sheet = book["延期"]
    columns = {cell.value: cell.column for cell in sheet[1]}
    for header, value in said.items():
        sheet.cell(2, columns[header]).value = value
    book.save(workspace.master_path)


POSTPONE = {"完成情况": "申请延期", "完成日期": None, "说明": "设备未到，拟5月20日前完成"}


def test_an_approved_delay_is_no_change_of_a_form_registered_by_hand(workspace: Workspace) -> None:
    path = edit(workspace, "计财股", APRIL, "节点完成情况", **POSTPONE)
    register_return(
        workspace, APRIL, path, NOW, is_there=True, office="计财股", at=NOW, note="微信"
    )
    merge(workspace)
    (delay,) = load_master(workspace)[0].delays
    assert delay.wanted == date(2021, 5, 20), "the day that the words name"
    decide(workspace, 批准人="何立文", 延期至="2021-05-20")
    month = merge(workspace).month
    assert [f for f in month.findings if f.code == "E301"] == []
    assert month.altered == ()


@pytest.mark.parametrize("handed_on", [True, False])
def test_what_an_earlier_month_applied_for_is_not_applied_for_again(
    workspace: Workspace, handed_on: bool
) -> None:
    words = "设备未到，申请延期至5月20日。"
    edit(workspace, "计财股", APRIL, "进展情况表", 存在问题和下一步工作计划=words)
    merge(workspace)
    assert len(load_master(workspace)[0].delays) == 1
    decide(workspace, 批准人="何立文", 延期至="2021-05-20", 批准日期="2021-04-28")
    issue_forms(workspace, MAY, now=NOW)
    send(workspace, "计财股", period=MAY, day="2021年5月20日")
    form = openpyxl.load_workbook(workspace.form_path("计财股", MAY))["进展情况表"]
    old = form.cell(task_rows(form)[0], form_columns(form)[1]["存在问题和下一步工作计划"]).value
    assert words in str(old)
    text = old if handed_on else "设备仍未到，申请延期至5月20日。"
    edit(workspace, "计财股", MAY, "进展情况表", 存在问题和下一步工作计划=text)
    notes = merge(workspace, MAY).notes
    assert len(load_master(workspace)[0].delays) == 1
    assert not [note for note in notes if "申请延期" in note]


def test_a_later_day_is_a_new_application(workspace: Workspace) -> None:
    words = "设备未到，申请延期至5月20日。"
    edit(workspace, "计财股", APRIL, "进展情况表", 存在问题和下一步工作计划=words)
    merge(workspace)
    decide(workspace, 批准人="何立文", 延期至="2021-05-20", 批准日期="2021-04-28")
    issue_forms(workspace, MAY, now=NOW)
    send(workspace, "计财股", period=MAY, day="2021年5月20日")
    again = "设备仍未到，申请延期至6月30日。"
    edit(workspace, "计财股", MAY, "进展情况表", 存在问题和下一步工作计划=again)
    merge(workspace, MAY)
    wanted = [delay.wanted for delay in load_master(workspace)[0].delays]
    assert wanted == [date(2021, 5, 20), date(2021, 6, 30)]


@pytest.mark.parametrize(
    ("text", "until"),
    [
        ("预计5月底前完成", "5月底"),
        ("计划于6月30日前办结", "6月30日"),
        ("力争年底完成", "年底"),
        ("4月20日已完成", ""),
        ("5月20日开标，尚未完成", ""),
    ],
)
def test_the_day_by_which_it_is_meant_to_be_done_is_read(text: str, until: str) -> None:
    assert intended_until(text) == until


@pytest.mark.parametrize("columns", [("进展情况",), ("编号", "项目名称", "进展情况")])
def test_nobody_is_asked_to_mend_work_beyond_the_list(
    workspace: Workspace, columns: tuple[str, ...]
) -> None:
    path = workspace.returns_folder(APRIL) / workspace.form_path("计财股", APRIL).name
    book = openpyxl.load_workbook(path)
    sheet = book["进展情况表"]
    below = next(c.row for c in sheet["A"] if "清单以外" in str(c.value)) + 1
    for header in columns:
        sheet.cell(below, form_columns(sheet)[1][header]).value = f"承办技能节（{header}）"
    book.save(path)
    month = look_at_month(workspace, APRIL)
    own = [f for f in month.findings if f.office == "计财股" and f.code in ("E303", "E312")]
    assert [(f.code, f.severity) for f in own] == [("E312", "info")]
    assert len(month.unplaced) == len(columns)
    assert "承办技能节" not in send_back_text(month, "计财股")
    assert "没有对应的任务" not in send_back_text(month, "计财股")


def instructed(workspace: Workspace, text: str) -> None:
    merge(workspace)
    Pen(workspace.summary_path(APRIL)).write("2", "批示", text).save()
    issue_forms(workspace, MAY, now=datetime(2021, 4, 28, 9, 0))
    send(workspace, "办公室", period=MAY, day="2021年5月20日")


def answer(workspace: Workspace, mark: str, **said: str | None) -> None:
    path = workspace.returns_folder(MAY) / workspace.form_path("办公室", MAY).name
    book = openpyxl.load_workbook(path)
    sheet = book["进展情况表"]
    _, columns = form_columns(sheet)
    row = next(r for r in task_rows(sheet) if sheet.cell(r, columns["标识"]).value == mark)
    for header, value in said.items():
        sheet.cell(row, columns[header]).value = value
    book.save(path)


BLANK = {"进展情况": None, "存在问题和下一步工作计划": None, "备注": None}


def test_an_answer_in_the_tasks_own_row_is_asked_about_and_blames_nobody(
    workspace: Workspace,
) -> None:
    instructed(workspace, "请加快公布。")
    answer(workspace, "批04-2", **BLANK)
    answer(workspace, "2", 备注="批示已落实，目录5月12日公布。")
    (gap,) = [f for f in look_at_month(workspace, MAY).findings if f.code == "G418"]
    assert gap.severity == "info"
    assert "备注“批示已落实" in gap.message


@pytest.mark.parametrize(("answered", "severity"), [(True, "info"), (False, "warning")])
def test_an_answered_instruction_past_its_day_waits_for_the_office_of_the_bureau(
    workspace: Workspace, answered: bool, severity: str
) -> None:
    instructed(workspace, "请于5月10日前公布。")
    answer(workspace, "批04-2", **BLANK | ({"进展情况": "目录已公布。"} if answered else {}))
    (gap,) = [f for f in look_at_month(workspace, MAY).findings if f.code == "G419"]
    assert gap.severity == severity
    assert ("已答复" in gap.message) is answered


def test_a_letter_quotes_what_no_cell_can_point_to(workspace: Workspace) -> None:
    path = workspace.returns_folder(APRIL) / workspace.form_path("计财股", APRIL).name
    sheet = openpyxl.load_workbook(path)["进展情况表"]
    top, _ = form_columns(sheet)
    document = docx.Document()
    document.add_paragraph("填报股室：计财股　填报人：沈知远　填报日期：2021年4月20日")
    table = document.add_table(0, 8)
    for row in (top, *task_rows(sheet)):
        for column, cell in enumerate(table.add_row().cells, 1):
            cell.text = str(sheet.cell(row, column).value or "")
    document.add_paragraph("另附采购合同两份，请一并审阅。")
    document.save(str(path.with_suffix(".docx")))
    path.unlink()
    letter = send_back_text(look_at_month(workspace, APRIL), "计财股")
    assert "（写的是“另附采购合同两份，请一并审阅。”）" in letter


def test_cells_of_several_sheets_are_named_with_theirs() -> None:
    texts = [
        Unplaced("表.xlsx", "进展情况表", "L8", "已完成选址"),
        Unplaced("表.xlsx", "进展情况表", "L9", "已开标"),
        Unplaced("表.xlsx", "附页", "B2", "说明"),
    ]
    assert name_texts(texts) == "L8的“已完成选址”（还有L9、〔附页〕B2）"


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("已阅。", 0),
        ("阅。何立文 4月28日", 0),
        ("何立文同志：原则同意。", 0),
        ("已阅，请5月底前报方案。", 1),
        ("已阅。请加快", 1),
        ("同意办理", 1),
        ("暂不同意。", 1),
        ("何立文：不同意", 1),
    ],
)
def test_who_only_acknowledges_asks_nobody_for_an_answer(
    workspace: Workspace, text: str, rows: int
) -> None:
    merge(workspace)
    Pen(workspace.summary_path(APRIL)).write("2", "批示", text).save()
    merge(workspace)
    assert len(load_master(workspace)[0].instructions) == rows
    assert Pen(workspace.summary_path(APRIL)).cell("2", "批示").value == text


def test_no_line_of_the_bulletin_ends_in_two_stops(workspace: Workspace) -> None:
    edit(workspace, "计财股", APRIL, "节点完成情况", **POSTPONE | {"说明": "设备未到。"})
    merge(workspace)
    Pen(workspace.summary_path(APRIL)).write("2", "批示", "请加快公布。").save()
    merge(workspace)
    path = write_bulletin(workspace, APRIL, NOW).path
    texts = [one.text for one in docx.Document(str(path)).paragraphs]
    assert any("请加快公布" in text for text in texts)
    assert not [text for text in texts if "。。" in text]
