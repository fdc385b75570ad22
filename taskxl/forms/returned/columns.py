"""Tables on a returned sheet: header rows found by their words, columns in any order."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from functools import lru_cache

from taskxl.forms.identity import Block
from taskxl.forms.returned.drawn import Drawing, DrawnTable
from taskxl.intake.grids import Sheet, value_text
from taskxl.model import MilestoneField, TaskField
from taskxl.statements import read_status
from taskxl.text import is_blank, squeeze
from taskxl.words import ANSWER_PARTS, ANSWER_PATTERNS, FORM_HEADERS, HEADERS, MILESTONE_HEADERS

TASK_ANSWERS: tuple[TaskField, ...] = ("status", "progress", "obstacles", "remarks")
MILESTONE_ANSWERS: tuple[MilestoneField, ...] = ("state", "done_on", "note")

_KINDS: tuple[Block, ...] = ("milestone", "task")
_HEADER_ROWS = 3
_LONGEST_HEADER = 30
# A column of this kind repeats what was said before; it is not where this month is written.
_EARLIER = re.compile(r"^(上月|上期|上次|上年|上季|去年|前期)")
_PERIOD = re.compile(r"^(截至|截止)?(\d{4}年)?\d{1,2}([-~至]\d{1,2})?月(份|底|末)?")
_MORE_PROGRESS = re.compile(
    r"(?:\d{4}年)?(?:本月|当月|本期|本周|累计|年度|全年|总体|目前|截至目前|截至\d{1,2}月[底末]?|(?:1[-~至])?\d{1,2}月份?)"
    r"(?:重点|主要)?(?:工作)?(?:累计)?(?:进展|进展情况|完成情况|工作情况|成效)"
)
# A caption of nothing but these says no more than the column's own word does.
_ANSWER_WORDS = re.compile(f"({'|'.join(map(re.escape, ANSWER_PARTS))})+")
_DECORATION = re.compile(r"\([^)]*\)|[*★☆:;,.、。]")
# These name a column alone; at the end of a longer caption they name the rest of it: 进展及其他.
_ALONE = frozenset(("其他", "其它"))


@dataclass(frozen=True, slots=True)
class Table:
    """A table on a sheet; rows and columns count from 1.

    `top` to `bottom` are its header rows, `last` the last row before the next table.
    A field has one column, except obstacles, which bureaus part into problems and next steps.
    `worded` are the header cells that say exactly what the program knows; `composed` the cells
    that a form was issued with as several placeholders in one, by column; `placed` the fields
    whose column no word tells but its place among the others.
    """

    kind: Block
    top: int
    bottom: int
    last: int
    columns: Mapping[str, tuple[int, ...]]
    worded: frozenset[tuple[int, int]]
    composed: Mapping[int, str] = field(default_factory=dict)
    placed: frozenset[str] = frozenset()

    def column(self, field: str) -> int | None:
        """Return the (first) column of a field, or None."""
        return self.columns.get(field, (None,))[0]

    @property
    def answers(self) -> tuple[str, ...]:
        """The fields an office fills that this table has; none in a table only to be read."""
        fields: tuple[str, ...] = TASK_ANSWERS if self.kind == "task" else MILESTONE_ANSWERS
        return tuple(field for field in fields if field in self.columns)

    @property
    def is_answered(self) -> bool:
        """Whether an office fills this table: remarks alone may be the list's own."""
        return any(field != "remarks" for field in self.answers)


def _vocabulary(*sources: Mapping[str, Iterable[str]]) -> dict[str, str]:
    words: dict[str, str] = {}
    for source in sources:
        for meant, names in source.items():
            for name in names:
                words.setdefault(squeeze(name), meant)
    return words


_MILESTONE_BASE = {field: HEADERS[field] for field in ("number", "title")}
_VOCABULARIES: dict[Block, dict[str, str]] = {
    "milestone": _vocabulary(MILESTONE_HEADERS, _MILESTONE_BASE),
    "task": _vocabulary(FORM_HEADERS, HEADERS),
}


