# debian.sh: tools/matrix/run --in FOLDER: the same in another Debian, which debootstrap installed
# in FOLDER.
# shellcheck shell=bash disable=SC2154 # the variables are those of tools/matrix/run

# run_in_debian ROOT OPTION...: copies the committed sources into ROOT, builds there and replaces
# this process by tools/matrix/run OPTION... in ROOT. Needs root: it mounts /proc, /sys, /dev and
# /tmp in a mount namespace of its own.
run_in_debian() {
    local root=$1 packages="tools/install-packages build run test" processor="" architectures
    shift
    architectures=$(dpkg --print-architecture)-$(chroot "$root" dpkg --print-architecture) || exit 1
    if [ "${architectures%-*}" != "${architectures#*-}" ]; then
        processor=${architectures#*-}
        [ "$architectures" = amd64-i386 ] || processor="$processor, by qemu"
        packages="tools/install-packages build run && apt-get install -y --no-install-recommends mesa-opencl-icd"
    fi
    rm -rf "$root/root/weft"
    git clone -q "$source" "$root/root/weft" || exit 1
    # shellcheck disable=SC2016 # the inner shells expand it
    exec unshare -m bash -c '
        root=$1 processor=$2 packages=$3
        shift 3
        mount --make-rprivate / && mount -t proc proc "$root/proc" && mount -t sysfs sysfs "$root/sys" &&
            mount --rbind /dev "$root/dev" && mount -t tmpfs tmpfs "$root/tmp" || exit
        exec env -i PATH="$PATH" HOME=/root LANG=C.UTF-8 MATRIX_PROCESSOR="$processor" DEBIAN_FRONTEND=noninteractive \
            ${OCL_ICD_VENDORS:+OCL_ICD_VENDORS=$OCL_ICD_VENDORS} chroot "$root" bash -c "
                cd /root/weft && { $packages && meson setup build && ninja -C build src/cli/weft; } >/tmp/log 2>&1 ||
                    { cat /tmp/log >&2; exit 1; }
                exec tools/matrix/run \"\$@\"" matrix "$@"' in "$root" "$processor" "$packages" "$@"
}
