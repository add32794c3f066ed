"""What happens to a debt in dispute, and to whom a taxpayer appeals: parts of `[collection]`."""

from dataclasses import dataclass

from kazyna.core.text import Text
from kazyna.packs.grounds import Grounds, read_grounds
from kazyna.packs.reading import Section

OBJECTION = "objection"
"""The decision of the office itself, which the first appeal follows."""


@dataclass(frozen=True)
class DisputeLaw:
    """What an objection or an appeal that is open means for the debt it is about."""

    stops_dunning: bool
    pauses_interest: bool
    """Whether the debt bears no interest meanwhile."""
    grounds: Grounds
    part_only: bool = False
    """Whether only the part in dispute is left alone; otherwise the debt of the year is."""


NO_DISPUTE = DisputeLaw(False, False, Grounds(""))


@dataclass(frozen=True)
class AppealLaw:
    """A body to which a taxpayer can appeal."""

    name: str
    label: Text
    follows: tuple[str, ...]
    """After whose decisions: `objection`, or the names of other bodies."""
    days: int
    """In which an appeal is filed, from the decision on."""
    answer_days: int | None
    """In which it is decided; None where the law says nothing."""
    dispute: DisputeLaw


def read_dispute(section: Section) -> DisputeLaw:
    """Read what a dispute means for its debt."""
    law = _dispute(section)
    section.finish()
    return law


def read_appeals(rows: list[Section]) -> dict[str, AppealLaw]:
    """Read the bodies, by name; each follows the office or a body that the pack has."""
    found = {law.name: law for law in map(_body, rows)}
    for row, law in zip(rows, found.values(), strict=False):
        for name in law.follows:
            if name != OBJECTION and name not in found:
                known = ", ".join([OBJECTION, *found])
                row.fault("follows", f"{name!r} is not known", f"one of {known}")
    if len(found) < len(rows):
        rows[-1].fault("name", "two bodies have one name", "a name of its own for each")
    return found


def _body(row: Section) -> AppealLaw:
    law = AppealLaw(
        name=row.required("name", str, ""),
        label=row.text("label"),
        follows=row.strings("follows"),
        days=row.required("days", int, 1),
        answer_days=row.optional("answer_days", int),
        dispute=_dispute(row),
    )
    row.finish()
    for key, days in (("days", law.days), ("answer_days", law.answer_days)):
        if days is not None and days < 1:
            row.fault(key, f"{days} is not accepted", "days from 1")
    return law


def _dispute(section: Section) -> DisputeLaw:
    part_only = section.flag("part_only") if "part_only" in section.values else False
    law = DisputeLaw(
        stops_dunning=section.flag("stops_dunning"),
        pauses_interest=section.flag("pauses_interest"),
        grounds=read_grounds(section),
        part_only=part_only,
    )
    if law.part_only and law.pauses_interest:
        expected = "false where only a part is in dispute: interest pauses for a debt"
        section.fault("pauses_interest", "a part of a debt cannot pause", expected)
    section.asked.add("part_only")
    return law
