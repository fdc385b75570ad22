"""What a reader of returns must know: the tasks, whose they are, and the form's own words."""

import re
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory

from taskxl.approval import is_approval
from taskxl.dates import report_day
from taskxl.dates.due import find_due
from taskxl.forms.identity import Block
from taskxl.forms.issue import FILLED, NO_MILESTONES, form_title, report_notice
from taskxl.forms.returned.list_index import ListIndex, lay_out_list
from taskxl.forms.returned.matching import Register
from taskxl.intake.grids import Book
from taskxl.ledger.scratch import LOSSES, Scratch
from taskxl.model import ASKED, MasterList, Period
from taskxl.roster import Roster
from taskxl.tasks import shown_title
from taskxl.text import is_blank, squeeze
from taskxl.words import OFFICE_WORDS

_PLACEHOLDER = re.compile(r"\{\{.*?\}\}")
_NUMBER = re.compile(r"\d+")
# What may stand where the form's template has a placeholder: never free text.
# What the drawing's counting formulas give (see `issue`), whatever the numbers.
_COUNTER = re.compile(rf"{FILLED}|{re.escape(squeeze(NO_MILESTONES))}|还差0项(\(.{{0,10}}\))?")
_GROUP_WORDS = ("项目", "任务")
_HEADING_WORDS = (
    *("重点工作任务", "重点工作", "重点任务", "工作任务", "任务", "项目", "重点", "工作"),
    *("关键时间节点完成情况", "节点完成情况", "填报说明", "协办任务"),
    *("进展情况表", "进展情况", "完成情况", "情况表", "一览表", "汇总表"),
    *("附件", "表", "的"),
)
_PAGE = re.compile(
    r"(?:第\d{1,3}页[,，、/]?(?:共\d{1,3}页)?|共\d{1,3}页第\d{1,3}页|-\d{1,3}-|—\d{1,3}—)"
)
_LONGEST_APPROVAL = 40
_REGISTERS_HELD = 16
_LONGEST_LINE = 160
# What an office calls what it sends after its form; with its name it is a heading.
_SUPPLEMENT = re.compile(r"(?:补充|补报|补正|续报|更正)(?:报送|上报|材料|表|情况)?$")
_APPROVED = re.compile(r"同意|已阅|审定|已审|审核|审签|审阅|核准|批准|签发")
_DATE_LIKE = re.compile(r"[\d年月日.\-/:~至]*")

_LIST_TITLE = re.compile(r".{0,40}(?:清单|一览表|分解表|台账)|附件\d*[:：]?")
_DAY = re.compile(r"(?=.*\d)[\d年月日号上中下旬底末前内力争完成\-./]{2,16}")


@dataclass(frozen=True)
class Expected:
    """The list and period that returns are read against.

    `form_texts` are the fixed texts of the form's template (see `form_texts`): instructions and
    captions that come back with every return and are nobody's typing; `form_pictures` the digests
    of the pictures that are drawn in it; `issued_lists` those by which forms of the period
    went out, the list may have been changed since; `asked` what the period's forms ask for. A 批示
    that the forms ask for is one of the list's tasks.
    """

    master: MasterList
    period: Period
    form_texts: frozenset[str] = frozenset()
    issued_lists: tuple[MasterList, ...] = ()
    asked: tuple[str, ...] = ASKED
    form_pictures: frozenset[str] = frozenset()

    @cached_property
    def catalog(self) -> "Catalog":
        """The same, laid out for look-ups."""
        database = Scratch.create()
        lay_out_list(database, self.master, self.period, self.issued_lists)
        return Catalog(self, ListIndex(database), ListWords.of(self.master))

    @contextmanager
    def sent(self) -> "Iterator[Expected | Sent]":
        """Lay all of it out in a file for as long as readers in processes of their own need it.

        Where there is no room for such a file each of them lays it out for itself.
        """
        sent: Expected | Sent = self
        with ExitStack() as stack:
            with suppress(*LOSSES):
                folder = TemporaryDirectory(prefix="taskxl-", ignore_cleanup_errors=True)
                path = Path(stack.enter_context(folder)) / "list"
                with closing(Scratch.create(path)) as database:
                    lay_out_list(database, self.master, self.period, self.issued_lists)
                bare = replace(self, master=replace(self.master, tasks=()), issued_lists=())
                sent = Sent(bare, ListWords.of(self.master), path)
            yield sent

    def __getstate__(self) -> dict[str, object]:
        """Leave the catalog behind when sent to a worker."""
        return {name: value for name, value in self.__dict__.items() if name != "catalog"}

    def __setstate__(self, state: dict[str, object]) -> None:
        self.__dict__.update(state)


