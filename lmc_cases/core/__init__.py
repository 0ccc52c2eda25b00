"""The floor of the house: errors, history, jobs, scoping. No concrete models and no police words."""
