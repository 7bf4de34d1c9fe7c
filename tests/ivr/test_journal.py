"""The journal keeps what it says it keeps, shares its waits for the disk, and gives up nothing to anybody."""

import os
import stat
import threading
from datetime import timedelta

import pytest

from ivr import journal as journal_module
from ivr import journal_folder as files
from ivr.journal import Journal, NotKept
from ivr.journal_draining import Drained, Later, RefusedForGood, drain
from ivr.journal_folder import state
from ivr.journal_format import HEADER, Record, encoded
from ivr.journal_pending import Pending
from tests.clock import MONDAY_MORNING


def record(number, *, call="CA1", kind="turn", seconds=None):
    values = {"account_sid": "AC1", "first_sid": call, "leg_sid": call, "turn": number, "answer": None}
    at = MONDAY_MORNING + timedelta(seconds=number if seconds is None else seconds)
    return Record(kind, at, values)


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "var" / "journal"


@pytest.fixture
def journal(folder):
    made = Journal(folder)
    yield made
    made.close()


def drained(folder, *, refuse=(), away=()):
    """Drain into a list: what was applied, in order."""
    took = []

    def apply(one):
        if one.values["turn"] in away:
            raise Later("silent")
        if one.values["turn"] in refuse:
            raise RefusedForGood("nobody wants it")
        took.append((one.values["first_sid"], one.values["turn"]))

    return took, drain(folder, apply)


