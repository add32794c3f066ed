"""What both chapters of the demonstration are told with: steps that say how long they took."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from time import perf_counter

from kazyna.core.progress import Progress
from kazyna.services import users
from kazyna.services.context import Actor, Context, Role

PASSWORD = "kazyna-demo"  # noqa: S105 (accounts of a demonstration on this machine)

DEMONSTRATION = "none: a demonstration, nothing is binding"
"""The document by which the demonstration's officer confirms doubtful values of the law."""


@dataclass(frozen=True)
class DemoStep:
    """One step and how long it took; a step that had been done before says so."""

    name: str
    seconds: float
    done_before: bool


@dataclass(frozen=True)
class DemoUser:
    """A local account of the demonstration."""

    name: str
    password: str
    role: Role


def make_account(
    officer: Context,
    name: str,
    role: Role,
    *,
    taxpayer: str | None = None,
    participant: str | None = None,
) -> None:
    """Make an account of the demonstration; those of the office are made by an administrator."""
    maker = Actor("demo-administrator", "administrator") if role in users.OFFICE else officer.actor
    users.create_user(
        replace(officer, actor=maker), name=name, password=PASSWORD, role=role,
        taxpayer_id=taxpayer, participant_id=participant,
    )  # fmt: skip


@dataclass(frozen=True)
class Steps:
    """The steps that were taken so far."""

    progress: Progress
    steps: list[DemoStep] = field(default_factory=list)

    def take(self, name: str, work: Callable[[], bool]) -> None:
        """Take a step; the work tells whether it had been done before."""
        self.progress(name)
        start = perf_counter()
        done_before = work()
        self.steps.append(DemoStep(name, round(perf_counter() - start, 2), done_before))
