"""What `taskxl mail …` says on the screen, where passwords come from, copies of what was sent."""

import contextlib
import os
import re
import socket
import ssl
import threading
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import keyring
import keyring.backend
import pytest

from taskxl import cli
from taskxl.mail import imap
from taskxl.mail.passwords import find_password
from taskxl.workspace.folder import Workspace
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
)
from tests.support import make_once

pytestmark = pytest.mark.filterwarnings("ignore:Session.login_data:DeprecationWarning")
FORMS = (
    PASSWORD.encode(),
    b64encode(PASSWORD.encode()),
    b64encode(f"\0{SENDER}\0{PASSWORD}".encode()),
)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return make_authority(tmp_path_factory.mktemp("ca"))


# A bureau whose April is issued.
issued, bureau = make_once(make_bureau, "2021年")


@pytest.fixture
def run(
    bureau: Workspace,
    authority: Authority,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
):
    """Run `taskxl mail` on 2021-04-26; return (exit status, standard output, standard error)."""
    monkeypatch.setattr("taskxl.commands.common.now", lambda: NOW)
    monkeypatch.setattr("taskxl.commands.mail._sleep", lambda seconds: None)
    monkeypatch.setenv("TASKXL_CA_FILE", authority.file)
    monkeypatch.setenv("TASKXL_MAIL_PASSWORD", PASSWORD)

    def call(*arguments: str, before: tuple[str, ...] = ()) -> tuple[object, str, str]:
        with pytest.raises(SystemExit) as left:
            cli.main([*before, "-C", str(bureau.root), "mail", *arguments])
        shown = capsys.readouterr()
        return left.value.code or 0, shown.out.replace(str(bureau.root), "…"), shown.err

    return call


def use_port(workspace: Workspace, port: int, **changes: object) -> None:
    change_bureau(workspace, replace(SETTINGS, mail_port=port, **changes))  # type: ignore[arg-type]


# ---------------------------------------------------------------- drafts


def test_without_send_drafts_are_written_and_listed(run, bureau: Workspace) -> None:
    change_bureau(bureau, replace(SETTINGS, mail_copy_leader=True))
    status, out, err = run("issue")
    assert (status, err) == (0, "")
    assert out == (
        "设置了抄送分管负责同志，但没有写抄送邮箱的股室 2 个：办公室、计财股。"
        "请在“股室”表的邮箱一栏里加上“抄送：name@example.com”。\n"
        "股室    收件                                         抄送                    附件\n"
        "办公室  bgs-a@yunxi.example.com                      —                       附件2-办公室-2021年4月.xlsx  写好\n"
        "基教股  jj@yunxi.example.com、jj2@yunxi.example.com  chen@yunxi.example.com  附件2-基教股-2021年4月.xlsx  写好\n"
        "计财股  jc@yunxi.example.com                         —                       附件2-计财股-2021年4月.xlsx  写好\n"
        "2021年4月：草稿 3 封，在 …/2021年04月/下发/邮件。可以逐封打开，看过再发；要直接发出，请加 --send。\n"
    )
    folder = bureau.letters_folder(APRIL)
    before = {path: path.read_bytes() for path in folder.iterdir()}
    assert sorted(path.name for path in before) == sorted(
        f"下发-{office.name}-2021年4月.eml" for office in OFFICES
    )
    _, out, _ = run("issue")
    assert out.count("没有变化") == 3
    assert {path: path.read_bytes() for path in folder.iterdir()} == before


def test_where_nobody_owes_anything_there_is_nothing_to_write(run, bureau: Workspace) -> None:
    status, out, _ = run("send-back")
    assert (status, out) == (0, "2021年4月：没有要写的信件。\n")
    assert not bureau.letters_folder(APRIL).exists()


def test_who_has_sent_nothing_is_not_said_to_have_nothing_to_mend(run) -> None:
    _, out, _ = run("send-back", "--office", "基教股")
    assert out == (
        "基教股还没有报来2021年4月的表。要催报，请运行 taskxl mail remind --office 基教股。\n"
        "2021年4月：没有要写的信件。\n"
    )


