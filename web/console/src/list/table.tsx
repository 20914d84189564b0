/** The table of ten million rows: a header, and as many rows as are seen. */
import type { ReadonlySignal } from '@preact/signals';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { liveClock, state } from '../feed/hub.ts';
import { Icon } from '../parts/icon.tsx';
import { zone } from '../time/zone.ts';
import { words } from '../words/sessions.ts';
import type { Column, Session } from './columns.tsx';
import { PAGE, type Pages } from './pages.ts';
import { Scroller } from './scroller.ts';
import type { Filters } from './url.ts';

/** Scrolling rests. */
const REST_MS = 140;

export interface Handle {
  go: (row: number) => void;
  top: () => number;
  /** Somebody is at work in the table. */
  isBusy: () => boolean;
}

export interface Props {
  readonly pages: Pages<Session>;
  readonly total: number;
  readonly columns: readonly Column[];
  readonly filters: Filters;
  readonly sort: (by: 'createdAt' | 'minutesConsumed') => void;
  readonly open: (id: string) => void;
  readonly at: number;
  readonly handle: (handle: Handle) => void;
  /** The rows that are seen. */
  readonly seen: (first: number, last: number) => void;
}

export function Table({ pages, total, columns, filters, sort, open, at, handle, seen }: Props) {
  const own = useRef<HTMLDivElement>(null);
  const scroller = useMemo(() => new Scroller(), []);
  const [, draw] = useState(0);
  const [active, setActive] = useState(-1);
  const rest = useRef(0);
  const paint = (): void => draw((n) => n + 1);

  const move = (to: number | undefined): void => {
    if (to !== undefined && own.current) own.current.scrollTop = to;
    paint();
    clearTimeout(rest.current);
    rest.current = window.setTimeout(() => {
      if (own.current) own.current.scrollTop = scroller.settle();
      paint();
    }, REST_MS);
  };

  useLayoutEffect(() => {
    const element = own.current;
    if (!element) return undefined;
    const measure = (): void => {
      const row = Number.parseFloat(getComputedStyle(document.documentElement).getPropertyValue('--row')) || 40;
      const to = scroller.resize({ rows: total, row, view: element.clientHeight });
      paint();
      // The contents have their height after the picture.
      requestAnimationFrame(() => (element.scrollTop = to));
    };
    measure();
    const watcher = new ResizeObserver(measure);
    watcher.observe(element);
    return () => watcher.disconnect();
  }, [total]);

  useLayoutEffect(() => {
    if (at > 0 && total > 0) move(scroller.go(at));
    handle({
      go: (row) => move(scroller.go(row)),
      top: () => scroller.top,
      isBusy: () => isAtWork(own.current),
    });
  }, []);

  useEffect(() => {
    const element = own.current;
    if (!element) return undefined;
    // The browser would scroll by as much as the element has left, which is less than the list has.
    const wheel = (event: WheelEvent): void => {
      const { height, sizes } = scroller;
      if (event.ctrlKey || height === sizes.rows * sizes.row) return;
      event.preventDefault();
      const unit = event.deltaMode === 1 ? sizes.row : event.deltaMode === 2 ? sizes.view : 1;
      move(scroller.by(event.deltaY * unit));
    };
    element.addEventListener('wheel', wheel, { passive: false });
    return () => element.removeEventListener('wheel', wheel);
  }, []);

  const { first, end } = scroller.window();
  const { first: from, last } = scroller.seen();
  useEffect(() => pages.want(first, Math.max(end, first + 1)), [pages, Math.floor(first / PAGE), Math.floor(end / PAGE)]);
  useEffect(() => seen(from, last), [from, last, total]);
  // Redrawn when an answer comes.
  void pages.news.value;

  const keys = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const view = Math.max(1, last - from);
    const to = { ArrowDown: active < 0 ? from : active + 1, ArrowUp: active - 1, PageDown: Math.max(active, from) + view, PageUp: Math.max(active, from) - view, Home: 0, End: total - 1 }[event.key];
    if (to !== undefined) {
      event.preventDefault();
      const row = Math.max(0, Math.min(total - 1, to));
      setActive(row);
      if (row < from || row > last) move(scroller.go(row < from ? row : row - view + 1));
      else paint();
    } else if ((event.key === 'ContextMenu' || (event.key === 'F10' && event.shiftKey)) && active >= 0) {
      event.preventDefault();
      own.current?.querySelector<HTMLElement>('.chosen .row-menu')?.click();
    } else if (event.key === 'Enter' && active >= 0 && event.target === own.current) {
      const row = pages.row(active);
      if (row && !(row instanceof Error)) open(row.id);
    }
  };

  const rows = [];
  for (let index = first; index < end; index += 1) {
    const row = pages.row(index);
    rows.push(<Line key={index} index={index} row={row} columns={columns} top={scroller.place(index)} isChosen={index === active} again={() => pages.again()} />);
  }
  const grid = columns.map(({ width }) => width).join(' ');
  return (
    <div role="table" class="grow-table" aria-label={words.title} aria-rowcount={total + 1} ref={(element) => element?.style.setProperty('--columns', grid)}>
      <Head columns={columns} filters={filters} sort={sort} />
      <div
        ref={own}
        class="rows"
        role="rowgroup"
        tabIndex={0}
        aria-label={words.title}
        onScroll={(event) => {
          const to = scroller.moved(event.currentTarget.scrollTop);
          move(to);
        }}
        onKeyDown={keys}
        onBlur={(event) => {
          if (!event.currentTarget.contains(event.relatedTarget as Node | null)) setActive(-1);
        }}
      >
        <div class="tall" role="presentation" ref={(element) => element?.style.setProperty('block-size', `${scroller.height}px`)}>
          {rows}
        </div>
      </div>
    </div>
  );
}

