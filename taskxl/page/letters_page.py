"""信件: letters as they would go out, sent after a clear question; returns out of the mailbox."""

import time
from typing import cast, get_args
from urllib.parse import quote

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.responses import Response

from taskxl.desk.collecting import collect_mail
from taskxl.desk.drafting import draft_letters
from taskxl.desk.letter_views import LettersView, answer_password, asks_password, view_letters
from taskxl.desk.mail_checking import check_mail
from taskxl.desk.merging import look_at_month
from taskxl.desk.pasting import compose_pastes, write_pastes
from taskxl.desk.sending import Delivery, SendReport, World, send_letters
from taskxl.errors import TaskxlError
from taskxl.ledger import LetterKind
from taskxl.mail.certificates import find_authority
from taskxl.page.asking_page import Ask, text_of
from taskxl.page.jobs import Progress, Said, Tone
from taskxl.page.month_page import paged, standing_of
from taskxl.text import show

KINDS = {"issue": "下发", "remind": "催报", "send-back": "退回更正"}
_LETTERS = 50
"""Letters on one page."""
_FATES: dict[str, tuple[str, Tone]] = {
    "sent": ("已发出", "done"),
    "deferred": ("没有发成，留着再发", "warn"),
    "refused": ("被拒", "bad"),
    "unknown": ("不知道发出去没有", "warn"),
}


def _kind(ask: Ask) -> LetterKind:
    kind = ask.request.path_params["kind"]
    if kind not in get_args(LetterKind):
        raise HTTPException(404)
    return cast("LetterKind", kind)


def show_letters(ask: Ask) -> Response:
    """Lead to the letters that are wanted most now: reminders."""
    return ask.go(ask.path("letters", "remind"))


def show_kind(ask: Ask) -> Response:
    """Show the letters of a kind, each as it would go out."""
    return _show(ask, "letters.html")


def ask_sending(ask: Ask) -> Response:
    """Ask whether letters are really to be sent: to whom, how many, and the password."""
    return _show(ask, "letters_send.html")


def _show(ask: Ask, template: str) -> Response:
    view = _view(ask, _kind(ask), ask.query("office"))
    return ask.show(
        template,
        view=view,
        table=paged(ask, list(view.lines), _LETTERS),
        kinds=KINDS,
        office=ask.query("office"),
        password=asks_password(ask.here.workspace),
        word=ask.house.master(ask.here).settings.office_word,
        inbox=ask.house.master(ask.here).settings.inbox_server,
    )


def _view(ask: Ask, kind: LetterKind, office: str) -> LettersView:
    month = standing_of(ask)[0].month if kind != "issue" else None
    today = ask.house.clock.today()
    return view_letters(ask.here.workspace, ask.month, kind, today, office, month)


def draft(ask: Ask, form: FormData) -> Response:
    """Write the letters as drafts, to be opened in a mail program and sent by hand."""
    kind, office, seen = _kind(ask), ask.query("office") or None, text_of(form, "seen")

    def work(progress: Progress) -> list[Said]:
        now = ask.house.clock.now()
        report = draft_letters(ask.here.workspace, ask.month, kind, office, now, progress, seen)
        said = [Said(f"草稿 {len(report.files)} 封，在“{show(report.folder)}”。", tone="done")]
        if kind != "issue":
            pastes = compose_pastes(report.batch, now.date())
            path = write_pastes(ask.here.workspace, pastes, kind, ask.month, office)
            said += [Said(f"可以粘贴的文字在“{show(path)}”。", tone="done")] if path else []
        said += [Said("不再需要，没有删除", show(one.name), "warn") for one in report.stale]
        return said + [Said(note, tone="warn") for note in report.batch.notes]

    back = ask.path("letters", kind)
    return ask.work("写信件草稿", work, back, again=f"{back}?office={quote(office or '')}")


