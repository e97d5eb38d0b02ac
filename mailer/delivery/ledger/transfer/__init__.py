"""The whole ledger goes from a file into a database that several computers share, or back.

One of the two is valid at every moment, whenever this is killed:

1. Both are locked. All is copied, and each mailing is compared by a digest of all that is said of it.
2. The new one is committed, and shut: it says that it is just arriving, and from where. Whoever opens it is refused.
3. The old one is marked as moved, and shut: whoever opens it, or has it open, is refused and told where it went.
4. The new one is opened.

Killed before 3, the old one is as it was, and the next move begins anew. Killed after it, the next move does 4.
"""

from mailer.delivery.ledger.transfer.at_rest import Refused
from mailer.delivery.ledger.transfer.to_database import into_database
from mailer.delivery.ledger.transfer.to_file import into_file

__all__ = ["Refused", "into_database", "into_file"]
