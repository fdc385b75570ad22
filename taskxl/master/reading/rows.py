"""A recognised table's rows, gathered into one draft a task, before anything is interpreted."""

import re
from collections.abc import Iterable, Sequence

from taskxl.dates import read_number
from taskxl.findings import Finding
from taskxl.intake.grids import Sheet
from taskxl.master.list_rules import CUT_OFF, HEADER, PASSED_OVER
from taskxl.master.reading.categories import place_categories
from taskxl.master.reading.drafts import Draft, Part, is_empty, move_displaced, read_leader
from taskxl.master.reading.fields import (
    fill_draft,
    is_unfinished,
    read_task_number,
    report_unseen,
    split_number,
    start_draft,
)
from taskxl.master.reading.guesses import (
    explain_guess,
    explain_header,
    explain_unread,
    guess_header,
    is_called_a_list,
)
from taskxl.master.reading.header import (
    Grid,
    Header,
    force_header,
    is_task_list,
    read_header,
    read_header_word,
)
from taskxl.master.reading.hints import NO_HINTS, Hints
from taskxl.master.reading.list_columns import judge_columns
from taskxl.master.reading.row_kinds import (
    is_beside_the_list,
    is_marked_section,
    is_repeated_header,
    leave_helpers_out,
    read_section,
    section_level,
)
from taskxl.plan_text import is_heading, read_ordinal
from taskxl.text import quote, show, squeeze

_REMARK = re.compile(r"(?:注|说明|备注|附注|填[表报]说明)[:：\d（(]")
_LEADER = -2  # level of a section row that names a leader
_MOST_LOST = 5  # numbers that a table divided by a page break may have lost there
_OPEN = re.compile(r"[“（《(、，,和与及]$|“[^”]*$|（[^）]*$|《[^》]*$")
_OFFICES = ("lead", "responsible", "supporting", "person")


def read_rows(
    sheet: Sheet,
    file: str,
    before: Part | None = None,
    title: str = "",
    between: Sequence[str] = (),
    hints: Hints = NO_HINTS,
    first_leads: bool = False,
) -> Part | None:
    """Gather the rows of a sheet into drafts; None when it holds no task list.

    `title` is what a document calls the table in the lines above it.
    `before` is the part of the table above in the same document, `between` the lines between:
    where a page break only divided the two, its header and its last task go on here.
    `hints` are what a person said of its columns; `first_leads`: a note says that of several
    offices that answer for a task the first one leads. Every cell below the header ends in a
    draft or in a finding (M108, M109, M112); a column that is not read is said once.
    """
    reader = _Reader(sheet, file, before, title, between, hints, first_leads)
    reader.read()
    if reader.header is None:
        return None
    last = before.drafts[-1:] if before and reader.part.continues else []
    move_displaced([*last, *reader.part.drafts], reader.part)
    return reader.part


