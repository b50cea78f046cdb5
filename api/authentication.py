"""Who asks: ``Authorization: Bearer <key>``, and whether that key may."""

from typing import Annotated, Any

from fastapi import Depends, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from api.platform import Here
from api.problems import Problem
from telemetry.store.keys import ApiKey, find_key

_BEARER = HTTPBearer(
    auto_error=False, description="An API key, made with `citygas keys create`.", scheme_name="key"
)
_CHALLENGE = {"WWW-Authenticate": 'Bearer realm="citygas"'}


def authenticate(
    platform: Here, credentials: Annotated[HTTPAuthorizationCredentials | None, Security(_BEARER)]
) -> ApiKey:
    """Return the live key that was presented."""
    if credentials is None:
        raise Problem(
            401, "an API key is needed: Authorization: Bearer cg_…", field="Authorization",
            location="header", headers=_CHALLENGE,
        )  # fmt: skip
    with platform.writing() as connection:
        key = find_key(connection, credentials.credentials)
    if key is None:
        raise Problem(
            401, "this key does not exist, was revoked or has expired", field="Authorization",
            location="header", headers=_CHALLENGE | {"WWW-Authenticate": 'Bearer error="invalid_token"'},
        )  # fmt: skip
    return key


def permit(key: ApiKey, *scopes: str) -> ApiKey:
    """Return the key if it carries one of the scopes.

    Raises
    ------
    Problem
        403, naming what is missing.
    """
    if not any(key.allows(scope) for scope in scopes):
        raise Problem(403, f"the key {key.name} lacks the scope {' or '.join(scopes)}")
    return key


def scope(*scopes: str) -> Any:  # noqa: ANN401 -- a dependency is typed so by its library
    """Return the dependency that asks for a key with one of the scopes."""

    def check(key: Annotated[ApiKey, Depends(authenticate)]) -> ApiKey:
        return permit(key, *scopes)

    return Depends(check)
