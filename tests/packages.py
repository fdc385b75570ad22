"""Hand-made office packages: the shapes that no library writes but strangers send."""

import io
import zipfile
from collections.abc import Mapping

TRANSITIONAL = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_STRICT_LINKS = "http://purl.oclc.org/ooxml/officeDocument/relationships"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"


def pack(parts: Mapping[str, str | bytes]) -> bytes:
    """Zip parts as given."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        for name, part in parts.items():
            file.writestr(name, part)
    return buffer.getvalue()


def relations(*links: tuple[str, str], strict: bool = False) -> str:
    """Write a part of relationships: (kind, target) each."""
    base = _STRICT_LINKS if strict else _LINKS
    items = "".join(
        f'<Relationship Id="rId{n}" Type="{base}/{kind}" Target="{target}"/>'
        for n, (kind, target) in enumerate(links, 1)
    )
    return f'<Relationships xmlns="{_RELATIONS}">{items}</Relationships>'


def raw_workbook(
    rows: str,
    *,
    after: str = "",
    before: str = "",
    styles: str = "",
    strings: str = "",
    settings: str = "",
    strict: bool = False,
    extra: Mapping[str, str | bytes] | None = None,
) -> bytes:
    """Write an .xlsx of one sheet 表 from the XML of its rows and what stands around them."""
    main, links = (STRICT, _STRICT_LINKS) if strict else (TRANSITIONAL, _LINKS)
    return pack(
        {
            "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/'
            'content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-'
            'package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>'
            '<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-'
            'officedocument.spreadsheetml.sheet.main+xml"/></Types>',
            "_rels/.rels": relations(("officeDocument", "xl/workbook.xml"), strict=strict),
            "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{links}"><workbookPr {settings}/>'
            '<sheets><sheet name="表" sheetId="1" r:id="rId1"/></sheets></workbook>',
            "xl/_rels/workbook.xml.rels": relations(
                ("worksheet", "worksheets/sheet1.xml"),
                ("styles", "styles.xml"),
                ("sharedStrings", "sharedStrings.xml"),
                strict=strict,
            ),
            "xl/styles.xml": f'<styleSheet xmlns="{main}">{styles}</styleSheet>',
            "xl/sharedStrings.xml": f'<sst xmlns="{main}">{strings}</sst>',
            "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}">{before}'
            f"<sheetData>{rows}</sheetData>{after}</worksheet>",
            **(extra or {}),
        }
    )


def raw_document(body: str, *, numbering: str = "", styles: str = "", **extra: str) -> bytes:
    """Write a .docx from the XML of its body; `w:` is bound, `extra` are notes parts by kind."""
    word = f'xmlns:w="{WORD}"'
    links = [("styles", "styles.xml"), ("numbering", "numbering.xml")]
    links += [(kind, f"{kind}.xml") for kind in extra]
    return pack(
        {
            "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/'
            'content-types"><Override PartName="/word/document.xml" ContentType="application/vnd.'
            'openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>',
            "_rels/.rels": relations(("officeDocument", "word/document.xml")),
            "word/_rels/document.xml.rels": relations(*links),
            "word/document.xml": f'<w:document {word} xmlns:mc="http://schemas.openxmlformats.org/'
            'markup-compatibility/2006" xmlns:wps="http://schemas.microsoft.com/office/word/2010/'
            'wordprocessingShape" xmlns:v="urn:schemas-microsoft-com:vml">'
            f"<w:body>{body}</w:body></w:document>",
            "word/styles.xml": f"<w:styles {word}>{styles}</w:styles>",
            "word/numbering.xml": f"<w:numbering {word}>{numbering}</w:numbering>",
            **{
                f"word/{kind}.xml": f"<w:{kind} {word}>{part}</w:{kind}>"
                for kind, part in extra.items()
            },
        }
    )
