/** No rows: none at all, or none that passes. */
import { API_NAMES, type Filters } from '../../list/url.ts';
import { Icon } from '../../parts/icon.tsx';
import { words } from '../../words/sessions.ts';

export function NoSessions() {
  return (
    <div class="card empty">
      <h2>{words.none}</h2>
      <p>{words.noneMore}</p>
      <pre class="code">{`sederunt meeting create --title "Weekly sync"\nsederunt meeting link --meeting MEETING_ID --name Ada`}</pre>
    </div>
  );
}

interface Props {
  readonly filters: Filters;
  readonly set: (next: Partial<Filters>) => void;
  readonly clear: () => void;
}

export function Nothing({ filters, set, clear }: Props) {
  const given = API_NAMES.filter((name) => filters[name] && !name.startsWith('sort_'));
  return (
    <div class="card empty">
      <h2>{words.noneFiltered}</h2>
      <div class="chips">
        {given.map((name) => (
          <button key={name} type="button" class="button" onClick={() => set({ [name]: '' })}>
            {name} {filters[name]} <Icon name="close" />
          </button>
        ))}
      </div>
      <button type="button" class="button primary" onClick={clear}>
        {words.clear}
      </button>
    </div>
  );
}
