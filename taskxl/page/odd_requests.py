"""Why a request was not done: whatever was raised, wherever, as a status and one Chinese line."""

import errno
from collections.abc import Callable

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from taskxl.errors import TaskxlError
from taskxl.page.guard import TooLargeError
from taskxl.text import show
from taskxl.workspace.files import explain_os_error

FAULT = "程序出错，没有做完；文件没有写坏。请在终端里用 taskxl --debug 再运行一次，告诉维护人员。"
_STATUSES = {
    errno.EACCES: 403,
    errno.EPERM: 403,
    errno.EROFS: 403,
    errno.ENOENT: 404,
    errno.ENOTDIR: 404,
    errno.ENAMETOOLONG: 400,
    errno.EINVAL: 400,
    errno.ENOSPC: 507,
    errno.EDQUOT: 507,
}
_PAGES = {
    404: "没有这一页。工作区可能移走了，或者地址不全。请从上面的链接走。",
    405: "这个地址不能这样打开。请从上面的链接走。",
}


class OddRequestError(TaskxlError):
    """A request that no form or link of the page makes, with the status of its answer."""

    def __init__(self, why: str, status: int = 400) -> None:
        super().__init__(why)
        self.status = status


def explain_refusal(error: Exception) -> tuple[int, str]:
    """Return the status of what was raised and why it was not done; 500 where it is our fault."""
    system = error if isinstance(error, OSError) else error.__cause__
    status = _STATUSES.get(system.errno or 0, 503) if isinstance(system, OSError) else 400
    if isinstance(error, OddRequestError):
        return error.status, str(error)
    if isinstance(error, TaskxlError):
        return status, str(error)
    if isinstance(error, OSError):
        place = f"“{show(error.filename, 60)}”" if error.filename else ""
        return status, f"{place}读不了或者写不了：{explain_os_error(error)}"
    if isinstance(error, HTTPException):
        why = _PAGES.get(error.status_code, "这个请求看不懂，没有照办。请刷新后再试一次。")
        return error.status_code, why
    return 500, FAULT


def number_of(text: str, low: int, high: int) -> int | None:
    """Return a whole number of a form or an address, None where it is none between the two.

    >>> number_of("007", 1, 9), number_of("1" + "0" * 5000, 1, 9), number_of("²", 1, 9)
    (7, None, None)
    """
    digits = text.lstrip("0") or text[-1:]
    if not (digits.isascii() and digits.isdecimal()) or len(digits) > len(str(high)):
        return None
    number = int(digits)
    return number if low <= number <= high else None


class Plainly:
    """The ASGI application inside; what it raises is answered by what `say` makes of it."""

    def __init__(self, app: ASGIApp, say: Callable[[Request, Exception], Response]) -> None:
        self.app, self.say = app, say

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; a fault of ours is answered, then raised again for the log."""
        begun = False

        async def send_noted(message: Message) -> None:
            nonlocal begun
            begun = begun or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, send_noted)
        except (ClientDisconnect, TooLargeError):
            raise
        except Exception as error:
            if begun:
                raise
            answer = await run_in_threadpool(self._explain, Request(scope), error)
            await answer(scope, receive, send)
            if answer.status_code == 500:
                raise

    def _explain(self, request: Request, error: Exception) -> Response:
        try:
            return self.say(request, error)
        except Exception:  # the page that says so is what is broken
            return PlainTextResponse(FAULT, 500)
