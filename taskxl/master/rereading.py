"""主清单.xlsx read back after people edited it, whatever program they edited it in."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

from taskxl.dates import UNSET, Calendar, find_due, read_date
from taskxl.errors import TaskxlError
from taskxl.findings import Finding, rule
from taskxl.intake.grids import Book, CellError, Value, value_text
from taskxl.master.addresses import read_recipients, split_mails
from taskxl.master.layout import (
    MILESTONE_COLUMNS,
    MILESTONES,
    OFFICE_COLUMNS,
    OFFICES,
    SETTING_COLUMNS,
    SETTINGS,
    TASK_COLUMNS,
    TASKS,
    TITLE_ITEM,
)
from taskxl.master.roster import Roster
from taskxl.master.settings import ITEMS, Item, find_item, read_items
from taskxl.master.sheet_rows import Row, read_rows
from taskxl.model import MasterList, Milestone, Office, Person, Place, Settings, Task, with_ids
from taskxl.text import is_blank, show, squeeze

# The reasons that reading a list gives for a milestone that has no date.
_NO_DATE = re.compile(
    r"没有写完成时限|清单没有写明年份|.*(?:没有具体日期|设置中没有填写|看不出日期)，待确认"
)

M121 = rule(
    "M121",
    "节点没有对应的任务",
    "error",
    what="“节点”表的一行没有写任务标识，或写的标识在“任务”表里没有。",
    why="归不到任务的节点不会下发，也不会催办。",
    cure="在这一行的“任务标识”里填上“任务”表中的标识；任务已取消的，删去这一行。",
)
M122 = rule(
    "M122",
    "标识重复",
    "warning",
    what="两行用了同一个标识，多半是复制整行新增时带过来的。",
    why="历史记录靠标识跟随任务和节点，重复了就分不清。",
    cure="把新增那一行的标识清空，taskxl 会另编一个。",
)
M123 = rule(
    "M123",
    "主清单里的时限不是日期",
    "warning",
    what="“节点”表的完成时限里写的文字认不出是哪一天。",
    why="没有日期的节点不会提醒临近和逾期。",
    cure="改成日期，如 2026-04-30；没有确定日期的留空，并在“存疑”里写明原因。",
)
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


def read_master(content: bytes, name: str) -> tuple[MasterList, tuple[Finding, ...]]:
    """Read 主清单.xlsx as a person left it: columns and rows moved, added, dates typed as text.

    What is new gets an id; what cannot be understood is a finding at its cell.
    `name` is the file's name for messages. Raises TaskxlError when it cannot be used at all.
    """
    from taskxl.intake.gate import Limits, Refused, check_content
    from taskxl.intake.reading import read_book

    try:
        book = read_book(content, name, check_content(content, name, Limits()))
    except Refused as refused:
        raise TaskxlError(f"{show(name)}：{refused.reason}（{refused.code}）") from refused
    return read_master_book(book)


def read_master_book(book: Book) -> tuple[MasterList, tuple[Finding, ...]]:
    """Read a master list out of a workbook's grids: see `read_master`."""
    findings: list[Finding] = []
    rows = read_rows(book, SETTINGS, SETTING_COLUMNS, findings)
    title, settings = _read_settings(book.name, rows, findings)
    offices = _read_offices(read_rows(book, OFFICES, OFFICE_COLUMNS, findings), findings)
    rows = read_rows(book, TASKS, TASK_COLUMNS, findings)
    tasks = with_ids(tuple(_read_tasks(rows, Roster(offices), findings)))
    rows = read_rows(book, MILESTONES, MILESTONE_COLUMNS, findings)
    steps = _read_milestones(rows, tasks, settings, findings)
    tasks = with_ids(tuple(replace(t, milestones=tuple(steps.get(t.id, ()))) for t in tasks))
    return MasterList(title, tasks, offices, settings), tuple(findings)


# ---------------------------------------------------------------- 设置 and 股室


def _read_settings(file: str, rows: Sequence[Row], findings: list[Finding]) -> tuple[str, Settings]:
    title = ""
    cells: dict[str, Value] = {}
    places: dict[str, Row] = {}
    for row in rows:
        name, value = row.text("item"), row.values.get("value")
        item = find_item(name)
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

    def report(item: Item, text: str) -> None:
        if item.field == "year":
            return  # said below, since nothing can go on without it
        default = "留空" if item.optional else "默认值"
        message = f"“{item.name}”写的是“{show(text, 20)}”，按{default}办。请填{item.wanted}。"
        findings.append(places[item.field].found(M124, message, "value"))

    settings = read_items(cells, report)
    if not settings.year:
        cell = places["year"].cell("value") if "year" in places else ""
        said = show(value_text(cells.get("year")), 20)
        what = f"写的是“{said}”" if said else "没有填"
        raise TaskxlError(f"{show(file)}〔{SETTINGS}〕{cell}：年份{what}。请填四位数字，如 2026。")
    return title, settings


def _nearest(name: str) -> str:
    from difflib import get_close_matches

    close = get_close_matches(squeeze(name), [item.name for item in ITEMS], n=1, cutoff=0.5)
    return f"是不是“{close[0]}”？" if close else "请核对名称，或删去这一行。"


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


# ---------------------------------------------------------------- 任务 and 节点


def _read_tasks(rows: Sequence[Row], roster: Roster, findings: list[Finding]) -> Iterator[Task]:
    taken: dict[str, int] = {}
    for row in rows:
        task_id = _own_id(row, taken, findings)
        lead = _split_offices(row.text("lead_offices"), roster)
        supporting = _split_offices(row.text("supporting_offices"), roster)
        known = {squeeze(name): name for name in lead + supporting}
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
        )


