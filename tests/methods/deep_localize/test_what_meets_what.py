"""Losses and layers in which the wrong things meet: masks, views, messages, products and running sums."""

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from faultloc.methods.deep_localize.monitor import TrainingMonitor
from tests.methods.deep_localize.loops import Made, blobs, network


def rules(model: nn.Module, loss_of, steps: int = 12, rate: float = 1e-3) -> list[tuple[str, str]]:
    """Rule and place of all that is found in a few steps of ``loss_of(model)``."""
    optimizer = torch.optim.Adam(model.parameters(), lr=rate)
    with TrainingMonitor(model, optimizer, on_finding=lambda finding: None) as monitor:
        for _ in range(steps):
            optimizer.zero_grad()
            loss_of(model).backward()
            optimizer.step()
    return [(one.rule, one.place) for one in monitor.findings]


def masks(count: int) -> Tensor:
    return (torch.rand(count, 3) < 0.6).float()


MASKED = {
    "before a sigmoid": (lambda said, mask: torch.sigmoid(said * mask), True),
    "before a softmax": (lambda said, mask: (said * mask).softmax(1), True),
    "before a softmax, of another shape": (lambda said, mask: (said * mask).view(-1, 3, 1).log_softmax(1).exp(), True),
    "behind a sigmoid": (lambda said, mask: torch.sigmoid(said) * mask, False),
    "as next to minus infinity": (lambda said, mask: said.masked_fill(mask == 0, -1e9).softmax(1), False),
    "weights, and no mask": (lambda said, mask: torch.sigmoid(said * (mask + 0.5)), False),
    "dropout by hand": (lambda said, mask: torch.sigmoid(said * mask / 0.6), False),
}  # fmt: skip


@pytest.mark.parametrize("way", MASKED)
def test_a_mask_before_a_sigmoid_or_a_softmax_is_named(way):
    apply, is_wrong = MASKED[way]
    torch.manual_seed(0)
    inputs, _ = blobs()

    def loss_of(model: nn.Module) -> Tensor:
        said = apply(model(inputs[:32]), masks(32))
        return (said.reshape(32, -1) - torch.rand(32, 3)).square().mean()

    found = rules(network(), loss_of)
    assert [one for one in found if one[0] == "loss.masked_scores"] == [("loss.masked_scores", "4")] * is_wrong


def contrast(first: Tensor, second: Tensor) -> Tensor:
    likeness = F.normalize(first, dim=1) @ F.normalize(second, dim=1).T
    return F.cross_entropy(likeness / 0.2, torch.arange(len(first)))


@pytest.mark.parametrize(
    ("views", "is_wrong"), [("one", True), ("two", False), ("one, with dropout", False), ("one, for two losses", False)]
)
def test_two_embeddings_of_one_view_are_named(views, is_wrong):
    inputs, labels = blobs()
    model = network(outputs=8)
    if "dropout" in views:
        model = nn.Sequential(network(outputs=8), nn.Dropout(0.2))

    def loss_of(model: nn.Module) -> Tensor:
        first = inputs[:32] + 0.1 * torch.randn(32, 10)
        second = inputs[:32] + 0.1 * torch.randn(32, 10) if views == "two" else first
        if "losses" in views:
            return F.cross_entropy(model(first), labels[:32]) + F.cross_entropy(model(second), labels[:32])
        return contrast(model(first), model(second))

    found = [rule for rule, _ in rules(model, loss_of)]
    assert found == (["loss.same_view"] if is_wrong else [])


class Mean(nn.Module):
    """A layer of a graph: the mean of what arrives along the edges, beside the node itself."""

    def __init__(self, given: int, made: int, how: str) -> None:
        super().__init__()
        self.own, self.others, self.how = nn.Linear(given, made), nn.Linear(given, made), how

    def forward(self, x: Tensor, source: Tensor, target: Tensor) -> Tensor:
        to = source if "source" in self.how else target
        if "scatter" in self.how:
            total = torch.zeros_like(x).scatter_add(0, to[:, None].expand(-1, x.shape[1]), x.index_select(0, source))
        else:
            total = torch.zeros_like(x).index_add_(0, to, x[source])
        return self.own(x) + self.others(total / 4)


class Graph(nn.Module):
    def __init__(self, how: str) -> None:
        super().__init__()
        self.conv1, self.conv2 = Mean(10, 16, how), Mean(16, 3, how)

    def forward(self, x: Tensor, source: Tensor, target: Tensor) -> Tensor:
        return self.conv2(F.relu(self.conv1(x, source, target)), source, target)


