"""Gaps in what offices write of their tasks: blank, repeated, empty of substance, contradictory."""

import re
from collections.abc import Iterator

from taskxl.findings import Finding, Rule
from taskxl.merge.evidence import is_over, may_answer, name_texts
from taskxl.merge.lights import COMPLETED, NOT_COMPLETED, POSTPONED, says_done
from taskxl.merge.likeness import plain, repetition, says_nothing, substance
from taskxl.merge.registry import View, gap_rule
from taskxl.model import Entry, MilestoneEntry, Period, Task, TaskField
from taskxl.text import is_blank, quote, squeeze
from taskxl.words import BEHIND, DONE, EMPTY_MARK, NOT_STARTED, ON_TRACK

# Nearly the same text as last month: one clause in ten changed.
_ALIKE = 0.9
# What is left without stock phrases must be more than a particle or two.
_SUBSTANCE = 2
# 详见附页, 见右侧文本框: where it says is where to look, and what stands there is listed.
_POINTER = re.compile(r"^(?:请|详|具体|情况)*[见看]|附[页件表后]|另[附页]")
_RANK = {NOT_STARTED: 0, BEHIND: 1, ON_TRACK: 1, DONE: 2}


def _place(entry: Entry, field: TaskField) -> dict[str, str | None]:
    return {
        "office": entry.office,
        "task": entry.task,
        "file": entry.file or None,
        "sheet": entry.sheet,
        "cell": entry.cells.get(field),
    }


@gap_rule(
    "G404",
    "进展情况空白",
    "error",
    what="股室报送了表，但它负责的某项任务没有写进展情况（只有空格也算空白）。",
    why="这一项在汇总表里就是空白，无法判断推进到哪一步。",
    cure="请补填本月做了什么、到哪一步；确无进展的，也请写明原因。",
    mark=("progress", EMPTY_MARK),
    office_column="filled",
    mender="office",
    urgency=6,
    good="""
        | 股室   | 进展情况 |
        | 基教股 | 已完成选址论证，4月12日召开专家评审会。 |
    """,
    bad="""
        | 股室   | 进展情况 |
        | 基教股 | |
    """,
)
def find_blank(rule: Rule, view: View) -> Iterator[Finding]:
    """Yield owed tasks without progress, in returns that count.

    Silent where another finding tells why: the row is gone (E302), the cell holds an error (E306),
    the task was 已完成 in an earlier month. Only info where the returned form never had the task
    (it may be new in the list), or where the cell above was merged over rows (E307).
    """
    told = _told_by_reader(view)
    for state, task in view.owed():
        entry = view.entries.get((task.id, state.office))
        if entry is None:
            if ("E302", state.office, task.id) not in told:
                yield rule.found(
                    f"报送的表里没有{task.label}。请核实是否漏报，或这一项是否在下发之后才列入清单。",
                    severity="info",
                    office=state.office,
                    task=task.id,
                    file=state.files[0] if len(state.files) == 1 else None,
                )
            continue
        earlier = view.earlier.get((task.id, state.office))
        was_done = earlier is not None and earlier.entry.status == DONE
        broken = ("E306", entry.file, entry.sheet, entry.cells.get("progress")) in told
        if not is_blank(entry.progress) or broken or (was_done and entry.status in ("", DONE)):
            continue
        if not view.is_own(entry, "progress"):
            continue
        head = f"{task.label}的进展情况是空白"
        if ("E307", entry.file, entry.sheet) in told:
            yield rule.found(
                f"{head}，同一张表里有填报栏跨行合并，内容可能写在上面的格里。请核实。",
                severity="info",
            ).at(**_place(entry, "progress"))
        elif found := may_answer(view, entry):
            yield rule.found(
                f"{head}，但{name_texts(found)}可能就是。请核实。", severity="info"
            ).at(**_place(entry, "progress"))
        else:
            yield rule.found(f"{head}。请补填本月的进展；没有进展的，请写明原因。").at(
                **_place(entry, "progress")
            )


def _told_by_reader(view: View) -> set[tuple[str | None, ...]]:
    """Return what the reader has said of rows and cells that would otherwise look blank."""
    told: set[tuple[str | None, ...]] = set()
    for office, versions in view.standing.items():
        for version in versions:
            for finding in version.source.findings:
                told.add((finding.code, office, finding.task))
                told.add((finding.code, finding.file, finding.sheet))
                told.add((finding.code, finding.file, finding.sheet, finding.cell))
    return told


