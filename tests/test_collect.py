"""`collect` against a real mail server on loopback: nothing lost, nothing twice, nothing touched."""

import logging
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from sqlite3 import connect

import pytest

from taskxl.desk import collecting
from taskxl.desk.issuing import issue_forms
from taskxl.desk.lists import load_master
from taskxl.desk.merging import merge_returns
from taskxl.desk.received import CollectReport
from taskxl.ledger import open_ledger, verify_ledger
from taskxl.mail import imap
from taskxl.mail.inbox import Unanswered, open_mailbox
from taskxl.master.book.making import write_master
from taskxl.model import Period
from taskxl.workspace import files as room
from taskxl.workspace.folder import Workspace
from tests.cutting import Proxy, run_proxy
from tests.dovecot import PASSWORD, USER, Server, run_dovecot
from tests.letters import RETURN, hostile_letters, make_letter, make_raw, subjects
from tests.month_of_clerks import APRIL, Words, fill_words, make_workspace
from tests.support import call_main, make_once
from tests.test_cli import one_line, tree

NOW = datetime(2021, 4, 28, 9, 0)
NAME = "附件2-基教股-2021年4月.xlsx"


def china(day: int, hour: int = 9, month: int = 4) -> datetime:
    return datetime(2021, month, day, hour, 30)


@pytest.fixture(scope="module")
def running() -> Iterator[Server]:
    """A mail server that runs as long as these tests."""
    with run_dovecot() as started:
        yield started


@pytest.fixture
def server(running: Server, monkeypatch: pytest.MonkeyPatch) -> Server:
    """That server with an empty mailbox; it is trusted, its password in the environment."""
    running.empty()
    monkeypatch.setenv("TASKXL_CA_FILE", str(running.authority))
    monkeypatch.setenv("TASKXL_MAIL_PASSWORD", PASSWORD)
    return running


# A workspace whose April has been issued.
issued, workspace = make_once(make_workspace, "2021年重点工作")


def set_up(workspace: Workspace, port: int, **settings: object) -> None:
    """Write the mailbox into 设置, and addresses into 股室."""
    master, _ = load_master(workspace)
    values = {"inbox_server": "localhost", "inbox_port": port, "mail_user": USER} | settings
    offices = tuple(
        replace(office, mails=("zxh@yunxi.example",)) if office.name == "基教股" else office
        for office in master.offices
    )
    changed = replace(master, settings=replace(master.settings, **values), offices=offices)
    workspace.master_path.write_bytes(write_master(changed))


def collect(workspace: Workspace) -> CollectReport:
    return collecting.collect_mail(workspace, APRIL, PASSWORD, NOW)


def fates(report: CollectReport) -> list[tuple[str, str]]:
    return [(line.attachment, line.fate) for line in report.lines]


def returned(workspace: Workspace) -> dict[str, bytes]:
    return tree(workspace.returns_folder(APRIL))


def records(workspace: Workspace, query: str) -> list[tuple[object, ...]]:
    with closing(connect(workspace.ledger_path)) as database:
        return database.execute(query).fetchall()


def test_what_hangs_on_letters_is_taken_byte_for_byte_and_nothing_is_touched(
    server: Server, workspace: Workspace
) -> None:
    set_up(workspace, server.port)
    server.deliver(make_letter((NAME, RETURN)), china(20))
    server.deliver(make_letter((NAME, b"other"), ("说明.txt", b"text")), china(21))
    server.deliver(make_letter(subject="收到", sender="别人 <x@y.example>"), china(21))
    server.deliver(make_letter((NAME, b"march")), china(31, month=3))
    mailbox = tree(server.mail / "cur")
    report = collect(workspace)
    assert not report.broken
    assert fates(report) == [
        (NAME, "taken"),
        (NAME, "taken"),
        ("说明.txt", "taken"),
        ("", "none"),
    ]
    assert returned(workspace) == {
        f"邮件/2021-04-20-周晓禾-{NAME}": RETURN,
        f"邮件/2021-04-21-周晓禾-{NAME}": b"other",
        "邮件/2021-04-21-周晓禾-说明.txt": b"text",
    }
    assert report.lines[0].looks_like == ("基教股",)
    assert report.lines[3].looks_like == ()
    assert tree(server.mail / "cur") == mailbox
    assert server.flags() == {""}
    with open_ledger(workspace.ledger_path) as ledger:
        assert verify_ledger(ledger) == ()
    query = "SELECT message_id, sender, subject, outcome FROM messages ORDER BY key"
    assert records(workspace, query)[0] == (
        "<1@yunxi.example>",
        "周晓禾 <zxh@yunxi.example>",
        "4月进展",
        "附件 1 个，收下 1 个",
    )