@lru_cache(maxsize=8192)
def recognise_header(text: str, kind: Block) -> tuple[str, bool] | None:
    """Return the field a header names and whether it does so in known words; None if none.

    >>> recognise_header("进展情况（限200字）", "task")
    ('progress', True)
    >>> recognise_header("上月进展情况", "task") is None
    True
    """
    words = _VOCABULARIES[kind]
    squeezed = squeeze(text)
    bare = _DECORATION.sub("", squeezed)
    for candidate in (squeezed, bare, _PERIOD.sub("", bare)):
        if candidate in words:
            return words[candidate], True
    if kind == "milestone" and bare.endswith("节点") and len(bare) <= _LONGEST_HEADER:
        return "milestone", True  # 本月节点
    if not bare or len(bare) > _LONGEST_HEADER or _EARLIER.match(bare):
        return None
    plain = kind == "task" and _ANSWER_WORDS.fullmatch(bare) is not None
    if (
        kind == "task"
        and "进展" in bare
        and "问题" in bare
        and bare.find("进展") < bare.find("问题")
    ):
        return "progress", False
    # Chinese compounds end in what they are: the word that ends last decides.
    held = [
        (bare.rfind(word) + len(word), len(word), field)
        for word, field in words.items()
        if word not in _ALONE and (word in bare if len(word) > 2 else bare.endswith(word))
    ]
    patterns = ANSWER_PATTERNS if kind == "task" else ()
    # 困难及下步安排, 主要工作及成效: the word that ends it says what it is.
    for name, pattern in patterns:
        if any(found.end() == len(bare) for found in re.finditer(pattern, bare)):
            held.append((len(bare), 0, name))
    first = next((name for name, pattern in patterns if re.search(pattern, bare)), None)
    meant = max(held)[2] if held else first
    if plain and first == "obstacles" and meant not in TASK_ANSWERS:
        meant = first  # 下一步工作安排 is no 工作安排
    return (meant, plain and meant == "obstacles") if meant else None


def find_tables(sheet: Sheet, drawing: Drawing = Drawing()) -> tuple[Table, ...]:  # noqa: B008
    """Return the tables of a sheet, top to bottom; a repeated header begins a new one.

    Where a book bears the marks of its form, `drawing` tells what the form's columns are; words
    are read for the rest, and where the marks are gone.
    """
    tables: list[Table] = []
    drawn = drawing.tables_on(sheet.name)
    row = 1
    while row <= len(sheet.rows):
        # A stray cell in a sheet's last row leaves a million blank ones above it.
        table = _read_header(sheet, row, drawn) if sheet.rows[row - 1] else None
        if table is None:
            row += 1
            continue
        if tables:
            tables[-1] = replace(tables[-1], last=table.top - 1)
        tables.append(table)
        row = table.bottom + 1
    tables = [_place_answer(sheet, _tell_status(sheet, table)) for table in tables]
    return tuple(tables) or _find_headless(sheet, drawn, drawing.ids)


def _find_headless(sheet: Sheet, drawn: Sequence[DrawnTable], ids: Set[str]) -> tuple[Table, ...]:
    """Return the table of a sheet whose header is gone: its rows still bear the form's ids."""
    for table in drawn:
        place = table.places.get("id")
        if place is None or not table.is_answered:
            continue
        rows = [
            row
            for row in range(1, len(sheet.rows) + 1)
            if squeeze(sheet.text(row, place)) in ids and len(sheet.rows[row - 1]) >= place
        ]
        if rows:
            columns = {field: (column,) for field, column in table.places.items()}
            top, last = rows[0], len(sheet.rows)
            return (Table(table.kind, top, top - 1, last, columns, frozenset()),)
    return ()


_Found = dict[int, tuple[str, int, int]]
# How surely a header cell names its column: by the form's own marks, in known words, nearly.
_ISSUED, _EXACT, _NEAR = 2, 1, 0


def _name_header(text: str, kind: Block, captions: Mapping[str, str]) -> tuple[str, int] | None:
    issued = captions.get(squeeze(text))
    if issued is not None:
        return issued, _ISSUED
    named = recognise_header(text[:200], kind)
    return (named[0], _EXACT if named[1] else _NEAR) if named else None


def _read_header(sheet: Sheet, top: int, drawn: Sequence[DrawnTable] = ()) -> Table | None:
    read: dict[int, dict[int, str]] = {}

    def texts_of(row: int) -> dict[int, str]:
        """Return the squeezed texts of a row, read once for all candidates."""
        if row not in read:
            read[row] = {c: squeeze(text) for c, text in _header_texts(sheet, row).items()}
        return read[row]

    squeezed = set(texts_of(top).values())
    known = [(len(squeezed & table.captions.keys()), table) for table in drawn]
    # The form's own header, wherever it now stands, before any reading of words.
    candidates = [(t, True) for n, t in sorted(known, key=lambda pair: -pair[0]) if n >= 2]
    for kind in _KINDS:
        places = next((table.places for table in drawn if table.kind == kind), {})
        candidates.append((DrawnTable(kind, {}, places), False))
    for table, issued in candidates:
        if (best := _read_header_as(sheet, top, table, issued, texts_of)) is not None:
            return best
    return None


