#!/bin/bash
# test_help.sh: the help pages, the manual page and the completions of shells. The pages fit a
# screen. All of them name the options that the parser accepts.
# shellcheck source=tests/support/cli.sh
. "${WEFT_SOURCE:?}/tests/support/cli.sh" cli_help
PATH=$(dirname "$weft"):$PATH
most_lines=30
most_columns=80

run --help
mapfile -t commands < <(sed -n 's/^  \([a-z]*\) .*/\1/p' "$work/out" | grep -v '^weft$')
topics=(options recipes environment files exit-codes completion)

# options_of PAGE: prints the names of the options on the page.
options_of() {
    "$weft" help "$1" | sed -n 's/^  --\[no-\]\([a-z]*\).*/\1\nno-\1/p; s/^  --\([a-z0-9-]*\).*/\1/p'
}

begin "all commands"
[ "${#commands[@]}" -ge 11 ] || problem "only: ${commands[*]}"
[ -n "$(options_of options)" ] || problem "no common options"
end

for page in "" "${commands[@]}" "${topics[@]}"; do
    begin "the page $page fits a screen"
    # shellcheck disable=SC2086 # no page is the program's own
    run help $page
    expect_code 0
    expect_empty err
    lines=$(wc -l <"$work/out")
    [ "$lines" -le $most_lines ] || problem "$lines lines, not $most_lines"
    columns=$(awk '{ if (length > most) most = length } END { print most }' "$work/out")
    [ "$columns" -le $most_columns ] || problem "$columns columns, not $most_columns"
    [ -z "$page" ] && { [ "$lines" -le 25 ] || problem "$lines lines"; }
    ! grep -q ' $' "$work/out" || problem "spaces at the end of a line"
    end
done

for command in "${commands[@]}"; do
    begin "help of $command"
    run help "$command"
    cp "$work/out" "$work/page"
    expect_text out "usage: weft $command [OPTION]..."
    expect_text out "examples:"
    [ "$(sed '1,/^examples:/d' "$work/out" | grep -c "^  weft $command ")" -ge 1 ] || problem "no example"
    expect_text out "weft help options"
    run "$command" --help
    expect_code 0
    expect_same "$work/out" "$work/page"
    run "$command" -h
    expect_same "$work/out" "$work/page"
    # The parser accepts each option of the page, and no other option with a similar name.
    for option in $(options_of "$command"); do
        run "$command" "--$option=" --help
        expect_no_text err "unknown option"
    done
    run "$command" --no-such-option
    expect_text err "unknown option --no-such-option"
    end
done

begin "the page of verify, and the final matrix of --validate"
run help verify
expect_text out "exit codes: 0 equal, 1 different"
run help train
tr -s ' \n' ' ' <"$work/out" >"$work/one-line"
grep -qF "the final matrix of train covers the whole split" "$work/one-line" || problem "the sentence is missing"
end

begin "the options of a recipe are on their page"
run help train
expect_text out "weft help recipes explains --recipe, --optimizer"
expect_no_text out "--momentum X"
run help recipes
expect_text out "--momentum X"
end

begin "topics"
run help exit-codes
for code in 0 1 2 3 4 5 6 130; do
    grep -q "^  $code  " "$work/out" || problem "no exit code $code"
done
run help environment
for variable in WEFT_DEVICE WEFT_DATA WEFT_THREADS WEFT_KERNELS NO_COLOR XDG_CACHE_HOME COLUMNS; do
    grep -q "^  $variable  " "$work/out" || problem "no variable $variable"
done
run help optoins
expect_code 2
expect_text err "did you mean weft help options?"
end

# The manual page
"$weft" help man >"$work/files/weft.1"
begin "the manual page has every command and option, and no others"
ran="help man"
mapfile -t known < <({ for page in options recipes "${commands[@]}"; do options_of "$page"; done; } | sort -u)
mapfile -t named < <(sed -n 's/^\.B \\-\\-\[no\\-\]\([a-z]*\).*/\1\nno\\-\1/p; s/^\.B \\-\\-\([a-z0-9\\-]*\).*/\1/p' "$work/files/weft.1" | sed 's/\\-/-/g' | sort -u)
[ "${known[*]}" = "${named[*]}" ] || problem "options: $(diff <(printf '%s\n' "${known[@]}") <(printf '%s\n' "${named[@]}"))"
for command in "${commands[@]}"; do
    grep -q "^\.SS weft $command " "$work/files/weft.1" || problem "no command $command"
