"""Whose form it is and of which month: marks, 填报股室 and the tasks themselves, weighed."""

import re
from collections.abc import Mapping, Set
from dataclasses import dataclass

from taskxl.findings import rule
from taskxl.forms.identity import (
    PROPERTY,
    Block,
    Identity,
    digest_text,
    identity_sheets,
    read_property,
)
from taskxl.forms.returned.catalog import Catalog
from taskxl.forms.returned.drawn import Drawing, read_drawing
from taskxl.intake.grids import Book
from taskxl.model import IdentitySource, Period, period_name
from taskxl.tasks import shown_title
from taskxl.text import show, squeeze

OFFICE_UNKNOWN = rule(
    "R205",
    "认不出是哪个股室的表",
    "error",
    what="回收的文件里看不出是哪个股室报的，或者几处说法互相矛盾，或者是别的单位的表。",
    why="记错股室会冤枉人，所以宁可先不收。",
    cure="请股室在下发给本股室的表上填写，并写明“填报股室”；不要借用别的股室的表。",
    listed_in="files",
    mender="office",
    urgency=4,
    together=True,
)
OTHER_PERIOD = rule(
    "R206",
    "不是本期的表",
    "error",
    what="文件里的标识或标题表明，这是另一个月份的表。",
    why="把上月的进展当成本月的，汇总就错了。",
    cure="请股室用本月下发的表重新报送；如果只是标题没有改，请改好标题再发一次。",
    listed_in="files",
    mender="office",
    urgency=4,
    together=True,
)

_SOURCE_WORDS: dict[IdentitySource, str] = {
    "hand": "手工登记的是",
    "property": "文件属性里的标识是",
    "hidden sheet": "隐藏表里的标识是",
    "office cell": "“填报股室”写的是",
}
_MONTHS = re.compile(
    r"(?:(?P<year>20\d\d)年?)?[^\d]{0,30}?(?:\d{1,2}月?[-—–―~～至到]+)?(?P<month>\d{1,2})月(?!\d{1,2}日|\d)"
)


@dataclass(frozen=True, slots=True)
class FormMarks:
    """The identities that travel in a file; `foreign` names another bureau whose marks they are."""

    in_property: Identity | None = None
    hidden: tuple[Identity, ...] = ()
    foreign: str | None = None

    @property
    def is_ours(self) -> bool:
        """Whether the file bears marks of this bureau."""
        return self.in_property is not None or bool(self.hidden)

    @property
    def drawing(self) -> Drawing:
        """How the forms were drawn whose marks these are."""
        return read_drawing(self.hidden)


@dataclass(frozen=True, slots=True)
class Claim:
    """Whose a part of a file is, or with `reason` why that is not certain.

    `identity` is the mark that belongs to it; `note` says what else was found and was not believed.
    """

    office: str | None
    source: IdentitySource = "tasks"
    identity: Identity | None = None
    reason: str = ""
    note: str = ""


def read_marks(book: Book, catalog: Catalog) -> FormMarks:
    """Return the marks of a book; marks of another bureau count for nothing but their name."""
    prop = read_property(book.properties.get(PROPERTY, ""))
    hidden = {identity.form_id: identity for identity in identity_sheets(book)}
    bureau = squeeze(catalog.settings.bureau)
    found = [identity for identity in (prop, *hidden.values()) if identity is not None]
    for identity in found:
        other = bureau and identity.bureau and squeeze(identity.bureau) != bureau
        if other and not any(_is_of_list(one, catalog) for one in found):
            return FormMarks(foreign=identity.bureau)
    return FormMarks(prop, tuple(hidden.values()))


def _is_of_list(identity: Identity, catalog: Catalog) -> bool:
    """Tell whether a form was issued from this very list: then only the bureau's name changed."""
    rows = [row for row in identity.rows if row.block == "task"]
    tasks = [catalog.tasks.get(row.id) for row in rows]
    titles = [
        {digest_text(task.title or ""), digest_text(shown_title(task))} if task else set()
        for task in tasks
    ]
    same = sum(row.digests.get("名称") in title for row, title in zip(rows, titles, strict=True))
    return bool(rows) and 2 * same >= len(rows)


def issued_tasks(identity: Identity | None) -> frozenset[str]:
    """Return the ids of the tasks with which a form was issued; none where it does not say."""
    return _issued_rows(identity, "task")


def issued_milestones(identity: Identity | None) -> frozenset[str]:
    """Return the ids of the milestones with which a form was issued; none where it does not say."""
    return _issued_rows(identity, "milestone")


