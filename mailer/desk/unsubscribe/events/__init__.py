"""The door for providers' events: who posts is who they say, and what they post is kept; nothing is read here."""

from mailer.desk.unsubscribe.events.door import EventsDoor

__all__ = ["EventsDoor"]
