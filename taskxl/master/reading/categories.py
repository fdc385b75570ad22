"""What a column of categories says of tasks, beside rows that are sections."""

from collections.abc import Sequence
from itertools import groupby

from taskxl.master.reading.drafts import Draft, read_leader
from taskxl.master.reading.header import Header
from taskxl.text import squeeze


def place_categories(header: Header, said: Sequence[tuple[Draft, str]]) -> None:
    """Give tasks the category that a column says of each, in the order of their rows.

    Where no section row stands above any task, or only those of leaders, it is the task's section.
    Else the rows are: a category that groups tasks inside of them comes behind, a kind that comes
    back again and again (立行立改, 限期整改) is a remark. What a person called a section is one.
    """
    columns = header.of("section")
    if not said or not columns:
        return
    runs = [key for key, _ in groupby((draft.section, squeeze(text)) for draft, text in said)]
    comes_back = len({text for _, text in runs}) < len(runs)
    rows = {draft.section for draft, _ in said if draft.section}
    by_rows = any(read_leader(row) is None for row in rows) and not columns[0].said
    for draft, text in {id(draft): (draft, text) for draft, text in said}.values():
        if not by_rows:
            draft.section = text
        elif comes_back:
            draft.add("remarks", f"{columns[0].header}：{text}")
        elif squeeze(text) not in squeeze(draft.section):
            draft.section = f"{draft.section}／{text}" if draft.section else text
