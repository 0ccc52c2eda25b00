"""Rule: an error says whose fault it is; a session that could not be saved is not the officer's bad request."""

from __future__ import annotations

import pytest
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.exceptions import SessionInterrupted
from django.db import DatabaseError, OperationalError
from django.test import RequestFactory

from lmc_cases.core.views import bad_request


def interrupted(cause: Exception) -> SessionInterrupted:
    """The error as Django raises it: the session's save failed, and the middleware tells of it."""
    try:
        try:
            try:
                raise cause
            except DatabaseError:
                raise UpdateError  # noqa: B904 - as Django does
        except UpdateError:
            raise SessionInterrupted("deleted")  # noqa: B904 - as Django does
    except SessionInterrupted as error:
        return error


@pytest.mark.parametrize(
    ("cause", "status"),
    [
        (OperationalError("server closed the connection"), 500),
        (DatabaseError("Forced update did not affect any rows."), 400),
    ],
)
def test_a_session_lost_with_the_database_is_our_fault_and_a_deleted_one_is_not(
    cause: Exception, status: int
) -> None:
    answer = bad_request(RequestFactory().get("/"), exception=interrupted(cause))
    assert answer.status_code == status
    problem = bad_request(RequestFactory().get("/api/v1/cases/"), exception=interrupted(cause))
    assert (problem.status_code, problem["Content-Type"]) == (status, "application/problem+json")
