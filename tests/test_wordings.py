"""What offices say in words of their own: taken as meant, shown as typed, and proved."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.comments import Comment

from taskxl.desk.merging import merge_returns
from taskxl.desk.proving import Proof, prove_month
from taskxl.model import Month
from taskxl.workspace.folder import Workspace
from tests.clerks import form_columns, task_rows
from tests.month_of_clerks import APRIL, make_workspace
from tests.pens import NOW, send

OFFICE = "计财股"


@pytest.fixture(scope="module")
def sent(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """April with one office's return, filled in the words of the form."""
    workspace = make_workspace(tmp_path_factory.mktemp("原话"))
    send(workspace, OFFICE)
    return workspace


@pytest.fixture
def workspace(sent: Workspace, tmp_path: Path) -> Workspace:
    """A workspace of its own."""
    shutil.copytree(sent.root, tmp_path / sent.root.name)
    return Workspace(tmp_path / sent.root.name)


def write(workspace: Workspace, deed: Callable[[Any], None]) -> tuple[Month, Proof]:
    """Change the return, merge and prove the month."""
    path = workspace.returns_folder(APRIL) / workspace.form_path(OFFICE, APRIL).name
    book = openpyxl.load_workbook(path)
    deed(book)
    book.save(path)
    month = merge_returns(workspace, APRIL, now=NOW).month
    return month, prove_month(workspace, APRIL)


def cell_under(book: Any, sheet: str, header: str) -> Any:
    top, columns = form_columns(book[sheet])
    assert top
    return book[sheet].cell(task_rows(book[sheet])[0], columns[header])


STATUSES = [
    ("正在进行", "正常推进"),
    ("有序推进中", "正常推进"),
    ("2.正常推进", "正常推进"),
    ("□已完成 ☑正常推进 □进度滞后 □尚未启动", "正常推进"),
    ("（ ）已完成 （√）正常推进", "正常推进"),
    ("正常推进（60%）", "正常推进"),
    ("进展较慢", "进度滞后"),
    ("落后序时进度", "进度滞后"),
    ("还没有开始", "尚未启动"),
    ("均已完成", "已完成"),
    ("‘已完成’。", "已完成"),
]
STATES = [
    ("100%", "已完成"),
    ("✔", "已完成"),
    ("均已办结", "已完成"),
    ("已于4月7日完成", "已完成"),
    ("完成（4.11）", "已完成"),
    ("尚未完成", "未完成"),
]


@pytest.mark.parametrize(("said", "meant"), STATUSES)
def test_a_status_is_counted_as_meant_and_shown_as_typed(
    workspace: Workspace, said: str, meant: str
) -> None:
    def say(book: Any) -> None:
        cell_under(book, "进展情况表", "进度状态").value = said

    month, proof = write(workspace, say)
    (one,) = month.wordings
    assert (one.office, one.field, one.said, one.taken) == (OFFICE, "进度状态", said, meant)
    assert [e.status for e in month.entries if e.task == one.task] == [meant]
    assert proof.lost == ()
    assert proof.miscounts == ()
    assert said in texts_of(workspace, "所报原话")


@pytest.mark.parametrize(("said", "meant"), STATES)
def test_a_milestones_state_is_counted_as_meant_and_shown_as_typed(
    workspace: Workspace, said: str, meant: str
) -> None:
    def say(book: Any) -> None:
        cell_under(book, "节点完成情况", "完成情况").value = said
        cell_under(book, "节点完成情况", "完成日期").value = None

    month, proof = write(workspace, say)
    (one,) = month.wordings
    assert (one.field, one.said) == ("完成情况", said)
    assert one.taken.startswith(meant)
    assert [s.entry.state for s in month.milestones if s.entry].count(meant) >= 1
    assert proof.lost == ()
    assert said in texts_of(workspace, "所报原话")


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("已于4月15日完成并报备", True),
        ("4月15日 星期四", True),
        ("4月12日-4月15日", True),
        ("4月15日", False),
        ("2021.4.15.", False),
        ("2021\\4\\15", False),
        ("二〇二一年四月十五日", False),
    ],
)
def test_a_day_with_more_beside_it_is_shown_as_typed(
    workspace: Workspace, said: str, shown: bool
) -> None:
    def say(book: Any) -> None:
        cell_under(book, "节点完成情况", "完成日期").value = said

    month, proof = write(workspace, say)
    assert [one.said for one in month.wordings] == ([said] if shown else [])
    days = [s.entry.done_on for s in month.milestones if s.entry and s.entry.done_text == said]
    assert [day.isoformat() for day in days if day] == ["2021-04-15"]
    assert proof.lost == ()


