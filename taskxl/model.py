"""The nouns of a bureau's year, as values: list, form, submission, month."""

import calendar
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from itertools import chain, count
from typing import Literal, NamedTuple, get_args

from taskxl.approval import is_approval, is_refusal
from taskxl.errors import TaskxlError
from taskxl.findings import Finding
from taskxl.text import quote, show
from taskxl.words import NOT_DUE, OFFICE_STATES

# ---------------------------------------------------------------- the master list


@dataclass(frozen=True, slots=True)
class Place:
    """Where something was read: `row` as Excel counts (from 1); in prose the line's number.

    `column`, from 1, is the first one of the table.
    """

    file: str
    sheet: str | None = None
    row: int | None = None
    column: int = 1


@dataclass(frozen=True, slots=True)
class Person:
    """A responsible person; `office` only where the list pairs the two with certainty."""

    name: str
    office: str | None = None


@dataclass(frozen=True, slots=True)
class Milestone:
    """A step of a task; `vague` says in Chinese why `due` is missing or only a reading.

    `id` is `任务标识/序`, for example `3/2`; empty until the task is in a workspace.
    """

    text: str
    due: date | None = None
    vague: str | None = None
    id: str = ""
    delay: "Delay | None" = None
    """The approved delay by which `due` is what it is; None where the list's own date stands."""
    listed_due: date | None = None
    """The list's own date, where a delay has moved `due`."""


@dataclass(frozen=True, slots=True)
class Task:
    """One key task as its document states it.

    `number` is what the document says (None: it says none); `content` is the text of the plan
    without the milestones; the first of `lead_offices` leads.
    `id` is stable through the year (see `with_ids`); empty until the task is in a workspace.
    """

    number: str | None = None
    title: str | None = None
    section: str | None = None
    leader: str | None = None
    content: str = ""
    lead_offices: tuple[str, ...] = ()
    supporting_offices: tuple[str, ...] = ()
    persons: tuple[Person, ...] = ()
    remarks: tuple[str, ...] = ()
    milestones: tuple[Milestone, ...] = ()
    place: Place | None = None
    id: str = ""
    closed_on: date | None = None
    """The day on which the 办公室 closed the task (销号); None while it is open."""
    closing: str = ""
    """On what evidence it was closed."""

    @property
    def offices(self) -> tuple[str, ...]:
        """All responsible offices, leading ones first."""
        return self.lead_offices + self.supporting_offices

    def is_closed(self, day: date) -> bool:
        """Tell whether the task was closed by the end of a day."""
        return self.closed_on is not None and self.closed_on <= day

    @property
    def name(self) -> str:
        """What it is called: its title, or where it has none the first line of its content."""
        return self.title or self.content.split("\n")[0] or "（无名称）"

    @property
    def label(self) -> str:
        """How a message names this task, `第3项“……”`: without the stop that ends a sentence."""
        title = self.name.rstrip("。；;，,：: ") or self.name
        shown = quote(title if len(title) <= 24 else title[:23] + "…")
        return f"第{self.number}项{shown}" if self.number else shown


def with_ids(tasks: "tuple[Task, ...]", used: Collection[str] = ()) -> "tuple[Task, ...]":
    """Give each task and milestone without an id a readable one that no other has.

    A task's id is its number where that is free; a number that comes again gets `-2`, `-3`, …;
    a task without a number is `无号-1`, `无号-2`, ….
    Ids already there stay, so that history follows a task through the year. `used` are ids of tasks
    and milestones that no other may be given any more.
    """
    taken = {task.id for task in tasks if task.id} | {*used}
    # Of all tasks: a milestone that was given to another task keeps its id.
    steps = {milestone.id for task in tasks for milestone in task.milestones} | {*used}
    done: list[Task] = []
    for task in tasks:
        if not task.id:
            stem = task.number or "无号"
            first = [stem] if task.number else []
            more = (f"{stem}-{n}" for n in count(2 if task.number else 1))
            task = replace(task, id=next(c for c in chain(first, more) if c not in taken))
            taken.add(task.id)
        names = (f"{task.id}/{n}" for n in count(1))
        free = (name for name in names if name not in steps)
        milestones = tuple(m if m.id else replace(m, id=next(free)) for m in task.milestones)
        done.append(replace(task, milestones=milestones))
    return tuple(done)


@dataclass(frozen=True, slots=True)
class Understood:
    """What a column of a table, or a level of a text, was taken as when a list was read.

    `name` is the column's letters or the level's number (第2级), `header` what stands there,
    `taken` the field in Chinese ("" for not read), `how` on what grounds; `sure` is False where it
    was guessed. `option` is what would be added to the command to take it otherwise.
    """

    file: str
    sheet: str | None
    name: str
    header: str
    taken: str
    how: str
    sure: bool
    examples: tuple[str, ...] = ()
    option: str = ""


