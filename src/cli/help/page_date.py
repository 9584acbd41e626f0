"""page_date.py: the date of the manual page, on stdout: of $SOURCE_DATE_EPOCH, else of the last commit that changed what it is made
of, else, in a folder that git does not know, of the changelog, as tar has kept it. It never is the day of the build, so that two
builds of the same sources are equal."""
import os
import subprocess
import time

root = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..")


def day(seconds):
    return time.strftime("%Y-%m-%d", time.gmtime(seconds))


def committed():
    """Seconds since 1970, or None where the sources are no repository of their own, or git is missing."""
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
