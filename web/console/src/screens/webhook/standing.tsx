/** How a receiver does, in figures. */
import type { components } from '../../api/sederunt.d.ts';
import { number, time } from '../../time/format.ts';
import { zone } from '../../time/zone.ts';
import { words } from '../../words/webhooks.ts';

export type Status = components['schemas']['WebhookStatus'];

export function StatePill({ status: { state, since, reason } }: { status: Status }) {
  const kind = state === 'up' ? 'good' : state === 'disabled' ? '' : 'wrong';
  return (
    <>
      <span class={`pill ${kind}`}>{words.states[state] ?? state}</span>
      {since && <span class="soft"> {words.downSince(time(Date.parse(since), zone.value))}</span>}
      {reason && <span class="second soft">{reason}</span>}
    </>
  );
}

export function Standing({ now }: { now: Status | undefined }) {
  const hour = now?.last_hour;
  return (
    <dl class="figures wrap">
      <div>
        <dt>{words.state}</dt>
        <dd class="text">{now && <StatePill status={now} />}</dd>
      </div>
      <div>
        <dt>{words.behind}</dt>
        <dd class="text">{now?.behind ? words.behindBy(now.behind.facts, now.behind.seconds) : '–'}</dd>
      </div>
      <div>
        <dt>{words.waiting}</dt>
        <dd class="text">{now && number(now.waiting)}</dd>
      </div>
      <div>
        <dt>{words.hour}</dt>
        <dd class="text">{hour && words.success(hour.delivered, hour.failed)}</dd>
      </div>
      <div>
        <dt>{words.times}</dt>
        <dd class="text">{hour && `${words.ms(hour.p50_ms)}, ${words.ms(hour.p95_ms)}`}</dd>
      </div>
      <div>
        <dt>{words.next}</dt>
        <dd class="text">{now?.next_attempt_at ? time(Date.parse(now.next_attempt_at), zone.value) : '–'}</dd>
      </div>
    </dl>
  );
}
