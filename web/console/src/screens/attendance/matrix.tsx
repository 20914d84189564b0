/** Several sessions: the register, a row a person and a column a session. */
import { Icon } from '../../parts/icon.tsx';
import { date, length, shortTime } from '../../time/format.ts';
import { zone } from '../../time/zone.ts';
import { words } from '../../words/attendance.ts';
import { type Report, attended, percent } from './count.ts';
import { Pages, usePage } from './pages.tsx';
import { Name, type Shown } from './people.tsx';
import type { Line } from './rule.ts';
import { Result, SIGNS } from './verdicts.tsx';

export function Matrix({ report, rows, doubles, view, change, open }: Shown & { report: Report }) {
  const { page, seen, count } = usePage(rows, view.page ?? 1);
  const { sessions } = report;
  return (
    <>
      <div class="card scrolls report-table" tabIndex={0} role="region" aria-label={words.title}>
        <table class="plain matrix">
          <thead>
            <tr>
              <th scope="col" class="c-name">
                {words.columns.name}
              </th>
              <th scope="col">{words.columns.own}</th>
              {sessions.map((session) => (
                <th key={session.id} scope="col" class="num">
                  <Day session={session} />
                </th>
              ))}
              <th scope="col" class="num">
                {words.lessons}
              </th>
              <th scope="col" class="num">
                {words.columns.time}
              </th>
              <th scope="col" class="num">
                {words.total}
              </th>
              <th scope="col" class="c-result">
                {words.columns.verdict}
              </th>
            </tr>
          </thead>
          <tbody>
            {seen.map((row) => (
              <tr key={row.key} data-key={row.key}>
                <th scope="row" class="c-name">
                  <Name row={row} doubles={doubles} open={open} />
                </th>
                <td class="mono">{row.own_id ?? ''}</td>
                {row.cells.map((cell, nth) => (
                  <td key={sessions[nth]?.id} class="num">
                    <Cell cell={cell} />
                  </td>
                ))}
                <td class="num">{words.lessonsOf(attended(row), sessions.length)}</td>
                <td class="num">{length(row.total.ms)}</td>
                <td class="num">
                  <b>{percent(row.total.share)}</b>
                </td>
                <td class="c-result">
                  <Result verdict={row.total.verdict} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
        {rows.length === 0 && <p class="pad soft">{words.noneFits}</p>}
      </div>
      <Pages page={page} count={count} all={rows.length} go={(to) => change({ page: to })} />
    </>
  );
}

function Day({ session: { started_at } }: { session: Report['sessions'][number] }) {
  return (
    <span class="day">
      {date(started_at, zone.value)}
      <span class="faint">{shortTime(started_at, zone.value)}</span>
    </span>
  );
}

function Cell({ cell: { stays, share, verdict } }: { cell: Line }) {
  if (stays === 0) {
    return (
      <span class="faint">
        –<span class="sr"> {words.notThere}</span>
      </span>
    );
  }
  return (
    <span class={`result is-${verdict}`}>
      <span class="ink">{percent(share)}</span>
      <Icon name={SIGNS[verdict]} />
      <span class="sr">{words.verdicts[verdict]}</span>
    </span>
  );
}
