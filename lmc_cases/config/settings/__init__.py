"""Settings: ``local`` for make demo and make run, ``test``, ``production``; all read the environment only here."""
