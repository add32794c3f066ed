"""Where the properties of a file lie beside the sales: told, and refused where none is near."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import pyarrow as pa

from kazyna.core.errors import Finding, InputError
from kazyna.valuation import MarketModel
from kazyna.valuation.market import Places


@dataclass
class PropertyPlaces:
    """Watches the parts of a table of properties on their way to be valued."""

    model: MarketModel
    source: str
    seen: Places = field(default_factory=lambda: Places(0, 0, 0))

    def watched(self, parts: Iterable[pa.Table]) -> Iterator[pa.Table]:
        """Pass the parts on and count; properties that are all elsewhere are refused at once."""
        for part in parts:
            try:
                found = self.model.places_of(part, source=self.source)
            except InputError:
                # The engine will name this mistake together with all others of the part.
                yield part
                continue
            if self.seen.rows == 0 and 0 < found.beyond_reach == found.rows - found.unknown:
                self._refuse(found)
            self.seen = self.seen.plus(found)
            yield part

    def notes(self) -> tuple[str, ...]:
        """Say how many properties were valued without a place, in a market that has places."""
        if self.model.plane is None:
            return ()
        told = (
            (self.seen.unknown, "have no place"),
            (
                self.seen.beyond_reach,
                "lie far from all sales: their place is taken for unknown",
            ),
        )
        return tuple(
            f"{count} of {self.seen.rows} properties {what}" for count, what in told if count
        )

    def _refuse(self, found: Places) -> None:
        columns = self.model.columns
        raise InputError(
            Finding(
                self.source,
                f"none of the {found.beyond_reach} places is near a sale",
                "properties of the market of the sales; are longitude and latitude swapped?",
                column=f"{columns.lon}, {columns.lat}",
            )
        )
