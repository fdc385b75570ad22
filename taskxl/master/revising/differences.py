"""The account between two lists: what was added, dropped, renamed, given to others, postponed."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from taskxl.master.revising.pairing import Pairing, is_found_in, pair_milestones, pair_tasks
from taskxl.model import Milestone, Office, Task
from taskxl.plan_text import milestone_core
from taskxl.roster import Roster
from taskxl.text import quote, quote_change, squeeze

Kind = Literal[
    "added",
    "dropped",
    "merged",
    "uncertain",
    "renumbered",
    "renamed",
    "changed",
    "closed",
    "reopened",
    "milestone added",
    "milestone dropped",
    "milestone changed",
    "postponed",
    "advanced",
    "due changed",
]
KIND_WORDS: dict[Kind, str] = {
    "added": "新增任务",
    "dropped": "取消任务",
    "merged": "像是并入",
    "uncertain": "像是改写",
    "renumbered": "改编号",
    "renamed": "改名",
    "changed": "改内容",
    "closed": "销号",
    "reopened": "撤回销号",
    "milestone added": "新增节点",
    "milestone dropped": "取消节点",
    "milestone changed": "改节点",
    "postponed": "延期",
    "advanced": "提前",
    "due changed": "改时限",
}
NUMBER, TITLE = "编号", "任务名称"
MILESTONE, DUE = "节点", "完成时限"


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing in which a list differs from an earlier one.

    `task` is its id, "" of one that is in no workspace yet; `field` is what 主清单.xlsx calls it;
    `was` and `now` are its texts, "" where there is none.
    """

    kind: Kind
    task: str
    label: str
    field: str
    was: str
    now: str
    message: str

    def to_json(self) -> dict[str, str]:
        """Return the difference as JSON has it."""
        return {
            "kind": self.kind,
            "task": self.task,
            "label": self.label,
            "field": self.field,
            "was": self.was,
            "now": self.now,
            "message": self.message,
        }


def compare_lists(
    old: Sequence[Task], new: Sequence[Task], offices: Iterable[Office] = ()
) -> tuple[Difference, ...]:
    """Return how `new` differs from `old`, in the order of `new`; dropped tasks come last.

    `offices` tell names from aliases: an office called otherwise is no other office.
    Two tasks that are only alike are never taken for one: both are in the account, and a line
    says that they may be.
    """
    pairing = pair_tasks(old, new)
    partner = {id(after): before for before, after in pairing.pairs}
    doubts = {id(after): before for before, after in pairing.doubtful}
    roster = Roster(offices)
    found: list[Difference] = []
    for task in new:
        before = partner.get(id(task))
        if before is not None:
            for one in compare_tasks(before, task, roster):
                found.append(replace(one, task=one.task or before.id))
            continue
        found.append(_tell("added", task, "", "", show_title(task), f"新增：{task.label}"))
        if id(task) in doubts:
            found.append(_tell_doubt(doubts[id(task)], task))
    for task in pairing.dropped:
        found.append(_tell("dropped", task, "", show_title(task), "", f"取消：{task.label}"))
        found += _find_merged(task, pairing)
    return tuple(found)


def compare_tasks(old: Task, new: Task, roster: Roster) -> Iterator[Difference]:
    """Yield the differences between two versions of one task."""
    if squeeze(old.number) != squeeze(new.number):
        was, now = old.number or "无号", new.number or "无号"
        # Named by its old number, as everybody still knows it.
        yield _tell(
            "renumbered", new, NUMBER, was, now, f"{old.label}改为第{now}项" if new.number else ""
        )
    if squeeze(old.title) != squeeze(new.title):
        was, now = quote_change(show_title(old), show_title(new))
        yield _tell("renamed", new, TITLE, show_title(old), show_title(new), f"名称{was}改为{now}")
    yield from _compare_texts(old, new, roster)
    yield from _compare_closing(old, new)
    yield from compare_milestones(old, new)


def _compare_texts(old: Task, new: Task, roster: Roster) -> Iterator[Difference]:
    def names(given: Iterable[str]) -> list[str]:
        return [office.name if (office := roster.resolve(n)) else n.strip() for n in given]

    for field, before, after in (
        ("分组", [old.section or ""], [new.section or ""]),
        ("分管负责同志", [old.leader or ""], [new.leader or ""]),
        ("牵头股室", names(old.lead_offices), names(new.lead_offices)),
        ("协办股室", names(old.supporting_offices), names(new.supporting_offices)),
        ("责任人", [p.name for p in old.persons], [p.name for p in new.persons]),
        ("主要内容", [old.content], [new.content]),
        ("备注", list(old.remarks), list(new.remarks)),
    ):
        if squeeze("|".join(before)) == squeeze("|".join(after)):
            continue
        was, now = "、".join(filter(None, before)), "、".join(filter(None, after))
        one, other = quote_change(was, now)
        if not was:
            message = f"{field}原来没有，现为{other}"
        elif not now:
            message = f"{field}原为{one}，现在没有"
        else:
            message = f"{field}由{one}改为{other}"
        yield _tell("changed", new, field, was, now, message)


