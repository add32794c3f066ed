"""Level and vertical equity: one gentle line that brings values of all sizes to the same ratio."""

from dataclasses import dataclass

import numpy as np

from kazyna.valuation.columns import Floats
from kazyna.valuation.ratio_study import statistics

SLOPES = np.linspace(1.0, 1.12, 61)
"""Stretches of log value about its centre that are tried; 1 leaves values as they are."""
PRB_TARGET = 0.022
"""The least stretch is taken that brings |PRB| within this (the IAAO allows 0.05)."""


@dataclass(frozen=True)
class Equity:
    """Calibrated log value = centre + shift + slope · (log value - centre)."""

    centre: float
    shift: float
    slope: float

    def apply(self, log_value: Floats) -> Floats:
        """Calibrate log values."""
        return self.centre + self.shift + self.slope * (log_value - self.centre)


def equity_of(out_of_fold: Floats, target: Floats) -> Equity:
    """Choose the line on out-of-fold predictions of log price.

    The slope is the least that makes the price-related bias acceptable; the shift brings the
    median ratio to one.
    """
    centre = float(out_of_fold.mean())
    price = np.exp(target)

    def bias(slope: float) -> float:
        return abs(statistics(np.exp(centre + slope * (out_of_fold - centre)), price).prb)

    biases = [bias(float(slope)) for slope in SLOPES]
    good = [i for i, each in enumerate(biases) if each <= PRB_TARGET]
    slope = float(SLOPES[good[0] if good else int(np.argmin(biases))])
    shift = float(np.median(target - centre - slope * (out_of_fold - centre)))
    return Equity(centre, shift, slope)
