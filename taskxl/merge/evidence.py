"""What an office itself has said, and when: what a rule may hold against it.

A form is filled days before the report day. Of a milestone that was not yet due when the form was
filled, 未完成 tells nothing of the report day.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, Literal

from taskxl.a1 import parse_reference
from taskxl.merge.registry import View
from taskxl.merge.revisions import own_texts
from taskxl.merge.states import find_arrival
from taskxl.merge.versions import statements_of
from taskxl.model import (
    MAIL_TEXT,
    Attached,
    Entry,
    MilestoneEntry,
    MilestoneState,
    Month,
    TaskField,
    Unplaced,
)
from taskxl.roster import Roster
from taskxl.text import quote, show, squeeze
from taskxl.words import NOT_DONE_WORDS, STATUSES


def filled_on(view: View, office: str, file: str = "") -> date | None:
    """Return the latest day on which an office can have filled its form; None where unknown.

    That is 填报日期, or where it is blank or of an earlier month the day of receipt. `file` is the
    one of its forms that is meant, where known.
    """
    versions = view.standing.get(office, ())
    meant = [version for version in versions if version.source.file == file] or versions
    days = []
    for version in meant:
        dated, arrival = version.submission.reported_on, find_arrival(version)
        if dated is not None and dated >= view.month.period.first_day:
            days.append(dated)
        elif arrival is not None:
            days.append(arrival.day)
    return max(days, default=None)


def is_over(view: View, state: MilestoneState, office: str, file: str = "") -> bool:
    """Tell whether a milestone was certainly over when an office filled its form."""
    due = state.milestone.due
    if due is None or state.milestone.vague or state.light not in ("overdue", "severe"):
        return False
    day = filled_on(view, office, file)
    return day is None or due < day


def files_named_after(month: Month, roster: Roster, name: str) -> list[str]:
    """Return refused files of no known office whose names bear this office's name.

    A file name proves nothing; but whoever sent such a file did not send nothing.
    """
    office = roster.resolve(name)
    names = [squeeze(one) for one in (name, *(office.aliases if office else ()))]
    nameless = (one.file for one in month.files if one.verdict == "rejected" and not one.office)
    return [file for file in nameless if any(one in squeeze(file) for one in names)]


def own_words(month: Month) -> dict[tuple[str, str], Entry]:
    """Return a month's entries as the offices themselves wrote them, by task and office.

    What the 办公室 corrected is undone: no office is held to words that it never wrote.
    """
    entries = {(entry.task, entry.office): entry for entry in month.entries}
    for (task, office, name), text in own_texts((), month.revisions).items():
        if (entry := entries.get((task, office))) is not None:
            written: dict[str, Any] = {name: text}
            entries[(task, office)] = replace(entry, **written)
    return entries


# ---------------------------------------------------------------- what may be the answer

# As much as an answer has; a mark or a number alone answers nothing.
_SUBSTANTIAL = re.compile(r"(?:.*?[\u4e00-\u9fff]){4}", re.DOTALL)
_TOLD_DONE = re.compile("已|完成了")
_PROBLEM = re.compile(
    "|".join(
        (*NOT_DONE_WORDS, "问题", "困难", "不", "缺", "下一步", "下月", "尽快", "加快", "抓紧")
    )
)
_SENTENCE = re.compile(r"(?:.*?[\u4e00-\u9fff]){10}", re.DOTALL)
_DAY = re.compile(r"\d{1,2}\s*[月./\-年]\s*\d{1,2}")
_NAME = re.compile(r"[\u4e00-\u9fff·]{2,4}")
_APPROVING = re.compile(r"审|签|批|核|阅|同意|领导|局长|负责|盖章|公章")
_REPORTING = re.compile(r"填|报|制表|经办|经手|联系|编制|[人员]\s*[:：]")
_APPROVED_SOMEWHERE = re.compile(r"(?:审定|审阅|审签|审核|审批|签字|签批|已审|已阅|同意)")
_DAY_IN_NAME = re.compile(r"20\d\d[-.年_]?\d{1,2}[-.月_]?\d{1,2}|\d{1,2}月\d{1,2}[日号]")
PICTURE = re.compile(r"\.(?:jpe?g|png|gif|bmp|tiff?|webp|hei[cf])$", re.IGNORECASE)
HeadField = Literal["reporter", "reported_on", "approval"]


Loose = Unplaced | Attached


def may_answer(view: View, said: Entry | MilestoneEntry) -> tuple[Loose, ...]:
    """Return what an office sent that found no place and could be what a row seems to lack.

    Texts and pictures in the row itself, and texts of some length that stand in no other row.
    """
    rows = _rows_of(view, said.office)
    found: list[Loose] = [
        one
        for one in _pictures(view, said.office)
        if (one.file, one.sheet) == (said.file, said.sheet) and said.row in _lines(one)
    ]
    for one in _loose_texts(view, said.office):
        place = parse_reference(one.cell or "")
        row = (one.file, one.sheet, place[0]) if place else None
        same = row == (said.file, said.sheet, said.row)
        if same or (row not in rows and _SUBSTANTIAL.match(one.text)):
            found.append(one)
    if isinstance(said, Entry) and not said.progress.strip():
        found += _written_elsewhere(view, said)
    return tuple(found)


def _written_elsewhere(view: View, said: Entry) -> Iterator[Unplaced]:
    """Yield what stands in the other cells of a row and reads like progress.

    Some write what they did under 备注, in the cell of the choice, below the plan, or, where it
    tells of something done, under 存在问题.
    """
    texts: dict[TaskField, bool] = {
        "remarks": bool(_SENTENCE.match(said.remarks)),
        "status": said.status not in STATUSES and bool(_SENTENCE.match(said.status)),
        "obstacles": _tells_of_work(said.obstacles),
    }
    for name, tells in texts.items():
        if tells:
            yield Unplaced(said.file, said.sheet, said.cells.get(name), getattr(said, name))
    for one in view.month.altered:
        if (one.task, one.office, one.file) == (said.task, said.office, said.file):
            more = squeeze(one.now).replace(squeeze(one.was), "")
            if len(squeeze(one.now)) > len(squeeze(one.was)) and _SENTENCE.match(more):
                yield Unplaced(one.file, one.sheet, one.cell, one.now)


def _tells_of_work(text: str) -> bool:
    """Tell whether a text under 存在问题 tells of what was done, and of no problem or plan."""
    told = bool(_SENTENCE.match(text)) and _TOLD_DONE.search(text) is not None
    return told and not _PROBLEM.search(text)


def may_head(view: View, office: str, field: HeadField) -> tuple[Loose, ...]:
    """Return what an office sent that found no place and could be its head line.

    A signature is mostly a picture, and it lies where there is room.
    """
    rows = _rows_of(view, office)
    found: list[Loose] = [
        one
        for one in _pictures(view, office)
        if not any((one.file, one.sheet, line) in rows for line in _lines(one))
    ]
    for one in _loose_texts(view, office):
        place = parse_reference(one.cell or "")
        if place and (one.file, one.sheet, place[0]) in rows:
            continue
        text = squeeze(one.text)
        if field == "reported_on":
            fits = bool(_DAY.search(text))
        else:
            words = _APPROVING if field == "approval" else _REPORTING
            fits = bool(_NAME.fullmatch(text)) or bool(len(text) <= 60 and words.search(text))
        if fits:
            found.append(one)
    if field == "approval":
        found += (
            Unplaced(one.file, one.sheet, one.cells.get("remarks"), one.remarks)
            for version in view.standing.get(office, ())
            for one in version.submission.entries
            if _APPROVED_SOMEWHERE.search(squeeze(one.remarks))
        )
        found += (
            one for one in _letters_words(view, office) if _APPROVED_SOMEWHERE.search(one.text)
        )
    found += _named_files(view, office, field)
    return tuple(found)


def _named_files(view: View, office: str, field: HeadField) -> Iterator[Unplaced]:
    """Yield the files whose names say it, and refused ones that bear the office's name."""
    if field == "reporter":
        return
    said = _DAY_IN_NAME if field == "reported_on" else _APPROVED_SOMEWHERE
    names = [version.source.file for version in view.standing.get(office, ())]
    named = [name for name in dict.fromkeys(names) if said.search(squeeze(name))]
    if field == "approval":
        named += files_named_after(view.month, view.roster, office)
        named += _nameless_pictures(view.month, view.roster)
    for name in named:
        yield Unplaced(name, None, None, f"文件名“{name}”")


