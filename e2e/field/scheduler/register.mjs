/** The register of a class, from the events of its meeting: any order, nothing but what they say. */
import { clock, seconds, union } from '../spans.mjs';

const ms = (time) => Date.parse(time);

/**
 * `plan`: `{meeting, starts, ends, grace_seconds, pupils: [{id, name}]}`, where a pupil's id is what the vendor calls
 * `custom_participant_id`. Who is still there is so until `now`.
 */
export function register(plan, events, now) {
  const own = events.filter(({ meeting }) => meeting.id === plan.meeting);
  const visits = new Map();
  const sessions = new Map();
  for (const { event, meeting, participant } of own) {
    // What a leave says of its join is the same as the join said, so it does not matter which comes first.
    const visit = `${meeting.sessionId} ${participant?.peerId}`;
    if (participant) visits.set(visit, { ...visits.get(visit), ...participant });
    const ended = sessions.get(meeting.sessionId) || event === 'meeting.ended';
    sessions.set(meeting.sessionId, ended);
  }
  const all = [...visits.values()];
  const complete = sessions.size > 0 && [...sessions.values()].every(Boolean) && all.every(({ leftAt }) => leftAt);
  // A class that ends early makes nobody leave early.
  const last = Math.max(...all.map(({ leftAt }) => (leftAt ? ms(leftAt) : now)));
  const over = Math.min(ms(plan.ends), last);
  return { title: plan.title, complete, over, pupils: plan.pupils.map((pupil) => line(plan, pupil, all, over, now)) };
}

function line(plan, { id, name }, all, over, now) {
  const own = all.filter(({ customParticipantId }) => customParticipantId === id);
  const spans = union(own.map(({ joinedAt, leftAt }) => ({ from: ms(joinedAt), to: leftAt ? ms(leftAt) : now })));
  const grace = plan.grace_seconds * 1000;
  const [first, last] = [spans.at(0), spans.at(-1)];
  return {
    id,
    name,
    spans,
    seconds: seconds(spans),
    absent: !first,
    late: Boolean(first) && first.from > ms(plan.starts) + grace,
    left_early: Boolean(last) && last.to < over - grace,
  };
}

const time = (at) => new Date(at).toISOString().slice(11, 19);

/** As it is pinned to the door. */
export function print({ title, over, pupils }) {
  const rows = pupils.map(({ name, spans, seconds: secs, absent, late, left_early: early }) => {
    const times = spans.map(({ from, to }) => `${time(from)}–${time(to)}`).join(', ');
    const remarks = [absent && 'absent', late && 'late', early && 'left early'].filter(Boolean).join(', ');
    return [name.padEnd(12), clock(secs).padStart(7), remarks.padEnd(17), times].join('  ').trimEnd();
  });
  return [`${title}, over at ${time(over)}`, ...rows].join('\n');
}