@gap_rule(
    "G405",
    "与上期相同",
    "warning",
    what="进展情况与股室上一次报送的文字相同；九成以上相同而数字未变的，只作提示。",
    why="可能是直接沿用旧稿，没有反映本月的工作。",
    cure="请补写本月的新进展；确无变化的，请写明原因。已完成的任务、没有时限的长期工作不必重写。",
    mark=("progress", "与上月相同"),
    mender="office",
    good="""
        | 股室   | 上月进展             | 进展情况 |
        | 基教股 | 已完成3所学校的改造。 | 已完成5所学校的改造。 |
    """,
    bad="""
        | 股室   | 上月进展             | 进展情况 |
        | 基教股 | 已完成3所学校的改造。 | 已完成 3 所学校的改造 |
    """,
)
def find_repeated(rule: Rule, view: View) -> Iterator[Finding]:
    """Yield progress texts that repeat the office's last one, with the measured likeness.

    Not for tasks that were and are 已完成; only info for long-running tasks (no dated milestone).
    """
    for entry, task in view.said():
        earlier = view.earlier.get((entry.task, entry.office))
        if not earlier or not plain(entry.progress) or not plain(earlier.own.progress):
            continue
        if not view.is_own(entry, "progress"):
            continue
        if entry.status == DONE == earlier.entry.status:
            continue
        alike = repetition(entry.progress, earlier.own.progress)
        if alike < _ALIKE:
            continue
        month = f"{earlier.period.month}月"
        place = _place(entry, "progress")
        if alike < 1:
            yield rule.found(
                f"{task.label}的进展情况与{month}报送的有 {alike:.0%} 相同：本月"
                f"{quote(entry.progress, 40)}，{month}{quote(earlier.own.progress, 40)}。"
                "请核实是否已更新。",
                severity="info",
            ).at(**place)
            continue
        dated = any(milestone.due for milestone in task.milestones)
        yield rule.found(
            f"{task.label}的进展情况与{month}报送的完全相同：{quote(entry.progress, 40)}。"
            + ("请补写本月的新进展。" if dated else "这一项没有时限，请核实本月有无新进展。"),
            severity=None if dated else "info",
        ).at(**place)


@gap_rule(
    "G409",
    "进度倒退",
    "warning",
    what="进度状态比上一次报送的倒退（如“已完成”变回“正常推进”），或已完成的节点又报未完成。",
    why="不是上次报早了，就是这次填错了，汇总的完成率会前后不一。",
    cure="请核实以哪一次为准：填错的请更正，确有反复的请在存在问题栏说明。",
    mark=("status", "状态倒退"),
    mender="office",
    good="""
        | 股室   | 上月状态 | 进度状态 |
        | 基教股 | 正常推进 | 进度滞后 |
    """,
    bad="""
        | 股室   | 上月状态 | 进度状态 |
        | 基教股 | 已完成   | 正常推进 |
    """,
)
def find_backwards(rule: Rule, view: View) -> Iterator[Finding]:
    """Yield tasks and milestones whose state went back, with both statements."""
    for entry, task in view.said():
        earlier = view.earlier.get((entry.task, entry.office))
        if not earlier or not view.is_own(entry, "status"):
            continue
        before, now = _RANK.get(earlier.own.status), _RANK.get(entry.status)
        if before is not None and now is not None and now < before:
            yield rule.found(
                f"{task.label}的进度状态{earlier.period.month}月报“{earlier.own.status}”，"
                f"本期报“{entry.status}”。请核实以哪一次为准。",
            ).at(**_place(entry, "status"))
    done = _called_done(view)
    for state in view.milestones():
        for said in view.statements.get(state.milestone.id, ()):
            period = done.get((state.milestone.id, said.office))
            if period and says_done(said) is False:
                yield rule.found(
                    f"{state.task.label}的节点{quote(state.milestone.text, 24)}"
                    f"{period.month}月报已完成，本期报“{said.state}”。请核实以哪一次为准。",
                    office=said.office,
                    task=state.task.id,
                    file=said.file or None,
                    sheet=said.sheet,
                    cell=said.cells.get("state"),
                )


