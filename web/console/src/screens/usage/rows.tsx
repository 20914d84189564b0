/** The numbers of the bars, each a way to the sessions behind it. */
import { minutes, longDate, offset } from '../../time/format.ts';
import { zone } from '../../time/zone.ts';
import { words } from '../../words/usage.ts';
import { type Row, type Told, shown } from '../usage.tsx';
import type { Usage } from './view.ts';

const DAY_HOURS = 24;
/** Columns in their order. */
const ORDER = ['sessions', 'stays', 'people', 'minutes', 'peak'] as const;

/** The list of the sessions that began in a row. */
export function sessionsOf({ from, to }: Row): string {
  const end = new Date(Date.parse(to) - 1).toISOString();
  return `/console/sessions?${new URLSearchParams({ start_time: from, end_time: end, tz: zone.value })}`;
}

function name(row: Row, by: string): string {
  const [from, last] = [Date.parse(row.from), Date.parse(row.to) - 1];
  return by === 'day' ? longDate(from, zone.value) : `${longDate(from, zone.value)} – ${longDate(last, zone.value)}`;
}

export function Rows({ told, view }: { told: Told; view: Usage }) {
  const { rows, sum, by } = told;
  const average = (of: (typeof ORDER)[number]): string => {
    const value = sum[of];
    return of === 'people' || of === 'peak' || value === null || value === undefined ? '' : minutes(value / Math.max(1, rows.length));
  };
  return (
    <div class="card over">
      <table class="plain">
        <caption class="sr">{words.table}</caption>
        <thead>
          <tr>
            <th scope="col">
              {words.one[by]} <span class="faint">{zone.value}</span>
            </th>
            {ORDER.map((of) => (
              <th key={of} scope="col" class={of === view.show ? 'num chosen' : 'num'}>
                {words.columns[of]}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.from}>
              <th scope="row">
                <a href={sessionsOf(row)} title={words.open(name(row, by))}>
                  {name(row, by)}
                </a>
                <Hours row={row} by={by} />
              </th>
              {ORDER.map((of) => (
                <td key={of} class={row[of] ? 'num' : 'num faint'}>
                  {shown(row, of)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">
              <a href={sessionsOf(sum)}>{words.sum}</a>
            </th>
            {ORDER.map((of) => (
              <td key={of} class="num">
                {shown(sum, of, true)}
              </td>
            ))}
          </tr>
          <tr>
            <th scope="row">{words.average}</th>
            {ORDER.map((of) => (
              <td key={of} class="num">
                {average(of)}
              </td>
            ))}
          </tr>
        </tfoot>
      </table>
    </div>
  );
}

/** A day that is not as long as others says so, and from which offset to which. */
function Hours({ row, by }: { row: Row; by: string }) {
  if (by !== 'day' || row.hours === DAY_HOURS) return null;
  const [before, after] = [row.from, row.to].map((text) => offset(zone.value, Date.parse(text)));
  return (
    <span class="pill" title={`${words.hoursMore(row.hours)} ${before} → ${after}`}>
      {words.hours(row.hours)}
    </span>
  );
}

