"""Letters sent over a real line: none twice, none lost, over safe connections only."""

import os
import shutil
import signal
import smtplib
import socket
import subprocess
import sys
from base64 import b64encode
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest
import trustme

from taskxl.desk import sending
from taskxl.desk.composing import Batch, compose_letters
from taskxl.desk.sending import SendReport
from taskxl.errors import TaskxlError
from taskxl.ledger import (
    count_ledger,
    find_letter,
    open_ledger,
    record_event,
    record_letter,
    verify_ledger,
)
from taskxl.mail import outbox
from taskxl.mail.letters import Attachment
from taskxl.model import Period
from taskxl.workspace.folder import Workspace
from tests.clerks import begin_form
from tests.mail_support import (
    APRIL,
    NOW,
    OFFICES,
    PASSWORD,
    SENDER,
    SETTINGS,
    Authority,
    Keyboard,
    Mailroom,
    ScriptedServer,
    change_bureau,
    make_authority,
    make_bureau,
    run_server,
    serve_with,
)
from tests.support import make_once

NAMES = [office.name for office in OFFICES]
# aiosmtpd 1.4.6 warns of its own past once a session is logged in to.
pytestmark = pytest.mark.filterwarnings("ignore:Session.login_data:DeprecationWarning")


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return make_authority(tmp_path_factory.mktemp("ca"))


# A bureau whose April is issued.
issued, bureau = make_once(make_bureau, "2021年")


@pytest.fixture
def keyboard(authority: Authority) -> Keyboard:
    return Keyboard(authority.file)


@pytest.fixture(scope="module")
def april(issued: Workspace) -> Batch:
    """The letters of the bureau, composed once: of what is in them other tests speak."""
    return compose_letters(issued, APRIL, "issue")


