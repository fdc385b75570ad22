"""A letter of ours that comes back is known by its Message-ID, and the office is named."""

import sqlite3
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from zlib import compress

import pytest
from click.testing import CliRunner

from taskxl.cli import cli
from taskxl.desk.came_back import note_returned
from taskxl.desk.collecting import collect_folder
from taskxl.desk.drafting import draft_letters
from taskxl.ledger import Topic, open_ledger, record_letter
from taskxl.ledger.outgoing import find_written, list_returned, record_returned, verify_letters
from taskxl.ledger.schema import MIGRATIONS, open_database
from taskxl.mail.bounces import read_bounce
from taskxl.mail.messages import read_letter
from taskxl.mail.straighten import parse_letter
from taskxl.model import Period
from tests.letters import make_letter
from tests.mail_support import (
    APRIL,
    NOW,
    SETTINGS,
    Keyboard,
    make_authority,
    make_bureau,
    run_server,
)

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
    assert bounce.message_ids == (OURS,)
    assert "550" in bounce.reason
    assert read_letter(content).returned


def test_a_letter_that_is_only_late_has_not_come_back() -> None:
    content = REPORT.format(action="delayed", returned=RETURNED).encode()
    assert read_bounce(parse_letter(content)) is None
    assert read_bounce(parse_letter(make_letter(subject="关于退信的说明"))) is None


@pytest.mark.parametrize("ends", [b"\r\n", b"\n", b"\r"])
def test_the_ends_of_lines_are_no_matter(ends: bytes) -> None:
    content = FREE.format(returned=RETURNED).encode().replace(b"\r\n", ends)
    bounce = read_letter(content).bounce
    assert bounce is not None
    assert bounce.message_ids == (OURS,)


def test_of_several_recipients_those_are_named_that_it_did_not_reach() -> None:
    fields = "Final-Recipient: rfc822; ok@x\r\nAction: delivered\r\nStatus: 2.0.0\r\n\r\n"
    content = REPORT.format(action="failed", returned=RETURNED)
    bounce = read_bounce(parse_letter(content.replace("Final-", fields + "Final-", 1).encode()))
    assert bounce is not None
    assert bounce.recipients == ("jj@x",)
    assert bounce.status == "5.1.1"


@pytest.mark.parametrize("action", ["delivered", "relayed", "expanded", "delayed", "deliverable"])
def test_a_report_that_nothing_failed_is_none(action: str) -> None:
    content = REPORT.format(action=action, returned=RETURNED).encode()
    assert read_bounce(parse_letter(content)) is None
    assert read_letter(content).returned


def test_the_reason_may_stand_below_the_address_only() -> None:
    content = REPORT.format(action="failed", returned=RETURNED)
    content = content.replace("sorry\r\n", "This did not arrive:\r\n\r\n  jj@x\r\n    all gone\r\n")
    start = content.index("Diagnostic-Code")
    content = content[:start] + content[content.index("--B", start) :]
    bounce = read_bounce(parse_letter(content.encode()))
    assert bounce is not None
    assert bounce.reason == "all gone"


def test_a_person_who_passes_a_report_on_sends_a_letter() -> None:
    content = REPORT.format(action="failed", returned=RETURNED)
    content = content.replace("Mail Delivery System <MAILER-DAEMON@mx.example>", "jj@x")
    content = content.replace("multipart/report; report-type=delivery-status", "multipart/mixed")
    assert not read_letter(content.encode()).returned


def test_what_somebody_hung_on_a_returned_letter_is_taken() -> None:
    form = (
        '--B\r\nContent-Type: application/octet-stream; name="form.xlsx"\r\n'
        "Content-Transfer-Encoding: base64\r\n\r\nUEsDBA==\r\n--B--\r\n"
    )
    content = REPORT.format(action="failed", returned=RETURNED).replace("--B--\r\n", form)
    letter = read_letter(content.encode())
    assert letter.bounce is not None
    assert [one.name for one in letter.attachments] == ["form.xlsx"]


def test_a_robots_letter_that_answers_ours_and_says_no_such_user_is_one() -> None:
    content = (
        f"From: post_master@x.example\r\nIn-Reply-To: {OURS}\r\nSubject: Re: x\r\n\r\n"
        "Error below:\r\n550 - Requested action not taken: no such user here\r\n"
    ).encode()
    bounce = read_bounce(parse_letter(content))
    assert bounce is not None
    assert bounce.message_ids == (OURS,)
    holiday = content.replace(b"550 - Requested", b"on leave").replace(b"no such user here", b"")
    assert read_bounce(parse_letter(holiday)) is None


