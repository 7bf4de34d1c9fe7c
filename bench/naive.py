"""The baseline that does the same the usual way: library signature check, ORM, three statements, two commits."""

import os

from flask import Flask, abort, request
from sqlalchemy import Integer, String, create_engine, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from twilio.request_validator import RequestValidator  # type: ignore[import-untyped]
from twilio.twiml.voice_response import Gather, VoiceResponse  # type: ignore[import-untyped]

from core.config import load

app = Flask(__name__)
engine = create_engine(os.environ["DATABASE_URL"].replace("postgresql://", "postgresql+psycopg://", 1))
settings = load()
validator = RequestValidator(settings.twilio_auth_tokens[0])


class Base(DeclarativeBase):
    """Models of this baseline only."""


class NaiveTicket(Base):
    """One ticket a call."""

    __tablename__ = "bench_naive_ticket"
    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    sid: Mapped[str] = mapped_column(String(64), unique=True)
    caller: Mapped[str] = mapped_column(String(32))
    choice: Mapped[str] = mapped_column(String(32), default="")


Base.metadata.create_all(engine)


@app.post("/voice/turn")
def turn() -> tuple[str, dict[str, str]]:
    """Look the call up, insert its ticket, update it, answer."""
    url = settings.public_url + request.full_path.rstrip("?")
    if not validator.validate(url, request.form, request.headers.get("X-Twilio-Signature", "")):
        abort(403)
    with Session(engine) as session:
        ticket = session.scalar(select(NaiveTicket).where(NaiveTicket.sid == request.form["CallSid"]))
        if ticket is None:
            ticket = NaiveTicket(sid=request.form["CallSid"], caller=request.form["From"])
            session.add(ticket)
            session.commit()
        ticket.choice = request.form["Digits"]
        session.commit()
    response = VoiceResponse()
    gather = Gather(num_digits=1, action="/voice/turn")
    gather.say("To leave a message, press 1.")
    response.append(gather)
    response.redirect("/voice/turn")
    return str(response), {"Content-Type": "text/xml"}
