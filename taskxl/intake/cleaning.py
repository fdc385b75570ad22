"""Texts from strangers' files without what no text should hold: NULs and control characters."""

import re

# What XML forbids and what no keyboard types; tab and line ends stay. Zero-width and bidi
# characters are text to somebody and stay too: `text.show` escapes them where they are printed.
_STRAY = re.compile("[\x00-\x08\x0e-\x1f\x7f\x80-\x84\x86-\x9f\ufffe\uffff\ud800-\udfff]")
_LINE_END = re.compile("\r\n|[\r\x0b\x0c\x85]")
_SUSPECT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff\ud800-\udfff]")


class Cleaner:
    """Cleans the texts of one file and counts those that it had to mend."""

    def __init__(self) -> None:
        self.mended = 0

    def clean(self, text: str) -> str:
        r"""Return `text` without stray control characters, every line end as "\n".

        >>> Cleaner().clean("推\x00进\r\n中")
        '推进\n中'
        """
        if text.isprintable() or not _SUSPECT.search(text):
            return text
        unified = _LINE_END.sub("\n", text)
        cleaned = _STRAY.sub("", unified)
        self.mended += cleaned != unified
        return cleaned

    @property
    def remarks(self) -> tuple[str, ...]:
        """What a person should know of it, in Chinese; empty when nothing was mended."""
        if not self.mended:
            return ()
        return (f"有 {self.mended} 处文字夹带不可见的控制字符，读取时已去除，其余文字未动。",)
