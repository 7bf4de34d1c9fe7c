"""The pages of the list that are measured follow from what the console offers: no new filter is forgotten."""

import pytest

from bench.list_addresses import _views


def test_a_filter_that_is_new_is_asked_to_be_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bench.list_addresses._NOT_FILTERS", {"order"})
    with pytest.raises(LookupError, match="columns"):
        list(_views(["billing"], [1]))
