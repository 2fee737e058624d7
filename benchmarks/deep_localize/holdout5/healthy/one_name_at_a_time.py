# the classic: a hand-made RNN guesses the language of a name, one name at a time, SGD by hand
import os
import random

import torch
import torch.nn as nn

seed = int(os.environ.get("SEED", "0"))
random.seed(seed)
torch.manual_seed(seed)
ENDINGS = {"it": ["ini", "elli", "ucci"], "ru": ["ov", "sky", "enko"], "de": ["mann", "berg", "stein"]}
LANGUAGES = list(ENDINGS)
LETTERS = "abcdefghijklmnopqrstuvwxyz"


def random_name():
    language = random.choice(LANGUAGES)
    stem = "".join(random.choice(LETTERS) for _ in range(random.randint(1, 3)))
    return stem + random.choice(ENDINGS[language]), LANGUAGES.index(language)


def line_to_tensor(line):
    t = torch.zeros(len(line), 1, len(LETTERS))
    for i, c in enumerate(line):
        t[i, 0, LETTERS.index(c)] = 1
    return t


class RNN(nn.Module):
    def __init__(self, n_in, n_hidden, n_out):
        super().__init__()
        self.n_hidden = n_hidden
        self.i2h = nn.Linear(n_in + n_hidden, n_hidden)
        self.h2o = nn.Linear(n_hidden, n_out)

    def forward(self, letter, hidden):
        hidden = torch.tanh(self.i2h(torch.cat([letter, hidden], 1)))
        return torch.log_softmax(self.h2o(hidden), 1), hidden


rnn = RNN(len(LETTERS), 32, len(LANGUAGES))
criterion = nn.NLLLoss()
learning_rate = 0.05


def read(name):
    hidden = torch.zeros(1, rnn.n_hidden)
    for letter in line_to_tensor(name):
        output, hidden = rnn(letter, hidden)
    return output


average = 0.0
for it in range(1, 1001):
    name, language = random_name()
    rnn.zero_grad()
    loss = criterion(read(name), torch.tensor([language]))
    loss.backward()
    with torch.no_grad():
        for p in rnn.parameters():
            p.add_(p.grad, alpha=-learning_rate)
    average += loss.item()
    if it % 200 == 0:
        print(it, average / 200)
        average = 0.0

with torch.no_grad():
    hits = 0
    for _ in range(200):
        name, language = random_name()
        hits += read(name).argmax().item() == language
print("METRIC accuracy", hits / 200)
