"""The columns of 汇总表 that can be marked, and the marks: words in 【】 before a text."""

import re
from collections.abc import Iterable, Mapping
from functools import cache

from taskxl.findings import SEVERITIES, SEVERITY_WORDS, Finding, MarkColumn, Severity
from taskxl.model import TaskField
from taskxl.rules import list_rules
from taskxl.words import EMPTY_MARK, NOT_DUE, OFFICE_STATES, ROW_GONE_MARK

NUMBER, TITLE, PLAN, OFFICES = "编号", "项目名称", "主要内容和关键时间节点计划", "责任股室"
STATUS, PROGRESS, OBSTACLES = "进度状态", "进展情况", "存在问题和下一步工作计划"
REMARKS, INSTRUCTIONS, IDENTITY = "备注", "批示", "标识"
FIELD_COLUMNS: Mapping[TaskField, str] = {
    "status": STATUS,
    "progress": PROGRESS,
    "obstacles": OBSTACLES,
    "remarks": REMARKS,
}

REVISED, CLOSED = "办公室修订", "已销号"
COLUMN_OF: Mapping[MarkColumn, str] = {
    "number": NUMBER,
    "title": TITLE,
    "plan": PLAN,
    "offices": OFFICES,
    "status": STATUS,
    "progress": PROGRESS,
    "obstacles": OBSTACLES,
}


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
    found = _mark_pattern().match(text) if text.lstrip().startswith("【") else None
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


def _mark_pattern() -> re.Pattern[str]:
    """Return what matches the marks that stand before a text, whatever rules there are."""
    declared = {rule.marks[1] for rule in list_rules()}
    fixed = {*OFFICE_STATES.values(), NOT_DUE, ROW_GONE_MARK, EMPTY_MARK, REVISED, CLOSED}
    return _compile_marks(frozenset(declared | fixed))


@cache
def _compile_marks(words: frozenset[str]) -> re.Pattern[str]:
    alternatives = "|".join(sorted(map(re.escape, words)))
    return re.compile(rf"(?:\s*【(?:{alternatives})】)+[ \t\n]*")
