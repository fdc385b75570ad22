"""What a fresh user met at the desk: `taskxl` alone, forms in odd places, 定稿, new offices."""

import io
import re
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from taskxl.desk.composing import compose_letters
from taskxl.desk.filled_forms import find_filled
from taskxl.desk.issuing import issue_forms
from taskxl.desk.lists import check_workspace, load_master
from taskxl.desk.merging import look_at_month, note_strays
from taskxl.desk.standing import find_standing
from taskxl.desk.taking_over import init_workspace
from taskxl.forms.returned.reader import read_return
from taskxl.intake.grids import Book, Sheet, Value
from taskxl.ledger.looking import look_into_ledger
from taskxl.model import Delay, Milestone, Period
from taskxl.reports import leaders_page, sheet_leaders
from taskxl.reports.clean_copy import write_clean_copy
from taskxl.reports.summary import write_summary
from taskxl.reports.tables import Section
from taskxl.reports.view import look_at
from taskxl.tasks import plan_text
from taskxl.workspace.folder import Workspace
from tests.clerks import fill_form
from tests.month_of_clerks import APRIL, make_workspace
from tests.pens import Pen, merge, send
from tests.reports_support import make_month
from tests.returned_support import EXPECTED, MASTER
from tests.support import make_workbook

BEFORE, AFTER = date(2021, 4, 20), date(2021, 4, 26)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """April issued to three offices, of which the 办公室 has reported."""
    workspace = make_workspace(tmp_path_factory.mktemp("walk"))
    send(workspace, "办公室")
    return workspace


@pytest.fixture
def workspace(made: Workspace, tmp_path: Path) -> Workspace:
    """A copy of its own."""
    shutil.copytree(made.root, tmp_path / "工作区")
    return Workspace(tmp_path / "工作区")


def stand(workspace: Workspace, today: date) -> str:
    """Return what `taskxl` alone says on a day, with the next commands."""
    standing = find_standing(workspace, today)
    return "\n".join((*standing.lines, *(command for command, _ in standing.steps)))


# ---------------------------------------------------------------- `taskxl` alone


def test_before_the_report_day_nobody_is_said_to_owe(workspace: Workspace) -> None:
    """`taskxl` alone counts offices and gaps as `status` does on the same day."""
    early, late = stand(workspace, BEFORE), stand(workspace, AFTER)
    assert "已报送 1，未到期限 2（" in early
    assert "未报送" not in early
    assert "须处理 0" in early
    assert "mail remind 4 --before 5" in early
    assert "未报送 2（" in late
    assert "须处理 0" not in late
    month = look_at_month(workspace, APRIL, today=BEFORE)
    assert all(state.word in early for state in month.offices)


@pytest.mark.parametrize("moved", ["4月", "2021年4月", None])
def test_a_month_that_is_not_in_its_place_is_not_issued_anew(
    workspace: Workspace, moved: str | None
) -> None:
    """`taskxl` alone says where the latest month is, as `status` does."""
    folder = workspace.month_folder(APRIL)
    if moved:
        folder.rename(workspace.root / moved)
    else:
        shutil.rmtree(folder)
    told = stand(workspace, AFTER)
    assert "没有文件夹“2021年04月”" in told
    assert (f"但有“{moved}”" if moved else "找回它") in told
    assert "issue" not in told


# ---------------------------------------------------------------- forms filled in odd places


@pytest.mark.parametrize("place", ["", "2021年04月/汇总", "2021年04月/回收表格", "2021年04月/下发"])
def test_a_filled_form_in_an_odd_place_is_named_and_nobody_is_urged(
    workspace: Workspace, place: str
) -> None:
    """Looking, `taskxl` alone and a reminder say it; the 催报 to that office is held back."""
    form = workspace.form_path("计财股", APRIL)
    folder = workspace.root / place
    folder.mkdir(exist_ok=True)
    fill_form(form, folder / form.name)
    said = f"{folder.name}文件夹里的“{form.name}”已经填了，要当作报送请放进回收。"
    month = look_at_month(workspace, APRIL, today=AFTER)
    assert said in note_strays(workspace, month)
    assert said in stand(workspace, AFTER).splitlines()
    batch = compose_letters(workspace, APRIL, "remind", by_mail=False, today=AFTER)
    assert [item.office for item in batch.items] == ["基教股"]
    (note,) = batch.notes
    assert note.startswith(
        f"计财股的表在{folder.name}文件夹里已经填了（“{form.name}”），没有写催报"
    )
    batch = compose_letters(workspace, APRIL, "remind", "计财股", by_mail=False, today=AFTER)
    assert [item.office for item in batch.items] == ["计财股"]
    assert "请核实后再发催报" in batch.notes[0]
    shutil.copy(folder / form.name, workspace.returns_folder(APRIL))
    assert note_strays(workspace, look_at_month(workspace, APRIL, today=AFTER)) == []


def test_forms_of_another_month_in_the_root_are_not_this_months(workspace: Workspace) -> None:
    """April's form is nearly May's: its mark tells them apart."""
    may = Period(2021, 5)
    issue_forms(workspace, may)
    form = workspace.form_path("计财股", APRIL)
    fill_form(form, workspace.root / form.name)
    with look_into_ledger(workspace) as ledger:
        assert find_filled(workspace, ledger, may) == {}
        assert find_filled(workspace, ledger, APRIL) == {workspace.root / form.name: "计财股"}


