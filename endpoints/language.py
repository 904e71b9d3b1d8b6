"""The language of an answer: Persian or English, as the request prefers."""

from __future__ import annotations

from starlette.requests import HTTPConnection

from endpoints.service import service_of
from pipeline.texts import Texts, read_texts

LANGUAGES = ("fa", "en")


def language_of(connection: HTTPConnection) -> str:
    """`fa` or `en`: the one that Accept-Language ranks first, else that of the settings."""
    ranked = weighed(connection.headers.get("accept-language", ""))
    found = (name.split("-")[0] for name in ranked)
    usual = service_of(connection).settings.language
    return next((name for name in found if name in LANGUAGES), usual)


def texts_of(connection: HTTPConnection) -> Texts:
    """The API's words in the language of the answer."""
    config = service_of(connection).settings.config_dir
    return read_texts(config, language_of(connection), "api")


def weighed(header: str) -> list[str]:
    """Values of a header such as Accept, in small letters, the most wanted first; unwanted ones
    (q=0) are left out. See RFC 9110, section 12.4.2."""
    found: list[tuple[float, str]] = []
    for part in header.split(","):
        value, *parameters = (piece.strip() for piece in part.split(";"))
        weight = next((p[2:] for p in parameters if p.startswith("q=")), "1")
        try:
            found.append((float(weight), value.lower()))
        except ValueError:
            continue
    # sorted() keeps equals in the order in which they were named.
    return [value for weight, value in sorted(found, key=lambda f: -f[0]) if weight > 0 and value]
