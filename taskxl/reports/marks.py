"""Which finding marks which column of 汇总表, and with which word: one line a code."""

import re
from collections.abc import Iterable, Mapping

from taskxl.findings import SEVERITIES, SEVERITY_WORDS, Finding, Severity
from taskxl.model import TaskField
from taskxl.words import NOT_DUE, OFFICE_STATES

NUMBER, TITLE, PLAN, OFFICES = "编号", "项目名称", "主要内容和关键时间节点计划", "责任股室"
STATUS, PROGRESS, OBSTACLES = "进度状态", "进展情况", "存在问题和下一步工作计划"
REMARKS, INSTRUCTIONS, IDENTITY = "备注", "批示", "标识"
FIELD_COLUMNS: Mapping[TaskField, str] = {
    "status": STATUS,
    "progress": PROGRESS,
    "obstacles": OBSTACLES,
    "remarks": REMARKS,
}

ROW_GONE, EMPTY, REVISED, CLOSED = "缺行", "空白", "办公室修订", "已销号"
MARKS: Mapping[str, tuple[str, str]] = {
    "M101": (TITLE, "名称待核"),
    "M102": (OFFICES, "股室待核"),
    "M103": (NUMBER, "编号待核"),
    "M104": (OFFICES, "股室待核"),
    "M107": (OFFICES, "股室待核"),
    "E301": (PLAN, "有改动"),
    "E302": (PROGRESS, ROW_GONE),
    "E303": (PROGRESS, "另有内容"),
    "E304": (STATUS, "状态不明"),
    "E305": (STATUS, "日期不明"),
    "E306": (PROGRESS, "公式出错"),
    "E307": (PROGRESS, "跨行合并"),
    "G401": (PROGRESS, OFFICE_STATES["missing"]),
    "G404": (PROGRESS, EMPTY),
    "G405": (PROGRESS, "与上月相同"),
    "G406": (STATUS, "逾期"),
    "G407": (STATUS, "临近"),
    "G408": (STATUS, "与节点不符"),
    "G409": (STATUS, "状态倒退"),
    "G410": (OBSTACLES, "未说明"),
    "G411": (PROGRESS, "内容空泛"),
    "G413": (STATUS, "说法不一"),
    "G414": (PROGRESS, "连续未报"),
    "G415": (STATUS, "未选状态"),
    "G416": (PROGRESS, "股室又报"),
    "G417": (STATUS, "状态不明"),
}
LIST_MARK = (PLAN, "清单待核")
"""Of a code M1xx that is not in `MARKS`."""
OTHER_MARK = (PROGRESS, "请核实")
"""Of any other code that is not in `MARKS`."""


def write_marks(words: Iterable[str]) -> str:
    """Return mark words as they stand in a cell, each once.

    >>> write_marks(["逾期", "临近", "逾期"])
    '【逾期】【临近】'
    """
    return "".join(f"【{word}】" for word in dict.fromkeys(words))


def split_marks(text: str) -> tuple[str, str]:
    """Return the marks that taskxl put before a cell's text, and the text.

    >>> split_marks("【空白】【逾期】已完成")
    ('【空白】【逾期】', '已完成')
    """
    found = _MARKS.match(text)
    return (found.group(), text[found.end() :]) if found else ("", text)


def worst(severities: Iterable[Severity]) -> Severity | None:
    """Return the gravest of some severities, None of none."""
    return min(severities, key=SEVERITIES.index, default=None)


def describe(findings: Iterable[Finding]) -> list[str]:
    """Return findings as the paragraphs of a comment."""
    return [
        f"〔{SEVERITY_WORDS[one.severity]}〕{f'{one.office}：' if one.office else ''}"
        f"{one.message}（{one.code}）"
        for one in findings
    ]


_WORDS = {word for _, word in (*MARKS.values(), LIST_MARK, OTHER_MARK)}
_WORDS |= {*OFFICE_STATES.values(), NOT_DUE, ROW_GONE, EMPTY, REVISED, CLOSED}
_MARKS = re.compile(rf"(?:\s*【(?:{'|'.join(sorted(_WORDS))})】)+[ \t\n]*")
