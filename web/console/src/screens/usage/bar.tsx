/** Which days, which rows, by which rule, and what the bars show. */
import { Icon } from '../../parts/icon.tsx';
import { Menu } from '../../parts/menu.tsx';
import { serverNow } from '../../session.ts';
import { dayAt, isDay } from '../../time/days.ts';
import { date } from '../../time/format.ts';
import { zone } from '../../time/zone.ts';
import { words } from '../../words/usage.ts';
import { BYS, PRESETS, SHOWS, type Show, type Usage, preset } from './view.ts';

/** A date of the address, as dates are told. */
const day = (iso: string): string => date(Date.parse(`${iso}T12:00:00Z`), 'UTC');

interface Props {
  readonly view: Usage;
  readonly set: (next: Partial<Usage>, replace?: boolean) => void;
  readonly app: string;
}

export function Bar({ view, set, app }: Props) {
  const { from, to, by, split } = view;
  const csv = new URLSearchParams({ from, to, by, split, tz: zone.value });
  return (
    <div class="bar wraps">
      <Menu
        class="button"
        label={
          <>
            {day(from)} – {day(to)} <Icon name="down" />
          </>
        }
      >
        {(close) => <Days view={view} set={set} close={close} />}
      </Menu>
      <div class="segments" role="group" aria-label={words.by}>
        {BYS.map((one) => (
          <button key={one} type="button" aria-pressed={by === one} onClick={() => set({ by: one })}>
            {words.bys[one]}
          </button>
        ))}
      </div>
      <div class="segments" role="group" aria-label={words.split}>
        {(['start', 'midnight'] as const).map((one) => (
          <button key={one} type="button" aria-pressed={split === one} title={words.rule[one]} onClick={() => set({ split: one })}>
            {words.splits[one]}
          </button>
        ))}
      </div>
      <span class="end">
        <select class="button" aria-label={words.show} value={view.show} onChange={(event) => set({ show: event.currentTarget.value as Show }, true)}>
          {SHOWS.map((one) => (
            <option key={one} value={one}>
              {words.columns[one]}
            </option>
          ))}
        </select>
        <a class="button" download target="_self" href={`/sederunt/v1/apps/${encodeURIComponent(app)}/usage.csv?${csv}`}>
          {words.csv}
        </a>
      </span>
    </div>
  );
}

function Days({ view, set, close }: Pick<Props, 'view' | 'set'> & { close: () => void }) {
  const today = dayAt(zone.value, serverNow());
  const send = (event: SubmitEvent): void => {
    event.preventDefault();
    const data = new FormData(event.currentTarget as HTMLFormElement);
    const [from = '', to = ''] = ['from', 'to'].map((name) => String(data.get(name))).sort();
    if (!isDay(from) || !isDay(to)) return;
    set({ from, to });
    close();
  };
  return (
    <div class="menu">
      {PRESETS.map((name) => {
        const range = preset(name, today);
        return (
          <button
            key={name}
            type="button"
            aria-current={range.from === view.from && range.to === view.to}
            onClick={() => {
              set(range);
              close();
            }}
          >
            {words.presets[name]}
          </button>
        );
      })}
      <hr />
      <form class="form" onSubmit={send}>
        <label>
          {words.from}
          <input name="from" type="date" required defaultValue={view.from} />
        </label>
        <label>
          {words.to}
          <input name="to" type="date" required defaultValue={view.to} />
        </label>
        <div class="row">
          <button type="submit" class="button primary">
            {words.apply}
          </button>
        </div>
      </form>
    </div>
  );
}
