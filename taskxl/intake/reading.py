"""Any file that the gate let in, read as a Book."""

from typing import assert_never

from taskxl.intake.grids import Book, Kind
from taskxl.intake.openxml import UNREADABLE
from taskxl.intake.refusals import Refused


def read_book(content: bytes, name: str, kind: Kind) -> Book:
    """Read a file's content as sheets and lines; `kind` is what the gate found it to be.

    Raises Refused (R201) with a Chinese reason when it cannot be read; whatever the libraries
    underneath raise ends there too.
    """
    try:
        return _read(content, name, kind)
    except (Refused, MemoryError, ImportError):
        raise  # a library that is not installed is no fault of the file's
    except Exception as error:
        # The one place where any exception may be caught: a stranger's file stops nothing.
        raise Refused("R201", UNREADABLE) from error


def _read(content: bytes, name: str, kind: Kind) -> Book:
    # Each reader is imported when its first file comes: most runs see one kind.
    match kind:
        case "xlsx" | "xlsm":
            from taskxl.intake.spreadsheets import read_workbook

            return read_workbook(content, name, kind)
        case "xlsb" | "xls":
            from taskxl.intake.spreadsheets import read_binary

            return read_binary(content, name, kind)
        case "ods":
            from taskxl.intake.opendocument import read_opendocument

            return read_opendocument(content, name, kind)
        case "docx":
            from taskxl.intake.documents import read_document

            return read_document(content, name, kind)
        case "csv":
            from taskxl.intake.plain_texts import read_csv

            return read_csv(content, name, kind)
        case "text":
            from taskxl.intake.plain_texts import read_text

            return read_text(content, name, kind)
        case "html":
            from taskxl.intake.pages import read_page

            return read_page(content, name, kind)
        case "doc" | "wps" | "rtf" | "odt":
            from taskxl.intake.convert import convert_to_docx
            from taskxl.intake.documents import read_document

            return read_document(convert_to_docx(content, kind), name, kind)
        case "xml":
            from taskxl.intake.xml2003 import read_xml_workbook

            return read_xml_workbook(content, name, kind)
        case "pdf":
            from taskxl.intake.pdf import read_pdf

            return read_pdf(content, name, kind)
    assert_never(kind)
