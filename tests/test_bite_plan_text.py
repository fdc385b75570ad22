"""Edges of a plan's text: where a milestone begins, goes on and ends."""

import pytest

from taskxl.plan_text import is_heading, milestone_core, read_ordinal, split_plan, strip_ordinal


def taken_apart(text: str) -> tuple[str, tuple[str, ...], str]:
    plan = split_plan(text)
    return plan.before, plan.milestones, plan.after


@pytest.mark.parametrize(
    ("text", "before", "milestones"),
    [
        ("一是立项。\n三是开工。", "", ("一是立项。", "三是开工。")),
        ("一是立项。三是开工。", "", ("一是立项。三是开工。",)),
        ("一是立项；二是开工；四是验收", "", ("一是立项；", "二是开工；四是验收")),
        ("二是立项，三是开工", "", ("二是立项，", "三是开工")),
        ("建校，二是立项，三是开工", "建校，二是立项，三是开工", ()),
        ("1.立项。2.开工。10.验收", "", ("1.立项。", "2.开工。10.验收")),
        ("1.立项。\n2.开工。\n10.验收", "", ("1.立项。", "2.开工。", "10.验收")),
    ],
)
def test_within_a_line_ordinals_count_up_by_one_at_line_starts_they_may_jump(
    text: str, before: str, milestones: tuple[str, ...]
) -> None:
    assert taken_apart(text) == (before, milestones, "")


@pytest.mark.parametrize(
    ("text", "milestones", "after"),
    [
        (
            "一是立项。\n二是开工。\n一是选址。\n二是完工。",
            ("一是立项。", "二是开工。", "一是选址。", "二是完工。"),
            "",
        ),
        ("一是立项。二是开工。一是选址。", ("一是立项。", "二是开工。一是选址。"), ""),
        ("一是立项。\n三是开工。\n二是选址。", ("一是立项。", "三是开工。"), "二是选址。"),
    ],
)
def test_counting_begins_anew_only_with_one_at_the_start_of_a_line(
    text: str, milestones: tuple[str, ...], after: str
) -> None:
    assert taken_apart(text) == ("", milestones, after)


@pytest.mark.parametrize(
    ("text", "before", "milestones"),
    [
        ("建校\n一是立项", "建校", ("一是立项",)),
        ("建校，一是立项", "建校，一是立项", ()),
        ("0.准备。\n1.开工。", "0.准备。", ("1.开工。",)),
        ("立项，①选址，②评审", "立项，", ("①选址，", "②评审")),
        ("立项,①选址,②评审", "立项,", ("①选址,", "②评审")),
        ("立项： ① 选址。 \u3000② 评审。", "立项：", ("① 选址。", "② 评审。")),
        ("A①选址，B②评审", "A①选址，B②评审", ()),
        ("统一是基础，一是立项，二是开工", "统一是基础，", ("一是立项，", "二是开工")),
        ("（1）立项；一是开工\n二是完工", "", ("（1）立项；一是开工二是完工",)),
        ("❶立项，❷开工，❸验收", "", ("❶立项，", "❷开工，", "❸验收")),
        ("十一是立项", "", ("十一是立项",)),
    ],
)
def test_a_marker_stands_at_a_line_start_or_behind_a_mark_blanks_aside(
    text: str, before: str, milestones: tuple[str, ...]
) -> None:
    assert taken_apart(text) == (before, milestones, "")


@pytest.mark.parametrize(
    ("text", "milestones", "after"),
    [
        ("一是立项\n选址\n二是开工", ("一是立项选址", "二是开工"), ""),
        ("一是立项。\n选址\n二是开工", ("一是立项。\n选址", "二是开工"), ""),
        ("一是立项。\n选址。\n二是开工。\n验收。", ("一是立项。\n选址。", "二是开工。"), "验收。"),
        (
            "一是3月底前立项。\n6月底前开工。\n9月底前\n完工。\n其他\n附表",
            ("一是3月底前立项。", "6月底前开工。", "9月底前完工。"),
            "其他\n附表",
        ),
        ("一是立项。\n6月底前\n（难点）", ("一是立项。", "6月底前"), "（难点）"),
        ("一是立项，\n说明：资金已落实", ("一是立项，",), "说明：资金已落实"),
        ("一是立项；（难点：资金）二是开工", ("一是立项；\n（难点：资金）", "二是开工"), ""),
    ],
)
def test_a_broken_line_goes_on_a_dated_one_is_a_milestone_an_aside_is_neither(
    text: str, milestones: tuple[str, ...], after: str
) -> None:
    assert taken_apart(text) == ("", milestones, after)


