# fish completion of weft, also printed by "weft help fish". weft itself says what can follow: weft help complete.

function __weft_complete
    set -l words (commandline -opc)[2..-1]
    set -l current (commandline -ct)
    set -l prefix ''
    # In --split=test, the value is completed.
    if string match -qr -- '^--[^=]+=' "$current"
        set -l parts (string split -m 1 = -- $current)
        set words $words $parts[1]
        set current $parts[2]
        set prefix $parts[1]=
    end
    for line in (weft help complete $words "$current" 2>/dev/null)
        switch $line
            case ':folders'
                __fish_complete_directories "$current"
            case ':files'
                __fish_complete_path "$current"
            case ':files *'
                __fish_complete_directories "$current"
                for ending in (string split ' ' -- $line)[2..-1]
                    for file in $current*$ending
                        echo $prefix$file
                    end
                end
            case '*'
                echo $prefix$line
        end
    end
end

complete -c weft -f -a '(__weft_complete)'
