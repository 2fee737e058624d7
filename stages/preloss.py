"""What the subject says about every sample before any mutation: logits, probabilities, loss; outputs and loss of a
regression."""

from pathlib import Path

from omegaconf import DictConfig

from stages.entry import stage


@stage("preloss")
def main(params: DictConfig) -> str:
    from faultloc.io.artifacts import save_array
    from faultloc.io.dataset_store import load_train
    from faultloc.io.subject_store import load_subject
    from faultloc.probes.predictions import predict_logits
    from faultloc.subject.batches import as_tensor
    from faultloc.subject.task import task_of
    from stages.torch_runtime import start_torch

    device = start_torch(params.runtime)
    train = load_train(Path("data/dataset"))
    network = load_subject(Path("models/subject")).network.to(device)
    logits = predict_logits(network, as_tensor(train.inputs, device), batch_size=params.runtime.batch_size)
    task = task_of(train.given)
    losses = task.losses(logits, train.given)
    for name, values in {**task.kept_outputs(logits), "loss": losses}.items():
        save_array(Path("data/preloss") / f"{name}.npy", values)
    agreement = f"{task.measure_on_given} {task.measure(logits, train.given):.4f}"
    return f"{len(train)} losses, mean {losses.mean():.4f}, {agreement}"


if __name__ == "__main__":
    main()
