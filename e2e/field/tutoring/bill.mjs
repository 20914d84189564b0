/** The bill of a lesson, from the events of its room: any order, nothing but what they say. */
import { clock, seconds, together, union } from '../spans.mjs';

const ms = (time) => Date.parse(time);

/**
 * `plan`: `{room, name, hourly_rate, members: [{user_id, name, type}]}`. Billed is Pagecall's `meeting_time`, the whole seconds in
 * which two or more members are in the room; a monitor only watches. Who is still there is so until `now`.
 */
export function bill(plan, events, now) {
  const sessions = new Map();
  for (const { action, payload } of events.filter(({ payload }) => payload.roomId === plan.room)) {
    const edge = action === 'sessionJoined' ? 'from' : 'to';
    const known = sessions.get(payload.sessionId);
    sessions.set(payload.sessionId, { ...known, user: payload.userId, [edge]: ms(payload.timestamp) });
  }
  const all = [...sessions.values()];
  // A session of which only the end came yet is not known to have been any time.
  const spansOf = (id) => union(all.filter(({ user }) => user === id).map(({ from, to = now }) => ({ from: from ?? to, to })));
  const members = plan.members.map((member) => ({ ...member, spans: spansOf(member.user_id) }));
  const taught = together(members.filter(({ type }) => type !== 'monitor').map(({ spans }) => spans), 2);
  const lines = members.map(({ user_id, name, type, spans }) => ({
    user_id,
    name,
    type,
    connected_seconds: seconds(spans),
    billed_seconds: type === 'monitor' ? 0 : seconds(together([spans, taught], 2)),
  }));
  const meeting_time = seconds(taught);
  return {
    name: plan.name,
    everybody_left: all.length > 0 && all.every(({ from, to }) => from && to),
    members: lines,
    meeting_time,
    sum_seconds: lines.reduce((sum, line) => sum + line.billed_seconds, 0),
    amount: Math.round((meeting_time * plan.hourly_rate) / 36) / 100,
  };
}

/** As it is sent. */
export function print({ name, members, meeting_time, sum_seconds, amount }) {
  const line = (who, connected, billed) => [who.padEnd(12), connected.padStart(9), billed.padStart(9)].join('  ');
  return [
    line(name, 'there', 'billed'),
    ...members.map((m) => line(m.name, clock(m.connected_seconds), clock(m.billed_seconds))),
    line('sum', '', clock(sum_seconds)),
    `meeting time ${clock(meeting_time)}, to pay ${amount.toFixed(2)}`,
  ].join('\n');
}
