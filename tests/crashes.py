"""Runs of issue, merge, mail and collect killed at random, each checked for what it left behind.

    python -m tests.crashes 200 7            200 rounds, seed 7
    python -m tests.crashes 16 7 --here      files read without workers: what the suite runs

A run is a process that the system's timer kills on the spot: no handler runs, as with `kill -9`.
After each: the ledger is whole, every workbook is the old one or the new one, and running again
gives, file by file and record by record, what a run left alone gives. No office gets a letter
twice, and who may not have got theirs is named; of what came by mail nothing is lost or kept twice.
Without Dovecot there is nothing to collect from, and the others are killed the more often.
"""

import os
import random
import shutil
import signal
import socket
import ssl
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import datetime
from email.parser import BytesHeaderParser
from pathlib import Path
from sqlite3 import connect

import openpyxl

from taskxl.desk import collecting, sending
from taskxl.desk.issuing import issue_forms
from taskxl.desk.lists import load_master
from taskxl.desk.merging import merge_returns
from taskxl.ledger import open_ledger, verify_ledger
from taskxl.master.book.making import write_master
from taskxl.workspace.folder import Workspace
from tests.dovecot import DOVECOT, USER, Server, run_dovecot
from tests.dovecot import PASSWORD as READING
from tests.letters import RETURN, make_letter
from tests.mail_support import PASSWORD as WRITING
from tests.mail_support import Lines, ScriptedServer, make_authority
from tests.month_of_clerks import APRIL, OFFICES, Words, fill_words, make_workspace
from tests.packages import pack
from tests.reading_here import read_in_process

NOW = datetime(2021, 4, 26, 9, 0)
CORRECTION = "办公室改过的一段。"
ADDRESSES = dict(zip(OFFICES, ("bgs-a@y.example", "jj@y.example", "jc@y.example"), strict=True))
ATTACHED = [b"form %d" % number for number in range(4)]
Deed = Callable[[Workspace], object]


@dataclass
class Tally:
    """What became of the runs: how many were killed in time, and letters left in doubt by that.

    Of those `arrived` had been taken by the server all the same.
    """

    rounds: int = 0
    killed: Counter[str] = field(default_factory=Counter)
    doubtful: int = 0
    arrived: int = 0


# ---------------------------------------------------------------- what is killed


def issue(workspace: Workspace) -> object:
    return issue_forms(workspace, APRIL, now=NOW)


def merge(workspace: Workspace) -> object:
    return merge_returns(workspace, APRIL, now=NOW)


def mail(
    workspace: Workspace, office: str | None = None, again: bool = False
) -> sending.SendReport:
    world = sending.World(
        lambda user, server: WRITING, lambda: NOW, lambda seconds: None, ca_file=_find_authority()
    )
    return sending.send_letters(workspace, APRIL, "issue", world, office, again)


def collect(workspace: Workspace) -> object:
    report = collecting.collect_mail(workspace, APRIL, READING, NOW)
    assert not report.broken, report.broken
    return report


def _find_authority() -> str:
    return os.environ["TASKXL_CA_FILE"]


# ---------------------------------------------------------------- the servers


class CountingServer(ScriptedServer):
    """Puts each letter into a folder when its end has come, before it says so."""

    def __init__(self, context: ssl.SSLContext, folder: Path) -> None:
        super().__init__(context, lambda count, name: None)
        self.folder = folder

    def _take_letter(self, lines: Lines) -> bytes:
        content = super()._take_letter(lines)
        (self.folder / f"{len(self.commands)}.eml").write_bytes(content)
        return content


@dataclass(frozen=True)
class Post:
    """The mail server in a process of its own: it serves one caller at a time."""

    port: int
    folder: Path

    def count(self) -> Counter[str]:
        """Return how many letters each office got, once the caller before has been done with."""
        with socket.create_connection(("127.0.0.1", self.port), 60) as caller:
            caller.recv(100)
        heads = [BytesHeaderParser().parsebytes(p.read_bytes()) for p in self.folder.iterdir()]
        return Counter(next(o for o in OFFICES if ADDRESSES[o] == head["To"]) for head in heads)

    def empty(self) -> None:
        for path in self.folder.iterdir():
            path.unlink()


@contextmanager
def run_post(root: Path) -> Iterator[Post]:
    """Run the mail server, apart so that no thread of it is there when a run is forked off."""
    authority = make_authority(root)
    os.environ["TASKXL_CA_FILE"] = authority.file
    folder = root / "寄到的信"
    folder.mkdir()
    server = CountingServer(authority.context(), folder)
    ending, alive = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(alive)
        server.thread.start()
        os.read(ending, 1)  # until this end is all there is, however the other one ended
        os._exit(0)
    os.close(ending)
    server.listener.close()
    try:
        yield Post(server.port, folder)
    finally:
        os.close(alive)
        os.waitpid(child, 0)


