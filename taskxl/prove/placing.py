"""Where in the summary each word of a return stands: in its place, or nowhere."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from taskxl.prove.books import Place, ReadFile, Word
from taskxl.prove.spelling import day_in, fold, is_same_day, stands_in
from taskxl.prove.summary_tables import (
    ALTERED,
    CUT,
    MILESTONES,
    OFFICES,
    ORDERS,
    TASKS,
    UNPLACED,
    WORDINGS,
    Line,
    Summary,
)
from taskxl.words import (
    ANSWER_PATTERNS,
    FORM_HEADERS,
    FORM_LABELS,
    HEADERS,
    LABEL_PATTERNS,
    MILESTONE_HEADERS,
    MILESTONE_STATES,
    MILESTONE_SYNONYMS,
    STATUS_SYNONYMS,
    STATUSES,
)

FORM = "下发表原文"
"""Where a text stands that the office did not type."""
# In which column of 汇总表 or 节点台账 a column of the form is found again.
_TASK_COLUMNS = ("进度状态", "进展情况", "存在问题和下一步工作计划", "备注")
_MILESTONE_COLUMNS = {"完成情况": "股室所报", "完成日期": "完成日期", "说明": "说明"}
_ORDER_COLUMNS = {
    "进度状态": "所报状态",
    "进展情况": "办理情况",
    "存在问题和下一步工作计划": "存在问题和下一步工作计划",
    "备注": "备注",
}
_COLUMNS = {fold(name): name for name in (*_TASK_COLUMNS, *_MILESTONE_COLUMNS)}
_NUMBER_CAPTIONS = frozenset(map(fold, HEADERS["number"]))
_HEAD_COLUMNS = ("股室", "填报人", "填报日期", "审定")
_CAPTIONS = frozenset(
    fold(name)
    for words in (HEADERS, FORM_HEADERS, MILESTONE_HEADERS, FORM_LABELS)
    for names in words.values()
    for name in names
)
_LONG = 8
"""So many characters say by themselves whose words they are; fewer need their row."""
_CHINESE = re.compile("[\u4e00-\u9fff]")
_ANSWERS = frozenset(
    map(fold, (*STATUSES, *MILESTONE_STATES, *STATUS_SYNONYMS, *MILESTONE_SYNONYMS))
)
_LONGEST_CAPTION = 20
_LABEL = re.compile(r"^[^:]{1,16}:")
_PARTED = re.compile(r"[\s\u3000]+(?=[^\s:：]{2,16}[:：])")
_PAGE = re.compile(r"第?\d+页[,，/]?(?:共\d+页)?|第\d+页/共\d+页")
_NUMBERING = re.compile(r"^[(\[]?(?:\d{1,3}|[一二三四五六七八九十]{1,3})[)\].、:]+")
_MARKS = re.compile(r"[\s《》<>“”\"'‘’。.,、，；;：:()\[\]【】·]+")
_MONTHS = re.compile(r"\(?(?:\d{1,2}月?[-—~至])?\d{1,2}月\)?")
_SUPPLEMENT = re.compile(r"(?:补充|补报|补正|续报|更正)(?:报送|上报|材料|表|情况)?")
_TITLE = 5
"""So many characters without marks say by themselves that they are a title."""
_DIGITS = re.compile(r"\d+")
_DIGITS_ONLY = re.compile(r"[()\[\]]")
_NAMES = re.compile(r"[\s、,，;；/]+")
_ORDINAL = re.compile(r"\d{1,3}|[一二三四五六七八九十]{1,3}")
_OF_MONTH = re.compile(r"^\s*〔[^〔〕]{1,8}〕\s*")
_THREADS = re.compile(r"\n|(?:reply|comment|答复|回复|批注)\s*:", re.IGNORECASE)
_PUNCTUATION = re.compile(r"[\s:;,.。、，；：()]+")


Keys = frozenset[str]


@dataclass(frozen=True)
class Forms:
    """The texts of the issued forms: by place, by row, and those that say by themselves whose."""

    places: Mapping[tuple[str, str], Keys]
    rows: Mapping[str, tuple[Keys, ...]]
    """For each text the rows in which it stands."""
    formulas: frozenset[Place]
    literals: Keys = frozenset()
    """What their formulas may show."""
    counted: frozenset[Keys] = frozenset()
    """The other texts of each row that has a formula: it may be pasted as the number it showed."""
    persons: Keys = frozenset()
    """Whom the list names: an office's own table may name them, which the summary does not."""

    @cached_property
    def bare(self) -> Keys:
        """The texts that say by themselves whose they are, without numbering and marks."""
        return frozenset(_strip(key) for key in self.rows if _CHINESE.search(key))

    def has(self, word: Word, row: Keys) -> bool:
        """Tell whether a form that went out has a text: where it stands, or in such a `row`.

        A text in words stands for itself, wherever an office has moved it; a mere number or a word
        such as 已完成 only beside its own row's.
        """
        key = word.key
        if key in _CAPTIONS or key in self.places.get((word.sheet, word.cell), ()):
            return True
        if self.is_shown(key) or _PAGE.fullmatch(key):
            return True  # a formula's text that was pasted as a value; 第1页 共2页
        if key.isdecimal() and any(beside <= row for beside in self.counted):
            return True
        if len(_strip(key)) >= _TITLE and _strip(key) in self.bare:
            return True  # 《title》。, 1.title: numbering and marks are no words
        if word.formula:
            # The form counts what is still missing; a program that calculates saves the result.
            place = (word.sheet, word.row, word.column)
            return place in self.formulas or any(one in self.rows for one in row - {key})
        if key not in self.rows:
            return False
        told = key not in _ANSWERS and _CHINESE.search(key) is not None
        return told or any(len(row & issued) > 1 for issued in self.rows[key])

    def is_shown(self, key: str) -> bool:
        """Tell whether formulas of the forms may have shown a text: their words, and numbers."""
        rest = re.sub(r"\d+", "", key)
        for literal in sorted(self.literals, key=len, reverse=True):
            rest = rest.replace(literal, "")
        return not rest and not key.isdecimal()

    def label_at(self, word: Word) -> Iterator[str]:
        """Yield what forms have in this cell, longest first."""
        yield from sorted(self.places.get((word.sheet, word.cell), ()), key=len, reverse=True)


