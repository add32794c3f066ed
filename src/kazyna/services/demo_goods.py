"""The demonstration's second chapter: marked goods of an invented Kyrgyz trade, told by services.

An importer orders codes, pays their fee, has them put on bottles, packs them in cartons and pallets
and brings them through customs; a wholesaler takes pallets apart and supplies two shops; the shops
sell. A smuggler copies codes of bottles that stand in a shop onto bottles of his own, and a kiosk
tries to sell them. Everybody in it is invented; rules, forms of codes and rates are the pack's.

Every document has a fixed id, so a demonstration that was stopped goes on where it was.
"""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pyarrow as pa
import pyarrow.compute as pc

from kazyna.core.errors import Conflict, Refused
from kazyna.core.progress import Progress, silent
from kazyna.marking.gs1.check_characters import compute_check_digit
from kazyna.services import (
    alerts,
    declarations,
    marking_fees,
    marking_log,
    marking_orders,
    participants,
    proposals,
    users,
    verification,
)
from kazyna.services.context import Actor, Context, Installation, Role
from kazyna.services.demo_steps import PASSWORD, DemoStep, DemoUser, Steps, make_account
from kazyna.services.demo_town import TownSummary
from kazyna.services.detection import detect_in_log
from kazyna.services.marking_documents import Document, lines_of, submit
from kazyna.services.marking_keys import NewKey, Unlocking, make_key
from kazyna.services.marking_orders import NewOrder, OrderLine
from kazyna.services.participants import NewFacility, NewParticipant, NewProduct
from kazyna.services.scan_log import scan_log
from kazyna.services.settings import KeyPlace, Settings

PACK = "kg"
TODAY = date(2026, 10, 21)
"""The day after the excise of September was due."""
SINCE = date(2024, 1, 1)
KEYS_PASSWORD = "kazyna-demo-keys"  # noqa: S105 (keys of a demonstration on this machine)

VODKA = "04701234500019"
LOT = "L2608A"
BOTTLES, IN_CARTON, CARTONS_ON_PALLET = 12_000, 12, 50
SHIPPED_PALLETS = 8
TO_EACH_SHOP = 30
"""Cartons."""
RECEIPTS = 45
"""Of each shop."""
PRICE = 45_000
"""Of a bottle, in minor units."""
CLONES = 40
MONTH = date(2026, 9, 1)
DECLARED_LITRES = 4_000
"""Of the 6,000 that were imported."""
BISHKEK, OSH = (74.60, 42.87), (72.80, 40.53)

PARTICIPANTS = (
    NewParticipant(
        "02505202010011", "Ала-Тоо Импорт (вымышленный)", ("importer",),
        taxpayer_id="02505202010011", valid_from=SINCE,
    ),
    NewParticipant(
        "01203201910022", "Чүй Соода (вымышленный)", ("wholesaler",),
        taxpayer_id="01203201910022", valid_from=SINCE,
    ),
    NewParticipant(
        "00708202110033", "Магазин «Ак-Буура» (вымышленный)", ("retailer",),
        taxpayer_id="00708202110033", valid_from=SINCE,
    ),
    NewParticipant(
        "00911202210044", "Магазин «Ысык» (вымышленный)", ("retailer",),
        taxpayer_id="00911202210044", valid_from=SINCE,
    ),
    NewParticipant(
        "01402202310055", "Киоск 17 (вымышленный)", ("retailer",),
        taxpayer_id="01402202310055", valid_from=SINCE,
    ),
)  # fmt: skip
IMPORTER, WHOLESALER, SHOP, OTHER_SHOP, KIOSK = (each.participant_id for each in PARTICIPANTS)
FACILITIES = (
    (IMPORTER, "4701234501009", "Таможенный склад", "customs_warehouse", BISHKEK),
    (WHOLESALER, "4701234502006", "Склад", "warehouse", BISHKEK),
    (SHOP, "4701234503003", "Магазин, Ош", "shop", OSH),
    (OTHER_SHOP, "4701234504000", "Магазин, Бишкек", "shop", BISHKEK),
    (KIOSK, "4701234505007", "Киоск, Бишкек", "shop", BISHKEK),
)
STAFF: tuple[tuple[str, Role], ...] = (
    ("officer", "officer"), ("head", "officer"), ("auditor", "auditor"),
    ("administrator", "administrator"),
)  # fmt: skip
SIGN_IN = (("importer", IMPORTER), ("wholesaler", WHOLESALER), ("shop", SHOP), ("kiosk", KIOSK))


