"""What a year's report says: its merged months in, the values of its template out.

Every number is one of the year book's; every word about the work is an office's own.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import pairwise
from typing import Any

from taskxl.dates import is_recurring
from taskxl.master.revising.differences import Kind, compare_lists
from taskxl.merge.counts import Rate
from taskxl.model import MilestoneState, Month, Task
from taskxl.reports.bulletin.contents import (
    count_leaders,
    full_day,
    list_lights,
    list_statuses,
    name_day,
    name_groups,
    quote_step,
    show_rate,
    tell_counts,
)
from taskxl.reports.bulletin.pending import list_approved, list_delays, list_instructions
from taskxl.reports.bulletin.problems import write_out
from taskxl.reports.sheet_leaders import by_leader
from taskxl.reports.year_report.year_words import (
    DoneStep,
    Said,
    list_done,
    list_progress,
    list_reasons,
)
from taskxl.reports.year_view import CLOSED, Year, look_at_year
from taskxl.text import show
from taskxl.words import DONE, LIGHTS, OFFICE_STATES

NAMES: dict[str, str] = {
    "单位": "本单位的全称",
    "落款": "单位名称加“办公室”",
    "称谓": "“设置”里的内设机构称谓：股室、科室、处室或部门",
    "清单": "主清单的标题",
    "年度": "2021年",
    "汇总月份": "汇总过的月份，1至12月",
    "截止": "最近一期的统计截止日，2021年12月25日",
    "成文日期": "写这份总结的日子，2022年1月5日",
    "任务数": "清单上的任务有几项",
    "节点数": "清单上的节点有几个",
    "任务情况": "一句话：各种进度状态各几项、占多少",
    "节点情况": "一句话：已完成、逾期等各几个、占多少",
    "任务完成率": "85.7%（12/14）；算不出的为空",
    "节点完成率": "同上，到期的节点里完成了的",
    "报送情况": "一句话：全年应报、按时、迟报、未报送、须重报各几份次",
    "按时报送率": "全年各月合起来的，同上",
    "变动情况": "一句话：年中清单新增、取消、销号任务各几项，节点改期几个；没有的为空",
    "变动": "年中清单的变动，逐条一句话",
    "任务": "逐项有 分节（每位分管负责同志的第一项才有，其余为空）、序、编号、名称、股室、协办、"
    "负责同志、状态、节点、节点数、完成节点、按期节点、进展；"
    "进展逐条有 月份、股室、内容、一句话，是股室的原话",
    "未完成": "没有完成的任务，逐项有 序、编号、名称、股室、负责同志、状态、节点、原因、一句话；"
    "原因是股室最近一次填报的存在问题，没有的为空",
    "长期": "没有截止日期、长期或每月要做的节点，逐条一句话",
    "延期": "股室申请延期、尚待研究的节点，逐条一句话",
    "获准延期": "经批准延期、时限还没有到的节点，逐条一句话",
    "批示": "未办结的批示，逐条一句话",
    "分组": "分管；清单没有写分管负责同志、按类别分的为“分类”",
    "分组栏": "分管负责同志；按类别分的为“类别”",
    "分管": "逐位分管负责同志有 负责同志、任务、逾期节点、未填和四种状态各几项，末行是合计",
}
"""What the template of the year's report may name."""
_CHANGES: dict[str, tuple[tuple[Kind, ...], str]] = {
    "新增任务": (("added",), "项"),
    "取消任务": (("dropped",), "项"),
    "销号任务": (("closed",), "项"),
    "节点改期": (("postponed", "advanced", "due changed"), "个"),
}


def make_year_contents(months: Sequence[Month], day: date) -> dict[str, Any]:
    """Return the values of `NAMES` for a year's merged months, at least one, in any order.

    `day` is that on which the report is written.
    """
    year = look_at_year(months)
    last = year.last
    master, settings = last.month.master, last.month.master.settings
    tasks = [_describe_task(year, *one) for one in _in_sections(year)]
    returns = _count_returns(year)
    owed = sum(returns.values())
    changes = list(_list_changes(year))
    counted = Counter(kind for kind, _ in changes)
    return {
        "单位": settings.bureau,
        "落款": f"{settings.bureau}办公室",
        "称谓": last.word,
        "清单": master.title or f"{settings.year}年重点工作任务一览表",
        "年度": f"{settings.year}年",
        "汇总月份": year.months_told,
        "截止": full_day(last.month.as_of),
        "成文日期": full_day(day),
        "任务数": len(master.tasks),
        "节点数": len(last.month.milestones),
        "任务情况": tell_counts(list_statuses(last), "项数", "项"),
        "节点情况": tell_counts(list_lights(last), "个数", "个"),
        "任务完成率": show_rate(last.counts.rates["completion"]),
        "节点完成率": show_rate(last.counts.rates["milestone_completion"]),
        "报送情况": _tell_returns(returns),
        "按时报送率": show_rate(Rate(returns["submitted"], owed)),
        "变动情况": "，".join(
            f"{word}{count}{unit}"
            for word, (kinds, unit) in _CHANGES.items()
            if (count := sum(counted[kind] for kind in kinds))
        ),
        "变动": [line for _, line in changes],
        "任务": tasks,
        "未完成": [
            {"序": number, **_describe_unfinished(year, task)}
            for number, task in enumerate(_find_unfinished(year), 1)
        ],
        "长期": [
            f"{task.label}：{quote_step(state)}"
            for task in master.tasks
            if not task.is_closed(last.month.period.last_day)
            for state in last.milestones.get(task.id, ())
            if is_recurring(state.milestone.vague)
        ],
        "延期": list_delays(last),
        "获准延期": list_approved(last),
        "批示": list_instructions(last),
        **name_groups(last),
        "分管": list(count_leaders(last)),
    }


