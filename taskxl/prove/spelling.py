"""How one value may be written: a careful person's idea of what is the same text."""

import re
import unicodedata
from datetime import date, datetime, time, timedelta
from functools import lru_cache

_UNSEEN = re.compile(r"[\s\u200b-\u200f\u202a-\u202e\u2060\ufeff\u00ad]+")
_ESCAPED = re.compile(r"_x([0-9a-fA-F]{4})_")
_WRITTEN_OUT = re.compile(r"\\u([0-9a-f]{4})|\\U([0-9a-f]{8})")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u2061-\u206f\ufff9-\ufffb\ud800-\udfff]")
_DATE = re.compile(
    r"(?:(\d{4}|\d{2})[年./、-])?(\d{1,2})[月./、-](\d{1,2})[日号]?|(\d{4})(\d{2})(\d{2})"
)
_YEAR_LAST = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")
_CLOCK = re.compile(r"(?:\s+|(?<=[日号]))\d{1,2}:\d{2}(?::\d{2})?\s*$")
_DIGITS = dict(zip("〇零一二三四五六七八九", (0, *range(10)), strict=True))
_NUMERAL = re.compile(r"[〇零一二三四五六七八九十]+")
_DECIMALS = re.compile(r"[0#]\.(0+)")
_FIRST_DAY = date(1899, 12, 30)
_SERIALS = range(36_526, 73_051)
"""Excel's numbers of the days from 2000 to 2099; a number like these may be a date."""


@lru_cache(maxsize=1 << 15)  # the same texts are compared over and over
def fold(text: str) -> str:
    r"""Return a text for comparison: no white space or unseen characters, one width, one case.

    >>> fold(" １２所\n学校") == fold("12所学校")
    True
    """
    shown = _WRITTEN_OUT.sub(_unwrite, text)
    return _CONTROL.sub("", _UNSEEN.sub("", unicodedata.normalize("NFKC", shown))).casefold()


def _unwrite(found: re.Match[str]) -> str:
    r"""Return the character that `\u202e` stands for; a text may name any number there."""
    code = int(found.group(1) or found.group(2), 16)
    return chr(code) if code <= 0x10FFFF else found.group()


def spell(value: object, number_format: str = "General") -> tuple[str, ...]:
    """Return the texts a value may be shown as, the plainest first; none for a blank one.

    >>> spell(0.3, "0%"), spell(12.0), spell(2.5, "0.00")
    (('0.3', '30%'), ('12',), ('2.5', '2.50'))
    >>> spell(datetime(2021, 4, 20))[:3]
    ('2021-04-20', '2021/4/20', '2021.4.20')
    """
    if isinstance(value, bool):
        return ("TRUE",) if value else ("FALSE",)
    if isinstance(value, datetime) and value.time() != time(0):
        return (value.isoformat(" ", "minutes"), value.isoformat(" ", "seconds"))
    if isinstance(value, date):
        return _spell_day(value)
    if isinstance(value, time):
        return (value.isoformat("minutes"), value.isoformat("seconds"))
    if isinstance(value, int | float):
        return _spell_number(value, number_format)
    # A workbook writes some characters as _x000D_ (ECMA-376 part 1, 22.9.2.19).
    text = "" if value is None else _ESCAPED.sub(_unescape, str(value)).strip()
    return (text,) if fold(text) else ()


def _unescape(found: re.Match[str]) -> str:
    return chr(int(found.group(1), 16))


def _spell_day(day: date) -> tuple[str, ...]:
    year, month, number = day.year, day.month, day.day
    plain = date(year, month, number).isoformat()
    return (
        plain,
        *(f"{year}{mark}{month}{mark}{number}" for mark in "/."),
        f"{year}年{month}月{number}日",
        f"{month}月{number}日",
    )


def _spell_number(number: float, number_format: str) -> tuple[str, ...]:
    whole = number == int(number) if abs(number) < 1e15 else False
    texts = [str(int(number)) if whole else repr(number)]
    if "%" in number_format:
        texts.append(f"{round(number * 100, 6):g}%")
    if "," in number_format and whole:
        texts.append(f"{int(number):,}")  # stands as a whole number in 1,234元
    if decimals := _DECIMALS.search(number_format):
        places = len(decimals.group(1))
        scaled = number * 100 if "%" in number_format else number
        texts.append(f"{scaled:.{places}f}{'%' if '%' in number_format else ''}")
    if whole and int(number) in _SERIALS:
        # Chinese date formats are bare numbers to openpyxl.
        texts += _spell_day(_FIRST_DAY + timedelta(days=int(number)))
    return tuple(texts)


def day_in(text: str) -> tuple[int | None, int, int] | None:
    """Return the day that a text is: year (or None), month, day; None where it is no single day.

    >>> day_in("4.20"), day_in("二〇二一年四月二十日"), day_in("完成20%")
    ((None, 4, 20), (2021, 4, 20), None)
    """
    plain = _NUMERAL.sub(_read_numeral, fold(_CLOCK.sub("", text))).replace("\\", "/")
    plain = plain.rstrip("。.、,，;；")
    if told := _YEAR_LAST.fullmatch(plain):
        first, second, said = map(int, told.groups())
        # 4/23/2021 and 23/4/2021 are the same day, 4/5/2021 is of April or of May
        if max(first, second) <= 12 and first != second:
            return None
        return said, min(first, second), max(first, second)
    found = _DATE.fullmatch(plain)
    if not found:
        return None
    year, month, day = found.groups()[:3] if found.group(2) else found.groups()[3:]
    if year is None:
        return None, int(month), int(day)
    return int(year) + (2000 if len(year) == 2 else 0), int(month), int(day)


def _read_numeral(found: re.Match[str]) -> str:
    text = found.group()
    if "十" not in text:
        return "".join(str(_DIGITS[one]) for one in text)
    tens, _, ones = text.partition("十")
    if "十" in ones or len(tens) > 1 or len(ones) > 1:
        return text
    return str((_DIGITS[tens] if tens else 1) * 10 + (_DIGITS[ones] if ones else 0))


def is_same_day(one: str, other: str) -> bool:
    """Tell whether two texts are the same day, the year left out where one of them leaves it out.

    >>> is_same_day("4月20日", "2021-04-20"), is_same_day("2020.4.20", "2021-04-20")
    (True, False)
    """
    first, second = day_in(one), day_in(other)
    if first is None or second is None or first[1:] != second[1:]:
        return False
    return first[0] == second[0] or None in (first[0], second[0])


def stands_in(wanted: str, text: str) -> bool:
    """Tell whether a text, both folded, stands in another: a number only as a whole number.

    >>> stands_in("20", "完成20%"), stands_in("2", "完成20%")
    (True, False)
    """
    if not re.fullmatch(r"-?[\d.,]+%?", wanted):
        return wanted in text
    return re.search(rf"(?<![\d.]){re.escape(wanted)}(?!\.?\d)", text) is not None
