"""Lists of shapes that were met late: leaders by level, numbers of any list, headings that lead."""

import pytest

from taskxl.intake.grids import Area, Book, Line, Sheet, Value
from taskxl.master.reading.responsibility import read_duty, take_duties
from taskxl.master.reading.task_list import read_task_list
from taskxl.model import Person, Task


def read_table(*rows: list[Value], hidden: frozenset[int] = frozenset()) -> tuple[Task, ...]:
    sheet = Sheet("表", tuple(map(tuple, rows)), hidden_columns=hidden)
    return read_task_list([Book("清单.xlsx", "xlsx", (sheet,))])[0].tasks


def read_lines(*texts: str) -> tuple[Task, ...]:
    lines = tuple(Line(number, text) for number, text in enumerate(texts, 1))
    return read_task_list([Book("清单.txt", "txt", (), lines)])[0].tasks


@pytest.mark.parametrize(
    "word",
    ["包抓领导", "市级领导", "包保领导", "县级责任领导", "督办领导", "领办领导", "挂点负责人"],
)
def test_whoever_leads_by_whatever_word_is_the_leader(word: str) -> None:
    header: list[Value] = ["序号", "项目名称", word, "牵头单位", "完成时限"]
    tasks = read_table(["2024年重点项目"], header, [1.0, "修路", "宰元白", "县交通局", "9月底"])
    assert [task.leader for task in tasks] == ["宰元白"]


@pytest.mark.parametrize("level", ["", "市级", "县级", "县", "镇", "院级"])
@pytest.mark.parametrize("word", ["责任领导", "分管领导", "包抓领导", "牵头领导"])
def test_a_label_of_a_leader_may_say_of_which_level(level: str, word: str) -> None:
    duty = read_duty(f"{level}{word}：庄砚秋  牵头单位：市卫健委  完成时间：11月底前")
    assert duty is not None
    assert (duty.leaders, duty.lead, duty.dues) == (("庄砚秋",), ("市卫健委",), ("11月底前",))


@pytest.mark.parametrize("word", ["区编号", "问题编号", "县级序号", "整改序号", "清单编号"])
def test_a_number_is_one_by_whatever_list(word: str) -> None:
    tasks = read_table(
        ["2024年民生实事台账"],
        [word, "市编号", "实事名称", "辅助", "责任单位", "完成时限"],
        ["Q01", "S03", "扩建学校", "0001", "区教委", "8月底"],
        ["Q02", None, "修建步道", "0002", "区住建委", "9月底"],
        hidden=frozenset({4}),
    )
    assert [(task.number, task.title) for task in tasks] == [
        ("Q01", "扩建学校"),
        ("Q02", "修建步道"),
    ]


def test_who_is_to_put_a_problem_right_and_who_answers_there() -> None:
    tasks = read_table(
        ["2022年审计整改销号台账"],
        ["问题编号", "问题表现", "整改举措", "整改主体", "协同单位", "整改责任人", "销号时限"],
        ["WT-01", "超付工程款", "核减进度款", "工程部", "财务部", "幸知节", "8月31日"],
        ["WT-02", "往来款未清", "逐笔核实", "财务部", None, "暴文石", "9月30日"],
    )
    assert [(t.number, t.title, t.lead_offices, t.persons) for t in tasks] == [
        ("WT-01", "超付工程款", ("工程部",), (Person("幸知节", "工程部"),)),
        ("WT-02", "往来款未清", ("财务部",), (Person("暴文石", "财务部"),)),
    ]


def test_a_heading_may_say_who_leads() -> None:
    tasks = read_lines(
        "禾丰县医疗保障局2024年重点任务清单",
        "一、办公室牵头任务",
        "1.制定考核办法（3月底前）。",
        "2.规范收费（长期）。",
        "二、基金监管股负责的工作",
        "3.开展检查（11月底前）。",
        "4.修订制度（6月底前）。（办公室）",
    )
    assert [task.lead_offices for task in tasks] == [
        ("办公室",),
        ("办公室",),
        ("基金监管股",),
        ("办公室",),
    ]
    assert [m.due and m.due.isoformat() for t in tasks for m in t.milestones] == [
        "2024-03-31",
        None,
        "2024-11-30",
        "2024-06-30",
    ]


def test_a_name_may_have_a_word_in_quotation_marks() -> None:
    rest, duties = take_duties(
        "实施监管。扩大抽查。（市监局牵头，市“双随机”联席会议成员单位按职责分工负责）"
    )
    assert rest == "实施监管。扩大抽查。"
    assert duties[0].lead == ("市监局",)
    assert duties[0].supporting == ("市“双随机”联席会议成员单位",)


def test_names_may_stand_in_parentheses_before_a_label_and_in_other_brackets() -> None:
    tasks = read_lines(
        "江州大学2024年工作要点",
        "1.开展教育。（组织部、宣传部；完成时限：6月底）",
        "2.推进审批〔区政务局牵头，各镇（街道）、区直有关单位配合〕",
    )
    assert [(t.lead_offices, t.supporting_offices) for t in tasks] == [
        (("组织部",), ("宣传部",)),
        (("区政务局",), ("各镇（街道）", "区直有关单位")),
    ]


def test_a_dash_under_a_quarter_is_no_step_and_a_percentage_is_one() -> None:
    table = ["2024年责任清单"], ["序号", "改革任务", "牵头部门", "一季度", "二季度"]
    row: list[Value] = [1.0, "完善治理", "董事会办公室", "—", "50%"]
    sheet = Sheet("表", (tuple(table[0]), tuple(table[1]), tuple(row)))
    task_list, findings = read_task_list([Book("清单.xlsx", "xlsx", (sheet,))])
    assert [(m.text, f"{m.due}") for m in task_list.tasks[0].milestones] == [("50%", "2024-06-30")]
    assert not [finding for finding in findings if "—" in finding.message]


