"""Signing in elsewhere, against an issuer of the test's own: the whole way, and each lie on it."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.testclient import TestClient

from app import ROUTES
from pages.frame import database
from pages.routes import openid, plain_pages, sign_in, visitor
from pages.routes.gate import Gate
from pipeline.access.accounts import add_user, list_users, set_active
from pipeline.access.claims import role_of
from pipeline.access.people import Role
from pipeline.settings import Settings
from tests.karamad import Desk
from tests.people import SETTINGS, make_person

CLIENT = "sales"
KEY, OTHER_KEY = RSAKey.generate_key(2048), RSAKey.generate_key(2048)


class Issuer(ThreadingHTTPServer):
    """An issuer that says what the test wants it to say."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.address = f"http://127.0.0.1:{self.server_port}"
        self.claims: dict[str, Any] = {"sub": "42", "name": "نرگس", "roles": ["stewards"]}
        self.key, self.algorithm = KEY, "RS256"
        self.issuer = self.address
        self.asked: dict[str, str] = {}
        self.nonce = ""

    def answer(self, path: str, body: str) -> Any:
        if path == "/jwks":
            return {"keys": [KEY.as_dict(private=False)]}
        if path == "/token":
            self.asked = {name: values[0] for name, values in parse_qs(body).items()}
            return {"id_token": self._token(), "token_type": "Bearer"}
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.address}/authorize",
            "token_endpoint": f"{self.address}/token",
            "jwks_uri": f"{self.address}/jwks",
        }

    def _token(self) -> str:
        now = int(time.time())
        said = {"iss": self.address, "aud": CLIENT, "iat": now, "exp": now + 60}
        said = {**said, "nonce": self.nonce, **self.claims}
        if self.algorithm == "none":
            return (
                "eyJhbGciOiJub25lIn0." + jwt.encode({"alg": "RS256"}, said, KEY).split(".")[1] + "."
            )
        return jwt.encode({"alg": self.algorithm}, said, self.key)


class _Answers(BaseHTTPRequestHandler):
    server: Issuer

    def do_GET(self) -> None:
        self._send(self.server.answer(self.path, ""))

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self._send(self.server.answer(self.path, body.decode()))

    def _send(self, found: Any) -> None:
        text = json.dumps(found).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_: object) -> None:
        """Nothing: a test says what went wrong."""


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    with Issuer() as issuer:
        threading.Thread(target=issuer.serve_forever, daemon=True).start()
        yield issuer
        issuer.shutdown()


