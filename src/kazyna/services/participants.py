"""Registers of goods marking: participants, facilities, products, each with its history."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from decimal import Decimal
from typing import Generic, TypeVar

import pyarrow as pa

from kazyna.core.errors import Finding, Forbidden, InputError, NotFound
from kazyna.core.text import Language
from kazyna.marking.gs1 import compute_check_digit, is_gtin_14
from kazyna.packs.codes import read_code_rules
from kazyna.services.context import Context
from kazyna.store import participants, register, taxpayers
from kazyna.store.connection import Transaction

KINDS = ("manufacturer", "importer", "wholesaler", "retailer", "export_operator", "authority")
FACILITY_KINDS = ("factory", "warehouse", "customs_warehouse", "shop", "office")
TEXT_MAX = 300
GLN_DIGITS = 13
Row = TypeVar("Row", participants.FacilityRow, participants.ProductRow)


@dataclass(frozen=True)
class NewParticipant:
    """What holds of a participant from a day."""

    participant_id: str
    """Its number: that of the taxpayer, or of another state."""
    name: str
    kinds: tuple[str, ...]
    country: str = "KG"
    gln: str | None = None
    taxpayer_id: str | None = None
    """Whose account its fees are charged to; one who is not known yet is entered by its name."""
    language: Language = "ru"
    """Of a taxpayer who is entered: the language of notices."""
    valid_from: date | None = None
    """Today where it is not said."""
    ended: bool = False
    """Whether it takes part no more from that day."""


@dataclass(frozen=True)
class Participant:
    """A participant as it is."""

    participant_no: int
    participant_id: str
    valid_from: date
    name: str
    kinds: tuple[str, ...]
    country: str
    gln: str | None
    ended: bool


@dataclass(frozen=True)
class NewFacility:
    """What holds of a facility from a day."""

    facility_id: str
    """Its number, such as a GLN."""
    name: str
    kind: str
    address: str = ""
    lon: float | None = None
    lat: float | None = None
    participant_id: str | None = None
    """Whose it is; of a participant who asks, its own."""
    valid_from: date | None = None
    ended: bool = False


@dataclass(frozen=True)
class Facility:
    """A facility as it is."""

    facility_no: int
    facility_id: str
    participant_no: int
    valid_from: date
    name: str
    kind: str
    address: str
    lon: float | None
    lat: float | None
    ended: bool


@dataclass(frozen=True)
class NewProduct:
    """What holds of a product from a day."""

    gtin: str
    name: str
    goods: str
    attributes: Mapping[str, str | int | Decimal] = field(default_factory=dict)
    """What excise is computed from, by the names of the pack's columns."""
    participant_id: str | None = None
    """Who registers it; of a participant who asks, itself."""
    valid_from: date | None = None
    ended: bool = False


@dataclass(frozen=True)
class Product:
    """A product as it is."""

    gtin: str
    participant_no: int
    valid_from: date
    name: str
    goods: str
    attributes: Mapping[str, object]
    ended: bool


@dataclass(frozen=True)
class Version:
    """A version of an entry, and who recorded it."""

    valid_from: date
    revision: int
    name: str
    ended: bool
    recorded_on: date
    recorded_by: str
    facts: Mapping[str, object]
    """What else it says, by name."""


def register_participant(ctx: Context, new: NewParticipant) -> Participant:
    """Record what holds of a participant from a day; what held before stays on record.

    Raises
    ------
    InputError
        When something is missing or not accepted.
    """
    ctx.require("officer")
    source = "participant"
    findings = _texts(source, participant_id=new.participant_id, name=new.name)
    findings += _among(source, "kinds", new.kinds, KINDS)
    if not (len(new.country) == 2 and new.country.isupper() and new.country.isascii()):  # noqa: PLR2004 (ISO 3166-1)
        findings.append(
            Finding(
                source,
                f"the country is {new.country!r}",
                "two capitals such as KG",
                column="country",
            )
        )
    if new.gln is not None and not _is_gln(new.gln):
        findings.append(
            Finding(source, f"the GLN is {new.gln!r}", "13 digits with a check digit", column="gln")
        )
    if findings:
        raise InputError(findings)
    day = new.valid_from or ctx.today
    with ctx.transaction() as tx:
        if new.taxpayer_id is not None and taxpayers.find_taxpayer(tx, new.taxpayer_id) is None:
            taxpayers.upsert_taxpayers(
                tx,
                pa.table(
                    {
                        "taxpayer_id": [new.taxpayer_id],
                        "name": [new.name],
                        "language": [new.language],
                        "synthetic": [False],
                    }
                ),
                register.open_change(tx, kind="load"),
            )
        number = participants.insert_participant(
            tx, participant_id=new.participant_id, taxpayer_id=new.taxpayer_id
        )
        participants.insert_participant_version(
            tx,
            number,
            day,
            {
                "name": new.name, "kinds": sorted(new.kinds, key=KINDS.index),
                "country": new.country, "gln": new.gln, "ended": new.ended,
            },
        )  # fmt: skip
        row = participants.participant_by_number(tx, number, on=day)
    return _participant(row, new.participant_id)


