"""A day's work with every kind of secret in it, and then a search: none of them stands anywhere in the open.

Searched is what an installation keeps or says: the log at its most talkative, every column of every table, the
bucket, the data folder (all but the file that is made for the secrets), the journal, Redis. Digests and sealed forms
may be there.
"""

import dataclasses
import hashlib
import io
import logging
import re
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr
from dataclasses import dataclass, field

import pytest
import redis
from sqlalchemy import select

from console.cookies import session_name
from core.database import transaction
from core.made_secrets import FILE as KEPT_SECRETS
from core.outbox import ask
from core.storage_s3 import Bucket, S3Storage
from people import links, stream_tickets, tokens
from people.models import Account, Role
from people.sign_in_models import LinkPurpose
from ringback.app import create_app, shut
from tests.browser.served import EMAILS
from tests.clock import HandClock
from tests.conftest import EMPTY, execute, settings_for
from tests.house import House, open_house
from tests.ivr.conftest import Door
from tests.promises.searching import Places, files, queue, rows
from workers.relay import Relay

CARDS = ("4111111111111111", "371449635398431", "5555555555554444")
"""Numbers that card schemes give to testers."""
PIN = "739164"
SPOKEN = "my card is five five five five five five five five five five five five four four four four thanks"
NOWHERE = "postgresql+psycopg://ringback:{}@127.0.0.1:1/ringback"
MESSAGE = """
story: leaves a message, asks for a callback
lines:
  - press: "2"
  - press: "1"
  - record: my invoice is wrong
  - press: "#"
---
story: wants to be called
caller: "+14155550122"
lines:
  - press: "2"
  - press: "2"
  - press: "1"
"""


@dataclass
class Searched:
    """The secrets by what they are, and where to look for them."""

    house: House
    bucket: S3Storage
    planted: dict[str, str] = field(default_factory=dict)
    log: str = ""

    def places(self) -> Places:
        yield "the log", self.log.encode()
        yield from rows(self.house.engine)
        for path, held in files(self.house.settings.data):
            if path != KEPT_SECRETS:
                yield path, held
        for key in self.bucket.list():
            with self.bucket.open(key.key) as pieces:
                yield f"bucket: {key.key}", key.key.encode() + b"".join(pieces)
        yield from queue(self.house.settings.redis_url)

    def found(self) -> set[tuple[str, str]]:
        """(what it is, where it stands) of everything that stands in the open."""
        wanted = {name: secret.encode() for name, secret in self.planted.items()}
        return {(name, place) for place, held in self.places() for name, secret in wanted.items() if secret in held}


@pytest.fixture(scope="module")
def bucket() -> Iterator[S3Storage]:
    from moto.moto_server.threaded_moto_server import ThreadedMotoServer

    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    made = S3Storage(Bucket("calls", f"http://{host}:{port}", access_key="AKIATESTER", secret_key=random_text()))
    made._client.create_bucket(Bucket="calls")
    yield made
    server.stop()


@pytest.fixture(scope="module")
def searched(servers, _shared_engine, tmp_path_factory, bucket) -> Iterator[Searched]:
    """After the day's work."""
    folder, token, key = tmp_path_factory.mktemp("day"), random_text(), random_text()
    planted = {
        "carrier token": token,
        "secret key": key,
        "metrics token": random_text(),
        "mail password": random_text(),
        "bucket key": bucket._bucket.secret_key,
        "database password": random_text(),
    }
    settings = dataclasses.replace(
        settings_for(servers, folder),
        log_level="debug",
        twilio_auth_tokens=(token,),
        secret_keys=(key,),
        metrics_token=planted["metrics token"],
        smtp_url=f"smtp://ringback:{planted['mail password']}@127.0.0.1:1",
        s3_bucket="calls",
        s3_endpoint_url=bucket._bucket.endpoint_url,
        aws_access_key_id="AKIATESTER",
        aws_secret_access_key=planted["bucket key"],
    )
    with _shared_engine.begin() as connection:
        connection.execute(EMPTY)
    with redis.Redis.from_url(settings.redis_url) as client:
        client.flushall()
    clock, said, level = HandClock(), io.StringIO(), logging.getLogger().level
    with (
        redirect_stderr(said),
        open_house(settings=settings, engine=_shared_engine, clock=clock, folder=folder / "carrier") as house,
    ):
        searched = Searched(house, bucket, planted)
        call(searched)
        work_without_the_database(searched)
        visit(searched)
        forget(searched)
        program(searched)
        Relay(engine=_shared_engine, redis_url=settings.redis_url, clock=clock).step()
        house.work()
        searched.log = said.getvalue()
        yield searched
    logging.getLogger().setLevel(level)


