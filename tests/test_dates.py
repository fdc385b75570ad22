"""Due phrases, clerks' dates and the report day mean what bureaus mean by them."""

from datetime import date, datetime

import pytest

from taskxl.dates import (
    Calendar,
    doubt_report_day,
    find_due,
    find_later_notice,
    read_date,
    read_number,
    report_day,
)
from taskxl.model import Period, Settings

SET = Calendar(
    spring_term=date(2021, 2, 25), autumn_term=date(2021, 9, 1), year_end=date(2021, 12, 15)
)


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("一是2月底前修订完善规划。", (2, 28)),
        ("四是12月15日前按程序移交。", (12, 15)),
        ("３月３１日前完成", (3, 31)),
        ("三月底前完成", (3, 31)),
        ("二是十二月十五日前完成", (12, 15)),
        ("一是十月底完成", (10, 31)),
        ("6月末", (6, 30)),
        ("6月份底前", (6, 30)),
        ("①3月底前完成立项", (3, 31)),
        ("(2) 7月底前公布实施指导意见", (7, 31)),
        ("1.3月底前完成", (3, 31)),
        ("1、3月底前完成", (3, 31)),
        ("第一季度完成", (3, 31)),
        ("二季度末前完成", (6, 30)),
        ("第3季度", (9, 30)),
        ("前三季度", (9, 30)),
        ("上半年", (6, 30)),
        ("上半年完成立项", (6, 30)),
        ("12月底前完成", (12, 31)),
        ("2021-06-30", (6, 30)),
        ("9月1日起至10月底", (10, 31)),
        ("年度内完成", (12, 31)),
        ("不迟于6月30日", (6, 30)),
        ("2021/6/30", (6, 30)),
        ("6.30", (6, 30)),
        ("6月30日", (6, 30)),
        ("6月1日至15日", (6, 15)),
        ("3月至6月底", (6, 30)),
        ("3月-6月底完成", (6, 30)),
        ("从3月起排查，10月底前整改完成", (10, 31)),
        ("2月底前完成开学准备工作。", (2, 28)),
        ("9月底前荣汇幼儿园秋季开学；按程序移交。", (9, 30)),
        ("12月底前开展宣传，开展秋季开学校园传染病防控检查。", (12, 31)),
        ("三是7月底前做好2021-2022学年课程设置", (7, 31)),
    ],
)
def test_a_stated_phrase_is_a_certain_date(text: str, due: tuple[int, int]) -> None:
    found = find_due(text, 2021)
    assert found is not None
    assert (found.due, found.vague) == (date(2021, *due), None)


@pytest.mark.parametrize(
    ("text", "due", "reason"),
    [
        ("一是2月中旬完成场地", (2, 20), "“2月中旬”按2月20日理解"),
        ("三是9月初上好第一课", (9, 10), "“9月初”按9月10日理解"),
        ("3月下旬", (3, 31), "“3月下旬”按3月31日理解"),
        ("5月上旬前", (5, 10), "“5月上旬前”按5月10日理解"),
        ("组织6月安全月活动", (6, 30), "“6月”按6月30日理解"),
        ("6月前完成", (6, 30), "“6月前”按6月30日理解"),
        ("3-6月", (6, 30), "“6月”按6月30日理解"),
        ("教师节前完成表彰", (9, 10), "“教师节前”按9月10日理解"),
        ("3月、6月、9月各开展一次", (9, 30), "“9月”按9月30日理解"),
        ("10月中下旬", (10, 31), "“10月中下旬”按10月31日理解"),
        ("6月上中旬", (6, 20), "“6月上中旬”按6月20日理解"),
        ("2021.06", (6, 30), "“2021年6月”按6月30日理解"),
        ("下半年", (12, 31), "“下半年”按12月31日理解"),
        ("全年统筹推进培训", (12, 31), "“全年”按12月31日理解"),
        ("3月底前摸底，8月底前整改", (8, 31), "文中还写有“3月底前”，按“8月底前”计"),
        ("5月底前定稿，6月上旬印发", (5, 31), "文中还写有“6月上旬”，按“5月底前”计"),
        (
            "12月15日前验收（具体验收时间以省督导室发文通知为准）。",
            (12, 15),
            "文中写明“以省督导室发文通知为准”，日期可能变动",
        ),
    ],
)
def test_a_reading_says_that_it_is_one(text: str, due: tuple[int, int], reason: str) -> None:
    found = find_due(text, 2021)
    assert found is not None
    assert (found.due, found.vague) == (date(2021, *due), reason)


@pytest.mark.parametrize("text", ["年底前", "12月前后，年末完成", "年内", "2021年年底", "今年底前"])
def test_the_year_ends_when_the_settings_say(text: str) -> None:
    with_setting, without = find_due(text, 2021, SET), find_due(text, 2021)
    assert with_setting is not None
    assert without is not None
    assert with_setting.due == date(2021, 12, 15)
    assert without.due == date(2021, 12, 31)


def test_another_years_end_does_not_move() -> None:
    found = find_due("2025年底前完成", 2021, SET)
    assert found is not None
    assert found.due == date(2025, 12, 31)


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("2月春季开学前做好准备", date(2021, 2, 25)),
        ("9月秋季开学前妥善安排", date(2021, 9, 1)),
        ("9月开学前科学研判", date(2021, 9, 1)),
        ("秋季学期开学前", date(2021, 9, 1)),
        ("春季学期前", date(2021, 2, 25)),
    ],
)
def test_terms_open_when_the_settings_say(text: str, due: date) -> None:
    found, unset = find_due(text, 2021, SET), find_due(text, 2021)
    assert found is not None
    assert unset is not None
    assert (found.due, found.vague) == (due, None)
    assert unset.due is None
    assert unset.vague is not None
    assert "待确认" in unset.vague


