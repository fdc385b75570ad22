"""Forms laid out otherwise than a task a row below a header: made into such a table to be read.

A card a task (captions left, texts right), a table turned over (a task a column), paragraphs with
captions, and rows whose header was not copied along.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from taskxl.forms.returned.catalog import Catalog
from taskxl.forms.returned.columns import find_tables, recognise_header
from taskxl.intake.grids import Sheet, Value
from taskxl.statements import read_status
from taskxl.text import is_blank, squeeze

Place = tuple[int, int]
_ANSWERS = frozenset(("status", "progress", "obstacles"))
_CAPTIONS = {
    "number": "编号",
    "title": "项目名称",
    "content": "主要内容和关键时间节点计划",
    "responsible": "责任股室",
    "status": "进度状态",
    "progress": "进展情况",
    "obstacles": "存在问题和下一步工作计划",
    "remarks": "备注",
}
_FREE = ("progress", "obstacles", "remarks")
_LABELLED = re.compile(r"\s*([^:：\n]{2,30})\s*[:：]\s*(.*)", re.DOTALL)
_NUMBER = re.compile(
    r"\s*[(（]?(\d{1,3}|[一二三四五六七八九十]{1,3})[)）.．、]+\s*(?:项目名称[:：]|任务名称[:：])?"
)
_MOST_ROWS = 2000  # a sheet of more is no form


@dataclass(frozen=True, slots=True)
class LaidOut:
    """A sheet made into rows; `places` tells where a cell of it stands in the file.

    A cell that has no place was put there by the program: a caption. `guessed` tells that no
    caption in the file says what the columns are.
    """

    sheet: Sheet
    places: Mapping[Place, Place]
    guessed: bool = False


@dataclass(frozen=True, slots=True)
class _Record:
    """One task: text and place of each field, and the rows of the file that it takes up."""

    fields: Mapping[str, tuple[Value, Place]]
    rows: frozenset[int]


def lay_out_records(catalog: Catalog, sheet: Sheet) -> LaidOut | None:
    """Return a sheet without a table as one, None where it is no form in another layout.

    Every record bears the title of a task of the list; what stands in no record stays as it is.
    """
    if len(sheet.rows) > _MOST_ROWS or not any(sheet.rows):
        return None
    for find in (_read_cards, _read_paragraphs):
        records = [
            record
            for record in find(catalog, sheet)
            if _names_task(catalog, record) and _ANSWERS & record.fields.keys()
        ]
        if records:
            return _compose(sheet, records)
    return _insert_header(catalog, sheet)


def _names_task(catalog: Catalog, record: _Record) -> bool:
    title = record.fields.get("title")
    return title is not None and squeeze(title[0]) in catalog.telling_texts


# ---------------------------------------------------------------- captions beside their texts


def _read_cards(_: Catalog, sheet: Sheet) -> Iterator[_Record]:
    """Yield what stands right of captions that stand below each other, a record a column."""
    column = _caption_column(sheet)
    if column is None:
        return
    for block in _blocks(sheet, column):
        width = max(len(sheet.rows[row - 1]) for row in block.values())
        for place in range(column + 1, width + 1):
            fields = {name: (sheet.value(row, place), (row, place)) for name, row in block.items()}
            if any(not is_blank(value) for value, _ in fields.values()):
                yield _Record(fields, frozenset(block.values()))


def _caption_column(sheet: Sheet) -> int | None:
    """Return the column in which most captions stand, a key and an answer among them."""
    found: dict[int, list[str]] = {}
    for _, column, value in sheet.cells():
        named = _caption(value)
        if named is not None:
            found.setdefault(column, []).append(named)
    able = {
        column: names
        for column, names in found.items()
        if len({*names}) >= 3 and "title" in names and _ANSWERS & {*names}
    }
    return max(able, key=lambda column: len(able[column]), default=None)


def _caption(value: Value) -> str | None:
    named = recognise_header(value[:200], "task") if isinstance(value, str) else None
    return named[0] if named and named[1] and named[0] in _CAPTIONS else None


def _blocks(sheet: Sheet, column: int) -> Iterator[dict[str, int]]:
    """Yield the rows of the captions of one card, by field; a caption that returns begins one."""
    block: dict[str, int] = {}
    for row in range(1, len(sheet.rows) + 1):
        name = _caption(sheet.value(row, column))
        if name is None:
            continue
        if name in block:
            yield block
            block = {}
        block[name] = row
    if block:
        yield block


# ---------------------------------------------------------------- paragraphs


def _read_paragraphs(catalog: Catalog, sheet: Sheet) -> Iterator[_Record]:
    """Yield what paragraphs say below a task's title: 进展情况：……"""
    fields: dict[str, tuple[Value, Place]] = {}
    rows: set[int] = set()
    for row, line in enumerate(sheet.rows, 1):
        texts = [(column, v) for column, v in enumerate(line, 1) if not is_blank(v)]
        if len(texts) != 1:
            continue
        column, text = texts[0]
        if not isinstance(text, str):
            continue
        titled = _title_of(catalog, text)
        if titled:
            if fields:
                yield _Record(fields, frozenset(rows))
            fields = {name: (said, (row, column)) for name, said in titled.items()}
            rows = {row}
            continue
        labelled = _LABELLED.fullmatch(text)
        name = _caption(labelled[1]) if labelled else None
        if fields and labelled and name and name not in fields:
            fields[name] = (labelled[2].strip(), (row, column))
            rows.add(row)
    if fields:
        yield _Record(fields, frozenset(rows))


