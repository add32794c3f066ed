"""How much each model counts, by what it said about sales it had not seen."""

import numpy as np
from scipy.optimize import nnls

from kazyna.valuation.columns import Floats
from kazyna.valuation.models.regression import robust_weights
from kazyna.valuation.settled import settled

PRIOR = 0.005
"""Pull towards equal weights, as a share of the evidence; decides between models that tie."""
FEW_SALES = 30
"""Sales at which the evidence of the stack counts as much as what holds of thin markets."""
WORTH = 0.003
"""Least share of the error that a costly model must save to be taken up."""


def sparing_weights(out_of_fold: Floats, target: Floats) -> Floats:
    """Stack, but leave the last model out unless it pays for what it costs."""
    every = stack_weights(out_of_fold, target)
    few = np.append(stack_weights(out_of_fold[:, :-1], target), 0.0)
    errors = [float(np.abs(out_of_fold @ weights - target).mean()) for weights in (every, few)]
    return every if errors[0] < (1 - WORTH) * errors[1] else few


def drawn_to(position: int, weights: Floats, *, sales: int) -> Floats:
    """Draw weights to one model: tens of sales cannot tell which of several errs least."""
    share = FEW_SALES / (FEW_SALES + sales)
    drawn = (1 - share) * weights
    drawn[position] += share
    return drawn


def stack_weights(out_of_fold: Floats, target: Floats) -> Floats:
    """Weights of the models: not negative, adding up to one (Wolpert 1992; Breiman 1996).

    Parameters
    ----------
    out_of_fold
        Predictions of log price, shape (sales, models).
    target
        Log price, shape (sales,).
    """
    models = out_of_fold.shape[1]
    error = out_of_fold - target[:, None]
    weights = robust_weights(error.mean(axis=1))
    moment = error.T @ (error * weights[:, None])
    moment += (PRIOR * np.trace(moment) / models + 1e-12) * np.eye(models)
    # min w'Mw with w >= 0 and Σw = 1 has the direction of min w'Mw / 2 - Σw with w >= 0.
    root = np.linalg.cholesky(moment)
    direction, _ = nnls(root.T, np.linalg.solve(root, np.ones(models)))
    shares = settled(direction / direction.sum())
    return np.asarray(shares / shares.sum())
