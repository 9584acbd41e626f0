"""make_runs.py: makes run folders for the tests of weft report.

usage: make_runs.py RUN FOLDER

FOLDER/kind-CLASSES-EPOCHS is a copy of RUN with other numbers of classes and epochs, and with difficult class names.
"""
import json
import os
import random
import sys

HARD = ['a "quoted" <b>name</b> & more', "new\nline\ttab", "\u65e5\u672c\u306e\u9774 \U0001f45f", "\u0633\u062a\u0631\u0629",
        "O'Neill's </script><script>alert(1)</script>", "W" * 120, "", " ", "\xd6lzeug", "\u202eabc"]


def matrix(classes):
    return [[900 + random.randrange(100) if row == column else random.choice([0, 0, 1, 5, 37]) for column in range(classes)]
            for row in range(classes)]


def make(run, folder, classes, epochs):
    os.makedirs(folder)
    run = json.loads(json.dumps(run))
    names = (HARD + ["class %d of many" % i for i in range(len(HARD), classes)])[:classes]
    for split in "train", "test":
        counts = matrix(classes)
        images, right = sum(map(sum, counts)), sum(counts[i][i] for i in range(classes))
        run[split].update(classes=names, confusion=counts, images=images, correct=right, accuracy=right / images)
    run["epochs"] = [dict(run["epochs"][0], epoch=i + 1, mean_loss=0.9 / (i + 1) ** 0.3, accuracy=1 - 0.3 / (i + 1) ** 0.4,
                          validation_loss=1 / (i + 1) ** 0.2, validation_accuracy=1 - 0.3 / (i + 1) ** 0.3) for i in range(epochs)]
    with open(folder + "/run.json", "w", encoding="utf-8") as out:
        json.dump(run, out)
    with open(folder + "/steps.csv", "w", encoding="ascii") as out:
        out.write("step,epoch,images,loss,accuracy\n")
        for step in range(60 * epochs):
            accuracy = 1 - 0.5 / (step + 1) ** 0.2
            out.write(f"{step + 1},{step // 60 + 1},100,{1.2 / (step + 1) ** 0.2 + random.random() / 5:.5f},{accuracy:.2f}\n")


random.seed(3)
with open(sys.argv[1] + "/run.json", encoding="utf-8") as source:
    given = json.load(source)
for kind in (2, 1), (10, 2), (100, 200), (1000, 5):
    make(given, "%s/kind-%d-%d" % (sys.argv[2], *kind), *kind)
