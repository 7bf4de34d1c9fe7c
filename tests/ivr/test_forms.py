"""The carrier's parameters as typed values: none is trusted, a missing one is None."""

import hmac
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.forms import FormProblem, heard, parties, pretended_time, recording_news, status_change

WHO = {"AccountSid": "AC1", "CallSid": "CA1", "From": "+14155550100", "To": "+14155550199"}
texts = st.text(max_size=40)


class TestTheParties:
    @pytest.mark.parametrize(
        "withheld", ["anonymous", "Restricted", "", "+266696687", "unknown", "\x00 anonymous", "\x01"]
    )
    def test_a_withheld_caller_has_no_number(self, withheld):
        who = parties(WHO | {"From": withheld})
        assert (who.caller, who.withheld) == (None, True)

    @pytest.mark.parametrize("missing", ["AccountSid", "CallSid"])
    def test_without_an_id_the_error_names_it(self, missing):
        with pytest.raises(FormProblem, match=missing):
            parties({name: value for name, value in WHO.items() if name != missing})

    def test_ids_of_other_carriers_are_taken_as_they_are(self):
        assert parties(WHO | {"CallSid": "v3:abc-1_2"}).call_sid == "v3:abc-1_2"

    @pytest.mark.parametrize(
        ("verstat", "attested"),
        [("TN-Validation-Passed-A", True), ("TN-Validation-Passed-C-Diverted", True), ("TN-Validation-Failed-A", False),
         ("TN-Validation-Failed", False), ("No-TN-Validation", None), ("NULL", None), ("", None)],
    )  # fmt: skip
    def test_the_caller_id_check_is_read_by_prefix(self, verstat, attested):
        assert parties(WHO | {"StirVerstat": verstat}).attested is attested

    def test_a_child_leg_belongs_to_its_parents_conversation(self):
        assert parties(WHO | {"CallSid": "CA2", "ParentCallSid": "CA1"}).first_sid == "CA1"


class TestWhatWasHeard:
    def test_keys(self):
        assert heard({"Digits": "12#x"}).digits == "12#"

    def test_words_with_and_without_confidence(self):
        assert heard({"SpeechResult": "billing", "Confidence": "0.91"}).confidence == 0.91
        assert heard({"SpeechResult": "billing"}).confidence is None
        assert heard({"SpeechResult": "billing", "Confidence": "high"}).confidence is None

    def test_silence(self):
        assert heard({"Digits": ""}).silent

    def test_a_message_and_how_it_ended(self):
        message = heard({"RecordingUrl": "https://x", "RecordingDuration": "7", "Digits": "hangup"})
        assert (message.recorded, message.finished, message.digits) == (7, "hangup", "")


class TestNews:
    @pytest.mark.parametrize("status", ["", "ended", "Completed"])
    def test_an_unknown_call_status_is_named(self, status):
        with pytest.raises(FormProblem, match="CallStatus"):
            status_change(WHO | {"CallStatus": status})

    def test_a_status_with_all_its_values(self):
        change = status_change(WHO | {"CallStatus": "no-answer", "SequenceNumber": "2", "CallDuration": "0",
                                      "Timestamp": "Fri, 20 Aug 2010 01:13:42 +0000"})  # fmt: skip
        assert (change.status, change.sequence, change.duration) == ("no_answer", 2, 0)
        assert change.happened_at == datetime(2010, 8, 20, 1, 13, 42, tzinfo=UTC)

    @pytest.mark.parametrize("at", ["yesterday", "Fri, 20 Aug 99999999999999999999 01:13:42 +0000",
                                    "Fri, 20 Aug 2010 01:13:42 +99999999999999"])  # fmt: skip
    def test_a_malformed_time_is_no_reason_to_refuse_the_event(self, at):
        assert status_change(WHO | {"CallStatus": "completed", "Timestamp": at}).happened_at is None

    def test_more_channels_than_there_can_be_are_not_believed(self):
        news = WHO | {"RecordingSid": "RE1", "RecordingStatus": "completed"}
        assert recording_news(news | {"RecordingChannels": "2"}, "2").channels == 2
        assert recording_news(news | {"RecordingChannels": "40000"}, "2").channels is None

    def test_without_a_part_the_recordings_own_id_stands_for_it(self):
        assert recording_news(WHO | {"RecordingSid": "RE1", "RecordingStatus": "completed"}, "").part == "RE1"

    @pytest.mark.parametrize(("name", "value"), [("RecordingSid", ""), ("RecordingStatus", "lost")])
    def test_news_without_what_they_are_about_are_named(self, name, value):
        with pytest.raises(FormProblem, match=name):
            recording_news(WHO | {"RecordingSid": "RE1"} | {name: value}, "2")


class TestAPretendedTime:
    at = "2026-11-22T23:10:00Z"

    def signed(self, token="secret", at=None):
        text = f"CA1|{at or self.at}".encode()
        return {"CallSid": "CA1", "RingbackAt": self.at,
                "RingbackAtSignature": hmac.new(token.encode(), text, "sha256").hexdigest()}  # fmt: skip

    def test_one_signed_by_the_account_counts(self):
        assert pretended_time(self.signed(), ["other", "secret"]) == datetime(2026, 11, 22, 23, 10, tzinfo=UTC)

    def test_one_signed_otherwise_does_not(self):
        assert pretended_time(self.signed("guess"), ["secret"]) is None
        assert pretended_time(self.signed(at="2026-01-01T00:00:00Z"), ["secret"]) is None
        assert pretended_time({"CallSid": "CA1", "RingbackAt": self.at}, ["secret"]) is None


NAMES = [
    *("AccountSid", "CallSid", "ParentCallSid", "From", "To", "Direction", "StirVerstat", "Digits", "SpeechResult"),
    *(
        "Confidence",
        "RecordingDuration",
        "RecordingSid",
        "RecordingStatus",
        "CallStatus",
        "SequenceNumber",
        "Timestamp",
    ),
]


@given(form=st.dictionaries(st.sampled_from(NAMES), texts))
def test_whatever_is_sent_either_reads_or_names_what_is_wrong(form):
    heard(form)
    for read in (parties, status_change, lambda some: recording_news(some, "1")):
        try:
            read(form)
        except FormProblem as problem:
            named = str(problem)
        else:
            named = "AccountSid"
        assert named in ("AccountSid", "CallSid", "CallStatus", "RecordingStatus", "RecordingSid", "ParentCallSid")
