"""No letter passes unsaid: what a mailbox lists is taken, or named."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from taskxl.desk import collecting
from taskxl.desk.composing import compose_letters
from taskxl.desk.lists import load_master
from taskxl.mail import imap, messages
from taskxl.master.book.making import write_master
from taskxl.workspace.folder import Workspace
from tests.imap_script import ImapScript, run_imap_script
from tests.letters import make_letter
from tests.month_of_clerks import APRIL, make_workspace
from tests.support import make_once
from tests.test_collect import NOW, records, set_up

issued, workspace = make_once(make_workspace, "2021年重点工作")


def letters(count: int = 4) -> dict[int, bytes]:
    return {
        uid: make_letter(
            (f"表{uid}.xlsx", b"%d" % uid), message_id=f"<{uid}@x>", subject=f"信{uid}"
        )
        for uid in range(1, count + 1)
    }


def collect(
    workspace: Workspace, script: ImapScript, folder: Path, patch: pytest.MonkeyPatch
) -> collecting.CollectReport:
    with run_imap_script(script, folder):
        patch.setattr(imap, "TLS_PORT", script.port)
        patch.setenv("TASKXL_CA_FILE", str(script.authority))
        set_up(workspace, script.port)
        return collecting.collect_mail(workspace, APRIL, "secret", NOW)


@pytest.mark.parametrize("how", ["missing", "denied", "garbled", "hollow"])
def test_a_letter_that_is_listed_and_not_brought_is_named_and_stays_open(
    how: str, workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = ImapScript(letters(), **{how: {2}})
    report = collect(workspace, script, tmp_path, monkeypatch)
    assert not report.broken
    assert [line.letter for line in report.lines] == [1, 2, 3, 4]
    line = report.lines[1]
    assert (line.fate, line.outcome[:4]) == ("refused", "没有取到")
    assert line.subject == ("编号 2 的信" if how in ("missing", "garbled") else "信2")
    again = ImapScript(script.letters)
    report = collect(workspace, again, tmp_path, monkeypatch)
    assert [(line.letter, line.fate) for line in report.lines] == [(2, "taken")]
    assert collect(workspace, again, tmp_path, monkeypatch).lines == ()


def test_what_the_server_says_to_a_letter_is_shown_and_costs_no_connection(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = ImapScript(letters(6), denied={1, 2, 3, 4, 5}, no="信件无法转换".encode("gbk"))
    report = collect(workspace, script, tmp_path, monkeypatch)
    assert "信件无法转换" in report.lines[0].outcome
    assert [line.fate for line in report.lines] == ["refused"] * 5 + ["taken"]
    assert script.connections == 1


@settings(
    max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(fates=st.lists(st.sampled_from(["", "missing", "denied", "garbled", "hollow"]), max_size=6))
def test_listed_is_fetched_and_named_together(
    fates: list[str], tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path_factory.mktemp("unsaid")
    workspace = make_workspace(root / "2021年重点工作")
    script = ImapScript(letters(len(fates)))
    for uid, fate in enumerate(fates, 1):
        if fate:
            getattr(script, fate).add(uid)
    report = collect(workspace, script, root, monkeypatch)
    said = {line.letter: line.fate for line in report.lines}
    wanted = {uid: "refused" if fate else "taken" for uid, fate in enumerate(fates, 1)}
    # After three that break the connection in a row the mailbox is left: that is said, too.
    assert report.broken or said == wanted
    assert said == {uid: wanted[uid] for uid in said}
    again = collect(workspace, ImapScript(letters(len(fates))), root, monkeypatch)
    known = {uid for uid, fate in said.items() if fate == "taken"}
    assert {line.letter: line.fate for line in again.lines} == {
        uid: "taken" for uid in wanted if uid not in known
    }


def test_nobody_is_urged_whose_letter_lies_unread_in_the_mailbox(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = ImapScript(letters(1), denied={1})
    collect(workspace, script, tmp_path, monkeypatch)
    batch = compose_letters(workspace, APRIL, "remind")
    assert "基教股" not in [item.office for item in batch.items]
    assert any("基教股有一封信（“信1”）没有读到" in note for note in batch.notes)
    named = compose_letters(workspace, APRIL, "remind", "基教股")
    assert [item.office for item in named.items] == ["基教股"]
    # It was deleted in the mailbox: nobody waits for it any more.
    collect(workspace, ImapScript({}), tmp_path, monkeypatch)
    batch = compose_letters(workspace, APRIL, "remind")
    assert "基教股" in [item.office for item in batch.items]
    assert len(records(workspace, "SELECT * FROM messages")) == 2


def test_a_letter_of_which_nothing_is_known_is_said_before_anybody_is_urged(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    master, _ = load_master(workspace)
    workspace.master_path.write_bytes(write_master(replace(master)))
    collect(workspace, ImapScript(letters(1), missing={1}), tmp_path, monkeypatch)
    batch = compose_letters(workspace, APRIL, "remind")
    assert any("不知道是谁的" in note for note in batch.notes)


def test_a_saved_letter_that_cannot_be_read_is_recorded_until_it_can(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved = tmp_path / "saved"
    saved.mkdir()
    set_up(workspace, 993)
    many = make_letter(*((f"{n}.xlsx", b"%d" % n) for n in range(3)), subject="四月的表")
    (saved / "a.eml").write_bytes(many)
    monkeypatch.setattr(messages, "_FILES", 2)
    line = collecting.collect_folder(workspace, APRIL, saved, NOW).lines[0]
    assert (line.sender, line.subject, line.fate) == ("周晓禾", "四月的表", "refused")
    collecting.collect_folder(workspace, APRIL, saved, NOW)
    ((key, outcome),) = records(workspace, "SELECT key, outcome FROM messages")
    assert key.startswith("?")
    assert outcome.startswith("读不出来：这封信的附件超过 2 个")
    batch = compose_letters(workspace, APRIL, "remind")
    assert any("基教股有一封信（“四月的表”）没有读到" in note for note in batch.notes)
    monkeypatch.setattr(messages, "_FILES", 200)
    collecting.collect_folder(workspace, APRIL, saved, NOW)
    batch = compose_letters(workspace, APRIL, "remind")
    assert not any("没有读到" in note for note in batch.notes)


def test_an_office_whose_letter_points_to_a_cloud_is_not_urged(
    workspace: Workspace, tmp_path: Path
) -> None:
    saved = tmp_path / "saved"
    saved.mkdir()
    set_up(workspace, 993)
    letter = make_letter(subject="四月的表", text="表在 https://pan.baidu.com/s/1 里")
    (saved / "a.eml").write_bytes(letter)
    collecting.collect_folder(workspace, APRIL, saved, NOW)
    batch = compose_letters(workspace, APRIL, "remind")
    assert any("基教股有一封信（“四月的表”）没有读到" in note for note in batch.notes)
    assert "基教股" not in [item.office for item in batch.items]
