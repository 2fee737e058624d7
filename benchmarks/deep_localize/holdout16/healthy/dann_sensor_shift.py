"""Domain-adversarial training: labels from one machine, unlabelled data from another with shifted sensors."""

import math
import os

import torch
from torch import nn
from torch.autograd import Function

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)
N_SIGNAL, N_NUISANCE, CLASSES = 8, 4, 3
prototypes = 1.4 * torch.nn.functional.normalize(torch.randn(CLASSES, N_SIGNAL), dim=1) * 1.6


def machine(n, shift):
    y = torch.randint(0, CLASSES, (n,))
    signal = prototypes[y] + 0.7 * torch.randn(n, N_SIGNAL)
    nuisance = torch.randn(n, N_NUISANCE) * 0.5 + shift
    return torch.cat([signal, nuisance], 1), y


class GradReverse(Function):
    @staticmethod
    def forward(ctx, x, strength):
        ctx.strength = strength
        return x.view_as(x)

    @staticmethod
    def backward(ctx, grad):
        return -ctx.strength * grad, None


class DANN(nn.Module):
    def __init__(self, hidden=32):
        super().__init__()
        self.features = nn.Sequential(
            nn.Linear(N_SIGNAL + N_NUISANCE, hidden), nn.ReLU(), nn.Linear(hidden, hidden), nn.ReLU()
        )
        self.label_head = nn.Linear(hidden, CLASSES)
        self.domain_head = nn.Sequential(nn.Linear(hidden, 32), nn.ReLU(), nn.Linear(32, 1))

    def forward(self, x, strength=0.0):
        h = self.features(x)
        return self.label_head(h), self.domain_head(GradReverse.apply(h, strength)).squeeze(1)


source_x, source_y = machine(1200, shift=-0.5)
target_x, _ = machine(1200, shift=0.5)
test_x, test_y = machine(600, shift=0.5)

model = DANN()
optimizer = torch.optim.SGD(model.parameters(), lr=0.02, momentum=0.9)
label_loss, domain_loss = nn.CrossEntropyLoss(), nn.BCEWithLogitsLoss()
epochs, batch = 12, 40
step, total_steps = 0, epochs * (len(source_x) // batch)

for epoch in range(epochs):
    model.train()
    for i, j in zip(torch.randperm(len(source_x)).split(batch), torch.randperm(len(target_x)).split(batch)):
        progress = step / total_steps
        strength = 0.3 * (2 / (1 + math.exp(-10 * progress)) - 1)
        logits, source_domain = model(source_x[i], strength)
        _, target_domain = model(target_x[j], strength)
        classification = label_loss(logits, source_y[i])
        domain = 0.5 * (
            domain_loss(source_domain, torch.zeros(len(i))) + domain_loss(target_domain, torch.ones(len(j)))
        )
        optimizer.zero_grad()
        (classification + domain).backward()
        optimizer.step()
        step += 1
    print(f"epoch {epoch} class {classification.item():.4f} domain {domain.item():.4f} strength {strength:.2f}")

model.eval()
with torch.no_grad():
    accuracy = (model(test_x)[0].argmax(1) == test_y).float().mean().item()
print(f"METRIC target_accuracy {accuracy:.4f}")
