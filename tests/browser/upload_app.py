"""A console of one page, the upload field: what came in is shown by its name and size."""

from __future__ import annotations

import streamlit as st
from starlette.middleware import Middleware

from app import ROUTES
from pages.routes.first_frame import FirstFrame
from pages.routes.gate import Gate
from pages.routes.security_headers import SecurityHeaders
from pipeline.settings import ROOT

app = st.App(
    ROOT / "tests" / "browser" / "upload_page.py",
    routes=ROUTES,
    middleware=[Middleware(SecurityHeaders), Middleware(Gate), Middleware(FirstFrame)],
)
