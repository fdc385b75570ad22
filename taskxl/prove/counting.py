"""总览 counted again: every number on it from the rows of the other sheets."""

import re
from collections.abc import Iterator, Mapping, Sequence
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
    plain_caption,
)
from taskxl.words import DONE, LIGHTS, NOT_DUE, OFFICE_STATES, STATUSES

_SETTLED = "已核实"  # looked into by the 办公室, and not counted
_NOT_OWING = "（不须报送）"
_OFFICE = "(?:股室|科室|处室|部门)"
# What 节点台账 says where nobody has said anything.
_SILENCES = (OFFICE_STATES["missing"], OFFICE_STATES["rejected"], "没有要求填报节点")
_OVERFLOW = re.compile(r"最后 (\d+) 条是汇总表里放不下的长文")
_AS_OF = re.compile(r"统计截止：(\d{4}年\d{1,2}月\d{1,2}日)")
_IN_TEXT = re.compile(r"任务 (\d+) 项，节点 (\d+) 个")
_LINKED = re.compile(rf"(.+)（(\d+) (?:项|条|个{_OFFICE}|个|处|个文件)）")
_NAMED = re.compile(rf"({'|'.join((*OFFICE_STATES.values(), NOT_DUE))})（(\d+) 个）：(.*)")
_GROUPED = re.compile(rf"(.+?)：(\d+) (处|个{_OFFICE})(?:（.*）)?(?:，最长已超期 (\d+) 天)?")
_TASK = re.compile(r"(?:第(.+?)项)?(.*?)(?:…|\.\.\.)?")
_SEVERAL = re.compile(rf"(\d+) 个{_OFFICE}")
# A share stands below its caption: 节点完成率（11/21 到期）.
_SHARE = re.compile(r"（(\d+)/(\d+)(?: 到期)?）")


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


def recount(summary: Summary) -> Recount:
    """Count every number on 总览 from the rows of the other sheets."""
    checks = list(_checks(summary))
    wrong = [
        Miscount(word.cell, label, shown, counted)
        for word, label, shown, counted in checks
        if shown != counted
    ]
    return Recount(len(checks), tuple(wrong))


Check = tuple[Word, str, str, str]
"""Where a number stands, what it is called, what it says, what it should say."""


def _checks(summary: Summary) -> Iterator[Check]:
    counted = [_count_offices(summary), _count_tasks(summary), _count_milestones(summary)]
    seen: list[dict[str, bool]] = [dict.fromkeys(table, False) for table in counted]
    rows: dict[int, list[Word]] = {}
    for word in summary.overview:
        rows.setdefault(word.row, []).append(word)
    sizes = _sizes(summary)
    for words in rows.values():
        yield from _check_text(words, summary, sizes)
        # A caption is followed by its number; three small tables stand side by side.
        for caption, number in pairwise(words):
            label, _, below = plain_caption(caption.text).partition("\n")
            for table, done in zip(counted, seen, strict=True):
                if label in table and not done[label]:
                    done[label] = True
                    yield number, label, _plain(number), table[label]
                    if share := _SHARE.fullmatch(below):
                        part, of = map(int, share.groups())
                        yield caption, f"{label}的分数", _rate(part, of), table[label]
                    break
    top = summary.overview[0] if summary.overview else Word("总览", 1, 1, ("",))
    for table, done in zip(counted, seen, strict=True):
        for label, there in done.items():
            if not there:
                yield top, label, "", table[label]


def _plain(word: Word) -> str:
    try:
        return _number(float(word.text))
    except ValueError:
        return word.text


def _number(value: float) -> str:
    return f"{value:.4f}".rstrip("0").rstrip(".")


def _rate(done: int, of: int) -> str:
    return _number(done / of) if of else "—"


# ---------------------------------------------------------------- the three small tables


