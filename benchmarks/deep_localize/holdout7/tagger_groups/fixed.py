"""Tags words of made-up sentences; encoder and head get learning rates of their own, as in fine-tuning."""

import os

import torch
from torch import nn
from torch.nn.utils.rnn import pad_sequence

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)

WORDS, TAGS, PAD = 60, 6, -1
home_tag = torch.randint(0, TAGS, (WORDS,))


def sentence():
    words = torch.randint(0, WORDS, (int(torch.randint(5, 12, (1,))),))
    tags = home_tag[words].clone()
    for i in range(1, len(words)):
        if words[i - 1] < 8:  # a modifier shifts the tag of the next word
            tags[i] = (tags[i] + 1) % TAGS
    return words, tags


def batches(sentences, size):
    for i in range(0, len(sentences), size):
        words, tags = zip(*sentences[i : i + size])
        yield pad_sequence(words, batch_first=True), pad_sequence(tags, batch_first=True, padding_value=PAD)


class Tagger(nn.Module):
    def __init__(self, dim=24, hidden=32):
        super().__init__()
        self.embed = nn.Embedding(WORDS, dim)
        self.encoder = nn.GRU(dim, hidden, batch_first=True, bidirectional=True)
        self.fc = nn.Sequential(nn.LayerNorm(2 * hidden), nn.Linear(2 * hidden, 64), nn.GELU(), nn.Linear(64, TAGS))

    def forward(self, words):
        return self.fc(self.encoder(self.embed(words))[0])


def make_optimizer(model, lr=2e-4, head_lr=1e-2):
    parameters = []
    params = {"lr": lr, "weight_decay": 1e-2, "params": []}
    for name, par in model.named_parameters():
        if name.startswith("encoder"):
            params["params"].append(par)
    parameters.append(params)
    params = {"lr": lr, "weight_decay": 0.0, "params": list(model.embed.parameters())}
    parameters.append(params)
    params = {"lr": head_lr, "weight_decay": 1e-2, "params": list(model.fc.parameters())}
    parameters.append(params)
    return torch.optim.AdamW(parameters)


def evaluate(model, sentences):
    model.eval()
    right = count = 0
    with torch.no_grad():
        for words, tags in batches(sentences, 100):
            known = tags != PAD
            right += ((model(words).argmax(-1) == tags) & known).sum().item()
            count += known.sum().item()
    model.train()
    return right / count


train, dev = [sentence() for _ in range(900)], [sentence() for _ in range(200)]
model = Tagger()
optimizer = make_optimizer(model)
for epoch in range(6):
    losses = []
    for words, tags in batches(train, 15):
        logits = model(words)
        loss = nn.functional.cross_entropy(logits.flatten(0, 1), tags.flatten(), ignore_index=PAD)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    print(f"epoch {epoch} loss {sum(losses) / len(losses):.3f} dev {evaluate(model, dev):.3f}")
print("METRIC accuracy", evaluate(model, dev))
