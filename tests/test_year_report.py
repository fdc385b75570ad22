"""工作总结, the calendar and the next year's list: what they say, and what they never say."""

import io
import shutil
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import docx
import icalendar
import pytest
from openxml_audit import OpenXmlValidator

from taskxl.dates import find_due, report_day
from taskxl.desk.demo import run_demo
from taskxl.desk.lists import check_workspace, load_master
from taskxl.desk.next_year import init_from_year
from taskxl.desk.taking_over import update_workspace
from taskxl.desk.year_report import write_calendar, write_year_report
from taskxl.errors import TaskxlError
from taskxl.master.revising.carrying import Origin, carry_over, find_origin
from taskxl.model import Delay, Instruction, Milestone, Month, Office, Period, Task
from taskxl.reports.bulletin.document import YEAR_REPORT, fill_document
from taskxl.reports.year_calendar import make_calendar
from taskxl.reports.year_pictures import Bar, draw_bar, mark_of_month
from taskxl.reports.year_report.year_contents import NAMES, make_year_contents
from taskxl.reports.year_view import look_at_year
from taskxl.resources import template
from taskxl.workspace.folder import Workspace
from tests.months import make_month
from tests.support import call_main, make_once, make_workbook
from tests.word_reader import read_all, read_tables

NOW = datetime(2027, 1, 5, 9, 0)
DAY = NOW.date()
MARCH = """
| 任务 | 股室   | 进度状态 | 进展情况            | 存在问题     | 节点时限   | 完成情况 | 完成日期   |
| 1    | 基教股 | 正常推进 | 走访12所学校。      | 无           | 2021-03-20 | 已完成   | 2021-03-18 |
| 2    | 计财股 | 进度滞后 | 编好招标文件。      | 资金未到位。 | 2021-03-01 | 未完成   |            |
| 3    | 人事股 | 正常推进 | 全员轮训一次。      | 无           | 2021-12-31 | 未完成   |            |
"""
APRIL = """
| 任务 | 股室   | 进度状态 | 进展情况                      | 存在问题 | 节点时限   | 完成情况 | 完成日期 |
| 1    | 基教股 | 已完成   | 走访12所学校。通过专家评审。  | 无       | 2021-03-20 | 已完成   | 2021-03-18 |
| 2    | 计财股 | 进度滞后 | 编好招标文件。                | 无       | 2021-03-01 | 未完成   |          |
| 3    | 人事股 | 正常推进 | {{7*7}} <w:br/> =1+1          | 无       | 2021-12-31 | 未完成   |          |
"""


def make_months() -> tuple[Month, Month]:
    march = make_month(MARCH, as_of=date(2021, 3, 25), period=Period(2021, 3))
    return march, make_month(APRIL)


def fill(*months: Month) -> bytes:
    """Return the shipped report of some months."""
    return fill_document(YEAR_REPORT, template(YEAR_REPORT), make_year_contents(months, DAY))


made, workspace = make_once(lambda folder: Workspace(run(folder / "样例")), "样例")


def run(folder: Path) -> Path:
    run_demo(folder)
    return folder


# ---------------------------------------------------------------- the words


def test_a_text_that_a_later_one_holds_is_said_once_and_a_repeated_one_where_it_came_first() -> (
    None
):
    one, two, _ = make_year_contents(make_months(), DAY)["任务"]
    assert [said["一句话"] for said in one["进展"]] == ["4月，基教股：走访12所学校。通过专家评审。"]
    assert [said["一句话"] for said in two["进展"]] == ["3月，计财股：编好招标文件。"]


def test_the_reason_is_what_the_office_last_gave_with_its_month() -> None:
    unfinished = make_year_contents(make_months(), DAY)["未完成"]
    assert [one["编号"] for one in unfinished] == ["2", "3"]
    assert unfinished[0]["原因"] == "3月计财股填报：资金未到位"
    assert "逾期" in unfinished[0]["节点"] or "严重滞后55天" in unfinished[0]["节点"]
    assert unfinished[1]["原因"] == ""
    assert "没有报过存在的问题" in unfinished[1]["一句话"]


