"""One measure of texts on paper, whatever sheet they stand in."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taskxl.forms.template import heights
from taskxl.master.book import plain_sheets
from taskxl.reports import paper
from taskxl.row_heights import HIGHEST, RowModel, count_lines, text_units

MODELS = [heights._ROWS, paper._ROWS, plain_sheets._ROWS]


def test_a_rare_character_is_as_wide_as_any_other() -> None:
    """GBK has no 㙍 and no 𠮷, but names have them."""
    assert text_units("张㙍") == text_units("张三") == text_units("张𠮷") == 4


@given(st.text(max_size=60), st.integers(2, 80))
def test_the_lines_hold_the_text(text: str, room: int) -> None:
    lines = count_lines(text, room)
    assert lines >= text.count("\n") + 1
    assert sum(text_units(line) for line in text.split("\n")) <= lines * room
    assert count_lines(text, room, 1.02) >= lines


@pytest.mark.parametrize("model", MODELS, ids=["forms", "reports", "master"])
def test_a_row_grows_with_its_lines_in_whole_steps_up_to_excels_limit(model: RowModel) -> None:
    heights = [model.height(lines) for lines in range(1, 60)]
    assert heights == sorted(heights)
    assert heights[-1] == HIGHEST
    assert all(height % model.step == 0 for height in heights if height < HIGHEST)
    assert all(b - a >= 13.5 for a, b in pairwise(heights) if b < HIGHEST)


def test_a_height_that_needs_a_whole_number_of_steps_gets_no_more() -> None:
    assert RowModel(14.28, 6.0, 0.75, up=True).height(25) == 363.0
    assert RowModel(14.28, 6.0, 0.75, up=True).height(1) == 21.0
