"""Letters at the edges: names, headers, answers of servers, reports that come back. No real line."""

import io
import smtplib
import socket
import ssl
import zipfile
from base64 import b64encode
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import EmailMessage
from imaplib import IMAP4
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from imapclient.exceptions import IMAPClientError

from taskxl.desk import mail_checking, sending
from taskxl.desk.came_back import describe_stranger, take_bounce
from taskxl.desk.collecting import collect_folder
from taskxl.desk.composing import compose_letters
from taskxl.desk.drafting import draft_letters, pack_forms
from taskxl.desk.issuing import issue_forms
from taskxl.desk.received import Taking
from taskxl.errors import TaskxlError
from taskxl.intake.refusals import Refused
from taskxl.ledger import open_ledger, record_letter
from taskxl.mail import inbox, messages
from taskxl.mail.bounces import Bounce, read_bounce
from taskxl.mail.folders import MailFolder, advise
from taskxl.mail.imap import Account
from taskxl.mail.inline import find_written
from taskxl.mail.letters import Attachment, Letter, write_draft, write_letter
from taskxl.mail.messages import Attached, ReceivedLetter, read_letter
from taskxl.mail.names import mark_copy, name_attachment, name_saved
from taskxl.mail.outbox import TRIES, WAITS, Outbox, Outcome, Server, UnreachableError
from taskxl.mail.outlook import TNEF_MARK, Envelope
from taskxl.mail.parcels import pack_parcel
from taskxl.mail.passwords import hide_password
from taskxl.mail.straighten import find_more, is_cut
from taskxl.mail.texts import LetterText, check_text, render_text
from taskxl.master.book.making import write_master
from taskxl.model import Settings
from taskxl.workspace.folder import Workspace
from tests.mail_support import (
    APRIL,
    NOW,
    OFFICES,
    SENDER,
    SETTINGS,
    Keyboard,
    change_bureau,
    make_bureau,
    make_letters_master,
)
from tests.support import make_once

issued, bureau = make_once(make_bureau, "2021年")
DAY = date(2021, 4, 20)

# ---------------------------------------------------------------- names of attachments


@pytest.mark.parametrize(
    ("day", "sender", "name", "wanted"),
    [
        (DAY, "周晓禾", "附件2.xlsx", "2021-04-20-周晓禾-附件2.xlsx"),
        (None, "周晓禾", "附件2.xlsx", "日期不明-周晓禾-附件2.xlsx"),
        (DAY, " ", "附件2.xlsx", "2021-04-20-发件人不明-附件2.xlsx"),
        (DAY, "甲", "表", "2021-04-20-甲-表"),
        (DAY, "甲", "v1.2021年4月的进展情况", "2021-04-20-甲-v1.2021年4月的进展情况"),
        (DAY, "甲" * 30, "乙" * 90 + ".xlsx", f"2021-04-20-{'甲' * 16}-{'乙' * 40}.xlsx"),
    ],
)
def test_an_attachment_is_named_after_day_and_sender(
    day: date | None, sender: str, name: str, wanted: str
) -> None:
    assert name_attachment(day, sender, name) == wanted
    assert str(mark_copy(name_saved(Path(wanted)), 3)).count("（3）") == 1  # type: ignore[arg-type]


@given(st.text(max_size=300), st.text(max_size=300))
def test_every_name_is_one_that_every_system_takes(sender: str, name: str) -> None:
    made = name_attachment(DAY, sender, name)
    assert made.startswith("2021-04-20-")
    assert len(made.encode()) <= 255
    assert not set(made) & set('/\\:*?"<>|\0\n')


# ---------------------------------------------------------------- letters


def make_letter(**changes: Any) -> Letter:
    values: dict[str, Any] = {
        "office": "基教股",
        "sender": SENDER,
        "sender_name": "云溪县教育局办公室",
        "to": ("a@example.com", "b@example.com"),
        "copies": ("c@example.com", "d@example.com"),
        "reply_to": "e@example.com",
        "text": LetterText("请报送4月进展", "各位：\n请填报。\n"),
        "key": "一",
        "attachments": (Attachment("附件2-基教股.xlsx", b"PK1"), Attachment("a.pdf", b"PDF")),
    }
    return Letter(**values | changes)


def read_back(content: bytes) -> dict[str, str]:
    found = message_from_bytes(content)
    return {n: str(make_header(decode_header(v.replace("\r\n", "")))) for n, v in found.items()}


def test_a_letter_says_who_writes_to_whom_of_what() -> None:
    at = datetime(2021, 4, 20, 9, 30)
    content = write_letter(make_letter(), at)
    said = read_back(content)
    assert said.pop("Message-ID").endswith("@yunxi.example.com>")
    assert (
        datetime.strptime(said.pop("Date"), "%a, %d %b %Y %H:%M:%S %z").replace(tzinfo=None) == at
    )
    kind = said.pop("Content-Type")
    assert kind.startswith("multipart/mixed; boundary=")
    assert said == {
        "From": f"云溪县教育局办公室 <{SENDER}>",
        "To": "a@example.com, b@example.com",
        "Cc": "c@example.com, d@example.com",
        "Reply-To": "e@example.com",
        "Subject": "请报送4月进展",
        "MIME-Version": "1.0",
    }
    assert make_letter().recipients == (
        "a@example.com",
        "b@example.com",
        "c@example.com",
        "d@example.com",
    )
    assert write_letter(make_letter(), at) == content
    assert content.endswith(b"\r\n")
    assert max(map(len, content.split(b"\r\n"))) <= 998
    boundary = kind.partition("boundary=")[2].strip('"')
    assert len(boundary) <= 70  # RFC 2046, 5.1.1
    text, book, other = message_from_bytes(content).get_payload()  # type: ignore[misc]
    assert text["Content-Type"] == 'text/plain; charset="utf-8"'  # type: ignore[index]
    assert text.get_payload(decode=True).decode() == "各位：\r\n请填报。\r\n"  # type: ignore[union-attr]
    assert [part.get_content_type() for part in (book, other)] == [  # type: ignore[union-attr]
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "application/octet-stream",
    ]
    assert [one.name for one in read_letter(content).attachments] == ["附件2-基教股.xlsx", "a.pdf"]


def test_a_draft_is_to_be_looked_over_and_may_lack_what_a_person_fills_in() -> None:
    said = read_back(write_draft(make_letter()))
    assert said["X-Unsent"] == "1"
    assert "Date" not in said
    bare = make_letter(sender="", to=(), copies=(), reply_to="", attachments=())
    said = read_back(write_draft(bare))
    assert said.keys() == {
        *("Subject", "Message-ID", "X-Unsent", "MIME-Version", "Content-Type"),
        "Content-Transfer-Encoding",
    }
    assert said["Message-ID"].endswith("@taskxl.invalid>")
    assert said["Content-Type"] == 'text/plain; charset="utf-8"'
    same = read_back(write_draft(make_letter(reply_to=SENDER, sender_name="")))
    assert ("Reply-To" in same, same["From"]) == (False, SENDER)
    assert make_letter(key="二").message_id != make_letter().message_id


