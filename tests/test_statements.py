"""Status and state in clerks' words: put together by the grammar, and spoilt by one word."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from taskxl.statements import read_state, read_status
from taskxl.words import BEHIND, DONE, NOT_STARTED, ON_TRACK

MANNERS = st.sampled_from(
    ["", "已", "均已", "已按时", "已全部", "按期", "提前", "圆满", "已经顺利"]
)
FINISHES = st.sampled_from(["完成", "办结", "完毕", "竣工", "完成了", "办理完毕", "落实到位"])
MARKS = st.sampled_from(["", "√", "✔ ", "☑", "● "])
ROUNDS = st.sampled_from(
    [("", ""), ("（", "）"), ("【", "】"), (" ", "。"), ("", "！"), ("", "；")]
)
SPOILERS = (
    "未",
    "基本",
    "部分",
    "大部分",
    "预计",
    "即将",
    "拟",
    "争取",
    "不",
    "无法",
    "难以",
    "50%",
    "一半",
)
DAYS = st.dates(date(2021, 1, 1), date(2021, 12, 31))


def write_day(day: date, style: int) -> str:
    return (
        f"{day.month}月{day.day}日",
        f"{day.year}年{day.month}月{day.day}日",
        f"{day.month}.{day.day}",
        f"{day.year}-{day.month:02}-{day.day:02}",
        f"{day.year}/{day.month}/{day.day}",
    )[style]


@given(MARKS, MANNERS, FINISHES, ROUNDS)
def test_whatever_says_finished_is_done(
    mark: str, manner: str, finish: str, around: tuple[str, str]
) -> None:
    said = f"{mark}{around[0]}{manner}{finish}{around[1]}"
    assert read_state(said, 2021) == ("已完成", None, True)
    assert read_status(said) == (DONE, True)


@given(DAYS, st.integers(0, 4), MANNERS, FINISHES, st.integers(0, 4))
def test_the_day_that_a_statement_names_is_its_day(
    day: date, style: int, manner: str, finish: str, order: int
) -> None:
    when = write_day(day, style)
    said = (
        f"已于{when}{finish}",
        f"{when}已{finish}",
        f"{manner}{finish}（{when}）",
        f"√{manner}{finish}，{when}",
        when,
    )[order]
    assert read_state(said, 2021) == ("已完成", day, True)


@settings(max_examples=300)
@given(st.sampled_from(SPOILERS), MANNERS, FINISHES, DAYS, st.integers(0, 3), st.booleans())
def test_a_word_of_negation_or_degree_is_never_done(
    spoiler: str, manner: str, finish: str, day: date, style: int, dated: bool
) -> None:
    when = write_day(day, style) if dated else ""
    for said in (
        f"{spoiler}{manner}{finish}{when}",
        f"{manner}{spoiler}{finish}",
        f"{manner}{finish}{spoiler}",
    ):
        assert read_state(said, 2021)[0] != "已完成"
        assert read_status(said)[0] != DONE


@given(
    st.sampled_from(["", "目前", "总体", "工作"]),
    st.sampled_from(["正常", "顺利", "有序", "按计划", "稳步", "正在", "正"]),
    st.sampled_from(["推进", "开展", "进行", "实施", "建设", "办理", "推动"]),
    st.sampled_from(["", "中", "。"]),
)
def test_steady_work_is_on_track_and_a_milestone_of_it_not_yet_done(
    subject: str, manner: str, verb: str, end: str
) -> None:
    said = f"{subject}{manner}{verb}{end}"
    assert read_status(said) == (ON_TRACK, True)
    assert read_state(said, 2021) == ("未完成", None, True)
    for spoiler in ("不", "未能", "难以", "无法", "基本"):
        # 未能按计划推进 says what it is measured by, and that it is behind.
        is_behind = spoiler == "未能" and manner == "按计划" and not subject
        told = (BEHIND, True) if is_behind else (f"{spoiler}{said}", False)
        assert read_status(f"{spoiler}{said}") == told


@given(
    st.sampled_from(["未", "尚未", "还没有", "暂未", "还未"]),
    st.sampled_from(["", "正式", "全面"]),
    st.sampled_from(["启动", "开始", "开展", "实施", "动工"]),
)
def test_work_that_has_not_begun(negation: str, manner: str, verb: str) -> None:
    assert read_status(f"{negation}{manner}{verb}") == (NOT_STARTED, True)
    assert read_state(f"{negation}{manner}{verb}", 2021) == ("未完成", None, True)
    assert read_status(f"{manner}已{verb}")[1] is False


@pytest.mark.parametrize(
    ("said", "word"),
    [
        ("正常", ON_TRACK), ("进展顺利", ON_TRACK), ("按计划推进", ON_TRACK), ("正常推进中", ON_TRACK),
        ("未开始", NOT_STARTED), ("已完成 ✔", DONE), ("（已完成）", DONE), ("进展缓慢", BEHIND),
        ("略有滞后", BEHIND), ("滞后于计划", BEHIND), ("不滞后", None), ("未完成", None),
        ("基本正常", None), ("进展", None), ("已完成主体工程，正在装修", None),
    ],
)  # fmt: skip
def test_statuses(said: str, word: str | None) -> None:
    assert read_status(said) == ((said, False) if word is None else (word, True))


@pytest.mark.parametrize(
    ("said", "word", "day"),
    [
        ("已按时完成", "已完成", None), ("已于3月28日完成", "已完成", date(2021, 3, 28)),
        ("全部完成", "已完成", None), ("√ 已完成", "已完成", None), ("100%", "已完成", None),
        ("3月28日", "已完成", date(2021, 3, 28)), ("已于3月底前完成", "已完成", None),
        ("3月底前完成", None, None), ("未完成", "未完成", None), ("未按时完成", None, None),
        ("延期至5月底", "申请延期", None), ("已完成50%", None, None), ("2月30日", None, None),
    ],
)  # fmt: skip
def test_states(said: str, word: str | None, day: date | None) -> None:
    assert read_state(said, 2021) == ((said, None, False) if word is None else (word, day, True))


@given(st.text(alphabet="已都均全完成了于3月.28日（）√正常推进中目前，", max_size=40))
def test_no_statement_takes_long_to_read(said: str) -> None:
    read_state(said, 2021)
    read_status(said)
