"""Run the simulated carrier, for the demo."""

import click


@click.command()
@click.option("--lies", type=click.Choice(["honest", "careless", "hostile"]), default="honest", show_default=True)
@click.option("--seed", type=int, help="Draws the lies: the same seed tells the same ones again.  [default: any]")
def command(lies: str, seed: int | None) -> None:
    """Serve the simulated carrier until stopped. It keeps its recordings in the data folder.

    A careless or hostile carrier repeats, loses, delays and cuts webhooks, and its REST API and recordings fail.
    """
    import contextlib
    import signal
    import threading
    from random import SystemRandom

    from core.config import load
    from ringback.demo_line import NUMBER, account_of, webhooks
    from simulator.client import RemoteDesk, SimulatorUnreachableError
    from simulator.lies import PRESETS
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

    if lies != "honest":
        seed = SystemRandom().getrandbits(32) if seed is None else seed
        click.echo(f"a {lies} carrier, seed {seed}")
    threading.Thread(target=introduce, name="introduce", daemon=True).start()
    serve(
        host="127.0.0.1",
        port=settings.simulator_port,
        state_dir=settings.data / "simulator",
        stop=stop,
        account_sid=sid,
        auth_token=token,
        lies=PRESETS[lies],
        lies_seed=seed,
    )