def test_a_parcel_holds_the_words_and_the_files() -> None:
    text = LetterText("主题", "一\n二\n")
    content = pack_parcel(text, [Attachment("附件2.xlsx", b"PK1")])
    with zipfile.ZipFile(io.BytesIO(content)) as parcel:
        assert parcel.namelist() == ["说明.txt", "附件2.xlsx"]
        assert parcel.read("说明.txt") == "\ufeff主题\r\n\r\n一\r\n二\r\n".encode()
        assert all(one.external_attr >> 16 == 0o100644 for one in parcel.infolist())
    assert pack_parcel(text, [Attachment("附件2.xlsx", b"PK1")]) == content


# ---------------------------------------------------------------- templates


def test_a_template_is_filled_as_plain_text() -> None:
    template = "主题：{{单位}} & <{{股室}}>\n\n{% for 节 in 节点 %}{{节.内容}}\n{% endfor %}完\n"
    values = {
        "单位": "甲&乙",
        "股室": "基\r\n教股",
        "节点": [{"内容": "一<二>"}, {"内容": "三\u202e"}],
    }
    said = render_text("邮件-下发.txt", template.encode(), values)
    assert said == LetterText("甲&乙 & <基 教股>", "一<二>\n三\n完\n")


@pytest.mark.parametrize(
    ("template", "said"),
    [
        (
            "主题：甲\n\n乙{{天干}}\n",
            " 第3行：没有“天干”这个名称。可用：单位、落款、股室、责任人、",
        ),
        ("主题：{{天干}}\n\n乙\n", " 第1行：没有“天干”这个名称。"),
        ("主题：甲\n\n", "：没有正文。请空一行，写上正文。"),
        ("题目：甲\n\n乙\n", " 第1行：第一行要以“主题：”开头，写信件的主题，空一行再写正文。"),
        ("主题：{{联系人}}\n\n乙\n", " 第1行：主题是空的。请写上主题。"),
        ("主题：甲\n\n{% if 打包 %}\n乙\n", "：花括号里的写法看不懂，或没有写完整。"),
    ],
)
def test_a_wrong_template_is_told_by_line(template: str, said: str) -> None:
    with pytest.raises(TaskxlError) as error:
        render_text("邮件-下发.txt", template.encode(), {"联系人": "", "打包": False})
    line = str(error.value)
    assert line.startswith("邮件-下发.txt")
    assert said in line or said[1:] in line
    (found,) = check_text("邮件-下发.txt", template.encode())
    assert found.code == "F520"
    assert (found.file or "").startswith("邮件-下发.txt")


# ---------------------------------------------------------------- the server that takes letters


class Line:
    """A server at the other end: answers by command as told, the last answer again and again."""

    def __init__(self, **answers: Sequence[Any]) -> None:
        self.answers = {name: list(several) for name, several in answers.items()}
        self.esmtp_features = {"size": "0"}
        self.sock, self.asked, self.sent = self, list[str](), b""
        self.closed = 0
        self.safe, self.ways = True, ""
        self.user = self.password = ""

    def _answer(self, name: str, usual: tuple[int, bytes]) -> tuple[int, bytes]:
        self.asked.append(name)
        queue = self.answers.get(name, [usual])
        one = queue.pop(0) if len(queue) > 1 else queue[0]
        if isinstance(one, BaseException):
            raise one
        return one  # type: ignore[no-any-return]

    def has_extn(self, name: str) -> bool:
        self.esmtp_features["auth"] = self.ways
        return self.safe if name == "starttls" else name == "auth" and bool(self.ways)

    def auth(self, way: str, how: object) -> None:
        assert how == way.lower()
        self._answer("auth", (235, b""))
        self.asked[-1] += f" {way}"

    auth_plain, auth_login, auth_cram_md5 = "plain", "login", "cram-md5"

    def ehlo_or_helo_if_needed(self) -> None:
        self._answer("hello", (250, b""))

    def ehlo(self) -> None: ...

    def starttls(self, context: object) -> None:
        self._answer("starttls", (220, b""))

    def mail(self, sender: str, options: Sequence[str]) -> tuple[int, bytes]:
        return self._answer("mail", (250, b""))

    def rcpt(self, to: str) -> tuple[int, bytes]:
        return self._answer("rcpt", (250, b""))

    def docmd(self, command: str) -> tuple[int, bytes]:
        return self._answer("data", (354, b""))

    def send(self, content: bytes) -> None:
        self.sent += content

    def getreply(self) -> tuple[int, bytes]:
        return self._answer("end", (250, b""))

    def rset(self) -> None:
        self._answer("reset", (250, b""))

    def quit(self) -> None:
        self._answer("quit", (221, b""))

    def close(self) -> None:
        self.closed += 1

    def getsockname(self) -> tuple[str, int]:
        return "192.0.2.7", 4

    def setblocking(self, blocking: bool) -> None: ...

    def settimeout(self, seconds: float) -> None: ...

    def recv(self, most: int) -> bytes:
        raise BlockingIOError


@pytest.fixture
def post(monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[Outbox, Line, list[float]]]:
    """Return what makes an outbox whose server answers as told, and what it slept."""

    def make(**answers: Sequence[Any]) -> tuple[Outbox, Line, list[float]]:
        line, slept = Line(**answers), list[float]()
        monkeypatch.setattr(smtplib, "SMTP", lambda *args, **named: line)
        server = Server("smtp.example.com", 587, "bgs")
        return Outbox(server, lambda: "secret", slept.append), line, slept

    return make


def hand_over(outbox: Outbox) -> Outcome:
    return outbox.send(SENDER, ["a@example.com", "b@example.com"], b"Subject: x\r\n\r\n.y\r\n")


Post = Callable[..., tuple[Outbox, Line, list[float]]]


def test_a_letter_goes_through_with_its_dots_doubled(post: Post) -> None:
    outbox, line, slept = post()
    assert hand_over(outbox) == Outcome("sent")
    assert (line.sent, slept, outbox.in_doubt) == (b"Subject: x\r\n\r\n..y\r\n.\r\n", [], False)
    assert line.asked == ["hello", "starttls", "mail", "rcpt", "rcpt", "data", "end"]
    outbox.close()
    assert (line.asked[-1], line.closed) == ("quit", 1)
    outbox.close()  # nothing is left of it
    assert line.closed == 1


@pytest.mark.parametrize("command", ["mail", "data", "end"])
def test_a_letter_put_off_is_tried_three_times_with_pauses(post: Post, command: str) -> None:
    outbox, line, slept = post(**{command: [(450, b"later")]})
    assert hand_over(outbox) == Outcome("deferred", "服务器答复 450 later")
    assert line.asked.count(command) == TRIES == 3
    assert slept == [*WAITS] == [5.0, 20.0]
    outbox, line, slept = post(
        **{command: [(450, b"later"), (250 if command != "data" else 354, b"")]}
    )
    assert (hand_over(outbox), slept) == (Outcome("sent"), [5.0])


