"""`kazyna`: the list of commands, and the way from an error to an exit code."""

import logging
import signal
import sys
from collections.abc import Sequence
from typing import Annotated

import typer
from typer import rich_utils
from typer.exceptions import TyperException

import kazyna
from kazyna.cli import (
    bill_appeals,
    bill_objections,
    cadastre,
    confirmations,
    costs,
    databases,
    declarations,
    deliveries,
    demo,
    enforcement,
    evidence,
    file_rolls,
    fines,
    ledger,
    mark,
    objections,
    output,
    packs,
    ratio_studies,
    register,
    reliefs,
    reports,
    rolls,
    rounds,
    screening,
    serve,
    simulations,
    users,
    valuations,
)
from kazyna.core.errors import KazynaError
from kazyna.services.settings import SETTINGS

COMMANDS = (
    demo.demo,
    serve.serve,
    evidence.columns,
    evidence.profile,
    screening.screen,
    valuations.backtest,
    valuations.value,
    costs.cost,
    ratio_studies.ratio_study,
    reports.report,
    reports.notice,
    file_rolls.roll,
    file_rolls.explain,
    file_rolls.calculate,
    simulations.simulate,
)

HELP = """The revenue system of a small state or a city: value every property, tax it by the law,
keep the accounts.

Every command prints its result on stdout and all else on stderr; with --json the result is exactly
one JSON object. Exit codes: 0 done, 1 refused or failed, 2 wrong usage or unreadable input.

Begin with:
```sh
kazyna demo
```
"""

EPILOG = "Settings, as environment variables:\n\n" + "\n".join(
    f"- `{setting.name}`: {setting.meaning} (default: {setting.default or 'empty'})"
    for setting in SETTINGS
)

app = typer.Typer(
    help=HELP,
    epilog=EPILOG,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
)
for command in COMMANDS:
    app.command(command.__name__.replace("_", "-"))(command)
app.add_typer(cadastre.app, name="cadastre")
app.add_typer(rounds.app, name="round")
app.add_typer(register.app, name="register")
app.add_typer(objections.app, name="objection")
app.add_typer(confirmations.app, name="law")
app.add_typer(rolls.app, name="tax-roll")
app.add_typer(reliefs.app, name="relief")
app.add_typer(bill_objections.app, name="bill-objection")
app.add_typer(enforcement.app, name="enforcement")
app.add_typer(bill_appeals.app, name="bill-appeal")
app.add_typer(fines.app, name="fine")
app.add_typer(deliveries.app, name="delivery")
app.add_typer(declarations.app, name="declaration")
app.add_typer(ledger.app, name="account")
app.add_typer(packs.app, name="pack")
app.add_typer(mark.app, name="mark")
app.add_typer(users.app, name="user")
app.add_typer(databases.app, name="db")


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"kazyna {kazyna.__version__}")
        raise typer.Exit


@app.callback()
def common(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version."
        ),
    ] = False,
) -> None:
    """Take the options that stand before a command."""


def run(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit code; no expected error leaves as a traceback."""
    as_json = "--json" in arguments
    # Each attempt of the pool to connect; what came of them is in the error that is raised.
    logging.getLogger("psycopg.pool").setLevel(logging.CRITICAL)
    try:
        code = app(arguments, prog_name="kazyna", standalone_mode=False)
    except KazynaError as error:
        return output.fail(error, as_json=as_json)
    except TyperException as error:
        if as_json:
            output.print_failure(output.Failure(error.format_message()))
        else:
            rich_utils.rich_format_error(error)  # type: ignore[arg-type]  # its class is private
        return error.exit_code
    if code == output.STOPPED:
        output.say("Stopped.")
    return code or output.DONE


def main() -> None:
    """Run the command line of this process; a request to end is met like Ctrl-C, cleanly."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    sys.exit(run(sys.argv[1:]))