class TestAppending:
    def test_is_for_its_owner_alone(self, journal, folder):
        journal.append(record(0))
        [segment] = files.segments(folder)
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert stat.S_IMODE(segment.stat().st_mode) == 0o600

    def test_is_on_the_disk_before_it_returns(self, journal, monkeypatch):
        synced, sync = [], os.fdatasync
        monkeypatch.setattr(os, "fdatasync", lambda descriptor: (synced.append(descriptor), sync(descriptor)))
        journal.append(record(0))
        assert len(synced) == 1

    def test_of_many_threads_shares_the_waits(self, journal, folder, monkeypatch):
        synced, sync, slow = [], os.fdatasync, threading.Event()

        def slowly(descriptor):
            synced.append(descriptor)
            slow.wait(0.2)
            sync(descriptor)

        monkeypatch.setattr(os, "fdatasync", slowly)
        threads = [threading.Thread(target=journal.append, args=(record(number),)) for number in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(synced) < 10
        assert sorted(drained(folder)[0]) == [("CA1", number) for number in range(20)]

    def test_where_there_is_no_folder_to_be_had_says_so(self, tmp_path):
        (tmp_path / "var").write_text("a file in the way")
        with pytest.raises(NotKept):
            Journal(tmp_path / "var" / "journal").append(record(0))

    def test_that_failed_leaves_no_half_record_before_the_next(self, journal, folder, monkeypatch):
        journal.append(record(0))
        write = os.write

        def full(descriptor, data):
            write(descriptor, data[:10])
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(os, "write", full)
        with pytest.raises(NotKept, match="No space left"):
            journal.append(record(1))
        monkeypatch.setattr(os, "write", write)
        journal.append(record(2))
        took, done = drained(folder)
        assert took == [("CA1", 0), ("CA1", 2)]
        assert done.damaged == 0

    def test_whose_sync_failed_goes_on_in_another_file(self, journal, folder, monkeypatch):
        journal.append(record(0))
        sync = os.fdatasync

        def broken(descriptor):
            raise OSError(5, "Input/output error")

        monkeypatch.setattr(os, "fdatasync", broken)
        with pytest.raises(NotKept):
            journal.append(record(1))
        monkeypatch.setattr(os, "fdatasync", sync)
        journal.append(record(2))
        assert len(files.segments(folder)) == 2

    def test_goes_on_in_another_file_when_one_is_large(self, journal, folder, monkeypatch):
        monkeypatch.setattr(journal_module, "SEGMENT_BYTES", 500)
        for number in range(9):
            journal.append(record(number))
        assert len(files.segments(folder)) > 2
        assert [turn for _, turn in drained(folder)[0]] == list(range(9))


class TestDraining:
    def test_applies_all_in_order_and_leaves_nothing(self, journal, folder):
        for number in range(70):
            journal.append(record(number))
        took, done = drained(folder)
        assert [turn for _, turn in took] == list(range(70))
        assert done == Drained(applied=70)
        assert state(folder).records == 0
        journal.release()
        assert files.segments(folder) == []
        assert list(folder.glob("*.done")) == []

    def test_keeps_the_order_of_what_two_processes_wrote(self, folder):
        one, other = Journal(folder), Journal(folder)
        for number in range(6):
            (one if number % 2 else other).append(record(number))
        assert [turn for _, turn in drained(folder)[0]] == list(range(6))
        one.close()
        other.close()
        drained(folder)
        assert files.segments(folder) == []

    def test_stops_while_the_database_is_away_and_goes_on_there(self, journal, folder):
        for number in range(5):
            journal.append(record(number))
        took, done = drained(folder, away=[3])
        assert ([turn for _, turn in took], done.stopped) == ([0, 1, 2], "silent")
        assert state(folder).records == 2
        assert state(folder).oldest_at == MONDAY_MORNING + timedelta(seconds=3)
        assert [turn for _, turn in drained(folder)[0]] == [3, 4]

    def test_sets_apart_what_is_refused_and_goes_on(self, journal, folder):
        for number in range(3):
            journal.append(record(number))
        took, done = drained(folder, refuse=[1])
        assert ([turn for _, turn in took], done.refused) == ([0, 2], 1)
        [kept] = (folder / "refused").iterdir()
        assert kept.read_bytes() == encoded(record(1))
        assert state(folder).refused == 1

    def test_sets_apart_what_is_damaged_and_goes_on(self, journal, folder):
        for number in range(3):
            journal.append(record(number))
        [segment] = files.segments(folder)
        data = segment.read_bytes()
        place = data.index(b'"turn":1')
        segment.write_bytes(data[:place] + b'"turn":7' + data[place + 8 :])
        took, done = drained(folder)
        assert ([turn for _, turn in took], done.damaged) == ([0, 2], 1)
        assert state(folder).damaged == 1

    def test_waits_for_a_record_that_is_only_half_there_while_its_writer_lives(self, journal, folder):
        journal.append(record(0))
        [segment] = files.segments(folder)
        whole = segment.read_bytes()
        with segment.open("ab") as file:
            file.write(encoded(record(1))[:-30])
        assert drained(folder)[0] == [("CA1", 0)]
        assert not (folder / "torn").exists()
        segment.write_bytes(whole + encoded(record(1)))
        assert drained(folder)[0] == [("CA1", 1)]

    def test_sets_apart_the_half_record_of_a_writer_that_died(self, journal, folder):
        journal.append(record(0))
        [segment] = files.segments(folder)
        with segment.open("ab") as file:
            file.write(encoded(record(1))[:-30])
        journal.close()
        took, done = drained(folder)
        assert (took, done.damaged, files.segments(folder)) == ([("CA1", 0)], 0, [])
        assert len(list((folder / "torn").iterdir())) == 1

    def test_is_left_to_one_at_a_time(self, journal, folder):
        for number in range(4):
            journal.append(record(number))
        took, others, inside, go_on = [], [], threading.Event(), threading.Event()

        def slowly(one):
            inside.set()
            go_on.wait(20)
            took.append(one.values["turn"])

        first = threading.Thread(target=drain, args=(folder, slowly))
        first.start()
        assert inside.wait(20)
        other, done = drained(folder)
        others += other
        go_on.set()
        first.join()
        assert (others, done.stopped) == ([], "another process drains")
        assert took == [0, 1, 2, 3]

    def test_leaves_a_living_writers_file_to_it(self, journal, folder):
        journal.append(record(0))
        drained(folder)
        assert len(files.segments(folder)) == 1
        journal.append(record(1))
        journal.release()
        assert [turn for _, turn in drained(folder)[0]] == [1]
        journal.release()
        assert files.segments(folder) == []

    def test_that_was_killed_before_it_noted_its_progress_applies_again_and_no_more(self, journal, folder, monkeypatch):
        for number in range(5):
            journal.append(record(number))

        class Killed(BaseException):
            pass

        def die(segment, count):
            raise Killed

        note = files.note_applied
        monkeypatch.setattr(files, "note_applied", die)
        with pytest.raises(Killed):
            drained(folder)
        monkeypatch.setattr(files, "note_applied", note)
        assert [turn for _, turn in drained(folder)[0]] == [0, 1, 2, 3, 4]

    @pytest.mark.parametrize("spoiled", [b"", b"99999", b"12 deadbeef", b"\xff\xff"])
    def test_with_a_spoiled_note_of_progress_begins_again(self, journal, folder, spoiled):
        journal.append(record(0))
        [segment] = files.segments(folder)
        segment.with_suffix(".done").write_bytes(spoiled)
        assert drained(folder)[0] == [("CA1", 0)]


class TestWhatWaits:
    def test_is_known_to_every_process_of_the_host(self, journal, folder):
        waits = Pending(folder)
        assert not waits.holds("AC1 CA1")
        journal.append(record(0))
        assert waits.holds("AC1 CA1")
        assert not waits.holds("AC1 CA2")

    def test_is_forgotten_once_it_is_applied(self, journal, folder):
        waits = Pending(folder)
        for number in range(3):
            journal.append(record(number, call=f"CA{number}"))
        drained(folder, away=[2])
        assert [waits.holds(f"AC1 CA{number}") for number in range(3)] == [False, False, True]
        drained(folder)
        journal.release()
        assert not waits.holds("AC1 CA2")

    def test_is_answered_as_the_first_was(self, journal, folder):
        from psycopg.types.json import Jsonb

        waits = Pending(folder)
        for text in ("first", "second"):
            made = record(0)
            journal.append(Record("turn", made.at, {**made.values, "answer": Jsonb({"said": text})}))
        assert waits.answer(("AC1", "CA1", 0)) == {"said": "first"}
        assert waits.answer(("AC1", "CA1", 1)) is None

    def test_costs_one_look_while_nothing_waits(self, folder, monkeypatch):
        folder.mkdir(parents=True)
        os.utime(folder, ns=(1, 1))
        waits = Pending(folder)
        waits.holds("x")
        monkeypatch.setattr(files, "segments", lambda folder: pytest.fail("it looked again"))
        for _ in range(9):
            assert not waits.holds("x")


def test_space_is_reserved_before_it_is_needed(journal, folder):
    journal.prepare()
    [spare] = folder.iterdir()
    assert spare.stat().st_size == len(HEADER)
    assert spare.stat().st_blocks * 512 >= journal_module.RESERVED_BYTES
    journal.append(record(0))
    [segment] = files.segments(folder)
    assert segment.stat().st_blocks * 512 >= journal_module.RESERVED_BYTES
    assert not spare.exists()
