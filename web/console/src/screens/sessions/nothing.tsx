/** No rows: none at all, or none that passes. */
import { API_NAMES, type Filters } from '../../list/url.ts';
import { Icon } from '../../parts/icon.tsx';
import { has, mayChange } from '../../rights.ts';
import { app } from '../../session.ts';
import { words } from '../../words/sessions.ts';

/** What makes the first session: by hand on the server's machine, or here. */
const COMMANDS = ['MEETING=$(sederunt meeting create --title "Weekly sync" --app APP)', 'sederunt meeting link $MEETING --name Ada --preset group_call_host', 'sederunt meeting link $MEETING --name Grace'];

export function NoSessions() {
  const commands = COMMANDS.join('\n').replace('APP', app.value?.id ?? 'APP');
  return (
    <div class="card empty first">
      <h2>{words.none}</h2>
      <p>{words.noneMore}</p>
      {mayChange.value && has('meetings') && (
        <a class="button primary" href="/console/meetings?new=1">
          <Icon name="plus" />
          {words.makeMeeting}
        </a>
      )}
      <p>{words.noneCommands}</p>
      <pre class="code" tabIndex={0} aria-label={words.commands}>
        {commands}
      </pre>
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
