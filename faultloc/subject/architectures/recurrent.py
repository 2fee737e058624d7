"""LSTM and BiLSTM classifiers of token sequences."""

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.rnn import PackedSequence


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
        return self._classify(last)

    def step_logits(self, tokens: Int[Tensor, "sample step"]) -> Float[Tensor, "sample step class"]:
        """The logits after each token, in both directions where there are two: the j-th from the front and the end.

        Those of the last token are the classifier's own; what stands after it means nothing.
        """
        lengths = (tokens != 0).sum(1).clamp(min=1)
        embedded = self.embedding(tokens)
        if not self.lstm.bidirectional:
            return self._classify(self.lstm(embedded)[0])
        outputs, _ = self.lstm(_packed(embedded, lengths))
        states, _ = nn.utils.rnn.pad_packed_sequence(outputs, batch_first=True, total_length=tokens.shape[1])
        forward, backward = states.chunk(2, dim=2)
        from_the_end = lengths[:, None] - 1 - torch.arange(tokens.shape[1], device=tokens.device)
        places = from_the_end.clamp(min=0)[:, :, None].expand_as(backward)
        return self._classify(torch.cat([forward, backward.gather(1, places)], dim=2))

    def _classify(self, states: Float[Tensor, "... hidden"]) -> Float[Tensor, "... class"]:
        return self.fc2(self.dropout(F.relu(self.fc1(states))))

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
        _, (states, _) = self.lstm(_packed(embedded, lengths))
        return states[-2:].transpose(0, 1).flatten(1)


def _packed(embedded: Float[Tensor, "sample step embedding"], lengths: Int[Tensor, "sample"]) -> PackedSequence:
    return nn.utils.rnn.pack_padded_sequence(embedded, lengths.cpu(), batch_first=True, enforce_sorted=False)
