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
    re.compile(r"(?P<year>\d{4}|\d{2})(?P<dot>[-/.、])(?P<month>\d{1,2})(?P=dot)(?P<day>\d{1,2})"),
    re.compile(r"(?P<year>)(?P<month>\d{1,2})[-/.](?P<day>\d{1,2})"),
)
_AFTER_DATE = re.compile(
    r"(?:\(?(?:星期|周)[一二三四五六日天]\)?)?(?:T?\d{1,2}:\d{2}(?::\d{2})?(?:\.0+)?)?$"
)
_FIRST_SERIAL, _LAST_SERIAL = 36526, 73050  # 2000-01-01 and 2099-12-31 as Excel counts days


def read_date(value: object, year: int) -> date | None:
    """Return the date that a cell's value is or says in full, None when unsure.

    Reads dates, `4.20`, `4月20日`, `2021/4/20`, `20210420`, `二〇二一年四月二十日` and Excel's day
    numbers; `year` is taken where none is given. The number 4.2 may have been typed as 4.20:
    nothing is guessed.

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
    text = write_digits(squeeze(unicodedata.normalize("NFKC", str(value))))
    text = _AFTER_DATE.sub("", text) if len(text) > 5 else text
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
