"""Two towers: queries (bags of words) and articles (dense features), in-batch negatives."""

import os

import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)

TOPICS, WORDS, FEATURES, QUERY_LEN = 12, 150, 24, 8
word_topics = 2.5 * torch.randn(TOPICS, WORDS)
article_map = torch.randn(TOPICS, FEATURES) / TOPICS**0.5


def make_pairs(n):
    latent = torch.randn(n, TOPICS)
    words = torch.distributions.Categorical(logits=latent @ word_topics / 2).sample((QUERY_LEN,)).T
    articles = torch.tanh(latent @ article_map * 1.5) + 0.1 * torch.randn(n, FEATURES)
    return words, articles


class QueryTower(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.bag = nn.EmbeddingBag(WORDS, 48, mode="mean")
        self.proj = nn.Sequential(nn.Linear(48, 64), nn.ReLU(), nn.Linear(64, dim))

    def forward(self, words):
        return F.normalize(self.proj(self.bag(words)), dim=-1)


class ArticleTower(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.proj = nn.Sequential(nn.Linear(FEATURES, 64), nn.ReLU(), nn.Linear(64, dim))

    def forward(self, x):
        return F.normalize(self.proj(x), dim=-1)


def contrastive_loss(queries, articles, temperature=0.1):
    logits = queries @ articles.T / temperature
    labels = torch.arange(len(logits))
    return (F.cross_entropy(logits, labels) + F.cross_entropy(logits.T, labels)) / 2


query_tower, article_tower = QueryTower(24), ArticleTower(24)
opt_query = torch.optim.Adam(query_tower.parameters(), lr=3e-3)
opt_article = torch.optim.Adam(article_tower.parameters(), lr=1e-3)
words_train, articles_train = make_pairs(4000)
words_test, articles_test = make_pairs(200)


def recall_at_10():
    with torch.no_grad():
        scores = query_tower(words_test) @ article_tower(articles_test).T
    best = scores.topk(10, dim=1).indices
    return (best == torch.arange(len(scores))[:, None]).any(1).float().mean().item()


for epoch in range(12):
    total = 0.0
    for idx in torch.randperm(len(words_train)).split(100):
        loss = contrastive_loss(query_tower(words_train[idx]), article_tower(articles_train[idx]))
        opt_query.zero_grad()
        opt_article.zero_grad()
        loss.backward()
        opt_query.step()
        opt_article.step()
        total += loss.item()
    print(f"epoch {epoch} loss {total / 40:.4f} recall@10 {recall_at_10():.3f}")

print("METRIC recall_at_10", recall_at_10())
