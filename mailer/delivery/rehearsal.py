"""The rehearsal: a transport whose wire is a folder. The same code runs up to here; nothing is connected."""

from __future__ import annotations

import html
import time
from collections.abc import Iterator
from email import message_from_bytes, policy
from pathlib import Path

from mailer.delivery.replies import Verdict
from mailer.delivery.transport import Parcel, Work
from mailer.errors import TransportError
from mailer.model import Outcome, Status

_PAGE = """<!DOCTYPE html>
<html lang="en"><meta charset="utf-8"><title>Rehearsal</title>
<style>body{{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem}}
table{{border-collapse:collapse;width:100%}}
td,th{{text-align:left;padding:.3rem .6rem;border-bottom:1px solid #ddd}}
</style>
<h1>Rehearsal: nothing left this computer</h1>
<p>{count:,} messages, {octets:,} bytes in all. Open any of them in a mail program.</p>
<table><thead><tr><th>To<th>Subject<th>Bytes<th>File</tr></thead><tbody>
{rows}</tbody></table></html>
"""


class RehearsalTransport:
    """Writes every message into a folder as `.eml`, with a summary page `index.html`.

    Args:
        folder: made if it is not there; must be empty, so that no older rehearsal is mistaken for this one.

    Raises:
        TransportError: it can't be made, or is not empty.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        try:
            folder.mkdir(parents=True, exist_ok=True)
            if any(folder.iterdir()):
                raise TransportError(f"{folder} is not empty.", "Choose a new folder for the rehearsal.")
        except OSError as error:
            raise TransportError(f"{folder} can't be made: {error.strerror}.") from None

    @property
    def page(self) -> Path:
        """The summary page."""
        return self.folder / "index.html"

    def carry(self, work: Work) -> None:
        """See `Transport.carry`.

        Raises:
            TransportError: a file can't be written.
        """
        count = octets = 0
        rows = self.folder / "rows.part"
        try:
            with rows.open("w", encoding="utf-8") as summary:
                for count, parcel in enumerate(_parcels(work), 1):
                    octets += len(parcel.envelope.content)
                    if work.ask([parcel]).withheld():
                        continue  # not to leave after all
                    summary.write(self._write(count, parcel))
                    work.settle(parcel, Verdict.ACCEPTED, Outcome(Status.ACCEPTED, 250, "", "rehearsed"), "")
            self.page.write_text(
                _PAGE.format(count=count, octets=octets, rows=rows.read_text("utf-8")), encoding="utf-8"
            )
            rows.unlink()
        except OSError as error:
            raise TransportError(
                f"The rehearsal can't be written to {self.folder}: {error.strerror}."
            ) from None

    def _write(self, number: int, parcel: Parcel) -> str:
        content = parcel.envelope.content
        name = f"{number:06}.eml"
        (self.folder / name).write_bytes(content)
        subject = str(message_from_bytes(content.split(b"\r\n\r\n", 1)[0], policy=policy.default)["Subject"])
        cells = (html.escape(parcel.envelope.rcpt_to), html.escape(subject), f"{len(content):,}")
        return f'<tr><td>{cells[0]}<td>{cells[1]}<td>{cells[2]}<td><a href="{name}">{name}</a></tr>\n'


def _parcels(work: Work) -> Iterator[Parcel]:
    """All there are, at the pace that the rules set."""
    while not work.aborting:
        parcel = work.take()
        if parcel:
            yield parcel
        elif (pause := work.wait()) is None:
            return
        else:
            time.sleep(pause)
