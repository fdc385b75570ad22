"""附件1 as tasks: the drafts of tables or prose, interpreted; what `taskxl read` shows."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from taskxl.a1 import cell_name
from taskxl.dates import UNSET, Calendar
from taskxl.findings import Finding
from taskxl.intake.grids import Book, Sheet
from taskxl.master.checks import check_tasks
from taskxl.master.list_rules import CUT_OFF, MENDED, PASSED_OVER, YEAR
from taskxl.master.reading.answering import OFFICE_FIELDS, names_by_role, read_offices
from taskxl.master.reading.broken_lines import join_broken_lines
from taskxl.master.reading.drafts import Draft, Part, is_note
from taskxl.master.reading.flattened import restore_tables
from taskxl.master.reading.hints import NO_HINTS, Hints
from taskxl.master.reading.labels import take_labels_of
from taskxl.master.reading.offices import (
    PERSON_LIKE,
    find_known,
)
from taskxl.master.reading.persons import pair_persons, read_leaders
from taskxl.master.reading.plans import read_plan
from taskxl.master.reading.prose import read_outline
from taskxl.master.reading.responsibility import read_office_of_heading, says_first_leads
from taskxl.master.reading.rows import read_rows
from taskxl.master.reading.task_cards import Cards, gather_cards, gather_cards_of_lines
from taskxl.master.reading.titles import (
    find_issue_date,
    find_table_titles,
    find_title_above,
    find_year,
)
from taskxl.master.reading.understood import describe_columns
from taskxl.model import Task, TaskList, with_ids
from taskxl.text import is_blank, show, squeeze


@dataclass(frozen=True, slots=True)
class _Names:
    """The names that a list shows on their own, by which those run together are parted."""

    offices: frozenset[str]
    persons: frozenset[str]


def read_task_list(
    books: Sequence[Book],
    calendar: Calendar = UNSET,
    year: int | None = None,
    hints: Hints = NO_HINTS,
) -> tuple[TaskList, tuple[Finding, ...]]:
    """Read the tasks of one or several files as a careful person would.

    `calendar` gives the term dates and year-end cut-off of 设置; `year` goes before the year that
    the title says; `hints` are what a person said of its columns and levels. A list without tasks
    means that nothing in the files is a task list.
    Nothing is invented, renumbered or dropped: what has no place in a field is a finding.
    """
    parts: list[Part] = []
    findings: list[Finding] = []
    for book in books:
        found, passed = _read_book(book, hints)
        parts += found
        findings += passed
    _name_sections(parts)
    titles = [title for part in parts for title in part.titles]
    drafts = [draft for part in parts for draft in part.drafts]
    if not drafts:
        return TaskList("", year, ()), tuple(findings)
    said, doubts = _find_list_year(books, titles, year)
    for part in parts:
        findings += [*part.findings, *(finding for _, finding in part.waiting)]
    findings += doubts
    for draft in drafts:
        if not any(draft.texts.get(name) for name in OFFICE_FIELDS):
            take_labels_of(draft)
    _take_offices_of_headings(drafts)
    names = _Names(
        find_known(names_by_role(drafts)),
        find_known((t for d in drafts for t in d.texts.get("person", ())), PERSON_LIKE),
    )
    tasks: list[Task] = []
    for draft in drafts:
        task, doubts = _read_task(draft, names, said, calendar)
        tasks.append(task)
        findings += doubts
    issued = find_issue_date(books, said)
    findings += check_tasks(with_ids(tuple(tasks)), None, year=said, issued=issued)
    title = titles[0] if titles else ""
    understood = tuple(line for part in parts for line in part.understood)
    return TaskList(title, said, tuple(tasks), understood), _in_order(findings)


def _read_book(book: Book, hints: Hints) -> tuple[list[Part], list[Finding]]:
    """Return the parts of a book that hold tasks: its tables, else its prose."""
    mended = [MENDED.found(remark, file=book.name) for remark in book.remarks]
    prose, joined = join_broken_lines(book)
    book, findings = restore_tables(prose)
    findings = [*mended, *joined, *findings]
    if any(finding.code == "M108" for finding in findings):
        return [], findings
    parts: list[Part] = []
    first_leads = any(map(says_first_leads, _texts(book)))
    cards = None if hints.header_row else gather_cards(book)
    for sheet in book.sheets:
        if cards and sheet.name in cards.taken:
            if sheet.name == cards.sheet.name:
                part = _read_cards(book, cards, hints)
                parts += [part] if part else []
            continue
        filled = any(not is_blank(value) for _, _, value in sheet.cells())
        if sheet.state != "visible":
            if filled:
                findings.append(_pass_over(book, sheet.name, "是隐藏的工作表，没有读入"))
            continue
        above, between = _find_table_above(book, sheet, parts)
        part = read_rows(
            sheet, book.name, above, find_title_above(book, sheet), between, hints, first_leads
        )
        if part and (part.drafts or part.continues):
            parts.append(part)
        elif filled:
            why = "是空白表，没有读入" if part else "不是任务清单，没有读入"
            findings.append(_pass_over(book, sheet.name, why))
    lists = [part for part in parts if not _is_form(part)]
    if lists:  # a filled 附件2 beside 附件1 says nothing new of the tasks
        findings += (
            _pass_over(book, part.sheet.name, "是进展情况表，没有当作任务清单读入")
            for part in parts
            if _is_form(part)
        )
        parts = lists
    if parts:
        for part in parts:
            part.understood += describe_columns(book, part)
        return [find_table_titles(book, part) for part in parts], findings
    of_lines = gather_cards_of_lines(prose) if hints.task_level is None else None
    if of_lines and (part := _read_cards(prose, of_lines, hints)):
        return [find_table_titles(book, part)], findings
    part, passed = read_outline(prose, hints.task_level)
    if part is None and not passed and not findings:
        passed = [PASSED_OVER.found("这份文件里没有认出任务，没有读入。", file=book.name)]
    return ([part] if part else []), findings + passed


def _texts(book: Book) -> Iterator[str]:
    yield from (line.text for line in book.lines)
    for sheet in book.sheets:
        yield from (value for _, _, value in sheet.cells() if isinstance(value, str))


def _read_cards(book: Book, cards: Cards, hints: Hints) -> Part | None:
    title = find_title_above(book, cards.sheet)
    part = read_rows(cards.sheet, book.name, title=title, hints=hints)
    if part:
        cards.give_places(part)
    return part


def _is_form(part: Part) -> bool:
    """Tell whether a table is a form: it asks for progress and for obstacles."""
    fields = {column.field for header in part.headers for column in header.columns}
    return {"progress", "obstacles"} <= fields


def _find_table_above(
    book: Book, sheet: Sheet, parts: Sequence[Part]
) -> tuple[Part | None, tuple[str, ...]]:
    """Return the table of tasks above in a document, and the lines that stand between.

    Page numbers and titles that each page repeats do not count as standing between.
    """
    last = parts[-1] if parts else None
    if last is None or sheet.line is None or last.sheet.line is None or not last.headers:
        return None, ()
    above = {squeeze(line.text) for line in book.lines if line.number < last.sheet.line}
    between = [line for line in book.lines if last.sheet.line <= line.number < sheet.line]
    texts = (line.text for line in between if not is_note(line.text))
    return last, tuple(text for text in texts if squeeze(text) not in above)


def _pass_over(book: Book, sheet: str, why: str) -> Finding:
    return PASSED_OVER.found(
        f"这张表{why}。如果其中有任务，请检查表头是否写明任务名称和责任股室。",
        file=book.name,
        sheet=sheet,
    )


def _name_sections(parts: Sequence[Part]) -> None:
    """Keep lists with numberings of their own apart: their title becomes their tasks' section."""
    titles = {part.titles[0] for part in parts if part.titles}
    if len(titles) < 2:
        return
    for part in parts:
        for draft in part.drafts:
            if not draft.section and part.titles:
                draft.section = part.titles[0]


