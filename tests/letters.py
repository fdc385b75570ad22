"""Letters as clerks send them, and as nobody should: composed byte by byte."""

import base64
import binascii
from collections.abc import Sequence
from email.header import Header
from email.message import EmailMessage
from email.policy import SMTP

from tests.packages import pack
from tests.support import make_workbook

SENDER = "周晓禾 <zxh@yunxi.example>"
RETURN = make_workbook({"进展情况表": "| 填报股室 | 基教股 |\n| 编号 | 进展情况 |\n| 5 | 已摸底 |"})
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def make_letter(
    *files: tuple[str, bytes],
    subject: str = "4月进展",
    sender: str = SENDER,
    date: str = "Tue, 20 Apr 2021 09:30:00 +0800",
    text: str = "请查收。",
    message_id: str = "<1@yunxi.example>",
) -> bytes:
    """Compose a letter as a careful program does."""
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    message["To"] = "bgs@yunxi.example"
    message["Subject"] = subject
    message["Date"] = date
    message["Message-ID"] = message_id
    message.set_content(text)
    for name, content in files:
        kind = XLSX if name.endswith(".xlsx") else "application/octet-stream"
        main, sub = kind.split("/")
        message.add_attachment(content, maintype=main, subtype=sub, filename=name)
    return message.as_bytes()


def make_raw(
    *parts: bytes, headers: bytes = b"", kind: bytes = b"multipart/mixed", mark: bytes = b"==part"
) -> bytes:
    """Put parts, each with its own headers, into a letter just as they are."""
    head = b"From: =?utf-8?B?5ZGo5pmT56a+?= <zxh@yunxi.example>\r\nSubject: 4\r\n" + headers
    body = b"".join(b"\r\n--" + mark + b"\r\n" + part for part in parts)
    return (
        head
        + b'MIME-Version: 1.0\r\nContent-Type: %b; boundary="%b"\r\n' % (kind, mark)
        + body
        + b"\r\n--"
        + mark
        + b"--\r\n"
    )


def make_part(
    content: bytes = RETURN,
    kind: str = XLSX,
    name: str = "",
    disposition: str = "attachment",
    headers: bytes = b"",
) -> bytes:
    """Compose a part; `disposition` and `name` are put down word for word, after `;`."""
    said = f"Content-Type: {kind}{name}\r\n".encode("gb18030")
    said += f"Content-Disposition: {disposition}\r\n".encode("gb18030") if disposition else b""
    body = base64.encodebytes(content).replace(b"\n", b"\r\n")
    return said + headers + b"Content-Transfer-Encoding: base64\r\n\r\n" + body


def named(disposition: bytes | str) -> bytes:
    """Return a letter with one return whose Content-Disposition is as given."""
    raw = disposition if isinstance(disposition, bytes) else disposition.encode()
    part = b"Content-Type: application/octet-stream\r\nContent-Disposition: " + raw
    body = base64.encodebytes(RETURN)
    return make_raw(part + b"\r\nContent-Transfer-Encoding: base64\r\n\r\n" + body)


def split_words(name: str, charset: str, size: int, how: str = "B") -> str:
    """Encode a name in words of `size` bytes, which may part a character in two."""
    content = name.encode(charset)
    words = []
    for at in range(0, len(content), size):
        piece = content[at : at + size]
        coded = (
            base64.b64encode(piece).decode()
            if how == "B"
            else "".join(f"={byte:02X}" for byte in piece)
        )
        words.append(f"=?{charset}?{how}?{coded}?=")
    return "\r\n ".join(words)


def uuencode(name: str, content: bytes) -> bytes:
    """Write a file into a text as mail programs did before MIME."""
    lines = [binascii.b2a_uu(content[at : at + 45]) for at in range(0, len(content), 45)]
    return b"begin 644 " + name.encode("gbk") + b"\n" + b"".join(lines) + b"`\nend\n"


