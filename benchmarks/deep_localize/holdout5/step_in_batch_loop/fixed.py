import os

import torch
import torch.nn as nn
import torch.optim as optim
from sklearn.datasets import make_classification
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler
from torch.optim.lr_scheduler import StepLR

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

X, y = make_classification(
    n_samples=2500, n_features=20, n_informative=10, n_classes=5, class_sep=1.5, flip_y=0.0, random_state=SEED
)
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=SEED)
sc = StandardScaler().fit(X_train)
X_train = torch.FloatTensor(sc.transform(X_train))
X_test = torch.FloatTensor(sc.transform(X_test))
y_train, y_test = torch.LongTensor(y_train), torch.LongTensor(y_test)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(20, 100)
        self.bn = nn.BatchNorm1d(100)
        self.drop = nn.Dropout(0.1)
        self.fc2 = nn.Linear(100, 50)
        self.fc3 = nn.Linear(50, 5)

    def forward(self, x):
        x = torch.relu(self.bn(self.fc1(x)))
        x = self.drop(x)
        return self.fc3(torch.relu(self.fc2(x)))


net = Net()
criterion = nn.CrossEntropyLoss()
optimizer = optim.SGD(net.parameters(), lr=0.05, momentum=0.9)
scheduler = StepLR(optimizer, step_size=8, gamma=0.1)
batch_size = 50
for epoch in range(20):
    net.train()
    permutation = torch.randperm(X_train.size(0))
    for i in range(0, X_train.size(0), batch_size):
        indices = permutation[i : i + batch_size]
        batch_x, batch_y = X_train[indices], y_train[indices]
        optimizer.zero_grad()
        loss = criterion(net(batch_x), batch_y)
        loss.backward()
        optimizer.step()
    scheduler.step()
    if epoch % 5 == 0:
        print("epoch", epoch, "loss", loss.item())

net.eval()
with torch.no_grad():
    print("METRIC accuracy", (net(X_test).argmax(1) == y_test).float().mean().item())
