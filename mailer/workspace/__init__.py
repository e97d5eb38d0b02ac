"""The folder in which staff work: its files, who may read them, and which of them may travel in a mail."""

from mailer.workspace.built_in import built_in_templates, sample
from mailer.workspace.folder import (
    SUPPRESSION_WORD,
    Workspace,
    find_workspace,
    make_workspace,
    same_file,
)
from mailer.workspace.list_names import list_called
from mailer.workspace.names import is_plain_name, lies_in, page_name, web_name

__all__ = [
    "SUPPRESSION_WORD",
    "Workspace",
    "built_in_templates",
    "find_workspace",
    "is_plain_name",
    "lies_in",
    "list_called",
    "make_workspace",
    "page_name",
    "same_file",
    "sample",
    "web_name",
]
