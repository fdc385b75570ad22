"""What `--json` prints: a task list and a month as JSON documents."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from taskxl.findings import Finding
from taskxl.merge.counts import count_month
from taskxl.model import Month, Task, TaskList


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


def month_json(month: Month, summary: str) -> dict[str, Any]:
    """Return the document that `merge --json` prints.

    `summary` is the path of the summary workbook. Beside the contract's keys it has `milestones`,
    `altered` and `revisions`, so that every word of a return is in it.
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
        "entries": [
            {
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
            for entry in month.entries
        ],
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
        "revisions": [asdict(one) for one in month.revisions],
        "unplaced": [
            {"file": one.file, "sheet": one.sheet, "cell": one.cell, "text": one.text}
            for one in month.unplaced
        ],
        "findings": [finding.to_json() for finding in month.findings],
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
