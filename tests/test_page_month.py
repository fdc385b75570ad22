"""本月 on the page: returns dropped onto it, steps done, a file tried, an office told by hand."""

import io
import os
import re
import threading
import zipfile
from datetime import datetime
from pathlib import Path

import pytest

from taskxl.desk import dropping
from taskxl.desk.dropping import DroppedFile, drop_returns, place_dropped
from taskxl.errors import TaskxlError
from taskxl.workspace.folder import Workspace
from tests.clerks import fill_form
from tests.month_of_clerks import APRIL, make_workspace
from tests.page_support import NOW, Browser, form_of, said
from tests.support import make_once, make_workbook

made, workspace = make_once(make_workspace, "地")


@pytest.fixture
def browser(tmp_path: Path, workspace: Workspace) -> Browser:
    return Browser(tmp_path / "state", workspace)


def filled(workspace: Workspace, tmp_path: Path, office: str = "办公室") -> bytes:
    target = tmp_path / f"{office}-filled.xlsx"
    fill_form(workspace.form_path(office, APRIL), target)
    return target.read_bytes()


def row_of(page: str, office: str) -> str:
    found = re.search(rf'<th scope="row">{office}.*?</tr>', page, re.S)
    assert found, page
    return " ".join(re.sub(r"<[^>]+>", " ", found.group()).split())


def test_the_month_is_said_in_one_sentence_with_the_next_step_first(browser: Browser) -> None:
    page = browser.get(browser.month).text
    assert "还差 3 个股室，4月25日（星期日）截止，已过 1 天" in page
    assert "未报送：办公室、计财股、基教股。" in page
    assert "未报送" in row_of(page, "办公室")
    main = re.findall(r'class="(?:button )?main"[^>]*>([^<]+)<', page)
    assert main == ["汇总"]


def test_dropped_files_land_as_they_are_and_each_gets_its_line(
    browser: Browser, workspace: Workspace, tmp_path: Path
) -> None:
    good, stray = filled(workspace, tmp_path), make_workbook({"通讯录": "| 姓名 |\n| 甲 |"})
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("基教股.xlsx", filled(workspace, tmp_path, "基教股"))
    files = [
        ("四月/我的表 最终版.xlsx", good),
        ("通讯录.xlsx", stray),
        ("基教.zip", packed.getvalue()),
        ("~$锁.xlsx", b"x"),
    ]
    page = browser.do(f"{browser.month}drop", files=files)
    lines = said(page)
    assert lines[0].startswith("四月/我的表 最终版.xlsx → 办公室，采用，已填 ")
    assert any(line.startswith("通讯录.xlsx") and "未采用" in line for line in lines)
    assert any(line.startswith("基教.zip/基教股.xlsx → 基教股") for line in lines)
    assert "~$锁.xlsx 是临时文件或锁文件，没有收" in lines
    folder = workspace.returns_folder(APRIL)
    assert (folder / "四月/我的表 最终版.xlsx").read_bytes() == good
    assert workspace.list_returns(APRIL) == ["四月/我的表 最终版.xlsx", "基教.zip", "通讯录.xlsx"]
    assert "已报送" in row_of(page, "办公室")
    again = said(browser.do(f"{browser.month}drop", files=files[:1]))
    assert again == ["四月/我的表 最终版.xlsx 已经收过，在回收里叫“四月/我的表 最终版.xlsx”"]


def test_another_content_of_one_name_lies_beside_the_first(
    browser: Browser, workspace: Workspace
) -> None:
    browser.do(f"{browser.month}drop", files=[("表.xlsx", b"one")])
    browser.do(f"{browser.month}drop", files=[("表.xlsx", b"two")])
    folder = workspace.returns_folder(APRIL)
    assert (folder / "表.xlsx").read_bytes() == b"one"
    assert (folder / "表（2）.xlsx").read_bytes() == b"two"


