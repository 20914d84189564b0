/** What became of a fact at each webhook of the app, and the way to it. */
import { kit, own, take } from '../../api/client.ts';
import { useAsked } from '../../api/query.ts';
import type { components } from '../../api/sederunt.d.ts';
import { Dialog } from '../../parts/dialog.tsx';
import { Waiting } from '../../parts/page.tsx';
import { Problem } from '../../parts/problem.tsx';
import { has, here } from '../../rights.ts';
import { dateTime } from '../../time/format.ts';
import { zone } from '../../time/zone.ts';
import { words } from '../../words/session.ts';

/** Webhooks that are asked; an app with more has a page for them. */
const MOST = 20;

/** The events that a fact makes: its parts, in their order. Other facts make none. */
export const MADE: Record<string, readonly string[]> = {
  'session.started': ['meeting.started'],
  'session.ended': ['meeting.ended', 'meeting.chatSynced'],
  'peer.joined': ['meeting.participantJoined'],
  'peer.left': ['meeting.participantLeft'],
};

export interface Hook {
  readonly id: string;
  readonly name: string;
  readonly events: readonly string[];
}

/** The webhooks of the app: none while they are not known. */
export function useHooks(): readonly Hook[] {
  const path = here();
  const found = useAsked<readonly Hook[]>({
    key: ['hooks-of', path.app_id],
    fresh: true,
    ask: async (signal) => (has('webhooks') ? (await take(kit.GET('/accounts/{account_id}/realtime/kit/{app_id}/webhooks', { params: { path }, signal }))).data.slice(0, MOST) : []),
  });
  return found.value.data ?? [];
}

interface Props {
  readonly hooks: readonly Hook[];
  readonly seq: number;
  readonly kind: string;
  readonly close: () => void;
}
interface Became {
  readonly hook: Hook;
  readonly id: string;
  readonly delivery: components['schemas']['WebhookDelivery'];
}

export function FactDeliveries({ hooks, seq, kind, close }: Props) {
  const { app_id } = here();
  const made = MADE[kind] ?? [];
  const listed = hooks.flatMap((hook) => made.flatMap((event, part) => (hook.events.includes(event) ? [{ hook, id: `${seq}-${part}` }] : [])));
  const found = useAsked<readonly Became[]>({
    key: ['deliveries-of', app_id, listed.map(({ hook, id }) => `${hook.id} ${id}`)],
    fresh: true,
    ask: (signal) =>
      Promise.all(
        listed.map(async ({ hook, id }) => {
          const path = { app_id, webhook_id: hook.id, delivery_id: id };
          const { delivery } = await take(own.GET('/apps/{app_id}/webhooks/{webhook_id}/deliveries/{delivery_id}', { params: { path }, signal }));
          return { hook, id, delivery };
        }),
      ),
  });
  const { data, error, refetch } = found.value;
  const { hooks: text } = words;
  return (
    <Dialog title={text.title(words.kinds[kind] ?? kind, seq)} close={close}>
      {error && <Problem error={error} again={() => void refetch()} />}
      {!data && !error && <Waiting rows={2} />}
      {data?.length === 0 && <p class="soft">{text.none(made)}</p>}
      <ul class="deliveries">
        {data?.map(({ hook, id, delivery: { event, state, attempts } }) => {
          const last = attempts.at(-1);
          return (
            <li key={`${hook.id} ${id}`}>
              <a href={`/console/webhooks/${hook.id}?delivery=${id}`}>{hook.name}</a>
              <span class="mono faint">{event}</span>
              <span class={`pill ${{ delivered: 'good', failed: 'wrong' }[state as string] ?? ''}`}>{text.states[state]}</span>
              <span class="soft">{last && dateTime(Date.parse(last.at), zone.value)}</span>
            </li>
          );
        })}
      </ul>
    </Dialog>
  );
}
