"""Sheet 节点 of 主清单.xlsx read back: whose milestone a row is, and when it is due."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from taskxl.dates import UNSET, Calendar, find_due, read_date
from taskxl.findings import Finding, rule
from taskxl.master.book.sheet_rows import Row, own_id
from taskxl.model import Milestone, Settings, Task
from taskxl.text import show, squeeze

# The reasons that reading a list gives for a milestone that has no date.
_NO_DATE = re.compile(
    r"没有写完成时限|清单没有写明年份|.*(?:没有具体日期|设置中没有填写|看不出日期)，待确认"
)

M121 = rule(
    "M121",
    "节点没有对应的任务",
    "error",
    what="“节点”表的一行没有写任务标识，或写的标识在“任务”表里没有。",
    why="归不到任务的节点不会下发，也不会催办。",
    cure="在这一行的“任务标识”里填上“任务”表中的标识；任务已取消的，删去这一行。",
)
M123 = rule(
    "M123",
    "主清单里的时限不是日期",
    "warning",
    what="“节点”表的完成时限里写的文字认不出是哪一天。",
    why="没有日期的节点不会提醒临近和逾期。",
    cure="改成日期，如 2026-04-30；没有确定日期的留空，并在“存疑”里写明原因。",
)


def read_steps(
    rows: Sequence[Row],
    bearers: Mapping[str, int],
    tasks: Sequence[Task],
    settings: Settings,
    findings: list[Finding],
) -> dict[str, list[tuple[Milestone, Row]]]:
    """Return the milestones, each with its row, by their task's id, in the order of the sheet.

    `bearers` are the rows to which ids belong that stand in several.
    """
    calendar = Calendar(settings.spring_term, settings.autumn_term, settings.year_end)
    owners = _Owners(tasks)
    steps: dict[str, list[tuple[Milestone, Row]]] = {}
    taken = dict(bearers)
    above: Task | None = None
    for row in rows:
        if not any(row.text(field) for field in ("text", "due", "vague")):
            continue  # a task was chosen and nothing typed
        own = own_id(row, taken, findings)
        task, doubt = owners.find(row, above)
        if doubt:
            field = "task" if "task" in row.columns else "text"
            findings.append(row.found(M121, doubt, field, "warning" if task else "error"))
        if task is None:
            continue
        above = task
        text = row.text("text")
        due, vague = _read_due(row, settings.year, calendar, findings)
        steps.setdefault(task.id, []).append((Milestone(text, due, vague, own), row))
    return steps


class _Owners:
    """Finds the task that a row of sheet 节点 belongs to."""

    def __init__(self, tasks: Iterable[Task]) -> None:
        self.by_id: dict[str, Task] = {}
        by_name: dict[str, list[Task]] = {}
        for task in tasks:
            self.by_id[squeeze(task.id)] = task
            for name in {squeeze(task.number), squeeze(task.title)} - {""}:
                by_name.setdefault(name, []).append(task)
        self.by_name = {name: found[0] for name, found in by_name.items() if len(found) == 1}

    def find(self, row: Row, above: Task | None) -> tuple[Task | None, str]:
        """Return the task, and in Chinese what is doubtful about that.

        A row with an id of its own was written by taskxl, so only an id may name its task: a
        number may have been given to another task meanwhile. A new row may name it by number or
        title, or leave it blank below another milestone of the task.
        """
        said = row.text("task")
        text = show(row.text("text"), 20)
        if said:
            task = self.by_id.get(squeeze(said))
            named = self.by_name.get(squeeze(said)) if not row.text("id") else None
            if task and named and named is not task:
                doubt = f"“{show(said, 12)}”既是{task.label}的标识，又是{named.label}的编号，"
                return task, f"{doubt}节点“{text}”按标识归入前者。请核实。"
            if task or named:
                return task or named, ""
            doubt = f"“任务”表里没有标识“{show(said, 12)}”，节点“{text}”没有归入任何任务。"
            return None, f"{doubt}请改正任务标识，或删去这一行。"
        task = self.by_id.get(squeeze(row.text("id").rpartition("/")[0]))
        task = task or self.by_name.get(squeeze(row.text("task_title")))
        if task:
            return task, ""
        if above is None:
            return None, f"节点“{text}”没有写任务标识，没有归入任何任务。请补上。"
        return above, f"节点“{text}”没有写任务标识，按上一行归入{above.label}。请核实后补上。"


def _read_due(
    row: Row, year: int, calendar: Calendar, findings: list[Finding]
) -> tuple[date | None, str | None]:
    """Return a milestone's date and what is vague about it, typed as a date or in words."""
    value, vague = row.values.get("due"), row.text("vague") or None
    text = row.text("due")
    if not text:
        return _await_settings(row.text("text"), vague, year, calendar)
    day = read_date(value, year)
    if day:
        return day, _settle_doubt(row.text("text"), day, vague, year, calendar)
    phrase = find_due(text, year, calendar)
    if phrase and (phrase.due or phrase.vague):
        return phrase.due, vague or phrase.vague
    message = f"完成时限写的是“{show(text, 20)}”，认不出是哪一天。请改成日期，如 {year}-04-30。"
    findings.append(row.found(M123, message, "due"))
    said = f"时限写的是“{show(text)}”，认不出是哪一天"
    return None, vague if vague and text in vague else "；".join(filter(None, (vague, said)))


def _settle_doubt(
    text: str, day: date, vague: str | None, year: int, calendar: Calendar
) -> str | None:
    """Return the doubt that is left where a date stands, None where a person has settled it.

    A reason for having no date is settled by any date, a reading (9月初) by another one.
    """
    if vague is None or _NO_DATE.fullmatch(vague):
        return None
    readings = (find_due(text, year, when) for when in (UNSET, calendar))
    changed = any(read and read.vague == vague and read.due != day for read in readings)
    return None if changed else vague


def _await_settings(
    text: str, vague: str | None, year: int, calendar: Calendar
) -> tuple[date | None, str | None]:
    """Date a milestone that only waits for 设置 (开学前) as soon as the date stands there.

    Its reason in 存疑 is what waits: who left the date open on purpose has cleared that.
    """
    if vague is None or find_due(text, year) == find_due(text, year, calendar):
        return None, vague
    phrase = find_due(text, year, calendar)
    return (phrase.due, phrase.vague) if phrase and phrase.due else (None, vague)
