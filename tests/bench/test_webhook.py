"""The benchmark of the caller's turn runs, and drives what it says it drives."""

from bench import webhook


def test_it_tells_each_candidate_and_each_ratio(monkeypatch):
    monkeypatch.setattr(webhook, "CONNECTIONS", 2)
    lines = list(webhook.run(rounds=1, seconds=0.4))
    assert len(lines) == 11
    assert [line.split(":")[0] for line in lines[:2]] == ["webhook", "webhook"]
    assert sum("goal" in line for line in lines) == 3
