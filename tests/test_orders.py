"""延期 and 批示 through the year: asked for, decided, carried on the forms, answered, closed."""

import io
from dataclasses import replace
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openxml_audit import OpenXmlValidator

from taskxl.a1 import cell_name
from taskxl.desk.issuing import compose_forms, issue_forms
from taskxl.desk.lists import check_workspace, load_master
from taskxl.desk.merging import merge_returns
from taskxl.desk.proving import prove_month
from taskxl.ledger import open_ledger
from taskxl.master.book.layout import DELAY_COLUMNS, INSTRUCTION_COLUMNS
from taskxl.master.book.making import read_master, write_master
from taskxl.master.book.order_rows import write_order_sheets, write_orders
from taskxl.master.book.rereading import read_placed
from taskxl.model import (
    Delay,
    Instruction,
    MasterList,
    Milestone,
    Office,
    Period,
    Settings,
    Task,
    with_ids,
)
from taskxl.orders import answering, with_delays, with_instructions, without_delays
from taskxl.reports.order_lines import NO_REPLY, tell_open
from taskxl.reports.pen import Speakers, read_shown
from taskxl.reports.view import look_at
from taskxl.roster import Roster, divide_tasks
from taskxl.statements import applied_until, find_application
from taskxl.workspace.folder import Workspace
from tests.clerks import fill_form, form_columns, task_rows
from tests.month_of_clerks import APRIL, make_workspace, summary_text
from tests.pens import MAY, NOW, Pen, make_merged_april, merge, send
from tests.support import make_once

merged, workspace = make_once(make_merged_april, "2021年重点工作")
LATER = datetime(2021, 5, 26, 9, 0)
SHEETS = ("延期", "批示")


def edit_list(workspace: Workspace, sheet: str, key: str, **values: object) -> None:
    """Write into a row of 主清单.xlsx, by the headers of its columns."""
    book = openpyxl.load_workbook(workspace.master_path)
    columns = {cell.value: cell.column for cell in book[sheet][1]}
    (row,) = [cells[0].row for cells in book[sheet].iter_rows() if cells[0].value == key]
    for header, value in values.items():
        book[sheet].cell(row, columns[header]).value = value
    book.save(workspace.master_path)


def drop_sheets(workspace: Workspace) -> None:
    """Make a list as it was before there were these sheets."""
    book = openpyxl.load_workbook(workspace.master_path)
    for name in SHEETS:
        del book[name]
    book.save(workspace.master_path)


def answer(workspace: Workspace, office: str, month: Period, row_id: str, **said: Any) -> None:
    """Let an office return its form of a month with something of its own in one row."""
    form = workspace.form_path(office, month)
    target = workspace.returns_folder(month) / form.name
    fill_form(form, target, day=f"2021年{month.month}月20日")
    book = openpyxl.load_workbook(target)
    for sheet in (book["进展情况表"], book["节点完成情况"]):
        _, columns = form_columns(sheet)
        for row in task_rows(sheet):
            if str(sheet.cell(row, columns["标识"]).value) == row_id:
                for header, text in said.items():
                    sheet.cell(row, columns[header]).value = text
                if "完成情况" in said and "完成日期" not in said:
                    sheet.cell(row, columns["完成日期"]).value = None
    book.save(target)


def light_of(report: Any, step: str) -> Any:
    (state,) = [s for s in report.month.milestones if s.milestone.id == step]
    return state


# ---------------------------------------------------------------- 延期


