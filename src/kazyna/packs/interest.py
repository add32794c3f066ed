"""The law of penalty interest, read from `[interest]` of a pack's accounts.toml."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import get_args

from kazyna.accounts import DayCount, InterestRate, InterestRule
from kazyna.core.dated import Dated
from kazyna.core.money import ROUNDING, Currency, RoundingMode, to_minor
from kazyna.core.text import Text
from kazyna.packs.grounds import Grounds, read_grounds
from kazyna.packs.parameters import read_dated
from kazyna.packs.reading import Section

MONEY_LIMITS = ("at_least", "at_most", "claim_from")


@dataclass(frozen=True)
class DatedRate:
    """A rate and where it is from."""

    rate: InterestRate
    grounds: Grounds


@dataclass(frozen=True)
class InterestLaw:
    """Penalty interest as a pack has it; amounts in units of its currency."""

    label: Text
    rates: Dated[DatedRate]
    later: Dated[DatedRate] | None
    later_after: int
    count: DayCount
    first_day: int
    last_day_counts: bool
    cap: Decimal | None
    limits: dict[str, Decimal]
    unit: Decimal
    mode: RoundingMode
    grounds: Grounds
    """Of everything but the rates: the days that count, the cap, the rounding."""

    def rule(self, currency: Currency) -> InterestRule:
        """Return what the engine computes with."""
        limits = {name: to_minor(amount, currency) for name, amount in self.limits.items()}
        return InterestRule(
            rates=_plain(self.rates),
            count=self.count,
            first_day=self.first_day,
            last_day_counts=self.last_day_counts,
            later=_plain(self.later) if self.later else None,
            later_after=self.later_after,
            cap=self.cap,
            at_least=limits.get("at_least", 0),
            at_most=limits.get("at_most"),
            claim_from=limits.get("claim_from", 0),
            unit=to_minor(self.unit, currency),
            mode=self.mode,
        )


def read_interest(section: Section) -> InterestLaw | None:
    """Read the rates of penalty interest and how its days are counted; None where it is wrong."""
    before = len(section.findings)
    label, rates = section.text("label"), read_dated(section, _rate)
    later, later_after = None, 0
    if "later" in section.values:
        after = section.section("later")
        later_after, later = after.required("after_days", int, 1), read_dated(after, _rate)
        after.finish()
    mode = section.required("mode", str, "half_up")
    modes: dict[str, RoundingMode] = {name: name for name in ROUNDING}
    count = section.required("count", str, "days")
    counts: dict[str, DayCount] = {name: name for name in get_args(DayCount)}
    for key, given, known in (("mode", mode, list(modes)), ("count", count, list(counts))):
        if given not in known:
            section.fault(key, f"{given!r} is not known", "one of " + ", ".join(known))
    limits = {name: section.optional(name, Decimal) for name in MONEY_LIMITS}
    unit = section.required("unit", Decimal, Decimal("0.01"))
    law = InterestLaw(
        label=label,
        rates=rates or Dated.of([(date.min, DatedRate(InterestRate(Decimal(0)), Grounds("")))]),
        later=later,
        later_after=later_after,
        count=counts.get(count, "days"),
        first_day=section.required("first_day", int, 1),
        last_day_counts=section.flag("last_day_counts"),
        cap=section.optional("cap", Decimal),
        limits={name: amount for name, amount in limits.items() if amount is not None},
        unit=unit,
        mode=modes.get(mode, "half_up"),
        grounds=read_grounds(section),
    )
    _check(section, law)
    section.finish()
    return law if len(section.findings) == before else None


def _check(section: Section, law: InterestLaw) -> None:
    for name, amount in (("unit", law.unit), ("cap", law.cap), *law.limits.items()):
        if amount is not None and not (amount.is_finite() and amount > 0):
            section.fault(name, f"{amount} is not positive", "a positive number")
    if law.first_day < 0 or law.later_after < 0:
        section.fault("first_day", "the days are negative", "days from 0")


def _rate(row: Section) -> DatedRate:
    share, per = row.required("share", Decimal, Decimal(0)), row.optional("per", int)
    if not (share.is_finite() and share >= 0):
        row.fault("share", f"{share} is no share", "a number from 0, such as 0.0009")
    if per is not None and per < 1:
        row.fault("per", f"{per} is not accepted", "a whole number from 1, such as 1 or 365")
    rate = InterestRate(max(share, Decimal(0)), max(per or 1, 1))
    return DatedRate(rate, read_grounds(row))


def _plain(rates: Dated[DatedRate]) -> Dated[InterestRate]:
    return Dated(rates.days, tuple(dated.rate for dated in rates.values))
