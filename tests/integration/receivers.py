"""Real receivers of notices on free ports: HTTP and SMTP."""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.controller import Controller
from standardwebhooks.webhooks import Webhook


class HttpReceiver:
    """Takes webhooks, checks their signature, and answers with the status it is told to."""

    def __init__(self, secret: str) -> None:
        self.status = 204
        self.location = ""
        self.got: list[tuple[str, dict[str, Any]]] = []
        self.on_post: Callable[[], None] = lambda: None
        self._signer = Webhook(secret)
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver._take(dict(self.headers.items()), body)
                self.send_response(receiver.status)
                if receiver.location:
                    self.send_header("Location", receiver.location)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/hook?x=1"

    def _take(self, headers: dict[str, str], body: bytes) -> None:
        message, at = headers["webhook-id"], datetime.fromtimestamp(int(headers["webhook-timestamp"]), UTC)
        assert headers["webhook-signature"] == self._signer.sign(message, at, body.decode())
        self.got.append((headers["webhook-id"], json.loads(body)))
        self.on_post()

    @contextmanager
    def listening(self) -> Iterator["HttpReceiver"]:
        thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            self._server.server_close()
            thread.join()


class Mailbox:
    """Keeps the mails that come: subject and text."""

    def __init__(self) -> None:
        self.got: list[tuple[str, str]] = []
        self.to: list[str] = []
        self.port = 0

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: ANN401, ARG002, N802 -- aiosmtpd's names
        mail = message_from_bytes(envelope.content, policy=default)
        text = mail.get_body(("plain", "html"))
        assert text is not None
        self.got.append((str(mail["Subject"]), text.get_content()))
        self.to += envelope.rcpt_tos
        return "250 OK"


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@contextmanager
def mailbox(port: int = 0) -> Iterator[Mailbox]:
    """Listen on a port, 0 for any that is free."""
    box = Mailbox()
    controller = Controller(box, hostname="127.0.0.1", port=port or _free_port())
    controller.start()
    box.port = controller.port
    try:
        yield box
    finally:
        controller.stop()
