"""The table recogniser: which rows of a sheet are a task list's header, which column is what."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from taskxl import words
from taskxl.a1 import cell_name
from taskxl.intake.grids import Area, CellError, Sheet, Value, value_text
from taskxl.text import is_blank, squeeze, tidy

_TASK_FIELDS = {"lead", "responsible", "supporting", "leader", "person", "due", "content", "stage"}
_EXACT = {squeeze(word): field for field, said in words.HEADERS.items() for word in said}
_PATTERNS = tuple((field, re.compile(pattern)) for field, pattern in words.HEADER_PATTERNS)
_LONGEST_HEADER = 30
_MOST_COVERED = 2_000_000  # cells under merges; more than that is no list but an attack
_NODES = re.compile(r"节点|阶段|步骤|进度安排|时间安排")
_MEASURES = re.compile(r"措施|举措|做法|对策")
_MONEY = re.compile(r"(?:投资|资金|经费|预算|金额|费用)(?:总?额|安排|计划|规模|数)?$")
_STAGE = re.compile(
    r"(?:20\d\d年)?(?:第?[一二三四1-4]季度?末?|[上下]半年"
    r"|(?:\d{1,2}月?[-—–~至到])?\d{1,2}月(?:份|[底末]|\d{1,2}日)?|年底|年末)(?:之?前|底|内)?"
    r"(?:度?(?:工作|重点|目标|任务|计划|安排|进度|节点|内容|推进|阶段|完成|要求|应|达到|措施))*"
)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a list: `field` as in `words.HEADERS` ("" for none), `header` as written.

    The field `stage` is that of columns whose header is a due phrase (一季度, 6月底前).
    `row_each`: it is filled in more rows than there are tasks; `said`: a person said what it is.
    """

    index: int
    field: str
    header: str
    sure: bool = True
    row_each: bool = False
    said: bool = False

    @property
    def holds_milestones(self) -> bool:
        """Whether each row's text in it is a milestone (节点计划) and not a description."""
        return self.row_each or (bool(_NODES.search(self.header)) and "内容" not in self.header)

    @property
    def holds_measures(self) -> bool:
        """Whether its numbered parts are measures, which are no steps unless they have dates."""
        return bool(_MEASURES.search(self.header))


@dataclass(frozen=True, slots=True)
class Header:
    """The rows `top` to `bottom` (counted from 1) that name the columns of a list.

    `task_each_row`: each row below is a task, also where rows stand under one name.
    """

    top: int
    bottom: int
    columns: tuple[Column, ...]
    task_each_row: bool = False

    def of(self, field: str) -> tuple[Column, ...]:
        """Return the columns of a field, from the left."""
        return tuple(column for column in self.columns if column.field == field)

    @property
    def signature(self) -> tuple[tuple[int, str], ...]:
        """What makes a header the repetition of another."""
        return tuple((column.index, column.field) for column in self.columns)


