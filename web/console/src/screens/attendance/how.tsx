/** "How this is counted": the formula with the numbers of one person. */
import { Dialog } from '../../parts/dialog.tsx';
import { dateTime, length, spoken, time } from '../../time/format.ts';
import { zone } from '../../time/zone.ts';
import { words } from '../../words/attendance.ts';
import { type Report, percent } from './count.ts';
import type { Line, Row } from './rule.ts';
import type { View } from './url.ts';
import { Result } from './verdicts.tsx';

interface Props {
  readonly row: Row;
  readonly report: Report;
  readonly view: View;
  readonly close: () => void;
  readonly isShared: boolean;
}

export function How({ row, report, view, close, isShared }: Props) {
  const name = row.name ?? row.own_id ?? words.nameless(row.key);
  const isTerm = row.cells.length > 1;
  const { formula } = words;
  return (
    <Dialog title={words.howOf(name)} close={close}>
      {row.own_id !== undefined && <p class="mono faint">{row.own_id}</p>}
      {row.cells.map((cell, nth) => {
        const session = report.sessions[nth];
        return (
          <section key={session?.id} class="formula">
            {isTerm && session && <h3>{dateTime(session.started_at, zone.value)}</h3>}
            {cell.stays === 0 ? <p class="soft">{words.notThere}</p> : <Formula line={cell} from={session?.from ?? 0} view={view} />}
            {!isShared && session && cell.stays > 0 && (
              <a href={`/console/sessions/${session.id}?person=${encodeURIComponent(row.participants.at(-1) ?? '')}`}>{formula.story}</a>
            )}
          </section>
        );
      })}
      {isTerm && (
        <section class="formula">
          <h3>{words.total}</h3>
          <Formula line={row.total} view={view} />
          <p class="soft">{formula.totalMore}</p>
        </section>
      )}
      <p class="soft">
        {row.participants.length > 1 && `${formula.participants(row.participants.length)} `}
        {formula.before} {formula.cut}
      </p>
    </Dialog>
  );
}

/** The steps of a line, as they are added. */
function Formula({ line, from, view }: { line: Line; from?: number; view: View }) {
  const { formula } = words;
  const late = words.lates(view.late);
  const isLate = from !== undefined && line.first !== undefined && line.first > from + view.late * 1000;
  const steps: readonly (readonly [string, string, string, string?])[] = [
    ['', formula.stays(line.stays), length(line.stays_ms)],
    ...(line.gaps_ms ? [['+', formula.gaps(words.gaps(view.gap)), spoken(line.gaps_ms)] as const] : []),
    ...(line.away_ms && !view.away ? [['−', formula.away, spoken(line.away_ms)] as const] : []),
    ['=', formula.sum, length(line.ms), 'sum'],
    ['÷', formula.window, length(line.window_ms)],
    ['=', `${formula.share}: ${formula.from(view.share)}`, percent(line.share), 'sum'],
  ];
  return (
    <>
      <table class="steps-table">
        <tbody>
          {steps.map(([sign, what, value, kind]) => (
            <tr key={what} class={kind ?? ''}>
              <td class="sign">{sign}</td>
              <th scope="row">{what}</th>
              <td class="num">{value}</td>
            </tr>
          ))}
          {from !== undefined && line.first !== undefined && (
            <tr>
              <td />
              <th scope="row">
                {formula.first}: {view.late >= 86_400 ? formula.never : isLate ? formula.late(late) : formula.inTime(late)}
              </th>
              <td class="num">{time(line.first, zone.value)}</td>
            </tr>
          )}
          <tr class="sum">
            <td />
            <th scope="row">{formula.result}</th>
            <td class="num">
              <Result verdict={line.verdict} />
            </td>
          </tr>
        </tbody>
      </table>
      {line.away_ms > 0 && view.away && (
        <p class="soft">
          {spoken(line.away_ms)} {formula.awayCounts}
        </p>
      )}
    </>
  );
}
