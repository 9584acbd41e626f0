"""page_date.py: prints the date of the manual page: that of $SOURCE_DATE_EPOCH; otherwise that of
the last commit that changed its sources; otherwise, outside of a git repository, that of the
changelog, which tar keeps. It is never the day of the build, so that two builds of the same sources
are equal."""
import os
import subprocess
import time

root = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..")


def day(seconds):
    return time.strftime("%Y-%m-%d", time.gmtime(seconds))


def committed():
    """Seconds since 1970; None if the sources are not the root of a repository, or git is missing."""
    if not os.path.exists(os.path.join(root, ".git")):
        return None
    try:
        return int(subprocess.run(["git", "log", "-1", "--format=%ct", "--", "src/cli"], cwd=root,
                                  check=True, capture_output=True, text=True).stdout)
    except (OSError, ValueError, subprocess.CalledProcessError):
        return None


epoch = os.environ.get("SOURCE_DATE_EPOCH")
seconds = int(epoch) if epoch else committed()
print(day(seconds if seconds is not None else os.stat(os.path.join(root, "CHANGELOG.md")).st_mtime))