done
[ "$(grep -c '^\.SS' "$work/files/weft.1")" -eq $((${#commands[@]} + 1)) ] || problem "other commands"
for section in NAME SYNOPSIS DESCRIPTION COMMANDS "OPTIONS OF EVERY COMMAND" ENVIRONMENT FILES "EXIT STATUS" EXAMPLES; do
    grep -q "^\.SH $section\$" "$work/files/weft.1" || problem "no section $section"
done
end

begin "the date of the manual page"
ran="help man"
head -n 1 "$work/files/weft.1" >"$work/out"
grep -Eq '^\.TH WEFT 1 [0-9]{4}-[0-9]{2}-[0-9]{2} "weft ' "$work/out" || problem "no date"
[[ "$(SOURCE_DATE_EPOCH=86400 python3 "$source/src/revision.py" - 1.0)" = *'WEFT_PAGE_DATE "1970-01-02"'* ]] || problem "not of SOURCE_DATE_EPOCH"
end

if [ -n "$(type -P mandoc)" ]; then
    begin "mandoc -Tlint"
    ran="help man"
    mandoc -Tlint "$work/files/weft.1" >"$work/out" 2>&1 || problem "mandoc reports errors"
    expect_empty out
    end
else
    skip "mandoc -Tlint" "no mandoc"
fi

if [ -n "$(type -P groff)" ] && [ -n "$(type -P man)" ]; then
    begin "man --warnings"
    ran="help man"
    LC_ALL=C.UTF-8 MANWIDTH=80 man --warnings -E UTF-8 -l -Tutf8 -Z "$work/files/weft.1" >/dev/null 2>"$work/err"
    expect_empty err
    end
else
    skip "man --warnings" "no man or no groff"
fi

# bash: the test calls the function as bash does
"$weft" help bash >"$work/files/weft.bash"
# offers WORDS...: prints the completions of the last word, with spaces between them.
offers() {
    bash -c '. "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _weft; echo "${COMPREPLY[*]}"' \
        bash "$work/files/weft.bash" "$@"
}
# sorted WORDS: the order of files in completions is undefined.
sorted() {
    tr ' ' '\n' <<<"$1" | sort | xargs
}
expect_offer() {
    local expected=$1
    shift
    ran="completion of $*"
    [ "$(sorted "$(offers "$@")")" = "$(sorted "$expected")" ] || problem "$*: offers $(offers "$@"), not $expected"
}
mkdir -p folder/inner
touch a.safetensors b.png "c d.safetensors" e.csv
begin "bash"
expect_offer train weft tr
expect_offer "${commands[*]} help --help --version" weft ""
expect_offer --order weft train --ord
expect_offer "shuffled file" weft train --order ""
expect_offer file weft train --order f
expect_offer one-cycle weft train --schedule o
touch recipe.json
expect_offer "published" weft train --recipe p
expect_offer "recipe.json" weft train --recipe r
rm recipe.json
expect_offer "train test" weft evaluate --split =
expect_offer test weft evaluate --split = te
expect_offer "auto cpu gpu" weft bench --mapping ""
expect_offer "" weft train --epochs ""
expect_offer Ankle-boot weft samples --class A
expect_offer "folder a.safetensors c d.safetensors" weft evaluate ""
expect_offer "folder a.safetensors c d.safetensors b.png" weft predict ""
expect_offer folder weft report ""
expect_offer folder weft train --resume f
expect_offer folder/inner weft train --out folder/
expect_offer e.csv weft evaluate --csv e
expect_offer "" weft train ""
expect_offer exit-codes weft help exi
case " $(offers weft train --device "") " in
    *" auto cpu gpu "*) ;;
    *) problem "devices: $(offers weft train --device "")" ;;
esac
for command in "${commands[@]}"; do
    expected=$({ options_of options; options_of "$command"; [ "$command" != train ] || options_of recipes; } | sed 's/^/--/' | xargs)
    expect_offer "$expected" weft "$command" --
done
end
rm -rf folder a.safetensors b.png "c d.safetensors" e.csv

if [ -n "$(type -P shellcheck)" ]; then
    begin "shellcheck of bash's completion"
    shellcheck "$work/files/weft.bash" >"$work/out" 2>&1 || problem "mandoc reports errors"
    end
fi

# zsh
"$weft" help zsh >"$work/files/_weft"
if [ -n "$(type -P zsh)" ]; then
    begin "zsh"
    zsh -n "$work/files/_weft" 2>"$work/err" || problem "syntax errors"
    expect_empty err
    [ "$(head -n 1 "$work/files/_weft")" = "#compdef weft" ] || problem "no #compdef"
    zsh -f -c 'autoload -U compinit && compinit -u -D && source "$1" && [[ $_comps[weft] == _weft ]]' \
        zsh "$work/files/_weft" 2>"$work/err" </dev/null || problem "the function is not registered"
    # offers_of_zsh WORDS...: prints what zsh's function passes to _describe, without descriptions.
    offers_of_zsh() {
        zsh -f -c 'compdef() { :; }; compset() { PREFIX=${PREFIX#*=}; }
            _describe() { print -r -- ${offers%%:*}; }; _files() { print -r -- files $*; }
            source "$1"; shift; words=("$@"); CURRENT=$#; PREFIX=$words[-1]; _weft' \
            zsh "$work/files/_weft" "$@"
    }
    for command in "${commands[@]}"; do
        for option in $(options_of "$command"); do
            case " $(offers_of_zsh weft "$command" --) " in
                *" --$option "*) ;;
                *) problem "$command: no --$option" ;;
            esac
        done
    done
    [ "$(offers_of_zsh weft train --order "")" = "shuffled file" ] || problem "the orders: $(offers_of_zsh weft train --order "")"
    [ "$(offers_of_zsh weft evaluate --split=t)" = "train test" ] || problem "the splits: $(offers_of_zsh weft evaluate --split=t)"
    [ "$(offers_of_zsh weft train --out "")" = "files -/" ] || problem "the folders: $(offers_of_zsh weft train --out "")"
    [ "$(offers_of_zsh weft predict "")" = "files -g *.safetensors *.png *.PNG" ] || problem "the pictures: $(offers_of_zsh weft predict "")"
    [ "$(offers_of_zsh weft evaluate "")" = "files -g *.safetensors" ] || problem "the models: $(offers_of_zsh weft evaluate "")"
    end
