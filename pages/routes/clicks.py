"""Every click on an open page is asked for its session before the page's script learns of it."""

from __future__ import annotations

from google.protobuf.message import DecodeError
from starlette.types import Message, Receive, Scope
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.runtime.runtime_util import get_max_widget_state_size_bytes

from pages.routes.visitor import ask_again
from pipeline.access.sessions import Session
from pipeline.errors import DatabaseAway
from pipeline.faults import known_fault


class Clicks:
    """What a browser sends over a page's WebSocket.

    Where the session is over, or its person's rights are others now, what was clicked and typed is
    dropped and the page is drawn anew from its first line, which then says so. A part that runs by
    itself (a fragment, a callback) would not ask who is there.
    """

    def __init__(self, scope: Scope, receive: Receive, session: Session) -> None:
        self._scope = scope
        self._receive = receive
        self._person = session.person

    async def __call__(self) -> Message:
        message = await self._receive()
        if message["type"] != "websocket.receive" or not message.get("bytes"):
            return message
        if len(message["bytes"]) > get_max_widget_state_size_bytes():
            return message  # it is not looked into, and closes the connection behind us
        asked = BackMsg()
        try:
            asked.ParseFromString(message["bytes"])
        except DecodeError:
            return message  # it is refused behind us, for the same reason
        if asked.WhichOneof("type") != "rerun_script":
            return message
        if await self._is_as_before(asked.rerun_script):
            return message
        _make_plain(asked.rerun_script)
        return {**message, "bytes": asked.SerializeToString()}

    async def _is_as_before(self, state: ClientState) -> bool:
        try:
            # A page that looks by itself every few seconds is nobody who is there.
            session = await ask_again(self._scope, touch=not state.is_auto_rerun)
        except Exception as error:
            if isinstance(known_fault(error), DatabaseAway):
                return False  # the page says so
            raise
        if session is None or session.must_change:
            return False
        before, self._person = self._person, session.person
        return before == session.person


def _make_plain(state: ClientState) -> None:
    """A mere look at the same address."""
    state.ClearField("widget_states")
    state.ClearField("fragment_id")
    state.ClearField("is_auto_rerun")