@dataclass(frozen=True)
class GoodsSummary:
    """The state in which the chapter ends, whether told once, twice or after a crash."""

    participants: int
    codes: int
    introduced: int
    sold: int
    alerts: int
    excise_proposed: Decimal
    currency: str
    steps: tuple[DemoStep, ...]
    users: tuple[DemoUser, ...]
    town: TownSummary | None = None
    """Of the chapter of taxes in the same database, where it was told too."""


@dataclass(frozen=True)
class Story:
    """Who acts in the chapter."""

    officer: Context
    people: dict[str, Context]

    def send(self, who: str, kind: str, day: date, codes: Iterable[str], **more: object) -> bool:
        """Submit one document of a participant at noon; tell whether it stood before."""
        own = {name: more.pop(name) for name in ("facility", "counterparty") if name in more}
        parent = more.pop("parent", None)
        document = Document(
            kind=kind,
            document_id=str(more.pop("document_id", f"{kind}-1")),
            happened_at=datetime(day.year, day.month, day.day, 12, tzinfo=UTC),
            lines=lines_of(list(codes), parent=parent),  # type: ignore[arg-type]
            attributes={name: str(value) for name, value in more.items()},
            **own,  # type: ignore[arg-type]
        )
        return not submit(replace(self.people[who], today=day), document).created


def settings_of_goods(settings: Settings) -> Settings:
    """Return the settings of the chapter: its own pack, folder, keys and business date."""
    folder = settings.data_folder / PACK
    return replace(
        settings,
        data_folder=folder,
        pack=PACK,
        today=settings.today or TODAY.isoformat(),
        keys=KeyPlace(folder / "codes.keys", KEYS_PASSWORD),
    )


def run_goods(installation: Installation, *, progress: Progress = silent) -> GoodsSummary:
    """Tell the chapter: from an order of codes to the till, with a smuggler in between.

    Parameters
    ----------
    installation
        One with the settings of the chapter.
    progress
        Told of each step.
    """
    officer = installation.context(Actor("demo-officer", "officer"))
    told = Steps(progress)
    step = told.take
    step("keys of codes", lambda: _make_keys(installation))
    step("participants and products (invented)", lambda: _register(officer))
    numbers = {
        row.participant_id: row.participant_no for row in participants.all_participants(officer)
    }
    story = Story(
        officer,
        {
            name: installation.context(Actor(f"demo-{name}", "participant", participant_no=number))
            for name, number in numbers.items()
        },
    )
    step("codes ordered and paid", lambda: _order(story))
    step("marked, packed and imported", lambda: _import(story))
    step("wholesale", lambda: _wholesale(story))
    step("retail sales", lambda: _sell(story))
    step("a smuggler's clones", lambda: _clone(story))
    step("fraud found by the rules", lambda: not detect_in_log(officer).raised)
    step("excise declared, too little", lambda: _declare(officer))
    step("excise proposed", lambda: not proposals.propose(officer, month=MONTH).created)
    step("sign-in accounts", lambda: _create_users(officer))
    return _summary(story, tuple(told.steps))


def _make_keys(installation: Installation) -> bool:
    """Make a key for the tails of codes, and one that signs the kits of the page of checks."""
    place, made = installation.settings.keys, 0
    if place is None:
        return True
    for wanted in (NewKey("KG01", "tag", "*", SINCE), NewKey("KG02", "signature", "*", SINCE)):
        with suppress(Conflict):
            make_key(place.path, wanted, Unlocking(place.password))
            made += 1
    return not made


def _register(officer: Context) -> bool:
    known = len(participants.all_products(officer))
    if known:
        return True
    for participant in PARTICIPANTS:
        participants.register_participant(officer, participant)
    for owner, number, name, kind, (lon, lat) in FACILITIES:
        participants.register_facility(
            officer,
            NewFacility(
                number, name, kind, lon=lon, lat=lat, participant_id=owner, valid_from=SINCE
            ),
        )
    participants.register_product(
        officer,
        NewProduct(
            VODKA, "Водка «Ала-Тоо», 0,5 л (вымышленная)", "alcohol",
            {"excise_goods": "vodka_liqueur_fortified", "excise_quantity": "0.5"},
            participant_id=IMPORTER, valid_from=SINCE,
        ),
    )  # fmt: skip
    return False


