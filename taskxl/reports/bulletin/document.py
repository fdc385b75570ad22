"""A Word document that the bureau may redraw: its template checked, and filled with a month."""

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from taskxl.errors import TaskxlError
from taskxl.findings import Finding, rule

BULLETIN, CARD, YEAR_REPORT = "通报.docx", "督办单.docx", "工作总结.docx"
_HIDDEN = ("Cc", "Cf", "Cs", "Cn", "Zl", "Zp")

F530 = rule(
    "F530",
    "文档模板写错",
    "error",
    what="模板里的“通报.docx”“督办单.docx”或“工作总结.docx”有一处程序看不懂，或者打不开。",
    why="写错的模板生成不了通报、督办单、工作总结。",
    cure="按消息里说的地方改正；或把“模板”文件夹里的这个文件移走，改用自带的。",
)


def clean_value(value: Any) -> Any:
    r"""Return a value fit for a document: every text in it one line of what can be seen.

    >>> clean_value({"名称": "甲\x07\r\n乙\u202e", "数": 3})
    {'名称': '甲 乙', '数': 3}
    """
    if isinstance(value, str):
        line = re.sub(r"[\s\x00-\x1f\x85\u2028\u2029]+", " ", value).strip()
        return "".join(c for c in line if unicodedata.category(c) not in _HIDDEN)
    if isinstance(value, Mapping):
        return {key: clean_value(one) for key, one in value.items()}
    return [clean_value(one) for one in value] if isinstance(value, list | tuple) else value


def fill_document(name: str, content: bytes, values: Mapping[str, Any]) -> bytes:
    """Return a template filled with `values`: the same bytes for the same template and values.

    What stands in a value is text and nothing else: no markup, no field, no placeholder.
    Raises TaskxlError, one line with file and place, where the template is wrong.
    """
    from taskxl.reports.bulletin.word_template import fill_template

    return fill_template(name, content, clean_value(values))


def check_document(name: str, content: bytes, example: Mapping[str, Any]) -> tuple[Finding, ...]:
    """Return what is wrong with a template: it is filled with an example of everything.

    And of nothing: what no month has had so far may come.
    """
    for values in (example, bare(example)):
        try:
            fill_document(name, content, values)
        except TaskxlError as error:
            place, _, message = str(error).partition("：")
            file, _, part = place.partition("〔")
            return (F530.found(message, file=file, sheet=part.removesuffix("〕") or None),)
    return ()


def bare(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return values of the same shape with nothing in them.

    >>> bare({"单位": "甲", "任务数": 3, "问题": [1], "附件号": {"逾期": "1"}})
    {'单位': '', '任务数': 0, '问题': [], '附件号': {'逾期': ''}}
    """
    return {
        key: bare(value) if isinstance(value, Mapping) else type(value)()
        for key, value in values.items()
    }
