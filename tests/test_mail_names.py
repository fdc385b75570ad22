"""What a sender calls a file stays what it is called: broken bytes, and what offices are told."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taskxl.desk import received
from taskxl.desk.collecting import collect_folder
from taskxl.desk.composing import compose_letters
from taskxl.findings import Finding
from taskxl.mail.headers import decode_bytes
from taskxl.mail.messages import read_letter
from taskxl.reports.send_back import send_back_text
from taskxl.workspace.folder import Workspace
from tests.letters import make_letter
from tests.month_of_clerks import APRIL, make_workspace
from tests.months import make_month
from tests.support import make_once

NOW = datetime(2021, 4, 28, 9, 0)
NAME = "附件2-基教股-2021年4月.xlsx"
WORDS = "关于报送二〇二一年四月重点工作进展情况表的通知基教股汇总通报催办单安全隐患排查整改台账"
# Names as people give them; six characters tell an encoding, whichever byte is broken.
CHINESE = st.builds(
    lambda start, length: WORDS[start : start + length],
    st.integers(0, len(WORDS) - 6),
    st.integers(6, 20),
)

issued, workspace = make_once(make_workspace, "2021年重点工作")


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    """An empty folder to save letters in."""
    folder = tmp_path / "saved"
    folder.mkdir()
    return folder


@given(CHINESE, st.data(), st.sampled_from(["utf-8", "utf8"]))
def test_one_broken_byte_costs_one_character(name: str, data: st.DataObject, charset: str) -> None:
    content = bytearray(f"{name}.xlsx".encode())
    at = data.draw(st.integers(0, 3 * len(name) - 1))
    content[at] = data.draw(st.sampled_from([0xFF, 0x41, 0x80]))
    read = decode_bytes(bytes(content), charset)
    kept = name[: at // 3], name[at // 3 + 1 :]
    assert read.startswith(kept[0])
    assert read.endswith(f"{kept[1]}.xlsx")


@given(CHINESE, st.integers(1, 2))
def test_a_name_that_is_cut_within_a_character_keeps_the_others(name: str, left: int) -> None:
    read = decode_bytes(name.encode()[: 3 * len(name) - 3 + left], "utf-8")
    assert read.rstrip("\ufffd") == name[:-1]


@given(CHINESE, st.sampled_from(["utf-8", "", "gbk", "gb2312"]))
def test_what_is_gbk_is_read_as_gbk(name: str, charset: str) -> None:
    assert decode_bytes(name.encode("gb18030"), charset) == name


def test_the_part_that_macs_add_takes_no_name_from_the_form() -> None:
    double = b"\x00\x05\x16\x07" + bytes(40)
    letter = read_letter(make_letter((NAME, double), (NAME, b"PK\x03\x04form")))
    assert [(one.name, bool(one.ignored)) for one in letter.attachments] == [
        (NAME, True),
        (NAME, False),
    ]


def test_the_form_of_a_mac_lies_under_its_own_name(workspace: Workspace, saved: Path) -> None:
    double = b"\x00\x05\x16\x07" + bytes(40)
    (saved / "a.eml").write_bytes(make_letter((NAME, double), (NAME, b"PK\x03\x04form")))
    collect_folder(workspace, APRIL, saved, NOW)
    (file,) = workspace.list_returns(APRIL)
    assert file.endswith(f"-{NAME}")


# ---------------------------------------------------------------- what offices are told


def test_an_office_is_told_of_its_file_by_the_name_that_it_gave_it() -> None:
    month = make_month("| 股室 | 审定 |\n| 基教股 | |")
    ours = "邮件/2021-04-20-周晓禾-四月表.xlsx"
    faults = [
        Finding("E306", "error", "有错。请改。", "基教股", None, file, "进展情况表", "F5")
        for file in (ours, "邮件/2021-04-21-周晓禾-四月表（2）.xlsx")
    ]
    names = {faults[0].file or "": "四月表.xlsx", faults[1].file or "": "改.xlsx"}
    one = replace(month, findings=tuple(faults[:1]))
    assert "进展情况表（四月表.xlsx）" in send_back_text(one, "基教股", names)
    both = send_back_text(replace(month, findings=tuple(faults)), "基教股", names)
    assert "1. 四月表.xlsx〔进展情况表〕F5" in both
    assert "2. 改.xlsx〔进展情况表〕F5" in both
    same = dict.fromkeys(names, "四月表.xlsx")
    alike = send_back_text(replace(month, findings=tuple(faults)), "基教股", same)
    assert f"1. {ours}〔进展情况表〕F5" in alike


def test_letters_name_files_as_they_were_sent(workspace: Workspace, saved: Path) -> None:
    sender = "bgs-jj@yunxi.example"
    letter = make_letter((NAME, b"PK\x03\x04broken"), sender=sender)
    (saved / "a.eml").write_bytes(letter)
    collect_folder(workspace, APRIL, saved, NOW)
    batch = compose_letters(workspace, APRIL, "remind")
    said = [item.values["来件"] + item.values["退回原因"] for item in batch.items]
    told = [one for one in said if one]
    assert told
    assert all(one.startswith(f"{NAME}：") for one in told)


# ---------------------------------------------------------------- a run's limit


def test_a_run_takes_so_much_and_the_next_goes_on(
    workspace: Workspace, saved: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(received, "RUN_BYTES", 25)
    for number in range(5):
        letter = make_letter((f"表{number}.xlsx", b"%d" % number * 10), message_id=f"<{number}@x>")
        (saved / f"{number}.eml").write_bytes(letter)
    kept = []
    for _ in range(3):
        report = collect_folder(workspace, APRIL, saved, NOW)
        kept.append(len(workspace.list_returns(APRIL)))
        assert ("再运行一次接着收" in report.broken) == (kept[-1] < 5)
    assert kept == [2, 4, 5]


def test_a_file_that_alone_is_over_the_limit_is_taken(
    workspace: Workspace, saved: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(received, "RUN_BYTES", 5)
    (saved / "a.eml").write_bytes(make_letter((NAME, b"x" * 10)))
    assert collect_folder(workspace, APRIL, saved, NOW).broken == ""
