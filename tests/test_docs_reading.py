"""The examples of docs/reading.md are read as the page says."""

import re
from pathlib import Path

import pytest

from taskxl.intake.grids import Area, Book, Line, Sheet
from taskxl.master.reading.hints import FIELD_WORDS
from taskxl.master.reading.task_list import read_task_list
from taskxl.model import Task

PAGE = Path(__file__).parent.parent / "docs" / "reading.md"
EXAMPLES = re.findall(
    r"```清单\n(.*?)```\n```读作\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL
)


def make_example(text: str) -> Book:
    lines = text.strip().split("\n")
    if not lines[0].startswith("|"):
        return Book("例.txt", "text", lines=tuple(Line(n, t) for n, t in enumerate(lines, 1)))
    rows = [[cell.strip() or None for cell in line.strip().strip("|").split("|")] for line in lines]
    merges = []
    for row in range(2, len(rows)):  # a blank cell below a name is merged with it, as a person sees
        if rows[row][0] is None:
            merges.append(Area(row, 1, row + 1, 1))
    return Book("例.xlsx", "xlsx", (Sheet("表", tuple(map(tuple, rows)), tuple(merges)),))


def show_task(task: Task) -> str:
    dues = [m.due.isoformat() if m.due else "长期" for m in task.milestones]
    return "｜".join(
        (
            task.number or "",
            task.title or "",
            task.section or "",
            "、".join(task.lead_offices),
            "、".join(task.supporting_offices),
            "、".join(dues),
        )
    )


@pytest.mark.parametrize(("text", "read"), EXAMPLES)
def test_each_example_is_read_as_the_page_says(text: str, read: str) -> None:
    task_list, _ = read_task_list([make_example(text)])
    assert [show_task(task) for task in task_list.tasks] == read.strip("\n").split("\n")


def test_the_page_names_every_word_that_an_option_takes() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert len(EXAMPLES) >= 5
    assert "、".join(said[0] for said in FIELD_WORDS.values()) in page
