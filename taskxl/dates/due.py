"""Due phrases: what 6月底前, 第三季度 and 秋季开学前 mean in the year of a list."""

import calendar as months
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from taskxl import words
from taskxl.dates.typed import make_date, read_date, write_digits
from taskxl.text import squeeze


@dataclass(frozen=True, slots=True)
class Calendar:
    """The dates of 设置 on which phrases like 开学前 and 年底前 depend; None: not set."""

    spring_term: date | None = None
    autumn_term: date | None = None
    year_end: date | None = None


UNSET = Calendar()
"""A calendar in which nothing is set."""


@dataclass(frozen=True, slots=True)
class Due:
    """What a due phrase means.

    `vague` says in Chinese why there is no date or why it is a reading and not a statement;
    `recurring` marks duties without an end (长期, 每月), which are never overdue.
    """

    due: date | None
    vague: str | None = None
    recurring: bool = False


@dataclass(frozen=True, slots=True)
class _Hit:
    """A phrase that was found: `strong` ones state a due date, others only mention a time."""

    phrase: str
    due: date | None
    certain: bool
    strong: bool


_YEAR = r"(?:(?P<year>\d{4}|今|本|当|明|次)年)?"
_MONTH = r"(?<!\d)(?P<month>1[0-2]|0?[1-9])月"
_BEFORE = r"(?:之|以)?前"
_EVENTS = "|".join(map(re.escape, words.EVENTS_WITHOUT_DATE))
_DAYS = "|".join(map(re.escape, words.FESTIVALS))
_QUARTERS = {"一": 1, "二": 2, "三": 3, "四": 4}

_Reader = Callable[[re.Match[str], int, Calendar], tuple[date | None, bool]]


def _year_of(match: re.Match[str], year: int) -> int:
    said = match.groupdict().get("year")
    if said and said.isdigit():
        return int(said)
    return year + 1 if said in ("明", "次") else year


def _month_end(year: int, month: int) -> date:
    return date(year, month, months.monthrange(year, month)[1])


def _read_day(match: re.Match[str], year: int, _: Calendar) -> tuple[date | None, bool]:
    return make_date(_year_of(match, year), int(match["month"]), int(match["day"])), True


def _read_month_end(match: re.Match[str], year: int, _: Calendar) -> tuple[date | None, bool]:
    return _month_end(_year_of(match, year), int(match["month"])), True


def _read_month(match: re.Match[str], year: int, _: Calendar) -> tuple[date | None, bool]:
    return _month_end(_year_of(match, year), int(match["month"])), False


def _read_part_of_month(match: re.Match[str], year: int, _: Calendar) -> tuple[date | None, bool]:
    last = _month_end(_year_of(match, year), int(match["month"]))
    day = {"上": 10, "初": 10, "中": 20}.get(match["part"].removesuffix("旬")[-1])
    return (last.replace(day=day) if day else last), False


def _read_quarter(match: re.Match[str], year: int, _: Calendar) -> tuple[date | None, bool]:
    quarter = _QUARTERS.get(match["quarter"]) or int(match["quarter"])
    return _month_end(_year_of(match, year), quarter * 3), True


def _read_half(match: re.Match[str], year: int, _: Calendar) -> tuple[date | None, bool]:
    return date(_year_of(match, year), 6, 30), True


def _read_year_end(match: re.Match[str], year: int, when: Calendar) -> tuple[date | None, bool]:
    said = _year_of(match, year)
    if when.year_end and when.year_end.year == said:
        return when.year_end, True
    return date(said, 12, 31), True


def _read_about_year_end(
    match: re.Match[str], year: int, when: Calendar
) -> tuple[date | None, bool]:
    return _read_year_end(match, year, when)[0], False


def _read_term(match: re.Match[str], year: int, when: Calendar) -> tuple[date | None, bool]:
    season, month = match["season"], int(match["month"] or 0)
    if season == "春" or (not season and 1 <= month <= 4):
        return when.spring_term, True
    if season == "秋" or (not season and month >= 7):
        return when.autumn_term, True
    return None, False


def _read_festival(match: re.Match[str], year: int, _: Calendar) -> tuple[date | None, bool]:
    month, day = words.FESTIVALS[match["festival"]]
    return date(_year_of(match, year), month, day), False


