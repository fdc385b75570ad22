"""汇总表: the official table over all offices, in the order of 附件1.

Every gap is marked in its cell with a word in 【】 and a colour, and the cell's comment says why.
The hidden column 标识 holds the task's id, by which hand corrections are found again: a text that
needs several rows stands in rows of the same number and id that say 续1, 续2 under the plan, and
`paper.join_text` puts it together (see `taskxl.reports.pen`, which reads the sheet again).
"""

from dataclasses import dataclass, field

from taskxl.findings import Finding
from taskxl.model import Entry, Revision, Task, TaskField, Unplaced
from taskxl.reports.marks import (
    CLOSED,
    COLUMN_OF,
    FIELD_COLUMNS,
    IDENTITY,
    INSTRUCTIONS,
    NUMBER,
    OBSTACLES,
    OFFICES,
    PLAN,
    PROGRESS,
    REMARKS,
    REVISED,
    STATUS,
    TITLE,
    describe,
    worst,
    write_marks,
)
from taskxl.reports.order_lines import carried_lines
from taskxl.reports.paper import GOES_ON, clean_text, join_text, split_text
from taskxl.reports.pen import Speakers, compose_text, cut_note
from taskxl.reports.styles import Tone
from taskxl.reports.tables import Cell, Column, Content, Row, Section, Table
from taskxl.reports.view import MonthView
from taskxl.roster import Roster
from taskxl.text import is_blank, squeeze, tidy
from taskxl.words import EMPTY_MARK, NOT_DUE, ROW_GONE_MARK, SUMMARY_TABLE

SHEET = "汇总表"
COLUMNS = (
    Column(NUMBER, 6, repeated=True),
    Column(TITLE, 14, "left", repeated=True),
    Column(PLAN, 26, "left", grows=True),
    Column(OFFICES, 9, repeated=True, grows=True),
    Column(STATUS, 13.5, repeated=True),
    Column(PROGRESS, 34, "left", grows=True),
    Column(OBSTACLES, 22, "left", grows=True),
    Column(REMARKS, 9, "left", grows=True),
    Column(INSTRUCTIONS, 10, "left", grows=True),
    Column(IDENTITY, 8, repeated=True, hidden=True),
)
SPARE = 34
"""Units that the columns share where the month's texts need them. A page of this width prints
10.5 points as 8, which is as small as a printed table may get."""
MAX_PARTS = 12
"""Rows one office's text may take here; what is longer goes on in 未归位内容."""
WIDTHS = {column.header: column.width for column in COLUMNS}


def make_table(view: MonthView) -> tuple[Table, tuple[Unplaced, ...]]:
    """Return 汇总表, and the ends of texts that are too long for it."""
    from taskxl.tasks import gather_groups

    rows: list[Row | Section] = []
    overflow: list[Unplaced] = []
    section: str | None = None
    for task in gather_groups(view.month.master.tasks):
        if task.section and task.section != section:
            section = task.section
            rows.append(Section(section, view.month.master.settings.section_pages))
        rows.append(Row(_TaskRow(view, task, overflow).make_contents(), (SHEET, task.id)))
    table = Table(
        SHEET,
        view.heading(SUMMARY_TABLE),
        f"统计截止{view.day}。带【】并着色的格子有缺口，原因见批注和“缺口清单”；"
        "“批示”一栏供领导批示，〔〕里的是以前的批示和答复；状态、进展、问题、备注可直接修改，下次汇总时保留。",
        COLUMNS,
        rows,
        anchored=tuple(column.header for column in COLUMNS),
        spare=SPARE,
        part_column=PLAN,
        place=10,
        amount=f"{len(view.month.master.tasks)} 项",
    )
    return table, tuple(overflow)


def find_speakers(view: MonthView) -> dict[str, Speakers]:
    """Return, for each task's row, the offices that may speak in it."""
    offices = view.month.master.offices
    roster = Roster(offices)
    known = [name for office in offices for name in (office.name, *office.aliases)]
    named = {squeeze(name): office.name for name in known if (office := roster.resolve(name))}
    return {
        task.id: Speakers(
            view.lead_of(task),
            named | {squeeze(name): name for name in (*view.responsible[task.id], *speaking)},
            tidy("\n".join(list_remarks(view, task))),
            tuple(list_carried(view, task)),
        )
        for task in view.month.master.tasks
        for speaking in ([entry.office for entry in view.entries.get(task.id, ())],)
    }


