"""Tables that settings name, give as a file, or give themselves: register maps, codecs of radio frames."""

import tomllib
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Final

from telemetry.errors import ConfigurationError

_PACKAGE: Final = files("ingest.decoders")
_SUFFIX: Final = ".toml"


def table(what: str, folder: str, given: object) -> tuple[str, Mapping[str, object]]:
    """Return what a table is called and what it says.

    Parameters
    ----------
    what : str
        The setting that gives it.
    folder : str
        Where those of the package stand.
    given : str or mapping
        One of the package, a path that ends in .toml, or the table itself.

    Raises
    ------
    ConfigurationError
        If there is none, or it is no TOML.
    """
    if isinstance(given, Mapping):
        return f"{what} of the settings", given
    if not isinstance(given, str):
        raise ConfigurationError(f"{what}: {given!r}; expected a name, a path or a table")
    own = _PACKAGE / folder / f"{given}{_SUFFIX}"
    path = Path(given) if given.endswith(_SUFFIX) else own
    try:
        return f"{what} {given}", tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError:
        raise ConfigurationError(f"{what} {given}: not found; there are {', '.join(names(folder))}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{what} {given}: {error}") from error


def names(folder: str) -> list[str]:
    """Return the tables of the package."""
    found = (_PACKAGE / folder).iterdir()
    return sorted(one.name.removesuffix(_SUFFIX) for one in found if one.name.endswith(_SUFFIX))
