"""What a stream of bytes turns out to be: length, channels, loudness, or no audio at all."""

import io
import json
import subprocess
import sys
import textwrap
import wave
from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recordings.audio import Audio, AudioError, EmptyAudio, NotAudio, Truncated, WavReader
from recordings.extremes import extremes
from recordings.loudness import A_LAW as A_LAW_TABLE
from recordings.loudness import MU_LAW as MU_LAW_TABLE
from recordings.peaks import PeakTaker
from tests.recordings.wav import A_LAW, MU_LAW, chunk, pcm, wav


def read(file: bytes, step: int = 65536) -> Audio:
    reader = WavReader()
    for at in range(0, len(file), step):
        reader.feed(file[at : at + step])
    return reader.finish()


def test_a_file_of_pythons_own_writer_is_read() -> None:
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(2)
        out.setsampwidth(2)
        out.setframerate(8000)
        out.writeframes(bytes(4 * 12_000))
    audio = read(file.getvalue())
    assert (audio.duration, audio.channels, audio.sample_rate, audio.bits) == (1.5, 2, 8000, 16)


@pytest.mark.parametrize(
    ("tag", "bits", "silence"), [(1, 16, b"\0\0"), (1, 8, b"\x80"), (MU_LAW, 8, b"\xff"), (A_LAW, 8, b"\xd5")]
)
@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("extensible", [False, True])
def test_every_encoding_of_the_phone_network_is_read(
    tag: int, bits: int, silence: bytes, channels: int, extensible: bool
) -> None:
    data = silence * channels * 4000
    audio = read(wav(data, tag=tag, bits=bits, channels=channels, extensible=extensible))
    assert (audio.duration, audio.channels, audio.bits) == (0.5, channels, bits)
    assert set(audio.peaks.data) == {0}


def test_other_chunks_before_and_after_are_passed_over() -> None:
    noise = chunk(b"LIST", b"odd") + chunk(b"fact", b"\0\0\0\0") + chunk(b"JUNK", bytes(70_001))
    audio = read(wav(pcm(*[0] * 800), before=noise, after=chunk(b"LIST", b"\xff\x7f" * 500)), step=7)
    assert audio.duration == 0.1
    assert set(audio.peaks.data) == {0}


@pytest.mark.parametrize("size", [0, 0x7FFFF000, 0xFFFFFFFF, 0xFFFFFFDB])
def test_a_writer_that_did_not_know_the_length_is_believed_to_the_end_of_the_file(size: int) -> None:
    assert read(wav(pcm(*[1] * 8000), size=size)).duration == 1.0


@pytest.mark.parametrize(
    "file",
    [
        b"",
        wav(b""),
        wav(b"", size=0xFFFFFFFF),
        wav(b"", after=chunk(b"LIST", b"INFO")),
        wav(b"\0", size=1),
        wav(b"\0\0\0", channels=2),
    ],
)
def test_a_file_without_a_sample_is_empty(file: bytes) -> None:
    assert len(wav(b"")) == 44
    with pytest.raises(EmptyAudio):
        read(file)


@pytest.mark.parametrize("missing", [1, 2, 7999, 8000])
def test_a_file_that_ends_early_is_truncated(missing: int) -> None:
    whole = wav(pcm(*range(4000)))
    with pytest.raises(Truncated):
        read(whole[:-missing])


@pytest.mark.parametrize("kept", [12, 13, 19, 20, 35, 36, 43])
def test_a_file_that_ends_in_its_header_is_truncated(kept: int) -> None:
    with pytest.raises(Truncated):
        read(wav(pcm(1, 2, 3))[:kept])


@pytest.mark.parametrize(
    ("file", "guess"),
    [
        (b"<!DOCTYPE html><html>Sign in", "HTML"),
        (b"\n  <html>", "HTML"),
        (b'<?xml version="1.0"?><TwilioResponse/>', "XML"),
        (b'{"code": 20404}', "JSON"),
        (b"ID3\x04", "MP3"),
        (b"\xff\xfb\x90\x44", "MP3"),
        (b"OggS", "Ogg"),
        (b"hello", "something else"),
        (b"RIFF\0\0\0\0AVI LIST", "something else"),
    ],
)
def test_what_came_instead_is_named_at_once(file: bytes, guess: str) -> None:
    with pytest.raises(NotAudio, match=f"but {guess}$"):
        WavReader().feed(file)


def test_bytes_too_few_for_any_format_are_no_audio() -> None:
    with pytest.raises(NotAudio):
        read(b"RIF")


@pytest.mark.parametrize(
    "file",
    [
        wav(bytes(800), bits=24),
        wav(bytes(800), bits=32),
        wav(bytes(800), tag=3, bits=32),
        wav(bytes(800), tag=0x11, bits=4),
        wav(bytes(800), tag=0x55, bits=8),
        wav(bytes(800), channels=0),
        wav(bytes(800), channels=9),
        wav(bytes(800), rate=0),
        wav(bytes(800), rate=1),
        wav(bytes(800), rate=4_000_000),
        b"RIFF\0\0\0\0WAVEdata\x10\0\0\0" + bytes(16),
        b"RIFF\0\0\0\0WAVEfmt \xff\xff\xff\xff" + bytes(2000),
        b"RIFF\0\0\0\0WAVEfmt \x02\0\0\0" + bytes(2000),
        b"RIFF\0\0\0\0WAVE\xff\xfe\0\0" + bytes(2000),
    ],
)
def test_a_wav_file_that_makes_no_sense_is_no_audio(file: bytes) -> None:
    with pytest.raises(NotAudio):
        read(file)


