/** Every fact of the session. */
import { useMemo, useState } from 'preact/hooks';
import { exactTime, number } from '../../time/format.ts';
import { zone } from '../../time/zone.ts';
import { words } from '../../words/session.ts';
import { FactDeliveries, MADE, useHooks } from './deliveries.tsx';
import { nameOf } from './model.ts';
import type { Shown, Told } from './told.ts';

interface Fact {
  readonly seq: number;
  readonly at: number;
  readonly type: string;
  readonly person?: string;
  readonly why: string;
}

/** Why a stay ended; `Left` alone is said already. */
function whyLeft(reason: string): string {
  const told = words.reasons[reason];
  if (!told) return reason;
  return told.title === words.kinds['peer.left'] ? told.more : told.title;
}

/** The facts, in the order of the ledger. */
function facts(told: Told): Fact[] {
  const found: Fact[] = told.events.map(({ seq, at, type, reason, title, keep_alive_ms }) => ({
    seq,
    at,
    type,
    why: reason ? (words.ends[reason] ?? reason) : type === 'session.keep_alive_changed' ? `${number((keep_alive_ms ?? 0) / 1000)} s` : (title ?? ''),
  }));
  for (const { person, joined_at, joined_seq, left_at, left_seq, reason, away } of told.stays) {
    found.push({ seq: joined_seq, at: joined_at, type: 'peer.joined', person, why: '' });
    for (const { from, seq, to, back_seq } of away) {
      found.push({ seq, at: from, type: 'peer.away', person, why: '' });
      if (to !== undefined && back_seq !== undefined) found.push({ seq: back_seq, at: to, type: 'peer.back', person, why: '' });
    }
    if (left_at !== undefined && left_seq !== undefined) {
      found.push({ seq: left_seq, at: left_at, type: 'peer.left', person, why: whyLeft(reason ?? '') });
    }
  }
  return found.sort((a, b) => a.seq - b.seq);
}

/** Rows that are drawn at a time; more come by a click. */
const STEP = 500;

export function Events({ told, show }: Shown) {
  const [type, setType] = useState('');
  const [newest, setNewest] = useState(true);
  const [most, setMost] = useState(STEP);
  const hooks = useHooks();
  const [sent, setSent] = useState<Fact>();
  const all = useMemo(() => facts(told), [told]);
  const people = useMemo(() => new Map(told.people.map((person) => [person.id, person])), [told]);
  const found = all.filter((fact) => !type || fact.type === type);
  if (newest) found.reverse();
  const { events } = words;
  return (
    <div class="card scrolls" tabIndex={0} role="region" aria-label={words.tabs['events']}>
      <div class="tools">
        <select class="button" aria-label={events.what} value={type} onChange={(event) => setType(event.currentTarget.value)}>
          <option value="">{events.all}</option>
          {Object.entries(words.kinds).map(([name, text]) => (
            <option key={name} value={name}>
              {text}
            </option>
          ))}
        </select>
        <div class="segments" role="group" aria-label={events.at}>
          <button type="button" aria-pressed={newest} onClick={() => setNewest(true)}>
            {events.newest}
          </button>
          <button type="button" aria-pressed={!newest} onClick={() => setNewest(false)}>
            {events.oldest}
          </button>
        </div>
        <span class="soft">{events.count(found.length)}</span>
      </div>
      <table class="plain stacks lines-of-facts">
        <thead>
          <tr>
            <th scope="col">
              {events.at} <span class="faint">{zone.value}</span>
            </th>
            <th scope="col">{events.what}</th>
            <th scope="col">{events.who}</th>
            <th scope="col">{events.why}</th>
            <th scope="col" class="num">
              {events.fact}
            </th>
            {hooks.length > 0 && <th scope="col">{words.hooks.column}</th>}
          </tr>
        </thead>
        <tbody>
          {found.slice(0, most).map((fact) => {
            const { seq, at, type: kind, person, why } = fact;
            const who = person === undefined ? undefined : people.get(person);
            return (
              <tr key={seq}>
                <td class="mono">{exactTime(at, zone.value)}</td>
                <td>{words.kinds[kind] ?? kind}</td>
                <td>
                  {who && (
                    <button type="button" class="link" onClick={() => show(who.id)}>
                      {nameOf(who)}
                    </button>
                  )}
                </td>
                <td class="soft">{why}</td>
                <td class="num mono">#{number(seq)}</td>
                {hooks.length > 0 && (
                  <td>
                    {MADE[kind] && (
                      <button type="button" class="link quiet" aria-label={words.hooks.of(seq)} onClick={() => setSent(fact)}>
                        {words.hooks.deliveries}
                      </button>
                    )}
                  </td>
                )}
              </tr>
            );
          })}
        </tbody>
      </table>
      {found.length > most && (
        <p class="pad">
          <button type="button" class="button" onClick={() => setMost(most + STEP)}>
            + {number(Math.min(STEP, found.length - most))}
          </button>
        </p>
      )}
      {sent && <FactDeliveries hooks={hooks} seq={sent.seq} kind={sent.type} close={() => setSent(undefined)} />}
    </div>
  );
}
