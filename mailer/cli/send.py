"""Sending a release: for real, as a rehearsal, as a proof; and draining what is left."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    pass
