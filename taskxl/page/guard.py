"""Who gets in: this person's own browser, and nobody else.

Asked of every request, before anything is read of it: the Host that the page is served under (so
that no foreign name can be pointed at this computer), the Origin of what is posted, the session's
cookie. A form has to name the session's CSRF token besides. What goes out forbids the browser
everything but the page's own scripts and styles, and keeps nothing.
"""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from taskxl.page.presence import Presence

COOKIE = "taskxl"
ENTER = "/enter"
TICKET_SECONDS = 300.0
"""How long an opened address lets somebody in, once."""
FORM_BYTES = 2 << 20
UPLOAD_BYTES = 512 << 20
"""What one request may bring at most, of a form's fields and of dropped files."""
_SITES = {"same-origin", "none"}
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self';"
        " connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
CLOSED = "这一页只给打开它的人看。请再运行一次 taskxl open，用它打开的那一页。"
_ELSEWHERE = "这个请求不是从这一页来的，没有照办。"
_TOO_LARGE = "一次送来的太多，没有收。请分几次拖入；单个文件最大 100 MB。"


class TooLargeError(Exception):
    """A request that brings more than it may; nothing of it has been kept."""


@dataclass(slots=True)
class Doorkeeper:
    """Tickets, sessions and the path under which everything lies: all made up anew at each start.

    `clock` counts seconds. The path is part of the cookie, which therefore goes to no other server
    on this computer, whatever its port.
    """

    host: str
    clock: Callable[[], float]
    base: str = field(default_factory=lambda: f"/{secrets.token_urlsafe(12)}")
    _tickets: dict[str, float] = field(default_factory=dict)
    _sessions: dict[str, str] = field(default_factory=dict)

    @property
    def origin(self) -> str:
        """What a browser calls the page's origin."""
        return f"http://{self.host}"

    def issue_ticket(self) -> str:
        """Return what lets one browser in, once."""
        ticket = secrets.token_urlsafe(32)
        self._tickets[ticket] = self.clock() + TICKET_SECONDS
        return ticket

    def take_ticket(self, ticket: str) -> str | None:
        """Return a new session for a ticket that is good; it is used up."""
        known = _find(ticket, self._tickets)
        if known is None or self._tickets.pop(known) < self.clock():
            return None
        session = secrets.token_urlsafe(32)
        self._sessions[session] = secrets.token_urlsafe(32)
        return session

    def csrf_of(self, cookies: str) -> str | None:
        """Return the CSRF token of the session that a Cookie header names, None of none."""
        # Other servers of this computer may have set cookies, malformed or of our name.
        pairs = (part.strip().partition("=") for part in cookies.split(";"))
        given = (value.strip('"') for name, _, value in pairs if name == COOKIE)
        found = (session for one in given if (session := _find(one, self._sessions)))
        session = next(found, None)
        return None if session is None else self._sessions[session]

    def cookie(self, session: str) -> str:
        """Return the Set-Cookie header of a session; it ends with the browser."""
        return f"{COOKIE}={session}; Path={self.base}; HttpOnly; SameSite=Strict"


def _find(given: str, known: Mapping[str, object]) -> str | None:
    """Return the secret that was given, comparing with each in constant time."""
    found = [one for one in known if secrets.compare_digest(one.encode(), given.encode())]
    return found[0] if found else None


class Guard:
    """The ASGI application inside, for those who may; see the module."""

    def __init__(self, app: ASGIApp, door: Doorkeeper, presence: Presence) -> None:
        self.app, self.door, self.presence = app, door, presence

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                out = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    out[name] = value
            await send(message)

        refused = self._refuse(scope, headers)
        if refused is not None:
            await refused(scope, receive, send_guarded)
            return
        if "csrf" not in scope.get("state", {}):
            await self._let_in(scope, headers, receive, send_guarded)
            return
        self.presence.begin(scope["path"])
        try:
            await self._let_in(scope, headers, receive, send_guarded)
        finally:
            self.presence.end()

    async def _let_in(self, scope: Scope, headers: Headers, receive: Receive, send: Send) -> None:
        """Answer the request of somebody who may, up to what one may bring."""
        limit = UPLOAD_BYTES if scope["path"].endswith("/drop") else FORM_BYTES
        stated = headers.get("content-length", "0")
        if not (stated.isascii() and stated.isdigit() and len(stated) < 16) or int(stated) > limit:
            await PlainTextResponse(_TOO_LARGE, 413)(scope, receive, send)
            return
        seen = 0

        async def receive_counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > limit:
                raise TooLargeError
            return message

        try:
            await self.app(scope, receive_counted, send)
        except TooLargeError:
            await PlainTextResponse(_TOO_LARGE, 413)(scope, receive, send)

    def _refuse(self, scope: Scope, headers: Headers) -> PlainTextResponse | None:
        """Return the answer to a request that does not come from the person's own page."""
        if headers.getlist("host") != [self.door.host]:
            return PlainTextResponse(_ELSEWHERE, 421)
        # The first request comes from a file of the person's own, and bears a ticket.
        entering = scope["path"] == ENTER and scope["method"] == "GET"
        if headers.get("sec-fetch-site", "none") not in _SITES and not entering:
            return PlainTextResponse(_ELSEWHERE, 403)
        inside = scope["path"] == self.door.base or scope["path"].startswith(f"{self.door.base}/")
        writes = scope["method"] not in ("GET", "HEAD")
        if writes and inside and headers.get("origin") != self.door.origin:
            return PlainTextResponse(_ELSEWHERE, 403)
        if not inside:
            return None  # only the two doors lie there, which ask for tickets and proofs themselves
        csrf = self.door.csrf_of("; ".join(headers.getlist("cookie")))
        if csrf is None:
            return PlainTextResponse(CLOSED, 403)
        scope.setdefault("state", {})["csrf"] = csrf
        return None
