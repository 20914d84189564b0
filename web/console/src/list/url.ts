/** The address of the list: the API's own parameter names, so that it can be read as a request, kept, and shared. */

/** What the API filters and sorts by. */
export const API_NAMES = [
  'search',
  'status',
  'start_time',
  'end_time',
  'participants',
  'associated_id',
  'sort_by',
  'sort_order',
] as const;
export type ApiName = (typeof API_NAMES)[number];

export interface Filters {
  readonly search?: string;
  readonly status?: 'LIVE' | 'ENDED';
  readonly start_time?: string;
  readonly end_time?: string;
  readonly participants?: string;
  readonly associated_id?: string;
  readonly sort_by?: 'minutesConsumed' | 'createdAt';
  readonly sort_order?: 'ASC' | 'DESC';
}

/** What of the address is ours: columns, the first row, the zone. */
export interface View {
  readonly filters: Filters;
  readonly cols?: readonly string[];
  readonly row?: number;
  /** As pages instead of one endless list. */
  readonly paged?: boolean;
  readonly tz?: string;
}

const KNOWN: Partial<Record<ApiName, RegExp>> = {
  status: /^(LIVE|ENDED)$/,
  participants: /^(\d+:\d*|:\d+)$/,
  sort_by: /^(minutesConsumed|createdAt)$/,
  sort_order: /^(ASC|DESC)$/,
};

/** Reads a query. What makes no sense is left out: an address is typed by people. */
export function readView(query: string): View {
  const params = new URLSearchParams(query);
  const filters: Record<string, string> = {};
  for (const name of API_NAMES) {
    const value = params.get(name);
    if (value && (KNOWN[name]?.test(value) ?? true)) filters[name] = value;
  }
  const row = Number(params.get('row') ?? '');
  const cols = params.get('cols')?.split(',').filter(Boolean);
  const tz = params.get('tz');
  return {
    filters: filters as Filters,
    ...(cols?.length ? { cols } : {}),
    ...(Number.isSafeInteger(row) && row > 1 ? { row } : {}),
    ...(params.get('paged') === '1' ? { paged: true } : {}),
    ...(tz ? { tz } : {}),
  };
}

/** Writes it back; parameters always come in the same order. */
export function writeView({ filters, cols, row, paged, tz }: View): string {
  const params = new URLSearchParams();
  for (const name of API_NAMES) {
    const value = filters[name];
    if (value) params.set(name, value);
  }
  if (cols?.length) params.set('cols', cols.join(','));
  if (row && row > 1) params.set('row', String(row));
  if (paged) params.set('paged', '1');
  if (tz) params.set('tz', tz);
  const text = params.toString();
  return text ? `?${text}` : '';
}

/** The filters alone, as a request has them. */
export function query(filters: Filters): Record<string, string> {
  const given = Object.entries(filters).filter(([, value]) => value);
  return Object.fromEntries(given) as Record<string, string>;
}

/**
 * The list as it was at an instant: what starts afterwards shifts no row. A filter that ends earlier stays as it is.
 */
export function frozen(filters: Filters, asOf: number): Filters {
  const end = filters.end_time === undefined ? Number.POSITIVE_INFINITY : endOf(filters.end_time);
  return end <= asOf ? filters : { ...filters, end_time: new Date(asOf).toISOString() };
}

/** A date alone is its last millisecond, in UTC, as the API reads it. */
function endOf(text: string): number {
  const ms = Date.parse(/^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T23:59:59.999Z` : text);
  return Number.isNaN(ms) ? Number.POSITIVE_INFINITY : ms;
}

/** How many filters there are, the sort left out. */
export function count(filters: Filters): number {
  return API_NAMES.filter((name) => !name.startsWith('sort_') && filters[name]).length;
}