def test_no_secret_of_the_day_stands_anywhere_in_the_open(searched):
    assert searched.found() == set()


def test_what_is_searched_is_where_things_are(searched):
    """The search itself: what is known to be in each of the places is found there."""
    places = list(searched.places())
    for name, sure in {
        "the log": b'"event": "journaled"',
        "call.from_number": b"+14155550122",
        "account.password": b"$argon2id$",
        "bucket: ": b"RIFF",
        "without/journal": b'"kind":"turn"',
        "rq:": b"workers.carrying.carry",
    }.items():
        assert any(name in place and sure in held for place, held in places), name


def test_one_that_is_planted_is_found_wherever_it_is(searched):
    """Last: afterwards it stands everywhere."""
    secret, house = searched.planted["card keyed at the menu"], searched.house
    searched.log += f'{{"event": "x {secret}"}}'
    execute(house.engine, "update ticket set subject = :text", text=f"About {secret}")
    execute(house.engine, "update event set content = jsonb_build_object('a', cast(:text as text))", text=secret)
    digest = hashlib.sha256(secret.encode()).hexdigest()
    searched.bucket.put("planted", io.BytesIO(secret.encode()), size=16, sha256=digest, content_type="text/plain")
    (house.settings.data / "note.txt").write_text(secret)
    with redis.Redis.from_url(house.settings.redis_url) as client:
        client.hset("planted", "field", secret)
    found = searched.found()
    assert {name for name, _ in found} == {"card keyed at the menu"}
    wanted = {"the log", "ticket.subject", "event.content", "bucket: planted", "note.txt", "planted"}
    assert {place for _, place in found} == wanted


def call(searched: Searched) -> None:
    """Calls: a message, a callback, and callers who key or say what nobody asked them for."""
    house = searched.house
    for story in MESSAGE.split("---"):
        house.story(story)
    house.work()
    key_cards(Door(house.app, house.settings))
    searched.planted |= {
        "card keyed at the menu": CARDS[0],
        "card keyed as a ticket's number": CARDS[1],
        "PIN keyed at the menu": PIN,
        "card said": CARDS[2],
        "card said in words": "five five five five",
    }
    house.work()


def key_cards(door: Door) -> None:
    """Three calls; each turn is asked for at the address the answer before gave."""
    answer = door.incoming(sid="CAmenu")
    for digits in (CARDS[0], PIN, CARDS[0]):
        answer = door.press(answer, digits, sid="CAmenu")
    answer = door.press(door.incoming(sid="CAticket", From="+14155550133"), "4", sid="CAticket", From="+14155550133")
    for _ in range(3):
        answer = door.press(answer, CARDS[1], sid="CAticket", From="+14155550133")
    answer = door.incoming(sid="CAsaid")
    for words in (SPOKEN, f"it is {CARDS[2]}"):
        answer = door.press(answer, "", sid="CAsaid", SpeechResult=words, Confidence="0.9")
    for sid in ("CAmenu", "CAticket", "CAsaid"):
        assert door.post("/voice/status", sid=sid, CallStatus="completed", SequenceNumber="9").status_code == 204


def work_without_the_database(searched: Searched) -> None:
    """Another web process of the house, whose database is away: what it hears stands in its journal."""
    house = searched.house
    away = dataclasses.replace(
        house.settings,
        data=house.settings.data / "without",
        database_url=NOWHERE.format(searched.planted["database password"]),
        patience=1.0,
    )
    away.data.mkdir()
    shutil.copy(house.settings.data / "directory.snapshot", away.data)
    app = create_app(away, clock=house.clock)
    try:
        key_cards(Door(app, away))
        door = Door(app, away)
        assert door.post("/voice/callback/agent?attempt=1", sid="CAagent").status_code == 200
        assert door.post("/voice/callback/answer?attempt=1", sid="CAagent", Digits=CARDS[0]).status_code == 200
        client = app.test_client()
        planted = searched.planted["one-time link while the database is away"] = random_text()
        assert client.get(f"/link/{planted}").status_code == 503
    finally:
        shut(app)
    assert any(away.journal.rglob("*"))


