"""Milestones in a plan's text: 一是…二是…, (1) (2), ①②, 1. 2., or lines that begin with a date."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from taskxl.dates import read_number
from taskxl.text import squeeze, tidy

_CHINESE = "[一二三四五六七八九十]{1,3}"
# The families of markers; the one that begins first in a text is its milestones', the others
# number something inside of a milestone.
_FAMILIES = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?P<n>{_CHINESE})是",
        rf"第(?P<n>{_CHINESE})(?:阶段|步|(?=[，,、：:]))",
        r"[（(]\s*(?P<n>\d{1,2})\s*[)）]",
        rf"[（(]\s*(?P<n>{_CHINESE})\s*[)）]",
        "(?P<n>[\u2460-\u2473\u2474-\u2487\u2776-\u277f])",
        r"(?P<n>\d{1,2})(?:[.．、](?!\d)|[.．、](?=\d{1,2}月))",
        rf"(?P<n>{_CHINESE})、",
    )
)
_BOUNDARY = "\n。；;：:！!？?)）”" + "，,"
_ENDED = re.compile(r"[。；;！!？?…)）”」：:]$")
_HEADING = re.compile(
    r"(?:节点|难点|时间安排|进度安排|工作安排|实施步骤|工作步骤|阶段目标|工作计划|推进计划|具体措施|工作措施)"
    r"[^，。；\n]{0,12}[：:]$"
)
_ASIDE = re.compile(r"^[（(【\[]|^(?:注|说明|备注|解决难点|难点|存在困难|保障措施)[：:]?")
_RUN_ON = re.compile(
    r"(?:(?<=[。；;])|^)[ \t\u3000]*"
    r"(?P<heading>(?:(?:关键|时间|工作)?节点|(?:进度|时间|阶段|推进)(?:安排|计划))"
    r"[^，。；;：:\n]{0,12}[：:])[ \t\u3000]*(?=\S)"
    r"|(?<=[。；;])[（(]?(?=(?:解决)?难点[：:])"
)
_DATE_FIRST = re.compile(
    r"(?:\d{4}年|今年|本年)?(?:(?:\d{1,2}月?(?:份|[底末初]|\d{1,2}日)?(?:[-—–~]|至|到))?\d{1,2}月"
    r"|(?:第?[一二三四1-4](?:季度)?(?:[-—–~]|至|到))?第?[一二三四1-4]季度|[上下]半年|年底|年内"
    r"|[一二三四五六七八九十]{1,2}月(?:份|底|末|初|[上中下]旬|\d|前))"
)
_BULLETS = "-－—–·•●○◆◇■□▪➢*　 "
_DUE_INSIDE = re.compile(
    r"月(?:\d{1,2}日|[底末]|[上中下]旬)?(?:之|以)?前|月[底末]"
    r"|(?<![\d一二三四五六七八九十几两百])年[底末内]|[上下]半年|(?<![一二三四1-4])[一二三四1-4]季度"
)
_WHEN = re.compile(
    r"(?:20\d\d年|今年|本年)?(?:第?[一二三四1-4]季度|[上下]半年|年底|年内|年末"
    r"|\d{1,2}月(?:\d{1,2}[日号]|底|末|份|初|[上中下]旬)?|\d{1,2}[日号])(?:之?前|以前)?"
)
_NOT_WORDS = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan's text, taken apart; `after` is what follows the milestones."""

    before: str
    milestones: tuple[str, ...]
    after: str

    @property
    def content(self) -> str:
        """The text without its milestones."""
        return "\n".join(part for part in (self.before, self.after) if part)


@dataclass(frozen=True, slots=True)
class _Mark:
    start: int
    ordinal: int
    at_line_start: bool


def read_ordinal(text: str) -> int | None:
    """Return the ordinal of the marker with which a milestone begins, None without one.

    >>> read_ordinal("二是9月底前完工"), read_ordinal("③验收"), read_ordinal("9月底前完工")
    (2, 3, None)
    """
    text = text.lstrip()
    for family in _FAMILIES:
        found = family.match(text)
        if found:
            return _ordinal(found["n"])
    return None


def strip_ordinal(text: str) -> str:
    """Return a milestone's text without the marker with which it begins.

    >>> strip_ordinal("二是9月底前完工"), strip_ordinal("9月底前完工")
    ('9月底前完工', '9月底前完工')
    """
    text = text.lstrip()
    found = next(filter(None, (family.match(text) for family in _FAMILIES)), None)
    return text[found.end() :].lstrip() if found else text


def _ordinal(written: str) -> int:
    folded = squeeze(written).strip("().")
    number = read_number(folded)
    if number is None and "\u2776" <= written <= "\u277f":
        number = ord(written) - 0x2775
    return number or 0


def is_heading(line: str) -> bool:
    """Tell whether a line announces milestones, such as 关键节点和解决难点：."""
    return len(line) <= 40 and bool(_HEADING.search(line.strip()))


