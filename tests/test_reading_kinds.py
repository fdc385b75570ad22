"""Further ways in which bureaus write lists: without marks, single tasks, what helpers add."""

import pytest

from taskxl.dates import find_due, is_recurring
from taskxl.findings import Finding
from taskxl.intake.grids import Area, Book, Line, Sheet, Value
from taskxl.master.reading.responsibility import read_duty, take_duties, unfold_labels
from taskxl.master.reading.task_list import read_task_list
from taskxl.model import TaskList
from taskxl.text import squeeze
from tests.support import parse_table

Read = tuple[TaskList, tuple[Finding, ...]]


def text(said: str) -> Read:
    lines = tuple(Line(n, line) for n, line in enumerate(said.strip("\n").split("\n"), 1))
    return read_task_list([Book("要点.txt", "text", lines=lines)])


def table(said: str, merges: tuple[Area, ...] = ()) -> Read:
    rows = tuple(tuple[Value, ...](cell or None for cell in row) for row in parse_table(said))
    return read_task_list([Book("清单.xlsx", "xlsx", (Sheet("表", rows, merges),))])


def offices(read: Read) -> list[tuple[object, ...]]:
    return [(t.title, t.lead_offices, t.supporting_offices) for t in read[0].tasks]


def dues(read: Read) -> list[list[str]]:
    return [[str(m.due) for m in t.milestones] for t in read[0].tasks]


# ---------------------------------------------------------------- prose


CARDS = """
云溪县2024年民生实事推进卡
项目名称：改造管网
建设内容：改造供水管网12公里。
其中城区8公里。
牵头单位：县住建局
配合单位：县财政局、县水利局
完成时限：10月底前
{between}
项目名称：新建幼儿园
建设内容：新建幼儿园2所。
牵头单位：县教育局
完成时限：8月31日前
"""


@pytest.mark.parametrize("between", ["", "项目二", "第2号"])
@pytest.mark.parametrize("style", ["{}：", "【{}】", "{}:", "（二）{}："])
def test_cards_may_be_lines_of_labels(between: str, style: str) -> None:
    said = CARDS.format(between=between)
    for label in ("项目名称", "建设内容", "牵头单位", "配合单位", "完成时限"):
        said = said.replace(f"{label}：", style.format(label))
    read = text(said)
    assert offices(read) == [
        ("改造管网", ("县住建局",), ("县财政局", "县水利局")),
        ("新建幼儿园", ("县教育局",), ()),
    ]
    assert dues(read) == [["2024-10-31"], ["2024-08-31"]]
    assert read[0].tasks[0].content == "改造供水管网12公里。\n其中城区8公里。"
    assert next(t.place.row for t in read[0].tasks if t.place) == 2
    assert read[0].title == "云溪县2024年民生实事推进卡"


@pytest.mark.parametrize("mark", ["", "● ", "—", "■"])
def test_a_list_without_numbers_is_known_by_who_answers(mark: str) -> None:
    read = text(
        "云溪县2024年重点工作任务分解\n一、生态\n"
        f"{mark}修复堤防12公里。（责任单位：县水利局；完成时限：6月底前）\n"
        f"{mark}建成公园3个，方便群众。\n牵头单位：县住建局，配合单位：县财政局\n二、民生\n"
        f"{mark}推进改厕。县农业农村局负责，9月底前完成。\n"
    )
    assert offices(read) == [
        ("修复堤防12公里", ("县水利局",), ()),
        ("建成公园3个，方便群众", ("县住建局",), ("县财政局",)),
        ("推进改厕", ("县农业农村局",), ()),
    ]
    assert [task.section for task in read[0].tasks] == ["一、生态", "一、生态", "二、民生"]
    assert [task.number for task in read[0].tasks] == [None] * 3


def test_a_number_in_a_line_of_its_own_counts_the_next() -> None:
    read = text(
        "2024年重点工作任务分解\n任务1\n修复堤防。\n责任单位：县水利局\n"
        "任务2：\n建成公园。\n责任单位：县住建局\n"
    )
    assert [(t.number, t.title) for t in read[0].tasks] == [("1", "修复堤防"), ("2", "建成公园")]