@pytest.mark.parametrize("how", ["to the source", "to the source, scatter", "to the target", "to the target, scatter"])
def test_messages_that_are_added_where_they_come_from_are_named(how):
    torch.manual_seed(0)
    inputs, labels = blobs()
    source, target = torch.randint(0, 320, (2, 1200))
    found = rules(Graph(how), lambda model: F.cross_entropy(model(inputs, source, target), labels))
    assert found == ([("model.own_messages", "conv2")] if "source" in how else [])


def test_words_that_are_pooled_by_sentence_are_no_messages():
    torch.manual_seed(0)
    words, sentence = torch.randint(0, 50, (200,)), torch.arange(200) // 10
    labels = torch.randint(0, 2, (20,))
    model = Made(
        lambda m, x: m.head(torch.zeros(20, 8).index_add_(0, sentence, m.table(x))),
        table=nn.Embedding(50, 8), head=nn.Linear(8, 2),
    )  # fmt: skip
    assert not [rule for rule, _ in rules(model, lambda m: F.cross_entropy(m(words), labels)) if "messages" in rule]


@pytest.mark.parametrize("way", ["summed", "row by row", "all pairs as classes"])
def test_products_with_all_rows_that_are_summed_are_named(way):
    torch.manual_seed(0)
    users, items, others = torch.randint(0, 40, (3, 64))

    def compute(m: nn.Module, user: Tensor, item: Tensor, other: Tensor) -> Tensor:
        mine, good, bad = m.users(user), m.items(item), m.items(other)
        if way == "summed":
            return -F.logsigmoid((mine @ good.T).sum(1) - (mine @ bad.T).sum(1)).mean()
        if way == "row by row":
            return -F.logsigmoid((mine * good).sum(1) - (mine * bad).sum(1)).mean()
        return F.cross_entropy(mine @ good.T, torch.arange(len(mine)))

    model = Made(compute, users=nn.Embedding(40, 8), items=nn.Embedding(40, 8))
    found = [rule for rule, _ in rules(model, lambda m: m(users, items, others)) if rule == "loss.summed_products"]
    assert len(found) == (way == "summed")


@pytest.mark.parametrize(("axis", "is_wrong"), [(0, True), (-2, True), (1, False), (-1, False)])
def test_a_running_sum_over_the_samples_is_named(axis, is_wrong):
    inputs, _ = blobs()
    torch.manual_seed(0)
    model = Made(
        lambda m, x: torch.cat([m.low(x), m.low(x) + F.softplus(m.steps(x)).cumsum(axis)], 1),
        low=nn.Linear(10, 1), steps=nn.Linear(10, 4),
    )  # fmt: skip

    def pinball(model: nn.Module) -> Tensor:
        off = inputs[:32, :1] - model(inputs[:32])
        shares = torch.tensor([0.1, 0.3, 0.5, 0.7, 0.9])
        return torch.maximum(shares * off, (shares - 1) * off).mean()

    found = rules(model, pinball)
    assert found == ([("model.running_over_samples", "steps")] if is_wrong else [])


@pytest.mark.parametrize(
    ("blank", "is_padded", "is_wrong"), [(0, False, True), (5, False, False), (5, True, False), (0, True, True)]
)
def test_a_blank_among_the_labels_is_named(blank, is_padded, is_wrong):
    torch.manual_seed(0)
    frames, labels = torch.randn(8, 30, 10), torch.randint(0, 5, (8, 4))
    labels[0, 0] = 0
    lengths = torch.tensor([4, 3] * 4)
    if is_padded:
        labels[1::2, 3] = 5
    else:
        labels = torch.cat([row[:length] for row, length in zip(labels, lengths, strict=True)])
    loss = nn.CTCLoss(blank=blank)

    def loss_of(model: nn.Module) -> Tensor:
        said = model(frames).log_softmax(-1).transpose(0, 1)
        return loss(said, labels, torch.full((8,), 30), lengths)

    found = rules(network(outputs=6), loss_of)
    assert found == ([("labels.blank", "labels")] if is_wrong else [])


