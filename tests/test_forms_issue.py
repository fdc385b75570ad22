"""Who gets which form, and what stands in it before a clerk opens it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from openxml_audit import OpenXmlValidator

from taskxl.forms.identity import digest_text
from taskxl.forms.issue import compose_form, form_title, preview_form, render_form, strip_mark
from taskxl.forms.template.template import compile_template
from taskxl.intake.reading import read_book
from taskxl.master.book.making import make_master
from taskxl.master.reading.task_list import read_task_list
from taskxl.model import Entry, MasterList, Milestone, Office, Period, Settings, Task
from taskxl.resources import template
from taskxl.roster import divide_tasks
from taskxl.text import squeeze
from taskxl.words import BEHIND, DONE, ON_TRACK, PREVIOUS_MARK
from tests.clerks import convert_all
from tests.drawings import change_parts, draw_elaborate

APRIL = Period(2021, 4)
AS_OF = date(2021, 4, 25)
BUILD = Task(
    number="1",
    title="建成实验小学",
    section="张三同志负责项目",
    leader="张三",
    content="建成实验小学。\n关键节点：",
    lead_offices=("基教股",),
    supporting_offices=("计财股",),
    milestones=(
        Milestone("一是4月底前开工。", date(2021, 4, 30), id="1/1"),
        Milestone("二是2月底前立项。", date(2021, 2, 28), id="1/2"),
        Milestone("三是5月底前封顶。", date(2021, 5, 31), id="1/3"),
        Milestone("四是长期做好安全工作。", id="1/4"),
    ),
    id="1",
)
ENROL = Task(
    number="2",
    title="做好招生",
    leader="李四",
    content="阳光招生。",
    lead_offices=("基教股",),
    milestones=(Milestone("一是4月25日前发方案。", date(2021, 4, 25), id="2/1"),),
    id="2",
)
FUND = Task(number="3", title="落实经费", lead_offices=("计财股",), id="3")
MASTER = MasterList(
    "云溪县教育系统2021年重点工作任务一览表",
    (BUILD, ENROL, FUND),
    (Office("基教股", leader="张三"), Office("计财股")),
    Settings(bureau="云溪县教育局", year=2021),
)


def entry(task: str, status: str = ON_TRACK, progress: str = "", obstacles: str = "") -> Entry:
    return Entry(task, "基教股", status, progress, obstacles)


def words(form_block: Sequence[Mapping[str, str]], word: str) -> list[str]:
    return [record[word] for record in form_block]


def test_an_office_reports_on_what_it_leads_and_only_sees_what_it_supports() -> None:
    form = compose_form(MASTER, "计财股", APRIL, AS_OF)
    assert words(form.blocks["任务"], "名称") == ["落实经费"]
    assert words(form.blocks["协办"], "名称") == ["建成实验小学"]
    assert words(form.blocks["协办"], "股室") == ["基教股"]
    assert "协办" not in compose_form(MASTER, "基教股", APRIL, AS_OF).blocks


def test_a_setting_has_supporting_offices_report_too() -> None:
    master = replace(MASTER, settings=replace(MASTER.settings, supporting_report=True))
    form = compose_form(master, "计财股", APRIL, AS_OF)
    assert words(form.blocks["任务"], "名称") == ["建成实验小学", "落实经费"]
    assert "协办" not in form.blocks


def test_this_months_milestones_stand_on_top_then_those_left_over() -> None:
    form = compose_form(MASTER, "基教股", APRIL, AS_OF)
    assert words(form.blocks["节点"], "标识") == ["2/1", "1/1", "1/2"]
    assert words(form.blocks["节点"], "时限") == [
        "2021年4月25日",  # the report day itself is not overdue
        "2021年4月30日",
        "2021年2月28日\n（已逾期）",
    ]
    later = compose_form(MASTER, "基教股", APRIL, date(2021, 4, 28))
    assert words(later.blocks["节点"], "时限")[0] == "2021年4月25日\n（已逾期）"


def test_milestones_left_over_stand_in_the_order_of_their_dates() -> None:
    june = compose_form(MASTER, "基教股", Period(2021, 6), date(2021, 6, 25))
    assert words(june.blocks["节点"], "标识") == ["1/2", "2/1", "1/1", "1/3"]


def test_milestones_reported_as_done_are_not_asked_for_again() -> None:
    done = compose_form(MASTER, "基教股", APRIL, AS_OF, done=frozenset({"1/2", "1/1"}))
    assert words(done.blocks["节点"], "标识") == ["2/1"]


def test_without_a_milestone_due_the_sheet_says_so() -> None:
    form = compose_form(MASTER, "计财股", APRIL, AS_OF)
    assert words(form.blocks["节点"], "名称") == ["（本期没有到期未办结的节点，本表不用填）"]
    assert form.values["还差.节点"] == "0"


def test_the_plan_holds_the_milestones_and_tasks_stand_under_their_leader() -> None:
    records = compose_form(MASTER, "基教股", APRIL, AS_OF).blocks["任务"]
    assert records[0]["计划"].startswith("建成实验小学。\n关键节点：\n一是4月底前开工。\n二是")
    assert words(records, "分组") == ["张三同志负责项目", "李四同志负责项目"]
    assert records[0]["股室"] == "基教股\n计财股"


def test_last_months_texts_are_put_in_with_a_mark_once() -> None:
    previous = {
        ("1", "基教股"): entry("1", progress="〔上月〕已立项。\n正在设计。", obstacles="缺资金"),
        ("2", "基教股"): entry("2", progress=" 　", obstacles="无"),
        ("1", "计财股"): Entry("1", "计财股", progress="别的股室写的"),
    }
    first, second = compose_form(MASTER, "基教股", APRIL, AS_OF, previous).blocks["任务"]
    assert (first["进展"], first["问题"]) == ("〔上月〕已立项。\n正在设计。", "〔上月〕缺资金")
    assert (second["进展"], second["问题"]) == ("", "")
    assert words((first, second), "状态") == ["", ""]


def test_an_older_text_left_under_the_new_one_is_not_handed_on() -> None:
    said = entry("1", progress="主体封顶。\n〔上月〕已立项。", obstacles="无")
    first, _ = compose_form(MASTER, "基教股", APRIL, AS_OF, {("1", "基教股"): said}).blocks["任务"]
    assert first["进展"] == "〔上月〕主体封顶。"


def test_a_task_that_was_done_stays_done() -> None:
    previous = {("1", "基教股"): entry("1", DONE, "已交付使用。")}
    form = compose_form(MASTER, "基教股", APRIL, AS_OF, previous)
    assert form.blocks["任务"][0]["状态"] == DONE
    assert form.values["还差.任务"] == "2"


def test_the_marks_inside_tell_an_untouched_text_of_last_month() -> None:
    previous = {("1", "基教股"): entry("1", progress="已立项。")}
    form = compose_form(MASTER, "基教股", APRIL, AS_OF, previous)
    row = next(row for row in form.identity.rows if row.id == "1")
    assert row.digests["上月进展"] == digest_text(strip_mark(f"{PREVIOUS_MARK}已立项。 "))
    assert "上月问题" not in row.digests
    assert row.digests["名称"] == digest_text("建成实验小学")
    assert [r.id for r in form.identity.rows] == ["1", "2", "2/1", "1/1", "1/2"]


def test_the_form_id_changes_with_what_the_form_says_and_only_then() -> None:
    form = compose_form(MASTER, "基教股", APRIL, AS_OF)
    assert compose_form(MASTER, "基教股", APRIL, AS_OF) == form
    other = replace(MASTER, tasks=(replace(BUILD, content="改了"), ENROL, FUND))
    changed = compose_form(other, "基教股", APRIL, AS_OF)
    assert changed.identity.form_id != form.identity.form_id
    unrelated = replace(MASTER, tasks=(BUILD, ENROL, replace(FUND, title="别的")))
    assert compose_form(unrelated, "基教股", APRIL, AS_OF).identity == form.identity
    contact = replace(MASTER, settings=replace(MASTER.settings, contact="王五"))
    assert compose_form(contact, "基教股", APRIL, AS_OF).identity == form.identity


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("云溪县2021年重点工作任务一览表", "云溪县2021年重点工作任务进展情况表（1-4月）"),
        ("云溪县教育局2021年工作要点", "云溪县教育局2021年工作要点进展情况表（1-4月）"),
        ("关于印发《云溪县2021年民生实事清单》的通知", "云溪县2021年民生实事进展情况表（1-4月）"),
        ("关于印发2021年主要工作任务分解的通知", "2021年主要工作任务进展情况表（1-4月）"),
        ("", "云溪县教育局2021年重点工作任务进展情况表（1-4月）"),
    ],
)
def test_the_title_is_made_from_the_lists(title: str, expected: str) -> None:
    assert form_title(replace(MASTER, title=title), APRIL) == expected


def test_a_preview_says_what_would_be_in_the_form() -> None:
    previous = {("2", "基教股"): entry("2", progress="已发方案。")}
    assert preview_form(compose_form(MASTER, "基教股", APRIL, AS_OF, previous)) == (
        """云溪县教育系统2021年重点工作任务进展情况表（1-4月）
