"""主清单.xlsx read back after people edited it, whatever program they edited it in."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache

from taskxl.dates import read_date
from taskxl.errors import TaskxlError
from taskxl.findings import Finding, rule
from taskxl.intake.grids import Book, CellError, Sheet, Value, value_text
from taskxl.mail.addresses import read_recipients, split_mails
from taskxl.master.book.layout import (
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
)
from taskxl.master.book.milestone_sheet import read_steps
from taskxl.master.book.order_sheets import Orders, read_orders
from taskxl.master.book.settings_sheet import ITEMS, Item, find_item, read_items
from taskxl.master.book.sheet_rows import Header, Row, find_bearers, own_id, read_rows
from taskxl.model import MasterList, Office, Person, Place, Settings, Task
from taskxl.roster import Roster
from taskxl.tasks import KnownIds, give_ids
from taskxl.text import closest, is_blank, show, squeeze

M124 = rule(
    "M124",
    "设置项读不懂",
    "warning",
    what="“设置”表里的一项不在规定的取值内，或没有这样一项。",
    why="读不懂的设置按默认值办，结果可能不是想要的。",
    cure="按“说明”一栏改正。",
)
M125 = rule(
    "M125",
    "股室名称冲突",
    "warning",
    what="“股室”表里两行同名，或别名与另一个股室的名称、别名相同，或有一行没有名称。",
    why="来稿和任务按名称归到股室，冲突时归不准。",
    cure="合并同名的行；别名只留给一个股室。",
)
M128 = rule(
    "M128",
    "销号没有写全",
    "warning",
    what="“任务”表里的销号日期认不出是哪一天、不在这一年，或写了日期没有写依据，或只写了依据。",
    why="没有日期就不算销号，仍要报送；写错年份，销号的月份就不对；没有依据，以后查不到凭什么销号。",
    cure="日期写成 2026-05-20 的样子；依据写明验收文号、会议纪要等。不销号的，两格都留空。",
)
M140 = rule(
    "M140",
    "邮箱地址不对",
    "warning",
    what="“股室”表的邮箱一栏里有一处不是邮箱地址。",
    why="写错的地址收不到信件，股室不知道要报送。",
    cure="改成 name@example.com 的样子，一行一个；抄送的写“抄送：name@example.com”。",
)
_NOT_IN_BRACKETS = r"(?![^（(\n]*[)）])"
_MANY = re.compile(rf"\n|[、，,；;]{_NOT_IN_BRACKETS}")


@dataclass(frozen=True, slots=True)
class PlacedMaster:
    """主清单.xlsx as read, and where in the workbook its rows stand.

    `headers` are by sheet: the header's row and the column of each field; `tasks` and `milestones`
    are rows by id, `offices` those of sheet 股室; `sheets` are the grids; `orders` has the rows of
    sheets 延期 and 批示.
    """

    master: MasterList
    findings: tuple[Finding, ...]
    headers: Mapping[str, Header]
    tasks: Mapping[str, Row]
    milestones: Mapping[str, Row]
    offices: tuple[Row, ...]
    sheets: Mapping[str, Sheet]
    orders: Orders = field(default_factory=Orders)


Ask = Callable[[], KnownIds]
"""Tells the ids that the year's lists had; only asked where something in the workbook has none."""


def read_master(
    content: bytes, name: str, known: Ask = KnownIds
) -> tuple[MasterList, tuple[Finding, ...]]:
    """Read 主清单.xlsx as a person left it: columns and rows moved, added, dates typed as text.

    What is new gets an id; what cannot be understood is a finding at its cell.
    `name` is the file's name for messages. Raises TaskxlError when it cannot be used at all.
    """
    placed = read_placed(content, name, known)
    return placed.master, placed.findings


def read_placed(content: bytes, name: str, known: Ask = KnownIds) -> PlacedMaster:
    """Read 主清单.xlsx with the places of its rows: see `read_master`."""
    from taskxl.intake.gate import Limits, Refused, check_content
    from taskxl.intake.reading import read_book

    try:
        book = read_book(content, name, check_content(content, name, Limits()))
    except Refused as refused:
        raise TaskxlError(f"{show(name)}：{refused.reason}（{refused.code}）") from refused
    return read_grids(book, known)