def part_text(entry: Entry, name: TaskField) -> tuple[str, str]:
    """Return an office's text as far as 汇总表 takes it, and the rest, which joins on to it."""
    text = clean_text(getattr(entry, name))
    width = WIDTHS[FIELD_COLUMNS[name]]
    parts = split_text(text, width) if len(text) >= width else [text]
    if len(parts) <= MAX_PARTS:
        return text, ""
    kept = join_text(parts[:MAX_PARTS]).removesuffix(GOES_ON)
    return kept, text[len(kept) :]


def mark_of(view: MonthView, finding: Finding) -> tuple[str, str]:
    """Return the column that a finding of a task marks, and the word.

    Its rule says which; where that follows the cell, a finding about one cell of a form marks the
    column that this cell is in.
    """
    rule = view.rules[finding.code]
    marked, word = rule.marks
    column = COLUMN_OF[marked]
    if finding.cell and rule.follows_cell:
        for entry in view.entries.get(finding.task or "", ()):
            if (entry.file, entry.sheet) == (finding.file, finding.sheet):
                fields = (f for f, cell in entry.cells.items() if cell == finding.cell)
                column = next((FIELD_COLUMNS[f] for f in fields), column)
        altered = view.altered.get((finding.file or "", finding.sheet, finding.cell))
        column = altered.field if altered and altered.field in WIDTHS else column
    return column, word


@dataclass(slots=True)
class _Pieces:
    """What one cell of 汇总表 gathers: its paragraphs and the findings that mark it."""

    texts: list[str] = field(default_factory=list)
    shared: dict[str, list[str]] = field(default_factory=dict)
    """Short texts that several supporting offices may have in common, with their names."""
    findings: list[Finding] = field(default_factory=list)
    plain_gaps: list[str] = field(default_factory=list)
    """Sentences on gaps that no finding speaks of."""
    notes: list[str] = field(default_factory=list)
    """Sentences that are no gap: what stood here before the 办公室 corrected it."""

    @property
    def content(self) -> Content:
        shared = [compose_text(STATUS, names, "", text) for text, names in self.shared.items()]
        text = "\n".join([*self.texts, *shared])
        if not self.findings and not self.plain_gaps and not self.notes:
            return text
        tone: Tone = worst(finding.severity for finding in self.findings) or (
            "warning" if self.plain_gaps else "info"
        )
        said = [*describe(self.findings), *self.plain_gaps, *self.notes]
        return Cell(text, tone, "\n".join(said))


