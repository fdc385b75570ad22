"""Edges of collecting: batches, servers that break off, letters that are named and not brought."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, cast

import pytest

from taskxl.desk import collecting
from taskxl.desk.received import Taking
from taskxl.errors import TaskxlError
from taskxl.mail.inbox import Declined, Head, Mailbox, Unanswered
from taskxl.mail.messages import ReceivedLetter

NOON = datetime(2021, 4, 20, 12, 0)
Answer = bytes | None | Exception


class Box:
    """A mailbox that answers by number as told; what it has no answer for is not there."""

    validity = 7

    def __init__(self, answers: Mapping[int, Answer], there: Sequence[int] = ()) -> None:
        self.answers, self.there, self.asked = answers, there, list[int]()

    def download(self, uid: int) -> bytes | None:
        self.asked.append(uid)
        answer = self.answers[uid]
        if isinstance(answer, Exception):
            raise answer
        return answer

    def holds(self, uid: int) -> bool:
        return uid in self.there

    def cut_off(self) -> TaskxlError:
        return TaskxlError("连接断了。")


class Account:
    """Names what is left, and what is to be asked for again."""

    def __init__(self) -> None:
        self.left: dict[int, str] = {}
        self.open: list[str] = []

    def leave(
        self, number: int, letter: ReceivedLetter, at: object, outcome: str, fate: str
    ) -> Any:
        assert fate == "refused"
        self.left[number] = f"{letter.subject}|{outcome}"
        return number, outcome

    def keep_open(self, key: str, message: object) -> None:
        self.open.append(key)


def head(uid: int, size: int = 9) -> Head:
    return Head(uid, size, NOON, b"", False)


def download(
    answers: Mapping[int, Answer], there: Sequence[int] = (), size: int = 9
) -> tuple[list[list[int]], Account, Box, str]:
    """Return the batches by their numbers, what was named, and why it ended early ("": it did not)."""
    box, account, batches, why = Box(answers, there), Account(), list[list[int]](), ""
    said = {uid: ReceivedLetter(subject="报送" if uid % 2 else "") for uid in answers}
    heads = [head(uid, size) for uid in answers]
    found = collecting._download(cast(Mailbox, box), heads, said, cast(Taking, account))
    try:
        for batch in found:
            assert all(content == answers[one.uid] for one, content in batch)
            batches.append([one.uid for one, _ in batch])
    except TaskxlError as error:
        why = str(error)
    named = {uid for batch in batches for uid in batch} | account.left.keys()
    assert why or named == answers.keys(), "a letter passed without a word"
    return batches, account, box, why


def test_letters_come_in_batches_of_a_number_and_of_a_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collecting, "_OPENED", 3)
    monkeypatch.setattr(collecting, "_OPENED_BYTES", 10)
    batches, _, _, _ = download(dict.fromkeys(range(1, 8), b"x"))
    assert batches == [[1, 2, 3], [4, 5, 6], [7]]
    batches, _, _, _ = download({1: b"12345", 2: b"12345", 3: b"1" * 10, 4: b"1234", 5: b"12345"})
    assert batches == [[1, 2], [3], [4, 5]]
    assert download({})[0] == [[]]


@pytest.mark.parametrize("between", [b"good", Declined("（NO）"), None])
def test_only_the_third_letter_in_a_row_that_breaks_the_connection_ends_the_run(
    between: Answer,
) -> None:
    cut = Unanswered
    batches, account, _, why = download({1: b"a", 2: cut(), 3: cut(), 4: b"b"})
    assert (batches, why, sorted(account.left)) == ([[1, 4]], "", [2, 3])
    assert account.open == ["7/2", "7/3"]
    batches, account, box, why = download({1: b"a", 2: cut(), 3: cut(), 4: cut(), 5: b"b"})
    assert (batches, why, box.asked) == ([[1]], "连接断了。", [1, 2, 3, 4])
    assert sorted(account.left) == [2, 3, 4]
    answers = {1: cut(), 2: cut(), 3: between, 4: cut(), 5: cut(), 6: b"b"}
    batches, account, _, why = download(answers, there=[3])
    # Any answer in between, be it no, shows that the server is there.
    assert why == ""
    assert batches[-1][-1] == 6


def test_what_is_not_brought_is_named_with_its_reason_and_asked_for_again_while_it_is_there() -> (
    None
):
    answers = {1: Declined("（NO could not be converted）"), 2: None, 3: None, 4: b"good"}
    batches, account, _, _ = download(answers, there=[2])
    assert batches == [[4]]
    assert account.open == ["7/1", "7/2"]
    assert account.left[1].startswith(
        "报送|没有取到：服务器不给这封信（NO could not be converted）。"
    )
    assert account.left[2].startswith("编号 2 的信|没有取到：服务器没有给出内容。")
    assert account.left[3] == "报送|收取的时候已不在邮箱里"


@pytest.mark.parametrize(
    ("size", "length", "taken"), [(0, 5, True), (0, 6, False), (0, 1, True), (9, 6, True)]
)
def test_a_letter_whose_size_was_not_told_is_measured_when_it_came(
    monkeypatch: pytest.MonkeyPatch, size: int, length: int, taken: bool
) -> None:
    monkeypatch.setattr(collecting, "MESSAGE_BYTES", 5)
    batches, account, _, _ = download({1: b"x" * length}, size=size)
    assert batches == ([[1]] if taken else [[]])
    assert account.open == ([] if taken else ["7/1"])


@pytest.mark.parametrize(
    ("received", "arrived", "chosen"),
    [
        (NOON, None, NOON),
        (None, NOON, NOON),
        (None, None, None),
        (NOON, NOON - timedelta(hours=1), NOON - timedelta(hours=1)),
        (NOON, NOON + timedelta(hours=1), NOON),
        (NOON, NOON - timedelta(days=40), NOON - timedelta(days=40)),
        (NOON, NOON - timedelta(days=40, seconds=1), NOON),
    ],
)
def test_a_letter_came_when_our_server_had_it_unless_that_was_long_before(
    received: datetime | None, arrived: datetime | None, chosen: datetime | None
) -> None:
    letter = ReceivedLetter(arrived_at=arrived)
    assert collecting._choose_moment(received, letter) == chosen
