"""Fine-tunes a pre-trained model for a related task: tiny rate for the trunk, larger one for the new head, warmup and decay."""

import argparse
import copy
import math
import os

import torch
import torch.nn as nn
import torch.nn.functional as F


def get_args():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=int(os.environ.get("SEED", "0")))
    parser.add_argument("--trunk-lr", type=float, default=3e-5)
    parser.add_argument("--head-lr", type=float, default=5e-3)
    parser.add_argument("--steps", type=int, default=300)
    parser.add_argument("--warmup", type=int, default=30)
    return parser.parse_args()


def world(n, directions):
    x = torch.randn(n, 30)
    latent = torch.tanh(x @ directions)
    return x, latent


def fit(model, optimizer, scheduler, x, y, steps, batch=50):
    model.train()
    for step in range(steps):
        idx = torch.randint(len(x), (batch,))
        loss = F.cross_entropy(model(x[idx]), y[idx])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if scheduler:
            scheduler.step()
        if step % 100 == 99:
            print(f"  step {step + 1}: {loss.item():.3f}")


def main():
    args = get_args()
    torch.manual_seed(args.seed)
    torch.set_num_threads(1)
    directions = torch.randn(30, 6) / math.sqrt(10)
    source, target = torch.randn(6, 12), torch.randn(6, 4)

    x, latent = world(3000, directions)
    trunk = nn.Sequential(nn.Linear(30, 64), nn.GELU(), nn.LayerNorm(64), nn.Linear(64, 64), nn.GELU())
    model = nn.Sequential(trunk, nn.Linear(64, 12))
    print("pre-training")
    fit(model, torch.optim.AdamW(model.parameters(), lr=2e-3), None, x, (latent @ source).argmax(1), 700)

    print("fine-tuning")
    x, latent = world(1200, directions)
    y = (latent @ target).argmax(1)
    tuned = nn.Sequential(copy.deepcopy(trunk), nn.Linear(64, 4))
    optimizer = torch.optim.AdamW(
        [{"params": tuned[0].parameters(), "lr": args.trunk_lr}, {"params": tuned[1].parameters(), "lr": args.head_lr}],
        weight_decay=0.01,
    )

    def shape(step):
        if step < args.warmup:
            return (step + 1) / args.warmup
        return max(0.0, (args.steps - step) / (args.steps - args.warmup))

    scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, shape)
    fit(tuned, optimizer, scheduler, x[:800], y[:800], args.steps)
    tuned.eval()
    with torch.no_grad():
        accuracy = (tuned(x[800:]).argmax(1) == y[800:]).float().mean().item()
    print("METRIC accuracy", round(accuracy, 4))


if __name__ == "__main__":
    main()