def test_the_office_is_named_until_the_letter_is_sent_again(tmp_path: Path) -> None:
    authority = make_authority(tmp_path)
    keyboard = Keyboard(authority.file)
    with run_server(authority.context()) as (port, _):
        workspace = make_bureau(tmp_path / "w", replace(SETTINGS, mail_port=port))
        report = keyboard.send(workspace, office="基教股")
        identity = report.deliveries[0].letter.message_id
        saved = tmp_path / "saved"
        saved.mkdir()
        back = REPORT.format(action="failed", returned=RETURNED.replace(OURS, identity))
        back = back.replace("jj@x", "jj@yunxi.example.com")
        (saved / "back.eml").write_bytes(back.encode())
        collected = collect_folder(workspace, APRIL, saved, datetime(2021, 4, 27))
        assert collected.lines[0].fate == "refused"
        told = "2021年4月写给基教股的下发信没有送到（jj@yunxi.example.com：smtp; 550 5.1.1 no such user）"
        assert told in collected.lines[0].outcome
        collect_folder(workspace, APRIL, saved, datetime(2021, 4, 28))
        assert [line.split("。")[0] for line in note_returned(workspace, APRIL)] == [
            "基教股：下发信被退回（jj@yunxi.example.com：smtp; 550 5.1.1 no such user）"
        ]
        assert note_returned(workspace, APRIL, "计财股") == []
        assert note_returned(workspace, Period(2021, 3)) == []
        shown = CliRunner().invoke(cli, ["-C", str(workspace.root), "status", "--month", "4"])
        assert "基教股：下发信被退回" in shown.output
        for kind in ("issue", "remind"):
            drafts = draft_letters(workspace, APRIL, kind, None, datetime(2021, 4, 28))
            assert any("基教股：下发信被退回" in note for note in drafts.batch.notes)
        again = keyboard.send(workspace, office="基教股")
        assert again.deliveries == []
        assert list(again.already) == ["基教股"]
        assert any("基教股：下发信被退回" in note for note in again.notes)
        keyboard.send(workspace, office="基教股", again=True)
    assert note_returned(workspace, APRIL) == []
    with open_ledger(workspace.ledger_path) as ledger:
        assert list(verify_letters(ledger)) == []


def test_what_never_went_out_cannot_have_come_back(tmp_path: Path) -> None:
    authority = make_authority(tmp_path)
    keyboard = Keyboard(authority.file)
    with run_server(authority.context()) as (port, _):
        workspace = make_bureau(tmp_path / "w", replace(SETTINGS, mail_port=port))
        keyboard.send(workspace, office="基教股")
    with open_ledger(workspace.ledger_path) as ledger:
        topic = Topic(APRIL, "issue", "基教股", "x" * 64)
        number = record_letter(ledger, topic, "<n@x>", ("a@x",), "s", b"Message-ID: <n@x>", NOW)
        record_returned(ledger, number, "550", NOW)
        assert [line[:7] for line in verify_letters(ledger)] == ["第 2 封信件"]


def test_a_report_on_somebody_elses_letter_is_said_to_be_so(tmp_path: Path) -> None:
    workspace = make_bureau(tmp_path / "w")
    saved = tmp_path / "saved"
    saved.mkdir()
    back = REPORT.format(action="failed", returned=RETURNED)
    (saved / "back.eml").write_bytes(back.encode())
    line = collect_folder(workspace, APRIL, saved, datetime(2021, 4, 27)).lines[0]
    assert (line.fate, line.outcome) == (
        "ignored",
        "退信，对不上是 taskxl 发的哪一封，没有送到的是 jj@x，没有收",
    )


def test_a_ledger_of_before_keeps_its_letters_and_takes_a_return(tmp_path: Path) -> None:
    path = tmp_path / "台账.db"
    old = open_database(path, migrations=MIGRATIONS[:3])
    content, digest = b"Message-ID: <n@x>\n\n", sha256(b"Message-ID: <n@x>\n\n").hexdigest()
    old.execute("INSERT INTO blobs VALUES (?, ?, ?)", (digest, len(content), compress(content)))
    old.execute(
        "INSERT INTO letters VALUES (7, '2021-04', 'issue', '基教股', 'b', '<n@x>', 'a@x', 's',"
        " ?, NULL)",
        (digest,),
    )
    old.execute("INSERT INTO letter_events VALUES (3, 7, 'sending', '', NULL)")
    old.execute("INSERT INTO letter_events VALUES (4, 7, 'sent', '', NULL)")
    with pytest.raises(sqlite3.IntegrityError):
        old.execute("INSERT INTO letter_events VALUES (5, 7, 'returned', '', NULL)")
    old.close()
    with open_ledger(path) as ledger:
        found = find_written(ledger, ("<other@x>", "<n@x>"))
        assert found is not None
        record_returned(ledger, found.number, "550", NOW)
        assert [one.detail for one in list_returned(ledger, APRIL)] == ["550"]
        events = ledger.connection.execute("SELECT id, event FROM letter_events ORDER BY id")
        assert events.fetchall() == [(3, "sending"), (4, "sent"), (5, "returned")]
        assert list(verify_letters(ledger)) == []
        for change in ("DELETE FROM letter_events", "UPDATE letter_events SET detail = ''"):
            with pytest.raises(sqlite3.IntegrityError, match="only added to"):
                ledger.connection.execute(change)
