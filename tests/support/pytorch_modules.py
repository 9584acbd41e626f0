"""pytorch_modules.py: small modules that tools/from_pytorch.py converts, and those that it refuses.

Refused modules are wrong in the line with "# here: PART", and PART is in the message.
"""
import torch
from torch import nn
from torch.nn import functional as F


class Published(nn.Module):
    """Functions between named layers, as in the notebook."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 6, 5)
        self.batchN1 = nn.BatchNorm2d(6)
        self.fc1 = nn.Linear(6 * 12 * 12, 10)

    def forward(self, t):
        t = F.relu(F.max_pool2d(self.conv1(t), kernel_size=2, stride=2))
        t = self.batchN1(t)
        return self.fc1(t.reshape(-1, 6 * 12 * 12))


class Block(nn.Module):
    def __init__(self, channels, out, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, out, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(out, eps=1e-4, momentum=0.2)
        self.conv2 = nn.Conv2d(out, out, 3, padding="same")
        self.relu = nn.ReLU(inplace=True)
        self.shortcut = nn.Identity() if channels == out else nn.Conv2d(channels, out, 1, stride)

    def forward(self, x):
        y = self.conv2(self.relu(self.bn1(self.conv1(x))))
        return self.relu(y + self.shortcut(x))


class Residual(nn.Module):
    """Forks, sums, blocks in a Sequential, and a log_softmax, which weft has in its loss."""

    def __init__(self):
        super().__init__()
        self.first = nn.Sequential(nn.Conv2d(1, 4, 3, 2, padding=(1, 2)), nn.BatchNorm2d(4), nn.ReLU())
        self.blocks = nn.Sequential(Block(4, 4, 1), Block(4, 6, 2))
        self.out = nn.Linear(6, 10)

    def forward(self, x):
        x = self.blocks(self.first(x))
        x = F.adaptive_avg_pool2d(x, (1, 1)).view(x.size(0), -1)
        return self.out(x)


class Joined(nn.Module):
    """Concatenations, a layer that two others read, a sum of three, a mean."""

    def __init__(self):
        super().__init__()
        self.a = nn.Conv2d(1, 3, (3, 5), stride=(2, 1), padding=(1, 0))
        self.b = nn.Conv2d(3, 3, 3, padding=2, dilation=2)
        self.norm = nn.BatchNorm2d(6, affine=False)
        self.out = nn.Linear(9, 10, bias=False)

    def forward(self, x):
        a = torch.tanh(self.a(x))
        b = F.leaky_relu(self.b(a), 0.2)
        y = torch.cat([self.norm(torch.cat((a, b), dim=1)), torch.add(a, b) + a], 1)
        return self.out(y.mean((2, 3)))


class Small(nn.Module):
    """Depthwise and pointwise convolutions, a stride, activations, dropout."""

    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(1, 4, 3, stride=2, padding=1), nn.SiLU(),
            nn.Conv2d(4, 4, 3, padding=1, groups=4, bias=False), nn.BatchNorm2d(4), nn.SiLU(),
            nn.Conv2d(4, 8, 1), nn.Sigmoid(), nn.Dropout(0.3), nn.AdaptiveAvgPool2d(1))
        self.classifier = nn.Sequential(nn.Flatten(), nn.Linear(8, 10))

    def forward(self, x):
        return self.classifier(self.features(x))


class Pools(nn.Module):
    """Pools with padding, names that are those of weft, a gelu, dropout as a function, an adaptive pool."""

    def __init__(self):
        super().__init__()
        self.relu3 = nn.Conv2d(1, 3, 3)
        self.pool = nn.MaxPool2d(3, 2, padding=1)
        self.average = nn.AvgPool2d(3, stride=2, padding=1, count_include_pad=False)
        self.linear1 = nn.Linear(3 * 3 * 3, 12)
        self.norm = nn.BatchNorm1d(12)
        self.gelu = nn.GELU(approximate="tanh")
        self.out = nn.Linear(12, 10)

    def forward(self, x):
        x = F.relu(self.pool(self.relu3(x)))
        x = F.adaptive_avg_pool2d(self.average(x), 7)
        x = F.avg_pool2d(x, 2, ceil_mode=False)
        x = torch.flatten(x, 1)
        x = F.dropout(self.gelu(self.norm(self.linear1(x))), 0.2, training=self.training)
        return F.log_softmax(self.out(x), dim=1)


GOOD = ["Published", "Residual", "Joined", "Small", "Pools"]
WITH_SOFTMAX = ["Pools"]


class Upsampled(nn.Module):
    def __init__(self):
        super().__init__()
        self.up = nn.ConvTranspose2d(1, 1, 3)

    def forward(self, x):
        return self.up(x)  # here: up (ConvTranspose2d): weft has no such layer


class Shared(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 1, 3)

    def forward(self, x):
        x = self.conv(x)
        return self.conv(x)  # here: conv (Conv2d): it is called more than once


class Product(nn.Module):
    def forward(self, x):
        return x * torch.sigmoid(x)  # here: mul(): weft has no such operation


class Constant(nn.Module):
    def forward(self, x):
        return torch.relu(x + 1)  # here: add(): the sum of a tensor and a number


class Broadcast(nn.Module):
    def forward(self, x):
        return x + x.mean((2, 3), keepdim=True)  # here: add(): the sum of 2 x 1 x 28 x 28 and 2 x 1 x 1 x 1


class InPlace(nn.Module):
    def forward(self, x):
        y = F.relu(x, inplace=True)  # here: relu(): it changes a tensor in place that is read afterwards
        return torch.cat([x, y], 1)


class Rows(nn.Module):
    def forward(self, x):
        return torch.cat([x, x], 2)  # here: cat(): concatenation in dimension 2


class Exact(nn.Module):
    def forward(self, x):
        return F.gelu(x)  # here: gelu(): gelu with approximate='none'


class Mixed(nn.Module):
    def forward(self, x):
        return x.view(-1, 14)  # here: tensor.view(): 2 x 1 x 28 x 28 becomes 112 x 14


class Ceiling(nn.Module):
    def forward(self, x):
        return F.max_pool2d(x, 3, ceil_mode=True)  # here: max_pool2d(): ceil_mode=True


class Weight(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(1, 1, 3, 3))

    def forward(self, x):
        return F.conv2d(x, self.weight)  # here: conv2d(): weft has no such operation


class Several(nn.Module):
    def forward(self, x):
        y = torch.relu(x)
        return x, y  # nowhere: forward() must return one tensor


class Branch(nn.Module):
    def forward(self, x):
        if x.sum() > 0:  # here: torch.fx cannot trace forward()
            return torch.relu(x)
        return x


class Wide(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(10, 10)

    def forward(self, x):
        return self.fc(x.flatten(1))  # here: fc (Linear): 


class Unflattened(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(28, 10)

    def forward(self, x):
        return self.fc(x)  # here: fc (Linear): its input is 2 x 1 x 28 x 28, batch first


def no_module():
    return 3  # nowhere: is no torch.nn.Module


BAD = ["Upsampled", "Shared", "Product", "Constant", "Broadcast", "InPlace", "Rows", "Exact", "Mixed", "Ceiling", "Weight",
       "Several", "Branch", "Wide", "Unflattened", "no_module"]
