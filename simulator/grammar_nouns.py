"""The TwiML nouns: what may stand inside Dial, Start, Stop, Connect and the rest, and the speech marks inside Say."""

from collections.abc import Mapping

from simulator.attributes import BAD_ADDRESS, METHOD, NAME, RECORDING_CALLBACKS, Attribute, Rule, callbacks
from simulator.values import (
    boolean,
    either,
    hints,
    language,
    one_of,
    pattern,
    socket_url,
    text,
    tones,
    url,
    whole,
)

_WHISPER = {"url": Attribute(url(), None, BAD_ADDRESS), "method": METHOD}
_PROGRESS = callbacks("statusCallback", events=("initiated", "ringing", "answered", "completed"))
_DETECTION = {
    "machineDetection": Attribute(one_of("Enable", "DetectMessageEnd")),
    "machineDetectionTimeout": Attribute(whole(3, 59), "30"),
    "machineDetectionSpeechThreshold": Attribute(whole(1000, 6000), "2400"),
    "machineDetectionSpeechEndThreshold": Attribute(whole(500, 5000), "1200"),
    "machineDetectionSilenceTimeout": Attribute(whole(2000, 10000), "5000"),
    "amdStatusCallback": Attribute(url(), None, BAD_ADDRESS),
    "amdStatusCallbackMethod": METHOD,
}
_TRACK = Attribute(one_of("inbound_track", "outbound_track", "both_tracks"), "inbound_track")
_STREAM = {
    "name": NAME,
    "connectorName": NAME,
    "url": Attribute(socket_url(), None, 31920),
    "track": _TRACK,
    **callbacks("statusCallback"),
}
_TRANSCRIPTION = {
    "name": NAME,
    "track": _TRACK,
    "statusCallbackUrl": Attribute(url(), None, BAD_ADDRESS),
    "statusCallbackMethod": METHOD,
    "inboundTrackLabel": NAME,
    "outboundTrackLabel": NAME,
    "partialResults": Attribute(boolean(), "false"),
    "languageCode": Attribute(language(), "en-US"),
    "transcriptionEngine": Attribute(one_of("google", "deepgram"), "google"),
    "profanityFilter": Attribute(boolean(), "true"),
    "speechModel": NAME,
    "hints": Attribute(hints()),
    "enableAutomaticPunctuation": Attribute(boolean(), "true"),
    "intelligenceService": NAME,
}
_SIPREC = {"name": NAME, "connectorName": NAME, "track": _TRACK, **callbacks("statusCallback")}
_RELAY = dict.fromkeys(
    (
        "language",
        "ttsLanguage",
        "transcriptionLanguage",
        "ttsProvider",
        "voice",
        "transcriptionProvider",
        "speechModel",
        "profanityFilter",
        "dtmfDetection",
        "welcomeGreeting",
        "partialPrompts",
        "welcomeGreetingInterruptible",
        "interruptible",
        "preemptible",
        "hints",
        "intelligenceService",
        "reportInputDuringAgentSpeech",
        "elevenlabsTextNormalization",
        "interruptSensitivity",
        "debug",
    ),
    Attribute(text()),
)
_MARK = {name: Attribute(text()) for name in ("strength", "time", "level", "volume", "rate", "pitch")}
_INNER = ("break", "emphasis", "lang", "phoneme", "prosody", "say-as", "sub", "w")

QUEUE = Rule(
    attributes={**_WHISPER, "reservationSid": NAME, "postWorkActivitySid": NAME},
    text="must",
)

