"""The TwiML we accept: every element, where it may stand, what it may carry, and the carrier's error numbers.

From the carrier's reference (twilio.com/docs/voice/twiml/...) and, for names alone, its client libraries. Anything
absent here is refused. Elements of the same name in different places have an entry each, as `Parent/Child`.
"""

from collections.abc import Mapping

from simulator.attributes import (
    ACTION,
    BAD_ADDRESS,
    METHOD,
    RECORDING_CALLBACKS,
    Attribute,
    Rule,
    callbacks,
)
from simulator.grammar_nouns import NOUNS, QUEUE
from simulator.values import (
    boolean,
    either,
    hints,
    keys,
    language,
    one_of,
    pattern,
    text,
    tones,
    url,
    whole,
    words_of,
)


def rule_for(name: str, parent: str) -> Rule | None:
    """The rule for an element in this place; None when nothing of this name may stand there."""
    return NOUNS.get(f"{parent}/{name}") or VERBS.get(name) or NOUNS.get(name)


_SSML = ("break", "emphasis", "lang", "p", "phoneme", "prosody", "s", "say-as", "sub", "w")
_SPEECH_MODELS = either(
    one_of("default", "numbers_and_commands", "phone_call", "experimental_conversations", "experimental_utterances"),
    pattern(r"(googlev2|deepgram)_[a-z0-9._-]+", "a model named googlev2_… or deepgram_…"),
)
_VOICE = either(one_of("man", "woman", "alice"), pattern(r"(Polly|Google)\.[A-Za-z0-9-]+", "Polly.… or Google.…"))
_RECORD_CALL = one_of(
    "do-not-record",
    "record-from-answer",
    "record-from-ringing",
    "record-from-answer-dual",
    "record-from-ringing-dual",
    "true",
    "false",
)

