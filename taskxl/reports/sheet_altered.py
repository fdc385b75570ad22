"""改动对照: what was changed, before and after, side by side.

Fixed texts of the form that an office changed, then texts of offices that the 办公室 corrected.
"""

from collections.abc import Iterator

from taskxl.merge.revisions import FIELD_WORDS
from taskxl.model import Revision
from taskxl.reports.marks import REVISED
from taskxl.reports.month_sheets import month_sheet
from taskxl.reports.tables import Column, Content, Key, Row, Table
from taskxl.reports.view import MonthView
from taskxl.text import show

SHEET = "改动对照"
COLUMNS = (
    Column("序号", 6, number="0"),
    Column("谁改的", 11, repeated=True),
    Column("股室", 10, repeated=True),
    Column("任务", 17, "left"),
    Column("改动的栏目", 12),
    Column("原文", 34, "left"),
    Column("改为", 34, "left"),
    Column("来源文件", 15, "left"),
    Column("表和格", 9, "left"),
)
BY_OFFICE = "股室改动"


@month_sheet
def make_table(view: MonthView) -> Table:
    """Return 改动对照; what was issued stays in force, and so does what was corrected."""
    changes = (*_find_altered(view), *_find_revised(view))
    rows = [Row((number, *contents), key) for number, (contents, key) in enumerate(changes, 1)]
    return Table(
        SHEET,
        view.heading("改动对照"),
        f"“{view.say(BY_OFFICE)}”：股室改动了下发表里的固定内容，汇总表仍按下发时的；确需修改的，请在主清单里改。"
        f"“{REVISED}”：办公室在汇总表里修订过的股室文字，汇总表按修订的。",
        COLUMNS,
        rows,
        frozen_columns=3,
        empty="没有改动",
        place=70,
        amount=f"{count_changes(view)} 处",
    )


def count_changes(view: MonthView) -> int:
    """Return how many changes 改动对照 lists."""
    return len(view.month.altered) + len(_corrections(view))


def _find_altered(view: MonthView) -> Iterator[tuple[tuple[Content, ...], Key]]:
    for one in view.month.altered:
        contents = (
            view.say(BY_OFFICE),
            one.office,
            view.task_label(one.task),
            one.field,
            one.was or "（空白）",
            one.now or "（空白）",
            show(one.file),
            " ".join(show(part) for part in (one.sheet, one.cell) if part),
        )
        yield contents, (SHEET, one.file, one.sheet or "", one.cell or "")


def _corrections(view: MonthView) -> list[Revision]:
    """Return the corrections of offices' texts, and 批示 on tasks that have no row any more."""
    return [
        one
        for one in view.month.revisions
        if one.field != "instructions" or one.task not in view.tasks
    ]


def _find_revised(view: MonthView) -> Iterator[tuple[tuple[Content, ...], Key]]:
    """Yield the corrections, in the order of the list."""
    order = {task: place for place, task in enumerate(view.tasks)}
    for one in sorted(_corrections(view), key=lambda one: order.get(one.task, len(order))):
        was = one.was.strip() or "（空白）"
        if one.newer is not None:
            was += f"\n〔后来又报〕{one.newer.strip()}"
        label, word = view.task_label(one.task), FIELD_WORDS[one.field]
        contents = (REVISED, one.office, label, word, was, one.now.strip() or "（空白）", "", "")
        yield contents, (SHEET, REVISED, one.task, f"{one.office}{one.field}")
