"""What a list gives beside its tasks: the bureau, whom to ask, the offices; and what is no list."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest

from taskxl.desk.issuing import issue_forms
from taskxl.desk.lists import check_workspace, load_master
from taskxl.desk.new_offices import take_up_offices
from taskxl.desk.taking_over import init_workspace
from taskxl.desk.wrong_lists import find_form, find_mixture
from taskxl.errors import TaskxlError
from taskxl.intake.grids import Book, Line
from taskxl.intake.reading import read_book
from taskxl.master.reading.letterhead import find_bureau, find_contact, find_office_word
from taskxl.model import MasterList, Milestone, Office, Period, Settings, Task
from taskxl.tasks import SHORT_TITLE, shown_plan, shown_title
from taskxl.text import squeeze
from taskxl.workspace.folder import Workspace
from tests.support import make_book, make_workbook

APRIL = Period(2026, 4)
NOW = datetime(2026, 4, 1, 9)
HEADER = "| 序号 | 任务名称 | 主要内容和关键时间节点计划 | 责任科室 |"
LIST = f"""
    | 云溪市教育局2026年重点工作任务一览表 |  |  |  |
    {HEADER}
    | 1 | 编制教育发展规划 | 一是6月底前报批。 | 基教科 |
    | 2 | 新建城北幼儿园 | 一是9月底前开工。 | 计财科 |
