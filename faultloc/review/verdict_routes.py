"""Verdicts and notes that the page gives, one at a time or many at once."""

from collections.abc import Callable, Sequence

from flask import Flask, Response, abort, jsonify

from faultloc.io.results_store import Results
from faultloc.review.asked import asked_label, asked_note, asked_row, asked_rows, content, known_rows, tab
from faultloc.review.catalogue import Catalogue
from faultloc.review.sentences import many_words, verdict_words
from faultloc.review.session import ReviewSession
from faultloc.review.suggestion import outcome_words, suggestion_for
from faultloc.verdict import Decision, Verdict

_DECISIONS: tuple[Decision, ...] = ("faulty", "fine", "relabel")
_ACCEPT = "accept"
_UNDO_NONE = "No verdict of this tab is left to undo; with ← you reach the last ones, to judge them again."


def said_of(session: ReviewSession, rows: Sequence[int]) -> dict[str, dict[str, str]]:
    """The verdicts on ``rows`` as the page gets them."""
    verdicts = session.verdicts_by_row()
    return {
        str(row): {"decision": verdicts[row].decision, "words": verdict_words(verdicts[row])}
        for row in rows
        if row in verdicts
    }


def outcomes_of(session: ReviewSession, rows: Sequence[int], given: Callable[[int], str]) -> dict[str, str]:
    """What becomes of those of ``rows`` that have a verdict; ``given`` tells the label of each."""
    verdicts = session.verdicts_by_row()
    return {str(row): outcome_words(verdicts[row], given(row)) for row in rows if row in verdicts}


def take_verdicts(
    app: Flask,
    results: Results,
    session: ReviewSession,
    catalogue: Catalogue,
    progress: Callable[[], dict[str, object]],
) -> None:
    """Adds to ``app`` what gives, takes back and skips; every answer says how far the review is."""
    dataset = results.dataset
    samples, names = len(dataset), list(dataset.class_names)

    def given(row: int) -> str:
        return names[dataset.labels[row]]

    def id_of(row: int) -> str:
        return str(dataset.sample_ids[row])

    def answer(
        message: str = "", row: int | None = None, done: str = "", rows: Sequence[int] | None = None
    ) -> Response:
        shown = known_rows(samples) if rows is None else rows
        return jsonify(
            message=message,
            done=done,
            row=row,
            progress=progress(),
            verdicts=said_of(session, shown),
            outcomes=outcomes_of(session, shown, given),
        )

    def suggested(row: int) -> Verdict | None:
        entry = catalogue.entry(catalogue.place_of(row))
        found = suggestion_for(str(entry["kind"]), str(entry["given"]), str(entry["suggested"]), names)
        return None if found.decision is None else Verdict(id_of(row), found.decision, found.label)

    def verdict_on(row: int, decision: object, label: int | None) -> Verdict | None:
        """None where nothing can be said so: a suggestion that is not there, the given label as a new one."""
        if decision == _ACCEPT:
            return suggested(row)
        if decision == "relabel" and label is not None:
            return None if dataset.labels[row] == label else Verdict(id_of(row), "relabel", names[label])
        return Verdict(id_of(row), "faulty" if decision == "faulty" else "fine")

    def asked_decision(*also: str) -> object:
        decision = content().get("decision")
        if decision not in (*_DECISIONS, *also):
            abort(400, f"A verdict is {', '.join(also)}{', ' if also else ''}faulty, fine or relabel.")
        return decision

    @app.post("/verdict")
    def give() -> Response:
        row, decision = asked_row(samples), asked_decision(_ACCEPT)
        label = asked_label(len(names)) if decision == "relabel" else None
        verdict = verdict_on(row, decision, label)
        if verdict is None:
            if decision == _ACCEPT:
                abort(400, "Nothing is suggested for it: call it fine, give it a label, or leave it out.")
            abort(400, f"It is labelled {given(row)} already: call it fine, or choose another class.")
        before = session.give(verdict, tab())
        note = ""
        if before is not None and before.decision != content().get("known"):
            note = f"In another tab it was called {verdict_words(before)}; your verdict counts now."
        return answer(note, row, done=f"{id_of(row)} {outcome_words(verdict, given(row))}.")

    @app.post("/verdicts")
    def give_many() -> Response:
        rows, decision = asked_rows(samples), asked_decision(_ACCEPT)
        label = asked_label(len(names)) if decision == "relabel" else None
        verdicts = [found for row in rows if (found := verdict_on(row, decision, label)) is not None]
        replaced = session.give_all(verdicts, tab()) if verdicts else 0
        words = many_words(verdicts, without=len(rows) - len(verdicts), replaced=replaced)
        return answer(words, rows=rows)

    @app.post("/outcome")
    def foretell() -> Response:
        """What accepting the suggestions would do to the selected samples."""
        rows = asked_rows(samples)
        verdicts = [found for row in rows if (found := suggested(row)) is not None]
        return jsonify(accept=len(verdicts), words=many_words(verdicts, without=len(rows) - len(verdicts), replaced=0))

    @app.post("/undo")
    def undo() -> Response:
        freed = session.undo(tab())
        if freed is None:
            return answer(_UNDO_NONE)
        return answer(f"Undone: {freed}", session.row_of(freed))

    @app.post("/take-back")
    def take_back() -> Response:
        rows, by = asked_rows(samples), tab() if content().get("mine") else None
        freed = session.take_back([id_of(row) for row in rows], by)
        kept = len(rows) - len(freed)
        earlier = len({*freed} & {*session.verdicts()})
        message = f"The verdicts on {len(freed):,} {'sample' if len(freed) == 1 else 'samples'} were taken back"
        if kept:
            message += f"; {kept:,} had none{' of this tab' if by else ''}"
        if earlier:
            message += f"; on {earlier:,} the one before counts again"
        return answer(f"{message}.", rows=rows)

    @app.post("/skip")
    def skip() -> Response:
        row = asked_row(samples)
        session.skip(id_of(row))
        return answer(row=row)

    @app.post("/state")
    def state() -> Response:
        return answer()

    @app.post("/note")
    def note() -> Response:
        row, text = asked_row(samples), asked_note()
        session.note(id_of(row), text, tab())
        return jsonify(message="The note is kept." if text else "The note is removed.", text=text)