class Grid:
    """A sheet's cells as texts, with quick answers about merges.

    Not a value but a view: it is made once a sheet and read many times.
    """

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self.height = len(sheet.rows)
        self.width = max((len(row) for row in sheet.rows), default=0)
        self._covers: dict[tuple[int, int], Area] = {}
        self._filled: dict[int, list[tuple[int, str]]] = {}
        for area in sheet.merges:
            bottom, right = min(area.bottom, self.height), min(area.right, self.width)
            if len(self._covers) > _MOST_COVERED:
                break
            for row in range(area.top, bottom + 1):
                for column in range(area.left, right + 1):
                    self._covers[row, column] = area

    def text(self, row: int, column: int) -> str:
        """Return the tidied text of a cell, "" where nothing can be seen in it."""
        value = self.value(row, column)
        seen = not is_blank(value) and self._why_unseen(row, column, value) is None
        return tidy(value_text(value)) if seen else ""

    def value(self, row: int, column: int) -> Value:
        """Return the value that stands in a cell."""
        return self.sheet.value(row, column)

    def area(self, row: int, column: int) -> Area:
        """Return the merge that a cell belongs to, or the cell alone."""
        return self._covers.get((row, column)) or Area(row, column, row, column)

    def covered_from_above(self, row: int, column: int) -> bool:
        """Tell whether a cell lies under a merge that begins in a row above."""
        return self.area(row, column).top < row

    def shown(self, row: int, column: int) -> str:
        """Return what a person sees at a cell: its own text or that of the merge over it."""
        own = self.text(row, column)
        area = self.area(row, column)
        return own or self.text(area.top, area.left)

    def filled(self, row: int) -> list[tuple[int, str]]:
        """Return (column, text) of the cells of a row in which a text can be seen."""
        if row not in self._filled:  # asked for several times, by header search and by reading
            values = self.sheet.rows[row - 1] if row <= self.height else ()
            self._filled[row] = [
                (column, tidy(value_text(value)))
                for column, value in enumerate(values, 1)
                if not is_blank(value) and self._why_unseen(row, column, value) is None
            ]
        return self._filled[row]

    def unseen(self, row: int) -> list[tuple[int, str, str]]:
        """Return (column, text, why) of the cells of a row that show nothing of what they hold."""
        values = self.sheet.rows[row - 1] if row <= self.height else ()
        return [
            (column, value_text(value), why)
            for column, value in enumerate(values, 1)
            if not is_blank(value) and (why := self._why_unseen(row, column, value))
        ]

    def _why_unseen(self, row: int, column: int, value: Value) -> str | None:
        if isinstance(value, CellError):
            return "是公式错误" if value.text else "是没有结果的公式"
        area = self._covers.get((row, column))
        if area is None or (area.top, area.left) == (row, column):
            return None
        same = value_text(value) == value_text(self.value(area.top, area.left))
        return "" if same else "在合并单元格下面，看不见"

    def name(self, row: int, column: int) -> str:
        """Return the A1 name of a cell."""
        return cell_name(row, column)


def read_header_word(text: str) -> tuple[str, bool] | None:
    r"""Return the field that a header names and whether it is a known word, None for no header.

    >>> read_header_word("序\n号"), read_header_word("主 要 工 作")
    (('number', True), ('title', True))
    >>> read_header_word("责任股室（第一位为牵头）"), read_header_word("拟定完成时间")
    (('responsible', True), ('due', False))
    >>> read_header_word("基财股") is None
    True
    """
    return _read_word(squeeze(text)) if len(text) <= 2 * _LONGEST_HEADER else None


@lru_cache(maxsize=1024)
def _read_word(word: str) -> tuple[str, bool] | None:
    if not word or len(word) > _LONGEST_HEADER or re.fullmatch(r"[\d.]+", word):
        return None
    bare = re.sub(r"\([^()]*\)|[:*]", "", word)
    bare = re.sub(r"^(?:\d{4}年)?(?:年?度|全年)?", "", bare) if bare not in _EXACT else bare
    for candidate in (word, bare):
        if candidate in _EXACT:
            return _EXACT[candidate], True
    if len(bare) > 16 or re.search(r"[。；,]", bare) or _MONEY.search(bare):
        return None
    return next(((field, False) for field, seen in _PATTERNS if seen.search(bare)), None)


def is_stage(text: str) -> bool:
    """Tell whether a header is a phrase of time, below which stands what is due then.

    >>> is_stage("一季度"), is_stage("6月底前"), is_stage("时限")
    (True, True, False)
    """
    return _STAGE.fullmatch(squeeze(text)) is not None


