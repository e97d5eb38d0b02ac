"""The office of all these tests; and where one fails, which promise is broken."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support.office import Office
from support.promises import promises_of
from support.smtp_faulty import FaultyServer

from mailer.workspace import Workspace


@pytest.fixture
def office(workspace: Workspace) -> Iterator[Office]:
    """A workspace filled in by its office, and a mail server that works until it is told otherwise."""
    with FaultyServer() as server:
        yield Office(workspace, server)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]):
    report = yield
    broken = promises_of(getattr(item, "function", None))
    if report.failed and broken:
        report.sections.append(("promised", "\n".join(f"{page}: {sentence}" for page, sentence in broken)))
    return report
