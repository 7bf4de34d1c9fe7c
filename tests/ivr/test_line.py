"""The carrier's door: who is refused, and that a caller always hears something useful."""

import hashlib
import hmac
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest

from core.caller_connections import CallerConnections
from ivr.journal import Journal, NotKept
from ivr.statements import FACTS
from tests.conftest import scalar
from tests.ivr.conftest import action, spoken

PATHS = ["/voice/incoming", "/voice/turn?t=1&f=main&s=choose", "/voice/status", "/voice/recording", "/voice/fallback"]


def written(engine):
    return sum(int(scalar(engine, f'select count(*) from "{table}"')) for table in
               ("call", "leg", "turn", "ticket", "event", "outbox", "recording", "carrier_event"))  # fmt: skip


class TestWhoIsRefused:
    @pytest.mark.parametrize("path", PATHS)
    def test_a_wrong_signature_is_403_and_writes_nothing(self, door, engine, path):
        assert door.post(path, token="not ours").status_code == 403
        assert door.post(path, headers={}).status_code == 403
        assert written(engine) == 0

    def test_an_oversize_body_is_413(self, door, engine):
        assert door.post("/voice/incoming", body=b"A=" + b"x" * 70_000).status_code == 413
        assert written(engine) == 0

    def test_another_type_is_415(self, door):
        assert door.post("/voice/incoming", body=b"{}", content_type="text/plain").status_code == 415

    def test_a_malformed_body_is_400(self, door):
        assert door.post("/voice/incoming", body=b"\xff\xfe=1").status_code == 400

    def test_a_json_body_needs_its_digest_in_the_address(self, door):
        assert door.post("/voice/status", body=b"{}", content_type="application/json").status_code == 403
        digest = hashlib.sha256(b"{}").hexdigest()
        signed = door.post(f"/voice/status?bodySHA256={digest}", body=b"{}", content_type="application/json")
        assert signed.status_code == 400

    def test_get_is_not_answered(self, door):
        assert door.client.get("/voice/incoming").status_code == 405

    def test_a_status_event_without_its_parameters_is_400_and_writes_nothing(self, door, engine):
        assert door.post("/voice/status", CallStatus="sleeping").status_code == 400
        assert written(engine) == 0


class TestWhatIsLogged:
    def test_no_number_no_word_no_key_and_no_pocket(self, door, capsys):
        number = door.press(door.press(door.incoming(), "2"), "2")
        keyed = door.press(door.press(number, "2"), "4155550123")
        sealed = parse_qs(urlsplit(action(keyed)).query)["k"][0]
        door.post("/voice/fallback", ErrorCode="11200", ErrorUrl=action(keyed))
        door.post(action(keyed), SpeechResult="my secret garden", Confidence="0.9")
        door.post(action(keyed).replace(sealed, sealed[:-4]), Digits="1")
        door.post(action(keyed), token="not ours", Digits="1")
        door.post("/voice/status", CallStatus="sleeping")
        door.post("/voice/status", CallStatus="completed")
        told = capsys.readouterr().err
        assert "fallback" in told
        assert [word for word in ("4155550", "garden", sealed[:12], "secret") if word in told] == []


