"""延期情况: one row an application for more time: asked when and why, decided by whom."""

from taskxl.model import Delay
from taskxl.reports.month_sheets import month_sheet
from taskxl.reports.order_lines import state_delay
from taskxl.reports.styles import Tone
from taskxl.reports.tables import Cell, Column, Content, Row, Table
from taskxl.reports.view import MonthView
from taskxl.tasks import short_label

SHEET = "延期情况"
COLUMNS = (
    Column("序号", 6, number="0"),
    Column("编号", 6, repeated=True),
    Column("项目名称", 17, "left", repeated=True),
    Column("节点", 30, "left"),
    Column("原时限", 11),
    Column("申请股室", 11),
    Column("申请日期", 11),
    Column("申请延至", 11),
    Column("申请理由", 34, "left"),
    Column("办理结果", 11, repeated=True),
    Column("批准人", 10),
    Column("批准日期", 11),
    Column("延期至", 11),
)
_TONES: dict[str, Tone] = {"待决定": "warning", "未同意": "error"}


@month_sheet
def make_table(view: MonthView) -> Table | None:
    """Return 延期情况, in the order of sheet 延期 of 主清单.xlsx."""
    known = [delay for delay in view.month.master.delays if delay.task in view.tasks]
    rows = [
        Row(_make_contents(view, number, delay), (SHEET, delay.id))
        for number, delay in enumerate(known, 1)
    ]
    if not rows:
        return None
    return Table(
        SHEET,
        view.heading("节点延期情况"),
        f"截至{view.day}。批准的，从批准日期起按新时限算；在主清单“延期”表里填写。",
        COLUMNS,
        rows,
        frozen_columns=3,
        place=54,
        amount=f"{len(rows)} 条",
    )


def _make_contents(view: MonthView, number: int, delay: Delay) -> tuple[Content, ...]:
    task = view.tasks[delay.task]
    step = next((one for one in task.milestones if one.id == delay.milestone), None)
    listed = (step.listed_due if step.delay else step.due) if step else None
    state = state_delay(view, delay)
    return (
        number,
        task.number or "",
        short_label(task),
        step.text if step else "（整项任务）",
        listed,
        delay.office,
        delay.asked_on,
        delay.wanted,
        delay.reason,
        Cell(state, _TONES.get(state, "")),
        delay.approved_by,
        delay.approved_on,
        None if delay.is_refused else delay.until,
    )
