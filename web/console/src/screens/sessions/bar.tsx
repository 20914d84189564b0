/** Search, filters, columns and export of the session list. */
import { isKnown, live } from '../../feed/hub.ts';
import { COLUMNS, DEFAULT, chosen } from '../../list/columns.tsx';
import { type Filters, type View, query } from '../../list/url.ts';
import { Icon } from '../../parts/icon.tsx';
import { Menu } from '../../parts/menu.tsx';
import { Search } from '../../parts/search.tsx';
import { number, size } from '../../time/format.ts';
import { type Range, range } from '../../time/ranges.ts';
import { clock, zone } from '../../time/zone.ts';
import { words } from '../../words/sessions.ts';
import { Times } from './times.tsx';

const WHOLE_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
/** Bytes of a row, about. */
const ROW_BYTES = { csv: 25, record: 900 };

interface Props {
  readonly view: View;
  readonly set: (next: Partial<Filters>, replace?: boolean) => void;
  readonly change: (next: Partial<View>, replace?: boolean) => void;
  readonly total: number | undefined;
  readonly app: string;
  readonly open: (id: string) => void;
}

export function Bar({ view, set, change, total, app, open }: Props) {
  const { filters } = view;
  return (
    <div class="bar" role="search">
      <Search
        text={filters.search ?? ''}
        hint={words.search}
        label={words.searchLabel}
        send={(search, replace) => set({ search }, replace)}
        enter={(text) => {
          const isId = WHOLE_ID.test(text);
          if (isId) open(text.toLowerCase());
          return isId;
        }}
        slash
      />
      <div class="segments" role="group" aria-label={words.status}>
        <button type="button" aria-pressed={!filters.status} onClick={() => set({ status: undefined } as never)}>
          {words.all}
        </button>
        <button type="button" aria-pressed={filters.status === 'LIVE'} onClick={() => set({ status: 'LIVE' })}>
          {words.live} {isKnown.value && <b>{number(live.value)}</b>}
        </button>
        <button type="button" aria-pressed={filters.status === 'ENDED'} onClick={() => set({ status: 'ENDED' })}>
          {words.ended}
        </button>
      </div>
      <Menu class={filters.start_time || filters.end_time ? 'button on' : 'button'} label={<Chevron text={words.anyTime} />}>
        {(close) => <TimeMenu filters={filters} set={set} close={close} />}
      </Menu>
      <Menu class={filters.participants ? 'button on' : 'button'} label={<Chevron text={filters.participants ? `${words.peak} ${filters.participants}` : words.peak} />}>
        {(close) => <Peak text={filters.participants ?? ''} set={set} close={close} />}
      </Menu>
      <Menu class={filters.associated_id ? 'button on' : 'button'} label={<Chevron text={words.meeting} />}>
        {(close) => <Meeting text={filters.associated_id ?? ''} set={set} close={close} />}
      </Menu>
      <span class="end">
        <Menu class="button" label={words.columnsButton} end>
          {() => <Columns view={view} change={change} />}
        </Menu>
        <Menu class="button" label={words.export} end>
          {(close) => <Export view={view} total={total} app={app} close={close} />}
        </Menu>
      </span>
    </div>
  );
}

function Chevron({ text }: { text: string }) {
  return (
    <>
      {text} <Icon name="down" />
    </>
  );
}

const RANGES: Range[] = ['today', 'yesterday', '7', '30', 'month', 'last-month'];

function TimeMenu({ filters, set, close }: { filters: Filters; set: Props['set']; close: () => void }) {
  const choose = (name: Range): void => {
    const { from, to } = range(name, zone.value, clock.value);
    set({ start_time: new Date(from).toISOString(), end_time: new Date(to).toISOString() });
    close();
  };
  const any = !filters.start_time && !filters.end_time;
  return (
    <div class="menu">
      <button
        type="button"
        aria-current={any}
        onClick={() => {
          set({ start_time: '', end_time: '' });
          close();
        }}
      >
        {words.anyTime}
      </button>
      {RANGES.map((name) => (
        <button key={name} type="button" onClick={() => choose(name)}>
          {words.ranges[name]}
        </button>
      ))}
      <hr />
      <Times filters={filters} set={set} close={close} />
    </div>
  );
}

