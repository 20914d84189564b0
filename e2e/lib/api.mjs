/** Both APIs from outside: the official SDKs for one, plain HTTP for the other. */
import Cloudflare from 'cloudflare';

/** The npm SDK against `server`: only the base URL differs from what its documentation says. No retries. */
export function nodeClient(server, token = server.token) {
  return new Cloudflare({ apiToken: token, baseURL: `${server.http}/client/v4`, maxRetries: 0 });
}

/** Where the Python SDK finds `server`. */
export const pythonBase = (server) => `${server.http}/client/v4`;

/** The session list through the npm SDK. */
export async function nodeSessions(client, { account, app }, query = {}) {
  const { data, paging } = await client.realtimeKit.sessions.getSessions(app, { account_id: account, ...query });
  return { sessions: data.sessions, total: paging.total_count };
}

/** All stays of a room, oldest first, through the Pagecall API. */
export async function stays(server, room, query = '') {
  const answer = await fetch(`${server.http}/v1/rooms/${room}/sessions${query}`, {
    headers: { authorization: `Bearer ${server.token}` },
  });
  if (answer.status !== 200) throw new Error(`stays: ${answer.status} ${await answer.text()}`);
  const { sessions } = await answer.json();
  return sessions.reverse();
}

/** A meeting made with the npm SDK. Returns its id. */
export async function makeMeeting(server, title, more = {}) {
  const made = await nodeClient(server).realtimeKit.meetings.create(server.app, { account_id: server.account, title, ...more });
  return made.data.id;
}

/** A participant made with the npm SDK: `{id, token}`. */
export async function addParticipant(server, meeting, name, preset = 'group_call_participant') {
  const made = await nodeClient(server).realtimeKit.meetings.addParticipant(meeting, {
    account_id: server.account,
    app_id: server.app,
    name,
    preset_name: preset,
    custom_participant_id: `user-${name}`,
  });
  return { id: made.data.id, token: made.data.token };
}

/** The Pagecall spelling of an id that the server made: the 96 bits that a version 8 UUID carries, as 24 hex digits. */
export function shortId(uuid) {
  const all = BigInt(`0x${uuid.replaceAll('-', '')}`);
  const bits = (from, count) => (all >> BigInt(from)) & ((1n << BigInt(count)) - 1n);
  const short = (bits(80, 48) << 48n) | (bits(64, 12) << 36n) | bits(26, 36);
  return short.toString(16).padStart(24, '0');
}
