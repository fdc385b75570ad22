"""One office's rows of a returned book, put together as its submission."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TypeVar

from taskxl.dates import read_date
from taskxl.findings import rule
from taskxl.forms.identity import digest_text
from taskxl.forms.returned.answers import DATE_UNKNOWN, Answered
from taskxl.forms.returned.asked import drawn_fields
from taskxl.forms.returned.catalog import Catalog
from taskxl.forms.returned.columns import MILESTONE_ANSWERS, TASK_ANSWERS
from taskxl.forms.returned.head_lines import Fact
from taskxl.forms.returned.parts import Part
from taskxl.forms.returned.tally import Tally
from taskxl.forms.returned.whose import Claim, issued_milestones, issued_tasks
from taskxl.model import Altered, Entry, MilestoneEntry, Submission, Wording
from taskxl.statements import find_day, says_more_than_day
from taskxl.text import show, squeeze
from taskxl.words import ROW_GONE_MARK

ROW_GONE = rule(
    "E302",
    "任务行不见了",
    "error",
    what="下发的表里有这项任务，收回的表里没有这一行。",
    why="可能是股室误删了行，也可能这项任务没有报。",
    cure="请股室把这一行补上重发；确实不该由它报的，请在主清单中调整责任股室。",
    mark=("progress", ROW_GONE_MARK),
    follows_cell=True,
    mender="office",
    urgency=5,
    partial="少了 {} 个任务行",
)

Said = TypeVar("Said", Entry, MilestoneEntry)
Placed = tuple[int, Fact]  # a label's fact and the sheet (from 0) on which it stands


@dataclass(slots=True)
class OfficeRows:
    """What one office says in a book of one period, while the book is read."""

    claim: Claim
    period: str | None
    parts: list[Part] = field(default_factory=list)
    entries: list[tuple[Entry, Answered]] = field(default_factory=list)
    milestones: list[tuple[MilestoneEntry, Answered]] = field(default_factory=list)
    altered: list[Altered] = field(default_factory=list)
    told: list[MilestoneEntry] = field(default_factory=list)
    """What it says of milestones outside of their table."""
    typed: bool = False
    """Whether an answer stands in it that did not stand in it when it was issued."""

    @property
    def name(self) -> str:
        """The office's name."""
        return self.claim.office or ""

    @property
    def sheet(self) -> str | None:
        """The sheet that holds its (first) table of tasks."""
        return next((part.name for part in self.parts if part.is_filled), None) or None


def make_submission(
    catalog: Catalog, tally: Tally, office: OfficeRows, loose: Sequence[Placed]
) -> Submission:
    """Return an office's submission; what contradicts or repeats it goes to the tally.

    `loose` are facts from elsewhere in the book, for what its own sheets do not say.
    """
    facts = [(part.sheet, fact) for part in office.parts for fact in part.facts] + [*loose]
    first: dict[str, Placed] = {}
    for placed in sorted(facts, key=lambda pair: not pair[1].text):
        index, fact = placed
        _, known = first.setdefault(fact.field, placed)
        if fact.field == "office":
            if fact.text and catalog.office_named(fact.text) != office.name:
                tally.keep("reported", index, fact.row, fact.column, fact.text)
        elif squeeze(known.text) != squeeze(fact.text):
            tally.keep("text", index, fact.row, fact.column, fact.text)
    said = {name: fact.text for name, (_, fact) in first.items()}
    entries = _choose(tally, office.entries)
    milestones = _add_told(_choose(tally, office.milestones), office.told)
    issued = issued_milestones(office.claim.identity)
    _report_gone(catalog, tally, office, entries)
    return Submission(
        office.name,
        office.period,
        office.claim.source,
        tally.file,
        office.sheet,
        office.claim.identity.form_id if office.claim.identity else None,
        said.get("reporter", ""),
        _read_report_day(catalog, tally, office, first),
        said.get("approval", ""),
        {
            name: cell
            for name, (index, fact) in first.items()
            if fact.row and (cell := tally.cell(index, fact.row, fact.column))
        },
        tuple(entry.task for entry in entries),
        entries,
        milestones,
        tuple(office.altered),
        _asked_of(catalog, office),
        not office.typed,
        issued - {one.milestone for one in milestones},
        tuple(one for one in tally.wordings if one.office == office.name),
    )


def _add_told(
    said: tuple[MilestoneEntry, ...], told: Sequence[MilestoneEntry]
) -> tuple[MilestoneEntry, ...]:
    """Return what rows say of milestones; where one says nothing, what is told elsewhere."""
    instead = {one.milestone: one for one in told}
    rows = {one.milestone for one in said}
    filled = [
        replace(
            one,
            state=instead[one.milestone].state,
            done_on=instead[one.milestone].done_on,
            note=one.note or instead[one.milestone].note,
        )
        if one.milestone in instead
        else one
        for one in said
    ]
    return (*filled, *(one for one in told if one.milestone not in rows))