def _nameless_pictures(month: Month, roster: Roster) -> Iterator[str]:
    """Yield the pictures that bear nobody's name: anybody's signed page may be one."""
    for one in month.files:
        is_nobodys = one.code == "R203" and not one.office and PICTURE.search(one.file)
        if is_nobodys and not roster.find_in(one.file):
            yield one.file


def name_texts(texts: Sequence[Loose]) -> str:
    """Return how a message points to what has no place: `H7的“……”（还有H8）`, `F4的图片`."""
    first = texts[0]
    if isinstance(first, Unplaced) and first.text.startswith("文件名"):
        return show(first.text, 60)
    where = first.cell or (f"〔{show(first.sheet, 20)}〕" if first.sheet else "正文")
    cells = list(
        dict.fromkeys(
            # A cell of another sheet than the first one's is named with it.
            one.cell if one.sheet == first.sheet else f"〔{show(one.sheet or '', 20)}〕{one.cell}"
            for one in texts
            if one.cell
        )
    )
    more = f"（还有{'、'.join(cells[1:4])}{'等' if cells[4:] else ''}）" if cells[1:] else ""
    said = quote(first.text, 20) if isinstance(first, Unplaced) else first.what
    return f"{where}的{said}{more}"


def _pictures(view: View, office: str) -> Iterator[Attached]:
    for version in view.standing.get(office, ()):
        yield from version.source.attached


def _lines(one: Attached) -> range:
    """Return the rows over which a picture lies."""
    first, last = parse_reference(one.cell or ""), parse_reference(one.last or one.cell or "")
    return range(first[0], last[0] + 1) if first and last else range(0)


def _loose_texts(view: View, office: str) -> Iterator[Unplaced]:
    for source in dict.fromkeys(id(v.source) for v in view.standing.get(office, ())):
        version = next(v for v in view.standing[office] if id(v.source) == source)
        yield from version.source.unplaced


def _letters_words(view: View, office: str) -> Iterator[Unplaced]:
    """Yield what the letters say with which an office's forms came: 表已经何局长审定."""
    files = {version.source.file for version in view.standing.get(office, ())}
    for one in view.month.unplaced:
        if one.sheet == MAIL_TEXT and any(file.startswith(f"{one.file}/") for file in files):
            yield one


def _rows_of(view: View, office: str) -> set[tuple[str, str | None, int]]:
    """Return the rows that bear a task or a milestone, in the standing forms of an office."""
    said = (
        statement
        for version in view.standing.get(office, ())
        for other in version.source.submissions
        for statement in statements_of(other)
    )
    return {(one.file, one.sheet, one.row) for one in said if one.row is not None}
