"""The peers' own trainings, by the subject's recipe."""

from contextlib import ExitStack

import numpy as np
from omegaconf import DictConfig
from torch import Tensor, nn

from faultloc.evaluation.cleanlab_baselines import cleanlab_suspiciousness, require_cleanlab
from faultloc.peers.cross_validation import assign_folds, cross_validated_probabilities
from faultloc.peers.ncnv import NcnvSettings, verified_by_two_networks
from faultloc.report.shared.progress import epoch_bar
from faultloc.subject.seeding import numpy_generator, torch_generator
from faultloc.subject.subject import Subject
from stages.shared.torch_runtime import worker_count


def cross_validated_cleanlab(
    params: DictConfig, subject: Subject, inputs: Tensor, labels: np.ndarray
) -> dict[str, np.ndarray]:
    """cleanlab's rankings on probabilities out of sample, by name."""
    require_cleanlab()
    folds, seed = params.peers.cross_validation.folds, params.seed
    fold_of = assign_folds(labels, folds, numpy_generator(seed, "peers", "folds"))

    def build(fold: int) -> nn.Module:
        return subject.architecture.build(torch_generator(seed, "peers", f"weights/{fold}")).to(inputs.device)

    with ExitStack() as bars:
        moved = [
            bars.enter_context(epoch_bar(f"fold {fold + 1}", subject.recipe.epochs, row=fold)) for fold in range(folds)
        ]
        probabilities = cross_validated_probabilities(
            build,
            inputs,
            labels,
            fold_of,
            subject.recipe,
            [torch_generator(seed, "peers", f"epochs/{fold}") for fold in range(folds)],
            batch_size=params.runtime.batch_size,
            workers=worker_count(inputs.device),
            on_epoch=lambda fold, record: moved[fold](record),
        )
    return {f"cv_{name}": values for name, values in cleanlab_suspiciousness(probabilities, labels).items()}


def train_ncnv(params: DictConfig, subject: Subject, inputs: Tensor, labels: np.ndarray) -> np.ndarray:
    """NCNV's suspiciousness of every sample."""
    seed, options = params.seed, params.peers.ncnv
    settings = NcnvSettings(options.epochs, options.warm_up, options.neighbours, options.threshold)
    networks = [
        subject.architecture.build(torch_generator(seed, "peers", f"ncnv weights/{place}")).to(inputs.device)
        for place in range(2)
    ]
    with epoch_bar("ncnv", settings.epochs) as on_epoch:
        return verified_by_two_networks(
            networks,
            inputs,
            labels,
            subject.recipe,
            settings,
            [torch_generator(seed, "peers", f"ncnv epochs/{place}") for place in range(2)],
            layer=params.activation.layer,
            batch_size=params.runtime.batch_size,
            on_epoch=on_epoch,
        )
