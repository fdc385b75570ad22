"""Edges of dates: the day beside a threshold, the year that is meant, the words that decide."""

from datetime import date

import pytest

from taskxl.dates import Calendar, find_due, read_date, read_number, report_day
from taskxl.dates.year import year_periods
from taskxl.model import Period, Settings

SET = Calendar(
    spring_term=date(2021, 2, 25), autumn_term=date(2021, 9, 1), year_end=date(2021, 12, 15)
)
UNFIXED = "取决于开学日期，设置中没有填写，待确认"


def due_of(text: str) -> tuple[date | None, str | None]:
    """Return the due date of a phrase in a list of 2021, and what is vague about it."""
    found = find_due(text, 2021, SET)
    assert found is not None
    return found.due, found.vague


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("次年3月底前", date(2022, 3, 31)),
        ("明年3月底前", date(2022, 3, 31)),
        ("当年3月底前", date(2021, 3, 31)),
        ("本年3月底前", date(2021, 3, 31)),
        ("2023年3月底前", date(2023, 3, 31)),
        ("次年年底", date(2022, 12, 31)),
        ("2022年上半年", date(2022, 6, 30)),
    ],
)
def test_the_year_of_a_phrase_is_the_one_it_names_or_the_lists(text: str, due: date) -> None:
    assert due_of(text) == (due, None)


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("1月开学前", date(2021, 2, 25)),
        ("4月开学前", date(2021, 2, 25)),
        ("5月开学前", None),
        ("6月开学前", None),
        ("7月开学前", date(2021, 9, 1)),
        ("12月开学前", date(2021, 9, 1)),
        ("开学前", None),
        ("新学期开学前", None),
    ],
)
def test_january_to_april_is_spring_term_and_from_july_on_autumn_term(
    text: str, due: date | None
) -> None:
    assert due_of(text) == (due, None if due else f"“{text}”{UNFIXED}")


@pytest.mark.parametrize("text", ["秋季开园前", "秋季学期前", "9月秋季开学"])
def test_schools_and_kindergartens_open_on_the_day_that_the_settings_give(text: str) -> None:
    assert due_of(text) == (date(2021, 9, 1), None)
    unset = find_due(text, 2021)
    assert unset is not None
    assert (unset.due, unset.vague) == (None, f"“{text}”{UNFIXED}")


@pytest.mark.parametrize(
    ("stated", "due"),
    [
        ("秋季开学前", date(2021, 9, 1)),
        ("9月秋季开学", date(2021, 9, 1)),
        ("秋季学期前", date(2021, 9, 1)),
        ("6月15日前", date(2021, 6, 15)),
        ("6月末", date(2021, 6, 30)),
        ("第三季度", date(2021, 9, 30)),
        ("上半年", date(2021, 6, 30)),
        ("年底前", date(2021, 12, 15)),
    ],
)
def test_a_stated_due_date_beats_a_later_day_that_is_only_mentioned(stated: str, due: date) -> None:
    found, vague = due_of(f"召开会议，{stated}完成，以便12月25日表彰")
    assert found == due
    assert vague == f"文中还写有“12月25日”，按“{stated}”计"
    # A day before it takes nothing from what is stated.
    assert due_of(f"召开会议，{stated}完成，1月4日已动员") == (due, None)


@pytest.mark.parametrize(
    ("stated", "due", "read"),
    [
        ("6月初", date(2021, 6, 10), "6月10日"),
        ("6月份前", date(2021, 6, 30), "6月30日"),
        ("教师节前", date(2021, 9, 10), "9月10日"),
        ("下半年", date(2021, 12, 15), "12月15日"),
    ],
)
def test_a_reading_beats_a_later_day_that_is_only_mentioned(
    stated: str, due: date, read: str
) -> None:
    found, vague = due_of(f"召开会议，{stated}完成，以便12月25日表彰")
    assert found == due
    assert vague == f"“{stated}”按{read}理解；文中还写有“12月25日”，按“{stated}”计"


