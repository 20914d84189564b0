/** The curve of people in the room, what happened to the session, and the axis of both. */
import { exactTime, number, shortTime, time } from '../../time/format.ts';
import { offsetAt } from '../../time/ranges.ts';
import { zone } from '../../time/zone.ts';
import { words } from '../../words/session.ts';
import { isRemoval, ticks } from './model.ts';
import type { Span } from './timeline.tsx';
import type { Told } from './told.ts';

/** Of the box in which the curve is drawn. */
const [WIDTH, HEIGHT, HEAD] = [1000, 100, 26];

interface CurveProps {
  readonly told: Told;
  readonly span: Span;
  readonly whole: Span;
  readonly pick: (at: number) => void;
}

export function Curve({ told, span, whole, pick }: CurveProps) {
  const { session, curve } = told;
  const peak = Math.max(1, session.max_concurrent_participants);
  const x = (at: number): number => ((at - span.from) / (span.to - span.from)) * WIDTH;
  const y = (n: number): number => HEIGHT - (n / peak) * (HEIGHT - HEAD);
  let path = `M${x(whole.from)} ${HEIGHT}`;
  for (const [at = 0, n = 0] of curve) path += `H${x(at).toFixed(1)}V${y(n).toFixed(1)}`;
  path += `H${x(session.ended_at ?? whole.to).toFixed(1)}V${HEIGHT}Z`;
  const at = session.peak_at;
  const share = at === undefined ? -1 : (at - span.from) / (span.to - span.from);
  const seen = share >= 0 && share <= 1;
  return (
    <figure
      class="lane-time curve"
      onClick={(event) => {
        const box = event.currentTarget.getBoundingClientRect();
        pick(span.from + ((event.clientX - box.left) / box.width) * (span.to - span.from));
      }}
    >
      <figcaption class="sr">
        {words.inRoom}: {words.figures.peak} {number(peak)} {at !== undefined && words.peak(time(at, zone.value))}
      </figcaption>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
        <path d={path} />
        <line x1={0} x2={WIDTH} y1={y(peak)} y2={y(peak)} />
      </svg>
      {seen && at !== undefined && (
        <>
          <i class="peak-dot" style={{ insetInlineStart: `clamp(5px, ${share * 100}%, 100% - 5px)` }} />
          <span class="peak-word" style={{ insetInlineStart: `${share * 100}%`, transform: `translateX(${-share * 100}%)` }} aria-hidden="true">
            {words.peakWord} <b>{number(peak)}</b> {words.peak(time(at, zone.value))}
          </span>
        </>
      )}
    </figure>
  );
}

export function Marks({ told, span, show }: { told: Told; span: Span; show: (person: string) => void }) {
  const place = (at: number) => ({ insetInlineStart: `${((at - span.from) / (span.to - span.from)) * 100}%` });
  const isSeen = (at: number): boolean => at >= span.from && at <= span.to;
  const removals = told.stays.filter(({ left_at, reason }) => left_at !== undefined && isRemoval(reason) && isSeen(left_at));
  return (
    <div class="lane-time marks">
      {told.events
        .filter(({ at, type }) => isSeen(at) && type !== 'session.started')
        .map(({ seq, at, type, title, reason }) => {
          const what = `${words.kinds[type] ?? type}${title ? `: ${title}` : ''}${reason ? `: ${words.ends[reason] ?? reason}` : ''}, ${exactTime(at, zone.value)}`;
          return <i key={seq} class={type === 'session.ended' ? 'mark-end' : 'mark-note'} style={place(at)} title={what} role="img" aria-label={what} />;
        })}
      {removals.map(({ left_seq, left_at = 0, person }) => {
        const what = `${words.removed}, ${exactTime(left_at, zone.value)}`;
        return <button key={left_seq} type="button" class="mark-removed" style={place(left_at)} title={what} aria-label={what} onClick={() => show(person)} />;
      })}
    </div>
  );
}

export function Axis({ span, labels, cursor, there }: { span: Span; labels: number; cursor: number | undefined; there: number }) {
  const { step, at } = ticks(span.from, span.to, labels, offsetAt(zone.value, span.from));
  const write = step < 1_000 ? exactTime : step < 60_000 ? time : shortTime;
  const place = (instant: number) => ({ insetInlineStart: `${((instant - span.from) / (span.to - span.from)) * 100}%` });
  return (
    <div class="lane-time axis">
      {at.map((instant) => (
        <span key={instant} style={place(instant)}>
          {/* Where there is no room for it to the end, the line alone says enough. */}
          {((span.to - instant) / (span.to - span.from)) * labels > 0.6 && write(instant, zone.value)}
        </span>
      ))}
      {cursor !== undefined && (
        <span class="cursor-word" style={place(cursor)}>
          {time(cursor, zone.value)} · <b>{number(there)}</b>
        </span>
      )}
    </div>
  );
}
