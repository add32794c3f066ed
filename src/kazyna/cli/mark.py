"""`kazyna mark`: the commands of goods marking, each from the module of its subject."""

from collections.abc import Callable

import typer

from kazyna.cli import marking_codes, marking_events, marking_symbols

COMMANDS: dict[str, Callable[..., int | None]] = {
    "keygen": marking_codes.keygen,
    "keys": marking_codes.keys_of,
    "revoke": marking_codes.revoke,
    "issue": marking_codes.issue,
    "parse": marking_codes.parse,
    "verify": marking_codes.verify,
    "validate": marking_events.validate,
    "hash": marking_events.hash_events,
    "render": marking_symbols.render,
}

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="Goods marking: codes, symbols, events from factory or border to till.",
)
for name, command in COMMANDS.items():
    app.command(name)(command)