@pytest.mark.parametrize(
    ("command", "answer", "outcome"),
    [
        ("mail", (550, b"no"), Outcome("refused", "服务器答复 550 no")),
        ("end", (554, b"spam"), Outcome("refused", "服务器答复 554 spam")),
        (
            *("end", (552, b"full")),
            Outcome("refused", "信件太大，或对方邮箱已满（服务器答复 552 full）"),
        ),
        (
            *("rcpt", (550, b"who")),
            Outcome(
                "refused",
                "a@example.com 没有收（服务器答复 550 who）；"
                "b@example.com 没有收（服务器答复 550 who）",
            ),
        ),
    ],
)
def test_a_letter_refused_is_tried_once(
    post: Post, command: str, answer: tuple[int, bytes], outcome: Outcome
) -> None:
    outbox, line, slept = post(**{command: [answer]})
    assert (hand_over(outbox), slept) == (outcome, [])
    assert line.asked[-1] == "reset"


def test_a_letter_without_an_answer_is_never_sent_again(post: Post) -> None:
    outbox, line, slept = post(end=[smtplib.SMTPServerDisconnected("gone")])
    outcome = Outcome("unknown", "信件发完后连接断开，服务器没有回答收到与否")
    assert (hand_over(outbox), outbox.in_doubt) == (outcome, True)
    assert (line.asked.count("data"), slept, line.closed) == (1, [], 1)


def test_a_line_that_breaks_before_the_end_is_made_anew(post: Post) -> None:
    outbox, line, slept = post(mail=[smtplib.SMTPServerDisconnected("gone"), (250, b"")])
    assert (hand_over(outbox), slept) == (Outcome("sent"), [5.0])
    assert line.asked.count("hello") == 2
    outbox, line, slept = post(mail=[ConnectionResetError()])
    assert hand_over(outbox) == Outcome("deferred", "发送途中连接断开，没有发出")
    assert slept == [5.0, 20.0]


def test_one_recipient_who_is_put_off_holds_up_the_letter_until_the_last_try(post: Post) -> None:
    outbox, line, slept = post(rcpt=[(250, b""), (450, b"busy")] * 3)
    said = "b@example.com 没有收（服务器答复 450 busy）"
    assert (hand_over(outbox), slept) == (Outcome("sent", said), [5.0, 20.0])
    assert line.asked.count("data") == 1
    outbox, line, slept = post(rcpt=[(250, b""), (550, b"who")])
    assert hand_over(outbox).result == "sent"
    assert slept == []


NAME = "发信服务器“smtp.example.com:587”"


def wrong_version(reason: str = "WRONG_VERSION_NUMBER") -> ssl.SSLError:
    error = ssl.SSLError(1, f"[SSL: {reason}]")
    error.reason = reason
    return error


@pytest.mark.parametrize(
    ("error", "lasting", "said"),
    [
        (
            smtplib.SMTPConnectError(421, b"busy"),
            False,
            "不接受连接（服务器答复 421 busy）。请稍后再运行。",
        ),
        (
            smtplib.SMTPConnectError(554, b"no"),
            True,
            "不接受连接（服务器答复 554 no）。请稍后再运行。",
        ),
        (
            smtplib.SMTPHeloError(500, b"no"),
            True,
            "不接受连接（服务器答复 500 no）。请稍后再运行。",
        ),
        (
            smtplib.SMTPDataError(451, b"no"),
            False,
            "中断了连接（服务器答复 451 no）。请稍后再运行。",
        ),
        (smtplib.SMTPServerDisconnected("x"), False, "的连接断开了。请检查网络，或稍后再运行。"),
        (TimeoutError(), False, "没有回答。请检查网络，或稍后再运行。"),
        (ConnectionRefusedError(), False, "连不上。请核对“设置”里的发信服务器和发信端口。"),
        (OSError("x"), False, "的连接断开了。请检查网络，或稍后再运行。"),
        (
            *(wrong_version(), True),
            "不能建立加密连接。请核对发信端口：465 是 SSL，其余端口用 STARTTLS。",
        ),
    ],
)
def test_a_server_that_cannot_be_had_is_explained(
    post: Post, error: Exception, lasting: bool, said: str
) -> None:
    outbox, line, slept = post(hello=[error])
    with pytest.raises(UnreachableError) as raised:
        hand_over(outbox)
    assert (str(raised.value), raised.value.lasting) == (f"{NAME}{said}", lasting)
    # What lasts is not tried again; the rest three times.
    assert slept == ([] if lasting else [5.0, 20.0])
    assert line.closed == len(slept) + 1


def test_a_server_whose_name_is_none_is_explained(post: Post) -> None:
    outbox, *_ = post(hello=[socket.gaierror()])
    with pytest.raises(UnreachableError) as raised:
        outbox.open()
    assert str(raised.value) == f"找不到{NAME}。请核对“设置”里的发信服务器，并检查网络。"
    assert raised.value.lasting


@pytest.mark.parametrize(
    ("user", "password"), [("bgs@example.com", "secret"), ("bgsj", "secret"), ("甲", "密码 x")]
)
def test_a_password_is_hidden_whole_however_it_is_coded(user: str, password: str) -> None:
    raw, name = password.encode(), user.encode()
    for coded in (raw, b64encode(raw), b64encode(b"\0" + name + b"\0" + raw)):
        assert hide_password(f"535 {coded.decode()} x", user, password) == "535 *** x"
    assert hide_password("535 no", user, None) == "535 no"


@pytest.mark.parametrize(
    ("offered", "way"),
    [
        ("PLAIN LOGIN", "PLAIN"),
        ("login xoauth2", "LOGIN"),
        ("CRAM-MD5 NTLM", "CRAM-MD5"),
        ("NTLM XOAUTH2", None),
        ("天干", None),
    ],
)
def test_one_way_to_log_in_is_chosen(post: Post, offered: str, way: str | None) -> None:
    outbox, line, _ = post()
    line.ways = offered
    if way is None:
        with pytest.raises(UnreachableError) as raised:
            outbox.open()
        only = "只认 NTLM、XOAUTH2" if offered.isascii() else "的登录方式不认识"
        assert str(raised.value).startswith(f"{NAME}{only}，taskxl 只会用密码（授权码）登录")
        assert raised.value.lasting
        return
    outbox.open()
    assert [one for one in line.asked if one.startswith("auth")] == [f"auth {way}"]
    assert (line.user, line.password) == ("bgs", "secret")


