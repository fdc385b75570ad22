"""The page as an ASGI application: every address, and who answers it."""

import hmac
import json
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

from starlette.applications import Starlette
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Mount, Route

from taskxl.errors import TaskxlError
from taskxl.page import (
    gaps_page,
    letters_page,
    list_page,
    month_page,
    tasks_page,
    year_page,
)
from taskxl.page.asking_page import Ask, Post, Show, posting, say_refusal, showing, text_of
from taskxl.page.finding_page import ASK, Served
from taskxl.page.form_reading import read_form
from taskxl.page.guard import CLOSED, ENTER, Guard
from taskxl.page.odd_requests import Plainly
from taskxl.page.presence import Presence
from taskxl.page.spaces import House, Space
from taskxl.text import show
from taskxl.workspace.folder import MASTER

_KINDS = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
GETS = {
    "/": month_page.show_space,
    "/list": list_page.show_list,
    "/list/{draft}": list_page.show_revised,
    "/year": year_page.show_year,
    "/year/fetch": year_page.fetch_book,
}
POSTS: Mapping[str, tuple[Post, Show | None]] = {
    "/issue": (month_page.issue_month, None),
    "/list/drop": (list_page.drop_revised, None),
    "/list/{draft}/take": (list_page.take_over, list_page.show_revised),
    "/year/write": (year_page.write_book, None),
    "/year/past": (year_page.write_past, None),
}
"""Each with the page of its form, where somebody decides or types something on that."""
MONTH_GETS = {
    "/": month_page.show_month,
    "/files": month_page.show_files,
    "/register": month_page.show_register,
    "/fetch/{kind}": month_page.fetch_file,
    "/gaps": gaps_page.show_gaps,
    "/row/{gap}": gaps_page.show_gap_row,
    "/letters": letters_page.show_letters,
    "/letters/{kind}": letters_page.show_kind,
    "/letters/{kind}/ask": letters_page.ask_sending,
    "/tasks": tasks_page.show_tasks,
    "/task": tasks_page.show_task,
}
MONTH_POSTS: Mapping[str, tuple[Post, Show | None]] = {
    "/do/{step}": (month_page.do_step, None),
    "/drop": (month_page.drop, None),
    "/try/drop": (month_page.try_file, None),
    "/register": (month_page.register, month_page.show_register),
    "/settle": (gaps_page.settle, gaps_page.show_gaps),
    "/correct": (tasks_page.correct, tasks_page.show_task),
    "/letters/{kind}/draft": (letters_page.draft, letters_page.show_kind),
    "/letters/{kind}/send": (letters_page.send, letters_page.ask_sending),
    "/mailbox/check": (letters_page.check, None),
    "/mailbox/collect": (letters_page.collect, None),
}