@pytest.fixture
def set_port(april: Batch, monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Return what lets the composed letters go out by a port, without a word to 主清单.xlsx."""

    def use(port: int) -> None:
        master = april.master
        master = replace(master, settings=replace(master.settings, mail_port=port))

        def compose(*given: object, **more: object) -> Batch:
            office = given[3]
            items = tuple(one for one in april.items if office in (None, one.office))
            return replace(april, master=master, items=items)

        monkeypatch.setattr(sending, "compose_letters", compose)

    return use


def use_port(workspace: Workspace, port: int, **changes: object) -> None:
    change_bureau(workspace, replace(SETTINGS, mail_port=port, **changes))  # type: ignore[arg-type]


def results(report: SendReport) -> dict[str, str]:
    return {one.letter.office: one.outcome.result for one in report.deliveries}


def accounted(report: SendReport) -> list[str]:
    """Return each office as often as the report says something of it."""
    return [
        *(one.letter.office for one in report.deliveries),
        *report.already,
        *report.doubtful,
        *report.left,
    ]


def office_of(recipients: tuple[str, ...]) -> str:
    return next(o.name for o in OFFICES if set(recipients) & set(o.mails))


# ---------------------------------------------------------------- all goes well


def test_what_arrives_is_what_was_recorded_byte_for_byte(
    bureau: Workspace, authority: Authority, keyboard: Keyboard
) -> None:
    with run_server(authority.context()) as (port, room):
        use_port(bureau, port, mail_copy_leader=True)
        report = keyboard.send(bureau)
    assert results(report) == dict.fromkeys(NAMES, "sent")
    assert [to for _, to, _ in room.received] == [
        ("bgs-a@yunxi.example.com",),
        ("jj@yunxi.example.com", "jj2@yunxi.example.com", "chen@yunxi.example.com"),
        ("jc@yunxi.example.com",),
    ]
    assert {sender for sender, _, _ in room.received} == {SENDER}
    assert keyboard.slept == [2, 2], "a pause between two letters and no other"
    assert keyboard.asked == [(SENDER, "127.0.0.1")]
    with open_ledger(bureau.ledger_path) as ledger:
        batch = compose_letters(bureau, APRIL, "issue")
        for item, (_, _, content) in zip(batch.items, room.received, strict=True):
            letter = find_letter(ledger, batch.topic(item))
            assert letter is not None
            assert (letter.event, letter.event_at) == ("sent", NOW)
            assert ledger.content(letter.digest) == content
            assert letter.message_id.encode() in content
        assert verify_ledger(ledger) == ()
        assert "去信 3 封" in count_ledger(ledger)


def test_a_second_run_sends_nothing_and_again_sends_another_copy(
    bureau: Workspace, authority: Authority, keyboard: Keyboard
) -> None:
    with run_server(authority.context()) as (port, room):
        use_port(bureau, port)
        keyboard.send(bureau)
        second = keyboard.send(bureau)
        assert (second.deliveries, list(second.already)) == ([], NAMES)
        assert len(room.received) == 3
        assert len(keyboard.asked) == 1, "nobody is asked for a password where nothing is sent"
        third = keyboard.send(bureau, office="基教股", again=True)
    assert results(third) == {"基教股": "sent"}
    ids = [line for _, _, c in room.received for line in c.split(b"\r\n") if b"Message-ID" in line]
    assert len(set(ids)) == 4, "a mailbox that drops what it has seen shows the copy too"


def test_every_kind_is_sent_and_the_kinds_do_not_get_into_each_others_way(
    bureau: Workspace, authority: Authority, keyboard: Keyboard
) -> None:
    form = bureau.form_path("计财股", APRIL)
    (bureau.returns_folder(APRIL) / form.name).write_bytes(begin_form(form.read_bytes()))
    with run_server(authority.context()) as (port, room):
        use_port(bureau, port)
        keyboard.send(bureau, "issue")
        assert results(keyboard.send(bureau, "remind")) == dict.fromkeys(NAMES[:2], "sent")
        assert results(keyboard.send(bureau, "send-back")) == {"计财股": "sent"}
    assert [office_of(to) for _, to, _ in room.received] == [*NAMES, *NAMES[:2], "计财股"]


def test_a_form_that_was_issued_anew_goes_out_anew(
    bureau: Workspace, authority: Authority, keyboard: Keyboard
) -> None:
    with run_server(authority.context()) as (port, room):
        use_port(bureau, port)
        keyboard.send(bureau)
        path = bureau.form_path("基教股", APRIL)
        path.write_bytes(path.read_bytes() + b"\0")
        assert results(keyboard.send(bureau)) == {"基教股": "sent"}
    assert len(room.received) == 4


def test_no_more_than_the_limit_goes_out_in_a_run(
    bureau: Workspace, authority: Authority, keyboard: Keyboard
) -> None:
    with run_server(authority.context()) as (port, room):
        use_port(bureau, port, mail_limit=2, mail_pause=0)
        first = keyboard.send(bureau)
        assert (list(results(first)), first.left) == (NAMES[:2], NAMES[2:])
        again = keyboard.send(bureau, again=True)
        assert (list(results(again)), again.left) == (NAMES[:2], NAMES[2:])
        rest = keyboard.send(bureau)
        assert (results(rest), list(rest.already)) == ({"计财股": "sent"}, NAMES[:2])
    assert len(room.received) == 5
    assert keyboard.slept == []


def test_port_465_speaks_tls_from_the_first_byte(
    bureau: Workspace,
    authority: Authority,
    keyboard: Keyboard,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wrapped = authority.context()

    class Implicit(ScriptedServer):
        def _serve(self, sock: socket.socket) -> None:
            with wrapped.wrap_socket(sock, server_side=True) as secure:
                super()._serve(secure)

    with Implicit(wrapped, lambda place, name: None) as server:
        monkeypatch.setattr(outbox, "SSL_PORT", server.port)
        use_port(bureau, server.port)
        assert results(keyboard.send(bureau)) == dict.fromkeys(NAMES, "sent")
    assert "STARTTLS" not in server.commands


def test_a_server_that_wants_no_log_in_is_not_given_a_password(
    bureau: Workspace, authority: Authority, keyboard: Keyboard
) -> None:
    with ScriptedServer(authority.context(), lambda place, name: None, auth=False) as server:
        use_port(bureau, server.port)
        assert results(keyboard.send(bureau)) == dict.fromkeys(NAMES, "sent")
    assert keyboard.asked == []


def test_the_name_of_the_computer_is_not_told(
    bureau: Workspace,
    authority: Authority,
    keyboard: Keyboard,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(socket, "getfqdn", lambda name="": "办公室-电脑")
    with ScriptedServer(authority.context(), lambda place, name: None) as server:
        use_port(bureau, server.port)
        assert results(keyboard.send(bureau)) == dict.fromkeys(NAMES, "sent")
    assert server.greeted_by == {"[127.0.0.1]"}


def test_an_office_without_address_is_told_by_name(
    bureau: Workspace, authority: Authority, keyboard: Keyboard
) -> None:
    offices = (*OFFICES[:2], replace(OFFICES[2], mails=()))
    with run_server(authority.context()) as (port, _):
        change_bureau(bureau, replace(SETTINGS, mail_port=port), offices)
        report = keyboard.send(bureau)
    assert list(results(report)) == NAMES[:2]
    assert report.notes[0].startswith("没有邮箱的股室 1 个：计财股。")


def test_without_server_or_sender_nothing_is_sent_and_the_item_is_named(
    bureau: Workspace, keyboard: Keyboard
) -> None:
    change_bureau(bureau, replace(SETTINGS, mail_server="", mail_sender=""))
    with pytest.raises(TaskxlError, match="〔设置〕：发信服务器、发件邮箱没有填"):
        keyboard.send(bureau)


# ---------------------------------------------------------------- the line breaks


def count_commands(bureau: Workspace, authority: Authority) -> list[str]:
    """Return the commands of a run of three letters in which nothing goes wrong."""
    with ScriptedServer(authority.context(), lambda place, name: None) as server:
        use_port(bureau, server.port)
        Keyboard(authority.file).send(bureau)
    return server.commands


COMMANDS = [
    "greeting",
    "EHLO",
    "STARTTLS",
    "EHLO",
    "AUTH",
    "MAIL",
    "RCPT",
    "DATA",
    "body",
    "end",
    "MAIL",
    "RCPT",
    "RCPT",
    "DATA",
    "body",
    "end",
    "MAIL",
    "RCPT",
    "DATA",
    "body",
    "end",
    "QUIT",
]
CUTS = [(n, name, "cut") for n, name in enumerate(COMMANDS)]
CUTS += [(n, name, "cut after") for n, name in enumerate(COMMANDS) if name != "body"]
CUTS += [(n, name, "cut unanswered") for n, name in enumerate(COMMANDS) if name == "end"]


def test_the_commands_are_these(bureau: Workspace, authority: Authority) -> None:
    assert count_commands(bureau, authority) == COMMANDS


@pytest.mark.parametrize(("at", "name", "how"), CUTS, ids=[f"{n}-{c}-{h}" for n, c, h in CUTS])
def test_a_line_cut_once_anywhere_loses_no_letter_and_doubles_none(
    bureau: Workspace,
    authority: Authority,
    set_port: Callable[[int], None],
    at: int,
    name: str,
    how: str,
) -> None:
    keyboard = Keyboard(authority.file)
    cut = {at: how}
    with ScriptedServer(authority.context(), lambda n, _: cut.pop(n, None)) as server:
        set_port(server.port)
        reports, stopped = [], []
        for _ in range(2):
            try:
                reports.append(keyboard.send(bureau))
            except TaskxlError as error:
                stopped.append(str(error))
    assert not stopped or name in ("greeting", "EHLO", "STARTTLS", "AUTH")
    assert all("\n" not in line for line in stopped)
    assert not cut, "the line was cut"
    for report in reports:
        assert Counter(accounted(report)) == Counter(NAMES), "each office once"
    got = Counter(office_of(recipients) for recipients, _ in server.received)
    assert not got or max(got.values()) == 1, "nobody gets a letter twice"
    last = reports[-1]
    assert set(got) | set(last.doubtful) == set(NAMES), "no letter is lost in silence"
    # In doubt are only letters whose end may have gone out and was not answered.
    if name == "end":
        assert len(last.doubtful) == (how != "cut after")
    elif name != "body" and (name, how) != ("DATA", "cut after"):
        assert last.doubtful == []
    with open_ledger(bureau.ledger_path) as ledger:
        assert verify_ledger(ledger) == ()


@pytest.mark.parametrize("name", sorted(set(COMMANDS) - {"QUIT"}))
def test_a_server_that_always_hangs_up_there_takes_nothing_and_the_next_run_goes_on(
    bureau: Workspace, authority: Authority, set_port: Callable[[int], None], name: str
) -> None:
    keyboard = Keyboard(authority.file)
    always = {name: "cut"}
    with ScriptedServer(authority.context(), lambda _, n: always.get(n)) as server:
        set_port(server.port)
        if name in ("greeting", "EHLO", "STARTTLS", "AUTH"):
            with pytest.raises(TaskxlError, match=r"^[^\n]+断开了[^\n]+$"):
                keyboard.send(bureau)
        else:
            assert Counter(accounted(keyboard.send(bureau))) == Counter(NAMES)
        assert server.received == []
        always.clear()
        for office in keyboard.send(bureau).doubtful:
            keyboard.send(bureau, office=office, again=True)
    got = Counter(office_of(recipients) for recipients, _ in server.received)
    assert got == dict.fromkeys(NAMES, 1)


def test_a_letter_in_doubt_is_sent_only_when_told_to_by_name(
    bureau: Workspace, authority: Authority, keyboard: Keyboard
) -> None:
    cut = {9: "cut unanswered"}
    with ScriptedServer(authority.context(), lambda n, _: cut.pop(n, None)) as server:
        use_port(bureau, server.port)
        first = keyboard.send(bureau)
        assert results(first) == {"办公室": "unknown", "基教股": "sent", "计财股": "sent"}
        assert keyboard.send(bureau).doubtful == ["办公室"]
        assert len(server.received) == 3
        assert results(keyboard.send(bureau, office="办公室", again=True)) == {"办公室": "sent"}
    assert Counter(office_of(to) for to, _ in server.received)["办公室"] == 2


def test_a_run_killed_after_the_server_took_the_letter_does_not_send_it_again(
    bureau: Workspace, authority: Authority, keyboard: Keyboard
) -> None:
    moments = iter([NOW] * 4)

    def clock():
        # Composed, sending, sent, copy; then sending of the second, and there the run dies.
        for moment in moments:
            return moment
        raise KeyboardInterrupt

    with ScriptedServer(authority.context(), lambda n, _: None) as server:
        use_port(bureau, server.port)
        world = replace(keyboard.world(), clock=clock)
        from taskxl.desk.sending import send_letters

        with pytest.raises(KeyboardInterrupt):
            send_letters(bureau, APRIL, "issue", world)
        report = keyboard.send(bureau)
    assert Counter(accounted(report)) == Counter(NAMES)
    assert Counter(office_of(to) for to, _ in server.received) == dict.fromkeys(NAMES, 1)


@pytest.mark.skipif(os.name == "nt", reason="kills as Unix does")
@pytest.mark.parametrize(
    ("at", "taken", "doubtful"),
    [(4, [], []), (5, [], ["办公室"]), (8, [], ["办公室"]), (9, ["办公室"], ["办公室"]),
     (10, ["办公室"], ["基教股"]), (14, ["办公室"], ["基教股"]), (21, NAMES, [])],
    ids=lambda value: COMMANDS[value] if isinstance(value, int) else "",
)  # fmt: skip
def test_a_process_killed_on_the_spot_doubles_no_letter_and_loses_none(
    bureau: Workspace, authority: Authority, at: int, taken: list[str], doubtful: list[str]
) -> None:
    running: list[subprocess.Popen[bytes]] = []

    def behave(place: int, _: str) -> str | None:
        if place == at:
            running[0].kill()
            return "cut unanswered" if COMMANDS[at] == "end" else "cut"
        return None

    world = {
        **os.environ,
        "TASKXL_CA_FILE": authority.file,
        "TASKXL_MAIL_PASSWORD": PASSWORD,
    }
    command = [sys.executable, "-m", "taskxl", "-C", str(bureau.root)]
    with ScriptedServer(authority.context(), behave) as server:
        use_port(bureau, server.port, mail_pause=0)
        command += ["mail", "issue", "--month", "4", "--send"]
        running.append(subprocess.Popen(command, env=world, stdout=subprocess.DEVNULL))
        assert running[0].wait(60) == -signal.SIGKILL
        assert [office_of(to) for to, _ in server.received] == taken
        with open_ledger(bureau.ledger_path) as ledger:
            assert verify_ledger(ledger) == ()
        report = Keyboard(authority.file).send(bureau)
    assert Counter(accounted(report)) == Counter(NAMES)
    assert report.doubtful == doubtful
    got = Counter(office_of(to) for to, _ in server.received)
    assert set(got) | set(doubtful) == set(NAMES)
    assert max(got.values()) == 1


def test_what_stands_at_sending_with_nothing_after_it_is_not_sent_by_itself(
    bureau: Workspace, authority: Authority, keyboard: Keyboard
) -> None:
    batch = compose_letters(bureau, APRIL, "issue")
    item = batch.items[1]
    letter = batch.letter(item, NOW.date())
    with open_ledger(bureau.ledger_path) as ledger:
        number = record_letter(
            ledger, batch.topic(item), letter.message_id, letter.to, "主题", b"x", NOW
        )
        record_event(ledger, number, "sending", "", NOW)
    with ScriptedServer(authority.context(), lambda n, _: None) as server:
        use_port(bureau, server.port)
        report = keyboard.send(bureau)
    assert report.doubtful == ["基教股"]
    assert [office_of(to) for to, _ in server.received] == ["办公室", "计财股"]


def test_a_run_stopped_in_the_middle_of_a_letter_sends_it_next_time(
    bureau: Workspace,
    authority: Authority,
    keyboard: Keyboard,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    send = smtplib.SMTP.send

    def stop(self: smtplib.SMTP, data: bytes | str) -> None:
        if len(data) > 1000:
            raise KeyboardInterrupt
        send(self, data)

    with ScriptedServer(authority.context(), lambda n, _: None) as server:
        use_port(bureau, server.port)
        with monkeypatch.context() as patched:
            patched.setattr(smtplib.SMTP, "send", stop)
            with pytest.raises(KeyboardInterrupt):
                keyboard.send(bureau)
        assert server.received == []
        assert results(keyboard.send(bureau)) == dict.fromkeys(NAMES, "sent")


def test_a_letter_put_off_goes_out_with_its_first_date_and_a_changed_one_with_its_own(
    bureau: Workspace, authority: Authority, keyboard: Keyboard
) -> None:
    busy = {"MAIL": "450 busy"}
    with ScriptedServer(authority.context(), lambda _, n: busy.get(n)) as server:
        use_port(bureau, server.port)
        assert set(results(keyboard.send(bureau)).values()) == {"deferred"}
        busy.clear()
        offices = (*OFFICES[:2], replace(OFFICES[2], mails=("xin@yunxi.example.com",)))
        change_bureau(bureau, replace(SETTINGS, mail_port=server.port), offices)
        keyboard.now = NOW.replace(day=27)
        assert set(results(keyboard.send(bureau)).values()) == {"sent"}
    dates = [line for _, c in server.received for line in c.split(b"\r\n") if b"Date:" in line]
    assert [line.split()[2] for line in dates] == [b"26", b"26", b"27"]
    assert server.received[2][0] == ("xin@yunxi.example.com",)


# ---------------------------------------------------------------- the server says no


def test_one_recipient_refused_is_told_and_the_letter_goes_to_the_others(
    bureau: Workspace, authority: Authority, keyboard: Keyboard
) -> None:
    room = Mailroom(refuse={"jj2@yunxi.example.com": "550 no such user \u202e here"})
    with run_server(authority.context(), room) as (port, _):
        use_port(bureau, port)
        report = keyboard.send(bureau)
    assert set(results(report).values()) == {"sent"}
    (_, to, _) = room.received[1]
    assert to == ("jj@yunxi.example.com",)
    detail = report.deliveries[1].outcome.detail
    assert detail.startswith("jj2@yunxi.example.com 没有收（服务器答复 550 ")
    assert "\u202e" not in detail


def test_an_office_refused_is_told_and_the_others_get_theirs(
    bureau: Workspace, authority: Authority, keyboard: Keyboard
) -> None:
    room = Mailroom(refuse={"bgs-a@yunxi.example.com": "550 5.1.1 unknown"})
    with run_server(authority.context(), room) as (port, _):
        use_port(bureau, port)
        assert results(keyboard.send(bureau)) == {
            "办公室": "refused",
            "基教股": "sent",
            "计财股": "sent",
        }
        room.refuse.clear()
        report = keyboard.send(bureau)
    assert (results(report), list(report.already)) == ({"办公室": "sent"}, NAMES[1:])


@pytest.mark.parametrize("name", ["MAIL", "RCPT", "DATA", "end"])
def test_a_refusal_for_the_moment_is_tried_again_in_the_same_run(
    bureau: Workspace, authority: Authority, keyboard: Keyboard, name: str
) -> None:
    said = {"RCPT": ["451 greylisted"] * 2}.get(name, ["421 closing", "451 busy"])

    def behave(_: int, command: str) -> str | None:
        return said.pop(0) if command == name and said else None

    with ScriptedServer(authority.context(), behave) as server:
        use_port(bureau, server.port)
        assert set(results(keyboard.send(bureau)).values()) == {"sent"}
    assert Counter(office_of(to) for to, _ in server.received) == dict.fromkeys(NAMES, 1)
    assert keyboard.slept == [5.0, 20.0, 2, 2]


def test_a_recipient_that_stays_put_off_does_not_hold_up_the_other(
    bureau: Workspace, authority: Authority, keyboard: Keyboard
) -> None:
    room = Mailroom(refuse={"jj2@yunxi.example.com": "450 later"})
    with run_server(authority.context(), room) as (port, _):
        use_port(bureau, port)
        report = keyboard.send(bureau, office="基教股")
    assert results(report) == {"基教股": "sent"}
    assert [to for _, to, _ in room.received] == [("jj@yunxi.example.com",)]
    assert "jj2@yunxi.example.com 没有收" in report.deliveries[0].outcome.detail


def test_a_server_that_takes_no_more_is_left_alone(
    bureau: Workspace, authority: Authority, keyboard: Keyboard
) -> None:
    with ScriptedServer(
        authority.context(), lambda _, name: "452 too much mail" if name == "MAIL" else None
    ) as server:
        use_port(bureau, server.port)
        report = keyboard.send(bureau)
    assert set(results(report).values()) == {"deferred"}
    assert server.commands.count("MAIL") == 9, "three tries for each of three letters"


def test_after_some_failures_in_a_row_the_rest_is_left_for_later(
    bureau: Workspace,
    authority: Authority,
    keyboard: Keyboard,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sending, "PATIENCE", 2)
    with ScriptedServer(
        authority.context(), lambda _, name: "452 too much mail" if name == "MAIL" else None
    ) as server:
        use_port(bureau, server.port)
        report = keyboard.send(bureau)
    assert (list(results(report)), report.left) == (NAMES[:2], NAMES[2:])
    assert report.stopped.startswith("连续 2 封没有发成，先停下；没有发的都留着。")
    assert "每次最多发几封" in report.stopped


def test_a_server_that_goes_away_in_the_middle_is_told_and_the_rest_is_left(
    bureau: Workspace, authority: Authority, keyboard: Keyboard
) -> None:
    def behave(place: int, _: str) -> str | None:
        if place == 10:
            server.listener.shutdown(socket.SHUT_RDWR)
            return "cut"
        return None

    with ScriptedServer(authority.context(), behave) as server:
        use_port(bureau, server.port)
        report = keyboard.send(bureau)
    assert results(report) == {"办公室": "sent"}
    assert report.left == NAMES[1:]
    assert "连不上" in report.stopped
    with ScriptedServer(authority.context(), lambda place, name: None) as server:
        use_port(bureau, server.port)
        report = keyboard.send(bureau)
    assert (list(results(report)), list(report.already)) == (NAMES[1:], NAMES[:1])


def test_a_letter_over_the_servers_limit_is_one_line(
    bureau: Workspace, authority: Authority, keyboard: Keyboard
) -> None:
    form = bureau.form_path("基教股", APRIL)
    form.write_bytes(os.urandom(3_000_000))
    with run_server(authority.context(), size=1 << 20) as (port, room):
        use_port(bureau, port)
        report = keyboard.send(bureau)
    assert results(report) == {"办公室": "sent", "基教股": "refused", "计财股": "sent"}
    assert report.deliveries[1].outcome.detail == "信件太大（4 MB），服务器最多收 1 MB"
    assert len(room.received) == 2


def test_a_letter_that_only_its_end_shows_to_be_too_large_is_one_line_too(
    bureau: Workspace, authority: Authority, keyboard: Keyboard
) -> None:
    said = ["552 5.3.4 message size exceeds fixed limit"]

    def behave(_: int, name: str) -> str | None:
        return said.pop() if name == "end" and said else None

    with ScriptedServer(authority.context(), behave) as server:
        use_port(bureau, server.port)
        report = keyboard.send(bureau)
    assert results(report)["办公室"] == "refused"
    assert report.deliveries[0].outcome.detail.startswith("信件太大，或对方邮箱已满（")


def test_an_answer_that_is_none_leaves_the_letter_in_doubt(
    bureau: Workspace, authority: Authority, keyboard: Keyboard
) -> None:
    said = ["什么"]

    def behave(_: int, name: str) -> str | None:
        return said.pop() if name == "end" and said else None

    with ScriptedServer(authority.context(), behave) as server:
        use_port(bureau, server.port)
        assert results(keyboard.send(bureau))["办公室"] == "unknown"


# ---------------------------------------------------------------- who the server is


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("expired", "证书已过期"),
        ("self-signed", "证书是自己签发的"),
        ("stranger", "证书不是这台电脑信任的机构签发的"),
        ("other name", "证书上的名称不是这个服务器"),
    ],
)
def test_a_server_that_cannot_be_trusted_gets_neither_password_nor_letter(
    bureau: Workspace, authority: Authority, keyboard: Keyboard, kind: str, said: str
) -> None:
    context = {
        "expired": lambda: authority.context(expired=True),
        "self-signed": self_signed,
        "stranger": lambda: serve_with(trustme.CA().issue_cert("127.0.0.1")),
        "other name": lambda: authority.context("smtp.example.com"),
    }[kind]()
    with ScriptedServer(context, lambda n, _: None) as server:
        use_port(bureau, server.port)
        with pytest.raises(TaskxlError) as raised:
            keyboard.send(bureau)
    assert said in str(raised.value)
    assert "没有登录，也没有发信" in str(raised.value)
    assert "\n" not in str(raised.value)
    assert keyboard.asked == []
    assert "AUTH" not in server.commands
    assert server.received == []


def self_signed():
    """Return a context whose certificate is its own issuer."""
    import ssl
    import tempfile

    ca = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "own.pem"
        path.write_bytes(ca.private_key_pem.bytes() + ca.cert_pem.bytes())
        context.load_cert_chain(path)
    return context


def test_without_starttls_nothing_is_said_in_the_open(
    bureau: Workspace, keyboard: Keyboard
) -> None:
    with run_server(None) as (port, room):
        use_port(bureau, port)
        with pytest.raises(TaskxlError, match="不提供加密（STARTTLS），没有登录，也没有发信"):
            keyboard.send(bureau)
    assert (keyboard.asked, room.received) == ([], [])


def test_a_server_that_is_not_there_is_one_line(bureau: Workspace, keyboard: Keyboard) -> None:
    from tests.mail_support import free_port

    use_port(bureau, free_port())
    with pytest.raises(TaskxlError, match="连不上。请核对“设置”里的发信服务器和发信端口。"):
        keyboard.send(bureau)


@pytest.mark.parametrize("name", ["smtp..invalid", "s" * 300])
def test_a_server_whose_name_none_can_have_is_one_line(
    bureau: Workspace, keyboard: Keyboard, name: str
) -> None:
    change_bureau(bureau, replace(SETTINGS, mail_server=name))
    with pytest.raises(TaskxlError, match=r"找不到发信服务器.*请核对“设置”里的发信服务器"):
        keyboard.send(bureau)


def test_a_server_that_says_nothing_is_not_waited_for_for_ever(
    bureau: Workspace, keyboard: Keyboard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "CONNECT_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        use_port(bureau, silent.getsockname()[1])
        with pytest.raises(TaskxlError, match="没有回答。请检查网络，或稍后再运行。"):
            keyboard.send(bureau)


def test_a_wrong_authority_file_is_one_line(bureau: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "no.pem"
    path.write_text("这不是证书")
    use_port(bureau, 587)
    for file in (path, tmp_path / "没有.pem"):
        with pytest.raises(TaskxlError, match="TASKXL_CA_FILE"):
            Keyboard(str(file)).send(bureau)


# ---------------------------------------------------------------- the password


def files_and_words(workspace: Workspace, *words: str) -> Iterator[bytes]:
    yield from (path.read_bytes() for path in workspace.root.rglob("*") if path.is_file())
    yield from (word.encode() for word in words)


FORMS = (
    PASSWORD.encode(),
    b64encode(PASSWORD.encode()),
    b64encode(f"\0{SENDER}\0{PASSWORD}".encode()),
)


def test_a_wrong_password_is_one_line_and_is_not_repeated(
    bureau: Workspace, authority: Authority, keyboard: Keyboard
) -> None:
    with run_server(authority.context(), password="another") as (port, room):
        use_port(bureau, port)
        with pytest.raises(TaskxlError, match=r"不接受登录名.*授权码") as raised:
            keyboard.send(bureau)
    assert room.received == []
    assert raised.value.__context__ is None or raised.value.__suppress_context__
    assert not any(
        form in raw for raw in files_and_words(bureau, str(raised.value)) for form in FORMS
    )


@pytest.mark.parametrize("code", ["535", "454"])
def test_a_server_that_repeats_the_password_in_its_answer_is_not_quoted(
    bureau: Workspace, authority: Authority, keyboard: Keyboard, code: str
) -> None:
    plain = FORMS[2].decode()

    def behave(_: int, name: str) -> str | None:
        if name == "AUTH":
            return f"{code} no {PASSWORD} {plain} {FORMS[1].decode()}"
        return None

    with ScriptedServer(authority.context(), behave) as server:
        use_port(bureau, server.port)
        with pytest.raises(TaskxlError) as raised:
            keyboard.send(bureau)
    assert "***" in str(raised.value)
    assert not any(
        form in raw for raw in files_and_words(bureau, str(raised.value)) for form in FORMS
    )


def test_an_answer_to_a_letter_that_repeats_it_is_recorded_without_it(
    bureau: Workspace, authority: Authority, keyboard: Keyboard
) -> None:
    with ScriptedServer(
        authority.context(), lambda _, name: f"550 {PASSWORD}" if name == "MAIL" else None
    ) as server:
        use_port(bureau, server.port)
        report = keyboard.send(bureau)
    assert report.deliveries[0].outcome.detail == "服务器答复 550 ***"
    shutil.copy(bureau.ledger_path, bureau.root / "copy.db")
    assert not any(form in raw for raw in files_and_words(bureau) for form in FORMS)


def test_a_password_in_the_wrong_alphabet_is_one_line(
    bureau: Workspace, authority: Authority
) -> None:
    keyboard = Keyboard(authority.file, password="密码１２３")
    with run_server(authority.context()) as (port, _):
        use_port(bureau, port)
        with pytest.raises(TaskxlError, match="全角字符") as raised:
            keyboard.send(bureau)
    assert "密码１２３" not in str(raised.value)


# ---------------------------------------------------------------- the ledger


def test_letters_of_other_months_and_offices_are_no_business_of_this_one(
    bureau: Workspace, authority: Authority, keyboard: Keyboard
) -> None:
    with run_server(authority.context()) as (port, _):
        use_port(bureau, port)
        keyboard.send(bureau)
    batch = compose_letters(bureau, APRIL, "issue")
    topic = batch.topic(batch.items[0])
    with open_ledger(bureau.ledger_path) as ledger:
        for other in (
            replace(topic, period=Period(2021, 5)),
            replace(topic, kind="remind"),
            replace(topic, office="人事股"),
            replace(topic, basis="x"),
        ):
            assert find_letter(ledger, other) is None


def test_a_letter_changed_behind_our_back_is_found(bureau: Workspace) -> None:
    batch = compose_letters(bureau, APRIL, "issue")
    item = batch.items[0]
    with open_ledger(bureau.ledger_path) as ledger:
        number = record_letter(
            ledger, batch.topic(item), "<a@b>", ("a@b",), "主题", b"Message-ID: <c@d>\r\n\r\n", NOW
        )
        for event in ("sending", "sent", "sending"):
            record_event(ledger, number, event, "", NOW)  # type: ignore[arg-type]
        assert verify_ledger(ledger) == (
            "第 1 封信件（办公室）存下的内容不是这一封。",
            "第 1 封信件（办公室）的发送记录前后不符。",
        )


def test_the_basis_of_a_letter_is_its_form(bureau: Workspace) -> None:
    (item, *_) = compose_letters(bureau, APRIL, "issue").items
    (form,) = item.attachments
    assert form == Attachment(form.name, bureau.form_path("办公室", APRIL).read_bytes())
    assert item.basis == sha256(sha256(form.content).digest()).hexdigest()
