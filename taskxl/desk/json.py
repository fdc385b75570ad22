"""What `--json` prints: a task list and a month as JSON documents."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import date
from typing import Any

from taskxl.findings import Finding
from taskxl.merge.counts import count_month
from taskxl.model import Entry, Month, Task, TaskList


def task_list_json(task_list: TaskList, findings: Iterable[Finding]) -> dict[str, Any]:
    """Return what `taskxl read --json` prints, as design.md lays it down."""
    return {
        "title": task_list.title,
        "year": task_list.year,
        "tasks": [_task_json(task) for task in task_list.tasks],
        "findings": [finding.to_json() for finding in findings],
    }


def _task_json(task: Task) -> dict[str, Any]:
    place = task.place
    return {
        "number": task.number,
        "title": task.title,
        "section": task.section,
        "leader": task.leader,
        "content": task.content,
        "lead_offices": list(task.lead_offices),
        "supporting_offices": list(task.supporting_offices),
        "persons": [{"name": person.name, "office": person.office} for person in task.persons],
        "remarks": list(task.remarks),
        "milestones": [
            {"text": m.text, "due": m.due.isoformat() if m.due else None, "vague": m.vague}
            for m in task.milestones
        ],
        "place": {
            "file": place.file if place else None,
            "sheet": place.sheet if place else None,
            "row": place.row if place else None,
        },
    }


def _entry_json(entry: Entry) -> dict[str, Any]:
    return {
        "task": entry.task,
        "office": entry.office,
        "status": entry.status,
        "progress": entry.progress,
        "obstacles": entry.obstacles,
        "remarks": entry.remarks,
        "file": entry.file,
        "sheet": entry.sheet,
        "row": entry.row,
    }


def _day_json(day: date | None) -> str | None:
    return day.isoformat() if day else None


def month_json(month: Month, summary: str) -> dict[str, Any]:
    """Return the document that `merge --json` prints.

    `summary` is the path of the summary workbook. Beside the contract's keys it has `milestones`,
    `altered`, `wordings`, `revisions` and `replies`, so that every word of a return is in it, and
    the rows of 延期 and 批示.
    """
    counts = count_month(month)
    return {
        "period": month.period.key,
        "summary": summary,
        "as_of": month.as_of.isoformat(),
        "due": month.is_due,
        "offices": [
            {
                "office": state.office,
                "state": state.state,
                "files": list(state.files),
                "received_at": state.received_at.isoformat() if state.received_at else None,
                "reporter": state.reporter or None,
                "approved": state.approved,
                "tasks": state.tasks,
                "filled": state.filled,
                "owes": state.owes,
                "approval": state.approval,
                "due": state.due,
            }
            for state in month.offices
        ],
        "files": [
            {
                "file": file.file,
                "sha256": file.sha256,
                "verdict": file.verdict,
                "office": file.office,
                "code": file.code,
                "reason": file.reason,
            }
            for file in month.files
        ],
        "entries": [_entry_json(entry) for entry in month.entries],
        "milestones": [
            {
                "task": state.task.id,
                "milestone": state.milestone.id,
                "text": state.milestone.text,
                "due": state.milestone.due.isoformat() if state.milestone.due else None,
                "light": state.light,
                "days_over": state.days_over,
                "office": state.entry.office if state.entry else None,
                "state": state.entry.state if state.entry else "",
                "done_on": state.entry.done_on.isoformat()
                if state.entry and state.entry.done_on
                else None,
                "done_text": state.entry.done_text if state.entry else "",
                "note": state.entry.note if state.entry else "",
            }
            for state in month.milestones
        ],
        "altered": [
            {
                "task": change.task,
                "office": change.office,
                "field": change.field,
                "was": change.was,
                "now": change.now,
                "file": change.file,
                "sheet": change.sheet,
                "cell": change.cell,
            }
            for change in month.altered
        ],
        "wordings": [asdict(one) for one in month.wordings],
        "revisions": [asdict(one) for one in month.revisions],
        "replies": [_entry_json(entry) for entry in month.replies],
        "instructions": [
            {
                "instruction": one.id,
                "task": one.task,
                "text": one.text,
                "by": one.by,
                "given_on": _day_json(one.given_on),
                "offices": list(one.offices),
                "until": _day_json(one.until),
                "closed_on": _day_json(one.closed_on),
            }
            for one in month.master.instructions
        ],
        "delays": [
            {
                "task": one.task,
                "milestone": one.milestone or None,
                "office": one.office,
                "asked_on": _day_json(one.asked_on),
                "reason": one.reason,
                "wanted": _day_json(one.wanted),
                "approved_by": one.approved_by,
                "approved_on": _day_json(one.approved_on),
                "until": _day_json(one.until),
            }
            for one in month.master.delays
        ],
        "unplaced": [
            {"file": one.file, "sheet": one.sheet, "cell": one.cell, "text": one.text}
            for one in month.unplaced
        ],
        "findings": [finding.to_json() for finding in month.findings],
        "settled": [one.finding.to_json() | {"reason": one.reason} for one in month.settled],
        "counts": {
            "offices": counts.offices,
            "files": counts.files,
            "findings": counts.findings,
            "codes": counts.codes,
            "tasks": counts.tasks,
            "milestones": counts.milestones,
            "rates": {
                name: {"done": rate.done, "of": rate.of, "rate": rate.rate}
                for name, rate in counts.rates.items()
            },
        },
    }
