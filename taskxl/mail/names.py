"""Under what name an attachment is put into 回收/: safe, telling, never a path."""

from datetime import date
from pathlib import PurePosixPath

from taskxl.text import safe_file_name

# In bytes of UTF-8, of 255 that file systems have for a name; a Chinese character takes three.
_SENDER, _STEM, _SUFFIX = 48, 120, 16


def name_attachment(day: date | None, sender: str, name: str) -> str:
    """Return `2021-04-20-周晓禾-附件2.xlsx`, cut to what every system accepts, its ending kept.

    >>> name_attachment(date(2021, 4, 20), "周晓禾", "../../附件2.xlsx")
    '2021-04-20-周晓禾-_.._附件2.xlsx'
    """
    stem, suffix = _split(safe_file_name(name, 1000))
    who = _cut(safe_file_name(sender, 1000), _SENDER) if sender.strip() else "发件人不明"
    when = day.isoformat() if day else "日期不明"
    return f"{when}-{who}-{_cut(stem, _STEM)}{suffix}"


def name_saved(path: PurePosixPath) -> PurePosixPath:
    """Return a relative path each part of which is a safe name.

    >>> str(name_saved(PurePosixPath("四月/基安股: 表.xlsx")))
    '四月/基安股_ 表.xlsx'
    """
    *folders, name = (safe_file_name(part, 1000) for part in path.parts)
    stem, suffix = _split(name)
    return PurePosixPath(*(_cut(one, _STEM) for one in folders), _cut(stem, _STEM) + suffix)


def mark_copy(path: PurePosixPath, number: int) -> PurePosixPath:
    """Return the path for the `number`-th file of that name: itself, then with a mark.

    >>> str(mark_copy(PurePosixPath("邮件/表.xlsx"), 2))
    '邮件/表（2）.xlsx'
    """
    return path if number == 1 else path.with_name(f"{path.stem}（{number}）{path.suffix}")


def _split(name: str) -> tuple[str, str]:
    suffix = PurePosixPath(name).suffix
    if len(suffix.encode()) > _SUFFIX:
        suffix = ""
    return name.removesuffix(suffix) if suffix else name, suffix


def _cut(text: str, most: int) -> str:
    return text.encode()[:most].decode("utf-8", "ignore").strip(" .") or "_"
