"""The 办公室's own workbooks that lie among the returns: no office's form, whatever is in them."""

import re

from taskxl.forms.identity import PROPERTY, read_property
from taskxl.intake.grids import Book
from taskxl.text import squeeze
from taskxl.words import LEDGER_TITLES, MASTER_SHEETS, REPORTS_ON, SUMMARY_TITLES

_HEAD_ROWS = 3
_TAKE_OUT = "不是哪个股室报来的进展情况表，没有采用。请移出“回收”；"
_ON_IT = "股室在上面写了本期进展的，请它写到自己的表上报来。"
A_SUMMARY = f"这是办公室的汇总，{_TAKE_OUT}办公室要改的，请改“汇总”文件夹里的那一份；{_ON_IT}"
A_LEDGER = f"这是办公室的工作台账，{_TAKE_OUT}{_ON_IT}"
A_MASTER = "这是主清单，不是进展情况表，没有采用。请移出“回收”；要改清单的，请改工作区里的那一份。"


def name_own_book(book: Book, bureau: str) -> str | None:
    """Return why a workbook is no office's form where taskxl wrote it for the 办公室; else None.

    A summary bears a mark, which other programs keep; in other kinds of file, and in 定稿, its
    titles tell it, as they tell the book of the year. `bureau` is what they begin with. An office
    may have reported in such a book all the same: whose rows are left in it is not asked here.
    """
    if {squeeze(sheet.name) for sheet in book.sheets} >= {*MASTER_SHEETS}:
        return A_MASTER
    mark = book.properties.get(PROPERTY, "")
    if (mark and read_property(mark) is None) or _is_headed(book, bureau, SUMMARY_TITLES):
        return A_SUMMARY
    return A_LEDGER if _is_headed(book, bureau, LEDGER_TITLES) else None


def _is_headed(book: Book, bureau: str, titles: tuple[str, ...]) -> bool:
    """Tell whether the title of a sheet is one that stands over a report of taskxl."""
    words = "|".join(re.escape(squeeze(title)) for title in titles)
    title = re.compile(
        rf"{re.escape(squeeze(bureau))}\d{{4}}年{re.escape(REPORTS_ON)}(?:{words})(?:\(.+\))?"
    )
    return any(
        title.fullmatch(squeeze(sheet.text(row, 1)))
        for sheet in book.sheets
        for row in range(1, min(_HEAD_ROWS, len(sheet.rows)) + 1)
    )