@dataclass(frozen=True, slots=True)
class TaskList:
    """What was recognised in a task list, before it is anybody's workspace."""

    title: str
    year: int | None
    tasks: tuple[Task, ...]
    understood: tuple[Understood, ...] = ()
    bureau: str = ""
    """Who signed the notice, where it says so."""
    contact: str = ""
    """联系人 and telephone as the notice gives them."""
    office_word: str = ""
    """What the list calls an office (`words.OFFICE_WORDS`), where it tells."""


@dataclass(frozen=True, slots=True)
class Office:
    """A 股室 (处室, 科室 …) as sheet 股室 of 主清单.xlsx knows it."""

    name: str
    aliases: tuple[str, ...] = ()
    leader: str | None = None
    person: str | None = None
    mails: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Settings:
    """Sheet 设置 of 主清单.xlsx. Thresholds in days; a date that is None is not set."""

    bureau: str = ""
    year: int = 0
    first_month: int = 1
    report_day: int = 25
    report_workday: int | None = None
    """n: the report day is the n-th last workday of the month instead of `report_day`."""
    form_columns: Literal["eight", "seven"] = "eight"
    """Which of the shipped drawings of 附件2 goes out."""
    office_word: str = "股室"
    """What the bureau calls its offices: 股室, 科室, 处室 or 部门."""
    reporters: Literal["lead", "all"] = "lead"
    supporting_report: bool = False
    near_days: int = 7
    severe_days: int = 15
    spring_term: date | None = None
    autumn_term: date | None = None
    year_end: date | None = None
    section_pages: bool = False
    """Whether each section of 汇总表 begins a new page in print."""
    assessment: bool = False
    """Whether the year book has a sheet of points (考核); what each thing costs follows."""
    points_base: int = 100
    points_missing: int = 5
    points_late: int = 2
    points_rejected: int = 3
    points_blank: int = 1
    points_overdue: int = 2
    contact: str = ""
    mail_server: str = ""
    mail_port: int = 465
    mail_sender: str = ""
    mail_reply_to: str = ""
    mail_copy_leader: bool = False
    mail_user: str = ""
    """The name to log in with, for sending and receiving; "" is the sender's address."""
    mail_limit: int = 100
    """Letters sent in one run at most."""
    mail_pause: int = 2
    """Seconds between two letters."""
    sent_folder: str = ""
    """The mailbox's folder for copies of what was sent; "" keeps none."""
    inbox_server: str = ""
    inbox_port: int = 993
    inbox_folder: str = ""
    """The mailbox's folder that returns are taken from; "" is INBOX."""
    inbox_mark: bool = False
    """Whether letters that were collected are marked as read."""
    reading: str = ""
    """What a person said of how the task list is to be read: `时序进度=节点；表头行=3`."""
    holidays: str = ""
    """The State Council's notice on the year's holidays, as pasted (`dates.read_holidays`)."""


@dataclass(frozen=True, slots=True)
class Delay:
    """A row of sheet 延期: more time that was asked for, and what became of that.

    `task` and `milestone` are ids; without a milestone it is of the whole task. `wanted` is the
    date that the office asks for, `until` the one that was approved.
    """

    task: str
    milestone: str = ""
    office: str = ""
    asked_on: date | None = None
    reason: str = ""
    wanted: date | None = None
    approved_by: str = ""
    approved_on: date | None = None
    until: date | None = None
    id: str = ""

    @property
    def is_approved(self) -> bool:
        """Whether somebody has approved it, and until when is said."""
        return self.until is not None and is_approval(self.approved_by) is not False

    @property
    def is_refused(self) -> bool:
        """Whether what stands under 批准人 is a refusal."""
        return is_refusal(self.approved_by)

    @property
    def is_pending(self) -> bool:
        """Whether it is still to be decided."""
        return not self.is_approved and not self.is_refused


@dataclass(frozen=True, slots=True)
class Instruction:
    """A row of sheet 批示: what a leader wrote, on which task, to whom, until when.

    `task` is an id; `offices` are those who answer, the task's leading ones where none is named;
    `month` is the month of the summary in which it was written, 0 for one that stands in the list
    only.
    """

    task: str
    text: str
    by: str = ""
    given_on: date | None = None
    offices: tuple[str, ...] = ()
    until: date | None = None
    closed_on: date | None = None
    closing: str = ""
    month: int = 0
    id: str = ""


