"""未归位内容: what offices typed where the form has no place for it, so that nothing is lost."""

from collections.abc import Sequence

from taskxl.model import Unplaced
from taskxl.reports.tables import Column, Row, Table
from taskxl.reports.view import MonthView
from taskxl.text import show

SHEET = "未归位内容"
COLUMNS = (
    Column("序号", 6, number="0"),
    Column("来源文件", 26, "left", repeated=True),
    Column("表", 14, repeated=True),
    Column("单元格", 9, repeated=True),
    Column("内容", 80, "left"),
)


def make_table(view: MonthView, overflow: Sequence[Unplaced]) -> Table:
    """Return 未归位内容; `overflow` are the ends of texts too long for 汇总表."""
    rows = [
        Row(
            (number, show(one.file), one.sheet or "", one.cell or "", one.text),
            (SHEET, one.file, one.sheet or "", one.cell or ""),
        )
        for number, one in enumerate((*view.month.unplaced, *overflow), 1)
    ]
    more = f"最后 {len(overflow)} 条是汇总表里放不下的长文的后半部分。" if overflow else ""
    return Table(
        SHEET,
        view.heading("未归位内容"),
        f"股室写在表格以外、或对不上任务的内容，原样保留在这里，请办公室归位。{more}",
        COLUMNS,
        rows,
        empty="没有",
        place=60,
        amount=f"{len(view.month.unplaced)} 条",
    )
