"""Which rows are a header, which column is what; what is assumed is said."""

from dataclasses import replace
from datetime import date

import pytest

from taskxl.intake.grids import Area, Book, CellError, Line, Sheet, Value
from taskxl.master.reading.header import Grid, read_header_word
from taskxl.master.reading.list_columns import find_header
from taskxl.master.reading.task_list import read_task_list
from taskxl.model import Person, Task
from tests.support import make_book, parse_table


def columns(table: str) -> dict[str, list[int]]:
    """The columns (from 1) of each field of the first header in a table."""
    rows = tuple(tuple[Value, ...](row) for row in parse_table(table))
    header = find_header(Grid(Sheet("表", rows)), 1)
    assert header is not None
    found: dict[str, list[int]] = {}
    for column in header.columns:
        found.setdefault(column.field, []).append(column.index)
    return found


@pytest.mark.parametrize(
    ("word", "field"),
    [
        ("序\n号", "number"),
        ("市折子号", "number"),
        ("目标与任务", "title"),
        ("民生事项名称", "title"),
        ("主要内容和关键时间节点计划", "content"),
        ("年度任务及目标", "content"),
        ("要求完成时间", "due"),
        ("办理时限", "due"),
        ("牵头责任单位", "lead"),
        ("主办科室", "lead"),
        ("配合单位或部门", "supporting"),
        ("会办单位", "supporting"),
        ("责任处室（单位）", "responsible"),
        ("具体负责科室", "responsible"),
        ("分管县领导", "leader"),
        ("包联局领导", "leader"),
        ("责 任 人", "person"),
        ("任务来源", "remarks"),
        ("目前进展情况", "progress"),
    ],
)
def test_words_seen_in_the_wild(word: str, field: str) -> None:
    found = read_header_word(word)
    assert found is not None
    assert found[0] == field


@pytest.mark.parametrize("text", ["", "12", "办公室", "召开全市教育大会。", "云溪县" * 20])
def test_what_is_no_header(text: str) -> None:
    assert read_header_word(text) is None


def test_one_responsible_column_or_one_beside_a_leading_one() -> None:
    assert columns("| 序号 | 任务名称 | 责任单位 |")["responsible"] == [3]
    found = columns("| 序号 | 任务名称 | 责任单位 | 牵头单位 |")
    assert (found["lead"], found["supporting"]) == ([4], [3])
    found = columns("| 序号 | 任务名称 | 责任单位 | 配合单位 |")
    assert (found["lead"], found["supporting"]) == ([3], [4])


def test_two_columns_that_may_name_the_task() -> None:
    table = "| 序号 | 工作内容 | 项目名称 | 责任单位 |\n| 1 | 甲 | 乙 | 丙 |"
    assert columns(table)["title"] == [3]
    assert columns(table)["content"] == [2]
    sparse = """
        | 重点任务 | 序号 | 工作事项 | 责任单位 |
        | 党建 | 1 | 学习 | 办公室 |
        | | 2 | 检查 | 办公室 |
    """
    assert columns(sparse)["section"] == [1]
    assert columns(sparse)["title"] == [3]


def tasks_of(table: str) -> tuple[Task, ...]:
    return read_task_list([make_book("清单.xlsx", 表=table)])[0].tasks


def test_an_unknown_header_is_understood_by_its_cells_and_said() -> None:
    table = """
        | 2021年重点任务 | | | | |
        | 序号 | 任务名称 | 由谁来做 | 找谁 | 何时做成 |
        | 1 | 建设学校 | 计财股、办公室 | 吴桐、周小川 | 6月底前 |
        | 2 | 建设幼儿园 | 办公室 | 周小川 | 12月10日 |
    """
    task_list, findings = read_task_list([make_book("清单.xlsx", 表=table)])
    one, two = task_list.tasks
    assert (one.lead_offices, one.supporting_offices) == (("计财股",), ("办公室",))
    assert [person.name for person in two.persons] == ["周小川"]
    assert one.milestones[0].due is not None
    said = {f.cell: f.message for f in findings if f.code == "M108"}
    assert set(said) == {"C2"}  # one line for the whole header
    for named in ("“由谁来做”读作责任股室", "“找谁”读作责任人", "“何时做成”读作完成时限"):
        assert named in said["C2"]


