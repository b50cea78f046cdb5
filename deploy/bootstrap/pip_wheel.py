"""Fetches pip's own wheel from the index that pip would use, for a Python that came without ensurepip."""

import base64
import configparser
import hashlib
import html.parser
import netrc
import os
import re
import ssl
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from deploy.bootstrap.says import SetupError

DEFAULT_INDEX = "https://pypi.org/simple"
DEFAULT_TIMEOUT_S = 60.0
WHEEL = re.compile(r"pip-(\d+(?:\.\d+)*)-py3-none-any\.whl")
"""Final releases only."""


@dataclass(frozen=True)
class Settings:
    """What pip's configuration says about where packages come from."""

    indexes: tuple[str, ...] = (DEFAULT_INDEX,)
    links: tuple[str, ...] = ()
    trusted: tuple[str, ...] = ()
    cert: str | None = None
    proxy: str | None = None
    timeout_s: float = DEFAULT_TIMEOUT_S


@dataclass(frozen=True)
class Link:
    """A wheel of pip that an index or a folder offers."""

    version: tuple[int, ...]
    url: str
    sha256: str | None


class Anchors(html.parser.HTMLParser):
    """Collects the links of an index page (PEP 503) that are neither withdrawn nor for another Python."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep a usable link."""
        given = dict(attrs)
        usable = "data-yanked" not in given and _suits(given.get("data-requires-python") or "")
        if tag == "a" and usable and (address := given.get("href")):
            self.found.append(address)


def fetch(folder: Path, *, wanted: str | None = None, settings: Settings | None = None) -> Path:
    """Download pip's wheel: the wanted version where offered, else the newest; check its hash."""
    chosen = settings or read_settings(os.environ, config_files(os.environ))
    opener = _opener(chosen)
    offered, refused = _offered(opener, chosen)
    if not offered:
        raise SetupError("no wheel of pip found\n  " + "\n  ".join(refused or ["no index is configured"]))
    best = max(offered, key=lambda link: (link.version == _version(wanted or ""), link.version))
    content = _read(opener, best.url, chosen)
    if best.sha256 is not None and hashlib.sha256(content).hexdigest() != best.sha256:
        raise SetupError(f"{_shown(best.url)} does not have the hash that its index gives: not installed")
    path = folder / _file_name(best.url)
    path.write_bytes(content)
    return path


def config_files(environ: Mapping[str, str]) -> list[Path]:
    """List pip's configuration files, weakest first."""
    named = environ.get("PIP_CONFIG_FILE")
    if named == os.devnull:
        return []
    home = Path(environ.get("HOME", "/"))
    site_wide = [
        Path(part, "pip", "pip.conf")
        for part in environ.get("XDG_CONFIG_DIRS", "/etc/xdg").split(":")
        if part
    ]
    own = [
        home / ".pip" / "pip.conf",
        Path(environ.get("XDG_CONFIG_HOME") or home / ".config", "pip", "pip.conf"),
    ]
    return [
        *site_wide,
        Path("/etc/pip.conf"),
        *own,
        Path(sys.prefix, "pip.conf"),
        *([Path(named)] if named else []),
    ]


def read_settings(environ: Mapping[str, str], files: list[Path]) -> Settings:
    """Read what pip would: configuration files, then the environment, later ones winning key by key."""
    options: dict[str, str] = {}
    for path in files:
        parser = configparser.RawConfigParser()
        parser.read(path, encoding="utf-8")
        for section in ("global", "install"):
            if parser.has_section(section):
                options |= {key.replace("_", "-"): value for key, value in parser.items(section)}
    options |= {
        key[4:].lower().replace("_", "-"): value
        for key, value in environ.items()
        if key.startswith("PIP_") and value
    }
    no_index = options.get("no-index", "").lower() in {"1", "true", "yes", "on"}
    indexes = [options.get("index-url", DEFAULT_INDEX), *options.get("extra-index-url", "").split()]
    return Settings(
        indexes=() if no_index else tuple(indexes),
        links=tuple(options.get("find-links", "").split()),
        trusted=tuple(options.get("trusted-host", "").split()),
        cert=options.get("cert") or environ.get("REQUESTS_CA_BUNDLE") or environ.get("CURL_CA_BUNDLE"),
        proxy=options.get("proxy"),
        timeout_s=float(options.get("default-timeout", options.get("timeout", DEFAULT_TIMEOUT_S))),
    )


def _offered(opener: urllib.request.OpenerDirector, settings: Settings) -> tuple[list[Link], list[str]]:
    """Return every wheel offered anywhere, and what was wrong with each place that offers none."""
    offered: list[Link] = []
    refused: list[str] = []
    for place in [*settings.links, *(f"{index.rstrip('/')}/pip/" for index in settings.indexes)]:
        try:
            here = list(_links(opener, place, settings))
        except (OSError, ValueError) as error:
            refused.append(f"{_shown(place)}: {error}{_advice(error)}")
            continue
        offered += here
        if not here:
            refused.append(f"{_shown(place)}: offers none")
    return offered, refused


