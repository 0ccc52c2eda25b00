from django.apps import AppConfig


class ConfigConfig(AppConfig):
    """Binds the Celery application in every process, so that ``shared_task`` and sending by name find it."""

    name = "lmc_cases.config"
    label = "lmc_config"

    def ready(self) -> None:
        """Make the application current; ``config/__init__`` stays free of imports."""
        from lmc_cases.config import celery, sealing
        from lmc_cases.core.metrics import add_figures

        celery.app.set_default()
        add_figures(sealing.figures)