def read_grids(book: Book, known: Ask = KnownIds) -> PlacedMaster:
    """Read a master list out of a workbook's grids: see `read_master`."""
    findings: list[Finding] = []
    headers: dict[str, Header] = {}

    def read(sheet: str, columns: Sequence[Column]) -> tuple[Row, ...]:
        headers[sheet], rows = read_rows(book, sheet, columns, findings)
        return rows

    title, settings = _read_settings(book.name, read(SETTINGS, SETTING_COLUMNS), findings)
    office_rows = read(OFFICES, OFFICE_COLUMNS)
    offices = _read_offices(office_rows, findings)
    task_rows = read(TASKS, TASK_COLUMNS)
    known = cache(known)
    copied = find_bearers(
        task_rows, lambda row, key: known().had_task(key, row.text("title"), row.text("content"))
    )
    tasks = tuple(_read_tasks(task_rows, copied, Roster(offices), settings.year, findings))
    tasks = give_ids(tasks, KnownIds() if all(task.id for task in tasks) else known())
    all_steps = read(MILESTONES, MILESTONE_COLUMNS)
    copied = find_bearers(
        all_steps, lambda row, key: known().had_milestone(key, row.text("task"), row.text("text"))
    )
    steps = read_steps(all_steps, copied, tasks, settings, findings)
    tasks = tuple(replace(t, milestones=tuple(s for s, _ in steps.get(t.id, ()))) for t in tasks)
    whole = all(step.id for task in tasks for step in task.milestones)
    tasks = give_ids(tasks, KnownIds() if whole else known())
    step_rows = [
        (step.id, row)
        for task in tasks
        for step, (_, row) in zip(task.milestones, steps.get(task.id, ()), strict=True)
    ]
    orders = read_orders(
        book, tasks, Roster(offices), settings.year, lambda: known().orders, findings
    )
    return PlacedMaster(
        MasterList(title, tasks, offices, settings, orders.delays, orders.instructions),
        tuple(findings),
        headers,
        {task.id: row for task, row in zip(tasks, task_rows, strict=True)},
        dict(step_rows),
        office_rows,
        {squeeze(sheet.name): sheet for sheet in reversed(book.sheets)},
        orders,
    )


# ---------------------------------------------------------------- 设置 and 股室


def _read_settings(file: str, rows: Sequence[Row], findings: list[Finding]) -> tuple[str, Settings]:
    title = ""
    cells: dict[str, Value] = {}
    places: dict[str, Row] = {}
    pasted: Item | None = None
    for row in rows:
        name, value = row.text("item"), row.values.get("value")
        item = find_item(name)
        if pasted is not None and not name and not row.text("explanation"):
            # A text that was pasted without opening the cell first fills the cells below.
            cells[pasted.field] = f"{value_text(cells[pasted.field])}\n{row.text('value')}"
            continue
        pasted = None
        if squeeze(name) == squeeze(TITLE_ITEM):
            title = title or row.text("value")
        elif item is None and not is_blank(value):
            message = f"没有“{show(name, 20)}”这一项设置，没有采用。{_nearest(name)}"
            findings.append(row.found(M124, message, "item", "info"))
        elif item is not None and item.field in cells:
            message = f"“{item.name}”写了两行，只用了上面的一行。请删去一行。"
            findings.append(row.found(M124, message, "item"))
        elif item is not None and not isinstance(value, CellError):
            cells[item.field] = value
            places[item.field] = row
            pasted = item if item.kind == "notice" else None

    def report(item: Item, text: str) -> None:
        if item.field == "year":
            return  # said below, since nothing can go on without it
        default = "留空" if item.optional or item.kind == "notice" else "默认值"
        said = show(text, 60) if item.kind == "notice" else f"写的是“{show(text, 20)}”"
        message = f"“{item.name}”{said}，按{default}办。请填{item.wanted}"
        message = message.rstrip("。") + "。"
        findings.append(places[item.field].found(M124, message, "value"))

    settings = read_items(cells, report)
    if not settings.year:
        cell = places["year"].cell("value") if "year" in places else ""
        said = show(value_text(cells.get("year")), 20)
        what = f"写的是“{said}”" if said else "没有填"
        raise TaskxlError(f"{show(file)}〔{SETTINGS}〕{cell}：年份{what}。请填四位数字，如 2026。")
    return title, settings


def _nearest(name: str) -> str:
    close = closest(squeeze(name), (item.name for item in ITEMS))
    return f"是不是“{close}”？" if close else "请核对名称，或删去这一行。"


def _read_offices(rows: Sequence[Row], findings: list[Finding]) -> tuple[Office, ...]:
    offices: list[Office] = []
    names: dict[str, str] = {}
    for row in rows:
        name = row.text("name")
        if not name:
            message = "这一行没有股室名称，没有采用。请补上名称，或删去这一行。"
            findings.append(row.found(M125, message, "name"))
            continue
        if squeeze(name) in names:
            message = f"“{show(name, 20)}”在上面已有一行，这一行没有采用。请并成一行。"
            findings.append(row.found(M125, message, "name"))
            continue
        names[squeeze(name)] = name
        offices.append(
            Office(
                name,
                tuple(_split_many(row.text("aliases"))),
                row.text("leader") or None,
                row.text("person") or None,
                split_mails(row.text("mails")),
            )
        )
        for fault in read_recipients(offices[-1].mails).faults:
            message = (
                f"“{show(fault, 40)}”不是邮箱地址，信件发不到。"
                "请改成 name@example.com 的样子；几个地址之间换行或用顿号隔开。"
            )
            findings.append(row.found(M140, message, "mails").at(office=name))
    findings += _find_shared_aliases(offices, names, rows)
    return tuple(offices)


