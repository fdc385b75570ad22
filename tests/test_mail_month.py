"""A month by mail against real servers: eleven forms out, returns in, two urged, three sent back."""

import io
import json
import logging
import sys
import zipfile
from base64 import b64encode
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import datetime
from email import message_from_bytes
from email.policy import default
from hashlib import sha256
from pathlib import Path
from sqlite3 import connect
from types import SimpleNamespace
from typing import Any

import openpyxl
import pytest

from taskxl import cli
from taskxl.desk.lists import load_master
from taskxl.desk.taking_over import init_workspace
from taskxl.master.book.making import write_master
from taskxl.workspace.folder import Workspace
from tests.clerks import fill_form, form_columns, set_beside, task_rows
from tests.dovecot import PASSWORD as READING
from tests.dovecot import USER, Server, run_dovecot
from tests.letters import make_letter, make_part, make_raw, make_tnef, split_words
from tests.mail_support import Mailroom, make_authority, run_server
from tests.month_of_clerks import APRIL, MAIN
from tests.support import make_workbook
from tests.year_of_a_bureau import LIST

pytestmark = pytest.mark.filterwarnings("ignore:Session.login_data:DeprecationWarning")

WRITING = "Sh0uQuanMa-fa-qzxw"
ADDRESSES = {
    "办公室": "bgs-gw",
    "计财股": "jcg",
    "人事股": "rsg",
    "基教股": "jjg",
    "教研室": "jys",
    "招生办": "zsb",
    "职成教股": "zcj",
    "督导室": "dds",
    "安全股": "aqg",
    "体卫艺股": "twy",
    "资助中心": "zzzx",
}
SILENT = ["体卫艺股", "资助中心"]
TO_MEND = ["人事股", "基教股", "安全股"]


def address(office: str) -> str:
    return f"{ADDRESSES[office]}@yunxi.example"


# ---------------------------------------------------------------- how clerks attach a file

Habit = Callable[[str, str, bytes], bytes]
"""From the sender, the form's name and its bytes, the letter."""


def from_sender(sender: str, letter: bytes) -> bytes:
    """Put another sender into a letter that was composed part by part."""
    lines = letter.split(b"\r\n")
    at = next(n for n, line in enumerate(lines) if line.startswith(b"From:"))
    lines[at] = f"From: <{sender}>".encode()
    return b"\r\n".join(lines)


def attach(sender: str, name: str, form: bytes) -> bytes:
    return make_letter((name, form), sender=sender)


def forward(sender: str, name: str, form: bytes) -> bytes:
    inner = b"Content-Type: message/rfc822\r\n\r\n" + attach("lyf@home.example", name, form)
    return from_sender(sender, make_raw(b"Content-Type: text/plain\r\n\r\nsee below", inner))


def send_by_outlook(sender: str, name: str, form: bytes) -> bytes:
    return make_letter(("winmail.dat", make_tnef((name.encode("gbk"), form))), sender=sender)


