/** The bill of a lesson, from the events of its room: any order, nothing but what they say. */
import { clock, seconds, together, union } from '../spans.mjs';

const ms = (time) => Date.parse(time);

/**
 * `plan`: `{room, name, hourly_rate, members: [{user_id, name, type}]}`. Billed is Pagecall's `meeting_time`, the whole seconds in
 * which two or more members are in the room; a monitor only watches. Who is still there is so until `now`.
 */
export function bill(plan, events, now) {
  const all = visits(events.filter(({ payload }) => payload.roomId === plan.room));
  // Of whom only the exit came yet is not known to have been there any time.
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

/**
 * Who was there from when to when. A client that was away for so long that the call was over comes back with the id that it
 * had: so the entries of a session and its exits are paired in the order of their times.
 */
function visits(events) {
  const ids = [...new Set(events.map(({ payload }) => payload.sessionId))];
  return ids.flatMap((id) => {
    const own = events.filter(({ payload }) => payload.sessionId === id);
    const [{ payload: { userId: user } }] = own;
    const times = (name) => own.filter(({ action }) => action === name).map(({ payload }) => ms(payload.timestamp)).sort((a, b) => a - b);
    const [entries, exits] = [times('sessionJoined'), times('sessionLeft')];
    const count = Math.max(entries.length, exits.length);
    return Array.from({ length: count }, (_, i) => ({ user, from: entries[i], to: exits[i] }));
  });
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
