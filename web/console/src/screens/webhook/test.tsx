/** A test of a webhook: sent when the dialog opens, and what came of it. */
import { useEffect, useState } from 'preact/hooks';
import type { components } from '../../api/sederunt.d.ts';
import { useAct } from '../../parts/act.ts';
import { Refusal } from '../../parts/confirm.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { words as common } from '../../words/parts.ts';
import { words as all } from '../../words/webhooks.ts';
import type { Receiver } from './receiver.ts';
import { Request } from './request.tsx';

type Tested = components['schemas']['WebhookTested'];
const words = all.test;

function came({ outcome, status, phase, latency_ms }: Tested): string {
  if (outcome === 'delivered') return words.delivered(status ?? 0, latency_ms);
  if (outcome === 'answered') return words.answered(status ?? 0, latency_ms);
  return words.noAnswer(all.delivery.phases[phase ?? ''] ?? phase ?? '', latency_ms);
}

export function Test({ of, close }: { of: Receiver; close: () => void }) {
  const [tested, setTested] = useState<Tested>();
  const { failed, run } = useAct();
  useEffect(() => {
    void run(async () => setTested(await of.test()));
  }, []);
  return (
    <Dialog title={words.title} close={close}>
      <div role="status">
        {!tested && !failed && <p class="soft">{common.loading}…</p>}
        {tested && (
          <p>
            <span class={`pill ${tested.outcome === 'delivered' ? 'good' : 'wrong'}`}>{tested.status ?? '–'}</span> {came(tested)}
          </p>
        )}
      </div>
      <Refusal text={failed} />
      {tested?.excerpt && (
        <>
          <h3>{words.body}</h3>
          <pre class="code">{tested.excerpt}</pre>
        </>
      )}
      {tested && (
        <>
          <h3>{words.request}</h3>
          <Request request={tested.request} />
        </>
      )}
      <p class="soft">{words.more}</p>
      <div class="actions">
        <button type="button" class="button primary" onClick={close}>
          {common.close}
        </button>
      </div>
    </Dialog>
  );
}
