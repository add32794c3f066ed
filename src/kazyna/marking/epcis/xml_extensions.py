"""What users add, between XML elements and JSON members.

An element of a namespace is a member with a prefix; repeated elements are a list; `xsi:type` says
where a text is a number or a truth. An attribute of a namespace is a member like an element (their
meaning and their hash are the same), one without is a member `@name`, and the text beside either
is `#text`.
"""

from collections.abc import Iterable
from typing import Any

from lxml import etree  # type: ignore[import-untyped]

from kazyna.marking.epcis.document import DEFAULT_NAMESPACES, Fields, expanded

XSI_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
XSD = "http://www.w3.org/2001/XMLSchema"

INTEGERS = frozenset(("integer", "int", "long", "short", "byte", "nonNegativeInteger"))
FLOATS = frozenset(("double", "float", "decimal"))


class Names:
    """The prefixes of one document, each for one namespace."""

    def __init__(self) -> None:
        self.declared: dict[str, str] = {}
        self._prefixes = {namespace: prefix for prefix, namespace in DEFAULT_NAMESPACES.items()}

    def key(self, tag: str, wanted: str | None = None) -> str:
        """Write `{namespace}local` as `prefix:local`; a name without a namespace stays."""
        name = etree.QName(tag)
        if not name.namespace:
            return str(name.localname)
        prefix = self._prefixes.get(name.namespace)
        if prefix is None:
            prefix = self._free(wanted or "ns")
            self._prefixes[name.namespace] = prefix
            self.declared[prefix] = name.namespace
        return f"{prefix}:{name.localname}"

    def _free(self, wanted: str) -> str:
        taken = {*self.declared, *DEFAULT_NAMESPACES}
        if wanted not in taken:
            return wanted
        return next(f"{wanted}{n}" for n in range(1, len(taken) + 2) if f"{wanted}{n}" not in taken)


def extension_members(elements: Iterable[etree._Element], names: Names) -> Fields:
    """Read elements of users as members; repeated names become lists."""
    fields: Fields = {}
    for element in elements:
        if not isinstance(element.tag, str):
            continue
        name = names.key(element.tag, element.prefix)
        value = _value(element, names)
        if name not in fields:
            fields[name] = value
        elif isinstance(fields[name], list):
            fields[name].append(value)
        else:
            fields[name] = [fields[name], value]
    return fields


def _value(element: etree._Element, names: Names) -> Any:
    attributes = {
        _attribute_key(str(name), element, names): str(value).strip()
        for name, value in element.items()
        if not str(name).startswith(f"{{{XSI}}}")
    }
    text = (element.text or "").strip()
    members = attributes | extension_members(element, names)
    if not members:
        return _typed(text, element.get(XSI_TYPE))
    return members | ({"#text": text} if text else {})


def _attribute_key(name: str, element: etree._Element, names: Names) -> str:
    if not name.startswith("{"):
        return f"@{name}"
    namespace = etree.QName(name).namespace
    wanted = next((p for p, uri in element.nsmap.items() if uri == namespace and p), None)
    return names.key(name, wanted)


def _typed(text: str, kind: str | None) -> Any:
    local = (kind or "").rpartition(":")[2]
    try:
        if local in INTEGERS:
            return int(text)
        if local in FLOATS:
            return float(text)
    except ValueError:
        return text
    if local == "boolean" and text in ("true", "false"):
        return text == "true"
    return text


def write_extensions(
    parent: etree._Element, members: Iterable[tuple[str, Any]], namespaces: dict[str, str]
) -> None:
    """Write members of users as elements below a parent."""
    for name, value in members:
        for each in value if isinstance(value, list) else (value,):
            _write(parent, name, each, namespaces)


def _write(parent: etree._Element, name: str, value: Any, namespaces: dict[str, str]) -> None:
    if isinstance(value, list):
        write_extensions(parent, ((name, each) for each in value), namespaces)
        return
    if name.startswith("@"):
        parent.set(name[1:], text_of(value))
        return
    if name == "#text":
        parent.text = text_of(value)
        return
    element = etree.SubElement(parent, tag_of(name, namespaces))
    if isinstance(value, dict):
        write_extensions(element, value.items(), namespaces)
        return
    element.text = text_of(value)
    if kind := _kind(value):
        element.set(XSI_TYPE, f"xsd:{kind}")


def tag_of(name: str, namespaces: dict[str, str]) -> str:
    """Write `prefix:local` as `{namespace}local`."""
    namespace, local = expanded(name, namespaces)
    return f"{{{namespace}}}{local}" if namespace else local


def _kind(value: Any) -> str | None:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int):
        return "integer"
    return "double" if isinstance(value, float) else None


def text_of(value: Any) -> str:
    """Write a single value as XML has it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)