def test_a_header_without_a_known_word_is_guessed_and_said() -> None:
    table = """
        | 2021年重点任务 | | | |
        | 项次 | 要做的事 | 由谁来做 | 何时做成 |
        | 1 | 建设城南学校 | 计财股 | 6月底前 |
        | 2 | 建设城北幼儿园 | 办公室 | 12月10日 |
        | 3 | 修缮校舍围墙 | 计财股 | 9月底前 |
    """
    task_list, findings = read_task_list([make_book("清单.xlsx", 表=table)])
    assert [(t.number, t.title, t.lead_offices) for t in task_list.tasks] == [
        ("1", "建设城南学校", ("计财股",)),
        ("2", "建设城北幼儿园", ("办公室",)),
        ("3", "修缮校舍围墙", ("计财股",)),
    ]
    assert any(f.code == "M108" and "推定" in f.message for f in findings)


def test_a_table_that_only_counts_is_not_guessed_to_be_a_list() -> None:
    table = "| 名单 | | |\n| 项次 | 物品 | 存放 |\n" + "".join(
        f"| {n} | 办公用品第{n}箱 | 办公室 |\n" for n in range(1, 6)
    )
    assert read_task_list([make_book("物品.xlsx", 表=table)])[0].tasks == ()


def test_cells_that_show_nothing_are_said() -> None:
    rows: list[list[Value]] = [
        ["2021年任务清单", None, None],
        ["序号", "任务名称", "责任股室"],
        [1.0, "建校", "计财股"],
        [2.0, CellError("#REF!"), "计财股"],
        [None, "藏在下面", CellError("")],
    ]
    merges = (Area(4, 2, 5, 2), Area(4, 1, 5, 1))
    book = Book("清单.xlsx", "xlsx", (Sheet("表", tuple(map(tuple, rows)), merges),))
    task_list, findings = read_task_list([book])
    assert [(task.number, task.title) for task in task_list.tasks] == [("1", "建校"), ("2", None)]
    said = {f.cell: f.message for f in findings if f.code == "M109"}
    assert "#REF!" in said["B4"]
    assert "藏在下面" in said["B5"]
    assert "没有结果的公式" in said["C5"]


def test_a_table_divided_by_a_page_break_goes_on() -> None:
    first = "| 序号 | 任务名称 | 主要内容 | 责任股室 |\n| 1 | 建校 | 一是3月底前立项。 | 计财股 |"
    rest = "| | | 二是6月底前开工。 | |\n| 2 | 建园 | 一是9月底前开工。 | 办公室 |"
    header = first.split("\n")[0]
    for second in (rest, f"{header}\n{rest}"):
        sheets = tuple(
            Sheet(f"表{n}", tuple(tuple[Value, ...](row) for row in parse_table(table)), line=n + 1)
            for n, table in enumerate((first, second), 1)
        )
        lines = (Line(1, "2021年重点任务"), Line(2, "- 1 -"))
        task_list, _ = read_task_list([Book("清单.docx", "docx", sheets, lines)])
        assert [task.number for task in task_list.tasks] == ["1", "2"]
        assert [len(task.milestones) for task in task_list.tasks] == [2, 1]


def test_a_table_saved_as_text_with_tabs() -> None:
    text = (
        "2023年重点任务\n序号\t工作任务\t节点计划\t完成时间\n1\t建校\t(1) 立项。\t3月31日\n"
        "(2) 开工。\t6月30日\n2\t建园\t(1) 开工。\t9月30日"
    )
    lines = tuple(Line(n, line) for n, line in enumerate(text.split("\n"), 1))
    task_list, _ = read_task_list([Book("清单.txt", "text", lines=lines)])
    assert [(t.number, len(t.milestones), t.place and t.place.row) for t in task_list.tasks] == [
        ("1", 2, 3),
        ("2", 1, 5),
    ]


def test_a_table_whose_cells_were_lost_is_said_and_not_guessed() -> None:
    text = "2023年重点任务\n序号\n任务名称\n责任股室\n备注\n1\n建校\n计财股\n"
    lines = tuple(Line(n, line) for n, line in enumerate(text.split("\n"), 1))
    task_list, findings = read_task_list([Book("清单.txt", "text", lines=lines)])
    assert task_list.tasks == ()
    assert [finding.code for finding in findings] == ["M108"]


