"""A form as it was sent: whole and in characters that can be written, or a line says why not."""

import contextlib
from collections.abc import AsyncGenerator, AsyncIterator

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import parse_options_header
from starlette.datastructures import FormData
from starlette.formparsers import FormParser, MultiPartException, MultiPartParser
from starlette.requests import Request

from taskxl.page.odd_requests import OddRequestError

FILES = 5000
"""Files that one form may bring."""
_FIELDS = FILES + 100
"""Fields: the time of each file, and the form's own."""
_REASONS = {
    "Too many files": f"一次最多收 {FILES} 个文件，这次都没有收。请分几次拖入，或压缩成一个再拖。",
    "Too many fields": "表单里的栏目太多，没有照办。请分几次做。",
    "exceeded maximum size": "有一栏填得太长（超过 1 MB），没有照办。请缩短后再试。",
}
"""What the parser objects to, and what is said of it."""
_BROKEN = "送来的内容不完整或者坏了，什么都没有收。请刷新后再做一次。"
_UNKNOWN = "这种格式的表单不认，没有照办。请从页面上做。"
_UNWRITABLE = "填的内容里有不能用的字符，没有照办。请去掉后再试。"


class _WholeParser(MultiPartParser):
    """Starlette's; it knows besides whether the body came to its end."""

    ended = False

    def on_end(self) -> None:
        self.ended = True


@contextlib.asynccontextmanager
async def read_form(request: Request) -> AsyncIterator[FormData]:
    """Read a form; its files are closed at the end.

    Raises OddRequestError where it is cut off, damaged, too much, of another kind or encoding, or
    where a field has a character that no file can hold.
    """
    form = await _parse(request)
    try:
        for name, value in form.multi_items():
            if not (_is_writable(name) and (not isinstance(value, str) or _is_writable(value))):
                raise OddRequestError(_UNWRITABLE)
        yield form
    finally:
        await form.close()


async def _parse(request: Request) -> FormData:
    kind, options = parse_options_header(request.headers.get("content-type"))
    if options.get(b"charset", b"utf-8").lower() not in (b"utf-8", b"utf8"):
        raise OddRequestError(_UNKNOWN, 415)
    try:
        if kind == b"application/x-www-form-urlencoded":
            return await FormParser(request.headers, request.stream(), max_fields=_FIELDS).parse()
        if kind == b"multipart/form-data":
            return await _parse_parts(request)
    except MultiPartException as error:
        found = [why for part, why in _REASONS.items() if part in error.message]
        raise OddRequestError(found[0] if found else _BROKEN, 413 if found else 400) from error
    except FormParserError as error:
        raise OddRequestError(_BROKEN) from error
    if kind:
        raise OddRequestError(_UNKNOWN, 415)
    return FormData()


async def _parse_parts(request: Request) -> FormData:
    async def stream_whole() -> AsyncGenerator[bytes, None]:
        async for chunk in request.stream():
            yield chunk
        if not parser.ended:
            raise MultiPartException("cut off")  # within the parser, which then closes its files

    parser = _WholeParser(request.headers, stream_whole(), max_files=FILES, max_fields=_FIELDS)
    return await parser.parse()


def _is_writable(text: str) -> bool:
    return "\0" not in text and not any("\ud800" <= one <= "\udfff" for one in text)
