"""Gaps in the milestones: overdue, near, and at odds with the task's status.

What an office says of a milestone decides, never the date alone:

- it says 未完成 after the due day: a fact, error; 申请延期: warning, somebody must decide;
- it returned its form and says nothing of the milestone: warning that asks for the statement; only
  info where its progress text seems to tell of the milestone done, or where the form has no row
  for the milestone and the status does not admit that the task is behind;
- a supporting office says 未完成 and the leading one nothing: warning, for it is not its word;
- it filled its form before the due day had passed: info, it could not yet know;
- it did not return: nobody can tell; info, for the fault is the missing report (G401);
- the due date is a reading of a vague phrase: never more than info.
"""

from collections.abc import Iterator

from taskxl.findings import Finding, Rule, Severity
from taskxl.merge.delays import last_delay
from taskxl.merge.evidence import filled_on, is_over, may_answer, name_texts
from taskxl.merge.lights import COMPLETED, NOT_COMPLETED, POSTPONED, says_done
from taskxl.merge.likeness import find_done_clause
from taskxl.merge.registry import View, gap_rule
from taskxl.model import Entry, MilestoneState
from taskxl.orders import describe_delay, in_words
from taskxl.tasks import approver
from taskxl.text import quote
from taskxl.words import BEHIND, DONE, NOT_STARTED, ON_TRACK


def _answering(view: View, state: MilestoneState) -> tuple[str | None, bool]:
    """Return the office that answers for a milestone, and whether its return counts.

    The leading office that made the statement; else the first one that returned; else the first.
    """
    leads = view.leads(state.task)
    if state.entry and state.entry.file and state.entry.office in leads:
        return state.entry.office, True
    returned = next((office for office in leads if office in view.standing), None)
    if returned:
        return returned, True
    return (leads[0] if leads else None), False


def _place(view: View, state: MilestoneState, office: str | None) -> dict[str, str | None]:
    entry = view.entries.get((state.task.id, office or ""))
    place: dict[str, str | None] = {"office": office, "task": state.task.id}
    said = next(
        (s for s in view.statements.get(state.milestone.id, ()) if s.office == office), None
    )
    if said:
        place |= {"file": said.file or None, "sheet": said.sheet, "cell": said.cells.get("state")}
    elif entry:
        cell = entry.cells.get("progress")
        place |= {"file": entry.file or None, "sheet": entry.sheet, "cell": cell}
    return place


def _name(state: MilestoneState) -> str:
    return f"{state.task.label}的节点{quote(state.milestone.text, 24)}"


def _today(view: View) -> str:
    """Return the day by which milestones are judged, as messages call it."""
    day = view.month.as_of
    return "报告日" if view.month.is_due else f"汇总之日（{day.month}月{day.day}日）"


@gap_rule(
    "G406",
    "节点逾期",
    "error",
    what="到报告日，节点的完成时限已过（当天不算），而股室没有报已完成。超过设置里的天数为严重滞后。",
    why="逾期节点是督办的重点，要在汇总和通报里点到股室，所以须先核实；填报时还没有到期的，只作提示。",
    cure="已完成的请补填完成情况和完成日期；未完成的请说明原因和新的时间，需要延期的请报批。",
    mark=("status", "逾期"),
    mender="office unless said",
    urgency=3,
    good="""
        | 股室   | 节点时限   | 完成情况 |
        | 基教股 | 2021-04-25 | 未完成 |
        | 计财股 | 2021-03-31 | 已完成 |
        | 人事股 |            | 未完成 |
    """,
    bad="""
        | 股室   | 填报日期   | 节点时限   | 完成情况 |
        | 基教股 | 2021-04-25 | 2021-04-24 | 未完成 |
    """,
)
def find_overdue(rule: Rule, view: View) -> Iterator[Finding]:
    """Yield milestones past their due day and not done, as severe as the evidence allows."""
    for state in view.milestones():
        if state.light not in ("overdue", "severe"):
            continue
        office, returned = _answering(view, state)
        due = f"{state.milestone.due:%Y-%m-%d}" if state.milestone.due else ""
        head = (
            f"{_name(state)}时限是{due}{_moved(state)}，到{_today(view)}已过 {state.days_over} 天"
        )
        severity, tail = _weigh(view, state, office, returned)
        if severity is None and state.light == "severe":
            head += f"（超过 {view.month.master.settings.severe_days} 天，严重滞后）"
        yield rule.found(head + tail, severity=severity).at(**_place(view, state, office))


