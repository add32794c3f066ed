"""Master data between XML and JSON: vocabularies, their elements and attributes."""

from typing import Any

from lxml import etree  # type: ignore[import-untyped]

from kazyna.marking.epcis.document import Fields
from kazyna.marking.epcis.xml_extensions import Names, extension_members, write_extensions


def read_vocabularies(root: etree._Element, names: Names) -> list[Fields]:
    """Read every Vocabulary of a document as JSON has it."""
    return [
        {
            "type": vocabulary.get("type"),
            "vocabularyElementList": [
                _element(each, names) for each in vocabulary.iter("VocabularyElement")
            ],
        }
        for vocabulary in root.iter("Vocabulary")
    ]


def _element(element: etree._Element, names: Names) -> Fields:
    fields: Fields = {"id": element.get("id")}
    attributes = [
        {"id": each.get("id"), "attribute": _attribute(each, names)}
        for each in element.iter("attribute")
    ]
    children = [(each.text or "").strip() for each in element.iterfind("children/id")]
    return (
        fields
        | ({"attributes": attributes} if attributes else {})
        | ({"children": children} if children else {})
    )


def _attribute(element: etree._Element, names: Names) -> Any:
    return extension_members(element, names) if len(element) else (element.text or "").strip()


def write_vocabularies(
    parent: etree._Element, vocabularies: list[Fields], namespaces: dict[str, str]
) -> None:
    """Write vocabularies below a parent as a VocabularyList."""
    listed = etree.SubElement(parent, "VocabularyList")
    for vocabulary in vocabularies:
        node = etree.SubElement(listed, "Vocabulary", type=vocabulary["type"])
        elements = etree.SubElement(node, "VocabularyElementList")
        for each in vocabulary.get("vocabularyElementList", ()):
            _write_element(elements, each, namespaces)


def _write_element(parent: etree._Element, fields: Fields, namespaces: dict[str, str]) -> None:
    node = etree.SubElement(parent, "VocabularyElement", id=fields["id"])
    for attribute in fields.get("attributes", ()):
        value = attribute.get("attribute", "")
        element = etree.SubElement(node, "attribute", id=attribute["id"])
        if isinstance(value, dict):
            write_extensions(element, value.items(), namespaces)
        else:
            element.text = str(value)
    if children := fields.get("children"):
        listed = etree.SubElement(node, "children")
        for child in children:
            etree.SubElement(listed, "id").text = child
