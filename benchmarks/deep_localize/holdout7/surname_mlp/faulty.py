"""Guesses the language of an invented surname from letter counts with a multilayer perceptron."""

import os
from argparse import Namespace

import torch
import torch.nn as nn
import torch.nn.functional as F

args = Namespace(hidden_dim=24, learning_rate=4e-3, batch_size=64, num_epochs=25, languages=14, letters=26)
torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)

habits = torch.softmax(1.3 * torch.randn(args.languages, args.letters), 1)


def surnames(n):
    nationality = torch.randint(0, args.languages, (n,))
    length = torch.randint(7, 14, (n,))
    letters = torch.multinomial(habits[nationality], 14, replacement=True)
    used = torch.arange(14)[None] < length[:, None]
    counts = torch.zeros(n, args.letters).scatter_add(1, letters, used.float())
    return counts, nationality


class SurnameClassifier(nn.Module):
    def __init__(self, input_dim, hidden_dim, output_dim):
        super().__init__()
        self.fc1 = nn.Linear(input_dim, hidden_dim)
        self.fc2 = nn.Linear(hidden_dim, hidden_dim)
        self.fc3 = nn.Linear(hidden_dim, output_dim)

    def forward(self, x_in, apply_softmax=False):
        intermediate = F.dropout(F.relu(self.fc1(x_in)), p=0.6)
        intermediate = F.dropout(F.relu(self.fc2(intermediate)), p=0.6)
        prediction = self.fc3(intermediate)
        return torch.softmax(prediction, 1) if apply_softmax else prediction


train_x, train_y = surnames(2000)
val_x, val_y = surnames(600)
classifier = SurnameClassifier(args.letters, args.hidden_dim, args.languages)
optimizer = torch.optim.Adam(classifier.parameters(), lr=args.learning_rate)
loss_func = nn.CrossEntropyLoss()
train_state = {"train_loss": [], "val_loss": [], "val_acc": []}

for epoch_index in range(args.num_epochs):
    running_loss = 0.0
    classifier.train()
    for batch_index, idx in enumerate(torch.randperm(len(train_y)).split(args.batch_size)):
        optimizer.zero_grad()
        loss = loss_func(classifier(train_x[idx]), train_y[idx])
        running_loss += (loss.item() - running_loss) / (batch_index + 1)
        loss.backward()
        optimizer.step()
    train_state["train_loss"].append(running_loss)

    classifier.eval()
    with torch.no_grad():
        y_pred = classifier(val_x)
        train_state["val_loss"].append(loss_func(y_pred, val_y).item())
        train_state["val_acc"].append((y_pred.argmax(1) == val_y).float().mean().item())
    print(epoch_index, {k: round(v[-1], 3) for k, v in train_state.items()})

print("METRIC accuracy", train_state["val_acc"][-1])
