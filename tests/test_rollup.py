"""Many bureaus in one: every number traced, every gap told, the same wherever it was merged."""

import json
import os
import shutil
import signal
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openxml_audit import OpenXmlValidator

from taskxl.desk.rolling_up import (
    Gathered,
    gather_bureaus,
    merge_bureaus,
    write_rollup_book,
)
from taskxl.desk.spreading import HERE, LOCAL, Lost, Spread, spread_jobs
from taskxl.errors import TaskxlError
from taskxl.frames import read_months, read_rollup
from taskxl.merge.counts import Rate
from taskxl.model import Period
from taskxl.reports.rollup.bureau_gaps import find_gaps
from taskxl.reports.rollup.bureau_years import BureauMonth, BureauYear, LineTask
from taskxl.reports.rollup.rollup_book import write_rollup
from taskxl.reports.rollup.rollup_frames import count_lines
from taskxl.workspace.folder import Workspace
from taskxl.workspace.searching import find_workspaces
from tests.bureaus import NOW, make_bureau
from tests.crashes import read_records, read_tree
from tests.support import call_main

APRIL = Period(2021, 4)
OFFICES = 3


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five counties: two with March and April, one without April, one damaged, one of 2020."""
    root = tmp_path_factory.mktemp("city") / "全市"
    make_bureau(root, 5, OFFICES, (3, 4))
    make_bureau(root, 2, OFFICES, (4,))
    make_bureau(root, 3, OFFICES, (3, 4), merged=(3,))
    make_bureau(root, 4, OFFICES, (4,)).ledger_path.write_bytes(b"no ledger at all " * 500)
    make_bureau(root, 1, OFFICES, (3,), 2020)
    return root


@pytest.fixture(scope="module")
def gathered(city: Path) -> Gathered:
    return gather_bureaus([city])


@pytest.fixture(scope="module")
def book(gathered: Gathered, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The workbook as another program reads it."""
    path = tmp_path_factory.mktemp("book") / "汇总.xlsx"
    write_rollup_book(gathered, path)
    assert not OpenXmlValidator().validate(str(path)).errors
    return openpyxl.load_workbook(path)


def rows_of(sheet: Any) -> list[dict[str, Any]]:
    """Return the rows below the header as records."""
    header, *rows = [row for row in sheet.iter_rows(min_row=3, values_only=True) if any(row)]
    return [dict(zip(header, row, strict=True)) for row in rows]


def overview(workspace: Workspace, period: Period) -> dict[str, Any]:
    """Return the numbers of a bureau's own 总览 by place and label."""
    sheet = openpyxl.load_workbook(workspace.summary_path(period))["总览"]
    return {
        f"{label}.{str(sheet[f'{label}{row}'].value).split(chr(10))[0]}": sheet[
            f"{value}{row}"
        ].value
        for label, value in (("A", "D"), ("E", "H"), ("I", "L"))
        for row in range(4, 12)
    }


# ---------------------------------------------------------------- the numbers


def test_every_number_of_a_bureau_is_its_own_summarys_and_the_sum_is_theirs(
    city: Path, book: Any
) -> None:
    rows = {row["单位"]: row for row in rows_of(book["单位总览"])}
    sums: dict[str, float] = {}
    columns = {
        "应报股室": "A.应报股室", "已报送": "A.按时报送", "未报送": "A.未报送",
        "按时报送率": "A.按时报送率", "任务": "E.任务", "正常推进": "E.正常推进",
        "未填": "E.未填或不明", "任务完成率": "E.任务完成率", "节点": "I.节点",
        "节点严重滞后": "I.严重滞后",
    }  # fmt: skip
    for name in ("0005县教育局", "0002县教育局"):
        own = overview(Workspace(city / name / "2021年重点工作"), APRIL)
        for column, place in columns.items():
            assert rows[name][column] == own[place], (name, column)
            if not column.endswith("率"):
                sums[column] = sums.get(column, 0) + own[place]
    total = rows["合计"]
    assert {column: total[column] for column in sums} == sums
    assert total["按时报送率"] == round(sums["已报送"] / sums["应报股室"], 4)
    assert sums["应报股室"] == 2 * OFFICES
    assert 0 < sums["未报送"] < sums["应报股室"]


