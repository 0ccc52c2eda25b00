"""The access log of the web process, without the keys that travel in addresses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gunicorn.glogging import Logger

from lmc_cases.core.masking import masked

if TYPE_CHECKING:
    import datetime as dt


class MaskingLogger(Logger):
    """gunicorn's own logger; whatever part of a request a format names is masked first."""

    def atoms(
        self, resp: Any, req: Any, environ: dict[str, Any], request_time: dt.timedelta
    ) -> dict[str, Any]:
        """Return what the format can name."""
        found = super().atoms(resp, req, environ, request_time)
        return {name: masked(value) if isinstance(value, str) else value for name, value in found.items()}
