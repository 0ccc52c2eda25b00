"""Services of the law: what holds, and its change by two officers."""