def _weigh(
    view: View, state: MilestoneState, office: str | None, returned: bool
) -> tuple[Severity | None, str]:
    """Return how severe an overdue milestone is on the evidence, and the message's second half."""
    said, file = (state.entry.state, state.entry.file) if state.entry else ("", "")
    who = state.entry.office if state.entry else office
    entry: Entry | None = view.entries.get((state.task.id, office or ""))
    if office is None:
        return "info", "，清单上没有责任股室。请核实由谁负责。"
    if state.milestone.vague:
        return "info", f"，但这个时限不确定（{state.milestone.vague}）。请核实时限和完成情况。"
    if not returned:
        return "info", f"，{office}本期{_tell_absence(view, office)}，无法判断是否完成。请核实。"
    if said == POSTPONED:
        return _weigh_delay(view, state, who or office)
    filled = filled_on(view, who or office, file)
    if filled is not None and not is_over(view, state, who or office, file):
        return "info", (
            f"，但{who or office}填报时（{filled.month}月{filled.day}日）还没有到期。"
            "请核实是否已按时完成。"
        )
    if said == NOT_COMPLETED and who == office:
        return None, f"，{who}报未完成。请说明原因和新的完成时间。"
    if said == NOT_COMPLETED:
        return "warning", f"，协办的{who}报未完成，牵头的{office}没有报。请{office}核实后补填。"
    clause = find_done_clause(state.milestone.text, entry.progress) if entry else None
    if clause:
        return (
            "info",
            f"，完成情况没有填，但进展情况写有{quote(clause, 30)}。请核实节点是否已完成。",
        )
    if not view.asks(office, "state"):
        return "info", "，表上没有逐个填报节点的栏目，进展情况里也看不出。请核实是否已完成。"
    if not any(one.office == office for one in view.statements.get(state.milestone.id, ())):
        versions = view.standing.get(office, ())
        if entry and any(state.milestone.id in v.submission.gone for v in versions):
            return "warning", (
                "，下发的表里有这个节点，收回的表里没有找到它的一行。"
                "请补上这一行，写明完成情况，重新报送。"
            )
        if entry is None or entry.status not in (BEHIND, NOT_STARTED):
            return "info", f"，{office}报来的表里没有这个节点。请核实是否已完成。"
        return "warning", (
            f"，{office}报来的表里没有这个节点，进度状态是“{entry.status}”。"
            "已完成的请报完成日期，未完成的请说明原因。"
        )
    own = next((s for s in view.statements.get(state.milestone.id, ()) if s.office == office), None)
    if not said and own and (found := may_answer(view, own)):
        return "info", f"，完成情况没有填，但{name_texts(found)}可能就是。请核实。"
    written = f"写的是{quote(said, 20)}" if said else "没有填"
    return "warning", f"，完成情况{written}。已完成的请补填完成日期，未完成的请说明原因。"


def _tell_absence(view: View, office: str) -> str:
    """Return in words why there is nothing to judge an office's milestones by."""
    if any(one.office == office and one.state == "rejected" for one in view.month.offices):
        return "报来的表用不了（须重报）"
    return "未报送" if view.month.is_due else "还没有报送（未到期限）"


def _moved(state: MilestoneState) -> str:
    told = describe_delay(state.milestone)
    return f"（{told}）" if told else ""


def _weigh_delay(view: View, state: MilestoneState, who: str) -> tuple[Severity | None, str]:
    """Return how an application for more time stands, and what is to be done."""
    master = view.month.master
    delay = last_delay(master, state.task.id, state.milestone.id)
    if delay is not None and delay.is_refused:
        said = quote(delay.approved_by, 20)
        return (
            None,
            f"，{who}申请延期，没有获得同意（批准人一栏写的是{said}）。请抓紧完成并报完成日期。",
        )
    if delay is not None and delay.is_approved and delay != state.milestone.delay:
        until, day = in_words(delay.until), in_words(delay.approved_on)
        return "info", f"，{approver(delay)}已于{day}批准延期至{until}，从批准之日起按新时限算。"
    return "warning", (
        f"，{who}申请延期。请报分管负责同志决定；同意的，在主清单“延期”表填批准人和新时限。"
    )


@gap_rule(
    "G407",
    "节点临近",
    "info",
    what="节点将在设置的天数内到期（含报告日当天），股室还没有报已完成。",
    why="提前提醒，比逾期以后再催好。",
    cure="请股室留意时限；有困难的，尽早提出。",
    mark=("status", "临近"),
    good="""
        | 股室   | 节点时限 |
        | 基教股 | 2021-05-03 |
    """,
    bad="""
        | 股室   | 节点时限 |
        | 基教股 | 2021-05-02 |
    """,
)
def find_near(rule: Rule, view: View) -> Iterator[Finding]:
    """Yield milestones due within the near threshold: a reminder, nobody's fault."""
    for state in view.milestones():
        if state.light != "near" or state.days_over is None:
            continue
        office, _ = _answering(view, state)
        left = -state.days_over
        when = f"还有 {left} 天" if left else f"就是{_today(view)}当天"
        vague = f"（时限不确定：{state.milestone.vague}）" if state.milestone.vague else ""
        yield rule.found(
            f"{_name(state)}时限是{state.milestone.due:%Y-%m-%d}{vague}{_moved(state)}，{when}。"
            "请按时完成，并在下期填报完成情况。",
        ).at(**_place(view, state, office))