def make_tnef(*files: tuple[bytes, bytes]) -> bytes:
    """Write a winmail.dat with these files, their names in the code page of Chinese Windows."""

    def item(level: int, tag: int, data: bytes) -> bytes:
        total = (sum(data) & 0xFFFF).to_bytes(2, "little")
        head = bytes([level]) + tag.to_bytes(4, "little") + len(data).to_bytes(4, "little")
        return head + data + total

    out = (0x223E9F78).to_bytes(4, "little") + b"\x01\x00"
    out += item(1, 0x00089006, (0x10000).to_bytes(4, "little"))
    out += item(1, 0x00069007, (936).to_bytes(4, "little") + bytes(4))
    for name, content in files:
        out += item(2, 0x00069002, bytes(14))
        out += item(2, 0x00018010, name + b"\0")
        out += item(2, 0x0006800F, content)
    return out


def nest(depth: int) -> bytes:
    """Return a multipart in a multipart, so many deep, a return at the bottom."""
    inner = make_part(name='; name="深.xlsx"')
    for level in range(depth):
        mark = f"m{level}".encode()
        inner = b"Content-Type: multipart/mixed; boundary=%b\r\n\r\n--%b\r\n%b\r\n--%b--\r\n" % (
            mark,
            mark,
            inner,
            mark,
        )
    return b"From: a@b.example\r\nSubject: deep\r\nMIME-Version: 1.0\r\n" + inner


def wrap_letters(depth: int) -> bytes:
    """Return a letter in a letter, so many deep, a return in the innermost."""
    letter = make_letter(("套.xlsx", RETURN))
    for _ in range(depth):
        letter = make_raw(b"Content-Type: message/rfc822\r\n\r\n" + letter)
    return letter