def _read_header_as(
    sheet: Sheet,
    top: int,
    drawn: DrawnTable,
    is_issued: bool,
    texts_of: Callable[[int], dict[int, str]],
) -> Table | None:
    best = None
    kind, found = drawn.kind, _Found()
    for row in range(top, min(top + _HEADER_ROWS, len(sheet.rows) + 1)):
        texts = texts_of(row)
        known = {
            column: named
            for column, text in texts.items()
            if (named := _name_header(text, kind, drawn.captions)) is not None
        }
        if len(known) < (2 if row == top else 1) or (row > top and len(known) < len(texts)):
            break
        if row == top and not any(sure for _, sure in known.values()):
            break  # a line of labels (分管负责同志审定：) just above the header
        exact_here = sum(1 for _, sure in known.values() if sure)
        if row > top and texts.keys() <= found.keys() and (len(texts) == 1 or not exact_here):
            break  # a leader's row (×××同志负责项目), not a second row of captions
        # A lower row says more exactly what a group's caption above it holds.
        found.update((column, (*named, row)) for column, named in known.items())
        more = {c for c, text in texts.items() if kind == "task" and _MORE_PROGRESS.fullmatch(text)}
        columns = _assign_columns(found, kind, more)
        exact = frozenset((at, column) for column, (_, sure, at) in found.items() if sure)
        sure_fields = {field for field, sure, _ in found.values() if sure}
        issued = sum(1 for _, sure, _ in found.values() if sure == _ISSUED)
        if issued >= 2 or (len(exact) >= 2 and _is_header(kind, set(columns), sure_fields)):
            headed = None if is_issued else frozenset(texts)
            columns = _complete_columns(columns, found, drawn, headed)
            best = Table(kind, top, row, len(sheet.rows), columns, exact, _composed(columns, drawn))
    return best


def _complete_columns(
    columns: dict[str, tuple[int, ...]],
    found: _Found,
    drawn: DrawnTable,
    headed: frozenset[int] | None,
) -> dict[str, tuple[int, ...]]:
    """Add the issued columns whose captions say nothing any more, by their neighbours' places.

    Of a header that is not the issued one only columns count that are `headed` at all.
    """
    moved = {
        drawn.places[field]: columns[field][0] - drawn.places[field]
        for field in drawn.places
        if field in columns
    }
    taken = {column for several in columns.values() for column in several}
    completed = dict(columns)
    for name, place in drawn.places.items():
        if name in columns or not moved:
            continue
        left = [moved[at] for at in sorted(moved) if at < place][-1:]
        right = [moved[at] for at in sorted(moved) if at > place][:1]
        shifts = {*left, *right}
        column = place + min(shifts)
        named = found.get(column)
        if headed is not None and name != "id" and column not in headed:
            continue
        if len(shifts) == 1 and column > 0 and column not in taken and not (named and named[1]):
            completed[name] = (column,)
            taken.add(column)
    return completed


# The answer that may be told by its place, and what stands before and after it.
_PLACED: dict[Block, tuple[str, tuple[str, ...], tuple[str, ...]]] = {
    "task": ("progress", ("status", "responsible", "content", "title"), ("obstacles", "remarks")),
    "milestone": ("state", ("due", "milestone"), ("done_on", "note")),
}


def _tell_status(sheet: Sheet, table: Table) -> Table:
    """Return a table in which a column called 进度 that holds nothing but states is the status.

    A column whose exact word is that of progress stays what it is; the other columns that a word
    calls progress, or else the next one of them, are meant then.
    """
    columns = dict(table.columns)
    if table.kind != "task" or "status" in columns or "progress" not in columns:
        return table
    heads = range(table.top, table.bottom + 1)
    own = columns["progress"]
    claimed = {place for places in columns.values() for place in places}
    called = [
        place
        for row in heads
        for place, text in _header_texts(sheet, row).items()
        if place not in claimed and (recognise_header(text[:200], "task") or ("",))[0] == "progress"
    ]
    unsure = [column for column in own if not any((row, column) in table.worded for row in heads)]
    # 完成情况 is the status where another column, 本月工作开展情况, holds what was done.
    other = [column for column in called if _holds_texts(sheet, table, column)]
    sure = [column for column in own if column not in unsure] if other else []
    status = next((c for c in (*unsure, *called, *sure) if _holds_states(sheet, table, c)), None)
    if status is None:
        return table
    columns["status"] = (status,)
    rest = [column for column in own if column != status] or other[:1] or called[:1]
    if rest:
        columns["progress"] = tuple(rest)
    else:
        del columns["progress"]
    return replace(table, columns=columns)


