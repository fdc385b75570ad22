"""The lines around a form's table: 填报股室, 填报人, 填报日期 and 审定, wherever they stand."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from taskxl.a1 import cell_name, parse_reference
from taskxl.forms.identity import DrawnCell
from taskxl.forms.returned.drawn import head_field, read_drawn_line
from taskxl.intake.grids import CellError, Sheet, Value, value_text
from taskxl.text import is_blank, squeeze
from taskxl.words import FORM_LABELS, LABEL_PATTERNS

_FIELDS = {word: field for field, words in FORM_LABELS.items() for word in words}
_PATTERNS = tuple((field, re.compile(pattern)) for field, pattern in LABEL_PATTERNS)
_TAIL = re.compile(
    r"(?:意见|签字|签名|签章|盖章|[(（](?:签字|签名|签章|盖章|公章|手写签名)[)）]|并?(?:签字|盖章))$"
)
_COLON = re.compile(r"[:：]")
# A label begins a line or follows one of these; not in the middle of a sentence: 请填报人：……
_BOUNDARY = re.compile(r"^|(?<=[\s,，;；、|])(?=\S)")
_LONGEST_LABEL = 24
# Another label that means nothing to us ends the value before it.
_FOREIGN_LABEL = re.compile(r"\s+[\u4e00-\u9fff]{2,8}\s*[:：]")
_TO_FILL = re.compile(
    r"[\s_＿—\-–.…/年月日]*([(（]?\s*(签字|签名|签章|盖章|手写签名)\s*[)）]?)?\s*"
)
_SIGNED = re.compile(r"[(（]?\s*(?:签字|签名|签章|盖章|手写签名)\s*[)）]?")
_LONGEST_LINE = 400
_FAR = 4  # cells that a text may stand from its label


@dataclass(frozen=True, slots=True)
class Fact:
    """What a label says: `text` as typed, `value` the cell's own.

    The cell is the one in which the text stands, or would stand where there is none.
    """

    field: str
    text: str
    value: Value
    row: int
    column: int

    @property
    def cell(self) -> str:
        """The cell's A1 name."""
        return cell_name(self.row, self.column)


@dataclass(frozen=True, slots=True)
class Labelled:
    """What the labels of a sheet gave.

    `seen` are the cells wholly understood; `rests` the texts that stood in them beside the labels.
    """

    facts: tuple[Fact, ...]
    seen: frozenset[tuple[int, int]]
    rests: tuple[tuple[int, int, str], ...]


def read_labels(
    sheet: Sheet,
    rows: Iterable[int],
    is_fixed: Callable[[str], bool] = lambda text: False,
    drawn: Sequence[DrawnCell] = (),
) -> Labelled:
    """Read the labels of some rows; a value follows in the same cell or stands in the next.

    A line that `is_fixed` knows as the drawing's own says nothing: 填报人：填写实际经办人.
    `drawn` are the lines with which the form was issued, whatever their words are.
    """
    facts: list[Fact] = []
    seen: set[tuple[int, int]] = set()
    rests: list[tuple[int, int, str]] = []
    rows = list(rows)
    begun: set[tuple[int, int]] = set()  # what stands before their labels is read already
    for fact, cells in _read_drawn(sheet, rows, is_fixed, drawn):
        facts.append(fact)
        begun |= _begins_line(sheet, fact)
        seen |= cells - begun
    for row in rows:
        for column, value in enumerate(sheet.rows[row - 1], 1):
            if not isinstance(value, str) or (row, column) in seen or is_blank(value):
                continue
            parts = split_labels(value)
            if parts is None:
                continue
            before, values = parts
            if any(text for _, text, _ in values) and is_fixed(value):
                continue
            seen.add((row, column))
            if before and (row, column) not in begun:
                rests.append((row, column, before))
            for place, (field, text, rest) in enumerate(values):
                if rest:
                    rests.append((row, column, rest))
                if not text and not is_fixed(value) and (mark := _signed(value)):
                    text = mark
                if text or place < len(values) - 1:
                    facts.append(Fact(field, text, text, row, column))
                else:
                    facts.append(_neighbour(sheet, row, column, field, is_fixed))
                    begun |= _begins_line(sheet, facts[-1])
                    seen |= {(row, facts[-1].column)} - begun
    return Labelled(tuple(facts), frozenset(seen), tuple(rests))


def _begins_line(sheet: Sheet, fact: Fact) -> set[tuple[int, int]]:
    """Return the cell of a fact whose text is followed there by further labels."""
    value = sheet.value(fact.row, fact.column)
    parts = split_labels(value) if isinstance(value, str) else None
    is_begun = bool(fact.text and parts and parts[0] == fact.text)
    return {(fact.row, fact.column)} if is_begun else set()


def find_head_columns(sheet: Sheet, rows: Iterable[int]) -> dict[int, str]:
    """Return the columns whose header is a label: who puts 填报人 and 审定 beside each row.

    `rows` are a table's header rows; fields are by column, the office's own left out.
    """
    found: dict[int, str] = {}
    for row in rows:
        for column, value in enumerate(sheet.rows[row - 1], 1):
            named = _name_label(squeeze(value)) if isinstance(value, str) else None
            if named not in (None, "office"):
                found[column] = str(named)
    return found


def _name_label(key: str) -> str | None:
    bare = _TAIL.sub("", key)
    for one in (key, bare):
        if one in _FIELDS:
            return _FIELDS[one]
    return next((field for field, pattern in _PATTERNS if pattern.fullmatch(bare)), None)


