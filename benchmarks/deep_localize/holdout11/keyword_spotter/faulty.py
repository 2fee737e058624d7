"""Keyword spotting on synthetic filter-bank features."""

import logging
import os
import sys

import torch
import torch.nn as nn
from torch.nn.utils import clip_grad_norm_

logging.basicConfig(stream=sys.stdout, level=logging.INFO, format="%(levelname)s %(message)s")
SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)
KEYWORDS, BINS, FRAMES = 8, 16, 30


def make_audio(n, patterns):
    label = torch.randint(KEYWORDS, (n,))
    feats = torch.randn(n, BINS, FRAMES)
    start = torch.randint(0, FRAMES - 10, (n,))
    for i in range(n):
        feats[i, :, start[i] : start[i] + 10] += patterns[label[i]]
    return feats, label


class KWSModel(nn.Module):
    def __init__(self):
        super().__init__()
        self.preprocessing = nn.Conv1d(BINS, 32, 1)
        self.backbone = nn.Sequential(
            nn.Conv1d(32, 32, 5, padding=2), nn.ReLU(), nn.Conv1d(32, 32, 5, padding=2), nn.ReLU()
        )
        self.classifier = nn.Linear(32, KEYWORDS)

    def forward(self, x):
        return self.classifier(self.backbone(torch.relu(self.preprocessing(x))).amax(2))


class Executor:
    def __init__(self):
        self.step = 0

    def train(self, model, optimizer, batches, grad_clip):
        model.train()
        for feats, target in batches:
            loss = nn.functional.cross_entropy(model(feats), target)
            loss.backward()
            grad_norm = clip_grad_norm_(model.parameters(), grad_clip)
            if torch.isfinite(grad_norm):
                optimizer.step()
            if self.step % 40 == 0:
                logging.info("step %d loss %.4f", self.step, loss.item())
            self.step += 1

    def cv(self, model, feats, target):
        model.eval()
        with torch.no_grad():
            logits = model(feats)
        return nn.functional.cross_entropy(logits, target).item(), (logits.argmax(1) == target).float().mean().item()


def main():
    patterns = 0.9 * torch.randn(KEYWORDS, BINS, 10)
    train, valid = make_audio(1200, patterns), make_audio(300, patterns)
    model = KWSModel()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
    executor = Executor()
    for epoch in range(5):
        order = torch.randperm(1200).split(30)
        executor.train(model, optimizer, ((train[0][i], train[1][i]) for i in order), grad_clip=5.0)
        cv_loss, accuracy = executor.cv(model, *valid)
        logging.info("epoch %d cv loss %.4f accuracy %.3f", epoch, cv_loss, accuracy)
    print("METRIC cv_accuracy", round(accuracy, 4))


if __name__ == "__main__":
    main()