@pytest.mark.parametrize(
    "said",
    [
        "1.修复堤防。责任单位：县水利局，6月底前完成。",
        "1.修复堤防。（县水利局牵头，6月底前完成）",
        "修复堤防。责任单位：县水利局；完成时限：6月底前",
    ],
)
def test_a_single_task_with_an_office_is_a_list(said: str) -> None:
    read = text(f"关于做好2024年防汛工作的通知\n{said}")
    assert offices(read) == [("修复堤防", ("县水利局",), ())]
    assert dues(read) == [["2024-06-30"]]


@pytest.mark.parametrize(
    "said",
    [
        "1.会议时间：3月5日。\n2.会议地点：三楼会议室。",
        "1.请各单位报送材料。（办公室）",
        "请各单位于3月5日前报送材料。\n办公室\n2024年3月1日",
    ],
)
def test_a_notice_is_still_no_list(said: str) -> None:
    assert text(f"关于召开2024年会议的通知\n{said}")[0].tasks == ()


# ---------------------------------------------------------------- who answers


@pytest.mark.parametrize(
    ("said", "lead", "supporting", "due"),
    [
        ("县水利局负责，县财政局保障资金，5月15日前完成", "县水利局", "县财政局", "5月15日前完成"),
        ("由县统计局组织，各乡镇配合", "县统计局", "各乡镇", ""),
        ("县交通局牵头，县公安局做好交通疏导", "县交通局", "县公安局", ""),
        ("责成县住建局负责整改，限5月31日前完成", "县住建局", "", "限5月31日前完成"),
        ("县水利局会同县财政局研究提出方案", "县水利局", "县财政局", ""),
        ("请县教育局牵头，会同县交通局、县公安局", "县教育局", "县交通局、县公安局", ""),
        ("县住建局（主）、县财政局（配）", "县住建局", "县财政局", ""),
        ("★县农业农村局、各乡镇", "县农业农村局", "各乡镇", ""),
    ],
)
def test_a_cell_says_who_leads_and_who_helps(
    said: str, lead: str, supporting: str, due: str
) -> None:
    read = table(
        "| 2024年重点任务分解 | | |\n| 序号 | 任务 | 责任单位 |\n"
        f"| 1 | 建成水厂 | {said} |\n| 2 | 办好学校 | 县教育局 |"
    )
    first = read[0].tasks[0]
    assert (first.lead_offices, "、".join(first.supporting_offices)) == ((lead,), supporting)
    duty = read_duty(said, sure=True)
    assert duty is not None
    assert duty.dues == ((due,) if due else ())


def test_what_a_helper_does_stays_readable() -> None:
    said = "建成水厂。县水利局负责，县财政局保障资金，5月15日前完成。"
    rest, duties = take_duties(said)
    assert (rest, duties[0].acts) == (said, True)
    rest, duties = take_duties("建成水厂。县水利局负责，县财政局配合，5月15日前完成。")
    assert (rest, duties[0].acts) == ("建成水厂。", False)
    read = table(
        "| 2024年重点任务分解 | | |\n| 序号 | 任务 | 责任单位 |\n"
        "| 1 | 建成水厂 | 县水利局负责，县财政局保障资金 |\n| 2 | 办好学校 | 县教育局 |"
    )
    assert read[0].tasks[0].remarks == ("县水利局负责，县财政局保障资金",)
    assert read[0].tasks[1].remarks == ()


@pytest.mark.parametrize("name", ["市委组织部", "县政府督查室", "支持中心", "市审核中心"])
def test_a_verb_within_a_name_is_of_the_name(name: str) -> None:
    duty = read_duty(f"县财政局牵头，{name}")
    assert duty is not None
    assert duty.supporting == (name,)
    assert not duty.acts


def test_labels_in_brackets_are_labels() -> None:
    assert unfold_labels("【完成时限】6月 〔责任单位〕甲局") == "完成时限：6月 责任单位：甲局"
    assert unfold_labels("【完成时限】：6月") == "完成时限：6月"
    assert unfold_labels("【重点任务】建成水厂") in ("重点任务：建成水厂", "【重点任务】建成水厂")
    assert unfold_labels("【2024】号") == "【2024】号"


# ---------------------------------------------------------------- tables


