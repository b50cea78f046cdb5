"""A small Grafana over real HTTP: token, folder, data source, dashboards; strict about what it is sent."""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from types import TracebackType
from typing import Any, Self, TypeAlias

Json: TypeAlias = Any

TOKEN = "glsa_test"
FOLDER_KEYS = {"title", "uid"}
SAVE_KEYS = {"dashboard", "folderUid", "message", "overwrite"}


class RefusedError(Exception):
    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status, self.message = status, message


class FakeGrafana:
    """Keeps what it is given, under a prefix as behind a reverse proxy."""

    def __init__(self, *, datasource: dict[str, Any] | None, prefix: str = "") -> None:
        self.datasource = datasource
        self.prefix = prefix
        self.folders: dict[str, str] = {}
        self.dashboards: dict[str, dict[str, Any]] = {}
        self.messages: list[str] = []
        self.loses: str | None = None
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}{self.prefix}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def answer(self, method: str, path: str, body: Json) -> Json:
        match method, path.split("/")[1:]:
            case "GET", ["folders", uid]:
                return {"uid": uid, "title": self._known(self.folders, uid, "folder")}
            case "POST", ["folders"]:
                return self._make_folder(body)
            case "GET", ["datasources", "uid", uid]:
                known = {self.datasource["uid"]: self.datasource} if self.datasource else {}
                return self._known(known, uid, "data source")
            case "GET", ["dashboards", "uid", uid]:
                return {"dashboard": self._known(self.dashboards, uid, "dashboard"), "meta": {}}
            case "POST", ["dashboards", "db"]:
                return self._save(body)
            case _:
                raise RefusedError(501, f"the test's Grafana does not know {method} {path}")

    def _known(self, found: dict[str, Any], uid: str, what: str) -> Json:
        if uid not in found:
            raise RefusedError(404, f"{what} not found")
        return found[uid]

    def _make_folder(self, body: Json) -> Json:
        if set(body) != FOLDER_KEYS:
            raise RefusedError(400, f"folder: {sorted(body)}")
        if body["uid"] in self.folders:
            raise RefusedError(409, "a folder with that uid exists")
        self.folders[body["uid"]] = body["title"]
        return body

    def _save(self, body: Json) -> Json:
        if set(body) != SAVE_KEYS or body["overwrite"] is not True or not body["message"]:
            raise RefusedError(400, f"dashboard: {sorted(body)}")
        content = body["dashboard"]
        if content.get("id") is not None:
            raise RefusedError(412, "a numeric id belongs to one Grafana alone")
        if body["folderUid"] not in self.folders:
            raise RefusedError(400, "folder not found")
        uid = content["uid"]
        version = self.dashboards.get(uid, {}).get("version", 0) + 1
        kept = {**content, "id": 100 + len(self.dashboards), "version": version, "schemaVersion": 43}
        if self.loses:
            kept.pop(self.loses)
        self.dashboards[uid] = kept
        self.messages.append(body["message"])
        return {"status": "success", "uid": uid, "version": version}

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        grafana = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._respond("GET", None)

            def do_POST(self) -> None:
                self._respond("POST", json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

            def log_message(self, *_: object) -> None:
                """Say nothing."""

            def _respond(self, method: str, body: Json) -> None:
                status, told = 200, None
                try:
                    told = grafana.answer(method, self._path(), body)
                except RefusedError as refused:
                    status, told = refused.status, {"message": refused.message}
                text = json.dumps(told).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def _path(self) -> str:
                start = f"{grafana.prefix}/api"
                if not self.path.startswith(start):
                    raise RefusedError(404, "not the API")
                if self.headers["Authorization"] != f"Bearer {TOKEN}":
                    raise RefusedError(401, "Unauthorized")
                return self.path.removeprefix(start)

        return Handler
