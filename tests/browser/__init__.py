"""The console in a real browser: every page swept in both themes, and the journeys people make through them."""
