"""Files that hold files: a zip of returns, a letter that somebody saved with its attachments."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import PurePosixPath

from taskxl.intake.gate import Archived, is_archive, list_archive, read_archived
from taskxl.intake.objects import unwrap_object
from taskxl.intake.refusals import Limits, Refusal, Refused
from taskxl.mail.messages import Attached, ReceivedLetter, read_letter
from taskxl.mail.saved import is_letter

# Where Office puts them: a workbook as it is, other programs' objects wrapped (.bin).
_EMBEDDED = re.compile(
    r"(?:word|xl|ppt)/embeddings/[^/]+\.(?:xlsx|xlsm|xlsb|xls|docx|doc|ods|odt|et|wps|bin)",
    re.IGNORECASE,
)
_OF_CHART = re.compile(r"(?:word|xl|ppt)/charts/_rels/[^/]+\.rels")
_HELD = re.compile(rb"embeddings/([^\"/]+)\"")
LETTER_PAGE = "信上的表.html"
"""What a letter's own text is called where nothing hangs on it and a table stands in it."""
Taken = tuple[bytes | Refusal, datetime | None]


@dataclass(frozen=True, slots=True)
class Container:
    """What a file holds: by name, how to take a file out, with its own time where it has one.

    `what` is what it is called; `arrived_at` when it came, where it says so itself.
    """

    what: str
    inside: Mapping[str, Callable[[], Taken]]
    arrived_at: datetime | None = None
    words: tuple[str, ...] = ()
    """What a letter itself says beyond courtesies."""


def holds_files(content: bytes, name: str, limits: Limits) -> bool:
    """Tell whether a file is one that holds files, and no return itself."""
    return is_archive(content, limits) or is_letter(PurePosixPath(name).name, content)


def open_container(content: bytes, name: str, limits: Limits) -> Container:
    """Return what a zip or a letter holds; nothing of a zip is inflated yet.

    Raises Refused where the whole of it cannot be taken (R201, R204), and R203 for a letter on
    which nothing hangs. Made to break parsers it may raise anything: call it in a worker.
    """
    if is_archive(content, limits):
        found = list_archive(content, name, limits)
        taking = {one.name: partial(_take_archived, content, one, limits) for one in found}
        return Container("压缩包", taking)
    if embedded := _list_embedded(content, name, limits):
        return Container("文档", embedded)
    letter = read_letter(content)
    hanging = [one for one in letter.attachments if not one.ignored]
    if not hanging and letter.page and not letter.returned:
        # Some paste their table into the letter itself.
        hanging = [Attached(LETTER_PAGE, letter.page)]
    if letter.returned:
        raise Refused("R203", "这是退信或回执，不能汇总。请发回填好的 Excel 表（.xlsx）。")
    if not hanging:
        raise refuse_bare_letter()
    inside: dict[str, Callable[[], Taken]] = {}
    arrived = _moment(letter)
    for one in hanging:
        label = one.name or "未命名"
        while label in inside:
            label = f"（又一个）{label}"
        inside[label] = partial(_give, one.content, arrived)
    return Container("邮件", inside, arrived, letter.words)


def refuse_bare_letter() -> Refused:
    """Return what is said of a letter to which somebody forgot to attach the form."""
    what = "这是邮件，里面没有附件，不能汇总。请发回填好的 Excel 表（.xlsx）。"
    return Refused("R203", what)


def holds_embedded(content: bytes, name: str, limits: Limits) -> bool:
    """Tell whether a document has workbooks or documents put into it as objects."""
    try:
        return bool(_list_embedded(content, name, limits))
    except Refused:
        return False


def _list_embedded(content: bytes, name: str, limits: Limits) -> dict[str, Callable[[], Taken]]:
    """Return the files that somebody put into an Office document as objects, by name.

    The sheet with the numbers of a chart is the chart's own.
    """
    if not content.startswith(b"PK"):
        return {}
    parts = list_archive(content, name, limits)
    told = [read_archived(content, one, limits) for one in parts if _OF_CHART.fullmatch(one.name)]
    charted = {held for one in told if isinstance(one, bytes) for held in _HELD.findall(one)}
    return {
        PurePosixPath(one.name)
        .with_suffix("" if one.name.endswith(".bin") else PurePosixPath(one.name).suffix)
        .name: partial(_take_object, content, one, limits)
        for one in parts
        if _EMBEDDED.fullmatch(one.name) and PurePosixPath(one.name).name.encode() not in charted
    }


def _take_object(content: bytes, archived: Archived, limits: Limits) -> Taken:
    taken = read_archived(content, archived, limits)
    return (taken if isinstance(taken, Refusal) else unwrap_object(taken)), None


def _moment(letter: ReceivedLetter) -> datetime | None:
    return letter.arrived_at or letter.sent_at


def _give(content: bytes, moment: datetime | None) -> Taken:
    return content, moment


def _take_archived(content: bytes, archived: Archived, limits: Limits) -> Taken:
    return read_archived(content, archived, limits), archived.entry.modified
