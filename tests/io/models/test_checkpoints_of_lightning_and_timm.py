"""Checkpoints that Lightning's trainer and timm's saver write themselves."""

import pytest
import torch
from torch import nn

from faultloc.io.models import load_model
from faultloc.torchvision_import import import_torchvision


def small() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(nn.Flatten(), nn.Linear(64, 3))


def same(one: nn.Module, state: dict) -> bool:
    return all(torch.equal(weight, state[name]) for name, weight in one.state_dict().items())


def test_a_checkpoint_of_lightnings_trainer(tmp_path):
    import_torchvision("torchvision", purpose="a test")
    lightning = pytest.importorskip("lightning.pytorch")
    from lightning.pytorch.callbacks import EMAWeightAveraging, ModelCheckpoint

    class Lit(lightning.LightningModule):
        def __init__(self, width: int = 3) -> None:
            super().__init__()
            self.save_hyperparameters()
            self.net = small()
            self.criterion = nn.CrossEntropyLoss(weight=torch.ones(3))

        def training_step(self, batch, index):
            return self.criterion(self.net(batch[0]), batch[1])

        def configure_optimizers(self):
            return torch.optim.SGD(self.parameters(), lr=0.5, momentum=0.9)

    data = torch.utils.data.TensorDataset(torch.rand(8, 1, 8, 8), torch.arange(8) % 3)
    module = Lit()
    keep = ModelCheckpoint(dirpath=tmp_path, filename="last")
    trainer = lightning.Trainer(
        max_epochs=2, accelerator="cpu", logger=False, callbacks=[keep, EMAWeightAveraging(decay=0.5)],
        enable_progress_bar=False, enable_model_summary=False,
    )  # fmt: skip
    trainer.fit(module, torch.utils.data.DataLoader(data, 4))

    def load(key=None):
        return load_model(
            str(tmp_path / "last.ckpt"), arch=f"{__name__}:small", trust=False, num_classes=3, input_shape=(1, 8, 8),
            weights_key=key,
        )  # fmt: skip

    stored = torch.load(tmp_path / "last.ckpt", weights_only=True)
    averaged, trained = load(), load("current_model_state")
    for loaded, entry in ((averaged, "state_dict"), (trained, "current_model_state")):
        state = {name.removeprefix("net."): weight for name, weight in stored[entry].items()}
        assert same(loaded.network, state)
    assert not same(averaged.network, trained.network.state_dict())
    assert any("averaged weights under 'state_dict.net' are taken" in note for note in averaged.notes)
    assert any("current_model_state" in note for note in averaged.notes)
    assert any("criterion" in note for note in averaged.notes)
    assert (averaged.training.optimizer, averaged.training.epoch) == ("SGD", 1)


def test_a_checkpoint_of_timms_saver(tmp_path):
    import_torchvision("torchvision", purpose="a test")
    import timm
    from timm.utils import CheckpointSaver, ModelEmaV3

    torch.manual_seed(0)
    network = timm.create_model("test_resnet", num_classes=3, in_chans=1)
    average = ModelEmaV3(network, decay=0.5)
    with torch.no_grad():
        for weight in network.parameters():
            weight += 1
    average.update(network)
    saver = CheckpointSaver(
        network, torch.optim.AdamW(network.parameters()), model_ema=average, checkpoint_dir=str(tmp_path)
    )
    saver.save_checkpoint(epoch=4, metric=0.9)

    def load(key=None):
        return load_model(
            "timm:test_resnet", arch=None, trust=False, num_classes=3, input_shape=(1, 32, 32),
            weights=tmp_path / "last.pth.tar", weights_key=key,
        )  # fmt: skip

    trained = load()
    assert same(trained.network, network.state_dict())
    assert same(load("state_dict_ema").network, average.module.state_dict())
    assert "--weights-key state_dict_ema" in trained.notes[0]
    assert (trained.training.optimizer, trained.training.epoch) == ("AdamW", 4)
