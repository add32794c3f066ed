"""Level and vertical equity: one gentle line that brings values of all sizes to the same ratio."""

from dataclasses import dataclass

import numpy as np

from kazyna.valuation.columns import Floats
from kazyna.valuation.ratio_standards import PRB
from kazyna.valuation.ratio_study import statistics
from kazyna.valuation.settled import settled

SLOPES = np.linspace(1.0, 1.12, 61)
"""Stretches of log value about its centre that are tried; 1 leaves values as they are."""
PRB_TARGET = 0.022
"""The least stretch is taken that brings |PRB| within this (the IAAO allows 0.05)."""
DISPERSION_COST_MAX = 0.01
"""Most by which a stretch may raise the COD, as a share: past this, equity costs accuracy."""


@dataclass(frozen=True)
class Equity:
    """Calibrated log value = centre + shift + slope · (log value - centre)."""

    centre: float
    shift: float
    slope: float
    prb: float
    """Price-related bias out of fold that is left."""

    @property
    def out_of_reach(self) -> bool:
        """Whether no stretch at little cost brings the bias into the IAAO's range."""
        return abs(self.prb) > PRB[1]

    def apply(self, log_value: Floats) -> Floats:
        """Calibrate log values."""
        return self.centre + self.shift + self.slope * (log_value - self.centre)


def equity_of(out_of_fold: Floats, target: Floats) -> Equity:
    """Choose the line on out-of-fold predictions of log price.

    The slope is the least that brings the price-related bias to its target, or else the one that
    makes it least, among those that hardly disperse the ratios more. Where even that one leaves it
    outside of the IAAO's range the slope is one: values would err more, and the roll be refused
    all the same. The shift brings the median ratio to one.
    """
    centre = float(settled(out_of_fold.mean()))
    price = np.exp(target)
    studies = [
        statistics(np.exp(centre + slope * (out_of_fold - centre)), price) for slope in SLOPES
    ]
    dearest = studies[0].cod * (1 + DISPERSION_COST_MAX)
    cheap = [position for position, study in enumerate(studies) if study.cod <= dearest]
    good = [position for position in cheap if abs(studies[position].prb) <= PRB_TARGET]
    chosen = good[0] if good else min(cheap, key=lambda position: abs(studies[position].prb))
    if abs(studies[chosen].prb) > PRB[1]:
        chosen = 0
    slope = float(SLOPES[chosen])
    shift = float(np.median(target - centre - slope * (out_of_fold - centre)))
    return Equity(centre, float(settled(np.array(shift))), slope, studies[chosen].prb)
