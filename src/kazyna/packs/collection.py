"""How debts are collected, read from a pack: dunning, plans, limitation, risk, what is worth it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import get_args

from kazyna.accounts import DunningStep, InstalmentRule, RiskReason, WeekendRule
from kazyna.core.money import Currency, to_minor
from kazyna.core.text import Text
from kazyna.packs.disputes import (
    NO_DISPUTE,
    AppealLaw,
    DisputeLaw,
    read_appeals,
    read_dispute,
)
from kazyna.packs.enforcement import MeasureLaw, read_measure
from kazyna.packs.fines import FineLaw, read_fine
from kazyna.packs.grounds import Grounds, read_grounds
from kazyna.packs.reading import Section

MEASURES = (
    "overdue", "days_late", "years_late", "debts_paid_late", "never_paid", "broken_plans",
    "notices",
)  # fmt: skip
"""What is known of a taxpayer and can give points: sums in whole units of the currency."""


@dataclass(frozen=True)
class DunningLaw:
    """One step of dunning: when it is taken, and what the debtor is told."""

    name: str
    title: Text
    text: Text
    after_days: int
    wait_days: int
    minimum: Decimal
    days_to_pay: int
    grounds: Grounds

    def step(self, currency: Currency) -> DunningStep:
        """Return what the engine computes with."""
        minimum = to_minor(self.minimum, currency)
        return DunningStep(self.name, self.after_days, self.wait_days, minimum)


@dataclass(frozen=True)
class InstalmentLaw:
    """Payment by instalments as a pack has it; amounts in units of its currency."""

    rule_: Mapping[str, int]
    minimum: Decimal
    automatic_up_to: Decimal
    monthly_rate: Decimal
    weekend: WeekendRule
    interest_pauses: bool
    """Whether penalty interest stands still while a plan is kept."""
    grounds: Grounds

    def rule(self, currency: Currency) -> InstalmentRule:
        """Return what the engine computes with."""
        return InstalmentRule(
            **self.rule_,
            minimum=to_minor(self.minimum, currency),
            automatic_up_to=to_minor(self.automatic_up_to, currency),
            monthly_rate=self.monthly_rate,
            weekend=self.weekend,
        )


@dataclass(frozen=True)
class RiskLaw:
    """A reason for points, with its name for people."""

    label: Text
    reason: RiskReason


@dataclass(frozen=True)
class Collection:
    """What collection takes from a pack; empty where it does not say."""

    dunning: tuple[DunningLaw, ...] = ()
    enforcement: tuple[MeasureLaw, ...] = ()
    """What follows the last step of dunning, in its order."""
    instalments: InstalmentLaw | None = None
    limitation_years: int | None = None
    limitation_grounds: Grounds | None = None
    dispute: DisputeLaw = NO_DISPUTE
    """Of taxes that have no law of their own."""
    disputes: Mapping[str, DisputeLaw] = field(default_factory=dict)
    appeals: Mapping[str, AppealLaw] = field(default_factory=dict)
    """To whom a taxpayer can appeal after the decision on an objection, by name."""
    recoverable: tuple[tuple[int, Decimal], ...] = ()
    """Share of debts that are up to so many days late which is likely to come in."""
    risk: tuple[RiskLaw, ...] = ()
    risk_high: int = 0
    """Points from which a taxpayer is at high risk."""
    fines: Mapping[str, FineLaw] = field(default_factory=dict)
    """For what an officer may fine, by name."""
    payment_qr: str | None = None
    """What the QR code of a bill says, with the names of figures in braces."""

    def dispute_of(self, tax: str) -> DisputeLaw:
        """Return what an open objection means for a debt of a tax."""
        return self.disputes.get(tax, self.dispute)


def read_collection(section: Section) -> Collection:
    """Read `[collection]`; whatever it does not name is not done."""
    has = section.values
    limitation = section.section("limitation") if "limitation" in has else None
    risk = section.section("risk") if "risk" in has else None
    found = Collection(
        dunning=tuple(map(_step, section.rows("dunning"))) if "dunning" in has else (),
        enforcement=tuple(map(read_measure, section.rows("enforcement")))
        if "enforcement" in has
        else (),
        instalments=_instalments(section.section("instalments")) if "instalments" in has else None,
        limitation_years=limitation.required("years", int, 1) if limitation else None,
        limitation_grounds=read_grounds(limitation) if limitation else None,
        dispute=read_dispute(section.section("dispute")) if "dispute" in has else NO_DISPUTE,
        disputes={name: read_dispute(law) for name, law in section.section("disputes").tables()}
        if "disputes" in has
        else {},
        appeals=read_appeals(list(section.rows("appeals"))) if "appeals" in has else {},
        recoverable=tuple(map(_recoverable, section.rows("recoverable")))
        if "recoverable" in has
        else (),
        risk=tuple(map(_reason, risk.rows("reasons"))) if risk else (),
        risk_high=risk.required("high", int, 0) if risk else 0,
        fines={law.name: law for law in map(read_fine, section.rows("fines"))}
        if "fines" in has
        else {},
        payment_qr=_payment_qr(section),
    )
    for inner in (limitation, risk):
        if inner is not None:
            inner.finish()
    if list(found.recoverable) != sorted(found.recoverable):
        section.fault("recoverable", "the days do not rise", "to_days in rising order")
    section.finish()
    return found


QR_FIGURES = ("reference", "amount", "amount_minor", "currency", "issuer", "tax", "year")
"""What the payload of a QR code may name."""


def _payment_qr(section: Section) -> str | None:
    given = section.optional("payment_qr", str)
    if given is not None:
        try:
            given.format(**dict.fromkeys(QR_FIGURES, ""))
        except (KeyError, IndexError, ValueError):
            known = ", ".join(f"{{{name}}}" for name in QR_FIGURES)
            section.fault("payment_qr", f"{given!r} names a figure that is not known", known)
    return given


def _step(row: Section) -> DunningLaw:
    step = DunningLaw(
        name=row.required("name", str, ""),
        title=row.text("title"),
        text=row.text("text"),
        after_days=row.required("after_days", int, 1),
        wait_days=row.required("wait_days", int, 0),
        minimum=row.required("minimum", Decimal, Decimal(0)),
        days_to_pay=row.required("days_to_pay", int, 1),
        grounds=read_grounds(row),
    )
    row.finish()
    if step.after_days < 1 or step.wait_days < 0 or step.days_to_pay < 0:
        row.fault("after_days", "the days are not accepted", "after_days from 1, the others from 0")
    for text in (step.text.en, step.text.ru, step.text.ky):
        try:
            text.format(amount="", pay_by="", late_since="")
        except (KeyError, IndexError, ValueError):
            row.fault("text", f"{text!r} names something else", "{amount}, {pay_by}, {late_since}")
    return step


def _instalments(section: Section) -> InstalmentLaw:
    weekend = section.required("weekend", str, "as_is")
    known: dict[str, WeekendRule] = {name: name for name in get_args(WeekendRule)}
    if weekend not in known:
        section.fault("weekend", f"{weekend!r} is not known", "one of " + ", ".join(known))
    numbers = ("months_min", "months_max", "automatic_months", "grace_days")
    law = InstalmentLaw(
        rule_={name: section.required(name, int, 1) for name in numbers},
        minimum=section.required("minimum", Decimal, Decimal(0)),
        automatic_up_to=section.required("automatic_up_to", Decimal, Decimal(0)),
        monthly_rate=section.optional("monthly_rate", Decimal) or Decimal(0),
        weekend=known.get(weekend, "as_is"),
        interest_pauses=section.flag("interest_pauses"),
        grounds=read_grounds(section),
    )
    section.finish()
    if not 1 <= law.rule_["months_min"] <= law.rule_["months_max"]:
        section.fault("months_min", "the months are not accepted", "1 to months_max")
    return law


def _recoverable(row: Section) -> tuple[int, Decimal]:
    band = row.required("to_days", int, 0), row.required("share", Decimal, Decimal(0))
    row.finish()
    if not 0 <= band[1] <= 1:
        row.fault("share", f"{band[1]} is no share", "0 to 1")
    return band


def _reason(row: Section) -> RiskLaw:
    measure, label = row.required("measure", str, ""), row.text("label")
    bands = []
    for band in row.rows("bands"):
        bands.append((band.required("from", int, 0), band.required("points", int, 0)))
        band.finish()
    row.finish()
    if measure not in MEASURES:
        row.fault("measure", f"{measure!r} is not known", "one of " + ", ".join(MEASURES))
    if bands != sorted(bands):
        row.fault("bands", "the values do not rise", "bands in rising order")
    return RiskLaw(label, RiskReason(measure, tuple(bands)))
