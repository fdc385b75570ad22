"""Numbers and dates as clerks type them into a cell."""

import re
import unicodedata
from datetime import date, datetime, timedelta
from functools import lru_cache

from taskxl.text import squeeze

_DIGITS = {c: str(n) for n, c in enumerate("〇一二三四五六七八九")} | {"零": "0", "○": "0"}
_CHINESE_NUMBER = r"[一二三]?十[一二三四五六七八九]?|[一二三四五六七八九]"


@lru_cache(maxsize=4096)
def read_number(text: str) -> int | None:
    """Return the number that Chinese or Arabic digits up to 99 say, None for anything else.

    >>> read_number("十二"), read_number("二十"), read_number("7"), read_number("甲")
    (12, 20, 7, None)
    """
    text = squeeze(text)
    if re.fullmatch(r"\d{1,6}", text):
        return int(text)
    found = re.fullmatch(r"([一二三四五六七八九])?(十)?([一二三四五六七八九])?", text)
    if not text or not found or (found[1] and found[3] and not found[2]):
        return None
    tens = int(_DIGITS[found[1]]) if found[1] and found[2] else 1 if found[2] else 0
    ones = found[3] if found[2] else (found[1] or found[3])
    return tens * 10 + (int(_DIGITS[ones]) if ones else 0)


def write_digits(text: str) -> str:
    """Write the Chinese numbers of dates in `text` (十二月, 二十日, 二〇二一年) in digits."""
    text = re.sub(
        r"[〇零○一二三四五六七八九]{4}(?=年)",
        lambda found: "".join(_DIGITS[c] for c in found[0]),
        text,
    )
    return re.sub(
        rf"(?<![一二三四五六七八九十第\d])({_CHINESE_NUMBER})(?=月)"
        rf"|(?<=月)({_CHINESE_NUMBER})(?=[日号])",
        lambda found: str(read_number(found[0])),
        text,
    )


_WRITTEN = (
    re.compile(r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})"),
    re.compile(r"(?:(?P<year>\d{4}|\d{2})年)?(?P<month>\d{1,2})月(?P<day>\d{1,2})[日号]?"),
    re.compile(
        r"(?P<year>\d{4}|\d{2})(?P<dot>[-/.、。])(?P<month>\d{1,2})(?P=dot)(?P<day>\d{1,2})"
    ),
    re.compile(r"(?P<year>)(?P<month>\d{1,2})[-/.。](?P<day>\d{1,2})"),
)
# Cut off before white space goes: squeezed, the 20th at 9:30 reads as the 2nd at 09:30.
_CLOCK_AT_END = re.compile(r"\s+\d{1,2}:\d{2}(?::\d{2})?(?:\.\d+)?\s*$")
# As programs set to another country write it: 4/23/2021 or 23/4/2021.
_YEAR_LAST = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4})")
# What may follow a day, in any order: its weekday, the time of day, a full stop.
_WEEKDAY = r"\(?(?:星期|礼拜|周)[一二三四五六日天]\)?"
_HALF_DAY = r"\(?(?:凌晨|早上|早晨|上午|中午|下午|傍晚|晚上|[AaPp][Mm])\)?"
_CLOCK = r"T?\d{1,2}:\d{2}(?::\d{2})?(?:\.\d+)?|\d{1,2}[时点](?:\d{1,2}分?|半|整)?"
_AFTER_DATE = re.compile(rf"(?:{_WEEKDAY}|{_HALF_DAY}|{_CLOCK}|[.。,，;；、])+$")
_FIRST_SERIAL, _LAST_SERIAL = 36526, 73050  # 2000-01-01 and 2099-12-31 as Excel counts days


def read_date(value: object, year: int) -> date | None:
    """Return the date that a cell's value is or says in full, None when unsure.

    Reads dates, `4.20`, `4月20日`, `2021/4/20`, `20210420`, `4/23/2021`, `二〇二一年四月二十日`,
    with a weekday, a time of day or a full stop behind, and Excel's day numbers; `year` is taken
    where none is given. The number 4.2 may have been typed as 4.20, and 4/5/2021 is of April or of
    May: nothing is guessed.

    >>> read_date("4.20", 2021), read_date("2021年4月20日", 2020), read_date(44306.0, 2020)
    (datetime.date(2021, 4, 20), datetime.date(2021, 4, 20), datetime.date(2021, 4, 20))
    >>> read_date(4.2, 2021) is None, read_date("4月底", 2021) is None
    (True, True)
    """
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, bool) or value is None:
        return None
    shown = getattr(value, "shown", None)  # a number with the text that its format shows
    if shown is not None and (read := read_date(shown, year)):
        return read
    if isinstance(value, int | float):
        return _read_numeric(value, year)
    text = unicodedata.normalize("NFKC", str(value)).replace("\\", "/")
    text = write_digits(squeeze(_CLOCK_AT_END.sub("", text)))
    for said in dict.fromkeys((text, _AFTER_DATE.sub("", text))):
        if (day := _read_written(said, year)) is not None:
            return day
    return None


def _read_written(text: str, year: int) -> date | None:
    last = _YEAR_LAST.fullmatch(text)
    if last:
        one, two, said = int(last[1]), int(last[3]), int(last[4])
        days = {make_date(said, one, two), make_date(said, two, one)} - {None}
        return days.pop() if len(days) == 1 else None
    for pattern in _WRITTEN:
        found = pattern.fullmatch(text)
        if found:
            said = int(found["year"] or year)
            said = said + 2000 if found["year"] and said < 100 else said
            return make_date(said, int(found["month"]), int(found["day"]))
    return None


def _read_numeric(value: float, year: int) -> date | None:
    if _FIRST_SERIAL <= value <= _LAST_SERIAL:
        return date(1899, 12, 30) + timedelta(days=int(value))
    if float(value).is_integer():
        return read_date(f"{value:.0f}", year) if 20000101 <= value <= 20991231 else None
    digits = f"{value:.10g}".split(".")
    if len(digits) == 2 and len(digits[1]) <= 2 and digits[1] not in ("1", "2", "3"):
        return make_date(year, int(digits[0]), int(digits[1]))
    return None


def make_date(year: int, month: int, day: int) -> date | None:
    """Return the date, or None where the calendar has no such day."""
    try:
        return date(year, month, day)
    except ValueError:
        return None
