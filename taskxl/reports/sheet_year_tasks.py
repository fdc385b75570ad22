"""任务月份 and 任务时间线: how every task stood in each month, and what was said of it, by whom."""

from collections.abc import Iterator

from taskxl.model import Entry, Task, TaskField
from taskxl.reports.marks import FIELD_COLUMNS, INSTRUCTIONS, REVISED, write_marks
from taskxl.reports.pen import compose_text
from taskxl.reports.tables import Cell, Column, Content, Link, Row, Table
from taskxl.reports.view import MonthView
from taskxl.reports.year_view import CLOSED, Year, month_word, pivot_months
from taskxl.text import show
from taskxl.words import YEAR_MATRIX

MATRIX, TIMELINE = "任务月份", "任务时间线"
GONE = "（已不在清单）"
_TIMELINE_COLUMNS = (
    Column("编号", 6, repeated=True),
    Column("项目名称", 20, "left", repeated=True),
    Column("月份", 7, repeated=True),
    Column("股室", 10, repeated=True),
    Column("进度状态", 13.5),
    Column("进展情况", 34, "left"),
    Column("存在问题和下一步工作计划", 24, "left"),
    Column("备注", 8, "left"),
    Column("来稿文件", 28, "left"),
)


def make_matrix(year: Year) -> Table:
    """Return 任务月份: one row a task, one column a month, in each cell words and their colour."""
    words = {
        (task.id, view.month.period.key): month_word(view, task)
        for task in year.tasks
        for view in year.views
    }
    records = [(task, period, pair) for (task, period), pair in words.items()]
    frame = pivot_months(year, records, [task.id for task in year.tasks])
    rows = []
    for task, pairs in zip(year.tasks, frame.to_numpy().tolist(), strict=True):
        cells: list[Content] = [Cell(word, tone) for word, tone in pairs]
        head: list[Content] = [task.number or "", _title(year, task), _lead(year, task)]
        link = Link(((TIMELINE, task.id),), "查看")
        rows.append(Row((*head, *cells, link), (MATRIX, task.id)))
    months = (Column(f"{period.month}月", 10) for period in year.periods)
    columns = (
        Column("编号", 5),
        Column("项目名称", 24, "left"),
        Column("牵头股室", 10),
        *months,
        Column("时间线", 6),
    )
    note = (
        f"{year.note}格内第一行是牵头股室所报的进度状态（销号以后写已销号），"
        "下面是临近、逾期的节点个数。"
    )
    return Table(MATRIX, year.heading(YEAR_MATRIX), note, columns, rows, frozen_columns=3)


def make_timeline(year: Year) -> Table:
    """Return 任务时间线: of each task, month by month, what each office said and in which file."""
    rows = []
    for task in year.tasks:
        first = True
        told = (_say(year, view, task) for view in year.views)
        for said in (_say_past(year, task), *told):
            for contents in said:
                rows.append(Row(contents, (TIMELINE, task.id) if first else None))
                first = False
    note = (
        "按任务、月份、股室（现名）排列，文字照各月所报，办公室修订过的有标记、原文在批注里，"
        "批示和销号另起一行；来稿文件在当月的回收文件夹里，原件存于台账。"
    )
    return Table(
        TIMELINE,
        year.heading("时间线"),
        note,
        _TIMELINE_COLUMNS,
        rows,
        frozen_columns=4,
        empty="还没有股室报过",
    )


def _say_past(year: Year, task: Task) -> Iterator[tuple[Content, ...]]:
    """Yield what was last said of a task in the year from which it was carried over."""
    past = year.pasts.get(task.id)
    if past is None:
        return
    which = f"{past.period.year}年第{past.number}项" if past.number else f"{past.period.year}年"
    for entry in past.entries or (Entry(task.id, ""),):
        yield (
            task.number or "",
            _title(year, task),
            f"{past.period.year}年{past.period.month}月",
            year.office_name(entry.office),
            entry.status or Cell("结转", "info"),
            entry.progress,
            entry.obstacles,
            entry.remarks,
            f"{which}结转；{show(entry.file)}" if entry.file else f"{which}结转",
        )


def _say(year: Year, view: MonthView, task: Task) -> Iterator[tuple[Content, ...]]:
    own = view.tasks.get(task.id)
    if own is None:
        return
    said = {entry.office: entry for entry in view.entries.get(task.id, ())}
    for office in dict.fromkeys((*view.owed.get(task.id, ()), *said)):
        entry = said.get(office) or Entry(task.id, office)
        state = view.states.get(office)
        status = _show_text(view, entry, "status")
        if not status and not entry.file and state is not None:
            silent = state.state in ("missing", "rejected")
            word = state.word if silent else "表中没有这一项"
            status = Cell(word, ("error" if state.due else "") if silent else "warning")
        yield (
            task.number or "",
            _title(year, task),
            f"{view.month.period.month}月",
            year.office_name(office),
            status,
            _show_text(view, entry, "progress"),
            _show_text(view, entry, "obstacles"),
            _show_text(view, entry, "remarks"),
            show(entry.file),
        )
    instruction = view.revisions.get((task.id, "", "instructions"))
    if instruction is not None and instruction.now:
        yield (
            task.number or "",
            _title(year, task),
            f"{view.month.period.month}月",
            "",
            Cell(INSTRUCTIONS, "info"),
            instruction.now,
            "",
            "",
            "",
        )
    if own.closed_on is not None and view is _closing_view(year, task):
        basis = f"依据：{own.closing}" if own.closing else "没有写依据。"
        yield (
            task.number or "",
            _title(year, task),
            f"{view.month.period.month}月",
            year.office_name(view.lead_of(own)),
            Cell(CLOSED, "done"),
            f"{own.closed_on.isoformat()}销号。{basis}",
            "",
            "",
            "",
        )


def _show_text(view: MonthView, entry: Entry, field: TaskField) -> Content:
    """Return a text of an office; one that the 办公室 corrected as 汇总表 shows it."""
    text: str = getattr(entry, field)
    revision = view.revisions.get((entry.task, entry.office, field))
    if revision is None:
        return text
    mark = write_marks([REVISED])
    shown = compose_text(FIELD_COLUMNS[field], (), mark, text, revision.newer)
    return Cell(shown, "info", f"原文：{revision.was.strip() or '（空白）'}")


def _closing_view(year: Year, task: Task) -> MonthView | None:
    """Return the first month by whose end a task was closed."""
    return next(
        (
            view
            for view in year.views
            if task.id in view.tasks and view.tasks[task.id].is_closed(view.month.period.last_day)
        ),
        None,
    )


def _title(year: Year, task: Task) -> str:
    title = task.title or show(task.content, 40)
    return title if year.is_current(task) else f"{title}{GONE}"


def _lead(year: Year, task: Task) -> str:
    view = next(view for view in reversed(year.views) if task.id in view.tasks)
    return year.office_name(view.lead_of(task))
