"""What a network learns: the class of a sample, or several numbers. All that differs between the two is here.

Nothing imports torch before it is needed: stages that only name things do without it.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float, Int, Shaped

from faultloc.subject.dataset import Given, LabeledDataset

if TYPE_CHECKING:
    import torch


class Classification:
    """Samples have labels; the outputs are logits, the opinions probabilities."""

    has_classes = True
    measure_name = "accuracy"
    measure_on_given = "agreement with the given labels"
    opinions_name = "probabilities"
    loss_name = "loss"

    def outputs_needed(self, dataset: LabeledDataset) -> int:
        """How many numbers a network must say of each sample."""
        return len(dataset.class_names)

    def misfit(self, network: str, found: int, needed: int) -> str:
        """What is wrong with ``found`` outputs of a ``network`` of that name; empty where they will do."""
        if found >= needed:
            return ""
        return (
            f"the data set has {needed} classes, but {network} has {found} outputs; "
            "expected at least one output per class: set the model's number of classes"
        )

    def describe(self, dataset: LabeledDataset) -> str:
        """What is given for the samples, in words."""
        return f"of {len(dataset.class_names)} classes"

    def batch_loss(self, outputs: "torch.Tensor", given: "torch.Tensor") -> "torch.Tensor":
        """The mean loss, to be minimised: cross-entropy."""
        from torch.nn import functional as F

        return F.cross_entropy(outputs, given)

    def weighted_loss(self, outputs: "torch.Tensor", given: "torch.Tensor", weights: "torch.Tensor") -> "torch.Tensor":
        """The mean of each sample's cross-entropy times its weight: as ``batch_loss`` where all weights are 1."""
        from torch.nn import functional as F

        return (F.cross_entropy(outputs, given, reduction="none") * weights).mean()

    def losses(self, outputs: Float[np.ndarray, "sample class"], given: Given) -> Float[np.ndarray, "sample"]:
        """Each sample's cross-entropy; 0 or more."""
        import torch

        return torch.nn.functional.cross_entropy(
            torch.from_numpy(outputs), torch.from_numpy(given), reduction="none"
        ).numpy()

    def opinions(self, outputs: Float[np.ndarray, "sample class"]) -> Float[np.ndarray, "sample class"]:
        """What the outputs say of each sample: probabilities."""
        import torch

        return torch.softmax(torch.from_numpy(outputs), dim=1).numpy()

    def as_opinions(self, given: Given, outputs: int) -> Float[np.ndarray, "sample class"]:
        """The opinions of somebody who is sure of what is given: one-hot labels."""
        return np.eye(outputs, dtype=np.float32)[given]

    def opinion_losses(self, opinions: Float[np.ndarray, "sample class"], given: Given) -> Float[np.ndarray, "sample"]:
        """Cross-entropy taken of probabilities as if they were logits: between about 1.46 and 2.46 for ten classes.

        It grows with the true cross-entropy but never far, so that no feature outweighs the rest.

        Source: the authors' code of DFauLo, which applies ``CrossEntropyLoss`` to probabilities; kept, because the
        scorer's regression was tuned with it (the plain loss moves its mean RAUC from .957 to .970, within its spread).
        """
        of_given = np.take_along_axis(opinions, given[:, None], axis=1)[:, 0]
        return (np.log(np.exp(opinions).sum(axis=1)) - of_given).astype(np.float32)

    def measure(self, outputs: Float[np.ndarray, "sample class"], given: Given) -> float:
        """The share of samples whose largest logit is that of their given label, in [0, 1]."""
        return float((outputs.argmax(1) == given).mean())

    def has_learned(self, outputs: Float[np.ndarray, "sample class"], given: Given) -> bool:
        """Whether the accuracy is well above that of always guessing the largest class."""
        largest_class = np.bincount(given).max() / len(given)
        return bool(self.measure(outputs, given) >= min(2 * largest_class, 0.5 + largest_class / 2))

    not_learned = "hardly more than always guessing the largest class, train it longer"

    def kept_outputs(self, outputs: Float[np.ndarray, "sample class"]) -> Mapping[str, np.ndarray]:
        """What later stages read of the outputs, by the names of their files."""
        return {"logits": outputs, self.opinions_name: self.opinions(outputs)}

    def groups(self, given: Given) -> list[Int[np.ndarray, "member"]]:
        """The samples that are like one another by what is given: those of each label."""
        return [np.flatnonzero(given == label) for label in np.unique(given)]

    def meaningless(self, dataset: LabeledDataset, count: int, rng: np.random.Generator) -> Given:
        """Labels for samples that are nothing but noise: every class once."""
        return np.unique(dataset.labels)

    def spell_given(self, dataset: LabeledDataset) -> Shaped[np.ndarray, "sample"]:
        """What is given for each sample, for people: the name of its class."""
        return dataset.names_of(dataset.labels)

    def spell_opinions(
        self, dataset: LabeledDataset, opinions: Float[np.ndarray, "sample class"]
    ) -> Shaped[np.ndarray, "sample"]:
        """What the model says of each sample, for people: the name of the likeliest class."""
        return dataset.names_of(opinions.argmax(axis=1))