@pytest.mark.parametrize(
    "name",
    [
        "../../主清单.xlsx",
        "..\\..\\主清单.xlsx",
        "/etc/passwd",
        "C:\\主清单.xlsx",
        "a/../../../b.xlsx",
        "....//....//x.xlsx",
        "con.xlsx",
        "x\x00.xlsx",
        "\u202excod.exe",
        "/",
        ".",
        "甲" * 400 + ".xlsx",
        "/".join(["深"] * 60) + "/表.xlsx",
    ],
)
def test_no_name_leads_out_of_the_folder(workspace: Workspace, name: str) -> None:
    root = workspace.root
    before = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
    (landed,) = drop_returns(workspace, APRIL, [DroppedFile(name, io.BytesIO(b"bytes"))], NOW)
    assert landed.fate == "taken"
    path = workspace.returns_folder(APRIL) / landed.file
    assert path.resolve().is_relative_to(workspace.returns_folder(APRIL).resolve())
    assert path.read_bytes() == b"bytes"
    assert len(path.relative_to(root).parts) <= 2 + dropping.DEEPEST + 1
    assert {one: one.read_bytes() for one in before} == before


def test_a_link_in_the_folder_is_not_followed(workspace: Workspace, tmp_path: Path) -> None:
    (workspace.returns_folder(APRIL) / "出口").symlink_to(tmp_path, target_is_directory=True)
    (landed,) = drop_returns(workspace, APRIL, [DroppedFile("出口/表.xlsx", io.BytesIO(b"x"))], NOW)
    assert landed.fate == "refused"
    assert not (tmp_path / "表.xlsx").exists()


def test_a_file_over_the_limit_is_refused_and_the_others_are_taken(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dropping, "_FILE_BYTES", 10)
    files = [
        DroppedFile("大.xlsx", io.BytesIO(b"0" * 11)),
        DroppedFile("小.xlsx", io.BytesIO(b"0")),
    ]
    assert [one.fate for one in drop_returns(workspace, APRIL, files, NOW)] == ["refused", "taken"]
    assert workspace.list_returns(APRIL) == ["小.xlsx"]


def test_places_are_told_apart() -> None:
    assert str(place_dropped("四月/表.xlsx")) == "四月/表.xlsx"
    assert str(place_dropped("")) == "未命名"


def test_a_file_is_tried_and_recorded_nowhere(
    browser: Browser, workspace: Workspace, tmp_path: Path
) -> None:
    before = {p: p.read_bytes() for p in workspace.root.rglob("*") if p.is_file()}
    content = filled(workspace, tmp_path)
    page = browser.post(f"{browser.month}try/drop", files=[("试.xlsx", content)]).text
    assert said(page)[0].startswith("试.xlsx → 办公室，采用")
    assert "没有登记" in page
    page = browser.post(f"{browser.month}try/drop", files=[("坏.xlsx", b"PK\x03\x04")]).text
    assert "未采用" in said(page)[0]
    assert {p: p.read_bytes() for p in workspace.root.rglob("*") if p.is_file()} == before
    assert "未报送" in row_of(browser.get(browser.month).text, "办公室")


def test_an_office_is_set_by_hand(browser: Browser, workspace: Workspace) -> None:
    scan = make_workbook({"表": "| 项目 | 内容 |\n| 政务公开 | 已公布目录二百条。 |"})
    browser.do(f"{browser.month}drop", files=[("扫描.xlsx", scan)])
    form = browser.get(f"{browser.month}register?file=扫描.xlsx").text
    named = form_of(form, "登记")["file"]
    assert named.endswith(":扫描.xlsx")
    fields = {"file": named, "office": "计财股", "at": "2021-04-24T17:00", "note": "微信"}
    page = browser.do(f"{browser.month}register", fields)
    assert said(page)[0] == "扫描.xlsx 已登记。"
    assert "计财股" in said(page)[1]
    for wrong in (
        {"file": "x:../../主清单.xlsx"},
        {"at": "2031-01-01T00:00"},
        {"office": "没有股"},
    ):
        answer = browser.post(f"{browser.month}register", fields | wrong)
        assert answer.status_code == 400
        assert said(answer.text)
        assert 'value="微信"' in answer.text


