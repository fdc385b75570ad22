"""Which column is what: judged by its header and by the cells below it, or as a person said."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from taskxl.a1 import column_letters
from taskxl.dates import read_number
from taskxl.intake.grids import value_text
from taskxl.master.reading.guesses import guess_field, is_prose, sample
from taskxl.master.reading.header import Column, Grid, Header, read_header
from taskxl.master.reading.hints import NO_HINTS, Hints
from taskxl.text import is_blank, squeeze

# Of two columns that may both hold the task's name, the better word for it comes first.
_TITLE_WORDS = ("名称", "项目", "任务", "事项", "主要工作", "重点工作", "实事", "工作")
_NAMES = re.compile(r"(?:任务|项目|事项|工作)名称$")
# Say more of what another names.
_DETAILS = re.compile(r"^(?:主要|具体|(?:年度?)?目标)任务|任务(?:分解|内容)$")
_PROBLEM = re.compile(r"问题")
_RECTIFIES = re.compile(r"整改|销号")
_BEGINS = re.compile(r"开始|启动|起始|开工|起止")
_CODE = re.compile(r"[A-Za-z]{0,4}(?:[-_.]?\d{1,6})+")
_SHARE = 0.3


def find_header(grid: Grid, first: int, hints: Hints = NO_HINTS) -> Header | None:
    """Return the first header of a task list at or below row `first`, None when there is none.

    A header may have up to three rows; it names the task and at least one thing more of it.
    """
    for row in range(first, grid.height + 1):
        header = read_header(grid, row)
        if header:
            return judge_columns(grid, header, hints)
    return None


def judge_columns(
    grid: Grid, header: Header, hints: Hints = NO_HINTS, first_leads: bool = False
) -> Header:
    """Decide what each column of a header is.

    `first_leads`: a note says that of several 责任单位 the first one leads. `hints` go first, then
    known words, then what the cells show; columns that were understood by their cells come back
    as not `sure`, so that a finding says what was assumed.
    """
    columns = _find_number(grid, header.columns, header.bottom)
    columns = _leave_codes_out(grid, columns, header.bottom)
    columns = _find_problems(columns)
    columns = _settle_dues(columns)
    columns = _obey(columns, hints)
    columns = _resolve(grid, columns, header.bottom, first_leads)
    columns = _understand(grid, columns, header.bottom)
    columns = _find_row_each(columns, _count_filled(grid, header.bottom))
    header = replace(header, columns=columns)
    return _find_rows_of_groups(grid, header)


def _obey(columns: Sequence[Column], hints: Hints) -> tuple[Column, ...]:
    """Give columns the fields that a person said."""
    done = []
    for column in columns:
        field = hints.field_of(column.header, column_letters(column.index))
        if field is not None:
            column = replace(
                column,
                field="content" if field == "milestone" else field,
                sure=True,
                said=True,
                row_each=field == "milestone",
            )
        done.append(column)
    return tuple(done)


def _find_number(grid: Grid, columns: Sequence[Column], bottom: int) -> tuple[Column, ...]:
    """Find the column of numbers that has no header of its own, by its counting cells."""
    if any(column.field == "number" for column in columns):
        return tuple(columns)
    for at, column in enumerate(columns):
        if column.field not in ("title", "", "section"):
            continue
        if column.index in grid.sheet.hidden_columns:
            continue  # a helper's count, which nobody sees
        cells = [value_text(value) for value in sample(grid, column.index, bottom)]
        counted = [n for n in map(read_number, cells) if n is not None]
        if len(counted) > 1 and len(counted) >= 0.8 * len(cells) and sorted(counted) == counted:
            found = replace(column, field="number", sure=False)
            return (*columns[:at], found, *columns[at + 1 :])
    return tuple(columns)


def _leave_codes_out(grid: Grid, columns: Sequence[Column], bottom: int) -> tuple[Column, ...]:
    """Take no column of codes (A01, A02, …) that differ from row to row as one of categories.

    They number the tasks where nothing else does and a person sees them.
    """
    done: list[Column] = []
    numbered = any(column.field == "number" for column in columns)
    for column in columns:
        cells = [squeeze(value_text(value)) for value in sample(grid, column.index, bottom)]
        codes = (
            len(cells) > 1 and len(set(cells)) == len(cells) and all(map(_CODE.fullmatch, cells))
        )
        if column.field == "section" and codes:
            counts = not numbered and column.index not in grid.sheet.hidden_columns
            column = replace(column, field="number" if counts else "", sure=False)
            numbered = numbered or counts
        done.append(column)
    return tuple(done)


def _find_problems(columns: Sequence[Column]) -> tuple[Column, ...]:
    """In a list of problems to be put right (反馈问题, 整改措施) the problem is the task."""
    problems = [c for c in columns if c.field == "obstacles" and _PROBLEM.search(c.header)]
    rectifies = any(_RECTIFIES.search(column.header) for column in columns)
    named = any(c.field == "title" and _NAMES.search(c.header) for c in columns)
    if not problems or not rectifies or named:
        return tuple(columns)
    changed = {problems[0].index: "title"}
    changed |= {c.index: "content" for c in columns if c.field == "title"}
    return tuple(replace(c, field=changed.get(c.index, c.field)) for c in columns)


def _settle_dues(columns: Sequence[Column]) -> tuple[Column, ...]:
    """Tell the time at which work begins from the one by which it is done."""
    dues = [column for column in columns if column.field == "due"]
    ends = [column for column in dues if not _BEGINS.search(column.header)]
    starts = {c.index for c in dues if c not in ends and (ends or "起止" not in c.header)}
    return tuple(replace(c, field="start") if c.index in starts else c for c in columns)


def _resolve(
    grid: Grid, columns: Sequence[Column], bottom: int, first_leads: bool
) -> tuple[Column, ...]:
    """Decide the columns whose word alone does not: which is the task's name, who leads."""
    counts = _count_filled(grid, bottom)
    fields = {column.field for column in columns}
    changed: dict[int, str] = {}
    titles = [column for column in columns if column.field == "title"]
    if len(titles) > 1:
        numbers = [column for column in columns if column.field == "number"]
        rows = counts[numbers[0].index] if numbers else max(counts[c.index] for c in titles)
        best = min(
            titles,
            key=lambda c: (
                not c.said,
                not _NAMES.search(c.header),
                abs(counts[c.index] - rows),
                bool(_DETAILS.search(c.header)),
                _title_rank(c),
                c.index,
            ),
        )
        for column in titles:
            if column is not best:
                sparse = counts[column.index] < counts[best.index] and column.index < best.index
                changed[column.index] = "section" if sparse else "content"
    if not titles and "content" in fields:
        contents = [c for c in columns if c.field == "content" and not c.holds_milestones]
        if contents:
            changed[contents[0].index] = "title"
    if "lead" in fields and "responsible" in fields:
        changed |= {c.index: "supporting" for c in columns if c.field == "responsible"}
    elif "responsible" in fields and "supporting" in fields and not first_leads:
        changed |= {c.index: "lead" for c in columns if c.field == "responsible"}
    for field in ("number", "title"):
        same = [c for c in columns if changed.get(c.index, c.field) == field]
        same.sort(key=lambda c: field == "number" and not (c.said or c.sure))
        changed |= {c.index: "" for c in same[1:]}
    said = {c.index for c in columns if c.said}
    return tuple(
        replace(c, field=c.field if c.index in said else changed.get(c.index, c.field))
        for c in columns
    )