def _called_done(view: View) -> dict[tuple[str, str], Period]:
    """Return since which month an office has called a milestone done, by milestone and office."""
    done: dict[tuple[str, str], Period] = {}
    for month in view.past:
        for state in month.milestones:
            word = says_done(state.entry)
            if state.entry is None or word is None:
                continue
            if word:
                done.setdefault((state.milestone.id, state.entry.office), month.period)
            else:
                done.pop((state.milestone.id, state.entry.office), None)
    return done


@gap_rule(
    "G410",
    "滞后但未说明",
    "warning",
    what="进度状态是“进度滞后”，或有节点到期未完成、申请延期，但存在问题和下一步工作计划没有内容。",
    why="领导需要知道卡在哪里、下一步怎么办，才能协调。",
    cure="请补写存在的问题、原因和下一步的时间安排。",
    mark=("obstacles", "未说明"),
    mender="office",
    urgency=9,
    good="""
        | 股室   | 进度状态 | 存在问题 |
        | 基教股 | 进度滞后 | 施工图审查未通过，5月15日前重新送审。 |
    """,
    bad="""
        | 股室   | 进度状态 | 存在问题 |
        | 基教股 | 进度滞后 | 无 |
    """,
)
def find_unexplained(rule: Rule, view: View) -> Iterator[Finding]:
    """Yield tasks that an office itself calls behind without a word on why; notes count too."""
    behind: dict[tuple[str, str], MilestoneEntry] = {}
    noted: set[tuple[str, str]] = set()
    for state in view.milestones():
        for said in view.statements.get(state.milestone.id, ()):
            pair = (state.task.id, said.office)
            if not says_nothing(said.note):
                noted.add(pair)
            overdue = said.state == NOT_COMPLETED and is_over(view, state, said.office, said.file)
            if overdue or said.state == POSTPONED:
                behind.setdefault(pair, said)
    for entry, task in view.said():
        pair = (entry.task, entry.office)
        if not says_nothing(entry.obstacles) or pair in noted:
            continue
        if not view.asks(entry.office, "obstacles"):
            continue
        if not view.is_own(entry, "obstacles"):
            continue
        if entry.status == BEHIND and view.is_own(entry, "status"):
            reason = f"进度状态是“{BEHIND}”"
        elif pair in behind:
            reason = f"有节点报“{behind[pair].state}”"
        else:
            continue
        loose = () if entry.obstacles.strip() else may_answer(view, entry)
        if loose:
            yield rule.found(
                f"{task.label}{reason}，存在问题和下一步工作计划是空白，"
                f"但{name_texts(loose)}可能就是。请核实。",
                severity="info",
            ).at(**_place(entry, "obstacles"))
            continue
        written = "写的是" + quote(entry.obstacles, 40) if entry.obstacles.strip() else "是空白"
        yield rule.found(
            f"{task.label}{reason}，但存在问题和下一步工作计划{written}。"
            "请补写问题、原因和下一步的时间安排。",
        ).at(**_place(entry, "obstacles"))


@gap_rule(
    "G411",
    "没有实质内容",
    "warning",
    what="进展情况去掉“按计划有序推进”“高度重视”等套话后，没有剩下具体内容。",
    why="看不出本月做了什么、到了哪一步，汇总和通报都用不上。",
    cure="请写具体的事：做了什么、什么时间、什么结果，最好有数字。",
    mark=("progress", "内容空泛"),
    mender="office",
    good="""
        | 股室   | 进展情况 |
        | 基教股 | 已完成招标。 |
    """,
    bad="""
        | 股室   | 进展情况 |
        | 基教股 | 高度重视，目前正按计划有序推进。 |
    """,
)
def find_hollow(rule: Rule, view: View) -> Iterator[Finding]:
    """Yield progress texts that are stock phrases only; `已完成` of a finished task is enough."""
    for entry, task in view.said():
        if is_blank(entry.progress) or len(substance(entry.progress)) >= _SUBSTANCE:
            continue
        if not view.is_own(entry, "progress"):
            continue
        if entry.status == DONE and "完成" in entry.progress:
            continue
        if found := may_answer(view, entry):
            if not _POINTER.search(squeeze(entry.progress)):
                yield rule.found(
                    f"{task.label}的进展情况是{quote(entry.progress, 40)}，"
                    f"但{name_texts(found)}可能就是。请核实。",
                    severity="info",
                ).at(**_place(entry, "progress"))
            continue
        yield rule.found(
            f"{task.label}的进展情况是{quote(entry.progress, 40)}，除套话外没有具体内容。"
            "请写明本月做了什么、到了哪一步。",
        ).at(**_place(entry, "progress"))


