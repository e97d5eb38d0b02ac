"""`mailer work`: a sender that serves every mailing that is due.

figures = Figures()
worker = Worker(Office(workspace, settings), stop, tell, figures)
worker.run()                                          # until stop is pressed
"""

from mailer.pipeline.working.ending import Office
from mailer.pipeline.working.figures import Figures
from mailer.pipeline.working.news import News, Tell, without_addresses
from mailer.pipeline.working.worker import Worker

__all__ = ["Figures", "News", "Office", "Tell", "Worker", "without_addresses"]