def read_header(grid: Grid, row: int) -> Header | None:
    """Return the header that begins in `row`, None when none does."""
    filled = grid.filled(row)
    named = sum(read_header_word(text) is not None for _, text in filled)
    if named < 2 and (len(filled) < 3 or not _may_continue_header(grid, row)):
        return None
    best: tuple[float, tuple[Column, ...], int] | None = None
    reaches = _reach_down(grid, row)
    for bottom in range(row, min(row + 2, grid.height) + 1):
        if bottom > row and not _may_continue_header(grid, bottom):
            break
        columns = _read_columns(grid, row, bottom)
        score = _score(columns)
        if score and (best is None or score > best[0] or bottom == reaches):
            best = (score, columns, bottom)
    if best is None:
        return None
    if row < best[2] and _score(_read_columns(grid, row + 1, best[2])) >= best[0]:
        return None  # the first row adds nothing: it stands above the header
    return Header(row, best[2], best[1])


def _reach_down(grid: Grid, row: int) -> int:
    """Return the last row to which cells of a header's first row are merged down."""
    bottoms = [grid.area(row, index).bottom for index, _ in grid.filled(row)]
    down = [bottom for bottom in bottoms if row < bottom <= row + 2]
    return max(down) if down else row


def force_header(grid: Grid, row: int) -> Header | None:
    """Return the header that a person says begins in `row`, whatever it looks like."""
    bottom = _reach_down(grid, row)
    columns = _read_columns(grid, row, bottom)
    return Header(row, bottom, columns) if columns else None


def _may_continue_header(grid: Grid, row: int) -> bool:
    """Tell whether a row can be a lower row of a header: short texts, no number, no leader."""
    filled = grid.filled(row)
    return bool(filled) and all(
        len(squeeze(text)) <= 14 and not re.fullmatch(r"[(（]?\d+[)）.、]?", squeeze(text))
        for _, text in filled
    )


def _read_columns(grid: Grid, top: int, bottom: int) -> tuple[Column, ...]:
    columns = []
    for index in range(1, grid.width + 1):
        parts: list[str] = []
        for row in range(top, bottom + 1):
            text = grid.shown(row, index)
            area = grid.area(row, index)
            # A merge reaching out of the header's rows belongs to what stands above or below.
            if text and text not in parts and area.top >= top:
                parts.append(text)
        if not parts:
            continue
        joined = "".join(parts)
        # The lowest words say most (责任分工 / 牵头单位), unless only all of them make a word.
        words_read = [(text, read_header_word(text)) for text in (joined, *reversed(parts), joined)]
        start = 0 if words_read[0][1] and words_read[0][1][1] else 1
        text, found = next((w for w in words_read[start:] if w[1]), (joined, None))
        stage = next((part for part in reversed(parts) if _STAGE.fullmatch(squeeze(part))), None)
        field, known = ("stage", False) if stage else found or ("", False)
        text = stage or text
        columns.append(Column(index, field, squeeze(text), known))
    return _find_title(columns)


def _find_title(columns: Sequence[Column]) -> tuple[Column, ...]:
    """Take a word that may be a section's or a task's as the task's, where no other names it."""
    if any(column.field in ("title", "content") for column in columns):
        return tuple(columns)
    may = [c for c in columns if c.field == "section" and c.header in words.SECTION_OR_TITLE]
    return tuple(replace(c, field="title") if c in may[:1] else c for c in columns)


def _score(columns: Sequence[Column]) -> float:
    """Return how much a row speaks for being a task list's header; 0 when it is none."""
    fields = {column.field for column in columns if column.field}
    sure = {column.field for column in columns if column.field and column.sure}
    named = [column for column in columns if column.field]
    enough = len(sure) + len(fields) >= 4 or (len(fields) >= 2 and "number" in sure)
    if not fields & {"title", "content"} or not enough:
        return 0
    if len(named) * 2 < len(columns) and not {"number", "title"} <= sure:
        return 0
    return len(fields) + len(sure) + 0.1 * sum(column.sure for column in named)


def is_task_list(header: Header, called: bool) -> bool:
    """Tell whether a table with this header is a list of tasks and not just any table.

    `called`: its title calls it one, so that numbered names alone are enough.
    """
    fields = {column.field for column in header.columns}
    return "title" in fields and bool(fields & _TASK_FIELDS or (called and "number" in fields))
