"""`kazyna user`: who may sign in."""

# ruff: noqa: PLC0415 (a service and its engines are loaded by the command that needs them)

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from kazyna.cli import output
from kazyna.cli.acting import As, acting
from kazyna.cli.arguments import secret

if TYPE_CHECKING:
    from kazyna.services.context import Role

app = typer.Typer(help="Local accounts: who may sign in, in which role.", no_args_is_help=True)

NEW_PASSWORD = "KAZYNA_NEW_PASSWORD"  # noqa: S105 (the name of the variable)

Name = Annotated[str, typer.Argument(help="Name of the account.", show_default=False)]
NewRole = Annotated[
    Literal["officer", "valuer", "auditor", "administrator", "taxpayer", "participant"],
    typer.Option(help="What the account may do.", show_default=False),
]


def _maker(role: "Role") -> Literal["administrator", "officer"]:
    """Return as whom the one who runs the installation makes accounts of a role."""
    from kazyna.services.users import OFFICE

    return "administrator" if role in OFFICE else "officer"


@app.command()
def add(
    name: Name,
    *,
    role: NewRole,
    taxpayer: Annotated[str | None, typer.Option(help="Whom a taxpayer's account is of.")] = None,
    participant: Annotated[
        str | None, typer.Option(help="Whom an account of goods marking is of.")
    ] = None,
    as_name: As = "",
    as_json: output.Json = False,
) -> None:
    """Make an account, or give one a new password; the password is asked twice.

    It may stand in KAZYNA_NEW_PASSWORD instead. Two officers are needed to issue a roll, and
    officers cannot make accounts of the office: an administrator does, or this command.

    Example:
    ```sh
    kazyna user add aibek --role officer
    kazyna user add bermet --role taxpayer --taxpayer 29900000000017
    ```
    """
    from kazyna.services import users

    password = secret(f"New password of {name}", NEW_PASSWORD, confirm=True)
    with acting(_maker(role), as_name) as ctx:
        made = users.create_user(
            ctx, name=name, password=password, role=role, taxpayer_id=taxpayer,
            participant_id=participant,
        )  # fmt: skip
    output.show(made, as_json=as_json)


@app.command("list")
def list_accounts(*, as_name: As = "", as_json: output.Json = False) -> None:
    """List the accounts, and what was done to them last.

    Example:
    ```sh
    kazyna user list
    ```
    """
    from kazyna.services import users

    with acting("officer", as_name) as ctx:
        found = {"accounts": users.accounts(ctx), "changes": users.account_changes(ctx)}
    output.show(found, as_json=as_json)


@app.command()
def end(
    name: Name,
    *,
    role: NewRole,
    as_name: As = "",
    as_json: output.Json = False,
) -> None:
    """Let an account sign in no more; what it did stays.

    Example:
    ```sh
    kazyna user end aibek --role officer
    ```
    """
    from kazyna.services import users

    with acting(_maker(role), as_name) as ctx:
        users.end_user(ctx, name)
    output.show({"ended": name}, as_json=as_json)
