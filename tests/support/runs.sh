# runs.sh: run folders that several tests use. Source it after cli.sh. $train are the words of their
# training, $a is a run of 3 epochs, $work/files/b another one, $work/files/unfinished one that was killed.
# shellcheck shell=bash disable=SC2154 # the variables are those of cli.sh
train=(train --data "$sample" --device cpu --batch 20)
"$weft" "${train[@]}" --epochs 3 --out "$work/files/a" >/dev/null 2>&1 || exit 1
"$weft" "${train[@]}" --epochs 3 --seed 1 --out "$work/files/b" >/dev/null 2>&1 || exit 1
a=$work/files/a
# The files of a run that was killed after its last epoch.
mkdir "$work/files/unfinished"
cp "$a"/{model.safetensors,checkpoint.safetensors,history.csv,steps.csv} "$work/files/unfinished"

# same_result FOLDER: the run is the one in $a, except for times, and nothing else is in the folder.
same_result() {
    for file in model.safetensors confusion-train.csv confusion-test.csv steps.csv; do
        expect_same "$1/$file" "$a/$file"
    done
    [ "$(cut -d, -f1-4 "$1/history.csv")" = "$(cut -d, -f1-4 "$a/history.csv")" ] || problem "the history differs"
    [ "$(ls -A "$1")" = "$(ls -A "$a")" ] || problem "files: $(ls -A "$1")"
}
