"""What can go wrong, each with the sentence that a user reads."""


class CitygasError(Exception):
    """Base of every error this platform raises on purpose."""


class ConfigurationError(CitygasError):
    """A setting or a registry row is wrong; the start or the import stops."""


class DecodeError(CitygasError):
    """A payload cannot be decoded; it is kept as a dead letter with this reason."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


class ConflictError(CitygasError):
    """The thing is not in a state that allows what was asked."""


class NotFoundError(CitygasError):
    """There is no such thing."""


class EntryError(CitygasError):
    """What somebody entered is refused; ``field`` is what is wrong."""

    def __init__(self, field: str, detail: str) -> None:
        super().__init__(f"{field}: {detail}")
        self.field = field


class OwnEntryError(EntryError):
    """Somebody may not approve or verify what they entered or did themselves."""
