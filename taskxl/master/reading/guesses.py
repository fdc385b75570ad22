"""Columns whose header nobody knows, understood by what stands in them; never without a word."""

import re
from collections.abc import Iterable, Iterator, Sequence

from taskxl import words
from taskxl.a1 import column_letters
from taskxl.dates import find_due, read_date, read_number
from taskxl.findings import Finding
from taskxl.intake.grids import Value, value_text
from taskxl.master.list_rules import CUT_OFF, HEADER
from taskxl.master.reading.header import Column, Grid, Header, read_header_word
from taskxl.master.reading.hints import FIELD_WORDS
from taskxl.master.reading.offices import looks_like_office, split_names
from taskxl.master.reading.responsibility import read_duty
from taskxl.text import is_blank, show, squeeze

_AMOUNT = re.compile(r"约?\d[\d,.]*[百千万亿]*(?:元|平方米|米|公里|亩|户|人|个|吨|[%％])?")
_SAMPLE = 60
_MOST = 0.7
_PERSON = re.compile(r"[\u4e00-\u9fff]{2,4}")
_CURE = "如不对，请加选项说明，如 --column {column}={word}；或改正表头后重新读入。"
_NOT_OF_THE_LIST = ("status", "progress", "obstacles")
_USUAL = ("lead", "supporting")  # 责任单位 beside 牵头单位: decided by the columns, not assumed
_CALLED_A_LIST = re.compile("任务|要点|实事|重点|清单|台账|督办|工作|一览")
_DOUBLES = ("remarks", "section")  # whose cells show no kind of their own
_ANY_YEAR = 2000  # only whether a cell is a date matters here, not which


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
        cells = sample(grid, index, first - 1)
        if not cells:
            continue
        guess = "number" if index == number else guess_field(cells)
        if not guess and is_prose(cells):
            guess = "title" if "title" not in fields else "content"
        word = read_header_word(grid.shown(first - 1, index)) if first > 1 else None
        if word and index != number and word[0] != "number" and (guess or word[0] in _DOUBLES):
            guess = word[0]  # 盯办领导 over names of persons
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
    first = column_letters(header.columns[0].index)
    yield HEADER.found(
        f"表头看不懂，已按各栏的内容推定：{said}。{_CURE.format(column=first, word='任务')}",
        cell=grid.name(header.bottom, 1),
    )


def explain_header(grid: Grid, header: Header) -> Iterator[Finding]:
    """Say how columns were understood whose header is no known word; what is unread is not here."""
    stages = header.of("stage")
    if stages:
        names = "”“".join(show(column.header, 20) for column in stages)
        yield HEADER.found(
            f"“{names}”各栏的内容读作节点，时限按栏名计。如不对，请在主清单“节点”表里改正。",
            severity="info",
            cell=grid.name(header.bottom, stages[0].index),
        )
    if header.task_each_row:
        group, task = header.of("section")[0], header.of("title")[0]
        yield HEADER.found(
            f"“{show(group.header, 20)}”下的各行有各自的编号或责任股室，"
            f"已把“{show(task.header, 20)}”一栏读作任务，"
            f"“{show(group.header, 20)}”读作分组。如不对，请加选项 "
            f"--column {_name_column(group)}=任务。",
            severity="info",
            cell=grid.name(header.bottom, group.index),
        )
    understood = [
        (column, words.FIELD_NAMES[column.field])
        for column in header.columns
        if column.field in words.FIELD_NAMES
        and column.field not in ("stage", "start", *_NOT_OF_THE_LIST)
        and not column.said
        and not (header.task_each_row and column.field in ("section", "title"))
        and not (column.field in _USUAL and column.sure)
        and read_header_word(column.header) != (column.field, True)
    ]
    if understood:
        said = "、".join(
            f"“{show(column.header, 20)}”读作{field}"
            if column.header
            else f"没有表头的{column_letters(column.index)}栏读作{field}"
            for column, field in understood
        )
        first = understood[0][0]
        word = FIELD_WORDS["content" if first.field == "title" else "title"][0]
        yield HEADER.found(
            f"表头不全是常用的写法，已按下面这样读入：{said}。"
            f"{_CURE.format(column=_name_column(first), word=word)}",
            severity="info",
            cell=grid.name(header.bottom, first.index),
        )


def _name_column(column: Column) -> str:
    """Return how --column names a column: by its header, else by its letters."""
    plain = squeeze(column.header)
    return show(plain) if plain and len(plain) <= 20 else column_letters(column.index)


def explain_unread(
    grid: Grid, header: Header, index: int, cells: Sequence[tuple[int, str]]
) -> Finding:
    """Say once of a column that its cells (row, text) were not read."""
    column = next((column for column in header.columns if column.index == index), None)
    letters, word = column_letters(index), FIELD_WORDS["remarks"][0]
    many = f"（{len(cells)}格，如“{show(cells[0][1], 40)}”）"
    cell = grid.name(cells[0][0], index)
    if column is None or not column.header:
        message = f"{letters}栏没有表头，其中的内容{many}没有读入。"
    elif column.field:
        message = f"“{show(column.header, 30)}”一栏{many}不属于任务清单，没有读入。"
        name = _name_column(column)
        return CUT_OFF.found(
            f"{message}需要保留的，请加选项 --column {name}={word}。", severity="info", cell=cell
        )
    else:
        message = f"表头“{show(column.header, 30)}”看不懂，这一栏{many}没有读入。"
    name = _name_column(column) if column else letters
    return HEADER.found(
        f"{message}要读入请加选项说明，如 --column {name}={word}。",
        severity=None if column and column.header else "info",
        cell=cell,
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


def sample(grid: Grid, index: int, above: int) -> list[Value]:
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
    duty = read_duty(value) if isinstance(value, str) and len(value) <= 120 else None
    return duty is not None and bool(duty.offices) and all(map(looks_like_office, duty.offices))


def _are_persons(value: Value) -> bool:
    names = split_names(value) if isinstance(value, str) else ()
    surnames = words.SURNAMES
    return bool(names) and all(
        _PERSON.fullmatch(name) and name.startswith(surnames) for name in names
    )


def is_prose(cells: Sequence[Value]) -> bool:
    """Tell whether most cells are phrases or sentences: what is to be done."""
    texts = [squeeze(cell) for cell in cells if isinstance(cell, str)]
    texts = [_AMOUNT.sub("", text) for text in texts]
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
