"""Calls the official Python SDK, once for every line on standard input.

Arguments: base URL, API token. A line is {"name": "sessions.get_sessions", "id": "…", "params": {…}}: a method below
`realtime_kit`, what it takes first (if anything), and the rest; or {"post": "/accounts/…", "body": {…}}, what the SDK has no
method for. The answer is one line: {"answer": …} or {"error": "…", "kind": "…", "status": n}, with the "requests" that
went out. Answers are validated strictly: a field of another type than the SDK says is an error of the kind
APIResponseValidationError.
"""

import json
import sys
from operator import attrgetter

import cloudflare
from cloudflare import Cloudflare, DefaultHttpxClient

base_url, token = sys.argv[1:3]
requests = []


def sent(response):
    requests.append({"method": response.request.method, "url": str(response.request.url), "status": response.status_code})


client = Cloudflare(
    api_token=token,
    base_url=base_url,
    max_retries=0,
    http_client=DefaultHttpxClient(event_hooks={"response": [sent]}),
    _strict_response_validation=True,
)


def call(asked):
    if "post" in asked:
        return client.post(asked["post"], cast_to=object, body=asked["body"])
    method = attrgetter(asked["name"])(client.realtime_kit)
    first = [] if asked.get("id") is None else [asked["id"]]
    return method(*first, **asked["params"]).model_dump(mode="json", exclude_unset=True)


for line in sys.stdin:
    requests.clear()
    try:
        told = {"answer": call(json.loads(line))}
    except cloudflare.APIError as error:
        told = {"error": str(error), "kind": type(error).__name__, "status": getattr(error, "status_code", None)}
    print(json.dumps({**told, "requests": requests}), flush=True)
