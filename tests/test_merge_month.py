"""The month in numbers and as JSON."""

import json
import re
from dataclasses import replace
from datetime import date
from pathlib import Path

from taskxl.desk.json import month_json
from taskxl.merge.counts import count_month
from taskxl.merge.month import merge_month
from taskxl.model import (
    Altered,
    Delay,
    FileVerdict,
    Instruction,
    MasterList,
    Period,
    Revision,
    Settings,
    Settled,
    Unplaced,
    Wording,
)
from tests.months import APRIL, REPORT_DAY, make_master, make_month, make_returns, read_rows

TABLE = """
    | 股室   | 任务 | 收到       | 进度状态 | 存在问题 | 节点时限   | 完成情况 | 完成日期   |
    | 办公室 | 1    | 2021-04-20 | 已完成   | 无       | 2021-03-31 | 已完成   | 2021-03-30 |
    | 办公室 | 2    | 2021-04-20 | 正常推进 |          | 2021-04-20 | 未完成   |            |
    | 基教股 | 3    | 2021-04-27 | 进度滞后 | 缺地块。 | 2021-04-30 |          |            |
    | 计财股 | 4    |            |          |          | 2021-12-15 |          |            |
"""


def test_a_month_is_counted_by_state_status_and_light() -> None:
    counts = count_month(make_month(TABLE))
    assert counts.offices == {"submitted": 1, "late": 1, "missing": 1, "rejected": 0}
    assert counts.tasks == {"已完成": 1, "正常推进": 1, "进度滞后": 1, "尚未启动": 0, "未填": 1}
    assert counts.milestones == {
        "done": 1,
        "on time": 1,
        "near": 1,
        "overdue": 1,
        "severe": 0,
        "unknown": 0,
    }
    assert {name: (rate.done, rate.of, rate.rate) for name, rate in counts.rates.items()} == {
        "completion": (1, 4, 0.25),
        "milestone_completion": (1, 2, 0.5),
        "punctuality": (1, 3, 0.3333),
        "completeness": (2, 4, 0.5),
    }


def test_a_rate_of_nothing_is_no_number() -> None:
    empty = MasterList("一览表", (), (), Settings(year=2021))
    month = merge_month(empty, APRIL, REPORT_DAY, [])
    assert {rate.rate for rate in count_month(month).rates.values()} == {None}
    assert month.findings == ()


def test_several_leads_make_a_task_done_only_together() -> None:
    for second, expected in (("已完成", "已完成"), ("正常推进", "正常推进"), ("", "未填")):
        month = make_month(f"""
            | 股室   | 任务 | 进度状态 |
            | 办公室 | 1    | 已完成   |
            | 基教股 | 1    | {second} |
        """)
        assert count_month(month).tasks[expected] == 1


def test_the_json_document_keeps_the_contract() -> None:
    document = json.loads(json.dumps(month_json(make_month(TABLE), "汇总/2021年1-4月汇总.xlsx")))
    assert document["period"] == "2021-04"
    assert document["summary"] == "汇总/2021年1-4月汇总.xlsx"
    contract = {
        "offices": "office state files received_at reporter approved tasks filled",
        "files": "file sha256 verdict office code reason",
        "entries": "task office status progress obstacles remarks file sheet row",
        "findings": "code severity office task file sheet cell message",
    }
    for key, fields in contract.items():
        assert all(set(fields.split()) <= set(item) for item in document[key])
        assert document[key]
    assert document["offices"][0] == {
        "office": "办公室",
        "state": "submitted",
        "files": ["办公室.xlsx"],
        "received_at": "2021-04-20T00:00:00",
        "reporter": "周晓禾",
        "approved": True,
        "tasks": 2,
        "filled": 2,
        "owes": True,
        "approval": "同意",
        "due": True,
    }
    assert document["counts"]["codes"]["G406"] == 1
    assert document["counts"]["files"]["accepted"] == 2


def test_words_about_a_milestone_are_in_the_document() -> None:
    month = make_month("""
        | 股室   | 任务 | 职责 | 节点时限   | 完成情况 | 说明           |
        | 办公室 | 1    | 牵头 | 2021-04-30 | 未完成   | 等待省里批复   |
        | 基教股 | 1    | 协办 | 2021-04-30 | 未完成   | 图纸已报县住建 |
    """)
    text = json.dumps(month_json(month, ""), ensure_ascii=False)
    assert "等待省里批复" in text
    assert "图纸已报县住建" in text
    assert [one.text for one in month.unplaced] == ["图纸已报县住建"]


def test_history_is_taken_from_earlier_months_of_the_same_year_only() -> None:
    rows = read_rows("| 股室 | 进度状态 |\n| 办公室 | 已完成 |")
    master = make_master(rows)
    other = [
        merge_month(master, period, period.last_day, make_returns(rows, period))
        for period in (Period(2020, 12), Period(2021, 5), APRIL)
    ]
    month = merge_month(master, APRIL, REPORT_DAY, [], other)
    assert month == merge_month(master, APRIL, REPORT_DAY, [])
    assert month.previous == ()


