"""Draw the pictures of the handbook from the examples: docs/pictures/*.png.

    python packaging/pictures.py

Needs LibreOffice (soffice), pdftoppm and a Chinese font. The page's are drawn by page_pictures.py.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "docs" / "pictures"


def main() -> int:
    """Run the demo in a scratch folder; draw its summary and a form."""
    with tempfile.TemporaryDirectory() as scratch:
        demo = Path(scratch) / "demo"
        run(sys.executable, "-m", "taskxl", "demo", demo)
        month = demo / "2026年04月"
        form = next((month / "下发").glob("附件2-基教股-*.xlsx"))
        PICTURES.mkdir(exist_ok=True)
        summary = month / "汇总" / "2026年1-4月汇总.xlsx"
        draw(summary, "overview", Path(scratch))
        draw(summary, "summary", Path(scratch), page=4)  # of 汇总表, with gaps of every colour
        draw(form, "form", Path(scratch))
    return 0


def draw(workbook: Path, name: str, scratch: Path, page: int = 1) -> None:
    """Draw a page of a workbook as it prints."""
    profile = f"-env:UserInstallation={(scratch / 'profile').as_uri()}"
    run("soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", scratch, workbook)
    printed = scratch / f"{workbook.stem}.pdf"
    run("pdftoppm", "-png", "-r", "80", "-f", page, "-singlefile", printed, PICTURES / name)


def run(*command: object) -> None:
    """Run a program; raises subprocess.CalledProcessError where it fails."""
    words = [str(word) for word in command]
    environment = {**os.environ, "LANGUAGE": "zh_CN"}
    subprocess.run(words, check=True, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)  # noqa: S603


if __name__ == "__main__":
    sys.exit(main())
