"""A revised document taken over: what it changed, what a person changed, what both did."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from taskxl.master.book.layout import DROPPED_MARK
from taskxl.master.book.making import read_master, write_master
from taskxl.master.book.patching import write_update
from taskxl.master.book.rereading import read_placed
from taskxl.master.revising.updating import Update, find_lack, update_tasks
from taskxl.model import MasterList, Milestone, Office, Settings, Task, with_ids
from taskxl.tasks import KnownIds, gather_ids, give_ids


def step(text: str, due: str | None = None, vague: str | None = None) -> Milestone:
    return Milestone(text, date.fromisoformat(due) if due else None, vague)


DOCUMENT = (
    Task(
        "1",
        "新建城东小学",
        leader="周若兰",
        content="在城东片区新建一所三十六个班的小学。",
        lead_offices=("计财股",),
        milestones=(
            step("一是3月底前完成立项和选址。", "2026-03-31"),
            step("二是9月底前主体封顶。", "2026-09-30"),
        ),
    ),
    Task("2", "校园阅读工程", content="每校建成一处读书角。", lead_offices=("基教股",)),
    Task("3", "困难学生资助", content="应助尽助，精准认定。", lead_offices=("计财股",)),
)
STATED = with_ids(DOCUMENT)
KNOWN = gather_ids([MasterList("", STATED, (), Settings())])
SCHOOL = STATED[0]


def run(
    mine: tuple[Task, ...] = STATED,
    document: tuple[Task, ...] = DOCUMENT,
    stated: tuple[Task, ...] | None = STATED,
    held: tuple[str, ...] = (),
) -> Update:
    """Update, and then again: the second time nothing may change and nothing be said."""
    done = update_tasks(mine, document, stated, KNOWN, held)
    known = gather_ids([MasterList("", tasks, (), Settings()) for tasks in (STATED, done.tasks)])
    again = update_tasks(done.tasks, document, done.stated, known, held)
    assert again.tasks == done.tasks
    assert again.stated == done.stated
    return done


def first(tasks: tuple[Task, ...], **change: object) -> tuple[Task, ...]:
    """Change the first task."""
    return (replace(tasks[0], **change), *tasks[1:])  # type: ignore[arg-type]


def test_the_same_document_changes_nothing() -> None:
    assert run() == Update(STATED, STATED, (), ("1", "2", "3"), (), 2)


FIELDS = [
    ("title", "新建城东小学", "新建城东中心小学", "新建城东小学（一期）"),
    ("number", "1", "8", "9"),
    ("leader", "周若兰", "何志远", "陈立明"),
    ("content", DOCUMENT[0].content, "在城东片区新建一所四十八个班的小学。", "改由镇里承建。"),
    ("lead_offices", ("计财股",), ("基建办",), ("项目办",)),
    ("remarks", (), ("民生实事",), ("局长办公会",)),
]


@pytest.mark.parametrize(("field", "was", "theirs", "ours"), FIELDS)
def test_each_field_is_taken_kept_or_told(
    field: str, was: object, theirs: object, ours: object
) -> None:
    def value(done: Update) -> object:
        return getattr(done.tasks[0], field)

    changed = first(DOCUMENT, **{field: theirs})
    taken = run(document=changed)
    assert (value(taken), taken.notes) == (theirs, ())
    kept = run(first(STATED, **{field: ours}))
    assert (value(kept), kept.notes) == (ours, ())
    alike = run(first(STATED, **{field: theirs}), changed)
    assert (value(alike), alike.notes) == (theirs, ())
    both = run(first(STATED, **{field: ours}), changed)
    assert value(both) == ours
    (note,) = both.notes
    assert "两边都改过，保留主清单的" in note
    assert {one.id for one in both.tasks} == {"1", "2", "3"}
    assert getattr(both.tasks[0], field) != was


DUES = [
    # what the document says now, what a person typed, what stands in the end, whether it is told
    ("2026-04-30", "2026-03-31", "2026-04-30", False),
    ("2026-03-31", "2026-05-31", "2026-05-31", False),
    ("2026-04-30", "2026-05-31", "2026-05-31", True),
    ("2026-04-30", "2026-04-30", "2026-04-30", False),
]


@pytest.mark.parametrize(("theirs", "ours", "due", "told"), DUES)
def test_dates_are_three_way_too(theirs: str, ours: str, due: str, told: bool) -> None:
    steps = SCHOOL.milestones
    document = first(
        DOCUMENT,
        milestones=(
            replace(DOCUMENT[0].milestones[0], due=date.fromisoformat(theirs)),
            DOCUMENT[0].milestones[1],
        ),
    )
    mine = first(STATED, milestones=(replace(steps[0], due=date.fromisoformat(ours)), steps[1]))
    done = run(mine, document)
    assert done.tasks[0].milestones[0].due == date.fromisoformat(due)
    assert done.tasks[0].milestones[0].id == "1/1"
    assert bool(done.notes) is told


def test_a_date_that_moves_with_its_words_is_taken_with_them() -> None:
    later = (step("一是4月底前完成立项和选址。", "2026-04-30"), DOCUMENT[0].milestones[1])
    (one, _) = run(document=first(DOCUMENT, milestones=later)).tasks[0].milestones
    assert (one.text, one.due, one.id) == (later[0].text, later[0].due, "1/1")


def test_a_doubt_that_a_person_settled_stays_settled() -> None:
    vague = (step("一是春季开学前部署。", None, "取决于开学日期"), DOCUMENT[0].milestones[1])
    document = first(DOCUMENT, milestones=vague)
    stated = with_ids(document)
    settled = replace(stated[0].milestones[0], due=date(2026, 3, 1), vague=None)
    mine = first(stated, milestones=(settled, stated[0].milestones[1]))
    assert run(mine, document, stated).tasks[0].milestones[0] == settled


def test_milestones_come_and_go_with_the_document_and_a_persons_own_stay() -> None:
    added = step("二是6月底前开工建设。", "2026-06-30")
    document = first(DOCUMENT, milestones=(DOCUMENT[0].milestones[0], added))
    own = replace(step("办公室自己盯的节点"), id="1/3")
    mine = first(STATED, milestones=(*SCHOOL.milestones, own))
    done = run(mine, document)
    assert [(s.id, s.text[:4]) for s in done.tasks[0].milestones] == [
        ("1/1", "一是3月"),
        ("1/4", "二是6月"),
        ("1/3", "办公室自"),
    ]
    assert done.notes == ()
    assert [s.id for s in done.stated[0].milestones] == ["1/1", "1/4"]


def test_a_dropped_milestone_that_a_person_changed_is_kept_and_told() -> None:
    document = first(DOCUMENT, milestones=DOCUMENT[0].milestones[:1])
    changed = replace(SCHOOL.milestones[1], due=date(2026, 10, 31))
    done = run(first(STATED, milestones=(SCHOOL.milestones[0], changed)), document)
    assert done.tasks[0].milestones[1] == changed
    assert "新清单里没有，主清单里留着" in done.notes[0]
    held = run(document=document, held=("1/2",))
    assert len(held.tasks[0].milestones) == 2


def test_what_a_person_took_out_is_not_put_back() -> None:
    mine = (replace(SCHOOL, milestones=SCHOOL.milestones[1:]), STATED[2])
    done = run(mine)
    assert (done.tasks, done.notes) == (mine, ())
    assert done.stated == STATED
    changed = (DOCUMENT[0], replace(DOCUMENT[1], content="每校建成两处读书角。"), DOCUMENT[2])
    told = run(mine, changed)
    assert told.tasks == mine
    assert "主清单里已删去，新清单里仍有而且改过" in told.notes[0]


def test_new_tasks_stand_where_the_document_has_them_under_ids_of_their_own() -> None:
    new = Task("2", "心理健康教育", content="建好心理辅导室。", milestones=(step("一是建成"),))
    last = Task("5", "智慧校园", content="建成数字教室。")
    moved = (
        DOCUMENT[0],
        new,
        replace(DOCUMENT[1], number="3"),
        replace(DOCUMENT[2], number="4"),
        last,
    )
    done = run(document=moved)
    assert [(t.id, t.number, t.title) for t in done.tasks] == [
        ("1", "1", "新建城东小学"),
        ("2-2", "2", "心理健康教育"),
        ("2", "3", "校园阅读工程"),
        ("3", "4", "困难学生资助"),
        ("5", "5", "智慧校园"),
    ]
    assert done.tasks[1].milestones[0].id == "2-2/1"
    top = run(document=(new, last, *DOCUMENT))
    assert [t.title for t in top.tasks][:3] == ["心理健康教育", "智慧校园", "新建城东小学"]


def test_rows_that_a_person_moved_stay_where_they_are() -> None:
    mine = (STATED[2], STATED[0], STATED[1])
    new = Task("4", "心理健康教育", content="建好心理辅导室。")
    done = run(mine, (*DOCUMENT, new))
    assert [t.title for t in done.tasks][:2] == ["困难学生资助", "心理健康教育"]
    assert [t.id for t in done.tasks if t.id in "123"] == ["3", "1", "2"]


def test_a_dropped_task_goes_only_where_that_is_certain() -> None:
    document = (DOCUMENT[0], DOCUMENT[2])
    certain = run(document=document)
    assert [t.id for t in certain.tasks] == ["1", "3"]
    assert "已从主清单删去" in certain.notes[0]
    edited = (SCHOOL, replace(STATED[1], leader="何志远"), STATED[2])
    for mine, held in ((edited, ()), (STATED, ("2",))):
        marked = run(mine, document, held=held)
        assert [t.id for t in marked.tasks] == ["1", "2", "3"]
        assert marked.tasks[1].remarks == (DROPPED_MARK,)
        assert "没有删，备注里作了标记" in marked.notes[0]
    back = run(run(edited, document).tasks, DOCUMENT, run(edited, document).stated)
    assert back.tasks[1].remarks == (), "the mark goes when the document has the task again"
    closed = replace(STATED[1], closed_on=date(2026, 5, 1), closing="纪要")
    assert run((SCHOOL, closed, STATED[2]), document).tasks[1] == closed


def test_an_uncertain_pair_is_two_tasks_and_said() -> None:
    other = replace(DOCUMENT[2], number="4", title="困难职工资助", content="落实走访慰问。")
    done = run(document=(*DOCUMENT[:2], other))
    assert [t.title for t in done.tasks] == [
        "新建城东小学",
        "校园阅读工程",
        "困难职工资助",
        "困难学生资助",
    ]
    assert done.tasks[2].id == "4"
    assert done.tasks[3].remarks == (DROPPED_MARK,)
    assert "没有把握，按新增写入" in done.notes[0]


def test_the_way_out_of_an_uncertain_pair_that_the_note_tells_works() -> None:
    other = replace(DOCUMENT[2], number="4", title="困难职工资助", content="落实走访慰问。")
    document = (*DOCUMENT[:2], other)
    done = run(document=document)
    mended = (*done.tasks[:2], replace(done.tasks[3], title="困难职工资助", remarks=()))
    again = run(mended, document, done.stated)
    assert [(t.id, t.title) for t in again.tasks][2:] == [("3", "困难职工资助")]


def test_blank_title_number_and_office_of_a_document_read_badly_blank_nothing() -> None:
    document = first(DOCUMENT, title=None, number=None, lead_offices=())
    assert run(document=document).tasks == STATED


def test_without_an_earlier_document_only_blanks_are_filled_and_the_rest_is_told() -> None:
    mine = first(STATED, leader=None, content="改由镇里承建一所三十六个班的小学。")
    document = first(DOCUMENT[:2], leader="何志远")
    done = update_tasks(mine, document, None, KNOWN)
    assert done.tasks[0].leader == "何志远"
    assert done.tasks[0].content == mine[0].content
    assert [note.partition("：")[0] for note in done.notes] == [
        "第1项“新建城东小学”的主要内容",
        "第3项“困难学生资助”",
    ]
    assert done.tasks[2].remarks == (DROPPED_MARK,)
    known = gather_ids([MasterList("", done.tasks, (), Settings())])
    again = update_tasks(done.tasks, document, done.stated, known)
    assert again == Update(done.tasks, done.stated, (), ("1", "2"), (), 2)


# ---------------------------------------------------------------- another list


def lack(
    document: tuple[Task, ...],
    mine: tuple[Task, ...] = STATED,
    stated: tuple[Task, ...] = STATED,
) -> str:
    """Return what is said of a document that lacks much."""
    return find_lack(update_tasks(mine, document, stated, KNOWN), document)


def test_a_document_that_lacks_most_of_the_list_is_another_one() -> None:
    other = Task("1", "心理健康教育", content="建好心理辅导室。")
    assert lack(DOCUMENT) == lack(DOCUMENT[:2]) == ""
    assert "主清单的 3 项任务，这份清单里缺 2 项" in lack(DOCUMENT[2:])
    assert "缺 3 项" in lack((other,))
    assert "多数任务写了两遍" in lack((*DOCUMENT, *DOCUMENT, other))
    # Nothing is missed that a person took out, added, closed, or that is marked already.
    closed = replace(STATED[1], closed_on=date(2026, 5, 1), closing="纪要")
    marked = replace(STATED[2], remarks=(DROPPED_MARK,))
    own = replace(other, id="自")
    assert lack((*DOCUMENT[:1], other), STATED[:1]) == ""
    assert lack(DOCUMENT[:1], (SCHOOL, closed, marked, own)) == ""


def test_a_document_without_the_plans_of_the_list_is_another_one() -> None:
    bare = tuple(replace(task, milestones=(), content="") for task in DOCUMENT)
    assert "有节点 2 个，这份清单里只认出 0 个" in lack(bare)
    assert lack(first(DOCUMENT, milestones=DOCUMENT[0].milestones[:1])) == ""
    assert lack(bare, first(STATED, milestones=())) == ""
    # Milestones that only a person wrote, in a list whose document never had any.
    assert lack(bare, STATED, with_ids(bare)) == ""


# ---------------------------------------------------------------- ids


def test_an_id_is_never_given_to_another_task_or_milestone() -> None:
    left = (replace(SCHOOL, milestones=SCHOOL.milestones[:1]), STATED[1])
    new = replace(left[0], milestones=(*left[0].milestones, step("三是交付使用。")))
    added = Task("3", "心理健康教育", milestones=(step("一是建成"),))
    (one, _, three) = give_ids((new, left[1], added), KNOWN)
    assert [s.id for s in one.milestones] == ["1/1", "1/3"]
    assert (three.id, three.milestones[0].id) == ("3-2", "3-2/1")


def test_what_plainly_is_the_same_gets_its_id_again() -> None:
    cleared = tuple(
        replace(t, id="", number="9", milestones=tuple(replace(s, id="") for s in t.milestones))
        for t in STATED
    )
    given = give_ids(cleared, KNOWN)
    assert [t.id for t in given] == ["1", "2", "3"]
    assert [s.id for s in given[0].milestones] == ["1/1", "1/2"]
    twice = give_ids((*STATED, cleared[0]), KNOWN)
    assert twice[3].id == "9", "the id is in use"
    assert [s.id for s in twice[3].milestones] == ["9/1", "9/2"]
    assert give_ids(cleared, KnownIds()) == with_ids(cleared)


# ---------------------------------------------------------------- whatever both sides do

TITLES = (
    "新建城东小学",
    "校园阅读工程",
    "困难学生资助",
    "教师招聘",
    "心理健康教育",
    "食堂明厨亮灶",
)
WORDS = ("立项", "完成招标", "主体封顶", "竣工验收", "印发方案")
days = st.dates(date(2026, 1, 1), date(2026, 12, 31))
steps_of = st.lists(
    st.builds(Milestone, st.sampled_from(WORDS), st.none() | days),
    max_size=3,
    unique_by=lambda s: s.text,
).map(tuple)
tasks_of = st.lists(
    st.builds(
        Task,
        number=st.sampled_from("123456789"),
        title=st.sampled_from(TITLES),
        leader=st.sampled_from(("周若兰", "何志远", None)),
        content=st.sampled_from(("", "应助尽助，精准认定。", "每校建成一处读书角。")),
        lead_offices=st.sampled_from((("计财股",), ("基教股",), ("办公室", "人事股"))),
        milestones=steps_of,
    ),
    max_size=5,
    unique_by=lambda task: task.title,
).map(tuple)


@given(tasks_of, tasks_of, st.data())
@settings(max_examples=300, deadline=None)
def test_nothing_a_person_edited_is_lost_and_no_id_is_borne_twice(
    first_list: tuple[Task, ...], second_list: tuple[Task, ...], data: st.DataObject
) -> None:
    stated = with_ids(first_list)
    known = gather_ids([MasterList("", stated, (), Settings())])
    mine = []
    edited: dict[str, Task] = {}
    for task in stated:
        deed = data.draw(st.sampled_from(("nothing", "edit", "delete")))
        if deed == "edit":
            task = edited[task.id] = replace(
                task,
                leader="陈立明",
                remarks=("局长办公会",),
                milestones=tuple(replace(s, due=date(2027, 1, 1)) for s in task.milestones),
            )
        if deed != "delete":
            mine.append(task)
    own = Task("0", "办公室自己加的", lead_offices=("办公室",), id="自")
    mine.insert(data.draw(st.integers(0, len(mine))), own)
    done = update_tasks(tuple(mine), second_list, stated, known)
    after = {task.id: task for task in done.tasks}
    assert after["自"] == own
    for task_id, before in edited.items():
        assert after[task_id].leader == "陈立明"
        assert "局长办公会" in after[task_id].remarks
        kept = {step.id: step for step in after[task_id].milestones}
        for step in before.milestones:
            assert kept[step.id].due == date(2027, 1, 1)
    ids = [task.id for task in done.tasks] + [s.id for t in done.tasks for s in t.milestones]
    assert len(ids) == len(set(ids))
    assert all(ids)
    was = {task.id: task.title for task in stated}
    for task in done.tasks:
        if task.id in was and task.title != was[task.id]:
            assert task.title in {other.title for other in second_list}
    assert [task.title for task in done.stated] == [task.title for task in second_list]
    grown = gather_ids(
        [MasterList("", t, (), Settings()) for t in (stated, done.tasks, done.stated)]
    )
    again = update_tasks(done.tasks, second_list, done.stated, grown)
    assert (again.tasks, again.stated) == (done.tasks, done.stated)


@given(tasks_of, tasks_of)
@settings(max_examples=40, deadline=None)
def test_a_workbook_updated_in_place_says_what_the_update_says(
    first_list: tuple[Task, ...], second_list: tuple[Task, ...]
) -> None:
    stated = with_ids(first_list)
    known = gather_ids([MasterList("", stated, (), Settings())])
    offices = (Office("计财股"), Office("基教股"))
    master = MasterList("一览表", stated, offices, Settings(year=2026))
    content = write_master(master)
    done = update_tasks(stated, second_list, stated, known)
    placed = read_placed(content, "主清单.xlsx")
    changed = write_update(content, placed, done.tasks, (Office("办公室", ("局办",)),))
    again, _ = read_master(changed, "主清单.xlsx")
    assert tuple(replace(task, place=None) for task in again.tasks) == done.tasks
    assert again.offices == (*offices, Office("办公室", ("局办",)))
    assert again.settings == master.settings
    placed = read_placed(changed, "主清单.xlsx")
    assert write_update(changed, placed, placed.master.tasks) is changed
