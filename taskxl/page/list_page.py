"""清单: a task list dropped, looked at beside its source, made a workspace or taken over."""

from pathlib import Path
from urllib.parse import urlencode

from starlette.datastructures import FormData
from starlette.responses import Response

from taskxl.desk.deciding import mark_seen
from taskxl.desk.list_views import COLUMN_WORDS, ListView, view_lists, view_revised
from taskxl.desk.lists import check_workspace, count_tasks
from taskxl.desk.taking_over import compare_with_list, init_workspace, update_workspace
from taskxl.errors import TaskxlError
from taskxl.findings import SEVERITY_WORDS
from taskxl.master.reading.hints import Hints, make_hints
from taskxl.master.revising.differences import Difference
from taskxl.page.asking_page import Ask, text_of
from taskxl.page.jobs import Job, Progress, Said
from taskxl.page.month_page import paged
from taskxl.page.odd_requests import number_of
from taskxl.page.typed_in import typed_of
from taskxl.portable import folder_for_workspaces
from taskxl.text import safe_file_name, show
from taskxl.workspace.folder import Workspace

_ROWS = 60


def hints_of(ask: Ask) -> Hints:
    """Return what a person said of how the list is to be read, as it stands in the address."""
    said = ask.request.query_params.multi_items()
    columns = [f"{name[2:]}={value}" for name, value in said if name.startswith("c-") and value]
    header, level = number_of(ask.query("header"), 1, 1000), number_of(ask.query("level"), 1, 9)
    return make_hints(columns, header, level)


# ---------------------------------------------------------------- a new workspace


def drop_new(ask: Ask, form: FormData) -> Response:
    """Keep a dropped list aside and show how it is read."""
    name = ask.house.drafts.add(form)
    return ask.go(f"{ask.house.door.base}/new/{name}")


def show_new(ask: Ask) -> Response:
    """Show a list beside its source, before anything is written."""
    draft = ask.house.drafts.find(ask.request.path_params["draft"])
    hints = hints_of(ask)
    if hints not in draft.views:
        draft.views[hints] = view_lists(draft.paths, hints)
    view = draft.views[hints]
    year = view.task_list.year or ask.house.clock.today().year
    folder = folder_for_workspaces() / safe_file_name(f"{year}年重点工作")
    return _show_reading(ask, view, hints, folder=str(folder), differences=())


def make_new(ask: Ask, form: FormData) -> Response:
    """Make a workspace of a list, in the folder that was named."""
    draft = ask.house.drafts.find(ask.request.path_params["draft"])
    folder = _folder_named(text_of(form, "folder").strip())
    Workspace(folder).require_apart()
    hints = hints_of(ask)
    clock = ask.house.clock
    base = ask.house.door.base

    def work(progress: Progress) -> list[Said]:
        report = init_workspace(folder, draft.paths, clock.today().year, clock.now(), hints)
        if not report.created:
            raise TaskxlError(f"“{show(folder)}”刚才已经建成了工作区，没有再建。")
        space = ask.house.open_space(folder)
        job.back, job.space = f"{base}/{space.name}/", space.name
        said = f"建好了“{show(folder)}”：{count_tasks(report.tasks, report.word)}。"
        return [Said(said, tone="done"), *(Said(show(note), tone="warn") for note in report.notes)]

    job = Job("建工作区", "", f"{base}/", _address(ask), typed_of(form))
    return ask.follow(ask.house.jobs.run(job, work))


def _folder_named(text: str) -> Path:
    """Return the new or empty folder that a person names; raises TaskxlError where it is none."""
    try:
        folder = Path(text).expanduser()
        usable = folder.is_absolute()
    except (RuntimeError, ValueError):  # of a user whom this computer does not know
        usable = False
    if not usable:
        raise TaskxlError("请写完整的文件夹，如 D:\\2026年重点工作。")
    if folder.is_dir() and any(folder.iterdir()):
        raise TaskxlError(f"“{show(folder)}”里已有别的文件。请换一个新的或空的文件夹。")
    return folder


# ---------------------------------------------------------------- the list of a workspace


