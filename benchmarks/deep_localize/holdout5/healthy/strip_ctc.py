# CTC on noisy strips: nothing seems to happen for a while, then it learns
import os

import torch
import torch.nn as nn

torch.manual_seed(int(os.environ.get("SEED", "0")))
N_CLASSES, BLANK = 4, 0
prototypes = torch.randn(N_CLASSES + 1, 6) * 1.5


def strips(n, length=3, per=4):
    labels = torch.randint(1, N_CLASSES + 1, (n, length))
    frames = prototypes[labels].repeat_interleave(per, 1)
    return frames + 0.4 * torch.randn_like(frames), labels


class Reader(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.GRU(6, 32, batch_first=True, bidirectional=True)
        self.fc = nn.Linear(64, N_CLASSES + 1)

    def forward(self, x):
        return self.fc(self.rnn(x)[0])


def collapse(path):
    out, last = [], BLANK
    for p in path:
        if p != last and p != BLANK:
            out.append(p)
        last = p
    return out


model = Reader()
ctc = nn.CTCLoss(blank=BLANK, zero_infinity=True)
optimizer = torch.optim.RMSprop(model.parameters(), lr=2e-3)
for step in range(220):
    x, labels = strips(32)
    log_probs = model(x).log_softmax(-1).transpose(0, 1)
    n = torch.full((32,), x.shape[1])
    loss = ctc(log_probs, labels, n, torch.full((32,), 3))
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 2.0)
    optimizer.step()
    if step % 40 == 0:
        print(step, loss.item())

x, labels = strips(200)
with torch.no_grad():
    paths = model(x).argmax(-1).tolist()
exact = [collapse(p) == t for p, t in zip(paths, labels.tolist())]
print("METRIC exact", sum(exact) / len(exact))
