"""Who may talk to the review page, and what a browser may do with it."""

import hmac
import ipaddress
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import SplitResult, urlsplit

from flask import Flask, Request, Response, redirect, request
from werkzeug.wrappers import Response as BaseResponse

from faultloc.errors import ConfigError

LOOPBACK = ("127.0.0.1", "localhost", "::1")
KEY_HEADER = "X-Faultloc-Key"
_COOKIE = "faultloc-token"
_FEWEST_CHARACTERS = 8
_HEADERS = {
    # The page needs its own script, its own style and its own pictures; whatever a class name or a text contains, the
    # browser runs and loads nothing else.
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}


@dataclass(frozen=True)
class Guard:
    """Whom the page serves.

    ``token`` opens it, where there is one. ``hosts`` are the names under which it may be reached, None for any: a page
    elsewhere whose name was made to point here does not get in. ``key`` is new at every start and stands on the page:
    whoever has not read the page cannot give verdicts.
    """

    token: str | None = None
    hosts: Sequence[str] | None = LOOPBACK
    key: str = field(default_factory=lambda: secrets.token_urlsafe(32))


def guard_for(host: str, token: str | None) -> Guard:
    """The guard of a page that listens at ``host``: away from this machine there is always a token.

    Raises:
        ConfigError: the token is too short.
    """
    if token is not None and len(token) < _FEWEST_CHARACTERS:
        raise ConfigError(
            f"--token has {len(token)} characters; expected {_FEWEST_CHARACTERS} or more: leave its value out and one "
            "is made"
        )
    if is_loopback(host):
        return Guard(token)
    hosts = None if host in ("0.0.0.0", "::") else (*LOOPBACK, host.lower())
    return Guard(token or secrets.token_urlsafe(24), hosts)


def is_loopback(host: str) -> bool:
    """True for an address that only this machine reaches."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def protect(app: Flask, guard: Guard) -> None:
    """Makes ``app`` refuse, with one sentence, whatever ``guard`` does not let in, and sets the browser's limits."""
    app.config["MAX_CONTENT_LENGTH"] = 64 * 1024

    @app.before_request
    def refuse_strangers() -> BaseResponse | tuple[str, int] | None:
        # Not Flask's TRUSTED_HOSTS, which knows no IPv6 addresses. The port may be another: people forward it.
        if guard.hosts is not None and _parsed(f"//{request.headers.get('Host', '')}").hostname not in guard.hosts:
            return f"This review is not served under that name; expected {' or '.join(guard.hosts)}.", 400
        if guard.token is not None:
            if _equal(request.args.get("token", ""), guard.token):
                # Into a cookie and out of the address bar, from where it would get into the history.
                welcome = redirect("/")
                welcome.set_cookie(_COOKIE, guard.token, httponly=True, samesite="Lax")
                return welcome
            if not _equal(request.cookies.get(_COOKIE, ""), guard.token):
                return "This review needs its token: open the address that `faultloc review` printed.", 403
        if request.method == "POST" and not _same_origin(request):
            return "Verdicts are taken from the review page only, not from another site.", 403
        if request.method == "POST" and not _equal(request.headers.get(KEY_HEADER, ""), guard.key):
            return "The review was started anew since this page was loaded: load it again.", 409
        return None

    @app.after_request
    def limit_browser(response: Response) -> Response:
        response.headers.update(_HEADERS)
        return response


def _same_origin(asked: Request) -> bool:
    return _parsed(asked.headers.get("Origin", "")).netloc == asked.host


def _parsed(address: str) -> SplitResult:
    try:
        return urlsplit(address)
    except ValueError:
        return urlsplit("")


def _equal(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode(), expected.encode())
