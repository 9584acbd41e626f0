#!/bin/bash
# test_run_folder.sh: a run folder belongs to one training, keeps what it had when a training is
# killed, and follows no planted link.
# shellcheck source=tests/support/cli.sh
. "${WEFT_SOURCE:?}/tests/support/cli.sh" cli_run_folder
# shellcheck source=tests/support/runs.sh
. "$source/tests/support/runs.sh"

# start FOLDER ARGUMENTS...: starts a training in FOLDER that lasts, as process $training, and waits
# for its first checkpoint. Under nohup SIGHUP would be ignored, as weft keeps it.
start() {
    env --default-signal=HUP,XCPU "$weft" "${train[@]}" --epochs 100000 --threads 1 "${@:2}" --quiet >/dev/null 2>&1 </dev/null &
    training=$!
    for ((i = 0; i < 600; i++)); do
        [ ! -s "$1/checkpoint.safetensors" ] || return 0
        sleep 0.05
    done
    problem "no checkpoint in $1"
}

# stop SIGNAL: ends the training that was started. $code is its exit code.
stop() {
    kill "-$1" $training
    wait $training 2>/dev/null
    code=$?
}

# ---- two processes ----

begin "a folder that another training has"
start held --out held
ln -s held link
for other in "--out held" "--out ./held --force" "--out link/ --force" "--out $PWD/held --force"; do
    # shellcheck disable=SC2086
    run "${train[@]}" --epochs 1 $other
    expect_code 2
    expect_text err "in use by process $training on $(uname -n) since 2"
    expect_empty out
done
run train --resume held --device cpu --json
expect_code 2
expect_json 'e[0]["event"] == "error" and e[0]["code"] == 2 and "in use by process " in e[0]["message"]'
run evaluate held --data "$sample" --device cpu
expect_code 0
kill -0 $training || problem "the training has ended"
stop TERM
expect_code 130
[ ! -e held/weft.lock ] || problem "the lock is left"
end

begin "a training that was killed holds nothing"
start killed --out killed
stop KILL
printf 'left' >killed/weft-1-2.part
printf 'mine' >killed/mine.part
[ -e killed/weft.lock ] || problem "no lock was there"
epochs=$(($(wc -l <killed/history.csv) + 1))
run train --resume killed --device cpu --epochs $epochs
expect_code 0
[ -z "$(find killed -name 'weft*')" ] || problem "left: $(echo killed/weft*)"
[ "$(cat killed/mine.part)" = mine ] || problem "a file of the user was removed"
run "${train[@]}" --epochs $epochs --out whole
expect_same killed/model.safetensors whole/model.safetensors
expect_same killed/steps.csv whole/steps.csv
end

begin "killed before the first checkpoint: the folder counts as empty"
mkdir early
printf 'process 1 on nowhere since long ago\n' >early/weft.lock
printf 'left' >early/weft-17-0.part
run "${train[@]}" --epochs 3 --out early
expect_code 0
same_result early
end

begin "a folder that is moved, and another one in its place"
start moved --out moved
mv moved elsewhere
cp -r "$a" moved
wait $training
code=$?
expect_code 3
diff -r moved "$a" >"$work/out" || problem "the other run changed"
run train --resume elsewhere --device cpu --epochs $(($(wc -l <elsewhere/history.csv) + 1))
expect_code 0
rm -rf moved elsewhere
end

begin "a folder that is moved, and an empty one in its place, which stays"
start moved --out moved
mv moved elsewhere
mkdir moved
wait $training
code=$?
expect_code 3
[ -d moved ] || problem "the other folder was removed"
[ -z "$(ls -A moved)" ] || problem "it wrote into the other folder: $(ls -A moved)"
rm -rf moved elsewhere
end

begin "a lock file that is removed"
start unlocked --out unlocked
rm unlocked/weft.lock
for ((i = 0; i < 600; i++)); do
    [ ! -e unlocked/weft.lock ] || break
    sleep 0.05
done
run train --resume unlocked --device cpu
expect_code 2
expect_text err "in use by process $training"
stop TERM
expect_code 130
[ ! -e unlocked/weft.lock ] || problem "the lock is left"
end

begin "many trainings at the same time: each has a folder"
mkdir many
cd many || exit 1
pids=()
for ((i = 0; i < 12; i++)); do
    "$weft" "${train[@]}" --steps 1 --seed $i --threads 1 --json >"../many-$i" 2>&1 </dev/null &
    pids+=($!)
done
for pid in "${pids[@]}"; do
    wait "$pid" || problem "a training failed"
