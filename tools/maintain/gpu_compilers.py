"""gpu_compilers.py: clang for GPUs, with the OpenCL functions of libclc, and NVIDIA's ptxas."""
import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile

from gpu_assembly import read_amd, read_ptx

LIMIT = 600  # seconds for one program
FLAGS = ["-x", "cl", "-cl-std=CL1.2", "-O3", "-nogpulib", "-Xclang", "-finclude-default-header", "-Wno-linker-warnings",
         "-Wno-unused-command-line-argument", "-Wno-override-module", "-Wno-unknown-warning-option", "-S", "-o", "-", "-"]
PTXAS_TARGETS = ("sm_80", "sm_86", "sm_90")
TRIAL = "kernel void trial(global float *x) { x[get_global_id(0)] = fma(x[0], x[1], x[2]); }"


class Failed(Exception):
    """A compiler failed."""


class Target:
    """A processor that clang compiles for."""

    def __init__(self, name, triple, library, read):
        self.name, self.triple, self.library, self.read = name, triple, library, read


TARGETS = [Target("sm_80", "nvptx64--nvidiacl", "nvptx64--nvidiacl.bc", read_ptx)] + [
    Target(name, "amdgcn-amd-amdhsa", "amdgcn--amdhsa.bc", read_amd) for name in ("gfx803", "gfx906", "gfx1030", "gfx1100")]


def run(command, text):
    try:
        result = subprocess.run(command, input=text, capture_output=True, text=True, timeout=LIMIT, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Failed(f"{command[0]}: {error}") from None
    if result.returncode != 0:
        lines = [line for line in result.stderr.split("\n") if "error" in line] or result.stderr.split("\n")
        raise Failed(f"{command[0]}: exit code {result.returncode}: {lines[0].strip()[:300]}")
    return result.stdout


class Clang:
    """A clang with its libclc."""

    def __init__(self, program, folder):
        self.program, self.folder = program, folder
        self.version = re.search(r"version (\d+)", run([program, "--version"], ""))[1]

    def compile(self, source, target, options=()):
        """Returns the assembly of ${source}."""
        library = os.path.join(self.folder, target.library)
        return run([self.program, "-target", target.triple, "-Xclang", "-target-cpu", "-Xclang", target.name, "-Xclang",
                    "-mlink-builtin-bitcode", "-Xclang", library, *options, *FLAGS], source)


def find_clang(preferred):
    """Returns the first clang that compiles for both makers: one of the versions ${preferred}, else the newest. Fails with the
    reason why the last one cannot."""
    names = {os.path.basename(path) for folder in os.environ.get("PATH", "").split(":")
             for path in glob.glob(f"{folder}/clang-[0-9]*") if re.search(r"clang-\d+$", path)}
    order = sorted(names, key=lambda name: (name[6:] in preferred, int(name[6:])), reverse=True)
    folders = sorted(glob.glob("/usr/lib/clc") + glob.glob("/usr/share/clc") + glob.glob("/usr/lib/llvm-*/share/clc") +
                     glob.glob("/usr/lib/llvm-*/lib/clc") + glob.glob("/usr/lib/clang/*/share/clc"))
    folders = [folder for folder in folders if all(os.path.exists(f"{folder}/{target.library}") for target in TARGETS)]
    if not folders:
        raise Failed("no libclc with NVIDIA's and AMD's functions (Debian 12's libclc-15)")
    why = "no clang-VERSION in PATH (Debian 12's clang-15)"
    for program in order:
        for folder in folders:
            clang = Clang(program, folder)
            try:
                for target in TARGETS[:2]:
                    clang.compile(TRIAL, target)
                return clang
            except Failed as error:
                why = str(error)
    raise Failed(why)


def find_ptxas():
    """Returns a path of ptxas, which pip downloads from the Python package index at the first call."""
    cache = os.path.join(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "weft-gpu-code")
    if os.path.exists(f"{cache}/ptxas"):
        return f"{cache}/ptxas"
    os.makedirs(cache, exist_ok=True)
    run([sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--no-cache-dir", "-d", cache, "nvidia-cuda-nvcc-cu12"], "")
    for wheel in glob.glob(f"{cache}/*.whl"):
        with zipfile.ZipFile(wheel) as archive:
            member = next(name for name in archive.namelist() if name.endswith("/bin/ptxas"))
            with archive.open(member) as source, open(f"{cache}/ptxas.part", "wb") as copy:
                shutil.copyfileobj(source, copy)
        os.remove(wheel)
    os.chmod(f"{cache}/ptxas.part", 0o755)
    os.rename(f"{cache}/ptxas.part", f"{cache}/ptxas")
    return f"{cache}/ptxas"


def run_ptxas(ptxas, assembly, target):
    """Returns the registers and the bytes of spills of each kernel of ${assembly}, on ${target}."""
    with tempfile.NamedTemporaryFile("w", suffix=".ptx", encoding="utf-8") as file:
        file.write(assembly)
        file.flush()
        result = subprocess.run([ptxas, "-v", f"-arch={target}", "-o", os.devnull, file.name], capture_output=True,
                                text=True, timeout=LIMIT, check=False)
    if result.returncode != 0:
        raise Failed(f"ptxas: exit code {result.returncode}: {result.stderr.strip()[:300]}")
    numbers, name = {}, None
    for line in result.stderr.split("\n"):
        entry = re.search(r"Compiling entry function '(\w+)'", line)
        name = entry[1] if entry else name
        for key, pattern in (("spills", r"(\d+) bytes spill stores"), ("registers", r"Used (\d+) registers")):
            found = re.search(pattern, line)
            if found and name:
                numbers.setdefault(name, {}).setdefault(key, int(found[1]))
    return numbers
