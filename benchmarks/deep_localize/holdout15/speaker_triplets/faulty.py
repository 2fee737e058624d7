"""Speaker embeddings from short feature vectors with batch-hard triplet loss; nearest-neighbour check at the end."""

import os

import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)

SPEAKERS, DIM, MARGIN = 20, 32, 0.5
P, K = 8, 4
LEARNING_RATE = 0.1

voices = torch.randn(SPEAKERS, 6)
mixing = torch.randn(12, DIM) / 12**0.5


def record(speaker):
    """Features of utterances of the given speakers: speaker traits, content and noise, mixed."""
    content = torch.randn(len(speaker), 6) * 1.5
    return torch.tanh(torch.cat([voices[speaker], content], 1) @ mixing) + 0.1 * torch.randn(len(speaker), DIM)


class Embedder(nn.Module):
    def __init__(self, out=16):
        super().__init__()
        self.fc1 = nn.Linear(DIM, 64)
        self.fc2 = nn.Linear(64, 64)
        self.fc3 = nn.Linear(64, out)

    def forward(self, x):
        x = F.relu(self.fc1(x))
        x = F.relu(self.fc2(x))
        return self.fc3(x)


def pairwise_distances(e):
    square = (e.unsqueeze(0) - e.unsqueeze(1)).pow(2).sum(-1)
    return (square + 1e-12).sqrt()


def batch_hard_loss(e, speaker):
    dist = pairwise_distances(e)
    same = speaker.unsqueeze(0) == speaker.unsqueeze(1)
    hardest_positive = dist.masked_fill(~same, 0.0).max(1).values
    hardest_negative = dist.masked_fill(same, float("inf")).min(1).values
    return F.relu(hardest_positive - hardest_negative + MARGIN).mean()


model = Embedder()
optimizer = torch.optim.Adam(model.parameters(), lr=LEARNING_RATE)
for step in range(1, 401):
    chosen = torch.randperm(SPEAKERS)[:P].repeat_interleave(K)
    embeddings = model(record(chosen))
    loss = batch_hard_loss(embeddings, chosen)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 50 == 0:
        print(f"step {step} loss {loss.item():.4f} spread {pairwise_distances(embeddings.detach()).mean():.4f}")

model.eval()
with torch.no_grad():
    gallery_speaker = torch.arange(SPEAKERS).repeat(10)
    probe_speaker = torch.arange(SPEAKERS).repeat(15)
    gallery, probe = model(record(gallery_speaker)), model(record(probe_speaker))
    nearest = torch.cdist(probe, gallery).topk(5, largest=False).indices
    hit = (gallery_speaker[nearest].mode(1).values == probe_speaker).float().mean().item()
print("METRIC retrieval_accuracy", round(hit, 4))
