"""What a list is called, of which year it is and when it was issued."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date

from taskxl.dates import read_date
from taskxl.intake.grids import Book, Line, Sheet
from taskxl.master.reading.drafts import Part, is_note, read_leader
from taskxl.text import squeeze

_LIST_WORDS = "一览表|清单|任务|要点|计划|方案|安排|实事|分解|台账|工作"
_TITLE = re.compile(rf"(?:{_LIST_WORDS})")
_SECTION = re.compile(
    r"^(?:[一二三四五六七八九十]+、|[(（][一二三四五六七八九十]+[)）]|第.{1,3}[章节部])"
)
_YEAR = re.compile(r"(?<![\d-])(20\d\d|19\d\d)(?=年|度)(?!年?[-—–~至])")
_PLANNED = re.compile(r"(20\d\d)年?度?[^\d]{0,12}?(?:计划|要点|任务|安排|打算|清单|实事|方案)")
_CHINESE_YEAR = re.compile("二[〇○零][〇○零一二三四五六七八九]{2}(?=年)")
_DIGITS = str.maketrans("〇○零一二三四五六七八九", "000123456789")
_DATED = re.compile(r"(20\d\d)[-./]\d{1,2}(?:[-./]\d{1,2})?(?:前|之前)?")
_SIGNED = re.compile(r"(?:20\d\d|二[〇○零]..)年\d{1,2}月\d{1,2}日(?:印发|发布)?$")


def is_title(text: str) -> bool:
    """Tell whether a line can be the title of a list.

    >>> is_title("2019年全市教育工作任务分解方案"), is_title("一、加强组织领导"), is_title("附件1")
    (True, False, False)
    """
    plain = squeeze(text)
    return (
        4 <= len(plain) <= 60
        and bool(_TITLE.search(plain))
        and not _SECTION.search(plain)
        and not is_note(text)
        and not re.search(r"[。；;:]$", plain)
    )


def find_table_titles(book: Book, part: Part) -> Part:
    """Give a table of tasks its titles and, in a document, the section it stands under.

    The titles are the texts above its header, or the document's lines before it, nearest first.
    """
    titles = [squeeze(text) for text in part.above if is_title(text)]
    sections = [text for text in part.above if _SECTION.search(squeeze(text))]
    near: list[Line] = []
    if part.sheet.line is not None:
        before = [line for line in book.lines if line.number < (part.sheet.line or 0)]
        last = max(
            (s.line for s in book.sheets if s.line is not None and s.line < part.sheet.line),
            default=0,
        )
        near = [line for line in before if line.number >= last]
        sections += [_full(line) for line in near if _SECTION.search(squeeze(_full(line)))][-1:]
        titles += [squeeze(line.text) for line in reversed(before) if is_title(line.text)]
    stem = re.sub(r"\.\w{1,5}$", "", book.name)
    if not titles:
        titles += [squeeze(text) for text in part.above if _may_be_title(text)][:1]
    titles += [name for name in (part.sheet.name, stem) if not titles and is_title(name)]
    if sections:
        for draft in part.drafts:
            draft.section = draft.section or sections[-1].strip()
    heads = [*part.above, *sections[-1:], *([near[-1].text] if near else [])]
    leader = next((name for text in reversed(heads) if (name := read_leader(text))), None)
    for draft in part.drafts if leader else ():
        if not draft.texts.get("leader"):
            draft.leader = draft.leader or leader
    return replace(part, titles=tuple(titles[:6]))


def _may_be_title(text: str) -> bool:
    """Tell whether a text above a table may be its title, though no known word calls it a list."""
    plain = squeeze(text)
    return (
        6 <= len(plain) <= 60
        and not _SECTION.search(plain)
        and not is_note(text)
        and read_leader(text) is None
        and not re.search(r"[。；;:]", plain)
    )


def find_title_above(book: Book, sheet: Sheet) -> str:
    """Return the title line nearest above a document's table, "" where there is none."""
    above = (line.text for line in reversed(book.lines) if line.number < (sheet.line or 0))
    return next((text for text in above if is_title(text)), "")


def _full(line: Line) -> str:
    return f"{line.label}{line.text}"


def find_year(titles: Iterable[str], books: Sequence[Book]) -> int | None:
    """Return the year that the titles say, else the file names, else most of the texts.

    Signatures do not count: notices are signed in the year before, or with the wrong year.

    >>> find_year(["2017年工作总结2018年工作计划"], ())
    2018
    """
    for text in [*titles, *(book.name for book in books)]:
        said = read_year(text)
        if said:
            return said
    lines = [line.text for book in books for line in book.lines if not _SIGNED.search(line.text)]
    lines += [
        value
        for book in books
        for sheet in book.sheets
        for _, _, value in sheet.cells()
        if isinstance(value, str)
    ]
    years = [int(year) for text in lines for year in _YEAR.findall(squeeze(text))]
    years = years or list(_years_of_dates(books))
    return max(dict.fromkeys(years), key=years.count, default=None)


def _years_of_dates(books: Sequence[Book]) -> Iterator[int]:
    """Yield the years of the dates that stand in cells."""
    for book in books:
        for sheet in book.sheets:
            for _, _, value in sheet.cells():
                if isinstance(value, date):  # and datetime, which is one
                    yield value.year
                elif isinstance(value, str) and (found := _DATED.fullmatch(squeeze(value))):
                    yield int(found[1])


def read_year(title: str) -> int | None:
    """Return the year of a title, that of the plan where it names two.

    >>> read_year("二〇二一年重点工作任务"), read_year("2021—2025年规划"), read_year("工作要点")
    (2021, None, None)
    """
    plain = squeeze(title)
    plain = _CHINESE_YEAR.sub(lambda found: found[0].translate(_DIGITS), plain)
    planned = _PLANNED.search(plain)
    found = _YEAR.search(plain)
    if planned and not re.search(rf"[-—–~至]{planned[1]}", plain):
        return int(planned[1])
    return int(found[1]) if found and not re.search(rf"[—–~至]{found[1]}", plain) else None


def find_issue_date(books: Sequence[Book], year: int | None) -> date | None:
    """Return the day on which a notice is signed, in `year` where that is given.

    `None`: nothing is signed. The signature's year is often wrong, its day seldom.
    """
    for book in books:
        for line in book.lines:
            plain = squeeze(line.text)
            found = _SIGNED.search(plain)
            if found and len(plain) <= 30:
                signed = read_date(found[0].removesuffix("印发").removesuffix("发布"), 0)
                if signed and year and not (signed.month == 2 and signed.day == 29):
                    return signed.replace(year=year)
                return signed
    return None
