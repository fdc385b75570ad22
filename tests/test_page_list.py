"""清单 on the page: read beside its source, made a workspace, a revised one taken over by parts."""

import re
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

from taskxl.desk.list_views import view_lists
from taskxl.desk.lists import load_master
from taskxl.desk.refusing import refuse_changes
from taskxl.desk.taking_over import update_workspace
from taskxl.errors import TaskxlError
from taskxl.master.reading.hints import make_hints
from taskxl.model import Task, TaskList
from taskxl.workspace.folder import Workspace
from tests.month_of_clerks import MASTER_LIST, make_workspace
from tests.page_support import NOW, Browser, said, seen_in
from tests.support import make_once, make_workbook

made, workspace = make_once(make_workspace, "地")
GUESSED = r"""
| 云溪县教育局2021年重点工作任务一览表 | | | |
| 序号 | 重点任务 | 怎么推进 | 承办 |
| 1 | 规范阳光招生 | 一是3月底前完成学区调研。\n二是5月底前公布方案。 | 基教股 |
| 2 | 新建城东小学 | 一是秋季开学前封顶。 | |
"""
REVISED = MASTER_LIST.replace("推进政务公开", "深入推进政务公开").replace(
    "| 3 | 信访事项限时办结",
    "| 9 | 新增的一项工作 | 稳步做好。 | 办公室 | 周晓禾 | |\n| 3 | 信访事项限时办结",
)


@pytest.fixture
def browser(tmp_path: Path, workspace: Workspace) -> Browser:
    return Browser(tmp_path / "state", workspace)


def drop_revised(browser: Browser) -> tuple[str, str, list[str]]:
    """Drop the revised list; return its address, its page and what is different by its keys."""
    answer = browser.post(
        f"{browser.home}list/drop", files=[("新清单.xlsx", make_workbook({"表": REVISED}))]
    )
    address = answer.headers["location"]
    page = browser.get(address).text
    return address, page, re.findall(r'name="known" value="([^"]*)"', page)


def drop_new(browser: Browser, content: bytes, name: str = "清单.xlsx") -> str:
    answer = browser.post(f"{browser.door.base}/new/drop", files=[(name, content)])
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def test_source_and_reading_stand_side_by_side(browser: Browser) -> None:
    page = browser.get(drop_new(browser, make_workbook({"表": GUESSED}))).text
    assert "读到任务 2 项，节点 3 个" in page
    assert "怎么推进" in page
    assert "没有牵头股室" in page
    assert "日期未定" in page
    assert re.search(r"3月31日\s*一是3月底前", page)


def test_a_column_s_meaning_is_changed_by_a_drop_down(browser: Browser) -> None:
    address = drop_new(browser, make_workbook({"表": GUESSED}))
    assert "读到任务 2 项，节点 3 个" in browser.get(address).text
    page = browser.get(f"{address}?c-怎么推进=不读").text
    assert "读到任务 2 项，节点 0 个" in page
    assert "<option selected>不读" in page
    page = browser.get(f"{address}?header=2").text
    assert "读到任务 2 项" in page
    assert browser.get(f"{address}?c-怎么推进=胡说").status_code == 400


def test_the_view_says_what_the_command_says(tmp_path: Path) -> None:
    path = tmp_path / "清单.xlsx"
    path.write_bytes(make_workbook({"表": GUESSED}))
    view = view_lists([path], make_hints(["承办=备注"]))
    assert [one.task for one in view.tasks] == list(view.task_list.tasks)
    (source,) = view.sources
    assert [one.letters for one in source.columns] == ["A", "B", "C", "D"]
    assert source.columns[3].asked == "备注"
    assert source.rows[1][1][1].text == "重点任务"
    assert all("没有牵头股室" in one.doubts for one in view.tasks)


def test_a_workspace_is_made_where_the_person_says(browser: Browser, tmp_path: Path) -> None:
    address = drop_new(browser, make_workbook({"表": GUESSED}))
    folder = tmp_path / "新的一年"
    page = browser.do(f"{address}/make?c-承办=牵头", {"folder": str(folder)})
    assert "建好了" in said(page)[0]
    assert "还没有下发过表" in page
    master, _ = load_master(Workspace(folder))
    assert [task.title for task in master.tasks] == ["规范阳光招生", "新建城东小学"]
    assert master.settings.reading == "承办=牵头"
    assert browser.house.list_spaces()[0].workspace.root == folder.resolve()


