"""What people enter: names, notes and registers as bodies carry them."""

from decimal import Decimal
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

_TEXT: Final = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]+$"

Note = Annotated[str, Field(min_length=1, max_length=2000, pattern=_TEXT)]
Register = Annotated[
    Decimal,
    Field(ge=0, lt=10**12, decimal_places=6, description="A number or a text; exact to 10⁻⁶ m³."),
]
Amount = Annotated[Decimal, Field(ge=-(10**12), le=10**12, decimal_places=6)]


class Entry(BaseModel):
    """A body; a key that it does not know is an error."""

    model_config = ConfigDict(extra="forbid")
