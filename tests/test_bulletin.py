"""通报: what it says is what the summary says, and what findings carry; nothing in doubt, no markup."""

import os
import re
import shutil
import zipfile
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from taskxl.desk import bulletin
from taskxl.desk.bulletin import write_bulletin, write_cards
from taskxl.desk.demo import run_demo
from taskxl.desk.merging import merge_returns
from taskxl.errors import TaskxlError
from taskxl.findings import SEVERITY_WORDS
from taskxl.intake.convert import find_office
from taskxl.ledger import open_ledger
from taskxl.merge.counts import Rate
from taskxl.merge.month import merge_month
from taskxl.model import Month, Office, Period, Settings
from taskxl.reports import sheet_leaders
from taskxl.reports.bulletin.cards import NAMES as CARD_NAMES
from taskxl.reports.bulletin.cards import make_cards
from taskxl.reports.bulletin.contents import NAMES, make_contents, show_rate
from taskxl.reports.bulletin.document import BULLETIN, CARD, fill_document
from taskxl.reports.bulletin.examples import EXAMPLES
from taskxl.reports.bulletin.problems import list_problems
from taskxl.reports.summary import write_summary
from taskxl.reports.view import look_at
from taskxl.resources import template
from taskxl.workspace.folder import Workspace
from tests import months, reports_support
from tests.draw_documents import Drawer
from tests.support import call_main
from tests.word_reader import part, read_all, read_paragraphs, read_tables

NOW = datetime(2026, 4, 27, 9, 0)
DAY = NOW.date()
MARCH, APRIL = Period(2026, 3), Period(2026, 4)
SHARE = r"占([\d.]+)%（(\d+)/(\d+)）"


def fill(month: Month, before: Month | None = None) -> bytes:
    """Return the shipped bulletin of a month."""
    return fill_document(BULLETIN, template(BULLETIN), make_contents(month, before, DAY))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The example's two months, with bulletin and 督办单."""
    workspace = Workspace(tmp_path_factory.mktemp("made") / "样例")
    run_demo(workspace.root)
    write_bulletin(workspace, APRIL, NOW)
    write_cards(workspace, APRIL, NOW)
    return workspace


@pytest.fixture
def workspace(made: Workspace, tmp_path: Path) -> Workspace:
    """A workspace of its own."""
    shutil.copytree(made.root, tmp_path / "样例")
    return Workspace(tmp_path / "样例")


def overview(workspace: Workspace, period: Period) -> tuple[dict[str, Any], list[Any]]:
    """Return the numbers of 总览 by place and label, and its lines; read without any of our code."""
    book = openpyxl.load_workbook(workspace.summary_path(period))
    sheet = book["总览"]
    numbers = {}
    for label, value in (("A", "D"), ("E", "H"), ("I", "L")):
        for row in range(4, 12):
            said = str(sheet[f"{label}{row}"].value).split("\n")[0]
            numbers[f"{label}.{said}"] = sheet[f"{value}{row}"].value
    lines = [sheet.cell(row, 1).value for row in range(12, sheet.max_row + 1)]
    return numbers, [line for line in lines if isinstance(line, str)]


# ---------------------------------------------------------------- the numbers are the summary's


