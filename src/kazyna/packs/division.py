"""To which budgets the receipts of a tax go, read from `[budgets]` of a pack's accounts.toml."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from kazyna.core.dated import Dated
from kazyna.core.text import Text
from kazyna.packs.grounds import Grounds, read_grounds
from kazyna.packs.parameters import read_dated
from kazyna.packs.reading import Section


@dataclass(frozen=True)
class Division:
    """The shares of budgets in what comes in for a tax, its interest and fines."""

    shares: Mapping[str, Decimal]
    """By budget; they add up to 1."""
    grounds: Grounds


@dataclass(frozen=True)
class Budgets:
    """What a pack says of budgets; receipts of a tax that it does not name stay undivided."""

    labels: Mapping[str, Text] = field(default_factory=dict)
    divisions: Mapping[str, Dated[Division]] = field(default_factory=dict)
    """By tax."""


def read_budgets(section: Section) -> Budgets:
    """Read the budgets and, by tax, the shares of them from a day on."""
    named = section.section("labels")
    labels = {name: named.text(name) for name in named.values}
    divisions: dict[str, Dated[Division]] = {}
    for tax, own in section.section("taxes").tables():
        given = read_dated(own, lambda row: _division(row, labels))
        own.finish()
        if given is not None:
            divisions[tax] = given
    section.finish()
    return Budgets(labels, divisions)


def _division(row: Section, labels: Mapping[str, Text]) -> Division:
    given = row.section("shares")
    for name in given.values:
        if name not in labels:
            given.fault(name, "the budget is not known", "one of " + ", ".join(labels))
    shares = {name: given.required(name, Decimal, Decimal(0)) for name in given.values}
    known = all(share.is_finite() and share >= 0 for share in shares.values())
    if not known or sum(shares.values()) != 1:
        written = ", ".join(f"{share:f}" for share in shares.values())
        row.fault("shares", f"{written} do not divide the whole", "shares from 0 that add up to 1")
    return Division(shares, read_grounds(row))
