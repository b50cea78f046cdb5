"""pip's wheel is found where pip itself would look, and only one with the right hash is taken."""

import base64
import hashlib
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from deploy.bootstrap import pip_wheel
from deploy.bootstrap.pip_wheel import Settings, fetch, read_settings
from deploy.bootstrap.says import SetupError

OLD, NEW = "pip-24.0-py3-none-any.whl", "pip-25.3-py3-none-any.whl"


def anchor(name: str, content: bytes, extra: str = "") -> str:
    return f'<a href="../../files/{name}#sha256={hashlib.sha256(content).hexdigest()}" {extra}>{name}</a>\n'


@pytest.fixture
def index(tmp_path: Path) -> Path:
    """A package index in a folder: two good wheels, and some that must not be taken."""
    (tmp_path / "files").mkdir()
    page = tmp_path / "simple" / "pip" / "index.html"
    page.parent.mkdir(parents=True)
    lines = [
        anchor("pip-99.0-py3-none-any.whl", b"", 'data-yanked="broken"'),
        anchor("pip-98.0-py3-none-any.whl", b"", 'data-requires-python="&gt;=3.99"'),
        anchor("pip-97.0b1-py3-none-any.whl", b""),
        anchor("pip-96.0.tar.gz", b""),
    ]
    for name in (OLD, NEW):
        (tmp_path / "files" / name).write_bytes(name.encode())
        lines.append(anchor(name, name.encode(), 'data-requires-python="&gt;=3.9"'))
    page.write_text(f"<!DOCTYPE html><html><body>{''.join(lines)}</body></html>")
    return tmp_path


class Guarded(SimpleHTTPRequestHandler):
    """Serves a folder to one user."""

    def do_GET(self) -> None:
        expected = "Basic " + base64.b64encode(b"user:p@ss").decode()
        if self.headers.get("Authorization") != expected:
            self.send_error(401)
            return
        super().do_GET()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def served(index: Path) -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Guarded, directory=str(index))) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)


def test_the_newest_final_release_of_a_folder_index_is_taken(index: Path, tmp_path: Path) -> None:
    settings = Settings(indexes=(f"file://{index}/simple",))
    assert fetch(tmp_path, settings=settings).name == NEW


def test_the_wanted_version_wins_where_it_is_offered(index: Path, tmp_path: Path) -> None:
    settings = Settings(indexes=(f"file://{index}/simple/",))
    assert fetch(tmp_path, wanted="24.0", settings=settings).name == OLD
    assert fetch(tmp_path, wanted="23.9", settings=settings).name == NEW


def test_a_wheel_with_another_hash_is_refused(index: Path, tmp_path: Path) -> None:
    (index / "files" / NEW).write_bytes(b"something else")
    with pytest.raises(SetupError, match="hash"):
        fetch(tmp_path, settings=Settings(indexes=(f"file://{index}/simple",)))


def test_an_index_behind_a_password_is_asked_with_it(served: str, tmp_path: Path) -> None:
    settings = Settings(indexes=(f"http://user:p%40ss@{served}/simple",))
    assert fetch(tmp_path, settings=settings).read_bytes() == NEW.encode()


def test_an_error_never_shows_the_password(served: str, tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="401") as caught:
        fetch(tmp_path, settings=Settings(indexes=(f"http://user:wrong@{served}/simple",)))
    assert "wrong" not in str(caught.value)


def test_plain_http_needs_to_be_trusted(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="trusted-host"):
        fetch(tmp_path, settings=Settings(indexes=("http://index.example/simple",)))


def test_a_folder_of_wheels_needs_no_index(index: Path, tmp_path: Path) -> None:
    assert fetch(tmp_path, settings=Settings(indexes=(), links=(str(index / "files"),))).name == NEW
    assert fetch(tmp_path, settings=Settings(indexes=(), links=(f"file://{index}/files",))).name == NEW


def test_a_place_that_fails_does_not_hide_another(index: Path, tmp_path: Path) -> None:
    settings = Settings(indexes=(f"file://{tmp_path}/nowhere", f"file://{index}/simple"))
    assert fetch(tmp_path, settings=settings).name == NEW


def test_configuration_is_read_as_pip_reads_it(tmp_path: Path) -> None:
    weak, strong = tmp_path / "weak.conf", tmp_path / "strong.conf"
    weak.write_text(
        "[global]\nindex-url = https://weak.example/simple\ncert = /weak.pem\n[list]\nformat = json\n"
    )
    strong.write_text(
        "[global]\nindex_url = https://strong.example/simple\nextra-index-url =\n  https://a\n  https://b\n"
    )
    files = [weak, tmp_path / "missing.conf", strong]
    read = read_settings({}, files)
    assert read.indexes == ("https://strong.example/simple", "https://a", "https://b")
    assert read.cert == "/weak.pem"
    over = read_settings({"PIP_INDEX_URL": "https://env.example/simple", "PIP_FIND_LINKS": "/x /y"}, files)
    assert over.indexes[0] == "https://env.example/simple"
    assert over.links == ("/x", "/y")
    assert read_settings({"PIP_NO_INDEX": "1"}, files).indexes == ()
    assert read_settings({}, []).indexes == (pip_wheel.DEFAULT_INDEX,)


def test_pip_config_file_can_switch_configuration_off() -> None:
    assert pip_wheel.config_files({"PIP_CONFIG_FILE": "/dev/null"}) == []
    assert pip_wheel.config_files({"PIP_CONFIG_FILE": "/own.conf", "HOME": "/h"})[-1] == Path("/own.conf")
