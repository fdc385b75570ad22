"""节点台账: all milestones as of the report day: due, light, days over, what the office says."""

from taskxl.model import Light, MilestoneState
from taskxl.orders import describe_delay
from taskxl.reports.month_sheets import month_sheet
from taskxl.reports.styles import Tone
from taskxl.reports.tables import Cell, Column, Content, Row, Table
from taskxl.reports.view import MonthView
from taskxl.tasks import short_label
from taskxl.words import LIGHTS

SHEET = "节点台账"
COLUMNS = (
    Column("序号", 6, number="0"),
    Column("编号", 6, repeated=True),
    Column("项目名称", 17, "left"),
    Column("节点", 36, "left"),
    Column("时限", 11, repeated=True),
    Column("节点状态", 10, repeated=True),
    Column("股室所报", 10),
    Column("超期天数", 7, number="0"),
    Column("剩余天数", 7, number="0"),
    Column("牵头股室", 10, repeated=True),
    Column("完成日期", 11),
    Column("说明", 18, "left"),
    Column("时限说明", 14, "left"),
)
TONES: dict[Light, Tone] = {
    "done": "done",
    "near": "info",
    "overdue": "warning",
    "severe": "error",
}


@month_sheet
def make_table(view: MonthView) -> Table:
    """Return 节点台账, in the order of the list."""
    rows = [
        Row(_make_contents(view, number, state), (SHEET, state.milestone.id))
        for number, state in enumerate(view.month.milestones, 1)
    ]
    settings = view.month.master.settings
    return Table(
        SHEET,
        view.heading("节点台账"),
        f"截至{view.day}。{settings.near_days} 天内到期为“临近”，"
        f"超期多于 {settings.severe_days} 天为“严重滞后”；没有确切时限的不判逾期。",
        COLUMNS,
        rows,
        frozen_columns=3,
        empty="清单里没有时间节点",
        place=40,
        amount=f"{len(rows)} 个",
    )


def _make_contents(view: MonthView, number: int, state: MilestoneState) -> tuple[Content, ...]:
    milestone, task, entry = state.milestone, state.task, state.entry
    open_days = state.days_over if state.light != "done" else None
    return (
        number,
        task.number or "",
        short_label(task),
        milestone.text,
        milestone.due,
        Cell(LIGHTS[state.light], TONES.get(state.light, "")),
        _describe_statement(view, state),
        open_days if open_days is not None and open_days > 0 else None,
        -open_days if open_days is not None and open_days <= 0 else None,
        view.lead_of(task),
        (entry.done_on or entry.done_text) if entry else "",
        entry.note if entry else "",
        describe_delay(milestone) or milestone.vague or "",
    )


def _describe_statement(view: MonthView, state: MilestoneState) -> str:
    """Return what the office says of a milestone, else that it has said nothing this month."""
    entry, silence = state.entry, view.silence_on(state)
    if entry is None or not entry.state:
        return silence
    return f"{entry.state}（{silence}）" if silence else entry.state
