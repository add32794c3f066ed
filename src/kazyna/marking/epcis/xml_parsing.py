"""XML from strangers parsed without harm: no document type, no entities, bounded depth and size.

An entity of ten lines can unfold to gigabytes ("billion laughs") and an external one can read files
of the server. EPCIS needs neither, so a document that declares anything is refused before it is
parsed. The bare `<!DOCTYPE name>`, which declares nothing and stands in published examples, passes.
"""

import re

from lxml import etree  # type: ignore[import-untyped]

from kazyna.core.errors import Finding, InputError
from kazyna.marking.epcis.limits import Limits

_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_DOCTYPE = re.compile(r"<!DOCTYPE\b[^>\[]*[>\[]?", re.IGNORECASE)
_BARE_DOCTYPE = re.compile(r"<!DOCTYPE\s+[\w:.-]+\s*>")
_DECLARATION = re.compile(r"\s*<\?xml\b(.*?)\?>", re.DOTALL)
_ENCODING = re.compile(r"""encoding\s*=\s*["']([^"']+)["']""")


def parse_xml(data: bytes, limits: Limits, source: str) -> etree._Element:
    """Parse a document and return its root, without comments and processing instructions.

    Raises
    ------
    InputError
        For a document type with declarations, an encoding other than UTF-8, elements nested too
        deeply, or what is no XML.
    """
    text = _decoded(data, source)
    _refuse_declarations(text, source)
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        remove_comments=True,
        remove_pis=True,
        huge_tree=False,
    )
    try:
        # What the declaration says was checked, and lxml wants none in a text. Lines stay counted.
        bare = _DECLARATION.sub(lambda found: "\n" * found.group().count("\n"), text, count=1)
        root = etree.fromstring(bare, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        # The text of a syntax error says the place twice, its message once.
        reason = error.msg if isinstance(error, etree.XMLSyntaxError) else error
        raise InputError(Finding(source, f"{reason}", "well-formed XML")) from None
    _refuse_depth(root, limits, source)
    return root


def _decoded(data: bytes, source: str) -> str:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        reason = f"byte {error.start} is not UTF-8"
        raise InputError(Finding(source, reason, "XML in UTF-8")) from None
    declared = _DECLARATION.match(text)
    encoding = _ENCODING.search(declared.group(1)) if declared else None
    if encoding and encoding.group(1).lower() not in ("utf-8", "utf8", "us-ascii", "ascii"):
        raise InputError(Finding(source, f"the encoding is {encoding.group(1)}", "UTF-8"))
    return text


def _refuse_declarations(text: str, source: str) -> None:
    bare = _COMMENT.sub("", text)
    for found in _DOCTYPE.finditer(bare):
        if not _BARE_DOCTYPE.fullmatch(found.group()):
            reason = "the document declares a document type or entities"
            raise InputError(Finding(source, reason, "a document without them"))


def _refuse_depth(root: etree._Element, limits: Limits, source: str) -> None:
    depth = 0
    for step, element in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if step == "start" else -1
        if depth > limits.depth_max:
            reason = f"line {element.sourceline}: elements within {limits.depth_max} others"
            raise InputError(Finding(source, reason, f"at most {limits.depth_max} levels"))