@pytest.mark.parametrize("end", ["。", "；", "：", ""])
def test_a_tasks_name_goes_into_a_sentence_without_the_stop_at_its_end(end: str) -> None:
    march, april = make_months()
    tasks = tuple(replace(one, title=f"增加学位{end}") for one in april.master.tasks)
    april = replace(april, master=replace(april.master, tasks=tasks))
    contents = make_year_contents([march, april], DAY)
    assert {one["名称"] for one in contents["任务"]} == {"增加学位"}
    assert all(
        f"增加学位{end}（" not in text for text in read_all(fill(march, april)).split("\n") if end
    )


def test_what_an_office_wrote_stays_text() -> None:
    text = read_all(fill(*make_months()))
    assert "4月，人事股：{{7*7}} <w:br/> =1+1。" in text


def test_a_due_day_that_is_only_a_reading_makes_nobody_late() -> None:
    march, april = make_months()
    vague = replace(march.milestones[0].milestone, due=date(2021, 3, 1), vague="约数")
    task = replace(april.master.tasks[0], milestones=(vague,))
    states = tuple(
        replace(s, milestone=vague, task=task) if s.task.id == task.id else s
        for s in april.milestones
    )
    master = replace(april.master, tasks=(task, *april.master.tasks[1:]))
    told = make_year_contents([replace(april, master=master, milestones=states)], DAY)
    assert told["任务"][0]["节点"].endswith("3月18日完成")


def test_an_office_that_has_another_name_now_is_called_by_that() -> None:
    march, april = make_months()
    offices = tuple(
        Office("基础教育股", ("基教股",)) if o.name == "基教股" else o for o in april.master.offices
    )
    april = replace(april, master=replace(april.master, offices=offices))
    words = make_year_contents((march, april), DAY)["任务"][0]["进展"]
    assert {said["股室"] for said in words} == {"基础教育股"}


def test_months_in_any_order_give_the_same_bytes_and_one_month_is_a_year_too() -> None:
    march, april = make_months()
    assert fill(march, april) == fill(april, march)
    assert "3月报送的进展情况表" in read_all(fill(march))


def test_the_annex_counts_each_tasks_milestones() -> None:
    annex, leaders = read_tables(fill(*make_months()))
    assert annex[1][0:2] == ["1", "1"]
    assert annex[1][5:] == ["已完成", "1", "1", "1"]
    assert annex[2][5:] == ["进度滞后", "1", "0", "0"]
    assert leaders[-1][:3] == ["合计", "3", "1"]


def test_the_page_names_everything_that_the_template_may_name() -> None:
    import re

    page = (Path(__file__).resolve().parent.parent / "docs" / "year.md").read_text("utf-8")
    assert dict(re.findall(r"^\| `(.+?)` \| (.+) \|$", page, re.MULTILINE)) == NAMES


# ---------------------------------------------------------------- the document in its folder


def test_the_report_is_written_twice_the_same_and_what_a_person_changed_is_kept_aside(
    workspace: Workspace,
) -> None:
    first = write_year_report(workspace, NOW)
    assert first.path.name == "2026年重点工作总结.docx"
    assert first.notes == ("最近汇总的是2026年4月，总结写的是截至这个月的情况。",)
    assert not write_year_report(workspace, NOW).written
    document = docx.Document(str(first.path))
    document.paragraphs[0].text = "某某局2026年工作回顾"
    document.save(str(first.path))
    again = write_year_report(workspace, NOW)
    aside = first.path.with_stem(f"{first.path.stem}（手工改过1）")
    assert docx.Document(str(aside)).paragraphs[0].text == "某某局2026年工作回顾"
    assert any("手工改动" in note for note in again.notes)


def test_the_report_is_filled_as_the_bureau_has_redrawn_it(workspace: Workspace) -> None:
    document = docx.Document(io.BytesIO(template(YEAR_REPORT)))
    body = document.element.body
    start = next(p for p in document.paragraphs if p.text == "四、下一步工作")
    end = next(p for p in document.paragraphs if p.text.startswith("附件："))
    places = list(body)
    for element in places[places.index(start._p) : places.index(end._p)]:
        body.remove(element)
    document.paragraphs[0].text = "红头 {{单位}}"
    own = workspace.root / "模板" / YEAR_REPORT
    own.parent.mkdir(exist_ok=True)
    document.save(str(own))
    assert not [f for f in check_workspace(workspace) if f.code == "F530"]
    text = read_all(write_year_report(workspace, NOW).path.read_bytes())
    assert text.startswith("红头 云溪县教育局\n")
    assert "四、下一步工作" not in text


