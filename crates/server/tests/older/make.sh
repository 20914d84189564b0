#!/bin/sh
# Makes the folder of an older server, and what it answers: ./make.sh PATH-OF-THE-OLD-BINARY
# The one that is here was made by commit 44900c0. It needs curl and python3; run it in this folder.
set -eu
old=$1
rm -rf data answers && mkdir answers
python3 - > history.ndjson <<'PY'
import datetime, json
start = datetime.datetime(2026, 1, 10, 9, tzinfo=datetime.timezone.utc)
at = lambda minutes: (start + datetime.timedelta(minutes=minutes)).strftime('%Y-%m-%dT%H:%M:%S.000Z')
uuid = lambda kind, n: f'{kind:08x}-0000-4000-8000-{n:012x}'
for n in range(60):
    begin, stays = n * 97, []
    for p in range(1 + n % 4):
        stays.append({'peer': uuid(0x20, n * 8 + p), 'participant': uuid(0x30, (n % 6) * 8 + p), 'name': f'Änne {p}',
                      'custom_participant_id': f'person-{p}', 'user_id': f'person-{p}',
                      'joined_at': at(begin + p), 'left_at': at(begin + 20 + 7 * p)})
    print(json.dumps({'app': 'older', 'meeting': {'id': uuid(0x40, n % 6), 'title': f'Weekly {n % 6}', 'is_room': n % 6 > 3,
                      'created_at': at(0)},
                      'session': {'id': uuid(0x10, n), 'started_at': at(begin), 'ended_at': at(begin + 60)},
                      'stays': stays}))
PY
serve() {
  rm -f ready.json
  "$old" serve --data data --listen 127.0.0.1:0 --media 127.0.0.1:0 --metrics-listen 127.0.0.1:0 \
    --archive-from-sessions 1 --archive-seal-sessions 2 > ready.json 2> log.txt &
  pid=$!
  while [ ! -s ready.json ]; do sleep 0.1; done
  http=$(python3 -c 'import json; print(json.load(open("ready.json"))["http"])')
}
serve
of() { python3 -c 'import json, sys; print(json.load(open("data/first-run.json"))[sys.argv[1]])' "$1"; }
account=$(of account_id) app=$(of app_id) token=$(of api_token)
sed -i "s/\"older\"/\"$app\"/" history.ndjson
kill $pid && wait $pid
"$old" import history.ndjson --data data
serve
kit=$http/client/v4/accounts/$account/realtime/kit/$app
ask() { curl -sf -H "Authorization: Bearer $token" "$@"; }
meeting=$(ask -d '{"title":"Now"}' -H 'content-type: application/json' "$kit/meetings" |
  python3 -c 'import json, sys; print(json.load(sys.stdin)["data"]["id"])')
for preset in group_call_host webinar_viewer; do
  ask -d "{\"custom_participant_id\":\"$preset\",\"preset_name\":\"$preset\"}" -H 'content-type: application/json' \
    "$kit/meetings/$meeting/participants" > "answers/token-$preset.json"
done
# What the list of a large app answers from is sealed by and by.
until [ "$(find data/archive -type f | wc -l)" -ge 3 ]; do sleep 0.2; done
cat > answers/paths <<EOF
sessions /client/v4/accounts/$account/realtime/kit/$app/sessions?per_page=50
deep /client/v4/accounts/$account/realtime/kit/$app/sessions?per_page=7&page_no=5
minutes /client/v4/accounts/$account/realtime/kit/$app/sessions?sort_by=minutesConsumed&sort_order=ASC&per_page=50
search /client/v4/accounts/$account/realtime/kit/$app/sessions?search=ekly%202
one /client/v4/accounts/$account/realtime/kit/$app/sessions/00000010-0000-4000-8000-000000000007
people /client/v4/accounts/$account/realtime/kit/$app/sessions/00000010-0000-4000-8000-000000000007/participants?include_peer_events=true
meetings /client/v4/accounts/$account/realtime/kit/$app/meetings?per_page=50
participants /client/v4/accounts/$account/realtime/kit/$app/meetings/$meeting/participants
presets /client/v4/accounts/$account/realtime/kit/$app/presets
rooms /v1/rooms
stays /v1/rooms/00000040-0000-4000-8000-000000000004/sessions?limit=100
EOF
while read -r name path; do ask "$http$path" > "answers/$name.json"; done < answers/paths
kill $pid && wait $pid
"$old" export --data data > answers/export.ndjson
rm -f ready.json log.txt history.ndjson data/lock
