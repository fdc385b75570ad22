"""Texts on paper: cleaned, measured, parted so that Excel prints all of them."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taskxl.reports.marks import split_marks, write_marks
from taskxl.reports.paper import (
    GOES_ON,
    MAX_LINES,
    clean_text,
    count_lines,
    join_text,
    row_height,
    split_text,
)
from taskxl.reports.styles import FILLS
from taskxl.row_heights import text_units
from taskxl.text import squeeze

CHINESE = st.text(st.sampled_from("一二三四五，。；（）a1 \n"), max_size=900)


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("一\r\n二\r三\u2028四", "一\n二\n三\n四"),
        ("甲\t乙", "甲  乙"),
        ("甲\u200b\ufeff乙", "甲乙"),
        ("甲\x00\x07\x1b乙", "甲\\u0000\\u0007\\u001b乙"),
        ("甲\u202e乙", "甲\\u202e乙"),
        ("\ud800\ufffe\U0001ffff", "\\ud800\\ufffe\\U0001ffff"),
        ("a\x7fb", "a\\u007fb"),
        ("𠮷\ue000", "𠮷\ue000"),
        ("plain = text\n", "plain = text\n"),
    ],
)
def test_what_a_cell_cannot_hold_is_written_out(typed: str, shown: str) -> None:
    assert clean_text(typed) == shown


@given(st.text(st.characters(), max_size=60))
def test_a_cleaned_text_is_legal_in_xml(text: str) -> None:
    legal = "[\t\n\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]*"
    assert re.fullmatch(legal, clean_text(text))


@given(st.text(st.characters(categories=("L", "N", "P", "Zs")), max_size=60))
def test_letters_and_marks_stay_as_typed(text: str) -> None:
    assert squeeze(clean_text(text)) == squeeze(text)


def test_a_chinese_character_is_two_units_wide() -> None:
    assert text_units("4月底前") == 7
    assert text_units("April 30") == 8


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("", 10, 1),
        ("一二三四五", 10, 1),
        ("一二三四五六", 10, 2),
        ("一\n\n二", 10, 3),
        ("一" * 100, 34, 6),
    ],
)
def test_lines_of_a_wrapped_text(text: str, width: float, lines: int) -> None:
    assert count_lines(text, width) == lines


def test_a_bigger_font_takes_more_lines_and_a_higher_row() -> None:
    assert count_lines("一二三四五六", 13, 22) > count_lines("一二三四五六", 13)
    assert row_height(1, 22) > row_height(1)
    assert row_height(10_000) == 409.0


@given(CHINESE, st.integers(6, 85), st.integers(2, MAX_LINES))
def test_a_parted_text_is_whole_again_and_every_part_fits(
    text: str, width: int, max_lines: int
) -> None:
    parts = split_text(text, width, max_lines)
    assert join_text(parts) == text
    for part in parts:
        assert count_lines(part.removesuffix(GOES_ON), width) <= max_lines


def test_a_long_paragraph_is_parted_after_a_sentence() -> None:
    text = "完成立项和预算评审，正在办理施工许可。" * 60
    parts = split_text(text, 34)
    assert len(parts) > 1
    assert all(part.endswith(f"。{GOES_ON}") for part in parts[:-1])


def test_a_long_text_is_parted_between_paragraphs() -> None:
    text = "\n".join(f"第{n}件事已经办好。" for n in range(60))
    parts = split_text(text, 34)
    assert [part.count("\n") + 1 for part in parts] == [18, 18, 18, 6]
    assert not any(GOES_ON in part for part in parts)


def test_marks_come_off_again() -> None:
    marks = write_marks(["逾期", "临近"])
    assert split_marks(f"{marks}\n正常推进")[1] == "正常推进"
    assert split_marks("【重要】先办这件事") == ("", "【重要】先办这件事")
    # The indent of a line that only looks like another office's is no part of the marks.
    assert split_marks(f"{marks}\u3000〔计财股〕已报") == (marks, "\u3000〔计财股〕已报")


def test_colours_are_told_apart_in_black_and_white() -> None:
    def lightness(colour: str) -> float:
        red, green, blue = (int(colour[n : n + 2], 16) for n in (1, 3, 5))
        return 0.299 * red + 0.587 * green + 0.114 * blue

    assert lightness(FILLS["error"]) + 25 < lightness(FILLS["warning"]) < 240
    assert min(map(lightness, FILLS.values())) > 150, "black letters stay legible on every colour"
