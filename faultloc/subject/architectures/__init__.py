"""The networks of the papers, and a small one. Each takes its input's shape and the number of classes: logits."""

from faultloc.subject.architectures.lenet import LeNet1, LeNet5
from faultloc.subject.architectures.recurrent import RecurrentClassifier
from faultloc.subject.architectures.resnet import ResNet20
from faultloc.subject.architectures.small_cnn import SmallCNN
from faultloc.subject.architectures.tcdcnn import TCDCNN
from faultloc.subject.architectures.vgg import VGG16

__all__ = ["TCDCNN", "VGG16", "LeNet1", "LeNet5", "RecurrentClassifier", "ResNet20", "SmallCNN"]
