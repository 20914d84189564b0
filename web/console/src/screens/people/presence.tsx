/** The calendar of presence: a year of weeks, and the same days as a table. */
import { serverNow } from '../../session.ts';
import { dayAt } from '../../time/days.ts';
import { longDate, minutes, number, weekdayNames } from '../../time/format.ts';
import { zone } from '../../time/zone.ts';
import { words } from '../../words/people.ts';
import type { PersonTold } from '../person.tsx';
import { weeks } from './calendar.ts';

/** A year and the week that goes on. */
const WEEKS = 53;
/** Px of a cell with its gap. */
const CELL = 13;
/** Room for the names of weekdays. */
const LEFT = 30;

const dayName = (day: string): string => longDate(Date.parse(`${day}T12:00:00Z`), 'UTC');

export function Presence({ told }: { told: PersonTold }) {
  const { days } = told;
  const today = dayAt(zone.value, serverNow());
  const [first, last] = [days[0]?.day ?? today, days.at(-1)?.day ?? today];
  const grid = weeks(days, last > today ? last : today, WEEKS);
  return (
    <>
      <figure class="card calendar" tabIndex={0}>
        <figcaption>
          {words.presence} <span class="faint">{zone.value}</span>
          <span class="sr">. {words.presenceCaption(days.length, dayName(first), dayName(last))}</span>
        </figcaption>
        <svg width={LEFT + WEEKS * CELL} height={7 * CELL} viewBox={`0 0 ${LEFT + WEEKS * CELL} ${7 * CELL}`} aria-hidden="true">
          {weekdayNames().map((name, i) =>
            i % 2 === 0 && i < 6 ? (
              <text key={name} x={0} y={i * CELL + 10}>
                {name}
              </text>
            ) : null,
          )}
          {grid.map((week, x) =>
            week.map((cell, y) => (
              <rect key={cell.day} class={`level-${cell.level}`} x={LEFT + x * CELL} y={y * CELL} width={11} height={11} rx={2}>
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
