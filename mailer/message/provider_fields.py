"""Header fields for the provider that carries our mail: which delivery this is, and that nothing of it is counted.

An event of a provider has to prove which of our mails it is about. Where the provider keeps our Message-ID out of it, a
field of its own carries the delivery's token; where it would put links of its own in place of ours, or a picture that
tells on readers, a field says no. They are only written for the provider that SMTP_PRESET names. It may take them off
again, so DKIM of our own does not sign them. What each is good for: docs/reference/message.md.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

KEY = "mailer"
"""Under this name the token comes back."""

_NO_TRACKING = '{"settings": {"enable": 0}}'

_FIELDS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "ses": (("X-SES-MESSAGE-TAGS", f"{KEY}=%s"),),
    "mailgun": (
        ("X-Mailgun-Variables", f'{{"{KEY}": "%s"}}'),
        ("X-Mailgun-Track", "no"),
        ("X-Mailgun-Track-Clicks", "no"),
        ("X-Mailgun-Track-Opens", "no"),
    ),
    "sendgrid": (
        (
            "X-SMTPAPI",
            f'{{"unique_args": {{"{KEY}": "%s"}}, "filters": {{"clicktrack": {_NO_TRACKING},'
            f' "opentrack": {_NO_TRACKING}, "subscriptiontrack": {_NO_TRACKING}}}}}',
        ),
    ),
    "postmark": (
        (f"X-PM-Metadata-{KEY}", "%s"),
        ("X-PM-KeepID", "true"),
        ("X-PM-TrackOpens", "false"),
        ("X-PM-TrackLinks", "None"),
    ),
    "brevo": (("X-Mailin-custom", f"{KEY}:%s"),),
}

NAMES = re.compile(
    "|".join(sorted({name for fields in _FIELDS.values() for name, _ in fields}, key=len)[::-1])
)
"""Those that may stand in a message."""


def provider_fields(provider: str, message_id: str) -> tuple[tuple[str, str], ...]:
    """What stands in a message for this provider, by name; nothing where it tells no events.

    Args:
        provider: of `Preset.events`.
        message_id: with its angle brackets; its left part is the delivery's token.
    """
    token = message_id[1:].partition("@")[0]
    return tuple((name, value.replace("%s", token)) for name, value in _FIELDS.get(provider, ()))