def test_parcels_are_listed_and_need_no_mail_at_all(run, bureau: Workspace) -> None:
    change_bureau(bureau, replace(SETTINGS, mail_server=""))
    status, out, err = run("issue", "--zip", "--office", "基教股")
    assert (status, err) == (0, "")
    assert out == (
        "股室    压缩包\n"
        "基教股  基教股-2021年4月.zip  写好\n"
        "2021年4月：打包 1 个，在 …/2021年04月/下发/打包\n"
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("issue", "--zip", "--send"), "不能和 --send 一起写。请去掉一个"),
        (("issue", "--zip", "--again"), "不能和 --again 一起写。请去掉一个"),
        (("issue", "--again"), "要和 --send 一起写"),
        (("remind", "--office", "人事股"), "没有要报送的股室“人事股”。可选：办公室、基教股、计财股"),
        (("issue", "--office", "人事股"), "没有要报送的股室“人事股”。可选：办公室、基教股、计财股"),
        (("issue", "--month", "5"), "请先运行 taskxl issue --month 5。"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_one_line(run, arguments: tuple[str, ...], said: str) -> None:
    status, out, err = run(*arguments)
    assert (status, out) == (2, "")
    assert said in err
    assert err.count("\n") == 1


# ---------------------------------------------------------------- sending


def test_each_letter_is_a_line_and_the_end_says_who_is_left(
    run, bureau: Workspace, authority: Authority
) -> None:
    room = Mailroom(refuse={"jc@yunxi.example.com": "550 no such user"})
    with run_server(authority.context(), room) as (port, _):
        use_port(bureau, port)
        status, out, err = run("issue", "--send")
        assert (status, err) == (0, "")
        assert out == (
            "已发 办公室 → bgs-a@yunxi.example.com\n"
            "已发 基教股 → jj@yunxi.example.com、jj2@yunxi.example.com\n"
            "被拒 计财股 → jc@yunxi.example.com："
            "jc@yunxi.example.com 没有收（服务器答复 550 no such user）\n"
            "2021年4月：发出 2 封，被拒 1 封（计财股；改正后再运行一次）。\n"
        )
        status, out, err = run("issue", "--send")
    assert (status, out.count("\n")) == (2, 1)
    assert err == (
        "2021年4月：发出 0 封，以前已发 2 封（办公室、基教股；要再发请加 --again），"
        "被拒 1 封（计财股；改正后再运行一次）。一封也没有发出。\n"
    )


def test_what_is_left_of_sending_again_is_sent_without_again(
    run, bureau: Workspace, authority: Authority
) -> None:
    with run_server(authority.context()) as (port, _):
        use_port(bureau, port, mail_limit=3)
        run("issue", "--send")
        use_port(bureau, port, mail_limit=2)
        _, out, _ = run("issue", "--send", "--again")
        assert out.endswith(
            "2021年4月：发出 2 封，还没有发 1 封"
            "（计财股；运行 taskxl mail issue --month 4 --send 接着发）。\n"
        )
        _, out, _ = run("issue", "--send")
    assert out.startswith("已发 计财股 → ")


def test_a_letter_in_doubt_comes_with_its_cure(
    run, bureau: Workspace, authority: Authority
) -> None:
    cut = {9: "cut unanswered"}
    with ScriptedServer(authority.context(), lambda n, _: cut.pop(n, None)) as server:
        use_port(bureau, server.port)
        run("remind", "--send")
        status, out, _ = run("remind", "--send")
        assert status == 0
        assert out == (
            "办公室：不知道上次那封发出去没有，为免重复没有再发。请问一下对方；没有收到的，"
            "运行 taskxl mail remind --month 4 --send --again --office 办公室\n"
            "2021年4月：发出 0 封，以前已发 2 封（基教股、计财股；要再发请加 --again）。\n"
        )


# ---------------------------------------------------------------- the password


@pytest.mark.parametrize("given", [PASSWORD, "another"], ids=["right", "wrong"])
def test_the_password_is_in_no_file_and_on_no_screen_even_with_debug(
    run, bureau: Workspace, authority: Authority, given: str, caplog: pytest.LogCaptureFixture
) -> None:
    def behave(_: int, name: str) -> str | None:
        spoken = f"{PASSWORD} {FORMS[1].decode()} {FORMS[2].decode()}"
        return f"535 {spoken}" if name == "AUTH" and given != PASSWORD else None

    with ScriptedServer(authority.context(), behave) as server:
        use_port(bureau, server.port)
        status, out, err = run("issue", "--send", before=("--debug",))
        _, *more = run("remind", "--send")
    assert status == (0 if given == PASSWORD else 2)
    assert ("Traceback" in err) == (given != PASSWORD)
    seen = [path.read_bytes() for path in bureau.root.rglob("*") if path.is_file()]
    seen += [text.encode() for text in (out, err, *more, caplog.text)]
    assert not [form for form in FORMS for raw in seen if form in raw]


class Ring(keyring.backend.KeyringBackend):
    """A keyring that holds one password, or breaks."""

    priority = 1  # type: ignore[assignment]

    def __init__(self, held: dict[tuple[str, str], str] | None) -> None:
        super().__init__()
        self.held = held

    def get_password(self, service: str, username: str) -> str | None:
        if self.held is None:
            raise RuntimeError("locked")
        return self.held.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        raise NotImplementedError


@pytest.fixture
def ring(monkeypatch: pytest.MonkeyPatch) -> Iterator[Ring]:
    """A keyring with the password of the sender's mailbox; the environment holds none."""
    monkeypatch.delenv("TASKXL_MAIL_PASSWORD", raising=False)
    before = keyring.get_keyring()
    one = Ring({("taskxl", SENDER): "from the ring"})
    keyring.set_keyring(one)
    yield one
    keyring.set_keyring(before)


def test_the_systems_keyring_is_asked_where_the_environment_is_silent(
    ring: Ring, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert find_password(SENDER, "smtp.example.com") == "from the ring"
    assert find_password("else", "smtp.example.com") is None
    ring.held = None
    assert find_password(SENDER, "smtp.example.com") is None
    monkeypatch.setenv("TASKXL_MAIL_PASSWORD", "from the environment")
    assert find_password(SENDER, "smtp.example.com") == "from the environment"


def test_without_a_password_and_without_a_terminal_the_line_says_where_to_put_it(
    run,
    ring: Ring,
    bureau: Workspace,
    authority: Authority,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ring.held = {}
    with Path(os.devnull).open() as nothing, run_server(authority.context()) as (port, room):
        monkeypatch.setattr("sys.stdin", nothing)
        use_port(bureau, port)
        status, out, err = run("issue", "--send")
    assert (status, out, room.received) == (2, "", [])
    assert err == (
        "没有邮箱 bgs@yunxi.example.com 的密码（授权码）。请在终端里运行，会提示输入；"
        "或存进系统密码库：pip install 'taskxl[keyring]'，再运行 "
        "keyring set taskxl bgs@yunxi.example.com；或设环境变量 TASKXL_MAIL_PASSWORD。\n"
    )


def test_on_a_terminal_it_is_asked_for_once_and_not_shown(
    run,
    ring: Ring,
    bureau: Workspace,
    authority: Authority,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ring.held = {}
    asked = []

    def prompt(text: str, **options: object) -> str:
        asked.append((text, options["hide_input"]))
        return PASSWORD

    class Terminal:
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr("sys.stdin", Terminal())
    monkeypatch.setattr("click.prompt", prompt)
    with run_server(authority.context()) as (port, room):
        use_port(bureau, port)
        assert run("issue", "--send")[0] == 0
    assert len(room.received) == 3
    assert asked == [("邮箱 bgs@yunxi.example.com 的密码（授权码，输入时不显示）", True)]


# ---------------------------------------------------------------- copies in the mailbox


class SentBox:
    """Speaks as much IMAP as it takes to keep copies; `append` is what it says to each.

    `able` is what it says it can do.
    """

    def __init__(
        self, context: ssl.SSLContext, append: str = "OK", able: str = "IMAP4rev1"
    ) -> None:
        self.context = context
        self.append = append
        self.able = able
        self.kept: list[tuple[str, bytes]] = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self.listener.getsockname()[1])
        self.thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> "SentBox":
        self.thread.start()
        return self

    def __exit__(self, *rest: object) -> None:
        self.listener.close()
        self.thread.join(10)

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            raw, _ = self.listener.accept()
            raw.settimeout(10)
            with (
                raw,
                self.context.wrap_socket(raw, server_side=True) as sock,
                sock.makefile("rwb") as file,
            ):
                self._talk(file)

    def _talk(self, file) -> None:
        def say(text: str) -> None:
            file.write(f"{text}\r\n".encode())
            file.flush()

        say("* OK ready")
        while line := file.readline().decode():
            tag, name, *rest = line.split(maxsplit=2)
            size = re.search(r"\{(\d+)\}\r\n$", line)
            if name == "CAPABILITY":
                say(f"* CAPABILITY {self.able}")
            if size:
                say("+ go on")
                content = file.read(int(size.group(1)))
                file.readline()
                if self.append == "OK":
                    self.kept.append((rest[0].split('"')[1], content))
            if name == "LOGIN" and PASSWORD not in rest[0]:
                say(f"{tag} NO wrong password {PASSWORD}")
            elif name == "ID":
                say(f"{tag} BAD what")
            else:
                say(f"{tag} {self.append if name == 'APPEND' else 'OK'} done")
            if name == "LOGOUT":
                return


def test_what_was_sent_is_kept_in_the_mailbox(
    run, bureau: Workspace, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (
        run_server(authority.context()) as (port, room),
        SentBox(authority.context()) as box,
    ):
        monkeypatch.setattr(imap, "TLS_PORT", box.port)
        use_port(bureau, port, sent_folder="已发送", inbox_server="127.0.0.1", inbox_port=box.port)
        status, out, _ = run("issue", "--send")
    assert status == 0
    assert out.endswith("2021年4月：发出 3 封。\n")
    assert box.kept == [("&XfJT0ZAB-", content) for _, _, content in room.received]


@pytest.mark.parametrize("fault", ["append", "strange", "nobody", "no server"])
def test_a_copy_that_is_not_kept_is_a_note_and_no_failed_letter(
    bureau: Workspace, authority: Authority, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    keyboard = Keyboard(authority.file)
    with (
        run_server(authority.context()) as (port, room),
        SentBox(
            authority.context(), append="NO", able="四版" if fault == "strange" else "IMAP4rev1"
        ) as box,
    ):
        monkeypatch.setattr(imap, "TLS_PORT", box.port)
        use_port(
            bureau,
            port,
            sent_folder="没有这个",
            inbox_server="" if fault == "no server" else "127.0.0.1",
            inbox_port=1 if fault == "nobody" else box.port,
        )
        report = keyboard.send(bureau)
        if fault in ("nobody", "no server"):
            socket.create_connection(("127.0.0.1", box.port)).close()
    assert len(room.received) == 3
    assert report.offices("sent") == [office.name for office in OFFICES]
    (note,) = report.notes
    assert (
        note
        == {
            "append": "信件已发出，但没能存进邮箱的文件夹“没有这个”："
            "没有这个文件夹。请核对设置里的“已发送文件夹”。",
            "strange": "信件已发出，但没能存进邮箱的文件夹“没有这个”："
            "收信服务器 127.0.0.1 的答复看不懂。请核对设置里的收信服务器和收信端口。",
            "nobody": "信件已发出，但没能存进邮箱的文件夹“没有这个”："
            "收信服务器 127.0.0.1 的端口 1 没有开。请核对设置里的收信端口，检查网络，再运行一次。",
            "no server": "没有填收信服务器，发出的信件没有存进“已发送文件夹”。",
        }[fault]
    )
    assert PASSWORD not in note
