"""主清单.xlsx: made from a fresh list, written so that it is pleasant to edit in Excel."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from taskxl.a1 import cell_name, column_letters
from taskxl.master.book.layout import (
    DELAY_COLUMNS,
    DELAYS,
    INSTRUCTION_COLUMNS,
    INSTRUCTIONS,
    MILESTONE_COLUMNS,
    MILESTONES,
    OFFICE_COLUMNS,
    OFFICES,
    SETTING_COLUMNS,
    SETTINGS,
    TASK_COLUMNS,
    TASKS,
    TITLE_ITEM,
    Column,
    Look,
)
from taskxl.master.book.plain_sheets import ROOM, TableBook, range_of
from taskxl.master.book.records import (
    Record,
    delay_record,
    instruction_record,
    milestone_record,
    office_record,
    task_record,
)
from taskxl.master.book.rereading import read_master
from taskxl.master.book.settings_sheet import ITEMS, Cell, Item, Kind, cell_of
from taskxl.model import MasterList, Office, Settings, Task, TaskList, with_ids
from taskxl.roster import is_collective
from taskxl.text import squeeze
from taskxl.words import ALL_OFFICES

__all__ = ["make_master", "read_master", "write_master"]


# ---------------------------------------------------------------- from a fresh list


def make_master(task_list: TaskList, settings: Settings) -> MasterList:
    """Return the master list of a fresh task list: ids given, offices gathered.

    The year of the list goes before that of `settings`, and so does its word for an office; the
    bureau's name is taken from the title or the signature, and the contact from the notice, where
    `settings` has none.
    """
    tasks = with_ids(task_list.tasks)
    settings = replace(
        settings,
        year=task_list.year or settings.year,
        bureau=settings.bureau or guess_bureau(task_list.title) or task_list.bureau,
        contact=settings.contact or task_list.contact,
        office_word=task_list.office_word or settings.office_word,
    )
    return MasterList(task_list.title, tasks, _gather_offices(tasks), settings)


def guess_bureau(title: str) -> str:
    r"""Return the bureau that a title begins with, or "" where it names none in full.

    >>> guess_bureau("云溪县教育局2026年重点工作任务一览表")
    '云溪县教育局'
    >>> guess_bureau("云溪县教育系统2026年重点工作任务一览表")
    ''
    >>> guess_bureau("市教育局2026年工作要点")
    ''
    """
    found = re.match(r"[\u4e00-\u9fff]{2,20}?(?:委员会|局|厅)(?![\u4e00-\u9fff]{0,3}系统)", title)
    name = found.group() if found else ""
    return "" if re.fullmatch(r"[省市县区州旗我本][^省市县区州旗]*", name) else name


def _gather_offices(tasks: Sequence[Task]) -> tuple[Office, ...]:
    """Return the offices that tasks name, in order; leader and person only where all agree."""
    everybody = {squeeze(word) for word in ALL_OFFICES}
    names: dict[str, str] = {}
    leaders: dict[str, Counter[str]] = {}
    persons: dict[str, Counter[str]] = {}
    for task in tasks:
        for name in task.offices:
            key = squeeze(name)
            if key and key not in everybody and not is_collective(name):
                names.setdefault(key, name.strip())
        for name in task.lead_offices:
            if task.leader:
                leaders.setdefault(squeeze(name), Counter())[task.leader] += 1
        for person in task.persons:
            if person.office:
                persons.setdefault(squeeze(person.office), Counter())[person.name] += 1
    return tuple(
        Office(name, leader=_only(leaders.get(key)), person=_only(persons.get(key)))
        for key, name in names.items()
    )


def _only(counter: Counter[str] | None) -> str | None:
    return next(iter(counter)) if counter and len(counter) == 1 else None


# ---------------------------------------------------------------- the workbook


def write_master(master: MasterList) -> bytes:
    """Return 主清单.xlsx with all its sheets; the same list gives the same bytes.

    They are 任务, 节点, 股室, 延期, 批示 and 设置.

    Raises TaskxlError when a text is longer than a cell of Excel can hold.
    """
    book = TableBook(master.title)
    last_task = len(master.tasks) + 1 + ROOM
    last_office = len(master.offices) + 1 + ROOM
    _write_tasks(book, master, last_task, last_office)
    _write_milestones(book, master, last_task)
    _write_offices(book, master, last_office)
    _write_delays(book, master, last_task)
    _write_instructions(book, master, last_task, last_office)
    _write_settings(book, master)
    return book.to_bytes()


def _write_tasks(book: TableBook, master: MasterList, last: int, last_office: int) -> None:
    rows = [_in_order(TASK_COLUMNS, task_record(task)) for task in master.tasks]
    sheet = book.add_table(TASKS, TASK_COLUMNS, rows, frozen=3)
    sheet.autofilter(0, 0, max(len(rows), 1), len(TASK_COLUMNS) - 1)
    for field in ("lead_offices", "supporting_offices"):
        # Several offices in one cell are right and in no list: the drop-down is help, no fence.
        book.offer(sheet, _index(TASK_COLUMNS, field), last, range_of(OFFICES, 0, last_office))
    book.tint_repeated(sheet, last)
    for field in ("title", "lead_offices"):
        column = _index(TASK_COLUMNS, field)
        blank = f"AND(COUNTA($B2:$J2)>0,LEN(TRIM({column_letters(column + 1)}2))=0)"
        book.tint(sheet, (column, column), last, blank, book.fault)


def _write_milestones(book: TableBook, master: MasterList, last_task: int) -> None:
    rows = [
        _in_order(MILESTONE_COLUMNS, milestone_record(task, milestone))
        for task in master.tasks
        for milestone in task.milestones
    ]
    sheet = book.add_table(MILESTONES, MILESTONE_COLUMNS, rows, frozen=2)
    sheet.autofilter(0, 0, max(len(rows), 1), len(MILESTONE_COLUMNS) - 1)
    last = len(rows) + 1 + ROOM
    key, shown, text, due, vague = (
        _index(MILESTONE_COLUMNS, field) for field in ("task", "task_title", "text", "due", "vague")
    )
    ids = range_of(TASKS, 0, last_task)
    titles = range_of(TASKS, _index(TASK_COLUMNS, "title"), last_task)
    shown_titles = [task.title or "" for task in master.tasks for _ in task.milestones]
    for r, title in enumerate(shown_titles, 1):
        # By id and not by row, so that it stays right however both sheets are sorted.
        cell = cell_name(r + 1, key + 1)
        formula = f'=IFERROR(INDEX({titles},MATCH({cell}&"",{ids},0))&"","")'
        book.put_formula(sheet, r, shown, formula, title)
    book.offer(sheet, key, last, ids)
    book.tint_repeated(sheet, last)
    text_cell, due_cell, vague_cell = (f"${column_letters(c + 1)}2" for c in (text, due, vague))
    doubtful = f"LEN(TRIM({vague_cell}))>0"
    no_day = f"OR(ISTEXT({due_cell}),ISBLANK({due_cell}))"
    unsaid = f"AND(LEN(TRIM({text_cell}))>0,{no_day},NOT({doubtful}))"
    book.tint(sheet, (text, vague), last, doubtful, book.doubt)
    book.tint(sheet, (due, due), last, unsaid, book.fault)


def _write_offices(book: TableBook, master: MasterList, last: int) -> None:
    rows = [_in_order(OFFICE_COLUMNS, office_record(office)) for office in master.offices]
    sheet = book.add_table(OFFICES, OFFICE_COLUMNS, rows, frozen=1)
    sheet.autofilter(0, 0, max(len(rows), 1), len(OFFICE_COLUMNS) - 1)
    book.tint_repeated(sheet, last)


def _write_delays(book: TableBook, master: MasterList, last_task: int) -> None:
    rows = [_in_order(DELAY_COLUMNS, delay_record(master, one)) for one in master.delays]
    sheet = book.add_table(DELAYS, DELAY_COLUMNS, rows, frozen=3)
    sheet.autofilter(0, 0, max(len(rows), 1), len(DELAY_COLUMNS) - 1)
    last = len(rows) + 1 + ROOM
    book.offer(sheet, _index(DELAY_COLUMNS, "task"), last, range_of(TASKS, 0, last_task))
    steps = sum(len(task.milestones) for task in master.tasks) + 1 + ROOM
    book.offer(sheet, _index(DELAY_COLUMNS, "milestone"), last, range_of(MILESTONES, 0, steps))
    book.tint_repeated(sheet, last)
    by, until = (_index(DELAY_COLUMNS, field) for field in ("approved_by", "until"))
    task_cell, by_cell = (
        f"LEN(TRIM(${column_letters(_index(DELAY_COLUMNS, f) + 1)}2))"
        for f in ("task", "approved_by")
    )
    pending = f"AND({task_cell}>0,{by_cell}=0)"
    book.tint(sheet, (by, until), last, pending, book.doubt)


def _write_instructions(
    book: TableBook, master: MasterList, last_task: int, last_office: int
) -> None:
    columns = INSTRUCTION_COLUMNS
    rows = [_in_order(columns, instruction_record(master, one)) for one in master.instructions]
    sheet = book.add_table(INSTRUCTIONS, columns, rows, frozen=3)
    sheet.autofilter(0, 0, max(len(rows), 1), len(columns) - 1)
    last = len(rows) + 1 + ROOM
    book.offer(sheet, _index(columns, "task"), last, range_of(TASKS, 0, last_task))
    book.offer(sheet, _index(columns, "offices"), last, range_of(OFFICES, 0, last_office))
    book.tint_repeated(sheet, last)
    closed, text = (f"${column_letters(_index(columns, f) + 1)}2" for f in ("closed_on", "text"))
    is_open = f"AND(LEN(TRIM({text}))>0,LEN({closed})=0)"
    book.tint(sheet, (_index(columns, "closed_on"),) * 2, last, is_open, book.doubt)


def _write_settings(book: TableBook, master: MasterList) -> None:
    title = (TITLE_ITEM, master.title, "一览表的标题，也是进展情况表和汇总的标题来源。")
    items = [(item.name, cell_of(item, master.settings), item.explanation) for item in ITEMS]
    sheet = book.add_table(SETTINGS, SETTING_COLUMNS, [title, *items], frozen=1)
    book.put(sheet, 1, 1, master.title, "open text")
    for r, item in enumerate(ITEMS, 2):
        looks: dict[Kind, Look] = {"count": "open number", "date": "open date"}
        book.put(sheet, r, 1, items[r - 2][1], looks.get(item.kind, "open text"))
        if item.choices:
            sheet.data_validation(
                r, 1, r, 1, {"validate": "list", "source": list(item.choices)} | _warning(item)
            )
        elif item.kind == "count":
            bounds = {
                "validate": "integer",
                "criteria": "between",
                "minimum": item.low,
                "maximum": item.high,
            }
            sheet.data_validation(r, 1, r, 1, bounds | _warning(item))


def _warning(item: Item) -> dict[str, str]:
    return {"error_title": item.name, "error_message": f"“{item.name}”请填：{item.wanted}。"}


def _in_order(columns: Sequence[Column], record: Record) -> tuple[Cell, ...]:
    return tuple(record[column.field] for column in columns)


def _index(columns: Sequence[Column], field: str) -> int:
    return next(n for n, column in enumerate(columns) if column.field == field)
