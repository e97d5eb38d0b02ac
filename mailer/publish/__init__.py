"""The record of a release: a folder that can be read without this tool, and its version for the web.

`site.publish` writes what readers get, `archive.archive` what the office keeps. Nothing is sent here, and the ledger is
only read.
"""

from mailer.publish.archiving import Archived, archive
from mailer.publish.site import Published, publish

__all__ = ["Archived", "Published", "archive", "publish"]