def _read_event(_match: re.Match[str], _year: int, _: Calendar) -> tuple[date | None, bool]:
    return None, False


# Tried in this order on text without white space; what one has matched is hidden from the next.
# The next bureau's habit is one line more. True: the phrase states a due date; False: it only
# names a time, which counts as due when nothing better stands there.
_PHRASES: tuple[tuple[re.Pattern[str], _Reader, bool], ...] = tuple(
    (re.compile(pattern), reader, strong)
    for pattern, reader, strong in (
        (
            rf"{_YEAR}(?:(?<!\d)(?P<month>1[0-2]|0?[1-9])月份?)?(?:的)?"
            rf"(?:(?P<season>[春秋])季|新)?(?:学期)?开[学园](?:{_BEFORE}|时|初)",
            _read_term,
            True,
        ),
        (rf"{_YEAR}{_MONTH}(?P<season>[春秋])季(?:学期)?开[学园]", _read_term, True),
        (rf"{_YEAR}(?<!\d)(?P<month>)(?P<season>[春秋])季学期{_BEFORE}", _read_term, True),
        (
            rf"{_YEAR}{_MONTH}(?P<day>3[01]|[12]\d|0?[1-9])(?:[日号]|(?=前))(?:{_BEFORE}|止)",
            _read_day,
            True,
        ),
        (rf"{_YEAR}{_MONTH}份?[底末](?:{_BEFORE})?", _read_month_end, True),
        (
            rf"{_YEAR}{_MONTH}份?的?(?P<part>[上中下]{{1,2}}旬|初)(?:{_BEFORE})?",
            _read_part_of_month,
            True,
        ),
        (rf"{_YEAR}{_MONTH}份?(?:{_BEFORE}|内)", _read_month, True),
        (
            rf"{_YEAR}(?:第|前)?(?P<quarter>[一二三四1-4])季度?(?:[底末]|内)?(?:{_BEFORE})?",
            _read_quarter,
            True,
        ),
        (rf"{_YEAR}上半年(?:[底末]|内)?(?:{_BEFORE})?", _read_half, True),
        (rf"{_YEAR}下半年(?:[底末]|内)?(?:{_BEFORE})?", _read_about_year_end, True),
        (
            r"(?:(?P<year>\d{4}|今|本|当|明|次)年年?|(?<![一二三四五六七八九十百两几数\d学每半])年)"
            rf"(?:[底末终]|度?内)(?:{_BEFORE})?",
            _read_year_end,
            True,
        ),
        (rf"{_YEAR}(?P<festival>{_DAYS})(?:期间|当天)?{_BEFORE}", _read_festival, True),
        (rf"(?:{_EVENTS})(?:期间|结束)?{_BEFORE}", _read_event, True),
        (
            rf"{_YEAR}{_MONTH}(?P<day>3[01]|[12]\d|0?[1-9])[日号]",
            _read_day,
            False,
        ),
        (rf"{_YEAR}{_MONTH}份?(?!\d|[-至到~])", _read_month, False),
        (rf"{_YEAR}全年|本年度", _read_about_year_end, False),
    )
)