@dataclass(frozen=True, slots=True)
class MasterList:
    """主清单.xlsx: the one truth on tasks; every task and milestone has its id."""

    title: str
    tasks: tuple[Task, ...]
    offices: tuple[Office, ...]
    settings: Settings
    delays: tuple[Delay, ...] = ()
    instructions: tuple[Instruction, ...] = ()

    def task(self, task_id: str) -> Task | None:
        """Return the task of that id, or None."""
        return next((task for task in self.tasks if task.id == task_id), None)


# ---------------------------------------------------------------- the period


_CHINESE_MONTHS = {
    **{word: number for number, word in enumerate("一二三四五六七八九十", 1)},
    "十一": 11,
    "十二": 12,
}
_CHINESE_MONTH = re.compile("|".join(sorted(_CHINESE_MONTHS, key=len, reverse=True)))
_MONTH = re.compile(
    r"(?:(\d{4})(?:[-—年/.]|(?=\d{2}$)))?(?:(1?\d)月?[-—–~～至到])?(\d{1,2})(?:月份?)?"
)


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A reporting month: the period runs from `first_month` to `month` of `year`."""

    year: int
    month: int
    first_month: int = field(default=1, compare=False)

    @property
    def key(self) -> str:
        """`2021-04`, as JSON and `--month` write it."""
        return f"{self.year:04d}-{self.month:02d}"

    @property
    def label(self) -> str:
        """`1-4月`, as titles write it (`1月` in the first month)."""
        if self.first_month >= self.month:
            return f"{self.month}月"
        return f"{self.first_month}-{self.month}月"

    @property
    def folder(self) -> str:
        """`2021年04月`, the folder's name in the workspace."""
        return f"{self.year:04d}年{self.month:02d}月"

    @property
    def name(self) -> str:
        """`2021年4月`, as file names and letters write it."""
        return f"{self.year}年{self.month}月"

    @property
    def first_day(self) -> date:
        """The month's first day."""
        return date(self.year, self.month, 1)

    @property
    def last_day(self) -> date:
        """The month's last day."""
        return date(self.year, self.month, calendar.monthrange(self.year, self.month)[1])

    @property
    def previous(self) -> "Period | None":
        """The month before in the same year; None in January."""
        return replace(self, month=self.month - 1) if self.month > 1 else None

    @classmethod
    def parse(cls, text: str, settings: Settings) -> "Period":
        """Read a month as people write it; the year of 设置 where none is given.

        `4`, `04`, `4月`, `四月份`, `2021-4`, `2021-04`, `202104`, `2021年四月`, and the label of a
        period, `1-4月`, which is the month it ends in.
        Raises TaskxlError for anything else, a span that does not begin with the year among it.
        """
        found = _MONTH.fullmatch("".join(in_digits(text).split()))
        why = ""
        if found:
            first, month = int(found[2] or settings.first_month), int(found[3])
            if not 1 <= month <= 12:
                why = f"：没有 {month} 月"
            elif first != settings.first_month:
                why = f"：期间都从 {settings.first_month} 月起"
            else:
                return cls(int(found[1] or settings.year), month, settings.first_month)
        raise TaskxlError(
            f"月份“{show(text, 20)}”看不懂{why}。请写成 4 或 {settings.year or 2021}-04。"
        )


def in_digits(text: str) -> str:
    """Return a text with its Chinese numbers up to twelve in digits.

    >>> in_digits("二〇二一年四月"), in_digits("2021年十一月")
    ('2〇21年4月', '2021年11月')
    """
    return _CHINESE_MONTH.sub(lambda word: str(_CHINESE_MONTHS[word.group()]), text)


def period_name(key: str) -> str:
    """Return a period's key as messages write it; what is no key stays as it is.

    >>> period_name("2021-04")
    '2021年4月'
    """
    found = re.fullmatch(r"(\d{4})-(\d{2})", key)
    return f"{found.group(1)}年{int(found.group(2))}月" if found else key


# ---------------------------------------------------------------- what comes back

TaskField = Literal["status", "progress", "obstacles", "remarks"]
MilestoneField = Literal["state", "done_on", "note"]
HeadField = Literal["reporter", "reported_on", "approval"]
ASKED: tuple[str, ...] = (*get_args(TaskField), *get_args(MilestoneField), *get_args(HeadField))
"""All that a form can ask an office for."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What one office says of one task. Texts are as typed; an empty text is "".

    `status` is one of `words.STATUSES` where what was typed is known, else as typed.
    `cells` gives the cell (A1) of each field that the sheet has; `handed_on` are the fields whose
    text still stands under the mark of the earlier month from which the form brought it.
    """

    task: str
    office: str
    status: str = ""
    progress: str = ""
    obstacles: str = ""
    remarks: str = ""
    file: str = ""
    sheet: str | None = None
    row: int | None = None
    cells: Mapping[TaskField, str] = field(default_factory=dict)
    handed_on: tuple[TaskField, ...] = ()