def test_every_status_and_light_is_the_summarys_with_share_and_change(made: Workspace) -> None:
    text = "\n".join(read_paragraphs(made.bulletin_path(APRIL).read_bytes()))
    now, then = overview(made, APRIL)[0], overview(made, MARCH)[0]
    tasks = re.search(r"（一）任务进度。(.*)", text)
    steps = re.search(r"（二）关键节点。(.*)", text)
    assert tasks
    assert steps
    words = {
        "E": (tasks[1], "项", ("已完成", "正常推进", "进度滞后", "尚未启动", "未填或不明")),
        "I": (steps[1], "个", ("已完成", "未到期", "临近", "逾期", "严重滞后", "时限待定")),
    }
    told = 0
    for column, (said, unit, names) in words.items():
        total = now["E.任务" if column == "E" else "I.节点"]
        for name in names:
            count, change = (
                now[f"{column}.{name}"],
                now[f"{column}.{name}"] - then[f"{column}.{name}"],
            )
            found = re.search(rf"(?:^|；){name}(\d+){unit}，{SHARE}，(\S+?)(?=；|。|$)", said)
            if found is None:
                assert count == change == 0, name
                continue
            told += 1
            assert (int(found[1]), int(found[3]), int(found[4])) == (count, count, total)
            assert float(found[2]) == pytest.approx(100 * count / total, abs=0.0501)
            word = f"{'增加' if change > 0 else '减少'}{abs(change)}{unit}" if change else "持平"
            assert found[5].endswith(word), (name, found[5])
            assert "3月" in found[5]
    assert told >= 8
    assert f"重点工作任务{now['E.任务']}项，关键节点{now['I.节点']}个" in text


def test_every_rate_is_the_summarys_with_its_fraction(made: Workspace) -> None:
    text = read_all(made.bulletin_path(APRIL).read_bytes())
    now, _ = overview(made, APRIL)
    for name, key in (
        ("任务完成率", "E.任务完成率"),
        ("到期节点完成率", "I.节点完成率"),
        ("按时报送率", "A.按时报送率"),
        ("报送完整率", "A.报送完整率"),
    ):
        found = re.search(rf"{name}([\d.]+)%（(\d+)/(\d+)）", text)
        assert found, name
        assert float(found[1]) == pytest.approx(100 * now[key], abs=0.0501)
        assert int(found[2]) / int(found[3]) == pytest.approx(now[key], abs=0.0001)


def test_who_has_reported_is_as_the_summary_counts_and_names_it(made: Workspace) -> None:
    text = read_all(made.bulletin_path(APRIL).read_bytes())
    now, lines = overview(made, APRIL)
    assert f"应报送{now['A.应报股室']}个股室，按时报送{now['A.按时报送']}个" in text
    for word in ("迟报", "未报送", "须重报"):
        (names,) = [line.split("：")[1] for line in lines if line.startswith(f"{word}（")]
        assert f"{word}{now[f'A.{word}']}个（{names}）" in text


def test_the_annexes_hold_what_the_sheets_hold(made: Workspace) -> None:
    content = made.bulletin_path(APRIL).read_bytes()
    now, _ = overview(made, APRIL)
    over, near, leaders = read_tables(content)
    unsure = re.search(r"另有(\d+)个节点时限已过", read_all(content))
    doubtful = int(unsure[1]) if unsure else 0
    assert len(over) - 1 + doubtful == now["I.逾期"] + now["I.严重滞后"]
    assert len(near) - 1 == now["I.临近"]
    keys = ("E.任务", "E.已完成", "E.正常推进", "E.进度滞后", "E.尚未启动", "E.未填或不明")
    sums = [now[key] for key in keys] + [now["I.逾期"] + now["I.严重滞后"]]
    assert leaders[-1] == ["合计", *map(str, sums)]
    rows = [[int(cell) for cell in row[1:]] for row in leaders[1:-1]]
    assert [sum(column) for column in zip(*rows, strict=True)] == sums


def test_what_is_due_till_next_months_end_is_all_there(made: Workspace) -> None:
    book = openpyxl.load_workbook(made.summary_path(APRIL))
    rows = [row for row in book["节点台账"].iter_rows(min_row=4, values_only=True) if row[0]]
    due = [
        row
        for row in rows
        if isinstance(row[4], datetime)
        and date(2026, 4, 25) <= row[4].date() <= date(2026, 5, 31)
        and row[5] != "已完成"
    ]
    text = read_all(made.bulletin_path(APRIL).read_bytes())
    told = re.search(r"5月底前到期的节点.*?：\n(.*?)\n1-5月进展情况表", text, re.DOTALL)
    assert told
    lines = told[1].split("\n")
    assert len(lines) == len(due) > 5
    for row in due:
        step = row[3].rstrip("。").translate(str.maketrans("“”", "‘’"))
        assert any(step in line and f"时限{row[4].month}月{row[4].day}日" in line for line in lines)


