"""Whether anybody is at the page: its script calls again and again, and without one requests do."""

import threading
from collections.abc import Callable

SILENCE = 180.0
"""Seconds after which nobody is at a page any more whose script called: it calls every 15, in the
background every 60, and a browser that is busy may miss one."""
UNSCRIPTED = 3600.0
"""Seconds after which nobody is at a page any more whose script never called."""
ENTRY = 1800.0
"""Seconds that are given to the first browser to come."""
HEARTBEAT = "/alive"
_BESIDE = ("/static/", "/state")
"""What a page's own parts ask for, which says nothing of who is there."""


class Presence:
    """Who was there last, by `clock`; a request that is still being answered is somebody."""

    def __init__(
        self, clock: Callable[[], float], silence: float = SILENCE, unscripted: float = UNSCRIPTED
    ) -> None:
        self._clock, self._silence, self._unscripted = clock, silence, unscripted
        self._lock = threading.Lock()
        self._going = 0
        self._asked = self._called = self._last = clock()
        self._last += ENTRY - silence

    def begin(self, path: str) -> None:
        """Note that somebody who may has asked for an address."""
        with self._lock:
            self._going += 1
            self._last = self._clock()
            if path.endswith(HEARTBEAT):
                self._called = self._last
            elif not any(part in path for part in _BESIDE):
                self._asked = self._last

    def end(self) -> None:
        """Note that they have been answered."""
        with self._lock:
            self._going -= 1
            self._last = self._clock()

    def is_over(self, busy: bool) -> bool:
        """Tell whether nobody is there any more; while something is being done somebody is."""
        with self._lock:
            now = self._clock()
            if busy or self._going:
                self._last = max(self._last, now)
                return False
            scripted = self._called >= self._asked
            return now - self._last > (self._silence if scripted else self._unscripted)
