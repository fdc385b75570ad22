"""The folder of one year's work: what lies where in it, and how files get there whole."""

import os
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import Literal

from taskxl import resources
from taskxl.errors import TaskxlError
from taskxl.model import Period, in_digits
from taskxl.paths import reach
from taskxl.text import safe_file_name, show
from taskxl.workspace.files import explain_os_error, make_folder, read_whole

MASTER = "主清单.xlsx"
LEDGER = "台账.db"
TEMPLATES = "模板"
ISSUED = "下发"
LETTERS = "邮件"
PARCELS = "打包"
RETURNS = "回收"
MERGED = "汇总"

FORM_TEMPLATES = {"eight": "附件2.xlsx", "seven": "附件2-七栏.xlsx"}
"""The drawings of 附件2 that ship, by `Settings.form_columns`."""

_OFFICE_LIMIT = 40
"""Characters of an office's name in a file name; 40 Chinese ones are 120 bytes of at most 255."""


@dataclass(frozen=True, slots=True)
class Workspace:
    """A workspace by its folder; `主清单.xlsx` in it marks it (design.md, "The workspace")."""

    root: Path

    def __post_init__(self) -> None:
        object.__setattr__(self, "root", reach(self.root))

    @property
    def master_path(self) -> Path:
        """主清单.xlsx, the one truth on tasks."""
        return self.root / MASTER

    @property
    def ledger_path(self) -> Path:
        """台账.db, the history."""
        return self.root / LEDGER

    def month_folder(self, period: Period) -> Path:
        """`2021年04月`, all that belongs to one report."""
        return self.root / period.folder

    def issue_folder(self, period: Period) -> Path:
        """Where the forms of a period go out."""
        return self.month_folder(period) / ISSUED

    def letters_folder(self, period: Period) -> Path:
        """Where the drafts of letters of a period go."""
        return self.issue_folder(period) / LETTERS

    def parcels_folder(self, period: Period) -> Path:
        """Where forms packed for OA or chat go."""
        return self.issue_folder(period) / PARCELS

    def returns_folder(self, period: Period) -> Path:
        """Where whatever came back lies; only ever read."""
        return self.month_folder(period) / RETURNS

    def merge_folder(self, period: Period) -> Path:
        """Where summary and bulletin of a period go."""
        return self.month_folder(period) / MERGED

    def form_path(self, office: str, period: Period) -> Path:
        """Return the path of an office's form, `附件2-基安股-2021年4月.xlsx`.

        Two offices never share a path: a name that no file may bear gets a mark of its own.
        """
        return self.issue_folder(period) / f"附件2-{_name_office(office)}-{period.name}.xlsx"

    def letter_path(self, word: str, office: str, period: Period) -> Path:
        """Return the path of an office's draft, `催报-基安股-2021年4月.eml`."""
        return self.letters_folder(period) / f"{word}-{_name_office(office)}-{period.name}.eml"

    def parcel_path(self, office: str, period: Period) -> Path:
        """Return the path of an office's form packed for OA or chat, `基安股-2021年4月.zip`."""
        return self.parcels_folder(period) / f"{_name_office(office)}-{period.name}.zip"

    def summary_path(self, period: Period) -> Path:
        """Return the path of a period's summary, `2021年1-4月汇总.xlsx`."""
        return self.merge_folder(period) / f"{period.year}年{period.label}汇总.xlsx"

    def summary_paths(self, period: Period) -> Iterator[Path]:
        """Yield where a period's summary may lie: its path, then those beside it, without end."""
        path = self.summary_path(period)
        yield path
        for number in count(1):
            yield path.with_stem(f"{path.stem}（新{number}）")

    def bulletin_path(self, period: Period) -> Path:
        """Return the path of a period's bulletin, `2021年1-4月通报.docx`."""
        return self.merge_folder(period) / f"{period.year}年{period.label}通报.docx"

    def card_path(self, subject: str, period: Period) -> Path:
        """Return the path of a 督办单 of an office or a task, `督办单-基安股-2021年4月.docx`."""
        return self.merge_folder(period) / f"督办单-{_name_office(subject)}-{period.name}.docx"

    def cards_path(self, period: Period) -> Path:
        """Return the path of all 督办单 of a period in one zip, `2021年1-4月督办单.zip`."""
        return self.merge_folder(period) / f"{period.year}年{period.label}督办单.zip"

    def data_path(self, period: Period | None, year: int, kind: str) -> Path:
        """Return where the flat tables of a period or a year go: `2021年1-4月数据.xlsx`.

        `kind` is the ending; those of csv go into a folder, which has none.
        """
        ending = "" if kind == "csv" else f".{kind}"
        if period is None:
            return self.root / f"{year}年数据{ending}"
        return self.merge_folder(period) / f"{period.year}年{period.label}数据{ending}"

    def year_path(self, year: int) -> Path:
        """Return the path of the year's ledger as a workbook, `2021年工作台账.xlsx`."""
        return self.root / f"{year}年工作台账.xlsx"

    def year_report_path(self, year: int) -> Path:
        """Return the path of the year's report, `2021年重点工作总结.docx`."""
        return self.root / f"{year}年重点工作总结.docx"

    def calendar_path(self, year: int, office: str = "") -> Path:
        """Return the path of the year's milestones as a calendar file, of all or of one office."""
        whose = f"-{_name_office(office)}" if office else ""
        return self.root / f"{year}年重点工作节点{whose}.ics"

    def create(self) -> None:
        """Make the folder itself; raises TaskxlError when that fails, or lies in a workspace."""
        self.require_apart()
        make_folder(self.root)

    def require_apart(self) -> None:
        """Raise TaskxlError, one Chinese line, where the folder lies in another workspace."""
        real = Path(os.path.realpath(self.root))
        for outer in dict.fromkeys((*self.root.absolute().parents, *real.parents)):
            if os.path.isfile(outer / MASTER):  # noqa: PTH113 - raises nothing of what is closed
                raise TaskxlError(
                    f"“{show(self.root)}”在工作区“{show(outer)}”里面。"
                    "工作区里不能再建工作区，请换一个文件夹。"
                )

    def read_master_bytes(self) -> bytes:
        """Return the bytes of 主清单.xlsx; raises TaskxlError when it cannot be read."""
        return read_whole(self.master_path)

    def has_month(self, period: Period) -> bool:
        """Tell whether a period has its folder, that is, has been issued."""
        return self.month_folder(period).is_dir()

    def find_lookalikes(self, period: Period) -> list[Path]:
        """Return folders that were a period's by their names, and bear another or lie elsewhere.

        Such are `2021年6月`, `2021-06`, `六月`, `2021年06月 - 副本`, or one of these names within
        another folder.
        One counts only with 下发, 回收 or 汇总 in it.
        """
        own = self.month_folder(period)
        near = _list_folders(self.root)
        within = (
            inner
            for folder in near
            if folder.name not in (ISSUED, RETURNS, MERGED)
            for inner in _list_folders(folder)
        )
        return [
            folder
            for folder in (*near, *within)
            if folder != own
            and _names_month(folder.name, period)
            and any((folder / part).is_dir() for part in (ISSUED, RETURNS, MERGED))
        ]

    def other_years(self, year: int) -> list[int]:
        """Return the years of the month folders here, where none of them is of `year`."""
        names = [_MONTH_FOLDER.fullmatch(folder.name) for folder in _list_folders(self.root)]
        years = sorted({int(name["year"]) for name in names if name})
        return [] if year in years else years

    def prepare_month(self, period: Period) -> Path:
        """Make the folders 下发, 回收 and 汇总 of a period; return 回收.

        Raises TaskxlError when that fails.
        """
        for folder in (self.issue_folder, self.returns_folder, self.merge_folder):
            make_folder(folder(period), self.root)
        return self.returns_folder(period)

    def prepare_merge(self, period: Period) -> None:
        """Make the folder 汇总 of a period whose own folder is there.

        Raises TaskxlError when that fails.
        """
        make_folder(self.merge_folder(period), self.month_folder(period))

    def list_returns(self, period: Period) -> list[str]:
        """Return what lies under 回收 of a period: see the function `list_returns`."""
        return list_returns(self.returns_folder(period))

    def template(self, name: str) -> bytes:
        """Return a template: the bureau's own copy under 模板/ if there is one, else the shipped.

        Raises TaskxlError when the bureau's copy cannot be read.
        """
        own = self.root / TEMPLATES / name
        return read_whole(own) if own.exists() else resources.template(name)

    def form_template(self, columns: Literal["eight", "seven"] = "eight") -> tuple[str, bytes]:
        """Return the name and the bytes of the drawing of 附件2 that goes out.

        The bureau's own under 模板/ goes before the shipped one that `columns` chooses.
        Raises TaskxlError when the bureau's copy cannot be read.
        """
        chosen = FORM_TEMPLATES[columns]
        drawn = (name for name in (chosen, FORM_TEMPLATES["eight"]) if self._has_own(name))
        name = next(drawn, chosen)
        return name, self.template(name)

    def redrawn_templates(self) -> dict[str, bytes]:
        """Return the bureau's own templates by name, without those that are the shipped ones.

        Raises TaskxlError when one cannot be read.
        """
        names = [one.name for one in resources.shipped("templates").iterdir()]
        own = {name: self.template(name) for name in names if self._has_own(name)}
        return {n: content for n, content in own.items() if content != resources.template(n)}

    def _has_own(self, name: str) -> bool:
        return (self.root / TEMPLATES / name).exists()


