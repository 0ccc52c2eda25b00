"""What a partner agency's token is for."""

from __future__ import annotations

from django.db import models
from knox.models import AuthToken


class TokenPurpose(models.Model):
    """The standing reason for which the program behind a token reads; told when the token was issued."""

    token = models.OneToOneField(
        AuthToken, on_delete=models.CASCADE, primary_key=True, related_name="purpose"
    )
    code = models.CharField(max_length=20)

    def __str__(self) -> str:
        return self.code
