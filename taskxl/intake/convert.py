"""Documents converted by LibreOffice, where it is installed: others to .docx, ours to PDF."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Literal

from taskxl.intake.refusals import Refused

SECONDS = 120
NOT_INSTALLED = (
    "这种文档（.doc、.wps、.rtf、.odt）要借助 LibreOffice 读取，这台电脑上没有找到它。"
    "请用 Word 或 WPS 另存为 .docx，或安装 LibreOffice 后再运行。"
)
NOT_CONVERTED = "LibreOffice 没能打开这份文档。请用 Word 或 WPS 打开后另存为 .docx。"
TOO_SLOW = f"LibreOffice 转换超过 {SECONDS} 秒没有结束，已停止。请用 Word 或 WPS 另存为 .docx。"
_USUAL_PLACES = (
    "C:/Program Files/LibreOffice/program/soffice.com",
    "C:/Program Files (x86)/LibreOffice/program/soffice.com",
    "/Applications/LibreOffice.app/Contents/MacOS/soffice",
)
# A stranger's document runs no macro, follows no link and fetches nothing while it is converted.
_SETTINGS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Common/Security/Scripting">
<prop oor:name="MacroSecurityLevel" oor:op="fuse"><value>3</value></prop>
<prop oor:name="DisableMacrosExecution" oor:op="fuse"><value>true</value></prop>
<prop oor:name="DisableActiveContent" oor:op="fuse"><value>true</value></prop>
<prop oor:name="BlockUntrustedRefererLinks" oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Writer/Content/Update">
<prop oor:name="Link" oor:op="fuse"><value>0</value></prop></item>
</oor:items>
"""


def find_office() -> str | None:
    """Return the path of LibreOffice's program, or None where there is none."""
    for name in ("soffice", "libreoffice"):
        found = shutil.which(name)
        if found:
            return found
    return next((place for place in _USUAL_PLACES if Path(place).is_file()), None)


def convert_to_docx(content: bytes, kind: Literal["doc", "wps", "rtf", "odt"]) -> bytes:
    """Return a document of another kind as .docx.

    LibreOffice runs in a profile and a folder of its own, both removed afterwards.
    Raises Refused (R201) when it is not installed, does not open the file or does not end.
    """
    return _convert(content, kind, "docx:MS Word 2007 XML")


def convert_to_pdf(content: bytes) -> bytes:
    """Return a .docx of our own as PDF.

    Raises Refused (R201) when LibreOffice is not installed, does not open it or does not end.
    """
    return _convert(content, "docx", "pdf:writer_pdf_Export")


def _convert(content: bytes, kind: str, target: str) -> bytes:
    office = find_office()
    if office is None:
        raise Refused("R201", NOT_INSTALLED)
    with tempfile.TemporaryDirectory(prefix="taskxl-", ignore_cleanup_errors=True) as folder:
        place = Path(folder)
        settings = place / "profile" / "user" / "registrymodifications.xcu"
        settings.parent.mkdir(parents=True)
        settings.write_text(_SETTINGS, encoding="utf-8")
        source, made = place / f"document.{kind}", place / "made"
        source.write_bytes(content)
        _run(
            [
                office,
                f"-env:UserInstallation={(place / 'profile').as_uri()}",
                *("--headless", "--norestore", "--nolockcheck"),
                *("--convert-to", target, "--outdir", str(made), str(source)),
            ],
            place,
        )
        try:
            return (made / f"document.{target.partition(':')[0]}").read_bytes()
        except FileNotFoundError as error:
            raise Refused("R201", NOT_CONVERTED) from error


def _run(command: list[str], folder: Path) -> None:
    """Run LibreOffice to its end; the starter it leaves behind ends with it."""
    # What it lays aside goes with the folder, wherever this run's is (TMP, TEMP: Windows).
    beside = dict.fromkeys(("TMPDIR", "TMP", "TEMP"), str(folder))
    # A group of its own (POSIX), because soffice is a script that starts the real program.
    process = subprocess.Popen(  # noqa: S603 — a fixed program, a file name of our own
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        env=os.environ | beside,
    )
    try:
        process.wait(SECONDS)
    except subprocess.TimeoutExpired as error:
        raise Refused("R201", TOO_SLOW) from error
    finally:
        if process.poll() is None:
            if sys.platform == "win32":
                process.kill()
            else:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
