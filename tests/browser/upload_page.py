"""The script of upload_app: draws the field as a page does."""

import streamlit as st

from pages.frame import who
from pages.frame.page import here
from pages.widgets.upload import upload_field

person = who.current()
if person is not None:
    came = st.session_state.setdefault("came", [])
    upload = upload_field(here("home", person, who.preferences()), key="file")
    if upload is not None:
        came.append(f"{upload.name} {upload.path.stat().st_size}")
    st.title(" + ".join(came) or "–")
