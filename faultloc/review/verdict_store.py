"""The verdicts of a review on disk: a log in SQLite that only grows, safe before the next sample shows."""

import errno
import os
import sqlite3
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import get_args

from faultloc.errors import DataError
from faultloc.verdict import Decision, Verdict

FILE_NAME = "verdicts.sqlite"

# Another process holds the file for milliseconds; longer than this and it hangs.
_PATIENCE_SECONDS = 20
# "flt1" in the file's header: that it is ours is known before anything is written to it.
_APPLICATION_ID = 0x666C7431
_SCHEMA = (
    """CREATE TABLE IF NOT EXISTS log (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        sample_id TEXT NOT NULL,
        decision TEXT NOT NULL,
        label TEXT NOT NULL,
        given_by TEXT NOT NULL,
        undoes INTEGER UNIQUE REFERENCES log(number)
    )""",
    "CREATE TABLE IF NOT EXISTS dataset (fingerprint TEXT NOT NULL)",
    # Files of earlier versions have no such table, and get it with the next thing that is written.
    """CREATE TABLE IF NOT EXISTS notes (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        sample_id TEXT NOT NULL,
        text TEXT NOT NULL,
        given_by TEXT NOT NULL
    )""",
    f"PRAGMA application_id = {_APPLICATION_ID}",
)
_IN_FORCE = "decision != 'undo' AND number NOT IN (SELECT undoes FROM log WHERE undoes IS NOT NULL)"