def test_the_steps_of_the_month_are_done_from_the_page(
    browser: Browser, workspace: Workspace, tmp_path: Path
) -> None:
    browser.do(f"{browser.month}drop", files=[("甲.xlsx", filled(workspace, tmp_path))])
    page = browser.do(f"{browser.month}do/merge")
    assert said(page)[0] == "汇总写好了“2021年1-4月汇总.xlsx”。"
    fetched = browser.client.get(f"{browser.month}fetch/summary")
    assert fetched.content == workspace.summary_path(APRIL).read_bytes()
    assert "attachment" in fetched.headers["content-disposition"]
    assert "找到" in said(browser.do(f"{browser.month}do/prove"))[0]
    assert "定稿写好了" in said(browser.do(f"{browser.month}do/merge-clean"))[0]
    assert "通报写好了" in said(browser.do(f"{browser.month}do/bulletin"))[0]
    assert "写好 3 份" in said(browser.do(f"{browser.home}2021-05/do/issue"))[0]
    assert browser.client.get(browser.home).headers["location"].endswith("/2021-05/")
    assert browser.post(f"{browser.month}do/format").status_code == 400
    assert browser.client.get(f"{browser.month}fetch/台账.db").status_code == 400


def test_work_is_one_at_a_time_and_can_be_stopped(browser: Browser) -> None:
    begun = threading.Event()

    def work(progress):
        begun.set()
        for step in range(10_000):
            progress(step, 10_000)
            threading.Event().wait(0.005)
        return []

    space = browser.home.strip("/").rpartition("/")[2]
    job = browser.house.jobs.start("汇总", space, browser.month, work)
    assert begun.wait(5)
    page = browser.client.get(f"{browser.door.base}/job/{job.number}").text
    assert "正在汇总" in page
    assert "<progress" in browser.client.get(f"{browser.door.base}/job/{job.number}/state").text
    refused = browser.post(f"{browser.month}do/issue")
    assert refused.status_code == 400
    assert "正在汇总，请等它做完" in said(refused.text)[0]
    assert browser.post(f"{browser.month}drop", files=[("a.xlsx", b"x")]).status_code == 400
    browser.post(f"{browser.door.base}/job/{job.number}/stop")
    assert job.over.wait(5)
    assert job.state == "stopped"
    state = browser.client.get(f"{browser.door.base}/job/{job.number}/state")
    assert state.headers["HX-Redirect"] == job.address
    assert "已停下" in said(browser.get(job.address).text)[0]


