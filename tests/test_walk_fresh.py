"""What a clerk who did not build this did wrong on purpose: what is said then, and what is kept."""

import os
import re
import shutil
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest

from taskxl.desk.clean_copies import write_clean
from taskxl.desk.composing import compose_letters
from taskxl.desk.issuing import issue_forms
from taskxl.desk.lists import load_master
from taskxl.desk.lost_months import explain_absence
from taskxl.desk.merging import look_at_month, merge_returns
from taskxl.desk.yearbook import write_year
from taskxl.errors import TaskxlError
from taskxl.model import Period
from taskxl.reports.leaders_page import leader_lines
from taskxl.reports.send_back import send_back_text
from taskxl.reports.view import look_at
from taskxl.workspace.folder import Workspace
from tests.clerks import convert, fill_form, form_columns, task_rows
from tests.month_of_clerks import APRIL, MASTER_LIST, OFFICES, make_workspace
from tests.pens import CAME, NOW, Pen, merge, send
from tests.support import make_workbook

MAY = Period(2021, 5)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """April, two of the three offices have reported."""
    made = make_workspace(tmp_path)
    send(made, *OFFICES[:2])
    return made


def put(path: Path, folder: Path, name: str = "") -> Path:
    """Put a copy among the returns, newer than anything that lies there."""
    target = folder / (name or path.name)
    shutil.copy(path, target)
    os.utime(target, (CAME + 86400, CAME + 86400))
    return target


# ---------------------------------------------------------------- the 办公室's own books in 回收


@pytest.mark.parametrize("kind", ["summary", "clean", "edited", "xls", "ods", "year", "list"])
@pytest.mark.parametrize("period", [APRIL, MAY], ids=["this month", "next month"])
def test_a_book_of_the_bureaus_office_is_no_offices_return(
    workspace: Workspace, tmp_path: Path, kind: str, period: Period
) -> None:
    report = merge(workspace)
    issue_forms(workspace, MAY, now=NOW)
    before = look_at_month(workspace, period)
    path = workspace.summary_path(APRIL)
    if kind == "clean":
        path = write_clean(workspace, report.month, NOW).path
    elif kind == "edited":
        book = openpyxl.load_workbook(path)
        book["汇总表"]["F6"] = "办公室改过的一句。"
        path = tmp_path / "改过.xlsx"
        book.save(path)
    elif kind in ("xls", "ods"):
        path = convert(path, kind, tmp_path / "另存", tmp_path / "profile")
    elif kind == "year":
        path = write_year(workspace, NOW).path
    elif kind == "list":
        path = workspace.master_path
    copy = put(path, workspace.returns_folder(period), f"给各股室核对{path.suffix}")

    after = look_at_month(workspace, period)
    (told,) = [one for one in after.files if one.file == copy.name]
    assert (told.verdict, told.code, told.office) == ("rejected", "R205", None)
    assert "请移出“回收”" in (told.reason or "")
    assert after.offices == before.offices
    assert after.entries == before.entries
    assert after.unplaced == before.unplaced
    assert [f for f in after.findings if f.file != copy.name] == list(before.findings)
    assert not [f for f in after.findings if f.file == copy.name and f.office]


@pytest.mark.parametrize("way", ["office named", "own rows alone"])
def test_an_office_that_reports_in_such_a_book_is_heard(workspace: Workspace, way: str) -> None:
    report = merge(workspace)
    path = put(
        write_clean(workspace, report.month, NOW).path, workspace.returns_folder(APRIL), "报.xlsx"
    )
    book = openpyxl.load_workbook(path)
    sheet = book["汇总表"]
    columns = {cell.value: cell.column for cell in sheet[3]}
    own = OFFICES[2]
    for row in range(sheet.max_row, 3, -1):
        if sheet.cell(row, columns["责任股室"]).value in (None, ""):
            continue
        if str(sheet.cell(row, columns["责任股室"]).value).split("\n")[0] == own:
            sheet.cell(row, columns["进展情况"]).value = "已完成图纸会审。"
        elif way == "own rows alone":
            sheet.delete_rows(row)
    if way == "office named":
        sheet["A2"] = f"填报股室：{own}"
    book.save(path)
    month = look_at_month(workspace, APRIL)
    assert "已完成图纸会审。" in [e.progress for e in month.entries if e.office == own]


