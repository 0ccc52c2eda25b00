"""Officers, roles, invitations, and where officers are signed in."""

from lmc_cases.accounts.models.address_changes import AddressChange
from lmc_cases.accounts.models.invitations import Invitation
from lmc_cases.accounts.models.postings import PostingNotice
from lmc_cases.accounts.models.roles import Role, RoleAssignment
from lmc_cases.accounts.models.sessions import SignedInSession
from lmc_cases.accounts.models.users import User

__all__ = [
    "AddressChange",
    "Invitation",
    "PostingNotice",
    "Role",
    "RoleAssignment",
    "SignedInSession",
    "User",
]
