"""Ids that stay with their tasks: none is ever given to another task or milestone of the year."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from typing import TypeVar

from taskxl.dates import find_due
from taskxl.model import Delay, MasterList, Milestone, Task, with_ids
from taskxl.plan_text import is_heading, milestone_core
from taskxl.text import squeeze

Key = TypeVar("Key")

SHORT_TITLE = 20
"""Characters of a title that a narrow column shows without becoming a column of text."""
_QUOTED = re.compile(r"《[^》]*》|“[^”]*”|（[^）]*）|\([^)]*\)")
_CLAUSE_END = re.compile(r"[，。；：！,;:!\n]")


@dataclass(frozen=True, slots=True)
class KnownIds:
    """Every id that a list of the year had, with what bore it: `tasks` by id its titles, squeezed.

    `milestones` are by id: the tasks it belonged to, with its words; `orders` are the ids of delays
    and instructions.
    """

    tasks: Mapping[str, frozenset[str]] = field(default_factory=dict)
    milestones: Mapping[str, frozenset[tuple[str, str]]] = field(default_factory=dict)
    orders: frozenset[str] = frozenset()

    def had_task(self, key: str, title: str, content: str) -> bool:
        """Tell whether a task so called bore an id."""
        return _title_of(Task(title=title, content=content)) in self.tasks.get(key, ())

    def had_milestone(self, key: str, task: str, text: str) -> bool:
        """Tell whether a milestone of that task in these words bore an id."""
        return (task, _words_of(Milestone(text))) in self.milestones.get(key, ())


def gather_ids(lists: Iterable[MasterList]) -> KnownIds:
    """Return the ids of all these lists."""
    tasks: dict[str, set[str]] = {}
    milestones: dict[str, set[tuple[str, str]]] = {}
    orders: set[str] = set()
    for master in lists:
        orders.update(delay.id for delay in master.delays)
        orders.update(instruction.id for instruction in master.instructions)
        for task in master.tasks:
            tasks.setdefault(task.id, set()).add(_title_of(task))
            for step in task.milestones:
                milestones.setdefault(step.id, set()).add((task.id, _words_of(step)))
    return KnownIds(
        {key: frozenset(titles) for key, titles in tasks.items()},
        {key: frozenset(words) for key, words in milestones.items()},
        frozenset(orders),
    )


def give_ids(tasks: tuple[Task, ...], known: KnownIds) -> tuple[Task, ...]:
    """Give an id to each task and milestone without one.

    One that plainly is what bore an id before gets that id again: the same title, or under the
    same task the same words, where only one bore it and nothing in the list has the id now. Any
    other gets an id that nothing ever had.
    """
    own = {task.id for task in tasks if task.id}
    by_title = _only_bearers(
        (title, key) for key, titles in known.tasks.items() for title in titles
    )
    wanted = [by_title.get(_title_of(task), "") if not task.id else "" for task in tasks]
    tasks = tuple(
        replace(task, id=again) if again and again not in own and wanted.count(again) == 1 else task
        for task, again in zip(tasks, wanted, strict=True)
    )
    # Milestones are named after their task, so tasks come first.
    bare = with_ids(tuple(replace(task, milestones=()) for task in tasks), known.tasks)
    tasks = tuple(replace(task, id=named.id) for task, named in zip(tasks, bare, strict=True))
    present = {step.id for task in tasks for step in task.milestones if step.id}
    by_words = _only_bearers((w, key) for key, words in known.milestones.items() for w in words)
    return with_ids(
        tuple(_recall_milestones(task, by_words, present) for task in tasks), known.milestones
    )


def _recall_milestones(
    task: Task, bearers: Mapping[tuple[str, str], str], present: set[str]
) -> Task:
    steps = []
    for step in task.milestones:
        again = bearers.get((task.id, _words_of(step)), "")
        if not step.id and again and again not in present:
            present.add(again)
            step = replace(step, id=again)
        steps.append(step)
    return replace(task, milestones=tuple(steps))


def _only_bearers(pairs: Iterable[tuple[Key, str]]) -> dict[Key, str]:
    """Return who bore each key, without those that several bore."""
    bearers: dict[Key, set[str]] = {}
    for key, bearer in pairs:
        bearers.setdefault(key, set()).add(bearer)
    return {key: min(found) for key, found in bearers.items() if key and len(found) == 1}


def _title_of(task: Task) -> str:
    return squeeze(task.title) or squeeze(task.content)[:200]


def _words_of(step: Milestone) -> str:
    return milestone_core(step.text) or squeeze(step.text)


def gather_groups(tasks: Iterable[Task]) -> tuple[Task, ...]:
    """Return tasks so that those of one group (分组) stand together, where its first one stands.

    Within a group the order stays; a task without a group stays with the one before it. A list
    revised during the year may give a task to a group further up or down.

    >>> tasks = [Task(number=n, section=s) for n, s in (("1", "甲"), ("2", "乙"), ("3", "甲"))]
    >>> [task.number for task in gather_groups(tasks)]
    ['1', '3', '2']
    """
    groups: dict[str, list[Task]] = {}
    group = ""
    for task in tasks:
        group = task.section or group
        groups.setdefault(group, []).append(task)
    return tuple(task for members in groups.values() for task in members)


def approver(delay: Delay) -> str:
    """Return who approved a delay as a sentence names it: the name without 同意 and the date.

    >>> approver(Delay("3", approved_by="同意。何远山 4月26日"))
    '何远山'
    """
    said = re.sub(r"\d[\d年月日号./-]*|同意|已阅|准予|批准|[。，,；;：:\s]", "", delay.approved_by)
    return said or "负责同志"


def plan_text(task: Task) -> str:
    r"""Return 主要内容和关键时间节点计划 of a task: its content with the milestones in their place.

    They stand after the content's heading line (关键节点和解决难点：) or at its end.

    >>> from taskxl.model import Milestone
    >>> task = Task(content="建校。\n关键节点：\n（已落实）", milestones=(Milestone("一是立项"),))
    >>> plan_text(task)
    '建校。\n关键节点：\n一是立项\n（已落实）'
    """
    lines = task.content.split("\n") if task.content else []
    at = next((n for n, line in enumerate(lines, 1) if is_heading(line)), len(lines))
    texts = [milestone.text for milestone in task.milestones]
    return "\n".join([*lines[:at], *texts, *lines[at:]])


def shown_title(task: Task) -> str:
    """Return what a narrow column 项目名称 shows of a task: its title, or a short one.

    Where the list says all in one column (no content), a title of more than `SHORT_TITLE`
    characters is its content: then it is the first clause, or "" where that is no shorter.

    >>> shown_title(Task(title="深化招生制度改革，完善入学办法，落实公民同招。"))
    '深化招生制度改革'
    >>> shown_title(Task(title="新建城北幼儿园", content="年内开工。"))
    '新建城北幼儿园'
    """
    return _part_title(task)[0]


def shown_plan(task: Task) -> str:
    r"""Return what the wide column 主要内容和关键时间节点计划 shows of a task.

    That is its plan, each milestone with its due date where its words do not say it; before it what
    `shown_title` leaves of a title that is content.

    >>> from taskxl.model import Milestone
    >>> first = Milestone("(1) 下达任务。", date(2023, 3, 31))
    >>> then = Milestone("(2) 6月底前开工。", date(2023, 6, 30))
    >>> title = "加强学前教育建设，新增公办学位2500个。"
    >>> print(shown_plan(Task(title=title, milestones=(first, then))))
    新增公办学位2500个。
    (1) 下达任务。（时限：3月31日）
    (2) 6月底前开工。
    """
    rest = _part_title(task)[1]
    plan = plan_text(replace(task, milestones=_with_due(task.milestones)))
    return "\n".join(filter(None, [rest, plan]))


def short_label(task: Task) -> str:
    r"""Return a task's title for a list of milestones; of one without, how its content begins.

    >>> short_label(Task(content="完成边坡工程。\n关键节点："))
    '完成边坡工程。'
    """
    title = shown_title(task) or task.title or task.content.strip().split("\n")[0]
    return title if len(title) <= 2 * SHORT_TITLE else title[: 2 * SHORT_TITLE - 1] + "…"


def _part_title(task: Task) -> tuple[str, str]:
    """Return the short title, and the part of the title that is content."""
    title = (task.title or "").strip()
    if task.content.strip() or len(title) <= SHORT_TITLE:
        return task.title or "", ""
    hidden = _QUOTED.sub(lambda found: "〇" * len(found.group()), title)
    end = _CLAUSE_END.search(hidden)
    rest = title[end.end() :].strip() if end else ""
    if end is None or not 4 <= end.start() <= SHORT_TITLE or not rest:
        return "", title
    return title[: end.start()], rest


def _with_due(milestones: tuple[Milestone, ...]) -> tuple[Milestone, ...]:
    years = {step.due.year for step in milestones if step.due}
    return tuple(
        replace(step, text=_tell_delay(step, len(years) > 1)) if step.due else step
        for step in milestones
    )


def _tell_delay(step: Milestone, with_year: bool) -> str:
    """Return a milestone's text with the list's own date, and below a delay the new one."""
    if step.due is None or step.delay is None:
        return step.text if step.due is None else _tell_due(step.text, step.due, with_year)
    text = _tell_due(step.text, step.listed_due, with_year) if step.listed_due else step.text
    until = f"{step.due.year}年{step.due.month}月{step.due.day}日"
    return f"{text}〔{approver(step.delay)}批准延期至{until}〕"


@lru_cache(maxsize=4096)
def _tell_due(text: str, due: date, with_year: bool) -> str:
    """Return a milestone's text with its due date, where the text itself does not say it."""
    said = find_due(text, due.year)
    if said is not None and said.due == due:
        return text
    year = f"{due.year}年" if with_year else ""
    return f"{text}（时限：{year}{due.month}月{due.day}日）"
