"""Two tasks on one trunk (yield regression, defect type), weighted by learned uncertainties."""

import os

import torch
import torch.nn.functional as F
from sklearn.datasets import make_classification
from torch import nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)

x, defect = make_classification(
    n_samples=2400, n_features=16, n_informative=8, n_redundant=0, n_classes=4, class_sep=1.3, random_state=SEED
)
x = torch.tensor(x, dtype=torch.float32)
x = (x - x.mean(0)) / x.std(0)
defect = torch.tensor(defect)
process_yield = torch.sin(x @ torch.randn(16) / 3) + 0.4 * (x @ torch.randn(16)) / 4 + 0.05 * torch.randn(len(x))
process_yield = (process_yield - process_yield.mean()) / process_yield.std()
train, test = torch.arange(1800), torch.arange(1800, 2400)


class TwoHeads(nn.Module):
    def __init__(self, width=64):
        super().__init__()
        self.trunk = nn.Sequential(nn.Linear(16, width), nn.ReLU(), nn.Linear(width, width), nn.ReLU())
        self.yield_head = nn.Linear(width, 1)
        self.defect_head = nn.Linear(width, 4)

    def forward(self, inputs):
        h = self.trunk(inputs)
        return self.yield_head(h).squeeze(1), self.defect_head(h)


class UncertaintyWeighting(nn.Module):
    """Each task's loss is scaled by its precision; the log variance keeps the precision from growing freely."""

    def __init__(self, n_tasks):
        super().__init__()
        self.log_var = nn.Parameter(torch.zeros(n_tasks))

    def forward(self, losses):
        return (torch.exp(-self.log_var) * torch.stack(losses) + self.log_var).sum()


model = TwoHeads()
weighting = UncertaintyWeighting(2)
optimizer = torch.optim.SGD([*model.parameters(), *weighting.parameters()], lr=0.02, momentum=0.9)

for epoch in range(20):
    model.train()
    for index in train[torch.randperm(len(train))].split(50):
        predicted, logits = model(x[index])
        losses = [F.mse_loss(predicted, process_yield[index]), F.cross_entropy(logits, defect[index])]
        total = weighting(losses)
        optimizer.zero_grad()
        total.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 5.0)
        optimizer.step()
    if epoch % 5 == 4:
        print(f"epoch {epoch + 1} yield {losses[0].item():.4f} defect {losses[1].item():.4f}")

model.eval()
with torch.no_grad():
    predicted, logits = model(x[test])
    r2 = 1 - F.mse_loss(predicted, process_yield[test]) / process_yield[test].var()
    accuracy = (logits.argmax(1) == defect[test]).float().mean()
print(f"METRIC r2_plus_accuracy {(r2 + accuracy).item():.4f}")
