"""Names, milestones and checks, each on its own."""

from datetime import date

import pytest

from taskxl.findings import declared_rules
from taskxl.master.checks import check_tasks
from taskxl.master.reading.offices import find_known, join_names, split_names
from taskxl.master.reading.persons import pair_persons
from taskxl.master.reading.responsibility import read_duty
from taskxl.model import Milestone, Office, Person, Place, Task
from taskxl.plan_text import is_heading, read_ordinal, split_plan

# ---------------------------------------------------------------- names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("办公室\n计财股", ("办公室", "计财股")),
        (
            "办公室、计财股，基教股；人事股/督导室",
            ("办公室", "计财股", "基教股", "人事股", "督导室"),
        ),
        ("基教处 考试院\n技信中心 ", ("基教处", "考试院", "技信中心")),
        ("各县（市、区）教育局、各处室", ("各县（市、区）教育局", "各处室")),
        ("1.办公室\n2.计财股", ("办公室", "计财股")),
        ("办公室、计财股等", ("办公室", "计财股")),
        ("办公室、办公室", ("办公室",)),
        ("王　芳、李小明", ("王芳", "李小明")),
        ("", ()),
    ],
)
def test_split_names(text: str, names: tuple[str, ...]) -> None:
    assert split_names(text) == names


def test_a_name_of_others_is_no_name_of_its_own() -> None:
    known = find_known(["职成教处高教处", "职成教处", "高教处\n教研室"])
    assert known == {"职成教处", "高教处", "教研室"}
    assert join_names(["职成教处高教处"], known) == ("职成教处", "高教处")


def test_names_never_alone_are_learnt_where_two_cells_show_them() -> None:
    cells = ["基教股", "计财股", "办公室基教股督导室", "计财股办公室", "督导室计财股"]
    known = find_known(cells)
    assert known == {"基教股", "计财股", "办公室", "督导室"}
    assert join_names(["办公室基教股督导室"], known) == ("办公室", "基教股", "督导室")


def test_a_long_name_stays_whole_where_its_parts_are_not_shown() -> None:
    assert join_names(["机关党委办公室"], {"办公室", "人事股"}) == ("机关党委办公室",)
    assert join_names(["办公室和人事股"], {"办公室", "人事股"}) == ("办公室", "人事股")


@pytest.mark.parametrize(
    ("text", "lead", "supporting", "plain"),
    [
        ("办公室牵头，人事股、基教股配合", ["办公室"], ["人事股", "基教股"], []),
        ("牵头：办公室\n协办：人事股", ["办公室"], ["人事股"], []),
        ("办公室（牵头）\n人事股", ["办公室"], ["人事股"], []),
        ("责任单位：办公室、人事股", [], [], ["办公室", "人事股"]),
        ("各处室", [], [], ["各处室"]),
    ],
)
def test_roles_in_a_cell(
    text: str, lead: list[str], supporting: list[str], plain: list[str]
) -> None:
    roles = read_duty(text, sure=True)
    assert roles is not None
    assert [list(roles.lead), list(roles.supporting), list(roles.plain)] == [
        lead,
        supporting,
        plain,
    ]


def test_persons_are_paired_only_where_the_counts_agree() -> None:
    offices = ("办公室", "计财股")
    assert pair_persons("周一\n吴二", offices)[0] == (
        Person("周一", "办公室"),
        Person("吴二", "计财股"),
    )
    assert pair_persons("周一", offices)[0] == (Person("周一"),)
    assert pair_persons("周一\n吴二", ("各处室", "办公室"))[0] == (Person("周一"), Person("吴二"))
    assert pair_persons("计财股：吴二", offices)[0] == (Person("吴二", "计财股"),)


# ---------------------------------------------------------------- milestones


@pytest.mark.parametrize(
    "text",
    [
        "一是3月底前立项。\n二是6月底前开工。",
        "一是3月底前立项；二是6月底前开工。",
        "1.3月底前立项。\n2.6月底前开工。",
        "1、立项。2、开工。",
        "(1) 立项。\n(2) 开工。",
        "（1）立项；（2）开工。",
        "①立项。②开工。",
        "⑴立项。⑵开工。",
        "（一）立项。\n（二）开工。",
        "第一，立项。第二，开工。",
        "第一阶段（1—3月）：立项；第二阶段（4—6月）：开工。",
        "－3月底前立项\n－6月底前开工",
        "● 3月底前立项；\n● 6月底前开工。",
        "3月底前立项。\n6月底前开工。",
        "3月底前立项；6月底前开工。",
    ],
)
def test_two_milestones_however_marked(text: str) -> None:
    for before in ("", "建设学校。\n关键节点：\n", "建设学校。"):
        plan = split_plan(before + text)
        assert len(plan.milestones) == 2
        assert plan.before == before.strip()
        assert plan.after == ""
        assert before + text.replace("\n", "") == (before + "".join(plan.milestones))


