"""What a ledger consists of, whatever it is kept in: its tables, in an order in which nothing is referred to that is
not there yet. By this a ledger is copied and compared."""

from __future__ import annotations

from dataclasses import dataclass

_BY_DELIVERY = "by delivery"


@dataclass(frozen=True, slots=True)
class Table:
    """
    Attributes:
        columns: those that a move takes along.
        mailing: SQL, which mailing a row is of; "" where it is of none.
        counted: the column that the database counts up by itself; "" where there is none.
        aside: so many of the last columns say nothing of what was sent: witnesses count by them.
    """

    name: str
    columns: tuple[str, ...]
    mailing: str = ""
    counted: str = ""
    aside: int = 0

    @property
    def query(self) -> str:
        """All its rows: its columns, and behind them the mailing's id, 0 for none."""
        named = ", ".join(f"t.{column}" for column in self.columns)
        if self.mailing == _BY_DELIVERY:
            return f"SELECT {named}, d.mailing FROM {self.name} AS t LEFT JOIN deliveries AS d ON d.id = t.delivery"
        return f"SELECT {named}, {self.mailing or 0} FROM {self.name} AS t"


def _table(name: str, columns: str, mailing: str = "", counted: str = "", aside: int = 0) -> Table:
    return Table(name, tuple(columns.split()), mailing, counted, aside)


TABLES = (
    _table("mailings", "id release kind subject mail_from domain follows created ready planned embargo zone day lost"
           " sequence", "t.id", "id", aside=1),
    _table("editions", "mailing language digest frozen words", "t.mailing"),
    _table("deliveries", "id mailing canonical address name language fields token in_reply_to state due tries",
           "t.mailing", "id"),
    _table("orders", "id mailing kind given giver number recipients content sender relay planned", "t.mailing", "id"),
    _table("discarded", "rowid orders mailing canonical address reply", "t.mailing", "rowid"),
    _table("pace", "id at delivery", counted="id"),
    _table("attempts", "id delivery at code enhanced text host", _BY_DELIVERY, "id"),
    _table("soft_bounces", "canonical at delivery enhanced", _BY_DELIVERY),
    _table("answers", "delivery at automatic", _BY_DELIVERY),
    _table("complaints", "delivery at", _BY_DELIVERY),
    _table("approvals", "id release at account by people signature", counted="id"),
    _table("approval_editions", "approval position language frozen"),
    _table("offers", "id mailing release nonce what made expires state given giver leaves holder said", "t.mailing",
           "id"),
    _table("requests", "id mailing kind at giver heard", "t.mailing", "id"),
    _table("mail_dealt_with", "digest at"),
    _table("folders_read", "folder validity uid"),
)  # fmt: skip

OF_THE_FILE = ("boots", "machine", "moved", "states")
"""Tables of a file alone: its computer, and that computer's clock; where it went; names for letters."""
OF_THE_DATABASE = ("schema_version", "moved", "states", "suppressions", "workers")
"""Tables of a database alone. Who is at work ends with a move. Suppressions are every computer's, and each keeps its
own in lists/suppressed.csv: whoever moves sees to them (pipeline/moving.py)."""

NOT_MOVED = {"mailings": ("boot", "holder"), "deliveries": ("worker",)}
"""Columns that are of one boot, one process or one lease, all of which are over."""
