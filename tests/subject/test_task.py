"""What differs between labels and targets."""

import numpy as np
import pytest
import torch

from faultloc.errors import DataError, ModelError
from faultloc.io.datasets import check_splits, read_mtfl, take_subset
from faultloc.io.stores.dataset_store import load_test, load_train, save_dataset
from faultloc.methods.dfaulo.paper.scoring.features import MutantEvidence, feature_vectors
from faultloc.methods.dfaulo.paper.scoring.seed_set import make_seed_set
from faultloc.probes.predictions import predict_logits
from faultloc.subject.architecture import Architecture, check_outputs
from faultloc.subject.architectures import TCDCNN
from faultloc.subject.dataset import LabeledDataset, Targets
from faultloc.subject.recipe import TrainingRecipe
from faultloc.subject.seeding import torch_generator
from faultloc.subject.splits import DatasetSplits
from faultloc.subject.task import CLASSIFICATION, REGRESSION, task_of
from faultloc.subject.training import train_network
from tests.faces import write_release


def points(samples: int = 8, outputs: int = 10, *, split: str = "train") -> LabeledDataset:
    rng = np.random.default_rng(samples)
    ids = np.array([f"{split}/{index}" for index in range(samples)])
    values = rng.uniform(0, 40, (samples, outputs)).astype(np.float32)
    inputs = rng.integers(0, 256, (samples, 1, 40, 40), dtype=np.uint8)
    return LabeledDataset(inputs, np.zeros(samples, dtype=np.int64), ids, ("face",), Targets(values, 0, 40))


def test_rows_of_targets_are_a_regression_and_class_indices_a_classification():
    assert task_of(points().given) is REGRESSION
    assert task_of(np.array([0, 1])) is CLASSIFICATION


def test_the_squared_error_of_a_sample_is_the_mean_over_its_targets():
    given = np.array([[1.0, 2.0], [0.0, 0.0]], dtype=np.float32)
    said = np.array([[1.0, 4.0], [3.0, 1.0]], dtype=np.float32)
    assert REGRESSION.losses(said, given).tolist() == [2, 5]
    assert REGRESSION.opinion_losses(said, given).tolist() == [2, 5]
    assert REGRESSION.measure(said, given) == 3.5
    assert float(REGRESSION.batch_loss(torch.from_numpy(said), torch.from_numpy(given))) == 3.5


def test_a_selection_and_a_subset_keep_targets_with_their_samples():
    dataset = points()
    chosen = dataset.select(np.array([5, 2]))
    np.testing.assert_array_equal(chosen.targets.values, dataset.targets.values[[5, 2]])
    rng = np.random.default_rng(0)
    half = take_subset(DatasetSplits(dataset), subset=4, test_subset=None, stratified=True, rng=rng).train
    rows = [dataset.sample_ids.tolist().index(name) for name in half.sample_ids]
    np.testing.assert_array_equal(half.targets.values, dataset.targets.values[rows])


def test_targets_come_back_from_disk_and_go_when_another_data_set_takes_the_place(tmp_path):
    train, test = points(), points(3, split="test")
    save_dataset(tmp_path, DatasetSplits(train, test))
    for stored, before in ((load_train(tmp_path), train), (load_test(tmp_path), test)):
        np.testing.assert_array_equal(stored.targets.values, before.targets.values)
        assert (stored.targets.lowest, stored.targets.highest) == (0, 40)
    labelled = LabeledDataset(train.inputs, np.arange(8) % 2, train.sample_ids, ("a", "b"))
    save_dataset(tmp_path, DatasetSplits(labelled))
    assert load_train(tmp_path).targets is None
    assert not list(tmp_path.glob("*targets*"))


def test_targets_for_other_samples_are_refused():
    with pytest.raises(DataError, match="8 samples and targets of 7"):
        good = points()
        LabeledDataset(good.inputs, good.labels, good.sample_ids, ("face",), Targets(good.targets.values[:7], 0, 40))