@pytest.mark.parametrize(
    "text",
    [
        "统一是基础，之一是关键。",
        "新增1.5万个学位，建成2.0项目。",
        "完成小学一、二年级培训。",
        "2021年完善招标文件，开展招标。",
        "推进“1+N”改革，落实“5080”目标。",
    ],
)
def test_what_looks_like_a_marker_and_is_none(text: str) -> None:
    assert split_plan(text).milestones == ()
    assert split_plan(text).content == text


def test_inner_markers_stay_inside_their_milestone() -> None:
    plan = split_plan("一是立项，包括：(1)选址；(2)评审。\n二是开工。")
    assert plan.milestones == ("一是立项，包括：(1)选址；(2)评审。", "二是开工。")


def test_a_line_that_breaks_off_is_joined_and_an_aside_is_not() -> None:
    plan = split_plan("一是3月底前\n完成立项。\n二是开工\n（难点：资金。）")
    assert plan.milestones == ("一是3月底前完成立项。", "二是开工")
    assert plan.after == "（难点：资金。）"


def test_headings_and_ordinals() -> None:
    assert is_heading("关键节点和解决难点：")
    assert not is_heading("推进节点建设。")
    assert [read_ordinal(text) for text in ("十二是验收", "（3）验收", "④验收", "验收")] == [
        12,
        3,
        4,
        None,
    ]


# ---------------------------------------------------------------- checks


def task(number: str | None, **more: object) -> Task:
    base: dict[str, object] = {
        "title": f"任务{number}",
        "lead_offices": ("办公室",),
        "place": Place("清单.xlsx", "任务", 5),
    }
    return Task(number=number, **{**base, **more})  # type: ignore[arg-type]


def found(*tasks: Task, offices: tuple[Office, ...] | None = None, **more: object) -> set[str]:
    return {f.code for f in check_tasks(tasks, offices, **more)}  # type: ignore[arg-type]


def test_a_sound_list_has_no_findings() -> None:
    sound = task("1", milestones=(Milestone("一是立项。", date(2021, 3, 31)),))
    assert found(sound, offices=(Office("办公室"),), year=2021, issued=date(2021, 2, 1)) == set()


@pytest.mark.parametrize(
    ("code", "tasks"),
    [
        ("M101", (task("1", title=None),)),
        ("M102", (task("1"), task("2", lead_offices=()))),
        ("M103", (task("1"), task("3"))),
        ("M103", (task("1"), task("1"))),
        ("M103", (task("1"), task(None, title="修路"))),
        ("M104", (task("1", persons=(Person("周一"), Person("吴二"))),)),
        ("M105", (task("1", milestones=(Milestone("立项。"),)),)),
        ("M105", (task("1", milestones=(Milestone("立项。", date(2021, 3, 10), "推定"),)),)),
        ("M106", (task("1", milestones=(Milestone("二是立项。", date(2021, 3, 31)),)),)),
        ("M109", (task(None, title=None, content="残余"), task("2"))),
        ("M109", (task("1", content="落实制度。加强管理，"),)),
        ("M110", (task("1", milestones=(Milestone("以通知为准", date(2021, 3, 31)),)),)),
        ("M111", (task("1", milestones=(Milestone("立项。", date(2020, 3, 31)),)),)),
    ],
)
def test_each_rule_finds_its_fault(code: str, tasks: tuple[Task, ...]) -> None:
    assert code in found(*tasks, year=2021)


def test_offices_unknown_to_the_sheet_of_offices() -> None:
    offices = (Office("办公室", aliases=("局办",)), Office("计财股"))
    assert found(task("1", lead_offices=("局 办",)), offices=offices) == set()
    assert found(task("1", lead_offices=("各处室",)), offices=offices) == set()
    assert found(task("1", lead_offices=("基教股",)), offices=offices) == {"M107"}
    assert found(task("1", lead_offices=("基教股",))) == set()


def test_a_file_without_any_office_is_said_once() -> None:
    other = [task(str(n), lead_offices=(), place=Place("实事.xlsx", "表", n)) for n in (1, 2, 3)]
    findings = [f for f in check_tasks([task("1"), *other]) if f.code == "M102"]
    assert [(f.file, f.cell) for f in findings] == [("实事.xlsx", None)]


def test_numbering_may_begin_anew_in_another_section() -> None:
    assert found(task("1", section="一"), task("2", section="一"), task("1", section="二")) == set()


def test_milestones_over_before_the_list_was_sent_out_are_said_once() -> None:
    early = (Milestone("立项。", date(2021, 2, 28)), Milestone("开工。", date(2021, 6, 30)))
    findings = check_tasks(
        [task(str(n), milestones=early) for n in range(1, 4)], year=2021, issued=date(2021, 4, 15)
    )
    assert [finding.code for finding in findings] == ["M111"]
    assert "第1、2、3项" in findings[0].message


def test_places_and_rules_are_complete() -> None:
    findings = check_tasks([task("1", title=None)])
    assert (findings[0].file, findings[0].sheet, findings[0].cell) == ("清单.xlsx", "任务", "A5")
    codes = {rule.code for rule in declared_rules()}
    assert {f"M{n}" for n in range(101, 115)} <= codes