@pytest.mark.parametrize("old", [False, True], ids=["with sheets", "from before"])
def test_an_application_starts_a_row_and_an_approval_moves_the_date(
    tmp_path: Path, old: bool
) -> None:
    workspace = make_workspace(tmp_path)
    if old:
        drop_sheets(workspace)
    before = workspace.master_path.read_bytes()
    answer(workspace, "办公室", APRIL, "3/1", 完成情况="申请延期", 说明="人手不足，延期至6月30日")
    report = merge(workspace)
    assert any("已列入主清单“延期”表" in note for note in report.notes)
    (delay,) = load_master(workspace)[0].delays
    assert (delay.id, delay.task, delay.milestone) == ("延04-3/1", "3", "3/1")
    assert (delay.office, delay.asked_on) == ("办公室", date(2021, 4, 20))
    assert "人手不足" in delay.reason
    assert delay.is_pending
    with open_ledger(workspace.ledger_path) as ledger:
        assert ledger.content(sha256(before).hexdigest()) == before
    # Twice is once.
    listed, summary = workspace.master_path.read_bytes(), report.summary.read_bytes()
    again = merge(workspace)
    assert not again.written
    assert (workspace.master_path.read_bytes(), again.summary.read_bytes()) == (listed, summary)
    assert light_of(again, "3/1").light == "overdue"
    assert any("申请延期" in f.message and f.code == "G406" for f in again.month.findings)

    edit_list(
        workspace, "延期", delay.id, 批准人="何立文", 批准日期=date(2021, 5, 3), 延期至="6月30日"
    )
    issue_forms(workspace, MAY, now=LATER)
    (form,) = compose_forms(workspace, MAY, "办公室")
    assert "3/1" not in {record.get("标识") for record in form.blocks["节点"]}
    plans = {record["标识"]: record["计划"] for record in form.blocks["任务"]}
    assert "何立文批准延期至2021年6月30日" in plans["3"]
    assert "4月15日前" in plans["3"], "the list's own date stays visible"
    send(workspace, "办公室", period=MAY, day="2021年5月20日")
    may = merge_returns(workspace, MAY, now=LATER)
    state = light_of(may, "3/1")
    assert (state.milestone.due, state.milestone.listed_due) == (
        date(2021, 6, 30),
        date(2021, 4, 15),
    )
    assert state.light == "on time"
    told = summary_text(may.summary.read_bytes())
    assert "经何立文批准，由2021年4月15日延期至2021年6月30日" in told
    (form,) = compose_forms(workspace, Period(2021, 6), "办公室")
    due = {record.get("标识"): record.get("时限") for record in form.blocks["节点"]}
    assert due["3/1"] == "2021年6月30日\n（原2021年4月15日，何立文批准延期）"
    # Past months do not change when a later row is added.
    april = merge(workspace)
    assert light_of(april, "3/1").light == "overdue"
    assert light_of(april, "3/1").milestone.delay is None


def test_a_row_that_somebody_deleted_does_not_come_again(workspace: Workspace) -> None:
    answer(workspace, "办公室", APRIL, "3/1", 完成情况="申请延期")
    merge(workspace)
    book = openpyxl.load_workbook(workspace.master_path)
    book["延期"].delete_rows(2)
    book.save(workspace.master_path)
    merge(workspace)
    assert load_master(workspace)[0].delays == ()


def test_words_of_a_task_apply_too_and_a_negation_does_not(workspace: Workspace) -> None:
    answer(workspace, "基教股", APRIL, "4", 存在问题和下一步工作计划="选点未定，申请延期至5月底。")
    answer(workspace, "办公室", APRIL, "2", 存在问题和下一步工作计划="进展正常，不申请延期。")
    merge(workspace)
    (delay,) = load_master(workspace)[0].delays
    assert (delay.task, delay.office, delay.wanted) == ("4", "基教股", date(2021, 5, 31))


def test_a_refused_application_is_said_to_be_refused(workspace: Workspace) -> None:
    answer(workspace, "办公室", APRIL, "3/1", 完成情况="申请延期")
    merge(workspace)
    edit_list(workspace, "延期", "延04-3/1", 批准人="不同意。何立文")
    report = merge(workspace)
    (found,) = [
        f for f in report.month.findings if f.code == "G406" and "没有获得同意" in f.message
    ]
    assert found.task == "3"
    assert light_of(report, "3/1").light == "overdue"
    assert "未同意" in summary_text(report.summary.read_bytes())