class VerdictStore:
    """The verdicts in the file ``path``, which the first one creates. Nothing is ever deleted: undoing is a row too.

    Any number of threads and processes may use the same file; each call stands for itself, and what it wrote has
    reached the disk when it returns. Every method raises DataError where the file is none of ours or cannot be used.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def give(self, verdict: Verdict, by: str = "") -> None:
        """Keeps ``verdict``, in place of an earlier one on the same sample; ``by`` says who can undo it."""
        self.give_all([verdict], by)

    def give_all(self, verdicts: Sequence[Verdict], by: str = "") -> None:
        """Keeps all ``verdicts``, or none of them where that fails."""
        rows = [(verdict.sample_id, verdict.decision, verdict.label, by) for verdict in verdicts]
        with self._writing() as connection:
            connection.executemany("INSERT INTO log (sample_id, decision, label, given_by) VALUES (?, ?, ?, ?)", rows)

    def undo(self, by: str | None = None) -> str | None:
        """The id of the sample whose verdict, the last one in force, was taken back; None where there is none.

        The sample then has the verdict that it had before, if any. ``by``: only what was given by this one.
        """
        if not self._path.exists():
            return None
        with self._writing() as connection:
            last = connection.execute(
                f"SELECT number, sample_id FROM log WHERE {_IN_FORCE} AND (? IS NULL OR given_by = ?) "
                "ORDER BY number DESC LIMIT 1",
                (by, by),
            ).fetchone()
            if last is None:
                return None
            connection.execute(
                "INSERT INTO log (sample_id, decision, label, given_by, undoes) VALUES (?, 'undo', '', ?, ?)",
                (last[1], by or "", last[0]),
            )
        return str(last[1])

    def take_back(self, sample_ids: Collection[str], by: str | None = None) -> list[str]:
        """The ids, of ``sample_ids``, of which verdicts were taken back: of all, or where that fails, none.

        All verdicts on them that are in force, so that they have none afterwards. ``by``: only the last one on each,
        and only where it is this one's; the sample then has the verdict that it had before, if any.
        """
        if not self._path.exists():
            return []
        wanted = set(sample_ids)
        with self._writing() as connection:
            given: dict[str, list[tuple[int, str]]] = {}
            for number, sample_id, given_by in connection.execute(
                f"SELECT number, sample_id, given_by FROM log WHERE {_IN_FORCE} ORDER BY number"
            ):
                if sample_id in wanted:
                    given.setdefault(sample_id, []).append((number, given_by))
            if by is not None:
                given = {name: rows[-1:] for name, rows in given.items() if rows[-1][1] == by}
            connection.executemany(
                "INSERT INTO log (sample_id, decision, label, given_by, undoes) VALUES (?, 'undo', '', ?, ?)",
                [(name, by or "", number) for name, rows in given.items() for number, _ in rows],
            )
        return list(given)

    def note(self, sample_id: str, text: str, by: str = "") -> None:
        """Keeps ``text`` as the note on a sample, in place of an earlier one; an empty one removes it."""
        with self._writing() as connection:
            connection.execute("INSERT INTO notes (sample_id, text, given_by) VALUES (?, ?, ?)", (sample_id, text, by))

    def notes(self) -> dict[str, str]:
        """The notes by sample id, the last written last."""
        if not self._read("SELECT 1 FROM sqlite_schema WHERE name = 'notes'"):
            return {}
        notes: dict[str, str] = {}
        for sample_id, text in self._read("SELECT sample_id, text FROM notes ORDER BY number"):
            notes.pop(sample_id, None)
            if text:
                notes[sample_id] = text
        return notes

    def current(self) -> dict[str, Verdict]:
        """The verdict in force on each judged sample, by its id, in the order in which they were given."""
        verdicts: dict[str, Verdict] = {}
        for sample_id, decision, label in self._read(
            f"SELECT sample_id, decision, label FROM log WHERE {_IN_FORCE} ORDER BY number"
        ):
            if decision not in get_args(Decision):
                raise self._not_ours(f"the verdict {decision!r}")
            verdicts.pop(sample_id, None)  # judged again, it comes last
            verdicts[sample_id] = Verdict(sample_id, decision, label)
        return verdicts

    def length(self) -> int:
        """How many rows the log has, undone ones included: it grows with every change."""
        return sum(number for (number,) in self._read("SELECT coalesce(max(number), 0) FROM log"))

    def belong_to(self, fingerprint: str) -> None:
        """Ties the file to a data set at the first call, and checks that it can be written.

        Raises:
            DataError: its verdicts are about another data set.
        """
        with self._writing() as connection:
            if connection.execute("SELECT 1 FROM dataset").fetchone() is None:
                connection.execute("INSERT INTO dataset VALUES (?)", (fingerprint,))
        self.check_about(fingerprint)

    def check_about(self, fingerprint: str) -> None:
        """Checks, without writing, that the verdicts are about the data set with this fingerprint.

        Raises:
            DataError: they are about another one.
        """
        if any(known != fingerprint for (known,) in self._read("SELECT fingerprint FROM dataset")):
            raise DataError(
                f"{self._path} holds verdicts about another data set than the one in {self._path.parent}; expected "
                "verdicts on these samples and labels: move that file away, or review its own results"
            )

    def _read(self, query: str) -> list[tuple]:
        if not self._path.exists():
            return []
        with self._connected("rw") as connection:
            return connection.execute(query).fetchall() if self._has_verdicts(connection) else []

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._connected("rwc") as connection:
            self._has_verdicts(connection)
            # Immediate: of two processes that read and then write, the second waits before it reads.
            connection.execute("BEGIN IMMEDIATE")
            try:
                for statement in _SCHEMA:
                    connection.execute(statement)
                yield connection
            except BaseException:
                if connection.in_transaction:  # after a full disk SQLite has rolled back by itself
                    connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    @contextmanager
    def _connected(self, mode: str) -> Iterator[sqlite3.Connection]:
        # A connection a call costs a fraction of a millisecond, and no thread ever shares one.
        try:
            connection = sqlite3.connect(
                f"{self._path.absolute().as_uri()}?mode={mode}",
                uri=True,
                timeout=_PATIENCE_SECONDS,
                isolation_level=None,
            )
            try:
                # Also the folder is synced, so that a loss of power cannot bring back the journal of a finished write.
                connection.execute("PRAGMA synchronous = EXTRA")
                yield connection
            finally:
                connection.close()
        except sqlite3.Error as error:
            raise self._explained(error) from error

    def _has_verdicts(self, connection: sqlite3.Connection) -> bool:
        # A process that was killed before its first verdict leaves an empty file, which is as good as none.
        if not connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]:
            return False
        if connection.execute("PRAGMA application_id").fetchone()[0] != _APPLICATION_ID:
            raise self._not_ours("another program's tables")
        return True

    def _not_ours(self, found: str) -> DataError:
        return DataError(f"{self._path} holds {found}; expected the verdicts of `faultloc review`: move the file away")

    def _explained(self, error: sqlite3.Error) -> DataError:
        code = (error.sqlite_errorcode if hasattr(error, "sqlite_errorcode") else 0) & 0xFF
        if code in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT):
            return self._not_ours("no SQLite database that can be read")
        if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
            return DataError(
                f"{self._path} cannot be written; expected a results folder in which verdicts can be kept: make it "
                "writable, or copy it to where you may write"
            )
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            return DataError(
                f"{self._path} has been locked by another program for {_PATIENCE_SECONDS} seconds; expected it to be "
                "free: end that program and give the verdict again"
            )
        if code == sqlite3.SQLITE_FULL:
            return DataError(f"{self._path}: {os.strerror(errno.ENOSPC).lower()}; free some and give the verdict again")
        return DataError(f"{self._path} cannot be used ({error}); expected the verdicts of `faultloc review`")
