#!/bin/bash
# test_recipe.sh: the options of weft train that are a recipe, recipe files, and --resume with both.
# shellcheck source=tests/support/cli.sh
. "${WEFT_SOURCE:?}/tests/support/cli.sh" cli_recipe
# 4 steps an epoch.
train=(train --data "$sample" --batch 25 --device cpu --epochs 2)
files=$work/files

# recipe_of RUN: prints the options of run.json that are a recipe and not the published one.
recipe_of() {
    python3 - "$1/run.json" <<'PYTHON'
import json, sys
published = dict(optimizer="adam", momentum=0, nesterov=False, weight_decay=0, schedule="constant", warmup=None,
                 label_smoothing=0, clip_norm=0, average=0, augment="none", class_weights="none", keep="last", recipe=None)
options = json.load(open(sys.argv[1]))["options"]
print(json.dumps({k: options[k] for k in published if options[k] != published[k]}, separators=(",", ":")))
PYTHON
}

# is_recipe RUN JSON: these are the options of RUN.
is_recipe() {
    [ "$(recipe_of "$1")" = "$2" ] || problem "$1 has $(recipe_of "$1"), not $2"
}

# bits_of FILE: prints the options in a model's metadata.
bits_of() {
    python3 - "$1" <<'PYTHON'
import json, struct, sys
content = open(sys.argv[1], "rb").read()
header = json.loads(content[8:8 + struct.unpack("<Q", content[:8])[0]])
print(header["__metadata__"]["weft.options"])
PYTHON
}

begin "no recipe, and the published one"
run "${train[@]}" --out none
expect_code 0
is_recipe none '{}'
expect_no_text err "recipe:"
[ "$(bits_of none/model.safetensors)" = '{"epochs":2,"batch":25,"lr":0.01,"seed":0,"order":"shuffled","steps":null,"math":"exact","init":null}' ] || problem "$(bits_of none/model.safetensors)"
cp none/model.safetensors "$files/none.safetensors"
run "${train[@]}" --out zero --optimizer adam --momentum 0 --weight-decay 0 --schedule constant --warmup 0 --label-smoothing 0 --clip-norm 0 --average 0 --augment none --class-weights none --keep last
expect_code 0
expect_same zero/model.safetensors none/model.safetensors
run train --data "$sample" --device cpu --recipe published --out published --steps 1 --json
expect_code 0
expect_json 'all(e[0]["options"][k] == v for k, v in dict(epochs=5, batch=100, lr=0.01, order="shuffled", recipe="published").items())'
is_recipe published '{"recipe":"published"}'
end

begin "the options of a recipe, in run.json and in the model"
run "${train[@]}" --out all --optimizer sgd --momentum 0.9 --nesterov --weight-decay 5e-4 --schedule step:1,.5 --warmup 5.50% --label-smoothing 0.1 --clip-norm 1 --augment erase=3,flip,shift=2 --class-weights balanced
expect_code 0
expect_text err "recipe: --epochs 2 --batch 25 --optimizer sgd --momentum 0.9 --nesterov --weight-decay 0.0005 --schedule step:1,0.5 --warmup 5.5% --label-smoothing 0.1 --clip-norm 1 --augment flip,shift=2,erase=3 --class-weights balanced"
is_recipe all '{"optimizer":"sgd","momentum":0.9,"nesterov":true,"weight_decay":0.0005,"schedule":"step:1,0.5","warmup":"5.5%","label_smoothing":0.1,"clip_norm":1,"augment":"flip,shift=2,erase=3","class_weights":"balanced"}'
[ "$(bits_of all/model.safetensors)" = '{"epochs":2,"batch":25,"lr":0.01,"seed":0,"order":"shuffled","steps":null,"math":"exact","init":null,"optimizer":"sgd","momentum":0.9,"nesterov":true,"weight_decay":0.0005,"schedule":"step:1,0.5","warmup":"5.5%","label_smoothing":0.1,"clip_norm":1,"augment":"flip,shift=2,erase=3","class_weights":"balanced","total_steps":8}' ] || problem "$(bits_of all/model.safetensors)"
run report all
expect_code 0
grep -q -- "--schedule</th><td>step:1,0.5<" all/report.html || problem "the report lacks the schedule"
! grep -q -- "--average" all/report.html || problem "the report has a default"
end