/** Whether somebody is at work in this element, has chosen text, or has something open. */
export function isAtWork(element: HTMLElement | null): boolean {
  const inside = element?.contains(document.activeElement) ?? false;
  const selected = getSelection()?.type === 'Range';
  return inside || selected || document.querySelector('[popover]:popover-open, dialog[open]') !== null;
}

function Head({ columns, filters, sort }: Pick<Props, 'columns' | 'filters' | 'sort'>) {
  const [by, order] = [filters.sort_by ?? 'createdAt', filters.sort_order ?? 'DESC'];
  return (
    <div role="rowgroup">
      <div role="row" aria-rowindex={1} class="thead">
        {columns.map((column) => {
          const sorted = column.sort === by ? (order === 'ASC' ? 'ascending' : 'descending') : undefined;
          const text = (
            <>
              {column.head} {column.isTime && <span class="zone">{zone.value}</span>}
            </>
          );
          const { sort: key } = column;
          return (
            <div key={column.name} role="columnheader" class={column.isNumber ? 'num' : ''} aria-sort={key ? (sorted ?? 'none') : undefined}>
              {key ? (
                <button type="button" onClick={() => sort(key)}>
                  {text}
                  <Icon name={sorted === 'ascending' ? 'asc' : sorted ? 'desc' : 'updown'} />
                </button>
              ) : (
                text
              )}
              {!column.head && <span class="sr">{words.menu}</span>}
            </div>
          );
        })}
      </div>
    </div>
  );
}

interface LineProps {
  readonly index: number;
  readonly row: Session | Error | undefined;
  readonly columns: readonly Column[];
  readonly top: number;
  readonly isChosen: boolean;
  readonly again: () => void;
}

function Line({ index, row, columns, top, isChosen, again }: LineProps) {
  const place = (element: HTMLDivElement | null): void => element?.style.setProperty('transform', `translateY(${top}px)`);
  const name = isChosen ? 'row-line chosen' : 'row-line';
  if (row instanceof Error) {
    const from = Math.floor(index / PAGE) * PAGE + 1;
    return (
      <div role="row" aria-rowindex={index + 2} class={name} ref={place}>
        <span role="cell" class="c-title">
          {words.pageFailed(from, from + PAGE - 1)}.{' '}
          <button type="button" class="button quiet" onClick={again}>
            {words.again}
          </button>
        </span>
      </div>
    );
  }
  const newer = row ? state.value.sessions.get(row.id)?.numbers : undefined;
  const now = row && (newer?.status ?? row.status) === 'LIVE' ? liveClock : still;
  return (
    <div role="row" aria-rowindex={index + 2} class={name} ref={place} data-id={row?.id}>
      {columns.map((column) => (
        <span key={column.name} role="cell" class={`c-${column.name} ${column.isNumber ? 'num' : ''}`}>
          {row ? column.cell({ session: row, newer, zone: zone.value, now: now.value }) : <span class="skeleton" />}
        </span>
      ))}
    </div>
  );
}

/** The clock of what has ended. */
const still: Pick<ReadonlySignal<number>, 'value'> = { value: 0 };
