/** The only screen for whoever is not signed in. The token goes to the server once and is kept nowhere. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { Mark } from '../parts/icon.tsx';
import { farewell, signIn } from '../session.ts';
import { words } from '../words/frame.ts';

const ONCE = /^#once=([0-9a-f]+)$/;

export function SignIn() {
  const field = useRef<HTMLInputElement>(null);
  const [only, setOnly] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState('');
  const send = async (body: { token?: string; once?: string; look_only?: boolean }): Promise<void> => {
    setBusy(true);
    setError('');
    try {
      await signIn(body);
    } catch (failed) {
      setError((failed as Error).message);
      setBusy(false);
      field.current?.focus();
    }
  };
  useEffect(() => {
    const once = ONCE.exec(location.hash)?.[1];
    if (!once) {
      field.current?.focus();
      return;
    }
    // The secret is good once; it is not to stay in the address for all that.
    history.replaceState(null, '', location.pathname + location.search);
    void send({ once });
  }, []);
  const text = words.signIn;
  return (
    <main class="sign-in">
      <form
        class="card"
        onSubmit={(event) => {
          event.preventDefault();
          const token = field.current?.value.trim();
          if (!token) return;
          if (field.current) field.current.value = '';
          void send({ token, ...(only ? { look_only: true } : {}) });
        }}
      >
        <div class="mark">
          <Mark />
          <span>Sederunt</span>
        </div>
        <h1>{text.title}</h1>
        {(error || farewell.value) && (
          <p class="error" role="alert">
            {error || farewell.value}
          </p>
        )}
        {/* Password managers keep nothing without a name. */}
        <input type="text" name="username" autocomplete="username" value="API token" readOnly hidden />
        <label>
          {text.token}
          <span class="field">
            <input ref={field} type="password" name="token" autocomplete="current-password" required spellcheck={false} />
          </span>
        </label>
        <label class="check">
          <input type="checkbox" checked={only} onChange={(event) => setOnly(event.currentTarget.checked)} />
          {text.only}
        </label>
        <button type="submit" class="button primary" disabled={busy}>
          {busy ? text.once : text.button}
        </button>
        <p class="soft">
          {text.where} <code>first-run.json</code> {text.whereMore} <code>sederunt token create</code>.
        </p>
      </form>
    </main>
  );
}