def test_a_wrong_placeholder_is_one_line_with_its_place(workspace: Workspace) -> None:
    document = docx.Document(io.BytesIO(template(YEAR_REPORT)))
    document.paragraphs[0].text = "{{单位名}}"
    own = workspace.root / "模板" / YEAR_REPORT
    own.parent.mkdir(exist_ok=True)
    document.save(str(own))
    (finding,) = [f for f in check_workspace(workspace) if f.code == "F530"]
    assert finding.file == YEAR_REPORT
    assert "单位名" in finding.message
    with pytest.raises(TaskxlError, match=r"^工作总结\.docx〔正文第1段〕：.*单位名"):
        write_year_report(workspace, NOW)


def test_the_document_passes_the_validator(tmp_path: Path) -> None:
    path = tmp_path / "总结.docx"
    path.write_bytes(fill(*make_months()))
    assert not OpenXmlValidator().validate(str(path)).errors


def test_nothing_merged_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / "附件1.xlsx"
    path.write_bytes(make_workbook({"附件1": LIST_2021}))
    from taskxl.desk.taking_over import init_workspace

    init_workspace(tmp_path / "区", [path], 2021)
    with pytest.raises(TaskxlError, match="还没有汇总过的月份"):
        write_year_report(Workspace(tmp_path / "区"), NOW)


# ---------------------------------------------------------------- the calendar


def read_events(content: bytes) -> dict[str, Any]:
    """Return the calendar's events by what they are called."""
    calendar = icalendar.Calendar.from_ical(content)
    return {str(event["summary"]): event for event in calendar.walk("VEVENT")}


def test_every_milestone_with_a_date_is_a_day_in_the_calendar(workspace: Workspace) -> None:
    written = write_calendar(workspace, NOW)
    events = read_events(written.path.read_bytes())
    master, _ = load_master(workspace)
    steps = [step for task in master.tasks for step in task.milestones if step.due]
    told = [event for event in events.values() if not str(event["summary"]).endswith("报送截止")]
    assert sorted(e.decoded("dtstart") for e in told) == sorted(step.due for step in steps)
    assert len({str(event["uid"]) for event in events.values()}) == len(events)
    april = events["1-4月进展情况表报送截止"]
    assert april.decoded("dtstart") == report_day(Period(2026, 4), master.settings)
    assert not write_calendar(workspace, NOW).written


def test_what_is_done_is_marked_and_rings_no_more(workspace: Workspace) -> None:
    events = read_events(write_calendar(workspace, NOW).path.read_bytes())
    done = [e for name, e in events.items() if name.startswith("（已完成）")]
    still = [e for name, e in events.items() if not name.startswith("（已完成）")]
    assert done
    assert not any(event.subcomponents for event in done)
    (alarm,) = still[0].subcomponents
    assert alarm.decoded("trigger") == timedelta(days=-7, hours=9)


def test_an_approved_delay_moves_the_day_and_the_event_stays_the_same_one() -> None:
    _, april = make_months()
    step = april.master.tasks[1].milestones[0]
    delay = Delay("2", step.id, "计财股", approved_by="何远山", until=date(2021, 6, 30))
    before = read_events(make_calendar(april.master))
    after = read_events(make_calendar(replace(april.master, delays=(delay,))))
    (name,) = [name for name in before if name.startswith("第2项")]
    assert after[name].decoded("dtstart") == date(2021, 6, 30)
    assert after[name]["uid"] == before[name]["uid"]
    assert "原时限：2021-03-01" in str(after[name]["description"])


def test_a_text_cannot_leave_its_line_in_the_calendar() -> None:
    _, april = make_months()
    step = Milestone("招标\r\nEND:VEVENT\r\nATTACH:http://x.example", date(2021, 5, 1), id="1/1")
    task = replace(april.master.tasks[0], milestones=(step,))
    content = make_calendar(replace(april.master, tasks=(task,)))
    (event,) = [e for n, e in read_events(content).items() if n.startswith("第1项")]
    assert "attach" not in event


