"""browser.py: checks reports in headless Chromium.

usage: browser.py DRIVER FILE OTHER...

Opens FILE through DRIVER (chromedriver), clicks a cell, moves with the arrow keys, and checks the page. Checks FILE and
each OTHER on a wide screen, with the dark theme, on a phone and on paper. The last line of the output is the failure.
"""
import base64
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

KEYS = {"right": "\ue014", "enter": "\ue007"}


class Browser:
    def __init__(self, driver, options):
        self.log = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen([driver, "--port=0"], stdout=self.log, stderr=subprocess.STDOUT)
        self.opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            self.start(options)
        except BaseException:
            self.process.terminate()
            raise

    def start(self, options):
        self.base = f"http://127.0.0.1:{self.port()}"
        arguments = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"] + options
        capabilities = {"browserName": "chrome", "goog:chromeOptions": {"args": arguments},
                "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"}}
        self.base += "/session/" + self.call("POST", "/session", {"capabilities": {"alwaysMatch": capabilities}})["sessionId"]

    def port(self):
        for _ in range(300):
            self.log.seek(0)
            found = re.search(r"successfully on port (\d+)", self.log.read())
            if found:
                return found.group(1)
            time.sleep(0.1)
        raise RuntimeError("the driver did not start")

    def call(self, method, path, body=None):
        request = urllib.request.Request(self.base + path, method=method, data=None if body is None else json.dumps(body).encode(),
                                         headers={"Content-Type": "application/json"})
        try:
            with self.opener.open(request, timeout=120) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise RuntimeError(json.load(error)["value"]["message"].splitlines()[0]) from None

    def command(self, name, **parameters):
        """A command of the Chrome DevTools protocol."""
        return self.call("POST", "/goog/cdp/execute", {"cmd": name, "params": parameters})

    def find(self, selector):
        return next(iter(self.call("POST", "/element", {"using": "css selector", "value": selector}).values()))

    def run(self, script):
        return self.call("POST", "/execute/sync", {"script": script, "args": []})

    def close(self):
        try:
            self.call("DELETE", "")
        finally:
            self.process.terminate()
            self.process.wait()


def check(browser, page):
    html = page.read_text(encoding="utf-8")
    data = json.loads(re.search(r'id="data">(.*?)</script>', html, re.S).group(1))
    browser.call("POST", "/url", {"url": page.resolve().as_uri()})
    # the most frequent mistake on the test images
    cell = browser.run("""return [...document.querySelectorAll('#matrix-r0-test button')].map(b => [b.id, +b.textContent])
        .filter(([id]) => id.split('-')[2] !== id.split('-')[3]).sort((a, b) => b[1] - a[1])[0]""")
    _, _, row, column = cell[0].split("-")
    expected = [p for p in data["runs"][0]["test"] if p[0] == int(row) and p[1] == int(column)]
    assert expected == sorted(expected, key=lambda p: -p[3]), "most confident mistakes are not first"
    button = browser.find("#" + cell[0])
    browser.call("POST", f"/element/{button}/click", {})
    seen = browser.run("""const p = document.getElementById('pictures-r0-test');
        return [p.querySelector('h4').textContent, [...p.querySelectorAll('li span:first-of-type')].map(s => s.textContent),
                p.querySelector('i').getBoundingClientRect().width, location.hash]""")
    classes = data["runs"][0]["classes"]
    assert seen[0] == f"{cell[1]} {classes[int(row)]}, predicted as {classes[int(column)]}", seen[0]
    assert seen[1] == [f"test:{p[2]}" for p in expected], (seen[1], expected)
    assert seen[2] > 50 and seen[3] == "#" + cell[0], seen
    # by keyboard: the next cell to the right that has images
    browser.call("POST", f"/element/{button}/value", {"text": KEYS["right"]})
    focus = browser.run("return document.activeElement.id")
    assert focus != cell[0] or cell[1] == 0, "an arrow key did not move"
    browser.call("POST", f"/element/{browser.find('#' + focus)}/value", {"text": KEYS["enter"]})
    assert browser.run("return location.hash") == "#" + focus, "Enter did not open the cell"
    assert browser.run("return document.querySelectorAll('button[aria-pressed=true]').length") == 1
    # the page requested no other file, and its script reported nothing
    asked = [json.loads(entry["message"])["message"] for entry in browser.call("POST", "/se/log", {"type": "performance"})]
    urls = [m["params"]["request"]["url"] for m in asked if m["method"] == "Network.requestWillBeSent"]
    assert all(u.startswith(("file:", "data:")) for u in urls), urls
    messages = browser.call("POST", "/se/log", {"type": "browser"})
    assert not [c for c in messages if "favicon" not in c["message"]], messages


# Colours of the body, of the name of a class, and of the training curve.
COLOURS = """const style = (s) => getComputedStyle(document.querySelector(s));
    return [style('body').backgroundColor, style('.classes tbody th').color, style('.curves polyline:last-of-type').stroke]"""


def look(browser, page):
    """What each page must fulfil: on a wide screen, with the dark theme, on a phone and on paper."""
    browser.call("POST", "/url", {"url": page.resolve().as_uri()})
    seen = {}
    # no horizontal scrolling of the page; the curves are inside it
    for width, mobile, theme in (1280, False, "light"), (1280, False, "dark"), (390, True, "light"):
        browser.command("Emulation.setDeviceMetricsOverride", width=width, height=844, deviceScaleFactor=1, mobile=mobile)
        browser.command("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": theme}])
        width_of_page, visible = browser.run("return [document.documentElement.scrollWidth, document.documentElement.clientWidth]")
        assert width_of_page <= visible, f"the page is {width_of_page - visible} pixels too wide at {width}"
        curves = browser.run("return [...document.querySelectorAll('.curves svg')].map(s => s.getBoundingClientRect())")
        assert curves and all(c["width"] > 300 and c["right"] <= width for c in curves), (width, curves)
        seen[width, theme] = browser.run(COLOURS)
    assert all(a != b for a, b in zip(seen[1280, "light"], seen[1280, "dark"])), seen
    browser.command("Emulation.clearDeviceMetricsOverride")
    browser.command("Emulation.setEmulatedMedia", features=[])
    paper = base64.b64decode(browser.command("Page.printToPDF")["data"])
    pages = paper.count(b"/Type /Page\n") or paper.count(b"/Type /Page ")
    assert paper.startswith(b"%PDF-") and 0 < pages < 30, f"{pages} pages of paper"
    messages = browser.call("POST", "/se/log", {"type": "browser"})
    assert not [c for c in messages if "favicon" not in c["message"]], messages
    titles = browser.run("return [...document.querySelectorAll('.cells button')].filter(b => !b.title || !b.id).length")
    assert titles == 0, f"{titles} cells have no name"


def main():
    browser = Browser(sys.argv[1], ["--window-size=1280,900"])
    try:
        check(browser, pathlib.Path(sys.argv[2]))
        for page in sys.argv[2:]:
            look(browser, pathlib.Path(page))
            print("looked at", page)
    finally:
        browser.close()


main()
