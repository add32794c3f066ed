"""Local accounts: the list with what was done to them, new ones, and one's own password."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Form, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from kazyna.core.errors import InputError, Refused
from kazyna.services import users
from kazyna.services.context import Role
from kazyna.web.pages import page
from kazyna.web.visit import Visit, Visiting, leave

router = APIRouter()

HERE = "/office/accounts"
OUTSIDE: tuple[Role, ...] = ("taxpayer", "participant")

Word = Annotated[str, Form(max_length=100)]
Secret = Annotated[str, Form(max_length=200)]


@router.get(HERE)
def listed(visit: Visiting) -> HTMLResponse:
    """List the accounts that the visitor may see."""
    return _list(visit)


@router.post(HERE)
def make(
    visit: Visiting,
    *,
    name: Word,
    password: Secret,
    role: Annotated[Role, Form()],
    acts_for: Word = "",
) -> Response:
    """Make an account, or give one a new password."""
    number = acts_for.strip() or None
    try:
        users.create_user(
            visit.ctx,
            name=name.strip(),
            password=password,
            role=role,
            taxpayer_id=number if role == "taxpayer" else None,
            participant_id=number if role == "participant" else None,
        )
    except (InputError, Refused) as error:
        if not visit.signed_in:
            raise
        return _list(visit, given={"name": name, "role": role, "acts_for": acts_for}, refusal=error)
    return RedirectResponse(HERE, HTTPStatus.SEE_OTHER)


@router.post(f"{HERE}/end")
def end(visit: Visiting, name: Word) -> Response:
    """Let an account sign in no more."""
    try:
        users.end_user(visit.ctx, name)
    except Refused as error:
        if not visit.signed_in:
            raise
        return _list(visit, refusal=error)
    return RedirectResponse(HERE, HTTPStatus.SEE_OTHER)


@router.get("/password")
def ask(visit: Visiting) -> Response:
    """Ask for another password."""
    if not visit.signed_in:
        return RedirectResponse("/sign-in?next=/password", HTTPStatus.SEE_OTHER)
    return page(visit, "users/password.html", refusal=None, findings=())


@router.post("/password")
def change(visit: Visiting, old: Secret, new: Secret) -> Response:
    """Change one's own password and sign out: all sessions of the account end."""
    if not visit.signed_in:
        return RedirectResponse("/sign-in?next=/password", HTTPStatus.SEE_OTHER)
    try:
        users.change_password(visit.ctx, old=old, new=new)
    except (InputError, Refused) as error:
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        findings = getattr(error, "findings", ())
        return page(visit, "users/password.html", status=status, refusal=error, findings=findings)
    response = RedirectResponse("/sign-in", HTTPStatus.SEE_OTHER)
    leave(visit.request, response)
    return response


def _list(
    visit: Visit, *, given: dict[str, str] | None = None, refusal: Exception | None = None
) -> HTMLResponse:
    own = {"administrator": users.OFFICE, "officer": OUTSIDE}.get(visit.ctx.actor.role, ())
    return page(
        visit,
        "users/accounts.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if refusal else HTTPStatus.OK,
        accounts=users.accounts(visit.ctx),
        changes=users.account_changes(visit.ctx),
        own=own,
        roles=_roles(visit),
        kinds_of_change=_kinds(visit),
        length=users.PASSWORD_LENGTH_MIN,
        given=given or {},
        refusal=refusal,
        findings=refusal.findings if isinstance(refusal, InputError) else (),
    )


def _roles(visit: Visit) -> dict[str, str]:
    _ = visit.write.gettext
    return {
        "officer": _("officer"),
        "valuer": _("valuer"),
        "auditor": _("auditor"),
        "administrator": _("administrator"),
        "taxpayer": _("taxpayer"),
        "participant": _("participant of goods marking"),
    }


def _kinds(visit: Visit) -> dict[str, str]:
    _ = visit.write.gettext
    return {
        "made": _("made"),
        "renewed": _("made anew"),
        "password": _("password changed"),
        "ended": _("ended"),
    }
