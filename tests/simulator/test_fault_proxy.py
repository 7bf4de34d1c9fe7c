"""A proxy in front of a server can make it slow, silent, deaf or gone, while connections are open."""

import socket
import socketserver
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
import redis

from simulator.fault_proxy import DROP, HALF_OPEN, HOLD, PASS, REFUSE, RESET, FaultProxy, delay, throttle


class Echo(socketserver.BaseRequestHandler):
    """Says everything back, and remembers it."""

    def handle(self) -> None:
        try:
            while data := self.request.recv(65536):
                self.server.heard.append(data)  # type: ignore[attr-defined]
                self.request.sendall(data)
        except OSError:
            return


class EchoServer(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Echo)
        self.heard: list[bytes] = []

    def handle_error(self, request: object, client_address: object) -> None: ...


@pytest.fixture
def echo() -> Iterator[EchoServer]:
    server = EchoServer()
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def proxy(echo: EchoServer) -> Iterator[FaultProxy]:
    with FaultProxy(("127.0.0.1", echo.server_address[1])) as proxy:
        yield proxy


def joined(proxy: FaultProxy) -> socket.socket:
    return socket.create_connection((proxy.host, proxy.port), 20)


def said(connection: socket.socket, words: bytes) -> bytes:
    connection.sendall(words)
    back = b""
    while len(back) < len(words):
        piece = connection.recv(65536)
        if not piece:
            break
        back += piece
    return back


def test_what_is_sent_arrives_whole_and_an_end_is_an_end(proxy: FaultProxy) -> None:
    long = bytes(range(256)) * 8192
    with joined(proxy) as connection, ThreadPoolExecutor() as pool:
        sending = pool.submit(connection.sendall, long)
        back = b""
        while len(back) < len(long):
            back += connection.recv(65536)
        sending.result()
        connection.shutdown(socket.SHUT_WR)
        assert connection.recv(1) == b""
    assert back == long


def test_many_connections_pass_at_once(proxy: FaultProxy) -> None:
    with ThreadPoolExecutor(40) as pool:

        def talk(number: int) -> bool:
            with joined(proxy) as connection:
                return all(
                    said(connection, f"{number}:{turn}".encode()) == f"{number}:{turn}".encode() for turn in range(5)
                )

        assert all(pool.map(talk, range(120)))
    assert proxy.accepted == 120


def test_a_delay_is_at_least_as_long_as_asked_for_each_way(proxy: FaultProxy) -> None:
    with joined(proxy) as connection:
        assert said(connection, b"quick") == b"quick"
        proxy.switch(delay(0.15))
        began = time.monotonic()
        assert said(connection, b"slow") == b"slow"
        assert time.monotonic() - began >= 0.3


def test_a_throttle_lets_so_many_bytes_a_second_through_and_can_be_let_go(proxy: FaultProxy) -> None:
    with joined(proxy) as connection:
        proxy.switch(throttle(2000))
        began = time.monotonic()
        assert said(connection, b"x" * 500) == b"x" * 500
        assert time.monotonic() - began >= 0.2
        connection.sendall(b"y" * 40_000)
        proxy.switch(PASS)
        left = 40_000
        while left:
            left -= len(connection.recv(65536))


def test_what_is_dropped_never_arrives_and_its_connection_is_reset_afterwards(
    proxy: FaultProxy, echo: EchoServer
) -> None:
    with joined(proxy) as old, joined(proxy) as untouched:
        assert said(old, b"before") == b"before"
        proxy.switch(DROP)
        with joined(proxy) as new:
            for connection in (old, new):
                connection.sendall(b"lost")
                connection.settimeout(0.2)
                with pytest.raises(TimeoutError):
                    connection.recv(1)
            proxy.switch(PASS)
            for connection in (old, new):
                connection.settimeout(20)
                with pytest.raises(ConnectionResetError):
                    connection.recv(1)
        assert said(untouched, b"after") == b"after"
    assert b"lost" not in echo.heard


def test_what_is_held_arrives_late_but_whole(proxy: FaultProxy, echo: EchoServer) -> None:
    with joined(proxy) as connection:
        assert said(connection, b"before") == b"before"
        proxy.switch(HOLD)
        with joined(proxy) as late:
            for one in (connection, late):
                one.sendall(b"held")
                one.settimeout(0.2)
                with pytest.raises(TimeoutError):
                    one.recv(1)
            assert b"held" not in echo.heard
            proxy.switch(PASS)
            for one in (connection, late):
                one.settimeout(20)
                assert one.recv(16) == b"held"


def test_half_open_hears_and_never_answers(proxy: FaultProxy, echo: EchoServer) -> None:
    with joined(proxy) as connection:
        proxy.switch(HALF_OPEN)
        connection.sendall(b"did this arrive?")
        connection.settimeout(0.2)
        with pytest.raises(TimeoutError):
            connection.recv(1)
        assert echo.heard == [b"did this arrive?"]
        proxy.switch(PASS)
        connection.settimeout(20)
        with pytest.raises(ConnectionResetError):
            connection.recv(1)


def test_reset_cuts_what_is_open_and_what_is_new(proxy: FaultProxy) -> None:
    with joined(proxy) as connection:
        assert said(connection, b"before") == b"before"
        with proxy.spoiled(RESET):
            with pytest.raises(ConnectionResetError):
                connection.recv(1)
            with pytest.raises(ConnectionResetError), joined(proxy) as new:
                new.recv(1)
    with joined(proxy) as again:
        assert said(again, b"after") == b"after"


def test_refused_means_nobody_listens_and_the_port_comes_back(proxy: FaultProxy) -> None:
    port = proxy.port
    with joined(proxy) as connection:
        assert said(connection, b"before") == b"before"
        with proxy.spoiled(REFUSE):
            with pytest.raises(ConnectionResetError):
                connection.recv(1)
            with pytest.raises(ConnectionRefusedError):
                joined(proxy)
    assert proxy.port == port
    with joined(proxy) as again:
        assert said(again, b"after") == b"after"


def test_an_upstream_that_is_gone_resets_the_client(echo: EchoServer) -> None:
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        port = nobody.getsockname()[1]
    with FaultProxy(("127.0.0.1", port)) as proxy, joined(proxy) as connection, pytest.raises(ConnectionResetError):
        connection.recv(1)


def test_a_real_database_and_a_real_redis_answer_through_it(servers: tuple[str, str]) -> None:
    database = psycopg.conninfo.conninfo_to_dict(servers[0].replace("+psycopg", "", 1))
    place = f"{database['host']}/.s.PGSQL.5432"
    with FaultProxy(place) as proxy:
        where = {"host": "127.0.0.1", "port": proxy.port, "user": database["user"], "dbname": database["dbname"]}
        with psycopg.connect(**where, autocommit=True) as connection:
            assert connection.execute("select 41 + 1").fetchone() == (42,)
            proxy.switch(RESET)
            with pytest.raises(psycopg.OperationalError):
                connection.execute("select 1")
    with FaultProxy(str(Path(place).parent / "redis.sock")) as proxy:
        client = redis.Redis(port=proxy.port, socket_timeout=0.2, retry=None)
        assert client.ping() is True
        with proxy.spoiled(DROP), pytest.raises(redis.TimeoutError):
            client.ping()
        assert client.ping() is True
        client.close()
