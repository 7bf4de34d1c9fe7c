"""What must be true after the chaos: one function for each column, which yields every case where it is not."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta

from bench.chaos.deeds import CallDeed, Deeds
from bench.chaos.evidence import Evidence, Row

END_WITHIN = timedelta(minutes=5)
"""How far from the true moment an end may be that was never told and had to be found out."""
FINAL = frozenset({"completed", "exhausted", "invalid", "cancelled", "superseded", "expired", "blocked"})
NEEDS_REASON = FINAL - {"completed"}
ONCE = ("call_started", "ticket_opened", "recording_stored", "recording_missing")

Check = Callable[[Deeds, Evidence], Iterator[str]]


def calls_lost(deeds: Deeds, found: Evidence) -> Iterator[str]:
    """Every leg that the product has had word of is known, and nothing else is."""
    known = {row["sid"] for row in (*found["call"], *found["leg"])}
    for call in deeds.calls:
        if call.told and call.sid not in known:
            yield f"call {call.number} ({call.sid}, {call.direction}, {call.status}) is not in the database"
    real = {call.sid for call in deeds.calls}
    for row in (*found["call"], *found["leg"]):
        # A call that the carrier never named has a name of our own.
        if row["sid"].startswith("CA") and row["sid"] not in real:
            yield f"{row['sid']} is in the database, and nobody called"


def calls_off_ticket(deeds: Deeds, found: Evidence) -> Iterator[str]:
    """Every call is in one row and on exactly one ticket, and no call opened two."""
    tickets = {row["id"] for row in found["ticket"]}
    sids = Counter(row["sid"] for row in found["call"])
    merged = any(row["type"] == "ticket_merged" for row in found["event"])
    for row in found["call"]:
        if row["ticket_id"] not in tickets:
            yield f"{row['sid']} is on no ticket"
        if sids[row["sid"]] > 1:
            yield f"{row['sid']} has {sids[row['sid']]} rows"
    born = Counter(row["born_call_id"] for row in found["ticket"] if row["born_call_id"] is not None)
    for call_id, tickets_born in born.items():
        if tickets_born > 1 and not merged:
            yield f"call row {call_id} opened {tickets_born} tickets"
    of_call = {row["id"]: row["ticket_id"] for row in found["call"]}
    for row in found["event"]:
        other = row["ticket_id"] not in (None, of_call.get(row["call_id"], row["ticket_id"]))
        if row["call_id"] is not None and other and not merged:
            yield f"call row {row['call_id']} is told of on ticket {row['ticket_id']} too ({row['type']})"


def wrong_ends(deeds: Deeds, found: Evidence) -> Iterator[str]:
    """Every call and leg ended as it did, when it did, after as long."""
    calls, legs = found.by("call", "sid"), found.by("leg", "sid")
    for deed in deeds.calls:
        for row in (*calls.get(deed.sid, ()), *legs.get(deed.sid, ())):
            yield from (f"call {deed.number} ({deed.sid}): {wrong}" for wrong in _unlike(deed, row))
    for row in found["call"]:
        if row["ended_at"] is None:
            yield f"{row['sid']} has no end"


def _unlike(deed: CallDeed, row: Row) -> Iterator[str]:
    if deed.ended_at is None:
        yield "it goes on at the carrier"
        return
    if row["status"] != deed.status.replace("-", "_"):
        yield f"it ended as {deed.status}, but is written as {row['status']}"
    if row["ended_at"] is not None and abs(row["ended_at"] - deed.ended_at) > END_WITHIN:
        yield f"it ended at {deed.ended_at:%H:%M:%S}, but is written as {row['ended_at']:%H:%M:%S}"
    if row["duration"] is not None and abs(row["duration"] - deed.seconds) > 1:
        yield f"it lasted {deed.seconds} s, but is written as {row['duration']} s"


def recordings_lost(deeds: Deeds, found: Evidence) -> Iterator[str]:
    """Every recording is stored once, or listed as missing with an alarm where the carrier has no sound of it."""
    rows = found.by("recording", "sid")
    alarms = {row["facts"].get("recording") for row in found["event"] if row["type"] == "recording_missing"}
    for made in deeds.recordings:
        if not rows.get(made.sid) and (made.status == "absent" or not made.told):
            continue
        known = rows.get(made.sid, [])
        if len(known) != 1:
            yield f"{made.sid} of {made.call_sid} is in {len(known)} rows"
        for row in known:
            if made.obtainable and row["state"] != "stored":
                yield f"{made.sid} of {made.call_sid} can be had and is {row['state']}: {row['failure']}"
            if not made.obtainable and row["state"] != "missing":
                yield f"{made.sid} of {made.call_sid} cannot be had and is {row['state']}"
    for row in found["recording"]:
        if row["state"] in ("expected", "ready"):
            yield f"recording row {row['id']} is still {row['state']}"
        if row["state"] == "missing" and row["id"] not in alarms:
            yield f"recording row {row['id']} is missing without an alarm"


def left_at_carrier(deeds: Deeds, found: Evidence) -> Iterator[str]:
    """Calls and recordings of which the product never had word were found all the same: the carrier knows them."""
    known = {row["sid"] for table in ("call", "leg", "recording") for row in found[table]}
    for call in deeds.calls:
        if not call.told and call.sid not in known:
            yield f"call {call.number} ({call.sid}, {call.direction}) is known to the carrier alone"
    for made in deeds.recordings:
        if not made.told and made.status != "absent" and made.sid not in known:
            yield f"{made.sid} of {made.call_sid} is known to the carrier alone"


def wrong_sounds(deeds: Deeds, found: Evidence) -> Iterator[str]:
    """What is kept is what was said, and nothing is kept that no row knows."""
    said = {made.sid: made.sha256 for made in deeds.recordings}
    for row in found["recording"]:
        if row["state"] != "stored":
            continue
        kept = found.objects.get(row["storage_key"])
        if kept is None:
            yield f"the sound of recording row {row['id']} is not in the bucket"
        elif not kept.sha256 == row["sha256"] == said.get(row["sid"]):
            yield f"the sound of recording row {row['id']} is not what was said"
        elif kept.size != row["bytes"]:
            yield f"recording row {row['id']} has {row['bytes']} bytes, its object {kept.size}"
        if row["peaks_key"] not in found.objects:
            yield f"the peaks of recording row {row['id']} are not in the bucket"
    known = {key for row in found["recording"] for key in (row["storage_key"], row["peaks_key"])}
    for key in found.objects:
        if key not in known:
            yield f"{key} is in the bucket, and no row knows it"
    for sid, times in Counter(row["storage_key"] for row in found["recording"] if row["storage_key"]).items():
        if times > 1:
            yield f"{sid} is the sound of {times} rows"


def promises_broken(deeds: Deeds, found: Evidence) -> Iterator[str]:
    """Who heard that they will be called back is in the books; and every promise is done, refused or given up."""
    asked = found.by("callback", "leg_sid")
    for call in deeds.calls:
        if call.promised is None or asked.get(call.sid):
            continue
        if not any(_is_same(row, call) for row in found["callback"]):
            yield f"call {call.number} ({call.sid}) was promised a callback on {call.promised}, and there is none"
    for row in found["callback"]:
        if row["state"] not in FINAL or row["closed_at"] is None:
            yield f"callback {row['id']} is still {row['state']}: {row['why']}"
        elif row["state"] in NEEDS_REASON and not row["why"]:
            yield f"callback {row['id']} is {row['state']} without a reason"
    for row in found["attempt"]:
        if row["ended_at"] is None or not row["outcome"]:
            yield f"attempt {row['number']} of callback {row['callback_id']} has no end"


def _is_same(row: Row, call: CallDeed) -> bool:
    """An open promise for the same number takes up a second request."""
    same = _digits(row["e164"] or row["asked_number"])[-10:] == (call.promised or "")[-10:]
    return same and (row["closed_at"] is None or row["closed_at"] >= call.started_at)


def _digits(text: str) -> str:
    return "".join(ch for ch in text if ch.isdigit())


def jobs_open(deeds: Deeds, found: Evidence) -> Iterator[str]:
    """Every job is done, or failed and listed with its reason and on the timeline of what it was for."""
    told = {row["facts"].get("outbox") for row in found["event"] if row["type"] == "job_failed"}
    for row in found["job"]:
        if row["state"] == "failed":
            if not row["last_error"]:
                yield f"job {row['id']} ({row['job']}) failed without a reason"
            if (row["call_id"] or row["ticket_id"]) and row["id"] not in told:
                yield f"job {row['id']} ({row['job']}) failed, and no timeline tells of it"
        elif row["state"] != "done":
            yield f"job {row['id']} ({row['job']}) is still {row['state']}: {row['last_error']}"
    wanted = {row["call_id"] for row in found["job"] if row["job"] == "fetch_recording"}
    for row in found["recording"]:
        if row["state"] == "stored" and row["call_id"] not in wanted:
            yield f"recording row {row['id']} is stored, and the job that did it is gone"


def journal_left(deeds: Deeds, found: Evidence) -> Iterator[str]:
    """What was kept while the database was away has been applied, all of it."""
    yield from found.journal


def done_twice(deeds: Deeds, found: Evidence) -> Iterator[str]:
    """What happens once is told once, and asked for once."""
    times: Counter[tuple[str, object, int]] = Counter()
    afterwards: Counter[object] = Counter()
    for row in sorted(found["event"], key=lambda row: int(row["id"])):
        about = row["facts"].get("recording") or (row["ticket_id"] if "ticket" in row["type"] else row["call_id"])
        if row["type"] == "told_afterwards":
            afterwards[about] += 1
        if row["type"] in ONCE:
            # What was given up, and then told afterwards, may be given up once more, for another reason.
            times[row["type"], about, afterwards[about] if row["type"] == "recording_missing" else 0] += 1
    for (type, about, _), count in times.items():
        if count > 1:
            yield f"{type} of {about} is told {count} times"
    # One that was given up, and that the carrier lists all the same, is asked for once more.
    fetched = Counter(
        row["args"].get("recording")
        for row in found["job"]
        if row["job"] == "fetch_recording" and not (row["key"] or "").endswith(":brought_back")
    )
    for recording, count in fetched.items():
        if count > 1:
            yield f"recording row {recording} is fetched by {count} jobs"


def silences(deeds: Deeds, found: Evidence) -> Iterator[str]:
    """Nobody heard nothing."""
    for call in deeds.calls:
        for silence in call.silences:
            yield f"call {call.number} ({call.sid}, {call.direction}): {silence}; {'; '.join(call.problems)}"
    yield from (f"somebody who was rung: {silence}" for silence in deeds.silences)


def two_answers(deeds: Deeds, found: Evidence) -> Iterator[str]:
    """A webhook that comes twice is answered alike."""
    yield from deeds.disagreements


CHECKS: dict[str, Check] = {
    "calls lost": calls_lost,
    "off their ticket": calls_off_ticket,
    "wrong ends": wrong_ends,
    "recordings lost": recordings_lost,
    "left at carrier": left_at_carrier,
    "wrong sounds": wrong_sounds,
    "broken promises": promises_broken,
    "jobs left": jobs_open,
    "journal left": journal_left,
    "done twice": done_twice,
    "silences": silences,
    "two answers": two_answers,
}
