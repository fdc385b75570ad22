"""What a person saw when they decided, against what is there when it is to be done.

The page may be open in two windows, and Excel beside it: what is decided in one may have changed
under the other. Whatever is shown to be decided on has a mark, which goes along with the decision;
who carries it out asks, while nobody else can write, whether that is still what stands there.
"""

from hashlib import sha256

from taskxl.errors import TaskxlError


def mark_seen(*values: object) -> str:
    """Return the mark of what is shown: the same for the same values, within one run."""
    return sha256(repr(values).encode("utf-8", "backslashreplace")).hexdigest()[:24]


def require_seen(seen: str | None, why: str, *values: object) -> None:
    """Raise TaskxlError (`why`) where what is there is not what was seen; None: nobody looked."""
    if seen is not None and seen != mark_seen(*values):
        raise TaskxlError(why)
