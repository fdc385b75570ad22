"""The account between two lists, and which task of one is which of the other."""

from dataclasses import replace
from datetime import date

import pytest

from taskxl.master.revising.differences import compare_lists
from taskxl.master.revising.pairing import pair_milestones, pair_tasks
from taskxl.model import Milestone, Office, Person, Task, with_ids


def step(text: str, due: str | None = None) -> Milestone:
    return Milestone(text, date.fromisoformat(due) if due else None)


SCHOOL = Task(
    "1",
    "新建城东小学",
    section="周若兰同志负责项目",
    leader="周若兰",
    content="在城东片区新建一所三十六个班的小学。",
    lead_offices=("计财股",),
    supporting_offices=("基教股",),
    persons=(Person("唐晓梅", "计财股"),),
    remarks=("县政府工作报告",),
    milestones=(
        step("一是3月底前完成立项和选址。", "2026-03-31"),
        step("二是9月底前主体封顶。", "2026-09-30"),
    ),
)
READING = Task(
    "2",
    "校园阅读工程",
    content="每校建成一处读书角，开展读书月活动。",
    lead_offices=("基教股",),
    milestones=(
        step("一是4月底前完成选点。", "2026-04-30"),
        step("二是11月底前全部建成。", "2026-11-30"),
    ),
)
AID = Task("3", "困难学生资助", content="应助尽助，精准认定。", lead_offices=("计财股",))
OLD = (SCHOOL, READING, AID)


def told(*new: Task, old: tuple[Task, ...] = OLD) -> list[str]:
    return [f"{one.kind} | {one.message}" for one in compare_lists(old, new)]


