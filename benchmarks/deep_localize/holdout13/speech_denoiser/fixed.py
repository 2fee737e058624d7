"""Speech enhancement on complex spectra: a gate decides where there is speech, the loss compares magnitudes."""

import math
import os

import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)

EPS = 1e-8
N_FFT, HOP, LENGTH = 32, 16, 256


def utterances(n):
    t = torch.arange(LENGTH) / LENGTH
    freq = torch.randint(5, 40, (n, 3)).float()
    amp = torch.rand(n, 3) + 0.3
    clean = (amp[..., None] * torch.sin(2 * math.pi * freq[..., None] * t + 6.28 * torch.rand(n, 3, 1))).sum(1)
    start = torch.randint(0, LENGTH // 2, (n, 1))
    clean = clean * (torch.arange(LENGTH) >= start)
    noisy = clean + 0.4 * torch.randn(n, LENGTH)
    # a few recordings are cut short and padded with zeros
    cut = torch.where(torch.rand(n, 1) < 0.03, 180, LENGTH)
    keep = (torch.arange(LENGTH) < cut).float()
    return noisy * keep, clean * keep


def stft(wave):
    spec = torch.stft(wave, N_FFT, HOP, window=torch.hann_window(N_FFT), return_complex=True)
    return torch.view_as_real(spec).permute(0, 2, 1, 3)  # batch, frames, bins, re/im


def magnitude(spec):
    power = spec[..., 0] ** 2 + spec[..., 1] ** 2
    return torch.sqrt(power + EPS)


class Denoiser(nn.Module):
    def __init__(self, bins=N_FFT // 2 + 1, hidden=48):
        super().__init__()
        self.rnn = nn.GRU(bins, hidden, batch_first=True, bidirectional=True)
        self.mask = nn.Linear(2 * hidden, bins)

    def forward(self, spec):
        features = torch.log1p(magnitude(spec))
        hidden, _ = self.rnn(features)
        mask = torch.relu(self.mask(hidden) + 0.5).clamp(max=2.0)
        return spec * mask[..., None]


noisy, clean = utterances(500)
test_noisy, test_clean = utterances(100)
model = Denoiser()
optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=8)

for epoch in range(8):
    losses = []
    for index in torch.randperm(len(noisy)).split(25):
        estimate, target = model(stft(noisy[index])), stft(clean[index])
        loss = (magnitude(estimate) - magnitude(target)).abs().mean() + 0.5 * (estimate - target).abs().mean()
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 5.0)
        optimizer.step()
        losses.append(loss.item())
    scheduler.step()
    print(f"epoch {epoch}: {sum(losses) / len(losses):.4f}")

with torch.no_grad():
    estimate, target = model(stft(test_noisy)), stft(test_clean)
    snr = 10 * torch.log10((target**2).sum() / ((estimate - target) ** 2).sum()).item()
print(f"METRIC snr {snr:.3f}")
