"""One declaration a rule: whatever is known of a code stands there, and every room reads it."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from taskxl import findings as ground
from taskxl.findings import Finding, Rule
from taskxl.merge import registry
from taskxl.reports.send_back import send_back_text
from taskxl.reports.sheet_overview import find_urgent
from taskxl.reports.sheet_tasks import WIDTHS
from taskxl.reports.summary import write_summary
from taskxl.reports.view import look_at
from taskxl.rules import DECLARING, list_rules, rule_of
from tests.months import make_month
from tests.reports_support import open_workbook

PACKAGE = Path(ground.__file__).parent
TABLE = "| 股室 | 进展情况 |\n| 基教股 | 完成12所学校的摸底。 |"


@pytest.fixture
def dummy(monkeypatch: pytest.MonkeyPatch) -> Rule:
    """Declare a rule that nobody knows: in one place, and for one test."""
    monkeypatch.setattr(ground, "_REGISTRY", dict(ground._REGISTRY))
    monkeypatch.setattr(registry, "_GAP_RULES", dict(registry._GAP_RULES))

    @registry.gap_rule(
        "G499",
        "样例规则",
        "warning",
        what="样例。",
        why="样例。",
        cure="请照样例改。",
        mark=("obstacles", "样例"),
        office_column="reporter",
        mender="office",
        urgency=1,
    )
    def find_example(rule: Rule, view: registry.View) -> Iterator[Finding]:
        for entry in view.month.entries:
            yield rule.found("写得像样例。请改。", office=entry.office, task=entry.task)

    return ground._REGISTRY["G499"]


def test_a_new_rule_needs_one_declaration(dummy: Rule) -> None:
    month = make_month(TABLE)
    book = open_workbook(write_summary(month))
    marked = [cell for row in book["汇总表"] for cell in row if "【样例】" in str(cell.value)]
    assert [book["汇总表"].cell(3, cell.column).value for cell in marked] == [
        "存在问题和下一步工作计划"
    ]
    assert "写得像样例" in marked[0].comment.text
    listed = [row for row in book["缺口清单"].iter_rows(values_only=True) if row[2] == dummy.code]
    assert [(row[3], row[7]) for row in listed] == [("样例规则", "请照样例改。")]
    assert "写得像样例。请改。" in send_back_text(month, "基教股")
    assert dummy in list_rules()


def test_what_the_declaration_says_holds_in_every_sheet(dummy: Rule) -> None:
    said = dummy.found("这份表像样例。", office="基教股")
    month = replace(make_month(TABLE), findings=(said, *make_month(TABLE).findings))
    view = look_at(month)
    assert find_urgent(view)[0].first.code == dummy.code, "urgency 1 comes first"
    book = open_workbook(write_summary(month))
    (cell,) = [
        cell
        for row in book["报送情况"]
        for cell in row
        if cell.comment and "像样例" in cell.comment.text
    ]
    assert book["报送情况"].cell(3, cell.column).value == "填报人"


@pytest.mark.parametrize("rule", list_rules(), ids=lambda rule: rule.code)
def test_an_office_is_told_of_exactly_what_it_can_mend(rule: Rule) -> None:
    finding = rule.found("有一处不对。请改。", severity="warning", office="基教股")
    month = replace(make_month(TABLE), findings=(finding,))
    text = send_back_text(month, "基教股")
    assert ((rule.said_to_office or finding.message) in text) is (rule.mender != "bureau")


def test_every_finding_of_a_task_is_marked_with_its_rules_word() -> None:
    """One book of as many tasks as there are rules, a finding on each."""
    rules = list_rules()
    clean = make_month("| 股室 |\n" + "| 基教股 |\n" * len(rules))
    tasks = clean.master.tasks
    said = tuple(
        rule.found("有一处不对。", severity="warning", office="基教股", task=task.id)
        for rule, task in zip(rules, tasks, strict=True)
    )
    sheet = open_workbook(write_summary(replace(clean, findings=said)))["汇总表"]
    shown = {str(row[1].value): " ".join(str(cell.value) for cell in row) for row in sheet}
    for rule, task in zip(rules, tasks, strict=True):
        (row,) = (row for title, row in shown.items() if title.endswith(task.title))
        assert row.count("【") == 1, rule.code
        assert f"【{rule.marks[1]}】" in row, rule.code


def test_words_of_a_rule_are_of_use() -> None:
    rules = list_rules()
    for rule in rules:
        assert all((rule.what, rule.why, rule.cure)), rule.code
        assert not rule.said_to_office or rule.mender != "bureau", rule.code
        assert bool(rule.good) == bool(rule.bad), rule.code
        assert set(rule.covers) <= {one.code for one in rules}, rule.code
        assert not rule.partial or "{}" in rule.partial, rule.code
    assert set(WIDTHS) >= {"编号", "项目名称", "进展情况"}


def test_a_code_declared_no_more_is_shown_by_its_code() -> None:
    old = rule_of("G998")
    assert (old.name, old.marks, old.mender) == ("G998", ("progress", "请核实"), "bureau")
    clean = make_month(TABLE)
    said = Finding("G998", "warning", "旧规则的话。", "基教股", clean.master.tasks[0].id)
    book = open_workbook(write_summary(replace(clean, findings=(said,))))
    assert any(row[2] == "G998" for row in book["缺口清单"].iter_rows(values_only=True))


def declared_in_source() -> dict[str, str]:
    """Return every code that the source declares, with its module."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            name = node.func if isinstance(node, ast.Call) else None
            if isinstance(name, ast.Name) and name.id in ("rule", "gap_rule"):
                assert isinstance(node, ast.Call)
                code = node.args[0]
                assert isinstance(code, ast.Constant), f"{path}: a code that is not written out"
                assert code.value not in found, f"{code.value} is declared twice"
                found[str(code.value)] = str(path.relative_to(PACKAGE))
    return found


def test_the_list_of_declaring_modules_leaves_none_out() -> None:
    """In a new process, where nothing else has loaded a module that declares rules."""
    script = "from taskxl.rules import list_rules; print(*[rule.code for rule in list_rules()])"
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=True,
        cwd=PACKAGE.parent,
    )
    source = declared_in_source()
    missing = {code: where for code, where in source.items() if code not in done.stdout.split()}
    assert not missing, f"rules.DECLARING does not load {missing}"
    assert set(done.stdout.split()) == set(source)
    assert len(set(DECLARING)) == len(DECLARING)
