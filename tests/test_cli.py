"""What the command line says, and with which exit status."""

import json
import re
from datetime import date
from functools import partial
from pathlib import Path

import pytest

from taskxl import cli
from taskxl.commands import common
from tests.months import make_month
from tests.support import call_main, make_workbook

LIST = """
| 云溪县教育局2021年重点工作任务一览表 |  |  |  |  |  |
| 序号 | 任务名称 | 主要内容和关键时间节点计划 | 责任股室 | 责任人 | 备注 |
| 沈知远同志负责项目 |  |  |  |  |  |
| 1 | 编制教育发展规划 | 关键节点：\\n一是2月底前成稿。\\n二是5月底前报批。 | 办公室\\n计财股 | 林一帆 |  |
| 2 | 新建城北幼儿园 | 扩大学位。\\n一是4月底前开工。 | 计财股 | 周小禾 | 民生实事 |
| 唐映雪同志负责项目 |  |  |  |  |  |
| 3 | 课后服务全覆盖 | 一是6月底前印发方案。 | 基教股 | 何青山 |  |
"""


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    """Run the command line on 2021-04-26; return (exit status, standard output, standard error)."""
    monkeypatch.setattr(common, "today", lambda: date(2021, 4, 26))

    return partial(call_main, capsys)


@pytest.fixture
def master_list(tmp_path: Path) -> Path:
    """A small 附件1 as a real workbook."""
    path = tmp_path / "附件1.xlsx"
    path.write_bytes(make_workbook({"一览表": LIST}))
    return path


@pytest.fixture
def workspace(run, master_list: Path, tmp_path: Path) -> Path:
    """A workspace made from that list."""
    folder = tmp_path / "2021年重点工作"
    status, _, err = run("init", folder, "--from", master_list)
    assert (status, err) == (0, "")
    return folder


def one_line(text: str) -> bool:
    return text.count("\n") == 1 and text.endswith("\n") and "Traceback" not in text