@given(st.dates(date(2021, 1, 1), date(2021, 12, 31)), st.dates(date(2021, 1, 1), date(2021, 12, 31)), st.dates(date(2021, 1, 1), date(2021, 12, 31)))  # fmt: skip
def test_a_delay_moves_its_date_from_the_approval_on(due: date, approved: date, day: date) -> None:
    until = date(2022, 1, 31)
    task = Task("1", "甲", milestones=(Milestone("一是完成。", due), Milestone("二是完成。", due)))
    delay = Delay("1", "1/1", approved_by="何立文", approved_on=approved, until=until)
    listed = MasterList("", with_ids((task,)), (), Settings(year=2021), (delay,))
    moved = with_delays(listed, day)
    first, second = moved.tasks[0].milestones
    assert first.due == (until if approved <= day else due)
    assert second.due == due
    assert without_delays(moved) == listed
    assert with_delays(moved, day) == moved


WHO = ("", "我股", "本科室", "现", "特", "因资金未到位，", "受疫情影响", "经研究，")
WHAT = ("", "将该节点完成时限", "本项任务", "局党组同意")
LATER_ON = ("延期", "推迟", "顺延", "延后")
OTHERS = st.text(st.sampled_from("绿城鸿达新源建设"), min_size=2, max_size=5)


@given(
    st.sampled_from(WHO),
    st.sampled_from(("申请", "拟申请", "恳请", "请求")),
    st.sampled_from(WHAT),
    st.sampled_from(LATER_ON),
    st.dates(date(2021, 1, 1), date(2021, 12, 31)),
)
def test_an_application_is_understood_in_whatever_words(
    who: str, ask: str, what: str, later: str, until: date
) -> None:
    text = f"施工图审查还没有完成。{who}{ask}{what}{later}至{until.month}月{until.day}日。"
    words = find_application(text)
    assert words is not None
    assert applied_until(words) == f"{until.month}月{until.day}日"


@given(
    st.sampled_from(("不", "暂不", "没有", "未", "无需", "不再", "并未", "不用", "撤回", "是否")),
    st.sampled_from(("申请", "拟申请", "请求")),
    st.sampled_from(LATER_ON),
    st.sampled_from(("", "本节点", "我股", "目前")),
)
def test_a_negation_is_no_application(no: str, ask: str, later: str, before: str) -> None:
    assert find_application(f"{before}{no}{ask}{later}。") is None
    assert find_application(f"进展正常，{before}{no}{later}。") is None


@given(OTHERS, st.sampled_from(("公司", "学校", "企业", "中学")), st.sampled_from(LATER_ON))
def test_what_somebody_else_applies_for_is_none(name: str, kind: str, later: str) -> None:
    for text in (
        "{0}申请{1}。",
        "因{0}申请{1}。",
        "帮助{0}申请{1}交付。",
        "{0}的{1}申请已获批准。",
    ):
        assert find_application(text.format(f"{name}{kind}", later)) is None


# ---------------------------------------------------------------- 批示


