/** What a webhook is to be. */
import { useState } from 'preact/hooks';
import { kit, take } from '../../api/client.ts';
import { useAsked } from '../../api/query.ts';
import { Form, NameField } from '../../parts/form.tsx';
import { here } from '../../rights.ts';
import { words } from '../../words/webhooks.ts';
import type { Webhook } from '../webhooks.tsx';

type Body = Pick<Webhook, 'name' | 'url' | 'events'>;

interface Props {
  readonly close: () => void;
  readonly save: (body: Body) => Promise<void>;
  /** As it is; none = a new one. */
  readonly webhook?: Webhook;
}

/** What most receivers want. */
const USUAL = ['meeting.started', 'meeting.ended', 'meeting.participantJoined', 'meeting.participantLeft'];

export function WebhookForm({ close, save, webhook }: Props) {
  const path = here();
  const known = useAsked({ fresh: true, key: ['webhook-events', path.app_id], ask: async (signal) => names(await take(kit.GET('/accounts/{account_id}/realtime/kit/{app_id}/webhooks/all', { params: { path }, signal }))) });
  const [name, setName] = useState(webhook?.name ?? '');
  const [url, setUrl] = useState(webhook?.url ?? '');
  const [events, setEvents] = useState<readonly string[]>(webhook?.events ?? USUAL);
  const text = words.form;
  const all = [...new Set([...(known.value.data ?? USUAL), ...events])];
  const toggle = (event: string): void => setEvents(events.includes(event) ? events.filter((one) => one !== event) : [...events, event]);
  return (
    <Form
      title={webhook ? text.change : text.title}
      verb={webhook ? text.save : text.make}
      send={() => save({ name: name.trim(), url: url.trim(), events: events as Webhook['events'] })}
      close={close}
      ready={events.length > 0}
    >
      <NameField label={text.name} value={name} set={setName} />
      <label>
        {text.url}
        <input type="url" required maxLength={2048} placeholder={text.urlHint} value={url} onInput={(event) => setUrl(event.currentTarget.value)} />
      </label>
      <fieldset class="two">
        <legend>{text.events}</legend>
        {all.map((event) => (
          <label key={event} class="choice">
            <input type="checkbox" checked={events.includes(event)} onChange={() => toggle(event)} />
            <span class="mono">{event}</span>
          </label>
        ))}
      </fieldset>
    </Form>
  );
}

/** The names of a list of events, whatever else it says of them. */
function names(answer: unknown): string[] {
  const list = (answer as { data?: { webhooks?: unknown } | unknown[] }).data;
  const all = Array.isArray(list) ? list : ((list as { webhooks?: unknown[] } | undefined)?.webhooks ?? []);
  return (all as unknown[]).map((one) => (typeof one === 'string' ? one : String((one as { name?: string }).name ?? ''))).filter(Boolean);
}