done
cd .. || exit 1
folders=(many/*)
[ ${#folders[@]} -eq 12 ] || problem "not 12 folders: ${folders[*]}"
for ((i = 0; i < 12; i++)); do
    python3 - "many-$i" many <<'PYTHON' 2>"$work/python" || problem "training $i: $(tail -n 1 "$work/python")"
import hashlib, json, sys
done = [json.loads(line) for line in open(sys.argv[1]) if line.startswith('{"event":"done"')][0]
model = open("%s/%s" % (sys.argv[2], done["model"]), "rb").read()
assert hashlib.sha256(model).hexdigest() == done["sha256"], "another model"
PYTHON
done
end

begin "many trainings into one folder at the same time: one of them"
pids=()
for ((i = 0; i < 12; i++)); do
    "$weft" "${train[@]}" --epochs 3 --seed $i --threads 1 --out one/and/only >/dev/null 2>"err-$i" </dev/null &
    pids+=($!)
done
succeeded=0
for pid in "${pids[@]}"; do
    wait "$pid"
    code=$?
    [ $code -eq 0 ] && succeeded=$((succeeded + 1))
    [ $code -eq 0 ] || [ $code -eq 2 ] || problem "exit code $code"
done
[ $succeeded -eq 1 ] || problem "$succeeded trainings succeeded"
run report one/and/only --no-images
expect_code 0
expect_no_text err "warning"
end
rm -rf "$work/here/"*

# ---- steps.csv and history.csv ----

# shellcheck disable=SC2016 # $d is sed's
for damage in 'rm FILE; mkdir FILE' 'sed -i s/,0/,x/ FILE' 'sed -i 3,\$d FILE' ': >FILE' 'rm FILE; ln -s nowhere/at/all FILE'; do
    for file in steps.csv history.csv; do
        begin "${damage//FILE/$file}"
        cp -r "$work/files/unfinished" run
        (cd run && eval "${damage//FILE/$file}")
        before=$(cd run && find . -ls | grep -v ' \.$' | sha256sum)
        run train --resume run --device cpu
        if [[ $damage == *nowhere* ]]; then
            expect_code 0
        else
            expect_code 3
            expect_text err "run/$file: "
            expect_text err "to another folder"
            [ "$(cd run && find . -ls | grep -v ' \.$' | sha256sum)" = "$before" ] || problem "the folder changed"
        fi
        end
        rm -rf run
    done
done

begin "without steps.csv"
cp -r "$work/files/unfinished" run
rm run/steps.csv
run train --resume run --device cpu --epochs 4
expect_code 0
expect_text err "steps.csv: it does not exist: the steps of this run are not recorded"
[ ! -e run/steps.csv ] || problem "steps.csv has some of the steps only"
run report run --no-images
expect_code 0
end
rm -rf "$work/here/"*

# ---- planted links, pipes and folders ----

names=(model.safetensors checkpoint.safetensors history.csv steps.csv run.json confusion-train.csv confusion-test.csv
    curves.svg confusion-test.svg confusion-train.svg)
for way in --force --resume; do
    begin "links in a run folder, $way"
    mkdir -p planted mine
    [ $way = --force ] || cp "$work/files/unfinished"/* planted
    for planted in "${names[@]}"; do
        echo "precious $planted" >"mine/$planted"
        [ -e "planted/$planted" ] || [ "$way$planted" = --resumerun.json ] || ln -s "$PWD/mine/$planted" "planted/$planted"
    done
    if [ $way = --force ]; then
        run "${train[@]}" --epochs 3 --out planted --force
    else
        run train --resume planted --device cpu
    fi
    expect_code 0
    for planted in "${names[@]}"; do
        [ "$(cat "mine/$planted")" = "precious $planted" ] || problem "mine/$planted was written"
        [ ! -L "planted/$planted" ] || problem "$planted is a link"
    done
    same_result planted
    end
    rm -rf planted mine
done

begin "links that are planted while a training runs"
start planted --out planted
mkdir mine
for ((i = 0; i < 40; i++)); do
    for planted in model.safetensors checkpoint.safetensors history.csv steps.csv; do
        echo precious >"mine/$planted"
        ln -sfn "$PWD/mine/$planted" "planted/$planted"
    done
    sleep 0.02
done
stop TERM
for planted in model.safetensors checkpoint.safetensors history.csv steps.csv; do
    [ "$(cat "mine/$planted")" = precious ] || problem "mine/$planted was written"
done
end
rm -rf planted mine

begin "pipes in a run folder"
mkdir planted
mkfifo planted/{model.safetensors,history.csv,steps.csv,run.json,curves.svg}
ran="train --force with pipes"
timeout 60 "$weft" "${train[@]}" --epochs 3 --out planted --force >"$work/out" 2>"$work/err"
code=$?
expect_code 0
same_result planted
end
rm -rf planted

for kind in link pipe folder; do
    begin "a $kind as lock"
    mkdir planted
    echo precious >mine
    case $kind in
    link) ln -s "$PWD/mine" planted/weft.lock ;;
    pipe) mkfifo planted/weft.lock ;;
    folder) mkdir planted/weft.lock ;;
    esac
    ran="train with a $kind as lock"
    timeout 60 "$weft" "${train[@]}" --epochs 1 --out planted >"$work/out" 2>"$work/err"
    code=$?
    expect_code 3
    expect_text err "weft: cannot lock planted: weft.lock in it is not a file"
    expect_text err "remove planted/weft.lock"
    [ "$(cat mine)" = precious ] || problem "the target was written"
    [ "$(ls planted)" = weft.lock ] || problem "left: $(ls planted)"
    end
    rm -rf planted mine
done

# ---- pictures ----

begin "a figure that cannot be written"
cp -r "$work/files/unfinished" run
mkdir run/curves.svg run/curves.svg/x
run train --resume run --device cpu --json
# The folder is in the place of a file that --resume removes.
expect_code 3
expect_text err "weft: cannot write run/curves.svg: Is a directory"
[ -s run/checkpoint.safetensors ] || problem "no checkpoint"
end
rm -rf run

begin "a file that cannot be replaced: none is removed"
cp -r "$a" run
mkdir -p run/report.html/x
for way in "--resume run" "--data $sample --out run --force"; do
    # shellcheck disable=SC2086 # the words of an option
    run train $way --epochs 9 --device cpu
    expect_code 3
    expect_text err "weft: cannot write run/report.html: Is a directory"
    for file in run.json confusion-test.csv curves.svg model.safetensors; do
        [ -s "run/$file" ] || problem "$way: $file was removed"
    done
done
end
rm -rf run

# ---- limits of the system ----

begin "a limit of file sizes"
ran="train with ulimit -f"
(ulimit -f 100 && exec "$weft" "${train[@]}" --epochs 1 --out limited) >"$work/out" 2>"$work/err"
code=$?
expect_code 3
expect_text err "weft: cannot write limited/model.safetensors: File too large"
expect_text err "ulimit -f"
[ ! -e limited ] || problem "left: $(ls -A limited)"
end

begin "a full device"
if [ -c /dev/full ]; then
    run evaluate "$a" --data "$sample" --device cpu --csv /dev/full --json
    expect_code 3
    expect_text err "weft: cannot write /dev/full: No space left on device"
    expect_json '[x["event"] for x in e] == ["evaluation", "error"]'
fi
end

begin "names as long as the system allows"
name=$(printf 'n%.0s' {1..250})
run evaluate "$a" --data "$sample" --device cpu --csv "$name" --logits "$name.saf"
expect_code 0
expect_same "$name" "$a/confusion-test.csv"
[ -s "$name.saf" ] || problem "no logits"
run "${train[@]}" --epochs 3 --out "${name}run"
expect_code 0
same_result "${name}run"
run "${train[@]}" --epochs 1 --out "${name}too-long"
expect_code 3
expect_text err "File name too long"
end
rm -rf "$work/here/"*

for signal in HUP XCPU; do
    begin "SIG$signal"
    start run --out run
    stop $signal
    expect_code 130
    [ -z "$(find run -name 'weft*')" ] || problem "left: $(ls run)"
    run train --resume run --device cpu --epochs $(($(wc -l <run/history.csv) - 1))
    expect_code 0
    end
    rm -rf run
done

# ---- outputs that cannot be written, before the work ----

touch "$work/files/file"
refuses 3 "cannot write nowhere/g: No such file" "${train[@]}" --dump-gradients nowhere/g
refuses 3 "Is a directory" evaluate "$a" --data nowhere --csv "$work"
refuses 3 "cannot write $work/files/file/x: Not a directory" evaluate "$a" --data nowhere --logits "$work/files/file/x"
refuses 3 "cannot write nowhere/x.html" report "$a" --out nowhere/x.html
refuses 3 "cannot write nowhere/x.svg" report "$a" --curves nowhere/x.svg
refuses 3 "--bundle: cannot write" verify --device cpu --bundle "$work/files/file/x"
refuses 2 "it is a file, not a folder" "${train[@]}" --out "$work/files/file"
refuses 3 "cannot make folder $work/files/file: File exists" "${train[@]}" --out "$work/files/file/x"

# ---- folders that a start makes ----

refuses 4 'device "99"' train --data "$sample" --device 99 --out a/b/c
refuses 4 'device "99"' train --data "$sample" --device 99 --out ./a//b/../c/
refuses 3 "File name too long" "${train[@]}" --out "a/b/$(printf 'n%.0s' {1..300})"

begin "a start that fails keeps the folders that were there"
mkdir -p a/b
for out in a/b/c/d a/b; do
    run train --data "$sample" --device 99 --out $out
    expect_code 4
    [ "$(find a | tr '\n' ' ')" = "a a/b " ] || problem "folders: $(find a)"
done
end
rm -rf a

# ---- another user ----

if [ "$(id -u)" -eq 0 ] && command -v setpriv >/dev/null && chmod 711 "$work" &&
    setpriv --reuid 65534 --clear-groups test -x "$weft" && setpriv --reuid 65534 --clear-groups test -r "$sample"; then
    as_nobody=(setpriv --reuid 65534 --clear-groups)
    chmod 755 "$work/here" "$work/files"

    begin "a folder of another user"
    cp -r "$a" theirs
    for options in "--out theirs --force" "--resume theirs" "--out theirs/new" ""; do
        ran="train $options, as nobody"
        # shellcheck disable=SC2086
        "${as_nobody[@]}" "$weft" train --data "$sample" --device cpu $options >"$work/out" 2>"$work/err"
        code=$?
        expect_code 3
        expect_text err "Permission denied"
        expect_empty out
    done
    end
    rm -rf theirs

    begin "a link of another user in a sticky folder"
    mkdir -m 1777 shared
    echo precious >mine
    chmod 644 mine
    "${as_nobody[@]}" ln -s "$PWD/mine" shared/matrix.csv
    run evaluate "$a" --data "$sample" --device cpu --csv shared/matrix.csv
    expect_code 3
    expect_text err "weft: cannot write shared/matrix.csv: shared/matrix.csv is a link of another user"
    [ "$(cat mine)" = precious ] || problem "the target was written"
    ln -s "$PWD/mine" own.csv
    run evaluate "$a" --data "$sample" --device cpu --csv own.csv
    expect_code 0
    expect_same mine "$a/confusion-test.csv"
    [ -L own.csv ] || problem "the link is gone"
    end

    # leads_there ARGUMENTS...: a path in ARGUMENTS, where an output would be, has the link group/run.
    leads_there() {
        run "$@"
        expect_code 3
        expect_text err "group/run is a link of another user"
        expect_empty out
    }

    begin "a folder behind a link of another user"
    cp -r "$a" victim
    mkdir -m 2775 group
    chmod o+w group
    "${as_nobody[@]}" ln -s "$PWD/victim" group/run
    ln -s group own
    ln -s group/run/new new
    before=$(ls -lA victim)
    leads_there "${train[@]}" --out group/run --force
    expect_text err "weft: cannot write into the folder group/run: group/run is a link of another user"
    leads_there train --resume group/run --device cpu
    leads_there "${train[@]}" --out own/run/new
    leads_there "${train[@]}" --out new
    leads_there "${train[@]}" --out group/run/x/new
    leads_there "${train[@]}" --dump-gradients own/run/g
    leads_there evaluate "$a" --data nowhere --csv group/run/m.csv
    leads_there report "$a" --out "$PWD/own/../own/run/rr.html"
    leads_there report group/run
    leads_there verify --device cpu --bundle group/run/x
    [ "$(ls -lA victim)" = "$before" ] || problem "the target changed"
    chown -h 0:0 group/run
    run "${train[@]}" --epochs 3 --out own/run --force
    expect_code 0
    same_result victim
    end

    begin "two users in one folder"
    mkdir -m 1777 shared/run
    start shared/run --out shared/run
    ran="train as nobody"
    "${as_nobody[@]}" "$weft" train --data "$sample" --device cpu --out shared/run >"$work/out" 2>"$work/err"
    code=$?
    expect_code 2
    expect_text err "in use by process $training on "
    stop KILL
    ran="train as nobody, after the kill"
    "${as_nobody[@]}" "$weft" train --data "$sample" --device cpu --out shared/run >"$work/out" 2>"$work/err"
    code=$?
    expect_code 3
    expect_text err "Operation not permitted"
    end
    rm -rf "$work/here/"*

    begin "two users in one folder, the first with umask 077"
    mkdir -m 777 run
    old_umask=$(umask)
    umask 077
    start run --out run
    umask "$old_umask"
    ran="train as nobody"
    "${as_nobody[@]}" "$weft" train --data "$sample" --device cpu --out run >"$work/out" 2>"$work/err"
    code=$?
    expect_code 2
    expect_text err "in use by process $training on "
    stop TERM
    expect_code 130
    end
    rm -rf "$work/here/"*

    begin "a lock of another user that may not be read"
    mkdir -m 777 run
    (umask 077 && echo "process 1 on nowhere since long ago" >run/weft.lock)
    ran="train as nobody"
    "${as_nobody[@]}" "$weft" train --data "$sample" --device cpu --out run >"$work/out" 2>"$work/err"
    code=$?
    expect_code 3
    expect_text err "weft: cannot lock run: weft.lock in it belongs to another user, who may be training there"
    expect_text err "remove run/weft.lock if nobody trains there"
    end
    rm -rf "$work/here/"*
else
    skip "folders of another user" "it needs root and setpriv"
fi

finish