class Regression:
    """Samples have targets; the outputs are the opinions, in the units of the targets."""

    has_classes = False
    measure_name = "mean_squared_error"
    measure_on_given = "mean squared error on the given targets"
    opinions_name = "outputs"
    loss_name = "squared_error"

    def outputs_needed(self, dataset: LabeledDataset) -> int:
        """How many numbers a network must say of each sample."""
        return dataset.given.shape[1]

    def misfit(self, network: str, found: int, needed: int) -> str:
        """What is wrong with ``found`` outputs of a ``network`` of that name; empty where they will do."""
        if found == needed:
            return ""
        return (
            f"the data set gives {needed} targets per sample, but {network} has {found} outputs; expected one output "
            "per target: set the model's number of outputs"
        )

    def describe(self, dataset: LabeledDataset) -> str:
        """What is given for the samples, in words."""
        return f"with {dataset.given.shape[1]} targets each"

    def batch_loss(self, outputs: "torch.Tensor", given: "torch.Tensor") -> "torch.Tensor":
        """The mean loss, to be minimised: the squared error."""
        from torch.nn import functional as F

        return F.mse_loss(outputs, given)

    def weighted_loss(self, outputs: "torch.Tensor", given: "torch.Tensor", weights: "torch.Tensor") -> "torch.Tensor":
        """The mean of each sample's squared error times its weight: as ``batch_loss`` where all weights are 1."""
        return (((outputs - given) ** 2).mean(dim=1) * weights).mean()

    def losses(self, outputs: Float[np.ndarray, "#sample output"], given: Given) -> Float[np.ndarray, "sample"]:
        """Each sample's squared error, the mean over its targets; 0 or more. One row of ``outputs`` serves for all."""
        return np.square(outputs - given).mean(axis=1)

    def opinions(self, outputs: Float[np.ndarray, "sample output"]) -> Float[np.ndarray, "sample output"]:
        """What the outputs say of each sample: themselves."""
        return outputs

    def as_opinions(self, given: Given, outputs: int) -> Float[np.ndarray, "sample output"]:
        """The opinions of somebody who is sure of what is given: the targets."""
        return given

    def opinion_losses(self, opinions: Float[np.ndarray, "sample output"], given: Given) -> Float[np.ndarray, "sample"]:
        """Each sample's squared error: here opinions are outputs. Source: the authors' code of DFauLo."""
        return self.losses(opinions, given)

    def measure(self, outputs: Float[np.ndarray, "sample output"], given: Given) -> float:
        """The mean squared error over all samples and targets; 0 or more, less is better."""
        return float(self.losses(outputs, given).mean(dtype=np.float64))

    def has_learned(self, outputs: Float[np.ndarray, "sample output"], given: Given) -> bool:
        """Whether the squared error is at most half of that of always saying the mean of the targets.

        Both at their median: a few wrong targets make most of either mean.
        """
        of_the_mean = self.losses(given.mean(axis=0, keepdims=True), given)
        return bool(np.median(self.losses(outputs, given)) <= np.median(of_the_mean) / 2)

    not_learned = "hardly less than by always saying the mean of the targets, train it longer"

    def kept_outputs(self, outputs: Float[np.ndarray, "sample output"]) -> Mapping[str, np.ndarray]:
        """What later stages read of the outputs, by the names of their files."""
        return {self.opinions_name: outputs}

    def groups(self, given: Given) -> list[Int[np.ndarray, "member"]]:
        """The samples that are like one another by what is given: there are no classes, so that it is all of them."""
        return [np.arange(len(given))]

    def meaningless(self, dataset: LabeledDataset, count: int, rng: np.random.Generator) -> Given:
        """Targets for samples that are nothing but noise: ``count`` rows, uniform over the range of the targets."""
        assert dataset.targets is not None
        return dataset.targets.draw(count, rng)

    def spell_given(self, dataset: LabeledDataset) -> Shaped[np.ndarray, "sample"]:
        """What is given for each sample, for people: its targets."""
        return _spelled(dataset.given)

    def spell_opinions(
        self, dataset: LabeledDataset, opinions: Float[np.ndarray, "sample output"]
    ) -> Shaped[np.ndarray, "sample"]:
        """What the model says of each sample, for people: the targets that it predicts."""
        return _spelled(opinions)


Task = Classification | Regression
CLASSIFICATION, REGRESSION = Classification(), Regression()


def task_of(given: Given) -> Task:
    """The task in which ``given`` is what is given: class indices, or rows of targets."""
    return CLASSIFICATION if given.ndim == 1 else REGRESSION


def _spelled(values: Float[np.ndarray, "sample output"]) -> Shaped[np.ndarray, "sample"]:
    return np.array([" ".join(f"{value:.1f}" for value in row) for row in values], dtype=np.str_)