_MONTH_FOLDER = re.compile(r"(?P<year>\d{4})年\d{2}月")
_MONTH_NAME = re.compile(
    r"\D*?(?:(?P<year>\d{4})\s*[年\-./_]?\s*)?(?P<month>\d{1,2})\s*(?:月(?!\s*\d{1,2}\s*[日号])|(?=[^\d月]|$))(?:\D.*)?"
)


def _names_month(name: str, period: Period) -> bool:
    """Tell whether a folder's name names a month, in whatever way."""
    found = _MONTH_NAME.fullmatch(in_digits(unicodedata.normalize("NFKC", name).strip()))
    if found is None or int(found["month"]) != period.month:
        return False
    return int(found["year"]) == period.year if found["year"] else "月" in name


def _list_folders(folder: Path) -> list[Path]:
    try:
        with os.scandir(folder) as entries:
            return sorted(Path(entry.path) for entry in entries if _is_real_folder(entry))
    except OSError:
        return []


def _name_office(office: str) -> str:
    safe = safe_file_name(office, _OFFICE_LIMIT)
    # Windows takes 信息IT组 and 信息it组 for one file.
    if safe == office == office.upper():
        return safe
    return f"{safe}-{sha256(office.encode()).hexdigest()[:4]}"


def find_workspace(start: Path, exact: bool = False) -> Workspace:
    """Return the workspace that `start` lies in: the folder itself or the nearest parent.

    With `exact` only the folder itself will do. Raises TaskxlError when there is none.
    """
    folder = reach(start.absolute())
    for candidate in (folder,) if exact else (folder, *folder.parents):
        if (candidate / MASTER).is_file():
            return Workspace(candidate)
    where = "里" if exact else "和它的上级文件夹里都"
    what = f"{where}没有 {MASTER}" if folder.exists() else "不存在"
    raise TaskxlError(
        f"“{show(folder)}”{what}，不是工作区。"
        f"请进入工作区所在文件夹，或用 -C 指定；还没有工作区时请先运行 taskxl init。"
    )


