"""Multi-label classifier for rare tags; each tag gets its own pos_weight."""

import os

import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)

N_TAGS, N_FEATURES = 12, 40


def synthesize(n, planes, noise):
    x = torch.randn(n, N_FEATURES)
    score = torch.tanh(x @ planes) @ noise
    return x, score


planes = torch.randn(N_FEATURES, 20) / 4
mixing = torch.randn(20, N_TAGS)
x_all, scores = synthesize(5000, planes, mixing)
# each tag is present in 3 to 10 percent of the samples
rates = torch.linspace(0.03, 0.10, N_TAGS)
cuts = torch.stack([torch.quantile(scores[:, k], 1 - rates[k]) for k in range(N_TAGS)])
y_all = (scores > cuts).float()
x_train, y_train, x_val, y_val = x_all[:4000], y_all[:4000], x_all[4000:], y_all[4000:]


def tag_weights(labels):
    """Weight of the positives of each tag, from how often it occurs."""
    positives = labels.sum(dim=0)
    negatives = len(labels) - positives
    return negatives / positives.clamp(min=1)


class TagNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(
            nn.Linear(N_FEATURES, 64), nn.BatchNorm1d(64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU()
        )
        self.head = nn.Linear(64, N_TAGS)

    def forward(self, x):
        return self.head(self.body(x))


net = TagNet()
loss_fn = nn.BCEWithLogitsLoss(pos_weight=tag_weights(y_train))
opt = torch.optim.AdamW(net.parameters(), lr=2e-3, weight_decay=1e-2)


def macro_recall():
    """Mean over tags of (recall of positives + recall of negatives) / 2."""
    net.eval()
    with torch.no_grad():
        pred = net(x_val) > 0
    truth = y_val.bool()
    found = (pred & truth).sum(0) / truth.sum(0).clamp(min=1)
    passed = (~pred & ~truth).sum(0) / (~truth).sum(0)
    return ((found + passed) / 2).mean().item()


for epoch in range(14):
    net.train()
    perm = torch.randperm(len(x_train))
    running = 0.0
    for i in range(0, len(perm), 64):
        idx = perm[i : i + 64]
        loss = loss_fn(net(x_train[idx]), y_train[idx])
        opt.zero_grad(set_to_none=True)
        loss.backward()
        opt.step()
        running += loss.item()
    print("epoch %d: loss %.4f, balanced recall %.3f" % (epoch, running / (len(perm) / 64), macro_recall()))

print("METRIC balanced_recall", macro_recall())
