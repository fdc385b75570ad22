"""缺口 on the page: what was found, the row it was found in, and what the 办公室 settles."""

import io
import re
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from taskxl.desk.gap_views import list_gaps, token_of
from taskxl.desk.json import month_json
from taskxl.desk.merging import look_at_month, merge_returns
from taskxl.desk.settling import settle_finding
from taskxl.errors import TaskxlError
from taskxl.findings import Finding
from taskxl.ledger import open_ledger
from taskxl.ledger.settlements import list_settlements
from taskxl.merge.settled import key_of_finding, settle_month
from taskxl.model import FileVerdict, Month
from taskxl.workspace.folder import Workspace
from tests.clerks import fill_form
from tests.month_of_clerks import APRIL, make_workspace
from tests.page_support import NOW, Browser, said, seen_in
from tests.pens import send
from tests.support import make_once


def make_spoilt(root: Path) -> Workspace:
    """Make an April of which one return has gaps."""
    workspace = make_workspace(root)
    send(workspace, "办公室", texts={"进展情况": "正在推进。"}, approval="")
    send(workspace, "基教股")
    return workspace


made, workspace = make_once(make_spoilt, "地")


@pytest.fixture
def browser(tmp_path: Path, workspace: Workspace) -> Browser:
    return Browser(tmp_path / "state", workspace)


def look(workspace: Workspace) -> Month:
    return look_at_month(workspace, APRIL, None, NOW.date())


def settle(browser: Browser, gap: Finding, reason: str = "", **more: str) -> Any:
    """Fill in the form that stands beside a finding."""
    page = browser.get(f"{browser.month}gaps").text
    fields = {"gap": token_of(gap), "reason": reason, "seen": seen_in(page, token_of(gap))}
    return browser.post(f"{browser.month}settle", fields | more)


def test_findings_are_shown_by_office_and_severity(browser: Browser, workspace: Workspace) -> None:
    month = look(workspace)
    page = browser.get(f"{browser.month}gaps").text
    assert f">有 {len(month.findings)} 处要看" in page
    own = [one for one in month.findings if one.office == "办公室"]
    page = browser.get(f"{browser.month}gaps?office=办公室").text
    assert f"办公室有 {len(own)} 处要看" in page
    assert page.count('<li class="card">') == len(own)
    assert "【办公室】1-4月进展情况表" in page
    errors = [one for one in own if one.severity == "error"]
    page = browser.get(f"{browser.month}gaps?office=办公室&severity=error").text
    assert page.count('<li class="card">') == len(errors)
    for one in errors:
        assert one.code in page


def test_each_gap_bears_the_text_of_its_cell(workspace: Workspace) -> None:
    empty = [one for one in list_gaps(look(workspace), "办公室") if one.finding.code == "G411"]
    assert empty
    assert all("正在推进。" in one.text for one in empty)


def test_the_row_is_shown_as_it_stands_in_the_return(
    browser: Browser, workspace: Workspace
) -> None:
    line = next(one for one in list_gaps(look(workspace), "办公室") if one.finding.code == "G411")
    page = browser.get(f"{browser.month}row/{line.token}").text
    assert "〔进展情况表〕" in page
    assert re.search(r'class="it"><span class="kept">正在推进。', page)
    assert "进展情况" in page
    assert "<html" in page
    part = browser.get(f"{browser.month}row/{line.token}", headers={"HX-Request": "true"}).text
    assert "<html" not in part
    assert browser.get(f"{browser.month}row/nothing").status_code == 400


def test_the_row_of_a_file_in_a_zip_in_a_zip_is_found(workspace: Workspace, tmp_path: Path) -> None:
    from taskxl.desk.return_rows import show_row

    target = tmp_path / "x.xlsx"
    fill_form(workspace.form_path("计财股", APRIL), target, {"进展情况": "甲乙丙。"})
    inner, outer = io.BytesIO(), io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("四月/计财股.xlsx", target.read_bytes())
    with zipfile.ZipFile(outer, "w") as archive:
        archive.writestr("里面.zip", inner.getvalue())
    (workspace.returns_folder(APRIL) / "外面.zip").write_bytes(outer.getvalue())
    month = look(workspace)
    entry = next(one for one in month.entries if one.office == "计财股")
    assert entry.file == "外面.zip/里面.zip/四月/计财股.xlsx"
    cell = entry.cells["progress"]
    row = show_row(workspace, month, entry.file, entry.sheet or "", cell)
    assert [text for _, _, text, here in row.cells if here] == ["甲乙丙。"]
    for file in ("../主清单.xlsx", "没有.xlsx", "外面.zip/没有"):
        with pytest.raises(TaskxlError):
            show_row(workspace, month, file, "进展情况表", cell)