@pytest.mark.parametrize("blank", [True, False])
def test_a_notice_with_the_list_and_a_blank_form_is_called_what_it_is(
    workspace: Workspace, blank: bool
) -> None:
    """Not that none of the list's tasks was recognised in it."""
    form = "| 编号 | 项目名称 | 责任股室 | 进展情况 | 备注 |\n|  |  |  |  |  |\n"
    if not blank:
        form += "| 7 | 落实教育经费保障 | 计财股 | 已下达预算。 |  |\n"
    content = make_workbook({"附件1": MASTER_LIST, "附件2": form})
    (workspace.returns_folder(APRIL) / "通知.xlsx").write_bytes(content)
    month = look_at_month(workspace, APRIL)
    (told,) = [one for one in month.files if one.file == "通知.xlsx"]
    assert ("这是任务清单（附件1）" in (told.reason or "")) is blank
    assert "没有认出" not in (told.reason or "")
    assert ("已下达预算。" in [e.progress for e in month.entries]) is not blank


def test_who_has_a_newer_return_is_asked_nothing_of_the_old_one(workspace: Workspace) -> None:
    """An old form, or one for another month, beside the one that counts: the office did its part."""
    merge(workspace)
    issue_forms(workspace, MAY, now=NOW)
    send(workspace, *OFFICES, period=MAY)
    put(
        workspace.returns_folder(APRIL) / "附件2-基教股-2021年4月.xlsx",
        workspace.returns_folder(MAY),
    )
    put(
        workspace.returns_folder(MAY) / "附件2-办公室-2021年5月.xlsx",
        workspace.returns_folder(APRIL),
    )
    for period, office in ((MAY, "基教股"), (APRIL, "办公室")):
        month = look_at_month(workspace, period)
        assert [f for f in month.findings if f.code == "R206" and f.office == office]
        text = send_back_text(month, office)
        assert "不用处理" not in text
        assert "移到" not in text


# ---------------------------------------------------------------- months and their folders


def test_a_month_whose_folder_is_gone_is_not_issued_anew_in_silence(workspace: Workspace) -> None:
    shutil.move(workspace.month_folder(APRIL), workspace.root.parent / "别处")
    with pytest.raises(TaskxlError, match=r"请从备份或回收站里找回它.*新建空文件夹“2021年04月”"):
        issue_forms(workspace, APRIL, now=NOW)
    assert not workspace.month_folder(APRIL).exists()
    workspace.month_folder(APRIL).mkdir()
    assert len(issue_forms(workspace, APRIL, now=NOW).written) == len(OFFICES)


def test_forms_of_another_month_in_the_folder_are_not_said_to_be_unneeded(
    workspace: Workspace,
) -> None:
    """Somebody copied April's folder to begin May with."""
    shutil.copytree(workspace.month_folder(APRIL), workspace.month_folder(MAY))
    before = {p: p.read_bytes() for p in workspace.issue_folder(MAY).iterdir() if p.is_file()}
    report = issue_forms(workspace, MAY, now=NOW)
    assert report.stale == ()
    assert not [note for note in report.notes if "补记" in note]
    (told,) = [note for note in report.notes if "不是这个月的表" in note]
    assert "附件2-办公室-2021年4月.xlsx" in told
    assert all(path.read_bytes() == content for path, content in before.items())


@pytest.mark.parametrize("wrong", [2012, 2020, 2031])
def test_a_wrong_year_in_the_settings_is_asked_about(workspace: Workspace, wrong: int) -> None:
    """Not that the month was never issued."""
    period = Period(wrong, 4)
    told = explain_absence(workspace, period)
    assert f"年份是 {wrong}" in told
    assert "2021年的" in told
    assert "taskxl issue" not in told
    book = openpyxl.load_workbook(workspace.master_path)
    for row in book["设置"].iter_rows():
        if row[0].value == "年份":
            row[1].value = wrong
    book.save(workspace.master_path)
    with pytest.raises(TaskxlError, match="请核对“年份”"):
        issue_forms(workspace, period, now=NOW)
    assert not workspace.month_folder(period).exists()


# ---------------------------------------------------------------- what is said of offices and tasks


@pytest.mark.parametrize("day", [20, 26])
def test_a_return_that_is_of_no_use_is_not_said_to_be_missing(
    workspace: Workspace, day: int
) -> None:
    form = workspace.form_path("计财股", APRIL)
    put(form, workspace.returns_folder(APRIL))
    month = merge_returns(workspace, APRIL, now=datetime(2021, 4, day, 9, 0)).month
    assert next(o.state for o in month.offices if o.office == "计财股") == "rejected"
    said = [f.message for f in month.findings if f.code == "G406" and f.office == "计财股"]
    assert said
    assert all("报来的表用不了" in text for text in said)
    assert not [text for text in said if "未报送" in text or "没有报送" in text]


