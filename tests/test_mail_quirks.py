"""What servers say and ask for beside the protocol: named as it is, before a password is asked."""

import ssl
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from taskxl.desk import collecting
from taskxl.desk.issuing import issue_forms
from taskxl.errors import TaskxlError
from taskxl.mail import imap
from taskxl.mail.certificates import make_context
from taskxl.mail.folders import list_folders
from taskxl.mail.imap import Account
from taskxl.mail.inbox import open_mailbox
from taskxl.mail.outbox import Outbox, Server, UnreachableError
from taskxl.mail.sent import SentFolder
from taskxl.master.book.making import write_master
from taskxl.model import Office
from taskxl.workspace.folder import Workspace
from tests.imap_script import ImapScript, make_old, run_imap_script
from tests.mail_support import (
    SETTINGS,
    Authority,
    Keyboard,
    ScriptedServer,
    make_authority,
    make_bureau,
)
from tests.month_of_clerks import APRIL, make_workspace
from tests.months import make_master
from tests.support import make_once
from tests.test_collect import NOW, set_up
from tests.test_collect_unsaid import letters

issued, workspace = make_once(make_workspace, "2021年重点工作")
AT = datetime(2021, 4, 28, 9, 0)


def never() -> str:
    raise AssertionError("a password was asked for")


@pytest.fixture
def use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[ImapScript], "Callable[[], Account]"]:
    """Return what makes an account of a script's mailbox once it runs."""

    def use_script(script: ImapScript, folder: str = "") -> Callable[[], Account]:
        def account() -> Account:
            monkeypatch.setattr(imap, "TLS_PORT", script.port)
            return Account("localhost", script.port, "bgs", folder, str(script.authority))

        return account

    return use_script


def fault(work: Callable[[], object]) -> str:
    with pytest.raises(TaskxlError) as said:
        work()
    return str(said.value)


# ---------------------------------------------------------------- before a password is asked


@pytest.mark.parametrize(
    ("offers", "named"),
    [
        (b"IMAP4rev1 LOGINDISABLED", "不让用密码登录"),
        (b"IMAP4rev1 LOGINDISABLED AUTH=XOAUTH2 AUTH=OAUTHBEARER", "只认 OAUTHBEARER、XOAUTH2"),
        (b"IMAP4rev1 AUTH=XOAUTH2", "只认 XOAUTH2"),
        (b"IMAP4rev1 AUTH=NTLM AUTH=GSSAPI LOGINDISABLED", "只认 GSSAPI、NTLM"),
    ],
)
def test_a_mailbox_that_takes_no_password_says_so_first(
    offers: bytes, named: str, use: Callable, tmp_path: Path
) -> None:
    script = ImapScript({}, capabilities=offers)
    with run_imap_script(script, tmp_path):
        said = fault(lambda: list_folders(use(script)(), never))
    assert named in said
    assert "授权码" in said
    assert not any(c.startswith(("LOGIN", "AUTH")) for c in script.commands)


@pytest.mark.parametrize("offers", [b"IMAP4rev1", b"IMAP4rev1 AUTH=PLAIN AUTH=XOAUTH2"])
def test_a_mailbox_that_also_takes_a_password_gets_it(
    offers: bytes, use: Callable, tmp_path: Path
) -> None:
    script = ImapScript({}, capabilities=offers)
    asked: list[str] = []
    with run_imap_script(script, tmp_path):
        list_folders(use(script)(), lambda: asked.append("x") or "secret")
    assert asked == ["x"]