@pytest.mark.parametrize(
    ("chosen", "wanted", "is_wrong"),
    [((64, 1), (64,), True), ((64,), (64, 1), True), ((64, 1), (64, 1), False), ((64,), (64,), False)],
)  # fmt: skip
@pytest.mark.parametrize("loss", [F.mse_loss, F.smooth_l1_loss, F.l1_loss])
def test_chosen_values_that_are_widened_against_targets_are_named(chosen, wanted, is_wrong, loss):
    torch.manual_seed(0)
    states = torch.randn(500, 10)

    def loss_of(model: nn.Module) -> Tensor:
        rows, actions = torch.randint(0, 500, (64,)), torch.randint(0, 3, (64, 1))
        values = model(states[rows]).gather(1, actions).reshape(chosen)
        return loss(values, states[rows, 0].reshape(wanted))

    found = [rule for rule, _ in rules(network(), loss_of)]
    assert found == (["loss.broadcast"] if is_wrong else [])


def test_what_other_layers_have_made_has_no_scale_of_its_own():
    """Parts that are called one by one, whose inputs are other parts' outputs, which grow as these learn."""
    torch.manual_seed(0)
    inputs, _ = blobs()
    trunk, head = nn.Sequential(nn.Linear(10, 32), nn.Tanh()), nn.Linear(32, 1)
    with torch.no_grad():
        trunk[0].weight.mul_(1e-3)
        trunk[0].bias.zero_()
    both = nn.ModuleDict({"trunk": trunk, "head": head})
    optimizer = torch.optim.Adam(both.parameters(), lr=0.01)
    with TrainingMonitor({"trunk": trunk, "head": head}, optimizer, on_finding=lambda finding: None) as monitor:
        for _ in range(200):
            optimizer.zero_grad()
            (head(trunk(inputs[:64])) - inputs[:64, :1]).square().mean().backward()
            optimizer.step()
        both.eval()
        with torch.no_grad():
            head(trunk(inputs[64:]))
    assert "input.evaluation_scale" not in [one.rule for one in monitor.findings]


@pytest.mark.parametrize("way", ["product", "infinity", "product before a maximum"])
def test_the_nearest_of_masked_distances_is_named(way):
    inputs, labels = blobs()

    def loss_of(model: nn.Module) -> Tensor:
        said = model(inputs[:32])
        apart = (said[:, None] - said[None]).square().sum(-1)
        same = labels[:32, None] == labels[None, :32]
        furthest = (apart * same).max(1).values
        nearest = (apart * ~same).min(1).values if way == "product" else apart.masked_fill(same, 1e9).min(1).values
        return F.relu(furthest - nearest + 1).mean() if "maximum" not in way else furthest.mean() - nearest.mean()

    found = rules(network(outputs=8), loss_of)
    assert [one for one in found if "masked" in one[0]] == [("loss.masked_scores", "loss")] * (way == "product")


@pytest.mark.parametrize("is_numbered_on", [True, False])
def test_edges_of_graphs_that_were_not_numbered_on_are_named(is_numbered_on):
    torch.manual_seed(0)
    atoms, labels = torch.randn(20 * 8, 10), torch.randint(0, 3, (20,))
    edges = torch.cat([torch.randint(0, 8, (2, 16)) + 8 * graph * is_numbered_on for graph in range(20)], 1)

    def compute(m: nn.Module, x: Tensor, edges: Tensor) -> Tensor:
        hidden = F.relu(m.own(x) + m.others(torch.zeros_like(x).index_add_(0, edges[1], x[edges[0]])))
        return m.head(hidden.view(20, 8, -1).mean(1))

    model = Made(compute, own=nn.Linear(10, 16), others=nn.Linear(10, 16), head=nn.Linear(16, 3))
    found = rules(model, lambda m: F.cross_entropy(m(atoms, edges), labels))
    assert found == ([] if is_numbered_on else [("input.edges", "input")])


@pytest.mark.parametrize("skipped", [1, 2])
@pytest.mark.parametrize("is_causal", [True, False])
def test_later_steps_alone_as_targets_show_what_looks_ahead(skipped, is_causal):
    torch.manual_seed(0)
    words = (torch.randint(0, 7, (64, 1)) + torch.arange(12)) % 7
    layer = nn.TransformerEncoderLayer(16, 2, 32, dropout=0.0, batch_first=True)
    mask = nn.Transformer.generate_square_subsequent_mask(12 if skipped == 1 else 11) if is_causal else None
    model = Made(
        lambda m, x: m.out(m.layer(m.table(x), src_mask=mask)),
        table=nn.Embedding(7, 16),
        layer=layer,
        out=nn.Linear(16, 7),
    )

    def loss_of(model: nn.Module) -> Tensor:
        if skipped == 1:
            return F.cross_entropy(model(words)[:, :-1].reshape(-1, 7), words[:, 1:].reshape(-1))
        return F.cross_entropy(model(words[:, :-1])[:, 1:].reshape(-1, 7), words[:, 2:].reshape(-1))

    assert [rule for rule, _ in rules(model, loss_of)] == ([] if is_causal else ["model.sees_future"])


