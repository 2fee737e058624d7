"""TCDCNN, which finds facial landmarks, as the DFauLo experiments use it."""

from collections.abc import Sequence

from jaxtyping import Float
from torch import Tensor, nn

from faultloc.subject.architectures.lenet import flattened_size


class TCDCNN(nn.Module):
    """Four convolutions with hard tanh, pooling after the first three, dropout, one linear layer; 40x40 gives 256.

    ``num_classes`` is the number of outputs: twice that of the landmarks.

    Source: Zhang et al., "Facial Landmark Detection by Deep Multi-task Learning", ECCV 2014, with the sizes of the
    authors' code of DFauLo.
    Differs: the landmarks only; the original learns gender, smile, glasses and pose beside them.
    """

    def __init__(self, input_shape: Sequence[int], num_classes: int, dropout: float = 0.5) -> None:
        super().__init__()
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

    def forward(self, inputs: Float[Tensor, "sample channel height width"]) -> Float[Tensor, "sample output"]:
        return self.fc(self.dropout(self.features(inputs)))
