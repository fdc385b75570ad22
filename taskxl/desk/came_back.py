"""Letters of ours that came back: recorded when a report is collected, said until they are sent."""

from datetime import datetime

from taskxl.ledger import Ledger, LetterKind
from taskxl.ledger.looking import look_into_ledger
from taskxl.ledger.outgoing import WrittenLetter, find_written, list_returned, record_returned
from taskxl.mail.bounces import Bounce
from taskxl.mail.passwords import ANSWER
from taskxl.model import Period, period_name
from taskxl.text import show
from taskxl.workspace.folder import Workspace

LETTER_WORDS: dict[LetterKind, str] = {"issue": "下发", "remind": "催报", "send-back": "退回"}
"""Each kind of letter as file names and templates call it."""


def take_bounce(ledger: Ledger, bounce: Bounce, now: datetime) -> str:
    """Record that a letter of ours came back; return what to say of it, "" for no letter of ours.

    It is ours by its Message-ID alone: an address may have got letters of many.
    """
    letter = find_written(ledger, bounce.message_ids)
    if letter is None:
        return ""
    record_returned(ledger, letter.number, _describe(letter, bounce), now)
    return (
        f"被退回：{period_name(letter.period)}写给{letter.office}的{LETTER_WORDS[letter.kind]}信没有送到"
        f"（{_describe(letter, bounce)}）。请核对邮箱后再发"
    )


def describe_stranger(bounce: Bounce) -> str:
    """Return what to say of a report on a letter that is none of ours."""
    whom = f"，没有送到的是 {show('、'.join(bounce.recipients), 60)}" if bounce.recipients else ""
    return f"退信，对不上是 taskxl 发的哪一封{whom}，没有收"


def note_returned(workspace: Workspace, period: Period, office: str | None = None) -> list[str]:
    """Return a line for each letter of a period that came back and was not sent again since."""
    with look_into_ledger(workspace) as ledger:
        letters = list_returned(ledger, period) if ledger else []
    return [
        f"{one.office}：{LETTER_WORDS[one.kind]}信被退回（{show(one.detail, 2 * ANSWER)}）。"
        "请核对“股室”表里的邮箱，改好后运行"
        f" taskxl mail {one.kind} --month {period.month} --send --again --office {one.office}"
        for one in letters
        if office in (None, one.office)
    ]


def _describe(letter: WrittenLetter, bounce: Bounce) -> str:
    """Return who did not get a letter, where it went to several, and why."""
    known = {one.casefold() for one in letter.recipients}
    named = [one for one in bounce.recipients if one.casefold() in known]
    whom = f"{'、'.join(named)}：" if named and len(known) > 1 else ""
    return show(f"{whom}{bounce.reason or bounce.status or '没有说明原因'}", ANSWER)