def _count_offices(summary: Summary) -> dict[str, str]:
    lines = summary.tables[OFFICES]
    owing = [line for line in lines if line["报送状态"] and _NOT_OWING not in line["报送状态"]]
    states = [line["报送状态"] for line in owing]
    on_time, *others = OFFICE_STATES.values()
    counts = {word: str(states.count(word)) for word in others}
    early = any(plain_caption(word.text) == NOT_DUE for word in summary.overview)
    if early:  # nobody is called 未报送 before the report day, and there is no rate
        counts = {word: count for word, count in counts.items() if word != OFFICE_STATES["missing"]}
        counts[NOT_DUE] = str(states.count(NOT_DUE))
    due = [line for line in owing if line["报送状态"] != NOT_DUE]
    owed, complete = (sum(int(line[word] or 0) for line in due) for word in ("应填", "填全"))
    return {
        "应报股室": str(len(owing)),
        "按时报送": str(states.count(on_time)),
        **counts,
        "按时报送率": _rate(states.count(on_time), 0 if early else len(owing)),
        "报送完整率": _rate(complete, owed),
        "来稿文件": str(len(_filled(summary, REGISTER, "结论"))),
    }


def _count_tasks(summary: Summary) -> dict[str, str]:
    lines = _filled(summary, TASKS, "标识")
    said = [line["进度状态"] for line in _filled(summary, LEADERS, "进度状态")]
    counts = {word: said.count(word) for word in STATUSES}
    return {
        "任务": str(len(lines)),
        **{word: str(count) for word, count in counts.items()},
        "未填或不明": str(len(said) - sum(counts.values())),
        "任务完成率": _rate(counts[DONE], len(lines) if any(counts.values()) else 0),
        "须处理的缺口": str(sum(line["程度"] == "须处理" for line in summary.tables[GAPS])),
    }


def _count_milestones(summary: Summary) -> dict[str, str]:
    lines = _filled(summary, MILESTONES, "节点状态")
    lights = [line["节点状态"] for line in lines]
    text = next((found for w in summary.overview if (found := _AS_OF.search(w.text))), None)
    as_of = day_in(text.group(1)) if text else None
    due = [line for line in lines if _is_due(line["时限"], as_of)]
    done = sum(line["节点状态"] == LIGHTS["done"] for line in due)
    told = LIGHTS["done"] in lights or any(
        line["股室所报"] and line["股室所报"] not in _SILENCES for line in lines
    )
    return {
        "节点": str(len(lines)),
        **{word: str(lights.count(word)) for word in LIGHTS.values()},
        "节点完成率": _rate(done, len(due) if told else 0),
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
        GAPS: sum(line["程度"] != _SETTLED for line in _filled(summary, GAPS, "代码")),
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
            yield word, "任务", told.group(1), str(sizes[TASKS])
            yield word, "节点", told.group(2), str(sizes[MILESTONES])
        elif (told := _LINKED.fullmatch(word.text)) and told.group(1) in sizes:
            yield word, told.group(1), told.group(2), str(sizes[told.group(1)])
        elif told := _NAMED.fullmatch(word.text):
            yield from _check_names(word, told, summary)
    if len(words) >= 4 and re.fullmatch(r"\d+", words[0].text):
        yield from _check_urgent(words, summary)


def _check_names(word: Word, told: re.Match[str], summary: Summary) -> Iterator[Check]:
    state, number, listed = told.groups()
    names = [line["股室"] for line in summary.tables[OFFICES] if line["报送状态"] == state]
    yield word, f"{state}股室", number, str(len(names))
    if "等，全部见" not in listed:
        bare = re.sub("（有来稿待认定）", "", listed)
        yield word, f"{state}股室名单", bare, "、".join(names) or "无"


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
        if (several or line["股室"] == ("" if office.text == "—" else office.text))
        and not (line["代码"] == "G401" and line["股室"] in running)
    ]
    offices = {line["股室"] for line in about if line["股室"]}
    if several:
        yield office, "股室数", several.group(1), str(len(offices))
    _, number, unit, days = found.groups()
    yield told, found.group(1), number, str(len(about) if unit == "处" else len(offices))
    if days:
        tasks = {fold(line["任务"]) for line in about}
        over = [
            int(line["超期天数"])
            for line in _filled(summary, MILESTONES, "超期天数")
            if _is_of(line, tasks)
        ]
        yield told, "最长超期天数", days, str(max(over, default=0))


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
