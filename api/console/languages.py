"""The words of the operator pages in both languages."""

from collections.abc import Callable
from typing import Final, Literal, TypeAlias, cast

from fastapi import Request

from api.console.words import WORDS

Language: TypeAlias = Literal["en", "zh"]
Translate: TypeAlias = Callable[[str], str]
COOKIE: Final = "citygas_language"


def language_of(request: Request) -> Language:
    """Return the language that was chosen, else the browser's first that we speak, else English."""
    chosen = request.cookies.get(COOKIE)
    if chosen in {"en", "zh"}:
        return cast("Language", chosen)
    for part in request.headers.get("accept-language", "").split(","):
        spoken = part.split(";")[0].strip().lower()[:2]
        if spoken in {"en", "zh"}:
            return cast("Language", spoken)
    return "en"


def translator(language: Language) -> Translate:
    """Return the function from a word's name to the word."""
    place = ("en", "zh").index(language)

    def word(name: str) -> str:
        # A reason or a kind that a later version stores is better shown as it is than not at all.
        return WORDS[name][place] if name in WORDS else name.split("_", 1)[-1]

    return word