填报股室：基教股（报送期限：2021年4月25日）

需要填报的任务 2 项：
  张三同志负责项目
    1．建成实验小学
  李四同志负责项目
    2．做好招生
        进展：〔上月〕已发方案。

到期未办结的节点 3 个：
    2021年4月25日  2．做好招生：一是4月25日前发方案。
    2021年4月30日  1．建成实验小学：一是4月底前开工。
    2021年2月28日（已逾期）  1．建成实验小学：二是2月底前立项。

协办任务（只供了解，不用填）0 项："""
    )


def test_a_form_read_back_is_the_form_that_was_issued() -> None:
    form = compose_form(MASTER, "基教股", APRIL, AS_OF)
    content = render_form(compile_template(template("附件2.xlsx")), form)
    sheet = read_book(content, "表.xlsx", "xlsx").sheets[0]
    assert sheet.text(2, 1) == "云溪县教育系统2021年重点工作任务进展情况表（1-4月）"
    assert sheet.text(1, 10) == "还差 10 项（本表 7 项）"
    assert [sheet.text(row, 1) for row in range(6, 10)] == [
        "张三同志负责项目",
        "1",
        "李四同志负责项目",
        "2",
    ]
    assert [sheet.text(row, 9) for row in (7, 9)] == ["1", "2"]


def test_eleven_offices_of_a_real_list_get_their_forms(shared: Path, tmp_path: Path) -> None:
    name = "台山2021_附件1_规范.xlsx"
    book = read_book((shared / "inputs" / name).read_bytes(), name, "xlsx")
    master = make_master(read_task_list([book])[0], Settings(year=2021))
    offices = tuple(divide_tasks(master))
    assert len(offices) == 11
    shipped, elaborate = (compile_template(c) for c in (template("附件2.xlsx"), draw_elaborate()))
    reported: list[str] = []
    for office in offices:
        form = compose_form(master, office, APRIL, AS_OF)
        reported += words(form.blocks["任务"], "标识")
        for drawing in (shipped, elaborate):
            path = tmp_path / "表.xlsx"
            path.write_bytes(render_form(drawing, form))
            assert [str(error) for error in OpenXmlValidator().validate(path).errors] == []
            sheet = read_book(path.read_bytes(), path.name, "xlsx").sheets[0]
            texts = {squeeze(value) for _, _, value in sheet.cells()}
            assert {squeeze(name) for name in words(form.blocks["任务"], "名称") if name} <= texts
    assert sorted(reported) == sorted(task.id for task in master.tasks)  # each leads once


# ---------------------------------------------------------------- the live count

TYPED: dict[str, tuple[dict[str, str], int]] = {
    "as issued": ({}, 4),
    "status and progress given": ({"状态": ON_TRACK, "进展": "已开工。"}, 2),
    "blanks of both widths": ({"状态": " ", "进展": " 　 "}, 4),
    "last month's text untouched": ({"状态": ON_TRACK, "进展": "〔上月〕已立项。"}, 3),
    "done, last month's text stands": ({"状态": DONE, "进展": "〔上月〕已立项。"}, 2),
    "behind without a word on why": ({"状态": BEHIND, "进展": "停工。"}, 3),
    "behind, and why": ({"状态": BEHIND, "进展": "停工。", "问题": "缺资金。"}, 2),
    "old obstacles": ({"状态": ON_TRACK, "进展": "好。", "问题": "〔上月〕缺资金"}, 3),
    "an error, which is no answer": ({"状态": ON_TRACK, "进展": "#N/A"}, 3),
}


def make_error(name: str, part: bytes) -> bytes:
    """Make the first progress (F7) the error #N/A."""
    if name != "xl/worksheets/sheet1.xml":
        return part
    return re.sub(rb'(<c r="F7"[^>]*) t="s"><v>\d+</v>', rb'\1 t="e"><v>#N/A</v>', part)