@gap_rule(
    "G413",
    "牵头与协办说法不一",
    "warning",
    what="同一任务或节点，牵头股室与协办股室报的状态互相矛盾。",
    why="汇总以牵头股室为准；说法不一时，领导看到的可能不是实情。",
    cure="请牵头股室与协办股室核对后统一口径。各报各的分工而状态不同的，不必更改。",
    mark=("status", "说法不一"),
    good="""
        | 股室   | 任务 | 职责 | 进度状态 |
        | 基教股 | 1    | 牵头 | 正常推进 |
        | 计财股 | 1    | 协办 | 正常推进 |
    """,
    bad="""
        | 股室   | 任务 | 职责 | 进度状态 |
        | 基教股 | 1    | 牵头 | 已完成 |
        | 计财股 | 1    | 协办 | 尚未启动 |
    """,
)
def find_contradicting(rule: Rule, view: View) -> Iterator[Finding]:
    """Yield a lead that calls done what a supporting office calls unfinished, both side by side.

    A supporting office may be behind with its own part while the task is on track: only info.
    """
    by_task: dict[str, list[Entry]] = {}
    for entry in view.month.entries:
        by_task.setdefault(entry.task, []).append(entry)
    for task in view.month.master.tasks:
        entries = () if task.id in view.closed else by_task.get(task.id, ())
        leads = view.leads(task)
        leading = next((e for e in entries if e.office in leads and e.status), None)
        if leading is None or not view.is_own(leading, "status"):
            continue
        for entry in entries:
            if entry.office in leads or entry.status not in _RANK:
                continue
            if not view.is_own(entry, "status"):
                continue
            done = leading.status == DONE and entry.status != DONE
            part = leading.status == ON_TRACK and entry.status in (BEHIND, NOT_STARTED)
            if done or part:
                yield _contradiction(rule, task, leading, entry, certain=done)
    for state in view.milestones():
        leads = view.leads(state.task)
        said = view.statements.get(state.milestone.id, ())
        first = next((s for s in said if s.office in leads and says_done(s) is not None), None)
        for one in said:
            if first and one.office not in leads and says_done(one) is (not says_done(first)):
                yield rule.found(
                    f"{state.task.label}的节点{quote(state.milestone.text, 24)}，"
                    f"牵头的{first.office}报“{first.state or COMPLETED}”，"
                    f"协办的{one.office}报“{one.state or COMPLETED}”。"
                    "请两个股室核对后统一口径。",
                    office=first.office,
                    task=state.task.id,
                    file=first.file or None,
                    sheet=first.sheet,
                    cell=first.cells.get("state"),
                )


def _contradiction(
    rule: Rule, task: Task, leading: Entry, entry: Entry, *, certain: bool
) -> Finding:
    return rule.found(
        f"{task.label}，牵头的{leading.office}报“{leading.status}”，"
        f"协办的{entry.office}报“{entry.status}”。"
        + ("请两个股室核对后统一口径。" if certain else "可能只是各自的分工，请核实。"),
        severity=None if certain else "info",
    ).at(**_place(leading, "status"))


@gap_rule(
    "G415",
    "进度状态没有选",
    "info",
    what="写了进展情况，但进度状态没有选。",
    why="按状态统计时，这一项只能计入“未填”。",
    cure="请按实际补选：已完成、正常推进、进度滞后、尚未启动。",
    mark=("status", "未选状态"),
    mender="office",
    good="""
        | 股室   | 进度状态 | 进展情况 |
        | 基教股 | 正常推进 | 已完成选址论证。 |
    """,
    bad="""
        | 股室   | 进度状态 | 进展情况 |
        | 基教股 |          | 已完成选址论证。 |
    """,
)
def find_unmarked(rule: Rule, view: View) -> Iterator[Finding]:
    """Yield owed tasks with a progress text and no status."""
    for state, task in view.owed():
        entry = view.entries.get((task.id, state.office))
        unmarked = entry and is_blank(entry.status) and not is_blank(entry.progress)
        if not view.asks(state.office, "status"):
            continue
        if entry and unmarked and view.is_own(entry, "status"):
            yield rule.found(
                f"{task.label}没有选进度状态。请核实后补选：已完成、正常推进、进度滞后、尚未启动。",
            ).at(**_place(entry, "status"))