def test_of_dates_that_are_only_mentioned_the_latest_counts_and_the_earlier_ones_are_not_told() -> (
    None
):
    """Weak beside weak: nothing is stated, so nothing contradicts."""
    assert due_of("组织竞赛（3月1日、5月4日）") == (date(2021, 5, 4), None)
    assert due_of("组织竞赛（5月4日、3月1日）") == (date(2021, 5, 4), None)


def test_each_other_phrase_is_told_once_between_quotes_of_its_own() -> None:
    assert due_of("3月底前摸底，5月底前整改，3月底前公示，8月底前验收") == (
        date(2021, 8, 31),
        "文中还写有“3月底前”“5月底前”，按“8月底前”计",
    )


def test_a_phrase_without_a_date_beside_a_date_is_told() -> None:
    assert due_of("高考前演练，5月底前完成") == (
        date(2021, 5, 31),
        "文中还写有“高考前”，按“5月底前”计",
    )


def test_what_one_phrase_has_taken_no_other_phrase_reads_again() -> None:
    """The blanks in place of a phrase say nothing themselves, and they part what is around."""
    assert due_of("6月15日前") == (date(2021, 6, 15), None)
    assert due_of("每月25日前报送，6月30日前总结") == (date(2021, 6, 30), None)
    assert due_of("3月起 6月底前") == (date(2021, 6, 30), None)


def test_another_years_month_hides_nothing_that_stands_behind_it() -> None:
    """2020年12月 tells of the past, the month behind it may still be due."""
    found, _ = due_of("落实2020年12月会议精神，于6月验收")
    assert found == date(2021, 6, 30)


@pytest.mark.parametrize(
    "text", ["每月25日前", "按月报送", "按季报送", "每学期检查", "随时报告", "三是长期坚持"]
)
def test_what_comes_again_and_again_is_never_overdue(text: str) -> None:
    found = find_due(text, 2021, SET)
    assert found is not None
    assert (found.due, found.recurring) == (None, True)


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("①6月底前完成", date(2021, 6, 30)),
        ("（十一）6月底前完成", date(2021, 6, 30)),
        ("12、6月底前完成", date(2021, 6, 30)),
        ("2021年完成", date(2021, 12, 15)),
        ("2021年度", date(2021, 12, 15)),
        ("2021年", date(2021, 12, 15)),
    ],
)
def test_a_marker_is_no_part_of_a_date_and_a_bare_year_ends_when_it_ends(
    text: str, due: date
) -> None:
    assert due_of(text) == (due, None)


def test_a_date_that_the_calendar_does_not_have_is_asked_about() -> None:
    assert due_of("2月30日前") == (None, "没有“2月30日”这一天，待确认")


# ---------------------------------------------------------------- dates and numbers in cells


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (36525, None),
        (36526, date(2000, 1, 1)),
        (73050, date(2099, 12, 31)),
        (73051, None),
        (44306.9, date(2021, 4, 20)),
        (20000101, date(2000, 1, 1)),
        (19991231, None),
        (20991231, date(2099, 12, 31)),
        (21000101, None),
        (20210229, None),
    ],
)
def test_numbers_are_days_of_this_century_or_none(value: float, expected: date | None) -> None:
    """Excel's day numbers and eight digits both count from 2000 to 2099."""
    assert read_date(value, 2021) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (4.1, None),  # 4.10?
        (4.2, None),
        (4.3, None),
        (4.4, date(2021, 4, 4)),
        (4.9, date(2021, 4, 9)),
        (12.25, date(2021, 12, 25)),
        (4.123, None),
        (4.005, None),
        (123.4, None),
        (4.31, None),
    ],
)
def test_a_decimal_is_month_and_day_unless_a_zero_may_have_been_lost(
    value: float, expected: date | None
) -> None:
    assert read_date(value, 2021) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("二○二一年四月二十日", date(2021, 4, 20)),
        ("二零二一年四月二十日", date(2021, 4, 20)),
        ("二〇二一年十一月三十日", date(2021, 11, 30)),
        ("21年4月20日", date(2021, 4, 20)),
        ("99/1/1", date(2099, 1, 1)),
        ("2021、4、20", date(2021, 4, 20)),
        ("2021.4/20", None),
        ("100/1/1", None),
        ("4-20", date(2021, 4, 20)),
        ("4.20周二", date(2021, 4, 20)),
        ("4月20日（星期二）", date(2021, 4, 20)),
        ("2021-04-20T09:30", date(2021, 4, 20)),
        ("2021-04-20 09:30:00.000", date(2021, 4, 20)),
        ("12:30", None),
        ("20210229", None),
    ],
)
def test_dates_in_words_and_figures(text: str, expected: date | None) -> None:
    assert read_date(text, 2020 if "21" in text else 2021) == expected


