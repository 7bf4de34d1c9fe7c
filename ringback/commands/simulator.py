"""Run the simulated carrier, for the demo."""

import click


@click.command()
def command() -> None:
    """Serve the simulated carrier until stopped. It keeps its recordings in the data folder."""
    import contextlib
    import signal
    import threading

    from core.config import load
    from ringback.demo_line import NUMBER, account_of, webhooks
    from simulator.client import RemoteDesk, SimulatorUnreachableError
    from simulator.server import serve

    settings = load()
    sid, token = account_of(settings)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())

    def introduce() -> None:
        """The carrier's own number, once it answers."""
        desk = RemoteDesk(f"http://127.0.0.1:{settings.simulator_port}", token)
        while not stop.wait(0.1):
            with contextlib.suppress(SimulatorUnreachableError):
                desk.add_number(NUMBER, **webhooks(settings))
                return

    threading.Thread(target=introduce, name="introduce", daemon=True).start()
    serve(
        host="127.0.0.1",
        port=settings.simulator_port,
        state_dir=settings.data / "simulator",
        stop=stop,
        account_sid=sid,
        auth_token=token,
    )
