"""The local sign-in: a name and one of four roles, no password, for this machine alone."""

from __future__ import annotations

from html import escape
from ipaddress import ip_address, ip_network
from urllib.parse import parse_qs, urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from pages.frame import session
from pages.frame.language import frame_texts
from pages.frame.preferences import CHOICES, LASTS_SECONDS, Preferences, read_preferences
from pipeline.access.people import ROLES, Person, Role
from pipeline.settings import get_settings

_ICONS = {"uploader": "↥", "steward": "✓", "manager": "◔", "admin": "⚙"}
_LONGEST_FORM = 4096


async def show(request: Request) -> Response:
    """GET /sign-in: the four roles to choose from."""
    return _page(request)


async def sign_in(request: Request) -> Response:
    """POST /sign-in: the session cookie, and back to where the person wanted to go."""
    if not comes_from_here(request):
        return _page(request, "sign_in_elsewhere", 403)
    if not is_near(request):
        return _page(request, "sign_in_far", 403)
    form = parse_qs((await _short_body(request)).decode("utf-8", "replace"))
    role = form.get("role", [""])[0]
    name = " ".join(form.get("name", [""])[0].split())[: session.LONGEST_NAME]
    if role not in ROLES or not name.isprintable():
        return _page(request, "sign_in_wrong", 400)
    answer = RedirectResponse(own_path(form.get("back", ["/"])[0]), 303)
    cookie = session.sign(get_settings(), Person(0, name or role, Role(role)))
    answer.set_cookie(
        session.COOKIE, cookie, max_age=session.LASTS_SECONDS, httponly=True, samesite="lax",
        secure=request.url.scheme == "https",
    )  # fmt: skip
    return answer


async def sign_out(request: Request) -> Response:
    """GET /sign-out: the cookie goes, the sign-in comes."""
    answer = RedirectResponse("/sign-in", 303)
    answer.delete_cookie(session.COOKIE, httponly=True, samesite="lax")
    return answer


async def prefer(request: Request) -> Response:
    """GET /prefer?language=en&back=/…: keeps a preference; what is no choice changes nothing."""
    answer = RedirectResponse(own_path(request.query_params.get("back", "/")), 303)
    for name, allowed in CHOICES.items():
        value = request.query_params.get(name)
        if value in allowed:
            answer.set_cookie(name, str(value), max_age=LASTS_SECONDS, samesite="lax")
    return answer


def comes_from_here(request: Request) -> bool:
    """Whether a changing request was sent by a page of ours: its origin is the host it asks."""
    origin = request.headers.get("origin", "")
    return origin.partition("://")[2] == request.headers.get("host", "") != ""


def is_near(request: Request) -> bool:
    """Whether the sign-in without a password is open to this machine."""
    networks = get_settings().sign_in_networks.split(",")
    try:
        client = ip_address(request.client.host if request.client else "")
        return any(client in ip_network(n.strip(), strict=False) for n in networks if n.strip())
    except ValueError:
        return False


def own_path(address: str) -> str:
    """The address when it is a path of ours, else the first page: nobody is led to other hosts."""
    plain = address.startswith("/") and address.isprintable() and "\\" not in address
    return address if plain and not address.startswith("//") else "/"


async def _short_body(request: Request) -> bytes:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > _LONGEST_FORM:
            return b""
    return body


def _page(request: Request, fault: str | None = None, status: int = 200) -> Response:
    preferences = read_preferences(request.cookies, get_settings().language)
    back = own_path(request.query_params.get("back", "/"))
    html = _html(preferences, back, fault if is_near(request) else "sign_in_far")
    return HTMLResponse(html, status, headers={"cache-control": "no-store"})


def _html(preferences: Preferences, back: str, fault: str | None) -> str:
    t = frame_texts(preferences.language)
    other = "en" if preferences.language == "fa" else "fa"
    here = "/sign-in?" + urlencode({"back": back})
    switch = "/prefer?" + urlencode({"language": other, "back": here})
    roles = "".join(
        f'<button name="role" value="{role}"><i aria-hidden="true">{_ICONS[role]}</i>'
        f"<b>{escape(t(f'role_{role}'))}</b><span>{escape(t(f'role_{role}_does'))}</span></button>"
        for role in ROLES
    )
    said = f'<p class="fault" role="alert">{escape(t(fault))}</p>' if fault else ""
    return f"""<!DOCTYPE html>
<html lang="{preferences.language}" dir="{preferences.direction}" data-theme="{preferences.theme}">
<head><meta charset="UTF-8" /><meta name="viewport" content="width=device-width, initial-scale=1" />
<title>{escape(t("product"))}</title><link rel="icon" href="/look/icon.png" />
<link rel="stylesheet" href="/look/sign_in.css" /></head>
<body><main><header><img src="/look/icon.png" alt="" width="44" height="44" />
<h1>{escape(t("product"))}</h1><p>{escape(t("product_does"))}</p></header>{said}
<form method="post" action="/sign-in"><input type="hidden" name="back" value="{escape(back)}" />
<label for="name">{escape(t("your_name"))}</label>
<input id="name" name="name" autocomplete="name" maxlength="{session.LONGEST_NAME}" autofocus />
<p class="ask">{escape(t("choose_role"))}</p><div class="roles">{roles}</div></form>
<footer><a href="{escape(switch)}" lang="{other}">{escape(t(f"language_{other}"))}</a>
<small>{escape(t("sign_in_local"))}</small></footer></main></body></html>"""
