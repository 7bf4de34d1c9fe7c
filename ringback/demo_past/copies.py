"""The simulated carrier's own copies of the demo's calls: all its calls are the demo's, whoever made them."""

from core.config import Settings
from ringback.demo_line import account_of
from simulator.client import RemoteDesk, SimulatorRefusedError, SimulatorUnreachableError
from simulator.store import Store


def forget_copies(settings: Settings) -> int:
    """Let the carrier forget every call that is over, with its recordings; how many calls. It need not be running."""
    if settings.demo:
        _, token = account_of(settings)
        try:
            return RemoteDesk(f"http://127.0.0.1:{settings.simulator_port}", token).forget_past()
        except (SimulatorUnreachableError, SimulatorRefusedError):  # nobody there, or another demo's
            pass
    kept = settings.data / "simulator" / "kept"
    return Store(kept).forget_past() if kept.is_dir() else 0