@pytest.mark.parametrize(
    "said", ["立行立改", "即知即改", "长期坚持", "常态化", "持续推进", "边查边改"]
)
def test_a_due_cell_without_a_day_is_not_doubted(said: str) -> None:
    read = table(
        "| 2024年整改台账 | | | |\n| 序号 | 任务 | 责任单位 | 整改时限 |\n"
        f"| 1 | 规范收费 | 县发改局 | {said} |\n| 2 | 改造管网 | 县住建局 | 6月底前 |"
    )
    assert dues(read) == [["None"], ["2024-06-30"]]
    assert is_recurring(read[0].tasks[0].milestones[0].vague)
    assert not [finding for finding in read[1] if finding.code == "M105"]


def test_a_sentence_that_mentions_it_has_no_due() -> None:
    assert find_due("坚持立行立改，推动问题全部整改到位", 2024) is None
    assert find_due("立行立改，6月底前完成", 2024).due is not None  # type: ignore[union-attr]


def test_measures_in_a_cell_are_steps_only_with_days() -> None:
    read = table(
        "| 2024年巡察整改台账 | | | | |\n| 序号 | 反馈问题 | 整改措施 | 责任单位 | 整改时限 |\n"
        "| 1 | 学习不深 | 1.按季制定安排；2.每季度开展研讨。 | 办公室 | 10月底前 |\n"
        "| 2 | 管护不力 | 1.3月底前厘清责任；2.9月底前落实经费。 | 水管站 | 9月底前 |"
    )
    assert dues(read) == [["2024-10-31"], ["2024-03-31", "2024-09-30"]]
    assert read[0].tasks[0].milestones[0].text == "学习不深"
    assert read[0].tasks[0].content == "1.按季制定安排；2.每季度开展研讨。"


def test_targets_by_quarter_stand_without_the_one_of_the_year() -> None:
    merges = (Area(3, 1, 4, 1), Area(3, 2, 4, 2), Area(3, 3, 4, 3), Area(3, 6, 4, 6))
    merges += (Area(5, 1, 6, 1), Area(5, 2, 6, 2), Area(5, 3, 6, 3), Area(5, 6, 6, 6))
    read = table(
        "| 2024年季度目标分解表 | | | | | |\n"
        "| 序号 | 重点任务 | 年度目标 | 季度 | 季度目标 | 责任部门 |\n"
        "| 1 | 更新管网 | 改造45公里 | 一季度 | 完成招标 | 工程部 |\n"
        "| | | | 二季度 | 改造15公里 | |\n"
        "| 2 | 整合配送 | 建成3座 | 一季度 | 出台方案 | 营销部 |\n"
        "| | | | 四季度 | 全部建成 | |\n"
        "| 批准： | | | 审核： | 编制： | |",
        merges,
    )
    assert [t.content for t in read[0].tasks] == ["改造45公里", "建成3座"]
    assert [[(m.text, str(m.due)) for m in t.milestones] for t in read[0].tasks] == [
        [("完成招标", "2024-03-31"), ("改造15公里", "2024-06-30")],
        [("出台方案", "2024-03-31"), ("全部建成", "2024-12-31")],
    ]


def test_ticks_under_months_say_until_when() -> None:
    read = table(
        "| 2024年工作计划 | | | | | |\n| 序号 | 工作内容 | 责任科室 | 1月 | 2月 | 3月 |\n"
        "| 1 | 制定方案 | 规划科 | √ | | |\n| 2 | 开展培训 | 人事科 | | ● | ● |"
    )
    assert dues(read) == [["2024-01-31"], ["2024-03-31"]]
    assert [t.milestones[0].text for t in read[0].tasks] == ["制定方案", "开展培训"]
    assert not [finding for finding in read[1] if "没有读入" in finding.message]


def test_next_steps_and_sums_of_money_are_not_what_is_to_be_done() -> None:
    read = table(
        "| 2024年督办台账 | | | | | |\n"
        "| 序号 | 督办事项 | 牵头单位 | 计划投资 | 办结时限 | 下步打算 |\n"
        "| 1 | 出台措施 | 市发改委 | 约3000万元 | 6月底前 | 6月中旬提请审议 |\n"
        "| 2 | 化解问题 | 市住建局 | 6200万元 | 9月底前 | 继续协商 |"
    )
    assert [t.content for t in read[0].tasks] == ["", ""]
    assert dues(read) == [["2024-06-30"], ["2024-09-30"]]
    assert sum("计划投资" in finding.message for finding in read[1]) == 1


