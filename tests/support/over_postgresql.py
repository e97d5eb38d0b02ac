"""`pytest --ledger=postgresql`: whoever has a workspace in a test keeps its ledger in a database, the test's own."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from mailer.workspace.database_url import DatabaseUrl
from support.postgres import Postgres, must_be_there

OWN_LEDGER = "own_ledger"
"""Marks what makes a ledger of its own: what is true of a file alone (its locks, its witnesses, its folder), or of a
database that it sets up itself."""


class OverPostgresql:
    """A plugin of pytest. LEDGER_URL is set while a test is run, for the commands that it begins too.

    What a file's tests share, such as an office that has sent, they share with its ledger.
    """

    def __init__(self) -> None:
        self._server: Postgres | None = None
        self._shared: dict[str, DatabaseUrl] = {}

    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        left_out = [item for item in items if item.get_closest_marker(OWN_LEDGER)]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if not item.get_closest_marker(OWN_LEDGER)]

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        shared = self._shared
        shares = any(mark.name == "xdist_group" for mark in item.iter_markers())
        file = item.nodeid.partition("::")[0]
        place = shared.get(file) if shares else None
        if place is None:
            place = self._running().ledger()
        if shares:
            shared[file] = place
        os.environ["LEDGER_URL"] = place.url
        try:
            return (yield)
        finally:
            del os.environ["LEDGER_URL"]
            if not shares:
                self._running().drop(place)

    def _running(self) -> Postgres:
        if self._server is None:
            must_be_there()
            self._server = Postgres()
            self._server.start()
        return self._server

    def pytest_sessionfinish(self) -> None:
        if self._server:
            self._server.__exit__()
