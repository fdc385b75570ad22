"""分管领导: one page a leader: their tasks, worst first, what changed, what needs a decision."""

import re
from collections.abc import Sequence

from taskxl.merge.delays import last_delay
from taskxl.model import Light, MilestoneState, Task
from taskxl.orders import describe_delay
from taskxl.reports import sheet_tasks
from taskxl.reports.marks import PROGRESS
from taskxl.reports.month_sheets import month_sheet
from taskxl.reports.order_lines import describe_request, tell_open
from taskxl.reports.sheet_milestones import TONES
from taskxl.reports.styles import Tone
from taskxl.reports.tables import Cell, Column, Content, Link, Row, Section, Table
from taskxl.reports.view import NO_LEADER, MonthView
from taskxl.tasks import short_label
from taskxl.text import quote, show, squeeze
from taskxl.words import (
    BEHIND,
    DONE,
    LIGHTS,
    MILESTONE_STATES,
    NOT_DUE,
    NOT_STARTED,
    OFFICE_STATES,
    ON_TRACK,
)

SHEET = "分管领导"
COLUMNS = (
    Column("编号", 6),
    Column("项目名称", 20, "left"),
    Column("牵头股室", 11),
    Column("进度状态", 10, repeated=True),
    Column("较上次", 17),
    Column("关键节点", 32, "left"),
    Column("存在问题和下一步工作计划", 38, "left"),
    Column("查看", 12),
)
POSTPONED = MILESTONE_STATES[2]
_SENTENCE_END = re.compile(r"[。；！\n]")
_ASKS = re.compile(
    # What has been asked for already (已请…协调) is not asked of the leader.
    r"(?<!已)(?<!已经)(?:恳请|提请|请示|请求"
    # 需…：somebody is named who is to do it; 尚需明确 is the office's own work.
    r"|(?:需.{2,12}?|(?:请|望|建议).{0,12}?)"
    r"(?:协调|支持|研究|决定|审定|审批|批准|解决|明确))"
)
SILENT = (OFFICE_STATES["missing"], OFFICE_STATES["rejected"])
_STATUS_RANK = {BEHIND: 2, NOT_STARTED: 4, ON_TRACK: 7, DONE: 8}
_LIGHT_RANK: dict[Light, int] = {"severe": 0, "overdue": 1, "near": 5}
_SILENT_RANK = 3
OVER: tuple[Light, ...] = ("overdue", "severe")
_TONES: dict[str, Tone] = {
    BEHIND: "error",
    NOT_STARTED: "warning",
    ON_TRACK: "",
    DONE: "done",
    NOT_DUE: "",
}


@month_sheet
def make_table(view: MonthView) -> Table:
    """Return 分管领导; leaders are in the order of the list."""
    rows: list[Row | Section] = []
    for leader, tasks in by_leader(view).items():
        rows.append(Section(f"{leader}　{_sum_up(view, tasks)}", new_page=True))
        ranked = sorted(tasks, key=lambda task: _rank(view, task))
        asked = _decisions(view, ranked) or ["报送内容中没有摘出提请研究的事项"]
        rows += [Section(text, remark=True) for text in asked]
        told = [line for task in ranked for line in tell_open(view, task)]
        rows += [Section(f"未办结的批示 {n}　{one}", remark=True) for n, one in enumerate(told, 1)]
        rows += [Row(_make_contents(view, task), (SHEET, task.id)) for task in ranked]
    whose = "清单没有写分管负责同志，按类别列出；每一类" if is_by_section(view) else "每位负责同志"
    return Table(
        SHEET,
        view.heading(f"{grouped_word(view)}项目进展情况"),
        f"统计截止{view.day}。{whose}的项目中，问题重的排在前面；“较上次”是与前一次汇总相比；"
        "“提请研究”是从报送内容中摘出的原话或申请，以原文为准。",
        COLUMNS,
        rows,
        place=50,
        amount="每类一页" if is_by_section(view) else "每人一页",
    )


