"""Who sent a list and whom to ask: the bureau of a notice, its contact, its word for an office."""

import re
from collections.abc import Iterable, Iterator, Sequence

from taskxl.intake.grids import Book
from taskxl.text import squeeze
from taskxl.words import OFFICE_WORDS

_NAME = r"[\u4e00-\u9fff]{2,20}?(?:委员会|局|厅)"
# 台山市教育局关于印发…, 台山市教育局文件, and 台山市教育局2021年….
_SENDER = re.compile(rf"^({_NAME})(?:办公室)?(?:关于|文件$|(?=(?:20|19)\d\d年))")
_SIGNATURE = re.compile(rf"^({_NAME})(?:办公室)?$")
_DAY = r"(?:20\d\d|二[〇○零]..)年\d{1,2}月\d{1,2}日(?:印发|发布)?"
_SIGNED_LINE = re.compile(rf"^({_NAME})(?:办公室)?{_DAY}$")
_DATE_LINE = re.compile(rf"^{_DAY}$")
# 市教育局 is a bureau's name only to those who know which town.
_OF_SOMEWHERE = re.compile(r"[省市县区州旗我本][^省市县区州旗]*")
_CONTACT = re.compile(
    r"联\s*系\s*人[:：]\s*([\u4e00-\u9fff]{2,4}(?:[、,，]?\s*[\u4e00-\u9fff]{2,3})??)(?:同志)?"
    r"[\s,，;；、(（]*(?:(?:联系)?\s*电\s*话|手机|座机)?\s*[:：]?\s*"
    r"((?:\d[\d\-－—() （）]{4,18}\d)?)"
)


def full_name(name: str) -> str:
    """Return a bureau's name where it says which, else "".

    >>> full_name("云溪县教育局"), full_name("市教育局")
    ('云溪县教育局', '')
    """
    return "" if _OF_SOMEWHERE.fullmatch(name) else name


def find_bureau(books: Sequence[Book]) -> str:
    """Return who signed or sent a notice, "" where none of the files says it in full."""
    for book in books:
        lines = [squeeze(f"{line.label}{line.text}") for line in book.lines]
        lines = [re.sub(r"^\[image:[^\]]*\]", "", line) for line in lines if line]
        for place, line in enumerate(lines):
            signed = _SIGNED_LINE.match(line)
            if not signed and _DATE_LINE.match(line) and place:
                signed = _SIGNATURE.match(lines[place - 1])
            if signed and full_name(signed[1]):
                return full_name(signed[1])
        for line in lines[:6]:
            sender = _SENDER.match(line)
            if sender and full_name(sender[1]):
                return full_name(sender[1])
    return ""


def find_contact(books: Sequence[Book]) -> str:
    """Return 联系人 and telephone as a notice gives them, "" where it gives none."""
    for text in _texts(books):
        found = _CONTACT.search(text)
        if found:
            return " ".join(part.strip() for part in found.groups() if part.strip())
    return ""


def find_office_word(names: Iterable[str], books: Sequence[Book]) -> str:
    """Return what a bureau calls its offices, of `words.OFFICE_WORDS`; "" where nothing tells.

    The names of the offices say it by their endings; where there are none, the words beside
    责任, 牵头 and the like.
    """
    endings = {"股": "股室", "科": "科室", "处": "处室", "部": "部门"}
    counts = dict.fromkeys(OFFICE_WORDS, 0)
    for name in names:
        if squeeze(name)[-1:] in endings:
            counts[endings[squeeze(name)[-1]]] += 1
    if not any(counts.values()):
        spoken = re.compile(rf"(?:责任|牵头|承办|主办|协办|填报|各)({'|'.join(OFFICE_WORDS[:3])})")
        for text in _texts(books):
            for word in spoken.findall(squeeze(text)):
                counts[word] += 1
    return max(counts, key=lambda word: counts[word]) if any(counts.values()) else ""


def _texts(books: Sequence[Book]) -> Iterator[str]:
    for book in books:
        yield from (line.text for line in book.lines)
        for sheet in book.sheets:
            yield from (value for _, _, value in sheet.cells() if isinstance(value, str))
