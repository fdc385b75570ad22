"""How 汇总表 says whose text is whose, and how that is read back after a person wrote in it.

A cell gathers what several offices say: the leading one's text first, the others' behind their
names in 〔〕, marks in 【】 before a text, and below a text that the 办公室 corrected what the
office has sent since. `compose_text` writes one office's part, `parse_cell` reads a cell.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from taskxl.intake.grids import CellError, Sheet
from taskxl.merge.revisions import Key, Shown, is_same
from taskxl.model import RevisionField
from taskxl.reports.marks import (
    FIELD_COLUMNS,
    IDENTITY,
    INSTRUCTIONS,
    NUMBER,
    PLAN,
    REVISED,
    STATUS,
    TITLE,
    split_marks,
)
from taskxl.reports.order_lines import NO_REPLY
from taskxl.reports.paper import GOES_ON, clean_text, join_text
from taskxl.reports.tables import Cell, Layout, Link
from taskxl.statements import read_status
from taskxl.text import squeeze, tidy

NEWER = "〔股室新报〕"
MONTH_PROPERTY = "taskxl"
"""The custom document property that tells of which merge a summary is."""
PEN_COLUMNS: Mapping[str, RevisionField] = {
    **{column: field for field, column in FIELD_COLUMNS.items()},
    INSTRUCTIONS: "instructions",
}
"""The columns of 汇总表 in which a person's text is kept, with the field each holds."""

_HEADER_ROWS = 20
_NAMED = re.compile(r"[ \t]*〔([^〔〕\n]{1,200})〕")
_CUT = re.compile(r"\n?（以下还有 \d+ 字，接在“未归位内容”中）$")
_CONTINUED = re.compile(r"\s*续(\d{1,4})$")
_NOT_ANSWERED = re.compile(rf"\s*〔[^〔〕\n]{{1,40}}答复〕{NO_REPLY}\s*")
_GOES_ON_HERE = re.compile(r"\s*续(\d{1,4})(?:\s|$)")
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
    return re.sub(r"(?m)^(?=[ \t]*〔)", _SHIELD, text)


def cut_note(count: int) -> str:
    """Return what stands below a text of which `count` characters had no room."""
    return f"（以下还有 {count} 字，接在“未归位内容”中）"


def parse_cell(text: str, lead: str, names: Mapping[str, str]) -> dict[str, Shown]:
    r"""Return what a cell shows of each office.

    `names` are the offices by what may stand for each in 〔〕, squeezed.

    >>> parse_cell("【空白】\n〔人事〕已报。", "办公室", {"人事": "人事股"})["人事股"].text
    '已报。'
    """
    parts: dict[str, list[str]] = {}
    offices: Sequence[str] = (lead,)
    for line in clean_text(text).split("\n"):
        named = _NAMED.match(line)
        if named and (who := _read_names(named.group(1), names)):
            offices = who
            line = line[named.end() :]
        for office in offices:
            parts.setdefault(office, []).append(line)
    return {office: _parse_part("\n".join(lines)) for office, lines in parts.items()}


def _read_names(text: str, names: Mapping[str, str]) -> list[str]:
    """Return the offices that stand in 〔〕, none where a name is no office's."""
    for said in ([text], text.split("、")):
        who = [names.get(squeeze(name), "") for name in said]
        if all(who):
            return who
    return []


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
Pieces = Mapping[str, Mapping[str, Mapping[int, Sequence[str]]]]
"""The same by row: several rows for a long text, several texts where a row was copied."""


@dataclass(frozen=True, slots=True)
class Speakers:
    """Who may speak in a task's row: the office whose text bears no name, and all others.

    `names` are the offices by name and alias, squeezed; `remarks` are the list's own, which stand
    before what offices write under 备注; `carried` the lines of earlier 批示 and of their answers.
    """

    lead: str
    names: Mapping[str, str]
    remarks: str = ""
    carried: tuple[str, ...] = ()


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


def find_header(sheet: Sheet) -> tuple[int, dict[str, int]] | None:
    """Return the row of the header of 汇总表 and the column of each of its words, or None."""
    known = {squeeze(header): header for header in (*PEN_COLUMNS, IDENTITY, NUMBER, TITLE, PLAN)}
    for number in range(1, min(len(sheet.rows), _HEADER_ROWS) + 1):
        there: dict[str, int] = {}
        for column in range(1, len(sheet.rows[number - 1]) + 1):
            header = known.get(squeeze(sheet.text(number, column)))
            if header:
                there.setdefault(header, column)
        told = IDENTITY in there or {NUMBER, TITLE} <= there.keys()
        if told and there.keys() & PEN_COLUMNS.keys():
            return number, there
    return None


