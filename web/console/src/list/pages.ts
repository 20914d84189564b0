/** Pages of a long list: asked for when they are seen, and forgotten when many others were. */
import { signal } from '@preact/signals';
import { queries } from '../api/query.ts';

export const PAGE = 100;
/** Pages that are kept: six thousand rows. */
const KEPT = 60;
/** Who drags the thumb passes a thousand pages a second; those where it rests are asked for. */
const REST_MS = 60;

export interface Page<Row> {
  readonly rows: readonly Row[];
  readonly total: number;
}

export class Pages<Row> {
  /** Rows in all; `undefined` until the first answer. */
  readonly total = signal<number | undefined>(undefined);
  /** Grows with every answer. */
  readonly news = signal(0);
  readonly #key: readonly unknown[];
  readonly #ask: (page: number, abort: AbortSignal) => Promise<Page<Row>>;
  /** By number from 0, the one that was used last at the end. */
  readonly #pages = new Map<number, readonly Row[] | Error | undefined>();
  #timer = 0;
  #isOver = false;

  constructor(key: readonly unknown[], ask: (page: number, abort: AbortSignal) => Promise<Page<Row>>) {
    this.#key = key;
    this.#ask = ask;
  }

  /** A row; an error when its page could not be read, `undefined` until it is there. */
  row(index: number): Row | Error | undefined {
    const page = this.#pages.get(Math.floor(index / PAGE));
    return page instanceof Error || !page ? page : page[index % PAGE];
  }

  /** Every row that is there, as far as it is kept. */
  *known(): Iterable<Row> {
    for (const page of this.#pages.values()) if (page && !(page instanceof Error)) yield* page;
  }

  /** These rows are seen. */
  want(first: number, end: number): void {
    clearTimeout(this.#timer);
    const missing: number[] = [];
    for (let page = Math.floor(first / PAGE); page <= Math.floor(Math.max(first, end - 1) / PAGE); page += 1) {
      const known = this.#pages.get(page);
      if (this.#pages.has(page)) {
        this.#pages.delete(page);
        this.#pages.set(page, known);
      } else missing.push(page);
    }
    if (!missing.length) return;
    const load = (): void => missing.forEach((page) => void this.#load(page));
    if (this.total.value === undefined) load();
    else this.#timer = window.setTimeout(load, REST_MS);
  }

  /** Asks anew for what could not be read. */
  again(): void {
    for (const [page, known] of [...this.#pages]) {
      if (known instanceof Error) {
        this.#pages.delete(page);
        void this.#load(page);
      }
    }
  }

  /** Nobody looks any more. */
  close(): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
    void queries.cancelQueries({ queryKey: this.#key });
  }

  async #load(page: number): Promise<void> {
    if (this.#pages.has(page) || this.#isOver) return;
    this.#pages.set(page, undefined);
    let found: readonly Row[] | Error;
    try {
      const answer = await queries.fetchQuery({
        queryKey: [...this.#key, page],
        queryFn: ({ signal: abort }) => this.#ask(page + 1, abort),
        gcTime: 0,
      });
      found = answer.rows;
      this.total.value = answer.total;
    } catch (error) {
      found = error as Error;
    }
    if (this.#isOver) return;
    this.#pages.set(page, found);
    for (const oldest of this.#pages.keys()) {
      if (this.#pages.size <= KEPT) break;
      this.#pages.delete(oldest);
    }
    this.news.value += 1;
  }
}
