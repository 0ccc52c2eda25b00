"""Many officers at work over HTTP, with a mark on everything they send; what was answered must be there."""

from __future__ import annotations

import datetime as dt
import itertools
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from lmc_cases.core.once import new_token
from tests.faults.browsing import Answer, Browser, NotAnswered

PEOPLE = "Name,Date of birth,Nationality\nINVENTED {mark},1990,TH\n"
_UUID = re.compile(r"/([0-9a-f-]{36})/")


@dataclass
class Act:
    """One form that was sent.

    Attributes:
        kind: ``case``, ``note``, ``timeline``, ``share``, ``upload`` or ``confirmation``.
        mark: The text that is in the record, and in no other; the import's id for a confirmation.
        case: Public id of the case, where the page had told it.
    """

    kind: str
    mark: str
    path: str
    fields: dict[str, Any]
    case: str = ""
    files: dict[str, tuple[str, bytes]] | None = None
    is_answered: bool = False


@dataclass
class Desk:
    """One officer, signed in, whose thread sends one form after the other until the web process is gone."""

    name: str
    user_pk: int
    browser: Browser
    acts: list[Act] = field(default_factory=list)
    faults: list[tuple[int, str]] = field(default_factory=list)
    _numbers: Any = field(default_factory=itertools.count)

    def work(self, may_go_on: Callable[[], bool]) -> None:
        while may_go_on():
            try:
                self._one_case()
            except NotAnswered:
                return
            if self.faults:
                return

    def send(self, act: Act) -> Answer:
        """Send a form; whatever else than "done" is a fault of the test or of the product."""
        answer = self.browser.post(act.path, act.fields, act.files)
        if answer.status == 302 and "/sign-in/" not in answer.headers["Location"]:
            act.is_answered = True
        else:
            self.faults.append((answer.status, f"{act.kind}: {answer.text[-2000:]}"))
        return answer

    def _act(self, kind: str, path: str, fields: dict[str, Any], mark: str, **more: Any) -> str:
        act = Act(kind, mark, path, {**fields, "once": new_token(self.user_pk)}, **more)
        self.acts.append(act)
        found = _UUID.search(self.send(act).headers.get("Location", ""))
        return found.group(1) if found else ""

    def _one_case(self) -> None:
        def mark() -> str:
            return f"{self.name}x{next(self._numbers)}x"

        title = mark()
        fields = {
            "title": title,
            "language": "en",
            "summary": f"Summary {title}",
            "classification": "RESTRICTED",
        }
        case = self._act("case", "/cases/new/", fields, title)
        if not case:
            return
        for text in (mark(), mark()):
            if self.faults:
                return
            self._act("note", f"/cases/{case}/notes/add/", {"text": text, "language": "en"}, text, case=case)
        text = mark()
        fields = {"text": text, "language": "en", "happened_at": "2025-01-02T03:04"}
        self._act("timeline", f"/cases/{case}/timeline/add/", fields, text, case=case)
        text = mark()
        fields = {
            "recipient_code": "CN",
            "level": "3",
            "purpose": "INVESTIGATION",
            "reason": text,
            "expires_at": (dt.datetime.now(dt.UTC) + dt.timedelta(days=9)).strftime("%Y-%m-%dT%H:%M"),
            "step": "confirmed",
        }
        self._act("share", f"/cases/{case}/share/", fields, text, case=case)
        text = mark()
        files = {"file": (f"{text}.csv", PEOPLE.format(mark=text).encode())}
        run = self._act(
            "upload", f"/imports/new/{case}/", {"kind": "SUSPECT_LIST"}, f"{text}.csv", case=case, files=files
        )
        if run:
            columns = {"column_0": "name_original", "column_1": "birth_date", "column_2": "nationality"}
            fields = {"category": "SUSPECT", "import": "1", **columns}
            self._act("confirmation", f"/imports/{run}/", fields, run, case=case)


def work_until(
    desks: list[Desk], enough: int, then: Callable[[], None], *, may_be_told: frozenset[int] = frozenset()
) -> None:
    """Let all desks work at once; when ``enough`` new forms are answered, do ``then`` amid their work.

    ``may_be_told`` are the statuses, besides "done", with which a desk may end its work.
    """
    before = answered(desks)
    over = threading.Event()
    threads = [threading.Thread(target=desk.work, args=[lambda: not over.is_set()]) for desk in desks]
    for thread in threads:
        thread.start()
    try:
        pause = threading.Event()
        while answered(desks) < before + enough and any(thread.is_alive() for thread in threads):
            pause.wait(0.005)
        then()
    finally:
        over.set()
        for thread in threads:
            thread.join(60)
    for desk in desks:
        assert {status for status, _ in desk.faults} <= may_be_told, desk.faults[0]
        desk.faults.clear()


def answered(desks: list[Desk]) -> int:
    return sum(act.is_answered for desk in desks for act in desk.acts)
