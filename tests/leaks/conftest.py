"""Every module of this package may ask for the world, built once for it."""

from tests.leaks.shared import built as built  # noqa: PLC0414 - a fixture
from tests.leaks.shared import world as world  # noqa: PLC0414 - a fixture