@pytest.mark.parametrize(
    "text", ["长期", "持续推进", "每月25日前报送", "常态化开展", "全年持续", "每季度"]
)
def test_recurring_duties_have_no_date(text: str) -> None:
    found = find_due(text, 2021, SET)
    assert found is not None
    assert found.due is None
    assert found.recurring
    assert found.vague


def test_a_date_beside_a_recurring_word_counts() -> None:
    found = find_due("6月底前设立基金，常态化开展募捐", 2021)
    assert found is not None
    assert found.due == date(2021, 6, 30)
    assert not found.recurring


@pytest.mark.parametrize("text", ["高考前完成演练", "寒假前", "具体时间另行通知"])
def test_what_has_no_date_says_so(text: str) -> None:
    found = find_due(text, 2021)
    assert found is not None
    assert found.due is None
    assert found.vague is not None
    assert "待确认" in found.vague
    assert not found.recurring


@pytest.mark.parametrize(
    "text",
    ["", "召开大会", "三年内建成", "目前进展顺利", "2020年12月印发的文件", "3个月", "“5080”成果"],
)
def test_no_phrase_is_none(text: str) -> None:
    assert find_due(text, 2021) is None


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("4.20", (2021, 4, 20)),
        ("4月20日", (2021, 4, 20)),
        ("４月２０号", (2021, 4, 20)),
        ("2021/4/20", (2021, 4, 20)),
        ("2021-04-20 00:00:00", (2021, 4, 20)),
        ("2021年4月20日（星期二）", (2021, 4, 20)),
        ("21.4.20", (2021, 4, 20)),
        ("20210420", (2021, 4, 20)),
        (20210420, (2021, 4, 20)),
        (44306.0, (2021, 4, 20)),
        (4.25, (2021, 4, 25)),
        ("二〇二一年四月二十日", (2021, 4, 20)),
        (datetime(2021, 4, 20, 9, 30), (2021, 4, 20)),
        (date(2021, 4, 20), (2021, 4, 20)),
    ],
)
def test_dates_as_clerks_type_them(value: object, expected: tuple[int, int, int]) -> None:
    assert read_date(value, 2021) == date(*expected)


@pytest.mark.parametrize(
    "value",
    [
        None,
        "",
        "4月",
        "2月30日",
        "4月底",
        4.2,
        4,
        3.75,
        True,
        "已完成",
        "13.1",
        1e300,
        float("nan"),
    ],
)
def test_what_is_no_date_is_not_guessed(value: object) -> None:
    assert read_date(value, 2021) is None


def test_later_notice_is_found_in_its_words() -> None:
    assert find_later_notice("（具体以省发文通知为准）") == "以省发文通知为准"
    assert find_later_notice("以人为本") is None


@pytest.mark.parametrize(
    ("text", "number"),
    [("十", 10), ("十八", 18), ("二十", 20), ("九", 9), ("１２", 12), ("", None)],
)
def test_numbers_in_chinese(text: str, number: int | None) -> None:
    assert read_number(text) == number


@pytest.mark.parametrize(
    ("period", "settings", "day"),
    [
        (Period(2021, 4), Settings(report_day=25), (2021, 4, 25)),
        (Period(2021, 2), Settings(report_day=31), (2021, 2, 28)),
        # 25 April 2021 is a Sunday, but worked for the May holiday.
        (Period(2021, 4), Settings(report_workday=6), (2021, 4, 25)),
        (Period(2021, 4), Settings(report_workday=1), (2021, 4, 30)),
        (Period(2021, 4), Settings(report_workday=99), (2021, 4, 1)),
        # No holiday notice yet: weekends only.
        (Period(2090, 4), Settings(report_workday=1), (2090, 4, 28)),
    ],
)
def test_report_day(period: Period, settings: Settings, day: tuple[int, int, int]) -> None:
    assert report_day(period, settings) == date(*day)


def test_a_report_day_counted_without_the_years_holidays_is_said() -> None:
    line = doubt_report_day(Period(2090, 4), Settings(report_workday=1))
    assert line is not None
    assert line.startswith("2090年的放假安排程序还不知道，报送日先只按周末推算为2090-04-28。请把")
    assert doubt_report_day(Period(2090, 4), Settings(report_day=25)) is None
    assert doubt_report_day(Period(2021, 10), Settings(report_workday=1)) is None


def test_a_month_of_next_year_is_a_due_date_and_one_of_last_year_is_not() -> None:
    for text in ("2022年1月", "2022年1月完成验收", "明年1月"):
        found = find_due(text, 2021)
        assert found is not None
        assert found.due == date(2022, 1, 31)
    assert find_due("2020年12月已立项", 2021) is None


@pytest.mark.parametrize("text", ["秋季学期完成", "暑假期间", "学期末", "年中", "本学期内"])
def test_times_that_no_calendar_fixes_are_said(text: str) -> None:
    found = find_due(text, 2021)
    assert found is not None
    assert (found.due, found.recurring) == (None, False)
    assert "没有具体日期" in (found.vague or "")
