"""Answers of turns that needed to know something lie on the host for a few minutes, and nothing hangs on them."""

import os
import stat
import time

import pytest

from ivr.answers_kept import KEPT_SECONDS, KeptAnswers

TURN = ("AC1", "CA1", 2)
ANSWER = {"prompts": ["existing:say"], "values": {"date": "November 3"}, "next": None, "l": "en"}


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "answers"


def test_any_process_finds_what_another_kept_for_this_turn_alone(folder):
    KeptAnswers(folder).keep(TURN, ANSWER)
    there = KeptAnswers(folder)
    assert there.find(TURN) == ANSWER
    assert there.find(("AC1", "CA1", 3)) is None
    assert there.find(("AC1", "CA12", 2)) is None


def test_the_owner_alone_reads_them(folder):
    KeptAnswers(folder).keep(TURN, ANSWER)
    [file] = folder.iterdir()
    assert (stat.S_IMODE(folder.stat().st_mode), stat.S_IMODE(file.stat().st_mode)) == (0o700, 0o600)


def test_old_ones_go_by_themselves(folder):
    kept = KeptAnswers(folder)
    kept.keep(TURN, ANSWER)
    [old] = folder.iterdir()
    os.utime(old, (time.time() - KEPT_SECONDS - 1,) * 2)
    for number in range(100):
        kept.keep(("AC1", "CA2", number), ANSWER)
    assert not old.exists()
    assert len(list(folder.iterdir())) == 100


def test_a_process_that_starts_clears_old_ones_away(folder):
    kept = KeptAnswers(folder)
    kept.keep(TURN, ANSWER)
    kept.keep(("AC1", "CA2", 0), ANSWER)
    os.utime(next(folder.iterdir()), (time.time() - KEPT_SECONDS - 1,) * 2)
    KeptAnswers(folder)
    assert len(list(folder.iterdir())) == 1


def test_a_folder_that_cannot_be_had_keeps_nobody_from_anything(tmp_path):
    (tmp_path / "file").touch()
    kept = KeptAnswers(tmp_path / "file" / "answers")
    kept.keep(TURN, ANSWER)
    assert kept.find(TURN) is None


def test_a_damaged_one_is_none(folder):
    kept = KeptAnswers(folder)
    kept.keep(TURN, ANSWER)
    [file] = folder.iterdir()
    file.write_bytes(b"{")
    assert kept.find(TURN) is None