S, R, A = SCHOOL.label, READING.label, AID.label
SCHOOL_STEPS = SCHOOL.milestones
CHANGES: list[tuple[dict[str, object], list[str]]] = [
    ({}, []),
    ({"title": "新建 城东小学"}, []),
    ({"number": "5"}, [f"renumbered | {S}改为第5项"]),
    (
        {"title": "新建城东中心小学"},
        ["renamed | 第1项“新建城东中心小学”：名称“新建城东小学”改为“新建城东中心小学”"],
    ),
    ({"lead_offices": ("基建办",)}, [f"changed | {S}：牵头股室由“计财股”改为“基建办”"]),
    ({"supporting_offices": ()}, [f"changed | {S}：协办股室原为“基教股”，现在没有"]),
    ({"leader": "何志远"}, [f"changed | {S}：分管负责同志由“周若兰”改为“何志远”"]),
    ({"section": None}, [f"changed | {S}：分组原为“周若兰同志负责项目”，现在没有"]),
    ({"persons": (Person("沈知远"),)}, [f"changed | {S}：责任人由“唐晓梅”改为“沈知远”"]),
    (
        {"remarks": ("县政府工作报告", "民生实事")},
        [f"changed | {S}：备注由“县政府工作报告”改为“县政府工作报告、民生实事”"],
    ),
    ({"content": ""}, [f"changed | {S}：主要内容原为“在城东片区新建一所三十六个班的小学。”，现在没有"]),
    (
        {"closed_on": date(2026, 5, 20), "closing": "竣工验收单"},
        [f"closed | {S}：于2026-05-20销号，依据“竣工验收单”"],
    ),
    (
        {"milestones": (step("一是4月底前完成立项和选址。", "2026-04-30"), SCHOOL_STEPS[1])},
        [f"postponed | {S}：节点“一是4月底前完成立项和选址。”延期 30 天：2026-03-31 → 2026-04-30"],
    ),
    (
        {"milestones": (SCHOOL_STEPS[0], replace(SCHOOL_STEPS[1], due=date(2026, 9, 20)))},
        [f"advanced | {S}：节点“二是9月底前主体封顶。”提前 10 天：2026-09-30 → 2026-09-20"],
    ),
    (
        {"milestones": (SCHOOL_STEPS[0], replace(SCHOOL_STEPS[1], due=None))},
        [f"due changed | {S}：节点“二是9月底前主体封顶。”的时限由2026-09-30改为没有日期"],
    ),
    (
        {"milestones": (*SCHOOL_STEPS, step("三是12月交付使用。", "2026-12-31"))},
        [f"milestone added | {S}：增加节点“三是12月交付使用。”，时限2026-12-31"],
    ),
    (
        {"milestones": SCHOOL_STEPS[:1]},
        [f"milestone dropped | {S}：取消节点“二是9月底前主体封顶。”"],
    ),
    (
        {"milestones": (SCHOOL_STEPS[0], step("二是9月底前主体结构封顶。", "2026-09-30"))},
        [
            f"milestone changed | {S}：节点“二是9月底前主体封顶。”"
            "改为“二是9月底前主体结构封顶。”"
        ],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("change", "lines"), CHANGES)
def test_each_change_is_one_line(change: dict[str, object], lines: list[str]) -> None:
    assert told(replace(SCHOOL, **change), READING, AID) == lines  # type: ignore[arg-type]


def test_added_and_dropped_tasks_are_told_by_their_old_and_new_numbers() -> None:
    new = Task("1", "心理健康教育", content="建好心理辅导室。")
    moved = (replace(SCHOOL, number="2"), replace(READING, number="3"))
    assert told(new, *moved) == [
        "added | 新增：第1项“心理健康教育”",
        f"renumbered | {S}改为第2项",
        f"renumbered | {R}改为第3项",
        f"dropped | 取消：{A}",
    ]


def test_a_task_whose_milestones_went_to_another_is_said_to_seem_merged() -> None:
    wider = replace(SCHOOL, milestones=(*SCHOOL_STEPS, *READING.milestones))
    assert told(wider, AID) == [
        f"milestone added | {S}：增加节点“一是4月底前完成选点。”，时限2026-04-30",
        f"milestone added | {S}：增加节点“二是11月底前全部建成。”，时限2026-11-30",
        f"dropped | 取消：{R}",
        f"merged | 取消的{R}像是并入{S}（原有 2 个节点中有 2 个在那里）。请核实",
    ]
    named = replace(SCHOOL, content=f"{SCHOOL.content}同步落实困难学生资助。")
    assert told(named, READING)[-1].startswith(f"merged | 取消的{A}像是并入{S}（那里写有它的名称）")


def test_a_task_that_is_only_alike_is_not_taken_for_the_same() -> None:
    other = Task("9", "困难职工资助", content="落实慰问。")
    kinds = [one.kind for one in compare_lists(OLD, (SCHOOL, READING, other))]
    assert kinds == ["added", "uncertain", "dropped"]


def test_nearly_the_same_title_over_other_work_is_another_task() -> None:
    west = replace(SCHOOL, title="新建城西小学", content="选址城西，改建原粮站。", milestones=())
    old = replace(SCHOOL, content="在城东片区征地四十亩，新建三十六个班。")
    long = replace(west, content="利用原粮站旧址改建十二个班的小学，秋季招生，配齐教师。")
    assert pair_tasks((old,), (long,)).pairs == ()
    assert pair_tasks((old,), (long,)).doubtful == ((old, long),)


def test_tasks_of_one_title_are_told_apart_by_plan_then_number_then_not_at_all() -> None:
    one, two = replace(AID, number="3"), replace(AID, number="4")
    pairing = pair_tasks((one, two), (two, one))
    assert pairing.pairs == ((two, two), (one, one))
    three = replace(AID, number="3", content="小学段的资助认定、发放和公示。")
    four = replace(AID, number="4", content="高中段的免学费和助学金审核。")
    swapped = (replace(four, number="7"), replace(three, number="8"))
    assert [(a.number, b.number) for a, b in pair_tasks((three, four), swapped).pairs] == [
        ("4", "7"),
        ("3", "8"),
    ]
    # Their numbers changed places, and one was rewritten as well.
    moved = (replace(four, number="3", content="中职段免学费。"), replace(three, number="4"))
    assert [(a.number, b.number) for a, b in pair_tasks((three, four), moved).pairs] == [
        ("4", "3"),
        ("3", "4"),
    ]
    alike = (replace(AID, number="7"), replace(AID, number="8"))
    assert pair_tasks((one, two), alike).pairs == ()
    assert len(pair_tasks((one, two), alike).doubtful) == 2


def test_an_id_goes_before_everything_else() -> None:
    one, two, three = with_ids(OLD)
    renamed = replace(one, title="建设教育强县", content="", milestones=(), number="8")
    assert pair_tasks((one, two, three), (renamed, two)).pairs == ((one, renamed), (two, two))


def test_a_task_with_another_title_and_the_same_plan_is_the_same() -> None:
    renamed = replace(SCHOOL, title="城东片区学位供给", number="12")
    assert pair_tasks(OLD, (renamed,)).pairs == ((SCHOOL, renamed),)


def test_what_is_left_of_a_damaged_row_is_known_again() -> None:
    rest = Task(content="关键节点：", milestones=(step("二是9月底前完工。", "2026-09-30"),))
    assert compare_lists((SCHOOL, rest), (SCHOOL, replace(rest))) == ()
    assert compare_lists((Task(content="残余"),), (Task(content="残余"),)) == ()


def test_each_is_paired_once() -> None:
    copies = (replace(SCHOOL, number="1"), replace(SCHOOL, number="9"))
    pairing = pair_tasks((SCHOOL,), copies)
    assert pairing.pairs == ((SCHOOL, copies[0]),)
    assert pairing.added == (copies[1],)


def test_milestones_are_paired_by_what_they_are_about_whatever_their_order() -> None:
    old = (step("一是3月底前立项。", "2026-03-31"), step("二是6月底前开工。", "2026-06-30"))
    new = (step("一是5月底前开工；", "2026-05-31"), step("二是4月15日前立项。", "2026-04-15"))
    assert pair_milestones(old, new).pairs == ((old[1], new[0]), (old[0], new[1]))


def test_an_alias_is_no_other_office() -> None:
    offices = (Office("计划财务股", aliases=("计财股",)),)
    new = replace(SCHOOL, lead_offices=("计划财务股",))
    assert compare_lists((SCHOOL,), (new,), offices) == ()
    assert len(compare_lists((SCHOOL,), (new,))) == 1


def test_a_list_of_hundreds_is_compared_at_once() -> None:
    many = tuple(
        replace(SCHOOL, number=str(n), title=f"第{n}批改造工程之{'甲乙丙丁'[n % 4] * (n % 7)}")
        for n in range(300)
    )
    assert compare_lists(many, many) == ()
    renumbered = tuple(replace(task, number=str(n + 1)) for n, task in enumerate(many))
    assert {one.kind for one in compare_lists(many, renumbered)} == {"renumbered"}
