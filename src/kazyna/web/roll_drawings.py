"""A roll beside that of the year before, drawn without a script."""

from collections.abc import Sequence
from decimal import Decimal

from kazyna.services.roll_comparison import ChangeBand, RollComparison
from kazyna.web.drawings import Bar, Bars, Kind
from kazyna.web.language import Writer

PLACES_SHOWN = 15


def bands(write: Writer, found: RollComparison) -> Bars:
    """Draw how many bills change by how much."""
    _ = write.gettext
    most = max((band.bills for band in found.bands), default=0) or 1
    return Bars(
        title=_("By how much bills change"),
        intro=_("Bills that asked for something last year, by how they change."),
        head=(_("Change"), _("Bills"), _("Bills")),
        rows=tuple(
            Bar(
                _band(write, band),
                write.signed_money(band.after - band.before) if band.bills else "",
                0.0,
                band.bills / most * 100,
                write.number(band.bills),
                _kind(band),
            )
            for band in found.bands
        ),
    )


def groups(write: Writer, found: RollComparison) -> Bars:
    """Draw what those who rise, fall, come and go make of the total."""
    _ = write.gettext
    words = {
        "rises": _("pay more"),
        "falls": _("pay less"),
        "new": _("new"),
        "gone": _("gone"),
        "same": _("unchanged"),
    }
    steps = [(each, each.after - each.before) for each in found.groups]
    most = max((abs(step) for _each, step in steps), default=Decimal(0)) or Decimal(1)
    return Bars(
        title=_("Who makes the difference"),
        intro=_("What each group adds to last year's total or takes from it."),
        head=(_("Bills"), _("Difference"), _("Difference")),
        rows=tuple(
            Bar(
                words[each.change],
                _("Bills: {n}").format(n=write.number(each.bills)),
                0.0,
                float(abs(step) / most * 100),
                write.signed_money(step),
                _rising(step),
            )
            for each, step in steps
        ),
    )


def places(write: Writer, found: RollComparison, names: Sequence[str]) -> Bars | None:
    """Draw what each place is asked for, with its change; nothing where there is one place."""
    _ = write.gettext
    if len(found.places) < 2:  # noqa: PLR2004 (one place compares with nothing)
        return None
    shown = found.places[:PLACES_SHOWN]
    most = max((each.after for each in shown), default=Decimal(0)) or Decimal(1)
    return Bars(
        title=_("By place"),
        intro=_("What the bills of a place ask for, and the change since the year before."),
        head=(_("Place"), _("Amount"), _("Amount")),
        rows=tuple(
            Bar(
                name,
                write.signed_money(each.after - each.before),
                0.0,
                float(each.after / most * 100),
                write.whole_money(each.after),
            )
            for each, name in zip(shown, names, strict=False)
        ),
    )


def _band(write: Writer, band: ChangeBand) -> str:
    _ = write.gettext
    above, below = band.above, band.below
    if above is None and below is not None:
        return _("falls by more than {share}").format(share=write.percent(float(-below), 0))
    if below is None and above is not None:
        return _("rises by {share} or more").format(share=write.percent(float(above), 0))
    if above == 0:
        return _("unchanged")
    ends = (above or Decimal(0), below or Decimal(0))
    low, high = sorted(map(abs, ends))
    words = _("falls by {low} to {high}") if ends[1] <= 0 else _("rises by {low} to {high}")
    # The smallest step that is a change at all is written as nought.
    return words.format(low=write.percent(float(low), 0), high=write.percent(float(high), 0))


def _kind(band: ChangeBand) -> Kind:
    if band.above == 0:
        return "whole"
    return "fall" if band.below is not None and band.below <= 0 else "rise"


def _rising(step: Decimal) -> Kind:
    return "rise" if step > 0 else "fall" if step < 0 else "whole"
