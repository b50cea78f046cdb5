"""How hard random checks try: `make soak` draws many times the examples of an ordinary run."""

import os
from typing import Final

EFFORT: Final = int(os.environ.get("CITYGAS_EFFORT", "1"))


def examples(ordinary: int) -> int:
    """Return how many examples to draw where an ordinary run draws so many."""
    return ordinary * EFFORT