@pytest.mark.parametrize("folder", ["", "相对的", "../上面", "{there}"])
def test_no_workspace_is_made_over_something_else(
    browser: Browser, tmp_path: Path, workspace: Workspace, folder: str
) -> None:
    address = drop_new(browser, make_workbook({"表": GUESSED}))
    there = tmp_path / "占了"
    there.mkdir()
    (there / "信.txt").write_text("x", encoding="utf-8")
    answer = browser.post(f"{address}/make", {"folder": folder.format(there=there)})
    assert answer.status_code == 400
    assert [one.name for one in there.iterdir()] == ["信.txt"]


def test_what_is_no_list_is_said_so(browser: Browser) -> None:
    address = drop_new(browser, b"PK\x03\x04 broken", "../../坏.xlsx")
    answer = browser.get(address)
    assert answer.status_code == 400
    assert "坏.xlsx" in answer.text
    assert browser.get(f"{browser.door.base}/new/nothing").status_code == 400


def test_html_in_a_list_is_text(browser: Browser) -> None:
    evil = "<script>alert(1)</script><img src=x onerror=alert(1)>"
    table = (
        GUESSED.replace("规范阳光招生", evil).replace("承办", f"承办{evil}").replace("云溪", evil)
    )
    page = browser.get(drop_new(browser, make_workbook({"表": table}))).text
    assert not re.search(r"<script>alert|<img", page)
    assert "&lt;script&gt;alert" in page


def test_changes_of_a_revised_list_are_taken_one_by_one(
    browser: Browser, workspace: Workspace
) -> None:
    address, page, keys = drop_revised(browser)
    assert "2" in keys
    (_added,) = [key for key in keys if "新增的一项工作" in key]
    fields = {"known": keys, "take": [key for key in keys if key != "2"], "seen": seen_in(page)}
    page = browser.do(f"{address}/take", fields)
    assert "主清单更新好了" in said(page)[0]
    titles = [task.title for task in load_master(workspace)[0].tasks]
    assert "推进政务公开" in titles
    assert "新增的一项工作" in titles
    # What was refused is still a difference, to be decided again.
    again = browser.get(address).text
    assert "深入推进政务公开" in again
    assert re.findall(r'name="known" value="([^"]*)"', again) == ["2"]
    browser.do(f"{address}/take", {"known": ["2"], "take": ["2"], "seen": seen_in(again)})
    titles = [task.title for task in load_master(workspace)[0].tasks]
    assert "深入推进政务公开" in titles


