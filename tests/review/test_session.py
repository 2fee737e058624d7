import json

import numpy as np
import pytest

from faultloc.errors import ConfigError, DataError
from faultloc.io.results_store import load_results
from faultloc.methods.dfaulo.default.scoring.posterior import ScorerSettings, score_default
from faultloc.methods.dfaulo.default.scoring.verdicts import VerdictRanker, VerdictSettings
from faultloc.methods.dfaulo.review_rounds import review_in_rounds
from faultloc.review.verdict_store import FILE_NAME, VerdictStore
from faultloc.subject.seeding import numpy_generator
from faultloc.verdict import Verdict
from tests.review.results_case import make_texts


def judge_truly(session, dataset, faulty, batches):
    """Judges so many batches by the truth; the rows in the order of their verdicts."""
    judged = []
    for _ in range(batches):
        for row in session.next_batch():
            sample_id = str(dataset.sample_ids[row])
            session.give(Verdict(sample_id, "faulty" if sample_id in faulty else "fine"))
            judged.append(int(row))
    return judged


def in_the_pipeline(results, faulty, *, rounds, per_round):
    is_fault = np.isin(results.dataset.sample_ids, list(faulty))
    ranker = VerdictRanker(
        results.evidence,
        score_default(results.evidence, ScorerSettings()),
        VerdictSettings(),
        numpy_generator(0, "dfaulo", "presumed sound"),
    )
    reviewed = review_in_rounds(
        ranker.refine(np.array([], np.int64), np.array([], bool)),
        lambda judged: is_fault[judged],
        ranker.refine,
        rounds=rounds,
        per_round=per_round,
        generator=np.random.default_rng(0),
    )
    return reviewed.order[: rounds * per_round], is_fault


def test_the_first_batch_is_the_top_of_the_list(digits, session_on):
    results = load_results(digits.folder)
    batch = session_on(digits.folder, batch_size=12).next_batch()
    assert results.dataset.sample_ids[batch].tolist() == results.ranking["sample_id"].head(12).tolist()


def test_a_review_asks_for_the_same_samples_as_the_pipelines_loop(digits, session_on):
    results = load_results(digits.folder)
    expected, _ = in_the_pipeline(results, digits.faulty, rounds=8, per_round=12)
    session = session_on(digits.folder, batch_size=12)
    assert judge_truly(session, results.dataset, digits.faulty, 8) == expected.tolist()


def test_small_batches_find_as_many_faults_by_verdict_as_the_pipelines_large_rounds(tmp_path, session_on):
    # A hard case: so many labels are wrong that the ranking before any verdict misses some.
    case = make_texts(tmp_path / "hard", samples=1000, wrong=300)
    results = load_results(case.folder)
    in_rounds, is_fault = in_the_pipeline(results, case.faulty, rounds=4, per_round=48)
    session = session_on(case.folder, batch_size=12)
    on_the_page = judge_truly(session, results.dataset, case.faulty, 16)
    assert len(on_the_page) == len(in_rounds) == 192
    assert is_fault[on_the_page].sum() >= is_fault[in_rounds].sum() > 100


def test_a_review_goes_on_where_it_stopped(digits, session_on):
    results = load_results(digits.folder)
    judge_truly(session_on(digits.folder), results.dataset, digits.faulty, 2)
    uninterrupted = session_on(digits.folder)
    again = session_on(digits.folder)
    assert again.progress() == uninterrupted.progress()
    assert again.progress().judged == 24
    assert again.next_batch().tolist() == uninterrupted.next_batch().tolist()


def test_a_judged_sample_does_not_come_back_and_an_undone_one_does(digits, session_on):
    session, ids = session_on(digits.folder), load_results(digits.folder).dataset.sample_ids
    first = session.next_batch()[0]
    session.give(Verdict(str(ids[first]), "faulty"), "me")
    assert first not in session.next_batch()
    assert session.undo("me") == ids[first]
    assert session.next_batch()[0] == first


def test_relabelled_counts_as_faulty(digits, session_on):
    results = load_results(digits.folder)
    session, ids = session_on(digits.folder), results.dataset.sample_ids
    first, second = session.next_batch()[:2]
    session.give(Verdict(str(ids[first]), "relabel", results.dataset.class_names[0]))
    session.give(Verdict(str(ids[second]), "fine"))
    assert (session.progress().judged, session.progress().found) == (2, 1)


