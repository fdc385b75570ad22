"""改动对照: fixed texts that an office changed, as issued and as returned, side by side."""

from taskxl.reports.tables import Column, Row, Table
from taskxl.reports.view import View
from taskxl.text import show

SHEET = "改动对照"
COLUMNS = (
    Column("序号", 6, number="0"),
    Column("股室", 10, repeated=True),
    Column("任务", 17, "left"),
    Column("改动的栏目", 12),
    Column("下发时", 36, "left"),
    Column("报回时", 36, "left"),
    Column("来源文件", 17, "left"),
    Column("表和格", 11, "left"),
)


def make_table(view: View) -> Table:
    """Return 改动对照; what was issued stays in force, what was returned is shown."""
    rows = [
        Row(
            (
                number,
                one.office,
                view.task_label(one.task),
                one.field,
                one.was or "（空白）",
                one.now or "（空白）",
                show(one.file),
                " ".join(show(part) for part in (one.sheet, one.cell) if part),
            ),
            (SHEET, one.file, one.sheet or "", one.cell or ""),
        )
        for number, one in enumerate(view.month.altered, 1)
    ]
    return Table(
        SHEET,
        view.heading("固定内容改动对照"),
        "股室改动了下发表里的固定内容。汇总表仍按下发时的内容；确需修改的，请在主清单里改。",
        COLUMNS,
        rows,
        empty="没有改动",
    )
