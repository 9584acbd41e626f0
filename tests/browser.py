"""browser.py DRIVER FILE: opens FILE in headless Chromium through DRIVER (chromedriver) and does what a person would: clicks a cell,
moves on with the arrow keys, and looks at what then stands in the page. Prints what went wrong; silent when all is right."""
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
        wish = {"browserName": "chrome", "goog:chromeOptions": {"args": arguments},
                "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"}}
        self.base += "/session/" + self.call("POST", "/session", {"capabilities": {"alwaysMatch": wish}})["sessionId"]

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
    # the mistake that is made most often among the test images
    cell = browser.run("""return [...document.querySelectorAll('#matrix-r0-test button')].map(b => [b.id, +b.textContent])
        .filter(([id]) => id.split('-')[2] !== id.split('-')[3]).sort((a, b) => b[1] - a[1])[0]""")
    _, _, row, column = cell[0].split("-")
    wanted = [p for p in data["runs"][0]["test"] if p[0] == int(row) and p[1] == int(column)]
    assert wanted == sorted(wanted, key=lambda p: -p[3]), "most confident mistakes are not first"
    button = browser.find("#" + cell[0])
    browser.call("POST", f"/element/{button}/click", {})
    seen = browser.run("""const p = document.getElementById('pictures-r0-test');
        return [p.querySelector('h4').textContent, [...p.querySelectorAll('li span:first-of-type')].map(s => s.textContent),
                p.querySelector('i').getBoundingClientRect().width, location.hash]""")
    classes = data["runs"][0]["classes"]
    assert seen[0] == f"{cell[1]} {classes[int(row)]}, taken for {classes[int(column)]}", seen[0]
    assert seen[1] == [f"test:{p[2]}" for p in wanted], (seen[1], wanted)
    assert seen[2] > 50 and seen[3] == "#" + cell[0], seen
    # by keyboard: the next cell to the right that has images
    browser.call("POST", f"/element/{button}/value", {"text": KEYS["right"]})
    focus = browser.run("return document.activeElement.id")
    assert focus != cell[0] or cell[1] == 0, "an arrow key did not move"
    browser.call("POST", f"/element/{browser.find('#' + focus)}/value", {"text": KEYS["enter"]})
    assert browser.run("return location.hash") == "#" + focus, "Enter did not open the cell"
    assert browser.run("return document.querySelectorAll('button[aria-pressed=true]').length") == 1
    # nothing but the file itself was asked for, and the script had no complaint
    asked = [json.loads(entry["message"])["message"] for entry in browser.call("POST", "/se/log", {"type": "performance"})]
    urls = [m["params"]["request"]["url"] for m in asked if m["method"] == "Network.requestWillBeSent"]
    assert all(u.startswith(("file:", "data:")) for u in urls), urls
    complaints = browser.call("POST", "/se/log", {"type": "browser"})
    assert not [c for c in complaints if "favicon" not in c["message"]], complaints
    # no sideways scrolling of the whole page, on a phone either
    for width in 1280, 500:
        browser.call("POST", "/window/rect", {"width": width, "height": 900})
        over = browser.run("return document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert over <= 0, f"the page is {over} pixels too wide at {width}"


def main():
    browser = Browser(sys.argv[1], ["--window-size=1280,900"])
    try:
        check(browser, pathlib.Path(sys.argv[2]))
    finally:
        browser.close()


main()