@pytest.mark.parametrize(
    "row",
    ["| 一 | 党的建设 | | |", "| 一、党的建设 | | | |", "| | 一、党的建设 | | |"],
)
def test_section_rows_merged_or_not(row: str) -> None:
    table = f"""
        | 2021年重点任务 | | | |
        | 序号 | 任务名称 | 责任股室 | 备注 |
        {row}
        | 1 | 加强学习 | 办公室 | |
        | 2 | 开展检查 | 办公室 | |
    """
    assert [task.section for task in tasks_of(table)] == ["一、党的建设"] * 2
    assert [task.number for task in tasks_of(table)] == ["1", "2"]


def test_five_thousand_tasks_are_read_in_linear_time() -> None:
    """Counted in calls and not in seconds, which a busy machine would make a lottery of."""
    import cProfile
    import pstats

    def calls(size: int) -> int:
        rows: list[tuple[Value, ...]] = [("序号", "任务名称", "节点计划", "责任股室")]
        for n in range(1, size + 1):
            rows.append((float(n), f"任务{n}", "(1) 3月底前立项。", f"{n % 40}号股"))
            rows.append((None, None, "(2) 6月底前开工。", None))
        book = Book("2021年任务.xlsx", "xlsx", (Sheet("表", tuple(rows)),))
        profile = cProfile.Profile()
        task_list, _ = profile.runcall(read_task_list, [book])
        assert len(task_list.tasks) == size
        return int(pstats.Stats(profile).total_calls)  # type: ignore[attr-defined]

    assert calls(400) < 2.3 * calls(200)


# ---------------------------------------------------------------- habits of other bureaus


def test_the_lowest_words_of_a_header_say_what_a_column_is() -> None:
    table = """
        | 2021年重点工作任务清单 | | | | | | |
        | 序号 | 工作任务 | | 进度安排 | | 责任分工 | |
        | | 名称 | 内容 | 时间节点 | 完成目标 | 牵头股室 | 配合股室 |
        | 1 | 思政课建设 | 打造精品课 | 6月底 | 遴选20节 | 基教股 | 教研室 |
        | | | | 11月底 | 展示交流 | | |
        | 2 | 智慧校园 | 建设平台 | 10月底 | 上线 | 信息中心 | |
    """
    one, two = tasks_of(table)
    assert (one.title, one.content) == ("思政课建设", "打造精品课")
    assert [(m.text, m.due) for m in one.milestones] == [
        ("遴选20节", date(2021, 6, 30)),
        ("展示交流", date(2021, 11, 30)),
    ]
    assert (one.lead_offices, one.supporting_offices) == (("基教股",), ("教研室",))
    assert [m.text for m in two.milestones] == ["上线"]


def test_columns_that_are_called_by_a_due_phrase_hold_milestones() -> None:
    table = """
        | 2021年重点任务推进表 | | | | | |
        | 序号 | 工作任务 | 一季度 | 二季度 | 下半年 | 牵头单位 |
        | 1 | 校舍维修 | 完成摸底 | 完成招标 | 完工 | 计财股 |
        | 2 | 教师招聘 | 发布公告 | √ | | 人事股 |
    """
    task_list, findings = read_task_list([make_book("清单.xlsx", 表=table)])
    one, two = task_list.tasks
    assert [(m.text, m.due) for m in one.milestones] == [
        ("完成摸底", date(2021, 3, 31)),
        ("完成招标", date(2021, 6, 30)),
        ("完工", date(2021, 12, 31)),
    ]
    assert [m.text for m in two.milestones] == ["发布公告"]
    assert [f.cell for f in findings if f.code == "M108"] == ["C2"]
    assert [f.cell for f in findings if f.code == "M109"] == ["D4"]  # a tick is no milestone


def test_a_title_repeated_on_each_page_is_no_section() -> None:
    table = """
        | 2021年重点任务清单 | | |
        | 序号 | 任务名称 | 责任股室 |
        | 陈一鸣同志负责项目 | | |
        | 1 | 建校 | 计财股 |
        | 第1页 | | |
        | 2021年重点任务清单 | | |
        | 序号 | 任务名称 | 责任股室 |
        | 2 | 建园 | 计财股 |
    """
    assert [task.section for task in tasks_of(table)] == ["陈一鸣同志负责项目"] * 2


