"""How an engine says where it is, without knowing who listens."""

from typing import Protocol


class Progress(Protocol):
    """Told of each step of long work as it advances."""

    def __call__(self, step: str, done: int = 0, total: int = 0) -> None:
        """Report that `done` of `total` parts of `step` are finished; total 0 means unknown."""


def silent(step: str, done: int = 0, total: int = 0) -> None:
    """Listen to nothing."""
