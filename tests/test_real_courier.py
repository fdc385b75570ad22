"""A month's returns out of Courier: each once, none touched; its folders all lie below INBOX."""

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from imapclient.imap_utf7 import encode

from taskxl.desk import collecting
from taskxl.desk.mail_checking import check_mail
from taskxl.errors import TaskxlError
from taskxl.mail import imap
from taskxl.mail.imap import Account
from taskxl.mail.sent import SentFolder
from taskxl.workspace.folder import Workspace
from tests.letters import RETURN, make_letter, named
from tests.mail_support import APRIL, PASSWORD, SETTINGS, change_bureau, make_bureau
from tests.real_courier import run_courier
from tests.real_servers import RealServer, make_mail_folder, put_letters, read_marks

NOW = datetime(2021, 4, 28, 9, 0)
BOX = ("bgs@yunxi.example.com", PASSWORD)
SENT, RETURNS, ODD = "INBOX.已发送邮件", "INBOX.回表 A&B", "INBOX.odd"


def on_server(folder: str) -> str:
    """Return a folder's name as it goes over the line."""
    return bytes(encode(folder)).decode()


@pytest.fixture(scope="module")
def courier() -> Iterator[RealServer]:
    with run_courier(*BOX) as server:
        for folder in (SENT, RETURNS, ODD):
            make_mail_folder(server, *BOX, on_server(folder))
        yield server


