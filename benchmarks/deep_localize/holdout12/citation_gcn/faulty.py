"""Node classification on a synthetic citation graph with hand-written message passing."""

import os

import torch
import torch.nn.functional as F
from torch import nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)

NODES, CLASSES, FEATURES = 600, 4, 24


def make_graph():
    """Papers cite mostly papers of their own field; single papers' features are weak."""
    y = torch.randint(0, CLASSES, (NODES,))
    src = torch.randint(0, NODES, (14000,))
    dst = torch.randint(0, NODES, (14000,))
    keep = torch.rand(14000) < torch.where(y[src] == y[dst], 0.7, 0.06)
    src, dst = src[keep], dst[keep]
    keep = src != dst
    centres = torch.randn(CLASSES, FEATURES)
    x = 0.3 * centres[y] + torch.randn(NODES, FEATURES)
    return x, y, torch.stack([src[keep], dst[keep]])


class GraphConv(nn.Module):
    """Mean of what arrives along the edges, plus a transform of the node itself."""

    def __init__(self, d_in, d_out):
        super().__init__()
        self.lin_self = nn.Linear(d_in, d_out)
        self.lin_nbr = nn.Linear(d_in, d_out, bias=False)

    def forward(self, x, edge_index):
        src, dst = edge_index
        messages = x[src]
        total = torch.zeros_like(x).index_add_(0, src, messages)
        degree = torch.zeros(len(x)).index_add_(0, src, torch.ones(len(src)))
        mean = total / degree.clamp(min=1).unsqueeze(1)
        return self.lin_self(x) + self.lin_nbr(mean)


class GNN(nn.Module):
    def __init__(self, hidden=32):
        super().__init__()
        self.conv1 = GraphConv(FEATURES, hidden)
        self.conv2 = GraphConv(hidden, CLASSES)
        self.drop = nn.Dropout(0.4)

    def forward(self, x, edge_index):
        h = self.drop(F.relu(self.conv1(x, edge_index)))
        return self.conv2(h, edge_index)


def main():
    x, y, edges = make_graph()
    perm = torch.randperm(NODES)
    train, val, test = perm[:160], perm[160:260], perm[260:]
    model = GNN()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01, weight_decay=5e-3)
    best_val, best_state = 0.0, None
    for epoch in range(150):
        model.train()
        loss = F.cross_entropy(model(x, edges)[train], y[train])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        model.eval()
        with torch.no_grad():
            pred = model(x, edges).argmax(1)
        val_acc = (pred[val] == y[val]).float().mean().item()
        if val_acc >= best_val:
            best_val = val_acc
            best_state = {k: v.clone() for k, v in model.state_dict().items()}
        if epoch % 30 == 0:
            print(f"epoch {epoch} loss {loss.item():.3f} val {val_acc:.3f}")
    model.load_state_dict(best_state)
    model.eval()
    with torch.no_grad():
        acc = (model(x, edges).argmax(1)[test] == y[test]).float().mean().item()
    print(f"METRIC test_accuracy {acc:.4f}")


main()
