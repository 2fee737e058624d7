"""Training a network on given labels."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Int, Shaped
from torch import Tensor, nn
from torch.optim import Optimizer
from torch.optim.lr_scheduler import ReduceLROnPlateau

from faultloc.errors import TrainingError
from faultloc.subject.batches import as_model_input
from faultloc.subject.dataset import Given
from faultloc.subject.distributed import ALONE, Ranks
from faultloc.subject.recipe import TrainingRecipe
from faultloc.subject.seeding import isolated_torch_rng
from faultloc.subject.task import Task, task_of

# The mean loss of a batch's outputs against what is given.
BatchLoss = Callable[[Tensor, Tensor], Tensor]


@dataclass(frozen=True)
class EpochRecord:
    """Mean loss and accuracy over the batches of one epoch, measured while training; a regression has no accuracy."""

    epoch: int
    loss: float
    accuracy: float | None


def train_network(
    network: nn.Module,
    inputs: Shaped[Tensor, "sample ..."],
    labels: Given,
    kept: Int[np.ndarray, "kept"],
    recipe: TrainingRecipe,
    generator: torch.Generator,
    *,
    most_steps: int | None = None,
    ranks: Ranks = ALONE,
    batch_loss: BatchLoss | None = None,
    weights: Float[np.ndarray, "sample"] | None = None,
    watched: Callable[[nn.Module, Optimizer], AbstractContextManager] = lambda network, optimizer: nullcontext(),
    on_epoch: Callable[[EpochRecord], object] = lambda record: None,
    on_batch: Callable[[Tensor, Tensor, Tensor], object] = lambda samples, logits, targets: None,
) -> list[EpochRecord]:
    """Trains ``network`` in place on the samples at ``kept``, by cross-entropy on the given labels; a record an epoch.

    Where targets are given instead of labels, by their squared error. Parameters that do not require gradients stay as
    they are, and so do the running statistics of their layers. ``inputs`` lie on the network's device. Order, dropout
    and everything else random come from ``generator``. After ``most_steps`` of the optimizer it ends, also in the
    midst of an epoch, whose record is then of the samples so far. ``on_batch`` sees the samples of every step, their
    logits before it, and their targets. ``batch_loss`` stands in for the loss; all steps are taken inside the context
    that ``watched`` gives. ``weights``, one for each of ``inputs``, multiply the loss of a sample in the mean of its
    batch, and there is no ``batch_loss`` then.

    Several ``ranks`` that call it with the same arguments train together: the steps are those of one process, weights
    and records are its own up to rounding. Only dropout is drawn otherwise.

    Raises:
        TrainingError: the loss is no longer a number.
        ModelError: several ranks cannot train this network together.
    """
    device = inputs.device
    task, targets = task_of(labels), torch.from_numpy(labels).to(device)
    chosen = torch.from_numpy(kept)
    optimizer = recipe.build_optimizer([parameter for parameter in network.parameters() if parameter.requires_grad])
    scheduler = recipe.build_scheduler(optimizer)
    loss_of = batch_loss or task.batch_loss
    counts = None if weights is None else torch.from_numpy(weights).to(device)
    _set_training_mode(network)
    records: list[EpochRecord] = []
    steps = 0
    with (
        isolated_torch_rng(generator, stream=ranks.rank),
        ranks.data_parallel(network) as parallel,
        watched(network, optimizer),
    ):
        for epoch in range(1, recipe.epochs + 1):
            order = chosen[torch.randperm(len(chosen), generator=generator)].to(device)
            batches = _batches(order, recipe.batch_size)
            if most_steps is not None:
                batches = batches[: max(most_steps - steps, 0)]
                if not batches:
                    break
            steps += len(batches)
            record = _train_epoch(
                parallel, inputs, targets, batches, optimizer, epoch, task, loss_of, counts, ranks, on_batch
            )
            if not np.isfinite(record.loss):
                raise TrainingError(
                    f"the training loss is {record.loss} in epoch {epoch}; expected a finite number: lower the "
                    f"learning rate (now {optimizer.param_groups[0]['lr']:g})"
                )
            records.append(record)
            on_epoch(record)
            if isinstance(scheduler, ReduceLROnPlateau):
                scheduler.step(record.loss)
            elif scheduler is not None:
                scheduler.step()
    return records


def steps_of(samples: int, recipe: TrainingRecipe) -> int:
    """How many steps of the optimizer ``train_network`` takes on so many samples."""
    return recipe.epochs * len(_batches(torch.arange(samples), recipe.batch_size))


def _set_training_mode(network: nn.Module) -> None:
    network.train()
    for module in network.modules():
        parameters = list(module.parameters(recurse=False))
        if parameters and not any(parameter.requires_grad for parameter in parameters):
            module.training = False


def _batches(order: Tensor, batch_size: int) -> list[Tensor]:
    batches = list(order.split(batch_size))
    if len(batches) > 1 and len(batches[-1]) == 1:
        # Batch normalisation cannot be trained on a batch of one.
        last = batches.pop()
        batches[-1] = torch.cat([batches[-1], last])
    return batches


def _train_epoch(
    network: nn.Module,
    inputs: Tensor,
    targets: Tensor,
    batches: list[Tensor],
    optimizer: Optimizer,
    epoch: int,
    task: Task,
    loss_of: BatchLoss,
    counts: Tensor | None,
    ranks: Ranks,
    on_batch: Callable[[Tensor, Tensor, Tensor], object],
) -> EpochRecord:
    # Sums stay on the device and are read once an epoch: reading them at each step would make a GPU wait.
    loss_sum = torch.zeros((), device=inputs.device)
    correct = torch.zeros((), dtype=torch.int64, device=inputs.device)
    for batch in batches:
        share = ranks.share_of(batch)
        logits = network(as_model_input(inputs[share.samples]))
        target = targets[share.samples]
        loss = loss_of(logits, target) if counts is None else task.weighted_loss(logits, target, counts[share.samples])
        optimizer.zero_grad(set_to_none=True)
        (loss * share.scale).backward()
        optimizer.step()
        if share.is_counted:
            loss_sum += loss.detach() * len(target)
            if task.has_classes:
                correct += (logits.detach().argmax(1) == target).sum()
            on_batch(share.samples, logits.detach(), target)
    samples = sum(len(batch) for batch in batches)
    accuracy = float(ranks.sum_(correct)) / samples if task.has_classes else None
    return EpochRecord(epoch, float(ranks.sum_(loss_sum)) / samples, accuracy)
