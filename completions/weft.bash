# bash completion of weft, also printed by "weft help bash". weft itself says what can follow: weft help complete.
# shellcheck shell=bash

# Names of files and folders. The shell then adds quotes, and a slash after a folder.
_weft_paths() {
    local path
    while IFS= read -r path; do
        COMPREPLY+=("$path")
    done < <(compgen "$@" -- "$current")
    compopt -o filenames 2>/dev/null
}

_weft() {
    local current=${COMP_WORDS[COMP_CWORD]} word line ending
    local -a words=()
    COMPREPLY=()
    # --split=test comes as three words.
    [ "$current" != "=" ] || current=""
    for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}" "$current"; do
        [ "$word" = "=" ] || words+=("$word")
    done
    while IFS= read -r line; do
        line=${line%%$'\t'*} # without the description
        case $line in
            :folders) _weft_paths -d ;;
            :files) _weft_paths -f ;;
            :files\ *)
                _weft_paths -d
                for ending in ${line#:files }; do
                    _weft_paths -f -X "!*$ending"
                done
                ;;
            "$current"*) COMPREPLY+=("$line") ;;
        esac
    done < <(weft help complete "${words[@]}" 2>/dev/null)
}

complete -F _weft weft
