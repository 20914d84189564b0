/** The secret of a webhook: shown when it is asked for, and rotated. */
import { useState } from 'preact/hooks';
import { own, take } from '../../api/client.ts';
import { useAct } from '../../parts/act.ts';
import { Confirm, Refusal } from '../../parts/confirm.tsx';
import { Once } from '../../parts/once.tsx';
import { here } from '../../rights.ts';
import { words as all } from '../../words/webhooks.ts';
import type { Webhook } from '../webhooks.tsx';

const words = all.secret;

export function Secret({ webhook: { id, name } }: { webhook: Webhook }) {
  const [secret, setSecret] = useState('');
  const [asking, setAsking] = useState(false);
  const { busy, failed, run } = useAct();
  const params = { path: { app_id: here().app_id, webhook_id: id } };
  return (
    <section class="card pad" aria-labelledby="secret">
      <h2 id="secret">{words.title}</h2>
      <p class="soft">{words.more}</p>
      <div class="actions start">
        <button
          type="button"
          class="button"
          disabled={busy}
          onClick={() => void run(async () => setSecret((await take(own.GET('/apps/{app_id}/webhooks/{webhook_id}/secret', { params }))).secret))}
        >
          {words.show}
        </button>
        <button type="button" class="button" onClick={() => setAsking(true)}>
          {words.rotate}
        </button>
      </div>
      <Refusal text={failed} />
      {asking && (
        <Confirm
          title={words.ask(name)}
          effects={words.effects}
          verb={words.verb}
          act={async () => setSecret((await take(own.POST('/apps/{app_id}/webhooks/{webhook_id}/secret/rotate', { params }))).secret)}
          close={() => setAsking(false)}
        />
      )}
      {secret && !asking && <Once title={words.once} label={words.title} text={secret} more={words.onceMore} close={() => setSecret('')} />}
    </section>
  );
}
