"""The leaders' page: arrows since last month, open 批示, one A4 page whatever there is to say."""

import io
from dataclasses import replace
from datetime import date

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from taskxl.model import Delay, Entry, Instruction, Light
from taskxl.reports import leaders_page, sheet_overview
from taskxl.reports.order_lines import tell_open
from taskxl.reports.paper import row_height
from taskxl.reports.styles import TITLE_SIZE
from taskxl.reports.summary import write_summary
from taskxl.reports.tables import Column, LaidRow, Layout, Section, Table
from taskxl.reports.view import look_at
from taskxl.reports.writing import HEADER_POINTS, HEADER_ROW, _page_breaks
from tests.months import make_month
from tests.reports_support import make_month as make_summary_month

RANK = {"√": 0, "○": 1, "◐": 2, "●": 3}


def light_of(month, task: str) -> str:
    lines = leaders_page.leader_lines(look_at(month))
    lights = "　".join(line.lights for line in lines).split("　")
    (one,) = [light for light in lights if light.rstrip("○◐●√？↑↓") == task]
    return one.removeprefix(task)


@pytest.mark.parametrize("before", ["正常推进", "进度滞后", "已完成"])
@pytest.mark.parametrize("now", ["正常推进", "进度滞后", "已完成"])
def test_an_arrow_says_how_a_task_moved_since_last_month(before: str, now: str) -> None:
    month = make_month(f"| 股室 | 上月状态 | 进度状态 |\n| 基教股 | {before} | {now} |")
    shown = light_of(month, "1")
    lights = {"正常推进": "○", "进度滞后": "◐", "已完成": "√"}
    was, here = RANK[lights[before]], RANK[lights[now]]
    arrow = "" if was == here else "↑" if here < was else "↓"
    assert shown == lights[now] + arrow


def test_a_milestone_that_is_over_now_is_an_arrow_down() -> None:
    month = make_month(
        "| 股室 | 节点时限 | 完成情况 | 上月状态 |\n| 基教股 | 2021-04-10 | 未完成 | 正常推进 |"
    )
    assert light_of(month, "1") == "●↓"
    known: dict[str, Light] = {"1/1": "overdue"}
    assert light_of(replace(month, lights_before=known), "1") == "●"


def test_there_is_no_arrow_in_the_first_month() -> None:
    assert light_of(make_month("| 股室 | 进度状态 |\n| 基教股 | 进度滞后 |"), "1") == "◐"


# ---------------------------------------------------------------- one page