def _issued_rows(identity: Identity | None, block: Block) -> frozenset[str]:
    rows = identity.rows if identity else ()
    return frozenset(row.id for row in rows if row.block == block)


def claim_by_hand(catalog: Catalog, marks: FormMarks, office: str) -> Claim:
    """Return the claim of whom the 办公室 named: with the marks of that office's form, if it is."""
    own = (*marks.hidden, *filter(None, [marks.in_property]))
    mark = next((one for one in own if catalog.office_named(one.office) == office), None)
    return Claim(office, "hand", mark)


def decide_office(
    catalog: Catalog,
    marks: FormMarks,
    office_text: str,
    tasks: Set[str],
    titled: int,
    ours: bool = False,
) -> Claim:
    """Decide whose a part of a file is.

    `office_text` is what stands after 填报股室; `tasks` the ids of the rows found in the list,
    `titled` how many rows bear a title at all; `ours` tells that the program's own sentence stands
    in it, where nothing was to be filled. Evidence that names two offices is settled by the
    rows that belong to one of them only; where these do not settle it, nothing is believed.
    """
    hidden = _choose_hidden(catalog, marks, office_text, tasks)
    prop = None if hidden and len(marks.hidden) > 1 else marks.in_property
    if hidden and _is_astray(hidden, tasks):
        prop = None if prop and prop.form_id == hidden.form_id else prop
        hidden = None
    said: list[tuple[IdentitySource, str]] = []
    if prop:
        said.append(("property", prop.office))
    if hidden:
        said.append(("hidden sheet", hidden.office))
    if squeeze(office_text):
        said.append(("office cell", office_text))
    named: dict[str, IdentitySource] = {}
    unknown = []
    for source, text in said:
        office = catalog.office_named(text)
        if office is None:
            unknown.append(f"{_SOURCE_WORDS[source]}“{show(text, 20)}”")
        else:
            named.setdefault(office, source)
    facts = "，".join(f"{_SOURCE_WORDS[source]}“{office}”" for office, source in named.items())
    if not marks.is_ours and 2 * len(tasks) < max(titled, 0 if ours else 1):
        return Claim(None, reason=_not_ours(marks, facts or "，".join(unknown), tasks))
    issued = {office: _issued_to(catalog, marks, office) for office in named}
    claim = _weigh(catalog, named, issued, tasks, facts)
    if unknown:
        note = "；".join(unknown) + "，“股室”表里没有这个名称"
        claim = _with_note(claim, note)
    if marks.foreign:
        whose = show(marks.foreign, 30)
        claim = _with_note(claim, f"表内标识是“{whose}”的，表中的任务却是本单位清单里的")
    if claim.office is None:
        return claim
    own = [i for i in (hidden, *marks.hidden, marks.in_property) if i is not None]
    mark = next((i for i in own if catalog.office_named(i.office) == claim.office), None)
    return Claim(claim.office, claim.source, mark, "", claim.note)


def _is_astray(identity: Identity, tasks: Set[str]) -> bool:
    """Tell whether a mark is not of this part: none of its rows was issued with that form."""
    issued = issued_tasks(identity)
    return bool(issued and tasks) and not tasks & issued


def _with_note(claim: Claim, note: str) -> Claim:
    if claim.office is None:
        return Claim(None, reason=f"{note}。{claim.reason}")
    return Claim(claim.office, claim.source, claim.identity, "", claim.note or note)


def _not_ours(marks: FormMarks, facts: str, tasks: Set[str]) -> str:
    if marks.foreign:
        return f"这是“{show(marks.foreign, 30)}”下发的表，不是本单位的。请核对是不是发错了文件。"
    if tasks:
        return (
            f"表中多数任务不在主清单里（只认出 {len(tasks)} 项），看不出是本单位的进展情况表"
            f"{'，' + facts if facts else ''}。请用下发的表填报。"
        )
    return (
        f"没有认出主清单里的任务{'（' + facts + '）' if facts else ''}，不像是本单位的进展情况表。"
        "请用下发的表填报，保留表头和任务名称。"
    )


def _choose_hidden(
    catalog: Catalog, marks: FormMarks, office_text: str, tasks: Set[str]
) -> Identity | None:
    """Return the hidden sheet that goes with a part, where a book holds several."""
    if len(marks.hidden) <= 1:
        return marks.hidden[0] if marks.hidden else None
    office = catalog.office_named(office_text) if squeeze(office_text) else None
    same = [i for i in marks.hidden if office and catalog.office_named(i.office) == office]
    if len(same) == 1:
        return same[0]
    counts = sorted(
        ((len(issued_tasks(identity) & tasks), n) for n, identity in enumerate(marks.hidden)),
        reverse=True,
    )
    return marks.hidden[counts[0][1]] if counts[0][0] > counts[1][0] else None


