"""A month of a bureau as its mailed summary workbook has it, in the same numbers as its ledger.

Everything is counted from the rows that a person sees and may have corrected, never from 总览's
sums; where the two differ that is said.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import get_args

from taskxl.findings import SEVERITY_WORDS, Finding, Severity
from taskxl.intake.grids import Book
from taskxl.intake.refusals import Refused
from taskxl.merge.counts import NOT_YET, UNSAID
from taskxl.model import Light, OfficeStateWord, Period
from taskxl.reports import sheet_gaps, sheet_leaders, sheet_milestones, sheet_offices, sheet_tasks
from taskxl.reports.bulletin.problems import is_certain
from taskxl.reports.marks import NUMBER, PLAN, PROGRESS, STATUS, TITLE
from taskxl.reports.rollup.bureau_gaps import U606
from taskxl.reports.rollup.bureau_years import BureauMonth, LineTask, OverdueStep
from taskxl.reports.rollup.mailed_tables import (
    Record,
    day_in,
    number_in,
    period_in_name,
    read_heading,
    read_overview,
    read_table,
    text_of,
)
from taskxl.reports.rollup.mailed_tasks import LIGHT_OF, read_tasks
from taskxl.reports.sheet_overview import UNKNOWN_STATUS
from taskxl.reports.view import NOT_ASKED
from taskxl.text import quote, show, squeeze
from taskxl.words import DONE, LIGHTS, NOT_DUE, OFFICE_STATES, STATUSES

ROLLED_UP = Refused(U606.code, "这本已经是几个单位的汇总，没有再算进去。")
"""What a workbook is refused with that this program made of many bureaus."""
_MANY = "各单位走势"
_STATE_OF: Mapping[str, str] = {word: state for state, word in OFFICE_STATES.items()}
_SEVERITY_OF: Mapping[str, Severity] = {word: code for code, word in SEVERITY_WORDS.items()}
_NOT_OWED = "（不须报送）"
_SILENCES = "|".join(map(re.escape, (*OFFICE_STATES.values(), NOT_DUE, NOT_ASKED)))
_SILENT = re.compile(rf"(?:（(?:{_SILENCES})）|^(?:{_SILENCES}))$")
_MOST_TOLD = 3


@dataclass(frozen=True, slots=True)
class MailedMonth:
    """A summary workbook, read; `bureau` is "" where its titles name none.

    `unsure` are sentences on what it cannot tell, and on where it contradicts itself.
    """

    bureau: str
    period: Period
    month: BureauMonth
    tasks: tuple[LineTask, ...]
    overdue: tuple[OverdueStep, ...]
    unsure: tuple[str, ...] = ()


def read_mailed(book: Book) -> MailedMonth:
    """Return what a workbook says as the summary of a bureau's month.

    Raises Refused (U606) where it is none, or has not got the sheets that are counted.
    """
    if any(squeeze(sheet.name) == _MANY for sheet in book.sheets):
        raise ROLLED_UP
    rows = read_table(book, sheet_tasks.SHEET, (NUMBER, TITLE, PLAN, STATUS, PROGRESS))
    heading = read_heading(book)
    period = heading.period or period_in_name(book.name)
    if rows is None or period is None:
        what = "不是一个单位的汇总工作簿" if rows is None else "看不出是哪年哪月的汇总"
        raise Refused(U606.code, f"{what}，没有算进去。")
    offices = _require(book, sheet_offices.SHEET, ("股室", sheet_offices.STATE, "应填"))
    steps = _require(book, sheet_milestones.SHEET, ("编号", "节点", "时限", "节点状态"))
    leaders = read_table(book, sheet_leaders.SHEET, ("编号", "项目名称", "进度状态", "关键节点"))
    gaps = read_table(book, sheet_gaps.SHEET, ("程度", "代码", "股室", "情况"))
    unsure = [
        f"没有“{sheet}”一表，{what}。"
        for there, sheet, what in (
            (leaders, sheet_leaders.SHEET, "分管负责同志看不出，状态只按“汇总表”一栏算"),
            (gaps, sheet_gaps.SHEET, "须处理、请注意按 0 条算，逾期节点没有逐个列出"),
        )
        if there is None
    ]
    unsure += [] if heading.as_of else ["没有写统计截止的日子，按月末算。"]
    tasks = read_tasks(rows, leaders, steps)
    findings = [one for row in gaps or () if (one := _finding_of(row)) is not None]
    as_of = heading.as_of or period.last_day
    states = _count(get_args(OfficeStateWord), _office_states(offices))
    due = [row for row in steps if (day := day_in(row, "时限")) and day <= as_of]
    month = BureauMonth(
        period.key,
        as_of,
        heading.is_due,
        states if heading.is_due else {NOT_YET: 0} | states,
        _count((*STATUSES, UNSAID), (task.status for task in tasks)),
        _count(get_args(Light), (light for row in steps if (light := _light_of(row)))),
        _count(SEVERITY_WORDS, (one.severity for one in findings)),
        {
            "completion": _share(
                (task.status == DONE for task in tasks),
                any(task.status != UNSAID for task in tasks),
            ),
            "milestone_completion": _share(
                (_light_of(row) == "done" for row in due), any(map(_is_told, steps))
            ),
            "punctuality": _share(
                (state == "submitted" for state in _office_states(offices)), heading.is_due
            ),
            "completeness": _complete(offices),
        },
    )
    unsure += _doubt_words(offices, steps)
    unsure += _compare(read_overview(book), month)
    overdue = tuple(_list_overdue(steps, findings))
    return MailedMonth(heading.bureau, period, month, tuple(tasks), overdue, tuple(unsure))


def _require(book: Book, sheet: str, wanted: Sequence[str]) -> list[Record]:
    rows = read_table(book, sheet, wanted)
    if rows is None:
        told = f"没有“{sheet}”一表（定稿里就没有），数不出来，没有算进去。"
        raise Refused(U606.code, f"{told}请发来完整的汇总工作簿。")
    return [row for row in rows if text_of(row, wanted[0]) or text_of(row, wanted[1])]


def _count(words: Iterable[str], seen: Iterator[str]) -> dict[str, int]:
    return dict.fromkeys(words, 0) | Counter(seen)


def _share(done: Iterator[bool], told: bool = True) -> tuple[int, int]:
    """Return how many of how many; of what nobody has said anything there is no rate."""
    marks = list(done)
    return (sum(marks), len(marks)) if told else (0, 0)


# ---------------------------------------------------------------- rows read


def _office_states(offices: Sequence[Record]) -> Iterator[str]:
    """Yield the state of each office that owes a report; one of an unknown word is none."""
    for row in offices:
        word = text_of(row, sheet_offices.STATE)
        if state := NOT_YET if word == NOT_DUE else _STATE_OF.get(word):
            yield state


def _complete(offices: Sequence[Record]) -> tuple[int, int]:
    """Return how many tasks are filled in whole of those that were to be, by now."""
    asked = [
        row
        for row in offices
        if text_of(row, sheet_offices.STATE) != NOT_DUE
        and not text_of(row, sheet_offices.STATE).endswith(_NOT_OWED)
    ]
    done, owed = (
        sum(number_in(row, header) for row in asked) for header in (sheet_offices.COMPLETE, "应填")
    )
    return done, owed


def _light_of(step: Record) -> str:
    return LIGHT_OF.get(text_of(step, "节点状态"), "")


def _said_of(step: Record) -> str:
    """Return what an office says of a milestone, without the note that it is silent this month."""
    return _SILENT.sub("", text_of(step, "股室所报")).strip()


def _is_told(step: Record) -> bool:
    return _light_of(step) == "done" or bool(_said_of(step))


def _finding_of(row: Record) -> Finding | None:
    """Return a row of 缺口清单 as what it was; None of what is settled, or no severity."""
    severity = _SEVERITY_OF.get(text_of(row, "程度"))
    if severity is None:
        return None
    code, office, message = (text_of(row, header) for header in ("代码", "股室", "情况"))
    return Finding(code, severity, message, office or None, text_of(row, "任务") or None)


def _list_overdue(steps: Sequence[Record], findings: Sequence[Finding]) -> Iterator[OverdueStep]:
    """Yield the milestones that are over and of which a finding is certain."""
    late = [one for one in findings if one.code == "G406" and is_certain(one)]
    over = [row for row in steps if _light_of(row) in sheet_leaders.OVER]
    for row in sorted(over, key=lambda row: -number_in(row, "超期天数")):
        number, text, due = text_of(row, "编号"), text_of(row, "节点"), day_in(row, "时限")
        label = f"第{number}项" if number else ""
        found = next(
            (
                one
                for one in late
                if (one.task or "").startswith(label)
                and quote(text, 24) in one.message
                and (due is None or due.isoformat() in one.message)
            ),
            None,
        )
        if found is None:
            continue
        said, note = show(_said_of(row), 20) or "完成情况没有填", show(text_of(row, "说明"), 48)
        yield OverdueStep(
            number,
            text_of(row, "项目名称"),
            text,
            found.office or text_of(row, "牵头股室"),
            due,
            number_in(row, "超期天数"),
            f"{said}：{note}" if note else said,
        )


# ---------------------------------------------------------------- what is doubtful


def _doubt_words(offices: Sequence[Record], steps: Sequence[Record]) -> Iterator[str]:
    """Yield a sentence on words that stand where one of a few is expected, which count nowhere."""
    known = {*OFFICE_STATES.values(), NOT_DUE}
    words = (
        (sheet_offices.SHEET, sheet_offices.STATE, offices, known),
        (sheet_milestones.SHEET, "节点状态", steps, set(LIGHTS.values())),
    )
    for sheet, header, rows, expected in words:
        said = (text_of(row, header).removesuffix(_NOT_OWED) for row in rows)
        strange = Counter(word or "空白" for word in said if word not in expected)
        if strange:
            told = "、".join(quote(word, 12) for word in list(strange)[:_MOST_TOLD])
            count = sum(strange.values())
            yield f"“{sheet}”的{header}有 {count} 处不是可用的词（{told}），没有算。"


def _compare(overview: Sequence[Mapping[str, int]], month: BureauMonth) -> Iterator[str]:
    """Yield a sentence on where the sums of 总览 are not those of the rows."""
    if not overview:
        return
    states = {"已报送": "按时报送"}
    counted = (
        {states.get(word, word): month.offices.get(key, 0) for key, word in OFFICE_STATES.items()},
        {UNKNOWN_STATUS if word == UNSAID else word: n for word, n in month.tasks.items()}
        | {"须处理的缺口": month.findings["error"]},
        {LIGHTS[light]: n for light, n in month.milestones.items()},
    )
    differ = [
        f"{what}{word} {table[word]}，数出来是 {number}"
        for what, table, numbers in zip(("股室", "任务", "节点"), overview, counted, strict=True)
        for word, number in numbers.items()
        if word in table and table[word] != number
    ]
    if differ:
        more = "等" if len(differ) > _MOST_TOLD else ""
        told = "；".join(differ[:_MOST_TOLD])
        yield f"“总览”写的与各表的行数不合（{told}{more}），按各表的行算。"