def _title_of(catalog: Catalog, text: str) -> dict[str, str]:
    """Return number and title of a line that is a task's title and nothing else; {} for another."""
    if len(text) > 200:
        return {}
    numbered = _NUMBER.match(text)
    bare = text[numbered.end() :] if numbered else text
    labelled = _LABELLED.fullmatch(bare)
    if labelled and _caption(labelled[1]) == "title":
        bare = labelled[2]
    if squeeze(bare) not in catalog.telling_texts:
        return {}
    return ({"number": numbered[1]} if numbered else {}) | {"title": bare.strip()}


def _compose(sheet: Sheet, records: Sequence[_Record]) -> LaidOut:
    """Return a sheet with the records as rows below a header, other rows before and after them."""
    used = frozenset().union(*(record.rows for record in records))
    names = [name for name in _CAPTIONS if any(name in record.fields for record in records)]
    rows: list[tuple[Value, ...]] = []
    places: dict[Place, Place] = {}

    def keep(number: int) -> None:
        rows.append(sheet.rows[number - 1])
        for column in range(1, len(sheet.rows[number - 1]) + 1):
            places[len(rows), column] = (number, column)

    others = [n for n in range(1, len(sheet.rows) + 1) if n not in used]
    first = min(used)
    for number in others:
        if number < first:
            keep(number)
    rows.append(tuple(_CAPTIONS[name] for name in names))
    for record in records:
        rows.append(tuple(record.fields.get(name, (None, None))[0] for name in names))
        for column, name in enumerate(names, 1):
            if name in record.fields:
                places[len(rows), column] = record.fields[name][1]
    rows.append(())
    for number in others:
        if number > first and any(not is_blank(value) for value in sheet.rows[number - 1]):
            keep(number)
    struck = frozenset(new for new, old in places.items() if old in sheet.struck)
    return LaidOut(replace(sheet, rows=tuple(rows), merges=(), struck=struck), places)


# ---------------------------------------------------------------- tables side by side


def stack_tables(sheet: Sheet) -> LaidOut | None:
    """Return a sheet of two tables side by side with the right one below the left one, else None.

    A blank column parts them, and each of them has a header of its own.
    """
    if not 0 < len(sheet.rows) <= _MOST_ROWS:
        return None
    used = sorted({column for _, column, value in sheet.cells() if not is_blank(value)})
    for left, right in pairwise(used):
        if right - left < 2:
            continue
        blocks = [_cut(sheet, 1, left), _cut(sheet, right, used[-1])]
        if all(any(table.is_answered for table in find_tables(block)) for block in blocks):
            return _stack(sheet, blocks, right)
    return None


def _cut(sheet: Sheet, first: int, last: int) -> Sheet:
    return replace(sheet, rows=tuple(row[first - 1 : last] for row in sheet.rows), merges=())


