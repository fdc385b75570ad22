"""What is wrong with a list of tasks, fresh from a document or in 主清单.xlsx."""

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import date

from taskxl import words
from taskxl.a1 import cell_name
from taskxl.dates import find_later_notice, is_recurring, read_number
from taskxl.findings import Finding
from taskxl.master.list_rules import (
    ALIKE,
    COLLECTIVE,
    CUT_OFF,
    EARLY_DUE,
    LATER_NOTICE,
    NO_OFFICE,
    NO_TITLE,
    NUMBERING,
    OPEN_MILESTONES,
    ORDINALS,
    PAIRING,
    UNKNOWN_OFFICE,
    UNSET,
    VAGUE_DATE,
)
from taskxl.master.revising.carrying import find_origin
from taskxl.model import Office, Settings, Task
from taskxl.plan_text import read_ordinal
from taskxl.roster import Roster, is_collective
from taskxl.text import show, squeeze

_BREAKS_OFF = re.compile(r"[，,、（(“《]$|(?:[。；;].{4,}|.{60,})[\u4e00-\u9fff]$", re.DOTALL)


def check_tasks(
    tasks: Sequence[Task],
    offices: Sequence[Office] | None = None,
    year: int | None = None,
    issued: date | None = None,
) -> tuple[Finding, ...]:
    """Return what is missing, doubtful or contradictory in tasks (M101 to M111).

    `offices` are those of sheet 股室 (None: there is no such sheet yet); `year` is the list's;
    `issued` the day on which the list was sent out. Places are those at which the tasks stand.
    """
    findings: list[Finding] = []
    known = None if offices is None else _known_offices(offices)
    for task in tasks:
        found = [finding for check in _CHECKS for finding in check(task)]
        found += _check_years(task, year)
        found += [] if known is None else _check_offices(task, known)
        findings += (_at(finding, task) for finding in found)
    findings += _check_numbers(tasks)
    findings += _check_offices_given(tasks)
    findings += _check_collective(tasks, offices)
    findings += _check_alike(tasks, offices)
    findings += _check_issued(tasks, year, issued)
    return tuple(findings)


def check_closings(
    tasks: Sequence[Task], done: Collection[str] | None = None
) -> tuple[Finding, ...]:
    """Return a finding for each closed task of which something seems left to do (M129).

    `done` are the ids of the milestones that were reported as done (None: nobody knows); without
    it only milestones due after the closing are open.
    """
    findings = []
    for task in tasks:
        day = task.closed_on
        left = [
            milestone
            for milestone in task.milestones
            if day is not None
            and (
                milestone.id not in done
                if done is not None
                else milestone.due is not None and milestone.due > day
            )
        ]
        if day is not None and left:
            message = (
                f"{_name(task)}已于{day.isoformat()}销号，还有 {len(left)} 个节点没有办完或没有报过"
                f"已完成，如“{show(left[0].text, 24)}”。请核实；确已办结的不必处理。"
            )
            findings.append(_at(OPEN_MILESTONES.found(message), task))
    return tuple(findings)


def check_settings(settings: Settings) -> tuple[Finding, ...]:
    """Return a finding that names what 设置 lacks for forms and letters (M130)."""
    wanted = (("单位名称", settings.bureau), ("联系人及电话", settings.contact))
    lacking = [f"“{name}”" for name, value in wanted if not value.strip()]
    if not lacking:
        return ()
    return (
        UNSET.found(
            f"{'、'.join(lacking)}还没有填，表格、信件和通报里会空着。请在主清单的“设置”表里补上。",
            sheet="设置",
        ),
    )


def _at(finding: Finding, task: Task) -> Finding:
    place = task.place
    cell = cell_name(place.row, place.column) if place and place.sheet and place.row else None
    return finding.at(
        task=task.id or task.number,
        file=place.file if place else None,
        sheet=place.sheet if place else None,
        cell=cell,
    )


def _name(task: Task) -> str:
    """How a message names a task: never by what is left of a damaged one."""
    if task.title:
        return task.label
    return f"第{task.number}项任务" if task.number else "这项任务"


def _check_title(task: Task) -> Iterator[Finding]:
    if not task.title:
        yield NO_TITLE.found(f"{_name(task)}没有名称。请对照原件补上。")


def _check_pairs(task: Task) -> Iterator[Finding]:
    """M104: persons who could not be given to offices one by one."""
    if not task.persons or not task.offices or all(person.office for person in task.persons):
        return
    if len(task.persons) != len(task.offices):
        yield PAIRING.found(
            f"{_name(task)}有责任股室{len(task.offices)}个、责任人{len(task.persons)}名，"
            "不能逐一对应。请按股室顺序一一写明，或写成“姓名（股室）”。"
        )


