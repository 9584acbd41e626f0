"""revision.py FILE VERSION: writes revision.h: the revision of the sources, and the date of the manual page.

The revision is that of git, or VERSION outside of a repository. The date is that of $SOURCE_DATE_EPOCH, else of the last
commit that changed src/cli, else of the changelog, as tar has kept it: never the day of the build, so that two builds of
the same sources are equal. With - for FILE, prints the header.
"""
import os
import subprocess
import sys
import time

root = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")


def git(*arguments):
    """The output of git, or None in a folder that is not a repository of its own, and without git."""
    if not os.path.exists(os.path.join(root, ".git")):
        return None
    try:
        return subprocess.run(["git", *arguments], cwd=root, check=True, capture_output=True, text=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return None


path, version = sys.argv[1:]
seconds = os.environ.get("SOURCE_DATE_EPOCH") or git("log", "-1", "--format=%ct", "--", "src/cli")
day = time.gmtime(int(seconds) if seconds else os.stat(os.path.join(root, "CHANGELOG.md")).st_mtime)
text = f"""/* revision.h: made by revision.py. */
#define WEFT_REVISION  "{git("describe", "--tags", "--always", "--dirty") or version}"
#define WEFT_PAGE_DATE "{time.strftime("%Y-%m-%d", day)}"
"""
if path == "-":
    print(text, end="")
elif not os.path.exists(path) or open(path, encoding="utf-8").read() != text:
    # Unchanged otherwise, so that nothing is compiled again.
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