def _take_offices_of_headings(drafts: Sequence[Draft]) -> None:
    """Give tasks that name nobody who leads the office that their heading does: 人事科牵头任务."""
    for draft in drafts:
        if any(draft.texts.get(name) for name in ("lead", "responsible")):
            continue
        headings = reversed((draft.section or "").split("／"))
        office = next(filter(None, map(read_office_of_heading, headings)), None)
        if office:
            draft.add("lead", office)


def _find_list_year(
    books: Sequence[Book], titles: Sequence[str], year: int | None
) -> tuple[int | None, list[Finding]]:
    """Return the list's year and what is doubtful about it."""
    said = year or find_year(titles, books)
    file = books[0].name if books else None
    signed = find_issue_date(books, None)
    if said is None and signed is not None:
        return signed.year, [
            YEAR.found(
                f"清单没有写明是哪一年的任务，已按落款的{signed.year}年推算日期。请核实。",
                file=file,
            )
        ]
    if said is None:
        return None, [
            YEAR.found(
                "清单没有写明是哪一年的任务，节点的日期都没有推算。请在标题里写明年份后重新读入。",
                file=file,
            )
        ]
    if signed and signed.year != said:
        return said, [
            YEAR.found(
                f"落款日期是{signed.year}年{signed.month}月{signed.day}日，与标题的{said}年不同，"
                f"已按{said}年推算日期。请核实。",
                severity="info",
                file=file,
            )
        ]
    return said, []