def test_a_merge_that_is_stopped_has_written_nothing(
    browser: Browser, workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from taskxl.page.jobs import Job, StoppedError

    browser.do(f"{browser.month}drop", files=[("甲.xlsx", filled(workspace, tmp_path))])

    def stop(self: Job, done: int, total: int) -> None:
        raise StoppedError

    monkeypatch.setattr(Job, "report", stop)
    assert "已停下" in said(browser.do(f"{browser.month}do/merge"))[0]
    assert not workspace.summary_path(APRIL).exists()
    monkeypatch.undo()
    assert "汇总写好了" in said(browser.do(f"{browser.month}do/merge"))[0]


def test_words_of_strangers_are_text_on_the_page(
    browser: Browser, workspace: Workspace, tmp_path: Path
) -> None:
    evil = "<script>alert(1)</script><img src=x onerror=alert(2)>"
    target = tmp_path / "x.xlsx"
    fill_form(workspace.form_path("办公室", APRIL), target, {"进展情况": evil}, reporter=evil)
    name = "<img src=x onerror=alert(3)>.xlsx"
    page = browser.do(f"{browser.month}drop", files=[(name, target.read_bytes())])
    for shown in (page, browser.get(f"{browser.month}files").text):
        assert not re.search(r"<img|<script>", shown)
    assert "&lt;script&gt;" in page


def test_a_script_that_drops_is_told_where_to_go_or_why_not(
    browser: Browser, workspace: Workspace
) -> None:
    sent = browser.post(f"{browser.month}drop", files=[("a.xlsx", b"x")], **{"X-Wants": "address"})
    assert sent.status_code == 200
    assert sent.text.startswith(browser.door.base)
    none = browser.post(f"{browser.month}drop", **{"X-Wants": "address"})
    assert none.status_code == 400
    assert none.text == "没有收到文件。请选择文件，或把它们拖到“收表”一栏里。"


def test_a_thousand_offices_are_shown_page_by_page(browser: Browser) -> None:
    from starlette.requests import Request

    from taskxl.page.asking_page import Ask
    from taskxl.page.month_page import ROWS, paged

    def ask(page: str) -> Ask:
        return Ask(browser.house, Request({"type": "http", "query_string": page.encode()}), "")

    table = paged(ask("page=3"), list(range(1000)))
    assert table["rows"] == list(range(200, 300))
    assert table["pages"] == 10
    assert paged(ask("page=99999"), list(range(1000)))["page"] == 10
    assert paged(ask("page=x"), [])["rows"] == []
    assert ROWS == 100


def test_two_workspaces_stand_side_by_side(
    browser: Browser, tmp_path: Path, workspace: Workspace
) -> None:
    other = make_workspace(tmp_path / "另一处")
    second = browser.house.open_space(other.root)
    start = browser.client.get(f"{browser.door.base}/").text
    assert start.count("<li><a href=") == 2
    browser.do(f"{browser.door.base}/{second.name}/2021-04/drop", files=[("乙.xlsx", b"x")])
    assert other.list_returns(APRIL) == ["乙.xlsx"]
    assert workspace.list_returns(APRIL) == []


def test_a_workspace_that_is_gone_is_said_and_does_no_harm(
    browser: Browser, workspace: Workspace
) -> None:
    workspace.root.rename(workspace.root.with_name("移走"))
    answer = browser.client.get(browser.month)
    assert answer.status_code == 404
    assert "工作区可能移走了" in answer.text
    assert browser.client.get(f"{browser.door.base}/").status_code == 200


def test_a_month_is_only_looked_at_again_when_something_changed(
    browser: Browser, monkeypatch: pytest.MonkeyPatch, workspace: Workspace
) -> None:
    from taskxl.page import month_cache

    looked = []
    real = month_cache.stand_month

    def count(*given):
        looked.append(given)
        return real(*given)

    monkeypatch.setattr(month_cache, "stand_month", count)
    for _ in range(3):
        browser.get(browser.month)
    assert len(looked) == 1
    (workspace.returns_folder(APRIL) / "新.xlsx").write_bytes(b"x")
    browser.get(browser.month)
    assert len(looked) == 2


def test_what_cannot_be_looked_at_is_said(browser: Browser, workspace: Workspace) -> None:
    workspace.returns_folder(APRIL).rmdir()
    answer = browser.get(browser.month)
    assert answer.status_code == 400
    assert "没有文件夹" in answer.text
    with pytest.raises(TaskxlError):
        drop_returns(workspace, APRIL, [], NOW)


def test_a_dropped_file_keeps_its_own_time_and_makes_nobody_late(
    browser: Browser, workspace: Workspace, tmp_path: Path
) -> None:
    """It was dropped on the 26th, a day late; it had come on the 20th."""
    came = datetime(2021, 4, 20, 9, 0).timestamp()
    fields = {"times": str(int(came * 1000))}
    files = [("甲.xlsx", filled(workspace, tmp_path))]
    page = browser.do(f"{browser.month}drop", fields, files)
    assert "已报送 4月20日 09:00" in row_of(page, "办公室")
    later = {"times": str(int(came * 1000) + 10**12)}
    browser.do(f"{browser.month}drop", later, [("乙.xlsx", b"x")])
    assert (workspace.returns_folder(APRIL) / "乙.xlsx").stat().st_mtime < came + 10**9
    for wrong in ("-1", "x", "9" * 30):
        browser.do(
            f"{browser.month}drop", {"times": wrong}, [(f"{len(wrong)}.xlsx", wrong.encode())]
        )


def test_what_another_window_registered_is_said_and_not_overwritten(
    browser: Browser, workspace: Workspace
) -> None:
    browser.do(f"{browser.month}drop", files=[("扫描.xlsx", b"x"), ("别的.xlsx", b"y")])
    values = form_of(browser.get(f"{browser.month}register?file=扫描.xlsx").text, "登记")
    first = values | {"office": "计财股", "note": "微信"}
    assert said(browser.do(f"{browser.month}register", first))[0] == "扫描.xlsx 已登记。"
    assert said(browser.do(f"{browser.month}register", first))[0] == "扫描.xlsx 已登记。"
    stale = browser.post(f"{browser.month}register", values | {"office": "办公室"})
    assert stale.status_code == 400
    assert "刚才已经登记过（计财股，微信），没有照这里的登记" in said(stale.text)[0]
    again = form_of(stale.text, "登记")
    assert again["office"] == "办公室"
    assert said(browser.do(f"{browser.month}register", again))[0] == "扫描.xlsx 已登记。"
    # Another file is another matter; one of the same name with something else in it is not this.
    page = browser.get(f"{browser.month}register?file=别的.xlsx").text
    values = form_of(page, "登记")
    (workspace.returns_folder(APRIL) / "别的.xlsx").write_bytes(b"another")
    stale = browser.post(f"{browser.month}register", values | {"office": "办公室"})
    assert "刚才换成了别的内容" in said(stale.text)[0]


def test_two_drops_at_one_moment_are_both_told_what_became_of_them(
    browser: Browser, workspace: Workspace
) -> None:
    """The second lands while the first is being read; it is told so when its turn comes."""
    addresses: list[str] = []

    def drop(name: str) -> None:
        answer = browser.post(f"{browser.month}drop", files=[(name, name.encode())])
        assert answer.status_code == 303, answer.text
        addresses.append(answer.headers["location"])

    threads = [threading.Thread(target=drop, args=(f"{n}.xlsx",)) for n in range(6)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(60)
    assert len(addresses) == 6
    assert len(workspace.list_returns(APRIL)) == 6
    told = []
    for address in addresses:
        number = address.rpartition("/" if "/job/" in address else "=")[2]
        job = browser.house.jobs.find(number)
        assert job is not None
        assert job.over.wait(60)
        assert job.state == "done"
        told += [line.head for line in job.said]
    assert sorted(told) == sorted(workspace.list_returns(APRIL))


def test_what_waits_for_its_turn_can_be_stopped(browser: Browser) -> None:
    from taskxl.page.jobs import Job

    go, jobs = threading.Event(), browser.house.jobs

    def wait(progress):
        go.wait(20)
        return []

    first = jobs.start("汇总", "a", "/", wait)
    second = jobs.run(Job("读", "a", "/"), lambda progress: [], waits=True)
    third = jobs.run(Job("读", "a", "/"), lambda progress: [], waits=True)
    other = jobs.start("汇总", "b", "/", lambda progress: [])
    assert other.over.wait(5)
    second.stopping.set()
    assert second.over.wait(5)
    assert (first.state, second.state, third.state) == ("running", "stopped", "running")
    go.set()
    assert third.over.wait(5)
    assert third.state == "done"
    assert jobs.running("a") is None


def test_what_is_half_written_never_lies_among_the_returns(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A drop that is killed on the way leaves a file that the next one clears away."""
    folder = workspace.returns_folder(APRIL)
    written = os.fsync

    def die(handle: int) -> None:
        written(handle)
        assert workspace.list_returns(APRIL) == []
        os._exit(9)

    child = os.fork()
    if child == 0:
        monkeypatch.setattr(os, "fsync", die)
        drop_returns(workspace, APRIL, [DroppedFile("四月/表.xlsx", io.BytesIO(b"x"))], NOW)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    assert workspace.list_returns(APRIL) == []
    assert [p for p in workspace.root.rglob(".taskxl-*.tmp") if folder in p.parents] == []
    drop_returns(workspace, APRIL, [DroppedFile("乙.xlsx", io.BytesIO(b"y"))], NOW)
    assert [p.name for p in workspace.root.rglob(".taskxl-*")] == []


def test_a_leftover_of_an_earlier_taskxl_is_no_return_and_stands_for_none(
    browser: Browser, workspace: Workspace, tmp_path: Path
) -> None:
    """It may be whole, and yet nobody has it: the same file dropped again counts."""
    content = filled(workspace, tmp_path)
    (workspace.returns_folder(APRIL) / ".taskxl-4711.tmp").write_bytes(content)
    assert "未报送" in row_of(browser.get(browser.month).text, "办公室")
    page = browser.do(f"{browser.month}drop", files=[("办公室.xlsx", content)])
    assert said(page)[0].startswith("办公室.xlsx → 办公室，采用")
    assert "已报送" in row_of(page, "办公室")
    files = browser.get(f"{browser.month}files").text
    assert re.search(r"\.taskxl-4711\.tmp</th><td>.*?略过", files)


PLACES = ("", "files", "register", "gaps", "tasks", "task?id=2", "letters/remind", "letters/issue")


@pytest.mark.parametrize("how", ["gone", "renamed"])
def test_a_month_whose_folder_is_not_there_is_called_that_on_every_page(
    browser: Browser, workspace: Workspace, tmp_path: Path, how: str
) -> None:
    place = tmp_path / "别处" if how == "gone" else workspace.root / "2021年4月"
    workspace.month_folder(APRIL).rename(place)
    for address in PLACES:
        answer = browser.get(f"{browser.month}{address}")
        assert answer.status_code == 400, address
        assert "没有文件夹“2021年04月”" in said(answer.text)[0], address
        assert "下发”" not in said(answer.text)[0], address
    assert browser.client.get(browser.home).headers["location"] == browser.month
    assert not workspace.month_folder(APRIL).exists()


@pytest.mark.parametrize("moved", ["workspace", "month"])
def test_a_folder_that_is_moved_in_the_middle_of_a_merge_is_not_begun_anew(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moved: str
) -> None:
    from taskxl.desk import one_month
    from taskxl.desk.merging import merge_returns
    from taskxl.ledger import open_ledger

    folder = workspace.root if moved == "workspace" else workspace.month_folder(APRIL)
    real = one_month.look_at_folder

    def move(*given, **more):
        found = real(*given, **more)
        folder.rename(tmp_path / "移走了")
        return found

    monkeypatch.setattr(one_month, "look_at_folder", move)
    with pytest.raises(TaskxlError) as told:
        merge_returns(workspace, APRIL, None, NOW)
    assert "移走" in str(told.value) or "没有文件夹" in str(told.value)
    assert not folder.exists()
    root = tmp_path / "移走了" if moved == "workspace" else workspace.root
    with open_ledger(Workspace(root).ledger_path) as ledger:
        assert ledger.merges(APRIL) == ()


def test_a_folder_is_made_only_in_what_is_there(tmp_path: Path) -> None:
    from taskxl.workspace.files import make_folder

    make_folder(tmp_path / "甲" / "乙", tmp_path)
    assert (tmp_path / "甲" / "乙").is_dir()
    make_folder(tmp_path / "甲", tmp_path)
    with pytest.raises(TaskxlError, match="像是刚被移走或改名"):
        make_folder(tmp_path / "没有" / "甲", tmp_path / "没有")
    assert not (tmp_path / "没有").exists()
    (tmp_path / "文件").write_bytes(b"")
    with pytest.raises(TaskxlError, match="建不了"):
        make_folder(tmp_path / "文件" / "甲", tmp_path)
