"""Who asks: the session's token as a bearer token, or the public."""

from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from kazyna.core.errors import SignInRequired
from kazyna.services import users
from kazyna.services.context import Context, Installation

bearer = HTTPBearer(
    auto_error=False, description="The token that POST /v1/sessions returns; it ends by itself."
)
Token = Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]


def installation_of(request: Request) -> Installation:
    """Return the installation that the application was made for."""
    installation: Installation = request.app.state.installation
    return installation


Here = Annotated[Installation, Depends(installation_of)]


def context_of(installation: Here, token: Token, request: Request) -> Context:
    """Return the context of this call: of the signed-in actor, or of the public."""
    public = installation.context()
    if "authorization" not in request.headers:
        return public
    actor = users.actor_of(public, token.credentials) if token else None
    if actor is None:
        raise SignInRequired("The session is unknown or has ended; sign in again.")
    return installation.context(actor)


Caller = Annotated[Context, Depends(context_of)]

FOR_ANYONE: dict[str, Any] = {"security": [{}]}
"""Said in the description of an endpoint that also answers without a token."""
