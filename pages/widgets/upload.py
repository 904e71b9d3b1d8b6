"""The upload field: drop or choose a file; it streams to the disk and memory stays flat."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import streamlit as st

from pages.frame.language import frame_texts
from pages.frame.page import Here
from pipeline.settings import get_settings
from pipeline.uploads import Upload, find_upload

ACCEPT = ".csv,.txt,.tsv,.xlsx,.xlsm,.xlsb,.xls,.ods"
_FOLDER = Path(__file__).resolve().parent


def upload_field(here: Here, key: str) -> Upload | None:
    """Draw the field; returns the file that has come in since it was last asked for, once.

    The file waits in `upload.path` until `pipeline.uploads.forget_upload` or for a day.
    """
    t, settings = frame_texts(here.language), get_settings()
    most = here.f.size(settings.max_file_bytes)
    component = st.components.v2.component("sales_upload", html=_part("html"), css=_part("css"),
                                           js=_part("js"))  # fmt: skip
    words = {
        "drop": t("upload_drop"),
        "limit": t("upload_limit", size=most),
        "too_large": t("upload_too_large", size=most),
        "sending": t("upload_sending"),
        "cancel": t("upload_cancel"),
        "done": t("upload_done"),
        "failed": t("upload_failed"),
        "not_allowed": t("upload_not_allowed"),
    }
    data = {"words": words, "accept": ACCEPT, "most": settings.max_file_bytes,
            "direction": here.preferences.direction}  # fmt: skip
    token = component(data=data, key=key, on_token_change=lambda: None).token
    return find_upload(settings, token, here.who.name) if token else None


@lru_cache(maxsize=3)
def _part(kind: str) -> str:
    return (_FOLDER / f"upload.{kind}").read_text(encoding="utf-8")
