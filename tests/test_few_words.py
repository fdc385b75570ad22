"""Few words to learn: months and commands as people say them, and `taskxl` alone."""

from datetime import date
from functools import partial
from pathlib import Path

import click
import pytest

from taskxl import cli
from taskxl.commands import common
from taskxl.commands.screen import ALIASES
from taskxl.errors import TaskxlError
from taskxl.model import Period, Settings
from taskxl.rules import find_rules, list_rules
from tests.support import call_main, make_workbook

LIST = """
| 云溪县教育局2021年重点工作任务一览表 |  |  |  |  |  |
| 序号 | 任务名称 | 主要内容和关键时间节点计划 | 责任股室 | 责任人 | 备注 |
| 1 | 编制教育发展规划 | 关键节点：\\n一是2月底前成稿。\\n二是5月底前报批。 | 办公室 | 林一帆 |  |
| 2 | 新建城北幼儿园 | 扩大学位。\\n一是4月底前开工。 | 计财股 | 周小禾 | 民生实事 |
"""
CHINESE = ("一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二")


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    """Run the command line on 2021-04-20; return (exit status, standard output, standard error)."""
    monkeypatch.setattr(common, "today", lambda: date(2021, 4, 20))
    return partial(call_main, capsys)


@pytest.fixture
def workspace(run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace of two offices; the current folder is in it."""
    source = tmp_path / "附件1.xlsx"
    source.write_bytes(make_workbook({"一览表": LIST}))
    folder = tmp_path / "2021年重点工作"
    assert run("init", folder, "--from", source)[0] == 0
    monkeypatch.chdir(folder)
    return folder


@pytest.mark.parametrize("month", range(1, 13))
def test_a_month_is_read_as_people_write_it(month: int) -> None:
    settings = Settings(year=2021)
    spoken = CHINESE[month - 1]
    ways = [f"{month}", f"{month:02d}", f"{month}月", f"{month}月份", f" {month} 月 "]
    ways += [spoken, f"{spoken}月", f"{spoken}月份", f"2021年{spoken}月"]
    ways += [f"2021{mark}{month}" for mark in "-年/."] + [f"2021-{month:02d}", f"2021{month:02d}"]
    ways += [Period(2021, month).label, f"2021年{Period(2021, month).label}"]
    assert {Period.parse(way, settings) for way in ways} == {Period(2021, month)}


@pytest.mark.parametrize("text", ["", "0", "13", "2021", "4/5", "五四", "20214", "月", "二十"])
def test_what_is_no_month_is_refused(text: str) -> None:
    with pytest.raises(TaskxlError, match="看不懂"):
        Period.parse(text, Settings(year=2021))


def takes_month(command: click.Command) -> bool:
    return any(parameter.name == "bare_month" for parameter in command.params)


@pytest.mark.parametrize("way", [["4"], ["四月"], ["2021-4"], ["-m", "4"], ["-m4"], ["--month=4"]])
def test_every_way_to_say_the_month_does_the_same(run, workspace: Path, way: list[str]) -> None:
    assert run("issue", *way)[0] == 0
    assert (workspace / "2021年04月").is_dir()
    assert run("status", *way)[0] == 0
    assert "2021年4月" in run("merge", *way)[1]
    assert "2021年4月" in run("mail", "issue", *way)[1]


def test_every_command_with_a_month_takes_it_bare_and_behind_an_option() -> None:
    commands = [*cli.cli.commands.values()]
    commands += [c for g in commands if isinstance(g, click.Group) for c in g.commands.values()]
    # rollup takes folders bare, any number of them.
    with_month = [
        c for c in commands if any(p.name == "month" for p in c.params) and c.name != "rollup"
    ]
    assert len(with_month) >= 9
    assert all(map(takes_month, with_month))


def test_a_month_said_twice_is_asked_about(run, workspace: Path) -> None:
    code, _, err = run("issue", "4", "--month", "5")
    assert code == 2
    assert "写了两次" in err


def test_chinese_words_name_the_commands_that_there_are(run, workspace: Path) -> None:
    assert run("下发", "四月")[0] == 0
    assert "未报送 2" in run("汇总")[1]
    assert "草稿 2 封" in run("催报", "4")[1]
    assert "草稿 2 封" in run("邮件", "下发", "4")[1]
    context = click.Context(cli.cli)
    for word, name in ALIASES.items():
        found = cli.cli.get_command(context, word)
        assert (found is None) == (name in ("bulletin", "open") and name not in cli.cli.commands)
        assert found is None or found.name == name


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("merg", "merge（汇总）"), ("isue", "issue（下发）"), ("statu", "status"), ("汇总表", "汇总")],
)
def test_a_slip_of_the_hand_is_asked_about(run, typed: str, meant: str) -> None:
    code, out, err = run(typed)
    assert (code, out) == (2, "")
    assert f"是不是 {meant}" in err


def test_what_is_like_no_command_gets_no_guess(run) -> None:
    assert "是不是" not in run("xyzzy")[2]


def test_a_rule_is_explained_by_code_by_name_and_by_mark(run) -> None:
    for rule in list_rules():
        assert rule in find_rules(rule.code.lower())
        assert rule in find_rules(rule.name)
        if rule.mark:
            assert rule in find_rules(f"【{rule.mark[1]}】")
    code, out, _ = run("explain", "迟报")
    assert code == 0
    assert "迟报" in out
    with pytest.raises(TaskxlError, match="没有"):
        find_rules("查无此规则")


def test_alone_outside_a_workspace_it_says_how_to_start(run, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    code, out, err = run()
    assert (code, err) == (0, "")
    assert "taskxl init" in out
    assert not list(tmp_path.iterdir())


def test_alone_in_a_workspace_it_says_where_the_month_stands_and_what_comes_next(
    run, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "taskxl issue 4" in run()[1]
    run("issue", "4")
    before = {path: path.read_bytes() for path in workspace.rglob("*") if path.is_file()}
    out = run()[1]
    assert {path: path.read_bytes() for path in workspace.rglob("*") if path.is_file()} == before
    assert "未到期限 2（办公室、计财股）" in out
    assert "须处理 0" in out
    assert "还有 5 天" in out
    assert "还没有汇总" in out
    assert "taskxl merge 4" in out
    run("merge", "4")
    monkeypatch.setattr(common, "today", lambda: date(2021, 5, 6))
    out = run()[1]
    assert "，已汇总" in out
    assert "taskxl merge 4" not in out
    assert "taskxl mail remind 4" in out
    assert "taskxl issue 5" in out
    assert len(out.splitlines()) <= 24