def test_a_corrected_summary_is_nobodys_form(workspace: Workspace) -> None:
    merge(workspace)
    Pen(workspace.summary_path(APRIL)).write("2", "进展情况", "改过").save()
    with look_into_ledger(workspace) as ledger:
        assert find_filled(workspace, ledger, APRIL) == {}


# ---------------------------------------------------------------- on paper


def test_what_is_asked_of_leaders_is_the_same_on_both_pages() -> None:
    """总览 lists all that 分管领导 lists, also what one leader alone can settle."""
    month = make_month()
    asking = replace(month.entries[0], obstacles="请公司领导协调用地。")
    view = look_at(replace(month, entries=(asking, *month.entries[1:])))
    told = leaders_page.decisions(view)
    rows = [row.text for row in sheet_leaders.make_table(view).rows if isinstance(row, Section)]
    lines = [text.partition("　")[2] for text in rows if text.startswith("提请研究 ")]
    assert any("请公司领导协调用地" in line for line in told)
    assert sorted(told) == sorted(set(lines))


def test_the_clean_copy_says_of_list_and_offices_what_the_sheet_says() -> None:
    """Due dates and approved delays stand in both; the header has the bureau's own word."""
    month = make_month()
    master = month.master
    delay = Delay(master.tasks[0].id, approved_on=date(2026, 4, 1), until=date(2026, 9, 30))
    first = Milestone("摸底", date(2026, 9, 30), delay=delay, listed_due=date(2026, 3, 31))
    tasks = (replace(master.tasks[0], milestones=(first,)), *master.tasks[1:])
    settings = replace(master.settings, office_word="部门")
    month = replace(month, master=replace(master, tasks=tasks, settings=settings))
    both = [openpyxl.load_workbook(io.BytesIO(w(month))) for w in (write_summary, write_clean_copy)]
    sheets = [read_columns(book["汇总表"]) for book in both]
    columns = ("主要内容和关键时间节点计划", "项目名称", "责任部门")
    for column in columns:
        assert sheets[0][column] == sheets[1][column]
    assert "（时限：3月31日）" in sheets[1][columns[0]]
    assert "批准延期至2026年9月30日〕" in sheets[1][columns[0]]


def read_columns(sheet: Worksheet) -> dict[str, str]:
    """Return what stands under each header of 汇总表, blanks left out, marks in 【】 too."""
    rows = [[str(value or "") for value in row] for row in sheet.iter_rows(values_only=True)]
    top = next(n for n, row in enumerate(rows) if row[0] == "编号")
    return {
        header: re.sub(r"【.*?】|\s", "", "".join(row[n] for row in rows[top + 1 :]))
        for n, header in enumerate(rows[top])
    }


# ---------------------------------------------------------------- offices typed into 任务


def test_a_list_without_offices_says_what_to_fill_and_takes_up_what_is_typed(
    tmp_path: Path,
) -> None:
    """`issue` would refuse, and so is not the next step; `check` asks of no office typed."""
    source = tmp_path / "附件1.xlsx"
    table = "| 序号 | 任务名称 | 主要内容 | 备注 |\n"
    table += "| 1 | 编制发展规划 | 一是6月底前报批。 | |\n| 2 | 新建幼儿园 | 一是9月底前开工。 | |"
    source.write_bytes(make_workbook({"附件1": "| 某局2021年重点工作任务一览表 |\n" + table}))
    workspace = Workspace(tmp_path / "年")
    init_workspace(workspace.root, [source], 2021)
    told = stand(workspace, BEFORE)
    assert "“牵头股室”一栏填上" in told
    assert "issue" not in told
    book = openpyxl.load_workbook(workspace.master_path)
    sheet = book["任务"]
    column = next(cell.column for cell in sheet[1] if cell.value == "牵头股室")
    sheet.cell(2, column).value, sheet.cell(3, column).value = "基教科/人事科", "人事科"
    book.save(workspace.master_path)
    assert "M107" not in {finding.code for finding in check_workspace(workspace)}
    assert "issue 4" in stand(workspace, BEFORE)
    issue_forms(workspace, APRIL)
    master, _ = load_master(workspace)
    assert [office.name for office in master.offices] == ["基教科", "人事科"]
    assert master.tasks[0].lead_offices == ("基教科", "人事科")


# ---------------------------------------------------------------- 附件1 among the returns


def test_a_list_among_the_returns_leaves_only_what_the_list_has_not() -> None:
    """Its title, its names and its due dates are known; what somebody wrote into it is kept."""
    rows: list[tuple[Value, ...]] = [
        ("云溪县教育局2021年重点工作任务清单",),
        ("序号", "任务名称", "主要内容", "责任股室", "完成时限"),
    ]
    for task in MASTER.tasks:
        due = task.milestones[0].due
        assert due is not None
        when = f"{due.year}年{due.month}月{due.day}日"
        rows.append((task.number, task.title, plan_text(task), "、".join(task.lead_offices), when))
    rows[3] = (*rows[3][:4], "2021年12月24日")
    rows[4] = (*rows[4][:4], "4月还没有完成")
    sheet = Sheet("附件1", tuple(rows))
    read = read_return(EXPECTED, Book("附件1.xlsx", "xlsx", (sheet,)), "附件1.xlsx")
    assert read.code == "R205"
    assert "这是任务清单" in (read.reason or "")
    assert [one.text for one in read.unplaced] == ["2021年12月24日", "4月还没有完成"]
