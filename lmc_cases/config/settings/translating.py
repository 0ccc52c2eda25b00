"""A machine that drafts translations: off, and nothing is ever sent, until its address is set. Decision record 51."""

from __future__ import annotations

from pathlib import Path

import environ

env = environ.Env()

# Where a server speaks the LibreTranslate API, e.g. https://translate.example.org; "" is off.
TRANSLATOR_URL: str = env("LMC_TRANSLATOR_URL", default="").rstrip("/")
# Its key: a file that holds it, or the key itself; neither for a server that asks for none.
_key_file: str = env("LMC_TRANSLATOR_KEY_FILE", default="")
TRANSLATOR_KEY: str = (
    Path(_key_file).read_text(encoding="utf-8").strip()
    if _key_file
    else env("LMC_TRANSLATOR_KEY", default="")
)
# Another machine: a class that is made without arguments and keeps to the protocol of cases.translator.
TRANSLATOR: str = env("LMC_TRANSLATOR", default="lmc_cases.cases.translator.LibreTranslate")
# What the machine calls a language where it differs from the product's code.
TRANSLATOR_LANGUAGES: dict[str, str] = env.json("LMC_TRANSLATOR_LANGUAGES", default={"zh-hans": "zh-Hans"})
# From the first byte sent to the last received.
TRANSLATOR_SECONDS: float = env.float("LMC_TRANSLATOR_SECONDS", default=60.0)
TRANSLATOR_MAX_CHARACTERS: int = env.int("LMC_TRANSLATOR_MAX_CHARACTERS", default=20_000)
# The highest classification whose texts may go.
TRANSLATOR_CLASSIFICATION: str = env("LMC_TRANSLATOR_CLASSIFICATION", default="RESTRICTED")