def test_notes_of_several_lines_and_lines_to_sign_are_no_tasks() -> None:
    table = """
        | 2021年重点任务清单 | | |
        | 序号 | 任务名称 | 责任股室 |
        | 1 | 建校 | 计财股 |
        | 注：1.本表一式两份。 | | |
        | 2.请于25日前报送。 | | |
        | 分管领导签字： | 审核： | 制表：吴桐 |
    """
    task_list, findings = read_task_list([make_book("清单.xlsx", 表=table)])
    assert [task.number for task in task_list.tasks] == ["1"]
    assert [f.cell for f in findings if f.code == "M112"] == ["A4", "A5", "A6"]


def test_a_number_before_the_name_is_the_number_where_no_column_has_it() -> None:
    table = """
        | 2021年工作要点任务分解 | | |
        | 工作内容 | 责任科室 | 完成时间 |
        | 1.推进集团化办学。 | 普教科 | 6月底 |
        | 2.加强师德建设。 | 人事科 | 9月底 |
    """
    task_list, findings = read_task_list([make_book("清单.xlsx", 表=table)])
    assert [(t.number, t.title) for t in task_list.tasks] == [
        ("1", "推进集团化办学。"),
        ("2", "加强师德建设。"),
    ]
    assert not {f.code for f in findings} & {"M103", "M106"}


def test_sections_numbered_in_chinese_between_tasks_numbered_with_marks() -> None:
    table = """
        | 2021年重点任务 | | |
        | 编号 | 事项 | 主办科室 |
        | 一、 | 学前教育 | |
        | 1、 | 扩大资源 | 学前科 |
        | 二、 | 义务教育 | |
        | 2、 | 均衡发展 | 基教科 |
    """
    assert [(t.number, t.section) for t in tasks_of(table)] == [
        ("1", "一、学前教育"),
        ("2", "二、义务教育"),
    ]


def test_persons_beside_their_offices_and_posts_beside_leaders() -> None:
    table = """
        | 2021年重点任务 | | | | |
        | 序号 | 任务名称 | 牵头领导 | 责任股室及责任人 | 联系人及电话 |
        | 1 | 建校 | 局长：马骏 | 办公室（周小川）、计财股（吴桐） | |
        | 2 | 建园 | 高翔副局长 | 人事股：郑一 | 林峰 0712-3456789 |
    """
    one, two = tasks_of(table)
    assert (one.leader, two.leader) == ("马骏", "高翔")
    assert (one.lead_offices, one.supporting_offices) == (("办公室",), ("计财股",))
    assert one.persons == (Person("周小川", "办公室"), Person("吴桐", "计财股"))
    assert (two.lead_offices, two.persons[0]) == (("人事股",), Person("郑一", "人事股"))


def test_a_due_date_in_brackets_after_the_name() -> None:
    table = """
        | 2021年重点任务 | | |
        | 序号 | 任务名称 | 责任股室 |
        | 1 | 修订考核办法（3月底前） | 人事股 |
        | 2 | 召开大会（含表彰） | 办公室 |
    """
    one, two = tasks_of(table)
    assert [(m.text, m.due) for m in one.milestones] == [
        ("修订考核办法（3月底前）", date(2021, 3, 31))
    ]
    assert two.milestones == ()


def test_names_broken_over_two_lines_are_joined_and_said() -> None:
    table = """
        | 2021年重点任务 | | | |
        | 序号 | 任务名称 | 牵头单位 | 配合单位 |
        | 1 | 建校 | 职成教处高\\n教处 | |
        | 2 | 建园 | 职成教处 | 教育装备\\n中心 |
        | 3 | 建馆 | 高教处 | |
    """
    task_list, findings = read_task_list([make_book("清单.xlsx", 表=table)])
    assert task_list.tasks[0].lead_offices == ("职成教处", "高教处")
    assert task_list.tasks[1].supporting_offices == ("教育装备中心",)
    assert "M113" in {f.code for f in findings}


def test_work_without_an_end_needs_no_date() -> None:
    table = """
        | 2021年重点任务 | | | |
        | 序号 | 任务名称 | 完成时限 | 责任股室 |
        | 1 | 值班 | 长期坚持 | 办公室 |
        | 2 | 开学 | 秋季学期 | 办公室 |
    """
    _, findings = read_task_list([make_book("清单.xlsx", 表=table)])
    assert [f.cell for f in findings if f.code == "M105"] == ["A4"]


