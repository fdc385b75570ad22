"""What a walk through the month left open: kinds of things that were said wrongly, or not at all."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from hashlib import sha256
from pathlib import Path

import openpyxl
import pytest

from taskxl.dates import find_due, find_impossible
from taskxl.desk.issuing import issue_forms
from taskxl.desk.lists import load_master
from taskxl.desk.merging import look_at_month, merge_returns, note_strays
from taskxl.desk.periods import choose_period
from taskxl.errors import TaskxlError
from taskxl.master.book.making import write_master
from taskxl.model import Period, Settings
from taskxl.workspace.folder import Workspace
from tests.clerks import convert, form_columns, task_rows
from tests.month_of_clerks import APRIL, OFFICES, make_workspace
from tests.pens import NOW, merge, send
from tests.support import make_workbook

MAY = Period(2021, 5)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """April with all its returns, not yet merged."""
    made = make_workspace(tmp_path)
    send(made, *OFFICES)
    return made


def change_form(path: Path, change: Callable[[openpyxl.Workbook], None]) -> None:
    book = openpyxl.load_workbook(path)
    change(book)
    book.save(path)


def return_of(workspace: Workspace, office: str, period: Period = APRIL) -> Path:
    return workspace.returns_folder(period) / workspace.form_path(office, period).name


# ---------------------------------------------------------------- after the ledger is gone


def test_nobody_is_said_to_have_changed_what_the_ledger_does_not_know(
    workspace: Workspace,
) -> None:
    merge(workspace)
    issue_forms(workspace, MAY, now=NOW)
    before = {p: p.read_bytes() for p in workspace.root.rglob("*.xlsx")}
    master, _ = load_master(workspace)
    tasks = (replace(master.tasks[0], title="编制规划纲要"), *master.tasks[1:])
    for path in workspace.root.glob("台账.db*"):
        path.unlink()
    workspace.master_path.write_bytes(write_master(replace(master, tasks=tasks)))
    notes = [*issue_forms(workspace, MAY, now=NOW).notes, *merge(workspace).notes]
    assert not [note for note in notes if "手工改动，已" in note or "手工改过" in note]
    assert [note for note in notes if "分不清有没有手工改动" in note]
    kept = {sha256(p.read_bytes()).digest() for p in workspace.root.rglob("*.xlsx")}
    for path, content in before.items():
        if path != workspace.master_path:
            assert sha256(content).digest() in kept, f"{path.name} is lost"


def test_what_somebody_changed_is_called_so_where_the_ledger_knows_it(
    workspace: Workspace,
) -> None:
    merge(workspace)
    change_form(
        workspace.summary_path(APRIL),
        lambda book: book["总览"].cell(40, 1, "请何局阅"),
    )
    notes = merge(workspace).notes
    assert [note for note in notes if "手工改动，已原样另存" in note]
    assert not [note for note in notes if "分不清" in note]


# ---------------------------------------------------------------- a form in another month's 回收


@pytest.mark.parametrize("merged_there", [True, False])
@pytest.mark.parametrize("zipped", [True, False])
def test_a_form_in_another_months_folder_is_named_where_it_is_missed(
    workspace: Workspace, merged_there: bool, zipped: bool
) -> None:
    merge(workspace)
    issue_forms(workspace, MAY, now=NOW)
    send(workspace, "计财股", period=MAY)
    astray = return_of(workspace, "计财股", MAY)
    there = workspace.returns_folder(APRIL)
    if zipped:
        shutil.make_archive(str(there / "五月"), "zip", astray.parent, astray.name)
        astray.unlink()
    else:
        shutil.move(astray, there / "又一份.xlsx")
    if merged_there:
        merge(workspace)
    (told,) = [n for n in note_strays(workspace, look_at_month(workspace, MAY)) if "回收里" in n]
    name = f"五月.zip/{astray.name}" if zipped else "又一份.xlsx"
    assert told == (f"2021年4月的回收里有计财股5月的表（“{name}”），请移到2021年5月的回收再汇总。")
    notes = merge_returns(workspace, MAY, now=NOW).notes
    # A merge does not open what it says is yet to be merged.
    assert told in notes or (not merged_there and any("还没有汇总过" in note for note in notes))
    assert not [n for n in note_strays(workspace, look_at_month(workspace, APRIL)) if "移到" in n]


def test_nothing_is_looked_for_where_every_form_is_there(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    month = look_at_month(workspace, APRIL)
    monkeypatch.setattr("taskxl.desk.wrong_months.read_returns", None)
    assert note_strays(workspace, month) == []


# ---------------------------------------------------------------- days that no calendar has


@pytest.mark.parametrize("year", [2021, 2024])
def test_every_day_beyond_a_months_end_is_impossible_and_no_other(year: int) -> None:
    for month in range(1, 13):
        for day in range(1, 32):
            try:
                real = date(year, month, day) is not None
            except ValueError:
                real = False
            for said in (f"{month}月{day}日", f"{year}-{month:02d}-{day:02d}", f"{month}月{day}号"):
                assert bool(find_impossible(f"拟延期到{said}，请批准", year)) is not real, said


def test_a_list_says_that_there_is_no_such_day() -> None:
    due = find_due("一是6月31日前完成初稿。", 2021)
    assert due is not None
    assert due.vague == "没有“6月31日”这一天，待确认"


@pytest.mark.parametrize("words", ["申请延期至6月31日", "因场地未定，申请延期到6月31日前完成"])
def test_an_application_until_a_day_that_is_none_is_asked_about(
    workspace: Workspace, words: str
) -> None:
    def ask(book: openpyxl.Workbook) -> None:
        sheet = book["节点完成情况"]
        columns = form_columns(sheet)[1]
        row = task_rows(sheet)[0]
        sheet.cell(row, columns["完成情况"]).value = "申请延期"
        sheet.cell(row, columns["完成日期"]).value = None
        sheet.cell(row, columns["说明"]).value = words

    change_form(return_of(workspace, "计财股"), ask)
    report = merge(workspace)
    assert report.master is not None
    assert [delay.wanted for delay in report.master.delays] == [None]
    (told,) = [note for note in report.notes if "没有这一天" in note]
    assert "“6月31日”" in told
    assert "“申请延至”空着" in told
    assert [f.office for f in report.month.findings if f.code == "E305"] == ["计财股"]


def test_an_instruction_until_a_day_that_is_none_is_asked_about(workspace: Workspace) -> None:
    merge(workspace)

    def instruct(book: openpyxl.Workbook) -> None:
        sheet = book["汇总表"]
        top = next(r for r in range(1, 12) if sheet.cell(r, 1).value == "编号")
        columns = {sheet.cell(top, c).value: c for c in range(1, sheet.max_column + 1)}
        row = next(r for r in range(top + 1, 60) if sheet.cell(r, columns["标识"]).value == "1")
        sheet.cell(row, columns["批示"]).value = "请于6月31日前报方案。"

    change_form(workspace.summary_path(APRIL), instruct)
    told = [note for note in merge(workspace).notes if "没有这一天" in note]
    assert len(told) == 1
    assert "“办理期限”空着" in told[0]


@pytest.mark.parametrize(
    ("said", "column"), [("已于6月31日完成", "完成情况"), ("2月30日验收", "说明")]
)
def test_a_milestone_done_on_a_day_that_is_none_is_asked_about(
    workspace: Workspace, said: str, column: str
) -> None:
    def spoil(book: openpyxl.Workbook) -> None:
        sheet = book["节点完成情况"]
        columns = form_columns(sheet)[1]
        row = task_rows(sheet)[0]
        sheet.cell(row, columns["完成日期"]).value = None
        sheet.cell(row, columns[column]).value = said

    change_form(return_of(workspace, "基教股"), spoil)
    month = look_at_month(workspace, APRIL)
    (finding,) = [f for f in month.findings if f.code == "E305"]
    assert finding.office == "基教股"
    assert "没有这一天" in finding.message


# ---------------------------------------------------------------- what is no form, what lacks a sheet


def test_a_task_list_among_the_returns_is_called_one(workspace: Workspace) -> None:
    from tests.month_of_clerks import MASTER_LIST

    path = workspace.returns_folder(APRIL) / "附件1.xlsx"
    path.write_bytes(make_workbook({"附件1": MASTER_LIST}))
    month = look_at_month(workspace, APRIL)
    (one,) = [file for file in month.files if file.file == path.name]
    assert (one.verdict, one.code) == ("rejected", "R205")
    assert "这是任务清单（附件1）" in (one.reason or "")
    assert all(state.state == "submitted" for state in month.offices)


@pytest.mark.parametrize("way", ["sheet", "rows", "libreoffice"])
def test_milestones_that_did_not_come_back_are_asked_for(
    workspace: Workspace, tmp_path: Path, way: str
) -> None:
    whole = look_at_month(workspace, APRIL)
    assert not [f for f in whole.findings if f.code == "G406"]

    def cut(book: openpyxl.Workbook) -> None:
        sheet = book["节点完成情况"]
        if way != "rows":
            del book["节点完成情况"]
        else:
            rows = task_rows(sheet)
            sheet.delete_rows(rows[0], len(rows))

    path = return_of(workspace, "计财股")
    change_form(path, cut)
    if way == "libreoffice":
        shutil.copy(convert(path, "ods", tmp_path / "另存", tmp_path / "profile"), path.parent)
        path.unlink()
    month = look_at_month(workspace, APRIL)
    found = [f for f in month.findings if f.code == "G406"]
    assert {f.office for f in found} == {"计财股"}
    # What was not due yet on the day of the form is no more than asked about.
    told = [f for f in found if "还没有到期" not in f.message]
    assert {f.severity for f in told} == {"warning"}
    assert all("收回的表里没有找到它的一行" in f.message for f in told)


def test_milestones_that_came_in_another_file_are_not_asked_for(workspace: Workspace) -> None:
    path = return_of(workspace, "计财股")
    shutil.copy(path, path.with_name("补报.xlsx"))

    def cut(book: openpyxl.Workbook) -> None:
        del book["节点完成情况"]

    change_form(path, cut)
    month = look_at_month(workspace, APRIL)
    assert not [f for f in month.findings if f.code == "G406"]


# ---------------------------------------------------------------- the month as it is typed


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("13", "没有 13 月"),
        ("0月", "没有 0 月"),
        ("2-3月", "期间都从 1 月起"),
        ("3-1", "从 1 月起"),
    ],
)
def test_a_month_that_is_none_is_told_why(typed: str, why: str) -> None:
    with pytest.raises(TaskxlError, match=why):
        Period.parse(typed, Settings(year=2021))


def test_a_span_is_read_by_the_month_with_which_the_year_begins(workspace: Workspace) -> None:
    assert choose_period(workspace, "1-4月", date(2021, 4, 26)) == APRIL
    assert Period.parse("3-4月", Settings(year=2021, first_month=3)).month == 4
    with pytest.raises(TaskxlError, match="期间都从 3 月起"):
        Period.parse("1-4月", Settings(year=2021, first_month=3))
