/** The calendar of presence: a year of weeks, and the same days as a table. */
import { serverNow } from '../../session.ts';
import { dayAt } from '../../time/days.ts';
import { longDate, minutes, monthNames, number, weekdayNames } from '../../time/format.ts';
import { zone } from '../../time/zone.ts';
import { words } from '../../words/people.ts';
import type { PersonTold } from '../person.tsx';
import { type Cell, weeks } from './calendar.ts';

/** A year and the week that goes on. */
const WEEKS = 53;
/** Px of a cell with its gap. */
const CELL = 13;
/** Room for the names of weekdays, and of months. */
const LEFT = 30;
const TOP = 18;

/** The name of the month that a week is the first of. */
function monthOf(week: readonly Cell[], before: readonly Cell[] | undefined): string {
  const [month, last] = [week[0]?.day.slice(0, 7), before?.[0]?.day.slice(0, 7)];
  return before && month && month !== last ? (monthNames()[Number(month.slice(5)) - 1] ?? '') : '';
}

const dayName = (day: string): string => longDate(Date.parse(`${day}T12:00:00Z`), 'UTC');

export function Presence({ told }: { told: PersonTold }) {
  const { days } = told;
  const today = dayAt(zone.value, serverNow());
  const [first, last] = [days[0]?.day ?? today, days.at(-1)?.day ?? today];
  // Up to the last day: somebody who was here long ago has a calendar, too.
  const grid = weeks(days, last, WEEKS);
  return (
    <>
      <figure class="card calendar" tabIndex={0}>
        <figcaption>
          {words.presence} <span class="faint">{zone.value}</span>
          <span class="sr">. {words.presenceCaption(days.length, dayName(first), dayName(last))}</span>
        </figcaption>
        <svg width={LEFT + WEEKS * CELL} height={TOP + 7 * CELL} viewBox={`0 0 ${LEFT + WEEKS * CELL} ${TOP + 7 * CELL}`} aria-hidden="true">
          {weekdayNames().map((name, i) =>
            i % 2 === 0 && i < 6 ? (
              <text key={name} x={0} y={TOP + i * CELL + 10}>
                {name}
              </text>
            ) : null,
          )}
          {grid.map((week, x) => {
            const month = monthOf(week, grid[x - 1]);
            return month ? (
              <text key={month + x} x={LEFT + x * CELL} y={10}>
                {month}
              </text>
            ) : null;
          })}
          {grid.map((week, x) =>
            week.map((cell, y) => (
              <rect key={cell.day} class={`level-${cell.level}`} x={LEFT + x * CELL} y={TOP + y * CELL} width={11} height={11} rx={2}>
                <title>{`${dayName(cell.day)}: ${minutes(cell.minutes)}`}</title>
              </rect>
            )),
          )}
        </svg>
        <p class="legend-line faint" aria-hidden="true">
          {words.less} {[0, 1, 2, 3, 4].map((level) => <i key={level} class={`key level-${level}`} />)} {words.more}
        </p>
      </figure>
      <details class="card fold">
        <summary>{words.table}</summary>
        <div class="over" tabIndex={0} role="region" aria-label={words.presence}>
          <table class="plain">
            <thead>
              <tr>
                <th scope="col">
                  {words.day} <span class="faint">{zone.value}</span>
                </th>
                <th scope="col" class="num">
                  {words.stays}
                </th>
                <th scope="col" class="num">
                  {words.minutes}
                </th>
              </tr>
            </thead>
            <tbody>
              {days.toReversed().map((day) => (
                <tr key={day.day}>
                  <th scope="row">{dayName(day.day)}</th>
                  <td class="num">{number(day.stays)}</td>
                  <td class="num">{minutes(day.minutes)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </details>
    </>
  );
}
