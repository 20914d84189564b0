/** One delivery: every attempt, the request, and sending it again. */
import { useState } from 'preact/hooks';
import { useAsked } from '../../api/query.ts';
import { useAct } from '../../parts/act.ts';
import { Refusal } from '../../parts/confirm.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { Waiting } from '../../parts/page.tsx';
import { Problem } from '../../parts/problem.tsx';
import { mayChange } from '../../rights.ts';
import { date, exactTime } from '../../time/format.ts';
import { zone } from '../../time/zone.ts';
import { words as common } from '../../words/parts.ts';
import { words as all } from '../../words/webhooks.ts';
import { type Delivery, MARKS } from './deliveries.tsx';
import type { Receiver } from './receiver.ts';
import { Request } from './request.tsx';

const words = all.delivery;

interface Props {
  readonly of: Receiver;
  readonly id: string;
  readonly close: () => void;
  readonly changed: () => void;
}

export function DeliveryDialog({ of, id, close, changed }: Props) {
  const found = useAsked({ fresh: true, key: ['delivery', of.key, id], ask: (signal) => of.delivery(id, signal) });
  const [sent, setSent] = useState(false);
  const { busy, failed, run } = useAct();
  const { data, error, refetch } = found.value;
  const again = async (): Promise<void> => {
    await of.retry(id);
    setSent(true);
    changed();
    await refetch();
  };
  return (
    <Dialog title={data ? all.deliveries.open(data.delivery.event, data.delivery.sequence) : all.deliveries.title} close={close}>
      {error && <Problem error={error} again={() => void refetch()} />}
      {!data && !error && <Waiting />}
      {data && (
        <>
          <p>
            <span class={`pill ${MARKS[data.delivery.state] ?? ''}`}>{all.deliveries.states[data.delivery.state] ?? data.delivery.state}</span>{' '}
            <a href={`/console/sessions/${data.delivery.session_id}/events`}>{all.deliveries.session}</a>
          </p>
          <Attempts delivery={data.delivery} />
          <h3>{words.request}</h3>
          <Request request={data.request} />
        </>
      )}
      <Refusal text={failed} />
      <div class="actions">
        <span class="soft" role="status">
          {sent && words.sent}
        </span>
        <button type="button" class="button" onClick={close}>
          {common.close}
        </button>
        {mayChange.value && data && (
          <button type="button" class="button primary" disabled={busy || sent} onClick={() => void run(again)}>
            {words.again}
          </button>
        )}
      </div>
    </Dialog>
  );
}

function Attempts({ delivery: { attempts } }: { delivery: Delivery }) {
  if (attempts.length === 0) return <p class="soft">{words.noAttempt}</p>;
  return (
    <ol class="attempts">
      {attempts.map(({ at, attempt, status, phase, latency_ms, excerpt }) => (
        <li key={`${at} ${attempt}`}>
          <span class={`pill ${status && status < 300 ? 'good' : 'wrong'}`}>{status ?? words.phases[phase ?? ''] ?? phase}</span>
          <span>
            {date(Date.parse(at), zone.value)} <span class="mono">{exactTime(Date.parse(at), zone.value)}</span>
          </span>
          <span class="soft">{all.ms(latency_ms)}</span>
          {excerpt && <pre class="code">{excerpt}</pre>}
        </li>
      ))}
    </ol>
  );
}
