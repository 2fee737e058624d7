"""LSTM and BiLSTM classifiers of token sequences."""

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn import functional as F


class RecurrentClassifier(nn.Module):
    """Embedding, a two-layer (Bi)LSTM, and two linear layers on the state after the last token.

    Source: the authors' code of DFauLo (embedding 200, hidden 128, dropout .5).
    Differs: theirs reads the output at the last position, which for a short text comes after a run of padding; here the
    padded tail is skipped. Padding is id 0.
    """

    def __init__(
        self,
        vocabulary_size: int,
        num_classes: int,
        embedding_size: int = 200,
        hidden_size: int = 128,
        layers: int = 2,
        dropout: float = 0.5,
        bidirectional: bool = False,
    ) -> None:
        super().__init__()
        self.embedding = nn.Embedding(vocabulary_size, embedding_size, padding_idx=0)
        self.lstm = nn.LSTM(
            embedding_size, hidden_size, layers, batch_first=True, dropout=dropout, bidirectional=bidirectional
        )
        self.fc1 = nn.Linear(hidden_size * (2 if bidirectional else 1), hidden_size)
        self.dropout = nn.Dropout(dropout)
        self.fc2 = nn.Linear(hidden_size, num_classes)

    def forward(self, tokens: Int[Tensor, "sample step"]) -> Float[Tensor, "sample class"]:
        lengths = (tokens != 0).sum(1).clamp(min=1)
        embedded = self.embedding(tokens)
        last = self._both_ends(embedded, lengths) if self.lstm.bidirectional else self._last_state(embedded, lengths)
        return self.fc2(self.dropout(F.relu(self.fc1(last))))

    def _last_state(
        self, embedded: Float[Tensor, "sample step embedding"], lengths: Int[Tensor, "sample"]
    ) -> Float[Tensor, "sample hidden"]:
        # What follows the last token cannot reach back: reading the right position costs half of a packed sequence.
        outputs, _ = self.lstm(embedded)
        return outputs[torch.arange(len(lengths), device=lengths.device), lengths - 1]

    def _both_ends(
        self, embedded: Float[Tensor, "sample step embedding"], lengths: Int[Tensor, "sample"]
    ) -> Float[Tensor, "sample hidden"]:
        # The backward direction would meet the padding first, unless it is packed away.
        packed = nn.utils.rnn.pack_padded_sequence(embedded, lengths.cpu(), batch_first=True, enforce_sorted=False)
        _, (states, _) = self.lstm(packed)
        return states[-2:].transpose(0, 1).flatten(1)
