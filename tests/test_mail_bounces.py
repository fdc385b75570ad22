"""A letter of ours that comes back is known by its Message-ID, and the office is named."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from taskxl.desk.collecting import collect_folder
from taskxl.mail.bounces import read_bounce
from taskxl.mail.messages import read_letter
from taskxl.mail.straighten import parse_letter
from tests.letters import make_letter
from tests.mail_support import APRIL, SETTINGS, Keyboard, make_authority, make_bureau, run_server

OURS = "<a1@yunxi.example.com>"
RETURNED = f"From: bgs@yunxi.example.com\r\nMessage-ID: {OURS}\r\nSubject: x\r\n\r\nhi\r\n"
REPORT = (
    "From: Mail Delivery System <MAILER-DAEMON@mx.example>\r\nMessage-ID: <own@mx.example>\r\n"
    "Subject: Undelivered Mail Returned to Sender\r\nMIME-Version: 1.0\r\n"
    'Content-Type: multipart/report; report-type=delivery-status; boundary="B"\r\n\r\n'
    "--B\r\nContent-Type: text/plain\r\n\r\nsorry\r\n"
    "--B\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx\r\n\r\n"
    "Final-Recipient: rfc822; jj@x\r\nAction: {action}\r\nStatus: 5.1.1\r\n"
    "Diagnostic-Code: smtp; 550 5.1.1 no such\r\n user\r\n"
    "--B\r\nContent-Type: message/rfc822\r\n\r\n{returned}--B--\r\n"
)
FREE = (
    "From: 系统退信 <PostMaster@qq.example>\r\nSubject: 系统退信\r\n"
    "Content-Type: text/plain; charset=utf-8\r\n\r\n"
    "抱歉，您的邮件被退回：\r\n550 Mailbox not found 收件人不存在\r\n\r\n> {returned}"
)


@pytest.mark.parametrize("form", [REPORT, FREE])
def test_what_came_back_is_known_by_its_identity(form: str) -> None:
    content = form.format(action="failed", returned=RETURNED).encode()
    bounce = read_bounce(parse_letter(content))
    assert bounce is not None
    assert bounce.message_id == OURS
    assert "550" in bounce.reason
    assert read_letter(content).returned


def test_a_letter_that_is_only_late_has_not_come_back() -> None:
    content = REPORT.format(action="delayed", returned=RETURNED).encode()
    assert read_bounce(parse_letter(content)) is None
    assert read_bounce(parse_letter(make_letter(subject="关于退信的说明"))) is None


def test_the_office_is_named_and_the_next_run_says_so(tmp_path: Path) -> None:
    authority = make_authority(tmp_path)
    keyboard = Keyboard(authority.file)
    with run_server(authority.context()) as (port, _):
        workspace = make_bureau(tmp_path / "w", replace(SETTINGS, mail_port=port))
        report = keyboard.send(workspace, office="基教股")
        identity = report.deliveries[0].letter.message_id
        saved = tmp_path / "saved"
        saved.mkdir()
        back = REPORT.format(action="failed", returned=RETURNED.replace(OURS, identity))
        (saved / "back.eml").write_bytes(back.encode())
        collected = collect_folder(workspace, APRIL, saved, datetime(2021, 4, 27))
        assert collected.lines[0].fate == "refused"
        assert "被退回：写给基教股的信没有送到（smtp; 550 5.1.1" in collected.lines[0].outcome
        again = keyboard.send(workspace, office="基教股")
    assert again.deliveries == []
    assert any("基教股：已发的那封被退回" in note for note in again.notes)