@pytest.mark.parametrize("ways", ["XOAUTH2", "XOAUTH2 OAUTHBEARER", "NTLM", "GSSAPI NTLM"])
def test_a_server_to_send_by_that_takes_no_password_says_so_first(
    ways: str, tmp_path: Path
) -> None:
    authority = make_authority(tmp_path)

    def behave(number: int, name: str) -> str | None:
        return f"250-hello\r\n250-STARTTLS\r\n250 AUTH {ways}" if name == "EHLO" else None

    with ScriptedServer(authority.context(), behave) as server:
        outbox = Outbox(Server("127.0.0.1", server.port, "bgs", authority.file), never, print)
        with closing(outbox), pytest.raises(UnreachableError) as said:
            outbox.open()
    assert f"只认 {'、'.join(ways.split())}" in str(said.value)
    assert said.value.lasting
    assert "AUTH" not in server.commands


# ---------------------------------------------------------------- old TLS


def test_nothing_older_than_tls_1_2_is_spoken() -> None:
    assert make_context(None).minimum_version == ssl.TLSVersion.TLSv1_2


def test_a_mailbox_of_old_tls_is_named_as_such(use: Callable, tmp_path: Path) -> None:
    script = ImapScript({}, old_tls=True)
    with run_imap_script(script, tmp_path):
        said = fault(lambda: list_folders(use(script)(), never))
    assert "只会旧的加密（TLS 1.0、1.1）" in said


def test_a_server_to_send_by_of_old_tls_is_named_as_such(tmp_path: Path) -> None:
    authority = make_authority(tmp_path)
    context = authority.context()
    make_old(context)
    with ScriptedServer(context, lambda number, name: None) as server:
        outbox = Outbox(Server("127.0.0.1", server.port, "bgs", authority.file), never, print)
        with closing(outbox), pytest.raises(UnreachableError) as said:
            outbox.open()
    assert "只会旧的加密（TLS 1.0、1.1）" in str(said.value)
    assert said.value.lasting


# ---------------------------------------------------------------- Unsafe Login


@pytest.mark.parametrize("offers", [b"IMAP4rev1", b"IMAP4rev1 ID"])
def test_a_mailbox_that_wants_to_know_who_asks_is_told(
    offers: bytes, use: Callable, tmp_path: Path
) -> None:
    script = ImapScript(letters(2), wants_id=True, capabilities=offers)
    with (
        run_imap_script(script, tmp_path),
        open_mailbox(use(script)(), "secret") as box,
    ):
        assert box.list_letters(AT.date()) == [1, 2]


def test_a_login_that_stays_unsafe_is_named(use: Callable, tmp_path: Path) -> None:
    class Deaf(ImapScript):
        def answer(self, line: bytes) -> bytes:
            told = super().answer(line)
            self.introduced = False
            return told

    script = Deaf({}, wants_id=True)
    with run_imap_script(script, tmp_path):
        said = fault(lambda: open_mailbox(use(script)(), "secret").__enter__())
    assert "Unsafe Login" in said
    assert "授权码" in said


# ---------------------------------------------------------------- folders


@pytest.mark.parametrize("wanted", ["已发送", "INBOX.已发送", "inbox/已发送"])
def test_a_folder_is_found_by_its_whole_name(wanted: str, use: Callable, tmp_path: Path) -> None:
    # 已发送 in modified UTF-7.
    there = (b'() "." INBOX', rb'(\Sent) "." "INBOX.&XfJT0ZAB-"')
    script = ImapScript({}, folders=there)
    with run_imap_script(script, tmp_path):
        sent = SentFolder(use(script, wanted)(), lambda: "secret")
        with closing(sent):
            sent.keep(b"Subject: a\r\n\r\nb\r\n", AT)
            sent.keep(b"Subject: c\r\n\r\nd\r\n", AT)
    assert sent.note == ""
    kept = [c for c in script.commands if c.startswith("APPEND")]
    assert "INBOX.&XfJT0ZAB-" in kept[-1]
    # What was found is remembered.
    assert len(kept) == (2 if wanted == "INBOX.已发送" else 3)


