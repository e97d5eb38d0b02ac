"""What is true of a ledger in a database alone. What is true of both is in tests/delivery, over both."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mailer.delivery import Ledger
from mailer.workspace.database_url import DatabaseUrl


@pytest.fixture
def ledger(database: DatabaseUrl) -> Iterator[Ledger]:
    with Ledger(database) as opened:
        yield opened


@pytest.fixture
def another(database: DatabaseUrl) -> Iterator[Ledger]:
    """The same one, as somebody else has it open."""
    with Ledger(database) as opened:
        yield opened