def _find_row_each(columns: Sequence[Column], counts: Mapping[int, int]) -> tuple[Column, ...]:
    """Mark which of several columns of contents goes with the rows of due dates."""
    if not any(c.field == "due" for c in columns):
        return tuple(columns)
    numbers = [c for c in columns if c.field == "number"]
    contents = [c for c in columns if c.field == "content"]
    tasks = counts[numbers[0].index] if numbers else 0
    more = [c for c in contents if counts[c.index] > tasks > 0]
    if len(contents) < 2 or len(more) != 1:
        return tuple(columns)
    return tuple(replace(c, row_each=True) if c is more[0] else c for c in columns)


def _count_filled(grid: Grid, bottom: int) -> Mapping[int, int]:
    counts = dict.fromkeys(range(1, grid.width + 1), 0)
    for row in grid.sheet.rows[bottom:]:
        for index, value in enumerate(row, 1):
            counts[index] += not is_blank(value)
    return counts


def _title_rank(column: Column) -> int:
    return next((n for n, word in enumerate(_TITLE_WORDS) if word in column.header), 99)


def _understand(grid: Grid, columns: Sequence[Column], bottom: int) -> tuple[Column, ...]:
    """Give columns with an unknown header the field that their cells show, where it is missing.

    Offices, persons and dates show what they are; sentences are what is to be done.
    """
    fields = {column.field for column in columns}
    done: list[Column] = []
    for column in columns:
        if column.field or column.said or column.index in grid.sheet.hidden_columns:
            done.append(column)
            continue
        cells = sample(grid, column.index, bottom)
        guess = guess_field(cells)
        if not guess and column.header and len(cells) > 1 and is_prose(cells):
            guess = "content" if "title" in fields else "title"
        known = fields & ({"lead", "responsible"} if guess == "responsible" else {guess})
        if guess and (not known or guess == "content"):
            fields.add(guess)
            column = replace(column, field=guess, sure=False)
        done.append(column)
    return tuple(done)


