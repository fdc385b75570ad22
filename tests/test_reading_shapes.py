"""Lists as other bureaus make them: trees of numbers, columns by their cells, said once."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from taskxl.findings import Finding
from taskxl.intake.grids import Area, Book, Line, Sheet, Value
from taskxl.master.reading.task_list import read_task_list
from taskxl.model import TaskList
from tests.support import parse_table

Read = tuple[TaskList, tuple[Finding, ...]]


def text(said: str) -> Read:
    lines = tuple(Line(n, line) for n, line in enumerate(said.strip("\n").split("\n"), 1))
    return read_task_list([Book("要点.txt", "text", lines=lines)])


def table(said: str, merges: tuple[Area, ...] = (), hidden: tuple[int, ...] = ()) -> Read:
    rows = tuple(tuple[Value, ...](cell or None for cell in row) for row in parse_table(said))
    sheet = Sheet("表", rows, merges, hidden_columns=frozenset(hidden))
    return read_task_list([Book("清单.xlsx", "xlsx", (sheet,))])


def outline(read: Read) -> list[tuple[object, ...]]:
    return [(t.number, t.title, t.section, t.lead_offices) for t in read[0].tasks]


def dues(read: Read) -> list[list[str]]:
    return [[str(m.due) for m in t.milestones] for t in read[0].tasks]


# ---------------------------------------------------------------- trees of numbers


def test_children_with_offices_are_the_tasks_and_take_the_leader_from_above() -> None:
    read = text(
        "云溪县2024年任务分解\n一、推进项目。全年投资30亿元。（责任领导：方以诺）\n"
        "1、建成水厂。（县水利局牵头）\n2、改造公路。（县交通局负责）\n"
        "二、保障民生。（责任领导：苏蔓青）\n1、新建幼儿园。（县教育局牵头）\n"
    )
    assert [(t.title, t.leader) for t in read[0].tasks] == [
        ("建成水厂", "方以诺"),
        ("改造公路", "方以诺"),
        ("新建幼儿园", "苏蔓青"),
    ]
    assert any("全年投资30亿元" in f.message for f in read[1] if f.code == "M112")


def test_a_list_is_known_by_who_answers_and_may_begin_at_two() -> None:
    read = text(
        "关于加快推进有关事项的意见\n二、产业\n（五）壮大产业。责任单位：农业局\n"
        "（六）培育企业。责任单位：工信局\n三、民生\n（七）建成中心。责任单位：民政局\n"
    )
    assert [task.number for task in read[0].tasks] == ["5", "6", "7"]
    assert [task.section for task in read[0].tasks] == ["二、产业", "二、产业", "三、民生"]


def test_a_number_before_a_date_counts_and_one_before_a_measure_does_not() -> None:
    read = text(
        "2024年工作要点\n1.2024年6月底前建成园区。责任单位：计财股\n"
        "2.5月底前开园。责任单位：基教股\n2.5公里道路完工。\n3.10月底前验收。责任单位：督导室\n"
    )
    assert [(t.number, t.title) for t in read[0].tasks] == [
        ("1", "2024年6月底前建成园区"),
        ("2", "5月底前开园"),
        ("3", "10月底前验收"),
    ]
    assert dues(read) == [["2024-06-30"], ["2024-05-31"], ["2024-10-31"]]


def test_one_line_of_offices_may_hold_for_several_items_and_for_a_parent() -> None:
    read = text(
        "2024年任务分解\n一、中心\n1.迁改。\n责任单位：供电公司\n2.开挖；\n3.地下室；\n4.封顶。\n"
        "责任单位：发改委\n"
    )
    assert [t.lead_offices for t in read[0].tasks] == [("供电公司",), *[("发改委",)] * 3]
    read = text(
        "2024年任务分解\n1.国企改革\n（1）压减层级。\n（2）剥离职能。\n责任单位：国资局\n"
        "2.教育改革\n（1）集团化。\n（2）评价。\n责任单位：教育局\n"
    )
    assert [(t.title, t.lead_offices) for t in read[0].tasks] == [
        ("国企改革", ("国资局",)),
        ("教育改革", ("教育局",)),
    ]


def test_headings_that_only_announce_or_organise_are_no_sections_and_no_tasks() -> None:
    read = text(
        "2024年任务分解\n一、文博馆\n（一）主要目标任务\n4月底前试运行。\n（二）具体任务及责任单位\n"
        "1.布展。\n责任单位：规划局\n2.硬化。\n责任单位：管委会\n二、保障措施\n"
        "1.加强领导。各单位要高度重视。\n"
    )
    assert [(t.title, t.section) for t in read[0].tasks] == [
        ("布展", "一、文博馆"),
        ("硬化", "一、文博馆"),
    ]
    quoted = "".join(f.message for f in read[1] if f.code == "M112")
    assert "4月底前试运行" in quoted
    assert "各单位要高度重视" in quoted


def test_a_heading_that_is_an_office_answers_where_nothing_else_does() -> None:
    read = text("2024年任务清单\n一、发改局\n1.编制规划。好。\n二、教育局\n1.建成学校。好。\n")
    assert [task.lead_offices for task in read[0].tasks] == [("发改局",), ("教育局",)]
    assert "M108" in {finding.code for finding in read[1]}


MARKS = (
    ("一、二、三、", ("{n}.", "{n}、", "{n}．", "({n})", "（{n}）", "{n} ")),
    ("（一）（二）（三）", ("{n}.", "{n}、", "({n})")),
)
DIGITS = str.maketrans("0123456789", "０１２３４５６７８９")


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(MARKS[0][1]),
    st.booleans(),
    st.sampled_from(["", "　　", "  "]),
    st.sampled_from(["（{}牵头）", "\n牵头单位：{}", "\n牵头单位 {}", "【牵头单位：{}】"]),
    st.booleans(),
)
def test_numbering_digits_indents_and_ways_to_say_who_change_nothing(
    mark: str, wide: bool, indent: str, who: str, restart: bool
) -> None:
    offices = ["教育局", "财政局", "交通局", "水利局"]
    lines, number = ["2024年重点工作任务"], 0
    for n, office in enumerate(offices):
        if n % 2 == 0:
            lines.append(f"{'一二'[n // 2]}、第{'甲乙'[n // 2]}组")
            number = 0 if restart else number
        number += 1
        said = mark.format(n=number)
        lines.append(indent + (said.translate(DIGITS) if wide else said) + f"办成{office}的事。")
        lines[-1] += who.format(office)
    tasks = text("\n".join(lines))[0].tasks
    assert [(t.title, t.lead_offices, t.section) for t in tasks] == [
        (f"办成{office}的事", (office,), f"{'一二'[n // 2]}、第{'甲乙'[n // 2]}组")
        for n, office in enumerate(offices)
    ]
    assert [t.number for t in tasks] == (["1", "2"] * 2 if restart else ["1", "2", "3", "4"])


# ---------------------------------------------------------------- columns by their cells


LIST = """
    | 2024年重点工作任务分解表 | | | | | | |
    | 序号 | 工作任务 | 年度目标 | 责任领导 | 牵头单位 | 配合单位 | 完成时限 |
    | 1 | 壮大食用菌产业 | 种植1.2亿棒，建成园区 | 方以诺 | 农业局 | 财政局、供销社 | 6月底前 |
    | 2 | 建设产业园区 | 一期厂房竣工，企业入驻 | 尤建邦 | 工信局 | 水利局 | 9月底前 |
    | 3 | 培育规上企业 | 新增规上企业9家以上 | 尤建邦 | 统计局 | 工信局 | 12月底前 |