@pytest.mark.parametrize(
    ("code", "lasting", "said"),
    [
        (454, False, f"{NAME}现在不让登录（服务器答复 454 no ***）。请稍后再运行。"),
        (
            *(535, True),
            f"{NAME}不接受登录名“bgs”和它的密码（服务器答复 535 no ***）。"
            "请核对登录名；多数邮箱要用“授权码”代替登录密码，在邮箱网页的设置里生成。",
        ),
    ],
)
def test_a_refused_login_is_told_without_the_password(
    post: Post, code: int, lasting: bool, said: str
) -> None:
    outbox, line, slept = post(auth=[smtplib.SMTPAuthenticationError(code, b"no secret")])
    line.ways = "PLAIN"
    with pytest.raises(UnreachableError) as raised:
        hand_over(outbox)
    assert (str(raised.value), raised.value.lasting) == (said, lasting)
    assert slept == ([] if lasting else [5.0, 20.0])


@pytest.mark.parametrize(("user", "password"), [("bgs", "密码"), ("办公室", "secret")])
def test_a_name_or_password_typed_in_chinese_is_not_sent(
    post: Post, user: str, password: str
) -> None:
    _, line, slept = post()
    line.ways = "PLAIN"
    outbox = Outbox(Server("smtp.example.com", 587, user), lambda: password, slept.append)
    with pytest.raises(UnreachableError, match="邮箱的登录名或密码里有汉字或全角字符") as raised:
        outbox.open()
    assert raised.value.lasting
    assert not any(one.startswith("auth") for one in line.asked)


def test_a_server_without_encryption_gets_nothing(post: Post) -> None:
    outbox, line, _ = post()
    line.safe = False
    with pytest.raises(UnreachableError) as raised:
        outbox.open()
    assert str(raised.value).startswith(f"{NAME}不提供加密（STARTTLS），没有登录，也没有发信。")
    assert (raised.value.lasting, line.asked, line.closed) == (True, ["hello"], 1)


def test_each_recipient_who_is_refused_is_told_by_itself(post: Post) -> None:
    outbox, _, _ = post(rcpt=[(550, b"no such user"), (550, b"no such user")])
    outcome = outbox.send(SENDER, ["a@example.com", "b@example.com"], b"x")
    assert outcome == Outcome(
        "refused",
        "a@example.com 没有收（服务器答复 550 no such user）"
        "；b@example.com 没有收（服务器答复 550 no such user）",
    )


def test_a_letter_larger_than_the_server_takes_is_not_sent(post: Post) -> None:
    outbox, line, _ = post()
    line.esmtp_features = {"size": "2097152"}
    outcome = outbox.send(SENDER, ["a@example.com"], b"x" * 2097153)
    assert outcome == Outcome("refused", "信件太大（2 MB），服务器最多收 2 MB")
    assert "mail" not in line.asked
    assert outbox.send(SENDER, ["a@example.com"], b"x" * 2097152).result == "sent"
    line.esmtp_features = {"size": "2048"}
    assert outbox.send(SENDER, ["a@example.com"], b"x" * 4000).detail == (
        "信件太大（4 KB），服务器最多收 2 KB"
    )


# ---------------------------------------------------------------- the mailbox's server


class Imap:
    """A mailbox's server: answers each question as told by its letter's number."""

    def __init__(self, answers: dict[int, Any], validity: int = 7) -> None:
        self.answers, self.validity = answers, validity
        self.asked: list[int] = []
        self.ended = 0

    def fetch(self, uids: Sequence[int], items: Sequence[str]) -> dict[int, dict[bytes, Any]]:
        (uid,) = uids
        self.asked.append(uid)
        answer = self.answers[uid]
        if isinstance(answer, BaseException):
            raise answer
        return {uid: answer}

    def logout(self) -> None: ...

    def shutdown(self) -> None:
        self.ended += 1


def open_box(
    monkeypatch: pytest.MonkeyPatch, answers: dict[int, Any], *validities: int
) -> tuple[inbox.Mailbox, list[Imap]]:
    """Return a mailbox, and the connections that are made to it."""
    made: list[Imap] = []

    def connect(account: object, password: object, seconds: float) -> Imap:
        made.append(Imap(answers, [*validities, 7][min(len(made), len(validities))]))
        return made[-1]

    monkeypatch.setattr(inbox, "log_in", connect)
    monkeypatch.setattr(
        inbox, "_enter", lambda client, account, password: ("INBOX", client.validity)
    )
    return inbox.Mailbox(Account("imap.example.com", 993, "bgs"), "secret"), made


def test_a_server_that_says_nothing_four_times_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = {n: TimeoutError("timed out") for n in range(1, 9)} | {9: {b"BODY[]": b"x"}}
    box, made = open_box(monkeypatch, answers)
    for uid in (1, 2, 3):
        with pytest.raises(inbox.Unanswered):
            box.download(uid)
    assert box.download(9) == b"x"  # it speaks again: counted anew
    for uid in (4, 5, 6):
        with pytest.raises(inbox.Unanswered):
            box.download(uid)
    with pytest.raises(TaskxlError) as left:
        box.download(7)
    assert str(left.value) == (
        "与收信服务器 imap.example.com 的连接一再中断，没有收完。请稍后再运行一次，会接着收。"
    )
    assert [one.ended for one in made[:-1]] == [1] * (len(made) - 1)
    # Each of them was asked twice, over a connection of its own.
    assert [uid for one in made for uid in one.asked] == [
        1,
        1,
        2,
        2,
        3,
        3,
        9,
        4,
        4,
        5,
        5,
        6,
        6,
        7,
        7,
    ]


def test_a_server_that_hangs_up_is_asked_for_each_letter(monkeypatch: pytest.MonkeyPatch) -> None:
    said = IMAP4.abort("BYE too many requests")
    box, made = open_box(monkeypatch, dict.fromkeys(range(1, 9), said))
    for uid in range(1, 9):
        with pytest.raises(inbox.Unanswered) as unanswered:
            box.download(uid)
        assert not isinstance(unanswered.value, inbox.Declined)
    assert len(made) == 9
    assert "一再中断（服务器答复：“BYE too many requests”），没有收完" in str(box.cut_off())


def test_a_server_that_says_no_is_quoted(monkeypatch: pytest.MonkeyPatch) -> None:
    box, made = open_box(
        monkeypatch, {1: IMAP4.error("[LIMIT] secret letter"), 2: {}, 3: {b"BODY[]": b"x"}}
    )
    with pytest.raises(inbox.Declined) as declined:
        box.download(1)
    assert declined.value.said == "（服务器答复：“[LIMIT] *** letter”）"
    assert (box.download(2), box.download(3)) == (None, b"x")
    assert (len(made), made[0].asked) == (1, [1, 1, 2, 2, 3])


@pytest.mark.parametrize("validity", [6, 8])
def test_a_mailbox_numbered_anew_is_left_whichever_way_its_number_went(
    monkeypatch: pytest.MonkeyPatch, validity: int
) -> None:
    box, _ = open_box(monkeypatch, {1: OSError("cut")}, 7, validity)
    with pytest.raises(Exception, match="邮箱在收取的时候被重建了"):
        box.download(1)


