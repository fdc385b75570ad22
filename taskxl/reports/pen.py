"""How 汇总表 says whose text is whose, and how that is read back after a person wrote in it.

A cell gathers what several offices say: the leading one's text first, the others' behind their
names in 〔〕, marks in 【】 before a text, and below a text that the 办公室 corrected what the
office has sent since. `compose_text` writes one office's part, `parse_cell` reads a cell.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from taskxl.forms.answers import read_word
from taskxl.intake.grids import Book, Sheet
from taskxl.merge.revisions import Key, Shown
from taskxl.model import RevisionField
from taskxl.reports.marks import (
    FIELD_COLUMNS,
    IDENTITY,
    INSTRUCTIONS,
    NUMBER,
    REVISED,
    STATUS,
    TITLE,
    split_marks,
)
from taskxl.reports.paper import join_text
from taskxl.reports.tables import Cell, Layout, Link
from taskxl.text import squeeze, tidy
from taskxl.words import STATUS_SYNONYMS, STATUSES

NEWER = "〔股室新报〕"
MONTH_PROPERTY = "taskxl"
"""The custom document property that tells of which merge a summary is."""
PEN_COLUMNS: Mapping[str, RevisionField] = {
    **{column: field for field, column in FIELD_COLUMNS.items()},
    INSTRUCTIONS: "instructions",
}
"""The columns of 汇总表 in which a person's text is kept, with the field each holds."""

_HEADER_ROWS = 20
_NAMED = re.compile(r"〔([^〔〕\n]{1,200})〕")
_CUT = re.compile(r"\n?（以下还有 \d+ 字，接在“未归位内容”中）$")
_CONTINUED = re.compile(r"\s*续(\d+)$")
_SHIELD = "\u3000"


def compose_text(
    column: str, offices: Sequence[str], marks: str, text: str, newer: str | None = None
) -> str:
    """Return one office's part of a cell; `offices` is empty for the leading one."""
    name = f"〔{'、'.join(offices)}〕" if offices else ""
    line_end = "\n" if column == STATUS and marks and text else ""
    below = "" if newer is None else f"\n{NEWER}{_shield(newer)}"
    return f"{name}{marks}{line_end}{_shield(text)}{below}"


def _shield(text: str) -> str:
    """Indent lines that look like the beginning of somebody else's part."""
    if "〔" not in text:
        return text
    return re.sub(r"(?m)^(?=〔)", _SHIELD, text)


def cut_note(count: int) -> str:
    """Return what stands below a text of which `count` characters had no room."""
    return f"（以下还有 {count} 字，接在“未归位内容”中）"


def parse_cell(text: str, lead: str, names: Collection[str]) -> dict[str, Shown]:
    r"""Return what a cell shows of each office; `names` are all that may stand in 〔〕.

    >>> parse_cell("【空白】\n〔人事股〕已报。", "办公室", {"人事股"})["人事股"].text
    '已报。'
    """
    parts: dict[str, list[str]] = {}
    offices: Sequence[str] = (lead,)
    for line in text.split("\n"):
        named = _NAMED.match(line)
        who = named.group(1).split("、") if named else []
        if named and who and all(name in names for name in who):
            offices = who
            line = line[named.end() :]
        for office in offices:
            parts.setdefault(office, []).append(line)
    return {office: _parse_part("\n".join(lines)) for office, lines in parts.items()}


def _parse_part(text: str) -> Shown:
    marks, text = split_marks(text)
    text, *newer = f"\n{text}".split(f"\n{NEWER}", 1)
    cut = _CUT.search(text)
    return Shown(
        tidy(text[: cut.start()] if cut else text),
        tidy(newer[0]) if newer else None,
        cut.group() if cut else "",
        REVISED in marks,
    )


# ---------------------------------------------------------------- the sheet


Cells = Mapping[str, Mapping[str, str]]
"""The texts of 汇总表 in the columns that a person may write in: by task id, by header."""


@dataclass(frozen=True, slots=True)
class Speakers:
    """Who may speak in a task's row: the office whose text bears no name, and all others.

    `remarks` are the list's own, which stand before what offices write under 备注.
    """

    lead: str
    names: frozenset[str]
    remarks: str = ""


def layout_rows(layout: Layout) -> list[dict[str, str]]:
    """Return the rows of 汇总表 as it is written, by header."""
    headers = [column.header for column in layout.table.columns]
    return [
        dict(zip(headers, map(_shown_text, row.contents), strict=True))
        for row in layout.rows
        if row.section is None
    ]


