/**
 * A LIVE session goes on: what the ledger has of it since it was told whole, folded into what was told. Pure: whoever asks for
 * everything anew is told the same.
 */
import type { components } from '../../api/sederunt.d.ts';
import { lanes } from './model.ts';

type Told = components['schemas']['Timeline'];
export type Change = components['schemas']['Event'];
type Stay = Told['stays'][number];
type Person = Told['people'][number];

/** The session after the changes, which follow it; `undefined` when they do not say enough, and everything has to be asked for. */
export function goOn(told: Told, changes: readonly Change[]): Told | undefined {
  const [people, stays, events] = [[...told.people], [...told.stays], [...told.events]];
  const curve = told.curve.map((point) => [...point]);
  for (const { seq, type, at: text, reason, keep_alive_ms, peer, session } of changes) {
    const at = Date.parse(text);
    if (!peer) {
      const title = type === 'session.started' || type === 'session.retitled' ? { title: session.title } : {};
      const keep = keep_alive_ms === undefined ? {} : { keep_alive_ms };
      events.push({ seq, at, type, ...title, ...keep, ...(reason === undefined ? {} : { reason }) });
      continue;
    }
    if (type === 'peer.joined') {
      const person = met(people, peer);
      if (!person) return undefined;
      stays.push({ peer: peer.id, person: peer.participant_id, joined_at: at, joined_seq: seq, away: [] });
      step(curve, at, 1);
      continue;
    }
    const place = stays.findLastIndex((stay) => stay.peer === peer.id);
    const stay = stays[place];
    if (!stay) return undefined;
    stays[place] = after(stay, type, at, seq, reason);
    if (type === 'peer.left') step(curve, at, -1);
  }
  const last = changes.at(-1);
  if (!last) return told;
  const numbers = last.session;
  const peak = numbers.max_concurrent_participants;
  const all = lanes(people, stays);
  const { ended_at: _ended, end_reason: _why, peak_at: known, ...session } = told.session;
  const peak_at = peak === told.session.max_concurrent_participants ? known : curve.find(([, n]) => n === peak)?.[0];
  const isOver = numbers.ended_at !== undefined;
  return {
    session: {
      ...session,
      title: numbers.title,
      status: numbers.status,
      ...(isOver ? { ended_at: Date.parse(numbers.ended_at ?? ''), ...(last.reason === undefined ? {} : { end_reason: last.reason }) } : {}),
      people: people.length,
      stays: stays.length,
      live_participants: numbers.live_participants,
      max_concurrent_participants: peak,
      ...(peak_at === undefined ? {} : { peak_at }),
      with_a_loss: all.filter(({ hasLoss }) => hasLoss).length,
      removed: all.filter(({ isRemoved }) => isRemoved).length,
      minutes_consumed: numbers.minutes_consumed,
      as_of: isOver ? Date.parse(numbers.ended_at ?? '') : Math.max(told.session.as_of, Date.parse(numbers.as_of)),
    },
    people,
    stays,
    events,
    curve,
    seq: last.seq,
  };
}

/** Who joined, by the names of that join. Of somebody new without an own id there may be a user, whom a change does not name. */
function met(people: Person[], { participant_id: id, role, display_name, custom_participant_id, preset_name }: NonNullable<Change['peer']>): Person | undefined {
  const place = people.findIndex((person) => person.id === id);
  const known = people[place];
  if (!known && custom_participant_id === undefined) return undefined;
  // Erased names are missing, and leave what was known.
  if (known && display_name === undefined) return known;
  const person = {
    ...(known ?? {}),
    id,
    role,
    ...(display_name === undefined ? {} : { display_name }),
    ...(custom_participant_id === undefined ? {} : { custom_participant_id }),
    ...(preset_name === undefined ? {} : { preset_name }),
  };
  if (known) people[place] = person;
  else people.push(person);
  return person;
}

function after(stay: Stay, type: string, at: number, seq: number, reason: string | undefined): Stay {
  switch (type) {
    case 'peer.away':
      return { ...stay, away: [...stay.away, { from: at, seq }] };
    case 'peer.back':
      return { ...stay, away: stay.away.map((one, i) => (i === stay.away.length - 1 ? { ...one, to: at, back_seq: seq } : one)) };
    case 'peer.left':
      return { ...stay, left_at: at, left_seq: seq, ...(reason === undefined ? {} : { reason }) };
    default:
      return stay;
  }
}

/** One more, or one less, from an instant on. A loss is recorded after the grace: it changes what was told meanwhile. */
function step(curve: number[][], at: number, by: number): void {
  let place = curve.length;
  while (place > 0 && (curve[place - 1]?.[0] ?? 0) >= at) place -= 1;
  if (curve[place]?.[0] !== at) curve.splice(place, 0, [at, curve[place - 1]?.[1] ?? 0]);
  for (const point of curve.slice(place)) point[1] = (point[1] ?? 0) + by;
}
