"""What a command advises can be done, there and then."""

import json
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest

from taskxl import cli
from taskxl.commands import common
from tests.month_of_clerks import APRIL, make_workspace
from tests.pens import send
from tests.support import make_workbook

HEAD = "| 某县教育局2021年重点工作任务一览表 | | | |\n| 序号 | 任务名称 | 主要内容和关键时间节点计划 | 责任股室 |\n"
LIST = HEAD + "".join(
    rf"| {number} | 第{number}件事 | 抓好落实。\n关键时间节点：\n一是适时完成第{number}件。 | 办公室 |"
    "\n"
    for number in range(1, 31)
)


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    with pytest.raises(SystemExit) as left:
        cli.main(arguments)
    shown = capsys.readouterr()
    assert left.value.code == 0, shown.err
    return shown.out


@pytest.mark.parametrize("command", ["read", "init"])
def test_the_way_to_all_findings_leads_to_all_findings(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where there is no workspace yet, nothing is advised that needs one."""
    path = tmp_path / "附件1 清单.xlsx"
    path.write_bytes(make_workbook({"附件1": LIST}))
    words = ["read", str(path)] if command == "read" else []
    words = words or ["init", str(tmp_path / "工作区"), "--from", str(path)]
    said = run(capsys, *words)
    (line,) = [line for line in said.splitlines() if "还有" in line]
    program, *advised = shlex.split(line.split("看全部：")[1])
    assert program == "taskxl"
    count = int(line.split("还有 ")[1].split(" 条")[0])
    document = json.loads(run(capsys, *advised))
    assert len(document["findings"]) == count + common.SHOWN


def test_letters_that_read_returns_show_how_far_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`mail remind` reads every return: its bar counts them."""
    workspace = make_workspace(tmp_path)
    send(workspace, "办公室")
    drawn: list[tuple[int, int]] = []

    def progress(label: str) -> Callable[[int, int], None]:
        return lambda done, total: drawn.append((done, total))

    monkeypatch.setattr(common, "progress", progress)
    with pytest.raises(SystemExit) as left:
        cli.main(["-C", str(workspace.root), "mail", "remind", "--month", str(APRIL.month)])
    assert left.value.code == 0
    assert drawn[-1] == (1, 1)