def _order(story: Story) -> bool:
    importer = replace(story.people[IMPORTER], today=date(2026, 8, 25))
    placed = marking_orders.place_order(importer, NewOrder("order-1", (OrderLine(VODKA, BOTTLES),)))
    if placed.fee:
        marking_fees.pay_fees(
            story.officer, IMPORTER, amount=placed.fee, received_on=date(2026, 8, 27),
            key="demo-fee-1",
        )  # fmt: skip
    return not placed.created


def _batch(story: Story) -> int:
    return marking_orders.orders(story.people[IMPORTER])[0].batches[0].batch


def carton(number: int) -> str:
    """Return the SSCC of a carton, of a company prefix that nobody has."""
    return _sscc(f"0470123450{number:07d}")


def pallet(number: int) -> str:
    """Return the SSCC of a pallet."""
    return _sscc(f"1470123450{number:07d}")


def _sscc(digits: str) -> str:
    return f"00{digits}{compute_check_digit(digits)}"


def _import(story: Story) -> bool:
    batch = _batch(story)
    cartons = range(BOTTLES // IN_CARTON)
    pallets = range(len(cartons) // CARTONS_ON_PALLET)
    full = [f"{batch}:{n * IN_CARTON}-{(n + 1) * IN_CARTON - 1}" for n in cartons]
    there = "4701234501009"
    send = story.send
    day = date(2026, 9, 1)
    before = send(
        IMPORTER, "apply", day, [f"{batch}:0-{BOTTLES - 1}"], facility=there, lot=LOT,
        produced_on="2026-08-20",
    )  # fmt: skip
    before &= send(
        IMPORTER, "aggregate", day, full, facility=there, parent=[carton(n) for n in cartons],
        document_id="cartons",
    )  # fmt: skip
    before &= send(
        IMPORTER, "aggregate", day, [carton(n) for n in cartons], facility=there,
        parent=[pallet(n // CARTONS_ON_PALLET) for n in cartons], document_id="pallets",
    )  # fmt: skip
    before &= send(
        IMPORTER, "import", date(2026, 9, 3), [pallet(n) for n in pallets], facility=there,
        declaration="41701030/030926/0001234", declared_on="2026-09-03",
    )  # fmt: skip
    return before


def _wholesale(story: Story) -> bool:
    send = story.send
    shipped = [pallet(n) for n in range(SHIPPED_PALLETS)]
    before = send(
        IMPORTER, "ship", date(2026, 9, 5), shipped, facility="4701234501009",
        counterparty=WHOLESALER,
    )  # fmt: skip
    before &= send(WHOLESALER, "accept", date(2026, 9, 6), shipped, facility="4701234502006")
    before &= send(
        WHOLESALER, "disaggregate", date(2026, 9, 7), [pallet(0), pallet(1)],
        facility="4701234502006",
    )  # fmt: skip
    for number, (shop, there) in enumerate(
        ((SHOP, "4701234503003"), (OTHER_SHOP, "4701234504000"))
    ):
        parcel = [carton(number * TO_EACH_SHOP + n) for n in range(TO_EACH_SHOP)]
        before &= send(
            WHOLESALER, "ship", date(2026, 9, 8), parcel, facility="4701234502006",
            counterparty=shop, document_id=f"ship-{number + 1}",
        )  # fmt: skip
        before &= send(shop, "accept", date(2026, 9, 9), parcel, facility=there)
        before &= send(shop, "disaggregate", date(2026, 9, 9), parcel, facility=there)
    # One more pallet that the wholesaler has not answered: it waits on the portal.
    before &= send(
        IMPORTER, "ship", date(2026, 9, 20), [pallet(SHIPPED_PALLETS)], facility="4701234501009",
        counterparty=WHOLESALER, document_id="ship-late",
    )  # fmt: skip
    return before


def _codes(story: Story, shop: int) -> list[str]:
    """Return the codes of the bottles that a shop was sent, as a scanner reads them."""
    first = shop * TO_EACH_SHOP * IN_CARTON
    order_no = marking_orders.orders(story.people[IMPORTER])[0].order_no
    text = b"".join(marking_orders.codes_of_order(story.people[IMPORTER], order_no))
    # Not splitlines: the separator inside a code ends a line for it.
    return text.decode().split("\n")[first : first + TO_EACH_SHOP * IN_CARTON]


def _sell(story: Story) -> bool:
    """Sell bottles by receipts of one to three, over four weeks."""
    before = True
    for number, (shop, there) in enumerate(
        ((SHOP, "4701234503003"), (OTHER_SHOP, "4701234504000"))
    ):
        waiting = iter(_codes(story, number))
        for receipt in range(RECEIPTS):
            day = date(2026, 9, 10) + timedelta(days=receipt * 28 // RECEIPTS)
            codes = tuple(code for _, code in zip(range(1 + receipt % 3), waiting, strict=False))
            noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
            till = verification.Place(f"till-{shop}", there)
            prices = (PRICE,) * len(codes)
            sale = verification.Sale(f"receipt-{receipt + 1}", codes, noon, prices, till)
            before &= _sell_one(replace(story.people[shop], today=day), sale)
    return before


def _sell_one(shop: Context, sale: verification.Sale) -> bool:
    """Sell one receipt; tell whether it had been sold before."""
    sold = verification.sell_receipt(shop, sale)
    if sold.document is None:
        refused = ", ".join(answer.reason for answer in sold.answers if not answer.allowed)
        raise Refused(f"The receipt {sale.receipt} is not sold: {refused}.")
    return not sold.document.created


def _clone(story: Story) -> bool:
    """Try to sell copies of codes whose bottles stand in a shop far away, and invented serials."""
    if alerts.count_alerts(story.officer):
        return True
    standing = _codes(story, 0)[-CLONES:]
    kiosk = replace(story.people[KIOSK], today=date(2026, 10, 9))
    noon = datetime(2026, 10, 9, 12, tzinfo=UTC)
    till = verification.Place(f"till-{KIOSK}", "4701234505007")
    for number in range(0, CLONES, 2):
        pair = tuple(standing[number : number + 2])
        verification.sell_receipt(
            kiosk, verification.Sale(f"kiosk-{number}", pair, noon, place=till)
        )
    # The bottles themselves are counted in Osh at the same time, so the kiosk's are copies.
    counter = verification.Place(f"till-{SHOP}", "4701234503003")
    verification.check_receipt(story.people[SHOP], standing, counter)
    invented = [code[:19] + code[19:31][::-1] + code[31:] for code in standing]
    verification.check_receipt(kiosk, invented, till)
    scan_log(story.officer.database).flush()
    return False


def _declare(officer: Context) -> bool:
    """File the importer's excise of September: for fewer litres than came through customs.

    The shops declare what they sold, these bottles and more.
    """
    lines = pa.table(
        {
            "taxpayer_id": [IMPORTER],
            "excise_goods": ["vodka_liqueur_fortified"],
            "excise_quantity": [DECLARED_LITRES],
        }
    )
    supply = pa.table(
        {"taxpayer_id": [SHOP, OTHER_SHOP], "supply": [60_000, 75_000], "input_vat": [0, 0]}
    )
    clerk = replace(officer, today=date(2026, 10, 15))
    filed = declarations.file(clerk, lines, tax="excise", month=MONTH)
    declarations.file(clerk, supply, tax="vat", month=MONTH)
    return not filed.declarations


def _create_users(officer: Context) -> bool:
    known = users.count(officer)
    for name, participant_id in SIGN_IN:
        make_account(officer, name, "participant", participant=participant_id)
    for name, role in STAFF:
        make_account(officer, name, role)
    return known >= len(SIGN_IN) + len(STAFF)


def _summary(story: Story, steps: tuple[DemoStep, ...]) -> GoodsSummary:
    """Read the final state back from the registers."""
    log = marking_log.event_table(story.officer)
    log = log.filter(pc.is_valid(log["gtin"]))  # bottles, without cartons and pallets
    units = {
        kind: pc.sum(pc.filter(log["units"], pc.equal(log["kind"], kind))).as_py() or 0
        for kind in ("order", "import", "sell")
    }
    return GoodsSummary(
        participants=len(PARTICIPANTS),
        codes=units["order"],
        introduced=units["import"],
        sold=units["sell"],
        alerts=sum(rule.alerts for rule in alerts.count_alerts(story.officer)),
        excise_proposed=sum(
            (row.amount for row in proposals.list_proposals(story.officer) if row.tax == "excise"),
            Decimal(0),
        ),
        currency=story.officer.pack.currency.code,
        steps=steps,
        users=(
            *(DemoUser(name, PASSWORD, "participant") for name, _ in SIGN_IN),
            *(DemoUser(name, PASSWORD, role) for name, role in STAFF),
        ),
    )