class TestACallerAlwaysHearsSomething:
    def test_a_number_nobody_has_set_up_is_answered_by_the_main_flow(self, door):
        assert "press 2" in spoken(door.incoming(To="+442079460000"))

    def test_a_step_nobody_knows_starts_again_with_an_apology(self, door):
        answer = door.post("/voice/turn?t=1&f=main&r=ffffffffffff&s=gone&l=en", Digits="2")
        assert "sorry" in spoken(answer).lower()
        assert "press 2" in spoken(answer)

    def test_a_revision_that_is_gone_starts_again(self, door):
        answer = door.post("/voice/turn?t=1&f=main&r=000000000000&s=choose&l=en", Digits="2")
        assert "press 2" in spoken(answer)

    @pytest.mark.parametrize("query", ["", "t=x", "t=1", "t=1&f=main&r=a&s=choose&l=en&k=spoiled", "t=-1&f=main"])
    def test_a_position_nobody_can_read_offers_a_message(self, door, query):
        answer = door.post("/voice/turn" + (f"?{query}" if query else ""), Digits="2")
        assert "leave a message" in spoken(answer)

    def test_a_pocket_of_another_call_does_not_open(self, door):
        stolen = action(door.press(door.incoming(sid="CA1"), "2", sid="CA1"))
        assert "leave a message" in spoken(door.post(stolen, sid="CA2", Digits="1"))

    def test_the_fallback_takes_a_message_that_becomes_a_recording(self, door, engine):
        answer = door.post("/voice/fallback", ErrorCode="11200", ErrorUrl="http://x/voice/incoming")
        assert "leave a message" in spoken(answer)
        assert "have your message" in spoken(door.post(action(answer), RecordingDuration="4", Digits="#"))
        door.post(
            "/voice/recording?part=emergency", RecordingSid="RE1", RecordingStatus="completed", RecordingDuration="4"
        )
        assert (
            scalar(engine, "select count(*) from recording r join call c on c.id = r.call_id where c.sid = 'CA1'") == 1
        )

    def test_our_own_trouble_still_takes_a_message(self, door, monkeypatch):
        def broken(self, statement, values):
            raise RuntimeError("our own mistake")

        monkeypatch.setattr(CallerConnections, "execute", broken)
        answer = door.incoming()
        assert answer.status_code == 200
        assert "leave a message" in spoken(answer)

    def test_a_ticket_that_cannot_be_looked_up_leads_to_a_callback(self, door, monkeypatch):
        run = CallerConnections.execute

        def without_facts(self, statement, values):
            if statement == FACTS:
                raise psycopg.OperationalError("too slow")
            return run(self, statement, values)

        menu = door.incoming()
        monkeypatch.setattr(CallerConnections, "execute", without_facts)
        assert "went wrong" not in spoken(offer := door.press(menu, "4"))
        assert "/voice/turn" in action(offer)

    def test_a_time_somebody_chose_counts_in_the_demo_only(self, door, closed_door):
        heard = []
        for at in ("2026-11-23T10:30:00+00:00", "2026-11-22T23:10:00+00:00"):
            for opened in (door, closed_door):
                token, sid = opened.settings.twilio_auth_tokens[0], f"CA{len(heard)}"
                seal = hmac.new(token.encode(), f"{sid}|{at}".encode(), "sha256").hexdigest()
                chosen = {"sid": sid, "RingbackAt": at, "RingbackAtSignature": seal}
                answer = opened.press(opened.incoming(**chosen), "2", **chosen)
                heard.append("open again" in spoken(answer))
        assert heard == [False, False, True, False]

    def test_where_nothing_can_be_kept_the_carriers_news_are_refused_so_they_come_again(self, door, monkeypatch):
        def broken(self, statement, values):
            raise psycopg.OperationalError("away")

        def full(self, record):
            raise NotKept("no space left")

        monkeypatch.setattr(CallerConnections, "execute", broken)
        monkeypatch.setattr(Journal, "append", full)
        assert door.post("/voice/status", CallStatus="completed").status_code == 503
        assert "leave a message" in spoken(door.incoming())

    def test_without_an_account_or_call_the_caller_is_still_answered(self, door):
        answer = door.post("/voice/incoming", AccountSid="")
        assert "leave a message" in spoken(answer)

    @pytest.mark.parametrize("text", ["\x00\x07", "<Hangup/>", "&amp;", "💥" * 500, "x" * 5000])
    def test_whatever_is_said_is_only_text(self, door, engine, text):
        answer = door.post(action(door.incoming()), SpeechResult=text, Confidence="0.9")
        assert answer.status_code == 200
        assert spoken(answer)
        assert scalar(engine, "select count(*) from turn") == 2
