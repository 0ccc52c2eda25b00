"""What services raise, and what surfaces translate: pages into form errors, the API into problem+json."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from uuid import UUID


class DomainError(Exception):
    """Something a person can understand and act on. ``str(error)`` is in the active language."""

    code = "error"


class Conflict(DomainError):
    """The record is not in a state that allows this. HTTP 409."""

    code = "conflict"


class StaleVersion(Conflict):
    """Someone else changed the record since it was read.

    Attributes:
        theirs: field name to the value that is stored now.
        version: of the record as it stands now.
        base: field name to the value at the version that was read, as far as known.
        by: name of who saved it, "" where that is not known.
        at: when, ``None`` where that is not known.
    """

    code = "stale-version"

    def __init__(
        self,
        message: str,
        *,
        theirs: Mapping[str, str],
        version: int,
        base: Mapping[str, str] | None = None,
        by: str = "",
        at: dt.datetime | None = None,
    ) -> None:
        super().__init__(message)
        self.theirs = dict(theirs)
        self.version = version
        self.base = dict(base or {})
        self.by = by
        self.at = at


class InvalidInput(DomainError):
    """A value cannot be taken. HTTP 400.

    Attributes:
        field: name of the form or API field, ``""`` for the whole request.
    """

    code = "invalid-input"

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class NotAllowed(DomainError):
    """The officer may see the record but not do this. HTTP 403."""

    code = "not-allowed"


class ReasonRequired(DomainError):
    """The officer may read the case once it is said why. HTTP 428; pages ask and come back.

    Attributes:
        case_uuid: the case, which the officer sees.
        reasons: the codes that can be given.
    """

    code = "reason-required"

    def __init__(self, message: str, *, case_uuid: UUID, reasons: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.case_uuid = case_uuid
        self.reasons = reasons
