"""What kind a file is, by its content; its name decides only between kinds of text."""

import io
import re
from pathlib import PurePath

from taskxl.intake.archives import RESAVE, list_entries, looks_zipped
from taskxl.intake.encodings import decode_text
from taskxl.intake.grids import Kind
from taskxl.intake.packages import inspect_package, is_package
from taskxl.intake.refusals import DAMAGED, LINK, NOT_A_TABLE, OVER_LIMIT, PASSWORD, Limits, Refused

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# The class of Windows' shortcuts: [MS-SHLLINK] 2.1.
_SHORTCUT = b"L\x00\x00\x00\x01\x14\x02\x00"
_WANTED = "请发回填好的 Excel 表（.xlsx）。"
_UNPACK = "请解压后把里面的 Excel 表直接发来，或压成 .zip。"

# Beginnings that say what a file is, and what it is called; (offset, bytes).
_FOREIGN: tuple[tuple[int, bytes, str, str], ...] = (
    (0, b"\x89PNG\r\n\x1a\n", "图片", _WANTED),
    (0, b"\xff\xd8\xff", "图片", _WANTED),
    (0, b"GIF8", "图片", _WANTED),
    (0, b"II*\x00", "图片", _WANTED),
    (0, b"MM\x00*", "图片", _WANTED),
    (8, b"WEBP", "图片", _WANTED),
    (4, b"ftyphei", "图片", _WANTED),
    (4, b"ftypmif1", "图片", _WANTED),
    (4, b"ftyp", "视频", _WANTED),
    (0, b"Rar!\x1a\x07", " RAR 压缩包", _UNPACK),
    (0, b"7z\xbc\xaf\x27\x1c", " 7z 压缩包", _UNPACK),
    (0, b"\x1f\x8b", " gzip 压缩文件", _UNPACK),
    (0, b"BZh", " bzip2 压缩文件", _UNPACK),
    (0, b"\xfd7zXZ\x00", " xz 压缩文件", _UNPACK),
    (0, b"\x28\xb5\x2f\xfd", " zstd 压缩文件", _UNPACK),
    (0, b"MSCF", " CAB 压缩包", _UNPACK),
    (257, b"ustar", " tar 打包文件", _UNPACK),
    (0, b"\x09\x00\x04\x00", " Excel 2.0 时代的旧格式", "请用 Excel 或 WPS 另存为 .xlsx 后发来。"),
    (0, b"\x09\x02\x06\x00", " Excel 3.0 时代的旧格式", "请用 Excel 或 WPS 另存为 .xlsx 后发来。"),
    (0, b"\x09\x04\x06\x00", " Excel 4.0 时代的旧格式", "请用 Excel 或 WPS 另存为 .xlsx 后发来。"),
    (0, b"\x09\x08\x08\x00", " Excel 5.0 时代的旧格式", "请用 Excel 或 WPS 另存为 .xlsx 后发来。"),
    (0, b"\x00\x00\x02\x00", " Lotus 1-2-3 表格", "请用 Excel 或 WPS 另存为 .xlsx 后发来。"),
    (0, b"ID;P", " SYLK 表格", "请用 Excel 或 WPS 另存为 .xlsx 后发来。"),
    (0, b"\x7fELF", "程序文件", _WANTED),
)
# Streams of an OLE file that say what wrote it; the first that is there decides.
_STREAMS: tuple[tuple[str, str], ...] = (
    ("encryptedpackage", "password"),
    ("workbook", "xls"),
    ("book", "xls"),
    ("worddocument", "doc"),
    ("powerpoint document", "演示文稿"),
    ("visiodocument", "绘图文件"),
    ("__properties_version1.0", " Outlook 邮件"),
)
# Names under which a text is a table, if it is anything.
_TABLE_NAMES = frozenset(
    (".csv", ".tsv", ".tab", ".psv", ".xls", ".xlsx", ".xlsm", ".xlsb", ".xlt", ".et", ".ods")
)
_SHEET_NAMES = _TABLE_NAMES - {".csv", ".tsv", ".tab", ".psv"}
_BINARY_NAMES = _SHEET_NAMES | {".doc", ".docx", ".wps", ".pdf", ".rtf"}
_HTML = re.compile(
    # Atomic, so that a thousand comments are not tried in every combination.
    r"\s*(?:<\?xml[^>]*>\s*)?(?>(?><!--.*?-->)\s*)*+"
    r"<(?:!doctype\s+html|html|head|body|meta|title|style|table|center|div|font)\b",
    re.IGNORECASE | re.DOTALL,
)
_STRANGE = re.compile(r"[\x00-\x08\x0e-\x19\x1b-\x1f\ufffd]")
_MAIL = re.compile(r"(?:[A-Za-z][A-Za-z0-9-]{1,40}:[^\n]*\n(?:[ \t][^\n]*\n)*){2,}")