"""


def lines(*texts: str) -> list[Book]:
    return [Book("通知.docx", "docx", (), tuple(Line(n, t) for n, t in enumerate(texts, 1)))]


@pytest.mark.parametrize(
    ("texts", "bureau"),
    [
        (("云溪市教育局文件", "关于印发任务的通知"), "云溪市教育局"),
        (("云溪市教育局关于印发2026年任务的通知",), "云溪市教育局"),
        (("通知", "云溪市教育局办公室", "2026年3月1日"), "云溪市教育局"),
        (("通知", "云溪市教育局办公室      2026年3月1日印发"), "云溪市教育局"),
        (("通知", "市教育局", "2026年3月1日"), ""),
        (("请报送市财政局和云溪市教育局。", "2026年3月1日"), ""),
    ],
)
def test_a_bureau_is_told_by_its_signature_or_its_head(texts: tuple[str, ...], bureau: str) -> None:
    assert find_bureau(lines(*texts)) == bureau


@pytest.mark.parametrize(
    ("text", "contact"),
    [
        (
            "报送局办公室（联系人：周晓禾，联系电话：0571-5529207），须经审定。",
            "周晓禾 0571-5529207",
        ),
        ("联系人:周晓禾 电话:5529207", "周晓禾 5529207"),
        ("联 系 人：周晓禾", "周晓禾"),
        ("请各联系人按时报送。", ""),
    ],
)
def test_whom_to_ask_is_taken_from_the_notice(text: str, contact: str) -> None:
    assert find_contact(lines(text)) == contact


@pytest.mark.parametrize(
    ("names", "texts", "word"),
    [
        (("基教股", "办公室"), (), "股室"),
        (("基教科", "计财科", "机关党委"), (), "科室"),
        (("高教处", "考试院"), (), "处室"),
        (("办公室",), ("各责任处室要抓好落实",), "处室"),
        (("办公室",), ("请有关部门配合",), ""),
    ],
)
def test_what_an_office_is_called_is_taken_from_the_list(
    names: tuple[str, ...], texts: tuple[str, ...], word: str
) -> None:
    assert find_office_word(names, lines(*texts)) == word


# ---------------------------------------------------------------- init, and offices typed later


def init(root: Path, *tables: str, names: tuple[str, ...] = ("附件1.xlsx",)) -> Workspace:
    paths = []
    for name, table in zip(names, tables, strict=True):
        path = root / name
        path.write_bytes(make_workbook({"附件1": table}))
        paths.append(path)
    init_workspace(root / "年", paths, 2026, NOW)
    return Workspace(root / "年")


def test_init_fills_the_settings_and_says_what_is_missing(tmp_path: Path) -> None:
    path = tmp_path / "附件1.xlsx"
    path.write_bytes(make_workbook({"附件1": LIST}))
    report = init_workspace(tmp_path / "年", [path], 2026, NOW)
    workspace = Workspace(tmp_path / "年")
    settings = load_master(workspace)[0].settings
    assert (settings.bureau, settings.office_word) == ("云溪市教育局", "科室")
    assert any("“联系人及电话”还没有填" in note for note in report.notes)
    assert [f.code for f in check_workspace(workspace)] == ["M130"]


def type_offices(workspace: Workspace, *cells: str) -> None:
    book = openpyxl.load_workbook(workspace.master_path)
    sheet = book["任务"]
    column = next(c.column for c in sheet[1] if c.value == "牵头股室")
    for row, text in enumerate(cells, 2):
        sheet.cell(row, column).value = text
    book.save(workspace.master_path)


def test_offices_typed_into_a_list_without_any_are_taken_up_once(tmp_path: Path) -> None:
    bare = LIST.replace("责任科室", "备注").replace("基教科", "").replace("计财科", "")
    workspace = init(tmp_path, bare)
    with pytest.raises(TaskxlError, match="牵头股室"):
        issue_forms(workspace, APRIL, now=NOW)
    type_offices(workspace, "基教科、计财科", "计财科 基教科")
    first = issue_forms(workspace, APRIL, now=NOW)
    assert sum("基教科、计财科，已收进“股室”表（2 个）" in note for note in first.notes) == 1
    assert [office.name for office in load_master(workspace)[0].offices] == ["基教科", "计财科"]
    assert [path.name.split("-")[1] for path in first.written] == ["基教科", "计财科"]
    again = issue_forms(workspace, APRIL, now=NOW)
    assert not any("收进" in note for note in again.notes)
    assert again.written == ()


@pytest.mark.parametrize("name", ["基教枓", "基科", "基础教育科"])
def test_what_may_be_an_office_miswritten_is_asked_about(name: str) -> None:
    task = Task(lead_offices=(name,))
    master = MasterList("", (task,), (Office("基教科"),), Settings())
    assert take_up_offices(master).offices == ()
    other = replace(master, tasks=(replace(task, lead_offices=("人事科",)),))
    assert take_up_offices(other).offices == (Office("人事科"),)


# ---------------------------------------------------------------- no list, or not one


def test_lists_of_two_years_or_two_bureaus_are_refused_with_both_named(tmp_path: Path) -> None:
    other = LIST.replace("2026年", "2025年")
    with pytest.raises(TaskxlError, match=r"今年\.xlsx”是 2026 年的，“去年\.xlsx”是 2025 年的"):
        init(tmp_path, LIST, other, names=("今年.xlsx", "去年.xlsx"))
    away = LIST.replace("云溪市", "石泉县")
    with pytest.raises(TaskxlError, match=r"甲\.xlsx”是云溪市教育局的，“乙\.xlsx”是石泉县教育局的"):
        init(tmp_path, LIST, away, names=("甲.xlsx", "乙.xlsx"))
    assert not (tmp_path / "年").exists()


def test_two_lists_of_one_bureau_and_year_are_one(tmp_path: Path) -> None:
    more = LIST.replace("重点工作任务一览表", "民生实事清单").replace("编制教育", "2025年起编制")
    workspace = init(tmp_path, LIST, more, names=("甲.xlsx", "乙.xlsx"))
    assert len(load_master(workspace)[0].tasks) == 4


@pytest.mark.parametrize("names", [("甲.xlsx", "乙.xlsx"), ("甲.xlsx", "甲.xlsx")])
def test_one_list_given_twice_is_not_doubled(tmp_path: Path, names: tuple[str, str]) -> None:
    both = "、".join(dict.fromkeys(names))
    with pytest.raises(TaskxlError, match=rf"^{both}：同一份清单给了两次。"):
        init(tmp_path, LIST, LIST, names=names)
    assert not (tmp_path / "年").exists()


def test_a_form_given_as_a_list_is_said_to_be_one(tmp_path: Path) -> None:
    workspace = init(tmp_path, LIST)
    form = issue_forms(workspace, APRIL, now=NOW).written[0]
    with pytest.raises(TaskxlError, match="是进展情况表（附件2），不是任务清单"):
        init_workspace(tmp_path / "又一年", [form], 2026, NOW)
    retyped = make_book(
        表="""
            | 云溪市教育局2026年重点工作任务进展情况表（1-4月） |  |  |  |  |
            | 填报科室： |  | 填报人： |  |  |
            | 编号 | 项目名称 | 责任科室 | 进展情况 | 存在问题和下一步工作计划 |
            | 1 | 编制规划 | 基教科 |  |  |
            """
    )
    assert "附件2" in find_form([retyped])
    ledger = make_book(表=LIST.replace("| 责任科室 |", "| 责任科室 | 进展情况 | 存在问题 |"))
    assert find_form([ledger]) == ""
    assert find_mixture([ledger]) == ""


# ---------------------------------------------------------------- long titles, due columns

LONG = "深化招生制度改革，完善义务教育免试就近入学办法；全面落实公民办学校同步招生。"
TITLES = (
    LONG,
    "深化招生制度改革",
    "完成城北实验小学、江南小学和第七中学教学楼等一批改扩建项目建设任务并投入使用",
    "落实《关于加快推进教育现代化，建设教育强市的实施意见》，制定年度计划。",
    "推进三项改革：一是集团化办学；二是县管校聘；三是评价改革。",
    "加强，改进，提高教育教学质量和办学水平，办好人民满意教育。",
)


def bare(text: str) -> str:
    """Return a text without the marks at which a title is parted."""
    return squeeze(text).translate(str.maketrans("", "", ",;:。"))


@pytest.mark.parametrize("title", TITLES)
def test_a_long_title_is_said_once_in_two_columns(title: str) -> None:
    task = Task("1", title)
    short, plan = shown_title(task), shown_plan(task)
    assert len(short) <= SHORT_TITLE
    assert bare(short + plan) == bare(title)
    assert bool(plan) is (len(title) > SHORT_TITLE)
    with_content = replace(task, content="正文。")
    assert (shown_title(with_content), shown_plan(with_content)) == (title, "正文。")


@pytest.mark.parametrize(
    ("text", "due", "shown"),
    [
        ("(1) 下达任务。", datetime(2026, 3, 31).date(), "(1) 下达任务。（时限：3月31日）"),
        ("3月底前下达任务。", datetime(2026, 3, 31).date(), "3月底前下达任务。"),
        ("11月底前完成92%。", datetime(2026, 12, 10).date(), "11月底前完成92%。（时限：12月10日）"),
        ("长期做好安全工作。", None, "长期做好安全工作。"),
    ],
)
def test_a_milestone_says_when_it_is_due_once(text: str, due: object, shown: str) -> None:
    step = Milestone(text, due)  # type: ignore[arg-type]
    assert shown_plan(Task("1", "建校", milestones=(step,))) == shown


# ---------------------------------------------------------------- the word for an office


@pytest.mark.parametrize("word", ["科室", "处室", "部门"])
def test_the_bureaus_word_is_on_its_forms(tmp_path: Path, word: str) -> None:
    workspace = init(tmp_path, LIST)
    book = openpyxl.load_workbook(workspace.master_path)
    cell = next(r[1] for r in book["设置"].iter_rows() if r[0].value == "内设机构称谓")
    cell.value = word
    book.save(workspace.master_path)
    form = issue_forms(workspace, APRIL, now=NOW).written[0]
    read = read_book(form.read_bytes(), form.name, "xlsx")
    shown = [sheet for sheet in read.sheets if sheet.state == "visible"]
    said = [v for sheet in shown for _, _, v in sheet.cells() if isinstance(v, str)]
    assert f"填报{word}：基教科" in said
    assert f"责任{word}" in said
    assert not any("股室" in text for text in said)
