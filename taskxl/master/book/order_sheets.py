"""Sheets 延期 and 批示 of 主清单.xlsx read back: which task a row is of, and what it says."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from taskxl.dates import find_due, read_date
from taskxl.errors import TaskxlError
from taskxl.findings import Finding, Rule, rule
from taskxl.intake.grids import Book
from taskxl.master.book.layout import DELAY_COLUMNS, DELAYS, INSTRUCTION_COLUMNS, INSTRUCTIONS
from taskxl.master.book.sheet_rows import Header, Row, own_id, read_rows
from taskxl.model import Delay, Instruction, Milestone, Task
from taskxl.roster import Roster, is_collective
from taskxl.text import show, squeeze
from taskxl.words import ALL_OFFICES

M131 = rule(
    "M131",
    "延期归不到任务",
    "warning",
    what="“延期”表的一行写的任务标识或节点标识，在“任务”“节点”表里没有。",
    why="归不到任务的一行不起作用：时限不会顺延，也不会再提醒。",
    cure="在这一行填上“任务”表（“节点”表）中的标识；任务已取消的，删去这一行。",
)
M132 = rule(
    "M132",
    "延期没有写全",
    "warning",
    what="“延期”表的一行里，日期认不出是哪一天，或只写了批准人没有写新时限，或只写了新时限没有写批准人。",
    why="批准人和新时限都有，才算批准；缺一样，仍按原时限算。",
    cure="同意的，填批准人和“延期至”；不同意的，批准人写“不同意”。日期写成 2026-05-20 的样子。",
)
M133 = rule(
    "M133",
    "批示归不到任务",
    "warning",
    what="“批示”表的一行没有写明任务，或写的任务在“任务”表里没有。",
    why="归不到任务的批示不会列在下个月的表上，没有人答复。",
    cure="在这一行的“任务标识”里填上“任务”表中的标识；作废的，删去这一行。",
)
M134 = rule(
    "M134",
    "批示没有写全",
    "warning",
    what="“批示”表的一行没有写批示内容，或日期认不出是哪一天，或交办的股室不在“股室”表里。",
    why="内容空着的不会下发；认不出的日期按空白处理；不认识的股室收不到。",
    cure="补上内容，日期写成 2026-05-20 的样子，股室名称与“股室”表一致。",
)

_MANY = re.compile(r"[\n、，,；;]")
_MONTH = re.compile(r"(?:\d{4}年)?(1[0-2]|[1-9])月")


@dataclass(frozen=True, slots=True)
class Orders:
    """What the two sheets say, and where their rows stand: `headers` by sheet, rows by id.

    A sheet that is absent, or is a person's own of that name, has no header here.
    """

    delays: tuple[Delay, ...] = ()
    instructions: tuple[Instruction, ...] = ()
    headers: Mapping[str, Header] = field(default_factory=dict)
    rows: Mapping[str, Row] = field(default_factory=dict)


def read_orders(
    book: Book,
    tasks: Sequence[Task],
    roster: Roster,
    year: int,
    used: Callable[[], Iterable[str]],
    findings: list[Finding],
) -> Orders:
    """Return what sheets 延期 and 批示 say; a workbook without them says nothing.

    Rows without an id get one that no row ever had: `used` tells those of the year's lists, and is
    asked only where a row has none.
    """
    reader = _Reader(tasks, roster, year, findings)
    headers: dict[str, Header] = {}
    delays: list[tuple[Delay, Row]] = []
    instructions: list[tuple[Instruction, Row]] = []
    for name, columns, broken in (
        (DELAYS, DELAY_COLUMNS, M131),
        (INSTRUCTIONS, INSTRUCTION_COLUMNS, M133),
    ):
        if not any(squeeze(sheet.name) == name for sheet in book.sheets):
            continue
        try:
            headers[name], rows = read_rows(book, name, columns, findings)
        except TaskxlError:
            message = f"有一张叫“{name}”的表，没有认出表头，没有读。是另作他用的，请改个名称。"
            findings.append(broken.found(message, severity="info", file=book.name, sheet=name))
            continue
        taken: dict[str, int] = {}
        for row in rows:
            own = own_id(row, taken, findings)
            if name == DELAYS and (delay := reader.read_delay(row, own)):
                delays.append((delay, row))
            elif name == INSTRUCTIONS and (instruction := reader.read_instruction(row, own)):
                instructions.append((instruction, row))
    present = [one.id for one, _ in delays] + [one.id for one, _ in instructions]
    named = _Namer(used, present)
    told = [(replace(one, id=one.id or named.next("延")), row) for one, row in delays]
    written = [(replace(one, id=one.id or named.next("批")), row) for one, row in instructions]
    return Orders(
        tuple(one for one, _ in told),
        tuple(one for one, _ in written),
        headers,
        {one.id: row for one, row in told} | {one.id: row for one, row in written},
    )


class _Namer:
    """Gives ids to rows that a person added: 延-1, 延-2, …"""

    def __init__(self, used: Callable[[], Iterable[str]], present: Iterable[str]) -> None:
        self._used, self._present = used, set(present)
        self._asked = False

    def next(self, stem: str) -> str:
        """Return the next free id that begins so."""
        if not self._asked:
            self._present |= set(self._used())
            self._asked = True
        number = 1
        while f"{stem}-{number}" in self._present:
            number += 1
        self._present.add(f"{stem}-{number}")
        return f"{stem}-{number}"


@dataclass(slots=True)
class _Reader:
    tasks: Sequence[Task]
    roster: Roster
    year: int
    findings: list[Finding]

    def read_delay(self, row: Row, own: str) -> Delay | None:
        """Return what a row of 延期 says, None where nobody can tell of what."""
        step = self._find_step(row.text("milestone"), self._find_task(row))
        task = step[0] if step else self._find_task(row)
        if task is None or (row.text("milestone") and step is None):
            said = row.text("milestone") if task else row.text("task")
            where = "“节点”表里没有" if task else "“任务”表里没有"
            what = f"{where}“{show(said, 20)}”" if said else "没有写是哪一项任务的"
            message = f"{what}，这一行延期没有采用。请改正标识，或删去这一行。"
            field = "milestone" if task else "task"
            self.findings.append(row.found(M131, message, field))
            return None
        milestone = step[1] if step else None
        delay = Delay(
            task.id,
            milestone.id if milestone else "",
            row.text("office"),
            self._read_day(row, "asked_on", M132),
            row.text("reason"),
            self._read_day(row, "wanted", M132),
            row.text("approved_by"),
            self._read_day(row, "approved_on", M132),
            self._read_day(row, "until", M132),
            own,
        )
        self._doubt_delay(row, delay, milestone)
        return delay

    def _doubt_delay(self, row: Row, delay: Delay, milestone: Milestone | None) -> None:
        def report(message: str, field: str) -> None:
            self.findings.append(row.found(M132, message, field).at(task=delay.task))

        if delay.until and not delay.approved_by:
            report("写了新时限，没有写批准人，仍按原时限算。批准了的，请填批准人。", "approved_by")
        elif delay.approved_by and not delay.is_refused and not delay.is_approved:
            if delay.until:
                message = f"批准人写的是“{show(delay.approved_by, 20)}”，不算批准，仍按原时限算。"
                report(f"{message}同意的请填姓名，不同意的请写“不同意”。", "approved_by")
            elif not row.text("until"):  # a date that cannot be read was told of already
                message = "写了批准人，没有写延期至哪一天，仍按原时限算。请填“延期至”。"
                report(message, "until")
        due = milestone.due if milestone else None
        if delay.is_approved and due and delay.until and delay.until <= due:
            report(
                f"新时限 {delay.until.isoformat()} 不晚于原时限 {due.isoformat()}。请核对。",
                "until",
            )

    def read_instruction(self, row: Row, own: str) -> Instruction | None:
        """Return what a row of 批示 says, None where it says nothing or nobody can tell of what."""
        task, text = self._find_task(row), row.text("text")
        if task is None:
            said = row.text("task")
            what = f"“任务”表里没有“{show(said, 20)}”" if said else "没有写是哪一项任务的"
            message = f"{what}，这条批示不会下发。请改正任务标识，或删去这一行。"
            self.findings.append(row.found(M133, message, "task"))
            return None
        if not text:
            message = "没有写批示内容，这一行没有采用。请补上，或删去这一行。"
            self.findings.append(row.found(M134, message, "text").at(task=task.id))
            return None
        offices = tuple(filter(None, map(str.strip, _MANY.split(row.text("offices")))))
        self._doubt_offices(row, task, offices)
        month = _MONTH.match(squeeze(row.text("source")))
        return Instruction(
            task.id,
            text,
            row.text("by"),
            self._read_day(row, "given_on", M134),
            offices,
            self._read_day(row, "until", M134),
            self._read_day(row, "closed_on", M134),
            row.text("closing"),
            int(month[1]) if month else 0,
            own,
        )

    def _doubt_offices(self, row: Row, task: Task, offices: Sequence[str]) -> None:
        everybody = {squeeze(word) for word in ALL_OFFICES}
        for name in offices:
            known = self.roster.resolve(name) or squeeze(name) in everybody
            if not known or is_collective(name):
                message = (
                    f"交办股室“{show(name, 20)}”不在“股室”表里，不算，由其余的或牵头股室答复。"
                    "请改成“股室”表里的名称。"
                )
                self.findings.append(row.found(M134, message, "offices").at(task=task.id))

    def _read_day(self, row: Row, field: str, broken: Rule) -> date | None:
        said = row.text(field)
        if not said:
            return None
        day = read_date(row.values.get(field), self.year)
        if day is None and (phrase := find_due(said, self.year)) and not phrase.vague:
            day = phrase.due
        if day is None:
            columns = DELAY_COLUMNS if broken == M132 else INSTRUCTION_COLUMNS
            header = next(column.header for column in columns if column.field == field)
            message = (
                f"{header}写的是“{show(said, 20)}”，认不出是哪一天，按空白处理。"
                f"请改成日期，如 {self.year}-05-20。"
            )
            self.findings.append(row.found(broken, message, field))
        return day

    def _find_task(self, row: Row) -> Task | None:
        """Return the task that a row names by id, else by number or title that only one bears."""
        said = squeeze(row.text("task")) or squeeze(row.text("task_title"))
        by_id = [task for task in self.tasks if squeeze(task.id) == said]
        named = [t for t in self.tasks if said in (squeeze(t.number), squeeze(t.title))]
        found = by_id or (named if len(named) == 1 else [])
        return found[0] if said and found else None

    def _find_step(self, said: str, task: Task | None) -> tuple[Task, Milestone] | None:
        """Return the milestone that is meant: by its id anywhere, by its words in the task."""
        wanted = squeeze(said)
        if not wanted:
            return None
        for owner in self.tasks:
            for step in owner.milestones:
                if squeeze(step.id) == wanted and task in (None, owner):
                    return owner, step
        own = [s for s in task.milestones if squeeze(s.text) == wanted] if task else []
        return (task, own[0]) if task and len(own) == 1 else None
