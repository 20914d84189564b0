"""Reads the session list with the official Python SDK, once for every line on standard input.

Arguments: base URL, API token, account, app. A line is a JSON object of query parameters of `get_sessions`; the
answer is one line: {"sessions": [...], "total": n} or {"error": "...", "status": n}.
"""

import json
import sys

import cloudflare
from cloudflare import Cloudflare

base_url, token, account, app = sys.argv[1:5]
client = Cloudflare(api_token=token, base_url=base_url, max_retries=0)

for line in sys.stdin:
    try:
        found = client.realtime_kit.sessions.get_sessions(app, account_id=account, **json.loads(line))
        sessions = [session.model_dump(exclude_unset=True) for session in found.data.sessions]
        answer = {"sessions": sessions, "total": found.paging.total_count}
    except cloudflare.APIError as error:
        answer = {"error": str(error), "status": getattr(error, "status_code", None)}
    print(json.dumps(answer), flush=True)
