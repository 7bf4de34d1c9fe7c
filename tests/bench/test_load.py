"""The load generator counts what was answered, and processor time is counted for whole families of processes."""

import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from bench.cpu_time import cpu_seconds
from bench.load import Load, drive


class Answering(BaseHTTPRequestHandler):
    """Answers in two pieces, so that a reader that takes the first for the whole is found out."""

    protocol_version = "HTTP/1.1"
    status = 200

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.seen.append((self.path, self.headers["X-Twilio-Signature"], body))
        if len(self.server.seen) in self.server.closing:
            self.close_connection = True
            return
        self.send_response(self.status)
        self.send_header("Content-Length", "4")
        self.end_headers()
        for piece in (b"fi", b"ne"):
            self.wfile.write(piece)
            self.wfile.flush()

    def log_message(self, *_):
        pass


@pytest.fixture
def server():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    server.daemon_threads = True
    server.seen, server.closing = [], ()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def make(connection, number):
    return f"/{connection}", str(number).encode(), f"signed {number}"


def test_every_request_is_sent_once_and_answered(server):
    done = drive(Load(server.server_port, make), connections=3, seconds=60.0, most=1)
    assert done.requests == len(server.seen) == 3 * 60
    assert len({body for path, _, body in server.seen if path == "/0"}) == 60
    assert all(signature == f"signed {body.decode()}" for _, signature, body in server.seen)
    assert 0 < done.p50 <= done.p99
    assert done.rate > 0


def test_what_a_closed_connection_did_not_answer_is_sent_again(server):
    server.closing = (5, 17)
    done = drive(Load(server.server_port, make), connections=3, seconds=20.0, most=1)
    assert done.requests == 3 * 20
    assert done.closed == 2
    assert len(server.seen) == 3 * 20 + 2


def test_a_server_that_goes_on_closing_ends_it(server):
    server.closing = range(5, 1000)
    with pytest.raises(RuntimeError, match="11 connections were closed"):
        drive(Load(server.server_port, make), connections=3, seconds=20.0, most=1)


def test_an_answer_that_is_not_200_ends_it(server, monkeypatch):
    monkeypatch.setattr(Answering, "status", 503)
    with pytest.raises(RuntimeError, match="503"):
        drive(Load(server.server_port, make), connections=1, seconds=1.0, most=1)


def test_the_time_of_a_grandchild_is_counted():
    busy = "import time\nwhile time.process_time() < 0.3: pass\n"
    parent = (
        f"import subprocess, sys; subprocess.run([sys.executable, '-c', {busy!r}]); print('done', flush=True); input()"
    )
    with subprocess.Popen([sys.executable, "-c", parent], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"done\n"
        assert cpu_seconds(process.pid) >= 0.25
        assert cpu_seconds(os.getpid()) >= cpu_seconds(process.pid)
        process.communicate(b"\n")
