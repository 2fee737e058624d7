"""Sound training loops that break a naive rule: gradients that add up, parameters that stay, a first step of 0."""

import torch
from torch import nn

from benchmarks.deep_localize.data import digits, shuffled_batches
from benchmarks.deep_localize.outcome import classified, predict
from benchmarks.deep_localize.program import Outcome, Watch, healthy


@healthy("gradient-accumulation", least_accuracy=0.7)
def gradient_accumulation(seed: int, watch: Watch) -> Outcome:
    """An update for every four small batches: gradients are there before most of the backward passes."""
    torch.manual_seed(seed)
    x, y = digits()
    model = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    loss_fn = nn.CrossEntropyLoss()
    with watch(model, optimizer, loss_fn):
        for number, rows in enumerate(shuffled_batches(len(x), size=16, steps=200, seed=seed), start=1):
            loss = loss_fn(model(x[rows]), y[rows]) / 4
            loss.backward()
            if number % 4 == 0:
                optimizer.step()
                optimizer.zero_grad()
    return classified(model, predict(model, x).argmax(dim=1), y)


@healthy("frozen-backbone", least_accuracy=0.75)
def frozen_backbone(seed: int, watch: Watch) -> Outcome:
    """Layers that learned the digits 0 to 4 are kept as they are while a new last layer learns 5 to 9."""
    torch.manual_seed(seed)
    pixels, labels = digits()
    known, new = labels < 5, labels >= 5
    backbone = nn.Sequential(nn.Linear(64, 64), nn.ReLU())
    old_head = nn.Linear(64, 5)
    pretraining = torch.optim.Adam([*backbone.parameters(), *old_head.parameters()], lr=0.005)
    loss_fn = nn.CrossEntropyLoss()
    for rows in shuffled_batches(int(known.sum()), size=32, steps=60, seed=seed):
        pretraining.zero_grad()
        loss_fn(old_head(backbone(pixels[known][rows])), labels[known][rows]).backward()
        pretraining.step()

    x, y = pixels[new], labels[new] - 5
    backbone.requires_grad_(False)
    for parameter in backbone.parameters():
        parameter.grad = None
    model = nn.Sequential(backbone, nn.Linear(64, 5))
    optimizer = torch.optim.Adam(model[1].parameters(), lr=0.01)
    with watch(model, optimizer, loss_fn):
        for rows in shuffled_batches(len(x), size=32, steps=120, seed=seed):
            optimizer.zero_grad()
            loss = loss_fn(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
    return classified(model, predict(model, x).argmax(dim=1), y)


@healthy("bfloat16", least_accuracy=0.7)
def bfloat16(seed: int, watch: Watch) -> Outcome:
    """Mixed precision: probabilities of 8 bits do not sum to 1 exactly."""
    torch.manual_seed(seed)
    x, y = digits()
    model = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.005)
    loss_fn = nn.CrossEntropyLoss()
    with watch(model, optimizer, loss_fn):
        for rows in shuffled_batches(len(x), size=32, steps=150, seed=seed):
            optimizer.zero_grad()
            with torch.autocast("cpu", dtype=torch.bfloat16):
                loss = loss_fn(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
    return classified(model, predict(model, x).argmax(dim=1), y)


@healthy("warm-up", least_accuracy=0.7)
def warm_up(seed: int, watch: Watch) -> Outcome:
    """The learning rate rises from 0: the first step changes nothing, the next ones little."""
    torch.manual_seed(seed)
    x, y = digits()
    model = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: min(1.0, step / 40))
    loss_fn = nn.CrossEntropyLoss()
    with watch(model, optimizer, loss_fn):
        for rows in shuffled_batches(len(x), size=32, steps=150, seed=seed):
            optimizer.zero_grad()
            loss = loss_fn(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
            schedule.step()
    return classified(model, predict(model, x).argmax(dim=1), y)
