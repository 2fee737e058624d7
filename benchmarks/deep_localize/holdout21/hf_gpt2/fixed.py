"""A tiny GPT-2 trained from scratch with the transformers Trainer on arithmetic sequences."""

import os
import tempfile

import torch

# where torchvision is of another build than torch, its import asks for two operations
_tv = torch.library.Library("torchvision", "DEF")
for _op in ("nms", "qnms"):
    _tv.define(_op + "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
from torch.utils.data import Dataset
from transformers import GPT2Config, GPT2LMHeadModel, Trainer, TrainingArguments, set_seed

SEED = int(os.environ.get("SEED", 0))
set_seed(SEED)
VOCAB, LEN = 24, 12


class SequenceDataset(Dataset):
    def __init__(self, n):
        start = torch.randint(0, VOCAB, (n, 1))
        step = torch.randint(1, 6, (n, 1))
        self.ids = (start + step * torch.arange(LEN)) % VOCAB

    def __len__(self):
        return len(self.ids)

    def __getitem__(self, i):
        ids = self.ids[i]
        labels = ids.clone()
        return {"input_ids": ids, "labels": labels}


train_ds, test_ds = SequenceDataset(1200), SequenceDataset(200)
config = GPT2Config(
    vocab_size=VOCAB,
    n_positions=LEN,
    n_embd=48,
    n_layer=2,
    n_head=4,
    bos_token_id=0,
    eos_token_id=0,
    resid_pdrop=0.0,
    embd_pdrop=0.0,
    attn_pdrop=0.0,
)
model = GPT2LMHeadModel(config)
training_args = TrainingArguments(
    output_dir=tempfile.mkdtemp(),
    num_train_epochs=5,
    per_device_train_batch_size=40,
    learning_rate=4e-3,
    lr_scheduler_type="cosine",
    warmup_steps=20,
    weight_decay=0.01,
    logging_steps=40,
    save_strategy="no",
    report_to=[],
    use_cpu=True,
    disable_tqdm=True,
    seed=SEED,
)
trainer = Trainer(model=model, args=training_args, train_dataset=train_ds)
trainer.train()

model.eval()
ids = test_ds.ids[:, :4]
with torch.no_grad():
    for _ in range(6):
        nxt = model(input_ids=ids).logits[:, -1].argmax(-1, keepdim=True)
        ids = torch.cat([ids, nxt], 1)
acc = (ids[:, 4:] == test_ds.ids[:, 4:10]).float().mean().item()
print("METRIC accuracy", acc)
