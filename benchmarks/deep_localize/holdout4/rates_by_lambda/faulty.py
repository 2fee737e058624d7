import os

import torch
import torch.nn as nn
import torch.optim as optim
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from torch.optim import lr_scheduler
from torch.utils.data import DataLoader, TensorDataset

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
BASE_LR = 0.05
NUM_EPOCHS = 10


def adjust(epoch):
    """Step decay: a tenth after six epochs."""
    factor = 1.0 if epoch < 6 else 0.1
    return BASE_LR * factor


X, y = load_digits(return_X_y=True)
X_tr, X_te, y_tr, y_te = train_test_split(X / 16.0, y, test_size=0.2, random_state=SEED)
train_loader = DataLoader(
    TensorDataset(torch.tensor(X_tr, dtype=torch.float32), torch.tensor(y_tr)), batch_size=40, shuffle=True
)
model = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))
criterion = nn.CrossEntropyLoss()
optimizer = optim.SGD(model.parameters(), lr=BASE_LR, momentum=0.5)
scheduler = lr_scheduler.LambdaLR(optimizer, lr_lambda=adjust)
for epoch in range(NUM_EPOCHS):
    model.train()
    running_loss = 0.0
    for inputs, labels in train_loader:
        optimizer.zero_grad()
        outputs = model(inputs)
        loss = criterion(outputs, labels)
        loss.backward()
        optimizer.step()
        running_loss += loss.item() * inputs.size(0)
    scheduler.step()
    print(f"{epoch}/{NUM_EPOCHS - 1} Loss: {running_loss / len(X_tr):.4f}")
model.eval()
with torch.no_grad():
    preds = model(torch.tensor(X_te, dtype=torch.float32)).argmax(1)
print("METRIC accuracy", (preds == torch.tensor(y_te)).float().mean().item())