def _check_ordinals(task: Task) -> Iterator[Finding]:
    """M106: milestones whose markers do not count from one without a gap.

    Of a task carried over from the year before the first ones are done, and have stayed there.
    """
    if find_origin(task) is not None:
        return
    expected = 1
    for milestone in task.milestones:
        ordinal = read_ordinal(milestone.text)
        if ordinal is None:
            continue
        if ordinal > expected:
            missing = "至".join(dict.fromkeys((str(expected), str(ordinal - 1))))
            yield ORDINALS.found(
                f"{_name(task)}的节点缺第{missing}个：“{show(milestone.text, 30)}”之前没有。"
                "请对照原件补全。"
            )
        elif ordinal < expected and ordinal != 1:
            yield ORDINALS.found(
                f"{_name(task)}的节点序数重复或颠倒：“{show(milestone.text, 30)}”。请对照原件改正。"
            )
        expected = ordinal + 1


def _check_cut_off(task: Task) -> Iterator[Finding]:
    """M109: what is left of a damaged row, and texts that end in the middle of a sentence."""
    if task.number is None and task.title is None:
        rest = (task.content, *(milestone.text for milestone in task.milestones))
        said = show("".join(rest), 60)
        said = f"：“{said}”" if said else ""
        yield CUT_OFF.found(
            f"这一行没有编号和名称，像是一项任务的残余{said}。已原样保留，请对照原件补全。"
        )
    for text in (task.content, *(milestone.text for milestone in task.milestones)):
        # What stands in for a milestone because the name says by when has no stop, as names have.
        if text != task.title and _BREAKS_OFF.search(text.rstrip()):
            yield CUT_OFF.found(
                f"文字好像没有写完：“{show('…' + text[-24:])}”。请对照原件补全。", severity="info"
            )


def _check_later_notice(task: Task) -> Iterator[Finding]:
    for milestone in task.milestones:
        said = find_later_notice(milestone.text) or find_later_notice(milestone.vague or "")
        if said:
            yield LATER_NOTICE.found(
                f"节点“{show(milestone.text, 30)}”写明“{said}”，日期可能变动。"
                "通知下发后请在主清单里改正时限。"
            )


def _check_dates(task: Task) -> Iterator[Finding]:
    """M105: milestones without a date, or whose date is only a reading; not what has no end."""
    for milestone in task.milestones:
        name = f"节点“{show(milestone.text, 30)}”"
        if is_recurring(milestone.vague):
            continue
        if milestone.vague and not find_later_notice(milestone.text):
            state = "的时限是推定的" if milestone.due else "没有确定的时限"
            yield VAGUE_DATE.found(f"{name}{state}：{milestone.vague}。请在主清单里填上确切日期。")
        elif milestone.due is None and not milestone.vague:
            yield VAGUE_DATE.found(f"{name}没有时限。请在主清单里填上。")


_CHECKS: tuple[Callable[[Task], Iterator[Finding]], ...] = (
    _check_title,
    _check_pairs,
    _check_ordinals,
    _check_cut_off,
    _check_later_notice,
    _check_dates,
)


def _check_years(task: Task, year: int | None) -> Iterator[Finding]:
    """M111: milestones due in a year before the list's."""
    for milestone in task.milestones:
        if milestone.due and year is not None and milestone.due.year < year:
            yield EARLY_DUE.found(
                f"节点“{show(milestone.text, 30)}”的时限是{milestone.due.isoformat()}，"
                f"早于清单的{year}年。请核实年份。",
                severity="warning",
            )


def _check_issued(
    tasks: Sequence[Task], year: int | None, issued: date | None
) -> Iterator[Finding]:
    """M111: milestones that were over on the day on which the list was sent out; said once."""
    if issued is None:
        return
    early = [
        (task, milestone.due)
        for task in tasks
        for milestone in task.milestones
        if milestone.due and milestone.due < issued and milestone.due.year == (year or 0)
    ]
    if early:
        names = list(dict.fromkeys(task.number or "（无号）" for task, _ in early))
        shown = "、".join(names[:20]) + ("等" if len(names) > 20 else "")
        place = early[0][0].place
        yield EARLY_DUE.found(
            f"有{len(early)}个节点的时限早于印发日期{issued.month}月{issued.day}日"
            f"（第{shown}项）。请确认是否已经完成。",
            file=place.file if place else None,
            sheet=place.sheet if place else None,
        )


def _known_offices(offices: Sequence[Office]) -> frozenset[str]:
    names = [name for office in offices for name in (office.name, *office.aliases)]
    return frozenset(squeeze(name) for name in (*names, *words.ALL_OFFICES))


def _check_offices(task: Task, known: frozenset[str]) -> Iterator[Finding]:
    """M107: responsible offices that sheet 股室 does not know."""
    for name in task.offices:
        if squeeze(name) not in known and not is_collective(name):
            yield UNKNOWN_OFFICE.found(
                f"{_name(task)}的责任股室“{show(name)}”不在股室表里。"
                "请改成表里的名称，或把它加进股室表的“别名”一栏。",
                office=name,
            )