def tree(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_read_json_is_one_document_of_the_contract(run, master_list: Path) -> None:
    status, out, err = run("read", master_list, "--json")
    document = json.loads(out)
    assert (status, err) == (0, "")
    assert sorted(document) == ["findings", "tasks", "title", "year"]
    assert document["year"] == 2021
    assert [task["number"] for task in document["tasks"]] == ["1", "2", "3"]
    first = document["tasks"][0]
    assert first["lead_offices"] == ["办公室"]
    assert first["supporting_offices"] == ["计财股"]
    assert first["leader"] == "沈知远"
    assert [m["due"] for m in first["milestones"]] == ["2021-02-28", "2021-05-31"]
    assert first["place"] == {"file": "附件1.xlsx", "sheet": "一览表", "row": 4}


def test_read_writes_nothing(run, master_list: Path, tmp_path: Path) -> None:
    before = tree(tmp_path)
    assert run("read", master_list)[0] == 0
    assert tree(tmp_path) == before


def test_a_month_runs_from_list_to_summary(run, workspace: Path) -> None:
    status, out, err = run("-C", workspace, "issue", "--month", "4")
    assert (status, err) == (0, "")
    forms = sorted(p.name for p in (workspace / "2021年04月/下发").glob("*.xlsx"))
    assert forms == [f"附件2-{name}-2021年4月.xlsx" for name in ("办公室", "基教股", "计财股")]
    status, out, err = run("-C", workspace, "merge", "--json")
    document = json.loads(out)
    assert (status, err) == (0, "")
    assert document["period"] == "2021-04"
    assert [office["state"] for office in document["offices"]] == ["missing"] * 3
    assert Path(document["summary"]).is_file()
    status, out, _ = run("-C", workspace, "status")
    assert status == 0
    assert "未报送 3（办公室、计财股、基教股）" in out


def test_everything_can_be_run_twice(run, workspace: Path, master_list: Path) -> None:
    run("-C", workspace, "issue", "--month", "4")
    run("-C", workspace, "merge")
    before = tree(workspace)
    assert run("init", workspace, "--from", master_list)[0] == 0
    _, out, _ = run("-C", workspace, "issue", "--month", "4")
    assert "写了 0 份，3 份没有变化" in out
    assert run("-C", workspace, "merge")[0] == 0
    assert tree(workspace) == before


def test_strict_leaves_with_1_when_something_must_be_dealt_with(run, workspace: Path) -> None:
    run("-C", workspace, "issue", "--month", "4")
    assert run("-C", workspace, "merge", "--strict")[0] == 1
    assert run("-C", workspace, "merge")[0] == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["read", "没有.xlsx"], "没有这个文件"),
        (["-C", "没有", "merge"], "不是工作区"),
        (["merge"], "不是工作区"),
        (["issue", "--month", "13"], "不是工作区"),
        (["init", "新"], "缺少 --from"),
        (["explain", "X999"], "没有代码 X999"),
        (["merg"], "没有命令"),
        (["issue", "4", "5"], "“5”多出来了"),
        (["check", "附件1", "新的.xlsx"], "“附件1 新的.xlsx”多出来了"),
        (["read", "--jsn", "x"], "没有选项"),
    ],
)
def test_what_cannot_run_is_one_chinese_line_and_status_2(
    run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    status, out, err = run(*arguments)
    assert (status, out) == (2, "")
    assert one_line(err)
    assert said in err
    assert tree(tmp_path) == {}


def test_a_workbook_without_a_task_list_makes_no_workspace(run, tmp_path: Path) -> None:
    path = tmp_path / "菜单.xlsx"
    path.write_bytes(make_workbook({"食堂": "| 星期一 | 红烧肉 |\n| 星期二 | 青菜 |"}))
    status, out, err = run("init", tmp_path / "新", "--from", path)
    assert (status, out) == (2, "")
    assert one_line(err)
    assert "没有认出任务清单" in err
    assert not (tmp_path / "新").exists()


def test_an_open_summary_is_not_written(run, workspace: Path) -> None:
    run("-C", workspace, "issue", "--month", "4")
    run("-C", workspace, "merge")
    summary = workspace / "2021年04月/汇总/2021年1-4月汇总.xlsx"
    summary.write_bytes(b"being edited")
    (summary.parent / f"~${summary.name}").write_bytes(b"")
    status, _, err = run("-C", workspace, "merge")
    assert status == 2
    assert one_line(err)
    assert "占用" in err
    assert summary.read_bytes() == b"being edited"


def test_a_form_open_elsewhere_stops_the_issue_before_anything_is_written(
    run, workspace: Path, tmp_path: Path
) -> None:
    run("-C", workspace, "issue", "--month", "4")
    forms = sorted((workspace / "2021年04月/下发").glob("*.xlsx"))
    for form in forms:
        form.write_bytes(b"an older form")
    (forms[-1].parent / f"~${forms[-1].name}").write_bytes(b"")
    status, _, err = run("-C", workspace, "issue", "--month", "4")
    assert status == 2
    assert one_line(err)
    assert forms[-1].name in err
    assert [form.read_bytes() for form in forms] == [b"an older form"] * len(forms)
    (forms[-1].parent / f"~${forms[-1].name}").unlink()
    _, out, _ = run("-C", workspace, "issue", "--month", "4")
    assert f"改写 {forms[0].name}（请重新发）" in out


def test_a_summary_that_cannot_be_read_stays_and_the_new_one_goes_beside(
    run, workspace: Path
) -> None:
    run("-C", workspace, "issue", "--month", "4")
    run("-C", workspace, "merge")
    summary = workspace / "2021年04月/汇总/2021年1-4月汇总.xlsx"
    written = summary.read_bytes()
    summary.write_bytes(b"corrected by hand")
    status, out, _ = run("-C", workspace, "merge")
    beside = summary.with_stem(f"{summary.stem}（新1）")
    assert status == 0
    assert f"“{summary.name}”读不出来" in out
    assert beside.name in out
    assert summary.read_bytes() == b"corrected by hand"
    assert beside.read_bytes() == written
    before = tree(workspace)
    run("-C", workspace, "merge")
    assert tree(workspace) == before


def test_explain_tells_what_why_and_how(run) -> None:
    status, out, _ = run("explain", "g404")
    assert status == 0
    heads = [line[:3] for line in out.splitlines()[1:] if not line.startswith(" ")]
    assert heads == ["是什么", "为什么", "怎么办", "没有问", "有问题"]
    assert "  基教股  已完成选址论证，4月12日召开专家评审会。" in out.splitlines()
    _, out, _ = run("explain", "R201")
    assert [line[:3] for line in out.splitlines()[1:]] == ["是什么", "为什么", "怎么办"]


def test_rules_lists_every_code_of_the_contract(run) -> None:
    status, out, _ = run("rules")
    codes = [line.split()[0] for line in out.splitlines()[:-1]]
    wanted = [f"M{n}" for n in range(101, 112)] + [f"R{n}" for n in range(201, 212)]
    wanted += [f"E{n}" for n in range(301, 307)] + [f"G{n}" for n in range(401, 415)]
    assert status == 0
    assert set(wanted) <= set(codes)
    assert codes == sorted(codes)


def all_commands() -> list[tuple[str, ...]]:
    """Return every command, those of a group behind its name."""
    return [
        (name, *more)
        for name, command in sorted(cli.cli.commands.items())
        for more in [(), *((one,) for one in getattr(command, "commands", ()))]
    ]


@pytest.mark.parametrize("command", all_commands(), ids=" ".join)
def test_the_help_of_every_command_is_chinese(run, command: tuple[str, ...]) -> None:
    status, out, _ = run(*command, "--help")
    assert status == 0
    words = set(re.findall(r"[A-Za-z][A-Za-z-]{2,}", re.sub(r"(?<![a-z])--?[a-z-]+", "", out)))
    known = {
        "taskxl",
        "init",
        "issue",
        "merge",
        "check",
        "xlsx",
        "txt",
        "csv",
        "json",
        "JSON",
        "PDF",
        "LibreOffice",
        "local",
    }
    assert words <= known | {name for one in all_commands() for name in one if command[0] in one}


def test_help_is_in_the_order_of_the_month(run) -> None:
    status, out, _ = run("--help")
    assert status == 0
    order = [out.index(f"  {name} ") for name in ("demo", "read", "init", "issue", "merge")]
    assert order == sorted(order)


def test_a_list_without_a_year_is_taken_for_this_year(run, tmp_path: Path) -> None:
    path = tmp_path / "清单.xlsx"
    path.write_bytes(make_workbook({"一览表": LIST.replace("2021年", "")}))
    status, out, _ = run("init", tmp_path / "新", "--from", path)
    assert status == 0
    assert "没有写年份，先按 2021 年" in out
    _, out, _ = run("read", tmp_path / "新" / "主清单.xlsx", "--json")
    dues = [m["due"] for task in json.loads(out)["tasks"] for m in task["milestones"]]
    assert dues[:2] == ["2021-02-28", "2021-05-31"]


def test_who_reports_without_owing_is_not_counted_among_those_who_owe() -> None:
    month = make_month("| 股室 | 任务 | 职责 |\n| 办公室 | 1 | 牵头 |\n| 基教股 | 1 | 协办 |")
    assert [state.owes for state in month.offices] == [True, False]
    assert common.count_states(month) == "2021年4月：应报 1，已报送 1"
