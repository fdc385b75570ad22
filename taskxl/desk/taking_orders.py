"""延期 and 批示 at the desk: rows that returns and summaries start in 主清单.xlsx.

A row is put in once. Who deletes it, or writes something else in it, is not overruled: 主清单.xlsx
is the one truth.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime

from taskxl.dates import find_due, find_impossible
from taskxl.desk.lists import add_orders
from taskxl.ledger import Ledger
from taskxl.merge.delays import find_new_requests
from taskxl.merge.revisions import is_same
from taskxl.model import Delay, Instruction, MasterList, Month, Period, Revision, Task
from taskxl.orders import WITHDRAWN
from taskxl.statements import day_text, find_day
from taskxl.tasks import gather_ids
from taskxl.text import quote, squeeze, tidy
from taskxl.workspace.folder import Workspace

Taken = tuple[MasterList, list[str]]
"""The list with its new rows, and lines on what was put in."""


def take_up_delays(
    workspace: Workspace, ledger: Ledger, master: MasterList, month: Month, now: datetime | None
) -> Taken:
    """Start a row of 延期 for each application for more time in a month's returns.

    `master` is the list as it stands. What had a row once that somebody has deleted gets none.
    """
    fresh = find_new_requests(month, master)
    if fresh:
        gone = gather_ids(ledger.master_lists()).orders
        fresh = tuple(delay for delay in fresh if delay.id not in gone)
    if not fresh:
        return master, []
    names = "、".join(_name_delay(month.master, delay) for delay in fresh[:3])
    more = "等" if len(fresh) > 3 else ""
    told = (
        f"有 {len(fresh)} 处申请延期（{names}{more}），已列入主清单“延期”表。"
        "请报分管负责同志决定：同意的，填批准人和“延期至”；不同意的，在批准人一栏写“不同意”。"
    )
    blank = [one for one in fresh if one.wanted is None]
    doubts = _doubt_days(
        [(_name_delay(month.master, one), one.reason, "“申请延至”") for one in blank],
        master.settings.year,
    )
    master, notes = add_orders(workspace, ledger, master, now, delays=fresh)
    return master, [told, *doubts, *notes]


def _doubt_days(rows: Iterable[tuple[str, str, str]], year: int) -> list[str]:
    """Return a line for each new row whose words name a day that no calendar has."""
    return [
        f"{name}：写的是“{impossible}”，没有这一天，{column}空着。请问明后在主清单里补上。"
        for name, text, column in rows
        if (impossible := find_impossible(text, year))
    ]


def _name_delay(master: MasterList, delay: Delay) -> str:
    task = master.task(delay.task)
    steps = task.milestones if task else ()
    step = next((step for step in steps if step.id == delay.milestone), None)
    what = f"的节点{quote(step.text, 16)}" if step else ""
    return f"{delay.office}：{task.label if task else delay.task}{what}"


def take_up_instructions(
    workspace: Workspace,
    ledger: Ledger,
    master: MasterList,
    period: Period,
    revisions: Iterable[Revision],
    changes: Sequence[Revision],
    last: Sequence[Revision],
    now: datetime | None,
) -> Taken:
    """Start a row of 批示 for what was written under 批示 in a period's summary.

    `revisions` are those in force, `changes` those that this run has found, `last` those of the
    merge before it. What is written anew changes its row, unless somebody has changed that; what
    was taken back closes it.
    """
    rows = {one.id: one for one in master.instructions}
    before = {one.task: one.now for one in last if one.field == "instructions"}
    found = {one.task for one in changes if one.field == "instructions"}
    now_said = {
        one.task: tidy(one.now)
        for one in revisions
        if one.field == "instructions" and tidy(one.now) and master.task(one.task)
    }
    fresh: list[Instruction] = []
    notes: list[str] = []
    for task_id in dict.fromkeys((*now_said, *sorted(found))):
        task, text = master.task(task_id), now_said.get(task_id, "")
        row = rows.get(instruction_id(period, task_id))
        if task is None or (row is None and (not text or _has_row(master, task_id, text))):
            continue
        if row is None and _is_acknowledged(master, text):
            continue  # 已阅 asks nobody for anything; it stands in the summary
        if row is None:
            fresh.append(make_instruction(master, task, period, text))
        elif task_id in found and not is_same(row.text, text):
            told = f"{task.label}的{period.month}月批示"
            if not is_same(row.text, before.get(task_id, row.text)):
                notes.append(
                    f"{told}，汇总表里又有改动，“批示”表里也改过，两处不同，以“批示”表为准。"
                )
            elif text:
                again = make_instruction(master, task, period, text)
                fresh.append(replace(row, text=text, by=row.by or again.by, until=again.until))
            elif row.closed_on is None:
                day = now.date() if now else period.last_day
                fresh.append(replace(row, closed_on=day, closing=WITHDRAWN))
                notes.append(f"{told}在汇总表里已删去，“批示”表里按办结记下，不再请股室答复。")
    if fresh:
        gone = gather_ids(ledger.master_lists()).orders
        fresh = [one for one in fresh if one.id in rows or one.id not in gone]
    if not fresh:
        return master, notes
    added = [one for one in fresh if one.id not in rows]
    if added:
        notes.append(
            f"{period.name}汇总表里的 {len(added)} 条批示，已列入主清单“批示”表，"
            "下个月的表上请股室答复。请补上批示人、交办股室和办理期限；办结了的，填办结日期。"
        )
    named = {one.id: task.label for one in fresh if (task := master.task(one.task))}
    notes += _doubt_days(
        [(f"{named[one.id]}的批示", one.text, "“办理期限”") for one in added if one.until is None],
        master.settings.year,
    )
    master, more = add_orders(workspace, ledger, master, now, instructions=fresh)
    return master, [*notes, *more]


def instruction_id(period: Period, task: str) -> str:
    """Return the id of the row of what was written on a task in a period's summary.

    >>> instruction_id(Period(2021, 4), "3")
    '批04-3'
    """
    return f"批{period.month:02d}-{task}"


def _has_row(master: MasterList, task: str, text: str) -> bool:
    """Tell whether somebody has put the same instruction into the list by hand."""
    return any(
        one.task == task and squeeze(one.text) == squeeze(text) for one in master.instructions
    )


# ---------------------------------------------------------------- what an instruction says

_ACKNOWLEDGED = re.compile(r"(?:已?阅(?:知|悉)?|知悉|圈阅|(?:原则)?同意)")


def _is_acknowledged(master: MasterList, text: str) -> bool:
    """Tell whether a text but for a leader's signature and a day only says that it was read.

    Only names of the list are a signature: in 已阅请加快 the last three characters are none.
    """
    body = _TAIL.sub("", text)
    for name in _leaders(master):
        body = body.replace(name, "")
    said = re.sub(r"同志|副?局长|书记|[\s:：,，。.!！;；]", "", body)
    return _ACKNOWLEDGED.fullmatch(said) is not None


def _leaders(master: MasterList) -> list[str]:
    names = [office.leader for office in master.offices] + [one.leader for one in master.tasks]
    return [name for name in names if name]


_TAIL = re.compile(r"[（(\[—\-–\s]*(?:\d{4}[年./-])?\d{1,2}[月./-]\d{1,2}[日号]?[)）\]\s。]*$")


def make_instruction(master: MasterList, task: Task, period: Period, text: str) -> Instruction:
    """Return what was written under 批示 as a row, with what its own words tell.

    A leader's name counts where it stands at the beginning or at the end, as in a signature; a day
    behind it is the day of writing; a certain date of another kind is the one to be done by.
    """
    tail = _TAIL.search(text)
    body = text[: tail.start()] if tail else text
    year = master.settings.year
    due = find_due(body, year)
    until = due.due if due and not due.vague else None
    return Instruction(
        task.id,
        text,
        by=_find_signature(text, _leaders(master)),
        given_on=find_day(day_text(tail.group()), year) if tail else None,
        until=until if _is_ahead(until, period) else None,
        month=period.month,
        id=instruction_id(period, task.id),
    )


def _is_ahead(day: date | None, period: Period) -> bool:
    return day is not None and day >= period.first_day


def _find_signature(text: str, names: Iterable[str]) -> str:
    """Return the leader whose name begins or ends a text as a signature does, "" for none.

    >>> [_find_signature(text, ["何远山"]) for text in ("何远山：请加快。", "请与何远山商量。")]
    ['何远山', '']
    """
    said = squeeze(text)
    for name in dict.fromkeys(map(squeeze, names)):
        post = r"(?:同志|局长|副局长|书记|主任)?"
        begins = re.match(rf"[(\[]?{re.escape(name)}{post}(?:批示)?[:,\])]", said)
        day = r"(?:\d{4}[年./-])?\d{1,2}[月./-]\d{1,2}[日号]?"
        ends = re.search(rf"(?:^|[。,;!(\[—-]){re.escape(name)}{post},?(?:{day})?[)\]。]*$", said)
        if begins or ends:
            return name
    return ""
