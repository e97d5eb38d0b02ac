"""A press list in pages: its file is read once, by a thread of its own, into a temporary database that answers for
filters, words and addresses. It goes with the desk: nothing about people is left on the disk that `mailer forget` would
not know of.
"""

from __future__ import annotations

import time
from array import array
from collections import OrderedDict
from collections.abc import Iterable
from threading import Event, Lock

from mailer.desk.rooms.people.reading.filling import Filling, empty
from mailer.desk.rooms.people.reading.once import Barred, reviewed_once
from mailer.desk.rooms.people.reading.rows import (
    CUT,
    Facets,
    Row,
    Texts,
    Wanted,
    as_row,
    clause_of,
    count_marks,
    marks_of,
)  # fmt: skip
from mailer.errors import Fault, ListError
from mailer.model import Recipient
from mailer.press import PressList, Problem, Suppressions

BATCH = 200
STANDS_BACK = 0.1
"""Seconds for which reading waits when a page is being made."""
REMEMBERED = 20
"""Questions whose answers are kept, for their next page."""
MOST_OFFERED = 200
"""Values of a filter that are offered, the most frequent ones."""


class Roll:
    """A list as it was when its file was read. `read` fills it; meanwhile it answers with what it has.

    Args:
        press_list: opened without asking, so that it can be looked at before its questions are answered.
        questions: what only staff can know; nobody is mailed from it before.
        long: nobody waits for all of it: whoever looks sees its first people.

    Attributes:
        ready: all of it was read, or reading ended with `fault`.
        read_so_far: rows.
        facets: by key, the values that can be filtered by, each with its number, the most frequent first.
    """

    def __init__(
        self, press_list: PressList, questions: tuple[Fault, ...] = (), *, long: bool = False
    ) -> None:
        self.press_list, self.questions = press_list, questions
        self.ready, self._shows = Event(), Event()
        self._long = long
        self.fault: tuple[Fault, ...] = ()
        self.read_so_far = 0
        self.facets: dict[str, list[tuple[str, int]]] = {}
        self._given_up = False
        self._lock = Lock()
        self._judged: object = None
        self._after = 0.0
        self._numbers: dict[str, int] = {}
        self._answers: OrderedDict[Wanted, array[int]] = OrderedDict()
        self._db = empty()
        self._filling = Filling(self._db, self._lock)
        self.problem_kinds, self.left_out_kinds = self._filling.problem_kinds, self._filling.left_out_kinds

    @property
    def whole(self) -> bool:
        """All of it was read, and who of it is never mailed is known. A page that says how many there are asks this
        first: what it was told before may have been a part of it, and nothing would tell it so.
        """
        return self._judged is not None

    def give_up(self) -> None:
        """The file has changed: whoever reads it for this roll need not go on."""
        self._given_up = True

    def read(self) -> None:
        """Fills the roll. Its end is `ready`, whatever happens."""
        try:
            self._read()
        except ListError as error:
            self.fault = error.faults
        except OSError as error:
            self.fault = (Fault(self.press_list.shown, 0, f"can't be read: {error.strerror}"),)
        finally:
            self.ready.set()
            self._shows.set()

    def wait(self, patience: float) -> None:
        """Until all of it was read, or of a long one as much as a page shows; at most so many seconds."""
        (self._shows if self._long else self.ready).wait(patience)

    def _read(self) -> None:
        facets: Facets = {}
        barred: Barred = {}
        people: list[Texts] = []
        problems: list[Problem] = []
        for number, row in enumerate(reviewed_once(self.press_list, barred), 1):
            if isinstance(row, Recipient):
                marks = marks_of(row)
                count_marks(marks, facets)
                people.append((number, *as_row(row, marks)))
            else:
                problems.append(row)
            if number % BATCH == 0:
                self._filling.take(people, problems)
                self.read_so_far = number
                self._shows.set()
                people, problems = [], []
                if self._given_up:
                    return
                self._stand_back()
        self._filling.take(people, problems)
        self._filling.end(barred, facets)
        self.facets = {key: counted.most_common(MOST_OFFERED) for key, counted in facets.items() if counted}

    def _stand_back(self) -> None:
        """Lets a page that is being made go first: both would take turns otherwise, and somebody waits for it."""
        while (wait := self._after - time.monotonic()) > 0:
            time.sleep(min(wait, 0.05))

    def let_pass(self) -> None:
        """A page is about to be made: whoever reads the list waits for a moment."""
        self._after = time.monotonic() + STANDS_BACK

    # ---- who is never mailed -----------------------------------------------------------------------------

    def judge(self, suppressions: Suppressions | None, version: object) -> None:
        """Marks whoever is never mailed; costs nothing where nothing has changed since.

        Args:
            version: another one whenever somebody has come or gone.
        """
        if not self.ready.is_set() or self._judged == version:
            return
        with self._lock:
            changed = []
            for n, key, never in self._db.execute("SELECT n, key, never FROM people"):
                entry = suppressions.get(key) if suppressions is not None else None
                now = str(entry) if entry is not None else ""
                if now != never:
                    changed.append((now, n))
            self._db.executemany("UPDATE people SET never = ? WHERE n = ?", changed)
            self._judged = version
            self._numbers.clear()
            self._answers.clear()

    # ---- answers -----------------------------------------------------------------------------------------

    def _all(self, query: str, values: Iterable[object] = ()) -> list[tuple[object, ...]]:
        with self._lock:
            return self._db.execute(query, tuple(values)).fetchall()

    def _count(self, query: str, values: Iterable[object] = ()) -> int:
        return int(str(self._all(query, values)[0][0]))

    def _number(self, query: str) -> int:
        """A count of the whole roll; it is asked of every page."""
        if not self.ready.is_set():
            return self._count(query)
        with self._lock:  # else a number from before a judgement is kept after it
            if query not in self._numbers:
                self._numbers[query] = int(self._db.execute(query).fetchone()[0])
            return self._numbers[query]

    @property
    def mailed(self) -> int:
        """How many would get a mail to this list."""
        return self._number("SELECT count(*) FROM people") - self.never

    @property
    def never(self) -> int:
        """How many of the list are suppressed."""
        return self._number("SELECT count(*) FROM people WHERE never <> ''")

    @property
    def to_fix(self) -> int:
        """Rows that somebody should mend: they can't be used."""
        return self._number("SELECT count(*) FROM problems WHERE level = 'error'")

    @property
    def problem_number(self) -> int:
        """Rows that somebody should look at, those to be mended among them."""
        return self._number("SELECT count(*) FROM problems WHERE level <> 'notice'")

    @property
    def left_out(self) -> int:
        """Rows that are not mailed, whoever is suppressed among them."""
        return self._number("SELECT count(*) FROM problems WHERE reason <> ''") + self.never

    def people(self, wanted: Wanted, first: int, most: int) -> tuple[int, list[Row]]:
        """How many of those who are mailed are wanted, and some of them in the order of the list."""
        with self._lock:
            found = self._answers.get(wanted)
            if found is None:
                clause, values = clause_of(wanted)
                query = f"SELECT n FROM texts WHERE {clause}" if values else "SELECT n FROM people"  # noqa: S608
                never = {n for (n,) in self._db.execute("SELECT n FROM people WHERE never <> ''")}
                of_them = (n for (n,) in self._db.execute(query, values))
                found = self._answers[wanted] = array("q", sorted(n for n in of_them if n not in never))
                while len(self._answers) > REMEMBERED:
                    self._answers.popitem(last=False)
        page = found[first : first + most]
        return len(found), self._rows(f"n IN ({', '.join('?' * len(page))}) ORDER BY n", page)

    def _rows(self, where: str, values: Iterable[object]) -> list[Row]:
        query = f"SELECT line, address, name, outlet, languages, tags, cells, never FROM people WHERE {where}"  # noqa: S608
        return [self._row(found) for found in self._all(query, values)]

    def _row(self, found: tuple[object, ...]) -> Row:
        line, *texts = found
        address, name, outlet, languages, tags, cells, never = map(str, texts)
        keys = self.press_list.header.columns.keys
        said = zip(keys, cells.split(CUT), strict=True) if keys else ()
        fields = tuple((key, cell) for key, cell in said if cell)
        return Row(int(str(line)), address, name, outlet, languages, tags, fields, never)

    def of_key(self, key: str) -> list[Row]:
        """The row of a canonical address, whether it is mailed or suppressed."""
        return self._rows("key = ? ORDER BY n", (key,))

    def at_line(self, line: int) -> list[Row]:
        """Everybody whom a row of the file names."""
        return self._rows("line = ? ORDER BY n", (line,))

    def with_words(self, words: Iterable[str], most: int) -> list[Row]:
        """Some of those, suppressed or not, whose row holds all of these words."""
        clause, values = clause_of(Wanted(tuple(words)))
        return self._rows(f"n IN (SELECT n FROM texts WHERE {clause} LIMIT ?) ORDER BY n", (*values, most))  # noqa: S608

    def problems(self, wanted: Wanted, first: int, most: int) -> tuple[int, list[Problem]]:
        """How many rows are to be looked at, and some of them."""
        return self._problems("level <> 'notice'", wanted, first, most)

    def not_mailed(self, wanted: Wanted, first: int, most: int) -> tuple[int, list[Problem]]:
        """How many rows are not mailed, whoever is suppressed among them, and some of them with the reason."""
        of_them = "line, 'notice', 'suppressed', 'suppressed', never, address, lower(address) AS words"
        more = f" UNION ALL SELECT {of_them} FROM people WHERE never <> ''"  # noqa: S608 - fixed text
        return self._problems("reason <> ''", wanted, first, most, more)

    def problems_of(self, key: str) -> list[Problem]:
        """What is to be said of rows that name a canonical address, though they mail nobody of it."""
        return self._as_problems(
            "SELECT line, level, id, reason, message, address FROM problems"
            " WHERE n IN (SELECT problem FROM named WHERE key = ?) AND reason <> '' ORDER BY n",
            (key,),
        )

    def problems_at(self, line: int) -> list[Problem]:
        query = "SELECT line, level, id, reason, message, address FROM problems WHERE line = ? ORDER BY n"
        return self._as_problems(query, (line,))

    def _problems(
        self, which: str, wanted: Wanted, first: int, most: int, more: str = ""
    ) -> tuple[int, list[Problem]]:
        table = f"SELECT line, level, id, reason, message, address, words FROM problems WHERE {which}{more}"  # noqa: S608
        where, values = clause_of(Wanted(wanted.words))
        if wanted.kind:
            where, values = f"{where} AND id = ?", [*values, wanted.kind]
        number = self._count(f"SELECT count(*) FROM ({table}) WHERE {where}", values)  # noqa: S608
        query = (
            f"SELECT line, level, id, reason, message, address FROM ({table}) WHERE {where}"  # noqa: S608
            " ORDER BY line LIMIT ? OFFSET ?"
        )
        return number, self._as_problems(query, (*values, most, first))

    def _as_problems(self, query: str, values: Iterable[object]) -> list[Problem]:
        return [
            Problem(line, level, message, kind, reason or None, address)  # type: ignore[arg-type]
            for line, level, kind, reason, message, address in self._all(query, values)
        ]
