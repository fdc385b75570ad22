"""总览 counted again: every number on it from the rows of the other sheets."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from taskxl.prove.books import Word
from taskxl.prove.spelling import day_in, fold
from taskxl.prove.summary_tables import (
    ALTERED,
    GAPS,
    LEADERS,
    MILESTONES,
    OFFICES,
    REGISTER,
    TASKS,
    UNPLACED,
    Line,
    Summary,
    strip_marks,
)
from taskxl.words import BEHIND, DONE, HEADERS, LIGHTS, OFFICE_STATES, STATUSES

_NOT_OWING = "（不须报送）"
_OVERFLOW = re.compile(r"最后 (\d+) 条是汇总表里放不下的长文")
_AS_OF = re.compile(r"统计截止：(\d{4}年\d{1,2}月\d{1,2}日)")
_IN_TEXT = re.compile(r"任务 (\d+) 项，节点 (\d+) 个")
_LINKED = re.compile(r"(.+)（(\d+) (?:项|条|处|个[^（）\d]{0,8})）")
_NAMED = re.compile(rf"({'|'.join(OFFICE_STATES.values())})（(\d+) 个）：(.*)")
_GROUPED = re.compile(r"(.+?)：(\d+) (处|个[^（）\d，]{1,8})(?:（.*）)?(?:，最长已超期 (\d+) 天)?")
_TASK = re.compile(r"(?:第(.+?)项)?(.*?)(?:…|\.\.\.)?")
_SEVERAL = re.compile(r"(\d+) 个[^（）\d]{1,8}")
_SHARE = re.compile(r"（(\d+/\d+)[^（）\d/]*）")


@dataclass(frozen=True)
class Miscount:
    """A number on 总览 that the other sheets do not give; `counted` is what they give."""

    cell: str
    label: str
    shown: str
    counted: str


@dataclass(frozen=True)
class Recount:
    """How many numbers of 总览 were counted again, and which of them differ."""

    numbers: int
    wrong: tuple[Miscount, ...]


def recount(summary: Summary, asked: Collection[str] = ()) -> Recount:
    """Count every number on 总览 from the rows of the other sheets.

    `asked` are the folded texts of the forms that went out: they tell what offices had to fill.
    """
    checks = list(_checks(summary, asked))
    wrong = [
        Miscount(word.cell, label, shown, "到".join(dict.fromkeys((counted[0], counted[-1]))))
        for word, label, shown, counted in checks
        if shown not in counted
    ]
    return Recount(len(checks), tuple(wrong))


Counted = tuple[str, ...]
"""How a number may be written; several where the other sheets leave open how much it is."""
Check = tuple[Word, str, str, Counted]
"""Where a number stands, what it is called, what it says, what it may say."""


@dataclass(frozen=True)
class _Share:
    """A rate: how many at least and at most, of how many."""

    least: int
    most: int
    of: int

    def rates(self) -> Counted:
        """Return what the rate may be; a dash where there is nothing to count."""
        rates = [_number(done / self.of) for done in self._range()] if self.of else []
        return (*rates, "—") if self.least == 0 else tuple(rates)

    def shares(self) -> Counted:
        """Return how it may be written out, `8/12`."""
        return tuple(f"{done}/{self.of}" for done in self._range())

    def _range(self) -> range:
        return range(self.least, self.most + 1)


def _checks(summary: Summary, asked: Collection[str]) -> Iterator[Check]:
    offices = _count_offices(summary, asked)
    counted = [offices, _count_tasks(summary), _count_milestones(summary)]
    seen: list[dict[str, bool]] = [dict.fromkeys(table, False) for table in counted]
    rows: dict[int, list[Word]] = {}
    for word in summary.overview:
        rows.setdefault(word.row, []).append(word)
    sizes = _sizes(summary)
    for words in rows.values():
        yield from _check_text(words, summary, sizes)
        # A caption is followed by its number; three small tables stand side by side.
        for caption, number in pairwise(words):
            label = caption.text.split("\n")[0]
            for table, done in zip(counted, seen, strict=True):
                if label in table and not done[label]:
                    done[label] = True
                    yield from _check_number(caption, number, label, table[label])
                    break
    top = summary.overview[0] if summary.overview else Word("总览", 1, 1, ("",))
    for done in seen:
        for label, there in done.items():
            if not there:
                yield top, label, "", ("应有",)


def _check_number(
    caption: Word, number: Word, label: str, counted: int | _Share
) -> Iterator[Check]:
    if isinstance(counted, int):
        yield number, label, _plain(number), (str(counted),)
        return
    yield number, label, _plain(number), counted.rates()
    if told := _SHARE.search(caption.text):
        yield caption, label, told.group(1), counted.shares()


def _plain(word: Word) -> str:
    try:
        return _number(float(word.text))
    except ValueError:
        return word.text


def _number(value: float) -> str:
    return f"{value:.4f}".rstrip("0").rstrip(".")


# ---------------------------------------------------------------- the three small tables


Table = dict[str, int | _Share]


def _count_offices(summary: Summary, asked: Collection[str]) -> Table:
    lines = summary.tables[OFFICES]
    owing = [line for line in lines if line["报送状态"] and _NOT_OWING not in line["报送状态"]]
    states = [line["报送状态"] for line in owing]
    on_time, *others = OFFICE_STATES.values()
    in_time = states.count(on_time)
    owed = sum(int(line["应填"] or 0) for line in lines)
    return {
        f"应报{summary.office_word}": len(owing),
        "按时报送": in_time,
        **{word: states.count(word) for word in others},
        "按时报送率": _Share(in_time, in_time, len(owing)),
        "报送完整率": _Share(*_count_complete(summary, asked), owed),
        "来稿文件": len(_filled(summary, REGISTER, "结论")),
    }


def _count_complete(summary: Summary, asked: Collection[str]) -> tuple[int, int]:
    """Return of how many tasks an office has filled what it must, at least and at most.

    Progress, a status, and what hinders a task that is behind stand in 汇总表. Whether an office
    had to say something of a milestone of which 节点台账 has nothing, only its form knows.
    """
    told = [line for line in _filled(summary, TASKS, "标识") if fold(line["进度状态"])]
    wants_status = bool(told) or any(fold(name) in asked for name in HEADERS["status"])
    wants_obstacles = any(fold(name) in asked for name in HEADERS["obstacles"]) or not asked
    open_tasks = {
        (line["编号"], line["项目名称"], line["牵头股室"])
        for line in _filled(summary, MILESTONES, "节点状态")
        if fold(line["节点"]) in asked
        and (not line["股室所报"] or (line["股室所报"] == DONE and not line["完成日期"]))
    }
    least = most = 0
    for line in _filled(summary, TASKS, "标识"):
        said = _speakers(summary, line["进展情况"])
        states = _speakers(summary, line["进度状态"])
        hinders = _speakers(summary, line["存在问题和下一步工作计划"])
        for office in said:
            if wants_status and office not in states:
                continue
            behind = states.get(office, "").endswith(BEHIND)
            if behind and wants_obstacles and office not in hinders:
                continue
            most += 1
            least += not any(
                number == line["编号"] and title == line["项目名称"] and office in ("", lead)
                for number, title, lead in open_tasks
            )
    return least, most


def _speakers(summary: Summary, text: str) -> dict[str, str]:
    """Return what each office says in a cell: by its name, "" for the leading one."""
    return {
        name: said.strip()
        for names, part in summary.parts(text)
        for name in (names or {""})
        if fold(said := strip_marks(part))
    }


def _count_tasks(summary: Summary) -> Table:
    lines = _filled(summary, TASKS, "标识")
    said = [line["进度状态"] for line in _filled(summary, LEADERS, "进度状态")]
    counts = {word: said.count(word) for word in STATUSES}
    return {
        "任务": len(lines),
        **counts,
        "未填或不明": len(said) - sum(counts.values()),
        "任务完成率": _Share(counts[DONE], counts[DONE], len(lines)),
        "须处理的缺口": sum(line["程度"] == "须处理" for line in summary.tables[GAPS]),
    }


def _count_milestones(summary: Summary) -> Table:
    lines = _filled(summary, MILESTONES, "节点状态")
    lights = [line["节点状态"] for line in lines]
    text = next((found for w in summary.overview if (found := _AS_OF.search(w.text))), None)
    as_of = day_in(text.group(1)) if text else None
    due = [line for line in lines if _is_due(line["时限"], as_of)]
    done = sum(line["节点状态"] == LIGHTS["done"] for line in due)
    return {
        "节点": len(lines),
        **{word: lights.count(word) for word in LIGHTS.values()},
        "节点完成率": _Share(done, done, len(due)),
    }


def _is_due(text: str, as_of: tuple[int | None, int, int] | None) -> bool:
    day = day_in(text)
    return day is not None and as_of is not None and _order(day) <= _order(as_of)


def _order(day: tuple[int | None, int, int]) -> tuple[int, int, int]:
    return day[0] or 0, day[1], day[2]


# ---------------------------------------------------------------- numbers in sentences


def _sizes(summary: Summary) -> dict[str, int]:
    overflow = _OVERFLOW.search(summary.notes.get(UNPLACED, ""))
    beyond = int(overflow.group(1)) if overflow else 0
    return {
        TASKS: len(_filled(summary, TASKS, "标识")),
        GAPS: len(_filled(summary, GAPS, "代码")),
        OFFICES: len(_filled(summary, OFFICES, "股室")),
        MILESTONES: len(_filled(summary, MILESTONES, "节点状态")),
        UNPLACED: len(_filled(summary, UNPLACED, "来源文件")) - beyond,
        ALTERED: len(_filled(summary, ALTERED, "谁改的")),
        REGISTER: len(_filled(summary, REGISTER, "结论")),
    }


def _filled(summary: Summary, sheet: str, header: str) -> list[Line]:
    """Return the rows of a table that say something under a header: not the rows over all of it."""
    return [line for line in summary.tables[sheet] if line[header]]


def _check_text(
    words: Sequence[Word], summary: Summary, sizes: Mapping[str, int]
) -> Iterator[Check]:
    for word in words:
        if told := _IN_TEXT.search(word.text):
            yield word, "任务", told.group(1), (str(sizes[TASKS]),)
            yield word, "节点", told.group(2), (str(sizes[MILESTONES]),)
        elif (told := _LINKED.fullmatch(word.text)) and told.group(1) in sizes:
            yield word, told.group(1), told.group(2), (str(sizes[told.group(1)]),)
        elif told := _NAMED.fullmatch(word.text):
            yield from _check_names(word, told, summary)
    if len(words) >= 4 and re.fullmatch(r"\d+", words[0].text):
        yield from _check_urgent(words, summary)


def _check_names(word: Word, told: re.Match[str], summary: Summary) -> Iterator[Check]:
    state, number, listed = told.groups()
    names = [line["股室"] for line in summary.tables[OFFICES] if line["报送状态"] == state]
    yield word, f"{state}股室", number, (str(len(names)),)
    if "等，全部见" not in listed:
        bare = re.sub("（有来稿待认定）", "", listed)
        yield word, f"{state}股室名单", bare, ("、".join(names) or "无",)


def _check_urgent(words: Sequence[Word], summary: Summary) -> Iterator[Check]:
    """Count what one of the things to deal with first says of how many it is true."""
    _, severity, office, told = words[:4]
    found = _GROUPED.fullmatch(told.text)
    lines = [line for line in summary.tables[GAPS] if line["程度"] == severity.text]
    named = [line for line in lines if found and line["名称"] == found.group(1)]
    if not found or not named:
        return  # one finding in its own words
    several = _SEVERAL.fullmatch(office.text)
    running = {line["股室"] for line in summary.tables[GAPS] if line["代码"] == "G414"}
    about = [
        line
        for line in named
        if (several or line["股室"] == office.text or office.text == "—")
        and not (line["代码"] == "G401" and line["股室"] in running)
        and not (line["代码"].startswith("R") and not line["股室"])
    ]
    offices = {line["股室"] for line in about if line["股室"]}
    if several:
        yield office, "股室数", several.group(1), (str(len(offices)),)
    _, number, unit, days = found.groups()
    yield told, found.group(1), number, (str(len(about) if unit == "处" else len(offices)),)
    if days:
        tasks = {fold(line["任务"]) for line in about}
        over = [
            int(line["超期天数"])
            for line in _filled(summary, MILESTONES, "超期天数")
            if _is_of(line, tasks)
        ]
        yield told, "最长超期天数", days, (str(max(over, default=0)),)


def _is_of(line: Line, tasks: set[str]) -> bool:
    """Tell whether a milestone is one of some tasks by their names: `第3项“…”`, or `“…”`."""
    title, number = _bare(line["项目名称"]), fold(line["编号"])
    return any(
        (not found.group(1) or found.group(1) == number) and title.startswith(found.group(2))
        for task in tasks
        if (found := _TASK.fullmatch(_bare(task)))
    )


def _bare(text: str) -> str:
    return re.sub("[“”‘’]", "", fold(text))
