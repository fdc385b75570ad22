"""A revised 附件1 taken over into 主清单: three-way, so that nothing a person edited is lost."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import count

from taskxl.master.book.layout import DROPPED_MARK
from taskxl.master.revising.differences import show_due
from taskxl.master.revising.pairing import pair_milestones, pair_tasks
from taskxl.model import Milestone, Person, Task
from taskxl.tasks import KnownIds, give_ids
from taskxl.text import quote, quote_change, squeeze

_FIELDS = {
    "number": "编号",
    "title": "任务名称",
    "section": "分组",
    "leader": "分管负责同志",
    "lead_offices": "牵头股室",
    "supporting_offices": "协办股室",
    "persons": "责任人",
    "content": "主要内容",
    "remarks": "备注",
}
_PROVISIONAL = "?"
"""What an id begins with until all are given at once; taskxl gives none such."""
# A document that has lost these was read badly, not revised.
_NEVER_BLANKED = ("number", "title", "lead_offices")


@dataclass(frozen=True, slots=True)
class Update:
    """A list as it shall stand after an update.

    `tasks` are in their new order; `stated` the document's own tasks with their ids, to be compared
    with at the next update; `notes` are what a person has to know or to decide, a line each.
    `found` are the ids of tasks that the list had and the document has, `missed` of those that it
    lacks; `steps` is how many milestones the list has of found tasks from the earlier document.
    """

    tasks: tuple[Task, ...]
    stated: tuple[Task, ...]
    notes: tuple[str, ...]
    found: tuple[str, ...]
    missed: tuple[str, ...]
    steps: int


def update_tasks(
    mine: tuple[Task, ...],
    document: Sequence[Task],
    stated: Sequence[Task] | None,
    known: KnownIds,
    held: Collection[str] = (),
) -> Update:
    """Take a revised document over into the list in use.

    `mine` are the tasks of 主清单.xlsx, `stated` those of the document as it was last read in, with
    their ids (None: nobody knows). What only the document changed is taken; what only a person
    changed is kept; where both did, the person's stays and a note gives both. Without `stated` the
    document's text is taken only where the list has none. `held` are ids of tasks and milestones
    whose rows must not be taken out.
    """
    return _Updating(mine, document, stated, known, held).run()


def find_lack(update: Update, document: Sequence[Task]) -> str:
    """Say in Chinese that a document lacks most of the list, and what to do; "" where it does not.

    It is another list then, or a part of this one, or was read badly. One that really lost so much
    is not shut out: nothing is missed that a person has taken out of the list or put into it.
    """
    listed = len(update.found) + len(update.missed)
    titles = Counter(squeeze(task.title) for task in document if task.title)
    if 2 * len(update.missed) > listed and 2 * sum(n > 1 for n in titles.values()) > len(titles):
        return (
            "多数任务写了两遍，分不清以哪一项为准，没有更新。"
            "几个文件里有相同的任务时，请只写最新的一份。"
        )
    if 2 * len(update.missed) > listed:
        return (
            f"主清单的 {listed} 项任务，这份清单里缺 {len(update.missed)} 项，没有更新。"
            "请核对是不是选错了文件；只是增补的几项，请与原清单一起写在 --from 后面；"
            "确实取消了这么多，请先在主清单里删去取消的行，再运行。"
        )
    has = sum(len(task.milestones) for task in document)
    if 2 * has < update.steps:
        return (
            f"主清单里这些任务有节点 {update.steps} 个，这份清单里只认出 {has} 个，没有更新。"
            "请核对是不是选错了文件；确实减了这么多，请先在主清单里删去取消的节点，再运行。"
        )
    return ""


@dataclass(slots=True)
class _Pair:
    """A task of the document, and what it is in the list in use and in the last document."""

    document: Task
    mine: Task | None = None
    stated: Task | None = None


@dataclass(slots=True)
class _Updating:
    mine: tuple[Task, ...]
    document: Sequence[Task]
    stated: Sequence[Task] | None
    known: KnownIds
    held: Collection[str]
    notes: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)
    steps: int = 0
    doubtful: set[str] = field(default_factory=set)
    provisional: Iterator[int] = field(default_factory=count)

    def run(self) -> Update:
        pairs = self._pair()
        fresh = [_bare(one.document) for one in pairs if one.mine is None and one.stated is None]
        # All at once, so that no new task is given the id of another.
        named = iter(give_ids((*self.mine, *fresh), self.known)[len(self.mine) :])
        merged: dict[str, Task] = {}
        placed: list[tuple[str, str | None]] = []  # a new task's id, and below which it goes
        told: list[Task] = []
        above: str | None = None
        for one in pairs:
            if one.mine is not None:
                task, said = self._merge(one.mine, one.document, one.stated)
                merged[task.id] = task
            elif one.stated is not None:
                said = self._leave_out(one.document, one.stated)
                told.append(said)
                continue
            else:
                task = said = next(named)
                merged[task.id] = task
                placed.append((task.id, above))
            told.append(said)
            above = task.id
        found = tuple(task.id for task in self.mine if task.id in merged)
        gone = self._drop(merged)
        tasks = self._order(merged, placed, gone)
        final = give_ids(tuple(map(_forget_provisional, tasks)), self.known)
        ids = {
            old.id: new.id
            for before, after in zip(tasks, final, strict=True)
            for old, new in zip(before.milestones, after.milestones, strict=True)
        }
        told = [_rename_steps(task, ids) for task in told]
        return Update(final, tuple(told), tuple(self.notes), found, tuple(self.missed), self.steps)

    # ------------------------------------------------------------ whose is whose

    def _pair(self) -> list[_Pair]:
        pairs = [_Pair(_bare(task)) for task in self.document]
        by_task = {id(one.document): one for one in pairs}
        own = {task.id: task for task in self.mine}
        doubts: list[tuple[Task, Task]] = []
        if self.stated is not None:
            found = pair_tasks(self.stated, [one.document for one in pairs])
            for before, after in found.pairs:
                by_task[id(after)].stated = before
                by_task[id(after)].mine = own.pop(before.id, None)
            doubts += found.doubtful
        left = [one.document for one in pairs if one.mine is None]
        found = pair_tasks(tuple(own.values()), left)
        for before, after in found.pairs:
            # Not one that the document has dropped: a task renamed by hand is known by its id.
            by_task[id(after)].mine = before
            if (by_task[id(after)].stated or before).id != before.id:
                by_task[id(after)].stated = None
        new = {id(one.document) for one in pairs if one.mine is None and one.stated is None}
        self._doubt(pair for pair in (*doubts, *found.doubtful) if id(pair[1]) in new)
        return pairs

    def _doubt(self, pairs: Iterable[tuple[Task, Task]]) -> None:
        for old, new in pairs:
            if old.id in self.doubtful:
                continue
            self.doubtful.add(old.id)
            self.notes.append(
                f"新清单的{new.label}像是由{old.label}改写，没有把握，按新增写入。请核实；"
                "是同一项的，请把原来那一行的名称改成新的，删去新增的那一行。"
            )

    # ------------------------------------------------------------ one task

    def _merge(self, mine: Task, new: Task, stated: Task | None) -> tuple[Task, Task]:
        """Return the task as it shall stand, and the document's with ids."""
        changes: dict[str, object] = {}
        kept = replace(mine, remarks=tuple(r for r in mine.remarks if r != DROPPED_MARK))
        for name, word in _FIELDS.items():
            own, now = getattr(kept, name), getattr(new, name)
            before = getattr(stated, name) if stated is not None else None
            if name in _NEVER_BLANKED and not _flat(now):
                continue
            taken = self._choose(f"{mine.label}的{word}", own, now, before, stated is not None)
            changes[name] = taken
        milestones, told = self._merge_milestones(mine, new, stated)
        task = replace(kept, milestones=milestones, **changes)  # type: ignore[arg-type]
        return task, replace(new, id=mine.id, milestones=told)

    def _choose(self, what: str, own: object, new: object, stated: object, known: bool) -> object:
        """Return the person's value or the document's; a note where both changed."""
        if _flat(own) == _flat(new) or (known and _flat(new) == _flat(stated)):
            return own
        if (_flat(own) == _flat(stated)) if known else not _flat(own):
            return new
        if known or _flat(new):
            one, other = quote_change(_text(own) or "（空白）", _text(new) or "（空白）")
            why = "两边都改过，" if known else ""
            self.notes.append(f"{what}：主清单是{one}，新清单是{other}，{why}保留主清单的。")
        return own

    def _merge_milestones(
        self, mine: Task, new: Task, stated: Task | None
    ) -> tuple[tuple[Milestone, ...], tuple[Milestone, ...]]:
        own = {step.id: step for step in mine.milestones}
        before: dict[int, Milestone] = {}
        partner: dict[int, Milestone] = {}
        if stated is not None:
            self.steps += sum(step.id in own for step in stated.milestones)
            for old, step in pair_milestones(stated.milestones, new.milestones).pairs:
                before[id(step)] = old
                if old.id in own:
                    partner[id(step)] = own.pop(old.id)
        left = [step for step in new.milestones if id(step) not in partner]
        for old, step in pair_milestones(tuple(own.values()), left).pairs:
            partner[id(step)] = own.pop(old.id)
        merged: dict[str, Milestone] = {}
        placed: list[tuple[Milestone, str | None]] = []
        told: list[Milestone] = []
        above: str | None = None
        for step in new.milestones:
            there, old_step = partner.get(id(step)), before.get(id(step))
            if there is not None:
                merged[there.id] = self._merge_step(mine, there, step, old_step)
                above = there.id
                told.append(replace(step, id=above))
            elif old_step is not None:
                told.append(replace(step, id=old_step.id))  # a person took it out
            else:
                told.append(replace(step, id=f"{_PROVISIONAL}{next(self.provisional)}"))
                placed.append((told[-1], above))
                above = told[-1].id
        gone = {step.id for step in own.values() if self._is_dropped(mine, step, stated)}
        steps = [merged.get(step.id, step) for step in mine.milestones if step.id not in gone]
        for step, below in placed:
            steps.insert(_place_below(steps, below), step)
        return tuple(steps), tuple(told)

    def _merge_step(
        self, task: Task, mine: Milestone, new: Milestone, stated: Milestone | None
    ) -> Milestone:
        what = f"{task.label}的节点{quote(mine.text, 20)}"
        known = stated is not None
        before = stated or Milestone("")
        text = self._choose(f"{what}的文字", mine.text, new.text, before.text, known)
        due, vague = mine.due, mine.vague
        if mine.due == new.due or (known and new.due == before.due):
            if known and new.vague != before.vague and mine.vague == before.vague:
                vague = new.vague
        elif (mine.due == before.due) if known else (mine.due is None and not mine.vague):
            due, vague = new.due, new.vague
        else:
            why = "两边都改过，" if known else ""
            self.notes.append(
                f"{what}的完成时限：主清单是{show_due(mine)}，新清单是{show_due(new)}，"
                f"{why}保留主清单的。"
            )
        return replace(mine, text=str(text), due=due, vague=vague)

    def _is_dropped(self, task: Task, step: Milestone, stated: Task | None) -> bool:
        """Tell whether a milestone that the document lacks is untouched since it was read in."""
        before = next((s for s in stated.milestones if s.id == step.id), None) if stated else None
        if stated is not None and before is None:
            return False  # a person's own
        if before is not None and _same_step(before, step) and step.id not in self.held:
            return True
        name = f"{task.label}的节点{quote(step.text, 20)}"
        self.notes.append(f"{name}：新清单里没有，主清单里留着。请核实是否取消。")
        return False

    # ------------------------------------------------------------ what is gone

    def _leave_out(self, new: Task, stated: Task) -> Task:
        """Return a document's task, with its ids, that a person took out of the list."""
        changed = any(_flat(getattr(new, n)) != _flat(getattr(stated, n)) for n in _FIELDS)
        steps = pair_milestones(stated.milestones, new.milestones)
        ids = {id(after): before.id for before, after in steps.pairs}
        changed |= bool(steps.dropped or steps.added)
        changed |= any(before.due != after.due for before, after in steps.pairs)
        if changed:
            self.notes.append(
                f"{new.label}：主清单里已删去，新清单里仍有而且改过，没有加回。"
                "要加回的，请在“任务”表里新增一行。"
            )
        named = tuple(replace(step, id=ids.get(id(step), "")) for step in new.milestones)
        (told,) = give_ids((replace(new, id=stated.id, milestones=named),), self.known)
        return told

    def _drop(self, merged: dict[str, Task]) -> set[str]:
        """Return the tasks to take out; mark those of which that is not certain."""
        before = {task.id: task for task in self.stated or ()}
        gone = set()
        for task in self.mine:
            if task.id in merged or (self.stated is not None and task.id not in before):
                continue  # still there, or a person's own
            if DROPPED_MARK in task.remarks or task.closed_on is not None:
                continue
            self.missed.append(task.id)
            untouched = task.id in before and _same_task(before[task.id], task)
            ids = {task.id, *(step.id for step in task.milestones)}
            if untouched and task.id not in self.doubtful and not ids & set(self.held):
                gone.add(task.id)
                self.notes.append(f"{task.label}：新清单里没有，已从主清单删去；历史留在台账里。")
                continue
            merged[task.id] = replace(task, remarks=(*task.remarks, DROPPED_MARK))
            self.notes.append(
                f"{task.label}：新清单里没有，没有删，备注里作了标记。请核实；取消的请删去这一行。"
            )
        return gone

    def _order(
        self, merged: dict[str, Task], placed: Sequence[tuple[str, str | None]], gone: set[str]
    ) -> tuple[Task, ...]:
        tasks = [merged.get(task.id, task) for task in self.mine if task.id not in gone]
        for task_id, above in placed:
            tasks.insert(_place_below(tasks, above), merged[task_id])
        return tuple(tasks)


