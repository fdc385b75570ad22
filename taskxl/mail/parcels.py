"""Forms packed one zip an office, for bureaus that send by OA or chat instead of mail."""

import io
import zipfile
from collections.abc import Sequence

from taskxl.mail.letters import Attachment
from taskxl.mail.texts import LetterText
from taskxl.text import safe_file_name

COVER = "说明.txt"
# The earliest a zip can state: the same files give the same bytes at any time.
_MOMENT = (1980, 1, 1, 0, 0, 0)
_REGULAR_FILE = 0o100644 << 16


def pack_parcel(text: LetterText, attachments: Sequence[Attachment]) -> bytes:
    """Return a zip of the letter as a text file and of what goes with it.

    Names carry the UTF-8 flag (APPNOTE 4.4.4, bit 11); the text has a mark by which old editors
    of Windows know its encoding, and their line ends.
    """
    words = f"{text.subject}\n\n{text.body}".replace("\n", "\r\n")
    files = [(COVER, words.encode("utf-8-sig"))]
    files += [(safe_file_name(one.name), one.content) for one in attachments]
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as parcel:
        for name, content in files:
            entry = zipfile.ZipInfo(name, _MOMENT)
            entry.create_system = 3
            entry.external_attr = _REGULAR_FILE
            entry.compress_type = zipfile.ZIP_DEFLATED
            parcel.writestr(entry, content)
    return buffer.getvalue()
