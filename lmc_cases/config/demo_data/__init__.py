"""Files of the demo world. Every person, number, account and event in them is invented.

``demo_bundle.jsonld`` (a CASE bundle), ``files/`` (the three files it describes), ``demo_people.xlsx`` (40 people
in six scripts, from ``people.tsv``) and ``demo_people_with_errors.csv`` are written by
``python -m lmc_cases.config.demo_data.build``.
"""

from pathlib import Path
from typing import Final

DEMO_DATA: Final = Path(__file__).resolve().parent
DEMO_BUNDLE: Final = DEMO_DATA / "demo_bundle.jsonld"
DEMO_FILES: Final = DEMO_DATA / "files"
DEMO_PEOPLE: Final = DEMO_DATA / "demo_people.xlsx"
DEMO_PEOPLE_WITH_ERRORS: Final = DEMO_DATA / "demo_people_with_errors.csv"