def test_what_is_called_kept_was_reported_with_a_day_no_later_than_due(made: Workspace) -> None:
    book = openpyxl.load_workbook(made.summary_path(APRIL))
    before = openpyxl.load_workbook(made.summary_path(MARCH))
    rows = [row for row in book["节点台账"].iter_rows(min_row=4, values_only=True) if row[0]]
    old = {
        row[3]
        for row in before["节点台账"].iter_rows(min_row=4, values_only=True)
        if row[0] and row[5] == "已完成"
    }
    text = read_all(made.bulletin_path(APRIL).read_bytes())
    lines = re.findall(r"^\d+．(.*(?:提前\d+天|按期)完成)。$", text, re.MULTILINE)
    assert lines
    for line in lines:
        (row,) = [
            row for row in rows if row[3].rstrip("。").translate(str.maketrans("“”", "‘’")) in line
        ]
        assert row[5] == "已完成"
        assert row[10] <= row[4]
        assert row[3] not in old
        days = (row[4] - row[10]).days
        assert ("按期" if days == 0 else f"提前{days}天") in line


def test_shares_are_rounded_as_excel_shows_them() -> None:
    assert show_rate(Rate(13, 80)) == "16.3%（13/80）", "0.1625 and not 16.2"
    assert show_rate(Rate(1, 1)) == "100.0%（1/1）"


# ---------------------------------------------------------------- nothing in doubt is said


def test_only_errors_and_confirmed_warnings_are_problems(made: Workspace) -> None:
    with open_ledger(made.ledger_path) as ledger:
        month = ledger.month(APRIL)
    assert month is not None
    told = list_problems(look_at(month))
    spoken = {(office, one.task) for office, problems in told.items() for one in problems}
    labels = {task.id: task.label for task in month.master.tasks}
    may = {(f.office, labels.get(f.task or "", "")) for f in month.findings if f.severity != "info"}
    assert spoken
    assert spoken <= may
    text = read_all(fill(month))
    section = text[text.index("四、存在问题") : text.index("五、下一步要求")]
    assert "核实" not in section
    assert "报来的表须重报（这是2026年3月的表，本期是2026年4月）" in section
    assert "请" not in re.sub("“[^”]*”", "", section), "facts; what is wanted is said elsewhere"


@pytest.mark.parametrize("severity", SEVERITY_WORDS)
def test_a_finding_is_published_unless_it_is_a_hint(severity: Any) -> None:
    month = reports_support.make_month()
    (first, *_) = [f for f in month.findings if f.code == "G411"]
    changed = replace(month, findings=(replace(first, severity=severity),))
    assert bool(list_problems(look_at(changed))) == (severity != "info")


def test_what_asks_to_be_checked_is_not_published_whatever_its_severity() -> None:
    month = reports_support.make_month()
    (first, *_) = [f for f in month.findings if f.code == "G411"]
    doubt = replace(first, message="可能有误。请核实。")
    said = replace(first, message="进展情况是“请领导核实预算”，除套话外没有具体内容。请补写。")
    assert list_problems(look_at(replace(month, findings=(doubt,)))) == {}
    (told,) = list_problems(look_at(replace(month, findings=(said,))))["基教股"]
    assert told.facts == ("进展情况是“请领导核实预算”，除套话外没有具体内容",)


def test_slips_in_filling_a_form_are_not_published() -> None:
    month = reports_support.make_month()
    kept = tuple(f for f in month.findings if f.code in ("E301", "E304", "G407", "E303"))
    assert len(kept) == 4
    assert list_problems(look_at(replace(month, findings=kept))) == {}