# Times that are no due dates: a range's beginning, a start, what comes again and again.
_NOT_DUE = re.compile(
    r"每[年月周日季][^,。;:]{0,4}?\d{1,2}[日号](?:之|以)?前?"
    r"|每年(?:年底|\d{1,2}月)?"
    r"|\d{1,2}月(?:份|\d{1,2}[日号]?|[底末初]|[上中下]旬)?(?:起|开始|以来|以后)"
    r"|\d{1,2}月(?:份|[底末初]|[上中下]旬)?(?:启动|开工)(?=[,;、。].*\d{1,2}月)"
    r"|\d{1,2}月份?[、和及](?=\d{1,2}月)"
    r"|\d{1,2}月(?:份|\d{1,2}[日号]?|[底末初]|[上中下]旬)?(?:[-—–~]|至|到)"
    r"(?=(?:\d{4}年|次年|明年|年)?(?:\d{1,2}[月日号]|[底末]))"
)
_DAY_RANGE = re.compile(r"(\d{1,2}月)\d{1,2}[日号]?(?:[-—–~]|至|到)(\d{1,2}[日号])")
_LATER = re.compile(
    r"以[^,。;()]{0,40}?(?:通知|文件|公告|安排|部署|要求|批复|时间|公布|下达|印发|发布)为准"
    r"|(?:另行|待|等候?)(?:通知|确定|安排)|时间待定"
)
_RECURRING = re.compile(
    r"长期|常年|随时|持续|常态化?|经常性?|定期|贯穿全年|全年(?:推进|坚持|开展)"
    r"|每(?:个)?(?:月|季度?|周|天|日|学期|半年)|按[月季]"
)
# What may stand before a phrase that a text begins with: markers, bullets, hidden phrases.
_LEADING = "一二三四五六七八九十是第、,:-—–·•●○◆◇■□▪➢*\0"
# Times that no calendar fixes, where a text begins with one.
_SEASON = re.compile(
    r"(?:\d{4}年)?(?:[春秋]季|[上下本])?学期[初末内]?|(?:\d{4}年)?(?:暑[期假]|寒假)(?:期间|结束)?"
    r"|(?:今年)?年[初中](?:前|内)?|(?:高考|中考)后"
)
_AT_ONCE = re.compile("立行立改|即知即改|立查立改|立知立改|立整立改|边查边改|即行即改|立即整改")
_NO_END = "是长期性工作，没有完成日期"
_NO_DAY = "是随时整改的要求，没有完成日期"
_CIRCLED = re.compile("[\u2460-\u2473\u2776-\u277f\u2780-\u2793\u24eb-\u24fe]")
_MARKER = re.compile(
    r"^\(?(?:\d{1,2}|[一二三四五六七八九十]{1,3})(?:\)[.、]?|[.、](?=\D|\d{1,2}月))"
)


def find_due(text: str, year: int, calendar: Calendar = UNSET) -> Due | None:
    """Return what the due phrase in a milestone's text or a due cell means, None without one.

    `year` is the list's; `calendar` gives the dates of 设置. Of several dates the latest certain
    one counts. Source: the phrases of bureaus' lists; day 10 and 20 for 上旬, 中旬 are a reading.

    >>> find_due("一是2月底前完成规划", 2021)
    Due(due=datetime.date(2021, 2, 28), vague=None, recurring=False)
    >>> find_due("6月上旬", 2021).due, find_due("6月上旬", 2021).vague
    (datetime.date(2021, 6, 10), '“6月上旬”按6月10日理解')
    >>> find_due("9月秋季开学前", 2021).vague
    '“9月秋季开学前”取决于开学日期，设置中没有填写，待确认'
    >>> find_due("长期坚持", 2021).recurring
    True
    >>> find_due("召开大会", 2021) is None
    True
    """
    text = _CIRCLED.sub(" ", text)
    plain = write_digits(squeeze(text))
    written = read_date(text, year)
    if written:
        return Due(written)
    if re.fullmatch(r"\d{4}年(?:度|完成)?", plain):
        plain = f"{plain[:4]}年底"
    if month := re.fullmatch(r"(20\d\d)[-./](1[0-2]|0?[1-9])", plain):
        plain = f"{month[1]}年{int(month[2])}月"
    plain = _DAY_RANGE.sub(r"\1\2", _MARKER.sub("", plain))
    later = _LATER.search(plain)
    recurring = _RECURRING.search(plain)
    hits = _find_phrases(_hide(_NOT_DUE, plain), year, calendar)
    if recurring and all(hit.phrase.endswith(("全年", "年内")) for hit in hits):
        hits = []
    dated = [hit for hit in hits if hit.due]
    if not dated:
        return _explain_no_date(plain, year, hits, later, recurring)
    stated = [hit for hit in dated if hit.strong] or dated
    best = max(
        [hit for hit in stated if hit.certain] or stated, key=lambda hit: hit.due or date.min
    )
    reasons = []
    if not best.certain and best.due:
        reasons.append(f"“{best.phrase}”按{best.due.month}月{best.due.day}日理解")
    others = [
        hit.phrase
        for hit in hits
        if hit.due != best.due
        and (hit.strong or not hit.due or (best.due and hit.due > best.due))
        and (hit.strong or best.strong)
    ]
    if others:
        also = "”“".join(dict.fromkeys(others))
        reasons.append(f"文中还写有“{also}”，按“{best.phrase}”计")
    if later:
        reasons.append(f"文中写明“{later[0]}”，日期可能变动")
    return Due(best.due, "；".join(reasons) or None)


