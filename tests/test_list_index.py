"""The list in a file answers as the list itself does; what a reader is sent does not grow with it."""

import pickle
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from taskxl.forms.returned.catalog import Expected, Sent
from taskxl.forms.returned.matching import Register, RowKeys, squeeze_keys
from taskxl.forms.returned.reader import read_return
from taskxl.model import MasterList, Milestone, Office, Settings, Task, with_ids
from taskxl.roster import Roster, divide_tasks
from taskxl.tasks import short_label, shown_plan, shown_title
from tests.returned_support import EXPECTED, MASTER, PERIOD, fill_form, join

WORDS = (
    "推进集团化办学",
    "新建城南小学（一期）",
    "新建城南小学（二期）",
    "开展校园安全检查",
    "招聘",
)
TITLES = st.one_of(
    st.sampled_from(WORDS),
    st.tuples(st.sampled_from(WORDS), st.text("和与及的 12一二", max_size=3)).map("".join),
    st.text("新建城南小学校园安全（一二）12", min_size=1, max_size=12),
)
OFFICES = st.sampled_from(("办公室", "基教股", "基教", "各股室", "教研室"))
TASKS = st.builds(
    Task,
    st.sampled_from(("1", "2", "第3项", "(04)", "")),
    TITLES,
    leader=st.sampled_from((None, "王立", "赵明")),
    content=st.sampled_from(("", "健全制度，明确责任。", "分解任务到校。\n关键节点：")),
    lead_offices=st.lists(OFFICES, max_size=2).map(tuple),
    supporting_offices=st.lists(OFFICES, max_size=2).map(tuple),
    milestones=st.lists(st.builds(Milestone, TITLES), max_size=3).map(tuple),
)
LISTS = st.lists(TASKS, max_size=9).map(
    lambda tasks: MasterList(
        "一览表",
        with_ids(tuple(tasks)),
        (Office("办公室"), Office("基教股", aliases=("基教",))),
        Settings("云溪县教育局", 2021),
    )
)


def asked_of(master: MasterList) -> st.SearchStrategy[RowKeys]:
    """Rows that say something of a list's tasks, nearly, or of none."""
    ids = [task.id for task in master.tasks] + [s.id for t in master.tasks for s in t.milestones]
    texts = TITLES | st.sampled_from(["", *(t.title for t in master.tasks)])
    plans = st.sampled_from(["", "别的", *(shown_plan(task) for task in master.tasks)])
    numbers = st.sampled_from(("", "1", "3", "4", "9"))
    return st.builds(RowKeys, st.sampled_from(["", "不在", *ids]), numbers, texts, plans | texts)


def plain_registers(master: MasterList) -> dict[str, Register]:
    """Return registers that hold all tasks, and all milestones, of a list."""
    tasks, steps = [], []
    for task in master.tasks:
        title = shown_title(task)
        also = task.title if task.title != title else ""
        keys = squeeze_keys(RowKeys("", task.number, title, shown_plan(task), also))
        tasks.append(replace(keys, id=task.id))
        for step in task.milestones:
            keys = squeeze_keys(RowKeys("", task.number, step.text, short_label(task)))
            steps.append(replace(keys, id=step.id))
    return {"task": Register(tasks), "milestone": Register(steps)}


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_the_registers_of_a_list_answer_as_those_that_hold_it(data: st.DataObject) -> None:
    master = data.draw(LISTS)
    stored, plain = Expected(master, PERIOD).catalog.registers(), plain_registers(master)
    for row in data.draw(st.lists(asked_of(master), min_size=1, max_size=8)):
        for kind in ("task", "milestone"):
            one, other = stored[kind], plain[kind]  # type: ignore[index]
            assert one.find(row) == other.find(row), (kind, row)
            assert one.has_text(row.text) == other.has_text(row.text)
            assert one.has_plan(row.other) == other.has_plan(row.other)
            assert dict(one.items) == dict(other.items)


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(LISTS)
def test_a_list_in_a_file_says_what_the_list_says(master: MasterList) -> None:
    roster = Roster(master.offices)
    responsible: dict[str, set[str]] = {}
    for task in master.tasks:
        for office in roster.spell_out(task.offices):
            responsible.setdefault(office, set()).add(task.id)
    reported = {
        office: {task.id for task in own} for office, (own, _) in divide_tasks(master).items()
    }
    with Expected(master, PERIOD).sent() as sent:
        assert isinstance(sent, Sent)
        found = pickle.loads(pickle.dumps(sent)).catalog
        assert dict(found.tasks) == {task.id: task for task in master.tasks}
        assert list(found.index.all_tasks()) == list(master.tasks)
        assert dict(found.plans) == {task.id: shown_plan(task) for task in master.tasks}
        assert dict(found.milestones) == {
            step.id: (task, step) for task in master.tasks for step in task.milestones
        }
        assert dict(found.responsible) == responsible
        assert list(found.responsible) == list(responsible)
        assert dict(found.reported) == reported
        for ids in (set(), {"不在"}, *reported.values(), *({t.id} for t in master.tasks)):
            for mapping, known in ((found.responsible, responsible), (found.reported, reported)):
                assert mapping.having(ids) == [one for one, own in known.items() if ids <= own]
        for task in master.tasks:
            assert found.is_id(task.id)
            assert found.is_form_text(shown_title(task)) or len(shown_title(task)) < 6
        assert not found.is_id("不在")


def test_a_return_reads_alike_by_the_list_and_by_its_file() -> None:
    drafts = [fill_form(office) for office in ("办公室", "基教股", "计财股")]
    drafts.append(replace(drafts[0], in_property=False, in_sheet=False))
    drafts.append(join(*drafts[:2]))
    with EXPECTED.sent() as sent:
        for draft in drafts:
            book = draft.book()
            assert read_return(sent, book, "甲.xlsx") == read_return(EXPECTED, book, "甲.xlsx")


def test_without_room_for_a_file_the_list_itself_is_sent(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "gone"))
    with EXPECTED.sent() as sent:
        assert sent is EXPECTED


def test_the_file_ends_with_the_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with EXPECTED.sent():
        assert list(tmp_path.iterdir())
    assert not list(tmp_path.iterdir())


def test_what_a_reader_is_sent_does_not_grow_with_the_list() -> None:
    sizes = []
    for count in (20, 2_000):
        tasks = tuple(replace(MASTER.tasks[n % 6], title=f"第{n}件事") for n in range(count))
        with Expected(replace(MASTER, tasks=with_ids(tasks)), PERIOD).sent() as sent:
            sizes.append(len(pickle.dumps(sent)))
    assert sizes[0] == sizes[1]