def test_who_forgot_to_sign_the_form_is_not_named_in_public() -> None:
    month = months.make_month("| 股室 | 填报人 | 填报日期 |\n| 基教股 | | |")
    assert "G412" in [one.code for one in month.findings]
    assert list_problems(look_at(month)) == {}


def test_what_is_still_ahead_is_not_published_as_done_because_its_task_is() -> None:
    """已完成 with a milestone of June that nobody speaks of: whether it is meant is asked (G408)."""
    table = "| 股室 | 上月状态 | 进度状态 | 节点时限 |\n| 基教股 | 已完成 | 已完成 | {} |"
    month = months.make_month(table.format("2021-06-30"))
    assert "G408" in [one.code for one in month.findings]
    contents = make_contents(month, None, months.REPORT_DAY)
    counts = {one["状态"]: one["个数"] for one in contents["节点状态"]}
    assert (counts["已完成"], counts["未到期"]) == (0, 1)
    assert contents["进展"] == []
    due = months.make_month(table.format("2021-04-30"))
    counts = {s["状态"]: s["个数"] for s in make_contents(due, None, months.REPORT_DAY)["节点状态"]}
    assert counts["已完成"] == 1  # the form asked for it, and its task is done
    tasks = tuple(replace(one, closed_on=months.REPORT_DAY) for one in month.master.tasks)
    master = replace(month.master, tasks=tasks)
    closed = merge_month(master, month.period, months.REPORT_DAY, [])
    assert [state.light for state in closed.milestones] == ["done"]


def test_a_milestone_that_may_be_done_is_in_no_list_of_the_overdue() -> None:
    """The office did not report: the milestone is over by the calendar, and nobody knows."""
    month = months.make_month(
        """
        | 股室   | 收到       | 填报日期   | 节点时限   | 完成情况 |
        | 计财股 |            |            | 2021-03-31 |          |
        | 基教股 | 2021-04-25 | 2021-04-25 | 2021-03-31 | 未完成   |
        """
    )
    content = fill(month)
    table = read_tables(content)[0]
    assert [row[3] for row in table[1:]] == ["基教股"]
    assert "另有1个节点时限已过" in read_all(content)
    assert list(make_cards(month, DAY)) == ["计财股", "基教股"], "the return itself is missing"
    assert "2021-03-31" not in str(make_cards(month, DAY)["计财股"])
    assert "可行性研究" not in str(make_cards(month, DAY)["计财股"])


def test_an_office_of_which_something_may_have_come_is_not_simply_called_missing() -> None:
    month = reports_support.make_month()
    findings = tuple(
        replace(f, severity="info", message="可能就是它报的。请核实。") if f.code == "G401" else f
        for f in month.findings
    )
    assert "未报送1个（职教股）" in read_all(fill(month))
    text = read_all(fill(replace(month, findings=findings)))
    assert "未报送1个（职教股有来稿待认定）" in text


def test_nothing_is_praised_that_contradicts_itself_or_has_no_day() -> None:
    table = """
        | 股室   | 任务 | 进度状态 | 节点时限   | 完成情况 | 完成日期   |
        | 基教股 | 1    | 正常推进 | 2021-04-20 | 已完成   | 2021-04-18 |
        | 计财股 | 2    | 尚未启动 | 2021-04-20 | 已完成   | 2021-04-18 |
        | 人事股 | 3    | 正常推进 | 2021-04-20 | 已完成   |            |
        | 安全股 | 4    | 正常推进 | 2021-04-20 | 已完成   | 2021-04-22 |
        | 督导室 | 5    | 正常推进 | 2021-06-20 | 已完成   | 2021-06-18 |
    """
    kept = make_contents(months.make_month(table), None, DAY)["进展"]
    assert [(one["股室"], one["提前天数"]) for one in kept] == [("基教股", 2)]


# ---------------------------------------------------------------- a month of any kind