def _find_rows_of_groups(grid: Grid, header: Header) -> Header:
    """Where the rows under one name have numbers or offices of their own, each is a task.

    The name is then that of their group; else such rows are the steps of one task.
    """
    titles, contents = header.of("title"), header.of("content")
    if len(titles) != 1 or not contents or titles[0].said or _NAMES.search(titles[0].header):
        return header
    title = titles[0]
    if any(column.said for column in contents):
        return header
    content = max(
        contents, key=lambda c: sum(bool(grid.text(r, c.index)) for r in _rows(grid, header))
    )
    groups = [rows for rows in _group_rows(grid, header, title, content) if len(rows) > 1]
    if not groups:
        return header
    numbers = header.of("number")[:1]
    offices = (*header.of("lead"), *header.of("responsible"))
    apart = sum(
        _differ(grid, rows, numbers, all_own=True) or _differ(grid, rows, offices, all_own=False)
        for rows in groups
    )
    if not apart or apart < _SHARE * len(groups):
        return header
    changed = {title.index: "section", content.index: "title"}
    columns = (replace(c, field=changed.get(c.index, c.field)) for c in header.columns)
    return replace(header, columns=tuple(columns), task_each_row=True)


def _rows(grid: Grid, header: Header) -> range:
    return range(header.bottom + 1, grid.height + 1)


def _group_rows(grid: Grid, header: Header, title: Column, content: Column) -> list[list[int]]:
    """Return the rows below each name that have a content of their own."""
    groups: list[list[int]] = []
    for row in _rows(grid, header):
        area = grid.area(row, title.index)
        if area.right - area.left > 1 and area.top == area.bottom:
            groups.append([])  # a section row
            continue
        begins = bool(grid.text(row, title.index)) and area.top == row
        if begins or not groups:
            groups.append([])
        if (
            grid.text(row, content.index)
            and squeeze(grid.text(row, content.index)) != content.header
        ):
            groups[-1].append(row)
    return groups


def _differ(grid: Grid, rows: Sequence[int], columns: Sequence[Column], all_own: bool) -> bool:
    """Tell whether rows say different things of their own in some columns."""
    for column in columns:
        own = [squeeze(grid.text(row, column.index)) for row in rows]
        filled = [text for text in own if text]
        if len(filled) < 2 or (all_own and len(filled) < len(rows)):
            continue
        if len(set(filled)) > 1:
            return True
    return False