def zip_up(sender: str, name: str, form: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as package:
        package.writestr(name, form)
    return make_letter((f"{name[:-5]}.zip", buffer.getvalue()), sender=sender)


def name_in_gbk(sender: str, name: str, form: bytes) -> bytes:
    part = make_part(form, name=f'; name="{name}"', disposition=f'attachment; filename="{name}"')
    return from_sender(sender, make_raw(part))


def split_name(sender: str, name: str, form: bytes) -> bytes:
    words = split_words(name, "gbk", 7)
    part = make_part(form, disposition=f'attachment;\r\n filename="{words}"')
    return from_sender(sender, make_raw(part))


def name_nothing(sender: str, name: str, form: bytes) -> bytes:
    return from_sender(sender, make_raw(make_part(form)))


def add_picture(sender: str, name: str, form: bytes) -> bytes:
    picture = make_part(
        b"\x89PNG" + bytes(9000),
        "image/png",
        '; name="image001.png"',
        'inline; filename="image001.png"',
        b"Content-ID: <one@x>\r\n",
    )
    page = b'Content-Type: text/html\r\n\r\n<p>see <img src="cid:one@x"></p>'
    related = make_raw(page, picture, kind=b"multipart/related", mark=b"==inner")
    related = related[related.index(b"MIME-Version") :]
    words = split_words(name, "utf-8", 60)
    part = make_part(form, disposition=f'attachment;\r\n filename="{words}"')
    return from_sender(sender, make_raw(related, part))


EVIDENCE = make_workbook({"佐证": "| 学校 | 隐患 |\n| 云溪一小 | 消防栓 |"})


def attach_two(sender: str, name: str, form: bytes) -> bytes:
    return make_letter((name, form), ("隐患排查佐证.xlsx", EVIDENCE), sender=sender)


HABITS: dict[str, Habit] = {
    "办公室": attach,
    "计财股": forward,
    "人事股": send_by_outlook,
    "基教股": zip_up,
    "教研室": name_in_gbk,
    "招生办": split_name,
    "职成教股": name_nothing,
    "督导室": add_picture,
    "安全股": attach_two,
}


# ---------------------------------------------------------------- the bureau and its offices


@dataclass
class Bureau:
    """The workspace, the two servers, and the clock of whoever runs taskxl."""

    workspace: Workspace
    room: Mailroom
    server: Server
    capsys: pytest.CaptureFixture[str]
    now: datetime = datetime(2021, 4, 20, 9, 0)
    said: list[str] = field(default_factory=list)
    sent: list[bytes] = field(default_factory=list)

    def run(self, *arguments: str) -> str:
        """Run a command that has to succeed; return what it prints."""
        with pytest.raises(SystemExit) as left:
            cli.main(["-C", str(self.workspace.root), *arguments])
        shown = self.capsys.readouterr()
        self.said += [shown.out, shown.err]
        assert (left.value.code or 0, shown.err) == (0, ""), shown
        return shown.out.replace(str(self.workspace.root), "…")

    def take_letters(self) -> dict[str, Any]:
        """Return the letters that came since the last time, parsed, by the office they reached."""
        new = self.room.received[len(self.sent) :]
        letters = {}
        for sender, recipients, content in new:
            assert sender == USER
            (recipient,) = recipients
            office = next(one for one in ADDRESSES if address(one) == recipient)
            assert office not in letters, f"{office} got two letters"
            letters[office] = message_from_bytes(content, policy=default)
            self.sent.append(content)
        return letters

    def answer(self, office: str, form: bytes, day: int, habit: Habit | None = None) -> bytes:
        """Let an office mail its form in; return the form."""
        name = f"附件2-{office}-2021年4月.xlsx"
        letter = (habit or HABITS[office])(address(office), name, form)
        self.server.deliver(letter, datetime(2021, 4, day, 9, 30))
        return form

    def returned(self) -> list[bytes]:
        """Return every file of 回收/, and of zips in it also what they hold."""
        found = []
        for path in sorted(self.workspace.returns_folder(APRIL).rglob("*")):
            if path.is_file():
                found.append(path.read_bytes())
                if path.suffix == ".zip":
                    with zipfile.ZipFile(path) as package:
                        found += [package.read(name) for name in package.namelist()]
        return found

    def merge(self) -> tuple[dict[str, str], set[tuple[str, str]]]:
        """Merge; return the state of each office, and who is told of which code."""
        document = json.loads(self.run("merge", "--month", "4", "--json"))
        states = {one["office"]: one["state"] for one in document["offices"]}
        return states, {(one["office"], one["code"]) for one in document["findings"]}


@pytest.fixture
def bureau(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Bureau]:
    """A bureau of eleven offices with a mailbox; its two passwords are in the system's keyring."""
    authority = make_authority(tmp_path)
    with (
        run_dovecot() as server,
        run_server(authority.context(), user=USER, password=WRITING) as (port, room),
    ):
        trusted = Path(authority.file)
        trusted.write_bytes(trusted.read_bytes() + server.authority.read_bytes())
        server.make_folder("&XfJT0ZAB-")
        source = tmp_path / "附件1.xlsx"
        source.write_bytes(make_workbook({"附件1": LIST}))
        workspace = Workspace(tmp_path / "2021年重点工作")
        init_workspace(workspace.root, [source], 2021)
        master, _ = load_master(workspace)
        settings = replace(
            master.settings,
            mail_server="127.0.0.1",
            mail_port=port,
            mail_sender=USER,
            mail_pause=1,
            sent_folder="已发送",
            inbox_server="localhost",
            inbox_port=server.port,
        )
        offices = tuple(replace(one, mails=(address(one.name),)) for one in master.offices)
        changed = replace(master, settings=settings, offices=offices)
        workspace.master_path.write_bytes(write_master(changed))
        kept = {
            ("taskxl@127.0.0.1", USER): WRITING,
            ("taskxl@localhost", USER): READING,
        }
        ring = SimpleNamespace(get_password=lambda service, user: kept.get((service, user)))
        monkeypatch.setitem(sys.modules, "keyring", ring)
        monkeypatch.delenv("TASKXL_MAIL_PASSWORD", raising=False)
        monkeypatch.setenv("TASKXL_CA_FILE", str(trusted))
        made = Bureau(workspace, room, server, capsys)
        monkeypatch.setattr("taskxl.commands.common.now", lambda: made.now)
        monkeypatch.setattr("taskxl.commands.common.today", lambda: made.now.date())
        monkeypatch.setattr("taskxl.commands.mail._sleep", lambda seconds: None)
        yield made


def fill(form: bytes, folder: Path, office: str) -> bytes:
    """Fill a form as it came by mail; return the file that the clerk has then."""
    blank = folder / f"{office}.xlsx"
    blank.write_bytes(form)
    fill_form(blank, folder / "填好" / blank.name)
    return (folder / "填好" / blank.name).read_bytes()


def spoil(form: bytes, office: str) -> bytes:
    """Leave something in a filled form that its office has to mend."""
    book = openpyxl.load_workbook(io.BytesIO(form))
    sheet = book[MAIN]
    row, (_, columns) = task_rows(sheet)[0], form_columns(sheet)
    if office == "人事股":
        set_beside(sheet, "分管负责同志审定", "")
    elif office == "基教股":
        sheet.cell(row, columns["进展情况"]).value = None
    else:
        sheet.cell(row, columns["进度状态"]).value = "基本完成"
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


CODES = {"人事股": "G403", "基教股": "G404", "安全股": "E304"}


def test_a_month_by_mail(bureau: Bureau, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Issue, answer, collect, merge, remind, send back, answer again: the tale of issue 8."""
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.ERROR, "mail.log")  # of the server that the test runs
    bureau.run("issue", "--month", "4")
    forms = {one: bureau.workspace.form_path(one, APRIL).read_bytes() for one in ADDRESSES}

    # Forms out: each office has its own, byte for byte, once.
    out = bureau.run("mail", "issue", "--send")
    assert out.splitlines() == [
        *(f"已发 {office} → {address(office)}" for office in offices_in(out)),
        "2021年4月：发出 11 封。",
    ]
    letters = bureau.take_letters()
    assert sorted(letters) == sorted(ADDRESSES)
    received = {}
    for office, letter in letters.items():
        (attachment,) = letter.iter_attachments()
        assert attachment.get_filename() == f"附件2-{office}-2021年4月.xlsx"
        received[office] = attachment.get_content()
    assert received == forms
    assert "发出 0 封，以前已发 11 封" in bureau.run("mail", "issue", "--send")
    assert not bureau.take_letters()

    # Nine answer, each in its own way; three have left something to mend.
    came = {}
    for day, office in enumerate(HABITS, 21 - len(HABITS)):
        form = fill(received[office], tmp_path, office)
        form = spoil(form, office) if office in TO_MEND else form
        came[office] = bureau.answer(office, form, day)
    bureau.now = datetime(2021, 4, 22, 9, 0)
    out = bureau.run("collect")
    assert f"收下 {len(HABITS) + 1} 个附件，不是报送件 1 个" in out
    assert all(f"（像是{office}）" in out for office in HABITS)
    held = bureau.returned()
    assert all(held.count(form) == 1 for form in (*came.values(), EVIDENCE))
    assert "没有新的邮件或文件" in bureau.run("collect")
    assert bureau.returned() == held

    # The month: two missing, three with findings, and nobody else to write to.
    states, told = bureau.merge()
    assert {one for one, state in states.items() if state == "missing"} == set(SILENT)
    assert {one for one, state in states.items() if state == "submitted"} == set(HABITS)
    assert told >= set(CODES.items())
    bureau.run("mail", "remind", "--send")
    letters = bureau.take_letters()
    assert sorted(letters) == sorted(SILENT)
    for office, letter in letters.items():
        (attachment,) = letter.iter_attachments()
        assert attachment.get_content() == forms[office]
    bureau.run("mail", "send-back", "--send")
    letters = bureau.take_letters()
    assert sorted(letters) == sorted(TO_MEND)
    assert "分管负责同志审定" in letters["人事股"].get_content()
    assert "基本完成" in letters["安全股"].get_content()
    for kind in ("remind", "send-back"):
        assert "发出 0 封" in bureau.run("mail", kind, "--send")
    assert not bureau.take_letters()

    # They mend, each by its habit, and the findings are gone.
    for office in TO_MEND:
        came[office] = bureau.answer(office, fill(received[office], tmp_path, office), 23)
    bureau.now = datetime(2021, 4, 24, 9, 0)
    # The evidence of 安全股 comes a second time and is not kept twice.
    assert "收下 3 个附件，已有 1 个" in bureau.run("collect")
    held = bureau.returned()
    assert all(held.count(form) == 1 for form in came.values())
    states, told = bureau.merge()
    assert {one for one, state in states.items() if state == "submitted"} == set(HABITS)
    assert not told & set(CODES.items())
    assert bureau.run("mail", "send-back", "--send") == "2021年4月：发出 0 封。\n"
    assert "以前已发 2 封" in bureau.run("mail", "remind", "--send")
    assert not bureau.take_letters()

    # What was recorded is what went out, once each, and a copy of it is in the mailbox.
    with closing(connect(bureau.workspace.ledger_path)) as ledger:
        rows = ledger.execute("SELECT digest, message_id FROM letters ORDER BY id").fetchall()
        (count,) = ledger.execute("SELECT count(*) FROM messages").fetchone()
    assert [message_id for _, message_id in rows] == [
        message_from_bytes(content)["Message-ID"] for content in bureau.sent
    ]
    assert max(Counter(message_id for _, message_id in rows).values()) == 1
    assert count == len(HABITS) + len(TO_MEND)
    assert [digest for digest, _ in rows] == [
        sha256(content).hexdigest() for content in bureau.sent
    ]
    copies = [p.read_bytes() for p in bureau.server.mail.glob(".&XfJT0ZAB-/*/*") if p.is_file()]
    # A Maildir has the line ends of Unix.
    assert sorted(copies) == sorted(one.replace(b"\r\n", b"\n") for one in bureau.sent)
    assert bureau.run("ledger", "--verify").startswith("台账完好")
    assert bureau.server.flags() == {""}
    require_no_password(bureau, caplog.text)


def offices_in(out: str) -> list[str]:
    """Return the offices that lines of sending name, which must be all eleven."""
    named = [line.split()[1] for line in out.splitlines() if line.startswith("已发 ")]
    assert sorted(named) == sorted(ADDRESSES)
    return named


def require_no_password(bureau: Bureau, log: str) -> None:
    """Look for both passwords, plain and as protocols write them, wherever taskxl wrote."""
    files = [path for path in bureau.workspace.root.rglob("*") if path.is_file()]
    written = [path.read_bytes() for path in files]
    written += [text.encode() for text in (*bureau.said, log)]
    for password in (WRITING, READING):
        raw = password.encode()
        for form in (raw, b64encode(raw), b64encode(b"\0%b\0%b" % (USER.encode(), raw))):
            assert not [content for content in written if form in content]