def show_list(ask: Ask) -> Response:
    """Show the list in use, what is doubtful in it, and where a revised one is dropped."""
    master = ask.house.master(ask.here)
    workspace, months = ask.here.workspace, ask.house.months
    mark = months.mark_workspace(workspace)
    findings = months.keep(workspace, "checked", mark, lambda: check_workspace(workspace))
    return ask.show(
        "list.html",
        table=paged(ask, list(master.tasks)),
        amount=count_tasks(master.tasks, master.settings.office_word),
        findings=findings,
        words=SEVERITY_WORDS,
        word=master.settings.office_word,
    )


def drop_revised(ask: Ask, form: FormData) -> Response:
    """Keep a dropped revised list aside and show how it is read and what it changes."""
    return ask.go(ask.path("list", ask.house.drafts.add(form)))


def show_revised(ask: Ask) -> Response:
    """Show a revised list beside its source, and its differences from the list in use."""
    draft = ask.house.drafts.find(ask.request.path_params["draft"])
    hints = hints_of(ask)
    workspace = ask.here.workspace
    if hints not in draft.views:
        draft.views[hints] = view_revised(workspace, draft.paths, hints)
    differences = compare_with_list(workspace, draft.paths, hints)
    return _show_reading(ask, draft.views[hints], hints, folder="", differences=differences)


def take_over(ask: Ask, form: FormData) -> Response:
    """Take a revised list over, but for the tasks that were not ticked."""
    draft = ask.house.drafts.find(ask.request.path_params["draft"])
    hints = hints_of(ask)
    known = {str(one) for one in form.getlist("known")}
    taken = {str(one) for one in form.getlist("take")}
    if not taken:
        raise TaskxlError("一处也没有选，没有更新。")
    workspace, seen = ask.here.workspace, text_of(form, "seen")

    def work(progress: Progress) -> list[Said]:
        now = ask.house.clock.now()
        report = update_workspace(workspace.root, draft.paths, now, hints, known - taken, seen)
        told = "主清单更新好了" if report.updated else "主清单没有变化"
        kept = f"，更新前的另存为“{show(report.aside.name)}”" if report.aside else ""
        amount = count_tasks(report.tasks, report.word)
        said = [Said(f"{told}{kept}：{amount}。", tone="done")]
        return said + [Said(show(note), tone="warn") for note in report.notes]

    return ask.work("更新主清单", work, ask.path("list"), form, _address(ask))


def _address(ask: Ask) -> str:
    """Return the address of a dropped list as it is read, from that of whatever is done with it."""
    draft, query = ask.request.path_params["draft"], _query(ask)
    at = ask.path("list", draft) if ask.space else f"{ask.house.door.base}/new/{draft}"
    return f"{at}?{query}" if query else at


def _query(ask: Ask) -> str:
    """Return what the address says of how the list is to be read."""
    said = ask.request.query_params.multi_items()
    return urlencode([(name, value) for name, value in said if name not in ("done", "page")])


def _show_reading(
    ask: Ask, view: ListView, hints: Hints, folder: str, differences: tuple[Difference, ...]
) -> Response:
    doubtful = sum(bool(one.doubts) for one in view.tasks)
    guessed = [one for s in view.sources for one in s.columns if not one.sure]
    vague = sum(not step.sure for one in view.tasks for step in one.steps)
    parts = [
        f"{len(guessed)} 栏是照内容推定的" if guessed else "",
        f"{doubtful} 项任务有存疑的地方" if doubtful else "",
        f"{vague} 个节点的日期要核对" if vague else "",
    ]
    groups: dict[str, list[Difference]] = {}
    for one in differences:
        groups.setdefault(one.task or one.label, []).append(one)
    return ask.show(
        "reading.html",
        view=view,
        doubts="；".join(filter(None, parts)),
        table=paged(ask, list(view.tasks), _ROWS),
        column_words=COLUMN_WORDS,
        hints=hints,
        folder=folder,
        groups=groups,
        count=len(differences),
        seen=mark_seen(*differences),
        here=_address(ask).partition("?")[0],
        query=_query(ask),
        title=view.task_list.title or "（没有标题）",
        word=view.task_list.office_word or "股室",
    )
