"""The networks of the papers. Each takes the shape of its input and the number of classes, and returns logits."""

from faultloc.subject.architectures.lenet import LeNet1, LeNet5
from faultloc.subject.architectures.recurrent import RecurrentClassifier
from faultloc.subject.architectures.resnet import ResNet20
from faultloc.subject.architectures.tcdcnn import TCDCNN
from faultloc.subject.architectures.vgg import VGG16

__all__ = ["TCDCNN", "VGG16", "LeNet1", "LeNet5", "RecurrentClassifier", "ResNet20"]