@pytest.fixture
def browser(
    issuer: Issuer, desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> TestClient:
    settings = Settings(  # type: ignore[call-arg]
        _env_file=None, var_dir=tmp_path, oidc_issuer=issuer.address, oidc_client_id=CLIENT,
        oidc_client_secret=SecretStr("a secret"),
        oidc_roles={"admins": "admin", "stewards": "steward"},
    )  # fmt: skip
    for module in (visitor, plain_pages, sign_in, openid):
        monkeypatch.setattr(module, "get_settings", lambda: settings)
    monkeypatch.setattr(database, "url", lambda: desk.url)
    console = Starlette(routes=ROUTES, middleware=[Middleware(Gate)])
    return TestClient(console, follow_redirects=False)


def go(browser: TestClient, issuer: Issuer, back: str = "/loads") -> dict[str, str]:
    """To the issuer: what it is asked."""
    answer = browser.get("/sign-in/openid", params={"back": back})
    assert answer.status_code == 303
    where = urlsplit(answer.headers["location"])
    assert f"{where.scheme}://{where.netloc}{where.path}" == f"{issuer.address}/authorize"
    asked = {name: values[0] for name, values in parse_qs(where.query).items()}
    issuer.nonce = asked["nonce"]
    return asked


def come_back(browser: TestClient, asked: dict[str, str], **changed: str) -> Any:
    given = {"code": "a code", "state": asked["state"], **changed}
    return browser.get("/sign-in/openid/back", params=given)


def test_the_way_there_and_back(browser: TestClient, issuer: Issuer, desk: Desk) -> None:
    assert "/sign-in/openid?back=" in browser.get("/sign-in").text
    asked = go(browser, issuer)
    assert asked["code_challenge_method"] == "S256" and asked["response_type"] == "code"
    answer = come_back(browser, asked)
    assert (answer.status_code, answer.headers["location"]) == (303, "/loads")
    assert issuer.asked["code"] == "a code" and issuer.asked["client_secret"] == "a secret"
    assert len(issuer.asked["code_verifier"]) >= 43
    assert "نرگس" in browser.get("/account").text
    (account,) = list_users(desk.url, SETTINGS)
    assert (account.person.role, account.signs_in_elsewhere) == (Role.STEWARD, True)
    assert come_back(browser, asked).status_code == 400, "a code is worth something once"


def test_the_role_is_what_the_claims_say_each_time(
    browser: TestClient, issuer: Issuer, desk: Desk
) -> None:
    make_person(desk.url, "admin", "امید")
    for roles, role in ((["admins", "stewards"], Role.ADMIN), ("stewards", Role.STEWARD)):
        issuer.claims["roles"] = roles
        assert come_back(browser, go(browser, issuer)).status_code == 303
        accounts = {a.person.name: a.person for a in list_users(desk.url, SETTINGS)}
        assert accounts["نرگس"].role is role
    issuer.claims["roles"] = ["others"]
    assert come_back(browser, go(browser, issuer)).status_code == 403
    issuer.claims["roles"] = ["stewards"]
    set_active(desk.url, accounts["نرگس"].user_id, False, actor="t")
    assert come_back(browser, go(browser, issuer)).status_code == 403
    failed = desk.rows("select reason, user_id from app.sign_in_failures order by failure_id")
    assert [row["reason"] for row in failed] == ["unknown", "inactive"]


def test_a_name_that_is_here_already_is_not_taken_over(
    browser: TestClient, issuer: Issuer, desk: Desk
) -> None:
    add_user(desk.url, "نرگس", Role.ADMIN, actor="t")
    assert come_back(browser, go(browser, issuer)).status_code == 403
    assert desk.value("select count(*) from app.sessions") == 0


@pytest.mark.parametrize(
    "lie",
    [
        {"iss": "http://evil.example"},
        {"aud": "another"},
        {"nonce": "another"},
        {"exp": 1},
        {"sub": None},
    ],
)
def test_a_token_that_says_something_else_is_worth_nothing(
    browser: TestClient, issuer: Issuer, desk: Desk, lie: dict[str, Any]
) -> None:
    issuer.claims |= lie
    assert come_back(browser, go(browser, issuer)).status_code == 403
    assert desk.value("select count(*) from app.users") == 0


@pytest.mark.parametrize("how", ["key", "none", "issuer"])
def test_a_token_of_another_hand_is_worth_nothing(
    browser: TestClient, issuer: Issuer, desk: Desk, how: str
) -> None:
    asked = go(browser, issuer)
    if how == "key":
        issuer.key = OTHER_KEY
    elif how == "none":
        issuer.algorithm = "none"
    else:
        issuer.issuer = "http://127.0.0.1:1"
    assert come_back(browser, asked).status_code == 403
    assert desk.value("select count(*) from app.users") == 0


@pytest.mark.attack("a planted session", "another site's request")
def test_only_the_browser_that_began_comes_in(browser: TestClient, issuer: Issuer) -> None:
    asked = go(browser, issuer)
    assert come_back(browser, asked, state="another").status_code == 400
    assert come_back(TestClient(browser.app), asked).status_code == 400
    assert come_back(browser, asked).status_code == 400, "it was tried once"
    assert come_back(browser, go(browser, issuer, "//evil.example")).headers["location"] == "/"


def test_an_issuer_that_is_away_is_said(browser: TestClient, issuer: Issuer) -> None:
    asked = go(browser, issuer)
    issuer.shutdown()
    issuer.server_close()
    assert browser.get("/sign-in/openid").status_code == 502
    assert come_back(browser, asked).status_code == 403


def test_roles_are_found_in_claims_of_claims() -> None:
    ours = SETTINGS.model_copy(
        update={"oidc_roles": {"a": "admin", "b": "manager"}, "oidc_role_claim": "realm.roles"}
    )
    assert role_of({"realm": {"roles": ["b", 7]}}, ours) is Role.MANAGER
    for none in (
        {},
        {"realm": "a"},
        {"realm": {"roles": None}},
        {"roles": ["a"]},
        {"realm.roles": "a"},
    ):
        assert role_of(none, ours) is None