def test_a_number_in_the_name_may_stand_before_a_year() -> None:
    read = table(
        "| 2025年重点工作责任分解表 | | |\n| 重点工作 | 责任股室 | 完成时限 |\n"
        "| 1.创建卫生乡镇 | 爱卫办 | 10月底 |\n| 2.2025年6月底前完成改造 | 规财股 | |\n"
        "| 3.5月底前培训医师 | 医政股 | |"
    )
    assert [(t.number, t.title) for t in read[0].tasks] == [
        ("1", "创建卫生乡镇"),
        ("2", "2025年6月底前完成改造"),
        ("3", "5月底前培训医师"),
    ]


def test_headers_that_nobody_knows_are_judged_by_their_words_too() -> None:
    read = table(
        "| 2025年度重点任务清单 | | | | |\n| 条目 | 干什么 | 谁来干 | 啥时候 | 盯办领导 |\n"
        "| 1 | 编制全县交通规划 | 规划科 | 3月底 | 方以诺 |\n"
        "| 2 | 修订绩效考核办法 | 人事科 | 6月底 | 苏蔓青 |\n"
        "| 3 | 开展安全生产检查 | 安监科 | 9月底 | 方以诺 |"
    )
    assert [(t.leader, t.persons) for t in read[0].tasks] == [
        ("方以诺", ()),
        ("苏蔓青", ()),
        ("方以诺", ()),
    ]


@pytest.mark.parametrize("said", ["民生实事", "民生\\n实事"])
def test_a_word_for_a_group_names_the_task_where_no_other_does(said: str) -> None:
    read = table(
        f"| 2024年民生实事分解表 | | | |\n| 序号 | {said} | 责任单位 | 完成时限 |\n"
        "| 1 | 改造供水管网 | 县水利局\\n县城投公司 | 5月底前动工 |\n"
        "| 2 | 新建公园1处 | 县住建局 | 9月投入使用 |"
    )
    assert offices(read) == [
        ("改造供水管网", ("县水利局",), ("县城投公司",)),
        ("新建公园1处", ("县住建局",), ()),
    ]
    assert dues(read) == [["2024-05-31"], ["2024-09-30"]]
    grouped = table(
        "| 2024年民生实事分解表 | | | | |\n"
        f"| 序号 | {said} | 工作任务 | 责任单位 | 完成时限 |\n"
        "| 1 | 一、供水 | 改造供水管网 | 县水利局 | 5月底前 |\n"
        "| 2 | 二、公园 | 新建公园1处 | 县住建局 | 9月底前 |"
    )
    assert [(t.section, t.title) for t in grouped[0].tasks] == [
        ("一、供水", "改造供水管网"),
        ("二、公园", "新建公园1处"),
    ]


@pytest.mark.parametrize(
    ("lead", "supporting"),
    [
        ("起 草 司 局", "会 签 司 局"),
        ("起草处室", "会签处室"),
        ("责任司局", "配合司局"),
        ("起草单位", "会签单位"),
    ],
)
def test_who_drafts_leads_and_who_signs_too_supports(lead: str, supporting: str) -> None:
    read = table(
        "| 2024年立法工作计划 | | | | |\n"
        f"| 序 号 | 项 目 名 称 | {lead} | {supporting} | 计划送审时间 |\n"
        "| 1 | 储备管理办法 | 法规司 | 财务司、物资司 | 2024年6月底前 |\n"
        "| 2 | 统计调查制度 | 规划司 | | 5月 |"
    )
    assert offices(read) == [
        ("储备管理办法", ("法规司",), ("财务司", "物资司")),
        ("统计调查制度", ("规划司",), ()),
    ]