def split_plan(text: str) -> Plan:
    r"""Take a plan's text apart into what stands before, its milestones, and what follows them.

    Milestones keep their markers. A line that breaks off is joined with the next one. Nothing is
    dropped: text that is in no milestone is in `before` or `after`.

    >>> split_plan("建校。\n关键节点：\n一是3月底立项。\n二是6月底开工。\n（资金已落实。）")
    ... # doctest: +NORMALIZE_WHITESPACE
    Plan(before='建校。\n关键节点：',
    milestones=('一是3月底立项。', '二是6月底开工。'),
    after='（资金已落实。）')
    >>> split_plan("建成新校。一是3月底前立项；二是6月底前开工。").milestones
    ('一是3月底前立项；', '二是6月底前开工。')
    >>> split_plan("关键节点：\n3月底前立项。\n6月底前开工。").milestones
    ('3月底前立项。', '6月底前开工。')
    >>> split_plan("建成新校。 关键节点： 一是9月底前开工。").milestones
    ('一是9月底前开工。',)
    >>> split_plan("加强管理。").milestones
    ()
    """
    text = _RUN_ON.sub(_unfold, tidy(text))
    marks = _find_marks(text)
    if not marks:
        return _split_unmarked(text)
    ends = [mark.start for mark in marks[1:]] + [len(text)]
    pieces = [text[m.start : end].strip() for m, end in zip(marks, ends, strict=True)]
    milestones = [_join_lines(piece) for piece in pieces[:-1]]
    last, dated, after = _split_last(pieces[-1])
    return Plan(text[: marks[0].start].strip(), (*milestones, last, *dated), after)


def _unfold(found: re.Match[str]) -> str:
    """Give a heading or an aside in the middle of a line a line of its own."""
    heading = found["heading"]
    return f"\n{heading}\n" if heading else f"\n{found[0]}"


def _find_marks(text: str) -> list[_Mark]:
    """Return the marks of the family that begins first and counts up, [] when there is none."""
    found: list[list[_Mark]] = []
    for family in _FAMILIES:
        marks: list[_Mark] = []
        for match in family.finditer(text):
            start = match.start()
            at = start - 1
            while at >= 0 and text[at] in " \t\u3000":
                at -= 1
            at_line_start = at < 0 or text[at] == "\n"
            if not at_line_start and text[at] not in _BOUNDARY:
                continue
            ordinal = _ordinal(match["n"])
            follows = bool(marks) and ordinal > marks[-1].ordinal
            begins = at_line_start or ordinal == 1
            if ordinal and (
                (not marks and begins)
                or (follows and (at_line_start or ordinal == marks[-1].ordinal + 1))
                or (marks and ordinal == 1 and at_line_start)
            ):
                marks.append(_Mark(start, ordinal, at_line_start))
        if len(marks) > 1 or (marks and marks[0].at_line_start):
            found.append(marks)
    return min(found, key=lambda marks: marks[0].start, default=[])


def _join_lines(piece: str) -> str:
    """Join the lines of one milestone: directly where a line breaks off in mid-sentence."""
    joined = ""
    for line in piece.split("\n"):
        joined += "\n" + line if joined and _ENDED.search(joined) else line
    return joined


def _split_last(piece: str) -> tuple[str, list[str], str]:
    """Divide the last marked piece into the milestone, unmarked ones after it, and the rest."""
    lines = piece.split("\n")
    last, dated = lines[0], list[str]()
    for at, line in enumerate(lines[1:], 1):
        open_text = dated[-1] if dated else last
        if not _ENDED.search(open_text) and not _ASIDE.search(line):
            if dated:
                dated[-1] += line
            else:
                last += line
        elif _DATE_FIRST.match(squeeze(line)):
            dated.append(line)
        else:
            return last, dated, "\n".join(lines[at:])
    return last, dated, ""


def _split_unmarked(text: str) -> Plan:
    """Find milestones without markers: sentences that begin with a date.

    One alone counts where a heading announces it or nothing stands before it; a text of a single
    line with a due date in it is one milestone.
    """
    tokens = [
        (number, part, bool(_DATE_FIRST.match(squeeze(part.lstrip(_BULLETS)))))
        for number, line in enumerate(text.split("\n"))
        for part in re.findall(r"[^。；;]+[。；;]?|[。；;]", line)
    ]
    dated = [at for at, (_, _, begins) in enumerate(tokens) if begins]
    if not dated:
        alone = "\n" not in text and len(tokens) == 1 and _DUE_INSIDE.search(squeeze(text))
        return Plan("", (text,), "") if alone else Plan(text, (), "")
    before = _write(tokens[: dated[0]])
    if len(dated) == 1 and before and not is_heading(before.split("\n")[-1]):
        return Plan(text, (), "")
    ends = [*dated[1:], len(tokens)]
    milestones = [_write(tokens[start:end]) for start, end in zip(dated, ends, strict=True)]
    last, _, after = _split_last(milestones[-1])
    return Plan(before, (*map(_join_lines, milestones[:-1]), last), after)


def _write(tokens: Sequence[tuple[int, str, bool]]) -> str:
    """Write sentences as they stood, those of one line in one line."""
    lines: dict[int, str] = {}
    for number, part, _ in tokens:
        lines[number] = lines.get(number, "") + part
    return "\n".join(lines.values())


def milestone_core(text: str) -> str:
    """Return what a milestone is about: without its ordinal, dates and punctuation.

    >>> milestone_core("一是3月底前完成初稿。"), milestone_core("（2）完成初稿（2026年4月15日前）")
    ('完成初稿', '完成初稿')
    """
    return _NOT_WORDS.sub("", _WHEN.sub("", squeeze(strip_ordinal(text))))