def test_the_calendar_of_an_office_has_its_tasks_only(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    master, _ = load_master(workspace)
    office = master.tasks[0].lead_offices[0]
    args = ("-C", workspace.root, "year", "--calendar", "--office")
    code, out, _ = call_main(capsys, *args, office)
    assert code == 0
    assert f"节点-{office}.ics" in out
    code, _, err = call_main(capsys, *args, "没有这个股")
    assert code == 2
    assert "没有有任务的" in err


# ---------------------------------------------------------------- the next year

LIST_2021 = r"""
| 云溪县教育局2021年重点工作任务一览表 | | | | |
| 序号 | 任务名称 | 主要内容和关键时间节点计划 | 责任股室 | 备注 |
| 1 | 编制发展规划 | 摸清底数。\n关键时间节点：\n一是3月底前完成初稿。\n二是6月底前报批。 | 办公室 | 会议纪要 |
"""


def make_list() -> Any:
    _, april = make_months()
    one, two, three = april.master.tasks
    steady = find_due("每月", 2021)
    assert steady is not None
    steps = (
        Milestone("一是完成招标。", date(2021, 3, 1), id="2/1"),
        Milestone("二是开工。", date(2021, 9, 30), id="2/2"),
        Milestone("三是竣工。", date(2022, 6, 30), id="2/3"),
    )
    one = replace(one, milestones=(*one.milestones, Milestone("每月通报。", None, steady.vague)))
    two = replace(two, milestones=steps, remarks=("会议纪要",), number="7")
    closed = Task("8", "已经销号", id="8", closed_on=date(2021, 9, 1))
    asked = (Instruction("2", "加快。", id="批04-2"), Instruction("8", "已了。", id="批04-8"))
    return replace(april.master, tasks=(one, two, three, closed), instructions=asked)


def test_what_is_unfinished_comes_numbered_anew_with_what_is_not_done_of_it() -> None:
    carried = carry_over(make_list(), {"1"}, {"1/1", "2/1"})
    assert [(task.number, task.id, task.title) for task in carried.master.tasks] == [
        ("1", "1", "任务之1"),
        ("2", "2", "任务之2"),
        ("3", "3", "任务之3"),
    ]
    assert (carried.unfinished, carried.recurring) == (2, 1)
    assert [task.title for task in carried.left] == ["已经销号"]
    one, two, three = carried.master.tasks
    assert [step.text for step in one.milestones] == ["每月通报。"]
    assert [(step.id, step.text, step.due) for step in two.milestones] == [
        ("2/1", "二是开工。", None),
        ("2/2", "三是竣工。", date(2022, 6, 30)),
    ]
    assert two.milestones[0].vague is not None
    assert "原时限2021年9月30日" in two.milestones[0].vague
    assert two.remarks == ("会议纪要", "〔结转自2021年第7项，标识2〕")
    assert find_origin(two) == Origin(2021, "7", "2")
    assert three.milestones[0].due is None


def test_open_instructions_go_with_their_tasks() -> None:
    (asked,) = carry_over(make_list(), {"1"}, ()).master.instructions
    assert (asked.task, asked.text, asked.month) == ("2", "加快。", 0)


def test_a_task_carried_twice_knows_where_it_was_last() -> None:
    once = carry_over(make_list(), {"1"}, ()).master
    twice = carry_over(once, {"1", "3"}, ()).master
    two = next(task for task in twice.tasks if task.title == "任务之2")
    assert two.remarks[1:] == ("〔结转自2021年第7项，标识2〕", "〔结转自2022年第2项，标识2〕")
    assert find_origin(two) == Origin(2022, "2", "2")
    assert twice.settings.year == 2023
    assert twice.title == "云溪县教育局2023年重点工作任务一览表"


def test_the_next_years_workspace_reads_checks_and_takes_the_new_list(
    workspace: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    new = tmp_path / "2027年重点工作"
    code, out, _ = call_main(capsys, "init", new, "--from-year", workspace.root)
    assert code == 0
    assert "是否完成，按2026年4月的汇总认定，以后完成的还不知道。请核对。" in out
    assert (
        "已经有了，没有改动它" in call_main(capsys, "init", new, "--from-year", workspace.root)[1]
    )
    master, findings = load_master(Workspace(new))
    assert not [one for one in findings if one.severity == "error"]
    assert master.settings.year == 2027
    assert all(find_origin(task) for task in master.tasks)
    assert not [f for f in check_workspace(Workspace(new)) if f.code == "M106"]
    title = master.tasks[0].title
    path = tmp_path / "附件1.xlsx"
    path.write_bytes(
        make_workbook(
            {
                "附件1": "| 云溪县教育局2027年重点工作任务一览表 | | | |\n"
                "| 序号 | 任务名称 | 主要内容和关键时间节点计划 | 责任股室 |\n"
                + "".join(
                    f"| {n} | {task.title} | {plan(task)} | {'、'.join(task.lead_offices)} |\n"
                    for n, task in enumerate(master.tasks, 1)
                )
                + f"| {len(master.tasks) + 1} | 全新任务 | 一是6月底前完成。 | 办公室 |\n"
            }
        )
    )
    updated = update_workspace(new, [path], NOW)
    kept = next(task for task in updated.tasks if task.title == title)
    assert kept.id == master.tasks[0].id
    assert find_origin(kept) == find_origin(master.tasks[0])
    assert any(task.title == "全新任务" for task in updated.tasks)


def plan(task: Task) -> str:
    """Return the milestones of a carried task with dates of the new year."""
    return "\\n".join(
        f"（{n}）{min(n, 12)}月底前{step.text}" for n, step in enumerate(task.milestones, 1)
    )


def test_from_year_goes_with_no_list_and_into_no_old_folder(
    workspace: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for arguments in (
        ("init", workspace.root, "--from-year", workspace.root),
        ("init", tmp_path / "新", "--from-year", workspace.root, "--update"),
        ("init", tmp_path / "新", "--from-year", tmp_path),
        ("init", tmp_path / "新"),
    ):
        code, out, err = call_main(capsys, *arguments)
        assert (code, out) == (2, "")
        assert err.count("\n") == 1
    assert not (tmp_path / "新").exists()


# ---------------------------------------------------------------- the pictures


def test_a_months_mark_tells_status_and_what_is_overdue() -> None:
    march, april = make_months()
    year = look_at_year((march, april))
    marks = [mark_of_month(year.last, task)[0] for task in april.master.tasks]
    assert marks == ["●", "▲逾1", "○"]


@pytest.mark.parametrize(
    ("due", "light", "done_on", "bar"),
    [
        ("2021-03-20", "done", "2021-03-18", Bar(0, 7, 7)),
        ("2021-03-20", "done", "2021-05-02", Bar(0, 7, 12, late=12)),
        ("2021-03-01", "severe", None, Bar(0, 6, None, late=11)),
        ("2022-06-30", "on time", None, Bar(0, 35, past=1)),
        ("2020-12-31", "severe", None, Bar(0, 0, late=11, past=-1)),
    ],
)
def test_a_bar_runs_to_the_due_day_and_on_while_it_is_over(
    due: str, light: Any, done_on: str | None, bar: Bar
) -> None:
    _, april = make_months()
    state = april.milestones[0]
    assert state.entry is not None
    day = date.fromisoformat(done_on) if done_on else None
    state = replace(
        state,
        light=light,
        milestone=replace(state.milestone, due=date.fromisoformat(due)),
        entry=replace(state.entry, done_on=day),
    )
    assert draw_bar(state, None, april.as_of) == bar


def test_work_without_an_end_and_without_a_date_is_named(tmp_path: Path) -> None:
    _, april = make_months()
    state = april.milestones[1]
    steady = find_due("长期坚持", 2021)
    assert steady is not None
    for vague, word in ((steady.vague, "长期"), ("没有写完成时限", "时限待定")):
        step = replace(state.milestone, due=None, vague=vague)
        assert draw_bar(replace(state, milestone=step), None, april.as_of).note == word


def test_the_old_workspace_is_only_read(workspace: Workspace, tmp_path: Path) -> None:
    before = {p: p.read_bytes() for p in workspace.root.rglob("*") if p.is_file()}
    init_from_year(tmp_path / "新", workspace.root, NOW)
    assert {p: p.read_bytes() for p in workspace.root.rglob("*") if p.is_file()} == before
    shutil.rmtree(tmp_path / "新")
