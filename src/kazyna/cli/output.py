"""What a command says: its result on stdout, everything else on stderr, an exit code at the end.

The result is a table for people, or with `--json` exactly one JSON object for programs, in which
money stands as text, never as a binary float. An error is words and findings on stderr, or with
`--json` one object `{"error": …, "findings": […]}`; stdout then stays empty.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from decimal import Decimal
from functools import singledispatch
from typing import Annotated, Any, TypeVar

import typer
from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text as Line

from kazyna.core.errors import Finding, InputError, KazynaError
from kazyna.core.text import Text

DONE, FAILED, USAGE, STOPPED = 0, 1, 2, 130
"""Exit codes: done; refused or failed; wrong usage or unreadable input; stopped by Ctrl-C."""

MANY = 100
"""From here a number is shown with one decimal place, below with three."""

MONEY_PLACES = 2

T = TypeVar("T")
Renderer = Callable[[T], RenderableType]

Json = Annotated[bool, typer.Option("--json", help="Print exactly one JSON object.")]

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)


@dataclass(frozen=True)
class Failure:
    """An error as a program reads it."""

    error: str
    findings: tuple[Finding, ...] = ()


def show(result: T, *, as_json: bool, table: Renderer[T] | None = None) -> None:
    """Print a result: as one JSON object, by its own table, or field by field."""
    if as_json:
        typer.echo(json_of(result))
    elif table is not None:
        out.print(table(result))
    else:
        for part in _parts(result):
            out.print(part)


def say(message: str) -> None:
    """Tell the person something that is not the result."""
    err.print(Line(message))


def fail(error: KazynaError, *, as_json: bool) -> int:
    """Print an error with all its findings; return the exit code."""
    findings = error.findings if isinstance(error, InputError) else ()
    code = USAGE if isinstance(error, InputError) else FAILED
    if as_json:
        summary = f"{len(findings)} mistakes in the input" if len(findings) > 1 else str(error)
        print_failure(Failure(summary, findings))
        return code
    if not findings:
        err.print(Line(str(error), style="red"))
        return code
    count = "One mistake" if len(findings) == 1 else f"{len(findings)} mistakes"
    err.print(Line(f"{count}; nothing was written:", style="red"))
    for finding in findings:
        err.print(Line(f"  {finding}"), soft_wrap=True)
    return code


def print_failure(failure: Failure) -> None:
    """Print a failure as one JSON object on stderr."""
    typer.echo(json_of(failure), err=True)


def json_of(result: object) -> str:
    """Write any result as JSON: exact decimals as text, days as 2015-05-31."""
    from pydantic_core import to_json  # noqa: PLC0415 (costs a third of the time of --help)

    return to_json(result, indent=2, inf_nan_mode="null").decode()


def facts(rows: Mapping[str, object]) -> Table:
    """Lay out names and values in two columns."""
    grid = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    grid.add_column(style="dim")
    grid.add_column(overflow="fold")
    for name, value in rows.items():
        grid.add_row(name, Line(words(value)))
    return grid


def listing(rows: Iterable[Mapping[str, object]], *, title: str | None = None) -> Table:
    """Lay out rows of the same names as a table; numbers stand to the right."""
    table = Table(title=title, title_justify="left", title_style="bold", header_style="dim")
    for number, row in enumerate(rows):
        if number == 0:
            for name, value in row.items():
                is_number = isinstance(value, int | float | Decimal) and not isinstance(value, bool)
                table.add_column(name, justify="right" if is_number else "left", overflow="fold")
        table.add_row(*(Line(words(value)) for value in row.values()))
    return table


@singledispatch
def words(value: object) -> str:
    """Write one value for people."""
    if value is None:
        return "–"
    if is_dataclass(value):
        return ", ".join(f"{name} {words(item)}" for name, item in _named(value).items())
    return str(value)


@words.register
def _(value: bool) -> str:
    return "yes" if value else "no"


@words.register
def _(value: Text) -> str:
    return value.en


@words.register(int)
def _(value: int) -> str:
    return f"{value:,}"


@words.register(Decimal)
def _(value: Decimal) -> str:
    """Keep the two places of money; noughts at the end of more, as of quantities, say nothing."""
    written = f"{value:,f}" if value.is_finite() else str(value)
    whole, point, places = written.partition(".")
    if len(places) <= MONEY_PLACES:
        return written
    left = places.rstrip("0")
    return whole + point * bool(left) + left


@words.register
def _(value: float) -> str:
    return f"{value:,.1f}" if abs(value) >= MANY else f"{value:.3f}"


@words.register(tuple)
@words.register(list)
def _(value: tuple[object, ...] | list[object]) -> str:
    sentences = any(isinstance(item, str) and (", " in item or item[-1:] == ".") for item in value)
    return ("\n" if sentences else ", ").join(map(words, value))


def _parts(result: object) -> Iterator[RenderableType]:
    """Split a result into its single facts and its tables."""
    named = _named(result)
    rows = {name: value for name, value in named.items() if _is_rows(value)}
    single = {n: value for n, value in named.items() if n not in rows and value not in ((), "")}
    if single:
        yield facts(single)
    for name, items in rows.items():
        if any(_is_rows(value) for value in _named(items[0]).values()):
            for item in items:
                yield from _parts(item)
        else:
            yield listing(map(_named, items), title=name)


def _is_rows(value: Any) -> bool:
    return isinstance(value, tuple) and len(value) > 0 and is_dataclass(value[0])


def _named(result: object) -> dict[str, Any]:
    """Return the fields of a record by their names in words."""
    if isinstance(result, Mapping):
        return dict(result)
    if not is_dataclass(result):
        raise TypeError(f"expected a record or a mapping, not {type(result).__name__}")
    return {
        field.name.replace("_", " "): _shown(field.name, getattr(result, field.name))
        for field in fields(result)
    }


def _shown(name: str, value: object) -> object:
    """Take the number of an entry or a year for the name that it is: it gets no separators."""
    is_name = name == "year" or name.endswith("_id")
    return str(value) if is_name and isinstance(value, int) else value
