"""Files that are no list, or not one list: a form taken for 附件1, two years, two bureaus."""

import re
from collections.abc import Sequence

from taskxl.forms.identity import PROPERTY, identity_sheets, read_property
from taskxl.forms.returned.columns import find_tables
from taskxl.intake.grids import Book, value_text
from taskxl.master.book.making import guess_bureau
from taskxl.master.reading.letterhead import find_bureau
from taskxl.master.reading.task_list import read_task_list
from taskxl.master.reading.titles import read_year
from taskxl.text import quote, show, squeeze

_FORM_TITLE = re.compile(r"进展情况表|情况月报表|完成情况表|推进情况表")
_FORM_LINE = re.compile(r"填报(?:股室|科室|处室|部门|单位)[:：]")


def find_form(books: Sequence[Book]) -> str:
    """Return a line that one of the files is 附件2 and not 附件1, "" where none is."""
    for book in books:
        if _is_form(book):
            return (
                f"{show(book.name)}：这是进展情况表（附件2），不是任务清单。"
                "请选任务一览表（附件1）；填好的进展情况表请放进当月的回收文件夹。"
            )
    return ""


def _is_form(book: Book) -> bool:
    """Tell whether a file is a form: by the marks of one, or by its title, columns and head line.

    A notice with 附件1 and 附件2 in it is none, nor is a list that has a column for progress.
    """
    if read_property(book.properties.get(PROPERTY, "")) or tuple(identity_sheets(book)):
        return True
    tables = [t for s in book.sheets for t in find_tables(s) if t.kind == "task"]
    if not tables or not all({"progress", "obstacles"} <= set(t.columns) for t in tables):
        return False
    texts = [f"{line.label}{line.text}" for line in book.lines]
    texts += [
        value_text(value)
        for sheet in book.sheets
        for row, _, value in sheet.cells()
        if row <= 10 and isinstance(value, str)
    ]
    said = [squeeze(text) for text in texts]
    return any(_FORM_TITLE.search(t) for t in said) and any(_FORM_LINE.search(t) for t in said)


def find_mixture(books: Sequence[Book]) -> str:
    """Return a line that files are of two years or two bureaus, "" where they can be one list.

    What counts is what titles, file names and signatures say; a year that is only mentioned does
    not.
    """
    if len(books) < 2:
        return ""
    years: dict[int, str] = {}
    bureaus: dict[str, str] = {}
    for book in books:
        task_list, _ = read_task_list([book])
        if not task_list.tasks:
            continue
        year = read_year(task_list.title) or read_year(book.name)
        if year:
            years.setdefault(year, book.name)
        bureau = guess_bureau(task_list.title) or find_bureau([book])
        if bureau and not any(bureau.endswith(one) or one.endswith(bureau) for one in bureaus):
            bureaus.setdefault(bureau, book.name)
    if len(years) > 1:
        named = "，".join(f"{quote(show(name))}是 {year} 年的" for year, name in years.items())
        return f"{named}。一个工作区只放一年的清单，请分开建工作区；年份写错的，请改好标题再运行。"
    if len(bureaus) > 1:
        named = "，".join(f"{quote(show(name))}是{bureau}的" for bureau, name in bureaus.items())
        return f"{named}。一个工作区只放一个单位的清单，请分开建工作区；名称写错的，请改好再运行。"
    return ""