def _asked_of(catalog: Catalog, office: OfficeRows) -> tuple[str, ...]:
    """Return what this very form asked for: of the period's fields those that it has or had."""
    drawn = drawn_fields(office.claim.identity)
    columns = {field for part in office.parts for table in part.tables for field in table.answers}
    answers = {*TASK_ANSWERS, *MILESTONE_ANSWERS} & {*catalog.asked}
    if not drawn or answers <= drawn | columns:
        return catalog.asked
    # It was drawn otherwise than the month's other forms: its head lines may differ, too.
    heads = {fact.field for part in office.parts for fact in part.facts}
    return tuple(field for field in catalog.asked if field in drawn | columns | heads)


def _choose(tally: Tally, said: Sequence[tuple[Said, Answered]]) -> tuple[Said, ...]:
    """Return one entry an item: the first that says something; what others add is left over.

    A row that is only like the task's never stands in for the task's own.
    """
    by_item: dict[str, list[tuple[Said, Answered]]] = {}
    for entry, at in said:
        by_item.setdefault(at.item, []).append((entry, at))
    chosen = []
    for rows in by_item.values():
        sure = [entry for entry, at in rows if at.sure] or [entry for entry, _ in rows]
        # What was issued with last month's words says less than what was written anew.
        fresh = {id(entry): _count_fresh(entry, at) for entry, at in rows}
        best = max(sure, key=lambda entry: (fresh[id(entry)], _says_something(entry)))
        chosen.append(best)
        for entry, at in rows:
            if entry is not best:
                _keep_differing(tally, best, entry, at)
    return tuple(chosen)


def _count_fresh(said: Entry | MilestoneEntry, at: Answered) -> int:
    """Return how many texts of a row are not those with which the form was issued."""
    issued = set(at.mark.digests.values()) if at.mark else set()
    texts = (text for name, text in _texts(said).items() if text and name != "remarks")
    return sum(digest_text(text) not in issued for text in texts)


def _keep_differing(tally: Tally, best: Said, entry: Said, at: Answered) -> None:
    ours, theirs = _texts(best), _texts(entry)
    for name, text in theirs.items():
        if text and text != ours[name]:
            for column in at.table.columns[name]:
                tally.keep("duplicate", at.sheet, at.row, column)


def _report_gone(
    catalog: Catalog, tally: Tally, office: OfficeRows, entries: Sequence[Entry]
) -> None:
    """Report the tasks with which the form was issued and that have no row any more.

    Without the hidden sheet 主清单 has to say what was issued; then only 请核实.
    """
    if not entries or office.period not in (None, catalog.period.key):
        return
    issued = issued_tasks(office.claim.identity)
    wanted = issued or catalog.reported.get(office.name, frozenset())
    if not issued:  # an instruction may have been put into the list after the forms went out
        wanted -= {one.id for one in catalog.master.instructions}
    found = {entry.task for entry in entries}
    tally.findings += [
        ROW_GONE.found(
            f"{task.label}在收回的表里没有找到这一行。请股室补上这一行重新报送。",
            severity=None if issued else "info",
            office=office.name,
            task=task.id,
            file=tally.file,
            sheet=office.sheet,
        )
        for task in catalog.index.in_order(wanted - found)
        if not task.is_closed(catalog.period.last_day)
    ]


def _read_report_day(
    catalog: Catalog, tally: Tally, office: OfficeRows, said: Mapping[str, Placed]
) -> date | None:
    placed = said.get("reported_on")
    if placed is None or not placed[1].text:
        # 王五/4月20日, all of it under 填报人
        reporter = said.get("reporter")
        return find_day(reporter[1].text, catalog.period.year) if reporter else None
    index, fact = placed
    day = read_date(fact.value, catalog.period.year)
    if day is not None and says_more_than_day(fact.text):
        own = Wording(office.name, "", "", "填报日期", fact.text.strip(), day.isoformat())
        tally.record_wording(own, index, fact.row, fact.column)
    if day is None:  # a PDF runs on with what stood in the next cell
        day = read_date(next(iter(fact.text.split()), ""), catalog.period.year)
    if day is None:
        tally.keep("reported", index, fact.row, fact.column, fact.text)
        tally.findings.append(
            DATE_UNKNOWN.found(
                f"填报日期写的是“{show(fact.text, 20)}”，不是确切的日期。"
                f"请写成 {catalog.period.year}-4-20 或 4月20日 这样。",
                office=office.name,
                file=tally.file,
                sheet=tally.sheets[index].name or None,
                cell=tally.cell(index, fact.row, fact.column) or None,
            )
        )
    return day


def _texts(said: Entry | MilestoneEntry) -> dict[str, str]:
    if isinstance(said, Entry):
        return {
            "status": said.status,
            "progress": said.progress,
            "obstacles": said.obstacles,
            "remarks": said.remarks,
        }
    return {"state": said.state, "done_on": said.done_text, "note": said.note}


def _says_something(said: Entry | MilestoneEntry) -> bool:
    """Tell whether an office wrote in a row; remarks may be the list's own."""
    return any(text for name, text in _texts(said).items() if name != "remarks")