@dataclass(frozen=True, slots=True)
class MilestoneEntry:
    """What one office says of one milestone on sheet 节点完成情况.

    `state` is one of `words.MILESTONE_STATES` where known, else as typed; `done_text` is the
    completion date as typed, `done_on` that date where it can be read.
    """

    milestone: str
    office: str
    state: str = ""
    done_on: date | None = None
    done_text: str = ""
    note: str = ""
    file: str = ""
    sheet: str | None = None
    row: int | None = None
    cells: Mapping[MilestoneField, str] = field(default_factory=dict)


MAIL_TEXT = "邮件正文"
"""The `sheet` of a text that stands in a letter itself, not in what hangs on it."""


@dataclass(frozen=True, slots=True)
class Unplaced:
    """A text of a return that belongs nowhere in the table, kept with its place."""

    file: str
    sheet: str | None
    cell: str | None
    text: str


@dataclass(frozen=True, slots=True)
class Attached:
    """A picture or a file in a return, whose words only a person can read.

    `cell` and `last` are the cells at which it begins and ends, where it hangs on any.
    """

    file: str
    sheet: str | None
    cell: str | None
    what: str
    last: str | None = None


@dataclass(frozen=True, slots=True)
class Altered:
    """A fixed text that an office changed: `was` as issued, `now` as returned."""

    task: str
    office: str
    field: str
    was: str
    now: str
    file: str
    sheet: str | None
    cell: str | None


@dataclass(frozen=True, slots=True)
class Wording:
    """A statement in an office's own words: what it `said`, and what it was `taken` to mean.

    `field` is the form's word for what it answers; `milestone` is "" for what is said of a task,
    `task` is "", too, for a head line.
    """

    office: str
    task: str
    milestone: str
    field: str
    said: str
    taken: str
    file: str = ""
    sheet: str | None = None
    cell: str | None = None


IdentitySource = Literal["hand", "property", "hidden sheet", "office cell", "tasks"]


@dataclass(frozen=True, slots=True)
class Submission:
    """One office's form of one period, as found in a returned file.

    `tasks` are the ids of the rows that were found (filled or not); `identity` says by which
    evidence the office was recognised; `period` is None where nothing in the file tells it.
    """

    office: str
    period: str | None
    identity: IdentitySource
    file: str
    sheet: str | None = None
    form_id: str | None = None
    reporter: str = ""
    reported_on: date | None = None
    approval: str = ""
    cells: Mapping[str, str] = field(default_factory=dict)
    tasks: tuple[str, ...] = ()
    entries: tuple[Entry, ...] = ()
    milestones: tuple[MilestoneEntry, ...] = ()
    altered: tuple[Altered, ...] = ()
    asked: tuple[str, ...] = ASKED
    """The fields that the form had when it was issued, of `ASKED`."""
    untouched: bool = False
    """Whether all its answers are texts that stood in it when it was issued."""
    gone: frozenset[str] = frozenset()
    """The ids of the milestones with which it was issued and of which no row came back."""
    wordings: tuple[Wording, ...] = ()
    """What it says in other words than those that stand for it."""

    @property
    def approved(self) -> bool:
        """Whether the leader's approval stands in the form: a refusal is none."""
        return is_approval(self.approval) is True


@dataclass(frozen=True, slots=True)
class Return:
    """A file under 回收/, read: refused with a code, or its submissions and leftovers.

    `file` is relative to 回收/, with forward slashes; `receipt` says what `received_at` rests on.
    """

    file: str
    sha256: str = ""
    received_at: datetime | None = None
    receipt: Literal["mail", "file", "hand"] = "file"
    code: str | None = None
    reason: str | None = None
    submissions: tuple[Submission, ...] = ()
    unplaced: tuple[Unplaced, ...] = ()
    findings: tuple[Finding, ...] = ()
    attached: tuple[Attached, ...] = ()
    about: tuple[str, ...] = ()
    """Offices of whose tasks it has rows that it was not taken for."""
    note: str = ""
    """How it came, as a person registered it: 微信, 交来的纸质件."""


# ---------------------------------------------------------------- the month

