"""A returned sheet in parts: the head lines, tables and rows that are one office's."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import pairwise

from taskxl.a1 import parse_reference
from taskxl.forms.identity import FORMULA
from taskxl.forms.returned.catalog import Catalog
from taskxl.forms.returned.columns import Table, find_tables
from taskxl.forms.returned.drawn import Drawing, is_as_written
from taskxl.forms.returned.head_lines import Fact, find_head_columns, read_labels
from taskxl.forms.returned.matching import RowKeys
from taskxl.forms.returned.tally import Tally
from taskxl.forms.returned.whose import read_months
from taskxl.intake.grids import CellError, Sheet, value_text
from taskxl.model import Period
from taskxl.text import squeeze

# Names of offices stand on lines of their own, or are parted by these.
PARTING = re.compile(r"[\s\u3000、,，;；/|]+")


@dataclass(frozen=True, slots=True)
class Row:
    """A row below a header, with what it says of whose it is.

    `item` is the task (or milestone) of the whole list of which it speaks, None where unsure;
    `offices` what stands under 责任股室, parted.
    """

    table: Table
    row: int
    keys: RowKeys
    item: str | None
    offices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """One office's part of a sheet; `sheet` is the sheet's place in the book, from 0.

    `rows` are those that name a task of the list, `others` those that only look like it;
    `facts` is what the labels say, in their order; `headed` the period in the heading; `ours`
    whether a row says in the program's own words that nothing is to be filled; `follows` the sheet
    of which this one only goes on with the table.
    """

    sheet: int
    name: str
    top: int
    bottom: int
    tables: tuple[Table, ...]
    rows: tuple[Row, ...]
    others: tuple[Row, ...]
    facts: tuple[Fact, ...]
    headed: Period | None
    ours: bool = False
    follows: int | None = None

    def said(self, field: str) -> str:
        """Return the text after a label, "" where there is none."""
        return next((fact.text for fact in self.facts if fact.field == field and fact.text), "")

    @property
    def is_filled(self) -> bool:
        """Whether it has a table of tasks for the office to fill."""
        return any(table.kind == "task" and table.is_answered for table in self.tables)

    @property
    def has_milestones(self) -> bool:
        """Whether it has a table of milestones for the office to fill."""
        return any(table.kind == "milestone" and table.is_answered for table in self.tables)


def find_parts(
    catalog: Catalog,
    tally: Tally,
    index: int,
    trust_ids: bool,
    drawing: Drawing,
    before: Part | None = None,
) -> tuple[Part, ...]:
    """Return the parts of a sheet; none where it has no table.

    A table that a page break cut in two has no header of its own in its second half: it goes on
    with the columns of the part `before`.

    A second 填报股室 below a table begins a second part. What labels and headers say is taken, and
    what the program itself wrote.
    """
    sheet = tally.sheets[index]
    tables = find_tables(sheet, drawing)
    follows = None
    if not tables and before is not None:
        tables = _go_on(catalog, tally.sheets[before.sheet], sheet, before, trust_ids)
        follows = before.sheet if tables else None
    if not tables:
        return ()
    read = [row for table in tables for row in _read_rows(catalog, sheet, table, trust_ids)]
    own = {row.row for row in read if row.item is None and _is_own_sentence(catalog, row)}
    rows = [row for row in read if row.row not in own]
    known = {row.row for row in rows if row.item is not None}
    heads = {row for table in tables for row in range(table.top, table.bottom + 1)}
    free = [n for n in range(1, len(sheet.rows) + 1) if n not in known and n not in heads]
    labelled = read_labels(sheet, free, catalog.is_fixed_text, drawing.cells)
    for row, column in labelled.seen:
        tally.take(index, row, column)
    for row, column, text in labelled.rests:
        if not catalog.is_form_text(text):
            tally.keep("text", index, row, column, text)
    for table in tables:
        for row, column in (*table.worded, *_column_numbers(sheet, table)):
            tally.take(index, row, column)
        _keep_captions(catalog, tally, index, table)
    spoken = {fact.row for fact in labelled.facts} | {row for row, _ in labelled.seen}
    starts = _starts(tables, labelled.facts)
    parts = []
    for top, bottom in zip(starts, [*(s - 1 for s in starts[1:]), len(sheet.rows)], strict=True):
        inside = tuple(table for table in tables if top <= table.top <= bottom)
        mine_at = inside[0]
        mine = [row for row in rows if top <= row.row <= bottom]
        parts.append(
            Part(
                index,
                sheet.name,
                top,
                bottom,
                inside,
                tuple(row for row in mine if row.row in known),
                tuple(row for row in mine if row.row not in known | spoken),
                tuple(fact for fact in labelled.facts if top <= fact.row <= bottom),
                _read_heading(catalog, tally, index, range(top, mine_at.top), mine_at.bottom),
                any(top <= row <= bottom for row in own),
                follows,
            )
        )
    take_written(tally, index, free, drawing)
    return tuple(parts)


def _column_numbers(sheet: Sheet, table: Table) -> list[tuple[int, int]]:
    """Return the cells of a row right below a header that only counts its columns: (1) (2) (3)."""
    row = table.bottom + 1
    if row > table.last:
        return []
    cells = [
        (column, text)
        for column in range(1, len(sheet.rows[row - 1]) + 1)
        if (text := squeeze(sheet.text(row, column)).strip("()[]"))
    ]
    counted = [str(n) for n in range(1, len(cells) + 1)]
    is_count = len(cells) >= 3 and [text for _, text in cells] == counted
    return [(row, column) for column, _ in cells] if is_count else []


def _go_on(
    catalog: Catalog, first: Sheet, sheet: Sheet, before: Part, trust_ids: bool
) -> tuple[Table, ...]:
    """Return the table with which a sheet goes on where the one before it ended, if it does.

    It is no wider, and most of its rows name a task. Rows whose plan is a milestone, or the other
    way round, are those of another table that lost its header: their answers stand elsewhere.
    """
    table = before.tables[-1]
    width = max((len(row) for row in first.rows), default=0)
    if not sheet.rows or max(map(len, sheet.rows)) > width or table.bottom < table.top:
        return ()
    moved = replace(
        table, top=1, bottom=0, last=len(sheet.rows), worded=frozenset(), placed=frozenset()
    )
    rows = list(_read_rows(catalog, sheet, moved, trust_ids))
    known = sum(row.item is not None and not _is_of_other_kind(catalog, row) for row in rows)
    return (moved,) if known and 2 * known >= len(rows) else ()


def _is_of_other_kind(catalog: Catalog, row: Row) -> bool:
    """Tell whether a row has a milestone where a task's plan belongs, or a plan for a milestone."""
    registers = catalog.registers()
    if row.table.kind == "task":
        return registers["milestone"].has_text(row.keys.other)
    return registers["task"].has_plan(row.keys.text)


