"""Signing in and out."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Form, Query, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from kazyna.core.errors import Forbidden, TooMany
from kazyna.services import users
from kazyna.web.pages import page
from kazyna.web.visit import Visiting, enter, leave, local_path, token_of

router = APIRouter()

FIRST_PAGE = {
    "taxpayer": "/my", "participant": "/goods",
    "officer": "/office", "auditor": "/office", "valuer": "/office",
    "administrator": "/office/accounts",
}  # fmt: skip


@router.get("/sign-in")
def form(
    visit: Visiting, next_: Annotated[str, Query(alias="next", max_length=200)] = ""
) -> HTMLResponse:
    """Ask for a name and a password."""
    return page(visit, "users/sign_in.html", next=next_, name="", refused=False, often=False)


@router.post("/sign-in")
def sign_in(
    visit: Visiting,
    name: Annotated[str, Form(max_length=100)],
    password: Annotated[str, Form(max_length=200)],
    next_: Annotated[str, Form(alias="next", max_length=200)] = "",
) -> Response:
    """Open a session and go on to where the visitor was, or to the role's first page."""
    try:
        session = users.sign_in(visit.ctx, name=name, password=password)
    except (Forbidden, TooMany) as error:
        often = isinstance(error, TooMany)
        status = HTTPStatus.TOO_MANY_REQUESTS if often else HTTPStatus.FORBIDDEN
        return page(visit, "users/sign_in.html", status=status, next=next_, name=name,
                    refused=True, often=often)  # fmt: skip
    target = local_path(next_) if next_ else FIRST_PAGE.get(session.actor.role, "/")
    response = RedirectResponse(target, HTTPStatus.SEE_OTHER)
    enter(visit.request, response, session.token)
    return response


@router.post("/sign-out")
def sign_out(visit: Visiting) -> Response:
    """End the session."""
    token = token_of(visit.request)
    if token:
        users.sign_out(visit.ctx, token)
    response = RedirectResponse("/", HTTPStatus.SEE_OTHER)
    leave(visit.request, response)
    return response
