"""Passwords known from breaches, and those guessed from them, are refused without a network, in the officer's words."""

from __future__ import annotations

import socket

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from lmc_cases.accounts.models import User
from lmc_cases.accounts.password_strength import GuessableValidator

STRANGER = User(email="somchai.jaidee@police.th", full_name="Somchai Jaidee")


@pytest.mark.parametrize(
    ("word", "says"),
    [
        ("passwordpassword", "easy to guess"),
        ("p@ssw0rd12345", "breaches"),
        ("drowssap54321", "breaches"),
        ("qwertyuiop[]asdf", "beside each other"),
        ("aaaaaaaaaaaaaaa", "Repeated"),
        ("abcdefghijklmnop", "consecutive"),
        ("somchaijaidee1", "easy to guess"),
        ("mekonglancanglmc", "easy to guess"),
    ],
)
def test_what_breaches_and_patterns_lead_to_is_refused_with_the_remedy(word: str, says: str) -> None:
    with pytest.raises(ValidationError) as refused:
        GuessableValidator().validate(word, STRANGER)
    assert says in refused.value.messages[0]


@pytest.mark.parametrize(
    "word",
    ["six unrelated teapots sing quietly", "invented people only 1", "ເສືອ ດອກໄມ້ ພູເຂົາ", "x9$Lk2!vQe7#" * 12],
)
def test_several_words_that_do_not_belong_together_pass(word: str) -> None:
    assert validate_password(word, STRANGER) is None  # type: ignore[func-returns-value]


def test_no_network_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*args: object, **kwargs: object) -> None:
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket.socket, "connect", away)
    monkeypatch.setattr(socket, "getaddrinfo", away)
    GuessableValidator().validate("six unrelated teapots sing quietly", STRANGER)
    with pytest.raises(ValidationError):
        GuessableValidator().validate("password123456", STRANGER)
