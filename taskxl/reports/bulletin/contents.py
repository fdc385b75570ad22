"""What a bulletin says of a month: a merged month in, the values of its template out.

Every number is one of the summary's (`MonthView.counts`); what a template may name is in `NAMES`.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from taskxl.dates import report_day
from taskxl.merge.counts import NOT_YET, UNSAID, Rate
from taskxl.merge.evidence import files_named_after
from taskxl.merge.lights import says_done
from taskxl.model import MilestoneState, Month, Period
from taskxl.reports.bulletin.pending import list_approved, list_delays, list_instructions
from taskxl.reports.bulletin.problems import (
    describe_statement,
    is_certain,
    list_overdue,
    list_problems,
)
from taskxl.reports.sheet_leaders import OVER, by_leader, grouped_word, is_by_section
from taskxl.reports.sheet_overview import UNKNOWN_STATUS
from taskxl.reports.view import MonthView, look_at
from taskxl.roster import Roster
from taskxl.text import quote
from taskxl.words import BEHIND, LIGHTS, NOT_DUE, OFFICE_STATES, STATUSES

NAMES: dict[str, str] = {
    "单位": "本单位的全称",
    "落款": "单位名称加“办公室”",
    "称谓": "“设置”里的内设机构称谓：股室、科室、处室或部门",
    "清单": "主清单的标题",
    "年度": "2021年",
    "报告期": "1-4月",
    "月份": "2021年4月",
    "截止": "统计截止的那一天，2021年4月25日",
    "期限未到": "报送期限还没有到的，写明是哪一天；到了的为空",
    "成文日期": "写这份通报的日子，2021年4月27日",
    "任务数": "清单上的任务有几项",
    "节点数": "清单上的节点有几个",
    "任务情况": "一句话：各种进度状态各几项、占多少、比上次汇总增减几项",
    "节点情况": "一句话：已完成、临近、逾期等各几个、占多少、比上次汇总增减几个",
    "比较": "与哪个月比较；没有可比的，写明不作比较",
    "任务状态": "逐个有 状态、项数、占比、增减",
    "节点状态": "逐个有 状态、个数、占比、增减",
    "任务完成率": "8.3%（1/12）；算不出的为空",
    "节点完成率": "同上，到期的节点里完成了的",
    "按时报送率": "同上；报送期限未到的为空",
    "报送完整率": "同上",
    "报送情况": "一句话：应报、按时、迟报、未报送、须重报各几个，点到名称",
    "未经审定": "一句话：没有分管负责同志审定的；没有的为空",
    "进展": "按时或提前完成的节点，逐个有 股室、任务、节点、时限、完成日期、提前天数、一句话",
    "问题": "逐个股室有 序（一、二……）、股室、事项；事项逐个有 任务、情况、一句话",
    "下阶段": "下一步看到哪个月底，5月",
    "下阶段节点": "那时以前到期、还没有完成的节点，逐个有 任务、节点、股室、时限、说明、一句话",
    "下次报送": "下一次报送的日子，2021年5月25日；12月的为空",
    "下次报告期": "1-5月；12月的为空",
    "批示": "未办结的批示，逐条一句话",
    "延期": "股室申请延期的节点，逐条一句话",
    "获准延期": "经批准延期、时限还没有到的节点，逐条一句话；没有的为空",
    "分组": "分管；清单没有写分管负责同志、按类别分的为“分类”",
    "分组栏": "分管负责同志；按类别分的为“类别”",
    "自报滞后": "股室自报“进度滞后”的任务有几项",
    "附件": "有内容的附件，逐个有 号、名称",
    "附件号": "逾期、临近、分管 三个附件各自的号；只有一个附件的为空",
    "逾期": "确已逾期的节点，逐个有 序、任务、节点、股室、时限、超期天数、填报情况",
    "逾期待核": "时限已过、情况还要核实、没有列出的节点有几个",
    "临近": "临近的节点，逐个有 序、任务、节点、股室、时限、剩余天数、说明",
    "分管": "逐位分管负责同志有 负责同志、任务、逾期节点、未填和四种状态各几项，末行是合计",
}
"""What the template of the bulletin may name."""


def make_contents(month: Month, before: Month | None, day: date) -> dict[str, Any]:
    """Return the values of `NAMES` for a month.

    `before` is the last month merged before it in the same year, with which its numbers are
    compared; `day` is that on which the bulletin is written.
    """
    view = look_at(month)
    earlier = look_at(before) if before is not None else None
    settings, period = month.master.settings, month.period
    statuses = list_statuses(view, earlier)
    lights = list_lights(view, earlier)
    certain, doubtful = list_overdue(view)
    near = [state for state in month.milestones if state.light == "near"]
    groups = name_groups(view)
    annexes = _number_annexes(bool(certain), bool(near), groups["分组"])
    following = _following(period)
    return {
        "单位": settings.bureau,
        "落款": f"{settings.bureau}办公室",
        "称谓": view.word,
        "清单": month.master.title or f"{period.year}年重点工作任务一览表",
        "年度": f"{period.year}年",
        "报告期": period.label,
        "月份": period.name,
        "截止": full_day(month.as_of),
        "期限未到": f"报送期限{name_day(month.deadline)}未到" if month.deadline else "",
        "成文日期": full_day(day),
        "任务数": len(month.master.tasks),
        "节点数": len(month.milestones),
        "任务情况": tell_counts(statuses, "项数", "项"),
        "节点情况": tell_counts(lights, "个数", "个"),
        "比较": f"增减与{earlier.month.period.month}月汇总相比"
        if earlier
        else "此前没有汇总过的月份，不作比较",
        "任务状态": statuses,
        "节点状态": lights,
        "任务完成率": show_rate(view.counts.rates["completion"]),
        "节点完成率": show_rate(view.counts.rates["milestone_completion"]),
        "按时报送率": show_rate(view.counts.rates["punctuality"]),
        "报送完整率": show_rate(view.counts.rates["completeness"]),
        "报送情况": _tell_returns(view),
        "未经审定": _tell_unapproved(view),
        "进展": [_describe_kept(state) for state in _find_kept(view)],
        "问题": [
            {
                "序": in_chinese(number),
                "股室": office,
                "事项": [
                    {"任务": one.task, "情况": "；".join(one.facts), "一句话": one.line}
                    for one in problems
                ],
            }
            for number, (office, problems) in enumerate(list_problems(view).items(), 1)
        ],
        "下阶段": f"{following.month if following else period.month}月",
        "下阶段节点": [_describe_step(view, state) for state in _find_ahead(month)],
        "下次报送": full_day(report_day(following, settings)) if following else "",
        "下次报告期": following.label if following else "",
        "批示": list_instructions(view),
        "延期": list_delays(view),
        "获准延期": list_approved(view),
        **groups,
        "自报滞后": list(view.statuses.values()).count(BEHIND),
        "附件": [{"号": number, "名称": name} for number, name in annexes.values()],
        "附件号": {key: annexes.get(key, ("", ""))[0].rstrip(".") for key in _ANNEXES},
        "逾期": [
            _describe_step(view, state)
            | {
                "序": number,
                "股室": office,
                "超期天数": state.days_over or 0,
                "填报情况": describe_statement(state),
            }
            for number, (state, office) in enumerate(certain, 1)
        ],
        "逾期待核": doubtful,
        "临近": [
            _describe_step(view, state) | {"序": number, "剩余天数": -(state.days_over or 0)}
            for number, state in enumerate(near, 1)
        ],
        "分管": list(count_leaders(view)),
    }


# ---------------------------------------------------------------- words for numbers

_DIGITS = "零一二三四五六七八九"


def name_day(day: date) -> str:
    """Return a day of the year as a paper writes it: 4月25日."""
    return f"{day.month}月{day.day}日"


def full_day(day: date) -> str:
    """Return a day with its year: 2021年4月25日."""
    return f"{day.year}年{name_day(day)}"


def in_chinese(number: int) -> str:
    """Return a number below 100 as headings count; what is larger in digits.

    >>> [in_chinese(number) for number in (7, 10, 12, 40, 41, 100)]
    ['七', '十', '十二', '四十', '四十一', '100']
    """
    if number >= 100:
        return str(number)
    tens, ones = divmod(number, 10)
    head = f"{_DIGITS[tens] if tens > 1 else ''}十" if tens else ""
    return head + (_DIGITS[ones] if ones or not tens else "")


def show_rate(rate: Rate) -> str:
    """Return a share as the summary shows it, with its fraction; "" where there is none.

    >>> show_rate(Rate(1, 12)), show_rate(Rate(0, 0))
    ('8.3%（1/12）', '')
    """
    if rate.rate is None:
        return ""
    percent = (Decimal(str(rate.rate)) * 100).quantize(Decimal("0.1"), ROUND_HALF_UP)
    return f"{percent}%（{rate.done}/{rate.of}）"


def _change(now: int, then: int | None, unit: str, when: str) -> str:
    if then is None:
        return ""
    if now == then:
        return f"与{when}持平"
    return f"比{when}{'增加' if now > then else '减少'}{abs(now - then)}{unit}"


def _list_counts(
    words: dict[str, str],
    now: dict[str, int],
    then: dict[str, int] | None,
    unit: str,
    when: str,
) -> list[dict[str, Any]]:
    total = sum(now.values())
    return [
        {
            "状态": word,
            f"{unit}数": now[key],
            "占比": show_rate(Rate(now[key], total)),
            "增减": _change(now[key], then[key] if then is not None else None, unit, when),
        }
        for key, word in words.items()
    ]


def list_statuses(view: MonthView, earlier: MonthView | None = None) -> list[dict[str, Any]]:
    """Return of each 进度状态 how many tasks have it, its share, and the change since `earlier`."""
    words = {word: word for word in STATUSES} | {UNSAID: UNKNOWN_STATUS}
    then = earlier.counts.tasks if earlier else None
    return _list_counts(words, view.counts.tasks, then, "项", _when(earlier))


def list_lights(view: MonthView, earlier: MonthView | None = None) -> list[dict[str, Any]]:
    """Return of each light how many milestones have it, its share, the change since `earlier`."""
    words = {str(light): word for light, word in LIGHTS.items()}
    then = earlier.counts.milestones if earlier else None
    return _list_counts(words, view.counts.milestones, then, "个", _when(earlier))


def _when(earlier: MonthView | None) -> str:
    return f"{earlier.month.period.month}月" if earlier else ""


def tell_counts(counts: Sequence[dict[str, Any]], key: str, unit: str) -> str:
    """Return counts as one sentence; what nothing has and had is left out."""
    parts = []
    for one in counts:
        if not one[key] and (not one["增减"] or one["增减"].startswith("与")):
            continue
        told = f"{one['状态']}{one[key]}{unit}，占{one['占比']}"
        parts.append(f"{told}，{one['增减']}" if one["增减"] else told)
    return "；".join(parts) or "没有"


# ---------------------------------------------------------------- who has reported


def _tell_returns(view: MonthView) -> str:
    counts, unit = view.counts.offices, f"个{view.word}"
    told = [f"应报送{sum(counts.values())}{unit}"]
    if view.month.is_due:
        told.append(f"按时报送{counts['submitted']}个")
        rate = show_rate(view.counts.rates["punctuality"])
        told += [f"按时报送率{rate}"] if rate else []
    else:
        told.append(f"已报送{counts['submitted']}个")
        told.append(f"{NOT_DUE}{counts[NOT_YET]}个")
    for state in ("late", "missing", "rejected"):
        if counts[state]:
            names = _name_offices(view, state)
            told.append(f"{OFFICE_STATES[state]}{counts[state]}个（{names}）")
    complete = show_rate(view.counts.rates["completeness"])
    if complete and (counts["submitted"] or counts["late"]):
        told.append(f"报送完整率{complete}")
    return "，".join(told)


def _name_offices(view: MonthView, state: str) -> str:
    """Name the offices of a state, those apart of which something may have come all the same."""
    roster = Roster(view.month.master.offices)
    names: list[str] = []
    doubtful: list[str] = []
    for one in view.month.offices:
        if one.state != state or not one.owes or not one.due:
            continue
        found = view.office_findings.get(one.office, ())
        certain = any(is_certain(f) for f in found if f.code[0] in "GR" and f.task is None)
        came = state == "missing" and files_named_after(view.month, roster, one.office)
        (names if certain and not came else doubtful).append(one.office)
    told = ["、".join(names)] if names else []
    told += [f"{'、'.join(doubtful)}有来稿待认定"] if doubtful else []
    return "；".join(told)


def _tell_unapproved(view: MonthView) -> str:
    names = list(
        dict.fromkeys(
            f.office for f in view.month.findings if f.code == "G403" and f.office and is_certain(f)
        )
    )
    return f"报送的表未经分管负责同志审定的{len(names)}个：{'、'.join(names)}" if names else ""


# ---------------------------------------------------------------- milestones


def _find_kept(view: MonthView) -> Iterator[MilestoneState]:
    """Yield milestones newly reported as done, with the day, no later than they were due.

    One whose date is a reading, or whose task contradicts itself, proves nothing.
    """
    doubted = {f.task for f in view.month.findings if f.code in ("G408", "G409", "G413")}
    for state in view.month.milestones:
        said, due = state.entry, state.milestone.due
        if state.light != "done" or said is None or said.done_on is None or due is None:
            continue
        known = view.month.lights_before.get(state.milestone.id) == "done"
        if known or state.milestone.vague or state.task.id in doubted or not says_done(said):
            continue
        if said.done_on <= min(due, view.month.as_of):
            yield state


def _describe_kept(state: MilestoneState) -> dict[str, Any]:
    said, due = state.entry, state.milestone.due
    assert said is not None and said.done_on is not None and due is not None  # noqa: S101, PT018
    early = (due - said.done_on).days
    how = f"提前{early}天" if early else "按期"
    return {
        "股室": said.office,
        "任务": state.task.label,
        "节点": state.milestone.text,
        "时限": name_day(due),
        "完成日期": name_day(said.done_on),
        "提前天数": early,
        "一句话": f"{said.office}：{state.task.label}的节点{quote_step(state)}，"
        f"时限{name_day(due)}，"
        f"{name_day(said.done_on)}{how}完成",
    }


def _following(period: Period) -> Period | None:
    if period.month == 12:
        return None
    return Period(period.year, period.month + 1, period.first_month)


def _find_ahead(month: Month) -> list[MilestoneState]:
    """Return the milestones not done that are due after the as-of day, till next month's end."""
    last = (_following(month.period) or month.period).last_day
    ahead = [
        state
        for state in month.milestones
        if state.light != "done"
        and state.milestone.due
        and month.as_of <= state.milestone.due <= last
    ]
    return sorted(ahead, key=lambda state: state.milestone.due or last)


