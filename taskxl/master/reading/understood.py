"""What columns and levels were taken as, for a person to see and to say otherwise."""

from collections.abc import Iterator, Sequence

from taskxl import words
from taskxl.a1 import column_letters
from taskxl.intake.grids import Book
from taskxl.master.reading.drafts import Part
from taskxl.master.reading.header import Column, Grid, Header, read_header_word
from taskxl.master.reading.hints import FIELD_WORDS
from taskxl.master.reading.outline import Chapter, find_entries, find_task_family
from taskxl.model import Understood
from taskxl.text import squeeze

_EXAMPLES = 3
_SURE_LEVEL = 0.8  # of the items of a level that say who answers for them


def describe_columns(book: Book, part: Part) -> Iterator[Understood]:
    """Yield one line for each column of a table's first header."""
    if not part.headers:
        return
    grid, header = Grid(part.sheet), part.headers[0]
    for column in header.columns:
        how, sure = _judge(header, column)
        examples = _examples(grid, header, column)
        if not (examples or column.header):
            continue
        plain = squeeze(column.header)
        letters = column_letters(column.index)
        name = plain if plain and len(plain) <= 20 else letters
        word = FIELD_WORDS["title" if column.field != "title" else "content"][0]
        yield Understood(
            file=book.name,
            sheet=part.sheet.name,
            name=letters,
            header=plain,
            taken=_name_field(column),
            how=how,
            sure=sure,
            examples=examples,
            option=f"--column {name}={word}",
        )


def _name_field(column: Column) -> str:
    if column.field == "content" and column.holds_milestones:
        return "节点"
    if column.field == "stage":
        return "节点（时限按栏名）"
    if column.field in ("start", "status", "progress", "obstacles"):
        return ""
    return words.FIELD_NAMES.get(column.field, "")


def _judge(header: Header, column: Column) -> tuple[str, bool]:
    """Return on what grounds a column was understood, and whether they are sure."""
    if column.said:
        return "按选项", True
    if header.task_each_row and column.field in ("title", "section"):
        return "按各行的编号和股室推定", False
    if not column.field:
        return "看不懂", False
    word = read_header_word(column.header)
    if word == (column.field, True):
        return "按表头", True
    if word and (word[0] == column.field or word[1]):
        return "按表头", column.field in ("lead", "supporting", "stage") or word[0] == column.field
    if column.field == "stage":
        return "按表头", True
    return "按内容推定", False


def _examples(grid: Grid, header: Header, column: Column) -> tuple[str, ...]:
    rows = range(header.bottom + 1, grid.height + 1)
    texts = dict.fromkeys(text for row in rows if (text := grid.text(row, column.index)))
    return tuple(texts)[:_EXAMPLES]


def describe_levels(book: Book, chapter: Chapter, level: int | None) -> Iterator[Understood]:
    """Yield one line for each level of a list in prose; `level` is the one that a person said."""
    family = find_task_family(chapter, level)
    kinds = chapter.kinds
    at = kinds.index(family)
    taken_items = {id(entry.item) for entry in find_entries(chapter, family)}
    for number, kind in enumerate(kinds, 1):
        items = [item for item in chapter.items if item.kind == kind]
        answered = sum(item.answered for item in items) / len(items)
        tasks = sum(id(item) in taken_items for item in items)
        taken = "分组" if number - 1 < at else "任务" if number - 1 == at else "任务的内容"
        if taken == "任务的内容" and tasks:
            taken = "任务的内容或任务"
        sure = len(kinds) == 1 or level is not None
        how = "按选项" if level is not None else "按编号"
        if kind == family and answered and level is None:
            how, sure = "写明了责任单位", answered >= _SURE_LEVEL
        yield Understood(
            file=book.name,
            sheet=None,
            name=f"第{number}级",
            header=items[0].marker,
            taken=taken,
            how=how,
            sure=sure or (kind != family and _is_sure(chapter, family)),
            examples=tuple(item.title for item in items[:_EXAMPLES]),
            option=f"--task-level {number}" if kind != family else "",
        )


def _is_sure(chapter: Chapter, family: int) -> bool:
    items: Sequence[object] = [item for item in chapter.items if item.kind == family]
    answered = sum(item.answered for item in chapter.items if item.kind == family)
    return answered >= _SURE_LEVEL * len(items)