def first_page(content: bytes) -> tuple[list[str], float]:
    """Return the texts of the first page of 总览 and the height of its rows in points."""
    sheet = openpyxl.load_workbook(io.BytesIO(content))["总览"]
    last = sheet.row_breaks.brk[0].id
    texts = [str(c.value) for row in sheet.iter_rows(max_row=last) for c in row if c.value]
    return texts, sum(sheet.row_dimensions[n].height or 15.0 for n in range(1, last + 1))


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 30), st.integers(0, 30), st.integers(0, 12), st.integers(4, 300))
def test_the_leaders_page_stays_one_page(orders: int, asked: int, late: int, length: int) -> None:
    """However much is asked, answered and late; what is left out is counted."""
    month = make_summary_month()
    ids = [task.id for task in month.master.tasks]
    text = "请抓紧办理此事，" * (length // 8 + 1)
    instructions = tuple(
        Instruction(ids[n % len(ids)], text[:length], "何立文", month=3, id=f"批03-{n}")
        for n in range(orders)
    )
    replies = tuple(Entry(one.id, "办公室", "正常推进", text[:length]) for one in instructions)
    delays = tuple(
        Delay(ids[n % len(ids)], office="基教股", reason=text[:length], id=f"延04-{n}")
        for n in range(asked)
    )
    master = replace(month.master, instructions=instructions, delays=delays)
    steps = month.milestones * (1 + late)
    month = replace(month, master=master, replies=replies, milestones=steps)
    texts, points = first_page(write_summary(month))
    assert points <= sheet_overview.PAGE_POINTS
    headings = [t for t in texts if t.startswith(("三、", "四、", "五、"))]
    assert len(headings) == 3
    if orders:
        assert f"四、未办结的批示（{orders} 条）" in texts
    shown = sum("批示“" in one for one in texts)
    left = [t for t in texts if t.startswith("……还有")]
    assert shown == orders or left


def test_open_instructions_say_since_when_until_when_and_what_was_answered() -> None:
    month = make_summary_month()
    task = month.master.tasks[0]
    one = Instruction(
        task.id,
        "请加快。",
        "何立文",
        until=date(2026, 4, 20),
        offices=("办公室",),
        month=3,
        id="批03-1",
    )
    master = replace(month.master, instructions=(one,))
    (silent,) = tell_open(look_at(replace(month, master=master)))
    assert "何立文3月批示“请加快。”" in silent
    assert "4月20日前办结（已超 5 天）" in silent
    assert silent.endswith("办公室：尚无答复")
    said = Entry("批03-1", "办公室", "正常推进", "已开会研究。")
    (told,) = tell_open(look_at(replace(month, master=master, replies=(said,))))
    assert told.endswith("办公室：【正常推进】已开会研究。")
    closed = replace(one, closed_on=date(2026, 4, 21))
    master = replace(month.master, instructions=(closed,))
    assert tell_open(look_at(replace(month, master=master))) == []


# ---------------------------------------------------------------- page breaks


def page_of(layout: Layout, breaks: list[int], page: float, top: float) -> list[int]:
    """Return on which page each row stands where a page holds so many points."""
    pages, number, used = [], 1, top
    for row, laid in enumerate(layout.rows, HEADER_ROW):
        if row in breaks or used + laid.height > page:
            number, used = number + 1, HEADER_POINTS
        used += laid.height
        pages.append(number)
    return pages


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.booleans(), st.integers(20, 200)), min_size=2, max_size=40),
    st.integers(0, 200),
)
def test_a_heading_is_never_the_last_line_of_a_page(
    rows: list[tuple[bool, int]], wider: int
) -> None:
    """Where columns are widened the page is scaled down and holds more: breaks follow that."""
    columns = (Column("编号", 6), Column("长文", 60 + wider, "left"))
    table = Table("表", "题", "注", columns, [])
    laid = tuple(
        LaidRow(("节",), 22.0, Section("节")) if heading else LaidRow(("1", "文"), float(height))
        for heading, height in rows
    )
    layout = Layout(table, laid)
    breaks = _page_breaks(layout)
    inches = (66 + wider) * 8 / 96
    scale = min(1.0, (11.69 - 0.8) / inches)
    page = 72 * (8.27 - 0.5 - 0.6) / scale
    top = row_height(1, TITLE_SIZE) + row_height(1) + HEADER_POINTS
    pages = page_of(layout, breaks, page, top)
    for n, (heading, _) in enumerate(rows[:-1]):
        alone = heading and pages[n] != pages[n + 1]
        assert (
            not alone or laid[n + 1].section is not None or not breaks or (n + HEADER_ROW) in breaks
        )


def test_rows_that_go_on_keep_the_number_that_a_filter_finds() -> None:
    month = make_summary_month()
    long = "已经办好一件事，正在办理下一件事。" * 120
    first = month.entries[0]
    month = replace(month, entries=(replace(first, progress=long), *month.entries[1:]))
    sheet = openpyxl.load_workbook(io.BytesIO(write_summary(month)))["汇总表"]
    heads = {cell.value: cell.column for cell in sheet[3]}
    number = next(task.number for task in month.master.tasks if task.id == first.task)
    rows = [r for r in range(4, sheet.max_row + 1) if sheet.cell(r, heads["编号"]).value == number]
    assert len(rows) > 1
    plans = [str(sheet.cell(row, heads["主要内容和关键时间节点计划"]).value) for row in rows]
    assert plans[1:] == [f"续{n}" for n in range(1, len(rows))]
    assert {sheet.cell(row, heads["标识"]).value for row in rows} == {first.task}
