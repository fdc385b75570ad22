"""What the page says of a month first: one sentence, a few numbers, a row an office."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from taskxl.dates import report_day
from taskxl.desk.standing import MonthStanding
from taskxl.findings import Finding
from taskxl.merge.counts import count_month
from taskxl.model import FileVerdict, Month, OfficeState, Task
from taskxl.reports.send_back import list_menders
from taskxl.rules import rule_of
from taskxl.text import call_offices, is_blank, show
from taskxl.words import VERDICTS

Tone = Literal["bad", "warn", "done", ""]
_WEEKDAYS = "一二三四五六日"
_SHOWN = 12
_LIGHTS = ("severe", "overdue")


@dataclass(frozen=True, slots=True)
class OfficeRow:
    """An office of the month: its state in a word with a tone, and what is to be done about it.

    `todo` are short lines; `found` counts what was found of it, `doubts` what is only to be looked
    at of that; `mendable` tells that there is something to send back.
    """

    state: OfficeState
    word: str
    tone: Tone
    approval: str
    todo: tuple[str, ...]
    found: int
    doubts: int
    mendable: bool


@dataclass(frozen=True, slots=True)
class Figure:
    """A number of how many (`of` None where there is no whole), and what it counts."""

    number: int
    of: int | None
    what: str
    tone: Tone
    key: Literal["offices", "tasks", "overdue", "near", "due"]


@dataclass(frozen=True, slots=True)
class Overview:
    """A month in a sentence, the names behind it, and its numbers."""

    sentence: str
    names: str
    figures: tuple[Figure, ...]
    rows: tuple[OfficeRow, ...]


def sum_up(standing: MonthStanding) -> Overview:
    """Return what is said first of a month; what needs a hand comes first in its rows."""
    month = standing.month
    found: dict[str, list[Finding]] = {}
    for one in month.findings:
        found.setdefault(one.office or "", []).append(one)
    menders, tasks = set(list_menders(month)), {one.id: one for one in month.master.tasks}
    rows = [
        _make_row(month, state, found.get(state.office, []), tasks, state.office in menders)
        for state in month.offices
    ]
    rank = {"bad": 0, "warn": 1, "": 2, "done": 3}
    rows.sort(key=lambda row: (rank[row.tone], not row.todo))
    return Overview(_say(standing), _name(month), _count(month), tuple(rows))


def _say(standing: MonthStanding) -> str:
    month, left = standing.month, standing.days_left
    word = month.master.settings.office_word
    day = report_day(month.period, month.master.settings)
    when = f"{day.month}月{day.day}日（星期{_WEEKDAYS[day.weekday()]}）截止"
    when += f"，还有 {left} 天" if left > 0 else "，就是今天" if not left else f"，已过 {-left} 天"
    owing = [one for one in month.offices if one.owes]
    lacking = [one for one in owing if one.state in ("missing", "rejected")]
    if lacking:
        return f"还差 {len(lacking)} 个{word}，{when}"
    told = f"{len(owing)} 个{word}都报齐了"
    if standing.fresh:
        return f"{told}，已汇总"
    return f"{told}，{'汇总后又有变动' if standing.merges else '还没有汇总'}"


def _name(month: Month) -> str:
    parts = []
    for state in ("missing", "rejected", "late"):
        some = [one for one in month.offices if one.owes and one.state == state]
        if some:
            names = "、".join(_name_with_why(month, one) for one in some[:_SHOWN])
            parts.append(f"{some[0].word}：{names}{'等' if len(some) > _SHOWN else ''}")
    return "；".join(parts) + "。" if parts else ""


def _name_with_why(month: Month, state: OfficeState) -> str:
    """Return an office's name, with what is wrong with what came where nothing of it counts."""
    codes = (one.code for one in _list_refused(month, state) if one.code)
    code = next(codes, None)
    word = month.master.settings.office_word
    return f"{state.office}（{call_offices(rule_of(code).name, word)}）" if code else state.office


def _count(month: Month) -> tuple[Figure, ...]:
    counts = count_month(month)
    owing = [one for one in month.offices if one.owes]
    came = sum(one.state in ("submitted", "late") for one in owing)
    tasks = {entry.task for entry in month.entries if not is_blank(entry.progress)}
    late = sum(one.light in _LIGHTS for one in month.milestones)
    near = sum(one.light == "near" for one in month.milestones)
    done = counts.rates["milestone_completion"]
    days = month.master.settings.near_days
    word = month.master.settings.office_word
    return (
        Figure(came, len(owing), f"{word}已报送", "", "offices"),
        Figure(len(tasks), len(month.master.tasks), "任务有进展", "", "tasks"),
        Figure(late, None, "节点逾期", "bad" if late else "", "overdue"),
        Figure(near, None, f"节点 {days} 日内到期", "warn" if near else "", "near"),
        Figure(done.done, done.of, "到期节点已完成", "", "due"),
    )