def _read_drawn(
    sheet: Sheet,
    rows: Sequence[int],
    is_fixed: Callable[[str], bool],
    drawn: Sequence[DrawnCell],
) -> Iterable[tuple[Fact, set[tuple[int, int]]]]:
    """Yield what the form's own lines say, each with the cells that it takes up."""
    here = set(rows)
    for cell in drawn:
        named = head_field(cell)
        if named is not None:
            place = parse_reference(cell.cell)
            if cell.label:
                place = _find_label(sheet, rows, cell.label)
                if place is not None:
                    fact = _neighbour(sheet, *place, named, is_fixed)
                    yield fact, {place, (fact.row, fact.column)}
            elif place is not None and place[0] in here:
                value = sheet.value(*place)
                text = value_text(value).strip()
                fixed = isinstance(value, CellError) or is_fixed(text) or split_labels(text)
                if not fixed:
                    yield Fact(named, text, value, *place), {place}
            continue
        for row in rows:
            for column, value in enumerate(sheet.rows[row - 1], 1):
                said = read_drawn_line(cell, value) if isinstance(value, str) else None
                labels = split_labels(value) if said and isinstance(value, str) else None
                if said and labels and len(labels[1]) > len(said):
                    continue  # a clerk put further labels into the line
                for n, (name, text) in enumerate(said or ()):
                    if text and _TO_FILL.fullmatch(text):
                        text = ""
                    if text or n < len(said or ()) - 1:
                        yield Fact(name, text, text, row, column), {(row, column)}
                    else:
                        fact = _neighbour(sheet, row, column, name, is_fixed)
                        yield fact, {(row, column), (row, fact.column)}


def _signed(line: str) -> str:
    """Return what stands for a signature at the end of a label's line: （签名）, or ""."""
    found = _COLON.split(line)[-1].strip()
    return found if _SIGNED.fullmatch(found) else ""


def _find_label(sheet: Sheet, rows: Sequence[int], label: str) -> tuple[int, int] | None:
    wanted = squeeze(label)
    for row in rows:
        for column, value in enumerate(sheet.rows[row - 1], 1):
            if isinstance(value, str) and squeeze(value) == wanted:
                return row, column
    return None


def split_labels(text: str) -> tuple[str, list[tuple[str, str, str]]] | None:
    """Part a line into what stands before its labels and, per label, (field, value, rest).

    None where it has no label.

    >>> split_labels("填报股室：基教股　填 报 人：  填报日期：  年 月 日")
    ('', [('office', '基教股', ''), ('reporter', '', ''), ('reported_on', '', '')])
    """
    if len(text) > _LONGEST_LINE:
        return None
    labels = _find_labels(text)
    if not labels:
        field = label_field(text)
        return ("", [(field, "", "")]) if field else None
    ends = [start for start, _, _ in labels[1:]] + [len(text)]
    values = []
    for (_, after, field), end in zip(labels, ends, strict=True):
        value = text[after:end]
        foreign = _FOREIGN_LABEL.search(value)
        rest = value[foreign.start() :].strip() if foreign else ""
        value = value[: foreign.start()] if foreign else value
        value = "" if _TO_FILL.fullmatch(value) else value.strip(" \t\r\n\u3000\u00a0,，;；")
        values.append((field, value, rest))
    return text[: labels[0][0]].strip(), values


def label_field(text: str) -> str | None:
    """Return the field that a label names, spaced or not, or None.

    >>> label_field("审 核 人"), label_field("分管局长签字（盖章）"), label_field("股室负责人审核")
    ('approval', 'approval', None)
    """
    bare = squeeze(text)
    if not bare or len(bare) > _LONGEST_LABEL:
        return None
    shorter = [bare]
    while (cut := _TAIL.sub("", shorter[-1])) != shorter[-1]:
        shorter.append(cut)
    for said in (*shorter, re.sub(r"[()]", "", bare)):
        if said in _FIELDS:
            return _FIELDS[said]
        for field, pattern in _PATTERNS:
            if pattern.fullmatch(said):
                return field
    return None


def _find_labels(text: str) -> list[tuple[int, int, str]]:
    """Return the labels in a line: where each begins, where its value does, and its field."""
    labels: list[tuple[int, int, str]] = []
    last = 0
    for colon in _COLON.finditer(text):
        starts = [found.start() for found in _BOUNDARY.finditer(text, last, colon.start())]
        # 填 报 人: clerks and drawings spread a label to make columns align.
        for start in [last, *starts] if last == 0 else starts:
            field = label_field(text[start : colon.start()])
            if field is not None:
                labels.append((start, colon.end(), field))
                break
        last = colon.end()
    return labels


def _neighbour(
    sheet: Sheet, row: int, column: int, field: str, is_fixed: Callable[[str], bool]
) -> Fact:
    """Return what stands right of a label's cell (or of the merge that it heads).

    Blank cells may lie between, where somebody inserted a column or missed the cell; and a text may
    lie under the merge, where a program inserted one and left the merge where it was.
    """
    area = sheet.merge_at(row, column)
    at = (area.right if area else column) + 1
    for place in range(column + 1, at + _FAR):
        value = sheet.value(row, place)
        text = value_text(value).strip()
        if is_blank(text) or (place != at and _TO_FILL.fullmatch(text)):
            continue
        parts = split_labels(text)
        if parts and parts[0] and not isinstance(value, CellError) and not is_fixed(text):
            return Fact(field, parts[0], parts[0], row, place)  # 4月21日　审定：何远山
        other = len(text) > _LONGEST_LINE or parts is not None or is_fixed(text)
        if isinstance(value, CellError) or other:
            return Fact(field, "", None, row, at if place > at else column)
        if _TO_FILL.fullmatch(text):
            signed = None if is_fixed(text) else _SIGNED.fullmatch(text)
            if field == "approval" and signed:
                return Fact(field, text, value, row, place)
            break
        return Fact(field, text, value, row, place)
    return Fact(field, "", None, row, at)
