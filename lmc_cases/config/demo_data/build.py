"""Write the demo files anew: ``python -m lmc_cases.config.demo_data.build``. Tests hold them to this source."""

from __future__ import annotations

from lmc_cases.config.demo_data import DEMO_BUNDLE, DEMO_PEOPLE, DEMO_PEOPLE_WITH_ERRORS
from lmc_cases.config.demo_data.bundle import bundle_text
from lmc_cases.config.demo_data.people import errors_csv, write_workbook


def main() -> None:
    """Write all files."""
    DEMO_BUNDLE.write_text(bundle_text(), encoding="utf-8", newline="\n")
    write_workbook(DEMO_PEOPLE)
    DEMO_PEOPLE_WITH_ERRORS.write_text(errors_csv(), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