@pytest.mark.parametrize("old", [False, True], ids=["with sheets", "from before"])
def test_an_instruction_is_followed_until_it_is_closed(workspace: Workspace, old: bool) -> None:
    if old:
        drop_sheets(workspace)
    text = "请于5月底前公布。何立文 4月28日"
    Pen(workspace.summary_path(APRIL)).write("2", "批示", text).save()
    report = issue_forms(workspace, MAY, now=LATER)
    assert any("已列入主清单“批示”表" in note for note in report.notes)
    (row,) = load_master(workspace)[0].instructions
    assert (row.id, row.task, row.text, row.month) == ("批04-2", "2", text, 4)
    assert (row.by, row.given_on, row.until) == ("何立文", date(2021, 4, 28), date(2021, 5, 31))
    (form,) = compose_forms(workspace, MAY, "办公室")
    ids = [record["标识"] for record in form.blocks["任务"]]
    assert ids[ids.index("2") + 1] == "批04-2"
    (asked,) = [record for record in form.blocks["任务"] if record["标识"] == "批04-2"]
    assert asked["名称"] == "4月领导批示：推进政务公开"
    assert asked["计划"].startswith(text)
    assert "批04-2" not in {
        r["标识"] for f in compose_forms(workspace, MAY, "基教股") for r in f.blocks["任务"]
    }
    # Unanswered it is a gap of the office; answered it stands beside the instruction.
    answer(
        workspace,
        "办公室",
        MAY,
        "批04-2",
        进展情况=None,
        存在问题和下一步工作计划=None,
        备注=None,
        进度状态="正常推进",
    )
    silent = merge(workspace, MAY)
    (gap,) = [f for f in silent.month.findings if f.code == "G418"]
    assert (gap.office, gap.task, gap.severity) == ("办公室", "2", "warning")
    answer(workspace, "办公室", MAY, "批04-2", 进展情况="目录已于5月12日公布。")
    may = merge(workspace, MAY)
    assert not [f for f in may.month.findings if f.code == "G418"]
    assert [(r.task, r.progress) for r in may.month.replies] == [
        ("批04-2", "目录已于5月12日公布。")
    ]
    assert not [e for e in may.month.entries if e.task.startswith("批")]
    book = openpyxl.load_workbook(may.summary)
    assert "目录已于5月12日公布。" in str(Pen(may.summary).cell("2", "批示").value)
    assert any(
        "目录已于5月12日公布。" in str(c.value) for r in book["批示办理"].iter_rows() for c in r
    )
    overview = "\n".join(str(c.value) for r in book["总览"].iter_rows() for c in r if c.value)
    assert "未办结的批示（1 条）" in overview
    assert "目录已于5月12日公布" in overview
    assert prove_month(workspace, MAY).lost == ()
    again = merge(workspace, MAY)
    assert not again.written
    assert again.month.revisions == (), "what is carried on is nobody's new instruction"

    edit_list(workspace, "批示", "批04-2", 办结日期=date(2021, 6, 2), 办结说明="已公布")
    (june,) = compose_forms(workspace, Period(2021, 6), "办公室")
    assert "批04-2" not in {record["标识"] for record in june.blocks["任务"]}
    april = merge(workspace)
    assert april.month.revisions[0].now == text, "a past month stays as it is"


def test_a_second_instruction_is_written_below_the_carried_one(workspace: Workspace) -> None:
    Pen(workspace.summary_path(APRIL)).write("2", "批示", "请加快。").save()
    issue_forms(workspace, MAY, now=LATER)
    send(workspace, "办公室", period=MAY, day="2021年5月20日")
    may = merge(workspace, MAY)
    pen = Pen(may.summary)
    carried = str(pen.cell("2", "批示").value)
    pen.write("2", "批示", f"{carried}\n再报一次进度。").save()
    report = merge(workspace, MAY)
    assert [(r.task, r.now) for r in report.month.revisions] == [("2", "再报一次进度。")]
    rows = load_master(workspace)[0].instructions
    assert [(r.id, r.text) for r in rows] == [("批04-2", "请加快。"), ("批05-2", "再报一次进度。")]
    # Taken back, it is closed; and the first one goes on.
    pen = Pen(report.summary)
    pen.write("2", "批示", carried).save()
    merge(workspace, MAY)
    rows = load_master(workspace)[0].instructions
    assert [bool(row.closed_on) for row in rows] == [False, True]


def test_what_somebody_changed_in_the_list_stands(workspace: Workspace) -> None:
    Pen(workspace.summary_path(APRIL)).write("2", "批示", "请加快。").save()
    merge(workspace)
    edit_list(workspace, "批示", "批04-2", 批示内容="请会同计财股加快。", 交办股室="计财股")
    Pen(workspace.summary_path(APRIL)).write("2", "批示", "请再加快。").save()
    report = merge(workspace)
    assert any("以“批示”表为准" in note for note in report.notes)
    (row,) = load_master(workspace)[0].instructions
    assert (row.text, row.offices) == ("请会同计财股加快。", ("计财股",))
    ids = {f.office: [r["标识"] for r in f.blocks["任务"]] for f in compose_forms(workspace, MAY)}
    assert [office for office, own in ids.items() if "批04-2" in own] == ["计财股"]