def find_kind(content: bytes, name: str, limits: Limits) -> Kind:
    """Return what a file's content is, having held it to the limits its kind can be held to.

    Raises Refused: R201 empty or damaged, R202 password, R203 nothing that can be read as a table
    or a document (also a zip of files: see `is_archive`), R204 over a limit.
    """
    if not content.strip(b" \t\r\n\0\xef\xbb\xbf\xff\xfe"):
        raise Refused(
            DAMAGED.code, "文件是空的，没有内容。请确认原件已保存，重新发来填好的 Excel 表。"
        )
    if len(content) > limits.file_bytes:
        raise Refused(
            OVER_LIMIT.code,
            f"文件超过 {limits.file_bytes >> 20} MB，没有打开。"
            "请删去图片等无关内容，只留填报表格，另存为 .xlsx 后重新发来。",
        )
    suffix = PurePath(name).suffix.lower()
    if content.startswith(_OLE):
        return _find_ole_kind(content, suffix)
    if content.startswith(b"PK\x03\x04"):
        return _find_zip_kind(content, limits)
    if b"%PDF-" in content[:1024]:
        return "pdf"
    if content[:1024].lstrip().startswith(b"{\\rt"):
        return "rtf"
    if content.startswith(_SHORTCUT):
        raise Refused(LINK.code, f"这是快捷方式，里面没有内容。{_WANTED}")
    for offset, mark, what, wanted in _FOREIGN:
        if content.startswith(mark, offset):
            raise Refused(NOT_A_TABLE.code, f"这是{what}，不能汇总。{wanted}")
    text = sniff_text(content)
    if text is not None:
        return _find_text_kind(text, suffix)
    if looks_zipped(content):  # something stands before the zip
        return _find_zip_kind(content, limits)
    if content.startswith((b"BM", b"MZ")):  # two letters that may as well begin a text
        what = "图片" if content.startswith(b"BM") else "程序文件"
        raise Refused(NOT_A_TABLE.code, f"这是{what}，不能汇总。{_WANTED}")
    if suffix in _BINARY_NAMES:
        raise Refused(DAMAGED.code, f"名为 {suffix}，内容却不是，可能已损坏或没有传完。{RESAVE}")
    raise Refused(NOT_A_TABLE.code, f"认不出这是什么文件。{_WANTED}")


def is_archive(content: bytes, limits: Limits) -> bool:
    """Tell whether the content is a zip of files (which may be returns), not one document."""
    if not content.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return False
    try:
        return not is_package(frozenset(entry.name for entry in list_entries(content, limits)))
    except Refused:
        return False


def _find_zip_kind(content: bytes, limits: Limits) -> Kind:
    if not is_package(frozenset(entry.name for entry in list_entries(content, limits))):
        raise Refused(
            NOT_A_TABLE.code, "这是压缩包，没有再打开。请解压后把里面的 Excel 表直接发来。"
        )
    return inspect_package(content, limits).kind


# ---------------------------------------------------------------- OLE: Office 97-2003 and WPS


