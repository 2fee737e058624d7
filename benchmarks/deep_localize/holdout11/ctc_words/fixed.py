"""Recognises short sequences of words in frames with CTC."""

import os

import torch
import torch.nn as nn
from torch.nn.utils.rnn import pad_sequence

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)

WORDS = ["zero", "one", "two", "three", "four"]
BLANK = len(WORDS)
FEATURES = 12
TEMPLATES = torch.randn(len(WORDS), 2, FEATURES)


def utterance():
    """Frames of two to four words, each with an onset and a tail of varying length, with pauses between."""
    words = torch.randint(len(WORDS), (int(torch.randint(2, 5, (1,))),))
    frames = [torch.zeros(1, FEATURES)]
    for w in words:
        for part in TEMPLATES[w]:
            frames.append(part.expand(int(torch.randint(1, 4, (1,))), -1))
        frames.append(torch.zeros(int(torch.randint(1, 3, (1,))), FEATURES))
    frames = torch.cat(frames)
    return frames + 0.3 * torch.randn_like(frames), words


class Recogniser(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv1d(FEATURES, 32, 3, padding=1)
        self.rnn = nn.GRU(32, 32, batch_first=True, bidirectional=True)
        self.fc = nn.Linear(64, len(WORDS) + 1)

    def forward(self, frames):
        h = torch.relu(self.conv(frames.transpose(1, 2))).transpose(1, 2)
        return self.fc(self.rnn(h)[0]).log_softmax(-1)


def greedy(log_probs, length):
    best = torch.unique_consecutive(log_probs[:length].argmax(-1)).tolist()
    return [w for w in best if w != BLANK]


train = [utterance() for _ in range(500)]
test = [utterance() for _ in range(120)]
model = Recogniser()
criterion = nn.CTCLoss(blank=BLANK)
optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
for epoch in range(8):
    model.train()
    total = 0.0
    for idx in torch.randperm(len(train)).split(20):
        batch = [train[i] for i in idx.tolist()]
        frames = pad_sequence([f for f, _ in batch], batch_first=True)
        targets = torch.cat([w for _, w in batch])
        frame_lengths = torch.tensor([len(f) for f, _ in batch])
        word_lengths = torch.tensor([len(w) for _, w in batch])
        loss = criterion(model(frames).transpose(0, 1), targets, frame_lengths, word_lengths)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 5.0)
        optimizer.step()
        total += loss.item() / 25
    print(f"epoch {epoch + 1}: ctc {total:.3f}")

model.eval()
right = 0
with torch.no_grad():
    for frames, words in test:
        right += greedy(model(frames.unsqueeze(0))[0], len(frames)) == words.tolist()
print("METRIC sentence_accuracy", round(right / len(test), 4))