# Files
cat >"$files/a.json" <<'JSON'
{
    "epochs": 1, "batch": 50,
    "lr": 5e-3, "order": "file", "validate": 10,
    "optimizer": "sgd", "momentum": 0.5, "nesterov": false,
    "weight_decay": 0.25, "label-smoothing": 0.125,
    "schedule": "cosine", "warmup": 1, "augment": "flip"
}
JSON
begin "a recipe file"
run train --data "$sample" --device cpu --recipe "$files/a.json" --out file
expect_code 0
is_recipe file '{"optimizer":"sgd","momentum":0.5,"weight_decay":0.25,"schedule":"cosine","warmup":"1","label_smoothing":0.125,"augment":"flip","recipe":"'"$files/a.json"'"}'
grep -q '"bits": {"epochs":1,"batch":50,"lr":0.005,"seed":0,"order":"file",.*"total_steps":2}' file/run.json || problem "the other options: $(grep '"bits"' file/run.json)"
end

begin "--no-nesterov turns off what a recipe has; the last of two wins"
printf '{"epochs": 1, "optimizer": "sgd", "momentum": 0.9, "nesterov": true}' >"$files/on.json"
plain=(train --data "$sample" --device cpu --epochs 1 --optimizer sgd --momentum 0.9)
run "${plain[@]}" --out plain
run train --data "$sample" --device cpu --recipe "$files/on.json" --out on
run train --data "$sample" --device cpu --recipe "$files/on.json" --no-nesterov --out off
expect_code 0
expect_same off/model.safetensors plain/model.safetensors
! cmp -s on/model.safetensors plain/model.safetensors || problem "the recipe has no effect"
run "${plain[@]}" --no-nesterov --nesterov --out last
expect_same last/model.safetensors on/model.safetensors
run "${plain[@]}" --nesterov --no-nesterov --out last --force
expect_same last/model.safetensors plain/model.safetensors
run train --resume plain --no-nesterov
expect_code 0
cp -r on "$files/on"
end

begin "options on the command line override a recipe"
run train --data "$sample" --device cpu --recipe "$files/a.json" --schedule constant --warmup 0 --lr 0.5 --batch 25 --optimizer adamw --momentum 0 --augment none --out over
expect_code 0
is_recipe over '{"optimizer":"adamw","weight_decay":0.25,"label_smoothing":0.125,"recipe":"'"$files/a.json"'"}'
grep -q '"bits": {"epochs":1,"batch":25,"lr":0.5,' over/run.json || problem "the other options"
run train --recipe best --data "$sample" --device cpu --steps 1 --batch 50 --out best --json
expect_code 0
expect_json 'e[0]["options"]["recipe"] == "best" and e[0]["options"]["epochs"] > 5 and e[0]["options"]["batch"] == 50'
end

begin "the recipes of weft are the files in data/recipes"
for recipe in published best; do
    run train --recipe "$recipe" --data "$sample" --device cpu --steps 1 --out "$recipe-name"
    run train --recipe "$source/data/recipes/$recipe.json" --data "$sample" --device cpu --steps 1 --out "$recipe-file"
    expect_same "$recipe-name/model.safetensors" "$recipe-file/model.safetensors"
done
end
rm -rf "$work/here/"*

