"""`python3 -m deploy.bootstrap runtime|dev [PACKAGE…]`: the environment, and Debian packages if it may."""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 -- read by any Python, to say so
    sys.exit("citygas needs Python 3.11 or newer; name one with `make PYTHON=/path/to/python3.11 …`")

from deploy.bootstrap import debian, environment
from deploy.bootstrap.says import SetupError, say


def main(arguments: list[str]) -> int:
    """Prepare what the arguments name; return the exit status."""
    if not arguments or arguments[0] not in environment.KINDS:
        say(__doc__ or "")
        return 2
    try:
        environment.ensure(arguments[0])
        debian.ensure(arguments[1:])
    except SetupError as error:
        say(f"set-up failed: {error}")
        return 1
    return 0


sys.exit(main(sys.argv[1:]))
