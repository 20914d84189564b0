/** One webhook: how it does, what became of each event, and what its owner can do about it. */
import { useLocation, useRoute } from 'preact-iso';
import { useState } from 'preact/hooks';
import { Failed, kit, take } from '../api/client.ts';
import { useAsked } from '../api/query.ts';
import { useAct } from '../parts/act.ts';
import { Confirm, Refusal } from '../parts/confirm.tsx';
import { Empty, Waiting, useTitle } from '../parts/page.tsx';
import { Problem } from '../parts/problem.tsx';
import { Top } from '../parts/top.tsx';
import { here, mayChange } from '../rights.ts';
import { words } from '../words/webhooks.ts';
import { Deliveries } from './webhook/deliveries.tsx';
import { WebhookForm } from './webhook/form.tsx';
import { Replays } from './webhook/replays.tsx';
import { Secret } from './webhook/secret.tsx';
import { ofWebhook } from './webhook/receiver.ts';
import { Standing } from './webhook/standing.tsx';
import { useStatus } from './webhook/status.ts';
import { Test } from './webhook/test.tsx';
import type { Webhook } from './webhooks.tsx';
import '../settings.css';

export default function WebhookScreen() {
  const { params } = useRoute();
  const { id = '' } = params as { id?: string };
  const path = { ...here(), webhook_id: id };
  const found = useAsked({
    fresh: true,
    key: ['webhook', path.app_id, id],
    ask: async (signal) => (await take(kit.GET('/accounts/{account_id}/realtime/kit/{app_id}/webhooks/{webhook_id}', { params: { path }, signal }))).data,
  });
  const { data, error, refetch } = found.value;
  useTitle(data?.name ?? words.title);
  const isMissing = error instanceof Failed && error.status === 404;
  return (
    <>
      <Top>
        <a class="crumb" href="/console/webhooks">
          {words.title}
        </a>
        {data && (
          <span class="crumb" aria-hidden="true">
            /
          </span>
        )}
        {data && (
          <h1>
            <span class="cut">{data.name}</span>
          </h1>
        )}
      </Top>
      {isMissing && (
        <Empty main title={words.missing}>
          <a class="button" href="/console/webhooks">
            {words.back}
          </a>
        </Empty>
      )}
      {error && !isMissing && <Problem error={error} again={() => void refetch()} />}
      {!data && !error && <Waiting />}
      {data && (
        <div class="page">
          <Head webhook={data} again={() => void refetch()} />
          <Deliveries of={ofWebhook(id)} />
          <div class="cards two">
            <Replays webhook={data} />
            {mayChange.value && <Secret webhook={data} />}
          </div>
        </div>
      )}
    </>
  );
}

type Doing = 'edit' | 'off' | 'delete' | 'test';

function Head({ webhook, again }: { webhook: Webhook; again: () => void }) {
  const { id, name, url, events, enabled } = webhook;
  const { route } = useLocation();
  const status = useStatus(ofWebhook(id)).value;
  const [doing, setDoing] = useState<Doing>();
  const { busy, failed, run } = useAct();
  const path = { ...here(), webhook_id: id };
  const change = async (body: Partial<Pick<Webhook, 'name' | 'url' | 'events' | 'enabled'>>): Promise<void> => {
    await take(kit.PATCH('/accounts/{account_id}/realtime/kit/{app_id}/webhooks/{webhook_id}', { params: { path }, body }));
    again();
    await status.refetch();
  };
  const close = (): void => setDoing(undefined);
  return (
    <section class="card pad">
      <Standing now={status.data} />
      {status.error && <Problem error={status.error} again={() => void status.refetch()} />}
      <dl class="facts">
        <dt>{words.url}</dt>
        <dd class="mono breaks">{url}</dd>
        <dt>{words.events}</dt>
        <dd class="mono breaks">{events.join(', ')}</dd>
      </dl>
      <Refusal text={failed} />
      {mayChange.value && (
        <div class="actions start">
          <button type="button" class="button" onClick={() => setDoing('test')}>
            {words.test.button}
          </button>
          <button type="button" class="button" onClick={() => setDoing('edit')}>
            {words.edit}
          </button>
          {enabled ? (
            <button type="button" class="button" onClick={() => setDoing('off')}>
              {words.off}
            </button>
          ) : (
            <button type="button" class="button" disabled={busy} title={words.onMore} onClick={() => void run(() => change({ enabled: true }))}>
              {words.on}
            </button>
          )}
          <button type="button" class="button" onClick={() => setDoing('delete')}>
            {words.delete}
          </button>
        </div>
      )}
      {doing === 'test' && <Test of={ofWebhook(id)} close={close} />}
      {doing === 'edit' && (
        <WebhookForm
          webhook={webhook}
          close={close}
          save={async (body) => {
            await change(body);
            close();
          }}
        />
      )}
      {doing === 'off' && <Confirm title={words.offDialog.title(name)} effects={words.offDialog.effects} verb={words.offDialog.verb} act={() => change({ enabled: false })} close={close} />}
      {doing === 'delete' && (
        <Confirm
          title={words.deleteDialog.title(name)}
          effects={words.deleteDialog.effects}
          verb={words.deleteDialog.verb}
          act={async () => {
            await take(kit.DELETE('/accounts/{account_id}/realtime/kit/{app_id}/webhooks/{webhook_id}', { params: { path } }));
            route('/console/webhooks');
          }}
          close={close}
        />
      )}
    </section>
  );
}