def _find_ole_kind(content: bytes, suffix: str) -> Kind:
    import olefile

    damaged = Refused(DAMAGED.code, f"文件没有传完或已损坏，打不开。{RESAVE}")
    try:
        with olefile.OleFileIO(io.BytesIO(content)) as file:
            streams = {path[0].lower(): path[0] for path in file.listdir()}
            found = next(((name, kind) for name, kind in _STREAMS if name in streams), None)
            start = b""
            if found and found[1] == "xls":
                start = file.openstream(streams[found[0]]).read(4096)
    except Exception as error:
        # olefile raises whatever a broken directory makes it stumble over.
        raise damaged from error
    if found is None:
        if suffix in _BINARY_NAMES:
            raise damaged
        raise Refused(NOT_A_TABLE.code, f"这不是表格文件。{_WANTED}")
    kind = found[1]
    if kind == "password" or (kind == "xls" and _has_password(start)):
        # Excel also encrypts, with a password of its own, where only “保护工作簿” was asked for.
        raise Refused(
            PASSWORD.code,
            "文件是加密的，读不到内容。请取消打开密码和“保护工作簿”，另存为 .xlsx 后重新发来。",
        )
    if kind == "xls":
        return "xls"
    if kind == "doc":
        return "wps" if suffix in (".wps", ".wpt") else "doc"
    raise Refused(NOT_A_TABLE.code, f"这是{kind}，不能汇总。{_WANTED}")


def _has_password(start: bytes) -> bool:
    """Tell whether a BIFF stream has a FILEPASS record; it stands before the first sheet's.

    Source: [MS-XLS] 2.4.117 and the order of records in 2.1.7.20.3.
    """
    at = 0
    while at + 4 <= len(start):
        record = int.from_bytes(start[at : at + 2], "little")
        if record in (0x2F, 0x0A, 0x85):  # FILEPASS; EOF, BOUNDSHEET
            return record == 0x2F
        at += 4 + int.from_bytes(start[at + 2 : at + 4], "little")
    return False


# ---------------------------------------------------------------- texts


def sniff_text(content: bytes, limit: int = 65_536) -> str | None:
    """Return the beginning of a text, as far as its encoding is known; None for what is none."""
    head = content[:limit]
    if len(content) > limit:
        head = head.rpartition(b"\n")[0] or head  # a character cut in two could mislead
    text, _ = decode_text(head)
    return text if len(_STRANGE.findall(text)) <= max(1, len(text) // 20) else None


def _find_text_kind(text: str, suffix: str) -> Kind:
    start = text[:4096]
    if start.lstrip("\ufeff").startswith("[InternetShortcut]"):
        raise Refused(LINK.code, f"这是网址快捷方式，里面没有内容。{_WANTED}")
    mail = _MAIL.match(text.replace("\r\n", "\n"))
    if mail and "mime-version:" in mail[0].lower():
        page = "multipart/related" in mail[0].lower()
        what = "单个文件网页（MHTML）" if page else "邮件"
        wanted = (
            "请用 Excel 或 WPS 打开，另存为 .xlsx 后发来。"
            if page
            else "请把其中的附件单独存下来。"
        )
        raise Refused(NOT_A_TABLE.code, f"这是{what}，不能汇总。{wanted}")
    if _HTML.match(text):
        return "html"
    if start.lstrip().startswith("<?xml") or "<?mso-application" in start:
        if "urn:schemas-microsoft-com:office:spreadsheet" in start:
            return "xml"
        raise Refused(
            NOT_A_TABLE.code,
            "这是 XML 文件，不能汇总。请用 Excel 或 WPS 打开，另存为 .xlsx 后发来。",
        )
    is_table = _has_columns(text)
    if suffix in _BINARY_NAMES and not is_table:
        raise Refused(
            DAMAGED.code, f"名为 {suffix}，内容却是一段文字，可能已损坏或没有传完。{RESAVE}"
        )
    return "csv" if is_table or suffix in _TABLE_NAMES else "text"


def _has_columns(text: str) -> bool:
    """Tell whether the first lines are parted alike by tabs, commas or semicolons."""
    lines = [line for line in text.splitlines()[:20] if line.strip()]
    for mark in "\t,;":
        counts = [line.count(mark) for line in lines]
        if min(counts, default=0) and max(counts) - min(counts) <= max(counts) // 4:
            return len(lines) > 1 or counts[0] > 1
    return False
