"""A month merged: returns in, everything the reports need out. Pure: no files, no clock."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from types import MappingProxyType

from taskxl.findings import SEVERITIES, Finding
from taskxl.merge.evidence import own_words
from taskxl.merge.gaps import find_gaps
from taskxl.merge.leftovers import statement_texts
from taskxl.merge.lights import choose_statement, judge_milestones
from taskxl.merge.registry import Earlier, View
from taskxl.merge.revisions import (
    instructions_of,
    key_of,
    rename_offices,
    revise_entries,
    revise_states,
)
from taskxl.merge.settled import settle_month
from taskxl.merge.states import first_arrivals, judge_offices, order_entries
from taskxl.merge.verdicts import Counted, count_returns
from taskxl.merge.versions import Version, speaks, texts_of
from taskxl.model import (
    ASKED,
    Entry,
    FindingKey,
    Instruction,
    Light,
    MasterList,
    MilestoneEntry,
    Month,
    OfficeState,
    Period,
    Return,
    Revision,
    Unplaced,
)
from taskxl.orders import by_id, with_delays, with_instructions
from taskxl.roster import Roster, divide_tasks
from taskxl.text import call_offices, squeeze
from taskxl.words import DONE


def merge_month(
    master: MasterList,
    period: Period,
    as_of: date,
    returns: Sequence[Return],
    history: Sequence[Month] = (),
    *,
    deadline: date | None = None,
    issued: Mapping[str, str] | None = None,
    revisions: Sequence[Revision] = (),
    asked: tuple[str, ...] = ASKED,
    settlements: Mapping[FindingKey, str] = MappingProxyType({}),
) -> Month:
    """Merge the returns of a period.

    `as_of` is the period's report day: what came after it is late, and milestones are judged by
    it. While the report day is still to come (`deadline`), `as_of` is the day of the merge:
    milestones are judged by that, and nobody is missing or late.

    Delays approved by `as_of` have moved the dates of `master`, and 批示 that are asked for have
    their replies; either way the month's list is the one that it was judged by.

    `history` are the year's earlier months, in any order; `issued` the id of the form that each
    office was issued last, where that is known; `revisions` what the 办公室 corrected in the
    summary; `asked` what the period's forms ask for; `settlements` are the findings that the 办公室
    looked into, with its reasons. The result does not depend on the order of
    `returns`.
    """
    roster = Roster(master.offices)
    past = _past_months(history, period, roster)
    master = with_delays(master, as_of)
    # On forms a 批示 is a row like a task; the first day: it may have been closed since they went.
    answered = with_instructions(master, period, period.first_day)
    tasks = {task.id: task for task in master.tasks}
    places = {task.id: place for place, task in enumerate(answered.tasks)}
    offices = {task.id: roster.spell_out(task.offices) for task in answered.tasks}
    shares = divide_tasks(master, period)
    # Who is asked for an answer only has a form, too.
    shares |= {
        office: ((), ()) for office in divide_tasks(answered, period) if office not in shares
    }
    closed = frozenset(task.id for task in master.tasks if task.is_closed(period.last_day))
    earlier = {
        (entry.task, entry.office): Earlier(month.period, entry, own[entry.task, entry.office])
        for month in past
        for own in (own_words(month),)
        for entry in month.entries
        if speaks(entry) and entry.task in tasks
    }
    finished = {pair for pair, said in earlier.items() if said.entry.status == DONE}
    finished |= {(task, office) for task in closed for office in offices[task]}
    before = {pair: said.entry for pair, said in earlier.items()}
    replied = {(reply.task, reply.office): reply for month in past for reply in month.replies}
    replied = {pair: reply for pair, reply in replied.items() if speaks(reply)}
    before |= replied
    counted = count_returns(answered, period, returns, issued, before=before, finished=finished)
    instructions = by_id(master.instructions)
    replies = [entry for entry in counted.entries if entry.task in instructions]
    counted = _without_replies(counted, instructions)

    revisions = rename_offices(revisions, roster)
    corrected, revised = revise_entries(counted.entries, revisions, tasks)
    entries = order_entries(corrected, places, offices)
    by_task: dict[str, list[Entry]] = {}
    for entry in entries:
        by_task.setdefault(entry.task, []).append(entry)
    statements = _order_statements(counted.milestones, master, offices)
    milestones = judge_milestones(master, as_of, by_task, statements, past, closed, period.last_day)
    arrivals = first_arrivals(counted.versions)
    states = judge_offices(
        shares, counted, arrivals, deadline or as_of, past, is_due=deadline is None
    )
    revised = revise_states(states, revised)
    month = Month(
        period,
        as_of,
        master,
        offices=states,
        files=counted.files,
        entries=entries,
        milestones=milestones,
        unplaced=(*counted.unplaced, *_other_statements(statements)),
        altered=counted.altered,
        wordings=counted.wordings,
        findings=(),
        previous=order_entries([said.entry for said in earlier.values()], places, offices),
        lights_before=_lights_of(past[-1]) if past else {},
        revisions=revised,
        instructions_before=instructions_of(past[-1].revisions) if past else {},
        asked=asked,
        deadline=deadline,
        replies=order_entries(replies, places, offices),
        replies_before=order_entries(
            [reply for reply in replied.values() if reply.task in places], places, offices
        ),
        asked_replies=_asked_replies(counted.standing, instructions),
    )
    view = View(
        month,
        tasks,
        roster,
        shares=shares,
        standing=counted.standing,
        arrivals=arrivals,
        entries={(entry.task, entry.office): entry for entry in entries},
        statements=statements,
        earlier=earlier,
        past=past,
        closed=closed,
        corrected=frozenset(key_of(one) for one in revised),
        heads=counted.heads,
        about=counted.about,
    )
    word = master.settings.office_word
    findings = [
        replace(finding, message=call_offices(finding.message, word))
        for finding in (*_without_demands(counted.findings, closed), *find_gaps(view))
    ]
    files = tuple(
        replace(file, reason=call_offices(file.reason, word)) if file.reason else file
        for file in month.files
    )
    ordered = _order_findings(findings, month.offices, places)
    return settle_month(replace(month, files=files, findings=ordered), settlements)


def _without_replies(counted: Counted, instructions: Mapping[str, Instruction]) -> Counted:
    """Return what was counted of tasks; what concerns a 批示 is said of its task."""

    def owner(task: str | None) -> str | None:
        return instructions[task].task if task is not None and task in instructions else task

    return replace(
        counted,
        entries=tuple(entry for entry in counted.entries if entry.task not in instructions),
        findings=tuple(replace(one, task=owner(one.task)) for one in counted.findings),
        altered=tuple(replace(one, task=owner(one.task) or one.task) for one in counted.altered),
        wordings=tuple(replace(one, task=owner(one.task) or one.task) for one in counted.wordings),
    )


def _asked_replies(
    standing: Mapping[str, Sequence[Version]], instructions: Mapping[str, Instruction]
) -> dict[str, tuple[str, ...]]:
    """Return the offices whose forms had a row for each instruction."""
    asked: dict[str, dict[str, None]] = {}
    for office, versions in standing.items():
        for version in versions:
            for task in version.submission.tasks:
                if task in instructions:
                    asked.setdefault(task, {})[office] = None
    return {key: tuple(offices) for key, offices in sorted(asked.items())}


def rests_on(month: Month, *, before: Month, corrections_only: bool = False) -> bool:
    """Tell whether a month was merged with the month before it as that stands now.

    With `corrections_only` it is asked of what the 办公室 wrote in that month's summary alone.
    """
    (past,) = _past_months((before,), month.period, Roster(month.master.offices))
    tasks = {task.id for task in month.master.tasks}
    previous = {(entry.task, entry.office): entry for entry in month.previous}
    corrected = {(one.task, one.office) for one in past.revisions}
    said = {
        (entry.task, entry.office): entry
        for entry in past.entries
        if speaks(entry) and entry.task in tasks
    }
    if corrections_only:
        said = {pair: entry for pair, entry in said.items() if pair in corrected}
    return (
        month.instructions_before == instructions_of(past.revisions)
        and (corrections_only or month.lights_before == _lights_of(past))
        and all(previous.get(pair) == entry for pair, entry in said.items())
    )


def _lights_of(month: Month) -> dict[str, Light]:
    return {state.milestone.id: state.light for state in month.milestones}


def _past_months(history: Sequence[Month], period: Period, roster: Roster) -> tuple[Month, ...]:
    """Return the year's months before `period`, oldest first, offices under their present names."""
    past = []
    for month in sorted(history, key=lambda month: month.period):
        if month.period.year == period.year and month.period < period:
            offices = tuple(replace(s, office=roster.present_name(s.office)) for s in month.offices)
            entries = tuple(replace(e, office=roster.present_name(e.office)) for e in month.entries)
            replies = tuple(replace(e, office=roster.present_name(e.office)) for e in month.replies)
            revisions = tuple(
                replace(r, office=roster.present_name(r.office)) for r in month.revisions
            )
            steps = tuple(
                replace(
                    s,
                    entry=s.entry and replace(s.entry, office=roster.present_name(s.entry.office)),
                )
                for s in month.milestones
            )
            past.append(
                replace(
                    month,
                    offices=offices,
                    entries=entries,
                    milestones=steps,
                    revisions=revisions,
                    replies=replies,
                )
            )
    return tuple(past)


