"""Every error that Kazyna raises on purpose, named by what the reader can do about it.

KazynaError
├── InputError      the data or the call cannot be read: mend what the findings name
│   ├── PackError   a jurisdiction pack is wrong: mend the file and key it names
│   ├── TooLarge    more than is taken at once: send it in parts
│   └── WrongSchedule   when something is to be sent cannot be read, or never comes
├── Refused         understood, but not done: the message says why
│   ├── NotFound    nothing is known under that name
│   ├── Conflict    the request contradicts what is already recorded
│   ├── TooMany     asked too often: the message says when to ask again
│   └── Forbidden   the actor's role does not allow it
│       └── SignInRequired   nobody is signed in, or the session has ended
└── Unavailable     a part that is needed does not answer: the server, a file system

The interfaces map this tree: `cli/output.py` to exit codes, `api/errors.py` to problem+json,
`web/app.py` to a page. Anything else that is raised is a defect.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Finding:
    """One mistake in the input, precise enough to be mended without asking."""

    source: str
    """The file, table or request the mistake is in."""
    reason: str
    """What is wrong, with the value that is wrong."""
    expected: str
    """What would have been accepted."""
    row: int | None = None
    """The row, counted from 1 after the header, where one row is at fault."""
    column: str | None = None
    """The column, where one column is at fault."""

    def __str__(self) -> str:
        place = self.source
        if self.row is not None:
            place += f", row {self.row}"
        if self.column is not None:
            place += f", column {self.column}"
        return f"{place}: {self.reason}; expected {self.expected}"


class KazynaError(Exception):
    """The root of every error that is raised on purpose."""


class InputError(KazynaError):
    """The data or the call cannot be read; `findings` lists all that was found."""

    def __init__(self, findings: Finding | Iterable[Finding]) -> None:
        self.findings = (findings,) if isinstance(findings, Finding) else tuple(findings)
        super().__init__("\n".join(map(str, self.findings)))

    def __reduce__(self) -> tuple[type["InputError"], tuple[tuple[Finding, ...]]]:
        """Travel between processes with the findings."""
        return type(self), (self.findings,)

    def below(self, rows: int) -> "InputError":
        """Say the same of a table of which so many rows stand before."""
        return InputError(
            f if f.row is None else replace(f, row=f.row + rows) for f in self.findings
        )


class PackError(InputError):
    """A jurisdiction pack does not load or contradicts itself."""


class TooLarge(InputError):  # noqa: N818 (the name is what happened)
    """More was handed in than is taken at once."""


class WrongSchedule(InputError):  # noqa: N818 (the name is what happened)
    """When something is to be sent cannot be read, contradicts itself, or never comes."""


class Refused(KazynaError):  # noqa: N818 (the name is what happened)
    """Understood, but not done."""


class NotFound(Refused):
    """Nothing is known under that name."""


class Conflict(Refused):
    """The request contradicts what is already recorded."""


class TooMany(Refused):
    """Asked too often for now."""


class Forbidden(Refused):
    """The actor's role does not allow this."""


class SignInRequired(Forbidden):
    """Nobody is signed in, or the session has ended."""


class Unavailable(KazynaError):  # noqa: N818 (the name is what happened)
    """A part that is needed does not answer."""
