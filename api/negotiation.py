"""Which of our media types a client likes best."""

from collections.abc import Sequence

from api.problems import Problem


def chosen(accept: str, offered: Sequence[str]) -> str:
    """Return the offered type that ``Accept`` weighs most, the first of ours where it is all the same.

    Raises
    ------
    Problem
        406, if it wants none of them.

    >>> chosen("text/csv;q=0.9, */*;q=0.1", ("application/json", "text/csv"))
    'text/csv'
    """
    weights = {one: _weight(accept, one) for one in offered}
    best = max(offered, key=lambda one: weights[one])
    if weights[best] <= 0:
        raise Problem(406, f"expected one of {', '.join(offered)}", field="Accept", location="header")
    return best


def _weight(accept: str, offered: str) -> float:
    """Return how much a client likes a type: what it says of it most closely counts."""
    family = offered.partition("/")[0] + "/*"
    found: dict[str, float] = {}
    for part in accept.split(","):
        media, *parameters = (piece.strip().lower() for piece in part.split(";"))
        found[media] = next((_number(one[2:]) for one in parameters if one.startswith("q=")), 1.0)
    return next((found[one] for one in (offered, family, "*/*") if one in found), 0.0)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0