def hostile_letters() -> dict[str, bytes]:
    """Return letters made to break whoever reads them, by what is wrong with them."""
    good = make_letter(("表.xlsx", RETURN))
    big5 = "進展".encode("big5")
    return {
        "empty": b"",
        "one line end": b"\r\n",
        "headers only": b"From: a@b.example\r\nSubject: x\r\n",
        "body only": b"\r\nbody",
        "no headers": b"hello there, no colon here\n\nbody",
        "nuls": good.replace(b"4", b"\0", 3),
        "all nuls": bytes(5000),
        "random": bytes((n * 7919 >> 3) & 255 for n in range(20_000)),
        "cut in the middle": good[: len(good) // 2],
        "bare line feeds": good.replace(b"\r\n", b"\n"),
        "bare returns": good.replace(b"\r\n", b"\r"),
        "nested 50": nest(50),
        "nested 500": nest(500),
        "nested 3000": nest(3000),
        "letters 5 deep": wrap_letters(5),
        "letters 200 deep": wrap_letters(200),
        "subject of 4 MB": b"Subject: " + b"=?utf-8?B?5Zub?= " * 250_000 + b"\r\n" + good,
        "one word of 4 MB": b"Subject: =?utf-8?B?" + b"5Zub" * 1_000_000 + b"?=\r\n" + good,
        "from of 1 MB": b"From: " + b"(" * 1_000_000 + b"\r\n" + good,
        "from of quotes": b'From: "' + b'\\"' * 200_000 + b"\r\n" + good,
        "a million addresses": b"From: " + b"a@b.example, " * 100_000 + b"\r\n" + good,
        "100,000 headers": b"X: y\r\n" * 100_000 + good,
        "from twice": b"From: other@b.example\r\n" + good,
        "three types": b"Content-Type: text/plain\r\nContent-Type: text/html\r\n" + good,
        "date of nonsense": good.replace(b"20 Apr 2021", b"99 Foo 99999999999999999999"),
        "date of year 0": good.replace(b"2021", b"0000"),
        "unknown charset": b"Subject: =?no-such-set?B?5Zub?=\r\n" + good,
        "charset is a codec": b"Subject: =?zlib?B?5Zub?= =?rot13?Q?abc?=\r\n" + good,
        "charset is punycode": b"Subject: =?punycode?Q?" + b"a-" * 3000 + b"?=\r\n" + good,
        "charset is false": b"Subject: =?utf-8?B?" + base64.b64encode(big5) + b"?=\r\n" + good,
        "base64 of rubbish": b"Subject: =?utf-8?B?!!!!?= =?utf-8?B?A?=\r\n" + good,
        "raw gbk subject": b"Subject: " + "四月进展".encode("gbk") + b"\r\n" + good,
        "no boundary": good.replace(b"boundary=", b"limit="),
        "empty boundary": make_raw(make_part(), mark=b""),
        "boundary of 60 kB": make_raw(make_part(), mark=b"b" * 60_000),
        "boundary never comes": good.replace(b"--===", b"--=!="),
        "boundary in the content": make_raw(b"\r\n--==part" * 3000),
        "10,000 parts": make_raw(*[b"Content-Type: text/plain\r\n\r\nx"] * 10_000),
        "500 attachments": make_raw(*[make_part(b"x%d" % n) for n in range(500)]),
        "no parts": make_raw(),
        "part without headers": make_raw(b"\r\njust text"),
        "part of headers alone": make_raw(b"Content-Type: application/zip"),
        "zero-length attachment": make_letter(("空.xlsx", b"")),
        "transfer encoding unknown": make_raw(
            b"Content-Type: application/zip\r\nContent-Transfer-Encoding: x-rot\r\n\r\nabc"
        ),
        "two transfer encodings": make_raw(
            b"Content-Transfer-Encoding: base64\r\nContent-Transfer-Encoding: quoted-printable\r\n"
            b"Content-Disposition: attachment; filename=a.xlsx\r\n\r\nUEsDBA=="
        ),
        "broken base64": make_raw(
            b"Content-Type: application/zip; name=a.zip\r\n"
            b"Content-Transfer-Encoding: base64\r\n\r\n" + b"UEs*DBA" * 9999
        ),
        "base64 of 30 MB": make_letter(("大.xlsx", bytes(22 << 20))),
        "quoted-printable of 8 MB": make_raw(
            b"Content-Type: application/zip; name=a.zip\r\n"
            b"Content-Transfer-Encoding: quoted-printable\r\n\r\n" + b"=" * (8 << 20)
        ),
        "uuencoded in the text": b"Subject: uu\r\n\r\n" + uuencode("旧.xlsx", RETURN),
        "uuencoded never ends": b"Subject: uu\r\n\r\n" + b"begin 644 a\n" * 100_000,
        "uuencoded part": make_raw(
            b"Content-Type: application/zip; name=u.zip\r\nContent-Transfer-Encoding: x-uuencode"
            b"\r\n\r\n" + uuencode("u.zip", RETURN)
        ),
        "format=flowed": b"Content-Type: text/plain; format=flowed; delsp=yes\r\n\r\n"
        + b"a \r\n" * 9,
        "name climbs": named(b'attachment; filename="../../../x.xlsx"'),
        "name of windows": named(b'attachment; filename="C:\\\\Windows\\\\a:b|c?.xlsx"'),
        "name is CON": named(b"attachment; filename=CON"),
        "name of control characters": named(b'attachment; filename="a\x01\x1b[31mb.xlsx"'),
        "name that reads backwards": named('attachment; filename="a\u202excslx.exe"'),
        "name of dots": named(b'attachment; filename="..."'),
        "name of 1 MB": named(b'attachment; filename="' + b"n" * 1_000_000 + b'.xlsx"'),
        "name of emoji": named('attachment; filename="' + "😀" * 300 + '.xlsx"'),
        "name in 5000 pieces": named(
            b"attachment" + b"".join(b'; filename*%d="a"' % n for n in range(5000))
        ),
        "name pieces of nonsense": named(
            b"attachment; filename*0*=x''%; filename**=; filename*-1=a"
        ),
        "name ends in a newline": named(b'attachment; filename="a\r\n .xlsx"'),
        "external body": make_raw(
            b"Content-Type: message/external-body; access-type=URL; URL=http://a.example\r\n\r\n"
            b"Content-Type: application/zip\r\n\r\n"
        ),
        "broken winmail.dat": make_letter(("winmail.dat", make_tnef((b"a", b"b"))[:40])),
        "broken msg": make_letter(("旧.msg", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(3000))),
        "eml in eml": make_letter(("里.eml", make_letter(("再里.eml", good)))),
        "a zip with a zip": make_letter(("包.zip", pack({"内.zip": pack({"a.xlsx": RETURN})}))),
    }


def gbk_words(name: str) -> str:
    """Encode a name as QQ mail does: whole, in GB18030."""
    return Header(name, "gb18030").encode()


def subjects(names: Sequence[str]) -> list[bytes]:
    """Return a short letter without anything on it for each subject."""
    sender = "通知 <notice@t.example>"
    return [make_letter(subject=name, sender=sender) for name in names]
