"""任务: every task through the year, and the pen by which the 办公室 mends what stands there."""

from urllib.parse import quote

from starlette.datastructures import FormData
from starlette.responses import Response

from taskxl.desk.correcting import Correction, correct_texts
from taskxl.desk.task_views import FILTERS, look_at_task
from taskxl.errors import TaskxlError
from taskxl.merge.revisions import ENTRY_FIELDS, FIELD_WORDS
from taskxl.model import RevisionField
from taskxl.page.asking_page import Ask, text_of
from taskxl.page.jobs import Progress, Said
from taskxl.page.month_page import look_now, paged, standing_of
from taskxl.text import tidy
from taskxl.words import STATUSES

WORD_TONES = {
    "已完成": "done",
    "已销号": "done",
    "进度滞后": "warn",
    "状态不明": "warn",
    "未报送": "bad",
    "须重报": "bad",
}
"""How grave a task's word is; what its milestones say stands beside it."""


def show_tasks(ask: Ask) -> Response:
    """Show every task with its months side by side."""
    standing, waiting = standing_of(ask)
    chosen = ask.query("light")
    lines = list(ask.house.months.tasks(ask.here.workspace, standing, chosen))
    return ask.show(
        "tasks.html",
        table=paged(ask, lines),
        total=len(lines),
        everything=len(standing.month.master.tasks),
        chosen=chosen if chosen in FILTERS else "",
        filters=[(key, word) for key, (word, _) in FILTERS.items()],
        waiting=waiting,
        words=WORD_TONES,
        word=standing.month.master.settings.office_word,
    )


def show_task(ask: Ask) -> Response:
    """Show one task: its steps on the year's line, what offices say, and the pen."""
    standing, _ = standing_of(ask)
    past = ask.house.months.year(ask.here.workspace)
    past = tuple(one for one in past if one.period <= ask.month)
    view = look_at_task(standing.month, past, ask.query("id"))
    year = standing.month.period.year
    day = (standing.month.as_of - standing.month.as_of.replace(month=1, day=1)).days / 365
    return ask.show(
        "task.html",
        view=view,
        words=FIELD_WORDS,
        tones=WORD_TONES,
        statuses=STATUSES,
        year=year,
        today=day,
        as_of=standing.month.as_of,
        word=standing.month.master.settings.office_word,
    )


def correct(ask: Ask, form: FormData) -> Response:
    """Take over what was mended of a task, and merge the month with it."""
    task, office = text_of(form, "task"), text_of(form, "office")
    back = f"{ask.path('task')}?id={quote(task)}"
    changed = []
    fields: tuple[RevisionField, ...] = ENTRY_FIELDS if office else ("instructions",)
    for field in fields:
        if f"text-{field}" not in form:
            continue
        seen, text = text_of(form, f"seen-{field}"), text_of(form, f"text-{field}")
        newer = text_of(form, f"newer-{field}") if f"newer-{field}" in form else None
        if newer is not None or tidy(seen) != tidy(text):
            changed.append(Correction(task, office, field, seen, text, newer))
    if not changed:
        raise TaskxlError("没有改动。")

    def work(progress: Progress) -> list[Said]:
        # As it stands when it is this work's turn: another window may have corrected it meanwhile.
        month = look_now(ask, progress)
        now = ask.house.clock.now()
        report = correct_texts(ask.here.workspace, month, changed, now, progress)
        ask.house.months.put(ask.here.workspace, report.month)
        said = Said(
            f"改好了 {len(changed)} 处，汇总表里也是这样，标着【办公室修订】。", tone="done"
        )
        return [said, *(Said(note, tone="warn") for note in report.notes)]

    return ask.work("记下修订", work, back, form)
