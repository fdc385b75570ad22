"""Days as clerks type them: what stands around a day takes nothing from it."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from taskxl.dates import read_date


@given(
    st.dates(date(2000, 1, 1), date(2099, 12, 31)),
    st.sampled_from(
        ["{y}年{m}月{d}日", "{y}-{m:02}-{d:02}", "{y}.{m}.{d}", "{y}/{m}/{d}", "{y}{m:02}{d:02}"]
    ),
    st.lists(
        st.sampled_from(
            [" 星期二", "（周三）", " 下午", "上午", " 15:30", "9时", "3点半", " AM", "。", "."]
        ),
        max_size=3,
        unique=True,
    ),
)
def test_what_follows_a_day_takes_nothing_from_it(day: date, style: str, after: list[str]) -> None:
    said = style.format(y=day.year, m=day.month, d=day.day)
    if not said[-1].isdigit() or not after or after[0][0] in " （。.上下":
        assert read_date(said + "".join(after), 2021) == day


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)), st.sampled_from("-/."))
def test_a_year_at_the_end_is_read_where_only_one_day_can_be_meant(day: date, mark: str) -> None:
    certain = day.day > 12 or day.day == day.month
    wanted = day if certain else None
    assert read_date(f"{day.month}{mark}{day.day}{mark}{day.year}", 2021) == wanted
    assert read_date(f"{day.day}{mark}{day.month}{mark}{day.year}", 2021) == wanted