def test_bad_rows_are_found_at_their_cells(workspace: Workspace) -> None:
    book = openpyxl.load_workbook(workspace.master_path)
    delays, orders = book["延期"], book["批示"]
    for sheet, rows in (
        (
            delays,
            (
                {"任务标识": "99", "批准人": "何立文"},
                {"任务标识": "3", "节点标识": "3/1", "批准人": "何立文"},
                {"任务标识": "3", "节点标识": "3/1", "延期至": "等通知"},
                {"任务标识": "3", "节点标识": "9/9"},
                {"任务标识": "3", "批准人": "何立文", "延期至": "2021-06-31"},
                {"节点标识": "3/1", "批准人": "何立文", "延期至": "2021-03-01"},
            ),
        ),
        (
            orders,
            (
                {"批示内容": "请抓紧。"},
                {"任务标识": "2", "批示人": "何立文"},
                {"任务标识": "2", "批示内容": "请抓紧。", "办理期限": "尽快", "交办股室": "督查科"},
            ),
        ),
    ):
        columns = {cell.value: cell.column for cell in sheet[1]}
        for number, row in enumerate(rows, 2):
            for header, value in row.items():
                sheet.cell(number, columns[header]).value = value
    book.save(workspace.master_path)
    found = {(f.code, f.sheet, f.cell) for f in check_workspace(workspace) if f.sheet in SHEETS}
    assert found == {
        ("M131", "延期", "B2"),
        ("M132", "延期", "L3"),
        ("M132", "延期", "L4"),
        ("M131", "延期", "D5"),
        ("M132", "延期", "L6"),  # said once: not that the name is none
        ("M132", "延期", "L7"),
        ("M133", "批示", "B2"),
        ("M134", "批示", "D3"),
        ("M134", "批示", "H4"),
        ("M134", "批示", "G4"),
    }
    ids = [one.id for one in load_master(workspace)[0].delays]
    assert len(set(ids)) == len(ids) == 4


# ---------------------------------------------------------------- the sheets

DAYS = st.none() | st.dates(date(2021, 1, 1), date(2021, 12, 31))
TEXTS = st.text(st.sampled_from("请加快办理落实一二三，。\n"), max_size=12).map(
    lambda text: "\n".join(filter(None, (line.strip() for line in text.split("\n"))))
)
LISTED = MasterList(
    "云溪县教育局2021年重点工作任务一览表",
    with_ids(
        (Task("1", "甲", milestones=(Milestone("一是完成。", date(2021, 4, 30)),)), Task("2", "乙"))
    ),
    (),
    Settings(bureau="云溪县教育局", year=2021),
)
ROWS = st.builds(
    Delay,
    st.just("1"),
    st.sampled_from(["", "1/1"]),
    st.sampled_from(["", "基教股"]),
    DAYS,
    TEXTS,
    DAYS,
    st.sampled_from(["", "何立文", "不同意"]),
    DAYS,
    DAYS,
)
ORDERS = st.builds(
    Instruction,
    st.sampled_from(["1", "2"]),
    TEXTS.filter(bool),
    st.sampled_from(["", "何立文"]),
    DAYS,
    st.sampled_from([(), ("基教股",), ("基教股", "计财股")]),
    DAYS,
    DAYS,
    TEXTS,
    st.integers(0, 12),
)


@settings(max_examples=10, deadline=None)
@given(st.lists(ROWS, max_size=4), st.lists(ORDERS, max_size=4), st.booleans())
def test_what_is_written_into_the_list_is_read_back(
    delays: list[Delay], orders: list[Instruction], old: bool
) -> None:
    asked = tuple(replace(one, id=f"延04-{n}") for n, one in enumerate(delays))
    given_ = tuple(replace(one, id=f"批04-{n}") for n, one in enumerate(orders))
    content = write_master(LISTED)
    if old:
        book = openpyxl.load_workbook(io.BytesIO(content))
        for name in SHEETS:
            del book[name]
        buffer = io.BytesIO()
        book.save(buffer)
        content = buffer.getvalue()
    changed = write_orders(content, "主清单.xlsx", asked, given_)
    master, _ = read_master(changed, "主清单.xlsx")
    assert (master.delays, master.instructions) == (asked, given_)
    bare = replace(master, delays=(), instructions=())
    plain = read_master(content, "主清单.xlsx")[0]
    assert bare == plain
    # Written whole from nothing, it says the same.
    assert read_master(write_master(master), "主清单.xlsx")[0].instructions == given_


def test_a_list_with_the_sheets_is_left_byte_for_byte() -> None:
    content = write_master(LISTED)
    assert write_order_sheets(content, read_placed(content, "主清单.xlsx")) == content