def test_a_list_of_letters_that_never_comes_ends_the_run_with_its_reason(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    box, _ = open_box(monkeypatch, {})

    def search(client: object, wanted: object) -> list[int]:
        raise IMAP4.abort("BYE overloaded")

    monkeypatch.setattr(Imap, "search", search, raising=False)
    with pytest.raises(Exception, match="一再中断（服务器答复：“BYE overloaded”），没有收完"):
        box.list_letters(date(2021, 4, 1))


def test_a_letter_is_described_as_far_as_the_server_does(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = (b"text", b"plain", (b"charset", b"utf-8"), None, None, b"7bit", 9)
    file = (b"application", b"pdf", (b"name", b"a.pdf"), None, None, b"base64", 9)
    mixed = ([plain, file], b"mixed")
    box, _ = open_box(
        monkeypatch,
        {
            1: {b"RFC822.SIZE": 900, b"INTERNALDATE": NOW, b"BODYSTRUCTURE": plain},
            2: {b"RFC822.SIZE": 900, b"INTERNALDATE": b"?", b"BODYSTRUCTURE": mixed},
            3: {b"RFC822.SIZE": 16 << 10, b"BODYSTRUCTURE": ([plain, plain], b"alternative")},
            4: {b"RFC822.SIZE": (16 << 10) + 1, b"BODYSTRUCTURE": plain},
            5: {
                b"RFC822.SIZE": 900,
                b"BODY[HEADER.FIELDS (FROM)]<0>": b"From: a",
                b"BODYSTRUCTURE": (),
            },
            6: {b"BODYSTRUCTURE": plain},
            7: OSError("cut"),
        },
    )
    heads = [head for uid in range(1, 8) for head in box.survey([uid])]
    assert [(h.uid, h.size, h.received, h.header, h.bare) for h in heads] == [
        (1, 900, NOW, b"", True),
        (2, 900, None, b"", False),
        (3, 16 << 10, None, b"", True),
        (4, (16 << 10) + 1, None, b"", False),
        (5, 900, None, b"From: a", False),
        (6, 0, None, b"", False),
        (7, 0, None, b"", False),
    ]


# ---------------------------------------------------------------- what comes back


def make_report(*fields: str, text: str = "") -> Bounce | None:
    lines = "\r\n".join(fields)
    content = (
        "From: MAILER-DAEMON@mx.example.com\r\nSubject: Undelivered Mail\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        f"--b\r\nContent-Type: text/plain\r\n\r\n{text}\r\n"
        f"--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx\r\n\r\n{lines}\r\n"
        "\r\n--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <one@example.com>\r\n\r\n--b--\r\n"
    )
    return read_bounce(message_from_bytes(content.encode()))


TO = "Final-Recipient: rfc822; jj@example.com"


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ((TO, "Action: failed", "Status: 5.1.1"), "5.1.1"),
        ((TO, "Action: Failure", "Status: 4.4.7"), "4.4.7"),
        ((TO, "Status: 5.2.2"), "5.2.2"),  # no action: the code says it
        ((TO, "Action: failed"), ""),
        ((TO, "Action: delayed", "Status: 5.4.1"), None),
        ((TO, "Action: delivered", "Status: 2.0.0"), None),
        ((TO, "Action: relayed"), None),
        ((TO, "Status: 4.2.2"), None),
        (("Action: failed", "Status: 5.1.1"), "5.1.1"),
    ],
)
def test_a_report_tells_failures_by_action_or_code(
    fields: Sequence[str], status: str | None
) -> None:
    found = make_report(*fields)
    assert (found.status if found else None) == status
    if found:
        assert found.message_ids == ("<one@example.com>",)
        assert found.recipients == (("jj@example.com",) if fields[0] == TO else ())


def test_a_report_without_code_or_reason_takes_them_from_its_words() -> None:
    found = make_report(
        TO, "Action: failed", text="<jj@example.com>:\r\n  550 5.1.1 no such user\r\n"
    )
    assert found is not None
    assert (found.status, found.reason) == ("5.1.1", "550 5.1.1 no such user")
    found = make_report(
        *(TO, "Action: failed", "Status: 5.2.2", "Diagnostic-Code: smtp; 552 full"),
        text="host said: 550 5.1.1 elsewhere",
    )
    assert found is not None
    assert (found.status, found.reason) == ("5.2.2", "smtp; 552 full")
    found = make_report(TO, "Action: failed", text="nothing more is known")
    assert found is not None
    assert (found.status, found.reason) == ("", "")


def test_a_report_on_a_strangers_letter_names_whom_it_did_not_reach() -> None:
    assert describe_stranger(Bounce((), "", "")) == "退信，对不上是 taskxl 发的哪一封，没有收"
    told = describe_stranger(Bounce((), "", "", ("a@example.com", "b@example.com")))
    assert told == (
        "退信，对不上是 taskxl 发的哪一封，没有送到的是 a@example.com、b@example.com，没有收"
    )


def test_a_letter_of_ours_that_came_back_says_whom_it_missed_and_why(bureau: Workspace) -> None:
    item = next(
        one for one in compose_letters(bureau, APRIL, "issue").items if one.office == "基教股"
    )
    batch = compose_letters(bureau, APRIL, "issue")
    with open_ledger(bureau.ledger_path) as ledger:
        assert take_bounce(ledger, Bounce(("<one@x>",), "5.1.1", ""), NOW) == ""
        letter = batch.letter(item, NOW.date())
        record_letter(
            *(ledger, batch.topic(item), letter.message_id, letter.recipients),
            *(letter.text.subject, b"x", NOW),
        )
        end = "。请核对邮箱后再发"
        for bounce, why in (
            (
                ("5.1.1", "550 no user", ("JJ@yunxi.example.com",)),
                "JJ@yunxi.example.com：550 no user",
            ),
            (("5.1.1", "550 no user", ("x@example.com",)), "550 no user"),
            (("5.1.1", "", ()), "5.1.1"),
            (("", "", ()), "没有说明原因"),
        ):
            said = take_bounce(ledger, Bounce(("<x@x>", letter.message_id), *bounce), NOW)
            assert said == f"被退回：2021年4月写给基教股的下发信没有送到（{why}）{end}"


# ---------------------------------------------------------------- what hangs on a letter


def letter_with(*parts: tuple[str, bytes, str | None, str]) -> ReceivedLetter:
    """Read a letter with parts: type, content, name, disposition."""
    mail = EmailMessage()
    mail["From"], mail["Subject"] = "甲 <jj@example.com>", "表"
    mail.set_content("见附件。")
    for kind, content, name, placed in parts:
        main, _, sub = kind.partition("/")
        mail.add_attachment(content, main, sub, filename=name, disposition=placed)
    return read_letter(bytes(mail))