def list_returns(folder: Path) -> list[str]:
    """Return the path of everything in `folder`, at any depth, that is not a folder, sorted.

    Paths are relative to `folder`, with forward slashes.
    Linked folders are not entered but listed, and so is a folder that cannot be opened:
    the gate gives each of them its verdict, so that nothing is passed over in silence.
    A folder that is not there holds nothing. Raises TaskxlError, one Chinese line, where `folder`
    itself cannot be opened: nobody must be called 未报送 for that.
    """
    return sorted(path.relative_to(folder).as_posix() for path in _walk(folder))


def _walk(top: Path) -> Iterator[Path]:
    waiting = [top]
    while waiting:
        folder = waiting.pop()
        try:
            with os.scandir(folder) as entries:
                found = [(Path(entry.path), _is_real_folder(entry)) for entry in entries]
        except OSError as error:
            if folder != top:
                yield folder
            elif not isinstance(error, FileNotFoundError):
                raise TaskxlError(
                    f"文件夹“{show(top)}”打不开：{explain_os_error(error)}"
                    "不能当作谁都没有报送，没有往下做。"
                ) from error
            continue
        for path, is_folder in found:
            if is_folder:
                waiting.append(path)
            else:
                yield path


def _is_real_folder(entry: "os.DirEntry[str]") -> bool:
    try:
        # A junction of Windows is a linked folder that calls itself a folder.
        junction = getattr(entry, "is_junction", lambda: False)()
        return entry.is_dir(follow_symlinks=False) and not junction
    except OSError:
        return False
