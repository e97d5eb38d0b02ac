"""Writing: a workspace, a release, a release out of a document, and tidying one."""

from mailer.cli.write.begin import init, new
from mailer.cli.write.bring import import_
from mailer.cli.write.fix import fix

__all__ = ["fix", "import_", "init", "new"]
