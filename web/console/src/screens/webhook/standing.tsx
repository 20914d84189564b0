/** How a receiver does, in figures. */
import type { components } from '../../api/sederunt.d.ts';
import { serverNow } from '../../session.ts';
import { dateTime, number, time } from '../../time/format.ts';
import { zone } from '../../time/zone.ts';
import { words } from '../../words/webhooks.ts';

export type Status = components['schemas']['WebhookStatus'];

/** Of longer ago than this the date is told, too. */
const LATELY_MS = 12 * 3_600_000;

function moment(at: number): string {
  return serverNow() - at > LATELY_MS ? dateTime(at, zone.value) : time(at, zone.value);
}

/** Half of the answers came as soon, and 95 of a hundred. */
export function times({ last_hour: { p50_ms, p95_ms } }: Status): string {
  return p50_ms == null ? '–' : words.timesOf(words.ms(p50_ms), words.ms(p95_ms));
}

export function StatePill({ status: { state, since, reason, last_hour: hour } }: { status: Status }) {
  // It takes a while until a receiver is given no more than a try now and then; that nothing arrives is known before.
  const isFailing = state === 'up' && hour.failed > 0 && hour.delivered === 0;
  const kind = isFailing ? 'wrong' : state === 'up' ? 'good' : state === 'disabled' ? '' : 'wrong';
  return (
    <>
      <span class={`pill ${kind}`}>{isFailing ? words.failing : (words.states[state] ?? state)}</span>
      {since && <span class="soft"> {words.downSince(moment(Date.parse(since)))}</span>}
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
        <dd class="text">{now && times(now)}</dd>
      </div>
      <div>
        <dt>{words.next}</dt>
        <dd class="text">{now?.next_attempt_at ? time(Date.parse(now.next_attempt_at), zone.value) : '–'}</dd>
      </div>
    </dl>
  );
}
