"""A draft's plan as content and milestones, each with the date that its text or due cell says."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime

from taskxl.dates import Calendar, Due, find_due, read_date
from taskxl.findings import Finding
from taskxl.intake.grids import Value, value_text
from taskxl.master.list_rules import VAGUE_DATE
from taskxl.master.reading.drafts import Draft, Step
from taskxl.model import Milestone
from taskxl.plan_text import Plan, is_heading, split_plan, strip_ordinal
from taskxl.text import is_blank, show, squeeze, tidy

Report = Callable[[Finding], None]
# A name that states a due date: with 前, at the end, or before what is to be done by then.
_DONE_WORDS = "完成|完工|竣工|建成|投入|开工|交付|办结|验收"
_DUE_STATED = re.compile(
    r"(?:\d月(?:\d{1,2}[日号]?|份?[底末]|[上中下]旬)?|季度[末底]?|半年|(?<!\d)年[底末])(?:之|以)?前"
    rf"|(?:月份?[底末]?|[上中下]旬|季度|半年|(?<!\d)年[底末内])(?:{_DONE_WORDS}|[)）]?$)"
    rf"|\d月\d{{1,2}}[日号](?:{_DONE_WORDS}|[)）]?$)"
)

_WHEN = (
    r"(?:20\d\d年)?(?:(?:\d{1,2}月?[-—–~至到])?\d{1,2}月(?:\d{1,2}[日号]|份?[底末初]?|[上中下]旬)"
    r"|第?[一二三四1-4]季度[底末]?|[上下]半年|(?:20\d\d)?年[底末])(?:之|以)?前?"
)
_DATED = re.compile(rf"{_WHEN}(?![份底末初前]|[之以]前)[:：，,]?\s*[^\W\d]\w")
_DATED_COLON = re.compile(rf"{_WHEN}[:：]")
_SENTENCES = re.compile(r"(?<=[。；;])|\n")
_ENDLESS = re.compile(r"[（(]([^（）()]{2,8})[)）]。?$")


def read_plan(
    draft: Draft, year: int | None, calendar: Calendar, report: Report
) -> tuple[str, tuple[Milestone, ...]]:
    """Return the content and the milestones of a draft's steps; doubts go to `report`.

    A draft without milestones whose name states a due date (修订办法（3月底前）, 布展，4月底前完成)
    is its own milestone.
    """
    content: list[str] = []
    milestones: list[Milestone] = []
    several = len(draft.steps) > 1
    planned = any(step.milestone for step in draft.steps)
    for step in draft.steps:
        if planned and not step.milestone and is_blank(step.due):
            content.append(step.text)  # a description beside the column of milestones
            continue
        plan = split_plan(step.text)
        texts = plan.milestones
        if step.measures and not any(_has_day(text, year) for text in texts):
            plan, texts = Plan(step.text, (), ""), ()
        has_due = not is_blank(step.due)
        if not texts and step.text and (step.milestone or (several and has_due)):
            if is_heading(step.text):
                content.append(step.text)
                continue
            texts = (step.text,)
        elif not texts:
            content.append(step.text)
            if not has_due:
                continue
            dated = _read_dated(step.due)
            step = replace(step, due=None) if dated else step
            texts = dated or (
                draft.title or step.text.split("\n")[0] or squeeze(value_text(step.due)),
            )
        else:
            content.append(plan.content)
        dues = _share_out_due(step, texts, year, calendar)
        for text, due in zip(texts, dues, strict=True):
            milestones.append(_make_milestone(text, due, year, calendar, report))
    title = draft.title or ""
    if not milestones and _DUE_STATED.search(squeeze(title)):
        due = find_due(title, year, calendar) if year is not None else None
        if due and due.due:
            milestones.append(Milestone(title, due.due, due.vague))
    elif not milestones and year is not None and (said := _ENDLESS.search(squeeze(title))):
        due = find_due(said[1], year, calendar)
        if due and due.recurring:  # 规范收费（长期）
            milestones.append(Milestone(title, None, due.vague))
    return "\n".join(text for text in content if text), tuple(milestones)


def _has_day(text: str, year: int | None) -> bool:
    """Tell whether a text says by which day, and not only how often (每季度)."""
    due = find_due(text, year or 2000)
    return due is not None and due.due is not None and not due.recurring


def _read_dated(due: Value) -> tuple[str, ...]:
    """Return what a due cell says is done by when (3月底前：完成设计), each with its date.

    A single one needs a colon: 9月投入使用 only says by when. A line or sentence that begins
    without a date goes on with the one above. () where it says less.
    """
    texts: list[str] = []
    for said in _SENTENCES.split(tidy(due)) if isinstance(due, str) else ():
        if not said:
            continue
        if _DATED.match(strip_ordinal(said)):
            texts.append(said)
        elif not texts:
            return ()
        else:
            texts[-1] += said
    several = len(texts) > 1 or any(_DATED_COLON.match(strip_ordinal(text)) for text in texts)
    return tuple(texts) if several else ()


def _share_out_due(
    step: Step, texts: Sequence[str], year: int | None, calendar: Calendar
) -> list[Due | None]:
    """Return what the due cell says for each milestone beside it; None where it says nothing.

    As many lines as milestones belong to them one by one; a single date is that of every
    milestone that has none of its own.
    """
    if is_blank(step.due):
        return [None] * len(texts)
    lines: list[Value] = [step.due]
    if isinstance(step.due, str):
        said = tidy(step.due).split("\n")
        lines = list(said) if len(said) == len(texts) else [tidy(step.due)]
    dues = [_read_due(line, year, calendar) for line in lines]
    if len(dues) == len(texts):
        return list(dues)
    own = [year is not None and find_due(text, year, calendar) for text in texts]
    return [None if found and found.due else dues[0] for found in own]


def _read_due(value: Value, year: int | None, calendar: Calendar) -> Due:
    """Return what a due cell says."""
    if isinstance(value, date | datetime):
        day = value.date() if isinstance(value, datetime) else value
        if year is not None and day.year < year:
            return Due(day, f"表中的日期是{day.year}年，清单是{year}年，请核实")
        return Due(day)
    text = squeeze(value_text(value))
    if year is None:
        written = read_date(value, 0) if re.match(r"\d{4}\D|\d{8}", text) else None
        return Due(written, None if written else f"写的是“{text}”，清单没有写明年份")
    written = read_date(value, year)
    if written:
        return Due(written)
    return find_due(text, year, calendar) or Due(None, f"写的是“{text}”，看不出日期，待确认")


def _make_milestone(
    text: str, due: Due | None, year: int | None, calendar: Calendar, report: Report
) -> Milestone:
    own = find_due(text, year, calendar) if year is not None else None
    if due is None:
        due = own or Due(None, "没有写完成时限" if year is not None else "清单没有写明年份")
    elif (
        own
        and own.due
        and due.due
        and not own.vague
        and not due.vague
        and (own.due.month, own.due.day) > (due.due.month, due.due.day)
        and re.match(r"\d{1,2}月|\d{4}年\d{1,2}月", _without_marker(text))
    ):
        report(
            VAGUE_DATE.found(
                f"节点“{show(text, 30)}”的文字写到{own.due.month}月{own.due.day}日，完成时限一栏是"
                f"{due.due.month}月{due.due.day}日，已按完成时限一栏计。请核实。"
            )
        )
    return Milestone(text, due.due, due.vague)


def _without_marker(text: str) -> str:
    return re.sub(r"^(?:[(（]?\w{1,3}[)）.、]|[一二三四五六七八九十]+是)", "", squeeze(text))
