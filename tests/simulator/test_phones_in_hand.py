import io
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from simulator import audio
from simulator.carrier import Carrier
from simulator.client import RemoteDesk, SimulatorRefusedError, SimulatorUnreachableError
from simulator.desk import Desk, UnknownCallError
from simulator.handset import Done, News
from simulator.server import Server, open_carrier, serve, tidy_up
from simulator.steps import Given, MovedError
from simulator.story_desk import AtDesk
from simulator.story_file import read_story
from simulator.story_run import StoryFailed, run_story
from simulator.terminal import Outcome, converse
from tests.simulator.conftest import NUMBER
from tests.simulator.product import Product

CALLER = "+14155550100"


@pytest.fixture
def server(carrier: Carrier) -> Iterator[Server]:
    running = Server(carrier)
    running.start()
    yield running
    running.close()


@pytest.fixture
def desk(server: Server) -> RemoteDesk:
    return RemoteDesk(server.url, server.carrier.auth_token)


def hotline(product: Product) -> None:
    product.answers["/voice"] = (
        '<Gather input="dtmf speech" action="/menu" numDigits="1"><Say>Press 2 for billing.</Say></Gather>'
        "<Say>We heard nothing.</Say>"
    )
    product.answers["/menu"] = (
        '<Say>Leave a message.</Say><Record action="/left" finishOnKey="#" recordingStatusCallback="/recording"/>'
    )
    product.answers["/left"] = "<Say>Thank you.</Say>"


def until(desk: Desk | RemoteDesk, sid: str, kind: str, *, after: int = 0) -> list[News]:
    """Wait for news of this kind; all that came until then."""
    found: list[News] = []
    while not found or found[-1].kind != kind:
        news = desk.news(sid, after=after + len(found), wait=10)
        assert news, "nothing more happened"
        found.extend(news)
    return found


def at_the_terminal(desk: Desk | RemoteDesk, typed: str, *, at: datetime | None = None) -> tuple[Outcome, str]:
    printed = io.StringIO()
    sid = desk.call(from_=CALLER, to=NUMBER, at=at)
    return converse(desk, sid, io.StringIO(typed), printed), printed.getvalue()


def test_a_call_at_the_terminal_leaves_a_message(desk: RemoteDesk, carrier: Carrier, product: Product) -> None:
    hotline(product)
    outcome, printed = at_the_terminal(desk, "2\nmy invoice is wrong\nplease call\n#\n")
    assert outcome.well
    assert "Press 2 for billing." in printed
    assert printed.endswith("Thank you.\n[the line hung up]\n")
    [made] = carrier.store.recordings.values()
    assert carrier.wav(made.sid) == audio.to_wav(carrier.speaker.say("my invoice is wrong please call"))
    assert product.forms("/left")[0]["Digits"] == "#"


def test_words_are_said_a_dot_is_silence_and_the_end_of_input_hangs_up(desk: RemoteDesk, product: Product) -> None:
    hotline(product)
    product.answers["/menu"] = lambda form: (
        f"<Say>You said {form['SpeechResult']}.</Say><Gather/><Say>Still here?</Say><Gather/>"
    )
    outcome, printed = at_the_terminal(desk, "billing please\n.\n")
    assert "You said billing please." in printed
    assert "Still here?" in printed
    assert (outcome.status, outcome.ended_by) == ("completed", "caller")


def test_a_call_the_carrier_complains_about_did_not_end_well(desk: RemoteDesk, product: Product) -> None:
    product.answers["/voice"] = "<Shout/>"
    outcome, printed = at_the_terminal(desk, "")
    assert not outcome.well
    assert "[carrier: 12200" in printed


def test_a_silent_call_did_not_end_well(desk: RemoteDesk, product: Product) -> None:
    product.answers["/voice"] = "<Hangup/>"
    assert not at_the_terminal(desk, "")[0].well


def test_hanging_up_while_recording_keeps_the_message(desk: RemoteDesk, carrier: Carrier, product: Product) -> None:
    hotline(product)
    at_the_terminal(desk, "2\ncall me\nh\n")
    assert product.forms("/left")[0]["Digits"] == "hangup"
    assert next(iter(carrier.store.recordings.values())).words == "call me"


def test_a_call_may_be_placed_as_if_at_another_time(desk: RemoteDesk, product: Product) -> None:
    hotline(product)
    at_the_terminal(desk, "h\n", at=datetime(2026, 12, 25, 9, 0, tzinfo=UTC))
    assert product.forms("/voice")[0]["RingbackAt"] == "2026-12-25T09:00:00Z"


def test_a_desk_in_the_same_process_serves_as_well(carrier: Carrier, product: Product) -> None:
    hotline(product)
    assert at_the_terminal(Desk(carrier), "2\nhello\n#\n")[0].well


