"""TCDCNN, which finds facial landmarks, as the DFauLo experiments use it."""

from collections.abc import Sequence

from jaxtyping import Float
from torch import Tensor, nn

from faultloc.subject.architectures.lenet import flattened_size


class TCDCNN(nn.Module):
    """Four convolutions with hard tanh, pooling after the first three, dropout, one linear layer; 40x40 gives 256.

    ``num_classes`` is the number of outputs: twice that of the landmarks. Inputs in [0, 1] are multiplied by ``scale``.
    All outputs start near ``centre``: 20 is the middle of a face of 40 pixels.

    Source: Zhang et al., "Facial Landmark Detection by Deep Multi-task Learning", ECCV 2014, with the sizes of the
    authors' code of DFauLo, which feeds pixels from 0 to 255.
    Differs: the landmarks only; the original learns gender, smile, glasses and pose beside them. Their outputs start
    near 0 (``centre=0``): the first steps, which are far too large, then push nearly all units of the last hard tanh to
    where it is flat, and the network says the mean of the targets for ever.
    """

    def __init__(
        self,
        input_shape: Sequence[int],
        num_classes: int,
        *,
        dropout: float | int = 0.5,
        scale: float | int = 255,
        centre: float | int = 20,
    ) -> None:
        super().__init__()
        self.scale = scale
        self.features = nn.Sequential(
            nn.Conv2d(input_shape[0], 16, 5),
            nn.Hardtanh(),
            nn.MaxPool2d(2),
            nn.Conv2d(16, 48, 3),
            nn.Hardtanh(),
            nn.MaxPool2d(2),
            nn.Conv2d(48, 64, 3),
            nn.Hardtanh(),
            nn.MaxPool2d(2),
            nn.Conv2d(64, 64, 2),
            nn.Hardtanh(),
            nn.Flatten(),
        )
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Linear(flattened_size(self.features, input_shape, "TCDCNN"), num_classes)
        nn.init.constant_(self.fc.bias, centre)

    def forward(self, inputs: Float[Tensor, "sample channel height width"]) -> Float[Tensor, "sample output"]:
        return self.fc(self.dropout(self.features(inputs * self.scale)))