def gather_forms(forms: Iterable[ReadFile], persons: Iterable[str] = ()) -> Forms:
    """Return the texts of the forms that went out, and the `persons` of the list."""
    formulas: set[Place] = set()
    literals: set[str] = set()
    counted: set[Keys] = set()
    places: dict[tuple[str, str], set[str]] = defaultdict(set)
    rows: dict[str, set[Keys]] = defaultdict(set)
    for form in forms:
        formulas |= form.formulas
        literals |= form.literals
        by_row: dict[tuple[str, int], set[str]] = defaultdict(set)
        for word in form.words:
            places[word.sheet, word.cell].add(word.key)
            by_row[word.sheet, word.row].add(word.key)
        counted |= {frozenset(by_row[sheet, row]) for sheet, row, _ in form.formulas}
        for keys in map(frozenset, by_row.values()):
            for key in keys:
                rows[key].add(keys)
    return Forms(
        {place: frozenset(keys) for place, keys in places.items()},
        {key: tuple(found) for key, found in rows.items()},
        frozenset(formulas),
        frozenset(literals),
        frozenset(counted - {frozenset()}),
        frozenset(map(fold, persons)),
    )


def _strip(key: str) -> str:
    """Return a folded text without numbering before it, marks in it and months behind its title.

    >>> _strip("1.推进机关效能建设"), _strip("《关键时间节点(1-4月)》。")
    ('推进机关效能建设', '关键时间节点')
    """
    return _MARKS.sub("", _NUMBERING.sub("", _MONTHS.sub("", key)))


@dataclass(frozen=True)
class Found:
    """A word of a return and the sheet in which it stands; "" where it stands in none."""

    word: Word
    sheet: str


