"""What the servers of providers mean, where their codes say something else: most of it is about us, though many a code
reads like a recipient's. The words are those of their documentation, or of people who got them.

Of Postmark no row stands here: no such reply of its SMTP server is documented; of a suppressed recipient it tells
later, by an event.
"""

from __future__ import annotations

from mailer.delivery.replies.reply import Rule, Stage, Verdict

_S, _V = Stage, Verdict
_CONTENT = (_S.RCPT, _S.DATA, _S.BODY, _S.DOT)
_ANY = (_S.RSET, _S.MAIL, *_CONTENT)
_DAY = 86_400

_MICROSOFT, _GOOGLE, _SES = "Exchange Online", "Google", "Amazon SES"
_RESENT = "Ask for a higher limit, or send from another account."
_SPF = (
    "Whoever runs the domain's DNS adds what is missing; `mailer doctor` names it. The server's own signing (DKIM) is "
    "switched on at the provider."
)
_BANNED = "An administrator makes sure that the account was not broken into, then asks Microsoft's support to lift it."


def _about_us(
    whose: str, said: str, reason: str, cure: str, sample: tuple[Stage, str], *,
    codes: str = "5..", enhanced: str = "", window: int = 0,
) -> Rule:  # fmt: skip
    return Rule(_ANY, codes, enhanced, _V.HALT_QUEUED, reason, sample, said, whose, cure, window)


def _not_so_fast(whose: str, said: str, reason: str, sample: tuple[Stage, str]) -> Rule:
    return Rule(_ANY, "4..", "", _V.SLOWER, reason, sample, said, whose)


_LIMITS: tuple[Rule, ...] = (
    Rule(_ANY, "4..", "", _V.FEWER,
         "More connections at once than the server allows (Exchange Online: three a mailbox).",
         (_S.DOT, "432 4.3.2 Concurrent connections limit exceeded. Visit https://aka.ms/concurrent_sending for more "
          "information."),
         "concurrent connections|concurrent smtp connections|too many connections|sender thread limit", "several"),
    _not_so_fast(_SES, r"throttling failure: maximum sending rate",
                 "More messages a second than the account may send.",
                 (_S.DOT, "454 Throttling failure: Maximum sending rate exceeded.")),
    _not_so_fast(_GOOGLE, r"peak smtp relay limit",
                 "More in a short time than the organisation may relay; Google calls it temporary.",
                 (_S.RCPT, "450 4.2.1 Peak SMTP relay limit exceeded for customer. This is a temporary error. For more "
                  "information on SMTP relay limits, please contact your administrator.")),
    _not_so_fast(_GOOGLE, "unusual rate of|been rate limited|been temporarily rate limited",
                 "So much at once that Google slows the sender down.",
                 (_S.DOT, "421 4.7.28 Gmail has detected an unusual rate of mail originating from your IP address. To "
                  "protect our users from spam, mail has been temporarily rate limited.")),
    _not_so_fast(_MICROSOFT, r"submission rate for this client",
                 "More messages a minute than the mailbox may send.",
                 (_S.MAIL, "421 4.4.2 Message submission rate for this client has exceeded the configured limit")),
    _about_us(_SES, r"daily message quota exceeded",
              "The account has sent as much as it may in 24 hours.", _RESENT,
              (_S.DOT, "454 Throttling failure: Daily message quota exceeded."), codes="[45]..", window=_DAY),
    _about_us(_GOOGLE, "daily user sending limit exceeded|daily sending quota exceeded|daily smtp relay limit exceeded"
              "|daily smtp relay sending limit exceeded",
              "The account, or the organisation, has sent as much as it may in a day.",
              "Nobody can lift that sooner; a Google Workspace administrator can see it in the Admin console.",
              (_S.DOT, "550 5.4.5 Daily user sending limit exceeded. For more information on Gmail sending limits go "
               "to https://support.google.com/a/answer/166852"), window=_DAY),
    _about_us(_MICROSOFT, "submissionquotaexceeded|submission quota exceeded|submission quota was exceeded",
              "The mailbox has sent to as many recipients as it may in 24 hours (Microsoft allows 10,000).",
              "Nobody can lift that sooner; an administrator can have another mailbox send.",
              (_S.DOT, "554 5.2.0 STOREDRV.Submission.Exception:SubmissionQuotaExceededException"), window=_DAY),
    _about_us(_MICROSOFT, "",
              "The mailbox has sent to as many recipients as it may in 24 hours.",
              "If nobody sent that much, the account may have been broken into: ask an administrator.",
              (_S.DOT, "550 5.1.90 Your message can't be sent because you've reached your daily limit for message "
               "recipients"), enhanced=r"5\.1\.90", window=_DAY),
    _about_us(_MICROSOFT, "",
              "The whole organisation (tenant) has sent to as many people outside as it may in 24 hours.",
              "An administrator sees who sends in the Exchange admin center's reports; the limit grows with the number "
              "of licences.",
              (_S.DOT, "550 5.7.233 Your message can't be sent because your tenant has exceeded its daily limit for "
               "sending email to external recipients (tenant external recipient rate limit)."),
              enhanced=r"5\.7\.23[23]", window=_DAY),
)  # fmt: skip
"""Too much, too fast, too many at once."""

