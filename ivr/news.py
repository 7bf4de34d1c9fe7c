"""The carrier's news of calls and recordings: a verified form in, one write out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from ivr.call_news import recording_values, status_values, whose
from ivr.forms import recording_news, status_change
from ivr.turn_rows import RECORDING_DEADLINE
from ivr.writing import Writing
from people.directory import Directory, EmptyDirectoryError
from people.directory_keeping import NoDirectoryError

STATUS, RECORDING = "/voice/status", "/voice/recording"
PATHS = (STATUS, RECORDING)
NO_DIRECTORY = (NoDirectoryError, EmptyDirectoryError)


@dataclass(frozen=True, slots=True)
class News:
    """Writes them down. demo: whether calls are the demo's."""

    directory: Callable[[], Directory]
    writing: Writing
    demo: bool

    def write(self, path: str, form: Mapping[str, str], query: Mapping[str, str], *, now: datetime) -> None:
        """Write what came at `path`. Raises `FormProblem`, and where nobody knows whose call it is `NO_DIRECTORY`."""
        if path == STATUS:
            self._status(form, now)
        else:
            self._recording(form, query, now)

    def _status(self, form: Mapping[str, str], now: datetime) -> None:
        change, directory = status_change(form), self.directory()
        brand = directory.brand_of(whose(change.parties))
        values = status_values(
            change,
            brand_id=brand.id,
            default_department_id=directory.department_ids(brand).get(directory.default_department(brand)),
            demo=self.demo,
            now=now,
        )
        self.writing.status(values, now=now)

    def _recording(self, form: Mapping[str, str], query: Mapping[str, str], now: datetime) -> None:
        news, directory = recording_news(form, query.get("part", "")), self.directory()
        values = recording_values(
            news,
            brand_id=directory.brand_of(whose(news.parties)).id,
            expected_deadline=RECORDING_DEADLINE,
            demo=self.demo,
            now=now,
        )
        self.writing.recording(values, now=now)
