"""The summary workbook as a reader sees it: tables by their headers, rows put together again."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from taskxl.prove.books import Word, read_words
from taskxl.prove.spelling import fold

OVERVIEW, TASKS, GAPS = "总览", "汇总表", "缺口清单"
OFFICES, MILESTONES, LEADERS = "报送情况", "节点台账", "分管领导"
UNPLACED, ALTERED, REGISTER = "未归位内容", "改动对照", "来稿登记"
ORDERS, WORDINGS = "批示办理", "所报原话"
# By what a sheet's header row is known: two of its words.
_HEADERS: Mapping[str, tuple[str, str]] = {
    TASKS: ("编号", "进展情况"),
    GAPS: ("代码", "情况"),
    OFFICES: ("股室", "报送状态"),
    MILESTONES: ("节点", "节点状态"),
    LEADERS: ("编号", "较上次"),
    UNPLACED: ("来源文件", "内容"),
    ALTERED: ("谁改的", "改为"),
    ORDERS: ("批示内容", "办理情况"),
    WORDINGS: ("原话", "汇总时按"),
    REGISTER: ("结论", "内容指纹（SHA-256）"),
}
# What a row of a return has in common with its task's row of 汇总表, and how much that tells.
_TELLING = {"项目名称": 6, "主要内容和关键时间节点计划": 3, "标识": 2, "编号": 1}
_CONTINUED = re.compile(r"(?:^|\n)续\d+$")
_PART = re.compile(r"^续\d+(?:\n|$)")
_PARTED = "（接下行）\n"
# What a row that goes on says again, so that a filter keeps it with the first.
_REPEATED = frozenset(
    ("责任股室", "进度状态", "标识", "程度", "代码", "名称", "股室", "编号", "时限", "节点状态")
) | {"办理状态", "交办股室", "牵头股室", "来源文件", "表", "单元格", "谁改的"}
# A bureau may call its offices 科室, 处室 or 部门; here they all go by one word.
_OFFICE_WORD = re.compile("科室|处室|部门")
_MARKS = re.compile(r"^\s*(?:【[^【】\n]{1,12}】\s*)+")
_NAMED = re.compile(r"^[ \t]*〔([^〔〕\n]+)〕")
CUT = re.compile(r"\n?（以下还有 \d+ 字，接在“未归位内容”中）")


@dataclass(frozen=True)
class Line:
    """One row of a table by its headers; what needed several rows stands in one again."""

    sheet: str
    row: int
    cells: Mapping[str, str]

    def __getitem__(self, header: str) -> str:
        """Return what stands under a header, "" for nothing."""
        return self.cells.get(header, "")


@dataclass(frozen=True)
class Summary:
    """The tables of a summary by the name of their sheet, and what stands on 总览."""

    tables: Mapping[str, tuple[Line, ...]]
    overview: tuple[Word, ...]
    notes: Mapping[str, str]
    """What stands above each table's header."""

    @cached_property
    def office_names(self) -> frozenset[str]:
        """The offices that may stand in 〔〕 before their part of a cell."""
        named = {line["股室"] for line in self.tables[OFFICES]}
        named |= {line["股室"] for line in self.tables[REGISTER]}
        named |= {name for line in self.tables[TASKS] for name in line["责任股室"].split("\n")}
        return frozenset(map(fold, named - {""}))

    @cached_property
    def tasks_by(self) -> Mapping[str, Sequence[tuple[Line, int]]]:
        """The rows of 汇总表 by each text that tells of one, with how much it tells."""
        found: dict[str, list[tuple[Line, int]]] = {}
        for line in self.tables[TASKS]:
            if line["标识"]:
                for header, weight in _TELLING.items():
                    if key := fold(line[header]):
                        found.setdefault(key, []).append((line, weight))
        return found

    @cached_property
    def milestones_by(self) -> Mapping[str, Sequence[Line]]:
        """The rows of 节点台账 by the milestone's own text."""
        found: dict[str, list[Line]] = {}
        for line in self.tables[MILESTONES]:
            found.setdefault(fold(line["节点"]), []).append(line)
        return found

    def parts(self, text: str) -> Iterator[tuple[frozenset[str], str]]:
        """Yield a cell of 汇总表 by who speaks: names (none: the leading office), its text."""
        names: frozenset[str] = frozenset()
        lines: list[str] = []
        for line in text.split("\n"):
            named = _NAMED.match(line)
            who = frozenset(map(fold, named.group(1).split("、"))) if named else frozenset()
            if named and who <= self.office_names:
                yield names, "\n".join(lines)
                names, lines = who, []
                line = line[named.end() :]
            lines.append(line)
        yield names, "\n".join(lines)


def read_summary(content: bytes) -> Summary:
    """Read a summary workbook; a sheet that is not there or has no header has no rows.

    Raises Unread where openpyxl finds no workbook.
    """
    sheets: dict[str, list[Word]] = {}
    for word in read_words(content):
        sheets.setdefault(word.sheet, []).append(word)
    tables: dict[str, tuple[Line, ...]] = {}
    notes: dict[str, str] = {}
    for name, known in _HEADERS.items():
        rows = _by_row(sheets.get(name, ()))
        captions = {n: {c: plain_caption(t) for c, t in r.items()} for n, r in rows.items()}
        top = next((n for n, row in captions.items() if set(known) <= set(row.values())), None)
        headers = captions[top] if top is not None else {}
        below = {n: row for n, row in rows.items() if top is not None and n > top}
        tables[name] = tuple(_join_rows(name, headers, below))
        above = (text for n, row in rows.items() if n < (top or 0) for text in row.values())
        notes[name] = "\n".join(above)
    return Summary(tables, tuple(sheets.get(OVERVIEW, ())), notes)


def plain_caption(text: str) -> str:
    """Return a caption with one word for a bureau's offices, whatever the bureau calls them."""
    return _OFFICE_WORD.sub("股室", text)


def strip_marks(text: str) -> str:
    """Return a text without the words in 【】 that are put before it."""
    return _MARKS.sub("", text)


def _by_row(words: Sequence[Word]) -> dict[int, dict[int, str]]:
    rows: dict[int, dict[int, str]] = {}
    for word in words:
        rows.setdefault(word.row, {})[word.column] = word.text
    return rows


def _join_rows(
    sheet: str, headers: Mapping[int, str], rows: Mapping[int, Mapping[int, str]]
) -> Iterator[Line]:
    """Yield the rows of a table, each with those that go on with it."""
    first, whole = 0, dict[int, str]()
    plan = next((c for c, h in headers.items() if h == "主要内容和关键时间节点计划"), 1)
    for number, row in rows.items():
        told = _CONTINUED.search(row.get(1, "")) or _PART.match(row.get(plan, ""))
        if whole and told:
            for column, text in row.items():
                before = whole.get(column, "")
                again = text == before and headers.get(column) in _REPEATED
                text = _PART.sub("", text) if column == plan else text
                if column != 1 and text and not again:
                    whole[column] = f"{before}\n{text}".replace(_PARTED, "") if before else text
            continue
        if whole:
            yield _name_cells(sheet, first, headers, whole)
        first, whole = number, dict(row)
    if whole:
        yield _name_cells(sheet, first, headers, whole)


def _name_cells(sheet: str, row: int, headers: Mapping[int, str], cells: Mapping[int, str]) -> Line:
    return Line(sheet, row, {headers[c]: text for c, text in cells.items() if c in headers})