@pytest.mark.parametrize("field", ["number", "title", "both"])
def test_no_light_on_the_leaders_page_is_without_a_name(tmp_path: Path, field: str) -> None:
    listing = MASTER_LIST
    if field in ("number", "both"):
        listing = listing.replace("| 2 | 推进政务公开", "|  | 推进政务公开")
    if field in ("title", "both"):
        listing = listing.replace("| 推进政务公开 |", "|  |")
    made = make_workspace(tmp_path, listing)
    lines = " ".join(line.lights for line in leader_lines(look_at(look_at_month(made, APRIL))))
    assert "None" not in lines
    lights = re.split("[　 ]", lines)
    assert len(lights) == len(load_master(made)[0].tasks)
    assert all(re.match(r"[^●◐○√？]", light) for light in lights)


@pytest.mark.parametrize(
    ("sheet", "column"),
    [("延期", "申请日期"), ("延期", "申请延至"), ("延期", "批准日期"), ("延期", "延期至"),
     ("批示", "批示日期"), ("批示", "办理期限"), ("批示", "办结日期")],
)  # fmt: skip
def test_a_day_that_is_none_is_asked_about_by_the_name_of_its_column(
    workspace: Workspace, sheet: str, column: str
) -> None:
    book = openpyxl.load_workbook(workspace.master_path)
    columns = {cell.value: cell.column for cell in book[sheet][1]}
    for header, text in (("任务标识", "1"), ("批示内容", "请抓紧。"), (column, "6月31日")):
        if header in columns:
            book[sheet].cell(2, columns[header]).value = text
    book.save(workspace.master_path)
    said = [f for f in load_master(workspace)[1] if f.sheet == sheet and "6月31日" in f.message]
    assert [f.message.split("写的是")[0] for f in said] == [column]


# ---------------------------------------------------------------- forms and summaries in odd places


def test_a_form_that_was_only_saved_anew_is_not_called_changed(
    workspace: Workspace, tmp_path: Path
) -> None:
    form = workspace.form_path("计财股", APRIL)
    saved = convert(form, "xlsx", tmp_path / "另存", tmp_path / "profile")
    assert saved.read_bytes() != form.read_bytes()
    shutil.copy(saved, form)
    report = issue_forms(workspace, APRIL, now=NOW)
    assert (report.written, report.notes) == ((), ())
    assert form.read_bytes() == saved.read_bytes()


@pytest.mark.parametrize("change", ["row deleted", "fixed text"])
def test_a_form_that_was_changed_is_kept_aside_and_written_anew(
    workspace: Workspace, change: str
) -> None:
    form = workspace.form_path("计财股", APRIL)
    book = openpyxl.load_workbook(form)
    sheet = book["进展情况表"]
    row = task_rows(sheet)[0]
    if change == "row deleted":
        sheet.delete_rows(row)
    else:
        sheet.cell(row, form_columns(sheet)[1]["项目名称"]).value = None
    book.save(form)
    changed = form.read_bytes()
    report = issue_forms(workspace, APRIL, now=NOW)
    assert report.written == (form,)
    assert [note for note in report.notes if "手工改动" in note]
    assert changed in [path.read_bytes() for path in form.parent.glob("*手工改过*")]


def test_a_letter_brings_the_form_as_issued_not_as_somebody_filled_it(
    workspace: Workspace,
) -> None:
    form = workspace.form_path("计财股", APRIL)
    issued = form.read_bytes()
    fill_form(form, form)
    for kind, office in (("issue", None), ("remind", "计财股")):
        batch = compose_letters(workspace, APRIL, kind, office, by_mail=False)
        (item,) = [one for one in batch.items if one.office == "计财股"]
        assert [one.content for one in item.attachments] == [issued]
        assert [note for note in batch.notes if "已经填了" in note]


@pytest.mark.parametrize("place", ["merge", "month", "root"])
@pytest.mark.parametrize("also_here", [True, False])
def test_corrections_in_a_summary_of_another_name_are_said_not_to_count(
    workspace: Workspace, place: str, also_here: bool
) -> None:
    merge(workspace)
    folders = {"merge": workspace.merge_folder, "month": workspace.month_folder}
    folder = folders[place](APRIL) if place in folders else workspace.root
    summary, renamed = workspace.summary_path(APRIL), folder / "局长看过的.xlsx"
    shutil.copy(summary, renamed)
    if not also_here:
        summary.unlink()
    assert not [note for note in merge(workspace).notes if renamed.name in note]
    pen = Pen(renamed)
    pen.book.save(renamed)  # saved without a change
    assert not [note for note in merge(workspace).notes if renamed.name in note]
    pen.write("1", "进展情况", "办公室改过的一句。")
    pen.book.save(renamed)
    (told,) = [note for note in merge(workspace).notes if renamed.name in note]
    assert "里面的修订没有用上" in told
    assert summary.name in told
