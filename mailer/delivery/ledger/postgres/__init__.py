"""The ledger in a PostgreSQL database, which several computers share: docs/decisions/postgresql.md says why."""

from mailer.errors import LedgerError

try:
    import psycopg as _psycopg  # noqa: F401
except ImportError:  # it is an extra; also where it finds no libpq
    raise LedgerError(
        "A ledger in a PostgreSQL database needs the package psycopg, which is not here or not whole:"
        ' pip install "release-mailer[postgres]"',
    ) from None
