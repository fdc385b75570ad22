"""A file that one Office program put into another's document, out of its wrapping."""

import io

import olefile

_WHOLE = ("Package", "CONTENTS", "EmbeddedOdf")
"""Streams that hold the file as it is: [MS-OLEDS], and what WPS and LibreOffice do."""


def unwrap_object(content: bytes) -> bytes:
    """Return the file in an OLE object; what is no wrapping comes back itself."""
    if not olefile.isOleFile(content):
        return content
    with olefile.OleFileIO(io.BytesIO(content)) as file:
        for name in _WHOLE:
            if file.exists(name):
                return bytes(file.openstream(name).read())
    return content
