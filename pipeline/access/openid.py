"""OpenID Connect, the code flow with PKCE: where to send a browser, and what its code is worth."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from pipeline.errors import RefusedAction
from pipeline.settings import Settings

# Signed with a key that the issuer publishes: never with the client's own secret, never unsigned.
_ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA")
_SECONDS, _LEEWAY = 10, 60
_MOST_BYTES = 1 << 20


class _StayThere(urllib.request.HTTPRedirectHandler):
    """An issuer is where it says it is: no secret follows a redirect."""

    def redirect_request(self, *_: Any) -> None:
        return None


_opener = urllib.request.build_opener(_StayThere)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One way to the issuer and back: what must come back, and what only we know."""

    back: str  # where the person wanted to go
    redirect_uri: str
    state: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    nonce: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48))


def authorize_url(settings: Settings, attempt: Attempt) -> str:
    """Where the browser goes to sign in. RefusedAction when the issuer does not answer."""
    challenge = hashlib.sha256(attempt.verifier.encode()).digest()
    asked = {
        "response_type": "code",
        "client_id": settings.oidc_client_id,
        "redirect_uri": attempt.redirect_uri,
        "scope": settings.oidc_scope,
        "state": attempt.state,
        "nonce": attempt.nonce,
        "code_challenge": base64.urlsafe_b64encode(challenge).decode().rstrip("="),
        "code_challenge_method": "S256",
    }
    address = _metadata(settings)["authorization_endpoint"]
    return f"{address}{'&' if '?' in address else '?'}{urlencode(asked)}"


def claims_of(settings: Settings, attempt: Attempt, code: str) -> dict[str, Any]:
    """The verified claims that a code is worth. RefusedAction when it is worth nothing."""
    metadata = _metadata(settings)
    asked = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": attempt.redirect_uri,
        "client_id": settings.oidc_client_id,
        "client_secret": settings.oidc_client_secret.get_secret_value(),
        "code_verifier": attempt.verifier,
    }
    answer = _fetch(metadata["token_endpoint"], urlencode(asked).encode())
    keys = KeySet.import_key_set(_fetch(metadata["jwks_uri"]))  # type: ignore[arg-type]
    try:
        token = jwt.decode(str(answer.get("id_token", "")), keys, algorithms=_ALGORITHMS)
        _registry(settings, attempt).validate(token.claims)
    except (JoseError, ValueError) as error:
        raise _refusal(type(error).__name__) from error
    return token.claims


def _registry(settings: Settings, attempt: Attempt) -> jwt.JWTClaimsRegistry:
    """What an id token has to say: by whom, for whom, until when, and that we asked for it."""
    return jwt.JWTClaimsRegistry(
        leeway=_LEEWAY,
        iss={"essential": True, "value": settings.oidc_issuer},
        aud={"essential": True, "value": settings.oidc_client_id},
        sub={"essential": True},
        exp={"essential": True},
        iat={"essential": True},
        nonce={"essential": True, "value": attempt.nonce},
    )


def _metadata(settings: Settings) -> dict[str, Any]:
    issuer = settings.oidc_issuer
    found = _fetch(issuer.rstrip("/") + "/.well-known/openid-configuration")
    if found.get("issuer") != issuer:
        raise _refusal("issuer")
    return found


def _fetch(address: str, body: bytes | None = None) -> dict[str, Any]:
    """The JSON object at an address of the issuer."""
    parts = urlsplit(address)
    # Without TLS on this machine alone; and never a file.
    at_home = parts.scheme == "http" and parts.hostname in ("127.0.0.1", "localhost", "::1")
    if parts.scheme != "https" and not at_home:
        raise _refusal("https")
    request = urllib.request.Request(address, body, {"accept": "application/json"})  # noqa: S310
    try:
        with _opener.open(request, timeout=_SECONDS) as answer:
            found = json.loads(answer.read(_MOST_BYTES))
    except (OSError, ValueError) as error:
        status = error.code if isinstance(error, urllib.error.HTTPError) else ""
        raise _refusal(f"{parts.path} {status}".strip()) from error
    if not isinstance(found, dict):
        raise _refusal(parts.path)
    return found


def _refusal(reason: str) -> RefusedAction:
    return RefusedAction(
        "OPENID_FAILED",
        fa="ورود از راه سامانهٔ سازمان انجام نشد ({reason}). دوباره تلاش کنید؛ اگر باز نشد، به مدیر "
        "سامانه بگویید.",
        en="Signing in through your organisation did not work ({reason}). Try again; if it fails "
        "again, tell the administrator.",
        reason=reason,
    )
