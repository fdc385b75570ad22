"""Who answers for a draft: the offices that its texts name, and what else stands with them."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace

from taskxl.findings import Finding
from taskxl.master.list_rules import NO_NAME, RUN_TOGETHER
from taskxl.master.reading.drafts import Draft, Step
from taskxl.master.reading.offices import OFFICE_END, join_names, looks_like_office, mend_broken
from taskxl.master.reading.responsibility import Duty, is_endless, read_duty
from taskxl.text import is_blank, show, squeeze

OFFICE_FIELDS = ("lead", "responsible", "supporting")
_LONG_OFFICE = 9  # shorter than three names in one
_LONGEST = 16  # characters of a name that does not end as names of offices do
_NOBODY = re.compile(r"(?:无|暂无|没有|待定|待明确|另行?确定|略|同上|[/／\\—\-–]+)$")
_SENTENCE = re.compile(
    r"^[\d\W_]+$|\d{4}年|\d月|[。；;!！?？]|(?:工作|任务|情况|进度|要求|问题|完成|印发|推进|开展)$"
)

Report = Callable[[Finding], None]


def names_by_role(drafts: Iterable[Draft]) -> Iterator[str]:
    """Yield the names of offices that stand in each text of the drafts, one a line."""
    for draft in drafts:
        for field in OFFICE_FIELDS:
            for text in draft.texts.get(field, ()):
                yield "\n".join((read_duty(text, sure=True) or Duty()).offices)


def read_offices(
    draft: Draft, known: Collection[str], report: Report
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the leading and the supporting offices of a draft.

    `known` are the names that the list shows on their own. Leaders, persons and dues that stand
    among the offices go to their places in the draft; what is no name goes to `report`.
    """
    lead: list[str] = []
    supporting: list[str] = []
    plain: list[str] = []
    for field, into in (("lead", lead), ("responsible", plain), ("supporting", supporting)):
        for text in draft.texts.get(field, ()):
            duty = read_duty(text, sure=True)
            if duty is None:
                report(_explain_no_name(text))
                continue
            _place_others(draft, duty)
            if duty.acts:  # 财政局保障资金: more than who answers
                draft.add("remarks", text)
            lead += duty.lead
            supporting += duty.supporting
            into += duty.plain
    parted = [_part(some, known, report) for some in (lead, plain, supporting)]
    lead, plain, supporting = (_keep_names(some, report) for some in parted)
    if plain and not lead:
        lead, plain = plain[:1], plain[1:]
    leading = tuple(dict.fromkeys(lead))
    others = dict.fromkeys([*plain, *supporting])
    return leading, tuple(name for name in others if name not in leading)


def _keep_names(names: Sequence[str], report: Report) -> list[str]:
    """Return names that can be those of offices; the others are said and get no form."""
    kept = []
    for name in names:
        plain = squeeze(name)
        if _NOBODY.match(plain) or (
            not (looks_like_office(plain) or OFFICE_END.search(plain))
            and (len(plain) > _LONGEST or _SENTENCE.search(plain))
        ):
            report(_explain_no_name(name))
        else:
            kept.append(name)
    return kept


def _explain_no_name(text: str) -> Finding:
    return NO_NAME.found(
        f"责任股室一栏的“{show(text, 60)}”不像股室的名称，没有当作股室。"
        "确是股室的，请在主清单里填上。"
    )


def _place_others(draft: Draft, duty: Duty) -> None:
    """Put leaders, persons and dues that stand among the offices where they belong."""
    for leader in duty.leaders:
        draft.add("leader", leader)
    for person in duty.persons:
        draft.add("person", person)
    dated = [due for due in duty.dues if not is_endless(due)] or list(duty.dues[:1])
    blank = next((n for n, step in enumerate(draft.steps) if is_blank(step.due)), None)
    if dated and blank is not None:
        draft.steps[blank] = replace(draft.steps[blank], due=dated.pop(0))
    draft.steps += [
        Step("" if n == 0 else due, due, draft.place.row or 0, milestone=n > 0)
        for n, due in enumerate(dated, blank is not None)
    ]


def _part(some: Sequence[str], known: Collection[str], report: Report) -> list[str]:
    """Return names with those broken over two lines joined and those run together parted."""
    broken = tuple(dict.fromkeys(some))
    whole = mend_broken(broken, known)
    known = set(known) - {one for one in broken if one not in whole}
    for one in whole:
        if one not in broken:
            report(RUN_TOGETHER.found(f"“{show(one)}”断成了两行，已接成一个名称。请核对。"))
    parts = join_names(whole, known)
    for one in whole:
        if one not in parts:
            found = "”“".join(join_names([one], known))
            report(RUN_TOGETHER.found(f"“{show(one)}”是连写，已读作“{show(found)}”。请核对。"))
    for one in parts:
        if len(one) >= _LONG_OFFICE and sum(name in one for name in known) > 2:
            report(RUN_TOGETHER.found(f"“{show(one, 60)}”像是几个股室连写，没有分开。请核对。"))
    return list(parts)
