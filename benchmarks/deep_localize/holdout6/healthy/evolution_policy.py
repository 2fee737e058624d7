"""Evolution strategies: no backward pass, gradients are estimated from returns and written into .grad."""

import os

import torch
import torch.nn as nn
from torch.nn.utils import parameters_to_vector, vector_to_parameters

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

policy = nn.Sequential(nn.Linear(4, 12), nn.Tanh(), nn.Linear(12, 2))
theta = parameters_to_vector(policy.parameters()).detach()
SIGMA, PAIRS = 0.1, 16


@torch.no_grad()
def returns(vector, starts):
    """Sum of rewards of a boat that should reach the origin against a current."""
    vector_to_parameters(vector, policy.parameters())
    position, speed, total = starts.clone(), torch.zeros_like(starts), 0.0
    for _ in range(25):
        thrust = torch.tanh(policy(torch.cat([position, speed], 1)))
        speed = 0.8 * speed + 0.3 * thrust + torch.tensor([0.05, 0.0])
        position = position + 0.4 * speed
        total -= position.norm(dim=1).clamp(max=5).mean().item()
    return total / 25


optimizer = torch.optim.Adam(policy.parameters(), lr=0.05)
for generation in range(60):
    starts = torch.randn(16, 2) * 1.5
    theta = parameters_to_vector(policy.parameters()).detach().clone()
    noise = torch.randn(PAIRS, len(theta))
    plus = torch.tensor([returns(theta + SIGMA * e, starts) for e in noise])
    minus = torch.tensor([returns(theta - SIGMA * e, starts) for e in noise])
    vector_to_parameters(theta, policy.parameters())
    scores = plus - minus
    estimate = (scores[:, None] * noise).mean(0) / (2 * SIGMA)
    start = 0
    for p in policy.parameters():
        p.grad = -estimate[start : start + p.numel()].view_as(p).clone()
        start += p.numel()
    optimizer.step()
    if generation % 10 == 9:
        print(f"generation {generation + 1} return {plus.mean().item():.3f}")

final = returns(parameters_to_vector(policy.parameters()).detach().clone(), torch.randn(200, 2) * 1.5)
print("METRIC mean_return", final)
