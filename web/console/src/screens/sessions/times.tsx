/** From and to, in the zone of the page. */
import type { Filters } from '../../list/url.ts';
import { instantOf, wallAt } from '../../time/ranges.ts';
import { zone } from '../../time/zone.ts';
import { words } from '../../words/sessions.ts';
import { Buttons } from './bar.tsx';

interface Props {
  readonly filters: Filters;
  readonly set: (next: Partial<Filters>) => void;
  readonly close: () => void;
}

/** What a field shows: the clocks of the zone. */
export function local(text: string | undefined): string {
  if (!text) return '';
  const { year, month, day, hour, minute } = wallAt(zone.value, Date.parse(text));
  const two = (n: number): string => String(n).padStart(2, '0');
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}T${two(hour)}:${two(minute)}`;
}

/** The instant of a field; of the end the last millisecond of its minute. */
export function instant(text: string, isEnd: boolean): string {
  const [year, month, day, hour, minute] = text.split(/\D/).map(Number);
  if (year === undefined || month === undefined || day === undefined) return '';
  const at = instantOf(zone.value, year, month, day, hour ?? 0, minute ?? 0);
  return new Date(isEnd ? at + 59_999 : at).toISOString();
}

export function Times({ filters, set, close }: Props) {
  const send = (event: SubmitEvent): void => {
    event.preventDefault();
    const data = new FormData(event.currentTarget as HTMLFormElement);
    set({ start_time: instant(String(data.get('from')), false), end_time: instant(String(data.get('to')), true) });
    close();
  };
  return (
    <form class="form" onSubmit={send}>
      <label>
        {words.from}
        <input name="from" type="datetime-local" defaultValue={local(filters.start_time)} />
      </label>
      <label>
        {words.to}
        <input name="to" type="datetime-local" defaultValue={local(filters.end_time)} />
      </label>
      <Buttons
        clear={() => {
          set({ start_time: '', end_time: '' });
          close();
        }}
      />
    </form>
  );
}