def _find_shared_aliases(
    offices: Sequence[Office], names: Mapping[str, str], rows: Sequence[Row]
) -> Iterator[Finding]:
    row_of = {squeeze(row.text("name")): row for row in reversed(rows)}
    owners: dict[str, str] = {}
    for office in offices:
        for alias in office.aliases:
            key = squeeze(alias)
            owner = names.get(key) or owners.setdefault(key, office.name)
            if owner != office.name:
                message = f"别名“{show(alias, 20)}”也属于“{show(owner, 20)}”。请只留给一个股室。"
                yield row_of[squeeze(office.name)].found(M125, message, "aliases")


# ---------------------------------------------------------------- 任务


def _read_tasks(
    rows: Sequence[Row],
    bearers: Mapping[str, int],
    roster: Roster,
    year: int,
    findings: list[Finding],
) -> Iterator[Task]:
    taken = dict(bearers)
    for row in rows:
        task_id = own_id(row, taken, findings)
        lead = _split_offices(row.text("lead_offices"), roster)
        supporting = _split_offices(row.text("supporting_offices"), roster)
        known = {squeeze(name): name for name in lead + supporting}
        closed_on = _read_closing(row, year, findings)
        yield Task(
            number=row.text("number") or None,
            title=row.text("title") or None,
            section=row.text("section") or None,
            leader=row.text("leader") or None,
            content=row.text("content"),
            lead_offices=lead,
            supporting_offices=supporting,
            persons=tuple(
                _read_person(text, known, roster) for text in _split_many(row.text("persons"))
            ),
            remarks=tuple(filter(None, map(str.strip, row.text("remarks").split("\n")))),
            place=Place(row.file, row.sheet, row.number),
            id=task_id,
            closed_on=closed_on,
            closing=row.text("closing"),
        )


def _read_closing(row: Row, year: int, findings: list[Finding]) -> date | None:
    """Return the day on which a row's task was closed; nothing but a date closes it."""
    said, evidence = row.text("closed_on"), row.text("closing")
    day = read_date(row.values.get("closed_on"), year) if said else None
    if said and day is None:
        message = (
            f"销号日期写的是“{show(said, 20)}”，认不出是哪一天，按没有销号办。"
            f"请改成日期，如 {year}-05-20。"
        )
        findings.append(row.found(M128, message, "closed_on"))
    elif day and not evidence:
        message = f"{day.isoformat()}销号，没有写依据。请在“销号依据”里补上，如验收文号、会议纪要。"
        findings.append(row.found(M128, message, "closing", "info"))
    elif evidence and not said:
        message = "写了销号依据，没有写销号日期，按没有销号办。请补上日期；不销号的请清空依据。"
        findings.append(row.found(M128, message, "closed_on"))
    if day and day.year != year:
        since = "今年一月起就算销号" if day.year < year else "今年不算销号"
        message = f"销号日期是 {day.isoformat()}，不在 {year} 年，{since}。写错了的请改正。"
        findings.append(row.found(M128, message, "closed_on"))
    return day


def _split_many(text: str) -> list[str]:
    r"""Split what stands several in a cell: by lines and marks, but not inside brackets.

    >>> _split_many("办公室、基教股（含学前、特教）\n 人事股")
    ['办公室', '基教股（含学前、特教）', '人事股']
    """
    return [part.strip() for part in _MANY.split(text) if part.strip()]


def _split_offices(text: str, roster: Roster) -> tuple[str, ...]:
    """Split offices; by spaces too, where each part then is an office of sheet 股室."""
    names: list[str] = []
    for part in _split_many(text):
        words = part.split()
        if not roster.resolve(part) and all(roster.resolve(word) for word in words):
            names += words
        else:
            names.append(part)
    return tuple(names)


def _read_person(text: str, offices: Mapping[str, str], roster: Roster) -> Person:
    """Read `张三（人事股）`; brackets that hold no office belong to the name."""
    found = re.fullmatch(r"(.+?)\s*[（(]([^（）()]+)[）)]", text, re.DOTALL)
    if found:
        office = offices.get(squeeze(found.group(2)))
        if office or roster.resolve(found.group(2)):
            return Person(found.group(1), office or found.group(2).strip())
    return Person(text)