def test_before_the_report_day_it_says_so(workspace: Workspace) -> None:
    os.utime(workspace.root)
    merge_returns(workspace, APRIL, now=datetime(2026, 4, 20, 9, 0))
    done = write_bulletin(workspace, APRIL, datetime(2026, 4, 20, 10, 0))
    text = read_all(done.path.read_bytes())
    assert "截至2026年4月20日" in text
    assert "报送期限4月25日未到，没有报来的不算未报送" in text
    assert "未报送1个" not in text
    assert "按时报送率" not in text
    assert any("报送期限4月25日未到" in note for note in done.notes)
    late = write_bulletin(workspace, APRIL, NOW)
    assert any("taskxl merge 4" in note for note in late.notes), "the day has come since"


def test_a_month_without_returns_and_one_without_problems() -> None:
    silent = months.make_month("| 股室 | 收到 |\n| 基教股 | |\n| 计财股 | |")
    text = read_all(fill(silent))
    assert "未报送2个（基教股、计财股）" in text
    assert "未填或不明2项，占100.0%（2/2）" in text
    assert "任务完成率" not in text, "nobody has said anything"
    good = months.make_month("| 股室 |\n| 基教股 |\n| 计财股 |")
    text = read_all(fill(good))
    assert "没有发现须通报的问题" in text
    assert "附件：分管项目进展情况表" in text
    assert len(read_tables(fill(good))) == 1, "annexes with nothing in them are not there"
    assert make_cards(good, DAY) == {}
    assert read_all(fill(reports_support.make_empty_month()))


def test_a_list_without_leaders_is_grouped_by_its_sections() -> None:
    """江门's list names no leader: its sections are called what they are, in each document."""
    month = reports_support.make_month()
    tasks = tuple(replace(task, leader="", section="民生实事") for task in month.master.tasks)
    month = replace(month, master=replace(month.master, tasks=tasks))
    content = fill(month)
    assert "分类项目进展情况表" in read_all(content)
    head, first, *_ = read_tables(content)[-1]
    assert (head[0], first[0]) == ("类别", "民生实事")
    assert "分管负责同志" not in [row[0] for row in read_tables(content)[-1]]
    (page,) = [
        s
        for s in reports_support.open_workbook(write_summary(month)).worksheets
        if s.title == "总览"
    ]
    assert "二、分类项目" in [cell.value for row in page.iter_rows() for cell in row]
    table = sheet_leaders.make_table(look_at(month))
    assert "分类项目" in table.title
    assert "每位负责同志" not in table.note
    led = fill(reports_support.make_month())
    assert "分管项目进展情况表" in read_all(led)
    assert read_tables(led)[-1][0][0] == "分管负责同志"


@pytest.mark.parametrize("late", [0, 1, 2])
def test_what_offices_call_behind_is_not_said_to_be_no_problem(late: int) -> None:
    """Nobody is blamed for a word of his own; but the paper says that it was said."""
    good = months.make_month("| 股室 |\n| 基教股 |\n| 计财股 |")
    entries = tuple(
        replace(entry, status="进度滞后") if place < late else entry
        for place, entry in enumerate(good.entries)
    )
    text = read_all(fill(replace(good, entries=entries)))
    said = f"除自报“进度滞后”的{late}项外，" if late else ""
    assert f"四、存在问题\n{said}没有发现须通报的问题。" in text


def test_the_bureaus_word_for_its_offices_is_used(made: Workspace) -> None:
    month = reports_support.make_month()
    settings = replace(month.master.settings, office_word="科室")
    month = replace(month, master=replace(month.master, settings=settings))
    text = read_all(fill(month))
    assert "各科室" in text
    assert "应报送7个科室" in text
    assert "股室" not in text
    card = next(iter(make_cards(month, DAY).values()))
    assert "承办科室" in read_all(fill_document(CARD, template(CARD), card))