def is_by_section(view: MonthView) -> bool:
    """Tell whether the list has sections and names no leader, so that these stand for them."""
    tasks = view.month.master.tasks
    return any(task.section for task in tasks) and not any(task.leader for task in tasks)


def grouped_word(view: MonthView) -> str:
    """Return what a heading calls the tasks by what they are grouped by: 分管 or 分类."""
    return "分类" if is_by_section(view) else "分管"


def by_leader(view: MonthView) -> dict[str, list[Task]]:
    """Return the tasks of each leader, both in the order of the list."""
    blocks: dict[str, list[Task]] = {}
    for task in view.month.master.tasks:
        blocks.setdefault(_leader_of(task), []).append(task)
    return blocks


def _leader_of(task: Task) -> str:
    if task.leader:
        return f"{task.leader}同志负责项目"
    return task.section or NO_LEADER


def _rank(view: MonthView, task: Task) -> tuple[int, int]:
    """Return how urgent a task is, the lowest first: worst light or status, then days over."""
    status = view.statuses[task.id]
    states = [s for s in view.milestones.get(task.id, ()) if s.light in _LIGHT_RANK]
    lights = [_LIGHT_RANK[state.light] for state in states] if status != DONE else []
    days = max((state.days_over or 0 for state in states), default=0)
    return min([_STATUS_RANK.get(status, _SILENT_RANK), *lights]), -days


def _sum_up(view: MonthView, tasks: Sequence[Task]) -> str:
    """Return a leader's tasks in one line of numbers."""
    statuses = sorted(
        (view.status_of(task) for task in tasks),
        key=lambda word: _STATUS_RANK.get(word, _SILENT_RANK),
    )
    words = [f"{word} {statuses.count(word)} 项" for word in dict.fromkeys(statuses)]
    states = [state for task in tasks for state in view.milestones.get(task.id, ())]
    over = sum(state.light in OVER for state in states)
    numbers = [f"逾期节点 {over} 个"] if over else []
    asked = sum(order.is_open for task in tasks for order in view.orders.get(task.id, ()))
    numbers += [f"未办结的批示 {asked} 条"] if asked else []
    numbers += _moved(view, states)
    return f"共 {len(tasks)} 项：{'，'.join(words)}{''.join(f'；{one}' for one in numbers)}"


def _moved(view: MonthView, states: Sequence[MilestoneState]) -> list[str]:
    """Return in words how many milestones are newly done, and newly overdue, since last month."""
    before = view.month.lights_before
    known = [state for state in states if state.milestone.id in before]
    done = sum(s.light == "done" != before[s.milestone.id] for s in known)
    over = sum(s.light in OVER and before[s.milestone.id] not in OVER for s in known)
    counts = (("新完成节点", done), ("新逾期节点", over))
    return [f"{word} {count} 个" for word, count in counts if count]


def _make_contents(view: MonthView, task: Task) -> tuple[Content, ...]:
    status = view.status_of(task)
    states = view.milestones.get(task.id, ())
    pressing = sorted(
        (state for state in states if state.light in _LIGHT_RANK),
        key=lambda state: (_LIGHT_RANK[state.light], -(state.days_over or 0)),
    )
    steps = "\n".join(_describe_milestone(view, state) for state in pressing)
    steps = steps or _describe_progress(states)
    return (
        task.number or "",
        short_label(task),
        view.lead_of(task),
        Cell(status, _TONES.get(status, "error" if status in SILENT else "warning")),
        "\n".join([*_change(view, task), *_moved(view, states)]),
        Cell(steps, TONES[pressing[0].light] if pressing else ""),
        _obstacles(view, task),
        Link(((sheet_tasks.SHEET, task.id, PROGRESS),)),
    )


