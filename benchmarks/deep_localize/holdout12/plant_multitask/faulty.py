"""Multi-task network for process data: one trunk, three targets of different kinds."""

import os

import torch
import torch.nn.functional as F
from torch import nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)


def make_runs(n, w):
    """Sensor readings; product yield, failure flag and product grade depend on shared causes."""
    x = torch.randn(n, 15)
    causes = torch.tanh(x @ w["causes"])
    targets = {
        "yield": causes @ w["yield"] + 0.1 * torch.randn(n),
        "failure": (causes @ w["failure"] + 0.3 * torch.randn(n) > 0).float(),
        "grade": (causes @ w["grade"] + 0.2 * torch.randn(n, 3)).argmax(1),
    }
    return x, targets


class MultiTaskNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.trunk = nn.Sequential(nn.Linear(15, 48), nn.ReLU(), nn.Linear(48, 48), nn.ReLU())
        self.heads = nn.ModuleDict({"yield": nn.Linear(48, 1), "failure": nn.Linear(48, 1), "grade": nn.Linear(48, 3)})

    def forward(self, x):
        h = self.trunk(x)
        return {name: head(h) for name, head in self.heads.items()}


LOSSES = {
    "yield": lambda out, y: F.mse_loss(out.squeeze(1), y),
    "failure": lambda out, y: F.binary_cross_entropy_with_logits(out.squeeze(1), y),
    "grade": F.cross_entropy,
}
WEIGHTS = {"yield": 1.0, "failure": 1.0, "grade": 1.0}


def train_step(model, optimizer, x, targets):
    logs = {}
    outputs = model(x)
    # one backward per task, so that graphs are freed as soon as they are used
    for i, (name, loss_fn) in enumerate(LOSSES.items()):
        optimizer.zero_grad()
        loss = WEIGHTS[name] * loss_fn(outputs[name], targets[name])
        loss.backward(retain_graph=i + 1 < len(LOSSES))
        logs[name] = loss.item()
    nn.utils.clip_grad_norm_(model.parameters(), 5.0)
    optimizer.step()
    return logs


@torch.no_grad()
def evaluate(model, x, targets):
    model.eval()
    out = model(x)
    explained = 1 - F.mse_loss(out["yield"].squeeze(1), targets["yield"]) / targets["yield"].var()
    failure = ((out["failure"].squeeze(1) > 0) == (targets["failure"] > 0)).float().mean()
    grade = (out["grade"].argmax(1) == targets["grade"]).float().mean()
    return explained.clamp(min=0).item(), failure.item(), grade.item()


def main():
    w = {
        "causes": torch.randn(15, 5) / 2,
        "yield": torch.randn(5) / 2,
        "failure": torch.randn(5),
        "grade": torch.randn(5, 3),
    }
    x, targets = make_runs(1200, w)
    x_val, targets_val = make_runs(400, w)
    model = MultiTaskNet()
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    for epoch in range(12):
        model.train()
        for idx in torch.randperm(len(x)).split(40):
            logs = train_step(model, optimizer, x[idx], {k: v[idx] for k, v in targets.items()})
        scores = evaluate(model, x_val, targets_val)
        if epoch % 3 == 2:
            print(f"epoch {epoch + 1}", {k: round(v, 3) for k, v in logs.items()}, "val", [round(s, 3) for s in scores])
    print(f"METRIC mean_task_score {sum(scores) / 3:.4f}")


if __name__ == "__main__":
    main()
