"""Probability of default from an application table (entity embeddings for categories + numeric columns)."""

import os

import numpy as np
import pandas as pd
import torch
import torch.nn.functional as F
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)
rng = np.random.default_rng(SEED)

NUMERIC = ["days_employed", "income", "amount", "age"]


def load_applications(n=6000):
    df = pd.DataFrame(
        {
            "days_employed": -rng.gamma(2.0, 900.0, n).round(),
            "income": rng.lognormal(10.3, 0.5, n),
            "amount": rng.lognormal(9.6, 0.7, n),
            "age": rng.integers(21, 70, n).astype(float),
            "education": rng.integers(0, 5, n),
            "region": rng.integers(0, 8, n),
        }
    )
    pensioner = rng.random(n) < 0.17
    tenure = np.where(pensioner, 0.1, 1.0 - np.sqrt(-df["days_employed"] / 1800.0))
    burden = np.log(df["amount"] / df["income"]) + 0.7
    logit = 2.6 * tenure + 0.6 * burden + 0.2 * (df["education"] - 2) - 0.9
    df["default"] = (rng.random(n) < 1 / (1 + np.exp(-logit))).astype(int)
    # the source system writes 365243 when there is no employer
    df.loc[pensioner, "days_employed"] = 365243.0
    return df


def prepare(df):
    df = df.copy()
    df["no_employer"] = (df["days_employed"] == 365243).astype(int)
    df["income"] = np.log1p(df["income"])
    df["amount"] = np.log1p(df["amount"])
    return df


class RiskNet(nn.Module):
    def __init__(self, cardinalities, n_numeric, width=48):
        super().__init__()
        self.embeddings = nn.ModuleList(nn.Embedding(c, 4) for c in cardinalities)
        self.body = nn.Sequential(
            nn.Linear(4 * len(cardinalities) + n_numeric, width),
            nn.ReLU(),
            nn.Dropout(0.1),
            nn.Linear(width, width),
            nn.ReLU(),
        )
        self.out = nn.Linear(width, 1)

    def forward(self, cats, nums):
        parts = [emb(cats[:, i]) for i, emb in enumerate(self.embeddings)]
        return self.out(self.body(torch.cat([*parts, nums], dim=1))).squeeze(1)


df = prepare(load_applications())
train_df, test_df = train_test_split(df, test_size=0.3, random_state=SEED, stratify=df["default"])
scaler = StandardScaler().fit(train_df[NUMERIC])


def tensors(frame):
    cats = torch.tensor(frame[["education", "region", "no_employer"]].to_numpy(), dtype=torch.long)
    nums = torch.tensor(scaler.transform(frame[NUMERIC]), dtype=torch.float32)
    target = torch.tensor(frame["default"].to_numpy(), dtype=torch.float32)
    return cats, nums, target


loader = DataLoader(TensorDataset(*tensors(train_df)), batch_size=128, shuffle=True)
test = tensors(test_df)
model = RiskNet([5, 8, 2], len(NUMERIC))
optimizer = torch.optim.AdamW(model.parameters(), lr=2e-3, weight_decay=1e-2)

for epoch in range(10):
    model.train()
    running = 0.0
    for cats, nums, target in loader:
        loss = F.binary_cross_entropy_with_logits(model(cats, nums), target)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        running += loss.item()
    model.eval()
    with torch.no_grad():
        scores = torch.sigmoid(model(test[0], test[1]))
    auc = roc_auc_score(test[2].numpy(), scores.numpy())
    print(f"epoch {epoch:2d} loss {running / len(loader):.4f} auc {auc:.4f}")

print(f"METRIC auc {auc:.4f}")
