"""A letter that comes back: whose it was, and why it did not get through."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email.message import Message

from taskxl.mail.headers import decode_bytes, decode_header, first_header

_MOST = 256 << 10
_MOST_PARTS, _MOST_IDS = 200, 20
_ROBOT = re.compile(
    r"mailer-?daemon|post[_-]?master|mail delivery (?:sub)?system|mdaemon|no-?reply"
    r"|系统退信|邮件系统",
    re.IGNORECASE,
)
_SUBJECT = re.compile(
    r"undeliver|undelivered|deliver\w* (?:status|fail|problem|error|notif|report)|mail delivery"
    r"|deliver\w* has failed|error sending|mail failed"
    r"|returned (?:mail|to sender)|returning (?:message|mail|to)|fail(?:ure|ed) (?:notice|mail|del)"
    r"|could not be delivered|can(?:not|'t) be delivered|non-?delivery|mail (?:system )?error"
    r"|mail failure|退信|退回的?邮件|投递失败|无法投递|发送失败|未送达",
    re.IGNORECASE,
)
_IDENTITY = re.compile(r"(?im)^[ \t>|]*message-id:[ \t]*(?:\r?\n[ \t>|]+)?(<[^<>\s]{3,250}>)")
_DELAY = re.compile(
    r"delay|will (?:continue|keep) (?:to )?tr|warning.{0,30}not.{0,20}sent|延迟", re.I
)
_STATUS = re.compile(r"\b([45]\.\d{1,3}\.\d{1,3})\b")
_REASON = re.compile(
    r"(?m)^.*(?:\b[45]\d\d[ -]|\b[45]\.\d\.\d|unknown user|user unknown|no such user|quota|"
    r"not found|rejected|不存在|已满|拒收|拒绝).*$",
    re.IGNORECASE,
)
# What no answer of a person or of a holiday's robot says: only then a quoted letter has come back.
_FAILED = re.compile(
    r"\b5\d\d[ -]+\S*[A-Za-z]|\b5\.\d\.\d\b|unknown user|user unknown|no such user|"
    r"(?:could not|cannot|unable to) (?:be )?deliver|mailbox is full|permanent (?:error|failure)",
    re.IGNORECASE,
)
_FIELD = re.compile(
    r"(?im)^(final-recipient|original-recipient|action|status|diagnostic-code):"
    r"[ \t]*((?:[^\n]|\n[ \t])*)"
)
_ADDRESS = re.compile(r"[^\s<>;,:\"'()]{1,64}@[^\s<>;,:\"'()]{1,250}")


@dataclass(frozen=True, slots=True)
class Bounce:
    """What came back: the Message-IDs that may be our letter's, the likeliest first, and why.

    `status` is a code of RFC 3463, "" where there is none; `reason` one line of the server's;
    `recipients` are the addresses that it did not reach, as far as they are told.
    """

    message_ids: tuple[str, ...]
    status: str
    reason: str
    recipients: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Told:
    """What a report says of one recipient (RFC 3464, 2.3)."""

    recipient: str
    action: str
    status: str
    reason: str

    @property
    def failed(self) -> bool:
        if self.action in ("failed", "failure"):
            return True
        known = ("delayed", "delivered", "relayed", "expanded", "deliverable")
        return self.action not in known and self.status.startswith("5")


def read_bounce(message: "Message[str, str]") -> Bounce | None:
    """Return what a delivery report says (RFC 3464, or free text); None where it is none.

    A notice that a letter is late, a receipt, a complaint and an answer of a person are none.
    """
    kind = message.get_content_type()
    report = first_header(message, "content-type").lower()
    if kind == "multipart/report" and re.search(
        r"disposition-notification|feedback-report", report
    ):
        return None
    text = re.sub(r"\r\n?", "\n", "\n".join(_texts(message))[:_MOST])
    told = list(_read_fields(text))
    failed = [one for one in told if one.failed]
    identities = _IDENTITY.findall(text)
    if told:
        if not failed or not (kind in _REPORTS or is_from_robot(message)):
            return None
    elif not _reads_as_bounce(message, text, bool(identities)):
        return None
    answered = " ".join(first_header(message, one) for one in ("in-reply-to", "references"))
    identities += re.findall(r"<[^<>\s]{3,250}>", answered)
    status = next((one.status for one in failed if one.status), "")
    found = _STATUS.search(text)
    named = [one.recipient for one in failed if one.recipient]
    named = named or _ADDRESS.findall(first_header(message, "x-failed-recipients"))
    line = next((one.reason for one in failed if one.reason), "") or _find_reason(text, named)
    return Bounce(
        tuple(dict.fromkeys(identities))[:_MOST_IDS],
        status or (found[1] if found else ""),
        re.sub(r"\s+", " ", line).strip()[:200],
        tuple(dict.fromkeys(named)),
    )


def _find_reason(text: str, recipients: Sequence[str]) -> str:
    """Return what a text gives as the reason: below the address, or a line that sounds like one."""
    for address in recipients:
        below = re.search(
            rf"(?m)^[ \t<]*{re.escape(address)}[>:]*[ \t]*\n((?:[ \t]+\S.*\n?){{1,3}})", text
        )
        if below:
            return below[1]
    lines = (one[0] for one in _REASON.finditer(text) if not _FIELD.match(one[0]))
    return next(lines, "")


_REPORTS = frozenset(("multipart/report", "message/delivery-status"))


def _read_fields(text: str) -> Iterator[_Told]:
    """Yield what is told of each recipient: fields that stand together, up to a blank line."""
    for block in re.split(r"\n[ \t]*\n", text):
        fields = {name.lower(): value for name, value in _FIELD.findall(block)}
        who = fields.get("final-recipient") or fields.get("original-recipient")
        if who is None and not ("action" in fields and "status" in fields):
            continue
        address = _ADDRESS.search(who or "")
        status = _STATUS.search(fields.get("status", ""))
        action = re.match(r"\w*", fields.get("action", ""))
        yield _Told(
            address[0] if address else "",
            action[0].lower() if action else "",
            status[1] if status else "",
            fields.get("diagnostic-code", ""),
        )


def is_from_robot(message: "Message[str, str]") -> bool:
    """Tell whether a program wrote a letter, by its headers alone."""
    names = (decode_header(first_header(message, name)) for name in ("from", "sender"))
    if any(map(_ROBOT.search, names)):
        return True
    automatic = first_header(message, "auto-submitted").strip().lower()
    return first_header(message, "return-path").strip() == "<>" or automatic not in ("", "no")


def _reads_as_bounce(message: "Message[str, str]", text: str, quotes: bool) -> bool:
    """Tell whether a letter without the fields of a report says that one has come back.

    `quotes` tells that the head of another letter stands in it.
    """
    subject = decode_header(first_header(message, "subject"))
    if _DELAY.search(subject):
        return False
    if first_header(message, "x-failed-recipients"):
        return True
    if not is_from_robot(message):
        return False
    answers = bool(first_header(message, "in-reply-to"))
    failed = _FAILED.search(text)
    return bool(_SUBJECT.search(subject) or (failed and (quotes or answers)))


def _texts(message: "Message[str, str]") -> Iterator[str]:
    """Yield the text of each part, and the headers of what came back; never our own Message-ID."""
    for number, part in enumerate(message.walk()):
        if number > _MOST_PARTS:
            return
        if number:
            yield "".join(f"{name}: {value}\n" for name, value in part.raw_items()) + "\n"
        if not part.is_multipart():
            content = part.get_payload(decode=True)
            # A report whose boundary never comes is all text.
            words = ("text", "message", "multipart")
            if isinstance(content, bytes) and part.get_content_maintype() in words:
                yield decode_bytes(content[:_MOST], part.get_content_charset() or "")
