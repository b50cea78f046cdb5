"""One random generator per entity, so that a new customer does not disturb the others."""

from hashlib import blake2b

import numpy as np


def generator(seed: int, *names: str | int) -> np.random.Generator:
    """Return the generator that belongs to the entity of this name under this seed."""
    digest = blake2b("/".join(str(name) for name in names).encode(), digest_size=16).digest()
    sequence = np.random.SeedSequence([seed, int.from_bytes(digest, "big")])
    return np.random.Generator(np.random.PCG64(sequence))