def test_a_sheet_of_ones_own_that_is_called_so_stops_nothing(workspace: Workspace) -> None:
    book = openpyxl.load_workbook(workspace.master_path)
    del book["批示"]
    book.create_sheet("批示")["A1"] = "我的便条"
    book.save(workspace.master_path)
    Pen(workspace.summary_path(APRIL)).write("2", "批示", "请加快。").save()
    report = issue_forms(workspace, MAY, now=NOW)
    assert any("没有写进" in note for note in report.notes)
    assert openpyxl.load_workbook(workspace.master_path)["批示"]["A1"].value == "我的便条"
    assert look_at(merge(workspace).month).month.revisions[0].now == "请加快。"


def test_a_list_that_got_the_sheets_later_is_valid(tmp_path: Path) -> None:
    content = write_master(LISTED)
    book = openpyxl.load_workbook(io.BytesIO(content))
    for name in SHEETS:
        del book[name]
    book.save(tmp_path / "旧.xlsx")
    content = (tmp_path / "旧.xlsx").read_bytes()
    before = {str(error) for error in OpenXmlValidator().validate(tmp_path / "旧.xlsx").errors}
    order = Instruction("1", "请加快。", month=4, id="批04-1")
    (tmp_path / "新.xlsx").write_bytes(write_orders(content, "主清单.xlsx", (), [order]))
    found = [str(error) for error in OpenXmlValidator().validate(tmp_path / "新.xlsx").errors]
    # Texts go into the cells themselves, so that the workbook's string table stays as it is.
    fresh = [error for error in found if error not in before and "inline-string" not in error]
    assert fresh == []
    assert openpyxl.load_workbook(tmp_path / "新.xlsx").sheetnames[-2:] == ["延期", "批示"]


def test_an_office_that_the_list_does_not_know_is_not_asked_nor_counted() -> None:
    """A slip of the pen under 交办股室: the others answer, or those who lead."""
    master = MasterList(
        "清单",
        with_ids((Task(number="1", title="选址", lead_offices=("基教股",)),)),
        (Office("基教股", aliases=("基础教育股",)), Office("人事股")),
        Settings(year=2021),
    )
    roster = Roster(master.offices)
    (task,) = master.tasks
    for named, asked in (
        (("基教科",), ("基教股",)),
        (("基教科", "人事股"), ("人事股",)),
        (("基础教育股",), ("基教股",)),
        ((), ("基教股",)),
        (("各股室",), ("基教股", "人事股")),
    ):
        one = Instruction(task.id, "请加快。", offices=named, id="批03-1", month=3)
        assert answering(one, task, roster) == asked
        listed = with_instructions(replace(master, instructions=(one,)), APRIL, date(2021, 4, 1))
        assert listed.tasks[1].lead_offices == asked
        shares = divide_tasks(listed, APRIL)
        assert set(shares) <= {"基教股", "人事股"}
        assert all("批03-1" in {t.id for t in shares[name][0]} for name in asked)


def test_who_has_answered_done_is_not_called_overdue_and_who_was_not_asked_is_not_silent(
    workspace: Workspace,
) -> None:
    Pen(workspace.summary_path(APRIL)).write("2", "批示", "请于5月10日前公布。").save()
    april = merge(workspace).month
    (line,) = [one for one in tell_open(look_at(april)) if "5月10日" in one]
    assert line.endswith("办公室下月答复")
    assert NO_REPLY not in line
    issue_forms(workspace, MAY, now=LATER)
    for progress, status, days, word in (
        ("正在校对。", "正常推进", 15, "超期 15 天"),
        ("已于5月8日公布。", "已完成", 0, "已报完成"),
    ):
        answer(workspace, "办公室", MAY, "批04-2", 进展情况=progress, 进度状态=status)
        (order,) = look_at(merge_returns(workspace, MAY, now=LATER).month).orders["2"]
        assert (order.overdue, order.state(MAY)) == (days, word)


