"""A2C with a recurrent policy on a T-maze: the cue is shown at step one and must be remembered."""

import os

import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(int(os.environ.get("SEED", "0")))
torch.set_num_threads(1)

LEN = 6  # corridor length
BATCH = 64


class Agent(nn.Module):
    def __init__(self, obs=4, hid=32, acts=3):
        super().__init__()
        self.hid = hid
        self.cell = nn.LSTMCell(obs, hid)
        with torch.no_grad():
            self.cell.bias_ih[hid : 2 * hid] = 1.0  # forget gate open at the start
        self.pi = nn.Linear(hid, acts)
        self.v = nn.Linear(hid, 1)

    def forward(self, x, hc):
        h, c = self.cell(x, hc)
        return self.pi(h), self.v(h).squeeze(-1), (h, c)


def observe(pos, cue, t):
    o = torch.zeros(len(pos), 4)
    if t == 0:
        o[:, 0] = (cue == 1).float()
        o[:, 1] = (cue == 2).float()
    o[:, 2] = (pos >= LEN).float()
    o[:, 3] = 1.0
    return o


def rollout(agent, n, greedy=False):
    """actions: 0 forward, 1 left, 2 right. Turning in the corridor costs a bit; turning at the end finishes."""
    pos = torch.zeros(n, dtype=torch.long)
    cue = torch.randint(1, 3, (n,))
    alive = torch.ones(n, dtype=torch.bool)
    hc = (torch.zeros(n, agent.hid), torch.zeros(n, agent.hid))
    logp, val, rew, mask, ent = [], [], [], [], []
    success = torch.zeros(n)
    for t in range(LEN + 6):
        logits, v, hc = agent(observe(pos, cue, t), hc)
        lp = F.log_softmax(logits, -1)
        a = logits.argmax(-1) if greedy else torch.multinomial(lp.exp(), 1).squeeze(-1)
        at_end = pos >= LEN
        turn = a > 0
        r = torch.where(at_end & turn, torch.where(a == cue, 4.0, -1.0), torch.where(turn | at_end, -0.1, 0.0))
        success += (alive & at_end & (a == cue)).float()
        logp.append(lp.gather(1, a[:, None]).squeeze(1))
        val.append(v)
        rew.append(r * alive)
        mask.append(alive.float())
        ent.append(-(lp.exp() * lp).sum(-1))
        pos = torch.where(~turn & ~at_end, pos + 1, pos)
        alive = alive & ~(at_end & turn)
    return map(torch.stack, (logp, val, rew, mask, ent)), success.mean().item()


agent = Agent()
opt = torch.optim.RMSprop(agent.parameters(), lr=3e-3, alpha=0.99, eps=1e-5)
for step in range(350):
    (lp, v, r, m, e), succ = rollout(agent, BATCH)
    g = torch.zeros(BATCH)
    returns = []
    for t in reversed(range(len(r))):
        g = r[t] + 0.98 * g
        returns.append(g)
    returns = torch.stack(returns[::-1])
    adv = (returns - v).detach()
    n = m.sum()
    loss = -(lp * adv * m).sum() / n + 0.5 * ((returns - v) ** 2 * m).sum() / n - 0.02 * (e * m).sum() / n
    opt.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(agent.parameters(), 0.5)
    opt.step()
    if step % 50 == 0:
        print(f"{step}: loss {loss.item():.3f} success {succ:.2f}")

with torch.no_grad():
    _, succ = rollout(agent, 500, greedy=True)
print("METRIC success", round(succ, 3))
print("METRIC good", float(succ > 0.85))