function Peak({ text, set, close }: { text: string; set: Props['set']; close: () => void }) {
  const [least = '', most = ''] = text.split(':');
  const send = (event: SubmitEvent): void => {
    event.preventDefault();
    const data = new FormData(event.currentTarget as HTMLFormElement);
    const [from, to] = [String(data.get('least')), String(data.get('most'))];
    set({ participants: from || to ? `${from}:${to}` : '' });
    close();
  };
  return (
    <form class="form" onSubmit={send}>
      <label>
        {words.least}
        <input name="least" type="number" min={0} defaultValue={least} />
      </label>
      <label>
        {words.most}
        <input name="most" type="number" min={0} defaultValue={most} />
      </label>
      <Buttons
        clear={() => {
          set({ participants: '' });
          close();
        }}
      />
    </form>
  );
}

function Meeting({ text, set, close }: { text: string; set: Props['set']; close: () => void }) {
  const send = (event: SubmitEvent): void => {
    event.preventDefault();
    const data = new FormData(event.currentTarget as HTMLFormElement);
    set({ associated_id: String(data.get('meeting')).trim() });
    close();
  };
  return (
    <form class="form" onSubmit={send}>
      <label>
        {words.meetingId}
        <input name="meeting" class="mono" size={38} defaultValue={text} />
      </label>
      <Buttons
        clear={() => {
          set({ associated_id: '' });
          close();
        }}
      />
    </form>
  );
}

export function Buttons({ clear }: { clear: () => void }) {
  return (
    <div class="row">
      <button type="button" class="button quiet" onClick={clear}>
        {words.clear}
      </button>
      <button type="submit" class="button primary">
        {words.apply}
      </button>
    </div>
  );
}

function Columns({ view, change }: Pick<Props, 'view' | 'change'>) {
  const names = chosen(view.cols).map(({ name }) => name);
  return (
    <div class="menu">
      {COLUMNS.map(({ name, head }) => (
        <label key={name}>
          <input
            type="checkbox"
            checked={names.includes(name)}
            disabled={name === 'title'}
            onChange={() => {
              const next = names.includes(name) ? names.filter((other) => other !== name) : [...names, name];
              const isDefault = next.length === DEFAULT.length && DEFAULT.every((other) => next.includes(other));
              change({ cols: isDefault ? [] : next }, true);
            }}
          />
          {head}
        </label>
      ))}
    </div>
  );
}

function Export({ view, total, app, close }: Pick<Props, 'view' | 'total' | 'app'> & { close: () => void }) {
  const filters = query(view.filters);
  delete filters['sort_by'];
  delete filters['sort_order'];
  const columns = [...new Set([...chosen(view.cols).flatMap(({ csv }) => csv), 'session_id'])];
  const csv = new URLSearchParams({ ...filters, columns: columns.join(','), tz: zone.value });
  const base = `/sederunt/v1/apps/${encodeURIComponent(app)}`;
  const rows = total ?? 0;
  return (
    <div class="menu">
      <a href={`${base}/sessions.csv?${csv}`} download onClick={close} target="_self">
        <span>
          {words.csv}
          <br />
          <span class="faint">
            {words.exportRows(rows, size(rows * ROW_BYTES.csv * columns.length))} · {words.zoneOf(zone.value)}
          </span>
        </span>
      </a>
      <a href={`${base}/sessions.ndjson?${new URLSearchParams(filters)}`} download onClick={close} target="_self">
        <span>
          {words.ndjson}
          <br />
          <span class="faint">{words.exportRows(rows, size(rows * ROW_BYTES.record))}</span>
        </span>
      </a>
    </div>
  );
}
