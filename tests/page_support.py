"""The page as a browser sees it, without one: a workspace, a session, forms filled and sent."""

import html
import re
import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

from taskxl.page.app import make_app, open_path
from taskxl.page.finding_page import Served
from taskxl.page.guard import Doorkeeper
from taskxl.page.jobs import Jobs
from taskxl.page.presence import Presence
from taskxl.page.remembering import State
from taskxl.page.spaces import Clock, House
from taskxl.workspace.folder import Workspace

HOST = "127.0.0.1:8765"
ORIGIN = f"http://{HOST}"
NOW = datetime(2021, 4, 26, 9, 0)
File = tuple[str, bytes]


class Browser:
    """One browser at the page of a workspace; `seconds` is what its server's clock shows."""

    def __init__(self, state: Path, workspace: Workspace | None = None) -> None:
        self.seconds = 0.0
        self.door = Doorkeeper(HOST, lambda: self.seconds)
        state.mkdir(exist_ok=True)
        self.house = House(Clock(NOW.date, lambda: NOW), self.door, State.of(state))
        self.served = Served(8765, "k" * 43)
        self.presence = Presence(lambda: self.seconds)
        self.app = make_app(self.house, self.served, self.presence)
        self.client = TestClient(self.app, base_url=ORIGIN, follow_redirects=False)
        self.root = workspace.root if workspace else None
        entered = self.client.get(open_path(self.house, self.root))
        assert entered.status_code == 303, entered.text
        self.home = entered.headers["location"]

    @property
    def month(self) -> str:
        """The address of 本月 of April."""
        return f"{self.home}2021-04/"

    def get(self, address: str, **more: Any) -> Any:
        """Show a page, waiting for what is still being looked at."""
        for _ in range(200):
            answer = self.client.get(address, **more)
            if "data-again" not in answer.text:
                return answer
            time.sleep(0.02)
        raise AssertionError(f"{address} is never done")

    @property
    def csrf(self) -> str:
        """The token that this session's forms bear."""
        page = self.client.get(f"{self.door.base}/").text
        found = re.search(r'name="csrf" value="([^"]+)"', page)
        assert found, page
        return found.group(1)

    def post(
        self,
        address: str,
        fields: Mapping[str, Any] | None = None,
        files: Sequence[File] = (),
        **headers: str,
    ) -> Any:
        """Send a form as the page would."""
        return self.client.post(
            address,
            data={"csrf": self.csrf, **(fields or {})},
            files=[("files", one) for one in files] or None,
            headers={"Origin": ORIGIN, **headers},
        )

    def do(
        self, address: str, fields: Mapping[str, Any] | None = None, files: Sequence[File] = ()
    ) -> str:
        """Send a form, wait for the work that it starts, and return the page at its end."""
        answer = self.post(address, fields, files)
        assert answer.status_code == 303, answer.text
        target = answer.headers["location"]
        if "/job/" in target:
            job = self.house.jobs.find(target.rpartition("/")[2])
            assert job is not None
            assert job.over.wait(60)
            target = self.client.get(target).headers["location"]
        return str(self.get(target).text)


def said(page: str) -> list[str]:
    """Return the lines that a page says of what was done, without markup."""
    found = re.search(r'<section class="said".*?</section>', page, re.S)
    items = re.findall(r"<li[^>]*>(.*?)</li>", found.group() if found else "", re.S)
    return [" ".join(re.sub(r"<[^>]+>", "", one).split()) for one in items]


def seen_in(page: str, near: str = "") -> str:
    """Return the mark of what a page shows, of its first form or that in which `near` stands."""
    forms = re.findall(r"<form.*?</form>", page, re.S)
    marks = [
        found.group(1)
        for form in forms
        if near in form and (found := re.search(r'name="seen" value="([^"]*)"', form))
    ]
    assert marks, page
    return marks[0]


def form_of(page: str, button: str) -> dict[str, str]:
    """Return what the form with a button says before anybody has typed into it."""
    form = next(
        one
        for one in re.findall(r"<form.*?</form>", page, re.S)
        if re.search(rf"<button[^>]*>{re.escape(button)}</button>", one)
    )
    fields = dict(re.findall(r'<input[^>]* name="([^"]+)"[^>]* value="([^"]*)"', form))
    fields |= dict(
        re.findall(r'<textarea[^>]* name="([^"]+)"[^>]*>\n?(.*?)</textarea>', form, re.S)
    )
    for name, options in re.findall(r'<select[^>]* name="([^"]+)".*?>(.*?)</select>', form, re.S):
        chosen = re.search(r'<option(?: value="([^"]*)")? selected>([^<]*)', options)
        fields[name] = (chosen.group(1) or chosen.group(2)) if chosen else ""
    fields.pop("csrf")
    return {name: html.unescape(text) for name, text in fields.items()}


def posts_of(browser: Browser) -> list[str]:
    """Return every address that takes a form, with something in place of its variables."""
    from starlette.routing import Mount, Route

    found = []
    for outer in browser.app.routes:
        for route in outer.routes if isinstance(outer, Mount) else ():
            if isinstance(route, Route) and "POST" in (route.methods or ()):
                home = browser.home.removeprefix(browser.door.base).strip("/")
                path = route.path.replace("{space}", home).replace("{month}", "2021-04")
                found.append(browser.door.base + re.sub(r"\{[^}]+\}", "x", path))
    assert found
    return found


__all__ = ["Browser", "Jobs", "form_of", "posts_of", "said", "seen_in"]