Verdict = Literal["accepted", "partial", "superseded", "duplicate", "rejected", "skipped"]
OfficeStateWord = Literal["submitted", "late", "missing", "rejected"]


@dataclass(frozen=True, slots=True)
class FileVerdict:
    """What became of one file of 回收/."""

    file: str
    sha256: str
    verdict: Verdict
    office: str | None = None
    code: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class OfficeState:
    """Where one office that owes a report stands in a period.

    `tasks` counts the tasks it reports on, `filled` those whose progress is not blank.
    """

    office: str
    state: OfficeStateWord
    files: tuple[str, ...] = ()
    received_at: datetime | None = None
    receipt: Literal["mail", "file", "hand", "form", ""] = ""
    reporter: str = ""
    approved: bool = False
    tasks: int = 0
    filled: int = 0
    reported_on: date | None = None
    approval: str = ""
    owes: bool = True
    """False: the office reported without owing; it counts in no rate."""
    months_missing: int = 0
    """Months in a row without a usable report, this one included."""
    registration: str = ""
    """How its returns came, as a person registered them."""
    due: bool = True
    """False: nothing came yet, and the report day is still to come; nobody is to blame."""

    @property
    def word(self) -> str:
        """The state in Chinese: `未报送` only where the report is due."""
        return OFFICE_STATES[self.state] if self.due else NOT_DUE


Light = Literal["done", "on time", "near", "overdue", "severe", "unknown"]


@dataclass(frozen=True, slots=True)
class MilestoneState:
    """Where a milestone stands as of the report day; `days_over` < 0 means days left."""

    milestone: Milestone
    task: Task
    light: Light
    days_over: int | None = None
    entry: MilestoneEntry | None = None


RevisionField = Literal[
    "status", "progress", "obstacles", "remarks", "instructions", "registration"
]


@dataclass(frozen=True, slots=True)
class Revision:
    """A text that the 办公室 corrected by hand in the summary.

    `was` is the office's own text at that time, `now` what the 办公室 wrote instead; `newer` is
    what the office has sent since, where that is neither of the two. 批示 (`instructions`) are of
    a task and not of an office: there `office` and `was` are ""; 登记说明 (`registration`) is of an
    office and of no task.
    """

    task: str
    office: str
    field: RevisionField
    was: str
    now: str
    newer: str | None = None


class FindingKey(NamedTuple):
    """What tells a finding from all others of its month.

    `place` is file, sheet and cell, "" where it has none; None where a reason was recorded before
    places were.
    """

    code: str
    office: str
    task: str
    message: str
    place: tuple[str, str, str] | None


@dataclass(frozen=True, slots=True)
class Settled:
    """A finding that the 办公室 looked into: it counts no more, for a reason (已核实，不算)."""

    finding: Finding
    reason: str


@dataclass(frozen=True, slots=True)
class Month:
    """A merged month: everything the reports need, nothing they must look up elsewhere."""

    period: Period
    as_of: date
    master: MasterList
    offices: tuple[OfficeState, ...]
    files: tuple[FileVerdict, ...]
    entries: tuple[Entry, ...]
    milestones: tuple[MilestoneState, ...]
    unplaced: tuple[Unplaced, ...]
    altered: tuple[Altered, ...]
    findings: tuple[Finding, ...]
    previous: tuple[Entry, ...] = ()
    """What each office last said of each task in an earlier month."""
    lights_before: Mapping[str, Light] = field(default_factory=dict)
    """The light of each milestone, by its id, in the last month before that was merged."""
    revisions: tuple[Revision, ...] = ()
    """What the 办公室 corrected by hand; `entries` are as corrected."""
    instructions_before: Mapping[str, str] = field(default_factory=dict)
    """批示 on each task, by its id, in the last month before that was merged."""
    deadline: date | None = None
    """The report day, where it was still to come when this was merged: `as_of` is earlier then."""
    asked: tuple[str, ...] = ASKED
    """What the period's forms ask for, of `ASKED`."""
    replies: tuple[Entry, ...] = ()
    """What offices say of 批示; their `task` is the instruction's id."""
    replies_before: tuple[Entry, ...] = ()
    """What each office last said of each 批示 in an earlier month."""
    asked_replies: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The offices, by the instruction's id, in whose returned forms it was asked for."""
    wordings: tuple[Wording, ...] = ()
    """What offices said in their own words, of all forms of which something stands."""

    settled: tuple[Settled, ...] = ()
    """What the 办公室 looked into and does not count; it is not among `findings`."""

    @property
    def is_due(self) -> bool:
        """Whether the report day had come when this was merged."""
        return self.deadline is None