def fill_mailbox(server: Server) -> None:
    """Put letters into the mailbox: forms, one of them in a zip, a form twice, and small talk."""
    trusted = Path(_find_authority())
    trusted.write_bytes(trusted.read_bytes() + server.authority.read_bytes())
    files = [
        *((f"附件2-{number}.xlsx", content) for number, content in enumerate(ATTACHED)),
        ("附件2-又.xlsx", ATTACHED[0]),
        ("压缩.zip", pack({"表.xlsx": RETURN})),
    ]
    for number, file in enumerate(files):
        letter = make_letter(file, message_id=f"<{number}@t.example>")
        server.deliver(letter, datetime(2021, 4, 20, 9, number))
    server.deliver(make_letter(subject="收到"), datetime(2021, 4, 21))


# ---------------------------------------------------------------- the bureau


def make_start(root: Path, post: Post, mailbox: Server | None) -> Workspace:
    """Make a workspace in which issue and merge replace something: forms issued, a return merged.

    Then two more returns came, the list was changed and the summary corrected by hand.
    """
    workspace = make_workspace(root)
    words = Words()
    came = datetime(2021, 4, 21, 9, 0).timestamp()
    for number, office in enumerate(OFFICES):
        form = workspace.form_path(office, APRIL)
        target = workspace.returns_folder(APRIL) / form.name
        fill_words(form, target, office, words)
        os.utime(target, (came, came))
        if number == 0:
            merge(workspace)
    master, _ = load_master(workspace)
    tasks = tuple(replace(task, title=f"{task.title}（调整）") for task in master.tasks)
    settings = replace(
        master.settings,
        mail_server="127.0.0.1",
        mail_port=post.port,
        mail_sender="bgs@y.example",
        mail_pause=0,
        mail_user=USER,
        inbox_server="localhost",
        inbox_port=mailbox.port if mailbox else 993,
    )
    offices = tuple(replace(one, mails=(ADDRESSES[one.name],)) for one in master.offices)
    changed = replace(master, tasks=tasks, settings=settings, offices=offices)
    workspace.master_path.write_bytes(write_master(changed))
    summary = workspace.summary_path(APRIL)
    book = openpyxl.load_workbook(summary)
    cells = (cell for row in book["汇总表"].iter_rows() for cell in row)
    word = next(w for w, place in words.typed.items() if place == ("办公室", "2", "progress"))
    (cell,) = (one for one in cells if word in str(one.value))
    cell.value = CORRECTION
    book.save(summary)
    return workspace


def run_killed(deed: Deed, workspace: Workspace, seconds: float) -> bool:
    """Run a deed in a process of its own that dies after so long; tell whether it was killed."""
    child = os.fork()
    if child == 0:
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_REAL, seconds)
        try:
            deed(workspace)
        except BaseException as error:
            print(repr(error), file=sys.stderr, flush=True)
            os._exit(1)
        os._exit(0)
    status = os.waitpid(child, 0)[1]
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0, "the run itself failed"
    return os.WIFSIGNALED(status)


def read_tree(workspace: Workspace) -> dict[str, bytes]:
    """Return every file but the ledger's and SQLite's own beside it."""
    return {
        path.relative_to(workspace.root).as_posix(): path.read_bytes()
        for path in sorted(workspace.root.rglob("*"))
        if path.is_file() and not path.name.startswith(workspace.ledger_path.name)
    }


def read_records(workspace: Workspace) -> list[object]:
    """Return what the ledger holds, whatever the bytes of its file."""
    with closing(connect(workspace.ledger_path)) as database:
        return [
            database.execute(f"SELECT * FROM {table} ORDER BY 1").fetchall()
            for table in (
                "master_lists",
                "forms",
                "files",
                "merges",
                "revisions",
                "summaries",
                "letters",
                "messages",
            )
        ] + [
            database.execute("SELECT digest, size FROM blobs ORDER BY 1").fetchall(),
            # Without the outcome: of a file that a killed run had put there it is another.
            database.execute(
                "SELECT id, message, name, digest, period, file FROM attachments ORDER BY 1"
            ).fetchall(),
        ]


def check(workspace: Workspace, before: dict[str, bytes], after: dict[str, bytes]) -> None:
    """Check what a killed run left: a ledger that is whole, and files old or new."""
    with open_ledger(workspace.ledger_path) as ledger:
        assert verify_ledger(ledger) == ()
    for name, content in read_tree(workspace).items():
        if not name.split("/")[-1].startswith(".taskxl"):
            assert content in (before.get(name), after.get(name)), f"{name} is neither old nor new"