@dataclass(frozen=True)
class Sent:
    """What a reader is sent of what is expected: its tasks lie in a file, and stay there."""

    expected: Expected
    words: "ListWords"
    path: Path

    @cached_property
    def catalog(self) -> "Catalog":
        """The same as that of what is expected; opened once, on the side that reads."""
        return Catalog(self.expected, ListIndex(Scratch.open(self.path)), self.words)


def form_texts(template: Book) -> frozenset[str]:
    """Return the fixed texts of a form's template, squeezed, placeholders still in them."""
    texts = {squeeze(v) for s in template.sheets for _, _, v in s.cells() if isinstance(v, str)}
    texts |= {squeeze(note.text) for sheet in template.sheets for note in sheet.notes}
    return frozenset(text for text in texts if _PLACEHOLDER.sub("", text))


def form_pictures(template: Book) -> frozenset[str]:
    """Return the digests of the pictures in a form's template: a bureau's emblem, say."""
    return frozenset(
        one.digest for sheet in template.sheets for one in sheet.embedded if one.digest
    )


class Catalog:
    """The tasks of a list by office and by what a row says of them.

    `expected` need not hold the tasks themselves, nor the lists that forms went out by: `index` has
    what is asked of them, and `words` what they add to the words that stand in a form.
    """

    def __init__(self, expected: Expected, index: ListIndex, words: "ListWords") -> None:
        self.master = expected.master
        self.period = expected.period
        self.asked = expected.asked
        self.form_pictures = expected.form_pictures
        self.settings = expected.master.settings
        self.roster = Roster(self.master.offices)
        self.index = index
        self.tasks = index.tasks
        self.plans = index.plans
        self.milestones = index.milestones
        self.reported = index.reported
        self.responsible = index.responsible
        self.telling_texts = index.telling_texts
        self._registers: dict[frozenset[str] | None, dict[Block, Register]] = {}
        self._named: dict[str, str] = {}
        for office in self.responsible:
            self._named.setdefault(squeeze(office), office)
        self._fixed, self._patterns = _split_texts(expected.form_texts)
        self._leaders = words.leaders
        self._values = self._known_values(words)
        self._own = tuple(self._own_names())
        heading = {*self._own, *_HEADING_WORDS}
        self._heading = tuple(sorted(heading, key=lambda word: (-len(word), word)))
        as_of = report_day(self.period, self.settings)
        self._notice = squeeze(report_notice(self.settings, as_of))

    def leads(self, task: str) -> tuple[str, ...]:
        """Return the offices that lead a task, spelt out; none where there is no such task."""
        found = self.tasks.get(task)
        return self.roster.spell_out(found.lead_offices) if found else ()

    def office_named(self, text: str) -> str | None:
        """Return the office of that name or alias, or None; `（盖章）` does not count."""
        bare = re.sub(r"\([^)]*\)|[。.、,;:]+$", "", squeeze(text))
        bureau = squeeze(self.settings.bureau)
        for name in (text, bare, bare.removeprefix(bureau) if bureau else bare):
            office = self.roster.resolve(name)
            if office is not None:
                return office.name
            if (known := self._named.get(squeeze(name))) is not None:
                return known
        return None

    def offices_in(self, text: str) -> set[str]:
        """Return the offices that a text names, those that only the list knows among them."""
        return self.roster.find_in(text, self.responsible)

    def registers(self, ids: frozenset[str] | None = None) -> dict[Block, Register]:
        """Return registers of the tasks of `ids` (None: all) and of their milestones."""
        if ids not in self._registers:
            if len(self._registers) > _REGISTERS_HELD:
                del self._registers[next(one for one in self._registers if one is not None)]
            self._registers[ids] = {
                "task": self.index.register("task", ids),
                "milestone": self.index.register("milestone", ids),
            }
        return self._registers[ids]

    def says_approved(self, text: str) -> bool:
        """Tell whether a few words say that a leader of the list has approved: 同意 何远山."""
        said = squeeze(text)
        named = [leader for leader in self._leaders if leader in said]
        without = said.replace(max(named, key=len), "") if named else ""
        return (
            bool(named)
            and is_approval(without) is True
            and len(said) <= _LONGEST_APPROVAL
            and _APPROVED.search(said) is not None
            and is_approval(text) is True
        )

    def fixed_texts(self, item: str) -> dict[str, str]:
        """Return what a task's row is issued with by its column's field, squeezed, without 、."""
        task = self.tasks.get(item)
        if task is None:
            return {}
        offices = "".join(task.offices)
        texts = {"title": shown_title(task), "content": self.plans[item]}
        texts |= {"responsible": offices, "lead": offices}
        return {name: squeeze(text).replace("、", "") for name, text in texts.items()}

    def is_id(self, text: str) -> bool:
        """Tell whether a text is the id of a task or a milestone, as a form's hidden column is."""
        return self.index.is_id(squeeze(text))

    def is_form_text(self, text: str) -> bool:
        """Tell whether a text is the form's own: the drawing's, a heading, or a task's fixed text.

        A counter such as 还差 3 项 is known whatever its numbers.
        """
        squeezed = squeeze(text)
        if _PAGE.fullmatch(squeezed):
            return True
        if not squeezed or self.index.knows_text(squeezed) or self.is_fixed_text(text):
            return True
        # The notice of another month differs in its day alone.
        if squeezed in self._values["group"] or _no_numbers(squeezed) == _no_numbers(self._notice):
            return True
        return any(
            all(self._may_fill(part) for part in match.groups())
            for pattern in self._patterns
            if (match := pattern.fullmatch(squeezed))
        )

    def is_listed(self, text: str) -> bool:
        """Tell whether a text of a list (附件1) says only what 主清单 says, too.

        Such are a heading, names and remarks of tasks, and dates on which something is due.
        """
        plain = squeeze(text)
        if plain in self._listed or _LIST_TITLE.fullmatch(plain):
            return True
        due = find_due(plain, self.settings.year) if _DAY.fullmatch(plain) else None
        return due is not None and due.due in self._dues

    @cached_property
    def _listed(self) -> frozenset[str]:
        texts = {self.master.title}
        for task in self.index.all_tasks():
            texts |= {task.section or "", task.leader or "", *task.offices, *task.remarks}
            texts |= {
                "、".join(task.lead_offices),
                "、".join(task.offices),
                "\n".join(task.remarks),
            }
            names = [person.name for person in task.persons]
            texts |= {*names, "、".join(names), "\n".join(names)}
        return frozenset(map(squeeze, texts))

    @cached_property
    def _dues(self) -> frozenset[date | None]:
        steps = [step for task in self.index.all_tasks() for step in task.milestones]
        return frozenset({*(s.due for s in steps), *(s.listed_due for s in steps)} - {None})

    def is_fixed_text(self, text: str) -> bool:
        """Tell whether a text stands in the form's template just so, numbers apart."""
        plain = _no_numbers(squeeze(text))
        return plain in self._fixed or _COUNTER.fullmatch(plain) is not None

    def is_own_sentence(self, text: str) -> bool:
        """Tell whether a text is what the program itself writes where nothing is to be filled."""
        return _COUNTER.fullmatch(_no_numbers(squeeze(text))) is not None

    def is_title(self, text: str) -> bool:
        """Tell whether a line above a table is the form's heading and nothing more."""
        rest = squeeze(text)
        more = _SUPPLEMENT.search(rest) and self.offices_in(rest)
        if not more and not re.search(r"情况表|情况$|一览表|汇总表|^附件|情况\(", rest):
            return False
        rest = _SUPPLEMENT.sub("\n", rest) if more else rest
        for word in self._heading:
            rest = rest.replace(word, "\n")
        # Who types it anew shortens it: 教育系统 for 云溪县教育系统.
        pieces = filter(None, re.split(r"[\d\W_年月日]+", rest))
        return all(any(piece in own for own in self._own) for piece in pieces)

    def is_run_together(self, text: str) -> bool:
        """Tell whether a line of a PDF is nothing but form texts one after the other."""
        whole = squeeze(text)
        if len(whole) > _LONGEST_LINE:
            return False
        ends = {0}
        for start in range(len(whole)):
            if start in ends:
                ends |= {
                    end
                    for end in range(start + 2, len(whole) + 1)
                    if self.is_form_text(whole[start:end])
                }
        return len(whole) in ends

    def _may_fill(self, part: str) -> bool:
        return part in self._values["filled"] or _DATE_LIKE.fullmatch(part) is not None

    def _known_values(self, words: "ListWords") -> dict[str, frozenset[str]]:
        settings, period = self.settings, self.period
        offices = {office.name for office in self.master.offices} | set(self.responsible)
        names = {settings.bureau, settings.contact, self.master.title, *offices, *words.led}
        names |= {office.leader for office in self.master.offices if office.leader}
        names |= {alias for office in self.master.offices for alias in office.aliases}
        names |= {period.label, period.name, period.folder, f"{period.year}", *OFFICE_WORDS}
        groups = {squeeze(f"{one}同志负责{word}") for one in words.led for word in _GROUP_WORDS}
        groups |= {squeeze(text) for text in (*words.led, *words.sections)}
        return {
            "filled": frozenset(squeeze(name) for name in names if name),
            "group": frozenset(groups),
        }

    def _own_names(self) -> Iterator[str]:
        """Yield what a form's heading names: bureau, list, period and offices, squeezed."""
        stem = re.sub(r"\([^()]*\)$", "", squeeze(form_title(self.master, self.period)))
        named = [self.settings.bureau, self.master.title, stem.removesuffix("进展情况表")]
        for office in self.master.offices:
            named += [office.name, *office.aliases]
        yield from (squeeze(text) for text in (*named, *self.responsible) if text)


