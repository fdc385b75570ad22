"""Mail addresses as people type them into a cell: which are addresses, and whom a letter copies."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

COPY = "抄送"
"""Before an address in 股室's 邮箱: the leader's, to whom letters are copied."""

# However it is typed: 抄送：, 抄送 , CC:, Ｃｃ：, 密送, Bcc:; a copy that is not seen is one too.
_COPY_MARK = re.compile(
    r"(?<![^\s,，;；、])"
    r"(?:(?:抄送|密送)\s*[:：]?\s*|(?:[bBｂＢ]?[cCｃＣ]{2})(?:\s*[:：]\s*|\s+))"
    r"(?![@＠])"
)
_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_LABEL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?")
# Chinese input methods write whole Latin words wide: ａ＠ｂ．ｃｏｍ is one way of typing a@b.com.
_NARROW = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}


@dataclass(frozen=True, slots=True)
class Recipients:
    """Who gets an office's letters, each address once; `faults` are entries that are none."""

    to: tuple[str, ...] = ()
    copies: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()


def split_mails(text: str) -> tuple[str, ...]:
    r"""Split a cell of addresses; a mark 抄送： stays with the address it stands before.

    >>> split_mails("a@example.com、b@example.com\n抄送： c@example.com")
    ('a@example.com', 'b@example.com', '抄送：c@example.com')
    """
    joined = _COPY_MARK.sub(f"{COPY}：", text)
    return tuple(part for part in re.split(r"[\s,，;；、]+", joined) if part)


def read_address(text: str) -> str | None:
    """Return an address as a server takes it, or None where it is none.

    Wide letters become narrow ones, a Chinese domain its ASCII form. Stricter than RFC 5322: no
    quoted names, no comments, a domain of at least two labels (RFC 5321, 4.1.2 and 4.5.3.1).

    >>> read_address("zhang.san＠example.com")
    'zhang.san@example.com'
    >>> read_address("zhang san@example.com"), read_address("example.com"), read_address("a@b")
    (None, None, None)
    """
    text = text.translate(_NARROW)
    local, _, domain = text.rpartition("@")
    if not (_LOCAL.fullmatch(local) and len(local) <= 64):
        return None
    try:
        domain = domain.encode("idna").decode("ascii")
    except UnicodeError:
        return None
    labels = domain.split(".")
    fits = len(labels) > 1 and all(map(_LABEL.fullmatch, labels)) and not labels[-1].isdigit()
    address = f"{local}@{domain}"
    return address if fits and len(address) <= 254 else None


def read_recipients(mails: Iterable[str]) -> Recipients:
    """Sort the entries of an office's 邮箱, as `split_mails` gives them.

    >>> read_recipients(["张三", "<a@example.com>", "抄送：b@example.com", "a.example.com"])
    Recipients(to=('a@example.com',), copies=('b@example.com',), faults=('a.example.com',))
    """
    # By the address without case: no server keeps two mailboxes that differ in it alone.
    to: dict[str, str] = {}
    copies: dict[str, str] = {}
    faults: list[str] = []
    entries = list(mails)
    for entry, following in zip(entries, [*entries[1:], ""], strict=False):
        if following.startswith("<") and "@" not in entry and not entry.startswith(COPY):
            continue  # 张三 <a@example.com>, as address books copy it
        mark = _COPY_MARK.match(entry)
        bare = entry[mark.end() :] if mark else entry
        found = re.fullmatch(r"[^<>@]*<([^<>]+)>", bare)
        address = read_address(found.group(1) if found else bare)
        if address is None:
            faults.append(entry)
        else:
            (copies if mark else to).setdefault(address.casefold(), address)
    only_copies = tuple(address for key, address in copies.items() if key not in to)
    return Recipients(tuple(to.values()), only_copies, tuple(faults))
