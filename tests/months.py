"""A month of a fictional bureau from a small table: one row a task of an office.

Columns, all but 股室 optional (absent: as a careful clerk fills it; present and blank: blank):
任务 (rows with one number are one task), 职责 (牵头, 协办), 填报人, 填报日期, 审定,
收到 (a date, with `文件` before it for a file's time; blank: nothing came),
进度状态, 进展情况, 存在问题, 备注, 节点时限, 完成情况, 完成日期, 说明,
存疑 (why the due date is not certain);
修订 (what the 办公室 made of the progress that was 原报 then), 状态修订; 上月收到, 上月状态, 上月进展, 上月节点 tell of the month
before; 批示 (what a leader wrote in the month before), 批示期限, 批示答复 (what its row of the form says).
Without 上月 columns the month is the year's first.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

from taskxl.merge.month import merge_month
from taskxl.model import (
    Entry,
    Instruction,
    MasterList,
    Milestone,
    MilestoneEntry,
    Month,
    Office,
    Period,
    Return,
    Revision,
    Settings,
    Submission,
    Task,
    with_ids,
)
from tests.support import parse_table

APRIL = Period(2021, 4)
REPORT_DAY = date(2021, 4, 25)
SETTINGS = Settings(bureau="云溪县教育局", year=2021)
PROGRESS = "4月12日召开专家评审会，选址方案已获批复，涉及2所学校。"
MARCH_PROGRESS = "3月完成初步摸底，走访12所学校，形成选址建议。"

Row = Mapping[str, str | None]


def read_rows(table: str) -> list[dict[str, str | None]]:
    """Read the table: the first line names the columns."""
    header, *rows = parse_table(table)
    return [dict(zip(map(str, header), row, strict=True)) for row in rows]


def make_master(rows: Sequence[Row], settings: Settings = SETTINGS) -> MasterList:
    """Make the list that the rows tell of."""
    tasks: dict[str, Task] = {}
    for place, row in enumerate(rows, 1):
        number = row.get("任务") or str(place)
        office = row["股室"] or ""
        task = tasks.get(number)
        if task is None:
            due = row.get("节点时限")
            steps = ()
            if "节点时限" in row:
                day = date.fromisoformat(due) if due else None
                steps = (Milestone("一是完成可行性研究和风险评估。", day, row.get("存疑")),)
            task = Task(number, f"任务之{number}", content="", milestones=steps)
        if row.get("职责") == "协办":
            task = replace(task, supporting_offices=(*task.supporting_offices, office))
        else:
            task = replace(task, lead_offices=(*task.lead_offices, office))
        tasks[number] = task
    names = dict.fromkeys(row["股室"] or "" for row in rows)
    instructions = tuple(
        Instruction(
            row.get("任务") or str(place),
            text,
            until=_day(row.get("批示期限")),
            month=3,
            id=f"批03-{row.get('任务') or place}",
        )
        for place, row in enumerate(rows, 1)
        if (text := row.get("批示"))
    )
    return MasterList(
        "云溪县教育局2021年重点工作任务一览表",
        with_ids(tuple(tasks.values())),
        tuple(Office(name) for name in names),
        settings,
        instructions=instructions,
    )


def make_returns(rows: Sequence[Row], period: Period = APRIL, prefix: str = "") -> list[Return]:
    """Make one return for each office that sent one; `prefix` chooses the 上月 columns."""
    names = dict.fromkeys(row["股室"] or "" for row in rows)
    returns = []
    for number, office in enumerate(names, 1):
        own = [(place, row) for place, row in enumerate(rows, 1) if row["股室"] == office]
        head = own[0][1]
        usual = f"{period.key}-20"
        received = head.get(f"{prefix}收到", usual)
        if not received:
            continue
        file = f"{office}.xlsx"
        entries, steps = [], []
        for place, row in own:
            task = row.get("任务") or str(place)
            entries.append(_make_entry(row, task, office, file, place, prefix))
            if "批示答复" in row and not prefix:
                reply = {"进展情况": row["批示答复"], "进度状态": None, "存在问题": None}
                entries.append(_make_entry(reply, f"批03-{task}", office, file, place + 20, ""))
            if row.get("节点时限") is not None or "完成情况" in row:
                steps.append(_make_statement(row, task, office, file, place, prefix))
        returns.append(
            Return(
                file,
                f"{number:064d}",
                datetime.fromisoformat(received.removeprefix("文件").strip()),
                "file" if received.startswith("文件") else "mail",
                submissions=(
                    Submission(
                        office,
                        period.key,
                        "property",
                        file,
                        "进展情况表",
                        reporter=(head.get("填报人", "周晓禾") or "") if not prefix else "周晓禾",
                        reported_on=_day(head.get("填报日期", usual) if not prefix else usual),
                        approval=(head.get("审定", "同意") or "") if not prefix else "同意",
                        cells={"reporter": "D3", "reported_on": "G3", "approval": "D30"},
                        tasks=tuple(entry.task for entry in entries),
                        entries=tuple(entries),
                        milestones=tuple(steps),
                    ),
                ),
            )
        )
    return returns


def _make_entry(row: Row, task: str, office: str, file: str, place: int, prefix: str) -> Entry:
    columns = ("上月状态", "上月进展") if prefix else ("进度状态", "进展情况")
    status = row.get(columns[0], "正常推进")
    progress = row.get(columns[1], MARCH_PROGRESS if prefix else PROGRESS)
    obstacles = None if prefix else row.get("存在问题", "下一步组织施工图设计。")
    at = 4 + place
    return Entry(
        task,
        office,
        status or "",
        progress or "",
        obstacles or "",
        "" if prefix else row.get("备注") or "",
        file,
        "进展情况表",
        at,
        {"status": f"E{at}", "progress": f"F{at}", "obstacles": f"G{at}", "remarks": f"H{at}"},
    )


def _make_statement(
    row: Row, task: str, office: str, file: str, place: int, prefix: str
) -> MilestoneEntry:
    at = 4 + place
    return MilestoneEntry(
        f"{task}/1",
        office,
        row.get("上月节点" if prefix else "完成情况") or "",
        None if prefix else _day(row.get("完成日期")),
        "" if prefix else row.get("完成日期") or "",
        "" if prefix else row.get("说明") or "",
        file,
        "节点完成情况",
        at,
        {"state": f"E{at}", "done_on": f"F{at}", "note": f"G{at}"},
    )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def make_month(
    table: str, settings: Settings = SETTINGS, as_of: date = REPORT_DAY, period: Period = APRIL
) -> Month:
    """Merge the month that a table tells of, and the month before where the table has one."""
    rows = read_rows(table)
    master = make_master(rows, settings)
    history = []
    before = period.previous
    if before and any(name.startswith("上月") for name in rows[0]):
        last = make_returns(rows, before, "上月")
        history.append(merge_month(master, before, before.last_day, last))
    returns, revisions = make_returns(rows, period), make_revisions(rows)
    return merge_month(master, period, as_of, returns, history, revisions=revisions)


def make_revisions(rows: Sequence[Row]) -> list[Revision]:
    """Make the corrections that columns 修订 and 状态修订 tell of."""
    revisions = []
    for place, row in enumerate(rows, 1):
        task, office = row.get("任务") or str(place), row["股室"] or ""
        for column, field, was in (
            ("修订", "progress", row.get("原报") or ""),
            ("状态修订", "status", row.get("进度状态") or ""),
        ):
            if column in row:
                revisions.append(Revision(task, office, field, was, row[column] or ""))
    return revisions


def codes_of(month: Month, prefix: str = "") -> list[str]:
    """Return the codes found, in their order; `prefix` picks some."""
    return [f.code for f in month.findings if f.code.startswith(prefix)]
