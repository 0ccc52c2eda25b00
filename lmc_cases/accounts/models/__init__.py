"""Officers, roles, invitations, sessions, duty desks."""

from lmc_cases.accounts.models.address_changes import AddressChange
from lmc_cases.accounts.models.desks import Absence, DeskDuty, DutyDesk, Notice
from lmc_cases.accounts.models.invitations import Invitation
from lmc_cases.accounts.models.postings import PostingNotice
from lmc_cases.accounts.models.roles import Role, RoleAssignment
from lmc_cases.accounts.models.sessions import SignedInSession
from lmc_cases.accounts.models.tokens import TokenPurpose
from lmc_cases.accounts.models.users import User

__all__ = [
    "Absence",
    "AddressChange",
    "DeskDuty",
    "DutyDesk",
    "Invitation",
    "Notice",
    "PostingNotice",
    "Role",
    "RoleAssignment",
    "SignedInSession",
    "TokenPurpose",
    "User",
]
