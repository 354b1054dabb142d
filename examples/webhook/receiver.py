"""Receives webhooks and prints them. Needs nothing but Python: WEBHOOK_SECRET=whsec_… PORT=8000 python3 receiver.py"""
import base64, hashlib, hmac, http.server, json, os, time

SECRET = base64.b64decode(os.environ["WEBHOOK_SECRET"].removeprefix("whsec_"))

class Receiver(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        signed = f"{self.headers['webhook-id']}.{self.headers['webhook-timestamp']}.".encode() + body
        expected = "v1," + base64.b64encode(hmac.digest(SECRET, signed, hashlib.sha256)).decode()
        is_ours = any(hmac.compare_digest(one, expected) for one in self.headers["webhook-signature"].split())
        is_new = abs(time.time() - int(self.headers["webhook-timestamp"])) < 300
        self.send_response(204 if is_ours and is_new else 400)
        self.end_headers()
        if is_ours and is_new:
            print(self.headers["webhook-id"], json.loads(body)["type"], json.loads(body)["data"]["objectId"])

    def log_message(self, *arguments):
        pass

http.server.HTTPServer(("127.0.0.1", int(os.environ["PORT"])), Receiver).serve_forever()
