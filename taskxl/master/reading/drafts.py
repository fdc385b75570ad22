"""Drafts: what stands of one task in a list, gathered before anything is interpreted."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from taskxl import words
from taskxl.findings import Finding
from taskxl.intake.grids import Sheet, Value
from taskxl.master.list_rules import CUT_OFF
from taskxl.master.reading.header import Header
from taskxl.model import Place, Understood
from taskxl.plan_text import read_ordinal, split_plan
from taskxl.text import squeeze

_POST = (
    r"(?:(?:党组|党委)?副?书记|(?:常务|党组|党委)?副?(?:[省市州县区旗镇乡厅局处院校所科股部]长|主任|组长|书记|总经理|董事长)"
    r"|(?:常务)?副?[省市县区镇乡]长)"
)
_LEADER_ROW = re.compile(
    rf"^(?P<name>[\u4e00-\u9fff·]{{2,4}}?)(?:{_POST}?同志|{_POST})"
    r"(?:负责|分管|牵头|主管|包联|挂钩|联系|主抓)"
    r"|^(?:分管|责任|牵头|包联|主管)(?:市|县|区|局|校|院)?(?:领导|负责人|负责同志)[:：]"
    rf"(?P<after>[\u4e00-\u9fff·]{{2,4}}?)(?:{_POST}|同志)?$"
)
_MARKER = re.compile(r"^(?:[一二三四五六七八九十]+、|[(（][一二三四五六七八九十\d]+[)）]|\d+[.、])")
_PAGE = re.compile(r"^[-—–\s]*\d+[-—–\s]*$|^第?\d+页(?:[,，/]?共?\d+页)?$|^\d+/\d+$")
_NOTE = re.compile(
    rf"^(?:{'|'.join(words.NOTE_BEGINNINGS)})(?:签?[字名章批]|盖章|人)?(?:[\d(（]*[)）]?)?"
    r"(?:[:：.．、]|$|\s)|^[★*※]|^(?:批准|编制|复核|审批|拟稿|校对|制作|汇总|填报|填表|填写|报送)(?:人|单位|部门|日期|时间)?[:：]|^[^:：]{0,8}(?:签字|签名|签发|盖章)[:：]"
)


@dataclass(frozen=True, slots=True)
class Step:
    """A row's text in the columns of the plan, with the due cell beside it.

    `bound` says that a merge ties the row to its task, `milestone` that the column is one of
    milestones and not of descriptions, `measures` that its numbered parts are no steps unless they
    have dates.
    """

    text: str
    due: Value
    row: int
    bound: bool = False
    milestone: bool = False
    measures: bool = False


@dataclass(slots=True)
class Draft:
    """What stands of one task in a list; filled row by row, read once, then a Task."""

    place: Place
    number: str | None = None
    title: str | None = None
    section: str | None = None
    leader: str | None = None
    steps: list[Step] = field(default_factory=list)
    texts: dict[str, list[str]] = field(default_factory=dict)

    def add(self, name: str, text: str) -> None:
        """Add a text of the field `name` unless it is there already."""
        said = self.texts.setdefault(name, [])
        if text and text not in said:
            said.append(text)


@dataclass(slots=True)
class Part:
    """The drafts of one sheet, with the texts that stood above its header.

    `continues`: it is the rest of the table above it, which a page break divided. `sections`,
    `leader` and `waiting` (section rows below which no task came yet, each with what is to be said
    of it) are how the table stands at its end. `understood` is what its columns or levels were
    taken as.
    """

    sheet: Sheet
    above: tuple[str, ...] = ()
    titles: tuple[str, ...] = ()
    drafts: list[Draft] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    headers: list[Header] = field(default_factory=list)
    continues: bool = False
    sections: dict[int, str] = field(default_factory=dict)
    leader: str | None = None
    waiting: list[tuple[str, Finding]] = field(default_factory=list)
    understood: list[Understood] = field(default_factory=list)

    @property
    def width(self) -> int:
        """How many columns the sheet has."""
        return max((len(row) for row in self.sheet.rows), default=0)


def is_empty(draft: Draft) -> bool:
    """Tell whether a draft holds nothing but a number."""
    return not (draft.title or draft.steps or any(draft.texts.values()))


def is_note(text: str) -> bool:
    """Tell whether a text is a note, a signature line or a page number and no task.

    >>> is_note("说明：排在第一位的是牵头股室。"), is_note("- 3 -"), is_note("说明文字的收集")
    (True, True, False)
    """
    return bool(_NOTE.search(text)) or is_page_mark(text)


def is_page_mark(text: str) -> bool:
    """Tell whether a line is only a page's number.

    >>> is_page_mark("— 2 —"), is_page_mark("第3页 共8页"), is_page_mark("2所")
    (True, True, False)
    """
    return _PAGE.search(squeeze(text)) is not None


def is_total(text: str) -> bool:
    """Tell whether a row that begins with this text only counts the others.

    >>> is_total("合计：30项"), is_total("合计方案编制")
    (True, False)
    """
    return bool(
        re.fullmatch(
            r"(?:合计|总计|小计|共计)[\d一二三四五六七八九十两]*项?[:：]?\d*项?", squeeze(text)
        )
    )


def read_leader(text: str) -> str | None:
    """Return whose tasks follow a section row, None when it names nobody.

    >>> read_leader("陈一鸣同志负责项目"), read_leader("分管领导：林二"), read_leader("一、党建")
    ('陈一鸣', '林二', None)
    """
    found = _LEADER_ROW.search(_MARKER.sub("", squeeze(text)))
    return (found["name"] or found["after"]) if found else None


def move_displaced(drafts: Sequence[Draft], part: Part) -> None:
    """Give rows that a page break put above their own task back to that task.

    They are known by their markers: counting restarts in the task above, and the task below goes
    on counting where they end. What was moved is reported in `part`.
    """
    for above, below in pairwise(drafts):
        if len(above.steps) < 2:
            continue  # counting cannot restart
        at = _find_restart(list(_ordinals(above.steps)))
        first = next(iter(_ordinals(below.steps)), (None, None))[0]
        if at is None or first is None:
            continue
        moved = above.steps[at:]
        last = list(_ordinals(moved))[-1][1]
        if any(step.bound for step in moved) or last is None or first != last + 1:
            continue
        above.steps, below.steps = above.steps[:at], moved + below.steps
        name = f"第{below.number}项" if below.number else "下一项任务"
        part.findings.append(
            CUT_OFF.found(
                f"第{moved[0].row}至{moved[-1].row}行的节点在所属任务之上（常因换页造成），"
                f"已按序数归入{name}。请核对原件。",
                file=below.place.file,
                sheet=above.place.sheet,
                cell=f"A{moved[0].row}",
            )
        )


def _ordinals(steps: Iterable[Step]) -> Iterator[tuple[int | None, int | None]]:
    """Yield the first and last ordinal of each step's text."""
    for step in steps:
        found = [read_ordinal(text) for text in split_plan(step.text).milestones]
        yield (found[0], found[-1]) if found else (None, None)


def _find_restart(ordinals: list[tuple[int | None, int | None]]) -> int | None:
    """Return where counting begins again at 1 for the last time, None where it never does."""
    return next(
        (n for n in range(len(ordinals) - 1, 0, -1) if ordinals[n][0] == 1 and ordinals[n - 1][1]),
        None,
    )