class _TaskRow:
    """The row of one task: what the list says, then what each office says and leaves open."""

    def __init__(self, view: MonthView, task: Task, overflow: list[Unplaced]) -> None:
        from taskxl.tasks import shown_plan, shown_title

        self.view, self.task, self.overflow = view, task, overflow
        self.lead = view.lead_of(task)
        self.findings = view.task_findings.get(task.id, ())
        self.pieces = {column.header: _Pieces() for column in COLUMNS}
        self.pieces[NUMBER].texts.append(task.number or "")
        self.pieces[TITLE].texts.append(shown_title(task))
        self.pieces[PLAN].texts.append(shown_plan(task))
        self.pieces[OFFICES].texts += task.offices
        self.pieces[REMARKS].texts += list_remarks(view, task)
        self.pieces[IDENTITY].texts.append(task.id)
        written = view.revisions.get((task.id, "", "instructions"))
        self.pieces[INSTRUCTIONS].texts += list_carried(view, task)
        self.pieces[INSTRUCTIONS].texts += [clean_text(written.now)] if written else []

    def make_contents(self) -> tuple[Content, ...]:
        for office in self._speakers():
            self._add_office(office)
        if self.task.is_closed(self.view.month.period.last_day):
            self.pieces[STATUS].texts.insert(0, write_marks([CLOSED]))
        return tuple(self.pieces[column.header].content for column in COLUMNS)

    def _speakers(self) -> list[str]:
        """Return the offices that have something in the row, the leading one first."""
        involved = dict.fromkeys(self.view.owed.get(self.task.id, ()))
        involved.update((entry.office, None) for entry in self._entries)
        involved.update((finding.office or self.lead, None) for finding in self.findings)
        order = {office: n for n, office in enumerate(self.view.responsible[self.task.id])}
        return sorted(involved, key=lambda office: order.get(office, len(order)))

    @property
    def _entries(self) -> tuple[Entry, ...]:
        return self.view.entries.get(self.task.id, ())

    def _add_office(self, office: str) -> None:
        """Add what one office says, and what is wrong with it.

        A finding that names no office is the leading one's.
        """
        entry = next((entry for entry in self._entries if entry.office == office), None)
        answers = self._answers(entry)
        marks: dict[str, list[str]] = {}
        for finding in self.findings:
            if (finding.office or self.lead) == office:
                column, word = mark_of(self.view, finding)
                marks.setdefault(column, []).append(word)
                self.pieces[column].findings.append(finding)
        owed = office in self.view.owed.get(self.task.id, ())
        if owed and PROGRESS not in marks and is_blank(answers[PROGRESS]):
            marks[PROGRESS] = [self._mark_silence(office, entry)]
        for name, column in FIELD_COLUMNS.items():
            revision = self.view.revisions.get((self.task.id, office, name))
            if revision is not None:
                marks.setdefault(column, []).insert(0, REVISED)
                self.pieces[column].notes.append(_describe_revision(revision))
            mark = write_marks(marks.get(column, ()))
            newer = None if revision is None else revision.newer
            self._add_answer(column, office, mark, answers[column].strip(), newer)
        for column in marks.keys() - answers.keys():
            self.pieces[column].texts.insert(0, write_marks(marks[column]))

    def _add_answer(
        self, column: str, office: str, mark: str, text: str, newer: str | None
    ) -> None:
        pieces = self.pieces[column]
        if is_blank(text) and not mark:
            return
        if office == self.lead or mark or column != STATUS:
            names = () if office == self.lead else (office,)
            newer = None if newer is None else clean_text(newer).strip()
            pieces.texts.append(compose_text(column, names, mark, text, newer))
        else:
            pieces.shared.setdefault(text, []).append(office)

    def _answers(self, entry: Entry | None) -> dict[str, str]:
        """Return an office's texts by column, without a 备注 that only repeats the list's."""
        if entry is None:
            return dict.fromkeys(FIELD_COLUMNS.values(), "")
        answers = {column: self._text_here(entry, name) for name, column in FIELD_COLUMNS.items()}
        stated = (*self.task.remarks, "".join(self.task.remarks))
        if squeeze(answers[REMARKS]) in map(squeeze, stated):
            answers[REMARKS] = ""
        return answers

    def _text_here(self, entry: Entry, name: TaskField) -> str:
        """Return a text as far as 汇总表 takes it; the rest is added to the overflow."""
        text, rest = part_text(entry, name)
        if not rest:
            return text
        rest = rest.removeprefix("\n")
        self.overflow.append(Unplaced(entry.file, entry.sheet, entry.cells.get(name), rest))
        return f"{text}\n{cut_note(len(rest))}"

    def _mark_silence(self, office: str, entry: Entry | None) -> str:
        """Return the word for an owed text that is not there; its cell also gets the reasons."""
        pieces, state = self.pieces[PROGRESS], self.view.states.get(office)
        if state is not None and state.state in ("missing", "rejected"):
            word = state.word
            about = self.view.office_findings.get(office, ())
            reasons = [f for f in about if f.task is None and f.code[0] in "GR"]
        else:
            word, reasons = (EMPTY_MARK if entry is not None else ROW_GONE_MARK), []
        pieces.findings += reasons
        if not reasons and word != NOT_DUE:
            pieces.plain_gaps.append(f"{office}：{word}")
        return word


def list_carried(view: MonthView, task: Task) -> list[str]:
    """Return what stands under 批示 of earlier months: what is open, and its answers."""
    return [clean_text(line) for line in carried_lines(view, task)]


def list_remarks(view: MonthView, task: Task) -> tuple[str, ...]:
    """Return what the list itself says under 备注: its remarks, and how a task was closed."""
    if task.closed_on is None or not task.is_closed(view.month.period.last_day):
        return task.remarks
    basis = f"，依据：{task.closing}" if task.closing else ""
    return *task.remarks, f"{task.closed_on.isoformat()} 销号{basis}"


def _describe_revision(revision: Revision) -> str:
    was = clean_text(revision.was).strip() or "（空白）"
    return f"〔{REVISED}〕{revision.office}原文：{was}"
