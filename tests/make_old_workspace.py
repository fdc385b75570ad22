"""Make a workspace with an earlier taskxl, for tests/test_upgrading.py.

    git archive COMMIT taskxl templates examples | tar -x -C OLD
    python -m tests.make_old_workspace OLD tests/old_workspaces/0.1.0.zip

The list is invented; two of three offices have reported April, and April was merged. COMMIT is the first with a ledger: 5201c60, version 0.1.0.
"""

import io
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from tests.clerks import fill_form
from tests.month_of_clerks import MASTER_LIST
from tests.support import make_workbook

RUN = "import sys; sys.path.insert(0, sys.argv.pop(1)); from taskxl.cli import main; main()"


def make(old: Path) -> bytes:
    """Return the zip of a workspace that the code in folder `old` made."""
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch) / "2021年重点工作"
        source = Path(scratch) / "附件1.xlsx"
        source.write_bytes(make_workbook({"Sheet1": MASTER_LIST}))

        def run(*arguments: object) -> None:
            command = [sys.executable, "-c", RUN, str(old), *map(str, arguments)]
            subprocess.run(command, check=True, cwd=scratch)

        run("init", root, "--from", source)
        run("-C", root, "issue", "--month", "4")
        month = root / "2021年04月"
        for office in ("办公室", "基教股"):
            form = next((month / "下发").glob(f"附件2-{office}-*.xlsx"))
            fill_form(form, month / "回收" / form.name)
        run("-C", root, "merge", "--month", "4")
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
            for path in sorted(root.rglob("*")):
                if path.is_file():
                    name = path.relative_to(root).as_posix()
                    entry = zipfile.ZipInfo(name, (2021, 4, 24, 9, 0, 0))
                    entry.compress_type = zipfile.ZIP_DEFLATED
                    archive.writestr(entry, path.read_bytes())
    return buffer.getvalue()


if __name__ == "__main__":
    Path(sys.argv[2]).write_bytes(make(Path(sys.argv[1])))