@pytest.mark.parametrize("colon", ["：", ":", "： "])
@pytest.mark.parametrize("header", ["时间节点", "完成时限"])
def test_dated_lines_in_a_due_cell_are_milestones(header: str, colon: str) -> None:
    read = table(
        f"| 2024年折子工程 | | | |\n| 序号 | 工作任务 | {header} | 主责单位 |\n"
        f"| 1 | 改造站点 | 3月底前{colon}完成设计；\\n第三季度{colon}完成主体\\n和附属工程。 | 住建委 |\n"
        f"| 2 | 建设步道 | 12月底前{colon}建成开放。 | 园林局 |\n"
        "| 3 | 修订办法 | 10月底前 | 法规科 |\n| 4 | 清理库房 | 6月底前：\\n全部 | 办公室 |"
    )
    assert dues(read) == [
        ["2024-03-31", "2024-09-30"],
        ["2024-12-31"],
        ["2024-10-31"],
        ["2024-06-30"],
    ]
    first, second, third, _ = read[0].tasks
    assert [squeeze(m.text) for m in first.milestones] == [
        "3月底前:完成设计;",
        "第三季度:完成主体和附属工程。",
    ]
    assert squeeze(second.milestones[0].text) == "12月底前:建成开放。"
    assert third.milestones[0].text == "修订办法"


@pytest.mark.parametrize(
    "cell",
    [
        "3月底前完成设计；\\n10月底前完成主体。",
        "3月底前：完成设计；10月底前：完成主体。",
        "1—3月：完成设计\\n4—10月：完成主体",
        "1.3月底前完成设计；\\n2.10月底前完成主体",
        "2024年3月底之前，设计\\n2024年10月底之前，施工",
    ],
)
def test_each_date_with_what_is_done_by_then_is_a_milestone(cell: str) -> None:
    read = table(
        "| 2024年折子工程 | | | |\n| 序号 | 工作任务 | 时间节点 | 主责单位 |\n"
        f"| 1 | 改造站点 | {cell} | 住建委 |\n| 2 | 建设步道 | 12月底前 | 园林局 |"
    )
    assert dues(read) == [["2024-03-31", "2024-10-31"], ["2024-12-31"]]
    assert all("设计" in m.text for t in read[0].tasks[:1] for m in t.milestones[:1])


@pytest.mark.parametrize(
    "cell", ["9月投入使用", "6月底之前\\n9月底之前", "第二季度末\\n第三季度末", "9月底前完成"]
)
def test_dates_alone_are_no_texts_of_milestones(cell: str) -> None:
    read = table(
        "| 2024年折子工程 | | | |\n| 序号 | 工作任务 | 时间节点 | 主责单位 |\n"
        f"| 1 | 改造站点 | {cell} | 住建委 |\n| 2 | 建设步道 | 12月底前 | 园林局 |"
    )
    assert [(m.text, str(m.due)) for m in read[0].tasks[0].milestones] == [
        ("改造站点", "2024-09-30")
    ]


def test_a_due_merged_over_several_tasks_is_that_of_each() -> None:
    read = table(
        "| 2023年工作安排 | | | |\n| 完成时间 | 序号 | 工作任务 | 责任股室 |\n"
        "| 2月底前 | 1 | 制定方案 | 办公室 |\n| | 2 | 召开会议 | 人事股 |\n"
        "| 6月底前 | 3 | 建设中心 | 科技股 |\n| | 4 | 开展抽检 | 监管股 |\n"
        "| | 5 | 编制计划 | 财务股 |",
        (Area(3, 1, 4, 1), Area(5, 1, 6, 1)),
    )
    assert dues(read) == [["2023-02-28"], ["2023-02-28"], ["2023-06-30"], ["2023-06-30"], []]
    assert [m.text for t in read[0].tasks for m in t.milestones] == [
        *("制定方案", "召开会议", "建设中心", "开展抽检"),
    ]


def test_of_work_and_target_the_work_is_the_name() -> None:
    read = table(
        "| 2024年时序进度表 | | | | | |\n"
        "| 序号 | 重点工作 | 目标任务 | 时序进度 | | 牵头科室 |\n"
        "| | | | 上半年 | 下半年 | |\n"
        "| 1 | 迎接评审 | 通过现场评审 | 完成自评 | 通过评审 | 医务部 |\n"
        "| 2 | 提升满意度 | 不低于92分 | 开展测评 | — | 门诊部 |",
        (*(Area(2, n, 3, n) for n in (1, 2, 3, 6)), Area(2, 4, 2, 5)),
    )
    assert [(t.title, t.content) for t in read[0].tasks] == [
        ("迎接评审", "通过现场评审"),
        ("提升满意度", "不低于92分"),
    ]
    assert dues(read) == [["2024-06-30", "2024-12-31"], ["2024-06-30"]]


