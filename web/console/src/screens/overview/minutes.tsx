/** Who came and who went in the last sixty minutes. */
import { useLocation } from 'preact-iso';
import type { components } from '../../api/sederunt.d.ts';
import { number, shortTime } from '../../time/format.ts';
import { zone } from '../../time/zone.ts';
import { words } from '../../words/overview.ts';

export type Activity = components['schemas']['Activity'];
type Row = components['schemas']['ActivityRow'];

/** Minutes between two labels. */
const LABEL = 15;

export function totals(rows: readonly Row[]): { joins: number; leaves: number; lost: number } {
  const sum = (of: 'joins' | 'leaves' | 'lost'): number => rows.reduce((all, row) => all + row[of], 0);
  return { joins: sum('joins'), leaves: sum('leaves'), lost: sum('lost') };
}

/** Where what happened in a minute is told. */
export const minuteAt = (from: string): string => `/console/minute?from=${encodeURIComponent(from)}`;

export function Minutes({ told }: { told: Activity }) {
  const { route } = useLocation();
  const { rows } = told;
  const { joins, leaves, lost } = totals(rows);
  const most = Math.max(1, ...rows.flatMap((row) => [row.joins, row.leaves]));
  const at = (row: Row): string => shortTime(Date.parse(row.from), zone.value);
  const px = (n: number): number => (n / most) * 48;
  return (
    <figure class="card bars flow">
      <figcaption>
        {words.minutesTitle}{' '}
        <span class="faint">
          {joins + leaves > 0 && `${words.minutesMost(most)} · `}
          {zone.value}
        </span>
        <span class="sr">. {words.caption(joins, leaves, lost)}</span>
      </figcaption>
      <svg viewBox={`0 0 ${rows.length} 100`} preserveAspectRatio="none" aria-hidden="true">
        <pattern id="lost-stripes" width={1} height={5} patternUnits="userSpaceOnUse">
          <rect class="stripe" width={1} height={3} />
        </pattern>
        <line x1={0} x2={rows.length} y1={50} y2={50} />
        {rows.map((row, i) => (
          <g key={row.from}>
            <rect class="up" x={i + 0.12} width={0.76} y={50 - px(row.joins)} height={px(row.joins)} />
            <rect class="down" x={i + 0.12} width={0.76} y={50} height={px(row.leaves - row.lost)} />
            <rect class="gone" fill="url(#lost-stripes)" x={i + 0.12} width={0.76} y={50 + px(row.leaves - row.lost)} height={px(row.lost)} />
            <rect class="whole" x={i} width={1} y={0} height={100} onClick={() => route(minuteAt(row.from))}>
              <title>{`${at(row)}: +${number(row.joins)} −${number(row.leaves)}${row.lost ? ` (${words.legend.lost} ${number(row.lost)})` : ''}, ${number(row.people)}`}</title>
            </rect>
          </g>
        ))}
      </svg>
      <div class="axis" aria-hidden="true">
        {rows.map((row, i) =>
          i % LABEL === 0 ? (
            <span key={row.from} ref={(element) => element?.style.setProperty('inset-inline-start', `${(i / rows.length) * 100}%`)}>
              {at(row)}
            </span>
          ) : null,
        )}
      </div>
      <p class="legend-line soft">
        <i class="key up" /> {words.legend.joins} <i class="key down" /> {words.legend.leaves} <i class="key gone" /> {words.legend.lost}
      </p>
    </figure>
  );
}

/** The same numbers. The newest minute first. */
export function MinuteTable({ told }: { told: Activity }) {
  const { joins, leaves, lost } = totals(told.rows);
  const names = ['joins', 'leaves', 'lost', 'people', 'sessions'] as const;
  return (
    <details class="card fold" id="minutes">
      <summary>{words.table}</summary>
      <div class="over" tabIndex={0} role="region" aria-label={words.minutesTitle}>
        <table class="plain">
          <thead>
            <tr>
              <th scope="col">
                {words.columns.from} <span class="faint">{zone.value}</span>
              </th>
              {names.map((name) => (
                <th key={name} scope="col" class="num">
                  {words.columns[name]}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {told.rows.toReversed().map((row) => (
              <tr key={row.from}>
                <th scope="row">
                  <a href={minuteAt(row.from)}>{shortTime(Date.parse(row.from), zone.value)}</a>
                </th>
                {names.map((name) => (
                  <td key={name} class={row[name] ? 'num' : 'num faint'}>
                    {number(row[name])}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
          <tfoot>
            <tr>
              <th scope="row">{words.sum}</th>
              {[number(joins), number(leaves), number(lost), '', ''].map((value, i) => (
                <td key={names[i]} class="num">
                  {value}
                </td>
              ))}
            </tr>
          </tfoot>
        </table>
      </div>
    </details>
  );
}
