"""Who gets it: press lists as people export them → an audience, everybody once, nobody against their wish."""

from mailer.press.addresses import AddressError, canonical, parse_address
from mailer.press.audience import Choice, Counts, count_audience, read_audience
from mailer.press.forget import Forgotten, Occurrence, files_naming, forget, kept_about
from mailer.press.list_files.answers import Answers, said, settings_of
from mailer.press.list_files.problems import Problem
from mailer.press.list_files.read import PressList, read_list
from mailer.press.list_files.write import write_list, write_settings
from mailer.press.reasons import Reason, why_nobody, why_not
from mailer.press.review import Difference, diff, review
from mailer.press.suppressions.still_wanted import StillWanted
from mailer.press.suppressions.suppressed_file import begin as begin_suppressions
from mailer.press.suppressions.suppressed_rows import Suppression
from mailer.press.suppressions.suppressions import Suppressions
from mailer.press.suppressions.unsubscribe_tokens import (
    UnsubscribeTokenError,
    read_unsubscribe_token,
    unsubscribe_token,
)
from mailer.press.where_expression import WhereError

__all__ = [
    "AddressError",
    "Answers",
    "Choice",
    "Counts",
    "Difference",
    "Forgotten",
    "Occurrence",
    "PressList",
    "Problem",
    "Reason",
    "StillWanted",
    "Suppression",
    "Suppressions",
    "UnsubscribeTokenError",
    "WhereError",
    "begin_suppressions",
    "canonical",
    "count_audience",
    "diff",
    "files_naming",
    "forget",
    "kept_about",
    "parse_address",
    "read_audience",
    "read_list",
    "read_unsubscribe_token",
    "review",
    "said",
    "settings_of",
    "unsubscribe_token",
    "why_nobody",
    "why_not",
    "write_list",
    "write_settings",
]