def test_a_skipped_sample_is_not_judged_and_comes_back_at_the_end(digits, session_on):
    session, ids = session_on(digits.folder, batch_size=100), load_results(digits.folder).dataset.sample_ids
    skipped = session.next_batch()[0]
    session.skip(str(ids[skipped]))
    assert session.progress().judged == 0
    seen = []
    while len(batch := session.next_batch()):
        assert skipped not in batch or len(seen) + len(batch) == len(ids)
        seen += batch.tolist()
        VerdictStore(digits.folder / FILE_NAME).give_all([Verdict(str(ids[row]), "fine") for row in batch])
    assert seen[-1] == skipped
    assert sorted(seen) == list(range(len(ids)))


def test_a_skipped_sample_is_back_after_a_restart(digits, session_on):
    session, ids = session_on(digits.folder), load_results(digits.folder).dataset.sample_ids
    first = session.next_batch()[0]
    session.skip(str(ids[first]))
    assert first not in session.next_batch()
    assert session_on(digits.folder).next_batch()[0] == first


def test_verdicts_given_elsewhere_count_here(digits, session_on):
    here, there = session_on(digits.folder), session_on(digits.folder)
    ids = load_results(digits.folder).dataset.sample_ids
    first = here.next_batch()[0]
    there.give(Verdict(str(ids[first]), "fine"))
    assert first not in here.next_batch()
    assert here.give(Verdict(str(ids[first]), "faulty")) == Verdict(str(ids[first]), "fine")
    assert there.progress().found == 1


def test_about_as_many_faults_are_expected_as_there_are(digits, session_on):
    results = load_results(digits.folder)
    session = session_on(digits.folder)
    judge_truly(session, results.dataset, digits.faulty, 2)
    progress = session.progress()
    left = len(digits.faulty) - progress.found
    assert abs(progress.expected_left - left) < 0.5 * len(digits.faulty)


def test_going_on_pays_at_first_and_no_longer_when_the_faults_are_found(digits, session_on):
    results = load_results(digits.folder)
    session = session_on(digits.folder)
    assert session.progress().is_worthwhile
    assert session.progress().next_yield > 0.8
    judge_truly(session, results.dataset, digits.faulty, 8)
    assert session.progress().found == len(digits.faulty)
    assert not session.progress().is_worthwhile


def test_when_all_are_judged_there_is_no_next_batch(digits, session_on):
    ids = load_results(digits.folder).dataset.sample_ids
    session = session_on(digits.folder)
    VerdictStore(digits.folder / FILE_NAME).give_all([Verdict(str(sample_id), "fine") for sample_id in ids])
    assert len(session.next_batch()) == 0
    assert session.progress().expected_left == 0


def test_a_verdict_on_an_unknown_sample_or_with_an_unknown_class_is_refused(digits, session_on):
    session, ids = session_on(digits.folder), load_results(digits.folder).dataset.sample_ids
    with pytest.raises(DataError, match="no sample 'nobody'"):
        session.give(Verdict("nobody", "fine"))
    with pytest.raises(DataError, match="no class 'eleven'"):
        session.give(Verdict(str(ids[0]), "relabel", "eleven"))
    assert session.progress().judged == 0


def test_verdicts_about_another_data_set_are_refused(digits, session_on):
    session_on(digits.folder)
    labels = np.load(digits.folder / "dataset/train/labels.npy")
    np.save(digits.folder / "dataset/train/labels.npy", labels[::-1])
    with pytest.raises(DataError, match="verdicts about another data set"):
        session_on(digits.folder)


def test_settings_of_a_scorer_that_is_not_ours_are_named(digits, session_on):
    run = json.loads((digits.folder / "run.json").read_text())
    (digits.folder / "run.json").write_text(json.dumps({**run, "scorer": {"depth": 3}}))
    with pytest.raises(DataError, match="setting 'depth'"):
        session_on(digits.folder)


def test_a_batch_of_none_is_refused(digits, session_on):
    with pytest.raises(ConfigError, match="batch is 0"):
        session_on(digits.folder, batch_size=0)
