"""填报人, 填报日期 and 审定 as columns of the table: they are the head of each row's office."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.returned_support import MASTER, Draft, texts
from tests.test_returns_justice import merge

CAPTIONS = {
    "reporter": ("填报人", "填表人", "报送人"),
    "reported_on": ("填报日期", "填报时间"),
    "approval": ("审定", "分管负责同志审定", "分管领导签字"),
}
OFFICES = {"办公室": ("1", "2", "3"), "基教股": ("4", "5"), "计财股": ("6",)}
SAID = {
    "办公室": ("周晓禾", "2021年4月20日", "何立文"),
    "基教股": ("林一帆", "4月21日", "同意。陈知秋"),
    "计财股": ("沈知远", "2021-04-22", "陈知秋"),
}


def combined(captions: list[str], fills: bool, first: bool) -> Draft:
    """Return a table of all offices; `fills` repeats the head in each row, `first` puts it left."""
    known = {task.id: task for task in MASTER.tasks}
    header = ["责任股室", "编号", "项目名称", "进度状态", "进展情况", "存在问题和下一步工作计划"]
    rows: list[list[str | None]] = [[*captions, *header] if first else [*header, *captions]]
    for office, tasks in OFFICES.items():
        for place, task in enumerate(tasks):
            head: list[str | None] = list(SAID[office]) if fills or not place else [None] * 3
            own = [office, task, known[task].title, "正常推进", f"{office}第{task}项已办", "无"]
            rows.append([*head, *own] if first else [*own, *head])
    return Draft({"Sheet1": rows})


@settings(max_examples=25, deadline=None)
@given(st.data(), st.booleans(), st.booleans())
def test_the_head_may_stand_beside_each_row(data: st.DataObject, fills: bool, first: bool) -> None:
    captions = [data.draw(st.sampled_from(words)) for words in CAPTIONS.values()]
    ret = combined(captions, fills, first).read()
    heads = {one.office: (one.reporter, one.reported_on, one.approval) for one in ret.submissions}
    assert heads == {
        "办公室": ("周晓禾", date(2021, 4, 20), "何立文"),
        "基教股": ("林一帆", date(2021, 4, 21), "同意。陈知秋"),
        "计财股": ("沈知远", date(2021, 4, 22), "陈知秋"),
    }
    assert texts(ret.unplaced) == []
    month = merge(ret)
    assert not [f for f in month.findings if f.code in ("G403", "G412", "E303")]
    assert all(state.approved for state in month.offices)


def test_two_heads_in_one_offices_rows_are_both_kept() -> None:
    draft = combined(["填报人", "填报日期", "审定"], fills=True, first=False)
    draft.sheets["Sheet1"][2][6] = "另一人"
    ret = draft.read()
    (office,) = [one for one in ret.submissions if one.office == "办公室"]
    assert office.reporter == "周晓禾"
    assert texts(ret.unplaced) == ["另一人"]


@pytest.mark.parametrize("caption", ["审定情况说明", "联系电话", "审定后印发的文件"])
def test_a_column_that_is_no_label_is_left_over(caption: str) -> None:
    draft = combined(["填报人", "填报日期", caption], fills=True, first=False)
    ret = draft.read()
    assert all(one.approval == "" for one in ret.submissions)
    assert "何立文" in texts(ret.unplaced)