_SENDERS: tuple[Rule, ...] = (
    _about_us(_MICROSOFT, r"sender throttled",
              "Microsoft has stopped the mailbox for a while, as too many of its messages failed for one reason.",
              "Mend that reason first (5.2.251: the mailbox is full; 252: it may not send as this sender; 253: its "
              "licence; 254, 255: its recipients). How long it lasts, Microsoft decides and does not say.",
              (_S.MAIL, "550 5.2.252 Sender throttled due to continuous send as denied errors."),
              enhanced=r"5\.2\.25[1-5]"),
    _about_us(_MICROSOFT, r"sendasdenied|permissions to send as",
              "The account may not send as the sender that `newsroom.md` or ENVELOPE_FROM names.",
              "Send as SMTP_USERNAME, or an administrator allows it: `Add-RecipientPermission SENDER -Trustee {user} "
              "-AccessRights SendAs`.",
              (_S.DOT, "554 5.2.252 SendAsDenied; press@example.org not allowed to send as newsroom@example.org; "
               "STOREDRV.Submission.Exception:SendAsDeniedException.MapiExceptionSendAsDenied; Failed to process "
               "message due to a permanent exception with message Cannot submit message.")),
    _about_us(_MICROSOFT, r"storedrv\.submission\S*quota",
              "The sending mailbox itself is full: Exchange keeps what it sends in Sent Items.",
              "Empty Sent Items and Deleted Items of {user}, or have an administrator set a retention policy.",
              (_S.DOT, "554 5.2.2 mailbox full; STOREDRV.Submission.Exception:QuotaExceededException."
               "MapiExceptionShutoffQuotaExceeded")),
    _about_us(_MICROSOFT, r"bad outbound sender",
              "Microsoft has blocked the account, as it took its mail for spam.",
              "An administrator makes sure that it was not broken into, then unblocks it in the Defender portal under "
              "Restricted entities.",
              (_S.DOT, "550 5.1.8 Access denied, bad outbound sender."), enhanced=r"5\.1\.8"),
    _about_us(_MICROSOFT, "",
              "Microsoft has banned the sending account or its address on the net.", _BANNED,
              (_S.DOT, "550 5.7.501 Access denied, spam abuse detected."),
              enhanced=r"5\.7\.(50[123]|511|6[0-4]\d)"),
    _about_us(_MICROSOFT, "",
              "Microsoft has banned all that the organisation (tenant) sends, or takes nothing from this server.",
              _BANNED, (_S.DOT, "550 5.7.705 Access denied, tenant has exceeded threshold."),
              enhanced=r"5\.7\.7([0-4]\d|50)"),
    _about_us(_MICROSOFT, r"tenantattribution",
              "This connector of Microsoft 365 does not know the server that mail comes from.",
              "An administrator adds this office's address on the net to the inbound connector.",
              (_S.RCPT, "550 5.7.64 TenantAttribution; Relay Access Denied")),
    _about_us(_GOOGLE, r"mail relay denied|mail sending denied|invalid credentials for relay",
              "Google's relay does not know this office, or the sender's domain.",
              "A Google Workspace administrator adds the office's address on the net under Apps, Google Workspace, "
              "Gmail, Routing, SMTP relay service; the sender's domain must be one of the organisation's.",
              (_S.MAIL, "550 5.7.0 Mail relay denied [192.0.2.1]. Invalid credentials for relay for one of the domains "
               "in: example.org (as obtained from HELO and MAIL FROM).")),
    _about_us(_SES, r"email address is not verified",
              "The sender is not verified in this region; in the sandbox, recipients must be verified too.",
              "Verify the sender's domain in the SES console, in the region of SMTP_HOST, and ask there for production "
              "access.",
              (_S.DOT, "554 Message rejected: Email address is not verified. The following identities failed the check "
               "in region EU-WEST-1: press@example.org"), enhanced=r"|5\.[07]\..*"),
    _about_us(_SES, r"sending paused",
              "Amazon has paused the account's sending: bounces or complaints were too many.",
              "Read what Amazon wrote to the account's owner, and answer it in the SES console.",
              (_S.DOT, "554 Message rejected: Sending paused for this account. For more information, please check the "
               "inbox of the email address associated with your AWS account.")),
    _about_us(_SES, r"not authorized to perform \Sses:send",
              "The user of these SMTP credentials may not send as this sender.",
              "Whoever runs the AWS account allows it `ses:SendRawEmail` for the sender's identity (IAM).",
              (_S.DOT, "554 Access denied: User `arn:aws:iam::123456789012:user/press' is not authorized to perform "
               "`ses:SendRawEmail' on resource `arn:aws:ses:eu-west-1:123456789012:identity/example.org'")),
    _about_us("SendGrid", r"verified sender identity|unauthenticated senders|not authorized to send from that email",
              "The sender is not one that SendGrid has verified.",
              "Verify the sender's domain, or the address, in SendGrid under Settings, Sender Authentication.",
              (_S.DOT, "550 The from address does not match a verified Sender Identity. Mail cannot be sent until this "
               "error is resolved."), codes="[45].."),
    _about_us("Mailgun", r"^domain \S+ is not allowed to send",
              "Mailgun does not let this domain send: see what it says.",
              "Log in at Mailgun: the account may have to be activated, the domain verified, or the plan changed.",
              (_S.DATA, "421 Domain sandbox1.mailgun.org is not allowed to send: Sandbox subdomains are for test "
               "purposes only. Please add your own domain or add the address to authorized recipients in Account "
               "Settings."),
              codes="[45].."),
    _about_us("Brevo", r"smtp account is not yet activated",
              "Brevo has not switched on sending for the account.", "Ask Brevo's support for it.",
              (_S.DATA, "502 5.7.0 Your SMTP account is not yet activated. Please contact us at "
               "contact@sendinblue.com to request activation."), codes="[45].."),
)  # fmt: skip
"""Who we are there, and whether we may."""

