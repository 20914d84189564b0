/** Ranges of the past that are sent once more. */
import { useState } from 'preact/hooks';
import { own, take } from '../../api/client.ts';
import { useAsked } from '../../api/query.ts';
import type { components } from '../../api/sederunt.d.ts';
import { useAct } from '../../parts/act.ts';
import { Refusal } from '../../parts/confirm.tsx';
import { Form } from '../../parts/form.tsx';
import { Problem } from '../../parts/problem.tsx';
import { here, mayChange } from '../../rights.ts';
import { number, share } from '../../time/format.ts';
import { ofField } from '../../time/field.ts';
import { zone } from '../../time/zone.ts';
import { words as all } from '../../words/webhooks.ts';
import type { Webhook } from '../webhooks.tsx';
import { useEvery } from './status.ts';

type Replay = components['schemas']['WebhookReplay'];

const words = all.replay;
/** A replay is watched. */
const EVERY_MS = 2_000;
const SHOWN = 10;

export function Replays({ webhook }: { webhook: Webhook }) {
  const path = { app_id: here().app_id, webhook_id: webhook.id };
  const found = useAsked({ fresh: true, key: ['replays', path], ask: (signal) => take(own.GET('/apps/{app_id}/webhooks/{webhook_id}/replays', { params: { path, query: { limit: SHOWN } }, signal })) });
  const [asking, setAsking] = useState(false);
  const [begun, setBegun] = useState<number>();
  const { failed, run } = useAct();
  const { data, error, refetch } = found.value;
  useEvery(EVERY_MS, () => found.value.data?.replays.some(({ state }) => state === 'running') && void found.value.refetch());
  const stop = async (number: number): Promise<void> => {
    await take(own.DELETE('/apps/{app_id}/webhooks/{webhook_id}/replays/{number}', { params: { path: { ...path, number: String(number) } } }));
    await refetch();
  };
  return (
    <section class="card pad" aria-labelledby="replays">
      <div class="page-tools">
        <h2 id="replays">{words.title}</h2>
        {mayChange.value && webhook.enabled && (
          <button type="button" class="button end" onClick={() => setAsking(true)}>
            {words.button}
          </button>
        )}
      </div>
      <p role="status" class="soft">
        {begun !== undefined && words.begun(begun)}
      </p>
      <Refusal text={failed} />
      {error && <Problem error={error} again={() => void refetch()} />}
      {data?.replays.length === 0 && <p class="soft">{words.none}</p>}
      <ul class="lines">
        {data?.replays.map((replay) => (
          <li key={replay.number}>
            <span class="mono">
              {words.range} {number(replay.from_sequence)}–{number(replay.to_sequence)}
            </span>
            <span class="pill">
              {words.states[replay.state] ?? replay.state} {replay.state === 'running' && done(replay)}
            </span>
            <span class="soft">{words.sentOf(replay.sent, replay.failed)}</span>
            {replay.state === 'running' && mayChange.value && (
              <button type="button" class="button" aria-label={words.stopOf(replay.number)} onClick={() => void run(() => stop(replay.number))}>
                {words.stop}
              </button>
            )}
          </li>
        ))}
      </ul>
      {asking && (
        <Begin
          webhook={webhook}
          close={() => setAsking(false)}
          begun={(estimated) => {
            setAsking(false);
            setBegun(estimated);
            void refetch();
          }}
        />
      )}
    </section>
  );
}

/** How far it is. */
function done({ from_sequence: from, to_sequence: to, done_sequence }: Replay): string {
  return share((done_sequence ?? from - 1) - from + 1, to - from + 1);
}

function Begin({ webhook, close, begun }: { webhook: Webhook; close: () => void; begun: (estimated: number) => void }) {
  const [by, setBy] = useState<'time' | 'facts'>('time');
  const [range, setRange] = useState({ from: '', to: '' });
  const [onlyFailed, setOnlyFailed] = useState(false);
  const [newIds, setNewIds] = useState(false);
  const path = { app_id: here().app_id, webhook_id: webhook.id };
  const send = async (): Promise<void> => {
    const of = (text: string): string => new Date(ofField(text, zone.value)).toISOString();
    const asked = by === 'time' ? { from: of(range.from), to: of(range.to) } : { from_sequence: Number(range.from), to_sequence: Number(range.to) };
    const body = { ...asked, only_failed: onlyFailed, new_ids: newIds };
    begun((await take(own.POST('/apps/{app_id}/webhooks/{webhook_id}/replays', { params: { path }, body: body as never }))).estimated);
  };
  const field = (name: 'from' | 'to') => (
    <label>
      <span>
        {words[name]} {by === 'time' && <span class="faint">{zone.value}</span>}
      </span>
      <input
        required
        {...(by === 'time' ? { type: 'datetime-local' } : { type: 'number', min: 1, step: 1 })}
        value={range[name]}
        onInput={(event) => setRange({ ...range, [name]: event.currentTarget.value })}
      />
    </label>
  );
  return (
    <Form title={words.dialog} verb={words.begin} send={send} close={close}>
      <div class="segments" role="group" aria-label={words.by}>
        {(['time', 'facts'] as const).map((one) => (
          <button
            key={one}
            type="button"
            aria-pressed={by === one}
            onClick={() => {
              setBy(one);
              setRange({ from: '', to: '' });
            }}
          >
            {words[one]}
          </button>
        ))}
      </div>
      <div class="pair">
        {field('from')}
        {field('to')}
      </div>
      <label class="choice">
        <input type="checkbox" checked={onlyFailed} onChange={(event) => setOnlyFailed(event.currentTarget.checked)} />
        <span>{words.onlyFailed}</span>
      </label>
      <label class="choice">
        <input type="checkbox" checked={newIds} onChange={(event) => setNewIds(event.currentTarget.checked)} />
        <span>{words.newIds}</span>
      </label>
      <p class="soft">{words.more}</p>
    </Form>
  );
}
