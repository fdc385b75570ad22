"""The documents say what is true: rules page, README's commands."""

import re
import textwrap
from pathlib import Path

import pytest

from taskxl import cli
from taskxl.findings import SEVERITY_WORDS
from taskxl.rules import list_rules

ROOT = Path(__file__).resolve().parent.parent
RULES = ROOT / "docs" / "rules.md"
GROUPS = {
    "M": "M1xx 任务清单",
    "R": "R2xx 收到的文件",
    "E": "E3xx 收回的表里",
    "G": "G4xx 缺口",
    "F": "F5xx 模板的画法",
    "U": "U6xx 各单位汇总",
}


def render_rules() -> str:
    """Write the rules page from the declared rules and the gap rules' examples."""
    lines = [
        "# 规则",
        "",
        "由规则本身生成（`pytest tests/test_docs.py --update`），请勿手改。屏幕上看：`taskxl explain 代码`。",
    ]
    group = ""
    for rule in list_rules():
        if rule.code[0] != group:
            group = rule.code[0]
            lines += ["", f"## {GROUPS[group]}"]
        lines += [
            "",
            f"### {rule.code} {rule.name}（{SEVERITY_WORDS[rule.severity]}）",
            "",
            f"- 是什么：{rule.what}",
            f"- 为什么：{rule.why}",
            f"- 怎么办：{rule.cure}",
        ]
        if rule.bad:
            lines += ["", "不报：", "", *_table(rule.good), "", "报：", "", *_table(rule.bad)]
    return "\n".join(lines) + "\n"


def _table(text: str) -> list[str]:
    """Turn an example table of a rule into Markdown: its first row is the head."""
    head, *rows = textwrap.dedent(text).strip().splitlines()
    return [head, "|" + "---|" * (head.count("|") - 1), *rows]


def test_the_rules_page_is_what_the_rules_say(request: pytest.FixtureRequest) -> None:
    if request.config.getoption("--update"):
        RULES.write_text(render_rules(), encoding="utf-8")
    assert RULES.read_text(encoding="utf-8") == render_rules()


def shell_blocks() -> list[str]:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    return re.findall(r"^```sh\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def test_the_readme_begins_with_the_two_set_up_commands_of_one_line_each() -> None:
    install, test = shell_blocks()[:2]
    assert install.count("\n") == test.count("\n") == 1
    assert "taskxl demo" in install
    assert "pytest" in test


def test_every_command_the_readme_names_exists_and_none_is_left_out() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`taskxl (?:-C \S+ )?([a-z][a-z-]*)", text))
    named |= {"demo"} if "taskxl demo" in text else set()
    assert named == set(cli.cli.commands)
