"""Numbers that are the same on every machine.

Processors differ in the last bits of sums, exponentials and products of matrices, and a choice
between two splits or two neighbours can hang on them: a value would then move by dollars from one
machine to the next. What such choices hang on is therefore rounded first, far below what any
price can tell and far above those bits (decision 0014).
"""

import numpy as np

from kazyna.valuation.columns import Floats

DIGITS = 6
"""Digits after the point of a log price, or of a kilometre."""


def settled(numbers: Floats) -> Floats:
    """Round what choices hang on."""
    return np.round(numbers, DIGITS)
