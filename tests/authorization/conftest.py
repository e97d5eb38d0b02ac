"""An authorization server, an office that is to sign in there, and a folder of its own for what is kept."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.authorization_server import AuthorizationServer, authorization_server
from support.own_office import make_own_office

from mailer.settings import Settings, read_settings
from mailer.workspace import Workspace


@pytest.fixture
def server() -> Iterator[AuthorizationServer]:
    with authorization_server() as running:
        yield running


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where sign-ins are kept, for this test alone."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    return tmp_path / "data" / "mailer" / "sign-ins"


@pytest.fixture
def office(tmp_path: Path, server: AuthorizationServer, kept: Path) -> Workspace:
    """A workspace whose .env names the server."""
    workspace = make_own_office(tmp_path / "press-office")
    lines = [f"{key}={value}\n" for key, value in server.settings().items()]
    (workspace.root / ".env").write_text("".join(lines), "utf-8")
    return workspace


@pytest.fixture
def settings(office: Workspace) -> Settings:
    return read_settings(office.root)
