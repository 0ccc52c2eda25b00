"""Passwords that known breaches hold, or that are guessed from them, refused without a network.

zxcvbn comes with the 30,000 most used passwords of breaches, names and words, and finds them under the usual
disguises (p@ssw0rd, reversed, with a year). Its English advice is given in the officer's language.
"""

from __future__ import annotations

import itertools
import re
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from zxcvbn import zxcvbn

# The highest of 0 to 4: more than 10^10 guesses, which the slow hashes of a stolen table make hopeless.
ENOUGH = 4
# zxcvbn refuses longer texts; what makes a password guessable stands before.
LONGEST = 72
# What an attacker tries first at this product.
OWN_WORDS = ("lmc", "lmccases", "mekong", "lancang", "interpol", "police")


class GuessableValidator:
    """Refuses a password that a list of breached passwords and common patterns leads to."""

    def validate(self, password: str, user: Any = None) -> None:
        """Pass, or say why the password is easy to guess.

        Raises:
            ValidationError: the password is easy to guess.
        """
        about = [str(getattr(user, name, "") or "") for name in ("email", "full_name", "rank")]
        found = zxcvbn(password[:LONGEST], user_inputs=[*OWN_WORDS, *_words_of(about)])
        if found["score"] < ENOUGH:
            parts = [dict(part) for part in found["sequence"]]
            raise ValidationError(_why(parts), code="password_guessable")

    def get_help_text(self) -> str:
        """Say what makes a good one."""
        return _("Use several words that do not belong together. Passwords known from breaches are refused.")


def _words_of(texts: list[str]) -> list[str]:
    """The words an officer is known by, and two of them written together."""
    words = [word for text in texts for word in re.split(r"[^\w]+", text) if word]
    return [*words, *(one + other for one, other in itertools.permutations(words, 2))]


def _why(sequence: list[dict[str, Any]]) -> str:
    """The pattern that covers most of the password decides what is said."""
    longest = max(sequence, key=lambda part: len(part["token"]), default={"pattern": "bruteforce"})
    if longest["pattern"] == "dictionary" and longest.get("dictionary_name") == "passwords":
        return _("This password is known from breaches, or is one of them in disguise. Choose another one.")
    if longest["pattern"] == "spatial":
        return _("Keys that lie beside each other are easy to guess. Use several words instead.")
    if longest["pattern"] in {"repeat", "sequence"}:
        return _("Repeated or consecutive characters are easy to guess. Use several words instead.")
    if longest["pattern"] == "date":
        return _("Dates are easy to guess. Use several words instead.")
    return _("This password is easy to guess. Use several words that do not belong together.")