@pytest.mark.parametrize("said", ["4月20日下午", "2021年4月20日 星期二"])
def test_the_day_of_the_report_is_shown_as_typed(workspace: Workspace, said: str) -> None:
    def say(book: Any) -> None:
        sheet = book["进展情况表"]
        (cell,) = (
            c for row in sheet.iter_rows(max_row=8) for c in row if c.value == "2021年4月20日"
        )
        cell.value = said

    month, proof = write(workspace, say)
    assert [(one.field, one.taken) for one in month.wordings] == [("填报日期", "2021-04-20")]
    assert proof.lost == ()


def test_who_uses_the_words_of_the_form_gets_no_such_sheet(workspace: Workspace) -> None:
    month, proof = write(workspace, lambda book: None)
    assert month.wordings == ()
    assert proof.holds
    book = openpyxl.load_workbook(workspace.summary_path(APRIL))
    assert "所报原话" not in book.sheetnames


def test_a_word_taken_out_of_the_sheet_is_missed(workspace: Workspace) -> None:
    def say(book: Any) -> None:
        cell_under(book, "进展情况表", "进度状态").value = "正在进行"

    write(workspace, say)
    path = workspace.summary_path(APRIL)
    book = openpyxl.load_workbook(path)
    for row in book["所报原话"].iter_rows():
        for cell in row:
            if cell.value == "正在进行":
                cell.value = None
    book.save(path)
    assert [one.word.text for one in prove_month(workspace, APRIL).lost] == ["正在进行"]


# ---------------------------------------------------------------- prove agrees with the merge


def retitle(book: Any) -> None:
    cell = cell_under(book, "进展情况表", "项目名称")
    cell.value = f"《{cell.value}》。"


def number(book: Any) -> None:
    sheet = book["进展情况表"]
    top, _ = form_columns(sheet)
    sheet.insert_rows(top + 1)
    for column in range(1, 9):
        sheet.cell(top + 1, column).value = f"（{column}）"


def sign_in_one_line(book: Any) -> None:
    sheet = book["进展情况表"]
    head = "填报人：沈知远　填报日期：2021年4月20日　分管负责同志审定：何立文"
    for row in sheet.iter_rows(max_row=6):
        for cell in row:
            if cell.value in ("林一帆", "2021年4月20日", "同意。沈知远"):
                cell.value = None
    sheet.cell(sheet.max_row + 2, 1).value = head


def approve_in_a_comment(book: Any) -> None:
    sheet = book["进展情况表"]
    (cell,) = (c for row in sheet.iter_rows(max_row=8) for c in row if c.value == "同意。沈知远")
    cell.value = None
    cell.comment = Comment("何立文：已审，同意报送。", "何立文")


def paste_the_counter(book: Any) -> None:
    sheet = book["进展情况表"]
    for row in sheet.iter_rows(max_row=3):
        for cell in row:
            if isinstance(cell.value, str) and cell.value.startswith("="):
                cell.value = "已全部填完"


def paste_what_is_missing(book: Any) -> None:
    sheet = book["进展情况表"]
    for row in sheet.iter_rows(max_row=3):
        for cell in row:
            if isinstance(cell.value, str) and cell.value.startswith("="):
                cell.value = "还差 3 项（本表 2 项）"
    told = book["填报说明"]
    for row in told.iter_rows():
        for cell in row:
            if cell.data_type == "f":
                cell.value = 2


def rewrite_a_milestone(book: Any) -> None:
    cell_under(book, "节点完成情况", "节点").value = "下达了预算"
    cell_under(book, "节点完成情况", "说明").value = "已于3月11日印发文件"


@pytest.mark.parametrize(
    "deed",
    [
        retitle,
        number,
        sign_in_one_line,
        approve_in_a_comment,
        paste_the_counter,
        paste_what_is_missing,
        rewrite_a_milestone,
    ],
)
def test_nothing_that_the_merge_has_is_called_lost(
    workspace: Workspace, deed: Callable[[Any], None]
) -> None:
    _, proof = write(workspace, deed)
    assert [(one.word.cell, one.word.text) for one in proof.lost] == []


def test_a_month_before_its_report_day_is_proved(workspace: Workspace) -> None:
    merge_returns(workspace, APRIL, now=NOW.replace(day=21))
    proof = prove_month(workspace, APRIL)
    assert proof.miscounts == ()
    assert proof.lost == ()


def texts_of(workspace: Workspace, sheet: str) -> list[str]:
    book = openpyxl.load_workbook(workspace.summary_path(APRIL))
    return [str(c.value) for row in book[sheet].iter_rows() for c in row if c.value is not None]
