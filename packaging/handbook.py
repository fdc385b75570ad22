"""Build the handbook: its pages for a browser, and all of them in one PDF.

    python packaging/handbook.py [--to FOLDER]

Needs mkdocs-material (`pip install '.[test]'`), Chromium and a Chinese font. FOLDER
(build/handbook) gets the pages, and taskxl手册.pdf beside them, printed from these very pages;
and 给股室填报人.pdf, a page to mail with the form, and 给领导.pdf.
"""

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from lxml import html

ROOT = Path(__file__).resolve().parent.parent
CONFIG = ROOT / "packaging" / "handbook.yml"
PDF = "taskxl手册.pdf"
ALONE = {"for_offices": "给股室填报人", "for_leaders": "给领导"}
"""Pages that are printed once more, each by itself."""
STYLE = """
@page { size: A4; margin: 20mm 18mm; @bottom-center { content: counter(page); font-size: 9pt } }
body { font: 10.5pt/1.7 "Noto Sans CJK SC", "Microsoft YaHei", sans-serif; }
section { break-before: page; }
section:first-of-type { break-before: auto; }
h1 { font-size: 18pt; border-bottom: 1px solid #888; }
h2 { font-size: 13pt; } h3 { font-size: 11pt; }
h1, h2, h3 { break-after: avoid; }
table { border-collapse: collapse; width: 100%; font-size: 9pt; }
th, td { border: 1px solid #aaa; padding: 3px 6px; text-align: left; vertical-align: top; }
td:first-child { min-width: 4em; }
tr, img { break-inside: avoid; }
pre { orphans: 7; widows: 7; }
p:has(+ table), p:has(+ pre), p:has(+ p > img) { break-after: avoid; }
img { max-width: 100%; max-height: 105mm; display: block; border: 1px solid #ccc; }
code { font-family: "Noto Sans Mono CJK SC", monospace; font-size: 9pt; background: #f2f2f2; }
pre { padding: 6px; white-space: pre-wrap; overflow-wrap: anywhere; background: #f2f2f2; }
a { color: inherit; }
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Build pages and PDF; print where they are."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--to", type=Path, default=ROOT / "build" / "handbook")
    given = parser.parse_args(arguments)
    site = given.to.resolve()
    build_pages(site)
    print_pages(site, site / PDF, [*read_contents()])
    for name, title in ALONE.items():
        print_pages(site, site / f"{title}.pdf", [name])
    print(f"{site / 'index.html'}\n{site / PDF}: {(site / PDF).stat().st_size / 1e6:.1f} MB")
    return 0


def build_pages(site: Path) -> None:
    """Build the pages; a warning is an error."""
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet"]
    run(*command, "--config-file", CONFIG, "--site-dir", site)


def print_pages(site: Path, target: Path, names: Sequence[str]) -> None:
    """Print pages of a built handbook, in the order of their names, to one PDF."""
    browser = next(
        filter(None, map(shutil.which, ("chromium", "chromium-browser", "chrome"))), None
    )
    if browser is None:
        raise SystemExit("Chromium is not installed: no PDF.")
    whole = site / "print.html"
    whole.write_text(join_pages(site, names), encoding="utf-8")
    try:
        with tempfile.TemporaryDirectory() as profile:
            run(
                *(browser, "--headless", "--no-sandbox", "--disable-gpu"),
                *(f"--user-data-dir={profile}", "--no-pdf-header-footer"),
                *("--generate-pdf-document-outline", f"--print-to-pdf={target}", whole.as_uri()),
            )
    finally:
        whole.unlink()


def join_pages(site: Path, names: Sequence[str]) -> str:
    """Return one page that holds all named; what leads from page to page leads within it."""
    body = "".join(_take_article(site, name, names) for name in names)
    return (
        f'<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>taskxl 手册</title>'
        f"<style>{STYLE}</style></head><body>{body}</body></html>"
    )


def read_contents() -> Iterator[str]:
    """Yield the names of the pages, without ending, in the order of the contents."""
    for found in re.finditer(r": (\w+)\.md$", CONFIG.read_text(encoding="utf-8"), re.MULTILINE):
        yield found[1]


def _take_article(site: Path, name: str, names: Sequence[str]) -> str:
    page = html.fromstring((site / f"{name}.html").read_text(encoding="utf-8"))
    (article,) = page.xpath("//article")
    for mark in article.xpath('.//a[contains(@class, "headerlink")]'):
        mark.drop_tree()
    for one in article.xpath(".//*[@id]"):
        one.set("id", f"{name}-{one.get('id')}")
    for link in article.xpath(".//a[@href]"):
        other, _, place = link.get("href").partition("#")
        other = other.removesuffix(".html") or name
        if other in names:
            link.set("href", f"#{other}-{place}" if place else f"#{other}")
    article.tag = "section"
    article.set("id", name)
    return html.tostring(article, encoding="unicode")


def run(*command: object) -> None:
    """Run a program; raises SystemExit with what it said where it fails."""
    words = [str(word) for word in command]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise SystemExit(done.stdout + done.stderr)


if __name__ == "__main__":
    sys.exit(main())