NOUNS: Mapping[str, Rule] = {
    "Dial/Number": Rule(
        attributes={
            **_WHISPER,
            **_PROGRESS,
            **_DETECTION,
            "sendDigits": Attribute(tones(), None, 13222),
            "byoc": NAME,
        },
        text="must",
    ),
    "Dial/Client": Rule(attributes={**_WHISPER, **_PROGRESS}, children=("Identity", "Parameter"), text="may"),
    "Client/Identity": Rule(text="must"),
    "Parameter": Rule(attributes={"name": NAME, "value": Attribute(text())}, required=("name",)),
    "Config": Rule(attributes={"name": NAME, "value": Attribute(text())}, required=("name",)),
    "Dial/Sip": Rule(
        attributes={**_WHISPER, **_PROGRESS, **_DETECTION, "username": NAME, "password": NAME}, text="must"
    ),
    "Refer/Sip": Rule(text="must"),
    "Dial/Sim": Rule(text="must"),
    "Dial/WhatsApp": Rule(attributes={**_WHISPER, **_PROGRESS}, text="must"),
    "Dial/Application": Rule(
        attributes={**_WHISPER, **_PROGRESS, "customerId": NAME, "copyParentTo": Attribute(boolean(), "false")},
        children=("ApplicationSid", "Parameter"),
        text="may",
    ),
    "Application/ApplicationSid": Rule(text="must"),
    "Dial/Queue": QUEUE,
    "Dial/Conference": Rule(
        attributes={
            "muted": Attribute(boolean(), "false", 13230),
            "endConferenceOnExit": Attribute(boolean(), "false", 13231),
            "startConferenceOnEnter": Attribute(boolean(), "true", 13232),
            "waitUrl": Attribute(url(or_empty=True), None, 13233),
            "waitMethod": Attribute(one_of("GET", "POST"), "POST", 13234),
            "beep": Attribute(one_of("true", "false", "onEnter", "onExit"), "true", 13235),
            "maxParticipants": Attribute(whole(2, 250), "250"),
            "record": Attribute(one_of("do-not-record", "record-from-start", "true", "false"), "do-not-record"),
            "trim": Attribute(one_of("trim-silence", "do-not-trim"), "trim-silence"),
            "coach": Attribute(text(), None, 13240),
            "participantLabel": Attribute(text(128, least=1), None, 16025),
            "region": NAME,
            "jitterBufferSize": Attribute(one_of("large", "medium", "small", "off"), "large"),
            "recordingConfigurationId": NAME,
            "eventCallbackUrl": Attribute(url(), None, BAD_ADDRESS),
            **callbacks(
                "statusCallback",
                events=("start", "end", "join", "leave", "mute", "hold", "modify", "speaker", "announcement"),
            ),
            **RECORDING_CALLBACKS,
        },
        text="must",
    ),
    "Enqueue/Task": Rule(attributes={"priority": Attribute(whole(0)), "timeout": Attribute(whole(1))}, text="must"),
    "Start/Stream": Rule(attributes=_STREAM, children=("Parameter",), required=("url",)),
    "Stop/Stream": Rule(attributes=_STREAM, children=("Parameter",)),
    "Connect/Stream": Rule(
        attributes=_STREAM | {"track": Attribute(one_of("inbound_track"), "inbound_track", 31941)},
        children=("Parameter",),
        required=("url",),
    ),
    "Start/Siprec": Rule(attributes=_SIPREC, children=("Parameter",)),
    "Stop/Siprec": Rule(attributes=_SIPREC, children=("Parameter",)),
    "Start/Recording": Rule(
        attributes={
            "name": NAME,
            "channels": Attribute(one_of("mono", "dual"), "dual"),
            "track": Attribute(one_of("inbound", "outbound", "both"), "both"),
            "trim": Attribute(one_of("trim-silence", "do-not-trim"), "do-not-trim"),
            "recordingConfigurationId": NAME,
            **RECORDING_CALLBACKS,
        }
    ),
    "Stop/Recording": Rule(attributes={"name": NAME}, required=("name",)),
    "Start/Transcription": Rule(attributes=_TRANSCRIPTION, children=("Config", "Parameter")),
    "Stop/Transcription": Rule(attributes=_TRANSCRIPTION),
    "Connect/ConversationRelay": Rule(
        attributes={"url": Attribute(socket_url(), None, 31920), **_RELAY},
        children=("Language", "Parameter"),
        required=("url",),
    ),
    "ConversationRelay/Language": Rule(
        attributes={
            "code": Attribute(either(language(), one_of("multi"))),
            **dict.fromkeys(("ttsProvider", "voice", "transcriptionProvider", "speechModel"), NAME),
            "hints": Attribute(hints()),
        },
        required=("code",),
    ),
    "Connect/VirtualAgent": Rule(
        attributes={
            "connectorName": NAME,
            "language": Attribute(language()),
            "sentimentAnalysis": Attribute(boolean()),
            **callbacks("statusCallback"),
        },
        children=("Config", "Parameter"),
    ),
    "Connect/Room": Rule(attributes={"participantIdentity": NAME}, text="must"),
    "Connect/Conversation": Rule(
        attributes=dict.fromkeys(
            ("serviceInstanceSid", "inboundAutocreation", "routingAssignmentTimeout", "inboundTimeout"),
            Attribute(text()),
        )
        | _WHISPER
        | callbacks("statusCallback")
        | RECORDING_CALLBACKS
    ),
    "Connect/AiSession": Rule(attributes={"aiConnector": NAME, "aiSessionConfiguration": NAME}),
    # Speech marks; what they may hold is the voice's affair, their names and places are ours.
    "break": Rule(attributes={"strength": _MARK["strength"], "time": Attribute(pattern(r"[0-9]+m?s", "a time"))}),
    "emphasis": Rule(attributes={"level": _MARK["level"]}, children=_INNER, text="may"),
    "lang": Rule(attributes={"xml:lang": Attribute(language())}, children=_INNER, text="may"),
    "p": Rule(children=(*_INNER, "s"), text="may"),
    "s": Rule(children=_INNER, text="may"),
    "phoneme": Rule(attributes={"alphabet": NAME, "ph": NAME}, text="must", required=("ph",)),
    "prosody": Rule(
        attributes={name: _MARK[name] for name in ("volume", "rate", "pitch")}, children=(*_INNER, "p", "s"), text="may"
    ),
    "say-as": Rule(attributes={"interpret-as": NAME, "format": NAME}, text="must", required=("interpret-as",)),
    "sub": Rule(attributes={"alias": NAME}, text="must", required=("alias",)),
    "w": Rule(attributes={"role": NAME}, children=_INNER, text="may"),
}
