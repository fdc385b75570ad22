"""What a person says of a list once: which column is what, where the header is, which level."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from taskxl.errors import TaskxlError
from taskxl.text import show, squeeze

# What may stand behind the `=` of --column, with the field it means; the first word is shown.
FIELD_WORDS: dict[str, tuple[str, ...]] = {
    "number": ("序号", "编号"),
    "title": ("任务", "任务名称", "名称", "项目"),
    "content": ("内容", "主要内容", "措施"),
    "milestone": ("节点", "进度安排"),
    "due": ("时限", "完成时限", "完成时间"),
    "lead": ("牵头", "牵头股室", "牵头单位", "主办"),
    "supporting": ("协办", "配合", "协办股室", "配合单位"),
    "responsible": ("责任", "责任股室", "责任单位"),
    "leader": ("分管领导", "分管", "责任领导", "分管负责同志"),
    "person": ("责任人", "联系人"),
    "remarks": ("备注", "来源"),
    "section": ("分组", "类别"),
    "": ("不读", "略", "无"),
}
_FIELDS = {word: field for field, said in FIELD_WORDS.items() for word in said}
_HEADER_ROW, _TASK_LEVEL = "表头行", "任务层级"


@dataclass(frozen=True, slots=True)
class Hints:
    """A person's word on how to read a list; it goes before whatever the cells show.

    `columns` are pairs of a column (its header, or its letters) and a field of `FIELD_WORDS`;
    `header_row` counts as Excel does; `task_level` counts the levels of prose from the outside.
    """

    columns: tuple[tuple[str, str], ...] = ()
    header_row: int | None = None
    task_level: int | None = None

    def __bool__(self) -> bool:
        return bool(self.columns or self.header_row or self.task_level)

    def field_of(self, header: str, letters: str) -> str | None:
        """Return the field that was said of a column, None where nothing was said.

        A column may be named by its header or by its letters; the header goes first.
        """
        plain = squeeze(header)
        for name, field in self.columns:
            if plain and squeeze(name) == plain:
                return field
        return next((field for name, field in self.columns if name.upper() == letters), None)

    def to_text(self) -> str:
        """Return the hints as 设置 keeps them: `时序进度=节点；表头行=3`; "" for none."""
        parts = [f"{name}={FIELD_WORDS[field][0]}" for name, field in self.columns]
        parts += [f"{_HEADER_ROW}={self.header_row}"] if self.header_row else []
        parts += [f"{_TASK_LEVEL}={self.task_level}"] if self.task_level else []
        return "；".join(parts)

    def over(self, other: "Hints") -> "Hints":
        """Return these hints, with those of `other` where these say nothing."""
        said = {squeeze(name) for name, _ in self.columns}
        rest = tuple(pair for pair in other.columns if squeeze(pair[0]) not in said)
        return Hints(
            self.columns + rest,
            self.header_row or other.header_row,
            self.task_level or other.task_level,
        )


NO_HINTS = Hints()


def make_hints(
    columns: Iterable[str] = (), header_row: int | None = None, task_level: int | None = None
) -> Hints:
    """Return the hints of the options `--column 列=任务`, `--header-row N`, `--task-level N`.

    Raises TaskxlError for a column that is not written so, or a field that nobody knows.

    >>> make_hints(["时序进度=节点", "D=牵头"], 3).to_text()
    '时序进度=节点；D=牵头；表头行=3'
    """
    pairs = []
    for said in columns:
        name, equals, word = said.replace("＝", "=").rpartition("=")
        field = _FIELDS.get(squeeze(word))
        if not equals or not name.strip() or field is None:
            words = "、".join(words[0] for words in FIELD_WORDS.values())
            raise TaskxlError(
                f"“{show(said, 40)}”看不懂。请写成 列=内容，列是表头或列号，"
                f"如 --column 时序进度=节点、--column D=牵头；内容可以是：{words}。"
            )
        pairs.append((name.strip(), field))
    return Hints(tuple(pairs), header_row, task_level)


def read_hints(text: str) -> Hints:
    """Return the hints that 设置 keeps as a text; what is not understood is left out.

    >>> read_hints("时序进度=节点；表头行=3；任务层级=2").task_level
    2
    """
    columns: list[str] = []
    numbers: dict[str, int] = {}
    for part, kind in _parts(text):
        name, _, word = part.replace("＝", "=").rpartition("=")
        if kind == "number":
            numbers[name.strip()] = int(word)
        elif kind == "column":
            columns.append(part)
    return make_hints(columns, numbers.get(_HEADER_ROW), numbers.get(_TASK_LEVEL))


def unread_hints(text: str) -> list[str]:
    """Return the parts of such a text that are not understood.

    >>> unread_hints("时序进度=节点；胡写；表头行=三")
    ['胡写', '表头行=三']
    """
    return [part.strip() for part, kind in _parts(text) if not kind and part.strip()]


def _parts(text: str) -> Iterator[tuple[str, Literal["number", "column", ""]]]:
    """Yield the parts of a text of hints, each with what it is said of; "" of nothing known."""
    for part in re.split(r"[；;\n]", text):
        name, _, word = part.replace("＝", "=").rpartition("=")
        if name.strip() in (_HEADER_ROW, _TASK_LEVEL):
            yield part, "number" if word.strip().isdigit() else ""
        else:
            yield part, "column" if name.strip() and squeeze(word) in _FIELDS else ""