@pytest.mark.parametrize("told", ["in the list", "when asked", "not at all"])
def test_where_there_is_no_such_folder_the_right_one_is_named(
    told: str, use: Callable, tmp_path: Path
) -> None:
    mark = rb"\Sent" if told == "in the list" else rb"\HasNoChildren"
    there = (b'() "." INBOX', b'(%b) "." INBOX.&XfJT0ZAB-' % mark, b'() "." INBOX.Trash')
    script = ImapScript({}, folders=there)
    if told == "when asked":
        script.capabilities = b"IMAP4rev1 SPECIAL-USE"
        script.special = (rb'(\Sent) "." INBOX.&XfJT0ZAB-',)
    with run_imap_script(script, tmp_path):
        sent = SentFolder(use(script, "发件箱")(), lambda: "secret")
        with closing(sent):
            sent.keep(b"Subject: a\r\n\r\nb\r\n", AT)
    assert "没有这个文件夹" in sent.note
    assert "邮箱里有：INBOX、INBOX.Trash、INBOX.已发送" in sent.note
    assert ("改为：INBOX.已发送" in sent.note) is (told != "not at all")


def test_the_folder_of_returns_is_found_below_inbox(use: Callable, tmp_path: Path) -> None:
    script = ImapScript(letters(1), folders=(b'() "." INBOX', b'() "." INBOX.baosong'))
    with run_imap_script(script, tmp_path):
        with open_mailbox(use(script, "Baosong")(), "secret") as box:
            assert box.list_letters(AT.date()) == [1]
        said = fault(lambda: open_mailbox(use(script, "别的")(), "secret").__enter__())
    assert "“收件夹”；邮箱里有：INBOX、INBOX.baosong" in said


@pytest.mark.parametrize("encoding", ["utf-8", "gbk"])
def test_names_that_come_bare_are_read(encoding: str, use: Callable, tmp_path: Path) -> None:
    script = ImapScript({}, folders=(b'() "." "%b"' % "已发送邮件".encode(encoding),))
    with run_imap_script(script, tmp_path):
        (folder,) = list_folders(use(script)(), "secret")
    assert folder.name == "已发送邮件"


# ---------------------------------------------------------------- servers' words

WORDS = "登录过于频繁，请稍后再试"


@pytest.mark.parametrize("encoding", ["utf-8", "gbk"])
def test_a_mailbox_speaks_as_it_speaks(encoding: str, use: Callable, tmp_path: Path) -> None:
    said = WORDS.encode(encoding)
    script = ImapScript({}, refuses=said)
    with run_imap_script(script, tmp_path):
        assert WORDS in fault(lambda: list_folders(use(script)(), "secret"))
    bye = ImapScript({}, greeting=b"* BYE " + said)
    with run_imap_script(bye, tmp_path):
        assert WORDS in fault(lambda: list_folders(use(bye)(), "secret"))


