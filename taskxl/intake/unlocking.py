"""Files that Excel locks with a password of its own: whoever opens one there never sees it asked.

Where only the workbook's structure was protected, Excel encrypts with the word below. It is no
secret: every program tries it first. Source: [MS-OFFCRYPTO] 2.3.6.2, [MS-XLS] 2.2.10.
"""

import io

EXCELS_OWN = "VelvetSweatshop"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def unlock(content: bytes) -> bytes:
    """Return a file without Excel's own password; as it is where it has none, or another one."""
    if not content.startswith(_OLE):
        return content
    import msoffcrypto

    try:
        file = msoffcrypto.OfficeFile(io.BytesIO(content))
        if not file.is_encrypted():
            return content
        file.load_key(password=EXCELS_OWN)
        opened = io.BytesIO()
        file.decrypt(opened)
    except Exception:
        # The library raises whatever a broken directory, or another password, makes it.
        return content
    return opened.getvalue() or content