def _holds_states(sheet: Sheet, table: Table, column: int) -> bool:
    rows = range(table.bottom + 1, table.last + 1)
    said = [text for row in rows if (text := sheet.text(row, column).strip())]
    return bool(said) and all(read_status(text)[1] for text in said)


def _holds_texts(sheet: Sheet, table: Table, column: int) -> bool:
    rows = range(table.bottom + 1, table.last + 1)
    said = [text for row in rows if (text := sheet.text(row, column).strip())]
    return bool(said) and not _holds_states(sheet, table, column)


def _place_answer(sheet: Sheet, table: Table) -> Table:
    """Return a table whose main answer has a column: the only unknown one in its usual place.

    Among several such columns the only one with texts below is meant; else it stays unknown.
    """
    name, before, after = _PLACED[table.kind]
    if name in table.columns or not table.is_answered:
        return table
    lefts = [table.columns[one][-1] for one in before if one in table.columns]
    rights = [table.columns[one][0] for one in after if one in table.columns]
    left = lefts[0] if lefts else 0
    right = min((column for column in rights if column > left), default=None)
    if not lefts or (right is None and "status" not in table.columns):
        return table
    claimed = {column for columns in table.columns.values() for column in columns}
    captions = {
        column: squeeze(text)
        for row in range(table.top, table.bottom + 1)
        for column, text in _header_texts(sheet, row).items()
    }
    end = right if right is not None else max(captions, default=0) + 1
    open_columns = [
        column
        for column in range(left + 1, end)
        if column not in claimed
        and column in captions
        and not _EARLIER.match(_DECORATION.sub("", captions[column]))
    ]
    rows = range(table.bottom + 1, table.last + 1)
    written = [c for c in open_columns if any(not is_blank(sheet.value(row, c)) for row in rows)]
    likely = open_columns if len(open_columns) == 1 else written
    if len(likely) != 1:
        return table
    return replace(table, columns={**table.columns, name: (likely[0],)}, placed=frozenset((name,)))


def _composed(columns: Mapping[str, tuple[int, ...]], drawn: DrawnTable) -> dict[int, str]:
    return {
        columns[field][0]: drawn.composed[place]
        for field, place in drawn.places.items()
        if field in columns and place in drawn.composed
    }


def _header_texts(sheet: Sheet, row: int) -> dict[int, str]:
    return {
        column: value_text(value)
        for column, value in enumerate(sheet.rows[row - 1], 1)
        if not is_blank(value)
    }


def _assign_columns(
    found: Mapping[int, tuple[str, int, int]], kind: Block, more: Set[int] = frozenset()
) -> dict[str, tuple[int, ...]]:
    """Return the columns of each field; of `more` all may tell of progress: 本月进展, 累计进展."""
    columns: dict[str, tuple[int, ...]] = {}
    spare: dict[str, list[int]] = {}
    # A second 编号 begins another table, side by side with this one.
    starts = sorted(c for c, (field, exact, _) in found.items() if field == "number" and exact)
    end = starts[1] if len(starts) > 1 else max(found) + 1
    for sure in (_ISSUED, _EXACT, _NEAR):
        for column in sorted(found):
            field, exact, _ = found[column]
            if exact != sure:
                continue
            several = field == "obstacles" or (field == "progress" and column in more)
            if field not in columns or (several and column < end):
                columns[field] = tuple(sorted((*columns.get(field, ()), column)))
            else:
                spare.setdefault(field, []).append(column)
    if kind == "milestone" and "done_on" not in columns and spare.get("due"):
        # 完成时限 and 完成时间 side by side: the second is when it was done.
        columns["done_on"] = (spare["due"][0],)
    return columns


def _is_header(kind: Block, fields: Set[str], sure: Set[str]) -> bool:
    if kind == "milestone":
        # 主要内容和关键时间节点计划 speaks of milestones too: only the plain word makes this table.
        return "milestone" in sure and (bool(fields & {"state", "done_on"}) or len(fields) >= 3)
    if fields & {"status", "progress", "obstacles"}:
        return bool(fields & {"number", "title", "content", "id"})
    return bool(fields & {"title", "content"}) and len(fields) >= 3
