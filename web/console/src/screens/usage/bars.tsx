/** Bars over time. The table below them is the accessible form, and has their links. */
import { useLocation } from 'preact-iso';
import { date, number } from '../../time/format.ts';
import { zone } from '../../time/zone.ts';
import { words } from '../../words/usage.ts';
import { type Told, shown } from '../usage.tsx';
import { sessionsOf } from './rows.tsx';
import { type Show, ceiling } from './view.ts';

/** Labels below the bars, at most: what fits on a phone. */
const LABELS = 4;

export function Bars({ told, of }: { told: Told; of: Show }) {
  const { route } = useLocation();
  const { rows, sum, by } = told;
  const most = ceiling(Math.max(0, ...rows.map((row) => row[of] ?? 0)));
  const every = Math.max(1, Math.ceil(rows.length / LABELS));
  const day = (text: string, ms = 0): string => date(Date.parse(text) - ms, zone.value);
  return (
    <figure class="card bars">
      <figcaption>
        {words.columns[of]} <span class="faint">{words.most(number(most))}</span>
        <span class="sr">. {words.caption(words.columns[of] ?? of, by, day(sum.from), day(sum.to, 1), shown(sum, of, true))}</span>
      </figcaption>
      <svg viewBox={`0 0 ${rows.length} 100`} preserveAspectRatio="none" aria-hidden="true">
        <line x1={0} x2={rows.length} y1={50} y2={50} />
        {rows.map((row, i) => {
          const height = ((row[of] ?? 0) / most) * 100;
          return (
            <g key={row.from} class="way" onClick={() => route(sessionsOf(row))}>
              <rect class="whole" x={i} y={0} width={1} height={100} />
              <rect x={i + 0.12} y={100 - height} width={0.76} height={height} />
              <title>{`${day(row.from)}: ${shown(row, of)}`}</title>
            </g>
          );
        })}
      </svg>
      <div class="axis" aria-hidden="true">
        {rows.map((row, i) =>
          i % every === 0 ? (
            <span key={row.from} ref={(element) => element?.style.setProperty('inset-inline-start', `${(i / rows.length) * 100}%`)}>
              {day(row.from)}
            </span>
          ) : null,
        )}
      </div>
    </figure>
  );
}
