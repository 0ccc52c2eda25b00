"""The message catalogues: ``update`` brings them up to date with the code, ``check`` fails where they are not complete.

The code is read by Django's own extraction (it needs gettext's programs) in a temporary copy. Merging is ours: a
message keeps its translation as long as its English text stays the same, nothing is guessed from similar texts, and
line numbers are left out, so that a change of code alone changes no catalogue.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parents[3]
LANGUAGES = {"th": "th", "km": "km", "lo": "lo", "my": "my", "vi": "vi", "zh_Hans": "zh-hans"}
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|%[sd]|\{(\w*)\}")
Key = tuple[str, str, str]


class ExtractionError(Exception):
    """The message holds what the extraction printed."""


def main(arguments: list[str]) -> int:
    """Update or check; returns the exit code."""
    if arguments not in (["update"], ["check"]):
        print("usage: python -m lmc_cases.config.local.messages update|check", file=sys.stderr)
        return 2
    try:
        template = extract()
    except ExtractionError as error:
        print(error, file=sys.stderr)
        return 1
    if arguments == ["update"]:
        for language in LANGUAGES:
            left = update(language, template)
            print(f"messages: {language}: {len(template)} messages, {left} to translate")
        return 0
    problems = [problem for language in LANGUAGES for problem in check(language, template)]
    for problem in problems[:200]:
        print(problem)
    print(f"messages: {len(template)} in {len(LANGUAGES)} languages, {len(problems)} problems")
    return 1 if problems else 0


def catalogue_path(language: str) -> Path:
    """Where a language's catalogue is."""
    return ROOT / "locale" / language / "LC_MESSAGES" / "django.po"


def extract() -> polib.POFile:
    """Every message of the code and the templates, in the order of their texts.

    Raises:
        ExtractionError: A template or a source file cannot be read.
    """
    with tempfile.TemporaryDirectory(prefix="lmc-messages-") as name:
        copy = Path(name)
        for directory in ("lmc_cases", "templates"):
            shutil.copytree(
                ROOT / directory, copy / directory, ignore=shutil.ignore_patterns("__pycache__", "*.mo")
            )
        shutil.copy(ROOT / "manage.py", copy)
        (copy / "static").mkdir()
        (copy / "locale").mkdir()
        argv = [sys.executable, "manage.py", "makemessages", "--locale", "th", "--keep-pot", "--no-location"]
        argv += ["--no-wrap", "--settings", "lmc_cases.config.settings.static"]
        done = subprocess.run(argv, cwd=copy, capture_output=True, text=True, check=False)
        template = copy / "locale" / "django.pot"
        if done.returncode != 0 or not template.exists():
            raise ExtractionError(f"the messages cannot be extracted:\n{done.stdout}{done.stderr}")
        entries = polib.pofile(str(template))
    found = polib.POFile()
    found.extend(sorted(entries, key=key_of))
    return found


def key_of(entry: polib.POEntry) -> Key:
    """What makes a message the same message."""
    return (entry.msgid, entry.msgid_plural or "", entry.msgctxt or "")


def update(language: str, template: polib.POFile) -> int:
    """Write one catalogue anew, with the translations it had.

    Returns:
        How many messages are not translated.
    """
    path = catalogue_path(language)
    known = {key_of(entry): entry for entry in polib.pofile(str(path))} if path.exists() else {}
    merged = polib.POFile(wrapwidth=110)
    merged.metadata = {
        "Project-Id-Version": "LMC Cases",
        "Language": language,
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": "nplurals=1; plural=0;",
    }
    for entry in template:
        before = known.get(key_of(entry))
        kept_flags = [flag for flag in entry.flags if flag != "fuzzy"]
        fuzzy = ["fuzzy"] if before is not None and before.fuzzy else []
        merged.append(
            polib.POEntry(
                msgid=entry.msgid,
                msgctxt=entry.msgctxt,
                msgid_plural=entry.msgid_plural,
                msgstr=before.msgstr if before else "",
                msgstr_plural=(before.msgstr_plural if before else {0: ""}) if entry.msgid_plural else {},
                comment=entry.comment,
                tcomment=before.tcomment if before else "",
                flags=fuzzy + kept_flags,
            )
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    merged.save(str(path))
    return len(merged.untranslated_entries())


def check(language: str, template: polib.POFile) -> Iterator[str]:
    """Name every message that is missing, left over, not translated, doubtful, or has other placeholders."""
    path = catalogue_path(language)
    if not path.exists():
        yield f"{language}: no catalogue at {path.relative_to(ROOT)}; run `make messages`"
        return
    catalogue = polib.pofile(str(path), check_for_duplicates=True)
    known = {key_of(entry): entry for entry in catalogue if not entry.obsolete}
    wanted = {key_of(entry) for entry in template}
    for key in sorted(wanted - known.keys()):
        yield f"{language}: missing, run `make messages`: {key[0]!r}"
    for key in sorted(known.keys() - wanted):
        yield f"{language}: no longer in the code, run `make messages`: {key[0]!r}"
    for key in sorted(wanted & known.keys()):
        yield from (f"{language}: {problem}: {key[0]!r}" for problem in _problems(known[key]))


def _problems(entry: polib.POEntry) -> Iterator[str]:
    if entry.fuzzy:
        yield "fuzzy"
    source = entry.msgid_plural or entry.msgid
    translations = list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]
    if not translations or not all(text.strip() for text in translations):
        yield "not translated"
        return
    for text in translations:
        if placeholders(text) != placeholders(source):
            yield f"placeholders {sorted(placeholders(text))} in place of {sorted(placeholders(source))}"
        if text.startswith("\n") != source.startswith("\n") or text.endswith("\n") != source.endswith("\n"):
            yield "begins or ends with another line break"


def placeholders(text: str) -> set[str]:
    """The named and the nameless gaps of a text: ``%(name)s``, ``%s``, ``{name}``."""
    return {match.group(0) for match in PLACEHOLDER.finditer(text.replace("%%", ""))}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