def _issued_to(catalog: Catalog, marks: FormMarks, office: str) -> frozenset[str]:
    """Return the tasks that a form of this office held when issued, whatever the list says now."""
    ids: frozenset[str] = frozenset()
    for identity in marks.hidden:
        if catalog.office_named(identity.office) == office:
            ids |= issued_tasks(identity)
    return ids


def _weigh(
    catalog: Catalog,
    named: Mapping[str, IdentitySource],
    issued: Mapping[str, frozenset[str]],
    tasks: Set[str],
    facts: str,
) -> Claim:
    may = {o: catalog.responsible.get(o, frozenset()) | issued[o] for o in named}
    if not named:
        return _by_tasks(catalog, tasks)
    if len(named) == 1:
        (office,) = named
        if not tasks or _fits(catalog, tasks, may[office], issued[office]):
            return Claim(office, named[office])
        owners = _owners(catalog, tasks)
        whose = f"表中的任务是“{'、'.join(owners)}”的" if owners else "表中的任务不是它的"
        return Claim(
            None, reason=f"{facts}，{whose}，互相矛盾，没有采用。请核实是谁报的，改好后重发。"
        )
    alone = [
        office
        for office in named
        if tasks & may[office] - frozenset().union(*(may[o] for o in named if o != office))
    ]
    if len(alone) == 1 and _fits(catalog, tasks, may[alone[0]], issued[alone[0]]):
        return Claim(alone[0], named[alone[0]], note=f"{facts}，表中的任务是“{alone[0]}”的")
    return Claim(
        None,
        reason=f"{facts}，表中的任务也分不清是谁的，没有采用。请核实是谁报的，用本股室的表重报。",
    )


def _fits(catalog: Catalog, tasks: Set[str], own: Set[str], issued: Set[str]) -> bool:
    """Tell whether rows may be an office's: all are, or no other office has a better claim.

    The form `issued` to the office may hold rows of others too, as long as most are its own.
    """
    shared = len(tasks & own)
    if shared == len(tasks) or 2 * len(tasks & issued) >= len(tasks):
        return True
    return shared > 0 and not _owners(catalog, tasks)


def _owners(catalog: Catalog, tasks: Set[str]) -> list[str]:
    return catalog.responsible.having(tasks) if tasks else []


def reporters_of(catalog: Catalog, tasks: Set[str]) -> list[str]:
    """Return the offices that report on all of some tasks; of several those that report on no more.

    An office reports on what it leads, and on what it supports where 设置 says so.
    """
    owing = catalog.reported.having(tasks)
    if len(owing) > 1:
        return [office for office in owing if tasks == catalog.reported[office]] or owing
    return owing


def _by_tasks(catalog: Catalog, tasks: Set[str]) -> Claim:
    if not tasks:
        return Claim(None, reason="没有写明填报股室，也没有认出任务。请写明填报股室后重发。")
    # A supporting office is never named by its tasks alone, unless it reports on them itself.
    owing = reporters_of(catalog, tasks)
    if len(owing) == 1:
        return Claim(owing[0], "tasks")
    leads = (name for t in sorted(tasks) for name in catalog.leads(t))
    owing = owing or list(dict.fromkeys(leads))
    who = f"，按任务看可能是：{'、'.join(owing)}" if owing else "，表中的任务分属几个股室"
    return Claim(None, reason=f"没有写明填报股室{who}。请写明填报股室后重发。")


# ---------------------------------------------------------------- the period


def read_months(text: str, year: int) -> Period | None:
    """Return the period a heading names: its last month; None where it names none.

    >>> read_months("2021年重点工作任务进展情况表（1-4月）", 2021).key
    '2021-04'
    """
    found = _MONTHS.search(squeeze(text))
    if not found or not 1 <= int(found["month"]) <= 12:
        return None
    return Period(int(found["year"] or year), int(found["month"]))


def decide_period(
    expected: Period, marked: str | None, headed: Period | None
) -> tuple[str | None, str]:
    """Return the period's key (None: nothing says) and a note where mark and heading differ.

    Who brings an old form up to date changes the heading; who pastes into a new one leaves the
    old heading: in doubt the form is of the month that is being merged.
    """
    titled = headed.key if headed else None
    if marked and titled and marked != titled:
        if expected.key in (marked, titled):
            return (
                expected.key,
                f"标识是{show(period_name(marked))}的，标题写的是{period_name(titled)}，"
                f"按本期{expected.name}收下",
            )
        return marked, ""
    return marked or titled, ""
