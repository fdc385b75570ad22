"""How a handler is asked: who asks, of which workspace and month, with which form; and answers."""

import re
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from functools import cache
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response

from taskxl.errors import TaskxlError
from taskxl.merge.revisions import FIELD_WORDS
from taskxl.model import Period
from taskxl.page.form_reading import read_form
from taskxl.page.jobs import Job, Progress, Said
from taskxl.page.odd_requests import explain_refusal
from taskxl.page.spaces import House, Space
from taskxl.page.typed_in import Typed, typed_of

Show = Callable[["Ask"], Response]
NOT_DONE = "没有做成"
NAV = (
    ("month", "", "本月"),
    ("gaps", "gaps", "缺口"),
    ("tasks", "tasks", "任务"),
    ("list", "../list", "清单"),
    ("letters", "letters/remind", "信件"),
    ("year", "../year", "全年"),
)
"""The pages of a month: key, address below the month's, what it is called."""
_COMMAND = re.compile(r"(?:再|先)?运行 taskxl (mail [a-z-]+|[a-z-]+)(?: -[-a-z]+| \d+)*")
_BUTTONS = {
    "issue": "下发",
    "merge": "汇总",
    "prove": "核对",
    "bulletin": "写通报",
    "mail remind": "催报",
    "mail issue": "信件",
    "mail send-back": "退回更正",
    "send-back": "退回更正",
    "ledger": "全年",
}


