"""本月: where the month stands, what comes next, returns dropped onto it."""

from contextlib import suppress
from datetime import datetime
from typing import Any

from starlette.datastructures import FormData, UploadFile
from starlette.responses import FileResponse, Response

from taskxl.dates.year import year_periods
from taskxl.desk.bulletin import write_bulletin
from taskxl.desk.clean_copies import write_clean
from taskxl.desk.dropping import (
    DroppedFile,
    Landed,
    describe_moment,
    drop_returns,
    register_offices,
    try_return,
)
from taskxl.desk.issuing import issue_forms
from taskxl.desk.lost_months import was_issued
from taskxl.desk.merging import merge_returns
from taskxl.desk.months import require_month
from taskxl.desk.overview import FileLine, describe_file, list_files
from taskxl.desk.proving import describe_faults, prove_month, sum_up_proof
from taskxl.desk.registering import list_registrable, register_return
from taskxl.desk.standing import MonthStanding, recall_standing
from taskxl.errors import TaskxlError
from taskxl.findings import SEVERITY_WORDS
from taskxl.model import Month, Period
from taskxl.page.asking_page import Ask, text_of
from taskxl.page.jobs import Progress, Said, Tone
from taskxl.page.odd_requests import number_of
from taskxl.page.spaces import House, Space
from taskxl.text import show
from taskxl.workspace.folder import Workspace

ROWS = 100
"""Rows of a table on one page; a bureau has a dozen offices, a city may have a thousand."""
_LATEST = 32_503_680_000_000
"""The year 3000 in milliseconds; later moments Windows does not take."""
STEPS = {
    "issue": "下发",
    "merge": "汇总",
    "merge --clean": "写定稿",
    "mail remind": "催报",
    "send-back": "退回更正",
    "prove": "核对",
    "bulletin": "写通报",
}
"""What a button says of a step, by its command."""
READING = "读收到的表"
"""What is done with files that lie in 回收/ already: it only tells of them, and waits its turn."""
_TONES: dict[str, Tone] = {"error": "bad", "warning": "warn", "info": ""}