@pytest.mark.parametrize("encoding", ["utf-8", "gbk"])
def test_a_mailbox_that_hangs_up_again_and_again_says_why(
    encoding: str,
    workspace: Workspace,
    use: Callable,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    script = ImapScript(letters(5), bye=WORDS.encode(encoding))
    with run_imap_script(script, tmp_path):
        use(script)()
        monkeypatch.setenv("TASKXL_CA_FILE", str(script.authority))
        set_up(workspace, script.port)
        report = collecting.collect_mail(workspace, APRIL, lambda: "secret", NOW)
    assert WORDS in report.broken
    assert "稍后再运行一次" in report.broken


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return make_authority(tmp_path)


@pytest.mark.parametrize("encoding", ["utf-8", "gbk"])
@pytest.mark.parametrize("at", ["AUTH", "MAIL", "RCPT", "end"])
def test_a_server_to_send_by_speaks_as_it_speaks(
    encoding: str, at: str, authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = "535" if at == "AUTH" else "550"
    words = "用户不存在或密码错误"

    def behave(number: int, name: str) -> str | None:
        return f"{code} {words}" if name == at else None

    monkeypatch.setattr(
        "tests.mail_support._say", lambda sock, text: sock.sendall(f"{text}\r\n".encode(encoding))
    )
    keyboard = Keyboard(authority.file)
    with ScriptedServer(authority.context(), behave) as server:
        workspace = make_bureau(tmp_path / "w", replace(SETTINGS, mail_port=server.port))
        if at == "AUTH":
            said = fault(lambda: keyboard.send(workspace, office="计财股"))
        else:
            said = keyboard.send(workspace, office="计财股").deliveries[0].outcome.detail
    assert f"{code} {words}" in said


LONG = (
    # Postfix to a long address; QQ Mail.
    "5.1.1 <jijiaoke.zhangxiaoming@jiaoyuju.yunxi.gov.example.com>: Recipient address rejected: "
    "User unknown in virtual mailbox table",
    "Login fail. Account is abnormal, service is not open, password is incorrect, login frequency "
    "limited, or system is busy. More information at https://help.mail.qq.com/detail/108/1023",
)


@pytest.mark.parametrize("words", LONG)
def test_a_reason_at_the_end_of_a_long_answer_is_shown(
    words: str, use: Callable, authority: Authority, tmp_path: Path
) -> None:
    script = ImapScript({}, refuses=words.encode())
    with run_imap_script(script, tmp_path):
        assert words in fault(lambda: list_folders(use(script)(), "secret"))
    behave = {"RCPT": f"550 {words}"}
    with ScriptedServer(authority.context(), lambda _, name: behave.get(name)) as server:
        workspace = make_bureau(tmp_path / "w", replace(SETTINGS, mail_port=server.port))
        report = Keyboard(authority.file).send(workspace, office="计财股")
    assert words in report.deliveries[0].outcome.detail


# ---------------------------------------------------------------- a provider's limit


def make_eight(root: Path, port: int, offices: tuple[Office, ...]) -> Workspace:
    """Make a workspace of eight offices whose April is issued."""
    rows = [
        {"任务": str(n), "股室": one.name, "节点时限": "2021-04-30"}
        for n, one in enumerate(offices)
    ]
    settings = replace(SETTINGS, mail_port=port, mail_pause=0)
    workspace = Workspace(root)
    workspace.create()
    master = replace(make_master(rows), settings=settings, offices=offices)
    workspace.master_path.write_bytes(write_master(master))
    issue_forms(workspace, APRIL, now=AT)
    return workspace


@pytest.mark.parametrize(
    "limit",
    [
        "550 Connection frequency limited",
        "554 DT:SPM 163 smtp",
        "421 too many messages in this session",
        "451 发信过于频繁",
        "452 too many recipients",
    ],
)
def test_after_three_in_a_row_the_run_stops_and_the_next_goes_on(
    limit: str, authority: Authority, tmp_path: Path
) -> None:
    """A whole run of eight offices: two are served, then the provider wants no more."""
    offices = tuple(
        Office(f"第{number}股", mails=(f"o{number}@yunxi.example.com",)) for number in range(1, 9)
    )
    taken: list[str] = []

    def behave(number: int, name: str) -> str | None:
        if name != "RCPT" or len(server.received) < 2 or taken:
            return None
        return limit

    keyboard = Keyboard(authority.file)
    with ScriptedServer(authority.context(), behave) as server:
        workspace = make_eight(tmp_path / "w", server.port, offices)
        report = keyboard.send(workspace)
        assert [one.outcome.result for one in report.deliveries] == ["sent"] * 2 + ["deferred"] * 3
        assert limit[4:] in report.deliveries[2].outcome.detail
        assert "“每次最多发几封”（现在是 100）" in report.stopped
        assert "一小时以后再运行" in report.stopped
        assert len(report.left) == 3
        taken.append("the limit is over")
        again = keyboard.send(workspace)
    assert [one.outcome.result for one in again.deliveries] == ["sent"] * 6
    assert len(again.already) == 2
    assert again.stopped == ""
    assert sorted(to for (to,), _ in server.received) == [one.mails[0] for one in offices]
