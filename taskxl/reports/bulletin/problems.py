"""What may be said of an office in public: facts that findings carry, and nothing in doubt.

Only errors and confirmed warnings about the work and its reporting; slips in filling a form are a
matter between the 办公室 and the office. What is to be checked (请核实) is never said.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from taskxl.findings import Finding
from taskxl.model import MilestoneState
from taskxl.reports.sheet_leaders import OVER
from taskxl.reports.view import MonthView
from taskxl.text import quote, show
from taskxl.words import OFFICE_STATES

_SLIPS = ("G412",)
"""Who filled in the form and when is blank."""
_TOLD_AS_WELL = ("E302",)
"""A task of which an office's return says nothing: its row is gone."""
_QUOTED = re.compile(r"(“[^”]*”)")
_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_GAP = re.compile(r"(?<=[\u4e00-\u9fff]) (?=\d)|(?<=\d) (?=[\u4e00-\u9fff])")
_DOUBT = "核实"
_CURE = re.compile("(?<![申提邀聘])请")


@dataclass(frozen=True, slots=True)
class Problem:
    """What is the case with one task of an office; `task` is "" for what is said of the office."""

    task: str
    facts: tuple[str, ...]

    @property
    def line(self) -> str:
        """All of it in one line, without a full stop."""
        told = "；".join(self.facts)
        return f"{self.task}：{told}" if self.task else told


def is_certain(finding: Finding) -> bool:
    """Tell whether a finding is a fact: no hint, and nothing that asks to be checked first."""
    return finding.severity != "info" and _DOUBT not in _QUOTED.sub("", finding.message)


def list_problems(view: MonthView) -> dict[str, tuple[Problem, ...]]:
    """Return what is the case by office, both offices and tasks in the order of the month."""
    found: dict[str, dict[str, list[str]]] = {state.office: {} for state in view.month.offices}
    places = {task_id: place for place, task_id in enumerate(view.tasks)}
    told = [f for f in view.month.findings if f.office and _is_told(view, f) and is_certain(f)]
    for finding in sorted(told, key=lambda f: places.get(f.task or "", -1)):
        label = view.task_label(finding.task)
        facts = found.setdefault(finding.office or "", {}).setdefault(label, [])
        fact = state_fact(finding, label) or view.rules[finding.code].name
        if finding.code.startswith("R"):
            fact = f"报来的表{OFFICE_STATES['rejected']}（{fact}）"
        if fact not in facts:
            facts.append(fact)
    return {
        office: tuple(Problem(label, tuple(facts)) for label, facts in tasks.items())
        for office, tasks in found.items()
        if tasks
    }


def _is_told(view: MonthView, finding: Finding) -> bool:
    """Tell whether a finding is about the work or its reporting, and not about filling a form."""
    if finding.code.startswith("R"):
        state = view.states.get(finding.office or "")
        return state is not None and state.state == "rejected" and finding.severity == "error"
    is_gap = finding.code.startswith("G") and finding.code not in _SLIPS
    return is_gap or finding.code in _TOLD_AS_WELL


def state_fact(finding: Finding, label: str = "") -> str:
    """Return what a finding states, without what it asks for and without the task's name.

    >>> state_fact(Finding("G404", "error", "第5项“食堂”的进展情况是空白。请补填。"), "第5项“食堂”")
    '进展情况是空白'
    >>> state_fact(Finding("G406", "warning", "已过 3 天，甲股申请延期，请研究。"))
    '已过3天，甲股申请延期'
    """
    message = finding.message.removeprefix(label)
    if message != finding.message:
        message = message.removeprefix("的")
    facts = (_before_cure(sentence) for sentence in _split(message, "。"))
    return "；".join(filter(None, map(write_out, facts)))


def _before_cure(sentence: str) -> str:
    """Return a sentence up to the clause that asks for something."""
    kept: list[str] = []
    for clause in _split(sentence, "，"):
        if _CURE.search(_QUOTED.sub("", clause)):
            break
        kept.append(clause)
    return "，".join(kept)


def _split(text: str, mark: str) -> Iterator[str]:
    """Yield the parts of a message between marks; within quotation marks none parts it."""
    part = ""
    for piece in _QUOTED.split(text):
        if piece.startswith("“"):
            part += piece
            continue
        *ended, rest = piece.split(mark)
        for one in ended:
            yield part + one
            part = ""
        part += rest
    if part.strip():
        yield part


def write_out(text: str) -> str:
    """Return a sentence as an official paper writes it: days in words, no blanks round numbers."""

    def name_day(found: re.Match[str]) -> str:
        return f"{found[1]}年{int(found[2])}月{int(found[3])}日"

    pieces = (
        piece if piece.startswith("“") else _GAP.sub("", _DAY.sub(name_day, piece))
        for piece in _QUOTED.split(text)
    )
    return "".join(pieces).strip("，；。 ")


def list_overdue(view: MonthView) -> tuple[list[tuple[MilestoneState, str]], int]:
    """Return the milestones that are certainly over with the office that answers, longest first.

    The number beside them is of those that are over by the calendar and of which nobody knows.
    """
    over = [state for state in view.month.milestones if state.light in OVER]
    certain = []
    for state in over:
        found = next(
            (f for f in view.task_findings.get(state.task.id, ()) if _says(f, state)), None
        )
        if found is not None and is_certain(found):
            certain.append((state, found.office or view.lead_of(state.task)))
    certain.sort(key=lambda pair: -(pair[0].days_over or 0))
    return certain, len(over) - len(certain)


def _says(finding: Finding, state: MilestoneState) -> bool:
    due = f"{state.milestone.due:%Y-%m-%d}" if state.milestone.due else ""
    named = quote(state.milestone.text, 24) in finding.message and due in finding.message
    return finding.code == "G406" and named


def describe_statement(state: MilestoneState) -> str:
    """Return what an office says of a milestone that is not done: its word and its note."""
    said = state.entry
    word = show(said.state, 20) if said and said.state.strip() else "完成情况没有填"
    note = show(said.note, 48) if said and said.note.strip() else ""
    return f"{word}：{note}" if note else word