def test_refusing_everything_changes_nothing(workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "新.xlsx"
    path.write_bytes(make_workbook({"表": REVISED}))
    before, _ = load_master(workspace)
    refused = {task.id for task in before.tasks} | {"第9项“新增的一项工作”"}
    update_workspace(workspace.root, [path], NOW, refused=refused)
    after, _ = load_master(workspace)
    assert [(t.id, t.title, t.milestones) for t in after.tasks] == [
        (t.id, t.title, t.milestones) for t in before.tasks
    ]


def test_a_task_that_the_document_drops_stays_where_that_is_refused() -> None:
    mine = (Task("1", "甲项工作推进", id="1"), Task("2", "乙项工作落实", id="2"))
    document = TaskList("清单", 2021, (replace(mine[0], id=""),))
    kept = refuse_changes(mine, document, {"2"})
    assert [task.title for task in kept.tasks] == ["甲项工作推进", "乙项工作落实"]
    assert refuse_changes(mine, document, ()) is document


def test_the_list_in_use_is_shown_with_its_doubts(browser: Browser, workspace: Workspace) -> None:
    page = browser.get(f"{browser.home}list").text
    for task in load_master(workspace)[0].tasks:
        assert task.title in page


def test_a_stale_window_takes_nothing_over_and_is_shown_what_is_different_now(
    browser: Browser, workspace: Workspace
) -> None:
    address, page, keys = drop_revised(browser)
    both = {"known": keys, "seen": seen_in(page)}
    (added,) = [key for key in keys if "新增的一项工作" in key]
    first = browser.do(f"{address}/take", both | {"take": [key for key in keys if key != added]})
    assert "主清单更新好了" in said(first)[0]
    before = workspace.master_path.read_bytes()
    stale = browser.do(f"{address}/take", both | {"take": [added]})
    assert "主清单刚才在别处改过了，没有更新" in said(stale)[0]
    assert workspace.master_path.read_bytes() == before
    # The page is that of the list, with what is different now and the ticks that were set.
    assert re.findall(r'name="known" value="([^"]*)"', stale) == [added]
    assert re.search(rf'value="{re.escape(added)}" checked', stale)
    fields = {"known": [added], "take": [added], "seen": seen_in(stale)}
    assert "主清单更新好了" in said(browser.do(f"{address}/take", fields))[0]


def test_a_list_changed_in_excel_meanwhile_is_compared_anew(
    browser: Browser, workspace: Workspace
) -> None:
    address, page, keys = drop_revised(browser)
    fields = {"known": keys, "seen": seen_in(page)}
    book = openpyxl.load_workbook(workspace.master_path)
    sheet = book["任务"]
    cell = next(c for row in sheet.iter_rows() for c in row if c.value == "推进政务公开")
    cell.value = "全面推进政务公开"
    book.save(workspace.master_path)
    for wrong in (fields, {name: some for name, some in fields.items() if name != "seen"}):
        page = browser.do(f"{address}/take", wrong | {"take": keys})
        assert "刚才在别处改过了" in said(page)[0]
    assert "全面推进政务公开" in {one.title for one in load_master(workspace)[0].tasks}


def test_a_refused_folder_stays_typed(browser: Browser) -> None:
    address = drop_new(browser, make_workbook({"表": GUESSED}))
    answer = browser.post(f"{address}/make?c-承办=牵头", {"folder": "我写的文件夹"})
    assert answer.status_code == 400
    assert "请写完整的文件夹" in said(answer.text)[0]
    assert 'value="我写的文件夹"' in answer.text
    assert "<option selected>牵头" in answer.text


@pytest.mark.parametrize("inner", ["里面", "2021年04月/里面", "链接/里面"])
def test_no_workspace_is_made_in_another(
    browser: Browser, workspace: Workspace, tmp_path: Path, inner: str
) -> None:
    (tmp_path / "链接").symlink_to(workspace.root, target_is_directory=True)
    folder = (tmp_path if "链接" in inner else workspace.root) / inner
    address = drop_new(browser, make_workbook({"表": GUESSED}))
    answer = browser.post(f"{address}/make", {"folder": str(folder)})
    assert answer.status_code == 400
    assert "工作区里不能再建工作区，请换一个文件夹。" in said(answer.text)[0]
    assert f'value="{folder}"' in answer.text
    assert not folder.exists()
    with pytest.raises(TaskxlError, match="不能再建工作区"):
        Workspace(folder).create()


def test_a_workspace_that_was_made_meanwhile_is_not_called_made(
    browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two windows at one folder: the first makes it, the second is told so."""
    from taskxl.desk import taking_over

    folder = tmp_path / "新的一年"
    address = drop_new(browser, make_workbook({"表": GUESSED}))
    real = taking_over.read_lists
    path = tmp_path / "别的.xlsx"
    path.write_bytes(make_workbook({"表": GUESSED.replace("规范阳光招生", "别的任务")}))

    def be_late(*given, **more):
        monkeypatch.setattr(taking_over, "read_lists", real)
        found = real(*given, **more)
        taking_over.init_workspace(folder, [path], 2021, NOW)
        return found

    monkeypatch.setattr(taking_over, "read_lists", be_late)
    page = browser.do(f"{address}/make", {"folder": str(folder)})
    assert "刚才已经建成了工作区，没有再建" in said(page)[0]
    assert load_master(Workspace(folder))[0].tasks[0].title == "别的任务"
