import numpy as np

from faultloc.methods.dfaulo.paper.deletion.clusters import cluster_classes


def test_the_two_modes_of_each_class_are_told_apart():
    rng = np.random.default_rng(0)
    labels, modes = rng.integers(0, 3, 120), rng.integers(0, 2, 120)
    activations = (rng.normal(size=(120, 5)) + 10 * modes[:, None] + 100 * labels[:, None]).astype(np.float32)
    clusters = cluster_classes(activations, labels, np.random.default_rng(0))
    for label in range(3):
        of_class = labels == label
        agreement = (clusters[of_class] == modes[of_class]).mean()
        assert agreement in (0.0, 1.0)  # which cluster is called 0 is arbitrary


def test_a_class_of_one_sample_is_one_cluster():
    assert cluster_classes(np.zeros((1, 2), np.float32), np.array([0]), np.random.default_rng(0)).tolist() == [0]
