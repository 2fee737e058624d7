"""More samples to train on: which of them are unsafe, by the causes that were found."""

from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from jaxtyping import Float

from faultloc.methods.hudd.assignment import UnsafeSet
from faultloc.methods.hudd.evidence.comparing import comparable_evidence
from faultloc.methods.hudd.root_causes import RootCauses
from faultloc.methods.hudd.settings import HuddSettings, UnsafeSettings
from faultloc.methods.hudd.unsafe import find_unsafe_images
from faultloc.own.hudd.linking import Linked
from faultloc.own.layer_names import full_name
from faultloc.probes.predictions import predict_logits
from faultloc.subject.batches import as_tensor
from faultloc.subject.dataset import LabeledDataset
from faultloc.subject.examination import Examination


@dataclass
class Improvement:
    """The ``dataset`` of more samples, and what the examined network says of it, read once for each layer.

    ``examination`` is that of the test set, on whatever device the network is by now.
    """

    dataset: LabeledDataset
    examination: Examination
    _logits: Float[np.ndarray, "image output"] | None = None
    _by_layer: dict[str, tuple[np.ndarray, np.ndarray]] = field(default_factory=dict)

    @property
    def _now(self) -> Examination:
        network = self.examination.network
        place = next((parameter.device for parameter in network.parameters()), self.examination.device)
        encoder = self.examination.encoder
        return replace(self.examination, device=place, encoder=None if encoder is None else encoder.to(place))

    @property
    def logits(self) -> Float[np.ndarray, "image output"]:
        """What the network says of each of them."""
        if self._logits is None:
            examined = self._now
            inputs = as_tensor(self.dataset.inputs, examined.device)
            self._logits = predict_logits(examined.network, inputs, batch_size=examined.batch_size)
        return self._logits

    def assign(self, linked: Linked, causes: RootCauses, settings: HuddSettings) -> UnsafeSet:
        """The unsafe ones, each in the cluster that it is nearest to, as many as the test set's share of errors asks.

        Raises:
            DataError: there are too few images, or no cluster has two errors.
        """
        layer, examined = causes.layer, self._now
        if layer not in self._by_layer:
            inputs, name = as_tensor(self.dataset.inputs, examined.device), full_name(examined.network, layer)
            self._by_layer[layer] = comparable_evidence(examined, linked.errors, inputs, settings.heatmaps, name)
        of_images, of_errors = self._by_layer[layer]
        return find_unsafe_images(
            of_images,
            of_errors,
            causes.cluster,
            self.dataset.sample_ids,
            UnsafeSettings(),
            form=settings.linkage.form,
            error_share=len(linked.errors) / len(examined.dataset),
        )

    def table(self, unsafe: UnsafeSet) -> pd.DataFrame:
        """A row an unsafe image: sample_id, index, given_label, predicted_label, cluster from 1, distance, choice."""
        chosen, dataset = unsafe.images, self.dataset
        return pd.DataFrame(
            {
                "sample_id": dataset.sample_ids[chosen],
                "index": chosen,
                "given_label": dataset.names_of(dataset.labels[chosen]),
                "predicted_label": dataset.names_of(self.logits.argmax(1)[chosen]),
                "cluster": unsafe.clusters + 1,
                "distance": unsafe.distances,
                "choice": unsafe.choices,
            }
        )
