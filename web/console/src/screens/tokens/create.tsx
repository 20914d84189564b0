/** A new token: who it is for, and what it may do. Never more than whoever makes it. */
import { useState } from 'preact/hooks';
import { own, take } from '../../api/client.ts';
import { Form, NameField } from '../../parts/form.tsx';
import { who } from '../../session.ts';
import { words } from '../../words/tokens.ts';
import type { Made } from '../tokens.tsx';

const RIGHTS = ['realtime', 'realtime_admin', 'none'] as const;
type Right = (typeof RIGHTS)[number];

export function Create({ close, made }: { close: () => void; made: (token: Made) => void }) {
  const [name, setName] = useState('');
  const [right, setRight] = useState<Right>('realtime');
  const [app, setApp] = useState('');
  const [server, setServer] = useState(false);
  const text = words.dialog;
  const apps = who.value?.apps ?? [];
  const send = async (): Promise<void> => {
    const body = { name: name.trim(), permission: right, server, ...(app ? { app_id: app } : {}) };
    made(await take(own.POST('/tokens', { body })));
  };
  return (
    <Form title={text.title} verb={text.make} send={send} close={close}>
      <NameField label={text.name} hint={text.nameHint} value={name} set={setName} />
      <fieldset>
        <legend>{text.right}</legend>
        {RIGHTS.map((one) => (
          <label key={one} class="choice">
            <input type="radio" name="right" checked={right === one} onChange={() => setRight(one)} />
            <span>
              <b>{words.rights[one]}</b>
              <span class="soft">{words.rightsMore[one]}</span>
            </span>
          </label>
        ))}
      </fieldset>
      <label>
        {text.app}
        <select class="button" required={right === 'none'} value={app} onChange={(event) => setApp(event.currentTarget.value)}>
          <option value="">{text.noApp}</option>
          {apps.map(({ id, name: of }) => (
            <option key={id} value={id}>
              {of} · {id.slice(0, 8)}
            </option>
          ))}
        </select>
      </label>
      {who.value?.token.server && (
        <label class="choice">
          <input type="checkbox" checked={server} onChange={(event) => setServer(event.currentTarget.checked)} />
          <span>{text.server}</span>
        </label>
      )}
    </Form>
  );
}