def _describe_step(view: MonthView, state: MilestoneState) -> dict[str, Any]:
    due, office = state.milestone.due, view.lead_of(state.task)
    doubt = f"时限尚不确定：{state.milestone.vague}" if state.milestone.vague else ""
    return {
        "任务": state.task.label,
        "节点": state.milestone.text,
        "股室": office,
        "时限": name_day(due) if due else "",
        "说明": doubt,
        "一句话": f"{f'{office}：' if office else ''}{state.task.label}的节点"
        f"{quote_step(state)}，时限{name_day(due) if due else '待定'}"
        f"{f'（{doubt}）' if doubt else ''}",
    }


def quote_step(state: MilestoneState) -> str:
    """Return a milestone's text in quotation marks, without its last stop."""
    return quote(state.milestone.text.strip().rstrip("。；;，"), 60)


# ---------------------------------------------------------------- annexes

_ANNEXES = {"逾期": "逾期节点情况表", "临近": "临近节点情况表", "分管": "{}项目进展情况表"}


def _number_annexes(overdue: bool, near: bool, group: str) -> dict[str, tuple[str, str]]:
    """Return the annexes that have something in them, each with its number as the list has it."""
    there = {"逾期": overdue, "临近": near, "分管": True}
    kept = [key for key in _ANNEXES if there[key]]
    single = len(kept) == 1
    return {
        key: ("" if single else f"{number}.", _ANNEXES[key].format(group))
        for number, key in enumerate(kept, 1)
    }


def name_groups(view: MonthView) -> dict[str, str]:
    """Return what the tasks are grouped by, as a title and as a column say it."""
    column = "类别" if is_by_section(view) else "分管负责同志"
    return {"分组": grouped_word(view), "分组栏": column}


def count_leaders(view: MonthView) -> Iterator[dict[str, Any]]:
    """Yield a row each leader, and their sum: tasks by status, and milestones that are over."""
    columns = (*STATUSES, UNSAID)
    total = dict.fromkeys((*columns, "任务", "逾期节点"), 0)
    for leader, tasks in by_leader(view).items():
        said = [view.statuses[task.id] for task in tasks]
        row = {word: said.count(word) for word in columns} | {
            "任务": len(tasks),
            "逾期节点": sum(
                state.light in OVER for t in tasks for state in view.milestones.get(t.id, ())
            ),
        }
        total = {key: total[key] + row[key] for key in total}
        yield {"负责同志": leader.removesuffix("负责项目"), **row}
    yield {"负责同志": "合计", **total}
