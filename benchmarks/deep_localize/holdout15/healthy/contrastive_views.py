"""InfoNCE on two noisy views of the same object; a linear probe on frozen features measures the result."""

import os

import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)

OBJECTS, LATENT, VIEW = 10, 8, 40
prototypes = torch.randn(OBJECTS, LATENT)
render = torch.randn(LATENT, VIEW) / LATENT**0.5
clutter = torch.randn(6, VIEW)


def view_of(latent):
    """The object seen with strong clutter that differs from view to view."""
    return (
        torch.tanh(latent @ render)
        + 0.8 * torch.randn(len(latent), 6) @ clutter / 2
        + 0.1 * torch.randn(len(latent), VIEW)
    )


def objects(n):
    label = torch.randint(0, OBJECTS, (n,))
    return prototypes[label] + 0.3 * torch.randn(n, LATENT), label


encoder = nn.Sequential(nn.Linear(VIEW, 96), nn.ReLU(), nn.Linear(96, 32))
projector = nn.Sequential(nn.ReLU(), nn.Linear(32, 16))
optimizer = torch.optim.Adam([*encoder.parameters(), *projector.parameters()], lr=3e-3)
targets = torch.arange(64)
for step in range(1, 401):
    latent, _ = objects(64)
    a = F.normalize(projector(encoder(view_of(latent))), dim=1)
    b = F.normalize(projector(encoder(view_of(latent))), dim=1)
    logits = a @ b.t() / 0.2
    loss = 0.5 * (F.cross_entropy(logits, targets) + F.cross_entropy(logits.t(), targets))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 100 == 0:
        print(f"step {step} contrastive loss {loss.item():.3f}")

for p in encoder.parameters():
    p.requires_grad_(False)
encoder.eval()
probe = nn.Linear(32, OBJECTS)
probe_optimizer = torch.optim.Adam(probe.parameters(), lr=1e-2)
latent, label = objects(400)
features = encoder(view_of(latent))
features_mean, features_std = features.mean(0), features.std(0)
for _ in range(150):
    loss = F.cross_entropy(probe((features - features_mean) / features_std), label)
    probe_optimizer.zero_grad()
    loss.backward()
    probe_optimizer.step()
with torch.no_grad():
    latent, label = objects(1000)
    test = (encoder(view_of(latent)) - features_mean) / features_std
    accuracy = (probe(test).argmax(1) == label).float().mean().item()
print("METRIC probe_accuracy", round(accuracy, 4))
