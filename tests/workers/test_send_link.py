"""Mailing a one-time link through a real SMTP conversation."""

import dataclasses
import re
import socketserver
import threading

import pytest

from core.database import transaction
from core.outbox import Never, TryAgain, ask
from people import links
from people.sign_in_models import LinkPurpose
from tests.factories.people import make_account, make_brand
from workers import mail
from workers.draining import drain
from workers.jobs.people import _message
from workers.work import Equipment


class Sink(socketserver.StreamRequestHandler):
    """A mail server that keeps what it is sent; recipients that begin with `no` are refused."""

    def handle(self):
        self.say("220 sink")
        while line := self.rfile.readline().decode().strip():
            verb = line.split(" ")[0].upper()
            if verb == "RCPT" and "<no" in line:
                self.say("550 nobody here")
            elif verb == "DATA":
                self.say("354 go on")
                self.server.kept.append(b"".join(iter(self.rfile.readline, b".\r\n")).decode())
                self.say("250 kept")
            elif verb == "QUIT":
                self.say("221 bye")
                break
            else:
                self.say("250 sink")

    def say(self, line):
        self.wfile.write(f"{line}\r\n".encode())


@pytest.fixture
def sink():
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Sink) as server:
        server.kept = []
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_the_mail_holds_a_link_that_works(engine, settings, clock, sink):
    settings = dataclasses.replace(settings, smtp_url=f"smtp://127.0.0.1:{sink.server_address[1]}")
    with transaction(engine) as session:
        mia = make_account(session, make_brand(session), email="mia@example.com", name="Mia")
        ask(session, job="send_link", args={"account_id": mia.id, "purpose": "reset"}, now=clock())
    assert [done.job for done in drain(Equipment(engine=engine, settings=settings, clock=clock))] == ["send_link"]
    [text] = sink.kept
    assert "To: mia@example.com" in text
    token = re.search(r"/link/([\w-]+)", text)[1]
    with transaction(engine) as session:
        assert links.holder(session, token, now=clock()).id == mia.id


def test_a_refused_address_is_given_up_and_a_silent_server_tried_again(sink):
    url = f"smtp://127.0.0.1:{sink.server_address[1]}"
    message = _message("no@example.com", LinkPurpose.RESET, "text", "http://127.0.0.1")
    with pytest.raises(Never):
        mail.send(message, smtp_url=url)
    with pytest.raises(TryAgain):
        mail.send(message, smtp_url="smtp://127.0.0.1:1")
