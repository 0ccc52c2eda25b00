"""Pages of accounts."""

from lmc_cases.accounts.views.own import OwnSettings, SwitchLanguage

__all__ = ["OwnSettings", "SwitchLanguage"]
