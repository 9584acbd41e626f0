"""fetch_server.py: a mirror of the data set on localhost that misbehaves on request, for test_fetch_data.sh.

usage: fetch_server.py FOLDER PORT_FILE LOG_FILE

Serves the files of FOLDER under these paths. Writes its port to PORT_FILE when it is ready, and a line "PATH RANGE"
to LOG_FILE for each request (RANGE is "-" without a range):

  /ranges/NAME   with range requests
  /plain/NAME    without range requests: always the complete file
  /cut/NAME      with range requests, but the response to a request for the complete file ends in the middle
  /wrong/NAME    a gzip file of other content
  /page/NAME     an HTML page

Other paths are not found (404).
"""

import gzip
import os
import re
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

folder, port_file, log_file = sys.argv[1:]


class Mirror(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def content(self, mode, name):
        if mode == "wrong":
            return gzip.compress(b"not an image " * 5000, mtime=0)
        if mode == "page":
            return b"<!DOCTYPE html><title>Please log in</title>" * 100
        path = os.path.join(folder, os.path.basename(name))
        if mode in ("ranges", "plain", "cut") and os.path.isfile(path):
            with open(path, "rb") as file:
                return file.read()
        return None

    def do_GET(self):
        requested = self.headers.get("Range")
        with open(log_file, "a") as log:
            log.write(f"{self.path} {requested or '-'}\n")
        mode, _, name = self.path.lstrip("/").partition("/")
        content = self.content(mode, name)
        if content is None:
            return self.send_error(404)
        first = 0
        if requested and mode not in ("plain", "page"):
            first = int(re.fullmatch(r"bytes=(\d+)-", requested)[1])
            if first >= len(content):
                return self.send_error(416)
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {first}-{len(content) - 1}/{len(content)}")
        else:
            self.send_response(200)
        self.send_header("Content-Length", str(len(content) - first))
        self.end_headers()
        if mode == "cut" and not requested:
            content = content[: len(content) // 2]
            self.close_connection = True
        self.wfile.write(content[first:])

    def log_message(self, *arguments):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Mirror)
with open(port_file + ".new", "w") as file:
    file.write(str(server.server_address[1]))
os.rename(port_file + ".new", port_file)
server.serve_forever()