VERBS: Mapping[str, Rule] = {
    "Response": Rule(
        children=(
            "Connect",
            "Dial",
            "Echo",
            "Enqueue",
            "Gather",
            "Hangup",
            "Leave",
            "Pause",
            "Pay",
            "Play",
            "Prompt",
            "Queue",
            "Record",
            "Redirect",
            "Refer",
            "Reject",
            "Say",
            "Sms",
            "Start",
            "Stop",
        )
    ),
    "Say": Rule(
        attributes={
            "voice": Attribute(_VOICE, "man", 13511),
            "language": Attribute(language(), "en-US", 13512),
            "loop": Attribute(whole(0, 1000), "1", 13510),
        },
        children=_SSML,
        text="must",
    ),
    "Play": Rule(
        attributes={
            "loop": Attribute(whole(0, 1000), "1", 13410),
            "digits": Attribute(tones(), None, 13222),
        },
        text="may",
    ),
    "Pause": Rule(attributes={"length": Attribute(whole(1, 600), "1", 13910)}),
    "Gather": Rule(
        attributes={
            "input": Attribute(one_of("dtmf", "speech", "dtmf speech", "speech dtmf"), "dtmf", 13326),
            "action": ACTION,
            "method": Attribute(one_of("GET", "POST"), "POST", 13312),
            "timeout": Attribute(whole(1, 600), "5", 13313),
            "speechTimeout": Attribute(either(whole(1, 60), one_of("auto")), None, 13327),
            "maxSpeechTime": Attribute(whole(1, 60), "60"),
            "numDigits": Attribute(whole(1), None, 13314),
            "finishOnKey": Attribute(keys(1), "#", 13310),
            "actionOnEmptyResult": Attribute(boolean(), "false"),
            "hints": Attribute(hints(), None, 13330),
            "language": Attribute(language(), "en-US"),
            "speechModel": Attribute(_SPEECH_MODELS, "default"),
            "profanityFilter": Attribute(boolean(), "true"),
            "enhanced": Attribute(boolean(), "false"),
            "bargeIn": Attribute(boolean(), "true"),
            "debug": Attribute(boolean(), "false"),
            "partialResultCallback": Attribute(url(), None, BAD_ADDRESS),
            "partialResultCallbackMethod": METHOD,
        },
        children=("Say", "Play", "Pause"),
        nesting_code=13320,
    ),
    "Record": Rule(
        attributes={
            "action": ACTION,
            "method": Attribute(one_of("GET", "POST"), "POST", 13610),
            "timeout": Attribute(whole(0, 600), "5", 13611),
            "maxLength": Attribute(whole(1, 14400), None, 13612),
            "finishOnKey": Attribute(keys(), "1234567890*#", 13613),
            "transcribe": Attribute(boolean(), "false", 13614),
            "transcribeCallback": Attribute(url(), None, BAD_ADDRESS),
            "playBeep": Attribute(boolean(), "true", 13616),
            "trim": Attribute(one_of("trim-silence", "do-not-trim"), "trim-silence"),
            "recordingConfigurationId": Attribute(text()),
            **RECORDING_CALLBACKS,
        }
    ),
    "Redirect": Rule(attributes={"method": Attribute(one_of("GET", "POST"), "POST", 13710)}, text="must"),
    "Hangup": Rule(children=("Parameter",)),
    "Leave": Rule(),
    "Echo": Rule(),
    "Reject": Rule(attributes={"reason": Attribute(one_of("rejected", "busy"), "rejected")}, children=("Parameter",)),
    "Dial": Rule(
        attributes={
            "action": ACTION,
            "method": Attribute(one_of("GET", "POST"), "POST", 13210),
            "timeout": Attribute(whole(1, 600), "30", 13212),
            "hangupOnStar": Attribute(boolean(), "false", 13213),
            "callerId": Attribute(
                pattern(r"\+[1-9][0-9]{6,14}|client:\S+|anonymous|[A-Za-z0-9_.-]+", "an E.164 number"), None, 13214
            ),
            "timeLimit": Attribute(whole(1, 86400), "14400", 13215),
            "answerOnBridge": Attribute(boolean(), "false"),
            "record": Attribute(_RECORD_CALL, "do-not-record"),
            "trim": Attribute(one_of("trim-silence", "do-not-trim"), "do-not-trim"),
            "recordingTrack": Attribute(one_of("inbound", "outbound", "both"), "both"),
            "ringTone": Attribute(pattern(r"[a-z]{2}(-old)?", "a country code such as us"), None),
            "sequential": Attribute(boolean(), "false"),
            "callReason": Attribute(text(50)),
            "referUrl": Attribute(url(), None, BAD_ADDRESS),
            "referMethod": METHOD,
            "events": Attribute(text()),
            "passports": Attribute(text()),
            "recordingConfigurationId": Attribute(text()),
            **RECORDING_CALLBACKS,
        },
        children=("Number", "Client", "Conference", "Queue", "Sip", "Sim", "Application", "WhatsApp"),
        text="may",
    ),
    "Enqueue": Rule(
        attributes={
            "action": ACTION,
            "method": METHOD,
            "waitUrl": Attribute(url(or_empty=True), None, BAD_ADDRESS),
            "waitUrlMethod": METHOD,
            "workflowSid": Attribute(pattern(r"WW[0-9a-f]{32}", "a workflow's SID")),
            "maxQueueSize": Attribute(whole(1, 5000)),
        },
        children=("Task",),
        text="may",
    ),
    "Refer": Rule(attributes={"action": ACTION, "method": METHOD}, children=("Sip",), one_child=True),
    "Start": Rule(
        attributes={"action": ACTION, "method": METHOD},
        children=("Stream", "Siprec", "Recording", "Transcription"),
        one_child=True,
    ),
    "Stop": Rule(children=("Stream", "Siprec", "Transcription", "Recording"), one_child=True),
    "Connect": Rule(
        attributes={"action": ACTION, "method": METHOD},
        children=("Stream", "ConversationRelay", "VirtualAgent", "Room", "Conversation", "AiSession"),
        one_child=True,
    ),
    "Pay": Rule(
        attributes={
            "input": Attribute(one_of("dtmf"), "dtmf"),
            "action": Attribute(pattern(r"https://\S+", "an https address"), None, BAD_ADDRESS),
            "paymentConnector": Attribute(text(), "Default"),
            "chargeAmount": Attribute(pattern(r"\$?[0-9]+(\.[0-9]+)?", "an amount"), "0"),
            "currency": Attribute(pattern(r"[a-z]{3}", "a currency such as usd"), "usd"),
            "paymentMethod": Attribute(one_of("credit-card", "ach-debit"), "credit-card"),
            "tokenType": Attribute(one_of("reusable", "one-time", "payment-method"), "reusable"),
            "timeout": Attribute(whole(1, 600), "5"),
            "maxAttempts": Attribute(whole(1, 3), "1"),
            "securityCode": Attribute(boolean(), "true"),
            "postalCode": Attribute(text(), "true"),
            "minPostalCodeLength": Attribute(whole(1)),
            "validCardTypes": Attribute(
                words_of(
                    "visa", "mastercard", "amex", "maestro", "discover", "optima", "jcb", "diners-club", "enroute"
                ),
                "visa mastercard amex",
            ),
            "bankAccountType": Attribute(
                one_of("consumer-checking", "consumer-savings", "commercial-checking", "commercial-savings")
            ),
            "language": Attribute(language(), "en-US"),
            "description": Attribute(text()),
            **callbacks("statusCallback"),
        },
        children=("Prompt", "Parameter"),
    ),
    "Prompt": Rule(
        attributes={
            "for": Attribute(text(least=1)),
            "errorType": Attribute(text(least=1)),
            "cardType": Attribute(text(least=1)),
            "attempt": Attribute(pattern(r"[1-9]( [1-9])*", "attempts such as 1 2 3")),
            "requireMatchingInputs": Attribute(boolean(), "false"),
        },
        children=("Say", "Play", "Pause"),
    ),
    "Queue": QUEUE,
    "Sms": Rule(
        attributes={
            "to": Attribute(text()),
            "from": Attribute(text()),
            "action": ACTION,
            "method": METHOD,
            **callbacks("statusCallback"),
        },
        text="must",
    ),
}

ELSEWHERE: frozenset[str] = frozenset(VERBS) | {name.rpartition("/")[2] for name in NOUNS}
"""Every element there is, in whatever place: one of these in the wrong place is misplaced rather than unknown."""
