"""Who gets it: press lists as people export them → an audience, everybody once, nobody against their wish."""

from mailer.press.addresses import AddressError, canonical, parse_address
from mailer.press.choose import WhereError
from mailer.press.cures import why_nobody, why_not
from mailer.press.examine import Difference, diff, examine, write_list
from mailer.press.forget import Forgotten, Held, forget, held, traces
from mailer.press.lists import Choice, Counts, count_audience, read_audience
from mailer.press.problems import Problem, Reason
from mailer.press.read import PressList, read_list
from mailer.press.still_wanted import StillWanted
from mailer.press.suppress import Suppressions
from mailer.press.suppressed_file import begin as begin_suppressions
from mailer.press.suppressed_rows import Suppression
from mailer.press.unsubscribe import UnsubscribeTokenError, read_unsubscribe_token, unsubscribe_token

__all__ = [
    "AddressError",
    "Choice",
    "Counts",
    "Difference",
    "Forgotten",
    "Held",
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
    "examine",
    "forget",
    "held",
    "parse_address",
    "read_audience",
    "read_list",
    "read_unsubscribe_token",
    "traces",
    "unsubscribe_token",
    "why_nobody",
    "why_not",
    "write_list",
]