@pytest.mark.parametrize(
    ("kind", "suffix"),
    [
        ("application/x-zip-compressed", ".zip"),
        ("application/zip", ".zip"),
        ("application/vnd.ms-excel", ".xls"),
        ("application/msword", ".doc"),
        ("application/kset", ".et"),
        ("application/pdf", ".pdf"),
        ("application/octet-stream", ""),
    ],
)
def test_a_file_without_a_name_is_called_after_its_kind(kind: str, suffix: str) -> None:
    found = letter_with((kind, b"one", None, "attachment"), (kind, b"two", None, "attachment"))
    assert [one.name for one in found.attachments] == [f"未命名-1{suffix}", f"未命名-2{suffix}"]
    assert [(one.ignored, one.inner) for one in found.attachments] == [("", False)] * 2
    assert (found.sender_name, found.sender, found.note) == ("甲", "jj@example.com", "")


def test_what_hangs_on_a_letter_within_is_told_apart() -> None:
    inner = EmailMessage()
    inner["Subject"] = "原信"
    inner.set_content("见附件。")
    inner.add_attachment(b"one", "application", "pdf", filename="内.pdf")
    outer = EmailMessage()
    outer["From"] = "jj@example.com"
    outer.set_content("转发。")
    outer.add_attachment(inner)
    outer.add_attachment(b"two", "application", "pdf", filename="外.pdf")
    found = read_letter(bytes(outer))
    assert [(one.name, one.inner) for one in found.attachments] == [
        ("内.pdf", True),
        ("外.pdf", False),
    ]


def test_a_letter_of_exactly_the_limit_is_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    assert messages.MESSAGE_BYTES == 60 << 20
    small = b"From: a@example.com\r\n\r\n" + b"x" * 100
    monkeypatch.setattr(messages, "MESSAGE_BYTES", len(small))
    assert read_letter(small).sender == "a@example.com"
    with pytest.raises(Refused) as refused:
        read_letter(small + b"x")
    assert refused.value.code == "R204"
    monkeypatch.undo()
    monkeypatch.setattr(messages, "_INFLATED", 100)
    assert read_letter(small).sender == "a@example.com"
    monkeypatch.setattr(messages, "_INFLATED", 99)
    with pytest.raises(Refused):
        read_letter(small)


def test_files_written_into_a_text_are_found_in_pages_too() -> None:
    coded = b"begin 644 a.csv\n#86)C\nend\n"
    page = b"<html><pre>" + coded.replace(b"\n", b"<br>") + b"</pre></html>"
    assert list(find_written(coded)) == [("a.csv", b"abc")]
    assert list(find_written(page)) == []
    assert list(find_written(page, html=True)) == [("a.csv", b"abc")]
    assert list(find_written(coded, html=True)) == [("a.csv", b"abc")]
    assert list(find_written(coded[:-5])) == [("a.csv", None)]


# ---------------------------------------------------------------- put under 回收/


def test_letters_are_put_away_once_and_counted(bureau: Workspace) -> None:
    master = make_letters_master()
    noon = datetime(2021, 4, 20, 12, 0)

    def letter(number: int, *contents: bytes, **said: Any) -> ReceivedLetter:
        files = tuple(Attached("表.xlsx", one) for one in contents)
        usual: dict[str, Any] = {"sender": "jj@yunxi.example.com", "message_id": f"<{number}@x>"}
        return ReceivedLetter(attachments=files, **usual | said)

    with open_ledger(bureau.ledger_path) as ledger:
        taking = Taking(bureau, ledger, APRIL, master, NOW)
        one = taking.take(1, letter(1, b"one"), noon)
        assert one.files[0].file == "邮件/2021-04-20-jj-表.xlsx"
        assert one.outcome == "附件 1 个，收下 1 个"
        two = taking.take(2, letter(2, b"one", b"two", sender_name="林一帆"), noon)
        assert [file.file for file in two.files] == [
            "邮件/2021-04-20-jj-表.xlsx",
            "邮件/2021-04-20-林一帆-表.xlsx",
        ]
        assert taking.take(3, letter(3), noon).outcome == "没有附件"
        back = taking.take(4, letter(4, returned=True), noon)
        assert (back.outcome, back.files) == ("退信或回执，没有收", ())
        kept = taking.take(5, letter(5, b"five", returned=True), noon)
        assert kept.outcome == "附件 1 个，收下 1 个"
        assert taking.take(6, letter(6, note="结构残缺"), noon).outcome == "结构残缺"
        assert taking.collected == [1, 2, 5]
        report = taking.report()
    told = [(line.letter, line.outcome.partition("：")[0], line.fate) for line in report.lines]
    assert told == [
        (1, "收下", "taken"),
        (2, "已有", "held"),
        (2, "收下", "taken"),
        (3, "没有附件", "none"),
        (4, "退信或回执，没有收", "ignored"),
        (5, "收下", "taken"),
        (6, "结构残缺", "refused"),
    ]
    assert {line.looks_like for line in report.lines} == {("基教股",)}
    assert [line.sender for line in report.lines[:2]] == ["jj@yunxi.example.com", "林一帆"]


def test_a_folder_of_files_is_copied_with_their_times(bureau: Workspace, tmp_path: Path) -> None:
    saved = tmp_path / "saved"
    saved.mkdir()
    (saved / "表.csv").write_bytes(b"a,b\n")
    report = collect_folder(bureau, APRIL, saved, NOW)
    (line,) = report.lines
    assert (line.attachment, line.outcome, line.fate) == ("表.csv", "收下：另存/表.csv", "taken")
    copied = bureau.returns_folder(APRIL) / "另存" / "表.csv"
    assert abs(copied.stat().st_mtime - (saved / "表.csv").stat().st_mtime) < 2
    assert collect_folder(bureau, APRIL, saved, NOW + timedelta(days=1)).lines[0].fate == "held"


# ---------------------------------------------------------------- letters composed


def test_reminders_tell_who_has_no_address(bureau: Workspace) -> None:
    change_bureau(
        bureau,
        replace(SETTINGS, mail_copy_leader=True),
        (*OFFICES[:2], replace(OFFICES[2], mails=())),
    )
    batch = compose_letters(bureau, APRIL, "remind")
    assert [item.office for item in batch.items] == ["办公室", "基教股", "计财股"]
    assert (
        "没有邮箱的股室 1 个：计财股。请在主清单的“股室”表里补上邮箱，或用别的办法发给它们。"
    ) in batch.notes
    assert any(
        note.startswith("设置了抄送分管负责同志，但没有写抄送邮箱的股室 1 个：办公室。")
        for note in batch.notes
    )
    (one,) = compose_letters(bureau, APRIL, "remind", "基教股").items
    assert one.recipients.to == ("jj@yunxi.example.com", "jj2@yunxi.example.com")
    assert [attached.name for attached in one.attachments] == ["附件2-基教股-2021年4月.xlsx"]
    packed = compose_letters(bureau, APRIL, "issue", by_mail=False)
    assert not any("邮箱" in note for note in packed.notes)
    with pytest.raises(TaskxlError):
        compose_letters(bureau, APRIL, "remind", "教研室")