def _describe_milestone(view: MonthView, state: MilestoneState) -> str:
    days = state.days_over or 0
    when = f"超期 {days} 天" if days > 0 else "当天到期" if days == 0 else f"还有 {-days} 天"
    silence = view.silence_on(state)
    doubts = [f"本期{silence}"] if silence else []
    doubts += ["时限待核实"] if state.milestone.vague else []
    delay = describe_delay(state.milestone)
    doubts += [delay] if delay else []
    told = "，".join([when, *doubts])
    return f"【{LIGHTS[state.light]}】{show(state.milestone.text, 40)}（{told}）"


def _describe_progress(states: Sequence[MilestoneState]) -> str:
    if not states:
        return "没有节点"
    done = sum(state.light == "done" for state in states)
    return f"节点 {len(states)} 个，已完成 {done} 个"


def _change(view: MonthView, task: Task) -> list[str]:
    """Return in a word how the leading office's status moved since it last reported."""
    lead = view.lead_of(task)
    before = view.previous.get((task.id, lead))
    entry = next((e for e in view.entries.get(task.id, ()) if e.office == lead), None)
    now = entry.status if entry else ""
    if before is None:
        # In the year's first month everything is new, and nothing need be said of it.
        return ["首次填报"] if now and view.month.previous else []
    if not before.status:
        return []
    if not now:
        return [f"上次：{before.status}"]
    return ["状态未变" if now == before.status else f"{before.status}→{now}"]


def _obstacles(view: MonthView, task: Task) -> str:
    """Return what offices write of it."""
    lead = view.lead_of(task)
    texts = []
    for entry in view.entries.get(task.id, ()):
        if squeeze(entry.obstacles):
            name = "" if entry.office == lead else f"〔{entry.office}〕"
            texts.append(f"{name}{entry.obstacles.strip()}")
    return "\n".join(texts)


def _decisions(view: MonthView, tasks: Sequence[Task]) -> list[str]:
    """Return what a leader is asked for, a line each: silent offices, delays and help asked for."""
    lines = silent_offices(view, tasks)
    for task in tasks:
        lines += delays_asked(view, task) + asked_by_offices(view, task)
    return [f"提请研究 {number}　{line}" for number, line in enumerate(lines, 1)]


def silent_offices(view: MonthView, tasks: Sequence[Task]) -> list[str]:
    """Return a line for each office that leads one of the tasks and is silent for months."""
    return [
        f"{office}已连续 {said.months_missing} 个月没有报送，请过问"
        for office in dict.fromkeys(view.lead_of(task) for task in tasks)
        if (said := view.states.get(office)) is not None and said.months_missing > 1
    ]


def delays_asked(view: MonthView, task: Task) -> list[str]:
    """Return a line for each milestone of a task, not done yet, for which more time is asked."""
    states = view.milestones.get(task.id, ())
    done = {state.milestone.id for state in states if state.light == "done"}
    lines = [
        f"{task.label}：{describe_request(delay, task)}"
        for delay in view.month.master.delays
        if delay.task == task.id and delay.is_pending and delay.milestone not in done
    ]
    for state in states:
        if state.entry and state.entry.state == POSTPONED:
            if last_delay(view.month.master, task.id, state.milestone.id) is not None:
                continue  # told already, or decided
            note = f"，说明：{show(state.entry.note, 120)}" if squeeze(state.entry.note) else ""
            lines.append(
                f"{task.label}：{state.entry.office}就节点{quote(state.milestone.text, 40)}"
                f"申请延期{note}"
            )
    return lines


def asked_by_offices(view: MonthView, task: Task) -> list[str]:
    """Return a line for each office that asks for help with a task, in its own words."""
    lines = []
    for entry in view.entries.get(task.id, ()):
        sentences = _SENTENCE_END.split(entry.obstacles)
        asking = next((text for text in sentences if _ASKS.search(text)), None)
        if asking:
            lines.append(f"{task.label}：{entry.office}写道{quote(asking, 120)}")
    return lines
