"""Columns whose header nobody knows, understood by what stands in them; never without a word."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from taskxl import words
from taskxl.a1 import column_letters
from taskxl.dates import find_due, read_date, read_number
from taskxl.findings import Finding
from taskxl.intake.grids import Value, value_text
from taskxl.master.list_rules import HEADER
from taskxl.master.reading.header import Column, Grid, Header, read_header_word
from taskxl.master.reading.offices import split_names
from taskxl.text import is_blank, show, squeeze

_SAMPLE = 60
_MOST = 0.7
_OFFICE = re.compile(rf"(?:{'|'.join(words.OFFICE_ENDINGS)}|局|学校|中学|小学|幼儿园)$")
_PERSON = re.compile(r"[\u4e00-\u9fff]{2,4}")
_CURE = (
    "如不对，请把表头改成常用的写法（序号、任务名称、主要内容、完成时限、牵头股室、责任股室、"
    "责任人、备注）后重新读入。"
)
_USUAL = ("lead", "supporting")  # 责任单位 beside 牵头单位: decided by the columns, not assumed
_CALLED_A_LIST = re.compile("任务|要点|实事|重点|清单|台账|督办|工作|一览")
_ANY_YEAR = 2000  # only whether a cell is a date matters here, not which


def understand_columns(grid: Grid, header: Header) -> Header:
    """Give columns with an unknown header the field that their cells show, where it is missing.

    Only offices, persons and dates show what they are. The columns come back as not `sure`, so
    that a finding says what was assumed.
    """
    fields = {column.field for column in header.columns}
    columns: list[Column] = []
    for column in header.columns:
        guess = "" if column.field else guess_field(_sample(grid, column.index, header.bottom))
        known = fields & ({"lead", "responsible"} if guess == "responsible" else {guess})
        if not column.field and not guess and _is_stage(column.header):
            column = replace(column, field="stage", sure=False)
        elif guess and not known:
            fields.add(guess)
            column = replace(column, field=guess, sure=False)
        columns.append(column)
    return replace(header, columns=tuple(columns))


def is_called_a_list(texts: Iterable[str]) -> bool:
    """Tell whether one of the titles over a table calls it a list of tasks."""
    return any(_CALLED_A_LIST.search(text) for text in texts)


def guess_header(grid: Grid, titles: Sequence[str]) -> Header | None:
    """Return a header understood by the cells below it alone, None when they show no task list.

    A list shows itself by a column that counts 1, 2, 3, one with names of tasks, and one with
    offices or dates; and one of its `titles` or what stands above must call it a list of tasks.
    """
    found = _find_count(grid)
    if found is None:
        return None
    first, number = found
    above = [text for row in range(1, first - 1) for _, text in grid.filled(row)]
    if not is_called_a_list((*above, *titles)):
        return None
    columns: list[Column] = []
    fields: set[str] = set()
    for index in range(1, grid.width + 1):
        cells = _sample(grid, index, first - 1)
        if not cells:
            continue
        guess = "number" if index == number else guess_field(cells)
        if not guess and _is_prose(cells):
            guess = "title" if "title" not in fields else "content"
        guess = "" if guess in fields else guess
        fields.add(guess)
        columns.append(Column(index, guess, squeeze(grid.shown(first - 1, index)), sure=False))
    if "title" not in fields or not fields & {"responsible", "due"}:
        return None
    return Header(first - 1, first - 1, tuple(columns))


def explain_guess(grid: Grid, header: Header) -> Iterator[Finding]:
    """Say how the columns of a guessed header were understood."""
    said = "、".join(
        f"{column_letters(column.index)}栏“{show(column.header, 20)}”是"
        f"{words.FIELD_NAMES.get(column.field, '不认识的内容，没有读入')}"
        for column in header.columns
    )
    yield HEADER.found(
        f"表头看不懂，已按各栏的内容推定：{said}。{_CURE}",
        cell=grid.name(header.bottom, 1),
    )


def explain_header(grid: Grid, header: Header) -> Iterator[Finding]:
    """Say how columns were understood whose header is no known word."""
    stages = header.of("stage")
    if stages:
        names = "”“".join(show(column.header, 20) for column in stages)
        yield HEADER.found(
            f"“{names}”各栏的内容读作节点，时限按栏名计。如不对，请在主清单“节点”表里改正。",
            severity="info",
            cell=grid.name(header.bottom, stages[0].index),
        )
    for column in header.columns:
        if column.field == "stage":
            continue
        name = f"“{show(column.header, 30)}”" if column.header else "空白"
        field = words.FIELD_NAMES.get(column.field)
        if field is None:
            message = f"表头{name}看不懂，这一栏没有读入。"
        elif not column.sure:
            message = f"表头{name}不是认识的写法，已按“{field}”读入。"
        elif read_header_word(column.header) == (column.field, True) or column.field in _USUAL:
            continue
        else:
            message = f"{name}一栏已按“{field}”读入。"
        yield HEADER.found(
            f"{message}{_CURE}",
            severity="info" if field else None,
            cell=grid.name(header.bottom, column.index),
        )


def guess_field(cells: Sequence[Value]) -> str:
    """Return the field that a column's cells show: `due`, `responsible`, `person` or "".

    >>> guess_field(["办公室", "计财股、办公室"]), guess_field(["6月底前", "12月10日"])
    ('responsible', 'due')
    >>> guess_field(["周小川", "吴桐"]), guess_field(["五百万元", "三百万元"])
    ('person', '')
    """
    if not cells:
        return ""
    tests = (("due", _is_due), ("responsible", _are_offices), ("person", _are_persons))
    for name, test in tests:
        if sum(test(cell) for cell in cells) >= _MOST * len(cells):
            return name
    return ""


def _is_stage(header: str) -> bool:
    """Tell whether a column's header is a due phrase: its cells are milestones due by then."""
    found = find_due(header, _ANY_YEAR) if len(header) <= 12 else None
    return found is not None and found.due is not None