def _own_id(row: Row, taken: dict[str, int], findings: list[Finding]) -> str:
    """Return a row's id; blank, and a finding, where a row above has it already."""
    own = row.text("id")
    if own and taken.setdefault(own, row.number) != row.number:
        message = (
            f"标识“{show(own, 20)}”在第 {taken[own]} 行已经用过，这一行当作新增的另编标识。"
            "如果这一行才是原来的，请清空那一行的标识。"
        )
        findings.append(row.found(M122, message, "id"))
        return ""
    return own


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


def _read_milestones(
    rows: Sequence[Row], tasks: Sequence[Task], settings: Settings, findings: list[Finding]
) -> dict[str, list[Milestone]]:
    """Return the milestones by their task's id, in the order of the sheet."""
    calendar = Calendar(settings.spring_term, settings.autumn_term, settings.year_end)
    owners = _Owners(tasks)
    steps: dict[str, list[Milestone]] = {}
    taken: dict[str, int] = {}
    above: Task | None = None
    for row in rows:
        if not any(row.text(field) for field in ("text", "due", "vague")):
            continue  # a task was chosen and nothing typed
        own = _own_id(row, taken, findings)
        task, doubt = owners.find(row, above)
        if doubt:
            field = "task" if "task" in row.columns else "text"
            findings.append(row.found(M121, doubt, field, "warning" if task else "error"))
        if task is None:
            continue
        above = task
        text = row.text("text")
        due, vague = _read_due(row, settings.year, calendar, findings)
        steps.setdefault(task.id, []).append(Milestone(text, due, vague, own))
    return steps


class _Owners:
    """Finds the task that a row of sheet 节点 belongs to."""

    def __init__(self, tasks: Iterable[Task]) -> None:
        self.by_id: dict[str, Task] = {}
        by_name: dict[str, list[Task]] = {}
        for task in tasks:
            self.by_id[squeeze(task.id)] = task
            for name in {squeeze(task.number), squeeze(task.title)} - {""}:
                by_name.setdefault(name, []).append(task)
        self.by_name = {name: found[0] for name, found in by_name.items() if len(found) == 1}

    def find(self, row: Row, above: Task | None) -> tuple[Task | None, str]:
        """Return the task, and in Chinese what is doubtful about that.

        A row with an id of its own was written by taskxl, so only an id may name its task: a
        number may have been given to another task meanwhile. A new row may name it by number or
        title, or leave it blank below another milestone of the task.
        """
        said = row.text("task")
        text = show(row.text("text"), 20)
        if said:
            task = self.by_id.get(squeeze(said))
            named = self.by_name.get(squeeze(said)) if not row.text("id") else None
            if task and named and named is not task:
                doubt = f"“{show(said, 12)}”既是{task.label}的标识，又是{named.label}的编号，"
                return task, f"{doubt}节点“{text}”按标识归入前者。请核实。"
            if task or named:
                return task or named, ""
            doubt = f"“任务”表里没有标识“{show(said, 12)}”，节点“{text}”没有归入任何任务。"
            return None, f"{doubt}请改正任务标识，或删去这一行。"
        task = self.by_id.get(squeeze(row.text("id").rpartition("/")[0]))
        task = task or self.by_name.get(squeeze(row.text("task_title")))
        if task:
            return task, ""
        if above is None:
            return None, f"节点“{text}”没有写任务标识，没有归入任何任务。请补上。"
        return above, f"节点“{text}”没有写任务标识，按上一行归入{above.label}。请核实后补上。"


def _read_due(
    row: Row, year: int, calendar: Calendar, findings: list[Finding]
) -> tuple[date | None, str | None]:
    """Return a milestone's date and what is vague about it, typed as a date or in words."""
    value, vague = row.values.get("due"), row.text("vague") or None
    text = row.text("due")
    if not text:
        return _await_settings(row.text("text"), vague, year, calendar)
    day = read_date(value, year)
    if day:
        return day, _settle_doubt(row.text("text"), day, vague, year, calendar)
    phrase = find_due(text, year, calendar)
    if phrase and (phrase.due or phrase.vague):
        return phrase.due, vague or phrase.vague
    message = f"完成时限写的是“{show(text, 20)}”，认不出是哪一天。请改成日期，如 {year}-04-30。"
    findings.append(row.found(M123, message, "due"))
    said = f"时限写的是“{show(text)}”，认不出是哪一天"
    return None, vague if vague and text in vague else "；".join(filter(None, (vague, said)))


def _settle_doubt(
    text: str, day: date, vague: str | None, year: int, calendar: Calendar
) -> str | None:
    """Return the doubt that is left where a date stands, None where a person has settled it.

    A reason for having no date is settled by any date, a reading (9月初) by another one.
    """
    if vague is None or _NO_DATE.fullmatch(vague):
        return None
    readings = (find_due(text, year, when) for when in (UNSET, calendar))
    changed = any(read and read.vague == vague and read.due != day for read in readings)
    return None if changed else vague


def _await_settings(
    text: str, vague: str | None, year: int, calendar: Calendar
) -> tuple[date | None, str | None]:
    """Date a milestone that only waits for 设置 (开学前) as soon as the date stands there.

    Its reason in 存疑 is what waits: who left the date open on purpose has cleared that.
    """
    if vague is None or find_due(text, year) == find_due(text, year, calendar):
        return None, vague
    phrase = find_due(text, year, calendar)
    return (phrase.due, phrase.vague) if phrase and phrase.due else (None, vague)
