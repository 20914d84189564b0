"""Checks signatures of webhooks with the samples of the documentation and with the library of PyPI.

Reads one line of JSON: the server's URL, a secret or none, code blocks, and requests with headers and a body in Base64. Writes
what each way says of each request.
"""

import base64
import json
import sys

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

asked = json.load(sys.stdin)
names = {}
for block in asked["blocks"]:
    # Each is a file of its own at its reader's.
    module = {}
    exec(compile(block, "docs/webhooks.md", "exec"), module)
    names.update((name, value) for name, value in module.items() if name.startswith("is_signed"))


def with_library(secret, headers, body):
    try:
        Webhook(secret).verify(body, headers)
        return True
    except WebhookVerificationError:
        return False


def look(request):
    headers, body = request["headers"], base64.b64decode(request["body"])
    said = {"key": names["is_signed_by_server"](asked["server"], headers, body)}
    if secret := asked.get("secret"):
        said["secret"] = names["is_signed_with_secret"](secret, headers, body)
        said["library"] = with_library(secret, headers, body)
    return said


print(json.dumps([look(request) for request in asked["requests"]]))