def _make_row(
    month: Month,
    state: OfficeState,
    own: Sequence[Finding],
    tasks: Mapping[str, Task],
    mendable: bool,
) -> OfficeRow:
    back = state.state in ("submitted", "late")
    asked = "approval" in month.asked
    approval = ("已审定" if state.approved else "未审定" if asked else "") if back else ""
    tone: Tone = "done" if state.state == "submitted" else "warn" if state.state == "late" else ""
    if not back and state.due:
        tone = "bad"
    refused = _list_refused(month, state)
    said = {(one.file, one.code) for one in refused}
    rest = [one for one in own if (one.file, one.code) not in said]
    todo = (
        *_say_state(month, state, refused),
        *_list_todo(rest, tasks, month.master.settings.office_word),
    )
    doubts = sum(one.severity == "info" for one in own)
    return OfficeRow(state, state.word, tone, approval, todo, len(own), doubts, mendable)


def _list_refused(month: Month, state: OfficeState) -> list[FileVerdict]:
    """Return the files of an office of which nothing counts, that were rejected."""
    if state.state != "rejected":
        return []
    return [one for one in month.files if one.file in state.files and one.verdict == "rejected"]


def _say_state(month: Month, state: OfficeState, refused: Sequence[FileVerdict]) -> tuple[str, ...]:
    """Return in words what is missing of an office: its form, another one, or some days."""
    if state.state == "missing" and state.owes and not state.files:
        return ("还没有收到表",)
    if state.state == "late" and state.received_at is not None:
        late = (state.received_at.date() - (month.deadline or month.as_of)).days
        told = "，据文件时间" if state.receipt == "file" else ""
        return (f"晚 {late} 天{told}",) if late > 0 else ()
    return tuple(
        f"{show(one.file, 40)}：{show(one.reason or '', 80).rstrip('。')}" for one in refused[:2]
    )


def _list_todo(findings: Sequence[Finding], tasks: Mapping[str, Task], word: str) -> list[str]:
    """Return an office's findings, those of one kind in one line with their tasks' numbers."""
    kinds: dict[str, list[str]] = {}
    for one in findings:
        if one.severity == "info" or one.code in ("G401", "G402"):
            continue
        task = tasks.get(one.task or "")
        kinds.setdefault(one.code, []).append(task.number or "" if task else "")
    lines = []
    for code, numbers in kinds.items():
        named = [number for number in dict.fromkeys(numbers) if number]
        some = f"（第{'、'.join(named[:4])}{'等' if len(named) > 4 else ''}项）" if named else ""
        lines.append(f"{call_offices(rule_of(code).name, word)}{some}")
    return lines


@dataclass(frozen=True, slots=True)
class FileLine:
    """A file of 回收/ and what became of it, in words."""

    file: str
    word: str
    tone: Tone
    office: str
    why: str


_VERDICT_TONES: Mapping[str, Tone] = {
    "accepted": "done",
    "partial": "warn",
    "rejected": "bad",
}


def list_files(month: Month) -> list[FileLine]:
    """Return every file of a month, those first that need a hand."""
    lines = [_describe(month, one) for one in month.files]
    rank = {"bad": 0, "warn": 1, "": 2, "done": 3}
    return sorted(lines, key=lambda one: rank[one.tone])


def describe_file(month: Month, name: str) -> list[FileLine]:
    """Return what became of a file of 回收/, and of what lies in it where it is a zip."""
    found = [one for one in month.files if one.file == name or one.file.startswith(f"{name}/")]
    return [_describe(month, one) for one in found]


def _describe(month: Month, one: FileVerdict) -> FileLine:
    state = next((state for state in month.offices if state.office == one.office), None)
    why = one.reason or ""
    if one.verdict in ("accepted", "partial") and state is not None:
        why = "；".join(filter(None, [f"已填 {state.filled}/{state.tasks} 项", why]))
    code = f"（{one.code}）" if one.code else ""
    tone = _VERDICT_TONES.get(one.verdict, "")
    return FileLine(one.file, VERDICTS[one.verdict], tone, one.office or "", f"{show(why)}{code}")
