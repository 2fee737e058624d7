"""What the subject says about every sample before any mutation: logits, probabilities, loss."""

from pathlib import Path

from omegaconf import DictConfig

from stages.entry import stage


@stage("preloss")
def main(params: DictConfig) -> str:
    from faultloc.io.artifacts import save_array
    from faultloc.io.dataset_store import load_train
    from faultloc.io.subject_store import load_subject
    from faultloc.probes.predictions import accuracy, cross_entropy, predict_logits, softmax
    from faultloc.subject.batches import as_tensor
    from stages.torch_runtime import start_torch

    device = start_torch(params.runtime)
    train = load_train(Path("data/dataset"))
    network = load_subject(Path("models/subject")).network.to(device)
    logits = predict_logits(network, as_tensor(train.inputs, device), batch_size=params.runtime.batch_size)
    losses = cross_entropy(logits, train.labels)
    save_array(Path("data/preloss/logits.npy"), logits)
    save_array(Path("data/preloss/probabilities.npy"), softmax(logits))
    save_array(Path("data/preloss/loss.npy"), losses)
    agreement = accuracy(logits, train.labels)
    return f"{len(train)} losses, mean {losses.mean():.4f}, agreement with the given labels {agreement:.4f}"


if __name__ == "__main__":
    main()