@dataclass(frozen=True, slots=True)
class ListWords:
    """What the tasks of a list add to the words that stand in a form.

    `led` are the leaders of tasks, `sections` the headings above them, `leaders` all who may
    approve, squeezed.
    """

    led: frozenset[str]
    sections: frozenset[str]
    leaders: frozenset[str]

    @classmethod
    def of(cls, master: MasterList) -> "ListWords":
        """Return the words of a list."""
        named = {task.leader for task in master.tasks}
        named |= {office.leader for office in master.offices}
        return cls(
            frozenset(task.leader for task in master.tasks if task.leader),
            frozenset(task.section for task in master.tasks if task.section),
            frozenset(squeeze(name) for name in named if name and len(squeeze(name)) >= 2),
        )


def _no_numbers(text: str) -> str:
    return _NUMBER.sub("0", text)


def _split_texts(texts: Iterable[str]) -> tuple[frozenset[str], tuple[re.Pattern[str], ...]]:
    """Part the drawing's texts into fixed ones and patterns with a group per placeholder."""
    fixed, patterns = set(), []
    for text in sorted(texts):
        if is_blank(text):
            continue
        pieces = _PLACEHOLDER.split(text)
        if len(pieces) == 1:
            fixed.add(_no_numbers(text))
        else:
            patterns.append(re.compile("(.{0,80}?)".join(map(re.escape, pieces)), re.DOTALL))
    return frozenset(fixed), tuple(patterns)