def test_a_month_adds_up_what_that_month_has(book: Any) -> None:
    rows = {row[0]: row[1:3] for row in book["各单位走势"].iter_rows(min_row=3, values_only=True)}
    assert rows["项目"] == ("3月", "4月")
    assert rows["汇总的单位"] == (2, 2)
    assert rows["应报股室"] == (2 * OFFICES, 2 * OFFICES)
    charts = book["各单位走势"]._charts
    assert [chart.series[0].val.numRef.f.split("!")[0] for chart in charts] == ["各单位走势"] * 2


def test_a_task_line_is_the_task_of_that_name_in_every_bureau(book: Any) -> None:
    lines = rows_of(book["任务条线"])
    tasks = rows_of(book["单位任务"])
    assert [line["任务"] for line in lines] == [f"推进第{n}项重点工作" for n in (1, 2, 3)]
    for line in lines:
        own = [task for task in tasks if task["任务"] == line["任务"]]
        assert line["单位数"] == len(own) == 2
        assert line["正常推进"] == sum(task["进度状态"] == "正常推进" for task in own)
        assert line["未填"] == sum(task["进度状态"] == "未报送" for task in own)
        for column in ("节点", "完成节点", "逾期节点"):
            assert line[column] == sum(task[column] for task in own)


def test_only_what_is_certainly_over_is_listed_by_name(book: Any) -> None:
    over = rows_of(book["逾期节点"])
    silent = {
        (task["单位"], task["任务"])
        for task in rows_of(book["单位任务"])
        if task["进度状态"] == "未报送"
    }
    for row in over:
        assert row["超期天数"] == 28
        assert (row["单位"], row["任务"]) not in silent or row["填报情况"]


# ---------------------------------------------------------------- what is missing


def test_every_gap_is_one_line_and_counts_in_no_sum(
    city: Path, gathered: Gathered, book: Any
) -> None:
    told = {one.code: one for one in gathered.findings}
    assert len(told) == len(gathered.findings) == 3
    assert told["U601"].office == "0003县教育局"
    assert told["U601"].message == "2021年4月没有汇总，最近汇总的是2021年3月。合计里没有这个单位。"
    assert "是2020年的，这里汇总的是 2021 年" in told["U602"].message
    assert "0004县教育局" in str(told["U603"].file)
    rows = rows_of(book["单位缺口"])
    assert [row["代码"] for row in rows] == [one.code for one in gathered.findings]
    months = {row["单位"]: row for row in rows_of(book["单位月份"])}
    assert months["0003县教育局"]["4月"] == "没有汇总"
    assert months["0002县教育局"]["3月"] == "没有汇总"
    assert months["0005县教育局"]["4月"].startswith("按时 2/3\n完成 0/3")
    assert set(months) == {"0002县教育局", "0003县教育局", "0005县教育局"}


def test_the_year_that_most_have_is_taken_unless_one_is_named(city: Path) -> None:
    named = gather_bureaus([city], year=2020)
    assert named.period == Period(2020, 3)
    assert [one.bureau for one in named.bureaus] == ["0001县教育局"]
    march = gather_bureaus([city], month="3")
    assert march.period == Period(2021, 3)
    assert {one.code for one in march.findings} == {"U601", "U602", "U603"}
    with pytest.raises(TaskxlError, match="没有汇总过 2019 年"):
        gather_bureaus([city], year=2019)


def month(key: str) -> BureauMonth:
    return BureauMonth(key, NOW.date(), True, {}, {}, {}, {}, {})


def test_months_in_a_row_count_from_when_the_first_bureau_began() -> None:
    full = BureauYear("甲局", "甲", "股室", tuple(month(f"2021-0{n}") for n in (2, 3, 4)), (), ())
    part = BureauYear("乙局", "乙", "股室", (month("2021-02"),), (), ())
    none = BureauYear("丙局", "丙", "股室", (), (), ())
    found = {one.office: one.message for one in find_gaps([full, part, none], APRIL)}
    assert "已连续 2 个月，最近汇总的是2021年2月" in found["乙局"]
    assert "已连续 3 个月，一次也没有" in found["丙局"]
    assert "甲局" not in found


def test_two_workspaces_of_one_name_are_told_apart_and_told() -> None:
    twins = [BureauYear("甲局", folder, "股室", (month("2021-04"),), (), ()) for folder in "一二"]
    (finding,) = find_gaps(twins, APRIL)
    assert finding.code == "U604"
    assert "“一”、“二”" in finding.message


