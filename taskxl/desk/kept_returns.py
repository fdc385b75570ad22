"""What returned files were found to say, kept by their bytes: what has not changed is not read."""

import json
from dataclasses import replace
from functools import cached_property
from hashlib import sha256

from taskxl.forms.returned.reader import Expected
from taskxl.ledger.kept import Kept
from taskxl.ledger.values import write_master
from taskxl.model import Return


class KeptReturns:
    """The readings of one month against one list; each is asked for and kept by its question.

    A reading rests on the file's bytes and its name, on whose it is said to be, on the list, the
    period and the form's own texts, and on the program: on nothing else.
    """

    def __init__(self, kept: Kept, expected: Expected) -> None:
        self._kept = kept
        self._expected = expected
        self._scope = f"returns {expected.period.key}"
        self._asked: list[str] = []
        self._read: list[tuple[str, Return]] = []

    @property
    def is_of_use(self) -> bool:
        """Whether anything can be found or kept at all."""
        return self._kept.is_open

    def question(self, file: str, digest: str, office: str) -> str:
        """Return what is asked of a file: `digest` is of its bytes, `office` whose it is told."""
        told = json.dumps([self._context, file, digest, office])
        return sha256(told.encode()).hexdigest()

    def find(self, question: str) -> Return | None:
        """Return what a file was found to say, without the time at which it came."""
        self._asked.append(question)
        return self._kept.find(Return, self._scope, question)

    def keep(self, question: str, ret: Return) -> None:
        """Take in what a file was found to say; it is written when all are read: `finish`."""
        self._read.append((question, replace(ret, received_at=None)))

    def finish(self) -> None:
        """Write what was newly read, and drop what no file of the month asked for."""
        self._kept.keep(self._scope, self._read)
        self._kept.forget_others(self._scope, self._asked)

    @cached_property
    def _context(self) -> str:
        expected = self._expected
        period = expected.period
        told = [
            [period.year, period.month, period.first_month],
            sorted(expected.form_texts),
            sorted(expected.form_pictures),
            expected.asked,
        ]
        whole = sha256(json.dumps(told).encode())
        for master in (expected.master, *expected.issued_lists):
            content = write_master(master)
            whole.update(f"\0{len(content)}\0".encode())
            whole.update(content)
        return whole.hexdigest()
