"""Loan default prediction on applicant records."""

import os
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn as nn
from sklearn.metrics import balanced_accuracy_score
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler


@dataclass
class Config:
    seed: int = int(os.environ.get("SEED", "0"))
    epochs: int = 25
    batch_size: int = 64
    lr: float = 1e-2
    hidden: int = 32


def make_applicants(n, rng):
    income = rng.lognormal(10.6, 0.5, n)
    amount = rng.lognormal(9.5, 0.7, n)
    age = rng.uniform(20, 70, n)
    years_employed = rng.exponential(6, n)
    utilisation = rng.beta(2, 3, n)
    late_payments = rng.poisson(0.8, n)
    inquiries = rng.poisson(1.5, n)
    score = (
        4.5 * (utilisation - 0.4)
        + 0.9 * (late_payments - 0.8)
        - 0.15 * (years_employed - 6)
        + 0.4 * (inquiries - 1.5)
        + 0.7 * (np.log(amount / income) + 1.1)
    )
    y = (score + 0.3 * rng.normal(size=n) > 0.1).astype("int64")
    x = np.stack([income, amount, age, years_employed, utilisation, late_payments, inquiries], 1)
    return x.astype("float32"), y


def main(cfg):
    torch.manual_seed(cfg.seed)
    torch.set_num_threads(1)
    rng = np.random.default_rng(cfg.seed)
    x, y = make_applicants(2000, rng)
    x_train, x_test, y_train, y_test = train_test_split(x, y, test_size=0.25, random_state=cfg.seed, stratify=y)

    scaler = StandardScaler().fit(x_train)
    x_train = torch.tensor(scaler.transform(x_train), dtype=torch.float32)
    x_test = torch.tensor(scaler.transform(x_test), dtype=torch.float32)
    y_train = torch.tensor(y_train)

    model = nn.Sequential(
        nn.Linear(x_train.shape[1], cfg.hidden),
        nn.ReLU(),
        nn.Linear(cfg.hidden, cfg.hidden),
        nn.ReLU(),
        nn.Linear(cfg.hidden, 2),
    )
    loss_fn = nn.CrossEntropyLoss()
    opt = torch.optim.SGD(model.parameters(), lr=cfg.lr, momentum=0.9)

    for epoch in range(cfg.epochs):
        model.train()
        order = torch.randperm(len(x_train))
        running = 0.0
        for i in range(0, len(order), cfg.batch_size):
            idx = order[i : i + cfg.batch_size]
            loss = loss_fn(model(x_train[idx]), y_train[idx])
            opt.zero_grad()
            loss.backward()
            opt.step()
            running += loss.item() * len(idx)
        if epoch % 5 == 4:
            print(f"epoch {epoch + 1}: loss {running / len(order):.4f}")

    model.eval()
    with torch.no_grad():
        pred = model(x_test).argmax(1).numpy()
    print(f"METRIC balanced_accuracy {balanced_accuracy_score(y_test, pred):.4f}")


if __name__ == "__main__":
    main(Config())