def _sample(grid: Grid, index: int, above: int) -> list[Value]:
    """Return the first values of a column below row `above`."""
    cells = (grid.value(row, index) for row in range(above + 1, grid.height + 1))
    filled = [value for value in cells if not is_blank(value)]
    return filled[:_SAMPLE]


def _is_due(value: Value) -> bool:
    if not isinstance(value, str):
        return read_date(value, _ANY_YEAR) is not None
    text = squeeze(value)
    return len(text) <= 16 and find_due(text, _ANY_YEAR) is not None


def _are_offices(value: Value) -> bool:
    names = split_names(value) if isinstance(value, str) else ()
    return bool(names) and all(
        len(name) <= 12 and (name in words.ALL_OFFICES or _OFFICE.search(name)) for name in names
    )


def _are_persons(value: Value) -> bool:
    names = split_names(value) if isinstance(value, str) else ()
    surnames = words.SURNAMES
    return bool(names) and all(
        _PERSON.fullmatch(name) and name.startswith(surnames) for name in names
    )


def _is_prose(cells: Sequence[Value]) -> bool:
    texts = [squeeze(cell) for cell in cells if isinstance(cell, str)]
    chinese = [text for text in texts if len(text) >= 4 and re.search(r"[\u4e00-\u9fff]", text)]
    return len(chinese) >= _MOST * len(cells)


def _find_count(grid: Grid) -> tuple[int, int] | None:
    """Return where a column begins to count 1, 2, 3 (row, column), None where none does."""
    counts: dict[int, tuple[int, int]] = {}  # by column: the row of its 1, its last number
    for row, values in enumerate(grid.sheet.rows, 1):
        for index, value in enumerate(values[:12], 1):
            if is_blank(value):
                continue
            number = read_number(value_text(value))
            start, last = counts.get(index, (0, 0))
            if number == 1 and row > 1:
                counts[index] = (row, 1)
            elif number is not None and start and number == last + 1:
                counts[index] = (start, number)
                if number == 3:
                    return start, index
    return None
