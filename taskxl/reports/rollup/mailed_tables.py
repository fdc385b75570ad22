"""The tables of a summary workbook that a bureau mailed, as rows by header.

It is a person's file by then: saved by another program, sorted, filtered, a title retyped, a sheet
thrown away. What is looked for is found by the words in its cells, wherever they stand.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from taskxl.dates.typed import make_date
from taskxl.intake.grids import Book, Sheet, Value, value_text
from taskxl.model import Period
from taskxl.reports.sheet_overview import SHEET as OVERVIEW
from taskxl.text import squeeze
from taskxl.words import OFFICE_WORDS

Record = Mapping[str, Value]

_HEADING = re.compile(
    r"^(?P<bureau>.*?)(?P<year>\d{4})年重点工作任务[^（(]{0,20}[（(]"
    r"(?:(?P<first>\d{1,2})-)?(?P<month>\d{1,2})月[）)]$",
    re.DOTALL,
)
_NAMED = re.compile(r"(?P<year>\d{4})年(?:(?P<first>\d{1,2})-)?(?P<month>\d{1,2})月")
_AS_OF = re.compile(r"(?:统计截止|截至)[：:]?(\d{4})年(\d{1,2})月(\d{1,2})日")
_NOT_DUE = re.compile(r"报送期限\d{1,2}月\d{1,2}日未到")
_GOES_ON = re.compile(r"(?:^|\n)续\d{1,4}(?:\n|$)")
_SEARCHED = 20
"""So many rows from the top a header or a heading may stand in."""
_OVERVIEW_PLACES = ((1, 4), (5, 8), (9, 12))
"""The columns of 总览's three small tables: of a label, and of its number."""


@dataclass(frozen=True, slots=True)
class Heading:
    """What the titles of a summary tell: whose it is, of which month, as of which day."""

    bureau: str
    period: Period | None
    as_of: date | None
    is_due: bool


def read_heading(book: Book) -> Heading:
    """Return what the titles say; of several that differ the first sheet's."""
    bureau, period, as_of, is_due = "", None, None, True
    for text in _top_texts(book):
        found = _HEADING.match(text.strip())
        if found and period is None:
            period = _period_of(found)
            bureau = found["bureau"].strip() if period else ""
        day = _AS_OF.search(squeeze(text))
        if day and as_of is None:
            as_of = make_date(*map(int, day.groups()))
        is_due = is_due and not _NOT_DUE.search(squeeze(text))
    return Heading(bureau, period, as_of, is_due)


def period_in_name(name: str) -> Period | None:
    """Return the period that a file's name tells: 2021年1-4月汇总.xlsx."""
    found = _NAMED.search(name)
    return _period_of(found) if found else None


def _period_of(found: re.Match[str]) -> Period | None:
    year, month = int(found["year"]), int(found["month"])
    first = int(found["first"] or month)
    if not 1 <= first <= month <= 12 or not 2000 <= year <= 2100:
        return None
    return Period(year, month, first)


def _top_texts(book: Book) -> Iterator[str]:
    for sheet in book.sheets:
        for row in sheet.rows[:_SEARCHED]:
            yield from (value for value in row if isinstance(value, str))


# ---------------------------------------------------------------- the tables


def read_table(book: Book, name: str, wanted: Sequence[str]) -> list[Record] | None:
    """Return the rows of a sheet's table by header, or None where there is no such table.

    Headers are those with 股室 in them, whatever the bureau calls its offices. A row in which the
    one above goes on is left out, and so are blank rows.
    """
    named = [one for one in book.sheets if squeeze(one.name) == name]
    others = [one for one in book.sheets if squeeze(one.name) != name]
    for sheet in (*named, *others):
        header = _find_header(sheet, wanted)
        if header is not None:
            return list(_rows_below(sheet, *header))
    return None


def _find_header(sheet: Sheet, wanted: Sequence[str]) -> tuple[int, dict[int, str]] | None:
    for number, row in enumerate(sheet.rows[:_SEARCHED], 1):
        there = {
            column: head
            for column, value in enumerate(row, 1)
            if isinstance(value, str) and (head := _plain_header(value))
        }
        if set(wanted) <= set(there.values()):
            return number, there
    return None


def _plain_header(text: str) -> str:
    head = squeeze(text)
    for word in OFFICE_WORDS:
        head = head.replace(word, "股室")
    return head


def _rows_below(sheet: Sheet, top: int, heads: Mapping[int, str]) -> Iterator[Record]:
    for row in sheet.rows[top:]:
        record: dict[str, Value] = {}
        for column, head in heads.items():
            record.setdefault(head, row[column - 1] if column <= len(row) else None)
        texts = [value for value in record.values() if isinstance(value, str)]
        if any(_GOES_ON.search(text) for text in texts):
            continue
        if any(value not in (None, "") for value in record.values()):
            yield record


def text_of(record: Record, header: str) -> str:
    """Return what a person sees in a row under a header, "" where nothing is."""
    return value_text(record.get(header)).strip()


def number_in(record: Record, header: str) -> int:
    """Return the whole number in a row under a header, 0 where there is none."""
    try:
        return int(float(value_text(record.get(header)) or 0))
    except (ValueError, OverflowError):
        return 0


def day_in(record: Record, header: str) -> date | None:
    """Return the date in a row under a header: as a date, or as another program wrote it out."""
    value = record.get(header)
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    found = re.match(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})", value_text(value).strip())
    return make_date(*map(int, found.groups())) if found else None


def only_in(record: Record, header: str) -> str:
    """Return the text of a row over all columns, "" where other columns have something too."""
    others = (value for head, value in record.items() if head != header)
    return "" if any(value not in (None, "") for value in others) else text_of(record, header)


def read_overview(book: Book) -> list[dict[str, int]]:
    """Return 总览's three small tables of numbers, by label; none where there is no such sheet."""
    for sheet in book.sheets:
        if squeeze(sheet.name) != OVERVIEW:
            continue
        tables: list[dict[str, int]] = []
        for label, number in _OVERVIEW_PLACES:
            rows = range(1, min(len(sheet.rows), _SEARCHED) + 1)
            found = ((squeeze(sheet.text(row, label)), sheet.value(row, number)) for row in rows)
            whole = {word: value for word, value in found if isinstance(value, int | float)}
            tables.append({w: int(v) for w, v in whole.items() if not v % 1})
        return tables
    return []