@pytest.mark.parametrize("stand", ["block", "beside"])
@pytest.mark.parametrize("named", ["block", "beside"])
@pytest.mark.parametrize("is_unit", [True, False])
def test_partners_that_stand_elsewhere_are_named(stand, named, is_unit):
    inputs, _ = blobs()
    rows = torch.arange(64)
    partners = (rows + 32) % 64 if named == "block" else rows ^ 1

    def loss_of(model: nn.Module) -> Tensor:
        first, second = (model(inputs[:32] + 0.3 * torch.randn(32, 10)) for _ in range(2))
        if is_unit:
            first, second = F.normalize(first, dim=1), F.normalize(second, dim=1)
        views = torch.cat([first, second]) if stand == "block" else torch.stack([first, second], 1).flatten(0, 1)
        likeness = (views @ views.T / 0.3).masked_fill(torch.eye(64).bool(), float("-inf"))
        return F.cross_entropy(likeness, partners)

    found = [rule for rule, _ in rules(network(outputs=8), loss_of, steps=20)]
    assert ("labels.wrong_partner" in found) == (stand != named)
    assert stand != named or not found


class Causal(nn.Module):
    """Convolutions over 48 steps, padded on both sides; what is too much is cut off at one end."""

    def __init__(self, cuts: str) -> None:
        super().__init__()
        self.cuts = cuts
        self.convs = nn.ModuleList(
            nn.Conv1d(1 if not level else 8, 8, 3, padding=2**level * 2, dilation=2**level) for level in range(4)
        )
        self.readout = nn.Linear(8, 1)

    def forward(self, x: Tensor) -> Tensor:
        x = x.unsqueeze(1)
        for conv in self.convs:
            x = F.leaky_relu(conv(x))
            extra = conv.padding[0]
            x = x[:, :, :-extra] if self.cuts == "end" else x[:, :, extra:]
        return self.readout(x[:, :, -1])


@pytest.mark.parametrize("cuts", ["end", "beginning"])
def test_a_model_that_sees_the_end_of_a_series_alone_is_named(cuts):
    torch.manual_seed(0)
    series = torch.sin(torch.arange(48) / 5 + 6 * torch.rand(64, 1)) + 0.1 * torch.randn(64, 48)

    def loss_of(model: nn.Module) -> Tensor:
        return (model(series) - series.mean(1, keepdim=True)).square().mean()

    found = rules(Causal(cuts), loss_of)
    assert found == ([("model.ignored_steps", "model")] if cuts == "beginning" else [])


