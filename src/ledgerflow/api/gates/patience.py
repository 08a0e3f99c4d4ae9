"""How long a line may take to say what it wants: who sends headers letter by letter is cut off."""

import asyncio
from typing import Any

from uvicorn.config import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState


def patient(seconds: float) -> type[asyncio.Protocol]:
    """uvicorn's protocol, which waits so long for the headers of a request; for the next one it waits by itself."""

    class Patient(H11Protocol):
        def __init__(
            self,
            config: Config,
            server_state: ServerState,
            app_state: dict[str, Any],
            _loop: asyncio.AbstractEventLoop | None = None,
        ) -> None:
            super().__init__(config, server_state, app_state, _loop)
            self._deadline: asyncio.TimerHandle | None = None

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
            super().connection_made(transport)
            self._wait()

        def data_received(self, data: bytes) -> None:
            if not self._is_busy() and self._deadline is None:
                self._wait()
            super().data_received(data)
            if self._is_busy():
                self._wait_no_more()

        def on_response_complete(self) -> None:
            self._wait_no_more()
            super().on_response_complete()

        def connection_lost(self, exc: Exception | None) -> None:
            self._wait_no_more()
            super().connection_lost(exc)

        def _is_busy(self) -> bool:
            return self.cycle is not None and not self.cycle.response_complete

        def _wait(self) -> None:
            self._deadline = self.loop.call_later(seconds, self._give_up)

        def _wait_no_more(self) -> None:
            if self._deadline is not None:
                self._deadline.cancel()
                self._deadline = None

        def _give_up(self) -> None:
            if not self._is_busy():
                self.transport.close()

    return Patient