"""


@settings(max_examples=60, deadline=None)
@given(st.permutations(range(7)), st.booleans(), st.sampled_from(["、", "，", "\n", "；", " "]))
def test_shuffled_columns_and_other_separators_give_the_same_tasks(
    order: list[int], unnamed: bool, separator: str
) -> None:
    rows = [list(row) for row in parse_table(LIST)]
    plain = read_task_list([Book("清单.xlsx", "xlsx", (Sheet("表", tuple(map(tuple, rows))),))])[
        0
    ].tasks
    laid = [rows[0], *([row[n] for n in order] for row in rows[1:])]
    for row in laid[2:]:
        row[order.index(5)] = str(row[order.index(5)]).replace("、", separator)
    if unnamed:  # header words that nobody knows, judged by the cells
        laid[1][order.index(6)], laid[1][order.index(3)] = "何时做成", "谁来抓"
    (sheet,) = (Sheet("表", tuple(tuple(cell or None for cell in row) for row in laid)),)
    tasks = read_task_list([Book("清单.xlsx", "xlsx", (sheet,))])[0].tasks
    for one, other in zip(plain, tasks, strict=True):
        assert (one.number, one.title, one.lead_offices) == (
            other.number,
            other.title,
            other.lead_offices,
        )
        assert one.supporting_offices == other.supporting_offices
        assert [m.due for m in one.milestones] == [m.due for m in other.milestones]


def test_quarters_of_no_year_are_milestones_without_dates() -> None:
    read = table(
        """
        | 序号 | 重点工作 | 季度目标 | | 责任部门 |
        | | | 一季度 | 二季度 | |
        | 1 | 应收账款管理 | 完成培训 | 完成收款 | 财务部 |
        | 2 | 光纤入户 | | 完成试点 | 工程部 |
        """,
        (Area(1, 1, 2, 1), Area(1, 2, 2, 2), Area(1, 3, 1, 4), Area(1, 5, 2, 5)),
    )
    assert dues(read) == [["None", "None"], ["None"]]  # no year is said: nothing is dated
    assert "M114" in {finding.code for finding in read[1]}


def test_quarters_and_months_are_dated_by_the_title_s_year() -> None:
    read = table(
        """
        | 2023年度重点工作任务分解表 | | | | |
        | 序号 | 重点工作 | 季度目标 | | 责任部门 |
        | | | 一季度 | 1-8月 | |
        | 1 | 应收账款管理 | 完成培训 | 完成收款 | 财务部 |
        | 2 | 光纤入户 | | 完成试点 | 工程部 |
        """,
        (Area(2, 1, 3, 1), Area(2, 2, 3, 2), Area(2, 3, 2, 4), Area(2, 5, 3, 5)),
    )
    assert dues(read) == [["2023-03-31", "2023-08-31"], ["2023-08-31"]]
    assert "M105" not in {finding.code for finding in read[1]}


def test_a_hidden_helper_column_breaks_no_leader_s_row() -> None:
    read = table(
        """
        | 2023年重点工作任务一览表 | | | |
        | 序号 | 任务名称 | 责任科室 | 辅助 |
        | 陈一鸣同志负责项目 | | | A |
        | 1 | 建校 | 办公室 | A |
        | 林二同志负责项目 | | | B |
        | 2 | 修路 | 人事科 | B |
        """,
        hidden=(4,),
    )
    assert [(t.title, t.leader) for t in read[0].tasks] == [("建校", "陈一鸣"), ("修路", "林二")]
    said = [f for f in read[1] if "辅助" in f.message]
    assert len(said) == 1  # one line for a column, not one a cell
    assert "4格" in said[0].message or "2格" in said[0].message


def test_rows_with_offices_of_their_own_under_one_name_are_tasks() -> None:
    said = """
        | 2024年任务分解 | | | | |
        | 序号 | {} | 具体举措 | 责任单位 | 完成时限 |
        | 1 | 推进改革 | 制定方案 | 改革科 | 3月底 |
        | | | 开展试点 | 人事科 | 6月底 |
    """
    merges = (Area(3, 1, 4, 1), Area(3, 2, 4, 2))
    assert outline(table(said.format("重点任务"), merges)) == [
        (None, "制定方案", "推进改革", ("改革科",)),
        (None, "开展试点", "推进改革", ("人事科",)),
    ]
    # A column headed exactly so is the task's name whatever stands beside it.
    assert [t.title for t in table(said.format("任务名称"), merges)[0].tasks] == ["推进改革"]


def test_stages_beside_a_task_are_its_milestones_and_numbers_do_not_repeat() -> None:
    read = table(
        """
        | 2024年重点工作推进表 | | | | |
        | 序号 | 重点工作 | 阶段任务 | 时间节点 | 责任部门 |
        | 1 | 数字校园 | 完成招标 | 3月底 | 信息中心 |
        | 1 | 数字校园 | 完成布线 | 6月底 | 信息中心 |
        | 2 | 食堂改造 | 完成设计 | 4月底 | 后勤处 |
        """
    )
    assert [(t.number, t.title) for t in read[0].tasks] == [("1", "数字校园"), ("2", "食堂改造")]
    assert dues(read) == [["2024-03-31", "2024-06-30"], ["2024-04-30"]]


def test_problems_to_be_put_right_are_tasks_and_their_measures_no_steps() -> None:
    read = table(
        """
        | 审计整改台账2023年 | | | | |
        | 序号 | 反馈问题 | 整改措施 | 责任单位 | 整改时限 |
        | 1 | 预算编制不细 | （8）细化编制；（9）加强审核。 | 财务科 | 6月底前 |
        | 2 | 账实不符 | （10）盘点。（11）调账。 | 后勤科 | 9月底前 |
        """
    )
    assert outline(read) == [
        ("1", "预算编制不细", None, ("财务科",)),
        ("2", "账实不符", None, ("后勤科",)),
    ]
    assert dues(read) == [["2023-06-30"], ["2023-09-30"]]
    assert "M106" not in {finding.code for finding in read[1]}


@pytest.mark.parametrize(
    ("said", "titles"),
    [
        ("| 本周工作计划 | | |\n| NO. | 本周任务 | 完成情况 |\n| 1 | 月报 | 完 |", ["月报"]),
        (
            "| 任务 | 开始日期 | 完成时间 | 人员 |\n| 改版 | 2024-03-01 | 2024-05-31 | 周小川 |",
            ["改版"],
        ),
        (
            "| 2024年重点任务 | | |\n| 序号 | 任务名称 | 责任股室 |\n| 1 | 建校 | 办公室 |\n"
            "| 合计 | 共1项 | |\n| 序号 | 任务名称 | 责任股室 |\n| 2 | 修路 | 办公室 |",
            ["建校", "修路"],
        ),
        ("| 2024年重点任务 | | |\n| 序号 | 任务名称 | 责任股室 |\n| 1 | | |\n| 2 | | |", []),
    ],
)
def test_small_lists_repeated_headers_totals_and_blank_forms(said: str, titles: list[str]) -> None:
    read = table(said)
    assert [task.title for task in read[0].tasks] == titles


def test_the_time_of_the_end_is_due_and_years_stand_in_date_cells() -> None:
    read = table(
        "| 任务 | 开始日期 | 完成时间 | 人员 |\n| 改版 | 2024-03-01 | 2024-05-31 | 周小川 |"
    )
    assert (read[0].year, dues(read)) == (2024, [["2024-05-31"]])


def test_a_year_out_of_the_signature_is_said() -> None:
    read = text("任务分工\n1.建校。（教育局）\n2.修路。（交通局）\n云溪县政府\n2023年3月28日\n")
    assert read[0].year == 2023
    assert "M114" in {finding.code for finding in read[1]}


def test_leaders_above_a_table_and_remarks_by_semicolons() -> None:
    read = table(
        """
        | 县政府2024年重点工作台账 | | | |
        | 责任领导：方以诺 | | | |
        | 序号 | 工作任务 | 牵头单位 | 备注 |
        | 1 | 建校 | 县教育局 | 市定指标；民生实事 |
        """
    )
    (task,) = read[0].tasks
    assert (task.leader, task.remarks) == ("方以诺", ("市定指标", "民生实事"))


def test_numbers_with_points_below_a_group() -> None:
    read = table(
        """
        | 2024年任务 | | | |
        | 序号 | 重点任务 | 牵头部门 | 完成时间 |
        | 1 | 政治建设 | | |
        | 1.1 | 学习制度 | 党群部 | 2024.3.31 |
        | 2 | 组织建设 | | |
        | 2.1 | 达标创建 | 人事部 | 2024.6.30 |
        """
    )
    assert outline(read) == [
        ("1.1", "学习制度", "政治建设", ("党群部",)),
        ("2.1", "达标创建", "组织建设", ("人事部",)),
    ]
    assert read[0].tasks[0].milestones[0].due == date(2024, 3, 31)
