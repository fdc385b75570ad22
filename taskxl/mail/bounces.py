"""A letter that comes back: whose it was, and why it did not get through."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message

from taskxl.mail.headers import decode_bytes, decode_header, first_header

_MOST = 256 << 10
_ROBOT = re.compile(
    r"mailer-?daemon|postmaster|mail delivery (?:sub)?system|mdaemon|系统退信|邮件系统",
    re.IGNORECASE,
)
_SUBJECT = re.compile(
    r"undeliver|undelivered|deliver\w* (?:status|fail|problem|error|notif|report)|mail delivery"
    r"|returned (?:mail|to sender)|returning (?:message|mail)|fail(?:ure|ed) (?:notice|mail|deliv)"
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


@dataclass(frozen=True, slots=True)
class Bounce:
    """What came back: the Message-ID of our letter, "" where it does not say, and why.

    `status` is a code of RFC 3463, "" where there is none; `reason` one line of the server's.
    """

    message_id: str
    status: str
    reason: str


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
    fields = re.search(r"(?im)^action:[ \t]*(\w+)", text)
    if fields is not None and fields[1].lower() not in ("failed", "failure"):
        return None
    subject = decode_header(first_header(message, "subject"))
    robot = any(
        _ROBOT.search(decode_header(first_header(message, name))) for name in ("from", "sender")
    )
    empty = first_header(message, "return-path").strip() == "<>"
    failed = bool(first_header(message, "x-failed-recipients"))
    told = fields is not None and kind == "multipart/report"
    if not (told or failed or ((robot or empty) and _SUBJECT.search(subject))):
        return None
    if fields is None and _DELAY.search(subject):
        return None
    identity = _IDENTITY.search(text)
    status = re.search(r"(?im)^status:[ \t]*([45]\.\d{1,3}\.\d{1,3})", text) or _STATUS.search(text)
    why = re.search(r"(?im)^diagnostic-code:[ \t]*((?:[^\r\n]|\r?\n[ \t])+)", text)
    line = why[1] if why else next((one[0] for one in _REASON.finditer(text)), "")
    reason = re.sub(r"\s+", " ", line).strip()[:200]
    return Bounce(identity[1] if identity else "", status[1] if status else "", reason)


def _texts(message: "Message[str, str]") -> Iterator[str]:
    """Yield the text of each part, and the headers of what came back; never our own Message-ID."""
    for number, part in enumerate(message.walk()):
        if number > 200:
            return
        if number:
            yield "".join(f"{name}: {value}\n" for name, value in part.raw_items())
        if not part.is_multipart():
            content = part.get_payload(decode=True)
            if isinstance(content, bytes) and part.get_content_maintype() in ("text", "message"):
                yield decode_bytes(content[:_MOST], part.get_content_charset() or "")