def test_twice_is_once_and_only_new_letters_are_taken_later(
    server: Server, workspace: Workspace
) -> None:
    set_up(workspace, server.port)
    server.deliver(make_letter((NAME, RETURN)), china(20))
    collect(workspace)
    before, rows = returned(workspace), records(workspace, "SELECT * FROM attachments")
    assert collect(workspace).lines == ()
    assert returned(workspace) == before
    assert records(workspace, "SELECT * FROM attachments") == rows
    server.deliver(make_letter((NAME, b"newer")), china(22))
    assert fates(collect(workspace)) == [(NAME, "taken")]
    assert len(returned(workspace)) == 2


def test_two_attachments_of_one_name_stand_side_by_side_and_one_content_stands_once(
    server: Server, workspace: Workspace
) -> None:
    set_up(workspace, server.port)
    server.deliver(make_letter((NAME, b"one"), (NAME, b"two"), (NAME, b"one")), china(20))
    server.deliver(make_letter((NAME, b"two")), china(20, 11))
    report = collect(workspace)
    assert [fate for _, fate in fates(report)] == ["taken", "taken", "held", "held"]
    stem = "邮件/2021-04-20-周晓禾-附件2-基教股-2021年4月"
    assert returned(workspace) == {f"{stem}.xlsx": b"one", f"{stem}（2）.xlsx": b"two"}


def test_forms_that_went_out_before_their_month_are_taken_from_that_day_on(
    server: Server, workspace: Workspace
) -> None:
    """May's forms go out before the holidays; who fills them at once is not passed over."""
    set_up(workspace, server.port)
    may = Period(2021, 5)
    issue_forms(workspace, may, now=datetime(2021, 4, 28, 17, 0))
    server.deliver(make_letter((NAME, b"of april")), china(27))
    server.deliver(make_letter((NAME, b"of may")), china(29))
    report = collecting.collect_mail(workspace, may, PASSWORD, datetime(2021, 5, 6, 9, 0))
    assert fates(report) == [(NAME, "taken")]
    assert list(tree(workspace.returns_folder(may)).values()) == [b"of may"]


def test_who_wrote_is_seen_however_the_address_stands_in_the_list(
    server: Server, workspace: Workspace
) -> None:
    set_up(workspace, server.port)
    master, _ = load_master(workspace)
    typed = {
        "办公室": ("周晓禾", "<zxh@yunxi.example>"),
        "基教股": ("抄送：chen@yunxi.example", "ｌｙｆ＠ｙｕｎｘｉ．ｅｘａｍｐｌｅ"),
        "计财股": ("ZXH@yunxi.example",),
    }
    offices = tuple(replace(office, mails=typed[office.name]) for office in master.offices)
    workspace.master_path.write_bytes(write_master(replace(master, offices=offices)))
    server.deliver(make_letter(sender="zxh@yunxi.example"), china(20))
    server.deliver(make_letter(sender="LYF@Yunxi.example"), china(21))
    server.deliver(make_letter(sender="chen@yunxi.example"), china(22))
    assert [set(line.looks_like) for line in collect(workspace).lines] == [
        {"办公室", "计财股"},
        {"基教股"},
        {"基教股"},
    ]


