"""What a form carries along of its own drawing: columns and head lines known without words."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from taskxl.forms.identity import Block, DrawnCell, DrawnColumn, Identity, digest_text
from taskxl.text import squeeze
from taskxl.words import OFFICE_WORDS

_BLOCKS: dict[str, Block] = {"任务": "task", "协办": "task", "节点": "milestone"}
# The words of a drawing's columns by the field they stand for. Of several placeholders in one
# cell the first here decides what the cell is.
_FIELDS: dict[Block, dict[str, str]] = {
    "task": {
        "进展": "progress",
        "问题": "obstacles",
        "状态": "status",
        "备注": "remarks",
        "名称": "title",
        "计划": "content",
        "编号": "number",
        "股室": "responsible",
        "标识": "id",
    },
    "milestone": {
        "状态": "state",
        "完成日期": "done_on",
        "说明": "note",
        "内容": "milestone",
        "名称": "title",
        "时限": "due",
        "编号": "number",
        "标识": "id",
    },
}
_HEAD_FIELDS = {"股室": "office", "填报人": "reporter", "填报日期": "reported_on"}
# What a placeholder can hold, where that is known: 填报{{称谓}}： is not 填报人：.
_VALUES = {"称谓": f"({'|'.join(OFFICE_WORDS)})"}
_PLACEHOLDER = re.compile(r"[{｛]{2}([^{}｛｝]*)[}｝]{2}")
_COPY = re.compile(r"\s*[(（]\d+[)）]$")


@dataclass(frozen=True, slots=True)
class DrawnTable:
    """A repeating row as drawn: its fields by caption (squeezed) and by column, from 1.

    `composed` are the cells with more than one placeholder, by column.
    """

    kind: Block
    captions: Mapping[str, str]
    places: Mapping[str, int]
    composed: Mapping[int, str] = field(default_factory=dict)

    @property
    def is_answered(self) -> bool:
        """Whether an office fills this table; 协办任务 is only to be read."""
        return bool(self.places.keys() & {"status", "progress", "obstacles", "state", "done_on"})


@dataclass(frozen=True, slots=True)
class Drawing:
    """How the forms were drawn whose marks a book bears; empty where it bears none of today's.

    `ids` are those of the tasks and milestones with which they were issued, squeezed.
    """

    tables: Mapping[str, Sequence[DrawnTable]] = field(default_factory=dict)
    cells: Sequence[DrawnCell] = ()
    ids: frozenset[str] = frozenset()

    def tables_on(self, sheet: str) -> Sequence[DrawnTable]:
        """Return the tables drawn on a sheet; of a sheet that was renamed, all there are."""
        for name in (sheet, _COPY.sub("", sheet)):
            if name in self.tables:
                return self.tables[name]
        return tuple(table for tables in self.tables.values() for table in tables)

    @property
    def digests(self) -> frozenset[str]:
        """The digests of all that was written into cells that stand once."""
        return frozenset(cell.digest for cell in self.cells)


def read_drawing(identities: Iterable[Identity]) -> Drawing:
    """Return the drawing of the forms whose identities a book bears."""
    identities = tuple(identities)
    layouts = tuple(dict.fromkeys(identity.layout for identity in identities))
    ids = frozenset(squeeze(row.id) for identity in identities for row in identity.rows)
    by_block: dict[tuple[str, str], list[DrawnColumn]] = {}
    for column in dict.fromkeys(column for layout in layouts for column in layout.columns):
        block = column.words[0].partition(".")[0] if column.words else ""
        if block in _BLOCKS:
            by_block.setdefault((column.sheet, block), []).append(column)
    tables: dict[str, list[DrawnTable]] = {}
    # 任务 before 协办, whose columns may bear the same captions.
    for (sheet, block), columns in sorted(by_block.items(), key=lambda item: item[0][1] == "协办"):
        tables.setdefault(sheet, []).append(_read_table(_BLOCKS[block], columns))
    return Drawing(tables, tuple(dict.fromkeys(c for layout in layouts for c in layout.cells)), ids)


def _read_table(kind: Block, columns: Sequence[DrawnColumn]) -> DrawnTable:
    captions: dict[str, str] = {}
    places: dict[str, int] = {}
    composed: dict[int, str] = {}
    for column in columns:
        words = [word.partition(".")[2] for word in column.words]
        named = next((name for word, name in _FIELDS[kind].items() if word in words), None)
        if named is None:
            continue
        if column.text:
            composed[column.column] = column.text
        if places.setdefault(named, column.column) == column.column and column.caption:
            captions.setdefault(squeeze(column.caption), named)
    return DrawnTable(kind, captions, places, composed)


def compose_cell(text: str, values: Mapping[str, str]) -> str:
    """Return a cell of several placeholders filled, values by the word behind the dot.

    >>> compose_cell("{{任务.编号}}．{{任务.名称}}", {"编号": "3", "名称": "建校"})
    '3．建校'
    """
    return _PLACEHOLDER.sub(lambda f: values.get(squeeze(f[1]).partition(".")[2], ""), text)


# ---------------------------------------------------------------- head lines


def read_drawn_line(cell: DrawnCell, text: str) -> list[tuple[str, str]] | None:
    """Return the fields and texts that a head line holds, None where it is another line.

    The line's own words may be spaced and of either width.

    >>> line = DrawnCell("表", "A3", "单位（盖章）：{{股室}}　经手：{{填报人}}")
    >>> read_drawn_line(line, "单位(盖章)：基教股　经手：王 五")
    [('office', '基教股'), ('reporter', '王 五')]
    """
    pattern, fields = _line_pattern(cell.text)
    found = pattern.fullmatch(text.strip()) if pattern else None
    if found is None:
        return None
    return [
        (name, said.strip(" \t\r\n\u3000\u00a0,，;；"))
        for name, said in zip(fields, found.groups(), strict=True)
        if name
    ]


def head_field(cell: DrawnCell) -> str | None:
    """Return the field of a cell that holds one placeholder and nothing else, or None."""
    alone = _PLACEHOLDER.fullmatch(cell.text.strip())
    return _HEAD_FIELDS.get(squeeze(alone[1])) if alone else None


def is_as_written(drawing: Drawing, text: str) -> bool:
    """Tell whether a text is what the program put into a cell that stands once."""
    return bool(drawing.cells) and digest_text(text) in drawing.digests


@lru_cache(maxsize=512)
def _line_pattern(text: str) -> tuple[re.Pattern[str] | None, tuple[str, ...]]:
    """Return the pattern of a line and, for each of its placeholders, the field or ""."""
    pieces = _PLACEHOLDER.split(text.strip())
    literal = "".join(pieces[::2])
    words = pieces[1::2]
    fields = tuple(_HEAD_FIELDS.get(squeeze(word), "") for word in words)
    if not any(fields) or not squeeze(literal) or any("." in word for word in words):
        return None, ()
    parts = [
        _loose(piece) if n % 2 == 0 else _VALUES.get(squeeze(piece), r"(.*?)")
        for n, piece in enumerate(pieces)
    ]
    return re.compile(r"\s*".join(parts), re.DOTALL), fields


def _loose(literal: str) -> str:
    """Return a pattern of a line's own words, of either width and with any white space."""
    marks = []
    for mark in "".join(literal.split()):
        narrow = unicodedata.normalize("NFKC", mark)
        wide = chr(ord(narrow) + 0xFEE0) if len(narrow) == 1 and "!" <= narrow <= "~" else mark
        marks.append(
            "[" + "".join(map(re.escape, dict.fromkeys((mark, wide)))) + "]"
            if len(narrow) != 1
            else "[" + "".join(map(re.escape, dict.fromkeys((mark, narrow, wide)))) + "]"
        )
    return r"\s*".join(marks)
