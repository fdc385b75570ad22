"""What is said of returns that do not stand, word for word, and which verdict a file has."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from taskxl.findings import Finding
from taskxl.merge.fates import Fate, combine_fates, judge_versions, report_versions
from taskxl.merge.versions import Version, settle_versions
from taskxl.model import Attached, Return, Unplaced
from tests.test_bite_merge import DAY, NOON, version

LATER = date(2021, 4, 22)


def told(*versions: Version) -> list[tuple[str, str, str | None, str]]:
    """Return code, severity, file and message of what is reported of an office's versions."""
    settled = settle_versions(versions)
    return [(f.code, f.severity, f.file, f.message) for f in report_versions(settled)]


def fates(*versions: Version) -> dict[str, tuple[str, str | None, str | None]]:
    settled = settle_versions(versions)
    judged = [fate for fate, _ in judge_versions("基教股", settled)]
    return {fate.file: (fate.verdict, fate.code, fate.reason) for fate in judged}


def test_the_newer_form_is_named_with_both_days_and_both_moments() -> None:
    old = version("旧.xlsx", "旧。", at=None)
    new = version("新.xlsx", "新。", day=LATER)
    assert told(old, new) == [
        (
            "R208",
            "info",
            "旧.xlsx",
            "另有较新的“新.xlsx”，以新的为准（填报日期：这份2021-04-20，那份2021-04-22；"
            "收到时间：这份不明，那份2021-04-20 12:00）。"
            "这份有 1 处不同的文字列在未归位内容，请过目。",
        )
    ]
    assert fates(old, new) == {
        "旧.xlsx": ("superseded", "R208", "已由“新.xlsx”代替"),
        "新.xlsx": ("accepted", None, None),
    }


def test_two_forms_without_order_are_both_kept_and_the_office_is_to_be_asked() -> None:
    one = version("甲.xlsx", "甲说。", at=None, day=None)
    other = version("乙.xlsx", "乙说。", at=None, day=None)
    assert told(one, other) == [
        (
            "R209",
            "warning",
            "乙.xlsx",
            "这份与“甲.xlsx”不一致，看不出哪份在后（两份都没有填报日期和收到时间）。"
            "汇总暂取“甲.xlsx”的文字，这份有 1 处不同的文字列在未归位内容，请过目。"
            "请与股室核实以哪份为准。",
        )
    ]
    unclear = "不一致，看不出哪份在后"
    assert fates(one, other) == {
        "甲.xlsx": ("accepted", "R209", f"与“乙.xlsx”{unclear}，暂取这份的文字"),
        "乙.xlsx": ("partial", "R209", f"与“甲.xlsx”{unclear}；两份的文字都留着"),
    }


def test_a_date_on_one_of_two_forms_is_told_and_the_other_said_to_have_none() -> None:
    one, other = (
        version("甲.xlsx", "甲说。", at=None),
        version("乙.xlsx", "乙。", at=None, day=None),
    )
    ((_, _, _, message),) = told(one, other)
    assert "（填报日期：这份没有填，那份2021-04-20）" in message


def test_a_blank_form_gives_way_without_any_doubt() -> None:
    blank = version("空.xlsx", "", day=LATER, at=NOON - timedelta(days=2))
    filled = version("填.xlsx")
    assert told(blank, filled) == [
        ("R208", "info", "空.xlsx", "这份没有填写内容，采用已填写的“填.xlsx”。不用处理。")
    ]
    assert fates(blank, filled)["空.xlsx"] == (
        "superseded",
        "R208",
        "这份没有填写，采用已填写的“填.xlsx”",
    )


def test_an_older_form_all_of_whose_words_are_in_the_newer_one_needs_nothing() -> None:
    old = version("旧.xlsx", "选址。", obstacles="")
    new = version("新.xlsx", "选址。", obstacles="缺钱。", day=LATER)
    ((code, severity, file, message),) = told(old, new)
    assert (code, severity, file) == ("R208", "info", "旧.xlsx")
    assert message.endswith("这份没有别的文字，不用处理。")
    assert message.startswith("另有较新的“新.xlsx”")
    ((code, severity, _, message),) = told(
        version("乙.xlsx", "选址。", at=None, day=None),
        version("甲.xlsx", "选址。", at=None, day=None, obstacles="缺钱。"),
    )
    assert (code, severity) == ("R208", "info")
    assert message == "这份的文字都在“甲.xlsx”里，采用那一份。不用处理。"


def test_a_form_with_the_same_words_is_a_duplicate_of_the_one_that_counts() -> None:
    one, other = version("甲.xlsx"), version("乙.xlsx", approval="")
    said = "填写的内容与“甲.xlsx”相同"
    assert told(one, other) == [("R207", "info", "乙.xlsx", f"{said}，按一份计，不用处理。")]
    assert fates(one, other)["乙.xlsx"] == ("duplicate", "R207", said)


def test_two_forms_in_one_file_are_told_apart_by_their_sheets() -> None:
    one, other = version("甲.xlsx", "旧。"), version("甲.xlsx", "新。", day=LATER)
    other = Version(other.source, replace(other.submission, sheet="四月"))
    settled = settle_versions([one, other])
    (finding,) = report_versions(settled)
    assert (finding.sheet, finding.office) == ("进展情况表", "基教股")
    assert finding.message.startswith("另有较新的“甲.xlsx〔四月〕”")


