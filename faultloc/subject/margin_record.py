"""How sure a network was of the given labels while it was trained."""

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from faultloc.subject.distributed import ALONE, Ranks


class MarginRecord:
    """Every sample's margin, added up over the steps that it was shown in; the sums stay on the device.

    The margin is the logit of the given label minus the highest other one, as the network has it just before the step,
    in training mode.

    Source: Pleiss et al., "Identifying Mislabeled Data using the Area Under the Margin Ranking", NeurIPS 2020, eq. 1-2.
    """

    def __init__(self, samples: int, device: torch.device) -> None:
        self._sums = torch.zeros(samples, device=device)
        self._steps = torch.zeros(samples, device=device)
        self._waiting: list[tuple[Tensor, Tensor, Tensor]] = []
        self._waiting_samples = 0

    def observe(
        self, samples: Int[Tensor, "batch"], logits: Float[Tensor, "batch class"], targets: Int[Tensor, "batch"]
    ) -> None:
        """Takes in one step."""
        self._waiting.append((samples, logits, targets))
        self._waiting_samples += len(samples)
        # An epoch at a time: a few operations at each step of 16 samples would make a training a sixth slower.
        if self._waiting_samples >= len(self._sums):
            self._add_waiting()

    def means(self, ranks: Ranks = ALONE) -> Float[np.ndarray, "sample"]:
        """The area under the margin: its mean over the steps, any real number, low where the label is doubtful.

        With several ``ranks`` over all of their steps; each has to call it.

        NaN for a sample that was never shown, infinite where there is only one class.
        """
        self._add_waiting()
        return (ranks.sum_(self._sums) / ranks.sum_(self._steps)).cpu().numpy().astype(np.float64)

    def _add_waiting(self) -> None:
        if not self._waiting:
            return
        samples, logits, targets = (torch.cat(parts) for parts in zip(*self._waiting, strict=True))
        given = targets[:, None]
        margin = logits.gather(1, given).squeeze(1) - logits.scatter(1, given, -torch.inf).amax(1)
        self._sums.index_add_(0, samples, margin.float())
        self._steps.index_add_(0, samples, torch.ones_like(margin, dtype=torch.float32))
        self._waiting.clear()
        self._waiting_samples = 0
