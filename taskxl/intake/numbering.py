"""The automatic numbers of a Word document, as Word shows them before a paragraph."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from lxml import etree

from taskxl.xml import attribute, child_value, first_child, local, whole_number

BULLET = "•"
_DIGITS = "〇一二三四五六七八九"
_LEGAL_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_STEMS = "甲乙丙丁戊己庚辛壬癸"
_BRANCHES = "子丑寅卯辰巳午未申酉戌亥"
_ROMAN = (
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"),
    (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
)  # fmt: skip


def chinese_number(number: int, digits: str = _DIGITS, units: str = "十百千") -> str:
    """Return a number below 10,000 in Chinese counting words; others in digits.

    >>> [chinese_number(n) for n in (3, 10, 12, 20, 105, 110)]
    ['三', '十', '十二', '二十', '一百零五', '一百一十']
    """
    if not 0 < number < 10_000:
        return str(number)
    words = ""
    for power in (3, 2, 1, 0):
        digit = number // 10**power % 10
        if digit:
            skipped = words and number // 10 ** (power + 1) % 10 == 0
            words += ("零" if skipped else "") + digits[digit]
            words += units[power - 1] if power else ""
    one_ten = digits[1] + units[0]
    return words.removeprefix(digits[1]) if words.startswith(one_ten) and number < 20 else words


def _legal(number: int) -> str:
    words = chinese_number(number, _LEGAL_DIGITS, "拾佰仟")
    return f"壹{words}" if words.startswith("拾") else words


def _roman(number: int) -> str:
    if not 0 < number < 4000:
        return str(number)
    words = ""
    for worth, letters in _ROMAN:
        words += letters * (number // worth)
        number %= worth
    return words


def _letter(number: int) -> str:
    """Word goes on after z with aa, bb, cc."""
    return chr(97 + (number - 1) % 26) * min((number - 1) // 26 + 1, 9) if number > 0 else "0"


def _run_of(first: str, count: int) -> Callable[[int], str]:
    """Return a writer for signs that stand in one row of the code table, such as ①②③."""
    return lambda n: chr(ord(first) + n - 1) if 0 < n <= count else str(n)


def _circled(number: int) -> str:
    if number > 35:
        return _run_of("㊱", 15)(number - 35)
    return _run_of("㉑", 15)(number - 20) if number > 20 else _run_of("①", 20)(number)


# ST_NumberFormat of ECMA-376 part 1, 17.18.59; what is not here is written in digits.
_FORMATS: dict[str, Callable[[int], str]] = {
    "chineseCounting": chinese_number,
    "chineseCountingThousand": chinese_number,
    "taiwaneseCounting": chinese_number,
    "taiwaneseCountingThousand": chinese_number,
    "japaneseCounting": chinese_number,
    "ideographDigital": lambda n: "".join(_DIGITS[int(d)] for d in str(n)),
    "japaneseDigitalTenThousand": lambda n: "".join(_DIGITS[int(d)] for d in str(n)),
    "taiwaneseDigital": lambda n: "".join(_DIGITS[int(d)] for d in str(n)),
    "chineseLegalSimplified": _legal,
    "ideographLegalTraditional": _legal,
    "ideographTraditional": lambda n: _STEMS[n - 1] if 0 < n <= 10 else str(n),
    "ideographZodiac": lambda n: _BRANCHES[n - 1] if 0 < n <= 12 else str(n),
    "ideographEnclosedCircle": _run_of("㊀", 10),
    "decimalEnclosedCircle": _circled,
    "decimalEnclosedCircleChinese": _circled,
    "decimalEnclosedParen": _run_of("⑴", 20),
    "decimalEnclosedFullstop": _run_of("⒈", 20),
    "decimalFullWidth": lambda n: str(n).translate({48 + d: 0xFF10 + d for d in range(10)}),
    "decimalFullWidth2": lambda n: str(n).translate({48 + d: 0xFF10 + d for d in range(10)}),
    "decimalZero": lambda n: f"{n:02}",
    "lowerLetter": _letter,
    "upperLetter": lambda n: _letter(n).upper(),
    "lowerRoman": _roman,
    "upperRoman": lambda n: _roman(n).upper(),
    "none": lambda _: "",
}


@dataclass(frozen=True, slots=True)
class Level:
    """One level of a list: how its number is written, and from where it counts."""

    written: str = "decimal"
    text: str = ""
    start: int = 1
    restart: int | None = None
    in_digits: bool = False
    style: str | None = None


@dataclass(slots=True)
class _List:
    """A `num`: the counters it shares (by abstract list), its levels, its own first numbers."""

    shared: str
    levels: Mapping[int, Level]
    starts: dict[int, int] = field(default_factory=dict)


class Numbering:
    """Counts the automatic numbers of one document; paragraphs are asked in their order."""

    def __init__(self, numbering: etree._Element | None, styles: etree._Element | None) -> None:
        root = () if numbering is None else list(numbering)
        abstract = {
            attribute(e, "abstractNumId") or "": e for e in root if local(e) == "abstractNum"
        }
        linked = self._style_lists(styles)
        self._lists: dict[str, _List] = {}
        for element in (e for e in root if local(e) == "num"):
            shared = child_value(element, "abstractNumId") or ""
            self._lists[attribute(element, "numId") or ""] = _List(
                shared, _levels(abstract.get(shared)), _first_numbers(element)
            )
            for override in element.iterchildren("{*}lvlOverride"):
                changed = _levels(override)
                own = self._lists[attribute(element, "numId") or ""]
                own.levels = {**own.levels, **changed}
        for own in self._lists.values():
            # A list may be kept by a list style: its levels stand in the list that style names.
            link = child_value(abstract.get(own.shared), "numStyleLink")
            other = self._lists.get(linked.get(link or "", ""))
            if other is not None and other is not own and not own.levels:
                own.levels = other.levels
        self._counters: dict[str, dict[int, int]] = {}
        self._begun: set[tuple[str, int]] = set()

    @staticmethod
    def _style_lists(styles: etree._Element | None) -> dict[str, str]:
        found = {}
        for style in () if styles is None else styles.iterchildren("{*}style"):
            for number in style.iter("{*}numId"):
                found[attribute(style, "styleId") or ""] = attribute(number, "val") or ""
        return found

    def level_of_style(self, list_id: str, style: str) -> int:
        """Return the level that a list keeps for paragraphs of a style; 0 where it keeps none."""
        own = self._lists.get(list_id)
        levels = own.levels.items() if own else ()
        return next((number for number, level in levels if level.style == style), 0)

    def next_label(self, list_id: str, level: int) -> str:
        """Count one paragraph of a list and return what Word shows before it; "" for nothing."""
        own = self._lists.get(list_id)
        rule = own.levels.get(level) if own else None
        if own is None or rule is None:
            return ""
        if rule.written == "bullet":
            return BULLET
        counters = self._counters.setdefault(own.shared, {})
        first_time = (list_id, level) not in self._begun
        self._begun.add((list_id, level))
        if first_time and level in own.starts:
            counters[level] = own.starts[level]
        elif level in counters:
            counters[level] += 1
        else:
            counters[level] = rule.start
        for deeper in [n for n in counters if n > level]:
            restart = own.levels[deeper].restart if deeper in own.levels else None
            # lvlRestart names, from 1, the level after which to begin anew; 0 means never.
            if restart is None or level < restart:
                del counters[deeper]

        def write(found: re.Match[str]) -> str:
            number = int(found.group(1)) - 1
            named = own.levels.get(number, Level())
            count = counters.get(number, named.start)
            if rule.in_digits:
                return str(count)
            return _FORMATS.get(named.written, str)(count)

        return re.sub(r"%([1-9])", write, rule.text).strip()


def _levels(element: etree._Element | None) -> dict[int, Level]:
    found = {}
    for level in () if element is None else element.iterchildren("{*}lvl"):
        restart = child_value(level, "lvlRestart")
        legal = first_child(level, "isLgl")
        found[(whole_number(attribute(level, "ilvl")) or 0)] = Level(
            child_value(level, "numFmt") or "decimal",
            child_value(level, "lvlText") or "",
            (whole_number(child_value(level, "start")) or 0),
            None if restart is None else (whole_number(restart) or 0),
            legal is not None and attribute(legal, "val") not in ("0", "false", "off"),
            child_value(level, "pStyle"),
        )
    return found


def _first_numbers(element: etree._Element) -> dict[int, int]:
    found = {}
    for override in element.iterchildren("{*}lvlOverride"):
        first = whole_number(child_value(override, "startOverride"))
        if first is not None:
            found[whole_number(attribute(override, "ilvl")) or 0] = first
    return found
