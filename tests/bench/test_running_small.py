"""Recording, jobs and boot run to their end at sizes that say nothing about speed."""

from bench import boot, jobs, recording
from bench.sound import Sound, pieces, sid_of
from recordings.audio import WavReader


def test_a_recording_goes_through_a_worker_and_through_boto3_alone() -> None:
    lines = list(recording.run(size=6_000_044))
    assert [line.partition("   ")[0].strip() for line in lines[:2]] == [
        "recording: fetch, hash, peaks and store",
        "boto3 alone: fetch into upload_fileobj",
    ]
    assert len(lines) == 7


def test_short_jobs_are_done_by_ours_and_by_both_of_rqs() -> None:
    lines = list(jobs.run(rounds=1, jobs=20, forked=4, late=4))
    assert len([line for line in lines if "jobs/s" in line]) == 3
    assert len([line for line in lines if "p95" in line]) == 2


def test_a_web_process_starts_beside_one_that_imports_everything() -> None:
    lines = list(boot.run(rounds=1))
    assert len([line for line in lines if " ratio " in line]) == 2
    assert len([line for line in lines if " PSS " in line]) == 2


def test_the_sound_of_the_benchmark_is_a_whole_recording_of_its_size() -> None:
    size = 3_000_044
    reader, streamed = WavReader(), b"".join(pieces(size))
    reader.feed(streamed)
    assert (len(streamed), reader.finish().duration) == (size, 93.75)
    read = Sound(size)
    assert b"".join(iter(lambda: read.read(70_001), b"")) == streamed
    assert int(sid_of(size).removeprefix("RE")) == size