@pytest.mark.parametrize(
    "name",
    [
        "{{ 单位 }}{% for a in b %}",
        "<b>基教</b>&amp;股</w:t></w:r>",
        "=1+1",
        "基教\x07\x0b股\x1b\ufffe",
        "基教股\n第二行\t制表",
        'HYPERLINK "http://例"',
        "{_{ 单位 }_}",
    ],
)
def test_whatever_an_office_is_called_it_is_text_and_nothing_else(name: str) -> None:
    month = reports_support.make_month()
    honest = fill(month)
    renamed = rename(month, "基教股", name)
    content = fill(renamed)
    shown = re.sub(
        r"\s+", " ", re.sub(r"[\x00-\x08\x0e-\x1f\ufffe]", "", name.replace("\x0b", " "))
    )
    said = read_all(content)
    # docxtpl takes `{_{` for a way to write `{{`.
    assert shown.replace("{_{", "{{").replace("}_}", "}}") in said
    tags = re.compile(r"<(/?[\w:]+)")
    assert tags.findall(part(content)) == tags.findall(part(honest)), "not a tag more or less"
    card = make_cards(renamed, DAY)
    for values in card.values():
        assert fill_document(CARD, template(CARD), values)


def rename(month: Month, office: str, name: str) -> Month:
    """Call an office otherwise everywhere in a month."""
    tasks = tuple(
        replace(
            task,
            lead_offices=tuple(name if one == office else one for one in task.lead_offices),
            supporting_offices=tuple(
                name if one == office else one for one in task.supporting_offices
            ),
        )
        for task in month.master.tasks
    )
    offices = tuple(
        replace(one, name=name) if one.name == office else one for one in month.master.offices
    )
    states = {task.id: task for task in tasks}
    return replace(
        month,
        master=replace(month.master, tasks=tasks, offices=offices),
        offices=tuple(
            replace(one, office=name) if one.office == office else one for one in month.offices
        ),
        entries=tuple(
            replace(one, office=name) if one.office == office else one for one in month.entries
        ),
        milestones=tuple(replace(one, task=states[one.task.id]) for one in month.milestones),
        findings=tuple(
            replace(one, office=name) if one.office == office else one for one in month.findings
        ),
    )


def test_no_program_code_and_no_link_is_in_what_is_written(made: Workspace) -> None:
    content = made.bulletin_path(APRIL).read_bytes()
    with zipfile.ZipFile(made.bulletin_path(APRIL)) as package:
        names = package.namelist()
        relations = b"".join(package.read(name) for name in names if name.endswith(".rels"))
    assert b"TargetMode" not in relations
    assert not [name for name in names if "vba" in name.lower()]
    assert re.findall(r"<w:instrText[^>]*>([^<]*)<", part(content)) == []
    assert "{{" not in read_all(content)


# ---------------------------------------------------------------- in its folder


def test_twice_is_once_and_what_a_person_changed_is_kept(workspace: Workspace) -> None:
    path = workspace.bulletin_path(APRIL)
    first = path.read_bytes()
    assert not write_bulletin(workspace, APRIL, NOW).written
    hers = edit(path, "云溪县教育局关于", "关于")
    done = write_bulletin(workspace, APRIL, NOW)
    aside = path.with_stem(f"{path.stem}（手工改过1）")
    assert aside.read_bytes() == hers
    assert path.read_bytes() == first
    assert any(aside.name in note for note in done.notes)
    edit(path, "各股室：", "各股室、各学校：")
    write_bulletin(workspace, APRIL, NOW)
    assert len(list(path.parent.glob("*手工改过*"))) == 2


def edit(path: Path, was: str, now: str) -> bytes:
    """Change a word as a person does in Word."""
    import docx

    document = docx.Document(str(path))
    for paragraph in document.paragraphs:
        for run in paragraph.runs:
            run.text = run.text.replace(was, now)
    document.save(str(path))
    return path.read_bytes()


