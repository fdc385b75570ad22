"""批示办理: one row an office that answers: what was asked, until when, and what it says."""

from taskxl.model import Entry
from taskxl.reports.month_sheets import month_sheet
from taskxl.reports.order_lines import NO_REPLY, Order
from taskxl.reports.styles import Tone
from taskxl.reports.tables import Cell, Column, Content, Row, Table
from taskxl.reports.view import MonthView
from taskxl.tasks import short_label

__all__ = ["SHEET", "make_table", "rows_of"]

SHEET = "批示办理"
COLUMNS = (
    Column("序号", 6, number="0"),
    Column("编号", 6, repeated=True),
    Column("项目名称", 17, "left", repeated=True),
    Column("批示内容", 34, "left"),
    Column("批示人", 9),
    Column("批示时间", 11),
    Column("办理期限", 11),
    Column("办理状态", 10, repeated=True),
    Column("交办股室", 11, repeated=True),
    Column("所报状态", 9),
    Column("办理情况", 34, "left"),
    Column("存在问题和下一步工作计划", 20, "left"),
    Column("备注", 10, "left"),
    Column("标识", 8, repeated=True, hidden=True),
)
_TONES: dict[str, Tone] = {"已办结": "done", "已报完成": "info", NO_REPLY: "warning"}


def rows_of(view: MonthView) -> list[tuple[Order, str, Entry | None]]:
    """Return each instruction with each office that answers it."""
    return [
        (order, office, reply)
        for orders in view.orders.values()
        for order in orders
        for office, reply in order.replies or (("", None),)
    ]


@month_sheet
def make_table(view: MonthView) -> Table | None:
    """Return 批示办理, in the order of the list's tasks."""
    rows = [
        Row(_make_contents(view, number, *one), (SHEET, one[0].instruction.id, one[1]))
        for number, one in enumerate(rows_of(view), 1)
    ]
    if not rows:
        return None
    return Table(
        SHEET,
        view.heading("批示办理情况"),
        f"截至{view.day}。办结以主清单“批示”表的办结日期为准；没有新答复的，列的是上次的答复。",
        COLUMNS,
        rows,
        frozen_columns=3,
        place=52,
        amount=f"{len(rows)} 条",
    )


def _make_contents(
    view: MonthView, number: int, order: Order, office: str, reply: Entry | None
) -> tuple[Content, ...]:
    one, task = order.instruction, order.task
    state = order.state(view.month.period)
    tone: Tone = "error" if order.overdue else _TONES.get(state, "")
    closed = f"（{one.closed_on.isoformat()}）" if one.closed_on and not order.is_open else ""
    return (
        number,
        task.number or "",
        short_label(task),
        one.text,
        one.by,
        order.since,
        one.until,
        Cell(f"{state}{closed}", tone),
        office,
        reply.status if reply else "",
        reply.progress if reply else "",
        reply.obstacles if reply else "",
        "\n".join(filter(None, [reply.remarks if reply else "", one.closing])),
        one.id,
    )