@pytest.fixture
def bureau(courier: RealServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    monkeypatch.setattr(imap, "TLS_PORT", courier.tls_port)
    monkeypatch.setenv("TASKXL_CA_FILE", str(courier.authority))
    workspace = make_bureau(tmp_path / "w")
    change(workspace, courier.tls_port)
    return workspace


def change(
    workspace: Workspace, port: int, inbox: str = "", sent: str = "", mark: bool = False
) -> None:
    """Change what 设置 says of the mailbox."""
    settings = replace(
        SETTINGS,
        mail_server="",
        mail_user=BOX[0],
        inbox_server="localhost",
        inbox_port=port,
        inbox_folder=inbox,
        inbox_mark=mark,
        sent_folder=sent,
    )
    change_bureau(workspace, settings)


def returned(number: int, name: str, content: bytes) -> bytes:
    return make_letter(
        (name, content), sender="jj@yunxi.example.com", message_id=f"<{number}@yunxi.example.com>"
    )


def test_it_gives_each_return_once_and_nothing_is_touched(
    bureau: Workspace, courier: RealServer
) -> None:
    names = ["附件2-基教股.xlsx", "附件2-计财股.xlsx", "附件2（修改）.xlsx"]
    letters = [returned(n, name, b"PK%d" % n) for n, name in enumerate(names)]
    put_letters(courier, *BOX, *letters, make_letter(sender="other@x.example", message_id="<9@x>"))
    report = collecting.collect_mail(bureau, APRIL, PASSWORD, NOW)
    assert report.broken == ""
    assert [(line.attachment, line.fate) for line in report.lines] == [
        *((name, "taken") for name in names),
        ("", "none"),
    ]
    assert report.lines[0].at == datetime(2021, 4, 20, 9, 0)
    assert collecting.collect_mail(bureau, APRIL, PASSWORD, NOW).lines == ()
    put_letters(courier, *BOX, returned(4, "附件2-办公室.xlsx", b"PK4"))
    (line,) = collecting.collect_mail(bureau, APRIL, PASSWORD, NOW).lines
    assert (line.attachment, line.fate) == ("附件2-办公室.xlsx", "taken")
    marks = read_marks(courier, *BOX)
    assert len(marks) == 5
    assert not any(b"Seen" in one for one in marks)


@pytest.mark.parametrize("inbox", [RETURNS, RETURNS.removeprefix("INBOX.")])
def test_returns_come_out_of_a_folder_below_inbox_however_it_is_written(
    inbox: str, bureau: Workspace, courier: RealServer
) -> None:
    """With its prefix, or by the name alone that a web page shows; and marked where 设置 says so."""
    folder = on_server(RETURNS)
    put_letters(courier, *BOX, returned(1, "附件2-基教股.xlsx", b"PK"), folder=folder)
    change(bureau, courier.tls_port, inbox, mark=True)
    report = collecting.collect_mail(bureau, APRIL, PASSWORD, NOW)
    assert report.broken == ""
    assert {line.fate for line in report.lines} <= {"taken", "held"}
    assert report.lines[0].attachment == "附件2-基教股.xlsx"
    assert all(b"Seen" in one for one in read_marks(courier, *BOX, folder))


def test_a_folder_that_is_not_there_is_said_with_those_that_are(
    bureau: Workspace, courier: RealServer
) -> None:
    change(bureau, courier.tls_port, "收到的表")
    with pytest.raises(TaskxlError, match="邮箱里的文件夹“收到的表”打不开") as error:
        collecting.collect_mail(bureau, APRIL, PASSWORD, NOW)
    assert RETURNS in str(error.value)


@pytest.mark.parametrize(
    ("sent", "said"), [("已发送邮件", f"改为：{SENT}"), ("已发", "请核对设置里的“已发送文件夹”")]
)
def test_the_trial_names_its_folders_though_it_marks_none_as_that_of_sent_letters(
    sent: str, said: str, bureau: Workspace, courier: RealServer
) -> None:
    change(bureau, courier.tls_port, sent=sent)
    authority = str(courier.authority)
    trials = {one.what: one for one in check_mail(bureau, lambda *_: PASSWORD, authority)}
    assert trials["收信"].works
    assert {SENT, RETURNS} <= set(trials["文件夹"].detail.split("、"))
    assert not trials["已发送文件夹"].works
    assert said in trials["已发送文件夹"].detail


def test_copies_of_sent_letters_go_where_they_belong(
    bureau: Workspace, courier: RealServer
) -> None:
    account = Account(
        "localhost", courier.tls_port, BOX[0], SENT.removeprefix("INBOX."), str(courier.authority)
    )
    folder = SentFolder(account, lambda: PASSWORD)
    folder.keep(make_letter(("附件2.xlsx", RETURN)), datetime(2021, 4, 26, 9, 30))
    folder.close()
    assert folder.note == ""
    (mark,) = read_marks(courier, *BOX, on_server(SENT))
    assert b"Seen" in mark


def test_letters_with_bare_chinese_in_their_headers_come_as_out_of_a_folder(
    bureau: Workspace, courier: RealServer, tmp_path: Path
) -> None:
    """Courier warns of them and wants RFC 6855; what it gives without is whole."""
    plain = make_letter(("表.xlsx", RETURN))
    tail = plain.partition(b"\r\n")[2]
    letters = []
    for encoding in ("utf-8", "gbk"):
        sender = b"From: %b <jj@yunxi.example.com>\r\n" % "基教股".encode(encoding)
        letters.append(sender + b"Subject: %b\r\n" % "四月进展".encode(encoding) + tail)
        letters.append(named('attachment; filename="附件2-基教股.xlsx"'.encode(encoding)))
    put_letters(courier, *BOX, *letters, folder=on_server(ODD))
    change(bureau, courier.tls_port, ODD)
    report = collecting.collect_mail(bureau, APRIL, PASSWORD, NOW)
    saved = tmp_path / "saved"
    saved.mkdir()
    for number, letter in enumerate(letters):
        (saved / f"{number}.eml").write_bytes(letter)
    other = make_bureau(tmp_path / "other")
    expected = collecting.collect_folder(other, APRIL, saved, NOW)

    def facts(found: collecting.CollectReport) -> list[tuple[str, ...]]:
        return [(one.sender, one.subject, one.attachment, one.fate) for one in found.lines]

    assert facts(report) == facts(expected)
    assert [one.attachment for one in report.lines] == ["表.xlsx", "附件2-基教股.xlsx"] * 2


def test_letters_whose_lines_end_oddly_are_not_said_to_hold_nothing(
    bureau: Workspace, courier: RealServer
) -> None:
    """They lie in the Maildir as a careless program put them; Courier sees one text in each."""
    make_mail_folder(courier, *BOX, "INBOX.ends")
    for number, end in enumerate((b"\r\n", b"\r")):
        path = courier.mail / ".ends" / "new" / f"{number}.M{number}.test"
        path.write_bytes(make_letter(("附件2.xlsx", RETURN)).replace(b"\r\n", end))
        path.chmod(0o644)
        moment = datetime(2021, 4, 20, 9, number).timestamp()
        os.utime(path, (moment, moment))
    change(bureau, courier.tls_port, "ends")
    report = collecting.collect_mail(bureau, APRIL, PASSWORD, NOW)
    assert [(one.attachment, one.fate) for one in report.lines] == [
        ("附件2.xlsx", "taken"),
        ("附件2.xlsx", "held"),
    ]


# ---------------------------------------------------------------- logging in


def test_a_wrong_password_is_one_line(bureau: Workspace) -> None:
    with pytest.raises(TaskxlError, match=r"不接受.*的登录（服务器答复：“Login failed\.”）"):
        collecting.collect_mail(bureau, APRIL, "wrong", NOW)


def test_over_starttls_the_password_is_asked_for_once(
    bureau: Workspace, courier: RealServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imap, "TLS_PORT", 993)
    change(bureau, courier.port)
    asked: list[int] = []
    report = collecting.collect_mail(bureau, APRIL, lambda: asked.append(1) or PASSWORD, NOW)
    assert (asked, report.broken) == ([1], "")