def _in_sections(year: Year) -> Iterator[tuple[int, Task, str]]:
    """Yield the tasks of the last list by leader: place, task, heading (of each first one)."""
    number = 0
    for leader, tasks in by_leader(year.last).items():
        for place, task in enumerate(tasks):
            number += 1
            yield number, task, leader if place == 0 else ""


def _describe_task(year: Year, number: int, task: Task, section: str) -> dict[str, Any]:
    done = list(list_done(year, task))
    offices = [year.office_name(office) for office in year.last.responsible[task.id]]
    leads = dict.fromkeys(map(year.office_name, task.lead_offices))
    return {
        "分节": section,
        "序": number,
        "编号": task.number or "",
        "名称": _name_of(task),
        "股室": "、".join(one for one in offices if one in leads) or next(iter(offices), ""),
        "协办": "、".join(one for one in offices if one not in leads),
        "负责同志": task.leader or "",
        "状态": _state_of(year, task),
        "节点": "；".join(map(_tell_done, done)),
        "节点数": len(year.last.milestones.get(task.id, ())),
        "完成节点": len(done),
        "按期节点": sum((one.days_early or 0) >= 0 and one.days_early is not None for one in done),
        "进展": [_describe_said(one) for one in list_progress(year, task)],
    }


def _name_of(task: Task) -> str:
    """Return what a sentence calls a task: lists often end a name like a sentence."""
    name = task.title or show(task.content, 40)
    return name.strip().rstrip("。；;，：:") or name


def _state_of(year: Year, task: Task) -> str:
    if task.is_closed(year.last.month.period.last_day):
        return CLOSED
    return year.last.status_of(task)


def _tell_done(one: DoneStep) -> str:
    due = one.state.milestone.due
    when = f"，时限{name_day(due)}" if due else ""
    if one.done_on is None:
        return f"{quote_step(one.state)}{when}，{one.month}月报表为已完成（{one.how}）"
    # A due day that is only a reading is no measure.
    early = one.days_early if not one.state.milestone.vague else None
    how = "按期" if early == 0 else ""
    if early:
        how = f"提前{early}天" if early > 0 else f"晚于时限{-early}天"
    day = one.done_on
    full = name_day(day) if due is None or day.year == due.year else full_day(day)
    return f"{quote_step(one.state)}{when}，{full}完成{f'（{how}）' if how else ''}"


def _describe_said(one: Said) -> dict[str, str]:
    return {
        "月份": f"{one.month}月",
        "股室": one.office,
        "内容": one.text,
        "一句话": f"{one.month}月，{one.office}：{_full_stop(one.text)}",
    }


def _full_stop(text: str) -> str:
    text = text.strip()
    return text if text.endswith(("。", "！", "？", "；", ".")) else f"{text}。"


# ---------------------------------------------------------------- what is not done


def _find_unfinished(year: Year) -> list[Task]:
    return [task for task in year.last.month.master.tasks if year.last.statuses[task.id] != DONE]


def _describe_unfinished(year: Year, task: Task) -> dict[str, str]:
    own = _describe_task(year, 0, task, "")
    states = year.last.milestones.get(task.id, ())
    steps = "；".join(_tell_open(state) for state in states if state.light != "done")
    reasons = "；".join(
        f"{one.month}月{one.office}填报：{one.text.strip().rstrip('。；')}"
        for one in list_reasons(year, task)
    )
    told = [f"{task.label}（{own['股室']}）：{own['状态']}", steps]
    told.append(f"原因：{reasons}" if reasons else "没有报过存在的问题")
    return {
        "编号": own["编号"],
        "名称": own["名称"],
        "股室": own["股室"],
        "负责同志": own["负责同志"],
        "状态": own["状态"],
        "节点": steps,
        "原因": reasons,
        "一句话": "。".join(filter(None, told)),
    }


def _tell_open(state: MilestoneState) -> str:
    due = state.milestone.due
    if is_recurring(state.milestone.vague):
        return f"{quote_step(state)}长期进行"
    if due is None:
        return f"{quote_step(state)}时限待定"
    over = f"，{LIGHTS[state.light]}{state.days_over}天" if (state.days_over or 0) > 0 else ""
    return f"{quote_step(state)}时限{name_day(due)}{over}"


# ---------------------------------------------------------------- the year's returns, the list


def _count_returns(year: Year) -> Counter[str]:
    """Return the owed returns of all months by state; one that is not due yet is none."""
    return Counter(
        state.state
        for view in year.views
        for state in view.month.offices
        if state.owes and state.due
    )


def _tell_returns(returns: Counter[str]) -> str:
    words = {**OFFICE_STATES, "submitted": "按时报送"}
    told = [f"应报送{sum(returns.values())}份次"]
    told += [f"{word}{returns[state]}份次" for state, word in words.items() if returns[state]]
    return "，".join(told)


def _list_changes(year: Year) -> Iterator[tuple[str, str]]:
    """Yield what changed in the list from one merged month to the next: its kind, a line."""
    wanted = [kind for kinds, _ in _CHANGES.values() for kind in kinds]
    for before, after in pairwise(year.views):
        old, new = before.month.master, after.month.master
        for one in compare_lists(old.tasks, new.tasks, new.offices):
            if one.kind in wanted:
                line = write_out(one.message)
                yield one.kind, f"{after.month.period.month}月：{line}"