def test_what_is_settled_counts_no_more_and_is_in_the_summary_with_its_reason(
    browser: Browser, workspace: Workspace
) -> None:
    before = look(workspace)
    gap = next(one for one in before.findings if one.code == "G403")
    answer = settle(browser, gap, "局长\n当面同意")
    assert answer.status_code == 303
    page = browser.get(answer.headers["location"]).text
    assert "已核实，不算的 1 处" in page
    assert "局长\n当面同意" in page
    after = look(workspace)
    assert [one for one in before.findings if one != gap] == list(after.findings)
    assert [(one.finding, one.reason) for one in after.settled] == [(gap, "局长\n当面同意")]
    report = merge_returns(workspace, APRIL, now=NOW)
    assert report.month.settled == after.settled
    assert month_json(report.month, "")["settled"][0]["reason"] == "局长\n当面同意"
    sheet = openpyxl.load_workbook(report.summary)["缺口清单"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    (told,) = [row for row in rows if "已核实" in row]
    assert "理由：局长\n当面同意" in told
    assert any("另有 1 条办公室已核实" in str(row[0]) for row in rows)


def test_it_comes_back_when_it_is_taken_back_or_the_office_sends_something_else(
    browser: Browser, workspace: Workspace
) -> None:
    before = look(workspace)
    gap = next(one for one in before.findings if one.code == "G411")
    settle(browser, gap, "已说明")
    assert gap not in look(workspace).findings
    settle(browser, gap, back="1")
    assert look(workspace).findings == before.findings
    settle(browser, gap, "已说明")
    send(workspace, "办公室", texts={"进展情况": "正在落实中。"}, approval="")
    again = look(workspace)
    assert not again.settled
    assert any(one.code == "G411" for one in again.findings)


def test_a_reason_is_required_and_bounded(browser: Browser, workspace: Workspace) -> None:
    gap = token_of(look(workspace).findings[0])
    for fields in ({"gap": gap}, {"gap": gap, "reason": " "}, {"gap": gap, "reason": "长" * 501}):
        answer = browser.post(f"{browser.month}settle", fields)
        assert answer.status_code == 400
        assert said(answer.text)
    stale = browser.post(f"{browser.month}settle", {"gap": "0" * 20, "reason": "x"})
    assert "没有这一条了" in said(stale.text)[0]
    with open_ledger(workspace.ledger_path) as ledger:
        assert list_settlements(ledger, APRIL) == {}


def test_settling_twice_is_once(workspace: Workspace) -> None:
    month = look(workspace)
    for _ in range(2):
        settle_finding(workspace, month, month.findings[0], "核实过", NOW)
    with open_ledger(workspace.ledger_path) as ledger:
        (count,) = ledger.connection.execute("SELECT count(*) FROM settlements").fetchone()
    assert count == 1


def test_a_reason_stays_with_its_own_month(workspace: Workspace) -> None:
    from taskxl.model import Period

    month = look(workspace)
    settle_finding(workspace, month, month.findings[0], "核实过", NOW)
    with open_ledger(workspace.ledger_path) as ledger:
        assert list_settlements(ledger, Period(2021, 5)) == {}


def test_of_two_reasons_for_one_gap_the_second_is_told_of_the_first(
    browser: Browser, workspace: Workspace
) -> None:
    gap = next(one for one in look(workspace).findings if one.code == "G403")
    page = browser.get(f"{browser.month}gaps?office=办公室").text
    fields = {"gap": token_of(gap), "seen": seen_in(page, token_of(gap))}
    address = f"{browser.month}settle?office=办公室"
    assert browser.post(address, fields | {"reason": "局长同意"}).status_code == 303
    stale = browser.post(address, fields | {"reason": "<b>打过电话</b>"})
    assert stale.status_code == 400
    assert said(stale.text) == [
        "这一条刚才已经写了理由“局长同意”，没有改成“&lt;b&gt;打过电话&lt;/b&gt;”。要换，请在下面改。"
    ]
    (one,) = look(workspace).settled
    assert one.reason == "局长同意"
    # What was typed stands in the form again, beside what stands there; sent again it replaces it.
    assert re.search(r'<details open><summary>改理由.*?value="&lt;b&gt;打过电话', stale.text, re.S)
    fields["seen"] = seen_in(stale.text, "改成这样")
    assert browser.post(address, fields | {"reason": "打过电话"}).status_code == 303
    (one,) = look(workspace).settled
    assert one.reason == "打过电话"
    # The same once more is no conflict; to take back what was not seen is one.
    assert browser.post(address, fields | {"reason": "打过电话"}).status_code == 303
    back = browser.post(address, fields | {"back": "1"})
    assert "已经写了理由“打过电话”，没有收回" in said(back.text)[0]


def test_a_reason_that_is_not_taken_is_not_lost(browser: Browser, workspace: Workspace) -> None:
    gap = next(one for one in look(workspace).findings if one.code == "G403")
    long = "长" * 501
    answer = settle(browser, gap, long)
    assert f'value="{long}"' in answer.text
    assert "理由有 501 字" in said(answer.text)[0]
    gone = browser.post(f"{browser.month}settle", {"gap": "0" * 20, "reason": "我写的"})
    assert "没有这一条了" in said(gone.text)[0]
    assert '<dd class="kept">我写的</dd>' in gone.text


def two_alike(month: Month) -> tuple[Month, Finding, Finding]:
    one = next(f for f in month.findings if f.code == "G411" and f.cell)
    other = replace(one, cell=f"{one.cell}1")
    return replace(month, findings=(*month.findings, other)), one, other


def test_two_gaps_that_are_alike_but_for_their_place_are_two(workspace: Workspace) -> None:
    month, one, other = two_alike(look(workspace))
    assert len({token_of(f) for f in month.findings}) == len(month.findings)
    after = settle_finding(workspace, month, one, "核实过", NOW)
    assert [s.finding for s in after.settled] == [one]
    assert other in after.findings
    with open_ledger(workspace.ledger_path) as ledger:
        assert list_settlements(ledger, APRIL) == {key_of_finding(one): "核实过"}
        again = settle_month(month, list_settlements(ledger, APRIL))
    assert [s.finding for s in again.settled] == [one]
    # Mended, it takes its reason along; the other is still to be looked into.
    left = replace(month, findings=tuple(f for f in month.findings if f != one))
    assert settle_month(left, {key_of_finding(one): "核实过"}).settled == ()


@pytest.mark.parametrize(
    ("standing", "alike", "code", "kept"),
    [
        ("新.xlsx", 1, "G411", True),  # the same return under another name
        ("旧.xlsx", 1, "G411", False),  # both count: the other was not looked into
        ("新.xlsx", 2, "G411", False),  # nobody knows which of two it was
        ("新.xlsx", 1, "R201", False),  # a file that is damaged is that file
    ],
)
def test_a_reason_goes_with_a_return_that_comes_again_under_another_name(
    workspace: Workspace, standing: str, alike: int, code: str, kept: bool
) -> None:
    month = look(workspace)
    gap = Finding(code, "warning", "空话。", "办公室", "2", "旧.xlsx", "表", "E7")
    files = [FileVerdict(name, "0" * 64, "superseded") for name in ("旧.xlsx", "新.xlsx")]
    files = [replace(f, verdict="accepted") if f.file == standing else f for f in files]
    again = tuple(replace(gap, file=name) for name in ("新.xlsx", "三.xlsx")[:alike])
    month = replace(month, files=tuple(files), findings=again, settled=())
    settled = settle_month(month, {key_of_finding(gap): "核实过"}).settled
    assert [one.finding for one in settled] == ([again[0]] if kept else [])
    if kept:  # and can be taken back there
        key = key_of_finding(again[0])
        assert not settle_month(month, {key_of_finding(gap): "核实过", key: ""}).settled


def test_a_reason_from_before_places_were_recorded_still_stands(workspace: Workspace) -> None:
    month, one, other = two_alike(look(workspace))
    old = key_of_finding(one)._replace(place=None)
    assert [s.finding for s in settle_month(month, {old: "核实过"}).settled] == [one, other]
    key = key_of_finding(other)
    left = settle_month(month, {old: "核实过", key: ""}).settled
    assert [s.finding for s in left] == [one]
