"""The flows that come with Ringback: `library/*.yaml`, read once per process."""

from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from types import MappingProxyType

from callflows.flow import Flow
from callflows.reading import read_flow


@lru_cache(maxsize=1)
def shipped() -> Mapping[str, Flow]:
    """Our flows by key; ``main`` is the one for a number that nobody has set up. Raises `BrokenFlow`."""
    entries = sorted(files("callflows").joinpath("library").iterdir(), key=lambda entry: entry.name)
    texts = [entry.read_text(encoding="utf-8") for entry in entries if entry.name.endswith(".yaml")]
    flows = [read_flow(text) for text in texts]
    return MappingProxyType({flow.key: flow for flow in flows})