def test_a_letter_is_drafted_for_each_office_and_for_nobody_else(bureau: Workspace) -> None:
    drafted = draft_letters(bureau, APRIL, "issue", None, NOW)
    names = [f"下发-{office.name}-2021年4月.eml" for office in OFFICES]
    assert [path.name for path in drafted.written] == names
    assert (sorted(drafted.files), drafted.stale) == (sorted(o.name for o in OFFICES), ())
    said = read_back((drafted.folder / names[1]).read_bytes())
    assert said["To"] == "jj@yunxi.example.com, jj2@yunxi.example.com"
    assert "Cc" not in said
    # The same again writes nothing; who is not an office any more is named.
    assert draft_letters(bureau, APRIL, "issue", None, NOW).written == ()
    (drafted.folder / "下发-教研室.eml").write_bytes(b"x")
    again = draft_letters(bureau, APRIL, "issue", None, NOW)
    assert [path.name for path in again.stale] == ["下发-教研室.eml"]
    one = draft_letters(bureau, APRIL, "issue", "计财股", NOW)
    assert (list(one.files), one.stale) == (["计财股"], ())
    packed = pack_forms(bureau, APRIL, "计财股", NOW)
    assert [path.suffix for path in packed.files.values()] == [".zip"]


# ---------------------------------------------------------------- both servers tried

FULL = Settings(
    mail_server="smtp.example.com",
    mail_sender=SENDER,
    inbox_server="imap.example.com",
    inbox_folder="回收",
    sent_folder="Sent",
)


def tried(
    monkeypatch: pytest.MonkeyPatch,
    settings: Settings,
    folders: Sequence[MailFolder] | Exception = (),
    error: Exception | None = None,
) -> list[tuple[str, bool, str]]:
    class Known:
        def __init__(self) -> None:
            self.settings = settings

    def opened(box: Outbox) -> None:
        if error:
            raise error

    def listed(account: object, password: object) -> list[MailFolder]:
        if isinstance(folders, Exception):
            raise folders
        return list(folders)

    monkeypatch.setattr(mail_checking, "load_master", lambda workspace: (Known(), ()))
    monkeypatch.setattr(mail_checking, "list_folders", listed)
    monkeypatch.setattr(Outbox, "open", opened)
    trials = mail_checking.check_mail(Workspace(Path("x")), lambda user, server: "secret", None)
    return [(one.what, one.works, one.detail) for one in trials]


def test_both_servers_are_tried_and_what_is_wrong_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    there = [MailFolder("Sent", True), MailFolder("回收", False)]
    sending = ("发信", True, "smtp.example.com:465 连上了，已登录，没有发信。")
    receiving = ("收信", True, "imap.example.com:993 连上了，已登录。")
    assert tried(monkeypatch, FULL, there) == [
        sending,
        receiving,
        ("文件夹", True, "Sent、回收"),
        ("收件夹", True, "“回收”有。"),
        ("已发送文件夹", True, "“Sent”有。"),
    ]
    gone = tried(monkeypatch, FULL, [MailFolder("已发送", True)])
    assert [(what, works) for what, works, _ in gone[3:]] == [
        ("收件夹", False),
        ("已发送文件夹", False),
    ]
    assert gone[3][2] == "邮箱里没有“回收”。请核对设置里的“收件夹”；邮箱里有：已发送。"
    assert "请把设置里的“已发送文件夹”改为：已发送；" in gone[4][2]
    assert tried(monkeypatch, FULL, [])[2] == ("文件夹", False, "服务器一个也没有列出。")
    many = tried(monkeypatch, FULL, [MailFolder(f"f{n:02}", False) for n in range(21)])[2][2]
    assert (many.count("、"), many.endswith("f19等 21 个")) == (19, True)
    failed = tried(monkeypatch, FULL, TaskxlError("登录不上。"), UnreachableError("连不上。", True))
    assert failed == [("发信", False, "连不上。"), ("收信", False, "登录不上。")]


def test_what_is_not_set_is_said_and_not_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    assert tried(monkeypatch, Settings()) == [
        ("发信", False, "设置里没有填：发信服务器、发件邮箱。不用邮件发信的可以不填。"),
        ("收信", False, "设置里没有填收信服务器或邮箱。不从邮箱收表的可以不填。"),
    ]
    sender_only = tried(monkeypatch, Settings(mail_sender=SENDER))
    assert sender_only[0][2] == "设置里没有填：发信服务器。不用邮件发信的可以不填。"


def test_a_folder_nearly_named_is_the_one_that_is_meant() -> None:
    folders = [MailFolder("INBOX.回收", False), MailFolder("Sent Items", True)]
    assert advise("收件夹", "回收", folders) == (
        "请把设置里的“收件夹”改为：INBOX.回收；邮箱里有：INBOX.回收、Sent Items。"
    )
    assert advise("收件夹", "无", folders).startswith("请核对设置里的“收件夹”；")
    assert advise("已发送文件夹", "无", folders, sent=True).startswith(
        "请把设置里的“已发送文件夹”改为：Sent Items；"
    )
    assert advise("收件夹", "无", []) == "请核对设置里的“收件夹”。"
    many = [MailFolder(f"f{n:02}", False) for n in range(13)]
    assert advise("收件夹", "无", many).endswith("f11等 13 个。")