def _in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return findings without repetitions, in the order in which they were made."""
    return tuple(dict.fromkeys(findings))


# ---------------------------------------------------------------- one draft


def _read_task(
    draft: Draft, names: _Names, year: int | None, calendar: Calendar
) -> tuple[Task, list[Finding]]:
    place = draft.place
    findings: list[Finding] = []

    def report(rule_found: Finding) -> None:
        cell = cell_name(place.row, place.column) if place.sheet and place.row else None
        findings.append(rule_found.at(file=place.file, sheet=place.sheet, cell=cell))

    lead, supporting = read_offices(draft, names.offices, report)
    said = "\n".join(draft.texts.get("person", ()))
    persons, numbers = pair_persons(said, lead + supporting, names.persons)
    apart = len(lead) == 1 and draft.texts.get("supporting")
    if apart and len(persons) == 1:  # one 责任人 beside 主体 and 协同: of the office that leads
        persons, numbers = pair_persons(said, lead, names.persons)
    for number in numbers:
        report(
            CUT_OFF.found(f"责任人一栏的“{show(number, 30)}”不是姓名，没有读入。", severity="info")
        )
    content, milestones = read_plan(draft, year, calendar, report)
    leaders = read_leaders("\n".join(draft.texts.get("leader", ())))
    task = Task(
        number=draft.number,
        title=_one_line(draft.title),
        section=_one_line(draft.section),
        leader="、".join(leaders) or draft.leader,
        content=content,
        lead_offices=lead,
        supporting_offices=supporting,
        persons=persons,
        remarks=_read_remarks(draft),
        milestones=milestones,
        place=place,
    )
    return task, findings


_SEVERAL = re.compile(r"[；;](?![^（(]*[)）])")


def _one_line(text: str | None) -> str | None:
    """Return a name that was broken over lines as one line."""
    if not text:
        return None
    return re.sub(r"(?<=[A-Za-z0-9]) *\n *(?=[A-Za-z0-9])", " ", text).replace("\n", "")


def _read_remarks(draft: Draft) -> tuple[str, ...]:
    """Return the remarks, one a line or parted by semicolons."""
    lines = [
        line.strip()
        for text in draft.texts.get("remarks", ())
        for whole in text.split("\n")
        for line in _SEVERAL.split(whole)
    ]
    return tuple(dict.fromkeys(line for line in lines if line))
