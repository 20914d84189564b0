/** Whether what is told of a session is what its facts say: both folded and told, side by side. */
import { own, take } from '../../api/client.ts';
import type { components } from '../../api/sederunt.d.ts';
import { useAsked } from '../../api/query.ts';
import { Waiting } from '../../parts/page.tsx';
import { Problem } from '../../parts/problem.tsx';
import { app } from '../../session.ts';
import { date, decimals, exactTime, number } from '../../time/format.ts';
import { zone } from '../../time/zone.ts';
import { words } from '../../words/session.ts';

type Audited = components['schemas']['Audit'];
type Numbers = components['schemas']['AuditNumbers'];

/** How each number is written, in the order of the table. */
const WRITTEN: readonly (readonly [keyof Numbers, (value: Numbers) => string | undefined])[] = [
  ['started_at', (of) => instant(of.started_at)],
  ['ended_at', (of) => (of.ended_at == null ? undefined : instant(of.ended_at))],
  ['end_reason', (of) => (of.end_reason == null ? undefined : (words.ends[of.end_reason] ?? of.end_reason))],
  ['updated_at', (of) => instant(of.updated_at)],
  ['stays', (of) => number(of.stays)],
  ['live_participants', (of) => number(of.live_participants)],
  ['max_concurrent_participants', (of) => number(of.max_concurrent_participants)],
  ['consumed_ms', (of) => inMinutes(of.consumed_ms)],
];

function instant(at: number): string {
  return `${date(at, zone.value)} ${exactTime(at, zone.value)}`;
}

function inMinutes(ms: number): string {
  return decimals(ms / 60_000);
}

export function Audit({ id, seq }: { id: string; seq: number }) {
  const appId = app.value?.id ?? '';
  const path = { app_id: appId, session_id: id };
  const found = useAsked<Audited>({
    // Another fact is another question.
    key: ['audit', appId, id, seq],
    fresh: true,
    keep: true,
    ask: (signal) => take(own.GET('/apps/{app_id}/sessions/{session_id}/audit', { params: { path }, signal })),
  });
  const { data, error, refetch } = found.value;
  const facts = `/sederunt/v1/apps/${appId}/events?session_id=${id}`;
  return (
    <div class="card scrolls short">
      <p class="soft pad">{words.audit.more}</p>
      {error && <Problem error={error} again={() => void refetch()} />}
      {data ? <Compared audit={data} /> : !error && <Waiting />}
      <p class="pad actions">
        <a class="button" href={facts}>
          {words.audit.facts}
        </a>
        <button type="button" class="button" onClick={() => void refetch()}>
          {words.audit.again}
        </button>
      </p>
    </div>
  );
}

function Compared({ audit }: { audit: Audited }) {
  const isEqual = audit.differs.length === 0 && audit.fault === undefined;
  const rows = WRITTEN.map(([name, written]) => ({
    name: name as string,
    what: words.audit.names[name],
    told: written(audit.told) ?? '–',
    folded: written(audit.folded) ?? '–',
  }));
  rows.push({ name: 'stays_ms', what: words.audit.sum, told: inMinutes(audit.told.consumed_ms), folded: inMinutes(audit.stays_ms) });
  return (
    <>
      <p class={isEqual ? 'pad audit-equal' : 'pad audit-differs'} role="status">
        <b>{isEqual ? `✓ ${words.audit.equal}` : `× ${words.audit.differs}`}</b> {words.audit.folded(audit.facts, audit.first_seq, audit.last_seq)}
        {audit.fault !== undefined && ` ${audit.fault}`}
      </p>
      <table class="plain stacks">
        <thead>
          <tr>
            <th scope="col">{words.audit.what}</th>
            <th scope="col">
              {words.audit.told} <span class="faint">{zone.value}</span>
            </th>
            <th scope="col">
              {words.audit.byFacts} <span class="faint">{zone.value}</span>
            </th>
            <th scope="col">{words.audit.result}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ name, what, told, folded }) => (
            <tr key={name}>
              <th scope="row">{what}</th>
              <td data-label={words.audit.told}>{told}</td>
              <td data-label={words.audit.byFacts}>{folded}</td>
              <td data-label={words.audit.result}>{audit.differs.includes(name) ? `× ${words.audit.other}` : `✓ ${words.audit.same}`}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}