def test_near_a_folder_that_is_not_there_the_one_that_is_meant_is_opened(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Folders(Imap):
        def select_folder(self, name: str, readonly: bool = False) -> dict[bytes, int]:
            if name != "INBOX.回收":
                raise IMAPClientError("no such folder")
            return {b"UIDVALIDITY": 23}

    client = Folders({})
    names = [MailFolder("INBOX.回收", False), MailFolder("Sent", True)]
    monkeypatch.setattr(inbox, "log_in", lambda account, password, seconds: client)
    monkeypatch.setattr(inbox, "read_folders", lambda asked: names)
    account = Account("imap.example.com", 993, "bgs", "回收")
    assert inbox.Mailbox(account, "secret").validity == 23
    with pytest.raises(TaskxlError) as error:
        inbox.Mailbox(replace(account, folder="教研"), "secret")
    assert str(error.value) == (
        "邮箱里的文件夹“教研”打不开（服务器答复：“no such folder”）。"
        "请核对设置里的“收件夹”；邮箱里有：INBOX.回收、Sent。"
    )
    assert client.ended == 1


# ---------------------------------------------------------------- a run that goes on with another


class Answering:
    """An outbox that keeps what it is handed and answers as told."""

    answers: list[Outcome | Exception]
    handed: list[bytes]

    def __init__(self, *_: object) -> None:
        self.in_doubt = False

    def open(self) -> None: ...

    def close(self) -> None: ...

    def send(self, sender: str, recipients: Sequence[str], content: bytes) -> Outcome:
        Answering.handed.append(content)
        answer = Answering.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture
def answering(monkeypatch: pytest.MonkeyPatch) -> type[Answering]:
    Answering.answers, Answering.handed = [], []
    monkeypatch.setattr(sending, "Outbox", Answering)
    return Answering


def test_a_letter_that_did_not_get_through_goes_again_as_it_was(
    bureau: Workspace, answering: type[Answering]
) -> None:
    keyboard = Keyboard()
    put_off = Outcome("deferred", "忙")
    answering.answers = [Outcome("sent"), put_off, Outcome("refused", "没有这个人")]
    first = keyboard.send(bureau)
    assert [first.offices(one) for one in ("sent", "deferred", "refused")] == [
        ["办公室"],
        ["基教股"],
        ["计财股"],
    ]
    assert (keyboard.slept, first.left, first.stopped) == ([2, 2], [], "")
    keyboard.now = NOW + timedelta(hours=3)
    answering.answers = [put_off, put_off]
    second = keyboard.send(bureau)
    assert (second.already, second.offices("deferred")) == ({"办公室": NOW}, ["基教股", "计财股"])
    # The very same letter, with its first date: whoever got it after all sees one.
    assert answering.handed[3:] == answering.handed[1:3]
    change_bureau(bureau, replace(SETTINGS, contact="周晓禾 0571-111"))
    answering.answers = [Outcome("sent"), Outcome("unknown", "断")]
    third = keyboard.send(bureau)
    assert (third.offices("sent"), third.offices("unknown")) == (["基教股"], ["计财股"])
    assert answering.handed[5] != answering.handed[1]
    ids = [message_from_bytes(one)["Message-ID"] for one in answering.handed]
    assert ids[1] == ids[3] != ids[5]  # another copy, another letter
    fourth = keyboard.send(bureau)
    assert (sorted(fourth.already), fourth.doubtful) == (["办公室", "基教股"], ["计财股"])
    answering.answers = [Outcome("sent")]
    assert keyboard.send(bureau, office="计财股", again=True).offices("sent") == ["计财股"]


def test_after_three_letters_in_vain_a_run_stops(
    bureau: Workspace, answering: type[Answering]
) -> None:
    four = (*OFFICES, replace(OFFICES[2], name="教研室", mails=("jy@yunxi.example.com",)))
    tasks = make_letters_master(offices=four)
    more = replace(
        tasks.tasks[-1], id="9", number="9", title="另一项任务", lead_offices=("教研室",)
    )
    bureau.master_path.write_bytes(write_master(replace(tasks, tasks=(*tasks.tasks, more))))
    issue_forms(bureau, APRIL, now=NOW)
    answering.answers = [Outcome("deferred", "忙")] * 3
    report = Keyboard().send(bureau)
    assert (report.offices("deferred"), report.left) == (["办公室", "基教股", "计财股"], ["教研室"])
    assert report.stopped.startswith("连续 3 封没有发成，先停下；没有发的都留着。")
    answering.answers = [Outcome("deferred", "忙")] * 2 + [
        Outcome("sent"),
        Outcome("deferred", "忙"),
    ]
    report = Keyboard().send(bureau)
    assert (report.stopped, report.left) == ("", [])
    answering.answers = [UnreachableError("断了。", False)]
    report = Keyboard().send(bureau)
    assert (report.stopped, report.left) == ("断了。", ["办公室", "基教股", "教研室"])
    assert report.deliveries == []


def test_what_a_robot_hangs_on_its_report_is_no_return() -> None:
    mail = EmailMessage()
    mail["From"], mail["Subject"] = "MAILER-DAEMON@mx.example.com", "Undelivered Mail"
    mail.set_content("<jj@example.com>: 550 5.1.1 no such user")
    for name in ("details.TXT", "back.html", "logo.png", "附件2.xlsx", "表.pdf"):
        mail.add_attachment(b"x" * 9000, "application", "octet-stream", filename=name)
    found = read_letter(bytes(mail))
    assert found.returned
    assert [one.name for one in found.attachments] == ["附件2.xlsx", "表.pdf"]


PIECE = "Content-Type: application/pdf; name=a.pdf\n\nx\n"


@pytest.mark.parametrize(
    ("head", "body", "found"),
    [
        ("", "--abc\nhello\n--abc--\n", 0),  # a rule of dashes in a plain text
        ("", f"--abc\n{PIECE}--abc--\n", 1),
        ("Content-Type: multipart/mixed\n", f"--note\nhello\n--abc\n{PIECE}--abc--\n", 1),
        ("Content-Type: multipart/mixed\n", "--abc\nhello\n--abc--\n", 1),
        ("Content-Type: text/plain\n", f"--abc\n{PIECE}--abc--\n", 0),
    ],
)
def test_parts_that_no_header_tells_of_are_found_by_their_marks(
    head: str, body: str, found: int
) -> None:
    more = list(find_more(message_from_bytes(f"{head}\n{body}".encode())))
    assert len(more) == found
    if found and PIECE in body:
        assert [part.get_filename() for part in more[0].walk() if part.get_filename()] == ["a.pdf"]


@pytest.mark.parametrize(
    ("end", "cut"),
    [
        ("QUJD\n", True),  # whole groups of one line: nobody can tell
        ("QUI=\n", False),
        ("QUJDQUJD\nQUJD\n", False),
        ("QUJDQUJD\nQUJDQUJD\n", True),
        ("QUJDQUJD\nQUI\n", True),
    ],
)
def test_a_coded_file_that_shows_its_end_is_whole(end: str, cut: bool) -> None:
    head = "Content-Type: multipart/mixed; boundary=b\n\n--b\n"
    part = "Content-Type: application/pdf\nContent-Transfer-Encoding: base64\n\n"
    assert is_cut(message_from_bytes(f"{head}{part}{end}".encode())) == cut
    assert not is_cut(message_from_bytes(f"{head}{part}{end}\n--b--\n".encode()))


def test_files_in_an_outlook_envelope_are_named_where_they_have_no_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    files = (("", b"one"), ("表.xlsx", b"two"), ("", b"three"))
    envelope = Envelope("林一帆", "jj@example.com", "表", "<1@x>", NOW, None, files, 1)
    monkeypatch.setattr(messages, "open_tnef", lambda content: envelope)
    found = read_letter(TNEF_MARK + b"...")
    assert [one.name for one in found.attachments] == ["未命名-1", "表.xlsx", "未命名-2"]
    assert (found.sender_name, found.sender, found.subject) == ("林一帆", "jj@example.com", "表")
    assert (found.message_id, found.sent_at, found.arrived_at) == ("<1@x>", NOW, None)
    assert found.note == "里面还夹着没有拆开的信或链接，请打开邮件查看"