def test_titles_that_differ_in_blanks_and_width_are_one_line() -> None:
    def bureau(name: str, title: str, status: str) -> BureauYear:
        task = LineTask("1", "1", title, "", "办公室", status, status, 3, 1, 0, 1)
        return BureauYear(name, name, "股室", (month("2021-04"),), (task,), ())

    frame = count_lines(
        [bureau("甲", "校园 (安全)", "已完成"), bureau("乙", "校园（安全）", "进度滞后")], APRIL.key
    )
    (record,) = frame.to_dict("records")
    assert (record["单位"], record["已完成"], record["滞后"], record["节点"]) == (2, 1, "乙", 6)
    assert record["完成率"] == Rate(1, 2).rate


# ---------------------------------------------------------------- the file


def test_the_same_bureaus_give_the_same_bytes_in_whatever_order_they_are_named(city: Path) -> None:
    folders = find_workspaces(city)
    books = [
        write_rollup(g.bureaus, (), g.period)
        for g in (gather_bureaus(folders), gather_bureaus([*reversed(folders), city]))
    ]
    assert books[0] == books[1]


def test_what_a_person_changed_in_the_workbook_stays_aside(
    gathered: Gathered, tmp_path: Path
) -> None:
    path = tmp_path / "汇总.xlsx"
    assert write_rollup_book(gathered, path).written
    assert not write_rollup_book(gathered, path).written
    edited = openpyxl.load_workbook(path)
    edited["单位总览"]["A1"].value = "我的标题"
    edited.save(path)
    assert any("手工改动" in note for note in write_rollup_book(gathered, path).notes)
    aside = openpyxl.load_workbook(tmp_path / "汇总（手工改过1）.xlsx")
    assert aside["单位总览"]["A1"].value == "我的标题"


def test_the_workspaces_are_only_read(city: Path, gathered: Gathered) -> None:
    before = {p: p.read_bytes() for p in city.rglob("*") if p.is_file()}
    gather_bureaus([city])
    assert {p: p.read_bytes() for p in city.rglob("*") if p.is_file()} == before


