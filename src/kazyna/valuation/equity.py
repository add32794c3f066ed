"""Level and vertical equity: a gentle stretch that brings values of all sizes to the same ratio."""

from dataclasses import dataclass

import numpy as np

from kazyna.valuation.columns import Floats
from kazyna.valuation.ratios.ratio_standards import PRB
from kazyna.valuation.ratios.ratio_study import statistics
from kazyna.valuation.settled import settled

STRETCHES = np.linspace(0.0, 0.12, 61)
"""Stretches of log value about its centre that are tried; 0 leaves values as they are."""
PRB_TARGET = 0.022
"""The least stretch is taken that brings |PRB| within this (the IAAO allows 0.05)."""
DISPERSION_COST_MAX = 0.01
"""Most by which a stretch may raise the COD, as a share: past this, equity costs accuracy."""


@dataclass(frozen=True)
class Equity:
    """Calibrated log value = centre + shift + slope · (log value - centre).

    A value that errs much loses less by being moved than one that is known well: the errors of
    all rise least, for the same equity, if the slope grows with the local spread.
    """

    centre: float
    shift: float
    stretch: float
    """Slope less one where the local spread is the usual one."""
    prb: float
    """Price-related bias out of fold that is left."""

    @property
    def out_of_reach(self) -> bool:
        """Whether no stretch at little cost brings the bias into the IAAO's range."""
        return abs(self.prb) > PRB[1]

    def slope(self, spread: Floats) -> Floats:
        """Slope of each value by its local spread."""
        return np.asarray(1 + self.stretch * spread)

    def apply(self, log_value: Floats, spread: Floats) -> Floats:
        """Calibrate log values."""
        stretched = self.slope(spread) * (log_value - self.centre)
        return np.asarray(self.centre + self.shift + stretched)

    def apply_to_parts(self, base: float, parts: Floats, spread: Floats) -> tuple[float, Floats]:
        """Calibrate log values that are split into a base and contributions, the place last."""
        slope = self.slope(spread)
        stretched = parts * slope[:, None]
        stretched[:, -1] += (slope - 1) * (base - self.centre)
        return base + self.shift, stretched


def equity_of(out_of_fold: Floats, target: Floats, spread: Floats) -> Equity:
    """Choose the stretch on out-of-fold predictions of log price.

    It is the least that brings the price-related bias to its target, or else the one that makes
    it least, among those that hardly disperse the ratios more. Where even that one leaves it
    outside of the IAAO's range there is none: values would err more, and the roll be refused
    all the same. The shift brings the median ratio to one.

    Parameters
    ----------
    out_of_fold, target
        Predicted and true log prices.
    spread
        Local spread of the prediction errors, in units of the usual.
    """
    centre = float(settled(out_of_fold.mean()))
    tried = [Equity(centre, 0.0, float(stretch), 0.0) for stretch in STRETCHES]
    price = np.exp(target)
    studies = [statistics(np.exp(each.apply(out_of_fold, spread)), price) for each in tried]
    dearest = studies[0].cod * (1 + DISPERSION_COST_MAX)
    cheap = [position for position, study in enumerate(studies) if study.cod <= dearest]
    good = [position for position in cheap if abs(studies[position].prb) <= PRB_TARGET]
    chosen = good[0] if good else min(cheap, key=lambda position: abs(studies[position].prb))
    if abs(studies[chosen].prb) > PRB[1]:
        chosen = 0
    left = target - tried[chosen].apply(out_of_fold, spread)
    shift = float(settled(np.array(np.median(left))))
    return Equity(centre, shift, tried[chosen].stretch, studies[chosen].prb)
