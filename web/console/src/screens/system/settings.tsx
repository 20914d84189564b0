/** The settings in force, and where each comes from. */
import type { components } from '../../api/sederunt.d.ts';
import { words as all } from '../../words/system.ts';

const words = all.settings;
const FILE = 'file ';

/** Where a setting comes from: a word of the server, or a file with its path. */
function from(origin: string): string {
  return origin.startsWith(FILE) ? all.originFile(origin.slice(FILE.length)) : (all.origins[origin] ?? origin);
}

export function Settings({ settings }: { settings: readonly components['schemas']['SystemSetting'][] }) {
  return (
    <section class="card wide-table" tabIndex={0} aria-labelledby="settings">
      <h2 id="settings">{words.title}</h2>
      <table class="plain stacks">
        <thead>
          <tr>
            <th scope="col">{words.key}</th>
            <th scope="col">{words.value}</th>
            <th scope="col">{words.origin}</th>
          </tr>
        </thead>
        <tbody>
          {settings.map(({ key, value, origin, secret }) => (
            <tr key={key}>
              <th scope="row" class="mono">
                {key}
              </th>
              <td class="mono breaks" data-label={words.value}>
                {value ?? <span class="faint">{secret ? words.secret : words.unset}</span>}
              </td>
              <td data-label={words.origin}>{origin === 'default' ? <span class="faint">{from(origin)}</span> : <b>{from(origin)}</b>}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