def test_the_command_says_what_is_missing_and_writes_the_rest(
    city: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "汇总.xlsx"
    code, out, err = call_main(capsys, "rollup", city, tmp_path / "没有", "-o", path)
    assert (code, err) == (0, "")
    assert "2021年4月：3 个单位，已汇总 2 个" in out
    assert "没有文件夹" in out
    assert path.is_file()
    code, out, err = call_main(capsys, "rollup", tmp_path / "没有")
    assert (code, out) == (2, "")
    assert err.count("\n") == 1


# ---------------------------------------------------------------- wherever it is merged


def kill_once(folder: str) -> str:
    """Kill the own process the first time, as if the machine were lost."""
    mark = Path(folder) / "seen"
    if not mark.exists():
        mark.write_text("")
        os.kill(os.getpid(), signal.SIGKILL)
    return "done"


def kill_always(folder: str) -> str:
    """Kill the own process each time for the job that is called so; do the others."""
    if Path(folder).name == "poison":
        os.kill(os.getpid(), signal.SIGKILL)
    return Path(folder).name


def folders_in(root: Path, *names: str) -> list[str]:
    for name in names:
        (root / name).mkdir()
    return [str(root / name) for name in names]


CLUSTER = Spread(2, LOCAL)


@pytest.fixture(params=["pool", "cluster"])
def spread(request: pytest.FixtureRequest) -> Spread:
    """Two workers of this machine, in a pool and in a Dask cluster."""
    if request.param == "cluster":
        pytest.importorskip("distributed")
        request.applymarker(pytest.mark.filterwarnings("ignore"))
        return CLUSTER
    return Spread(2)


@pytest.mark.filterwarnings("ignore")
def test_what_a_lost_worker_had_is_done_again(spread: Spread, tmp_path: Path) -> None:
    jobs = folders_in(tmp_path, "甲", "乙", "丙")
    (tmp_path / "甲" / "seen").write_text("")
    assert spread_jobs(kill_once, jobs, spread) == ["done"] * 3


@pytest.mark.filterwarnings("ignore")
def test_a_job_that_kills_every_worker_costs_itself_only(spread: Spread, tmp_path: Path) -> None:
    jobs = folders_in(tmp_path, "甲", "poison", "乙")
    made = spread_jobs(kill_always, jobs, spread)
    assert made[0] == "甲"
    assert isinstance(made[1], Lost)
    assert made[2] == "乙"


@pytest.fixture(scope="module")
def unmerged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three counties whose returns have come, and one that issued nothing."""
    root = tmp_path_factory.mktemp("unmerged") / "全市"
    for number in (1, 2, 5):
        make_bureau(root, number, OFFICES, (4,), merged=())
    make_bureau(root, 9, OFFICES, ())
    return root


def merged_copy(unmerged: Path, target: Path, spread: Spread) -> dict[str, Any]:
    """Return every file and record of the workspaces after merging, and what the merges said."""
    shutil.copytree(unmerged, target)
    folders = find_workspaces(target)
    told = merge_bureaus(folders, "4", datetime(2021, 4, 27, 9), spread, None)
    found: dict[str, Any] = {"说": [(one.period, one.written, bool(one.fault)) for one in told]}
    for folder in folders:
        workspace = Workspace(folder)
        name = folder.parent.name
        found[f"{name} 文件"] = read_tree(workspace)
        if workspace.ledger_path.is_file():
            found[f"{name} 台账"] = read_records(workspace)
    gathered = gather_bureaus([target])
    bureaus = [replace(one, folder="") for one in gathered.bureaus]
    found["汇总"] = write_rollup(bureaus, (), gathered.period)
    return found


@pytest.fixture(scope="module")
def one_by_one(unmerged: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The workspaces merged here, one after another."""
    return merged_copy(unmerged, tmp_path_factory.mktemp("here") / "全市", HERE)


@pytest.mark.filterwarnings("ignore")
def test_wherever_workspaces_are_merged_the_results_are_the_same_file_by_file(
    unmerged: Path, one_by_one: dict[str, Any], spread: Spread, tmp_path: Path
) -> None:
    again = merged_copy(unmerged, tmp_path / "全市", spread)
    assert list(again) == list(one_by_one)
    for what, value in one_by_one.items():
        assert again[what] == value, what
    assert [fault for _, _, fault in one_by_one["说"]] == [False, False, False, True]


@pytest.mark.filterwarnings("ignore")
def test_merge_takes_every_workspace_under_a_folder_and_rolls_them_up(
    unmerged: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = tmp_path / "全市"
    shutil.copytree(unmerged, root)
    code, out, _ = call_main(capsys, "merge", "4", "--workspaces", root, "--workers", 2)
    assert code == 0
    assert "4 个工作区，汇总了 3 个，没有汇总 1 个" in out
    assert (root / "2021年1-4月各单位汇总.xlsx").is_file()
    code, out, _ = call_main(capsys, "merge", "4", "--workspaces", root, "--workers", 1, "--strict")
    assert code == 1
    assert "没有变化" in out
    for wrong in (
        ("-C", root, "merge", "--workspaces", root),
        ("merge", "4", "--cluster", "local"),
    ):
        assert call_main(capsys, *wrong)[0] == 2


@pytest.mark.filterwarnings("ignore")
def test_a_cluster_that_is_not_there_is_one_line() -> None:
    pytest.importorskip("distributed")
    with pytest.raises(TaskxlError, match="连不上集群"):
        spread_jobs(len, ["甲"], Spread(1, "tcp://127.0.0.1:9"))
    with pytest.raises(TaskxlError, match="连不上集群"):
        spread_jobs(len, ["甲"], Spread(1, "什么"))


# ---------------------------------------------------------------- for those who compute


def test_the_flat_tables_of_many_bureaus_hold_each_bureaus_own(
    city: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    frames, skipped = read_rollup(city, month="2021-04")
    assert len(skipped) == 3
    assert set(frames["tasks"]["bureau"]) == {"0002县教育局", "0005县教育局"}
    assert len(frames["milestones"]) == 2 * OFFICES * 3
    own = read_months(city / "0002县教育局" / "2021年重点工作", month="2021-04")
    for name, frame in own.items():
        stacked = frames[name]
        part = stacked[stacked["bureau"] == "0002县教育局"].reset_index(drop=True)
        assert part.astype(str).equals(frame.astype(str)), name
    path = tmp_path / "数据.json"
    args = ("export", "4", "--rollup", city, "--to", "json", "-o", path)
    code, out, _ = call_main(capsys, *args)
    assert code == 0
    assert "是2020年的" in out
    assert "0003县教育局" in out
    tables = json.loads(path.read_text("utf-8"))
    assert {name: len(rows) for name, rows in tables.items()} == {
        name: len(frame) for name, frame in frames.items()
    }
    assert "没有变化" in call_main(capsys, *args)[1]
    assert call_main(capsys, "export", "4", "-o", path)[0] == 2


def test_nothing_that_can_be_read_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(TaskxlError, match="没有能读的工作区"):
        read_rollup(tmp_path / "没有")
