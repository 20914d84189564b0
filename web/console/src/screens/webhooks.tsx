/** The webhooks of the app, and how each does. */
import { useState } from 'preact/hooks';
import { kit, take } from '../api/client.ts';
import { useAsked } from '../api/query.ts';
import type { components } from '../api/realtimekit.d.ts';
import { Empty, Head, New, Waiting } from '../parts/page.tsx';
import { Problem } from '../parts/problem.tsx';
import { has, here, mayChange } from '../rights.ts';
import { time } from '../time/format.ts';
import { zone } from '../time/zone.ts';
import { words } from '../words/webhooks.ts';
import { WebhookForm } from './webhook/form.tsx';
import { ofWebhook } from './webhook/receiver.ts';
import { StatePill, times } from './webhook/standing.tsx';
import { useStatus } from './webhook/status.ts';
import '../settings.css';

export type Webhook = components['schemas']['Webhook'];

export default function Webhooks() {
  const path = here();
  const found = useAsked({ fresh: true, key: ['webhooks', path.app_id], ask: async (signal) => (await take(kit.GET('/accounts/{account_id}/realtime/kit/{app_id}/webhooks', { params: { path }, signal }))).data });
  const [making, setMaking] = useState(false);
  const { data, error, refetch } = found.value;
  return (
    <>
      <Head title={words.title} n={data?.length} />
      <div class="page">
        {mayChange.value && (
          <div class="page-tools">
            <New text={words.create} act={() => setMaking(true)} />
          </div>
        )}
        {error && <Problem error={error} again={() => void refetch()} />}
        {!data && !error && <Waiting />}
        {data?.length === 0 && <Empty title={words.none} more={words.noneMore} />}
        {data && data.length > 0 && (
          <section class="card wide-table" tabIndex={0} aria-label={words.title}>
            <table class="plain stacks">
              <thead>
                <tr>
                  <th scope="col">{words.name}</th>
                  <th scope="col">{words.state}</th>
                  <th scope="col">{words.behind}</th>
                  <th scope="col">{words.hour}</th>
                  <th scope="col">{words.times}</th>
                  <th scope="col">
                    {words.next} <span class="faint">{zone.value}</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {data.map((webhook) => (
                  <Row key={webhook.id} webhook={webhook} />
                ))}
              </tbody>
            </table>
          </section>
        )}
        {data && has('meetings') && (
          <p class="soft">
            {words.ofRooms} <a href="/console/meetings">{words.toMeetings}</a>
          </p>
        )}
      </div>
      {making && (
        <WebhookForm
          close={() => setMaking(false)}
          save={async (body) => {
            await take(kit.POST('/accounts/{account_id}/realtime/kit/{app_id}/webhooks', { params: { path }, body: { ...body, enabled: true } }));
            setMaking(false);
            await refetch();
          }}
        />
      )}
    </>
  );
}

function Row({ webhook: { id, name, url, events } }: { webhook: Webhook }) {
  const status = useStatus(ofWebhook(id)).value.data;
  const hour = status?.last_hour;
  return (
    <tr>
      <th scope="row">
        <a href={`/console/webhooks/${id}`}>{name}</a>
        <span class="second faint">
          {hostOf(url)} · {words.eventsOf(events.length)}
        </span>
      </th>
      <td data-label={words.state}>{status && <StatePill status={status} />}</td>
      <td data-label={words.behind}>{status?.behind ? words.behindBy(status.behind.facts, status.behind.seconds) : '–'}</td>
      <td data-label={words.hour}>{hour && words.success(hour.delivered, hour.failed)}</td>
      <td data-label={words.times}>{status && times(status)}</td>
      <td data-label={words.next}>{status?.next_attempt_at ? time(Date.parse(status.next_attempt_at), zone.value) : '–'}</td>
    </tr>
  );
}

function hostOf(url: string): string {
  try {
    return new URL(url).host;
  } catch {
    return url;
  }
}