def make_app(house: House, served: Served, presence: Presence) -> Starlette:
    """Return the application; `presence` is told of what the person's browser asks for."""
    door = house.door

    async def enter(request: Request) -> Response:
        session = door.take_ticket(request.query_params.get("ticket", ""))
        if session is None:
            return PlainTextResponse(CLOSED, 403)
        space = request.query_params.get("space", "")
        known = house.find_space(space)
        address = f"{door.base}/{known.name}/" if known else f"{door.base}/"
        answer: Response = RedirectResponse(address, 303)
        if request.headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
            # A browser sends no Strict cookie along a redirection that began elsewhere.
            answer = HTMLResponse(f'<meta http-equiv="refresh" content="0;url={address}">')
        answer.headers["Set-Cookie"] = door.cookie(session)
        return answer

    async def again(request: Request) -> Response:
        async with read_form(request) as form:
            nonce, proof = text_of(form, "nonce"), text_of(form, "proof")
            named = text_of(form, "workspace")
        wanted = served.prove("asker", nonce + named)
        if not hmac.compare_digest(proof.encode(), wanted.encode()):
            return PlainTextResponse(CLOSED, 403)
        path = open_path(house, Path(named) if named else None)
        presence.begin(ASK)
        presence.end()
        return PlainTextResponse(
            json.dumps({"path": path, "proof": served.prove("server", nonce + path)})
        )

    async def static(request: Request) -> Response:
        name = request.path_params["name"]
        kind = _KINDS.get(name.rpartition(".")[2])
        held = {one.name: one for one in files("taskxl.page").joinpath("static").iterdir()}
        if name not in held or kind is None:
            raise HTTPException(404)
        return Response(held[name].read_bytes(), media_type=kind)

    async def alive(request: Request) -> Response:
        return Response(status_code=204)

    def refuse(request: Request, error: Exception) -> Response:
        return say_refusal(house, request, error)

    inside = [
        Route("/", showing(house, _show_start)),
        Route("/alive", alive),
        Route("/static/{name}", static),
        Route("/job/{job}", showing(house, _show_job)),
        Route("/job/{job}/state", showing(house, _show_job_state)),
        Route("/job/{job}/stop", posting(house, _stop_job), methods=["POST"]),
        Route("/{space}/go", showing(house, _go_to_month)),
        Route("/new/drop", posting(house, list_page.drop_new), methods=["POST"]),
        Route("/new/{draft}", showing(house, list_page.show_new)),
        Route(
            "/new/{draft}/make",
            posting(house, list_page.make_new, list_page.show_new),
            methods=["POST"],
        ),
        *(
            Route(f"/{{space}}{path}", posting(house, *one), methods=["POST"])
            for path, one in POSTS.items()
        ),
        *(Route(f"/{{space}}{path}", showing(house, one)) for path, one in GETS.items()),
        *(
            Route(f"/{{space}}/{{month}}{path}", showing(house, one))
            for path, one in MONTH_GETS.items()
        ),
        *(
            Route(f"/{{space}}/{{month}}{path}", posting(house, *one), methods=["POST"])
            for path, one in MONTH_POSTS.items()
        ),
    ]
    return Starlette(
        routes=[
            Route(ENTER, enter),
            Route(ASK, again, methods=["POST"]),
            Mount(door.base, routes=inside),
        ],
        middleware=[
            Middleware(Guard, door=door, presence=presence),
            Middleware(Plainly, say=refuse),
        ],
        exception_handlers={HTTPException: refuse},
    )


def open_path(house: House, root: Path | None) -> str:
    """Return the address, below the origin, that lets one browser in, once."""
    space = ""
    if root is not None and (root / MASTER).is_file():
        space = f"&space={house.open_space(root).name}"
    return f"{ENTER}?ticket={house.door.issue_ticket()}{space}"


# ---------------------------------------------------------------- the start page, and work


def _show_start(ask: Ask) -> Response:
    spaces = [_name_space(ask, one) for one in ask.house.list_spaces()]
    return ask.show("start.html", spaces=spaces, note=ask.house.state.note)


def _name_space(ask: Ask, space: Space) -> tuple[Space, str, str]:
    root = show(space.workspace.root)
    try:
        return space, show(ask.house.master(space).title), root
    except TaskxlError as error:
        return space, f"打不开：{error}", root


def _go_to_month(ask: Ask) -> Response:
    return ask.go(ask.path(ask.house.period(ask.here, ask.query("month")).key, ""))


def _show_job(ask: Ask) -> Response:
    job = ask.house.jobs.find(ask.request.path_params["job"])
    if job is None:
        raise HTTPException(404)
    if job.state != "running":
        return ask.go(job.address)
    return ask.show("job.html", job=job)


def _show_job_state(ask: Ask) -> Response:
    job = ask.house.jobs.find(ask.request.path_params["job"])
    if job is None:
        raise HTTPException(404)
    if job.state != "running":
        return Response(headers={"HX-Redirect": job.address})
    return ask.show("job_state.html", job=job)


def _stop_job(ask: Ask, form: FormData) -> Response:
    job = ask.house.jobs.find(ask.request.path_params["job"])
    if job is None:
        raise HTTPException(404)
    job.stopping.set()
    job.over.wait(1.0)
    running = job.state == "running"
    return ask.go(f"{ask.house.door.base}/job/{job.number}" if running else job.address)
