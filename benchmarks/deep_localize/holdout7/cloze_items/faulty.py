"""BERT4Rec-like recommender: fills masked items in shoppers' short histories."""

import os
import random

import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)

ITEMS, MAX_LEN = 30, 8
PAD, MASK = 0, ITEMS + 1


class BertTrainDataset(torch.utils.data.Dataset):
    def __init__(self, users, mask_prob=0.15):
        self.users, self.mask_prob = users, mask_prob

    def __len__(self):
        return len(self.users)

    def __getitem__(self, index):
        tokens, labels = [], []
        for s in self.users[index]:
            if random.random() < self.mask_prob:
                tokens.append(MASK)
                labels.append(s)
            else:
                tokens.append(s)
                labels.append(0)
        gap = MAX_LEN - len(tokens)
        return torch.tensor([PAD] * gap + tokens), torch.tensor([0] * gap + labels)


def histories(n):
    """Items come in cycles of five: a shopper walks on within one cycle."""
    out = []
    for _ in range(n):
        cycle, at = random.randrange(ITEMS // 5), random.randrange(5)
        length = random.randint(3, MAX_LEN)
        out.append([1 + 5 * cycle + (at + k) % 5 for k in range(length)])
    return out


class BERT(nn.Module):
    def __init__(self, hidden=32):
        super().__init__()
        self.token = nn.Embedding(ITEMS + 2, hidden, padding_idx=PAD)
        self.position = nn.Embedding(MAX_LEN, hidden)
        layer = nn.TransformerEncoderLayer(hidden, 2, 64, dropout=0.1, batch_first=True)
        self.transformer_blocks = nn.TransformerEncoder(layer, 1, enable_nested_tensor=False)
        self.out = nn.Linear(hidden, ITEMS + 1)

    def forward(self, x):
        h = self.token(x) + self.position(torch.arange(MAX_LEN))
        return self.out(self.transformer_blocks(h, src_key_padding_mask=x == PAD))


class BERTTrainer:
    def __init__(self, model, loader):
        self.model, self.loader = model, loader
        self.ce = nn.CrossEntropyLoss(reduction="none")
        self.optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)

    def calculate_loss(self, batch):
        seqs, labels = batch
        masked = (labels > 0).flatten().float()
        loss = self.ce(self.model(seqs).flatten(0, 1), labels.flatten())
        return (loss * masked).sum() / masked.sum()

    def train_one_epoch(self, epoch):
        self.model.train()
        mean = 0.0
        for i, batch in enumerate(self.loader):
            self.optimizer.zero_grad()
            loss = self.calculate_loss(batch)
            loss.backward()
            self.optimizer.step()
            mean += (loss.item() - mean) / (i + 1)
        print(f"Epoch {epoch}, loss {mean:.3f}")

    @torch.no_grad()
    def validate(self, users):
        self.model.eval()
        total = 0.0
        for seq in users:
            tokens = torch.tensor([[PAD] * (MAX_LEN - len(seq)) + seq[:-1] + [MASK]])
            total -= torch.log_softmax(self.model(tokens)[0, -1], -1)[seq[-1]].item()
        return total / len(users)


loader = torch.utils.data.DataLoader(BertTrainDataset(histories(900)), batch_size=4, shuffle=True)
trainer = BERTTrainer(BERT(), loader)
for epoch in range(3):
    trainer.train_one_epoch(epoch)
print("METRIC nll", trainer.validate(histories(150)))