def test_letters_are_marked_as_read_only_where_the_settings_ask_for_it(
    server: Server, workspace: Workspace
) -> None:
    set_up(workspace, server.port, inbox_mark=True)
    server.deliver(make_letter((NAME, RETURN)), china(20))
    server.deliver(make_letter(), china(20))
    collect(workspace)
    assert sorted(server.flags()) == ["", "S"]


def test_a_folder_with_a_chinese_name_is_found_and_a_wrong_one_is_explained(
    server: Server, workspace: Workspace
) -> None:
    server.make_folder("&ZwhipQ-")  # 月报, in the letters that IMAP has for it
    set_up(workspace, server.port, inbox_folder="月报")
    server.deliver(make_letter((NAME, RETURN)), china(20), ".&ZwhipQ-")
    assert fates(collect(workspace)) == [(NAME, "taken")]
    set_up(workspace, server.port, inbox_folder="没有的夹")
    with pytest.raises(collecting.TaskxlError, match=r"没有的夹.*收件夹.*INBOX"):
        collect(workspace)


def test_marks_go_into_the_folder_that_was_opened_for_the_one_named(
    server: Server, workspace: Workspace
) -> None:
    """设置 writes the name as another server has it, below INBOX."""
    server.make_folder("&ZwhipQ-")
    set_up(workspace, server.port, inbox_folder="INBOX.月报", inbox_mark=True)
    letter = server.deliver(make_letter((NAME, RETURN)), china(20), ".&ZwhipQ-")
    report = collect(workspace)
    assert (fates(report), report.notes) == ([(NAME, "taken")], ())
    assert [path.name[-3:] for path in letter.parent.iterdir()] == ["2,S"]


def test_a_mailbox_of_1030_letters_is_gone_through_and_each_letter_recorded_once(
    server: Server, workspace: Workspace
) -> None:
    """Ten batches of a hundred, and one that is not full."""
    set_up(workspace, server.port)
    for number, content in enumerate(subjects([f"通知{n}" for n in range(990)])):
        server.deliver(content, china(2 + number % 20))
    for number in range(40):
        server.deliver(make_letter((NAME, b"form %d" % number)), china(22))
    report = collect(workspace)
    assert not report.broken
    assert len(report.lines) == 1030
    assert len(returned(workspace)) == 40
    assert records(workspace, "SELECT count(*), count(DISTINCT key) FROM messages") == [
        (1030, 1030)
    ]
    assert collect(workspace).lines == ()


@pytest.mark.usefixtures("in_workers")
def test_each_hostile_letter_costs_at_least_a_line_and_stops_nothing(
    server: Server, workspace: Workspace
) -> None:
    set_up(workspace, server.port)
    letters = hostile_letters()
    for content in letters.values():
        server.deliver(content or b"\n", china(20))
    server.deliver(make_letter((NAME, RETURN)), china(22))
    report = collect(workspace)
    assert not report.broken
    assert {line.letter for line in report.lines} == set(range(1, len(letters) + 2))
    assert len(set(report.lines)) >= len(letters)
    assert records(workspace, "SELECT count(*) FROM messages") == [(len(letters) + 1,)]
    assert all(
        "\u202e" not in file and ".." not in Path(file).parts for file in returned(workspace)
    )
    assert {Path(file).parts[0] for file in returned(workspace)} == {"邮件"}
    assert RETURN in returned(workspace).values()
    assert collect(workspace).lines == ()