def test_a_name_may_bear_a_chinese_number_and_others_take_part() -> None:
    tasks = read_table(
        ["2023年任务分工"],
        ["任务", "工作内容", "牵头单位", "参加单位", "分管县长", "时间要求"],
        ["（一）粮食安全", "播种30万亩", "农业农村局", "各乡镇", "高阳", "5月底前"],
        ["（二）农村改厕", "改厕2000户", "乡村振兴局", "住建局", "高阳", "12月底前"],
    )
    assert [(t.number, t.title, t.supporting_offices, t.leader) for t in tasks] == [
        ("1", "粮食安全", ("各乡镇",), "高阳"),
        ("2", "农村改厕", ("住建局",), "高阳"),
    ]


def test_the_first_of_two_names_is_the_task_and_its_main_work_the_content() -> None:
    tasks = read_table(
        ["2024年改革任务清单"],
        ["序号", "改革事项", "主要任务", "责任分工", "推进时序"],
        [1.0, "推进支付改革", "出台细则", "医保局牵头，卫健委配合", "3月启动，9月完成"],
        [2.0, "深化户籍改革", "简化手续", "公安局", "上半年"],
    )
    assert [(t.title, t.content) for t in tasks] == [
        ("推进支付改革", "出台细则"),
        ("深化户籍改革", "简化手续"),
    ]
    assert [f"{m.due}" for t in tasks for m in t.milestones] == ["2024-09-30", "2024-06-30"]


def test_a_time_behind_a_leader_is_no_leader() -> None:
    duty = read_duty("责任单位：县卫健局，县住建局；责任领导：高阳；11月底前")
    assert duty is not None
    assert (duty.leaders, duty.dues) == (("高阳",), ("11月底前",))


def test_tasks_may_be_counted_by_a_word() -> None:
    tasks = read_lines(
        "2023年作风建设任务清单",
        "任务一：整治文山会海",
        "责任单位：市委办、市政府办",
        "节点安排：3月底前调研；6月底前发文。",
        "任务二：优化审批流程",
        "责任单位：市行政审批局",
        "完成时限：9月底前",
    )
    assert [(t.number, t.title, t.lead_offices) for t in tasks] == [
        ("1", "整治文山会海", ("市委办",)),
        ("2", "优化审批流程", ("市行政审批局",)),
    ]
    assert [f"{m.due}" for t in tasks for m in t.milestones] == [
        "2023-03-31",
        "2023-06-30",
        "2023-09-30",
    ]


@pytest.mark.parametrize("level", ["", "县"])
@pytest.mark.parametrize("word", ["协作", "协同", "协办", "配合", "协助"])
@pytest.mark.parametrize("kind", ["科室", "单位", "部门"])
def test_who_helps_by_any_word_does_not_lead(level: str, word: str, kind: str) -> None:
    duty = read_duty(f"牵头{kind}：医务部；{level}{word}{kind}：护理部、信息中心")
    assert duty is not None
    assert (duty.lead, duty.supporting) == (("医务部",), ("护理部", "信息中心"))


@pytest.mark.parametrize(
    "word",
    ["推进举措及时间节点", "工作措施和完成时限", "主要内容及时限", "推进计划及时间节点"],
)
def test_a_column_of_what_is_done_by_when_holds_the_milestones(word: str) -> None:
    tasks = read_table(
        ["苇塘县教育局2024年重点工作推进表"],
        ["序号", "重点工作", word, "责任股室"],
        [1.0, "新建幼儿园", "3月底前完成招标；\n7月底前主体完工；\n8月25日前配齐教师。", "项目办"],
    )
    (task,) = tasks
    assert task.title == "新建幼儿园"
    assert [str(step.due) for step in task.milestones] == ["2024-03-31", "2024-07-31", "2024-08-25"]


def test_what_stands_over_several_months_is_due_with_the_last_of_them() -> None:
    months: list[Value] = [f"{n}月" for n in range(1, 13)]
    row: list[Value] = [1.0, "清淤", "河道股", "方案报批", None, None, "施工", *[None] * 4]
    row += ["验收", *[None] * 3]
    rows = (("2025年时序进度表",), ("序号", "项目", "责任股室", *months), tuple(row))
    for first, second in ((6, 11), (5, 9), (4, 7)):
        merges = (Area(3, 4, 3, first), Area(3, 7, 3, second))
        sheet = Sheet("表", rows, merges)
        (task,) = read_task_list([Book("清单.xlsx", "xlsx", (sheet,))])[0].tasks
        due = [step.due and step.due.month for step in task.milestones]
        assert due == [first - 3, second - 3, 9]


@pytest.mark.parametrize(
    "note", ["统计：共2个问题，已完成1个。", "党组书记签字：", "主要负责人盖章："]
)
def test_a_line_that_counts_or_is_to_be_signed_is_no_task(note: str) -> None:
    tasks = read_table(
        ["2022年整改台账"],
        ["序号", "整改事项", "责任股室", "整改时限"],
        [1.0, "修订制度", "办公室", "8月31日"],
        [2.0, "清理往来款", "财务股", "9月30日"],
        [note],
    )
    assert [task.title for task in tasks] == ["修订制度", "清理往来款"]
