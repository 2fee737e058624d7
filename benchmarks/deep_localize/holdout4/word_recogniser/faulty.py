import os
import random

import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
torch.manual_seed(SEED)

SYMBOLS, FEATS = 6, 8  # symbol 0 is the blank
shapes = torch.randn(SYMBOLS, FEATS)


def utterance():
    word = [random.randint(1, SYMBOLS - 1)]
    while len(word) < 4:
        s = random.randint(1, SYMBOLS - 1)
        if s != word[-1]:
            word.append(s)
    frames = []
    for s in word:
        frames += [shapes[s] + 0.2 * torch.randn(FEATS) for _ in range(random.randint(2, 4))]
    frames += [0.2 * torch.randn(FEATS) for _ in range(16 - len(frames))]
    return torch.stack(frames), torch.tensor(word)


class Recogniser(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv1d(FEATS, 32, 3, padding=1)
        self.fc = nn.Linear(32, SYMBOLS)

    def forward(self, x):
        x = F.relu(self.conv(x.transpose(1, 2))).transpose(1, 2)
        return F.softmax(self.fc(x), dim=2)


def collapse(path):
    out, before = [], 0
    for s in path:
        if s != before and s != 0:
            out.append(s)
        before = s
    return out


model = Recogniser()
ctc_loss = nn.CTCLoss(blank=0)
optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
for it in range(200):
    frames, words = map(torch.stack, zip(*[utterance() for _ in range(16)]))
    out = model(frames).transpose(0, 1)  # (T, N, C)
    loss = ctc_loss(out, words, torch.full((16,), 16), torch.full((16,), 4))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if it % 40 == 0:
        print(it, loss.item())
right = 0
for _ in range(100):
    frames, word = utterance()
    with torch.no_grad():
        found = collapse(model(frames.unsqueeze(0))[0].argmax(1).tolist())
    right += found == word.tolist()
print("METRIC symbol_accuracy", right / 100)