def _hide(pattern: re.Pattern[str], text: str) -> str:
    """Replace what `pattern` matches by as many blanks that match nothing."""
    return pattern.sub(lambda found: "\0" * len(found[0]), text)


def _find_phrases(plain: str, year: int, calendar: Calendar) -> list[_Hit]:
    """Return the phrases of a text in the order in which they stand there."""
    found: list[tuple[int, _Hit]] = []
    for pattern, reader, strong in _PHRASES:
        matches = list(pattern.finditer(plain))
        for match in matches:
            due, certain = reader(match, year, calendar)
            said = match.groupdict().get("year") or ""
            leads = not plain[: match.start()].strip(_LEADING)
            other = said.isdigit() and int(said) != year
            # 2020年12月 in a list of 2021 tells of something else, 2022年1月 may be a due date.
            if not strong and other and not (leads and int(said) > year):
                continue
            hit = _Hit(match[0], due, certain, strong or leads)
            found.append((match.start(), hit))
        plain = _hide(pattern, plain) if matches else plain
    return [hit for _, hit in sorted(found, key=lambda item: item[0])]


def _explain_no_date(
    plain: str,
    year: int,
    hits: list[_Hit],
    later: re.Match[str] | None,
    recurring: re.Match[str] | None,
) -> Due | None:
    if hits:
        phrase = hits[0].phrase
        if impossible := find_impossible(phrase, year):
            return Due(None, f"没有“{impossible}”这一天，待确认")
        if "开学" in phrase or "开园" in phrase or "学期" in phrase:
            return Due(None, f"“{phrase}”取决于开学日期，设置中没有填写，待确认")
        return Due(None, f"“{phrase}”没有具体日期，待确认")
    if later:
        return Due(None, f"“{later[0]}”，没有具体日期，待确认")
    if recurring:
        return Due(None, f"“{recurring[0]}”{_NO_END}", recurring=True)
    at_once = _AT_ONCE.match(plain) if len(plain) <= 12 else None
    if at_once:
        return Due(None, f"“{at_once[0]}”{_NO_DAY}", recurring=True)
    season = _SEASON.match(plain.lstrip(_LEADING))
    return Due(None, f"“{season[0]}”没有具体日期，待确认") if season else None


_ANY_DAY = re.compile(
    r"(?<!\d)(?:(\d{4})年)?(\d{1,2})月(\d{1,2})[日号]|(?<!\d)(\d{4})([-/.])(\d{1,2})\5(\d{1,2})(?!\d)"
)


def find_impossible(text: str, year: int) -> str:
    """Return the first date in a text that no calendar has, as it is written, "" without one.

    >>> find_impossible("拟延期至6月31日", 2021), find_impossible("6月30日前完成", 2021)
    ('6月31日', '')
    >>> find_impossible("2月29日", 2021), find_impossible("2月29日", 2024)
    ('2月29日', '')
    """
    for found in _ANY_DAY.finditer(write_digits(squeeze(text))):
        said, month, day = found[1] or found[4] or year, found[2] or found[6], found[3] or found[7]
        if make_date(int(said), int(month), int(day)) is None:
            return found[0]
    return ""


def is_recurring(vague: str | None) -> bool:
    """Tell whether a milestone has no date because its work has none (长期, 每月, 立行立改).

    >>> is_recurring(find_due("每月", 2021).vague), is_recurring(find_due("开学前", 2021).vague)
    (True, False)
    """
    return vague is not None and (_NO_END in vague or _NO_DAY in vague)


def find_later_notice(text: str) -> str | None:
    """Return the words by which a text makes its date depend on a later notice, or None.

    >>> find_later_notice("12月15日前验收（时间以省里发文通知为准）")
    '以省里发文通知为准'
    """
    found = _LATER.search(squeeze(text))
    return found[0] if found else None