# wrong TEXT JSON: a case: the recipe JSON is wrong.
wrong() {
    printf '%s\n' "$2" >"$files/wrong.json"
    refuses 3 "wrong.json:$1" train --data "$sample" --recipe "$files/wrong.json"
}
wrong '2:1: unknown member "schedul"' '{"lr": 1,
"schedul": "cosine"}'
begin "the nearest name"
expect_text err "did you mean schedule?"
end
wrong '1:2: unknown member "colour"' '{"colour": 1}'
wrong '1:2: seed: an option of a training, but not of a recipe' '{"seed": 1}'
wrong '1:2: out: an option of a training' '{"out": "x"}'
wrong '1:2: recipe: an option of a training' '{"recipe": "best"}'
wrong '1:8: lr: a number was expected' '{"lr": "0.1"}'
wrong '1:8: lr -1: not a number from' '{"lr": -1}'
wrong '1:12: epochs 1.5: not an integer' '{"epochs": 1.5}'
wrong '1:12: epochs -1: not an integer' '{"epochs": -1}'
wrong '1:12: epochs: a number was expected' '{"epochs": null}'
wrong '1:14: nesterov: true or false was expected' '{"nesterov": 1}'
wrong '1:15: optimizer: a string was expected' '{"optimizer": 1}'
wrong '1:15: optimizer adamm: not one of: adam' '{"optimizer": "adamm"}'
wrong '1:14: schedule: a string was expected' '{"schedule": ["cosine"]}'
wrong '1:23: weight-decay: it is there twice' '{"weight-decay": 0.5, "weight_decay": 0.5}'
wrong '1:2: unknown member ""' '{"": 1}'
wrong ' an object of options was expected' '[]'
wrong '1:' '{"lr": 1, "lr": 2}'
wrong '1:' '{"lr": '
wrong '' ''
begin "a value that is overridden is checked, too"
echo '{"lr": -1}' >"$files/wrong.json"
run train --data "$sample" --recipe "$files/wrong.json" --lr 0.1
expect_code 3
expect_text err "lr -1: not a number"
end
printf '{"schedule": "sine"}' >"$files/wrong.json"
refuses 2 "recipe $files/wrong.json: schedule sine: not one of" train --data "$sample" --recipe "$files/wrong.json"
printf '{"momentum": 0.5, "optimizer": "sgd", "nesterov": true}' >"$files/nesterov.json"
refuses 2 "recipe $files/nesterov.json: nesterov: it is of sgd, and the optimizer is adam" train --data "$sample" --recipe "$files/nesterov.json" --optimizer adam
refuses 2 "--recipe bst: there is no such recipe" train --data "$sample" --recipe bst
refuses 3 "$files/nowhere.json" train --data "$sample" --recipe "$files/nowhere.json"
refuses 3 "$files" train --data "$sample" --recipe "$files"

# --resume. resumes NAME OPTIONS...: a case: a run of 1 of 2 epochs, continued on another device if
# there is one, has the bytes of a run without a stop.
other=(--device "Portable Computing")
"$weft" devices 2>/dev/null | grep -q "Portable Computing" || other=(--device cpu --threads 1)
resumes() {
    local folder=$1
    shift
    begin "--resume with $*"
    run "${train[@]}" --out "whole-$folder" "$@"
    expect_code 0
    interrupted out "epoch: 1," SIGINT "${train[@]}" --out "$folder" "$@"
    run train --resume "$folder" "${other[@]}" "$@"
    expect_code 0
    expect_same "$folder/model.safetensors" "whole-$folder/model.safetensors"
    [ "$(recipe_of "$folder")" = "$(recipe_of "whole-$folder")" ] || problem "the options: $(recipe_of "$folder")"
    run train --resume "$folder" --device cpu
    expect_code 0
    expect_same "$folder/model.safetensors" "whole-$folder/model.safetensors"
    end
}
resumes adamw --optimizer adamw --weight-decay 0.05
resumes sgd --optimizer sgd --momentum 0.9 --nesterov --lr 0.1
resumes penalty --weight-decay 1e-3
resumes one-cycle --schedule one-cycle
resumes cosine --schedule cosine --warmup 3
resumes step --schedule step:1,0.5 --warmup 10%
resumes smoothing --label-smoothing 0.1 --class-weights balanced
resumes clip --clip-norm 0.5
resumes augment --augment flip,shift=2,erase=7
resumes average --average 2
resumes best --recipe best --epochs 2

# Equal bits have equal files.
begin "before its last epoch, a training with --average has the model of one without"
interrupted out "epoch: 2," SIGKILL "${train[@]}" --epochs 100000 --average 3 --out begun
expect_code 137
run train --resume begun --device cpu --average 2
expect_code 2
expect_text err "--average: --resume continues with the options that the run began with: 3"
epochs=$(bits_of begun/model.safetensors | sed 's/.*"epochs":\([0-9]*\),.*/\1/') # the kill may be before the history
run "${train[@]}" --epochs "$epochs" --out fewer
expect_same begun/model.safetensors fewer/model.safetensors
end

begin "the learning rate of an epoch"
run "${train[@]}" --schedule step:1,0.5 --out rate
expect_text out "epoch: 2, accuracy: "
expect_text out ", learning rate: 0.005"
run "${train[@]}" --schedule cosine --warmup 2 --out rate --force --json
expect_json '[x["learning_rate"] for x in e if x["event"] == "epoch"][0] > [x["learning_rate"] for x in e if x["event"] == "epoch"][1] > 0'
end
for folder in adamw cosine average best step; do
    cp -r "$folder" "$files/$folder"
