"""What a form asks for: the answers and head lines that it has as it was issued."""

import re
from collections.abc import Iterable

from taskxl.forms.identity import Identity, identity_sheets
from taskxl.forms.returned.columns import find_tables
from taskxl.forms.returned.drawn import Drawing, read_drawing
from taskxl.forms.returned.head_lines import read_labels
from taskxl.forms.returned.tally import lay_out_sheets
from taskxl.intake.grids import Book, Sheet, value_text
from taskxl.model import ASKED

_PLACEHOLDER = re.compile(r"[{｛]{2}\s*([^{}｛｝]*?)\s*[}｝]{2}")
# The fields that a drawing asks for by its placeholders, whatever the captions above them say.
_BY_WORD = {
    "任务.状态": "status",
    "任务.进展": "progress",
    "任务.问题": "obstacles",
    "任务.备注": "remarks",
    "节点.状态": "state",
    "节点.完成日期": "done_on",
    "节点.说明": "note",
    "填报人": "reporter",
    "填报日期": "reported_on",
}


def asked_fields(forms: Iterable[Book]) -> tuple[str, ...]:
    """Return what all of these forms ask for, of `model.ASKED`, in its order; all where none is.

    A form as issued, or its template. Nobody is asked for what one of them did not have.
    """
    asked = set(ASKED)
    for book in forms:
        drawing = read_drawing(identity_sheets(book))
        asked &= {field for sheet in lay_out_sheets(book) for field in _fields_of(sheet, drawing)}
    return tuple(field for field in ASKED if field in asked)


def drawn_fields(identity: Identity | None) -> frozenset[str]:
    """Return the answers for which a form had a column when it was issued; none where unknown."""
    columns = identity.layout.columns if identity else ()
    return frozenset(_BY_WORD[w] for one in columns for w in one.words if w in _BY_WORD)


def _fields_of(sheet: Sheet, drawing: Drawing) -> Iterable[str]:
    tables = find_tables(sheet, drawing)
    for table in tables:
        if table.is_answered:
            yield from table.answers
    heads = {row for table in tables for row in range(table.top, table.bottom + 1)}
    free = [row for row in range(1, len(sheet.rows) + 1) if row not in heads]
    yield from (fact.field for fact in read_labels(sheet, free, drawn=drawing.cells).facts)
    for _, _, value in sheet.cells():
        for word in _PLACEHOLDER.findall(value_text(value)):
            if word.replace("。", ".") in _BY_WORD:
                yield _BY_WORD[word.replace("。", ".")]
