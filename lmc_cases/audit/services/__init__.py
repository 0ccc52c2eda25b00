"""What the audit record offers: ``record`` for every other app, and sealing, proving and exporting beside it."""

from lmc_cases.audit.services.recording import Auditable, commitment, record, record_each

__all__ = ["Auditable", "commitment", "record", "record_each"]
