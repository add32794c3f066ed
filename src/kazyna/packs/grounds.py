"""On what a value of a pack rests: article, source, and how far it can be trusted."""

from dataclasses import dataclass
from datetime import date

from kazyna.packs.reading import Section
from kazyna.packs.tables import CONFIDENCES
from kazyna.tax.table import Confidence


@dataclass(frozen=True)
class Grounds:
    """Where a value is from."""

    law: str
    source: str | None = None
    confidence: Confidence | None = None
    doubt: str | None = None
    checked: date | None = None


def read_grounds(section: Section) -> Grounds:
    """Read the keys law, source, confidence, doubt and checked; only the first is needed."""
    given = section.optional("confidence", str)
    if given is not None and given not in CONFIDENCES:
        section.fault("confidence", f"{given!r} is not known", "one of " + ", ".join(CONFIDENCES))
    return Grounds(
        law=section.required("law", str, ""),
        source=section.optional("source", str),
        confidence=CONFIDENCES.get(given or ""),
        doubt=section.optional("doubt", str),
        checked=section.optional("checked", date),
    )