def settle_letters(workspace: Workspace, post: Post, tally: Tally) -> list[str]:
    """Go on with the letters where the killed run stopped; return who has certainly got none.

    None goes out twice, and every office without its letter is named as being in doubt.
    """
    report = mail(workspace)
    got = post.count()
    assert set(got.values()) <= {1}, f"a letter went out twice: {got}"
    assert not report.left
    lost = [office for office in OFFICES if office not in got]
    assert set(lost) <= set(report.doubtful), "a letter got lost and nobody was told"
    tally.doubtful += len(report.doubtful)
    tally.arrived += len(set(report.doubtful) & set(got))
    return lost


def send_again(workspace: Workspace, post: Post, lost: list[str]) -> None:
    """Do as the screen says: those who have not got theirs get it by --again --office."""
    for office in lost:
        mail(workspace, office, again=True)
    assert post.count() == dict.fromkeys(OFFICES, 1)
    assert not mail(workspace).deliveries


def run_rounds(rounds: int, seed: int, root: Path) -> Tally:
    """Kill `rounds` runs, one command after the other; return what became of them."""
    with ExitStack() as servers:
        post = servers.enter_context(run_post(root))
        mailbox = servers.enter_context(run_dovecot()) if Path(DOVECOT).exists() else None
        if mailbox:
            fill_mailbox(mailbox)
        deeds: list[Deed] = [issue, merge, mail, *([collect] if mailbox else [])]
        return _run_rounds(
            rounds, seed, root, deeds, post, make_start(root / "起点", post, mailbox)
        )


def _run_rounds(
    rounds: int, seed: int, root: Path, deeds: list[Deed], post: Post, start: Workspace
) -> Tally:
    chance = random.Random(seed)
    before = read_tree(start)
    undisturbed, spans = {}, {}
    for deed in deeds:
        workspace = Workspace(root / deed.__name__)
        shutil.copytree(start.root, workspace.root)
        deed(workspace)  # loads what it needs, so that the time taken is that of its work
        took = 600.0
        for _ in range(2):  # the quicker of two: the machine may be busy with something else
            shutil.rmtree(workspace.root)
            shutil.copytree(start.root, workspace.root)
            post.empty()
            began = time.monotonic()
            assert not run_killed(deed, workspace, 600)
            took = min(took, time.monotonic() - began)
        undisturbed[deed] = (read_tree(workspace), read_records(workspace))
        spans[deed] = took
    tally = Tally(rounds)
    for number in range(rounds):
        deed = deeds[number % len(deeds)]
        after, records = undisturbed[deed]
        took = spans[deed]
        workspace = Workspace(root / f"第{number}次")
        shutil.copytree(start.root, workspace.root)
        post.empty()
        # The last third, where things are written, as often as all before.
        moment = chance.choice((chance.uniform(0.001, took), chance.uniform(took * 2 / 3, took)))
        began = time.monotonic()
        if run_killed(deed, workspace, moment):
            tally.killed[deed.__name__] += 1
        else:  # the machine has less else to do than when the time was taken
            spans[deed] = min(took, time.monotonic() - began)
        check(workspace, before, after)
        lost: list[str] = []
        if deed is mail:
            lost = settle_letters(workspace, post, tally)
        else:
            deed(workspace)
        if deed is merge:
            with open_ledger(workspace.ledger_path) as ledger:
                month = ledger.month(APRIL)
            assert month is not None
            assert [one.now for one in month.revisions] == [CORRECTION]
        assert read_tree(workspace) == after, "running again gives something else"
        assert read_records(workspace) == records, "the ledger holds something else"
        if deed is mail:
            send_again(workspace, post, lost)
            with open_ledger(workspace.ledger_path) as ledger:
                assert verify_ledger(ledger) == ()
        shutil.rmtree(workspace.root)
    return tally


if __name__ == "__main__":
    # Workers of a run that is killed end with it; to start them takes most of a round's time.
    reading = read_in_process if "--here" in sys.argv else nullcontext
    with tempfile.TemporaryDirectory() as folder, reading():
        count, first = (int(argument) for argument in sys.argv[1:3])
        done = run_rounds(count, first, Path(folder))
        each = ", ".join(f"{name} {number}" for name, number in done.killed.items())
        print(f"{done.killed.total()} of {count} killed in time ({each}); ", end="")
        print(f"{done.doubtful} letters left in doubt, {done.arrived} of them had arrived")
