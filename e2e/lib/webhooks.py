"""The six operations of webhooks with the official Python SDK, which here checks every answer against its types.

Arguments: base URL, API token, account, app. Writes one line of JSON: what each operation gave, by name.
"""

import json
import sys

import cloudflare
from cloudflare import Cloudflare

base_url, token, account, app = sys.argv[1:5]
client = Cloudflare(api_token=token, base_url=base_url, max_retries=0, _strict_response_validation=True)
webhooks = client.realtime_kit.webhooks
path = {"account_id": account, "app_id": app}
what = {"name": "Python", "url": "https://hooks.example.com/python", "events": ["meeting.started", "meeting.ended"]}


def plain(answer):
    assert answer.success is True
    data = answer.data
    return [plain_one(one) for one in data] if isinstance(data, list) else plain_one(data)


def plain_one(data):
    return data.model_dump(mode="json", exclude_unset=True)


made = webhooks.create_webhook(app, account_id=account, **what)
one = made.data.id
said = {
    "made": plain(made),
    "listed": plain(webhooks.get_webhooks(app, account_id=account)),
    "read": plain(webhooks.get_webhook_by_id(one, **path)),
    "edited": plain(webhooks.edit_webhook(one, **path, enabled=False)),
    "replaced": plain(webhooks.replace_webhook(one, **path, **{**what, "name": "Replaced"})),
    "deleted": plain(webhooks.delete_webhook(one, **path)),
}
try:
    webhooks.get_webhook_by_id(one, **path)
except cloudflare.NotFoundError as error:
    said["gone"] = error.status_code
print(json.dumps(said))