def test_what_was_taken_back_before_anybody_was_asked_is_open_nowhere(
    workspace: Workspace,
) -> None:
    Pen(workspace.summary_path(APRIL)).write("2", "批示", "请于5月底前公布。").save()
    assert tell_open(look_at(merge(workspace).month))
    Pen(workspace.summary_path(APRIL)).write("2", "批示", None).save()
    view = look_at(merge_returns(workspace, APRIL, now=LATER).month)
    assert tell_open(view) == []
    (order,) = view.orders["2"]
    assert order.state(APRIL) == "已办结"


@pytest.mark.parametrize("office", ["办公室", "基础教育股", "各股室"])
def test_that_nobody_has_answered_is_never_taken_for_a_new_instruction(office: str) -> None:
    rows = {"2": Speakers("办公室", {})}
    text = f"〔4月批示〕请加快。\n〔{office}答复〕{NO_REPLY}"
    shown = read_shown({"2": {"批示": text}}, rows)["2", "", "instructions"]
    assert shown.text == "〔4月批示〕请加快。"
    own = read_shown({"2": {"批示": f"{NO_REPLY}？请催办"}}, rows)["2", "", "instructions"]
    assert own.text == f"{NO_REPLY}？请催办"


def _drop_downs(content: bytes) -> dict[str, dict[str, str]]:
    """Return the columns that offer something, by sheet and header: the range they offer."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    found: dict[str, dict[str, str]] = {}
    for name in SHEETS:
        sheet = book[name]
        for one in sheet.data_validations.dataValidation:
            if one.type == "list":
                column = min(area.min_col for area in one.sqref.ranges)
                source = one.formula1.lstrip("=").partition(":")[0]
                found.setdefault(name, {})[sheet.cell(1, column).value] = source
    return found


def test_sheets_added_to_an_old_list_help_as_those_of_a_new_one_do() -> None:
    whole = write_master(LISTED)
    book = openpyxl.load_workbook(io.BytesIO(whole))
    for name in SHEETS:
        del book[name]
    buffer = io.BytesIO()
    book.save(buffer)
    old = buffer.getvalue()
    added = write_order_sheets(old, read_placed(old, "主清单.xlsx"))
    assert _drop_downs(added) == _drop_downs(whole)
    assert len(_drop_downs(added)["批示"]) == 2
    book = openpyxl.load_workbook(io.BytesIO(added))
    for name, columns in {"延期": DELAY_COLUMNS, "批示": INSTRUCTION_COLUMNS}.items():
        told = {
            str(one.sqref): one.prompt
            for one in book[name].data_validations.dataValidation
            if one.type != "list"
        }
        assert told == {
            cell_name(1, n): column.note for n, column in enumerate(columns, 1) if column.note
        }


@pytest.mark.parametrize("way", ["Word", "values"])
def test_an_answer_is_known_in_a_table_that_was_pasted_elsewhere(
    workspace: Workspace, way: str
) -> None:
    """Without marks the row is known by what it says: 4月领导批示：推进政务公开."""
    Pen(workspace.summary_path(APRIL)).write("2", "批示", "请于5月底前公布。").save()
    issue_forms(workspace, MAY, now=LATER)
    answer(workspace, "办公室", MAY, "批04-2", 进展情况="目录已于5月12日公布。")
    path = workspace.returns_folder(MAY) / workspace.form_path("办公室", MAY).name
    sheet = openpyxl.load_workbook(path)["进展情况表"]
    top, columns = form_columns(sheet)
    rows = [
        [str(sheet.cell(r, c).value or "") for c in range(1, 9)] for r in (top, *task_rows(sheet))
    ]
    assert "标识" in columns
    path.unlink()
    if way == "Word":
        document = docx.Document()
        document.add_paragraph("填报股室：办公室　填报人：周晓禾")
        table = document.add_table(0, 8)
        for row in rows:
            for cell, value in zip(table.add_row().cells, row, strict=True):
                cell.text = value
        document.save(str(path.with_suffix(".docx")))
    else:
        book = openpyxl.Workbook()
        for row in [["填报股室", "办公室"], *rows]:
            book.active.append(row)
        book.save(path)
    may = merge(workspace, MAY)
    assert [(r.task, r.progress) for r in may.month.replies] == [
        ("批04-2", "目录已于5月12日公布。")
    ]
    assert not [f for f in may.month.findings if f.code == "G418"]