def _check_numbers(tasks: Sequence[Task]) -> Iterator[Finding]:
    """M103: numbers that are missing, come twice or leave a gap.

    Numbering may begin again at 1 with another section, table or file. A list without any numbers
    is none of this rule's business.
    """
    if not any(task.number for task in tasks):
        return
    seen: set[str] = set()
    last: int | None = None
    unnumbered: list[Task] = []
    for before, task in zip([None, *tasks], tasks, strict=False):
        if task.number is None:
            unnumbered.append(task)
            continue
        number = read_number(task.number)
        if number == 1 and before is not None and _stands_apart(before, task):
            seen, last = set(), None
        yield from _report_unnumbered(unnumbered, last, number)
        if task.number in seen:
            yield _at(NUMBERING.found(f"编号{task.number}有两项任务。请对照原件核实。"), task)
        elif number is not None and last is not None and number - last - 1 > len(unnumbered):
            missing = "至".join(dict.fromkeys((str(last + 1), str(number - 1))))
            yield _at(
                NUMBERING.found(
                    f"编号从{last}跳到{number}，缺{missing}。请对照原件，看是否漏了任务。"
                ),
                task,
            )
        seen.add(task.number)
        last, unnumbered = number if number is not None else last, []
    yield from _report_unnumbered(unnumbered, last, None)


def _report_unnumbered(
    tasks: Sequence[Task], last: int | None, following: int | None
) -> Iterator[Finding]:
    for task in tasks:
        where = f"（在第{last}项之后）" if last is not None else ""
        if last is not None and following is not None and following > last:
            where = f"（在第{last}项与第{following}项之间）"
        yield _at(
            NUMBERING.found(f"{_name(task)}没有编号{where}。请对照原件补上，程序不会代编。"), task
        )


def _stands_apart(before: Task, task: Task) -> bool:
    there, here = before.place, task.place
    if there and here and (there.file, there.sheet) != (here.file, here.sheet):
        return True
    return before.section != task.section


def _check_collective(tasks: Sequence[Task], offices: Sequence[Office] | None) -> Iterator[Finding]:
    """M117: leads that stand for several bodies (各街道, 各科室); said once of each name."""
    roster = Roster(offices or ())
    everybody = {squeeze(word) for word in words.ALL_OFFICES}
    named = {squeeze(n) for task in tasks for n in task.offices if not is_collective(n)}
    beyond = any(squeeze(office.name) not in named for office in offices or ())
    led: dict[str, list[Task]] = {}
    for task in tasks:
        for name in task.lead_offices:
            if is_collective(name) and roster.resolve(name) is None:
                led.setdefault(name, []).append(task)
    for name, some in led.items():
        numbers = "、".join(task.number or "（无号）" for task in some[:20])
        of_them = f"有{len(some)}项任务由“{show(name)}”牵头（第{numbers}项）"
        if squeeze(name) not in everybody:
            yield _at(
                COLLECTIVE.found(
                    f"{of_them}，这不是一个具体的股室，没有股室会收到表。"
                    "请在“任务”表里改成具体的股室。"
                ),
                some[0],
            )
        elif not beyond:
            there = f"，现在只有任务里点了名的{len(offices)}个" if offices else ""
            yield _at(
                COLLECTIVE.found(
                    f"{of_them}，要知道有哪些股室才能发表。"
                    f"请在主清单的“股室”表里把股室列全{there}。"
                ),
                some[0],
            )


def _check_alike(tasks: Sequence[Task], offices: Sequence[Office] | None) -> Iterator[Finding]:
    """M118: names of offices that differ only by what the eye passes over."""
    names = dict.fromkeys(office.name for office in offices or ())
    names |= dict.fromkeys(name for task in tasks for name in task.offices)
    alike: dict[str, list[str]] = {}
    for name in names:
        alike.setdefault(squeeze(name).casefold(), []).append(name)
    for same in alike.values():
        if len({squeeze(name) for name in same}) > 1:
            said = "”“".join(show(name) for name in dict.fromkeys(map(squeeze, same)))
            yield ALIKE.found(
                f"“{said}”只差字母的大小写，现在是当作不同的股室各发各的表。"
                "如是同一股室，请在“任务”表里改成一样，或把一种写法加进“股室”表的“别名”一栏。"
            )


def _check_offices_given(tasks: Sequence[Task]) -> Iterator[Finding]:
    """M102: tasks without an office; said once of a file that names none."""
    files: dict[str | None, list[Task]] = {}
    for task in tasks:
        files.setdefault(task.place.file if task.place else None, []).append(task)
    for file, listed in files.items():
        without = [task for task in listed if not task.lead_offices]
        if len(without) == len(listed) > 1:
            sheets = {task.place.sheet for task in listed if task.place}
            yield NO_OFFICE.found(
                f"全部{len(listed)}项任务都没有写明责任股室，还不能下发进展情况表。"
                "请在主清单“任务”表的“牵头股室”一栏逐项填上（几个用顿号隔开，牵头的在前），"
                "再运行 taskxl issue，会自动收进“股室”表。",
                file=file,
                sheet=sheets.pop() if len(sheets) == 1 else None,
            )
            continue
        for task in without:
            lacks = "牵头股室（只写了协办）" if task.offices else "责任股室"
            said = f"{_name(task)}没有{lacks}。请补上，牵头股室写在第一位。"
            yield _at(NO_OFFICE.found(said), task)
