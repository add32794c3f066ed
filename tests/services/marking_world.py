"""A small world of marked goods for tests: keys, participants, products."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow as pa

from kazyna.packs.pack import load_pack
from kazyna.services import marking_fees, marking_orders, participants
from kazyna.services.context import Actor, Context, Installation
from kazyna.services.marking_documents import Document, SubmittedDocument, lines_of, submit
from kazyna.services.marking_keys import NewKey, Unlocking, make_key
from kazyna.services.marking_orders import NewOrder, OrderLine
from kazyna.services.settings import Settings
from kazyna.store.connection import Database

TODAY = date(2026, 3, 2)
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SHOES, PILLS, MILK = "04601234567893", "04601234500012", "04601234500029"
PASSWORD = "a long password"
OFFICER = Actor("officer", "officer")
PEOPLE = {
    "maker": ("manufacturer",),
    "importer": ("importer",),
    "wholesaler": ("wholesaler",),
    "shop": ("retailer",),
    "shop2": ("retailer",),
}


@dataclass(frozen=True)
class World:
    """An installation with participants; each acts by its name."""

    installation: Installation
    numbers: Mapping[str, int]

    def ctx(self, name: str) -> Context:
        if name == "officer":
            return self.installation.context(OFFICER)
        return self.installation.context(
            Actor(f"user-{name}", "participant", participant_no=self.numbers[name])
        )

    def order(self, name: str, gtin: str, codes: int) -> int:
        """Order codes and pay for them; return the batch."""
        document_id = f"order-{next(_number)}"
        placed = marking_orders.place_order(
            self.ctx(name), NewOrder(document_id, (OrderLine(gtin, codes),))
        )
        if placed.fee:
            marking_fees.pay_fees(
                self.ctx("officer"),
                name,
                amount=placed.fee,
                received_on=TODAY,
                key=f"{name}-{document_id}",
            )
        return placed.batches[0].batch

    def send(
        self, name: str, kind: str, *codes: str, document_id: str | None = None, **more: object
    ) -> SubmittedDocument:
        """Submit a document as a participant."""
        lines = more.pop("lines", None)
        given = {key: more.pop(key) for key in ("counterparty", "facility") if key in more}
        return submit(
            self.ctx(name),
            Document(
                kind=kind,
                document_id=document_id or f"{kind}-{next(_number)}",
                happened_at=NOON,
                lines=lines if isinstance(lines, pa.Table) else lines_of(list(codes)),
                attributes={key: str(value) for key, value in more.items()},
                **given,  # type: ignore[arg-type]
            ),
        )


_number = iter(range(10**9))


def make_world(
    url: str, folder: Path, servers: Mapping[str, Database] | None = None
) -> Callable[[Database], World]:
    """Return what sets a world up on a database."""

    def build(database: Database) -> World:
        keys = folder / "codes.keys"
        if not keys.exists():
            since = date(2020, 1, 1)
            make_key(keys, NewKey("K001", "tag", "*", since), Unlocking(PASSWORD))
            make_key(keys, NewKey("K002", "short_tag", "*", since), Unlocking(PASSWORD))
        settings = Settings.read(
            {
                "KAZYNA_DATABASE_URL": url,
                "KAZYNA_DATA": str(folder),
                "KAZYNA_PACK": "kg",
                "KAZYNA_TODAY": TODAY.isoformat(),
                "KAZYNA_KEYS": str(keys),
                "KAZYNA_KEYS_PASSWORD": PASSWORD,
            }
        )
        installation = Installation(database, load_pack("kg"), settings, servers or {})
        officer = installation.context(OFFICER)
        numbers = {}
        for name, kinds in PEOPLE.items():
            made = participants.register_participant(
                officer,
                participants.NewParticipant(
                    name, name.title(), kinds, taxpayer_id=f"T-{name}",
                    valid_from=date(2024, 1, 1),
                ),
            )  # fmt: skip
            numbers[name] = made.participant_no
        for gtin, goods in ((SHOES, "footwear"), (PILLS, "medicines"), (MILK, "milk")):
            participants.register_product(
                officer,
                participants.NewProduct(
                    gtin, goods, goods, participant_id="maker", valid_from=date(2024, 1, 1)
                ),
            )
        return World(installation, numbers)

    return build