def test_a_letter_over_the_limit_is_left_and_said(
    server: Server, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(collecting, "MESSAGE_BYTES", 100_000)
    set_up(workspace, server.port)
    server.deliver(make_letter(("大.xlsx", bytes(200_000)), subject="太大"), china(20))
    (line,) = collect(workspace).lines
    assert (line.subject, line.fate) == ("太大", "refused")
    assert line.outcome.startswith("太大（1 MB），留在邮箱里")
    assert collect(workspace).lines == ()


def test_our_own_blank_form_coming_back_is_no_return(server: Server, workspace: Workspace) -> None:
    set_up(workspace, server.port)
    blank = workspace.form_path("基教股", APRIL).read_bytes()
    copy = make_letter((NAME, blank), sender=f"办公室 <{USER}>")
    server.deliver(copy, china(20))
    server.deliver(make_raw(b"Content-Type: message/rfc822\r\n\r\n" + copy), china(20))
    assert fates(collect(workspace)) == [(NAME, "ignored"), (NAME, "ignored")]
    # From an office it is what the office sent, unfilled as it is.
    server.deliver(make_letter((NAME, blank)), china(21))
    assert fates(collect(workspace)) == [(NAME, "taken")]


def test_a_mailbox_that_numbers_its_letters_anew_brings_nothing_twice(
    server: Server, workspace: Workspace
) -> None:
    """A server restored from a backup has another UIDVALIDITY: each letter is new, none is."""
    set_up(workspace, server.port)
    contents = deliver_some(server)
    collect(workspace)
    (first, *_) = returned(workspace)
    moved = workspace.returns_folder(APRIL) / first
    moved.rename(workspace.root / moved.name)
    kept = returned(workspace)
    for path in server.mail.glob("dovecot*"):
        path.unlink()
    (server.mail / "dovecot-uidvalidity").write_text("70000000", encoding="ascii")
    (server.mail / "dovecot-uidvalidity.70000000").write_bytes(b"")
    report = collect(workspace)
    assert [line.fate for line in report.lines] == ["gone", "held", "held", "held", "none"]
    assert report.lines[0].outcome == "收过，后来已不在回收里，没有再收"
    assert returned(workspace) == kept
    # The same file in another letter is somebody's wish.
    server.deliver(make_letter((NAME, contents[0]), message_id="<new@t.example>"), china(25))
    assert [line.fate for line in collect(workspace).lines] == ["taken"]
    with open_ledger(workspace.ledger_path) as ledger:
        assert verify_ledger(ledger) == ()


def test_a_file_taken_away_from_the_returns_is_told_and_not_taken_again(
    server: Server, workspace: Workspace
) -> None:
    set_up(workspace, server.port)
    server.deliver(make_letter((NAME, RETURN)), china(20))
    collect(workspace)
    (file,) = returned(workspace)
    (workspace.returns_folder(APRIL) / file).unlink()
    report = collect(workspace)
    assert report.lines == ()
    assert "已不在回收里" in report.notes[0]
    assert returned(workspace) == {}


# ---------------------------------------------------------------- when it came


def test_a_return_by_mail_is_late_by_the_mails_time_and_not_by_the_files(
    server: Server, workspace: Workspace, tmp_path: Path
) -> None:
    set_up(workspace, server.port)
    filled = tmp_path / "表.xlsx"
    for office, day in (("基教股", 24), ("计财股", 27)):
        fill_words(workspace.form_path(office, APRIL), filled, office, Words())
        server.deliver(make_letter(("表.xlsx", filled.read_bytes())), china(day))
    collect(workspace)
    month = merge_returns(workspace, APRIL, now=NOW).month
    states = {state.office: state for state in month.offices}
    assert (states["基教股"].state, states["基教股"].receipt) == ("submitted", "mail")
    assert states["基教股"].received_at == china(24)
    assert (states["计财股"].state, states["计财股"].receipt) == ("late", "mail")
    assert records(workspace, "SELECT DISTINCT receipt FROM files") == [("mail",)]


def test_a_letter_moved_into_the_folder_later_came_when_the_server_took_it_in(
    server: Server, workspace: Workspace
) -> None:
    set_up(workspace, server.port)
    received = b"Received: from a by b; Sat, 24 Apr 2021 08:00:00 +0800\r\n"
    server.deliver(received + make_letter((NAME, RETURN)), china(27))
    collect(workspace)
    assert records(workspace, "SELECT received_at FROM messages") == [
        ("2021-04-24T08:00:00+08:00",)
    ]


# ---------------------------------------------------------------- doors that stay shut


@pytest.fixture
def run(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., tuple[int, str, str]]:
    monkeypatch.setattr("taskxl.commands.common.now", lambda: NOW)

    return partial(call_main, capsys)


def test_the_screen_shows_a_line_a_file_and_a_sum(
    server: Server, workspace: Workspace, run: Callable[..., tuple[int, str, str]]
) -> None:
    set_up(workspace, server.port)
    server.deliver(make_letter((NAME, RETURN), ("b.xlsx", b"x")), china(20))
    server.deliver(make_letter(subject="你好", text="表在网盘"), china(21))
    status, out, err = run("-C", workspace.root, "collect")
    assert (status, err) == (0, "")
    assert [line.split() for line in out.splitlines()] == [
        ["时间", "发件人", "主题", "附件", "结果"],
        [
            "04-20",
            "09:30",
            "周晓禾（像是基教股）",
            "4月进展",
            NAME,
            "→",
            f"收下：邮件/2021-04-20-周晓禾-{NAME}",
        ],
        ["b.xlsx", "→", "收下：邮件/2021-04-20-周晓禾-b.xlsx"],
        [
            "04-21",
            "09:30",
            "周晓禾（像是基教股）",
            "你好",
            "→",
            "正文里有网盘或超大附件的链接，请打开邮件下载",
        ],
        [
            "2021年4月：收下",
            "2",
            "个附件，没有收、请看一看的",
            "1",
            "个。附件在",
            str(workspace.returns_folder(APRIL)),
        ],
    ]
    assert "没有新的邮件或文件" in run("-C", workspace.root, "collect")[1]


def test_a_wrong_password_is_one_line_and_none_of_it_is_ever_shown_or_kept(
    server: Server,
    workspace: Workspace,
    run: Callable[..., tuple[int, str, str]],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    set_up(workspace, server.port)
    server.deliver(make_letter((NAME, RETURN)), china(20))
    wrong = "cuowu-mima-5521"
    monkeypatch.setenv("TASKXL_MAIL_PASSWORD", wrong)
    said = [run("-C", workspace.root, "collect"), run("--debug", "-C", workspace.root, "collect")]
    assert said[0][0] == 2
    assert one_line(said[0][2])
    assert "不接受" in said[0][2]
    assert "授权码" in said[0][2]
    monkeypatch.setenv("TASKXL_MAIL_PASSWORD", PASSWORD)
    said.append(run("--debug", "-C", workspace.root, "collect"))
    assert said[2][0] == 0
    for secret in (wrong, PASSWORD):
        assert not any(secret in text for _, out, err in said for text in (out, err))
        assert secret not in caplog.text
        assert not any(secret.encode() in content for content in tree(workspace.root).values())


def test_without_a_password_and_a_terminal_it_says_where_to_put_one(
    workspace: Workspace, run: Callable[..., tuple[int, str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up(workspace, 143)
    monkeypatch.delenv("TASKXL_MAIL_PASSWORD", raising=False)
    monkeypatch.setattr("taskxl.commands.asking.find_password", lambda *_: None)
    status, _, err = run("-C", workspace.root, "collect")
    assert status == 2
    assert one_line(err)
    assert "TASKXL_MAIL_PASSWORD" in err
    # Of a month that has not gone out nothing can come: no password is asked for.
    status, _, err = run("-C", workspace.root, "collect", "--month", "5")
    assert (status, err) == (
        2,
        "2021年5月还没有下发：没有文件夹 2021年05月。请先运行 taskxl issue --month 5。\n",
    )


def test_without_a_mailbox_in_the_settings_it_says_what_to_fill_in(
    workspace: Workspace, run: Callable[..., tuple[int, str, str]]
) -> None:
    status, _, err = run("-C", workspace.root, "collect")
    assert status == 2
    assert one_line(err)
    assert "收信服务器" in err
    assert "--from" in err


def test_a_server_that_proves_nothing_is_not_spoken_to(
    server: Server, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up(workspace, server.port)
    monkeypatch.delenv("TASKXL_CA_FILE")
    with pytest.raises(collecting.TaskxlError, match=r"信任的机构.*TASKXL_CA_FILE"):
        collect(workspace)
    monkeypatch.setenv("TASKXL_CA_FILE", str(server.authority))
    monkeypatch.setattr(imap, "TLS_PORT", server.tls_port)
    set_up(workspace, server.tls_port)
    assert not collect(workspace).broken
    monkeypatch.setenv("TASKXL_CA_FILE", str(workspace.master_path))
    with pytest.raises(collecting.TaskxlError, match=r"TASKXL_CA_FILE.*不能用作证书"):
        collect(workspace)


def test_an_expired_certificate_is_said_to_be_expired(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    with run_dovecot(expires=datetime.now(UTC) - timedelta(days=1)) as server:
        monkeypatch.setenv("TASKXL_CA_FILE", str(server.authority))
        set_up(workspace, server.port)
        with pytest.raises(collecting.TaskxlError, match=r"证书已过期"):
            collect(workspace)


def test_where_no_encryption_is_offered_no_password_is_sent(
    server: Server, workspace: Workspace
) -> None:
    with run_proxy(server.port, hide=b"STARTTLS") as proxy:
        set_up(workspace, proxy.port)
        with pytest.raises(collecting.TaskxlError, match=r"不提供加密.*密码没有发出"):
            collect(workspace)
        assert proxy.commands == ["CAPABILITY"]


def test_a_port_that_is_closed_or_speaks_something_else_is_one_line(
    server: Server, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up(workspace, 1)
    with pytest.raises(collecting.TaskxlError, match=r"端口 1 没有开"):
        collect(workspace)
    monkeypatch.setattr(imap, "TLS_PORT", server.port)
    set_up(workspace, server.port)
    with pytest.raises(collecting.TaskxlError, match=r"说的不是加密的 IMAP"):
        collect(workspace)
    for name in ("no-such-host.invalid", "imap..invalid", "i" * 300):
        set_up(workspace, 993, inbox_server=name)
        with pytest.raises(collecting.TaskxlError, match=r"找不到收信服务器"):
            collect(workspace)


# ---------------------------------------------------------------- connections that break


def deliver_some(server: Server) -> list[bytes]:
    contents = [b"form %d" % number for number in range(4)]
    for number, content in enumerate(contents):
        server.deliver(
            make_letter((NAME, content), message_id=f"<{number}@t.example>"), china(20 + number)
        )
    server.deliver(make_letter(), china(24))
    return contents


def through(proxy: Proxy, workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imap, "TLS_PORT", proxy.port)
    monkeypatch.setenv("TASKXL_CA_FILE", str(proxy.authority))
    set_up(workspace, proxy.port)


@pytest.mark.parametrize("every", [False, True], ids=["once", "every time"])
@pytest.mark.parametrize("at", range(1, 12))
def test_a_connection_cut_after_any_command_loses_nothing_and_takes_nothing_twice(
    server: Server,
    workspace: Workspace,
    monkeypatch: pytest.MonkeyPatch,
    run: Callable[..., tuple[int, str, str]],
    tmp_path: Path,
    at: int,
    every: bool,
) -> None:
    contents = deliver_some(server)
    with run_proxy(server.tls_port, tls=tmp_path, cut_after=at, every=every) as proxy:
        through(proxy, workspace, monkeypatch)
        status, _, err = run("-C", workspace.root, "collect")
        assert status in (0, 2)
        assert (err == "") if status == 0 else one_line(err)
        held = list(returned(workspace).values())
        assert len(held) == len(set(held))
        if not every and at > 5:  # the log-in itself had been answered
            assert sorted(held) == contents
        proxy.cut_after = 0
        status, _, err = run("-C", workspace.root, "collect")
        assert (status, err) == (0, "")
    assert sorted(returned(workspace).values()) == contents
    assert records(workspace, "SELECT count(*) FROM messages") == [(5,)]
    assert records(workspace, "SELECT count(*) FROM attachments") == [(4,)]


def test_a_letter_at_which_the_server_always_breaks_off_costs_only_itself(
    server: Server, workspace: Workspace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    contents = deliver_some(server)
    with run_proxy(server.tls_port, tls=tmp_path, cut_at=b"UID FETCH 2 (BODY.PEEK[]") as proxy:
        through(proxy, workspace, monkeypatch)
        report = collect(workspace)
        assert not report.broken
        assert [line.fate for line in report.lines] == [
            "taken",
            "refused",
            "taken",
            "taken",
            "none",
        ]
        assert "没有取到" in report.lines[1].outcome
        proxy.cut_at = b""
        assert fates(collect(workspace)) == [(NAME, "taken")]
    assert sorted(returned(workspace).values()) == contents


def test_a_server_that_falls_silent_is_not_asked_letter_by_letter(
    server: Server, workspace: Workspace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    contents = deliver_some(server)
    with run_proxy(server.tls_port, tls=tmp_path) as proxy:
        through(proxy, workspace, monkeypatch)
        account = collecting.find_account(workspace, APRIL)
        with open_mailbox(account, PASSWORD, 0.5) as box:
            uids = box.list_letters(APRIL.first_day)
            proxy.mute_at = b"UID FETCH 2 "
            assert [head.uid for head in box.survey(uids)] == uids
            with pytest.raises(Unanswered):
                box.download(2)
            assert box.download(3) is not None
            proxy.mute_at = b"FETCH"
            with pytest.raises(collecting.TaskxlError, match="一再中断，没有收完"):
                list(box.survey(uids))
        assert proxy.connections <= 1 + 1 + 2 * 4
        proxy.mute_at = b""
        collect(workspace)
    assert sorted(returned(workspace).values()) == contents


def test_a_structure_that_nobody_understands_is_taken_to_hold_something(
    server: Server, workspace: Workspace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    contents = deliver_some(server)
    with run_proxy(server.tls_port, tls=tmp_path, cut_at=b"BODYSTRUCTURE") as proxy:
        through(proxy, workspace, monkeypatch)
        assert not collect(workspace).broken
    assert sorted(returned(workspace).values()) == contents


def test_killed_between_the_file_and_its_record_it_goes_on_without_a_second_copy(
    server: Server, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up(workspace, server.port)
    contents = deliver_some(server)

    class Killed(BaseException):
        pass

    def die(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr("taskxl.desk.received.record_messages", die)
        with pytest.raises(Killed):
            collect(workspace)
    mail = workspace.returns_folder(APRIL) / "邮件"
    mail.mkdir(exist_ok=True)
    (mail / ".taskxl-1.tmp").write_bytes(b"half")
    report = collect(workspace)
    assert not report.broken
    assert sorted(returned(workspace).values()) == contents
    assert records(workspace, "SELECT count(*) FROM attachments") == [(4,)]


def test_a_full_disk_ends_the_run_with_one_line_and_what_was_taken_stays(
    server: Server, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up(workspace, server.port)
    contents = deliver_some(server)
    original = room._replace_content

    def full(path: Path, content: bytes, *more: object) -> None:
        if content == contents[2]:
            raise OSError(28, "full")
        original(path, content, *more)

    with monkeypatch.context() as patch:
        patch.setattr(room, "_replace_content", full)
        report = collect(workspace)
        assert "磁盘已满" in report.broken
    assert sorted(returned(workspace).values()) == contents[:2]
    collect(workspace)
    assert sorted(returned(workspace).values()) == contents