def with_findings(one: Version, *codes: str, **source: object) -> Version:
    findings = tuple(
        Finding(code, "warning", "有误。", "基教股", "2", one.source.file) for code in codes
    )
    ret = replace(one.source, findings=findings, **source)
    return Version(ret, one.submission)


def test_a_row_gone_from_one_half_of_a_form_is_no_loss_where_the_other_half_has_it() -> None:
    alone = with_findings(version("甲.xlsx"), "E302")
    verdict, code, reason = fates(alone)["甲.xlsx"]
    assert (verdict, code) == ("partial", "E302")
    assert reason
    half = version("乙.xlsx", "乙说。")
    entry = replace(half.submission.entries[0], task="2")
    half = Version(half.source, replace(half.submission, entries=(entry,), tasks=("2",)))
    assert fates(alone, half)["甲.xlsx"] == ("accepted", None, None)


def test_a_part_that_gave_way_is_told_before_what_found_no_place() -> None:
    form = version("甲.xlsx", "甲说。").submission
    second = replace(form.entries[0], task="2", progress="第二项。")
    both = Version(
        Return("甲.xlsx", "甲", NOON, "mail"), replace(form, entries=(*form.entries, second))
    )
    newer = version("乙.xlsx", "乙说。", day=LATER)
    stray = Unplaced("甲.xlsx", None, "J9", "另有一句。")
    judged = fates(with_findings(both, unplaced=(stray,)), newer)
    verdict, code, reason = judged["甲.xlsx"]
    assert (verdict, code) == ("partial", "R208")
    assert reason is not None
    assert reason.startswith("有 1 项另取自“乙.xlsx”；")
    unclear = fates(both, version("乙.xlsx", "乙说。", day=LATER, at=NOON - timedelta(days=1)))
    assert unclear["甲.xlsx"][1] == "R209"


@pytest.mark.parametrize(
    ("kinds", "verdict"),
    [
        (("accepted", "partial"), "partial"),
        (("accepted",), "accepted"),
        (("accepted", "accepted"), "accepted"),
        (("accepted", "superseded"), "partial"),
        (("rejected", "accepted"), "partial"),
        (("duplicate", "superseded"), "superseded"),
        (("rejected", "duplicate"), "duplicate"),
        (("rejected",), "rejected"),
        (("skipped",), "skipped"),
    ],
)
def test_a_file_with_several_forms_has_one_verdict(kinds: tuple[str, ...], verdict: str) -> None:
    """A form that does not count beside one that does makes the file partial."""
    many = [
        Fate("甲.xlsx", kind, f"股{n}", None if kind == "accepted" else f"R{n}", f"缘由{n}")  # type: ignore[arg-type]
        for n, kind in enumerate(kinds)
    ]
    said = combine_fates(Return("甲.xlsx", "摘要"), many)
    assert (said.file, said.sha256, said.verdict) == ("甲.xlsx", "摘要", verdict)
    assert said.office == "、".join(f"股{n}" for n in range(len(kinds)))


def test_a_file_bears_the_code_and_the_reasons_of_its_verdict_each_once() -> None:
    many = [
        Fate("甲.xlsx", "partial", "甲", "E303", "有内容"),
        Fate("甲.xlsx", "partial", "甲", "E302", "有内容"),
        Fate("甲.xlsx", "rejected", "乙", "R206", "别的月份"),
    ]
    said = combine_fates(Return("甲.xlsx"), many)
    assert (said.office, said.code, said.reason) == ("甲、乙", "E303", "有内容")
    none = combine_fates(Return("甲.xlsx"), [Fate("甲.xlsx", "accepted", "")])
    assert (none.office, none.code, none.reason) == (None, None, None)


def test_moments_are_told_to_the_minute() -> None:
    one = version("甲.xlsx", "旧。", day=DAY, at=datetime(2021, 4, 20, 9, 5, 30))
    other = version("乙.xlsx", "新。", day=LATER, at=datetime(2021, 4, 22, 18, 0))
    ((_, _, _, message),) = told(one, other)
    assert "收到时间：这份2021-04-20 09:05，那份2021-04-22 18:00" in message


def test_an_error_cell_stays_one_though_its_row_is_told() -> None:
    """Only a row that is gone can be made good by another form."""
    one = with_findings(version("甲.xlsx"), "E306")
    form = replace(one.submission.entries[0], task="2")
    one = Version(one.source, replace(one.submission, entries=(form,)))
    verdict, code, reason = fates(one)["甲.xlsx"]
    assert (verdict, code, reason) == ("partial", "E306", "有 1 处是错误值或没有结果的公式")


def test_pictures_in_a_return_are_told_in_its_line_whatever_its_verdict() -> None:
    picture = Attached("甲.xlsx", "进展情况表", "F4", "图片")
    ret = Return("甲.xlsx", attached=(picture,))
    bare = combine_fates(ret, [Fate("甲.xlsx", "accepted", "甲")])
    assert bare.reason
    assert "F4" in bare.reason
    both = combine_fates(ret, [Fate("甲.xlsx", "partial", "甲", "E303", "有内容")])
    assert both.reason == f"有内容；{bare.reason}"
