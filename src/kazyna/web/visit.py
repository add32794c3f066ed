"""Who visits, in which language: what every page needs to know of its request."""

from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request, Response

from kazyna.core.text import LANGUAGES, Language
from kazyna.services import users
from kazyna.services.context import PUBLIC, Context, Installation
from kazyna.web.language import Writer, preferred

LANGUAGE = "kazyna_language"
LANGUAGE_SECONDS = 365 * 86_400


@dataclass(frozen=True)
class Visit:
    """One request to the portal: the context of its service calls and the words of its page."""

    request: Request
    ctx: Context
    write: Writer

    @property
    def signed_in(self) -> bool:
        """Whether somebody is signed in."""
        return self.ctx.actor.role != "public"


def installation_of(request: Request) -> Installation:
    """Return the installation that the portal was made for."""
    installation: Installation = request.app.state.installation
    return installation


def language_of(request: Request) -> Language:
    """Choose the language: as asked for, as chosen before, or as the browser prefers."""
    for asked in (request.query_params.get("lang"), request.cookies.get(LANGUAGE)):
        for language in LANGUAGES:
            if language == asked:
                return language
    return preferred(request.headers.get("accept-language", ""))


def visit(request: Request) -> Visit:
    """Find out who visits; an unknown or ended session is the public."""
    installation = installation_of(request)
    language = language_of(request)
    token = token_of(request)
    actor = users.actor_of(installation.context(), token) if token else None
    ctx = installation.context(actor or PUBLIC, language)
    return Visit(
        request, ctx, Writer(language, installation.pack.currency.code, installation.pack.words)
    )


Visiting = Annotated[Visit, Depends(visit)]


def session_name(pack: str) -> str:
    """Name the cookie of a session: portals of two packs on one host do not sign each other out."""
    return f"kazyna_session_{pack}"


def token_of(request: Request) -> str | None:
    """Return the token of the session that the browser has."""
    return request.cookies.get(session_name(installation_of(request).pack.name))


def enter(request: Request, response: Response, token: str) -> None:
    """Give the browser the session; no script and no other site can read or send it."""
    response.set_cookie(
        session_name(installation_of(request).pack.name),
        token,
        max_age=users.SESSION_HOURS * 3600,
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )


def leave(request: Request, response: Response) -> None:
    """Take the session away."""
    response.delete_cookie(session_name(installation_of(request).pack.name))


def same_origin(request: Request) -> bool:
    """Tell whether a form comes from our own pages, as the browser says."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in {"same-origin", "none"}
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == request.headers.get("host")


def local_path(path: str) -> str:
    """Return a path of this portal to go on to; anything else is the first page.

    Browsers read a backslash as a slash and skip control characters, so neither may be there.
    """
    plain = path.isprintable() and "\\" not in path
    return path if plain and path.startswith("/") and not path.startswith("//") else "/"
