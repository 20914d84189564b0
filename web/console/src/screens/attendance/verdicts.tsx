/** What everybody came to: a bar, and a filter for each. */
import { Icon } from '../../parts/icon.tsx';
import { number } from '../../time/format.ts';
import { words } from '../../words/attendance.ts';
import { part } from './count.ts';
import type { Verdict } from './rule.ts';

export const SIGNS = { present: 'check', late: 'clock', below: 'close', absent: 'minus' } as const;
const ORDER: readonly Verdict[] = ['present', 'late', 'below', 'absent'];

interface Props {
  readonly found: Record<Verdict, number>;
  readonly chosen: Verdict | undefined;
  /** Whether not being there is told apart. */
  readonly withAbsent: boolean;
  readonly choose: (verdict: Verdict | undefined) => void;
}

export function Verdicts({ found, chosen, withAbsent, choose }: Props) {
  const all = found.present + found.late + found.below + found.absent;
  // Only a rule that tells it apart has somebody there.
  const order = ORDER.filter((verdict) => verdict !== 'absent' || withAbsent);
  let from = 0;
  return (
    <div class="verdicts">
      <svg class="verdict-bar" viewBox="0 0 1000 10" preserveAspectRatio="none" role="img" aria-label={words.bar(found.present, found.late, found.below, withAbsent ? found.absent : undefined)}>
        <defs>
          {/* Colours are told apart by the hatch, too. */}
          <pattern id="hatch" width="9" height="10" patternUnits="userSpaceOnUse">
            <path d="M-2 12 7 -2M2 12 11 -2" />
          </pattern>
        </defs>
        {all > 0 &&
          order.map((verdict) => {
            const width = (found[verdict] / all) * 1000;
            const [x, wide] = [from, Math.max(0, width - (verdict === order.at(-1) ? 0 : 2))];
            from += width;
            return width > 0 ? <rect key={verdict} class={`is-${verdict}`} x={x} y="0" width={wide} height="10" /> : null;
          })}
      </svg>
      <div class="chips" role="group" aria-label={words.verdictsLabel}>
        {order.map((verdict) => (
          <button
            key={verdict}
            type="button"
            class={`chip is-${verdict}`}
            aria-pressed={chosen === verdict}
            onClick={() => choose(chosen === verdict ? undefined : verdict)}
          >
            <Icon name={SIGNS[verdict]} />
            <b>{number(found[verdict])}</b> {words.verdicts[verdict]} <span class="soft">{part(found[verdict], all)}</span>
          </button>
        ))}
      </div>
    </div>
  );
}

/** What somebody came to, in sign and word. */
export function Result({ verdict }: { verdict: Verdict }) {
  return (
    <span class={`result is-${verdict}`}>
      <Icon name={SIGNS[verdict]} />
      {words.verdicts[verdict]}
    </span>
  );
}

/** A share as a bar, with the threshold as a tick. Told beside it in numbers. */
export function ShareBar({ share, verdict, from }: { share: number; verdict: Verdict; from: number }) {
  return (
    <svg class="share-bar" viewBox="0 0 1000 16" preserveAspectRatio="none" aria-hidden="true">
      <rect class="track" x="0" y="4" width="1000" height="8" rx="4" />
      <rect class={`is-${verdict}`} x="0" y="4" width={Math.min(1000, share / 10)} height="8" rx="4" />
      <rect class="tick" x={Math.min(992, Math.max(0, from * 10 - 4))} y="0" width="8" height="16" />
    </svg>
  );
}