def participant(ctx: Context, participant_id: str, *, on: date | None = None) -> Participant:
    """Return a participant as it is on a day."""
    ctx.require("officer", "auditor", "participant")
    with ctx.transaction() as tx:
        row = participants.find_participant(tx, participant_id, on=on or ctx.today)
    return _participant(row, participant_id)


def all_participants(ctx: Context, *, on: date | None = None) -> tuple[Participant, ...]:
    """Return the register of participants as it is on a day."""
    ctx.require("officer", "auditor", "participant")
    with ctx.transaction() as tx:
        rows = participants.participants(tx, on=on or ctx.today)
    return tuple(_participant(row, row.participant_id) for row in rows)


def history_of_participant(ctx: Context, participant_id: str) -> tuple[Version, ...]:
    """Return every version of a participant, the latest first."""
    ctx.require("officer", "auditor")
    with ctx.transaction() as tx:
        rows = participants.participant_versions(tx, participant_id)
    return _versions(rows, f"participant {participant_id!r}")


def history_of_facility(ctx: Context, facility_id: str) -> tuple[Version, ...]:
    """Return every version of a facility, the latest first."""
    ctx.require("officer", "auditor", "participant")
    with ctx.transaction() as tx:
        rows = participants.facility_versions(tx, facility_id)
    return _versions(rows, f"facility {facility_id!r}")


def history_of_product(ctx: Context, gtin: str) -> tuple[Version, ...]:
    """Return every version of a product, the latest first."""
    ctx.require("officer", "auditor", "participant")
    with ctx.transaction() as tx:
        number = int(gtin) if is_gtin_14(gtin) else 0
        rows = participants.product_versions(tx, number)
    return _versions(rows, f"product {gtin!r}")


def register_facility(ctx: Context, new: NewFacility) -> Facility:
    """Record what holds of a facility from a day; a participant records its own.

    Raises
    ------
    InputError
        When something is missing or not accepted.
    NotFound
        When there is no such participant.
    Forbidden
        When the facility is another participant's.
    """
    ctx.require("officer", "participant")
    source = "facility"
    findings = _texts(source, facility_id=new.facility_id, name=new.name)
    findings += _among(source, "kind", (new.kind,), FACILITY_KINDS)
    if (new.lon is None) != (new.lat is None):
        findings.append(Finding(source, "the place is half given", "lon and lat", column="lon"))
    values = {
        "name": new.name, "kind": new.kind, "address": new.address, "lon": new.lon,
        "lat": new.lat, "ended": new.ended,
    }  # fmt: skip
    entry = _Entry(
        f"facility {new.facility_id!r}",
        lambda tx, on: participants.find_facility(tx, new.facility_id, on=on),
        lambda tx, owner, day: participants.insert_facility(
            tx, owner, new.facility_id, day, values
        ),
    )
    row = _recorded(ctx, entry, findings, of=new.participant_id, day=new.valid_from)
    return Facility(**asdict(row))


def all_facilities(ctx: Context, *, on: date | None = None) -> tuple[Facility, ...]:
    """Return the register of facilities as it is on a day."""
    ctx.require("officer", "auditor", "participant")
    with ctx.transaction() as tx:
        return tuple(
            Facility(**asdict(row)) for row in participants.facilities(tx, on=on or ctx.today)
        )