def _stack(sheet: Sheet, blocks: Sequence[Sheet], right: int) -> LaidOut:
    height = len(sheet.rows) + 1
    places: dict[Place, Place] = {}
    for down, across, block in ((0, 0, blocks[0]), (height, right - 1, blocks[1])):
        for row, column, _ in block.cells():
            places[row + down, column] = (row, column + across)
    merges = tuple(
        replace(
            area,
            top=area.top + height,
            bottom=area.bottom + height,
            left=area.left - right + 1,
            right=area.right - right + 1,
        )
        if area.left >= right
        else area
        for area in sheet.merges
    )
    rows = (*blocks[0].rows, (), *blocks[1].rows)
    struck = frozenset(new for new, old in places.items() if old in sheet.struck)
    return LaidOut(replace(sheet, rows=rows, merges=merges, struck=struck), places)


# ---------------------------------------------------------------- rows without a header


def _insert_header(catalog: Catalog, sheet: Sheet) -> LaidOut | None:
    """Return a sheet of rows with a header above them: what the columns hold says what they are.

    The titles, the plans, the offices and the states are known; of the free texts right of them
    the first tells of progress, as in every form.
    """
    titled = _title_column(catalog, sheet)
    if titled is None:
        return None
    column, rows = titled
    width = max(len(sheet.rows[row - 1]) for row in rows)
    kinds: dict[str, int] = {"title": column}
    known: tuple[tuple[str, Callable[[str], bool]], ...] = (
        ("content", lambda text: catalog.is_form_text(text) and len(squeeze(text)) > 10),
        ("responsible", lambda text: _are_offices(catalog, text)),
        ("status", lambda text: read_status(text)[1]),
    )
    free: list[int] = []
    for place in range(column + 1, width + 1):
        texts = [text for row in rows if (text := sheet.text(row, place).strip())]
        name = next((n for n, is_it in known if n not in kinds and _all(is_it, texts)), None)
        if name is not None:
            kinds[name] = place
        elif texts:
            free.append(place)
    if not kinds.keys() & {"content", "responsible", "status"} or not 1 <= len(free) <= len(_FREE):
        return None
    kinds |= dict(zip(_FREE, free, strict=False))
    if column > 1 and _all(_is_number, [sheet.text(row, column - 1) for row in rows]):
        kinds["number"] = column - 1
    header: list[Value] = [None] * width
    for name, place in kinds.items():
        header[place - 1] = _CAPTIONS[name]
    top = rows[0]
    after = [*sheet.rows[: top - 1], tuple(header), *sheet.rows[top - 1 :]]
    places = {
        (row + (row >= top), place): (row, place)
        for row, line in enumerate(sheet.rows, 1)
        for place in range(1, len(line) + 1)
    }
    merges = tuple(
        replace(area, top=area.top + (area.top >= top), bottom=area.bottom + (area.bottom >= top))
        for area in sheet.merges
    )
    struck = frozenset((row + (row >= top), place) for row, place in sheet.struck)
    moved = replace(sheet, rows=tuple(after), merges=merges, struck=struck)
    return LaidOut(moved, places, guessed=True)


def _title_column(catalog: Catalog, sheet: Sheet) -> tuple[int, list[int]] | None:
    found: dict[int, list[int]] = {}
    for row, column, value in sheet.cells():
        if isinstance(value, str) and squeeze(value) in catalog.telling_texts:
            found.setdefault(column, []).append(row)
    if not found:
        return None
    column = max(found, key=lambda place: len(found[place]))
    return column, found[column]


def _all(is_it: Callable[[str], bool], texts: Sequence[str]) -> bool:
    return bool(texts) and all(map(is_it, texts))


def _are_offices(catalog: Catalog, text: str) -> bool:
    names = [name for name in re.split(r"[\s、,，;；/]+", text) if name]
    return bool(names) and all(catalog.office_named(name) for name in names)


def _is_number(text: str) -> bool:
    return (
        re.fullmatch(r"[(（]?(?:\d{1,3}|[一二三四五六七八九十]{1,3})[)）.．、]?", text.strip())
        is not None
    )