def _shown_text(content: object) -> str:
    value = content.value if isinstance(content, Cell) else content
    if isinstance(value, Link):
        return value.text
    return "" if value is None else str(value)


def sheet_rows(sheet: Sheet) -> list[dict[str, str]] | None:
    """Return the rows of 汇总表 as a file has it, by header; None where it has no such header."""
    known = {squeeze(header): header for header in (*PEN_COLUMNS, IDENTITY, NUMBER, TITLE)}
    for number in range(1, min(len(sheet.rows), _HEADER_ROWS) + 1):
        there: dict[str, int] = {}
        for column in range(1, len(sheet.rows[number - 1]) + 1):
            header = known.get(squeeze(sheet.text(number, column)))
            if header:
                there.setdefault(header, column)
        told = IDENTITY in there or {NUMBER, TITLE} <= there.keys()
        if told and there.keys() & PEN_COLUMNS.keys():
            return [
                {header: sheet.text(row, column) for header, column in there.items()}
                for row in range(number + 1, len(sheet.rows) + 1)
            ]
    return None


def gather_cells(rows: Iterable[Mapping[str, str]], titles: Mapping[tuple[str, str], str]) -> Cells:
    """Return the cells of each task, texts that needed several rows put together.

    A row is its task's by the hidden 标识; where that column is gone by number and title
    (`titles`: both squeezed, to the task's id).
    """
    parts: dict[str, list[tuple[int, Mapping[str, str]]]] = {}
    for row in rows:
        number = row.get(NUMBER, "")
        going_on = _CONTINUED.search(number)
        task = row.get(IDENTITY, "").strip()
        if IDENTITY not in row:
            plain = number[: going_on.start()] if going_on else number
            task = titles.get((squeeze(plain), squeeze(row.get(TITLE, ""))), "")
        if task:
            parts.setdefault(task, []).append((int(going_on.group(1)) if going_on else 0, row))
    cells: dict[str, dict[str, str]] = {}
    for task, pieces in parts.items():
        pieces.sort(key=lambda piece: piece[0])
        first = pieces[0][1]
        cells[task] = {
            # 进度状态 is said again in every row that goes on.
            header: first[header]
            if header == STATUS
            else join_text([row[header] for _, row in pieces if row[header]])
            for header in PEN_COLUMNS
            if header in first
        }
    return cells


def read_shown(cells: Cells, speakers: Mapping[str, Speakers]) -> dict[Key, Shown]:
    """Return what the cells of 汇总表 show of each office; rows of unknown tasks say nothing."""
    shown: dict[Key, Shown] = {}
    for task, texts in cells.items():
        row = speakers.get(task)
        if row is None:
            continue
        for header, text in texts.items():
            field = PEN_COLUMNS[header]
            if field == "instructions":
                shown[task, "", field] = Shown(tidy(text))
                continue
            if field == "remarks" and tidy(text).startswith(row.remarks):
                text = tidy(text)[len(row.remarks) :].removeprefix("\n")
            for office, part in parse_cell(text, row.lead, row.names).items():
                if field == "status":
                    word = read_word(part.text, STATUSES, STATUS_SYNONYMS)[0]
                    part = Shown(word, part.newer, part.rest, part.penned)
                shown[task, office, field] = part
    return shown


def fill_gaps(found: dict[Key, Shown], written: Mapping[Key, Shown], cells: Cells) -> None:
    """Add to `found` what was written in a cell that is still there and no longer says it."""
    for key in written:
        task, _, field = key
        header = next(header for header, one in PEN_COLUMNS.items() if one == field)
        if key not in found and header in cells.get(task, {}):
            found[key] = Shown()


def other_texts(book: Book, summary_sheet: str) -> frozenset[tuple[str, str]]:
    """Return every text of a summary but those that are kept from 汇总表, by sheet, squeezed."""
    texts: set[tuple[str, str]] = set()
    for sheet in book.sheets:
        rows = sheet_rows(sheet) if sheet.name == summary_sheet else None
        penned = {squeeze(row[h]) for row in rows or () for h in PEN_COLUMNS if h in row}
        for row, column, _ in sheet.cells():
            text = squeeze(sheet.text(row, column))
            if text and text not in penned:
                texts.add((sheet.name, text))
        texts |= {(sheet.name, squeeze(n.text)) for n in sheet.notes if n.kind == "comment"}
    return frozenset(texts)