@gap_rule(
    "G408",
    "状态与节点矛盾",
    "warning",
    what="任务的进度状态与节点完成情况对不上：已完成却有节点未完成，正常推进却有节点逾期未完成，尚未启动却有节点完成。",
    why="两处说法只有一处是对的，统计时会互相打架。",
    cure="请核对后改正其中一处。",
    mark=("status", "与节点不符"),
    mender="office",
    urgency=8,
    good="""
        | 股室   | 进度状态 | 节点时限   | 完成情况 |
        | 基教股 | 进度滞后 | 2021-03-31 | 未完成 |
    """,
    bad="""
        | 股室   | 进度状态 | 节点时限   | 完成情况 |
        | 基教股 | 已完成   | 2021-03-31 | 未完成 |
    """,
)
def find_at_odds(rule: Rule, view: View) -> Iterator[Finding]:
    """Yield entries whose status and milestones contradict, both statements side by side.

    Certain only where the same office makes both statements. 已完成 with milestones still ahead
    that nobody speaks of is info: the office may mean this month's part.
    """
    by_task: dict[str, list[MilestoneState]] = {}
    for state in view.milestones():
        by_task.setdefault(state.task.id, []).append(state)
    for entry, task in view.said():
        if not view.is_own(entry, "status"):
            continue
        found = _find_contradiction(view, entry, by_task.get(task.id, []))
        if found:
            text, severity = found
            yield rule.found(
                f"{task.label}的进度状态报“{entry.status}”，{text}",
                severity=severity,
                office=entry.office,
                task=task.id,
                file=entry.file or None,
                sheet=entry.sheet,
                cell=entry.cells.get("status"),
            )
    yield from _future_days(rule, view)


def _find_contradiction(
    view: View, entry: Entry, states: list[MilestoneState]
) -> tuple[str, Severity] | None:
    """Return what an office says of its task's milestones against its status, and how severe."""
    unfinished, late, done, ahead = [], [], [], []
    for state in states:
        said = view.statements.get(state.milestone.id, ())
        own = next((one for one in said if one.office == entry.office), None)
        word = says_done(own)
        shown = quote(state.milestone.text, 20)
        if word is False:
            unfinished.append(shown)
            # Who asks for more time has said so, and may well be on the way.
            if own and own.state == NOT_COMPLETED and is_over(view, state, own.office, own.file):
                late.append(shown)
        elif word:
            done.append(shown)
        elif state.milestone.due and state.milestone.due > view.month.period.last_day:
            ahead.append(shown)
    cure = "请核对后改正一处。"
    if entry.status == DONE and unfinished:
        return f"但节点{'、'.join(unfinished[:3])}报的不是已完成。{cure}", "warning"
    if entry.status == DONE and ahead and entry.office in view.leads(view.tasks[entry.task]):
        count = f"但还有 {len(ahead)} 个节点没有到期，如{ahead[0]}。"
        return count + "请核实是整项任务都已完成，还是只完成了本月的部分。", "info"
    if entry.status == ON_TRACK and late:
        return f"但节点{'、'.join(late[:3])}已过时限，报的是未完成。{cure}", "warning"
    if entry.status == NOT_STARTED and done:
        return f"但节点{'、'.join(done[:3])}报已完成。{cure}", "warning"
    return None


def _future_days(rule: Rule, view: View) -> Iterator[Finding]:
    """Yield completion dates after the month's end, and dates beside a word that says 未完成."""
    for state in view.milestones():
        for said in view.statements.get(state.milestone.id, ()):
            if said.done_on is None:
                continue
            if said.state == NOT_COMPLETED:
                text = f"报未完成，却填了完成日期{said.done_on:%Y-%m-%d}。请核实是否已完成。"
            elif said.state in ("", COMPLETED) and said.done_on > view.month.period.last_day:
                text = f"完成日期填的是{said.done_on:%Y-%m-%d}，晚于本期。请核实。"
            else:
                continue
            yield rule.found(
                f"{_name(state)}{text}",
                severity="info",
                office=said.office,
                task=state.task.id,
                file=said.file or None,
                sheet=said.sheet,
                cell=said.cells.get("done_on"),
            )