def test_a_target_that_is_no_number_is_refused_with_the_name_of_its_sample():
    dataset = points()
    dataset.targets.values[3, 1] = np.nan
    with pytest.raises(DataError, match="train/3 has a target that is not a finite number"):
        check_splits(DatasetSplits(dataset))


def test_test_samples_with_other_targets_are_refused():
    with pytest.raises(DataError, match="training samples have 10 targets and test samples 4 targets"):
        check_splits(DatasetSplits(points(), points(3, 4)))


def test_a_model_needs_one_output_for_each_target():
    arguments = {"num_classes": 12, "input_shape": [1, 40, 40]}
    network = Architecture("faultloc.subject.architectures.TCDCNN", arguments).build(torch_generator(0, "x"))
    with pytest.raises(ModelError, match="10 targets per sample, but TCDCNN has 12 outputs"):
        check_outputs(network, torch.from_numpy(points().inputs), 10, REGRESSION)


def test_tcdcnn_has_the_sizes_of_the_papers_and_starts_at_the_centre():
    network = TCDCNN((1, 40, 40), 10).eval()
    assert network.fc.in_features == 256
    with torch.no_grad():
        assert (network(torch.rand(4, 1, 40, 40)) - 20).abs().max() < 10


def test_training_learns_the_landmarks_of_drawn_faces(tmp_path):
    write_release(tmp_path, training=250, testing=60)
    splits = read_mtfl(root=str(tmp_path), boxes=("annotation.txt", "annotation_test.txt"))
    torch.manual_seed(0)
    network = TCDCNN((1, 40, 40), 10, dropout=0, scale=1)
    recipe = TrainingRecipe("SGD", 18, 16, {"lr": 0.01})
    train, test = splits.train, splits.test
    inputs = torch.from_numpy(train.inputs)
    records = train_network(network, inputs, train.given, np.arange(len(train)), recipe, torch_generator(0, "t"))
    assert records[-1].accuracy is None
    said = predict_logits(network, torch.from_numpy(test.inputs), batch_size=64)
    of_the_mean = float(test.given.var(axis=0).mean())
    assert REGRESSION.measure(said, test.given) < of_the_mean / 2.5
    assert REGRESSION.has_learned(said, test.given)


def test_to_say_the_mean_is_not_to_have_learned_and_a_few_wrong_targets_hide_nothing():
    given = points(200).given
    assert not REGRESSION.has_learned(np.repeat(given.mean(axis=0, keepdims=True), 200, axis=0), given)
    wrong = given.copy()
    wrong[:20] += 1000
    assert REGRESSION.has_learned(given, wrong)


def evidence(samples: int = 300) -> MutantEvidence:
    rng = np.random.default_rng(1)
    given, subject = (rng.uniform(0, 40, (samples, 10)).astype(np.float32) for _ in range(2))
    mutants = rng.uniform(0, 40, (3, samples, 10)).astype(np.float32)
    return MutantEvidence(given, subject, mutants, rng.random((3, samples)) < 0.3)


def test_the_features_of_a_regression_are_outputs_targets_flags_and_squared_errors():
    seen = evidence(5)
    vectors = feature_vectors(seen)
    assert vectors.shape == (5, 57)
    errors = [((said[2] - seen.labels[2]) ** 2).mean() for said in (seen.subject, *seen.mutants)]
    parts = [seen.subject[2], seen.labels[2], *seen.mutants[:, 2], seen.deleted[:, 2], errors]
    np.testing.assert_allclose(vectors[2], np.concatenate(parts), rtol=1e-5)


def test_the_seed_set_of_a_regression_has_as_many_artificial_faults_as_it_was_given_targets():
    noise = points().targets.draw(100, np.random.default_rng(0))
    opinions = np.zeros((4, 10), dtype=np.float32)
    seeds = make_seed_set(evidence(), opinions, 100, np.random.default_rng(0), noise_labels=noise)
    assert seeds.is_faulty.tolist() == [False] * 100 + [True] * 100
    np.testing.assert_array_equal(seeds.evidence.labels[100:], noise)
    assert seeds.evidence.deleted[:, 100:].all()
    assert (noise.min() >= 0) and (noise.max() < 40)
