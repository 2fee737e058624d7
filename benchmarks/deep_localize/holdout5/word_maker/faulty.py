# char-rnn on a made-up language
import os
import random

import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
torch.manual_seed(SEED)

words = ["tavola", "menta", "corda", "ruscello", "pane", "lume", "gatto", "stella", "vento", "nebbia"]
text = " ".join(random.choice(words) for _ in range(4000))
chars = sorted(set(text))
stoi = {c: i for i, c in enumerate(chars)}
data = torch.tensor([stoi[c] for c in text])
split = int(0.9 * len(data))
train_data, val_data = data[:split], data[split:]

SEQ, BATCH = 32, 32


def get_batch(source):
    ix = torch.randint(0, len(source) - SEQ - 1, (BATCH,))
    chunk = torch.stack([source[i : i + SEQ + 1] for i in ix])
    return chunk[:, :-1], chunk[:, :-1]


class CharLSTM(nn.Module):
    def __init__(self, vocab, emb=24, hidden=64):
        super().__init__()
        self.embed = nn.Embedding(vocab, emb)
        self.lstm = nn.LSTM(emb, hidden, batch_first=True)
        self.decoder = nn.Linear(hidden, vocab)

    def forward(self, x, state=None):
        out, state = self.lstm(self.embed(x), state)
        return self.decoder(out), state


model = CharLSTM(len(chars))
optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
criterion = nn.CrossEntropyLoss()
for step in range(200):
    x, y = get_batch(train_data)
    logits, _ = model(x)
    loss = criterion(logits.reshape(-1, len(chars)), y.reshape(-1))
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 5.0)
    optimizer.step()
    if step % 50 == 0:
        print(step, round(loss.item(), 3))

with torch.no_grad():
    logits, _ = model(val_data[:-1].unsqueeze(0))
    hits = (logits.argmax(-1)[0] == val_data[1:]).float().mean()
    x, out = val_data[:1].view(1, 1), []
    state = None
    for _ in range(40):
        lg, state = model(x, state)
        x = torch.multinomial(lg[:, -1].softmax(-1), 1)
        out.append(chars[x.item()])
print("".join(out))
print("METRIC next_char_accuracy", hits.item())