def test_what_offices_last_said_travels_with_the_month() -> None:
    rows = read_rows("| 股室 | 进展情况 |\n| 办公室 | 走访12所学校。 |")
    master = make_master(rows)
    months = []
    for number in (1, 2, 3):
        period = Period(2021, number)
        returns = make_returns(rows, period) if number < 3 else []
        months.append(merge_month(master, period, date(2021, number, 25), returns, months))
    april = merge_month(master, APRIL, REPORT_DAY, [], months)
    assert [entry.progress for entry in april.previous] == ["走访12所学校。"]


def test_every_supporting_office_reports_when_all_do() -> None:
    rows = read_rows("| 股室 | 任务 | 职责 |\n| 办公室 | 1 | 牵头 |\n| 基教股 | 1 | 协办 |")
    master = make_master(rows)
    everyone = replace(master, settings=replace(master.settings, reporters="all"))
    for one, owing in ((master, ["办公室"]), (everyone, ["办公室", "基教股"])):
        month = merge_month(one, APRIL, REPORT_DAY, [])
        assert [state.office for state in month.offices] == owing


JSON_PAGE = Path(__file__).resolve().parent.parent / "docs" / "json.md"
SCALARS = {"str": str, "int": int, "bool": bool, "float": float, "null": type(None)}


def read_contract() -> object:
    """Read the page's one code block: objects, lists and, for a value, the words parted by `|`."""
    (block,) = re.findall(r"```\n(.*?)```", JSON_PAGE.read_text(encoding="utf-8"), re.DOTALL)
    alternatives = re.compile(r'((?:"[^"]*"|\w+)(?:\|(?:"[^"]*"|\w+))*)(?=\s*[],}])')
    quoted = alternatives.sub(lambda found: json.dumps(found.group().replace('"', "'")), block)
    return json.loads(quoted)


def differ(contract: object, value: object, place: str = "") -> list[str]:
    """Return where a value is not as the contract has it: keys, their order, types, words."""
    if isinstance(contract, list):
        assert isinstance(value, list), place
        return [line for one in value for line in differ(contract[0], one, f"{place}[]")]
    if isinstance(contract, dict):
        assert isinstance(value, dict), place
        if not contract:
            return []
        wrong = [] if list(contract) == list(value) else [f"{place}: {list(value)}"]
        return wrong + [
            line for key in contract for line in differ(contract[key], value.get(key), place + key)
        ]
    words = str(contract).split("|")
    kinds = {SCALARS[word] for word in words if word in SCALARS}
    fits = type(value) in kinds or f"'{value}'" in words
    return [] if fits else [f"{place}: {value!r} is not {contract}"]


def test_the_page_on_json_says_every_key_type_and_word() -> None:
    month = make_month("""
        | 股室   | 收到       | 节点时限   | 完成情况 | 完成日期   | 进展情况 |
        | 基教股 | 2021-04-20 | 2021-04-20 | 已完成   | 2021-04-12 | 完成选址。 |
        | 计财股 |            | 2021-04-20 |          |            |          |
        | 人事股 | 2021-04-27 |            | 未完成   |            |          |
    """)
    month = replace(
        month,
        unplaced=(Unplaced("基教股.xlsx", None, None, "另有一事"),),
        altered=(Altered("1", "基教股", "项目名称", "甲", "乙", "基教股.xlsx", "表", "B5"),),
        revisions=(Revision("1", "基教股", "progress", "完成选址。", "改过。", "又报。"),),
        files=(*month.files, FileVerdict("a.pdf", "0f", "rejected", None, "R203", "这是 PDF。")),
    )
    order = Instruction("1", "请加快。", "何立文", REPORT_DAY, ("基教股",), month=3, id="批03-1")
    delay = Delay("1", "1/1", "基教股", REPORT_DAY, "人手不足。", id="延04-1/1")
    month = replace(
        month,
        master=replace(month.master, instructions=(order,), delays=(delay,)),
        replies=(replace(month.entries[0], task="批03-1"),),
        wordings=(
            Wording(
                "基教股", "1", "1/1", "完成情况", "均已办结", "已完成", "基教股.xlsx", "表", "E4"
            ),
        ),
        settled=(Settled(month.findings[0], "已电话核实"),),
    )
    document = json.loads(json.dumps(month_json(month, "汇总.xlsx")))
    assert all(document[key] for key in document)
    assert differ(read_contract(), document) == []
    assert differ({"a": "str"}, {"a": 1}) == ["a: 1 is not str"]
    for rate in document["counts"]["rates"].values():
        assert list(rate) == ["done", "of", "rate"]


def test_last_months_lights_travel_with_the_month() -> None:
    rows = read_rows("| 股室 | 节点时限 |\n| 办公室 | 2021-03-28 |\n| 基教股 | |")
    master = make_master(rows)
    february = merge_month(master, Period(2021, 2), date(2021, 2, 25), [])
    march = merge_month(master, Period(2021, 3), date(2021, 3, 25), [], [february])
    april = merge_month(master, APRIL, REPORT_DAY, [], [march, february])
    assert march.lights_before == {"1/1": "on time", "2/1": "unknown"}
    assert april.lights_before == {"1/1": "near", "2/1": "unknown"}
    assert february.lights_before == {}
