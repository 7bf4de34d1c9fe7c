"""Rows for tests: sensible defaults, any column by keyword; one module per room that has models.

Each `make_…` adds a row to the session, flushes it so that it has its id, and returns it. Nothing commits.
"""