done
rm -rf "$work/here/"*
refuses 2 "--optimizer: --resume continues with the options that the run began with: adamw" train --resume "$files/adamw" --optimizer sgd
refuses 2 "--weight-decay: --resume continues with the options that the run began with: 0.05" train --resume "$files/adamw" --weight-decay 0.06
refuses 2 "--nesterov: --resume continues with the options that the run began with: without it" train --resume "$files/adamw" --nesterov
refuses 2 "--nesterov: --resume continues with the options that the run began with: with it" train --resume "$files/on" --no-nesterov
refuses 2 "--no-nesterov: it takes no value" train --no-nesterov=1
refuses 2 "unknown option --no-momentum" train --no-momentum
refuses 2 "unknown option --no-force" train --no-force
refuses 2 "--warmup: --resume continues with the options that the run began with: without it" train --resume "$files/adamw" --warmup 2
refuses 2 "--augment: --resume continues with the options that the run began with: none" train --resume "$files/adamw" --augment flip
refuses 2 "--keep: --resume continues with the options that the run began with: last" train --resume "$files/adamw" --keep best
refuses 2 "recipe $files/a.json: batch: --resume continues" train --resume "$files/adamw" --recipe "$files/a.json"
refuses 2 "--epochs: the schedule cosine of this run is for 2 epochs" train --resume "$files/cosine" --epochs 3
refuses 2 "--steps: the schedule cosine of this run is for 2 epochs" train --resume "$files/cosine" --steps 8
refuses 2 "--epochs: the run began with --warmup 10% of all steps" train --resume "$files/step" --epochs 3
refuses 2 "--epochs: --average 2 of this run averages the last of 2 epochs" train --resume "$files/average" --epochs 3
refuses 2 "recipe best: epochs: the schedule one-cycle of this run" train --resume "$files/best" --recipe best
begin "more epochs with a constant learning rate"
run "${train[@]}" --epochs 3 --optimizer adamw --weight-decay 0.05 --out three
run train --resume "$files/adamw" --epochs 3 --device cpu --weight-decay 5e-2
expect_code 0
expect_same "$files/adamw/model.safetensors" three/model.safetensors
end
rm -rf "$work/here/"*

# Texts
refuses 2 "--schedule sine: not one of: constant, cosine, one-cycle, step:EPOCHS,FACTOR" train --schedule sine
refuses 2 "--schedule step: step has two numbers" train --schedule step
refuses 2 "--schedule step: EPOCHS 0: not an integer" train --schedule step:0,0.1
refuses 2 "--schedule step: FACTOR 2: not a number" train --schedule step:1,2
refuses 2 "--schedule step: FACTOR 0: not a number" train --schedule step:1,0
for text in abc 0.05 100% 1e99% % 5%% -1 5%5 4294967296; do
    refuses 2 "--warmup" train "--warmup=$text"
done
refuses 2 "--warmup 0: one-cycle begins with a warmup" train --schedule one-cycle --warmup 0
refuses 2 "--augment flop: not none" train --augment flop
refuses 2 "--augment shift: it needs a number of pixels" train --augment flip,shift
refuses 2 "--augment erase: it is there twice" train --augment erase=1,erase=2
refuses 2 "--augment shift 0: not an integer" train --augment shift=0
refuses 2 "--augment : not none" train --augment flip,
refuses 2 "--augment none: not none" train --augment flip,none
refuses 2 "--momentum 1: not a number from 0 to 0.99999994" train --momentum 1
refuses 2 "--optimizer rmsprop: not one of: adam, adamw, sgd" train --optimizer rmsprop
refuses 2 "unknown option --scheduler" train --scheduler cosine

# Contradictions
refuses 2 "--momentum 0.9: it is of sgd, and the optimizer is adam" train --momentum 0.9
refuses 2 "--nesterov: it is of sgd, and the optimizer is adamw" train --nesterov --optimizer adamw
refuses 2 "--nesterov: it needs a momentum above 0" train --nesterov --optimizer sgd
refuses 2 "--average 3: the training has 2 epochs" "${train[@]}" --average 3
refuses 2 "--warmup 8: the training has 8 steps" "${train[@]}" --warmup 8
refuses 2 "--augment shift=28: the images have 28 x 28 pixels" "${train[@]}" --augment shift=28
refuses 2 "--augment erase=29: the images have 28 x 28 pixels" "${train[@]}" --augment erase=29
finish
