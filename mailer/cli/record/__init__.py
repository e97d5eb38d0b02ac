"""What stays of a release: the archive, the web version, the log of who did what."""

from mailer.cli.record.keep import archive, publish
from mailer.cli.record.log import log

__all__ = ["archive", "log", "publish"]
