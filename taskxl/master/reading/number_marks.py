"""Numbering marks: the sign with which a paragraph says what it is in its document."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from taskxl.dates import read_number
from taskxl.text import squeeze

_CHINESE = "[一二三四五六七八九十]{1,3}"
# The families of marks, the usual order from the outside in; a document may use them otherwise.
_FAMILIES = tuple(
    re.compile(pattern)
    for pattern in (
        rf"第(?P<n>{_CHINESE})(?:章|部分|篇|节)[、:：\s]*",
        rf"(?P<n>{_CHINESE})(?:、|[.．](?!\d))\s*",
        rf"[（(]\s*(?P<n>{_CHINESE})\s*[)）][、.．]?\s*",
        rf"(?:第(?P<n>{_CHINESE})[，、,：:]|(?:任务|实事|问题|举措|项目|事项|工程)(?P<m>{_CHINESE}|\d{{1,2}})[：:、])\s*",
        r"(?P<n>\d{1,3})\s*(?:[.．、](?!\d)|(?=\s[\u4e00-\u9fff]))\s*",
        r"(?P<n>\d{1,2}(?:[.．]\d{1,2}){1,3})[.．、]?\s*(?=[\u4e00-\u9fff“《])",
        r"[（(]?\s*(?P<n>\d{1,3})\s*[)）][、.．]?\s*",
        "(?P<n>[\u2460-\u2473\u2474-\u2487])\\s*",
    )
)
HEADING = -1  # the family of headings that a style marks and no number
CHINESE, NUMBER, DOTTED = 2, 4, 5
# A number before digits: `1.2023年6月底前完成` is item 1, `2.0版` and `1.5公里` are no items.
_BEFORE_DIGITS = re.compile(r"(?P<n>\d{1,3})\s*[.．、](?=\d)")
_DATE = re.compile(r"(?:19|20)\d\d年|\d{1,2}月")
_MEASURE = re.compile(
    r"\d{1,2}(?:[万亿]?[元亩吨米人户辆册吨度]|[万亿]|%|％|‰|公里|平方|倍|版|级|个百分点|[章节条款])"
)
_AFTER_DOTTED = re.compile(r"[年月日号时版级倍吨元亩米个人家户台条件项公百千万亿]")


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark: its family, what it counts, how it is written and what stands behind it.

    `number` is the task's number as the document says it, in digits (`3`, `1.2`).
    """

    family: int
    ordinal: int | None
    number: str | None
    written: str
    rest: str


def read_mark(text: str, last: Mapping[int, int], label: str = "") -> Mark | None:
    """Return the mark with which a paragraph begins, None for a plain one.

    `label` is the automatic number that a word processor shows before the text; `last` are the
    ordinals that each family counted last, by which a number before digits is known.

    >>> read_mark("（二）补齐短板", {}).number, read_mark("第三，压减户数", {}).number
    ('2', '3')
    >>> read_mark("2.5月底前开园", {NUMBER: 1}).rest, read_mark("2.5公里道路", {NUMBER: 1})
    ('5月底前开园', None)
    >>> read_mark("一、2023年主要目标", {}).rest
    '2023年主要目标'
    >>> read_mark("1.2 修订清单", {}).number
    '1.2'
    """
    if squeeze(label):
        found = _read_family(f"{label.strip()}数", last)
        if found:
            return Mark(found.family, found.ordinal, found.number, label.strip(), text.strip())
    whole = f"{label}{text}".strip()
    found = _read_family(whole, last)
    return found if found and found.rest else None


def _read_family(text: str, last: Mapping[int, int]) -> Mark | None:
    before_digits = _BEFORE_DIGITS.match(text)
    if before_digits:
        ordinal, rest = int(before_digits["n"]), text[before_digits.end() :]
        follows = ordinal == last.get(NUMBER, 0) + 1
        dated = bool(_DATE.match(rest))
        if (dated and (follows or ordinal == 1)) or (follows and not _MEASURE.match(rest)):
            dotted = None if dated else _FAMILIES[DOTTED].match(text)
            if not dotted or _AFTER_DOTTED.match(text[dotted.end() :]):
                mark = before_digits[0].strip()
                return Mark(NUMBER, ordinal, str(ordinal), mark, rest.strip())
    for family, pattern in enumerate(_FAMILIES):
        found = pattern.match(text)
        if not found:
            continue
        rest = text[found.end() :].strip()
        if family == DOTTED:
            parts = re.split(r"[.．]", found["n"])
            if _AFTER_DOTTED.match(rest) or (found[0] == found["n"] and _DATE.match(parts[-1])):
                continue
            return Mark(family, int(parts[-1]), ".".join(parts), found[0].strip(), rest)
        counted = found["n"] or found["m"]  # 任务一：…… counts as 第一，…… does
        ordinal_said = read_number(squeeze(counted).strip("()."))
        number = str(ordinal_said) if ordinal_said is not None else None
        return Mark(family, ordinal_said, number, found[0].strip(), rest)
    return None