def test_what_has_changed_since_the_merge_is_said(workspace: Workspace) -> None:
    assert write_bulletin(workspace, APRIL, NOW).notes == ()
    book = openpyxl.load_workbook(workspace.summary_path(APRIL))
    book["汇总表"]["A1"].value = "改"
    book.save(workspace.summary_path(APRIL))
    (note,) = write_bulletin(workspace, APRIL, NOW).notes
    assert "汇总以后又改过" in note
    gone = sorted(workspace.returns_folder(APRIL).glob("*.xlsx"))[0]
    gone.unlink()
    notes = write_bulletin(workspace, APRIL, NOW).notes
    assert any("来件、清单或者报送期限到没到有了变化" in note for note in notes)


def test_the_bureaus_own_template_is_filled(workspace: Workspace) -> None:
    own = workspace.root / "模板" / BULLETIN
    own.parent.mkdir()
    drawer = Drawer()
    drawer.write("{{单位}}只说任务{{任务数}}项。")
    own.write_bytes(drawer.save("自己的"))
    done = write_bulletin(workspace, APRIL, NOW)
    assert read_paragraphs(done.path.read_bytes()) == ["云溪县教育局只说任务27项。"]
    own.write_bytes(b"broken")
    before = done.path.read_bytes()
    with pytest.raises(TaskxlError, match=r"^通报\.docx：打不开"):
        write_bulletin(workspace, APRIL, NOW)
    assert done.path.read_bytes() == before


