"""A month's letters by Postfix: what it takes, what it refuses, its limits and what it sends back."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from taskxl.desk import collecting
from taskxl.desk.came_back import note_returned
from taskxl.desk.issuing import issue_forms
from taskxl.desk.lists import load_master
from taskxl.errors import TaskxlError
from taskxl.mail import outbox
from taskxl.master.book.making import write_master
from taskxl.model import Office
from taskxl.workspace.folder import Workspace
from tests.mail_support import (
    APRIL,
    OFFICES,
    PASSWORD,
    SENDER,
    SETTINGS,
    Keyboard,
    make_bureau,
)
from tests.months import make_master
from tests.real_postfix import Postfix, run_postfix
from tests.real_servers import check_each_letter_goes_once, wait_for

NOW = datetime(2021, 4, 28, 9, 0)
DOMAIN = "yunxi.example.com"
STRANGER = "nobody-here.whose-name-is-as-long-as-names-become"
MANY = tuple(f"o{number}" for number in range(1, 9))


@pytest.fixture(scope="module")
def postfix() -> Iterator[Postfix]:
    boxes = ("bgs", "bgs-a", "jj", "jj2", "jc", *MANY)
    with run_postfix(DOMAIN, boxes, SENDER, PASSWORD) as server:
        yield server


def test_it_takes_each_letter_once_and_byte_for_byte(postfix: Postfix, tmp_path: Path) -> None:
    check_each_letter_goes_once(postfix, tmp_path)


def test_a_wrong_password_is_named_and_the_other_port_works(
    postfix: Postfix, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "SSL_PORT", postfix.tls_port)
    workspace = make_bureau(tmp_path / "w", replace(SETTINGS, mail_port=postfix.tls_port))
    with pytest.raises(TaskxlError, match=r"不接受登录名.*535 5\.7\.8 Error: authentication"):
        Keyboard(str(postfix.authority), password="wrong").send(workspace)
    report = Keyboard(str(postfix.authority)).send(workspace, "issue", "计财股")
    assert [one.outcome.result for one in report.deliveries] == ["sent"]


# ---------------------------------------------------------------- refused and sent back


def with_addresses(*addresses: str) -> tuple[Office, ...]:
    return tuple(
        replace(one, mails=(f"{address}@{DOMAIN}",))
        for one, address in zip(OFFICES, addresses, strict=True)
    )


def test_who_is_refused_at_once_is_named_and_the_others_get_theirs(
    postfix: Postfix, tmp_path: Path
) -> None:
    offices = with_addresses(STRANGER, "jj", "jc")
    workspace = make_bureau(tmp_path / "w", replace(SETTINGS, mail_port=postfix.port), offices)
    report = Keyboard(str(postfix.authority)).send(workspace)
    said = {one.letter.office: one.outcome for one in report.deliveries}
    assert [one.result for one in said.values()] == ["refused", "sent", "sent"]
    assert f"{STRANGER}@{DOMAIN} 没有收（服务器答复 550 5.1.1" in said["办公室"].detail
    assert "User unknown in virtual mailbox table" in said["办公室"].detail


def test_what_it_sends_back_is_matched_and_a_notice_that_it_is_late_is_not(
    postfix: Postfix, tmp_path: Path
) -> None:
    """It tells in its own words (RFC 3464) that one letter was refused, that another is late."""
    offices = with_addresses("gone", "late", "jc")
    workspace = make_bureau(tmp_path / "w", replace(SETTINGS, mail_port=postfix.port), offices)
    report = Keyboard(str(postfix.authority)).send(workspace)
    assert [one.outcome.result for one in report.deliveries] == ["sent"] * 3
    letters = {
        b"Undelivered Mail Returned to Sender" in letter: letter
        for letter in wait_for(postfix.mail / "bgs", 2)
    }
    assert b"Subject: Delayed Mail (still being retried)" in letters[False]
    saved = tmp_path / "saved"
    saved.mkdir()
    for came_back, letter in letters.items():
        (saved / f"{came_back}.eml").write_bytes(letter)
    lines = collecting.collect_folder(workspace, APRIL, saved, NOW).lines
    outcomes = {line.subject.split()[0]: line.outcome for line in lines}
    assert outcomes["Delayed"] == "退信或回执，没有收"
    assert outcomes["Undelivered"].startswith("被退回：2021年4月写给办公室的下发信没有送到")
    (note,) = note_returned(workspace, APRIL)
    assert note.startswith("办公室：")
    assert f"gone@{DOMAIN}" in note
    assert "550 5.1.1" in note
    assert "User unknown in virtual mailbox table" in note


# ---------------------------------------------------------------- limits


def make_eight(root: Path, port: int) -> Workspace:
    """Make a workspace of eight offices whose April is issued."""
    offices = tuple(
        Office(f"第{number}股", mails=(f"{box}@{DOMAIN}",)) for number, box in enumerate(MANY, 1)
    )
    rows = [
        {"任务": str(number), "股室": one.name, "节点时限": "2021-04-30"}
        for number, one in enumerate(offices)
    ]
    settings = replace(SETTINGS, mail_port=port, mail_pause=0)
    workspace = Workspace(root)
    workspace.create()
    master = replace(make_master(rows), settings=settings, offices=offices)
    workspace.master_path.write_bytes(write_master(master))
    issue_forms(workspace, APRIL, now=NOW)
    return workspace


def use_port(workspace: Workspace, port: int) -> None:
    """Change the port alone."""
    master = load_master(workspace)[0]
    master = replace(master, settings=replace(master.settings, mail_port=port))
    workspace.master_path.write_bytes(write_master(master))


def test_so_many_letters_an_hour_stop_the_run_and_the_next_goes_on(
    postfix: Postfix, tmp_path: Path
) -> None:
    """Two of eight are taken; the limit is not taken for a refusal, and none goes out twice."""
    workspace = make_eight(tmp_path / "w", postfix.few)
    keyboard = Keyboard(str(postfix.authority))
    report = keyboard.send(workspace)
    assert [one.outcome.result for one in report.deliveries] == ["sent"] * 2 + ["deferred"] * 3
    assert "450 4.7.1 Error: too much mail" in report.deliveries[2].outcome.detail
    assert "“每次最多发几封”（现在是 100）" in report.stopped
    assert len(report.left) == 3
    use_port(workspace, postfix.port)
    again = keyboard.send(workspace)
    assert [one.outcome.result for one in again.deliveries] == ["sent"] * 6
    assert (len(again.already), again.stopped) == (2, "")
    for box in MANY:
        assert len(wait_for(postfix.mail / box, 1)) == 1


def test_a_connection_too_many_is_said_with_the_servers_words(
    postfix: Postfix, tmp_path: Path
) -> None:
    """It hangs up with 421 before anything else is said."""
    workspace = make_bureau(tmp_path / "w", replace(SETTINGS, mail_port=postfix.one))
    keyboard = Keyboard(str(postfix.authority))
    keyboard.send(workspace, office="计财股")
    with pytest.raises(TaskxlError, match=r"421 4\.7\.0 .*too many connections.*请稍后再运行"):
        keyboard.send(workspace)


@pytest.mark.parametrize(
    ("kind", "said"), [("small", "服务器最多收 2 KB"), ("silent", "552 5.3.4")]
)
def test_a_letter_that_is_too_large_is_one_line(
    postfix: Postfix, kind: str, said: str, tmp_path: Path
) -> None:
    """Whether it tells its limit beforehand, or only at the letter's end."""
    workspace = make_bureau(tmp_path / "w", replace(SETTINGS, mail_port=getattr(postfix, kind)))
    report = Keyboard(str(postfix.authority)).send(workspace, office="计财股")
    (outcome,) = (one.outcome for one in report.deliveries)
    assert outcome.result == "refused"
    assert outcome.detail.startswith("信件太大")
    assert said in outcome.detail
