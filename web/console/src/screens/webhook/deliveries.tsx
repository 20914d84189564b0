/** What became of each event, newest first. */
import { useLocation } from 'preact-iso';
import { useState } from 'preact/hooks';
import { useAsked } from '../../api/query.ts';
import type { components } from '../../api/sederunt.d.ts';
import { Waiting } from '../../parts/page.tsx';
import { Problem } from '../../parts/problem.tsx';
import { dateTime, number } from '../../time/format.ts';
import { zone } from '../../time/zone.ts';
import { words as all } from '../../words/webhooks.ts';
import { DeliveryDialog } from './delivery.tsx';
import type { Receiver } from './receiver.ts';
import { useEvery } from './status.ts';

export type Delivery = components['schemas']['WebhookDelivery'];

const words = all.deliveries;
const PAGE = 25;
const EVERY_MS = 5_000;
export const MARKS: Record<string, string> = { delivered: 'good', failed: 'wrong' };

export function Deliveries({ of }: { of: Receiver }) {
  const [state, setState] = useState('');
  const [before, setBefore] = useState<string>();
  const { url, path: place, route } = useLocation();
  // In the address: facts of a session lead here.
  const open = new URL(url, location.origin).searchParams.get('delivery');
  const setOpen = (id?: string): void => route(id ? `${place}?delivery=${id}` : place, true);
  const query = { limit: PAGE, ...(state && { state }), ...(before && { before }) };
  const found = useAsked({
    fresh: true,
    key: ['deliveries', of.key, query],
    keep: true,
    ask: (signal) => of.deliveries(query, signal),
  });
  useEvery(EVERY_MS, () => void found.value.refetch());
  const { data, error, refetch } = found.value;
  const rows = data?.deliveries ?? [];
  return (
    <section aria-labelledby="deliveries">
      <div class="page-tools">
        <h2 id="deliveries">{words.title}</h2>
        <div class="segments end" role="group" aria-label={all.state}>
          {['', 'failed', 'waiting', 'delivered'].map((value) => (
            <button
              key={value}
              type="button"
              aria-pressed={state === value}
              onClick={() => {
                setState(value);
                setBefore(undefined);
              }}
            >
              {value ? words.states[value] : words.all}
            </button>
          ))}
        </div>
      </div>
      {error && <Problem error={error} again={() => void refetch()} />}
      {!data && !error && <Waiting />}
      {data && rows.length === 0 && !before && (
        <div class="card empty">
          <h3>{state ? words.noneOf : words.none}</h3>
          {!state && <p>{words.noneMore}</p>}
        </div>
      )}
      {rows.length > 0 && (
        <div class="card wide-table" tabIndex={0} role="group" aria-label={words.title}>
          <table class="plain stacks">
            <thead>
              <tr>
                <th scope="col">{words.event}</th>
                <th scope="col">{all.state}</th>
                <th scope="col" class="num">
                  {words.fact}
                </th>
                <th scope="col">{words.session}</th>
                <th scope="col">
                  {words.last} <span class="faint">{zone.value}</span>
                </th>
                <th scope="col" class="num">
                  {words.attempts}
                </th>
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <Row key={row.id} row={row} open={() => setOpen(row.id)} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {(before || data?.has_more) && (
        <div class="actions start">
          <button type="button" class="button" disabled={!before} onClick={() => setBefore(undefined)}>
            {words.newest}
          </button>
          <button type="button" class="button" disabled={!data?.next_before} onClick={() => setBefore(data?.next_before ?? undefined)}>
            {words.older}
          </button>
        </div>
      )}
      {open && <DeliveryDialog of={of} id={open} close={() => setOpen()} changed={() => void refetch()} />}
    </section>
  );
}

function Row({ row, open }: { row: Delivery; open: () => void }) {
  const { event, state, sequence, session_id, attempts, attempts_total, replay } = row;
  const last = attempts.at(-1);
  return (
    <tr>
      <th scope="row">
        <button type="button" class="link" aria-label={words.open(event, sequence)} onClick={open}>
          {event}
        </button>
        {replay != null && <span class="pill">{words.replayed(replay)}</span>}
      </th>
      <td data-label={all.state}>
        <span class={`pill ${MARKS[state] ?? ''}`}>{words.states[state] ?? state}</span>
      </td>
      <td class="num mono" data-label={words.fact}>
        #{number(sequence)}
      </td>
      <td data-label={words.session}>
        <a class="mono" href={`/console/sessions/${session_id}/events`}>
          {session_id.slice(0, 8)}
        </a>
      </td>
      <td data-label={words.last}>{last ? dateTime(Date.parse(last.at), zone.value) : '–'}</td>
      <td class="num" data-label={words.attempts}>
        {number(attempts_total)}
      </td>
    </tr>
  );
}