def _order_statements(
    milestones: Sequence[MilestoneEntry],
    master: MasterList,
    offices: Mapping[str, Sequence[str]],
) -> dict[str, tuple[MilestoneEntry, ...]]:
    """Return the rows about each milestone, blank ones too, leading office first."""
    said: dict[str, list[MilestoneEntry]] = {}
    for entry in milestones:
        said.setdefault(entry.milestone, []).append(entry)
    owner = {m.id: task.id for task in master.tasks for m in task.milestones}

    def place(entry: MilestoneEntry) -> tuple[int, str]:
        names = offices[owner[entry.milestone]]
        at = names.index(entry.office) if entry.office in names else len(names)
        return at, entry.office

    return {key: tuple(sorted(entries, key=place)) for key, entries in said.items()}


def _other_statements(
    statements: Mapping[str, Sequence[MilestoneEntry]],
) -> tuple[Unplaced, ...]:
    """Return the texts on milestones for which another office's statement counts."""
    others: list[Unplaced] = []
    for entries in statements.values():
        chosen = choose_statement(entries)
        if chosen is None:
            continue
        kept = {squeeze(text) for _, text in texts_of(chosen)}
        others += (
            text
            for entry in entries
            if entry is not chosen
            for text in statement_texts(entry)
            if squeeze(text.text) not in kept
        )
    return tuple(others)


def _without_demands(findings: Sequence[Finding], closed: frozenset[str]) -> list[Finding]:
    """Return what was found in returns; of a closed task it is only told, and nothing is asked."""
    return [replace(f, severity="info") if f.task in closed else f for f in findings]


def _order_findings(
    findings: Sequence[Finding], offices: Sequence[OfficeState], places: Mapping[str, int]
) -> tuple[Finding, ...]:
    """Sort by severity, office, task and code; what has no office or task comes after the rest."""
    rank = {state.office: place for place, state in enumerate(offices)}

    def key(finding: Finding) -> tuple[object, ...]:
        return (
            SEVERITIES.index(finding.severity),
            rank.get(finding.office or "", len(rank)),
            places.get(finding.task or "", len(places)),
            finding.code,
            finding.office or "",
            finding.file or "",
            finding.sheet or "",
            finding.cell or "",
            finding.message,
        )

    return tuple(sorted(dict.fromkeys(findings), key=key))
