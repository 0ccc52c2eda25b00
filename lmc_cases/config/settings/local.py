"""Settings of ``make demo`` and ``make run``: the launcher sets the environment."""

from lmc_cases.config.settings.base import *  # noqa: F403 - a settings module is the one it extends

# Static files come straight from their places: nothing is collected first.
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
# The keys lie beside the data of this one machine.
KEYS_CREATE_ON_FIRST_USE = True