def test_a_branch_that_begins_closed_is_waited_for():
    """A weight of 0 before each branch, as in ReZero: at first the last step alone comes through."""

    class Closed(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.gru, self.out = nn.GRU(2, 2, batch_first=True), nn.Linear(2, 1)
            self.opening = nn.Parameter(torch.zeros(()))

        def forward(self, x: Tensor) -> Tensor:
            return self.out((x + self.opening * self.gru(x)[0])[:, -1])

    torch.manual_seed(0)
    series = torch.randn(64, 40, 2).cumsum(1) / 6
    assert not rules(Closed(), lambda m: (m(series) - series.mean(1)[:, :1]).square().mean(), rate=1e-2)
    head = nn.Sequential(nn.Flatten(), nn.Linear(80, 8), nn.Linear(8, 1))
    nn.init.zeros_(head[2].weight)
    model = nn.Sequential(nn.Conv1d(40, 40, 1), nn.ReLU(), head)
    assert not [
        one for one in rules(model, lambda m: m(series).square().mean() * 0 + m(series).mean()) if "ignored" in one[0]
    ]


def test_a_group_that_is_weighed_by_its_members_is_no_message():
    torch.manual_seed(0)
    inputs, group = torch.randn(200, 10), torch.arange(200) % 20

    def compute(m: nn.Module, x: Tensor) -> Tensor:
        hidden = m.first(x)
        total = torch.zeros(20, 8).index_add_(0, group, hidden)
        return m.last(torch.zeros(20, 8).index_add_(0, group, total[group] * hidden))

    model = Made(compute, first=nn.Linear(10, 8), last=nn.Linear(8, 1))
    found = rules(model, lambda m: m(inputs).square().mean())
    assert "model.own_messages" not in [rule for rule, _ in found]


@pytest.mark.parametrize("kind", [nn.GRU, nn.RNN])
@pytest.mark.parametrize("read", ["last state", "mean", "first state, both ways"])
def test_recurrent_layers_see_the_whole_series(read, kind):
    """Where weights were drawn small, the first of many steps are forgotten to the last bit, and have been read."""
    torch.manual_seed(0)
    series = torch.randn(64, 40, 2).cumsum(1) / 6
    gru = kind(2, 16, batch_first=True, bidirectional="both" in read)
    if kind is nn.RNN:
        for name, weight in gru.named_parameters():
            nn.init.normal_(weight, std=0.05 if "weight_hh" in name else 1)
    pick = {"last state": lambda x: x[:, -1], "mean": lambda x: x.mean(1)}.get(read, lambda x: x[:, 0])
    model = Made(lambda m, x: m.out(pick(m.gru(x)[0])), gru=gru, out=nn.Linear(32 if "both" in read else 16, 1))
    found = rules(model, lambda m: (m(series) - series[:, -1, :1]).square().mean())
    assert not [one for one in found if one[0] == "model.ignored_steps"]


def test_the_state_before_anything_was_read_is_no_answer_to_a_series():
    torch.manual_seed(0)
    series = torch.randn(64, 40, 2).cumsum(1) / 6
    model = Made(lambda m, x: m.out(m.gru(x)[0][:, 0]), gru=nn.GRU(2, 16, batch_first=True), out=nn.Linear(16, 1))
    found = rules(model, lambda m: (m(series) - series[:, -1, :1]).square().mean())
    assert ("model.ignored_steps", "model") in found


@pytest.mark.parametrize(("axis", "is_wrong"), [(-2, True), (0, True), (-1, False), (2, False)])
def test_mixtures_whose_weights_sum_over_another_axis_are_named(axis, is_wrong):
    torch.manual_seed(0)
    inputs, targets = torch.randn(12, 20, 10), torch.randn(12, 20, 1)
    model = Made(
        lambda m, x: (m.parts(x), F.log_softmax(m.weights(x), axis)), parts=nn.Linear(10, 4), weights=nn.Linear(10, 4)
    )

    def loss_of(model: nn.Module) -> Tensor:
        parts, weights = model(inputs)
        return -torch.logsumexp(weights - 0.5 * (targets - parts) ** 2 - 0.9, -1).mean()

    found = [one for one in rules(model, loss_of) if one[0] == "loss.mixture_axis"]
    assert found == ([("loss.mixture_axis", "weights")] if is_wrong else [])


def test_transitions_between_hidden_states_are_no_mixture():
    torch.manual_seed(0)
    seen = torch.randint(0, 5, (16, 6))
    model = Made(
        lambda m, x: (m.moves.weight.log_softmax(-1), m.says.weight.log_softmax(-1)),
        moves=nn.Embedding(4, 4), says=nn.Embedding(4, 5),
    )  # fmt: skip

    def loss_of(model: nn.Module) -> Tensor:
        moves, says = model(seen)
        state = says[:, seen[:, 0]].T
        for step in range(1, 6):
            state = torch.logsumexp(state[:, :, None] + moves, 1) + says[:, seen[:, step]].T
        return -torch.logsumexp(state, 1).mean()

    assert "loss.mixture_axis" not in [rule for rule, _ in rules(model, loss_of)]


@pytest.mark.parametrize("axis", [0, 1])
def test_positions_along_the_samples_are_named_where_layers_are_told_that_these_come_first(axis):
    torch.manual_seed(0)
    places = torch.randn(100, 16)
    layer = nn.TransformerEncoderLayer(16, 2, 32, dropout=0.0, batch_first=True)

    def compute(m: nn.Module, words: Tensor) -> Tensor:
        told = places[: len(words), None] if axis == 0 else places[None, : words.shape[1]]
        return m.out(m.layer(m.table(words) + told))

    model = Made(compute, table=nn.Embedding(9, 16), layer=layer, out=nn.Linear(16, 9))

    def loss_of(model: nn.Module) -> Tensor:
        words = torch.randint(0, 9, (48, 6))
        return F.cross_entropy(model(words).reshape(-1, 9), ((words.flip(1) + 1) % 9).flatten())

    found = rules(model, loss_of)
    assert [rule for rule, _ in found] == (["model.place_in_batch"] if axis == 0 else [])