def test_a_pdf_is_written_where_libreoffice_is_and_else_it_is_said(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    if find_office() is not None:
        done = write_bulletin(workspace, APRIL, NOW, pdf=True)
        assert done.pdf == workspace.bulletin_path(APRIL).with_suffix(".pdf")
        assert done.pdf.read_bytes().startswith(b"%PDF-")
        assert write_bulletin(workspace, APRIL, NOW, pdf=True).notes == (), "its own, written anew"
    monkeypatch.setattr(bulletin, "find_office", lambda: None)
    done = write_bulletin(workspace, APRIL, NOW, pdf=True)
    assert done.pdf is None
    assert done.notes == (
        "没有写 PDF：这台电脑上没有找到 LibreOffice。可以用 Word 或 WPS 打开后另存为 PDF。",
    )


def test_a_month_that_was_never_merged_has_no_bulletin(workspace: Workspace) -> None:
    with pytest.raises(TaskxlError, match=r"还没有汇总过.*taskxl merge 5"):
        write_bulletin(workspace, Period(2026, 5), NOW)


def test_the_command_has_its_alias_and_says_where_it_wrote(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    status, out, _ = call_main(capsys, "-C", workspace.root, "通报", "四月")
    assert status == 0
    assert str(workspace.bulletin_path(APRIL)) in out
    status, _, error = call_main(capsys, "-C", workspace.root, "bulletin", "9")
    assert status == 2
    assert error.count("\n") == 1


# ---------------------------------------------------------------- 督办单


def test_all_cards_go_into_one_zip_with_names_that_windows_takes(workspace: Workspace) -> None:
    path = workspace.cards_path(APRIL)
    first = path.read_bytes()
    assert not write_cards(workspace, APRIL, NOW).written
    assert path.read_bytes() == first
    with zipfile.ZipFile(path) as parcel:
        infos = parcel.infolist()
        assert parcel.testzip() is None
        texts = {one.filename: read_all(parcel.read(one)) for one in infos}
    assert all(one.flag_bits & 0x800 for one in infos), "names are UTF-8 and say so"
    assert not any(re.search(r'[<>:"/\\|?*\x00-\x1f]', name) for name in texts)
    assert "督办单-项目办-2026年4月.docx" in texts
    assert "未报送" in texts["督办单-招生办-2026年4月.docx"]
    text = texts["督办单-项目办-2026年4月.docx"]
    for said in ("新建城东小学", "4月10日", "15天", "2026年5月25日前", "承办人", "分管负责同志"):
        assert said in text


def test_why_a_return_is_missing_stands_whole_on_the_card() -> None:
    table = "| 股室 | 上月收到 | 收到 |\n| 招考股 | | |\n| 基教股 | 2021-03-20 | 2021-04-20 |"
    month = months.make_month(table)
    (item,) = make_cards(month, DAY)["招考股"]["事项"]
    assert "已连续2个月（3月、4月）没有报送" in item["说明"]


def test_a_card_of_one_office_by_any_of_its_names_and_of_one_task(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    root = workspace.root
    status, out, _ = call_main(capsys, "-C", root, "card", "4")
    assert status == 0
    assert "项目办" in out
    status, out, _ = call_main(capsys, "-C", root, "督办", "4", "--office", " 项目 办")
    assert status == 0
    assert workspace.card_path("项目办", APRIL).is_file()
    status, out, _ = call_main(capsys, "-C", root, "card", "4", "--task", "14")
    assert status == 0
    assert "新建城东小学" in read_all(workspace.card_path("第14项", APRIL).read_bytes())
    for words in (
        ("--office", "办公室"),
        ("--office", "没有股"),
        ("--task", "99"),
        ("--task", "1"),
    ):
        status, out, error = call_main(capsys, "-C", root, "card", "4", *words)
        assert status == 2, words
        assert error.count("\n") == 1
    status, _, error = call_main(capsys, "-C", root, "card", "4", "--all", "--task", "1")
    assert status == 2
    assert "请只写一个" in error


# ---------------------------------------------------------------- what a template may name


def test_the_examples_have_the_shape_of_what_documents_are_filled_with() -> None:
    month = reports_support.make_month()
    before = replace(month, period=Period(2026, 3))
    values = make_contents(month, before, DAY)
    assert list(values) == list(NAMES)
    assert shape(EXAMPLES[BULLETIN]) == shape(values)
    card = make_cards(month, DAY)["计财股"]
    assert list(card) == list(CARD_NAMES)
    assert shape(EXAMPLES[CARD]) == shape(card)


def shape(value: Any) -> Any:
    """Return a value's types and names; of a list those of its first item, where it has one."""
    if isinstance(value, dict):
        return {key: shape(one) for key, one in sorted(value.items())}
    if isinstance(value, list):
        return "list"
    return type(value).__name__


@pytest.mark.parametrize(
    "key", ["进展", "问题", "下阶段节点", "逾期", "临近", "分管", "任务状态", "节点状态", "附件"]
)
def test_the_items_of_lists_have_the_names_of_the_examples(key: str) -> None:
    value = make_contents(reports_support.make_month(), None, DAY)[key]
    assert value
    assert all(shape(one) == shape(EXAMPLES[BULLETIN][key][0]) for one in value)


def test_december_asks_for_nothing_next_year() -> None:
    month = months.make_month(
        "| 股室 | 节点时限 |\n| 基教股 | 2021-12-31 |",
        as_of=date(2021, 12, 25),
        period=Period(2021, 12),
    )
    text = read_all(fill(month))
    assert "12月底前到期的节点" in text
    assert "13月" not in text
    assert "2022" not in text


def test_very_long_names_and_many_tasks_are_all_there() -> None:
    office = Office("负责统筹协调全县义务教育优质均衡发展和学前教育普及普惠工作的综合改革办公室")
    rows = "\n".join(
        f"| {office.name if n % 11 == 0 else f'第{n % 11}股'} | {n} | 进度滞后 | 2021-03-{n:02d} | 未完成 | |"
        for n in range(1, 31)
    )
    month = months.make_month(
        f"| 股室 | 任务 | 进度状态 | 节点时限 | 完成情况 | 存在问题 |\n{rows}",
        Settings(bureau="云溪县教育局", year=2021),
    )
    content = fill(month)
    table = read_tables(content)[0]
    assert len(table) == 31
    assert office.name in read_all(content)
    cards = make_cards(month, DAY)
    assert len(cards) == 11
    assert sum(len(one["事项"]) + one["其余"] for one in cards.values()) == 30