def register_product(ctx: Context, new: NewProduct) -> Product:
    """Record what holds of a product from a day; a participant records its own.

    Raises
    ------
    InputError
        When something is missing or not accepted.
    NotFound
        When there is no such participant.
    Forbidden
        When the product is another participant's.
    """
    ctx.require("officer", "participant")
    source = "product"
    findings = _texts(source, name=new.name, goods=new.goods)
    if not (is_gtin_14(new.gtin) and int(new.gtin)):
        findings.append(
            Finding(
                source, f"the GTIN is {new.gtin!r}", "14 digits with a check digit", column="gtin"
            )
        )
    templates = read_code_rules(ctx.pack.folder).templates
    known_goods = {goods for template in templates for goods in template.goods} - {"*"}
    if known_goods:
        findings += _among(source, "goods", (new.goods,), sorted(known_goods))
    attributes = {
        name: str(value) if isinstance(value, Decimal) else value
        for name, value in new.attributes.items()
    }
    values = {
        "name": new.name, "goods": new.goods, "attributes": attributes, "ended": new.ended,
    }  # fmt: skip
    entry = _Entry(
        f"product {new.gtin}",
        lambda tx, on: participants.find_products(tx, [int(new.gtin)], on=on).get(int(new.gtin)),
        lambda tx, owner, day: participants.insert_product(tx, owner, int(new.gtin), day, values),
    )
    return _product(_recorded(ctx, entry, findings, of=new.participant_id, day=new.valid_from))


def all_products(ctx: Context, *, on: date | None = None) -> tuple[Product, ...]:
    """Return the register of products as it is on a day."""
    ctx.require("officer", "auditor", "participant")
    with ctx.transaction() as tx:
        return tuple(_product(row) for row in participants.products(tx, on=on or ctx.today))


@dataclass(frozen=True)
class _Entry(Generic[Row]):
    """One entry of a register in which everybody keeps what is its own."""

    name: str
    find: Callable[[Transaction, date], Row | None]
    """As it is on a day."""
    insert: Callable[[Transaction, int, date], object]
    """Record what holds of it from a day, for its owner."""


def _recorded(
    ctx: Context, entry: _Entry[Row], findings: list[Finding], *, of: str | None, day: date | None
) -> Row:
    """Record a version of an entry and return the entry as it is on that day."""
    if findings:
        raise InputError(findings)
    day = day or ctx.today
    with ctx.transaction() as tx:
        owner = _owner(ctx, tx, of)
        known = entry.find(tx, date.max)
        if known is not None and known.participant_no != owner:
            raise Forbidden(f"The {entry.name} is another participant's.")
        entry.insert(tx, owner, day)
        row = entry.find(tx, day)
    if row is None:
        raise NotFound(f"The {entry.name} is not registered on {day}.")
    return row


def _versions(rows: Sequence[participants.VersionRow], name: str) -> tuple[Version, ...]:
    if not rows:
        raise NotFound(f"No {name} is registered.")
    return tuple(
        Version(
            row.valid_from, row.revision, row.name, row.ended, row.recorded_at.date(),
            row.recorded_by, {key: value for key, value in row.facts.items() if value is not None},
        )
        for row in rows
    )  # fmt: skip


def _participant(row: participants.ParticipantRow | None, participant_id: str) -> Participant:
    if row is None:
        raise NotFound(f"No participant {participant_id!r} is registered.")
    return Participant(**{**asdict(row), "kinds": tuple(row.kinds)})


def _product(row: participants.ProductRow) -> Product:
    return Product(**{**asdict(row), "gtin": f"{row.gtin:014d}"})


def _owner(ctx: Context, tx: Transaction, participant_id: str | None) -> int:
    """Return whose entry it is: of a participant its own, of an officer the one named."""
    own = ctx.actor.participant_no
    if participant_id is None:
        if own is None:
            raise InputError(
                Finding(
                    "register", "no participant is named", "whose it is", column="participant_id"
                )
            )
        return own
    number = participants.participant_number(tx, participant_id)
    if number is None:
        raise NotFound(f"No participant {participant_id!r} is registered.")
    if own not in (None, number):
        raise Forbidden("A participant registers only what is its own.")
    return number


def _texts(source: str, **given: str) -> list[Finding]:
    return [
        Finding(
            source,
            f"the {name} has {len(text)} characters",
            f"1 to {TEXT_MAX} on one line",
            column=name,
        )
        for name, text in given.items()
        if not (0 < len(text.strip()) <= TEXT_MAX and text.isprintable())
    ]


def _among(
    source: str, column: str, given: tuple[str, ...], known: "tuple[str, ...] | list[str]"
) -> list[Finding]:
    expected = "of " + ", ".join(known)
    if not given:
        return [Finding(source, "none is given", expected, column=column)]
    return [
        Finding(source, f"{each!r} is not known", expected, column=column)
        for each in given
        if each not in known
    ]


def _is_gln(text: str) -> bool:
    digits = len(text) == GLN_DIGITS and text.isascii() and text.isdigit()
    return digits and compute_check_digit(text[:-1]) == text[-1]