@pytest.mark.parametrize("foot", ["填报：督查室", "填报单位：督查室", "填表：王芳"])
def test_who_filled_in_the_list_is_no_task(foot: str) -> None:
    read = table(
        "| 2024年督办台账 | | | |\n| 编号 | 督办事项 | 主办部门 | 办结时限 |\n"
        "| D-1 | 修订办法 | 法务部 | 6月底前 |\n| D-2 | 排查隐患 | 安全部 | 9月底前 |\n"
        f"| {foot} | | | 审核： |"
    )
    assert [t.number for t in read[0].tasks] == ["D-1", "D-2"]


@pytest.mark.parametrize("sign", ["▲", "●", "◆ ", "■"])
def test_short_lines_behind_a_sign_head_the_numbered_tasks(sign: str) -> None:
    read = text(
        f"云溪镇2025年重点工作责任清单\n{sign}乡村战线\n1、秸秆禁烧\n牵头站所：农业中心\n"
        f"完成时限：10月底前\n2、整治撂荒地\n牵头站所：自然资源所\n{sign}治理战线\n"
        "3、化解积案\n牵头站所：综治中心\n备注：领导变动的，由接任同志负责。"
    )
    assert [(t.section, t.number, t.title, t.content) for t in read[0].tasks] == [
        ("乡村战线", "1", "秸秆禁烧", ""),
        ("乡村战线", "2", "整治撂荒地", ""),
        ("治理战线", "3", "化解积案", ""),
    ]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("▲加强巡查\n牵头站所：农业中心", "▲摸清底数\n牵头站所：自然资源所"),
        (
            "牵头站所：农业中心\n▲工作措施\n（1）巡查。\n（2）整改。",
            "牵头站所：自然资源所\n▲工作措施\n（1）摸底。\n（2）整治。",
        ),
    ],
)
def test_a_sign_before_what_belongs_to_a_task_heads_nothing(first: str, second: str) -> None:
    read = text(f"2025年重点工作责任清单\n1、秸秆禁烧\n{first}\n2、整治撂荒地\n{second}\n")
    assert [(t.section, t.title) for t in read[0].tasks] == [
        (None, "秸秆禁烧"),
        (None, "整治撂荒地"),
    ]


def test_a_heading_may_begin_with_a_year() -> None:
    read = text(
        "云溪区重点任务分解方案\n一、2023年主要预期目标\n1.生产总值增长7%\n责任单位：区发改局\n"
        "2.投资增长10%\n责任单位：区统计局\n二、项目建设\n3.招商引资\n责任单位：区招商局\n"
    )
    assert [t.section for t in read[0].tasks] == [
        *["一、2023年主要预期目标"] * 2,
        "二、项目建设",
    ]


JOINED = (
    "| 2025年整改台账 | | | | |\n| 序号 | 整改任务 | 牵头单位 | 配合单位 | 完成时限 |\n"
    "| 1 | 建成平台 | {name} | 信息中心 | 6月底 |\n| 2 | 制定办法 | 人事处 | {name}、工会 | 9月底 |\n"
    "| 3 | 修订规程 | {third} | 教务处 | 9月底 |"
)


@pytest.mark.parametrize(
    ("name", "third", "parts"),
    [
        ("实验室与设备管理处", "人事处", 1),
        ("发展规划处与学科办公室", "工会", 1),
        ("实验室与设备管理处", "实验室", 2),  # one of them stands alone: they are two
        ("县财政局与县审计局", "人事处", 2),
        ("县财政局和县审计局", "人事处", 2),
    ],
)
def test_a_name_with_and_in_it_is_one_where_the_list_shows_so(
    name: str, third: str, parts: int
) -> None:
    first, second, _ = table(JOINED.format(name=name, third=third))[0].tasks
    assert len(first.lead_offices) + len(first.supporting_offices) == parts + 1
    assert len(second.supporting_offices) == parts + 1
    assert (first.lead_offices == (name,)) == (parts == 1)