def _place_below(items: Sequence[Task] | Sequence[Milestone], above: str | None) -> int:
    """Return where to put an item below another one; on top where that is None."""
    ids = [item.id for item in items]
    return ids.index(above) + 1 if above in ids else 0


def _bare(task: Task) -> Task:
    """Return a document's task as no workspace knows it."""
    steps = tuple(replace(step, id="") for step in task.milestones)
    return replace(task, id="", place=None, milestones=steps)


def _same_task(one: Task, two: Task) -> bool:
    """Tell whether nothing of a task was changed by hand."""
    if two.closed_on or two.closing or len(one.milestones) != len(two.milestones):
        return False
    fields = all(_flat(getattr(one, name)) == _flat(getattr(two, name)) for name in _FIELDS)
    return fields and all(map(_same_step, one.milestones, two.milestones))


def _same_step(one: Milestone, two: Milestone) -> bool:
    return squeeze(one.text) == squeeze(two.text) and one.due == two.due


def _forget_provisional(task: Task) -> Task:
    return _rename_steps(task, {s.id: "" for s in task.milestones if s.id.startswith(_PROVISIONAL)})


def _rename_steps(task: Task, ids: Mapping[str, str]) -> Task:
    steps = tuple(replace(step, id=ids.get(step.id, step.id)) for step in task.milestones)
    return replace(task, milestones=steps)


def _text(value: object) -> str:
    """Return a field's value as a person reads it."""
    if isinstance(value, tuple):
        return "、".join(one.name if isinstance(one, Person) else str(one) for one in value)
    return str(value or "")


def _flat(value: object) -> str:
    """Return a field's value for comparison."""
    if isinstance(value, tuple):
        return "|".join(
            squeeze(f"{one.name}/{one.office or ''}" if isinstance(one, Person) else one)
            for one in value
        )
    return squeeze(value)
