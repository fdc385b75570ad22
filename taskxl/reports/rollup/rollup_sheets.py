"""The sheets of many bureaus as tables: bureaus, their months, task lines, what is over, gaps."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from taskxl.findings import SEVERITY_WORDS, Finding
from taskxl.merge.counts import UNSAID
from taskxl.model import Period
from taskxl.reports.rollup.bureau_years import BureauYear
from taskxl.reports.rollup.rollup_frames import (
    LIGHTS_SHOWN,
    RATES,
    count_bureaus,
    count_lines,
    pivot_bureaus,
)
from taskxl.reports.styles import PERCENT, Tone
from taskxl.reports.tables import Cell, Column, Content, Link, Row, Table
from taskxl.rules import rule_of
from taskxl.text import show
from taskxl.words import BEHIND, DONE, NOT_STARTED, OFFICE_STATES, STATUSES

if TYPE_CHECKING:
    import pandas

BUREAUS, MONTHS, LINES, TASKS, OVERDUE, GAPS = (
    "单位总览",
    "单位月份",
    "任务条线",
    "单位任务",
    "逾期节点",
    "单位缺口",
)
NOT_MERGED = "没有汇总"
_TONES: dict[str, Tone] = {DONE: "done", BEHIND: "warning", NOT_STARTED: "info"}


def make_bureaus(
    bureaus: Sequence[BureauYear],
    frame: "pandas.DataFrame",
    period: Period,
    findings: Sequence[Finding],
    title: str,
) -> Table:
    """Return 单位总览: a row a bureau with its numbers of the month, last their sum."""
    lacking = {one.office for one in findings}
    numbers, total = count_bureaus(frame, len(bureaus), period.key)
    counts = ["应报股室", *OFFICE_STATES.values(), "按时报送率", "任务"]
    counts += [*(f"任务{word}" for word in (*STATUSES, UNSAID)), "任务完成率", "节点"]
    counts += [*LIGHTS_SHOWN, "节点完成率", "须处理", "请注意"]
    rows = []
    for one, values in zip(bureaus, numbers[counts].to_numpy().tolist(), strict=True):
        if one.month(period.key) is None:
            contents: list[Content] = [one.bureau, Cell(NOT_MERGED, "error")]
            contents += [None] * (len(counts) - 1)
        else:
            contents = [one.bureau, *_plain(values)]
        gap: Content = Link(((GAPS, one.bureau),), "查看") if one.bureau in lacking else ""
        rows.append(Row((*contents, gap), (BUREAUS, one.bureau)))
    rows.append(Row(("合计", *_plain(total[counts].tolist()), ""), (BUREAUS, "合计")))
    columns = (
        Column("单位", 18, "left"),
        *(
            Column(
                word.removeprefix("任务") if word.startswith("任务") and word in _SHORT else word,
                8 if word in RATES else 6,
                number=PERCENT if word in RATES else "0",
            )
            for word in counts
        ),
        Column("缺口", 6),
    )
    there = sum(one.month(period.key) is not None for one in bureaus)
    note = (
        f"共 {len(bureaus)} 个单位，{period.name}已汇总 {there} 个，合计只算这些单位；"
        "各率由各单位的分子、分母相加再算。各单位以各自最后一次汇总为准。"
    )
    return Table(BUREAUS, title, note, columns, rows, frozen_columns=1)


_SHORT = {f"任务{word}" for word in (*STATUSES, UNSAID)}


def _plain(values: Sequence[object]) -> list[Content]:
    return [
        None if v is None else float(v) if isinstance(v, float) else int(str(v)) for v in values
    ]


def make_months(
    bureaus: Sequence[BureauYear], frame: "pandas.DataFrame", keys: Sequence[str], title: str
) -> Table:
    """Return 单位月份: a row a bureau, a column a month: offices on time, tasks done; or a gap."""
    count = len(bureaus)
    owed, on_time, tasks, done, over, severe = (
        pivot_bureaus(frame, count, keys, column).to_numpy().tolist()
        for column in (
            "应报股室",
            OFFICE_STATES["submitted"],
            "任务",
            f"任务{DONE}",
            *[word for word in LIGHTS_SHOWN if word != "节点已完成"],
        )
    )
    rows = []
    for place, one in enumerate(bureaus):
        cells: list[Content] = []
        for at in range(len(keys)):
            if owed[place][at] is None:
                cells.append(Cell(NOT_MERGED, "error"))
                continue
            late = int(over[place][at]) + int(severe[place][at])
            told = (
                f"按时 {int(on_time[place][at])}/{int(owed[place][at])}\n"
                f"完成 {int(done[place][at])}/{int(tasks[place][at])}"
            )
            told += f"\n逾期 {late}" if late else ""
            cells.append(Cell(told, "warning" if late else ""))
        rows.append(Row((one.bureau, *cells), (MONTHS, one.bureau)))
    columns = (
        Column("单位", 18, "left"),
        *(Column(f"{int(key[5:])}月", 11) for key in keys),
    )
    note = "格内依次是按时报送的股室、完成的任务、逾期的节点各几个；没有汇总的月份就是缺口。"
    return Table(MONTHS, title, note, columns, rows, frozen_columns=1)


def make_lines(bureaus: Sequence[BureauYear], period: Period, title: str) -> Table:
    """Return 任务条线: a row a task line, over all bureaus that have the month."""
    frame = count_lines(bureaus, period.key)
    states = [*STATUSES, UNSAID]
    rows = [
        Row(
            (
                number,
                record["title"],
                int(record["单位"]),
                *(int(record[word]) for word in states),
                record["完成率"],
                int(record["节点"]),
                int(record["节点已完成"]),
                Cell(int(record["逾期节点"]), "warning" if record["逾期节点"] else ""),
                record["滞后"],
            )
        )
        for number, record in enumerate(frame.to_dict("records"), 1)
    ]
    columns = (
        Column("序号", 6),
        Column("任务", 34, "left"),
        Column("单位数", 7, number="0"),
        *(Column(word, 7, number="0") for word in states),
        Column("完成率", 8, number=PERCENT),
        Column("节点", 7, number="0"),
        Column("完成节点", 7, number="0"),
        Column("逾期节点", 7, number="0"),
        Column("进度滞后的单位", 30, "left"),
    )
    note = "各单位名称相同的任务算一条（不计空格和全半角），只算这个月已汇总的单位。"
    return Table(LINES, title, note, columns, rows, frozen_columns=2)


def make_tasks(bureaus: Sequence[BureauYear], period: Period, title: str) -> Table:
    """Return 单位任务: a row a task of a bureau that has the month."""
    rows = [
        Row(
            (
                one.bureau,
                task.number,
                task.title,
                task.lead_office,
                task.leader,
                Cell(task.word, _TONES.get(task.word, "")),
                task.steps,
                task.done,
                Cell(task.over, "warning" if task.over else ""),
            )
        )
        for one in _merged(bureaus, period)
        for task in one.tasks
    ]
    columns = (
        Column("单位", 18, "left"),
        Column("编号", 6),
        Column("任务", 40, "left"),
        Column("牵头股室", 14),
        Column("分管负责同志", 12),
        Column("进度状态", 10),
        Column("节点", 7, number="0"),
        Column("完成节点", 8, number="0"),
        Column("逾期节点", 8, number="0"),
    )
    note = "可以按单位、任务、进度状态筛选；各单位的进展原文在各自的汇总工作簿里。"
    return Table(TASKS, title, note, columns, rows, frozen_columns=3)


def make_overdue(bureaus: Sequence[BureauYear], period: Period, title: str) -> Table:
    """Return 逾期节点: what is certainly over, longest first."""
    found = [(one, step) for one in _merged(bureaus, period) for step in one.overdue]
    found.sort(key=lambda pair: -pair[1].days)
    rows = [
        Row((one.bureau, step.number, step.title, step.text, step.office, step.due, step.days,
             step.said))
        for one, step in found
    ]  # fmt: skip
    columns = (
        Column("单位", 18, "left"),
        Column("编号", 6),
        Column("任务", 28, "left"),
        Column("节点", 36, "left"),
        Column("股室", 14),
        Column("时限", 11),
        Column("超期天数", 8, number="0"),
        Column("填报情况", 26, "left"),
    )
    note = "只列查实逾期的；时限已过、情况还要核实的不在内，所以可能比“单位总览”里的个数少。"
    empty = "没有查实逾期的节点"
    return Table(OVERDUE, title, note, columns, rows, frozen_columns=3, empty=empty)


def make_gaps(findings: Sequence[Finding], title: str) -> Table:
    """Return 单位缺口: bureaus without the month, and what could not be put in."""
    rows = [
        Row(
            (
                number,
                Cell(SEVERITY_WORDS[one.severity], one.severity),
                one.code,
                rule_of(one.code).name,
                one.office or "",
                one.message,
                rule_of(one.code).cure,
                show(one.file or ""),
            ),
            (GAPS, one.office) if one.office else (GAPS, str(number)),
        )
        for number, one in enumerate(findings, 1)
    ]
    columns = (
        Column("序号", 6),
        Column("程度", 9),
        Column("代码", 7),
        Column("是什么", 16),
        Column("单位", 18, "left"),
        Column("情况", 40, "left"),
        Column("怎么办", 30, "left"),
        Column("工作区或文件", 24, "left"),
    )
    note = "没有算进合计的单位和月份都在这里，一个一行。"
    return Table(GAPS, title, note, columns, rows, empty="各单位都已汇总")


def _merged(bureaus: Sequence[BureauYear], period: Period) -> list[BureauYear]:
    return [one for one in bureaus if one.months and one.months[-1].key == period.key]