@pytest.mark.parametrize("time", ["9:30", "09:30", "9:30:00", "19:05"])
def test_the_hour_behind_a_date_takes_no_figure_from_its_day(time: str) -> None:
    """`2021-04-20 9:30` is the 20th: squeezed, 0 and 9:30 look like 09:30 behind the 2nd."""
    assert read_date(f"2021-04-20 {time}", 2021) == date(2021, 4, 20)
    assert due_of(f"2021-04-20 {time}") == (date(2021, 4, 20), None)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("十一", 11),
        ("二十一", 21),
        ("三十", 30),
        ("九十九", 99),
        ("一", 1),
        ("一二", None),
        ("十十", None),
        ("〇", None),
        ("百", None),
        ("123456", 123456),
        ("1234567", None),
        (" 十 二 ", 12),
    ],
)
def test_numbers_are_read_whole_or_not_at_all(text: str, number: int | None) -> None:
    assert read_number(text) == number


# ---------------------------------------------------------------- periods and report days


def test_a_report_day_outside_of_the_month_is_its_first_or_last_day() -> None:
    april = Period(2021, 4)
    assert report_day(april, Settings(report_day=0)) == date(2021, 4, 1)
    assert report_day(april, Settings(report_day=1)) == date(2021, 4, 1)
    assert report_day(april, Settings(report_day=31)) == date(2021, 4, 30)
    assert report_day(april, Settings(report_workday=0)) == date(2021, 4, 30)


def test_weekends_are_no_workdays_in_a_year_without_a_holiday_notice() -> None:
    """30 April 2090 is a Sunday, the 28th a Friday."""
    days = [report_day(Period(2090, 4), Settings(report_workday=n)).day for n in range(1, 7)]
    assert days == [28, 27, 26, 25, 24, 21]


def test_a_year_has_twelve_periods_and_before_a_period_are_those_of_earlier_months() -> None:
    settings = Settings(year=2021, first_month=3)
    months = [period.month for period in year_periods(settings)]
    assert months == [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]
    before = year_periods(settings, until=Period(2021, 4))
    assert before == [Period(2021, month, 3) for month in (1, 2, 3)]
    assert year_periods(settings, until=Period(2021, 1)) == []


# ---------------------------------------------------------------- what a text begins with


@pytest.mark.parametrize("begun", ["", "（2）", "12、", "③", "- ", "3月起，"])
def test_a_month_with_which_a_text_begins_is_stated_markers_and_hidden_phrases_aside(
    begun: str,
) -> None:
    found, vague = due_of(f"{begun}6月举办活动，另于9月检查")
    assert found == date(2021, 6, 30)
    assert vague == "“6月”按6月30日理解；文中还写有“9月”，按“6月”计"


def test_a_month_inside_of_a_text_is_only_mentioned() -> None:
    assert due_of("活动于6月举办，另于9月检查") == (date(2021, 9, 30), "“9月”按9月30日理解")


def test_an_event_without_a_date_is_stated_beside_a_day_that_is_only_mentioned() -> None:
    assert due_of("演练在高考前完成，以便12月25日表彰") == (
        date(2021, 12, 25),
        "文中还写有“高考前”，按“12月25日”计",
    )


def test_an_examination_is_no_beginning_of_term() -> None:
    assert due_of("学业水平考试前") == (None, "“学业水平考试前”没有具体日期，待确认")