def test_an_endless_chunk_in_the_header_is_passed_over_and_not_kept() -> None:
    reader = WavReader()
    reader.feed(b"RIFF\0\0\0\0WAVEJUNK\xff\xff\xff\xff")
    for _ in range(50):
        reader.feed(bytes(65536))
    assert len(reader._header._held) == 0
    with pytest.raises(Truncated):
        reader.finish()


@given(st.binary(max_size=400) | st.binary(max_size=200).map(lambda tail: wav(b"")[:36] + tail), st.integers(1, 50))
def test_no_bytes_whatever_do_more_than_be_refused(file: bytes, step: int) -> None:
    try:
        audio = read(file, step)
    except AudioError:
        return
    assert audio.duration > 0


@given(
    st.lists(st.integers(-32768, 32767), min_size=1, max_size=2000),
    st.integers(1, 3),
    st.integers(1, 700),
)
def test_peaks_are_those_of_the_samples_however_the_file_was_cut(samples: list[int], channels: int, step: int) -> None:
    frames = len(samples) // channels
    if frames == 0:
        return
    peaks = read(wav(pcm(*samples[: frames * channels]), channels=channels), step).peaks
    assert peaks.length == -(-frames // 160)
    for pixel in range(peaks.length):
        for channel in range(channels):
            lane = samples[channel : frames * channels : channels][pixel * 160 : (pixel + 1) * 160]
            place = 2 * (pixel * channels + channel)
            least, greatest = peaks.data[place], peaks.data[place + 1]
            # Division towards zero, except that exact multiples of 256 below zero come out one step nearer to it.
            assert least - int(min(lane) / 256) in (0, 1)
            assert greatest - int(max(lane) / 256) in (0, 1)


@given(st.integers(1, 40).flatmap(lambda stretch: st.tuples(st.just(stretch), st.binary(max_size=400))))
def test_the_extremes_of_a_block_are_those_of_each_stretch(drawn: tuple[int, bytes]) -> None:
    stretch, samples = drawn[0], drawn[1][: len(drawn[1]) // drawn[0] * drawn[0]]
    stretches = [samples[at : at + stretch] for at in range(0, len(samples), stretch)]
    assert extremes(samples, stretch) == (bytes(map(min, stretches)), bytes(map(max, stretches)))


def test_two_channels_keep_to_their_lanes() -> None:
    samples = [sample for _ in range(160) for sample in (25_600, 0)] + [s for _ in range(160) for s in (0, -25_601)]
    peaks = read(wav(pcm(*samples), channels=2)).peaks
    assert list(peaks.data) == [100, 100, 0, 0, 0, 0, -100, -100]


def test_peaks_are_written_in_the_layout_of_audiowaveform() -> None:
    peaks = read(wav(pcm(*[25_600, -25_601] * 200))).peaks
    assert json.loads(peaks.as_json()) == {
        "version": 2,
        "channels": 1,
        "sample_rate": 8000,
        "samples_per_pixel": 160,
        "bits": 8,
        "length": 3,
        "data": [-100, 100] * 3,
    }


@pytest.mark.parametrize("pixels", [9, 10, 11, 37])
def test_a_long_recording_is_drawn_more_coarsely_and_misses_no_peak(pixels: int) -> None:
    taker = PeakTaker(channels=2, sample_rate=100, most_pixels=10)
    for pixel in range(pixels):
        taker.take(bytes([128 + pixel, 128, 128, 128 - pixel]))
    peaks = taker.finish()
    factor = peaks.samples_per_pixel // 2
    assert peaks.length <= 10
    assert peaks.length == -(-pixels // factor)
    last = [min((at + 1) * factor, pixels) - 1 for at in range(peaks.length)]
    assert list(peaks.data[1::4]) == last
    assert list(peaks.data[2::4]) == [-pixel for pixel in last]


def test_the_companding_tables_agree_with_the_standards_values() -> None:
    """ITU-T G.711: full scale, the step below it, and the two silences, as 16-bit samples divided by 256."""
    assert [MU_LAW_TABLE[code] - 128 for code in (0x00, 0x80, 0x7F, 0xFF, 0x8F)] == [-125, 125, 0, 0, 65]
    assert [A_LAW_TABLE[code] - 128 for code in (0x2A, 0xAA, 0x55, 0xD5)] == [-126, 126, 0, 0]
    for table in (MU_LAW_TABLE, A_LAW_TABLE):
        assert sorted(value - 128 for value in table) == sorted(128 - value for value in table)


def test_an_hour_of_two_channels_is_read_in_little_memory() -> None:
    script = """
        import resource
        from recordings.audio import WavReader
        from tests.recordings.wav import wav
        reader, block = WavReader(), bytes(range(256)) * 256
        total = 2 * 2 * 8000 * 3600
        reader.feed(wav(b"", channels=2, size=total))
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        for at in range(0, total, len(block)):
            reader.feed(block[: total - at])
        audio = reader.finish()
        text = audio.peaks.as_json()
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        print(audio.duration, audio.peaks.length, len(text) < 1_500_000, grown < 20_000)
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(script)], capture_output=True, text=True, check=True)
    assert done.stdout == "3600.0 45000 True True\n"


def test_the_array_type_used_is_one_byte_wide() -> None:
    assert array("b").itemsize == 1