def _is_own_sentence(catalog: Catalog, row: Row) -> bool:
    """Tell whether all that a row says is that nothing is to be filled here."""
    said = [text for text in (row.keys.id, row.keys.number, row.keys.text, row.keys.other) if text]
    return bool(said) and all(map(catalog.is_own_sentence, said))


def _keep_captions(catalog: Catalog, tally: Tally, index: int, table: Table) -> None:
    """Keep what a clerk called a column in words of his own; the column itself is understood."""
    sheet = tally.sheets[index]
    columns = {column for columns in table.columns.values() for column in columns}
    heads = find_head_columns(sheet, range(table.top, table.bottom + 1))
    for row in range(table.top, table.bottom + 1):
        for column in sorted(columns - heads.keys()):
            text = sheet.text(row, column)
            if (row, column) not in table.worded and text and not catalog.is_form_text(text):
                tally.keep("reported", index, row, column)


def take_written(tally: Tally, index: int, rows: Iterable[int], drawing: Drawing) -> None:
    """Take the cells of some rows that hold what the program put there when the form was issued."""
    sheet = tally.sheets[index]
    for cell in drawing.cells:
        place = parse_reference(cell.cell) if cell.text == FORMULA else None
        counted = place is not None and isinstance(sheet.value(*place), int | float | CellError)
        if place is not None and counted and cell.sheet == sheet.name:
            tally.take(index, *place)
    for row in rows if drawing.cells else ():
        for column, value in enumerate(sheet.rows[row - 1], 1):
            if isinstance(value, str) and is_as_written(drawing, value):
                tally.take(index, row, column)


def _read_rows(catalog: Catalog, sheet: Sheet, table: Table, trust_ids: bool) -> Iterable[Row]:
    register = catalog.registers()[table.kind]
    fields = ("id", "number", "title", "content")
    if table.kind == "milestone":
        fields = ("id", "number", "milestone", "title")
    columns = [table.column(field) for field in fields]
    for row in range(table.bottom + 1, table.last + 1):
        if not sheet.rows[row - 1]:
            continue
        texts = [
            ""
            if column is None or isinstance(sheet.value(row, column), CellError)
            else sheet.text(row, column).strip()
            for column in columns
        ]
        if not trust_ids:
            texts[0] = ""
        if any(texts):
            keys = RowKeys(*texts)
            named = table.column("lead") or table.column("responsible")
            told = PARTING.split(sheet.text(row, named)) if named else ()
            offices = tuple(name.strip() for name in told if name.strip())
            yield Row(table, row, keys, register.find(keys), offices)


def _starts(tables: tuple[Table, ...], facts: tuple[Fact, ...]) -> list[int]:
    """Return the first rows of the parts: a 填报股室 after a table belongs to the next table."""
    starts = [1]
    for before, after in pairwise(tables):
        named = [f.row for f in facts if f.field == "office" and before.top < f.row < after.top]
        if named:
            starts.append(max(named))
    return starts


def _read_heading(
    catalog: Catalog, tally: Tally, index: int, above: range, header: int
) -> Period | None:
    """Return the period that the lines above a table name; a plain heading is taken."""
    found = None
    sheet = tally.sheets[index]
    for row in above:
        for column in range(1, len(sheet.rows[row - 1]) + 1):
            text = sheet.text(row, column)
            if (index, row, column) in tally.taken or len(text) > 200:
                continue
            if catalog.is_title(text):
                tally.take(index, row, column)
            if found is None and "情况" in text:
                found = read_months(text, catalog.period.year)
    return found


def add_head_columns(part: Part, tally: Tally) -> Part:
    """Return a part with what columns such as 填报人 and 审定 say of its rows, each text once."""
    sheet = tally.sheets[part.sheet]
    facts: list[Fact] = []
    for table in part.tables:
        headers = range(table.top, table.bottom + 1)
        columns = find_head_columns(sheet, headers) if table.is_answered else {}
        for column, name in columns.items():
            rows = [row.row for row in part.rows if row.table == table]
            for row in rows:
                value = sheet.value(row, column)
                text = value_text(value).strip()
                known = any(squeeze(f.text) == squeeze(text) for f in facts if f.field == name)
                if text and not known:
                    facts.append(Fact(name, text, value, row, column))
            for row in (*headers, *rows):
                tally.take(part.sheet, row, column)
    return replace(part, facts=(*part.facts, *facts)) if facts else part