_DOMAIN: tuple[Rule, ...] = (
    _about_us("several", "", "The server that mail comes from has no matching name in the DNS (PTR, RFC 7372 §3.3).",
              "Ask the people who run the server.",
              (_S.DOT, "550 5.7.25 The IP address sending this message does not have a PTR record setup, or the "
               "corresponding forward DNS entry does not point to the sending IP."), enhanced=r"5\.7\.25"),
    _about_us("several", "", "The sender's domain did not prove that the mail is its own (SPF, DKIM, DMARC; RFC 7372).",
              _SPF,
              (_S.DOT, "550 5.7.26 Unauthenticated email from example.org is not accepted due to domain's DMARC "
               "policy. Please contact the administrator of example.org domain."), enhanced=r"5\.7\.2[0-46]"),
    _about_us(_GOOGLE, r"\bspf\b|\bdkim\b", "The sender's domain did not prove that the mail is its own (SPF, DKIM).",
              _SPF,
              (_S.DOT, "550 5.7.30 This mail has been blocked because DKIM does not pass. Gmail requires all large "
               "senders to authenticate with DKIM."), enhanced=r"5\.7\.(27|30|32)"),
    _about_us(_MICROSOFT, "", "The sender's domain did not prove that the mail is its own (SPF, DKIM, DMARC).", _SPF,
              (_S.DOT, "550 5.7.515 Access denied, sending domain example.org does not meet the required "
               "authentication level."), enhanced=r"5\.7\.5(09|15)"),
)  # fmt: skip
"""Authentication of our domain."""

_RECIPIENTS: tuple[Rule, ...] = (
    Rule(_CONTENT, "[45]..", "", _V.DEFERRED,
         "The recipient gets too much mail at the moment, from anybody: not ours is too much.",
         (_S.RCPT, "550 5.2.1 The user you are trying to contact is receiving mail at a rate that prevents additional "
          "messages from being delivered."),
         r"user you are trying to contact is receiving", _GOOGLE),
    Rule(_CONTENT, "5..", r"5\.2\.12[12]", _V.DEFERRED,
         "The recipient gets, or got from us, as much as they may in an hour.",
         (_S.RCPT, "550 5.2.122 Recipient's per hour message receive limit exceeded."), "", _MICROSOFT),
    Rule(_CONTENT, "5..", r"5\.7\..*", _V.REJECTED,
         "The recipient takes mail only from whom their own organisation allows.",
         (_S.RCPT, "550 5.7.133 RESOLVER.RST.SenderNotAuthenticatedForGroup; authentication required; Delivery "
          "restriction check failed because the sender was not authenticated when sending to this group"),
         r"resolver\.rst\.", _MICROSOFT),
)  # fmt: skip
"""About one recipient, whose code reads like a refusal of us, or like a closed mailbox."""

OF_PROVIDERS = _LIMITS + _SENDERS + _DOMAIN + _RECIPIENTS