@pytest.mark.parametrize(
    ("text", "before", "milestones", "after"),
    [
        ("6月底前开工", "", ("6月底前开工",), ""),
        ("工程6月底前开工", "", ("工程6月底前开工",), ""),
        ("工程开工", "工程开工", (), ""),
        ("工程6月底前开工。验收", "工程6月底前开工。验收", (), ""),
        ("工程6月底前开工\n验收", "工程6月底前开工\n验收", (), ""),
        ("建校。6月底前开工", "建校。6月底前开工", (), ""),
        ("建校。\n6月底前开工", "建校。\n6月底前开工", (), ""),
        ("建校。\n关键节点：\n6月底前开工", "建校。\n关键节点：", ("6月底前开工",), ""),
        ("关键节点：\n建校。\n6月底前开工", "关键节点：\n建校。\n6月底前开工", (), ""),
        (
            "建校。\n6月底前开工。\n9月底前完工。",
            "建校。",
            ("6月底前开工。", "9月底前完工。"),
            "",
        ),
        ("6月底前开工。\n其他", "", ("6月底前开工。",), "其他"),
        ("6月底前\n开工；9月底前\n完工", "", ("6月底前开工；", "9月底前完工"), ""),
        ("- 6月底前开工", "", ("- 6月底前开工",), ""),
        ("3月立项。；", "", ("3月立项。；",), ""),
        ("；；", "；；", (), ""),
        ("上半年立项；下半年开工", "", ("上半年立项；", "下半年开工"), ""),
    ],
)
def test_without_markers_a_sentence_that_begins_with_a_date_is_a_milestone(
    text: str, before: str, milestones: tuple[str, ...], after: str
) -> None:
    """One alone counts where nothing stands before it or a heading announces it."""
    assert taken_apart(text) == (before, milestones, after)


@pytest.mark.parametrize(
    ("text", "before", "milestones"),
    [
        ("建校。解决难点：资金。", "建校。\n解决难点：资金。", ()),
        ("建校。（难点：资金。）", "建校。\n（难点：资金。）", ()),
        ("建校。 关键节点：一是立项", "建校。\n关键节点：", ("一是立项",)),
        (
            "建校。关键节点和时间：3月底前立项。6月底前开工。",
            "建校。\n关键节点和时间：",
            ("3月底前立项。", "6月底前开工。"),
        ),
    ],
)
def test_a_heading_or_an_aside_in_the_middle_of_a_line_has_a_line_of_its_own(
    text: str, before: str, milestones: tuple[str, ...]
) -> None:
    assert taken_apart(text) == (before, milestones, "")


def test_the_content_of_a_plan_is_what_stands_around_its_milestones_line_by_line() -> None:
    plan = split_plan("建校。\n一是立项。\n二是开工。\n（难点：资金。）")
    assert plan.content == "建校。\n（难点：资金。）"
    assert split_plan("一是立项。\n二是开工。").content == ""


def test_a_line_of_up_to_forty_characters_can_be_a_heading() -> None:
    assert is_heading("一" * 37 + "节点：")
    assert not is_heading("一" * 38 + "节点：")
    assert is_heading("  节点： ")
    assert not is_heading("节点，和：")


@pytest.mark.parametrize(
    ("text", "ordinal"),
    [
        ("❶验收", 1),
        ("❷验收", 2),
        ("❿验收", 10),
        ("⑳验收", 20),
        ("⑴验收", 1),
        ("⒇验收", 20),
        ("十一、验收", 11),
        ("12.验收", 12),
        ("  二是验收", 2),
        ("第三步验收", 3),
        ("（四）验收", 4),
        ("1.5亿元", None),
        ("5月验收", None),
    ],
)
def test_every_family_of_markers_has_its_ordinals(text: str, ordinal: int | None) -> None:
    assert read_ordinal(text) == ordinal
    assert strip_ordinal(text) == ("验收" if ordinal else text)


def test_what_a_milestone_is_about_has_neither_marker_nor_date_nor_marks() -> None:
    assert milestone_core("❷2026年4月15日前，完成“初稿”。") == "完成初稿"
    assert milestone_core("第二季度完成初稿") == milestone_core("完成初稿（6月底前）") == "完成初稿"


def test_only_the_line_before_a_lone_dated_sentence_announces_it_however_long_the_text() -> None:
    text = "建设学校，" * 9 + "改善条件。"
    assert taken_apart(f"{text}\n关键节点：\n6月底前开工。") == (
        f"{text}\n关键节点：",
        ("6月底前开工。",),
        "",
    )