def visit(searched: Searched) -> None:
    """Somebody chooses a password by a link, mistypes it, signs in and looks around."""
    house, planted = searched.house, searched.planted
    planted |= {"password": "six calm herons " + random_text(), "wrong password": "six clam herons " + random_text()}
    with house.session() as session, session.begin():
        account = session.scalars(select(Account).where(Account.email == EMAILS["administrator"])).one()
        given = links.make(session, account=account, purpose=LinkPurpose.RESET, now=house.clock())
    planted["one-time link"] = given.text
    client = house.app.test_client()
    chosen = {"password": planted["password"], "again": planted["password"], "csrf": proof(client, given.path)}
    assert client.post(given.path, data=chosen).status_code == 303
    for word, status in (("wrong password", 422), ("password", 303)):
        fields = {"email": EMAILS["administrator"], "password": planted[word], "csrf": proof(client, "/sign-in")}
        assert client.post("/sign-in", data=fields).status_code == status
    planted["sign-in"] = client.get_cookie(session_name(house.settings)).value
    planted["guest cookie"] = client.get_cookie("rb_guest").value
    for path in ("/desk", "/tickets", "/calls", "/health", "/profile"):
        assert client.get(path).status_code == 200, path
    opened = client.get("/live/ticket").get_json()["url"]
    planted["stream ticket"] = re.search(r"ticket=([^&]+)", opened)[1]
    stream_tickets.read(planted["stream ticket"], keys=house.settings.secret_keys, now=house.clock())
    changed = {"current": planted["wrong password"], "password": planted["password"], "csrf": proof(client, "/profile")}
    assert client.post("/profile/password", data=changed).status_code == 422


def forget(searched: Searched) -> None:
    """A mailed link: the mail server is away, so the job fails with the password for it in hand."""
    house = searched.house
    with transaction(house.engine) as session:
        account_id = session.scalars(select(Account.id).where(Account.email == EMAILS["agent"])).one()
        ask(session, job="send_link", args={"account_id": account_id, "purpose": "reset"}, now=house.clock())
    made = []
    with watching(made):
        assert "send_link" in house.work()
    [searched.planted["one-time link in a mail"]] = made


@contextmanager
def watching(made: list[str]) -> Iterator[None]:
    """The texts of links, which stand nowhere, so that they can be looked for."""
    make = links.make

    def noted(*args, **kwargs):
        given = make(*args, **kwargs)
        made.append(given.text)
        return given

    links.make = noted
    try:
        yield
    finally:
        links.make = make


def program(searched: Searched) -> None:
    """A program asks with its token, with one that is mistyped, and for something that is there twice."""
    house, planted = searched.house, searched.planted
    with transaction(house.engine) as session:
        brand_id = session.scalars(select(Account.brand_id).limit(1)).one()
        _, planted["API token"] = tokens.add(
            session, brand_id=brand_id, name="till", role=Role.ADMINISTRATOR, now=house.clock()
        )
    planted["mistyped API token"] = tokens.PREFIX + random_text()
    client = house.app.test_client()
    for token, status in ((planted["API token"], 200), (planted["mistyped API token"], 401)):
        headers = {"Authorization": f"Bearer {token}"}
        assert client.get("/api/v1/tickets", headers=headers).status_code == status
    headers = {"Authorization": f"Bearer {planted['API token']}", "Idempotency-Key": "once"}
    body = {"subject": "From the till", "department": "billing"}
    assert client.post("/api/v1/tickets", json=body, headers=headers).status_code in (201, 422)
    bearer = {"Authorization": f"Bearer {planted['metrics token']}"}
    assert client.get("/metrics", headers=bearer).status_code == 200


def proof(client, path: str) -> str:
    return re.search(r'name="csrf-token" content="([^"]+)"', client.get(path).text)[1]


def random_text() -> str:
    return secrets.token_urlsafe(24)