def _compare_closing(old: Task, new: Task) -> Iterator[Difference]:
    was = old.closed_on.isoformat() if old.closed_on else ""
    now = new.closed_on.isoformat() if new.closed_on else ""
    if was == now:
        return
    basis = f"，依据{quote(new.closing, 40)}" if new.closing else "，没有写依据"
    if now:
        yield _tell("closed", new, "销号日期", was, now, f"于{now}销号{basis}")
    else:
        yield _tell("reopened", new, "销号日期", was, now, f"撤回了{was}的销号")


def compare_milestones(old: Task, new: Task) -> Iterator[Difference]:
    """Yield the differences between a task's milestones, in the order of the new ones."""
    pairing = pair_milestones(old.milestones, new.milestones)
    partner = {id(after): before for before, after in pairing.pairs}
    for step in new.milestones:
        before = partner.get(id(step))
        name = f"节点{quote(step.text, 24)}"
        if before is None:
            until = f"，时限{step.due.isoformat()}" if step.due else ""
            yield _tell("milestone added", new, MILESTONE, "", step.text, f"增加{name}{until}")
            continue
        if milestone_core(before.text) != milestone_core(step.text):
            was, now = quote_change(before.text, step.text)
            message = f"节点{was}改为{now}"
            yield _tell("milestone changed", new, MILESTONE, before.text, step.text, message)
        yield from _compare_dues(new, name, before, step)
    for step in pairing.dropped:
        message = f"取消节点{quote(step.text, 24)}"
        yield _tell("milestone dropped", new, MILESTONE, step.text, "", message)


def _compare_dues(task: Task, name: str, old: Milestone, new: Milestone) -> Iterator[Difference]:
    if old.due == new.due:
        return
    was, now = (show_due(step) for step in (old, new))
    if old.due and new.due:
        days = (new.due - old.due).days
        kind: Kind = "postponed" if days > 0 else "advanced"
        message = f"{name}{KIND_WORDS[kind]} {abs(days)} 天：{was} → {now}"
    else:
        kind, message = "due changed", f"{name}的时限由{was}改为{now}"
    yield _tell(kind, task, DUE, was, now, message)


def show_due(step: Milestone) -> str:
    """Return a milestone's date as the account writes it."""
    return step.due.isoformat() if step.due else "没有日期"


def show_title(task: Task) -> str:
    """Return what a task is called, "" where it has no title."""
    return task.title or ""


def _tell_doubt(old: Task, new: Task) -> Difference:
    message = (
        f"新增的{new.label}像是由原来的{old.label}改写，没有把握，按两项任务算。"
        "请核实；是同一项的，请先在主清单里把原来那一项的名称改成新的。"
    )
    return Difference(
        "uncertain", new.id, new.label, TITLE, show_title(old), show_title(new), message
    )


def _find_merged(gone: Task, pairing: Pairing[Task]) -> Iterator[Difference]:
    """Yield the task in which the content of a dropped one seems to go on."""
    before = {id(after): old for old, after in pairing.pairs}
    best: tuple[int, Task] | None = None
    for task in (*(after for _, after in pairing.pairs), *pairing.added):
        had = before[id(task)].milestones if id(task) in before else ()
        new = [step for step in task.milestones if not is_found_in(step, had)]
        moved = sum(is_found_in(step, new) for step in gone.milestones)
        title = squeeze(gone.title)
        had_title = id(task) in before and title in _all_text(before[id(task)])
        named = len(title) >= 4 and title in _all_text(task) and not had_title
        enough = moved > 0 and 2 * moved >= len(gone.milestones)
        if (enough or named) and (best is None or moved > best[0]):
            best = moved, task
    if best is None:
        return
    moved, task = best
    why = (
        f"原有 {len(gone.milestones)} 个节点中有 {moved} 个在那里" if moved else "那里写有它的名称"
    )
    message = f"取消的{gone.label}像是并入{task.label}（{why}）。请核实"
    yield Difference(
        "merged", task.id, task.label, TITLE, show_title(gone), show_title(task), message
    )


def _all_text(task: Task) -> str:
    return squeeze(f"{task.title or ''}{task.content}")


def _tell(kind: Kind, task: Task, field: str, was: str, now: str, what: str) -> Difference:
    told = kind in ("added", "dropped", "renumbered")
    message = what if told and what else f"{task.label}：{what or '编号取消'}"
    return Difference(kind, task.id, task.label, field, was, now, message)
