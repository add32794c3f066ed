"""What a code says: its elements, and the form in which it was read."""

from typing import Literal, NamedTuple

Form = Literal["scan", "element_string", "caret", "bracketed", "digital_link"]
"""Scanner data with a symbology identifier; elements with FNC1 as GS, or as a caret; elements
with their identifiers in brackets; a GS1 Digital Link URI."""


class Element(NamedTuple):
    """One application identifier and its value."""

    ai: str
    value: str


class Message(NamedTuple):
    """The data of one symbol, or of a linear symbol and its composite component."""

    elements: tuple[Element, ...]
    form: Form
    symbology: str = ""
    """The symbology identifier that a scanner sent, such as `]d2`."""
    plain: str = ""
    """Data that is no element: an EAN-13, a text, the URI in a QR code."""
    composite: tuple[Element, ...] = ()
    """Elements of a composite component."""
    extra_separators: frozenset[int] = frozenset()
    """Numbers of the elements, from 0, after which a separator stood that need not."""
    stem: str = ""
    """Of a Digital Link URI: all before the primary key."""

    def value(self, ai: str) -> str | None:
        """Return the first value of an application identifier, or nothing."""
        for element in (*self.elements, *self.composite):
            if element.ai == ai:
                return element.value
        return None

    @property
    def gtin(self) -> str | None:
        """The GTIN in 14 digits: of AI 01, or of an EAN or UPC symbol."""
        found = self.value("01")
        if found is None and self.symbology in {"]E0", "]E4", "]I1"}:
            return self.plain.zfill(14)
        return found
