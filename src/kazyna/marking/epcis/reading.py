"""A document in whichever syntax it comes: the first sign tells XML from JSON."""

from kazyna.marking.epcis.document import Document
from kazyna.marking.epcis.limits import DEFAULT_LIMITS, Limits
from kazyna.marking.epcis.read_json import parse_json
from kazyna.marking.epcis.read_xml import parse_xml_document
from kazyna.marking.epcis.validate import validated

BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def read(data: bytes, source: str, *, limits: Limits = DEFAULT_LIMITS) -> Document:
    """Read a document in JSON-LD or XML and validate its events.

    Parameters
    ----------
    data
        The document in UTF-8.
    source
        Its name, for the findings.
    limits
        How much is read at most.

    Returns
    -------
    Document
        With valid events, standard values as bare words.

    Raises
    ------
    InputError
        With every mistake that was found and the path of each.
    """
    return validated(parse(data, source, limits=limits), source)


def parse(data: bytes, source: str, *, limits: Limits = DEFAULT_LIMITS) -> Document:
    """Read a document as `read` does, but leave its events unvalidated.

    Parameters
    ----------
    data
        The document in UTF-8.
    source
        Its name, for the findings.
    limits
        How much is read at most.

    Raises
    ------
    InputError
        Where it cannot be read as an EPCIS document at all.
    """
    start = data.removeprefix(BYTE_ORDER_MARK).lstrip()[:1]
    if start == b"<":
        return parse_xml_document(data, source, limits=limits)
    return parse_json(data.removeprefix(BYTE_ORDER_MARK), source, limits=limits)