def _links(opener: urllib.request.OpenerDirector, place: str, settings: Settings) -> Iterator[Link]:
    """Yield the wheels of pip in a folder or on an index page."""
    folder = _folder(place)
    if folder is not None and not (folder / "index.html").exists():
        addresses = [path.absolute().as_uri() for path in folder.iterdir()]
        base = place
    else:
        base = place if folder is None else (folder / "index.html").absolute().as_uri()
        page = Anchors()
        page.feed(_read(opener, base, settings).decode("utf-8", "replace"))
        addresses = page.found
    for address in addresses:
        url = urllib.parse.urljoin(base, address)
        if match := WHEEL.fullmatch(_file_name(url)):
            fragment = urllib.parse.parse_qs(urllib.parse.urlsplit(url).fragment)
            yield Link(_version(match[1]), url, fragment.get("sha256", [None])[0])


def _folder(place: str) -> Path | None:
    """Return the folder that a path or a file URL names."""
    parts = urllib.parse.urlsplit(place)
    if parts.scheme == "file":
        return Path(urllib.request.url2pathname(parts.path))
    return Path(place).expanduser() if not parts.scheme else None


def _opener(settings: Settings) -> urllib.request.OpenerDirector:
    """Make a client that goes through the proxy and trusts the authorities that pip would."""
    context = ssl.create_default_context()
    if settings.cert:
        is_folder = Path(settings.cert).is_dir()
        context.load_verify_locations(**{"capath" if is_folder else "cafile": settings.cert})
    proxies = {"http": settings.proxy, "https": settings.proxy} if settings.proxy else None
    opener = urllib.request.build_opener(
        urllib.request.ProxyHandler(proxies), urllib.request.HTTPSHandler(context=context)
    )
    opener.addheaders = [("User-Agent", "citygas-bootstrap")]
    return opener


def _read(opener: urllib.request.OpenerDirector, url: str, settings: Settings) -> bytes:
    """Fetch an address, with the user and password it or .netrc carries."""
    parts = urllib.parse.urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme not in {"http", "https", "file"}:
        raise ValueError(f"{parts.scheme or 'no'} scheme: http, https or file was expected")
    if parts.scheme == "http" and host not in {"localhost", "127.0.0.1", *settings.trusted}:
        raise ValueError("plain http: name the host in pip's trusted-host if that is meant")
    bare = parts._replace(netloc=parts.netloc.rpartition("@")[2], fragment="")
    request = urllib.request.Request(urllib.parse.urlunsplit(bare))  # noqa: S310 -- the schemes are checked above
    request.add_header("Accept", "application/vnd.pypi.simple.v1+html, text/html;q=0.9, */*;q=0.1")
    if (login := _login(parts)) is not None:
        token = base64.b64encode(":".join(login).encode()).decode()
        request.add_unredirected_header("Authorization", f"Basic {token}")
    with opener.open(request, timeout=settings.timeout_s) as answer:
        content: bytes = answer.read()
    return content


def _login(parts: urllib.parse.SplitResult) -> tuple[str, str] | None:
    """Return user and password of an address, or of its host in .netrc."""
    if parts.username:
        return urllib.parse.unquote(parts.username), urllib.parse.unquote(parts.password or "")
    try:
        known = netrc.netrc().authenticators(parts.hostname or "")
    except (OSError, netrc.NetrcParseError):
        return None
    return (known[0], known[2] or "") if known else None


def _suits(requirement: str) -> bool:
    """Whether this Python is new enough for a `data-requires-python` such as `>=3.9`."""
    lowest = re.search(r">=\s*(\d+(?:\.\d+)*)", requirement)
    return lowest is None or sys.version_info[:3] >= _version(lowest[1])


def _version(text: str) -> tuple[int, ...]:
    """Return the numbers of a final release."""
    return tuple(int(part) for part in text.split(".") if part.isdigit())


def _file_name(url: str) -> str:
    """Return the file's name in an address."""
    return Path(urllib.parse.unquote(urllib.parse.urlsplit(url).path)).name


def _shown(url: str) -> str:
    """Return an address without the password in it."""
    return re.sub(r"//[^@/]*@", "//***@", url)


def _advice(error: Exception) -> str:
    """Say what helps against a certificate that cannot be checked."""
    if "CERTIFICATE_VERIFY_FAILED" in str(error):
        return " (install Debian's ca-certificates, or name your authority's file in PIP_CERT)"
    return ""