else
    skip zsh "no zsh"
fi

# fish
"$weft" help fish >"$work/files/weft.fish"
if [ -n "$(type -P fish)" ]; then
    # shown WORDS: prints the completions of fish, one a line, without descriptions.
    shown() {
        HOME=$work/files fish --no-config -c "source $work/files/weft.fish; complete -C '$1'" 2>&1 | cut -f 1 | xargs
    }
    expect_shown() {
        ran="completion of $2"
        [ "$(shown "$2")" = "$1" ] || problem "$2: shows $(shown "$2"), not $1"
    }
    begin "fish"
    fish --no-execute "$work/files/weft.fish" 2>"$work/err" || problem "syntax errors"
    expect_empty err
    expect_shown train "weft tr"
    expect_shown --order "weft train --orde" # fish 4 also completes inside words
    expect_shown "file shuffled" "weft train --order "
    expect_shown exit-codes "weft help ex"
    expect_shown Ankle-boot "weft samples --class A"
    expect_shown "--split=test --split=train" "weft evaluate --split=t"
    touch m.safetensors m.txt
    expect_shown m.safetensors "weft evaluate m"
    rm m.safetensors m.txt
    [ "$(shown "weft evaluate --" | wc -w)" -eq "$({ options_of options; options_of evaluate; } | wc -l)" ] ||
        problem "options of evaluate: $(shown "weft evaluate --")"
    end
else
    skip fish "no fish"
fi

finish