class _Reader:
    """One pass over a sheet's rows; keeps what the next row has to know of those before it."""

    def __init__(
        self,
        sheet: Sheet,
        file: str,
        before: Part | None,
        title: str,
        between: Sequence[str],
        hints: Hints,
        first_leads: bool,
    ) -> None:
        self.hints = hints
        self.first_leads = first_leads
        self.grid = Grid(sheet)
        self.file = file
        self.before = before
        self.between = between
        self.titles = (title, sheet.name, file)
        self.part = Part(sheet)
        self.header: Header | None = None
        self.sections: dict[int, str] = {}  # by level: the section rows that hold here
        self.leader: str | None = None
        self.waiting: list[tuple[str, Finding]] = []  # section rows below which no task came yet
        self.above: list[str] = []  # what stands above the first header
        self.among_notes = False  # a note under the list may have more lines
        self.category: str | None = None  # the last value of a section column
        self.categories: list[tuple[Draft, str]] = []  # what that column says of each task
        self.draft: Draft | None = None
        self.unread: dict[int, list[tuple[int, str]]] = {}  # by column: cells that have no place
        self.next_numbers: list[int | None] = []

    def read(self) -> None:
        """Read all rows below the sheet's headers; those above the first are its titles."""
        above = self.above
        row = 1
        while row <= self.grid.height:
            filled = self.grid.filled(row)
            header = self._find_header(row, above) if len(filled) > 1 else None
            if header:
                self._begin_table(header)
                row = header.bottom + 1
                continue
            if self.header is None:
                above += [text for _, text in filled]
            else:
                self._read_row(self.header, row, filled)
            row += 1
        self.part.above = tuple(above)
        if self.header is None:
            self._read_without_header()
        self._settle()
        part = self.part
        part.sections, part.leader, part.waiting = self.sections, self.leader, self.waiting

    def _find_header(self, row: int, above: list[str]) -> Header | None:
        """Return the header of a task list that begins in a row."""
        wanted = self.hints.header_row
        if self.header is None and wanted and row != wanted:
            return None
        header = read_header(self.grid, row)
        if header is None and self.header is None and (row == wanted or self._is_named(row)):
            header = force_header(self.grid, row)
        if header is None:
            return None
        header = judge_columns(self.grid, header, self.hints, self.first_leads)
        if self.header is not None and not self._may_begin_again(header):
            return None
        if self.hints.columns or row == wanted:
            called = True
        else:
            called = is_called_a_list((*above, *self.titles))
        return header if is_task_list(header, called) else None

    def _may_begin_again(self, header: Header) -> bool:
        """Tell whether a header below another is one: it is known, or names a table of its own.

        Two words of a header side by side are more often the texts of a task.
        """
        named = sum(read_header_word(column.header) is not None for column in header.columns)
        return named > 2 or header.signature in {known.signature for known in self.part.headers}

    def _is_named(self, row: int) -> bool:
        """Tell whether a row holds the headers that a person named."""
        texts = {squeeze(text) for _, text in self.grid.filled(row)}
        return len(texts) > 1 and any(squeeze(name) in texts for name, _ in self.hints.columns)

    def _settle(self) -> None:
        """Say of each column once what was not read; leave out numbers without anything else."""
        if self.header is None:
            return
        place_categories(self.header, self.categories)
        self._report(
            explain_unread(self.grid, self.header, index, cells)
            for index, cells in sorted(self.unread.items())
        )
        empty = [draft for draft in self.part.drafts if is_empty(draft)]
        following = (
            a is b for a, b in zip(reversed(empty), reversed(self.part.drafts), strict=False)
        )
        if empty and (len(empty) > 2 or all(following)):
            self.part.drafts = [draft for draft in self.part.drafts if draft not in empty]
            self._report([self._explain_empty_rows(empty)])

    def _explain_empty_rows(self, empty: Sequence[Draft]) -> Finding:
        """Say which rows have only a number; other words there or in their section are quoted."""
        rows = [draft.place.row or 0 for draft in empty]
        others = [draft.number for draft in empty if draft.number and not draft.number.isdigit()]
        kept = {draft.section for draft in self.part.drafts}
        others += [d.section for d in empty if d.section and d.section not in kept]
        said = f"（{''.join(quote(text, 60) for text in dict.fromkeys(others))}）" if others else ""
        return PASSED_OVER.found(
            f"第{rows[0]}至{rows[-1]}行中有{len(empty)}行只有编号{said}，没有内容，没有读入。",
            cell=self.grid.name(rows[0], 1),
        )

    def _begin_table(self, header: Header) -> None:
        if header.signature not in {known.signature for known in self.part.headers}:
            self.part.headers.append(header)
            self._report(explain_header(self.grid, header))
        first = self.header is None
        self.header = header
        self.next_numbers = self._find_next_numbers(header)
        same = self.before and header.signature == self.before.headers[-1].signature
        if first and self.before and same and not self.between:
            self._go_on(self.before, header)

    def _read_without_header(self) -> None:
        """Read a sheet without a known header: as the table above goes on, or by its cells."""
        before = self.before
        if before and self.grid.width == before.width:
            header = Header(0, 0, before.headers[-1].columns)
            self.next_numbers = self._find_next_numbers(header)
            if self._go_on(before, header):
                self._use(header, self._explain_going_on())
                return
        guessed = guess_header(self.grid, self.titles)
        if guessed:
            self.next_numbers = self._find_next_numbers(guessed)
            self._use(guessed, explain_guess(self.grid, guessed))

    def _use(self, header: Header, findings: Iterable[Finding]) -> None:
        self.header = header
        self.part.headers.append(header)
        self._report(findings)
        self.above = [text for row in range(1, header.top) for _, text in self.grid.filled(row)]
        self.part.above = tuple(self.above)
        for row in range(header.bottom + 1, self.grid.height + 1):
            self._read_row(header, row, self.grid.filled(row))

    def _explain_going_on(self) -> Iterable[Finding]:
        rows = range(1, self.grid.height + 1)
        first = self.grid.name(next((row for row in rows if self.grid.filled(row)), 1), 1)
        yield HEADER.found(
            "这张表没有表头，已按上一张表的表头接着读入。请核对各栏。",
            severity="info",
            cell=first,
        )
        if self.between:
            yield CUT_OFF.found(
                f"表格在这里断开，断开处有表格以外的文字“{show(' '.join(self.between), 80)}”，"
                "没有读入。请对照原件，看是否属于某项任务。",
                cell=first,
            )

    def _go_on(self, before: Part, header: Header) -> bool:
        """Go on with the table above, where the numbers go on counting.

        Its last task goes on too, unless something stands between that may have been a task's.
        """
        last = before.drafts[-1] if before.drafts else None
        here = read_number((last and last.number) or "")
        following = self.next_numbers[header.bottom]
        if last is None or here is None:
            return False
        if following is not None and not here <= following <= here + _MOST_LOST:
            return False
        self.draft = None if self.between or before.waiting else last
        self.leader, self.sections = before.leader, dict(before.sections)
        self.waiting, before.waiting = before.waiting, []
        self.part.continues = True
        return True

    def _find_next_numbers(self, header: Header) -> list[int | None]:
        """For each row (from 1) the next task number below it in the table's number column."""
        numbers: list[int | None] = [None] * (self.grid.height + 2)
        columns = header.of("number")
        for row in range(self.grid.height, header.bottom, -1):
            text = self.grid.text(row, columns[0].index) if columns else ""
            said = read_number(read_task_number(text) or "")
            numbers[row - 1] = said if said is not None else numbers[row]
        return numbers

    # ---------------------------------------------------------------- what a row is

    def _read_row(self, header: Header, row: int, filled: list[tuple[int, str]]) -> None:
        self._report(report_unseen(self.grid, row, self.file))
        if not filled:
            return
        if len(filled) == 1 and filled[0][1] in self.above:
            return  # the title, repeated on each page
        if is_repeated_header(self.grid, header, filled):
            return
        if is_beside_the_list(header, filled, self.among_notes):
            self.among_notes = self.among_notes or _REMARK.match(filled[0][1]) is not None
            self._report(self._explain_note(row, filled))
            return
        self.among_notes = self.among_notes and len(filled) == 1
        section = read_section(self.grid, header, row, leave_helpers_out(self.grid, header, filled))
        if section:
            self._begin_section(row, section)
            return
        cells = self._read_cells(header, row)
        draft = self.draft
        if draft is None or self._begins_task(header, row, draft, cells):
            draft = start_draft(self.grid, header, row, self.file)
            draft.section, draft.leader = self._name_section(), self.leader
            self._report(self._explain_empty_sections(draft.section or ""))
            self.draft = draft
            self.part.drafts.append(draft)
        elif cells.get("title") and cells["title"] != draft.title:
            self._report(self._explain_joined_title(header, row, draft))
            draft.title = f"{draft.title or ''}{cells['title']}"
        self.category = cells.get("section") or self.category
        if header.of("section") and self.category:
            self.categories.append((draft, self.category))
        for index, text in fill_draft(draft, self.grid, header, row):
            self.unread.setdefault(index, []).append((row, text))

    def _begin_section(self, row: int, section: str) -> None:
        leader = read_leader(section)
        level = section_level(section)
        if leader:
            self.leader, self.sections = leader, {_LEADER: section}
        else:
            self.sections = {n: said for n, said in self.sections.items() if n < level}
            self.sections[level] = section
        column = self.grid.filled(row)[0][0]
        said = PASSED_OVER.found(
            f"“{show(section, 60)}”下面没有任务，没有读入。如确是任务，请补全这一行。",
            file=self.file,
            sheet=self.grid.sheet.name,
            cell=self.grid.name(row, column),
        )
        self.waiting.append((section, said))
        self.draft = None

    def _name_section(self) -> str | None:
        """Return the sections that hold here, the outermost first; a leader's row only alone."""
        named = [said for level, said in sorted(self.sections.items()) if level != _LEADER]
        return "／".join(named) or self.sections.get(_LEADER)

    def _explain_empty_sections(self, section: str) -> Iterable[Finding]:
        waiting, self.waiting = self.waiting, []
        for text, said in waiting:
            if text not in section and not (section and read_leader(text)):
                yield said

    def _read_cells(self, header: Header, row: int) -> dict[str, str]:
        """Return the row's own texts by field; columns of one field are joined by lines."""
        cells: dict[str, list[str]] = {}
        fields = {column.index: column.field for column in header.columns}
        for index, text in self.grid.filled(row):
            if fields.get(index):
                cells.setdefault(fields[index], []).append(text)
        joined = {name: "\n".join(texts) for name, texts in cells.items()}
        if "title" in joined and not header.of("number"):
            joined["number"], joined["title"] = split_number(joined["title"])
        return joined

    def _explain_note(self, row: int, filled: list[tuple[int, str]]) -> Iterable[Finding]:
        said = "”“".join(show(text, 60) for _, text in filled)
        yield PASSED_OVER.found(
            f"“{said}”是说明、落款或页码，没有当作任务。如确是任务内容，请移入表内。",
            cell=self.grid.name(row, filled[0][0]),
        )

    # ---------------------------------------------------------------- a new task or more of one

    def _begins_task(self, header: Header, row: int, draft: Draft, cells: dict[str, str]) -> bool:
        """Decide whether a row begins a task or continues the one above."""
        number, title = cells.get("number", ""), cells.get("title", "")
        if number:
            repeats = squeeze(number) == squeeze(draft.number) and title in ("", draft.title)
            return not repeats
        if not title and self._is_bound(header, row, draft):
            return False
        brings = any(name in cells for name in _OFFICES)
        if not title:
            return self._is_damaged_task(row, draft, brings, cells.get("content", ""))
        if title == draft.title:
            return False
        return not (header.of("number") and self._continues_text(row, draft, brings, cells))

    def _is_bound(self, header: Header, row: int, draft: Draft) -> bool:
        """Tell whether a merge over the number or the title ties a row to the task above."""
        start = (draft.place.row or 0) if draft.place.sheet == self.part.sheet.name else 0
        return any(
            start <= self.grid.area(row, column.index).top < row
            for name in ("number", "title")
            for column in header.of(name)
        )

    def _is_damaged_task(self, row: int, draft: Draft, brings: bool, content: str) -> bool:
        """Tell whether a row without number and name is what is left of a task of its own.

        It is, where a number is skipped just here and the row brings offices or persons, or where
        it announces milestones a second time.
        """
        again = bool(content) and is_heading(content.split("\n")[0])
        plan = (line for step in draft.steps for line in step.text.split("\n"))
        return (again and any(map(is_heading, plan))) or (brings and self._skips_number(row, draft))

    def _next_number(self, row: int) -> int | None:
        return self.next_numbers[row] if row < len(self.next_numbers) else None

    def _skips_number(self, row: int, draft: Draft) -> bool:
        here, following = read_number(draft.number or ""), self._next_number(row)
        return here is not None and following is not None and following - here > 1

    def _continues_text(self, row: int, draft: Draft, brings: bool, cells: dict[str, str]) -> bool:
        """Tell whether a row without a number only continues the texts of the row above."""
        title, content = cells["title"], cells.get("content", "")
        if brings or "due" in cells or self._skips_number(row, draft) or draft.number is None:
            return False
        if read_ordinal(content) == 1 or read_header_word(title) or is_marked_section(title):
            return False
        last = draft.steps[-1].text if draft.steps else ""
        if content and last:
            return is_unfinished(last) or (read_ordinal(content) or 0) > 1
        return bool(_OPEN.search(draft.title or ""))

    def _explain_joined_title(self, header: Header, row: int, draft: Draft) -> Iterable[Finding]:
        column = header.of("title")[0].index
        text = show(self.grid.text(row, column), 40)
        yield CUT_OFF.found(
            f"“{text}”没有编号，已接在任务名称“{show(draft.title or '', 40)}”之后。请核对。",
            severity="info",
            cell=self.grid.name(row, column),
        )

    def _report(self, findings: Iterable[Finding]) -> None:
        for finding in findings:
            sheet = finding.sheet or self.part.sheet.name
            self.part.findings.append(finding.at(file=self.file, sheet=sheet))