def place_words(
    words: Sequence[Word], file: str, offices: frozenset[str], summary: Summary, forms: Forms
) -> Iterator[Found]:
    """Yield where each word of a return stands.

    `file` is how the summary calls it, `offices` whose it is.
    """
    yield from _Return(words, file, offices, summary, forms).place_all()


class _Return:
    """One returned workbook beside the summary."""

    def __init__(
        self,
        words: Sequence[Word],
        file: str,
        offices: frozenset[str],
        summary: Summary,
        forms: Forms,
    ) -> None:
        self.words, self.file, self.summary, self.forms = words, file, summary, forms
        self.offices = frozenset(map(fold, offices))
        self.rows: dict[tuple[str, int], list[Word]] = defaultdict(list)
        self.lines: dict[tuple[str, int], list[Line]] = {}
        for word in words:
            if not word.note:
                self.rows[word.sheet, word.row].append(word)

    def place_all(self) -> Iterator[Found]:
        for word in self.words:
            yield Found(word, self.place(word))

    def place(self, word: Word) -> str:
        """Return the sheet that has a word, `FORM` for a text of the form, "" for nowhere."""
        left = self.left[word.sheet, word.cell]
        if any(_holds(text, word) for text in left):
            return UNPLACED
        if any(fold(text) == word.key for text in self.worded[word.sheet, word.cell]):
            return WORDINGS
        if word.note:
            return self.place_note(word, left)
        rest = self.without_label(word)
        bare = (
            _with_text(word, _OF_MONTH.sub("", word.text)) if _OF_MONTH.match(word.text) else None
        )
        for place in filter(None, (word, rest, bare)):
            if sheet := self.place_in_row(place, left):
                return sheet
        if self.forms.has(word, self.keys_beside(word)) or self.is_caption(word):
            return FORM
        if self.is_fixed(word) or self.is_heading(word):
            return FORM
        if any(_holds(line["改为"], word) for line in self.changed[f"{word.sheet} {word.cell}"]):
            return ALTERED
        if self.is_revised(word):
            return ALTERED
        return self.place_in_pieces(word, left)

    @cached_property
    def left(self) -> dict[tuple[str, str], list[str]]:
        """What 未归位内容 has of this file, by sheet and cell."""
        found: dict[tuple[str, str], list[str]] = defaultdict(list)
        for line in self.summary.tables[UNPLACED]:
            if line["来源文件"] == self.file:
                found[line["表"], line["单元格"]].append(line["内容"])
        return found

    @cached_property
    def numbers(self) -> frozenset[str]:
        """The numbers under which 汇总表 has tasks."""
        return frozenset(fold(line["编号"]) for line in self.summary.tables[TASKS] if line["编号"])

    @cached_property
    def changed(self) -> dict[str, list[Line]]:
        found: dict[str, list[Line]] = defaultdict(list)
        for line in self.summary.tables[ALTERED]:
            if line["来源文件"] == self.file:
                found[line["表和格"]].append(line)
        return found

    @cached_property
    def worded(self) -> dict[tuple[str, str], list[str]]:
        """What 所报原话 has of this file, by sheet and cell."""
        found: dict[tuple[str, str], list[str]] = defaultdict(list)
        for line in self.summary.tables[WORDINGS]:
            if line["来源文件"] == self.file:
                found[line["表"], line["单元格"]].append(line["原话"])
        return found

    def place_note(self, word: Word, left: Sequence[str]) -> str:
        """Return where a comment stands: as an approval, or each of its remarks by itself."""
        if any(_holds(line["审定"], word) for line in self.own_lines):
            return OFFICES
        remarks = [one for part in _THREADS.split(word.text) if (one := fold(part).strip(":"))]
        told = [fold(text) for text in left]
        return UNPLACED if all(any(one in text for text in told) for one in remarks) else ""

    def without_label(self, word: Word) -> Word | None:
        """Return what an office wrote behind a label of the form, in the label's own cell."""
        key = word.key
        for label in self.forms.label_at(word):
            if label and key != label and key.startswith(label):
                return _with_text(word, key[len(label) :])
        told = _LABEL.match(key)
        if told and _is_label(told.group().rstrip(":")):
            return _with_text(word, key[told.end() :])
        return None

    def is_fixed(self, word: Word) -> bool:
        """Tell whether a word is a fixed text of its row as an office wrote it anew.

        That is a number of the list, its own counting at the row's beginning, a due day, or a text
        of the plan with some of its words left out.
        """
        key = _DIGITS_ONLY.sub("", word.key).rstrip(".、:")
        row = self.rows.get((word.sheet, word.row), ())
        tasks, steps = self.task_lines(word), self.milestone_lines(word) or self.alike_lines(word)
        if _ORDINAL.fullmatch(key):
            beside = {one.key for one in row} | {self.caption_of(word)}
            first = min((one.column for one in row), default=0) == word.column
            numbered = bool(beside & _NUMBER_CAPTIONS) and key in self.numbers
            said = any(fold(line["编号"]) == key for line in (*tasks, *steps))
            return numbered or said or (first and bool(tasks or steps))
        names = {fold(name) for name in _NAMES.split(word.text)} - {""}
        if names and names <= self.forms.persons and tasks:
            return True
        if any(is_same_day(line["时限"], one) for line in steps for one in word.texts):
            return True
        texts = [line[n] for line in tasks for n in ("项目名称", "主要内容和关键时间节点计划")]
        texts += [line["节点"] for line in steps]
        bare = _strip(word.key)
        return len(bare) >= _TITLE and any(_is_shorter(bare, _strip(fold(t))) for t in texts)

    def is_heading(self, word: Word) -> bool:
        """Tell whether a word above a table is a piece of the form's heading: typed anew, shorter.

        Behind an office's name may stand that it is a supplement.
        """
        headers = self.header_rows.get(word.sheet, ())
        if not headers or word.row >= headers[0]:
            return False
        bare = _strip(word.key)
        told = len(_DIGITS.sub("", bare)) > _TITLE  # a day that somebody typed is no heading
        if told and any(bare in one for one in self.forms.bare):
            return True
        return any(_SUPPLEMENT.fullmatch(bare.replace(one, "", 1)) for one in self.offices)

    # ------------------------------------------------------------ in its row

    def place_in_row(self, word: Word, left: Sequence[str]) -> str:
        """Return where a word of a row stands among what the summary says of the same row."""
        caption = self.caption_of(word)
        header = _COLUMNS.get(caption, "")
        if caption in _NUMBER_CAPTIONS and word.key in self.numbers:
            return TASKS
        for line in self.order_lines(word):
            told = _ORDER_COLUMNS.get(header)
            if any(_holds(line[n], word) for n in ([told] if told else _ORDER_COLUMNS.values())):
                return ORDERS
        for line in self.task_lines(word):
            columns = [header] if header in _TASK_COLUMNS else _TASK_COLUMNS
            if any(self.is_said(line[column], word, left) for column in columns):
                return TASKS
        for line in self.milestone_lines(word) or self.alike_lines(word):
            column = _MILESTONE_COLUMNS.get(header)
            columns = [column] if column else list(_MILESTONE_COLUMNS.values())
            if any(_holds(line[name], word) for name in columns):
                return MILESTONES
        heads = (line[column] for line in self.own_lines for column in _HEAD_COLUMNS)
        return OFFICES if any(_is_it(text, word) for text in heads) else ""

    @cached_property
    def own_lines(self) -> list[Line]:
        """Return the rows of 报送情况 of the offices whose return it is."""
        return [one for one in self.summary.tables[OFFICES] if fold(one["股室"]) in self.offices]

    def is_said(self, text: str, word: Word, left: Sequence[str]) -> bool:
        """Tell whether a cell of 汇总表 has a word as this office's, or begins with it.

        What is too long for the cell goes on in 未归位内容.
        """
        parts = list(self.summary.parts(text))
        own = [said for names, said in parts if names & self.offices]
        for said in own or [said for names, said in parts if not names]:
            if _holds(said, word):
                return True
            if CUT.search(said):
                head = fold(CUT.split(said)[0])
                for tail in left:
                    end = fold(tail)
                    if word.key.endswith(end) and word.key[: -len(end)] in head:
                        return True
        return False

    def caption_of(self, word: Word) -> str:
        """Return the folded caption of a word's column, "" for none."""
        above = [row for row in self.header_rows.get(word.sheet, ()) if row < word.row]
        captions = self.rows[word.sheet, above[-1]] if above else ()
        return next((one.key for one in captions if one.column == word.column), "")

    @cached_property
    def header_rows(self) -> Mapping[str, Sequence[int]]:
        """The rows of each sheet that say what stands below them, from above."""
        found: dict[str, list[int]] = defaultdict(list)
        for sheet, row in sorted(self.rows):
            if self.is_header(sheet, row):
                found[sheet].append(row)
        return found

    def is_header(self, sheet: str, row: int) -> bool:
        """Tell whether a row says what stands in the columns below it: two known captions or more,
        and three with those that only speak of progress or obstacles.
        """
        keys = [one.key for one in self.rows.get((sheet, row), ())]
        known = sum(key in _CAPTIONS for key in keys)
        return known >= 2 and known + sum(map(_is_like_caption, keys)) >= 3

    def is_caption(self, word: Word) -> bool:
        """Tell whether a word is an office's own caption of a column, or the number of one."""
        row = self.rows.get((word.sheet, word.row), ())
        numbers = [_DIGITS_ONLY.sub("", one.key) for one in row]
        if len(row) > 2 and numbers == [str(n) for n in range(1, 1 + len(row))]:
            return True
        told = _is_like_caption(word.key) or any(name in word.key for name in _CAPTIONS)
        short = len(word.key) <= _LONGEST_CAPTION
        return short and told and self.is_header(word.sheet, word.row)

    def keys_beside(self, word: Word) -> Keys:
        """Return the texts of a word's row, its own too."""
        return frozenset(one.key for one in self.rows.get((word.sheet, word.row), ()))

    def task_lines(self, word: Word) -> Sequence[Line]:
        """Return the rows of 汇总表 that a row of the return is about, as far as it says so."""
        place = (word.sheet, word.row)
        if place not in self.lines:
            told: dict[int, tuple[Line, int]] = {}
            for key in self.keys_beside(word):
                for line, weight in self.summary.tasks_by.get(key, ()):
                    told[line.row] = (line, weight + told.get(line.row, (line, 0))[1])
            most = max((score for _, score in told.values()), default=0)
            self.lines[place] = [line for line, score in told.values() if score == most]
            above = (word.sheet, word.row - 1)
            if not told and above in self.lines:  # a row that names no task goes on with the last
                self.lines[place] = self.lines[above]
        return self.lines[place]

    def order_lines(self, word: Word) -> list[Line]:
        """Return the rows of 批示办理 that a row of the return answers, those of its offices."""
        keys = self.keys_beside(word)
        return [
            line
            for line in self.summary.tables[ORDERS]
            if fold(line["交办股室"]) in self.offices
            and (
                (line["标识"] and fold(line["标识"]) in keys)
                or any(key.startswith(fold(line["批示内容"])) for key in keys)
            )
        ]

    def milestone_lines(self, word: Word) -> list[Line]:
        """Return the rows of 节点台账 that a row of the return is about."""
        keys = self.keys_beside(word)
        lines = [one for key in keys for one in self.summary.milestones_by.get(key, ())]
        titled = [line for line in lines if fold(line["项目名称"]) in keys]
        return titled or lines

    def alike_lines(self, word: Word) -> list[Line]:
        """Return the rows of 节点台账 of these offices that say all that a row without a name does.

        An office may have written a milestone's text anew; its state, its day and its note, two of
        them at least, stand together nowhere else.
        """
        row = self.rows.get((word.sheet, word.row), ())
        said = [
            (one, _MILESTONE_COLUMNS.get(_COLUMNS.get(self.caption_of(one), ""))) for one in row
        ]
        answers = [(one, column) for one, column in said if column]
        return [
            line
            for line in self.summary.tables[MILESTONES]
            if len(answers) > 1
            and fold(line["牵头股室"]) in self.offices
            and all(_holds(line[column], one) for one, column in answers)
        ]

    # ------------------------------------------------------------ elsewhere

    def is_revised(self, word: Word) -> bool:
        """Tell whether 改动对照 has a word as what an office wrote before it was corrected."""
        return any(
            fold(line["股室"]) in self.offices and _holds(line["原文"], word)
            for line in self.summary.tables[ALTERED]
            if not line["来源文件"]
        )

    def place_in_pieces(self, word: Word, left: Sequence[str]) -> str:
        """Return where a word stands of which no single place has all; "" for nowhere."""
        if len(word.key) >= _LONG and not day_in(word.text):
            for name in (TASKS, MILESTONES):
                for line in self.summary.tables[name]:
                    if any(self.is_said(text, word, left) for text in line.cells.values()):
                        return name
        rest = word.key
        pieces = [fold(line[column]) for line in self.own_lines for column in _HEAD_COLUMNS]
        pieces += [fold(text) for text in left]
        parts = [part for part in _PARTED.split(word.text) if fold(part)]
        if all(self.is_head(fold(part)) for part in parts):
            return OFFICES
        for piece in sorted(filter(None, pieces), key=len, reverse=True):
            rest = rest.replace(piece, " ")
        for label in sorted(_CAPTIONS, key=len, reverse=True):
            rest = rest.replace(label, " ")
        return OFFICES if rest != word.key and not _PUNCTUATION.sub("", rest) else ""

    def is_head(self, part: str) -> bool:
        """Tell whether a part of a line is a label of the form, with what 报送情况 has for it."""
        told = _LABEL.match(f"{part}:" if ":" not in part else part)
        label = told.group().rstrip(":") if told else ""
        value = part[len(label) + 1 :]
        if not _is_label(label):
            return False
        said = [line[column] for line in self.own_lines for column in _HEAD_COLUMNS]
        return (
            not value
            or any(fold(text) == value or is_same_day(text, value) for text in said if text)
            or any(
                value.endswith(office) and self.is_bureau(value, office) for office in self.offices
            )
        )

    def is_bureau(self, value: str, office: str) -> bool:
        """Tell whether what stands before an office's name is that of its bureau."""
        bureau = value.removesuffix(office)
        return bureau in fold(self.summary.notes.get(TASKS, ""))


