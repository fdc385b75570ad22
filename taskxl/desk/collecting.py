"""Returns out of the mailbox, or out of a folder of saved letters, into 回收/ with an account."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from hashlib import sha256
from pathlib import Path, PurePosixPath

from taskxl.dates.year import year_periods
from taskxl.desk.lists import load_master
from taskxl.desk.received import FOLDER, CollectReport, Taking
from taskxl.desk.return_files import Progress
from taskxl.errors import TaskxlError
from taskxl.intake.gate import Refusal, read_once
from taskxl.intake.refusals import MB, Limits, Refused
from taskxl.intake.workers import read_isolated
from taskxl.ledger import Ledger, open_ledger
from taskxl.ledger.incoming import NOT_FETCHED, TOO_LARGE, UNREADABLE, CollectedMessage, known_keys
from taskxl.mail.certificates import find_authority
from taskxl.mail.imap import Account
from taskxl.mail.inbox import Declined, Head, Mailbox, Unanswered, open_mailbox
from taskxl.mail.messages import MESSAGE_BYTES, ReceivedLetter, open_letter
from taskxl.mail.passwords import Secret
from taskxl.mail.saved import Saved, open_saved
from taskxl.merge.versions import local_moment
from taskxl.model import Period, Settings
from taskxl.paths import reach
from taskxl.text import show
from taskxl.workspace.folder import Workspace, list_returns
from taskxl.workspace.lock import hold_workspace

_LIMITS = Limits(seconds=20.0)
# Letters that are described, and recorded, together; and those that are opened together.
_DESCRIBED, _OPENED, _OPENED_BYTES = 1000, 400, 64 * MB
# Letters in a row that may break the connection before the mailbox is left.
_PATIENCE = 3
_HEAD_BYTES = 1 << 16
# A server's own Received goes before the time at which the letter got into this folder, which
# moving or importing it may set anew; but not a date from another age.
_MOVED = timedelta(days=40)
_UNREADABLE = f"{UNREADABLE}，留在邮箱里。请打开邮箱查看，需要时把附件另存后放进回收"


def find_account(workspace: Workspace, period: Period) -> Account:
    """Return the mailbox out of which a period's returns come, before a password is asked for.

    Raises TaskxlError where 设置 names none, or the period has no folder.
    """
    _require_issued(workspace, period)
    settings = load_master(workspace)[0].settings
    user = settings.mail_user or settings.mail_sender
    missing = [
        word
        for word, value in (
            ("收信服务器", settings.inbox_server),
            ("邮箱登录名（或发件邮箱）", user),
        )
        if not value
    ]
    if missing:
        raise TaskxlError(
            f"主清单.xlsx〔设置〕里没有填：{'、'.join(missing)}。请填好后再运行；"
            "不从邮箱收表时，可以用 taskxl collect --from 文件夹。"
        )
    server, port, folder = settings.inbox_server, settings.inbox_port, settings.inbox_folder
    return Account(server, port, user, folder, find_authority())


def collect_mail(
    workspace: Workspace,
    period: Period,
    password: Secret,
    now: datetime,
    progress: Progress = None,
) -> CollectReport:
    """Put what hangs on new letters of the mailbox into 回收/ of a period; record each letter.

    New is what was taken in since the period's first day, or since its forms went out where that
    was earlier, and is not in the ledger. A file is
    written before its letter is recorded; what a run that was cut off wrote is recognised by its
    content. `broken` of the report says why a run ended early; all before that is recorded.
    Raises TaskxlError where the mailbox cannot be opened, or the period has no folder.
    """
    account = find_account(workspace, period)
    with hold_workspace(workspace, "collect"), open_ledger(workspace.ledger_path) as ledger:
        master, _ = load_master(workspace)
        taking = Taking(workspace, ledger, period, master, now)
        taking.notes += _say_later(workspace, period, master.settings)
        with open_mailbox(account, password) as box:
            try:
                _collect_box(box, account, ledger, taking, period, progress)
            except TaskxlError as error:
                taking.broken = str(error)
            if master.settings.inbox_mark and not taking.broken:
                try:
                    box.mark_read(taking.collected)
                except TaskxlError as error:
                    taking.notes.append(str(error))
        return taking.report()


def collect_folder(
    workspace: Workspace, period: Period, folder: Path, now: datetime, progress: Progress = None
) -> CollectReport:
    """Put what somebody saved in a folder into 回收/ of a period; the folder itself is only read.

    Of .eml, .msg and winmail.dat what hangs on them, of anything else a copy with its time.
    What lies in 回收/ already, by content, is not put there again.
    Raises TaskxlError where there is no such folder, or it holds the workspace itself.
    """
    _require_issued(workspace, period)
    if not folder.is_dir():
        raise TaskxlError(f"没有文件夹“{show(folder)}”。请核对 --from 后面写的路径。")
    if workspace.root.resolve().is_relative_to(reach(folder).resolve()):
        raise TaskxlError(
            f"“{show(folder)}”里有工作区本身。请把要收的邮件和文件单独放在一个文件夹里。"
        )
    with hold_workspace(workspace, "collect"), open_ledger(workspace.ledger_path) as ledger:
        master, _ = load_master(workspace)
        taking = Taking(workspace, ledger, period, master, now)
        taking.notes += _say_later(workspace, period, master.settings)
        try:
            _collect_saved(folder, taking, progress)
        except TaskxlError as error:
            taking.broken = str(error)
        return taking.report()


def _require_issued(workspace: Workspace, period: Period) -> None:
    if not workspace.has_month(period):
        raise TaskxlError(
            f"{period.name}还没有下发：没有文件夹 {period.folder}。"
            f"请先运行 taskxl issue --month {period.month}。"
        )


def _say_later(workspace: Workspace, period: Period, settings: Settings) -> list[str]:
    """Say so where a later month is out: its returns would be taken for this one."""
    later = [p for p in year_periods(settings) if p > period and workspace.has_month(p)]
    if not later:
        return []
    return [
        f"{later[0].name}的表已经下发，这一次仍收进{period.name}的回收。如果里面有{later[0].month}月的表，"
        f"汇总会指出（R206），请把它移到{later[0].name}的回收。"
    ]


# ---------------------------------------------------------------- the mailbox


def _collect_box(
    box: Mailbox,
    account: Account,
    ledger: Ledger,
    taking: Taking,
    period: Period,
    progress: Progress,
) -> None:
    prefix = f"{box.validity}/"
    taking.source = account.source
    known = known_keys(ledger, account.source)
    since = min(period.first_day, ledger.first_issued(period) or period.first_day)
    listed = box.list_letters(since)
    uids = [u for u in listed if f"{prefix}{u}" not in known]
    there = {f"{prefix}{uid}" for uid in listed}
    taking.settle_gone(lambda key: key in there or _is_there(box, key))
    done = 0
    for at in range(0, len(uids), _DESCRIBED):
        chunk = uids[at : at + _DESCRIBED]
        heads = [head for head in box.survey(chunk) if _is_since(head, since)]
        letters = _read_heads(heads)
        left, whole = [], []
        for head in heads:
            letter = letters[head.uid]
            if head.size > MESSAGE_BYTES:
                size = -(-head.size // MB)
                outcome = f"{TOO_LARGE}（{size} MB），留在邮箱里。请打开邮箱，把附件另存后放进回收"
                left.append(taking.leave(head.uid, letter, head.received, outcome, "refused"))
            elif head.bare and not (taking.looks_like(letter) or letter.robot):
                left.append(taking.leave(head.uid, letter, head.received, "没有附件", "none"))
            else:
                # Also an office's letter without anything on it: its text may hold a link. And a
                # robot's, which may tell that one of ours came back.
                whole.append(head)
        taking.record(account.source, [(f"{prefix}{uid}", m) for uid, m in left])
        done += len(chunk) - len(heads) + len(left)
        for _ in _take_letters(box, account.source, whole, letters, taking):
            done += 1
            if progress:
                progress(done, len(uids))
        # What was listed is taken or named: nothing above may lose a letter without a word.
        for head in heads:
            if head.uid not in taking.named:
                _not_fetched(box, head, letters[head.uid], taking, "服务器没有给出内容")
        if progress:
            progress(done, len(uids))


def _is_there(box: Mailbox, key: str) -> bool:
    validity, _, uid = key.partition("/")
    return validity == str(box.validity) and box.holds(int(uid))


def _is_since(head: Head, since: date) -> bool:
    received = local_moment(head.received)
    return received is None or received.date() >= since


def _read_heads(heads: Sequence[Head]) -> dict[int, ReceivedLetter]:
    results = read_isolated(open_letter, True, [head.header for head in heads], limits=_LIMITS)
    return {
        head.uid: ReceivedLetter() if isinstance(result, Refusal) else result
        for head, (_, result) in zip(heads, results, strict=True)
    }


def _take_letters(
    box: Mailbox,
    source: str,
    heads: Sequence[Head],
    said: dict[int, ReceivedLetter],
    taking: Taking,
) -> Iterator[None]:
    """Download, open, place and record letters, some at a time."""
    for batch in _download(box, heads, said, taking):
        results = read_isolated(open_letter, False, [c for _, c in batch], limits=_LIMITS)
        done = []
        try:
            for (head, _), (_, result) in zip(batch, results, strict=True):
                message = _take_opened(head, result, said[head.uid], taking)
                done.append((f"{box.validity}/{head.uid}", message))
                yield
        finally:  # where a file could not be written, the letters before it are done
            taking.record(source, done)


def _take_opened(
    head: Head, result: ReceivedLetter | Refusal, said: ReceivedLetter, taking: Taking
) -> CollectedMessage:
    if isinstance(result, Refusal):
        outcome = f"{_UNREADABLE}（{result.code}）"
        return taking.leave(head.uid, said, head.received, outcome, "refused")[1]
    return taking.take(head.uid, result, _choose_moment(head.received, result))


def _download(
    box: Mailbox, heads: Sequence[Head], said: dict[int, ReceivedLetter], taking: Taking
) -> Iterator[list[tuple[Head, bytes]]]:
    batch: list[tuple[Head, bytes]] = []
    size = failed = 0
    for head in heads:
        try:
            content = box.download(head.uid)
            failed = 0
        except Declined as error:
            failed = 0
            why = f"服务器不给这封信{error.said}"
            _not_fetched(box, head, said[head.uid], taking, why)
            continue
        except Unanswered as error:
            failed += 1
            _not_fetched(box, head, said[head.uid], taking, "一取这封信连接就断")
            if failed >= _PATIENCE:
                yield batch
                raise box.cut_off() from error
            continue
        if content is None:
            if box.holds(head.uid):
                _not_fetched(box, head, said[head.uid], taking, "服务器没有给出内容")
            else:
                taking.leave(
                    head.uid, said[head.uid], head.received, "收取的时候已不在邮箱里", "refused"
                )
            continue
        if head.size == 0 and len(content) > MESSAGE_BYTES:
            why = f"太大（{-(-len(content) // MB)} MB）"
            _not_fetched(box, head, said[head.uid], taking, why)
            continue
        batch.append((head, content))
        size += len(content)
        if len(batch) >= _OPENED or size >= _OPENED_BYTES:
            yield batch
            batch, size = [], 0
    yield batch


def _not_fetched(box: Mailbox, head: Head, said: ReceivedLetter, taking: Taking, why: str) -> None:
    """Name a letter that lies in the mailbox and was not brought; the next run asks for it again.

    A letter without a subject is named by its number in the mailbox.
    """
    letter = said if said.subject else replace(said, subject=f"编号 {head.uid} 的信")
    outcome = f"{NOT_FETCHED}：{why}。下次再试，或打开邮箱把附件另存后放进回收"
    message = taking.leave(head.uid, letter, head.received, outcome, "refused")[1]
    taking.keep_open(f"{box.validity}/{head.uid}", message)


def _choose_moment(received: datetime | None, letter: ReceivedLetter) -> datetime | None:
    """Return when a letter came: what our own server says, not what the sender's clock says.

    INTERNALDATE is when it got into this folder; where it was moved or imported since, the
    topmost Received, which the same server wrote, is earlier and right.
    """
    arrived = letter.arrived_at
    if received is None or arrived is None:
        return received or arrived
    return arrived if received - _MOVED <= arrived < received else received


# ---------------------------------------------------------------- a folder


def _collect_saved(folder: Path, taking: Taking, progress: Progress) -> None:
    names = list_returns(folder)
    jobs = [folder / name for name in names]
    results = read_isolated(open_saved, None, jobs, limits=_LIMITS)
    number = 0
    for done, (name, (_, result)) in enumerate(zip(names, results, strict=True), 1):
        if isinstance(result, Refusal):
            number += 1
            _refuse_file(taking, number, folder / name, name, result)
        else:
            number = _take_saved(taking, number, name, result)
        if progress:
            progress(done, len(names))


def _refuse_file(taking: Taking, number: int, path: Path, name: str, refusal: Refusal) -> None:
    """Say why a file is not taken; of a letter that broke its reader, also whose it may be."""
    reason = f"{refusal.reason}（{refusal.code}）"
    if path.suffix.lower() != ".eml":
        taking.refuse_saved(number, name, reason)
        return
    try:
        content, _ = read_once(path)
    except Refused:
        taking.refuse_saved(number, name, reason)
        return
    ((_, head),) = read_isolated(open_letter, True, [content[:_HEAD_BYTES]], limits=_LIMITS)
    letter = ReceivedLetter() if isinstance(head, Refusal) else head
    taking.refuse_letter(number, name, sha256(content).hexdigest(), letter, reason)


def _take_saved(taking: Taking, number: int, name: str, saved: Saved) -> int:
    for one in saved.letters:
        number += 1
        label = f"{name}/{one.name}" if one.name else name
        if isinstance(one.letter, Refusal):
            reason = f"{one.letter.reason}（{one.letter.code}）"
            taking.refuse_letter(number, label, one.digest, one.head, reason)
            continue
        # No server tells when it came: the last one's Received, else the sender's own date.
        moment = taking.believe(one.letter.arrived_at or one.letter.sent_at)
        message = taking.take(number, one.letter, moment, label)
        taking.record(FOLDER, [(one.digest, message)])
    if saved.content is not None:
        number += 1
        taking.copy_saved(number, PurePosixPath(name), saved.content, saved.modified)
    return number