def speak_plainly(text: str) -> str:
    """Return a line for who has the page before them and no terminal.

    >>> speak_plainly("请关闭后再运行一次 taskxl merge。")
    '请关闭后再运行一次 taskxl merge。'
    >>> speak_plainly("要补上，请运行 taskxl merge --month 4。")
    '要补上，请点“汇总”。'
    """

    def replace(found: re.Match[str]) -> str:
        button = _BUTTONS.get(found.group(1))
        return f"点“{button}”" if button else found.group()

    return _COMMAND.sub(replace, text)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("taskxl.page"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters["plain"] = speak_plainly
    environment.filters["urlencode"] = _quote
    return environment


def _quote(text: object) -> str:
    """Return a text for an address, a name on a disk that is none among them."""
    return quote(str(text), errors="surrogateescape")


class SaidResponse(HTMLResponse):
    """A page that says in a line (`said`) why something was not done."""

    def __init__(self, content: bytes | memoryview, status: int, *, said: str) -> None:
        super().__init__(content, status)
        self.said = said


@dataclass(frozen=True, slots=True)
class Ask:
    """One request: of a workspace (`space`) and month where its address names them.

    `refused` says why the form that stood on this page was not taken, and what was typed into it.
    """

    house: House
    request: Request
    csrf: str
    space: Space | None = None
    period: Period | None = None
    refused: Job | None = None

    @property
    def here(self) -> Space:
        """The workspace that the address names."""
        assert self.space is not None  # noqa: S101 - the route has it
        return self.space

    @property
    def month(self) -> Period:
        """The month that the address names."""
        assert self.period is not None  # noqa: S101 - the route has it
        return self.period

    def query(self, name: str) -> str:
        """Return a value of the address, "" where it is not there."""
        return self.request.query_params.get(name, "")

    def path(self, *parts: str) -> str:
        """Return an address below the workspace and month of this one."""
        named = [self.house.door.base]
        named += [self.space.name] if self.space else []
        named += [self.period.key] if self.period else []
        return "/".join((*named, *parts)) + ("" if parts else "/")

    def show(self, template: str, status: int = 200, **values: Any) -> Response:
        """Return a page; every value in it is text and never markup."""
        base = self.house.door.base
        common = {"base": base, "csrf": self.csrf, "ask": self, "space": self.space}
        common["field_words"] = FIELD_WORDS
        around = self._around()
        shown = self.period or next(iter(around["periods"]), None)
        common |= {"period": self.period, "nav": NAV, "shown_period": shown} | around
        page = _environment().get_template(template)
        # A name on a disk may have what is no character.
        content = page.render(common | values).encode("utf-8", "backslashreplace")
        return HTMLResponse(content, status)

    def say(self, title: str, why: str, status: int) -> Response:
        """Return a page that says in a line why something was not done."""
        page = self.show("said.html", status, title=title, said=[Said(why, tone="bad")])
        return SaidResponse(page.body, status, said=speak_plainly(why))

    def refuse(self, why: str, status: int, form: FormData, page: Show) -> Response:
        """Return the page of a form that was not taken, as it stands now: why, and what was typed.

        Where that page cannot be shown, the line stands on one of its own.
        """
        space = self.space.name if self.space else ""
        job = Job(NOT_DONE, space, "", typed=typed_of(form))
        job.state, job.said = "failed", (Said(why, tone="bad"),)
        again = replace(self, refused=job)
        try:
            shown = page(again)
        except (TaskxlError, HTTPException, OSError):
            shown = None
        if shown is None or shown.status_code != 200:
            return again.say(NOT_DONE, why, status)
        return SaidResponse(shown.body, status, said=speak_plainly(why))

    def _around(self) -> dict[str, Any]:
        """Return what every page of a workspace shows at its head."""
        running = self.house.jobs.running(self.space.name) if self.space else None
        done = self.house.jobs.find(self.query("done"))
        flash = done if done and done.space == (self.space.name if self.space else "") else None
        flash = self.refused or flash
        taken = flash is None or flash.state in ("running", "done")
        around: dict[str, Any] = {"running": running, "flash": flash, "periods": [], "master": None}
        around["typed"] = Typed() if taken or flash is None else flash.typed
        if self.space:
            try:
                around["master"] = self.house.master(self.space)
                around["periods"] = self.house.periods(self.space)
            except (TaskxlError, OSError):
                pass  # said where the page itself needs it
        return around

    def go(self, address: str) -> Response:
        """Return an answer that leads to another page."""
        return RedirectResponse(address, 303)

    def work(
        self,
        label: str,
        work: Callable[[Progress], list[Said]],
        back: str,
        form: FormData | None = None,
        again: str = "",
        waits: bool = False,
    ) -> Response:
        """Start long work and lead to the page that shows how far it is; at its end to `back`.

        Where it comes to nothing it leads to `again`, with what the form said. What only tells of
        something that is done already `waits` for other work to end.
        """
        space = self.space.name if self.space else ""
        typed = Typed() if form is None else typed_of(form)
        job = Job(label, space, back, again, typed)
        return self.follow(self.house.jobs.run(job, work, waits))

    def follow(self, job: Job) -> Response:
        """Lead to where a job shows how far it is, or its lines where it is over already."""
        job.over.wait(0.3)
        running = job.state == "running"
        return self.go(f"{self.house.door.base}/job/{job.number}" if running else job.address)


Post = Callable[[Ask, FormData], Response]
Refuse = Callable[[Ask, str, int], Response]
Endpoint = Callable[[Request], Awaitable[Response]]


def showing(house: House, handle: Show) -> Endpoint:
    """Return an endpoint that shows a page, in a thread of its own."""

    async def endpoint(request: Request) -> Response:
        return await run_in_threadpool(_answer, house, request, handle)

    return endpoint


def posting(house: House, handle: Post, page: Show | None = None) -> Endpoint:
    """Return an endpoint that does what a form asks for, where the form bears the session's token.

    What cannot be done is said on the `page` that the form stands on, shown as it stands now; the
    address of the form says what that of its page does. Dropped files lie in temporary ones until
    then, and are gone after it.
    """

    async def endpoint(request: Request) -> Response:
        answer = await answer_form(request)
        if request.headers.get("x-wants") != "address":
            return answer
        # A script sent it, which is to go there itself, or to say why not.
        if answer.status_code == 303:
            return PlainTextResponse(answer.headers["location"])
        return PlainTextResponse(_text_in(answer), answer.status_code)

    async def answer_form(request: Request) -> Response:
        try:
            async with read_form(request) as form:
                given = form.get("csrf")
                if not isinstance(given, str) or not secrets.compare_digest(
                    given.encode(), str(request.state.csrf).encode()
                ):
                    return await run_in_threadpool(_answer, house, request, _say_stale, 403)

                def refuse(ask: Ask, why: str, status: int) -> Response:
                    return ask.refuse(why, status, form, page or _show_nothing)

                return await run_in_threadpool(
                    _answer, house, request, lambda ask: handle(ask, form), 400, refuse
                )
        except ClientDisconnect:
            return Response(status_code=400)  # nobody is there to read it

    return endpoint


def _text_in(answer: Response) -> str:
    return answer.said if isinstance(answer, SaidResponse) else "没有做成。请刷新后再试一次。"


def _say_stale(ask: Ask) -> Response:
    raise TaskxlError("这一页过时了，没有照办。请刷新后再做一次。")


def _show_nothing(ask: Ask) -> Response:
    raise HTTPException(404)


def _answer(
    house: House,
    request: Request,
    handle: Show,
    failing: int = 400,
    refuse: Refuse | None = None,
) -> Response:
    bare = Ask(house, request, str(request.state.csrf))
    ask, ready = bare, False
    try:
        named = request.path_params.get("space")
        if named is not None:
            space = house.find_space(named)
            if space is None:
                raise HTTPException(404)
            ask = Ask(house, request, bare.csrf, space)
        key = request.path_params.get("month")
        if key is not None:
            ask = Ask(house, request, bare.csrf, ask.space, house.period(ask.here, key))
        ready = True
        return handle(ask)
    except (TaskxlError, OSError) as error:
        status, why = explain_refusal(error)
        status = failing if status == 400 else status
        return refuse(ask, why, status) if refuse and ready else ask.say(NOT_DONE, why, status)
    except HTTPException as error:
        status, why = explain_refusal(error)
        return bare.say("没有找到", why, status)


def say_refusal(house: House, request: Request, error: Exception) -> Response:
    """Return the answer to a request that ended in `error`: a page for who is inside, or a line."""
    status, why = explain_refusal(error)
    if not hasattr(request.state, "csrf") or request.headers.get("x-wants") == "address":
        return PlainTextResponse(speak_plainly(why), status)
    title = "没有找到" if status in (404, 405) else "没有做成"
    return Ask(house, request, str(request.state.csrf)).say(title, why, status)


def text_of(form: FormData, name: str) -> str:
    """Return a text of a form, "" where it is not there or is a file."""
    value = form.get(name)
    return value if isinstance(value, str) else ""