def test_a_call_is_hung_up_from_afar_while_the_line_waits(desk: RemoteDesk, carrier: Carrier, product: Product) -> None:
    hotline(product)
    sid = desk.call(from_=CALLER, to=NUMBER)
    until(desk, sid, "asks")
    desk.hang_up(sid)
    assert desk.news(sid, after=2, wait=10)[-1].kind == "ended"
    assert carrier.idle()
    assert desk.state(sid).ended_by == "caller"
    desk.hang_up(sid)


def test_a_redirected_call_does_not_wait_for_its_holder(server: Server, desk: RemoteDesk, product: Product) -> None:
    hotline(product)
    sid = desk.call(from_=CALLER, to=NUMBER)
    until(desk, sid, "asks")
    server.carrier.legs[sid].interrupt(MovedError(Given("<Response><Say>Elsewhere.</Say><Gather/></Response>")))
    heard = until(desk, sid, "asks", after=2)
    assert [item.text for item in heard if item.kind == "heard"] == ["Elsewhere."]
    desk.does(sid, Done())
    assert server.carrier.idle()


def test_the_control_api_wants_the_token_and_right_requests(server: Server, desk: RemoteDesk) -> None:
    with pytest.raises(SimulatorRefusedError, match="token"):
        RemoteDesk(server.url, "wrong").call(from_=CALLER, to=NUMBER)
    with pytest.raises(SimulatorRefusedError, match="to: is needed"):
        desk.call(from_=CALLER, to="")
    with pytest.raises(SimulatorRefusedError, match="outcome"):
        desk.behave("+14155550123", {"outcome": "answers", "colour": "red"})
    with pytest.raises(SimulatorRefusedError, match="voice_url"):
        desk.add_number("+14155550198", voice_url="http://bad_host/")
    with pytest.raises(UnknownCallError):
        desk.state("CA0")
    with pytest.raises(SimulatorUnreachableError):
        RemoteDesk("http://127.0.0.1:9", "x").state("CA0")


def test_phones_and_numbers_are_arranged_from_afar(server: Server, desk: RemoteDesk, product: Product) -> None:
    desk.behave("+14155550123", {"outcome": "busy"})
    desk.add_number("+14155550198", voice_url=product.url + "/voice")
    assert server.carrier.phones.ring("+14155550123").outcome == "busy"
    assert server.carrier.store.number("+14155550198") is not None


STORY = """
story: leaves a message
lines:
  - hears: billing
  - press: "2"
  - hears: message
  - record: my invoice is wrong
  - press: "#"
  - hears: thank you
"""


def test_a_story_is_played_on_the_phones_of_a_running_simulator(
    desk: RemoteDesk, carrier: Carrier, product: Product
) -> None:
    hotline(product)
    result = run_story(read_story(STORY), AtDesk(desk, number=NUMBER))
    assert result.ended == "completed"
    assert next(iter(carrier.store.recordings.values())).words == "my invoice is wrong"
    product.answers["/left"] = "<Say>Bye.</Say>"
    with pytest.raises(StoryFailed, match="should have heard 'thank you'"):
        run_story(read_story(STORY), AtDesk(desk, number=NUMBER))


def test_the_account_is_made_once_and_calls_left_in_progress_are_ended_at_the_next_start(
    product: Product, tmp_path: Path
) -> None:
    token = "0123456789abcdef0123456789abcdef"
    first = open_carrier(tmp_path, api_url="http://carrier.example", auth_token=token)
    first.add_number(NUMBER, voice_url=product.url + "/voice", status_callback=product.url + "/status")
    hotline(product)
    desk = Desk(first)
    sid = desk.call(from_=CALLER, to=NUMBER)
    until(desk, sid, "asks")
    second = open_carrier(tmp_path, api_url="http://carrier.example")
    assert (second.account_sid, second.auth_token) == (first.account_sid, token)
    assert (tmp_path / "account.json").stat().st_mode & 0o077 == 0
    assert tidy_up(second) == 1
    assert product.forms("/status")[0]["CallStatus"] == "completed"
    assert tidy_up(second) == 0
    desk.hang_up(sid)
    assert first.idle()


def test_serving_stops_when_told_and_ends_its_calls(product: Product, tmp_path: Path) -> None:
    hotline(product)
    stop = threading.Event()
    carrier = open_carrier(tmp_path, api_url="http://x", auth_token="0123456789abcdef0123456789abcdef")
    server = Server(carrier)
    carrier.add_number(NUMBER, voice_url=product.url + "/voice", status_callback=product.url + "/status")
    server.start()
    desk = RemoteDesk(server.url, carrier.auth_token)
    sid = desk.call(from_=CALLER, to=NUMBER)
    until(desk, sid, "asks")
    server.close()
    assert product.forms("/status")[0]["CallStatus"] == "completed"
    stop.set()
    serve(host="127.0.0.1", port=0, state_dir=tmp_path, stop=stop)
