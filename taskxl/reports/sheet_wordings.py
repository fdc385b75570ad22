"""所报原话: what offices said in words of their own, beside what it was taken to mean."""

from collections.abc import Iterator

from taskxl.model import Wording
from taskxl.reports.month_sheets import month_sheet
from taskxl.reports.tables import Column, Content, Key, Row, Table
from taskxl.reports.view import MonthView
from taskxl.text import show

SHEET = "所报原话"
COLUMNS = (
    Column("序号", 6, number="0"),
    Column("股室", 10, repeated=True),
    Column("任务", 17, "left"),
    Column("节点", 28, "left"),
    Column("栏目", 10),
    Column("原话", 30, "left"),
    Column("汇总时按", 16),
    Column("来源文件", 18, "left"),
    Column("表", 10, "left"),
    Column("单元格", 7),
)


@month_sheet
def make_table(view: MonthView) -> Table | None:
    """Return 所报原话, in the order of the list; None where all used the words of the form."""
    wordings = view.month.wordings
    if not wordings:
        return None
    rows = [Row((n, *contents), key) for n, (contents, key) in enumerate(_list(view), 1)]
    return Table(
        SHEET,
        view.heading("所报原话"),
        "股室填的不是下拉列表里的词，或日期里还写了别的话；意思明白的，汇总时按右栏统计，原话照录在这里。"
        "理解得不对的，请在汇总表里修订，或请股室改填。",
        COLUMNS,
        rows,
        frozen_columns=3,
        place=75,
        amount=f"{len(rows)} 处",
    )


def _list(view: MonthView) -> Iterator[tuple[tuple[Content, ...], Key]]:
    order = {task: place for place, task in enumerate(view.tasks)}
    steps = {state.milestone.id: state.milestone.text for state in view.month.milestones}

    def place(one: Wording) -> int:
        return order.get(one.task, -1)  # head lines first

    for one in sorted(view.month.wordings, key=place):
        contents = (
            one.office,
            view.task_label(one.task) if one.task in view.tasks else "",
            steps.get(one.milestone, ""),
            one.field,
            one.said,
            one.taken,
            show(one.file),
            show(one.sheet or ""),
            show(one.cell or ""),
        )
        yield contents, (SHEET, one.file, one.sheet or "", one.cell or "")
