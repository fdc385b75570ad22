"""Draw the pictures of the handbook from the examples: docs/pictures/*.png.

    python packaging/pictures.py

Needs LibreOffice (soffice), pdftoppm and a Chinese font.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "docs" / "pictures"


def main() -> int:
    """Run the demo in a scratch folder; draw the first page of the summary and of a form."""
    with tempfile.TemporaryDirectory() as scratch:
        demo = Path(scratch) / "demo"
        run(sys.executable, "-m", "taskxl", "demo", demo)
        month = demo / "2026年04月"
        form = next((month / "下发").glob("附件2-基教股-*.xlsx"))
        PICTURES.mkdir(exist_ok=True)
        draw(month / "汇总" / "2026年1-4月汇总.xlsx", "summary", Path(scratch))
        draw(form, "form", Path(scratch))
    return 0


def draw(workbook: Path, name: str, scratch: Path) -> None:
    """Draw the first page of a workbook as it prints."""
    profile = f"-env:UserInstallation={(scratch / 'profile').as_uri()}"
    run("soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", scratch, workbook)
    page = scratch / f"{workbook.stem}.pdf"
    run("pdftoppm", "-png", "-r", "70", "-f", "1", "-singlefile", page, PICTURES / name)


def run(*command: object) -> None:
    """Run a program; raises subprocess.CalledProcessError where it fails."""
    words = [str(word) for word in command]
    subprocess.run(words, check=True, cwd=ROOT, stdout=subprocess.DEVNULL)  # noqa: S603


if __name__ == "__main__":
    sys.exit(main())