def sheet_rows(sheet: Sheet, top: int, columns: Mapping[str, int]) -> list[dict[str, str]]:
    """Return the rows below the header of 汇总表 as a file has them, by header.

    What cannot be seen is left out: an error, a cell that a merge hides.
    """
    rows = [
        {
            header: sheet.text(row, column)
            for header, column in columns.items()
            if not _is_unseen(sheet, row, column)
        }
        for row in range(top + 1, len(sheet.rows) + 1)
    ]
    return [row for row in rows if any(row.values())]


def _is_unseen(sheet: Sheet, row: int, column: int) -> bool:
    value = sheet.value(row, column)
    if isinstance(value, CellError):
        return True
    merge = sheet.merge_at(row, column) if value is None else None
    return merge is not None and (merge.top, merge.left) != (row, column)


def gather_pieces(
    rows: Iterable[Mapping[str, str]], titles: Mapping[tuple[str, str], str]
) -> Pieces:
    """Return the texts of each task, row by row.

    A row is its task's by number and title as a person sees them (`titles`: both squeezed, to the
    task's id), else by the hidden 标识. A row in which a text goes on says so under the plan (in
    older summaries under 编号); where that is gone, the row above it may say that it goes on.
    """
    pieces: dict[str, dict[str, dict[int, list[str]]]] = {}
    numbered: dict[str, str] = {}
    above: tuple[str, int, bool] = ("", 0, False)
    for row in rows:
        number, identity = row.get(NUMBER, ""), row.get(IDENTITY, "").strip()
        going_on = _CONTINUED.search(number) or _GOES_ON_HERE.match(row.get(PLAN, ""))
        part = int(going_on.group(1)) if going_on else 0
        if going_on:
            bare = squeeze(_CONTINUED.sub("", number))
            task = identity or numbered.get(bare, "")
        else:
            title = squeeze(row.get(TITLE, ""))
            seen = titles.get((squeeze(number), title), "")
            # A number alone may be that of another table of the list.
            task = seen or identity if title else identity or seen
            if above[2] and PLAN not in row and task == above[0]:
                part = above[1] + 1
            numbered[squeeze(number)] = task
        goes_on = any(row.get(header, "").rstrip().endswith(GOES_ON) for header in PEN_COLUMNS)
        above = (task, part, goes_on)
        for header in PEN_COLUMNS.keys() & row.keys() if task else ():
            # 进度状态 is said again in every row that goes on.
            place = part if header != STATUS else 0
            texts = pieces.setdefault(task, {}).setdefault(header, {}).setdefault(place, [])
            texts.append(row[header])
    return pieces


def join_pieces(found: Pieces, written: Pieces) -> Cells:
    """Return the cells of each task: what was found, where a row is gone what was `written`.

    Of a row and its copies those count that say something else than was written.
    """
    cells: dict[str, dict[str, str]] = {}
    for task, columns in found.items():
        for header, places in columns.items():
            before = {n: texts[0] for n, texts in written.get(task, {}).get(header, {}).items()}
            texts = [
                _choose_text(places.get(place, ()), before.get(place))
                for place in sorted(places.keys() | before.keys())
            ]
            cells.setdefault(task, {})[header] = join_text([text for text in texts if text])
    return cells


def _choose_text(texts: Sequence[str], before: str | None) -> str:
    if len(texts) == 1:
        return texts[0]
    changed = [t for t in dict.fromkeys(texts) if t and (before is None or not is_same(t, before))]
    return "\n".join(changed) if changed else before or ""


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
                shown[task, "", field] = Shown(_drop_carried(text, row.carried))
                continue
            if field == "remarks" and tidy(text).startswith(row.remarks):
                text = tidy(text)[len(row.remarks) :].removeprefix("\n")
            for office, part in parse_cell(text, row.lead, row.names).items():
                if field == "status":
                    word = read_status(part.text)[0]
                    part = replace(part, text=word)
                shown[task, office, field] = part
    return shown


def _drop_carried(text: str, carried: Sequence[str]) -> str:
    """Return what is written anew among lines of earlier 批示; one that was changed is new.

    That an office has not answered is the program's own sentence, whoever may have to answer now.
    """
    known = {squeeze(line) for line in carried}
    lines = tidy(clean_text(text)).split("\n")
    return "\n".join(
        line for line in lines if squeeze(line) not in known and not _NOT_ANSWERED.fullmatch(line)
    )


def fill_gaps(found: dict[Key, Shown], written: Mapping[Key, Shown], cells: Cells) -> None:
    """Add to `found` what was written in a cell that is still there and no longer says it."""
    for key in written:
        task, _, field = key
        header = next(header for header, one in PEN_COLUMNS.items() if one == field)
        if key not in found and header in cells.get(task, {}):
            found[key] = Shown()