def send(ask: Ask, form: FormData) -> Response:
    """Send the letters that have not gone out yet, after the question was answered."""
    kind, office, seen = _kind(ask), ask.query("office") or None, text_of(form, "seen")
    if text_of(form, "sure") != "1":
        raise TaskxlError("没有打勾确认，一封也没有发。")
    given = text_of(form, "password")
    expected = len(_view(ask, kind, office or "").to_send)

    def work(progress: Progress) -> list[Said]:
        done = 0

        def tell(delivery: Delivery) -> None:
            nonlocal done
            done += 1
            progress(done, max(done, expected))

        world = World(
            lambda user, server: _password(given, user, server),
            ask.house.clock.now,
            time.sleep,
            tell,
            find_authority(),
        )
        report = send_letters(ask.here.workspace, ask.month, kind, world, office, seen=seen)
        return _say_report(report)

    back = ask.path("letters", kind)
    return ask.work("发信", work, back, again=f"{back}/ask?office={quote(office or '')}")


def _password(given: str, user: str, server: str) -> str:
    password = answer_password(given, user, server)
    if not password:
        raise TaskxlError(f"没有邮箱 {show(user)} 的密码（授权码），一封也没有发。请填上再发。")
    return password


def _say_report(report: SendReport) -> list[Said]:
    said = []
    for one in report.deliveries:
        word, tone = _FATES[one.outcome.result]
        detail = f"：{one.outcome.detail}" if one.outcome.detail else ""
        said.append(Said(f"{word}{detail}", one.letter.office, tone))
    said += [Said("以前已发，没有再发", office) for office in report.already]
    said += [
        Said("不知道上次那封发出去没有，为免重复没有再发。请问一下对方", office, "warn")
        for office in report.doubtful
    ]
    said += [Said("还没有发，可以再点一次接着发", office, "warn") for office in report.left]
    said += [Said(report.stopped, tone="bad")] if report.stopped else []
    return said + [Said(note, tone="warn") for note in report.notes] or [Said("没有要发的信。")]


def check(ask: Ask, form: FormData) -> Response:
    """Try both mail servers; nothing is sent."""
    given = text_of(form, "password")

    def work(progress: Progress) -> list[Said]:
        said = []
        trials = check_mail(
            ask.here.workspace,
            lambda user, server: _password(given, user, server),
            find_authority(),
        )
        for number, one in enumerate(trials, 1):
            word = "可以" if one.works else "不行"
            said.append(Said(f"{word}：{one.detail}", one.what, "done" if one.works else "bad"))
            progress(number, number + 1)
        return said

    return ask.work("试邮箱", work, ask.path("letters", "remind"))


def collect(ask: Ask, form: FormData) -> Response:
    """Put what hangs on new letters of the mailbox into 回收/."""
    given = text_of(form, "password")
    settings = ask.house.master(ask.here).settings
    user = settings.mail_user or settings.mail_sender

    def work(progress: Progress) -> list[Said]:
        secret = lambda: _password(given, user, settings.inbox_server)  # noqa: E731 - a Secret
        now = ask.house.clock.now()
        report = collect_mail(ask.here.workspace, ask.month, secret, now, progress)
        said = [
            Said(
                show(f"{line.attachment} {line.outcome}".strip()),
                show(line.sender, 30),
                "done" if line.fate == "taken" else "warn" if line.fate == "refused" else "",
            )
            for line in report.lines
            if line.fate != "none"
        ]
        month = look_at_month(ask.here.workspace, ask.month, None, ask.house.clock.today())
        ask.house.months.put(ask.here.workspace, month)
        taken = sum(line.fate == "taken" for line in report.lines)
        said.insert(0, Said(f"从邮箱收下 {taken} 个附件。", tone="done" if taken else ""))
        said += [Said(report.broken, tone="bad")] if report.broken else []
        return said + [Said(note, tone="warn") for note in report.notes]

    return ask.work("从邮箱收表", work, ask.path(""))
