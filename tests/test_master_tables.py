"""Which rows are a header, which column is what; what is assumed is said."""

import pytest

from taskxl.intake.grids import Area, Book, CellError, Line, Sheet, Value
from taskxl.master.tables import Grid, find_header, read_header_word
from taskxl.master.tasks import read_task_list
from taskxl.model import Task
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
    assert set(said) == {"C2", "D2", "E2"}
    assert "责任股室" in said["C2"]


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
