"""What leaves at its time: `post` sends what is due, `schedule` shows, moves and cancels what is planned."""

from mailer.cli.schedule.planned import schedule
from mailer.cli.schedule.post import post

__all__ = ["post", "schedule"]