def paged(ask: Ask, rows: list[Any], size: int = ROWS) -> dict[str, Any]:
    """Return one page of rows, which one it is and of how many."""
    pages = max(1, -(-len(rows) // size))
    page = min(number_of(ask.query("page"), 1, 99_999) or 1, pages)
    return {"rows": rows[(page - 1) * size : page * size], "page": page, "pages": pages}


def show_space(ask: Ask) -> Response:
    """Lead to the latest month; where none was issued yet, show how to issue the first.

    A month that was issued leads there even where its folder is not in its place.
    """
    settings = ask.house.master(ask.here).settings
    for period in reversed(tuple(year_periods(settings))):
        if was_issued(ask.here.workspace, period):
            return ask.go(ask.path(period.key, ""))
    return ask.show("first_month.html", next_period=ask.house.next_period(ask.here))


def show_month(ask: Ask) -> Response:
    """Show 本月."""
    look = ask.house.months.look(ask.here.workspace, ask.month)
    if look.error:
        raise TaskxlError(look.error)
    standing = look.standing
    if standing is None:
        return ask.show("month_waiting.html")
    seen = ask.house.months.sum_up(ask.here.workspace, standing)
    steps = [_button(ask, command, why) for command, why in standing.steps]
    if standing.merges and not any(one["post"].endswith("/do/merge") for one in steps):
        # What was written into the summary since nobody sees before it is merged again.
        again = {"href": "", "post": ask.path("do", "merge"), "label": "重新汇总"}
        steps.append({**again, "why": "在汇总表里改过，或者想再看一遍，就再汇总一次"})
    return ask.show(
        "month.html",
        standing=standing,
        waiting=look.waiting,
        seen=seen,
        table=paged(ask, list(seen.rows)),
        steps=steps,
        files=_list_written(ask.here.workspace, ask.month),
        moment=describe_moment,
        strays=[] if look.waiting else ask.house.months.strays(ask.here.workspace, standing.month),
    )


def prepare_month(house: House, space: Space) -> None:
    """Load what the first page of a workspace needs, and begin to look at its latest month."""
    with suppress(TaskxlError):
        periods = house.periods(space)
        if periods:
            standing = recall_standing(space.workspace, periods[0], house.clock.today())
            if standing is not None:
                house.months.sum_up(space.workspace, standing)
            house.months.look(space.workspace, periods[0], 0.0)


def _button(ask: Ask, command: str, why: str) -> dict[str, str]:
    """Return a step as a button: what it says, why, and whether it is a page or is done at once."""
    words = command.split()
    name = next(one for one in STEPS if set(one.split()) <= set(words) and words[0] in one)
    if "--clean" in words:
        name = "merge --clean"
    month = next(word for word in words if word.isdecimal())
    key = f"{ask.month.year}-{int(month):02d}"
    label = STEPS[name] if key == ask.month.key else f"{STEPS[name]} {int(month)}月"
    base = f"{ask.house.door.base}/{ask.here.name}/{key}"
    if name in ("mail remind", "send-back"):
        href, post = f"{base}/letters/{name.split()[-1]}", ""
    else:
        href, post = "", f"{base}/do/{name.replace(' --', '-')}"
    return {"href": href, "post": post, "label": label, "why": why}


def _list_written(workspace: Workspace, period: Period) -> list[tuple[str, str]]:
    """Return the files of a month that can be fetched: kind and name."""
    kinds = {
        "summary": workspace.summary_path(period),
        "clean": workspace.summary_path(period).with_stem(
            f"{workspace.summary_path(period).stem}（定稿）"
        ),
        "bulletin": workspace.bulletin_path(period),
    }
    return [(kind, path.name) for kind, path in kinds.items() if path.is_file()]


def fetch_file(ask: Ask) -> Response:
    """Return a file of the month to be kept or opened, by its kind and never by a path."""
    kind = ask.request.path_params["kind"]
    known = dict(_list_written(ask.here.workspace, ask.month))
    if kind not in known:
        step = STEPS.get({"summary": "merge", "clean": "merge --clean"}.get(kind, kind), "汇总")
        raise TaskxlError(f"还没有这个文件。请先{step}。")
    path = ask.here.workspace.merge_folder(ask.month) / known[kind]
    return FileResponse(path, filename=path.name)


# ---------------------------------------------------------------- steps


def do_step(ask: Ask, form: FormData) -> Response:
    """Do a step of the month: issue, merge, prove, write the clean copy or the bulletin."""
    return start_step(ask, ask.request.path_params["step"])


def start_step(ask: Ask, step: str) -> Response:
    """Start a step of the month by its name."""
    done = {
        "issue": ("下发", _issue),
        "merge": ("汇总", _merge),
        "merge-clean": ("写定稿", _clean),
        "prove": ("核对", _prove),
        "bulletin": ("写通报", _bulletin),
    }.get(step)
    if done is None:
        raise TaskxlError("没有这一步。")
    label, work = done
    return ask.work(label, lambda progress: work(ask, progress), ask.path(""))


def issue_month(ask: Ask, form: FormData) -> Response:
    """Issue the forms of the month that a form names."""
    period = ask.house.period(ask.here, text_of(form, "month"))
    there = Ask(ask.house, ask.request, ask.csrf, ask.here, period)
    return start_step(there, "issue")


def _issue(ask: Ask, progress: Progress) -> list[Said]:
    report = issue_forms(ask.here.workspace, ask.month, None, ask.house.clock.now())
    said = [Said(note, tone="warn") for note in report.notes]
    said += [Said("改写了，请重新发", show(path.name), "warn") for path in report.replaced]
    said += [Said("清单里已没有它的任务，没有删除", show(one.name), "warn") for one in report.stale]
    told = f"写好 {len(report.written)} 份，没有变化 {len(report.unchanged)} 份"
    return [Said(f"{told}。表在“{show(report.folder)}”，可以发下去了。", tone="done"), *said]


def _merge(ask: Ask, progress: Progress) -> list[Said]:
    report = merge_returns(ask.here.workspace, ask.month, progress, ask.house.clock.now())
    ask.house.months.put(ask.here.workspace, report.month)
    verb = "写好了" if report.written else "没有变化："
    said = [Said(f"汇总{verb}“{show(report.summary.name)}”。", tone="done")]
    return said + [Said(note, tone="warn") for note in report.notes]


def _clean(ask: Ask, progress: Progress) -> list[Said]:
    now = ask.house.clock.now()
    report = merge_returns(ask.here.workspace, ask.month, progress, now)
    copy = write_clean(ask.here.workspace, report.month, now)
    ask.house.months.put(ask.here.workspace, report.month)
    verb = "写好了" if copy.written else "没有变化："
    said = [Said(f"定稿{verb}“{show(copy.path.name)}”。", tone="done")]
    return said + [Said(note, tone="warn") for note in (*report.notes, *copy.notes)]


def _prove(ask: Ask, progress: Progress) -> list[Said]:
    proof = prove_month(ask.here.workspace, ask.month, progress)
    said = [Said(sum_up_proof(proof, ask.month), tone="done" if proof.holds else "bad")]
    return said + [Said(line, tone="bad") for line in describe_faults(proof, ask.month)]


def _bulletin(ask: Ask, progress: Progress) -> list[Said]:
    report = write_bulletin(ask.here.workspace, ask.month, ask.house.clock.now())
    said = [Said(f"通报写好了“{show(report.path.name)}”。", tone="done")]
    return said + [Said(note, tone="warn") for note in report.notes]


# ---------------------------------------------------------------- returns


def _dropped(form: FormData) -> list[DroppedFile]:
    """Return the files of a form, each with its time where the form names those of all."""
    files = [one for one in form.getlist("files") if isinstance(one, UploadFile)]
    times = [_read_time(str(one)) for one in form.getlist("times")]
    times = times if len(times) == len(files) else [None] * len(files)
    return [
        DroppedFile(one.filename, one.file, moment)
        for one, moment in zip(files, times, strict=True)
        if one.filename
    ]


def _read_time(text: str) -> datetime | None:
    """Return a moment that a browser gives in milliseconds since 1970, as clocks here show it."""
    moment = number_of(text, 1, _LATEST)
    if moment is None:
        return None
    return datetime.fromtimestamp(moment / 1000)  # noqa: DTZ006 - local, as file times are shown


def drop(ask: Ask, form: FormData) -> Response:
    """Put dropped files under 回收/, then say of each whose it is and what became of it."""
    dropped = _dropped(form)
    if not dropped:
        raise TaskxlError("没有收到文件。请选择文件，或把它们拖到“收表”一栏里。")
    running = ask.house.jobs.running(ask.here.name)
    if running is not None and running.label != READING:
        raise TaskxlError(f"正在{running.label}，请等它做完再收。")
    landed = drop_returns(ask.here.workspace, ask.month, dropped, ask.house.clock.now())
    today = ask.house.clock.today()

    def work(progress: Progress) -> list[Said]:
        from taskxl.desk.merging import look_at_month

        month = look_at_month(ask.here.workspace, ask.month, progress, today)
        ask.house.months.put(ask.here.workspace, month)
        return [said for one in landed for said in _say_landed(month, one)]

    return ask.work(READING, work, ask.path(""), waits=True)


def _say_landed(month: Month, landed: Landed) -> list[Said]:
    name = show(landed.name, 60)
    if landed.fate == "refused":
        return [Said(landed.why, name, "bad")]
    if landed.fate == "held":
        return [Said(f"已经收过，在回收里叫“{show(landed.file, 60)}”", name)]
    lines = describe_file(month, landed.file)
    return [_say_file(one, name if one.file == landed.file else "") for one in lines]


def _say_file(line: FileLine, name: str = "") -> Said:
    told = "，".join(filter(None, [line.office and f"→ {line.office}", line.word, line.why]))
    return Said(told, name or show(line.file, 60), "" if line.tone == "" else line.tone)


def try_file(ask: Ask, form: FormData) -> Response:
    """Say what would be said of a file; it is recorded nowhere."""
    dropped = _dropped(form)
    if len(dropped) != 1:
        raise TaskxlError("试读一次只读一个文件。请选择一个。")
    # The form's own files are gone when the answer is given: the work goes on without it.
    month = try_return(ask.here.workspace, ask.month, dropped[0], ask.house.clock.now())
    said = [_say_file(one) for one in describe_file(month, month.files[0].file)]
    seen = {one.file for one in month.files}
    own = [one for one in month.findings if one.file in seen]
    said += [
        Said(f"{SEVERITY_WORDS[one.severity]}：{one.message}", one.place, _TONES[one.severity])
        for one in own
    ]
    return ask.show("tried.html", said=said, name=dropped[0].name)


def show_files(ask: Ask) -> Response:
    """Show every file that came and what became of it."""
    standing, waiting = standing_of(ask)
    lines = list_files(standing.month)
    return ask.show("files.html", table=paged(ask, lines), waiting=waiting, total=len(lines))


def standing_of(ask: Ask) -> tuple[MonthStanding, bool]:
    """Return where the month stands, and whether that is an earlier state of it.

    Raises TaskxlError where nothing is known of it.
    """
    look = ask.house.months.look(ask.here.workspace, ask.month, 20.0)
    if look.standing is None:
        raise TaskxlError(look.error or "还在看这个月的表，请稍后刷新。")
    return look.standing, look.waiting


def look_now(ask: Ask, progress: Progress) -> Month:
    """Return the month as it stands at this moment, however long it takes to look at it.

    Raises TaskxlError where it cannot be looked at.
    """
    while True:
        look = ask.house.months.look(ask.here.workspace, ask.month, 0.5)
        if look.error:
            raise TaskxlError(look.error)
        if look.standing is not None and not look.waiting:
            return look.standing.month
        progress(0, 0)


def show_register(ask: Ask) -> Response:
    """Show the form on which a return is registered by hand."""
    require_month(ask.here.workspace, ask.month)
    offices = register_offices(ask.here.workspace, ask.month)
    files = list_registrable(ask.here.workspace, ask.month)
    name = ask.query("file").split(".zip/")[0] + (".zip" if ".zip/" in ask.query("file") else "")
    return ask.show(
        "register.html",
        offices=offices,
        files=files,
        name=name,
        office=ask.query("office"),
        now=f"{ask.house.clock.now():%Y-%m-%dT%H:%M}",
    )


def register(ask: Ask, form: FormData) -> Response:
    """Register whose a file is, when and how it came."""
    moment = None
    if told := text_of(form, "at").strip():
        try:
            moment = datetime.fromisoformat(told).replace(tzinfo=None)
        except ValueError:
            raise TaskxlError(f"时间“{show(told, 20)}”看不懂。请写成 2026-04-24 17:00。") from None
        if moment > ask.house.clock.now():
            raise TaskxlError("收到的时间还没有到。请改一改再登记。")
    seen, _, name = text_of(form, "file").partition(":")
    if name not in ask.here.workspace.list_returns(ask.month):
        raise TaskxlError("回收里没有这个文件。请先把它拖进来，再登记。")
    done = register_return(
        ask.here.workspace,
        ask.month,
        ask.here.workspace.returns_folder(ask.month) / name,
        ask.house.clock.now(),
        is_there=True,
        office=text_of(form, "office") or None,
        at=moment,
        note=text_of(form, "note").strip(),
        seen=seen,
    )

    def work(progress: Progress) -> list[Said]:
        from taskxl.desk.merging import look_at_month

        today = ask.house.clock.today()
        month = look_at_month(ask.here.workspace, ask.month, progress, today)
        ask.house.months.put(ask.here.workspace, month)
        said = Said("已登记。", show(done.receipt.name), "done")
        return [said, *(_say_file(one) for one in describe_file(month, done.receipt.name))]

    return ask.work(READING, work, ask.path(""), waits=True)