def _is_shorter(key: str, text: str) -> bool:
    """Tell whether a text is another with words left out: at least half of it is there.

    >>> _is_shorter("完成问题整改销号", "八是8月底前完成民办年检问题整改销号")
    True
    """
    left = iter(text)
    return 2 * len(key) > len(text) - _LONG and all(one in left for one in key)


def _is_like_caption(key: str) -> bool:
    """Tell whether a text that is no known caption may be one of a column for answers."""
    return (
        len(key) <= _LONGEST_CAPTION
        and key not in _CAPTIONS
        and any(re.search(pattern, key) for _, pattern in ANSWER_PATTERNS)
    )


def _is_label(key: str) -> bool:
    """Tell whether a text is a label of the form's head, as words has it or put otherwise."""
    bare = re.sub(r"\([^()]*\)", "", key)
    return any(
        one in _CAPTIONS or any(re.fullmatch(pattern, one) for _, pattern in LABEL_PATTERNS)
        for one in (key, bare)
    )


def _with_text(word: Word, text: str) -> Word | None:
    return Word(word.sheet, word.row, word.column, (text,)) if text else None


def _holds(text: str, word: Word) -> bool:
    """Tell whether a cell of the summary has a word, in one of its spellings."""
    if not text:
        return False
    folded = fold(text)
    return any(stands_in(fold(one), folded) for one in word.texts) or _is_it(text, word)


def _is_it(text: str, word: Word) -> bool:
    """Tell whether a cell of the summary says the same in other words: a day, a status."""
    if not text:
        return False
    folded = fold(text)
    if any(fold(one) == folded or is_same_day(one, text) for one in word.texts):
        return True
    said = _PUNCTUATION.sub("", word.key)
    meant = (STATUS_SYNONYMS.get(said), MILESTONE_SYNONYMS.get(said), said)
    return any(one and one in folded for one in meant if one and len(one) > 1)