# ---------------------------------------------------------------- tables on several pages


def paged(*tables: str, between: str = "") -> Book:
    """A document with a title, then tables, each below the line `between`."""
    sheets, lines = [], [Line(1, "2021年重点任务")]
    for n, table in enumerate(tables):
        rows = tuple(tuple[Value, ...](row) for row in parse_table(table))
        if n and between:
            lines.append(Line(2 * n + 1, between))
        sheets.append(Sheet(f"表{n + 1}", rows, line=2 * n + 2))
    return Book("清单.docx", "docx", tuple(sheets), tuple(lines))


HEAD = "| 序号 | 任务名称 | 主要内容 | 责任股室 |"


def test_a_leader_named_at_the_foot_of_a_page_holds_on_the_next() -> None:
    first = f"{HEAD}\n| 陈一鸣同志负责项目 | | | |\n| 1 | 建校 | 甲。 | 计财股 |\n| 何为同志负责项目 | | | |"
    second = f"{HEAD}\n| 2 | 建园 | 乙。 | 计财股 |"
    for between in ("", "2021年重点任务", "— 1 —"):
        task_list, findings = read_task_list([paged(first, second, between=between)])
        assert [task.leader for task in task_list.tasks] == ["陈一鸣", "何为"]
        assert "M112" not in {f.code for f in findings}
    task_list, findings = read_task_list([paged(first)])
    assert [f.cell for f in findings if f.code == "M112"] == ["A4"]


def test_text_between_the_parts_of_a_table_is_given_to_no_task_and_said() -> None:
    first = f"{HEAD}\n| 1 | 建校 | 甲。 | 计财股 |\n| 2 | 建园 | 乙。 | 计财股 |"
    second = "| | | 9月底前完工。 | 办公室 |\n| 4 | 建馆 | 丙。 | 人事股 |"
    task_list, findings = read_task_list([paged(first, second, between="关键节点和难点")])
    assert [task.number for task in task_list.tasks] == ["1", "2", None, "4"]
    assert task_list.tasks[1].offices == ("计财股",)
    assert any("关键节点和难点" in f.message for f in findings if f.code == "M109")


def test_what_reading_mended_is_said() -> None:
    book = make_book(
        "清单.xlsx", 表=f"| 2021年重点任务 | | | |\n{HEAD}\n| 1 | 建校 | 甲。 | 计财股 |"
    )
    _, findings = read_task_list([replace(book, remarks=("有些字节不是文字。",))])
    assert [(f.file, f.message) for f in findings if f.code == "M115"] == [
        ("清单.xlsx", "有些字节不是文字。")
    ]


def test_a_file_without_tasks_among_several_is_said() -> None:
    listed = make_book(
        "清单.xlsx", 表=f"| 2021年重点任务 | | | |\n{HEAD}\n| 1 | 建校 | 甲。 | 计财股 |"
    )
    letter = Book("信.txt", "text", lines=(Line(1, "各股室："),))
    task_list, findings = read_task_list([listed, letter])
    assert len(task_list.tasks) == 1
    assert [f.file for f in findings if f.code == "M112"] == ["信.txt"]


def test_places_name_the_first_cell_of_the_table() -> None:
    table = f"| | | 2021年重点任务 | | | |\n| | {HEAD}\n| | | 1 | | 甲。 | 计财股 |"
    _, findings = read_task_list([make_book("清单.xlsx", 表=table)])
    assert [f.cell for f in findings if f.code == "M101"] == ["C3"]


def test_offices_and_dates_named_inside_of_a_cell_where_no_column_has_them() -> None:
    table = """
        | 2021年教育工作要点 | | |
        | 序号 | 工作内容 | 备注 |
        | 1 | 推进课后服务全覆盖。责任单位：基教股；完成时限：9月底前。 | |
        | 2 | 开展师德师风建设。（牵头单位：人事股；配合单位：办公室） | 省级 |
    """
    one, two = tasks_of(table)
    assert (one.title, one.lead_offices) == ("推进课后服务全覆盖。", ("基教股",))
    assert [m.due for m in one.milestones] == [date(2021, 9, 30)]
    assert (two.title, two.offices) == ("开展师德师风建设。", ("人事股", "办公室"))
