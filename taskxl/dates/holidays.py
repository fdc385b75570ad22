"""Days off and made-up workdays, as the State Council's notice on holidays states them."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date, timedelta
from functools import lru_cache
from types import MappingProxyType

_TOKEN = re.compile(
    r"(?P<title>\d{4})年;?(?:部分)?;?(?:节假日|放假)"
    r"|(?<![\d〕\])第])(?P<date>(?:(?P<year>\d{4})[年\-/.])?(?:(?P<month>\d{1,2})[月\-/.])?"
    r"(?P<day>\d{1,2})(?:[日号]|(?<=[\-/.]\d)(?!\d)|(?<=[\-/.]\d\d)(?!\d)))"
    r"(?:\((?:星期|周|礼拜)(?P<weekday>[一二三四五六日天])\))?"
    r"|(?P<to>至|到|[-—–~～]+)"
    r"|(?P<work>上班|工作日|班)"
    r"|(?P<off>放假|补休|休息|休|假)"
    r"|(?P<end>[。；;])"
)
_SIGNED = re.compile(
    r"^\W*(?:国务院办公厅)?\s*\d{4}年\d{1,2}月\d{1,2}日(?:印发)?\W*$", re.MULTILINE
)
"""The line under a notice: it names no holiday."""
_WEEKDAYS = {sign: number for number, sign in enumerate("一二三四五六日")} | {"天": 6}
_LONGEST = 31
"""Days that one stretch of days off may last; a longer one is a misreading."""


@lru_cache(maxsize=64)
def read_holidays(text: str, year: int) -> Mapping[date, bool]:
    """Return the days that a notice on holidays names: True is a workday, False a day off.

    Reads the notice's own sentences, several notices one after the other, and short lines such as
    `2027-01-04 班`. A date without a year is of the year in the notice's title
    (2027年部分节假日安排), without a title of `year`. Raises ValueError, one Chinese clause, where
    a date is none, is not the weekday that stands beside it, or is neither off nor a workday.

    >>> days = read_holidays("元旦：1月1日（周五）至3日（周日）放假。1月4日（周一）上班。", 2027)
    >>> [day.day for day, works in days.items() if not works], days[date(2027, 1, 4)]
    ([1, 2, 3], True)
    """
    found: dict[date, bool] = {}
    pending: list[date] = []
    last: date | None = None
    reaching = False
    text = _SIGNED.sub("", unicodedata.normalize("NFKC", text))
    text = re.sub(r"\s*\n\s*", ";", text)
    text = re.sub(r"[ \t]+(?=[(年月日号])|(?<=[(年月])[ \t]+", "", text)
    for token in _TOKEN.finditer(text):
        if token["title"]:
            year, last = int(token["title"]), None
        elif token["date"]:
            day = _read_day(token, last, year)
            if reaching and pending:
                if day < pending[-1] and not token["year"]:
                    day = day.replace(year=day.year + 1)
                pending += _stretch(pending[-1], day)
            else:
                pending.append(day)
            _check_weekday(day, token["weekday"], token["date"])
            last, reaching = day, False
        elif token["to"]:
            reaching = bool(pending)
        elif token["work"] or token["off"]:
            found |= dict.fromkeys(pending, bool(token["work"]))
            pending, reaching = [], False
        elif pending:
            raise ValueError(f"{_spell(pending[0])}后面没有写放假还是上班")
        else:
            last = None
    if pending:
        raise ValueError(f"{_spell(pending[0])}后面没有写放假还是上班")
    return MappingProxyType(dict(sorted(found.items())))


def _read_day(token: re.Match[str], last: date | None, year: int) -> date:
    """Return the date of a token; what it leaves out is that of the one before in its sentence."""
    if not token["month"] and last is None:
        raise ValueError(f"“{token['date']}”没有写是几月")
    month = int(token["month"]) if token["month"] else last.month if last else 0
    if token["year"]:
        year = int(token["year"])
    elif last and not token["month"]:
        year = last.year
    try:
        return date(year, month, int(token["day"]))
    except ValueError as error:
        raise ValueError(f"没有“{token['date']}”这一天") from error


def _stretch(first: date, last: date) -> list[date]:
    """Return the days after `first` up to `last`."""
    length = (last - first).days
    if not 0 < length < _LONGEST:
        raise ValueError(f"{_spell(first)}至{_spell(last)}不像一段假期")
    return [first + timedelta(days=number) for number in range(1, length + 1)]


def _check_weekday(day: date, said: str | None, written: str) -> None:
    if said and day.weekday() != _WEEKDAYS[said]:
        raise ValueError(f"{day.year}年的“{written}”不是周{said}，像是别的年份的通知")


def _spell(day: date) -> str:
    return f"{day.month}月{day.day}日"