def test_the_count_is_what_an_office_program_computes(tmp_path: Path) -> None:
    """The first of two tasks is filled in; 表头 and 节点 owe three each."""
    drawing = compile_template(template("附件2.xlsx"))
    form = compose_form(MASTER, "基教股", APRIL, AS_OF)
    for name, (typed, _) in TYPED.items():
        first, second = form.blocks["任务"]
        blocks = {**form.blocks, "任务": ({**first, **typed}, second)}
        content = drawing.fill(form.values, blocks, form.identity)
        # Without stored results the program has to compute them.
        content = change_parts(
            content, lambda _, part: re.sub(rb"(</f>)<v>[^<]*</v>", rb"\1", part)
        )
        if typed.get("进展") == "#N/A":
            content = change_parts(content, make_error)
        (tmp_path / f"{name}.xlsx").write_bytes(content)
    sources = sorted(tmp_path.glob("*.xlsx"))
    convert_all(sources, "xlsx", tmp_path / "out", tmp_path / "profile")
    for name, (_, missing) in TYPED.items():
        content = (tmp_path / "out" / f"{name}.xlsx").read_bytes()
        book = {sheet.name: sheet for sheet in read_book(content, "表.xlsx", "xlsx").sheets}
        counts = [book["填报说明"].text(row, 2) for row in (3, 4, 5, 6)]
        assert counts == ["3", str(missing), "3", str(missing + 6)], name
        assert book["进展情况表"].text(1, 10) == f"还差 {missing + 6} 项（本表 {missing + 3} 项）"
        assert book["节点完成情况"].text(1, 9) == f"还差 {missing + 6} 项（本表 3 项）"


def test_the_stored_count_of_a_form_as_issued_is_the_same() -> None:
    for previous, missing in (
        ({}, 4),
        ({("1", "基教股"): entry("1", ON_TRACK, "已立项。", "缺资金")}, 5),
        ({("1", "基教股"): entry("1", DONE, "已立项。", "缺资金")}, 2),
    ):
        form = compose_form(MASTER, "基教股", APRIL, AS_OF, previous)
        assert form.values["还差.任务"] == str(missing)
        assert form.values["还差.合计"] == str(missing + 6)
