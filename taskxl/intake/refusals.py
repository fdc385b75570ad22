"""Why a file cannot be taken: the codes of the door, and a refusal as exception and as value."""

from dataclasses import dataclass

from taskxl.findings import rule

MB = 1 << 20

DAMAGED = rule(
    "R201",
    "文件损坏",
    "error",
    what="文件是空的、没有传完，或内部结构坏了，打不开。",
    why="打不开的文件里有没有填报内容无从知道，不能当作已报送。",
    cure="请该股室用 Excel 或 WPS 打开原件，确认内容完整后另存为 .xlsx，重新发来。",
    listed_in="files",
    mender="office",
    urgency=4,
    together=True,
)
PASSWORD = rule(
    "R202",
    "文件有密码",
    "error",
    what="文件设了打开密码，内容是加密的。",
    why="没有密码就读不到内容；程序不猜测、也不保存任何人的密码。",
    cure="请该股室取消打开密码后重新发来（Excel：文件－信息－保护工作簿；WPS：文件－文档加密）。",
    listed_in="files",
    mender="office",
    urgency=4,
    together=True,
)
NOT_A_TABLE = rule(
    "R203",
    "不是能汇总的表格",
    "error",
    what="交来的是 PDF、图片、旧版 Word、演示文稿、压缩包等，不是可以汇总的表格。",
    why="这些格式里的文字不在单元格中，照抄容易错行、漏字。",
    cure="请该股室发回填好的 Excel 表（.xlsx）；压缩包请先解压，图片和 PDF 请改发原表。",
    listed_in="files",
    mender="office",
    urgency=4,
    together=True,
)
OVER_LIMIT = rule(
    "R204",
    "超出安全限度",
    "error",
    what="文件过大、解压后过大、单元格范围过大，或含有办公表格不会有的危险结构。",
    why="这样的文件会耗尽内存或让程序停住，拖累其他股室的汇总。",
    cure="请该股室把填报内容复制到一张新的空白表里，另存为 .xlsx 后重新发来。",
    listed_in="files",
    mender="office",
    urgency=4,
    together=True,
)
LINK = rule(
    "R210",
    "快捷方式或特殊文件",
    "warning",
    what="这是链接、快捷方式、管道或文件夹，不是普通文件。",
    why="链接会指到别处，管道会让程序一直等下去，因此不读。",
    cure="请把真正的文件复制到“回收”文件夹，再运行一次。",
    listed_in="files",
    mender="office",
    urgency=4,
    together=True,
)
TEMPORARY = rule(
    "R211",
    "临时文件或锁文件",
    "info",
    what="这是 Excel、WPS、浏览器或系统自己产生的临时文件，不是报送件。",
    why="其中没有填报内容，或内容尚不完整。",
    cure="一般不用处理；如果是没有下载完的文件，请重新下载。",
    listed_in="files",
    urgency=4,
    together=True,
    verdict="skipped",
)


class Refused(Exception):  # noqa: N818 — named for what happened, as design.md's verdict is
    """One file cannot be taken; the rest of the batch goes on.

    `code` is a declared R2xx code; `reason` is Chinese and says what the office should send.
    """

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(code, reason)
        self.code = code
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Refusal:
    """The same as a value: the R2xx code, and the reason in Chinese."""

    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one file may ask for. Such bounds let 3,005 of 3,014 real .xlsx pass.

    `entries`, `inflated` (bytes) and `ratio` (where an entry is over `ratio_above` bytes) bound a
    zip; `file_bytes` the file itself; `cell_area` the cells a sheet's grid would have; `spaces`
    the blanks an OpenDocument file may ask for by count. `memory` (bytes on top of a fresh
    worker) and `seconds` (wall clock for each file) bound the worker that parses.
    """

    entries: int = 5_000
    inflated: int = 600 * MB
    ratio: int = 200
    ratio_above: int = MB
    file_bytes: int = 100 * MB
    cell_area: int = 5_000_000
    spaces: int = MB
    memory: int = 2048 * MB
    seconds: float = 30.0
