/** Before something that cannot be taken back: what it is done to, what happens, and what does not. */
import type { ComponentChildren } from 'preact';
import { words } from '../words/parts.ts';
import { useAct } from './act.ts';
import { Dialog } from './dialog.tsx';

interface Props {
  readonly title: string;
  /** What happens, and what does not: a line each. */
  readonly effects: readonly string[];
  /** The verb and the object. */
  readonly verb: string;
  readonly act: () => Promise<unknown>;
  readonly close: () => void;
  readonly children?: ComponentChildren;
}

export function Confirm({ title, effects, verb, act, close, children }: Props) {
  const { busy, failed, run } = useAct();
  return (
    <Dialog title={title} close={close}>
      <ul class="effects">
        {effects.map((effect) => (
          <li key={effect}>{effect}</li>
        ))}
      </ul>
      {children}
      <Refusal text={failed} />
      <div class="actions">
        <button type="button" class="button" onClick={close}>
          {words.cancel}
        </button>
        <button type="button" class="button danger" disabled={busy} onClick={() => void run(act).then((done) => done && close())}>
          {verb}
        </button>
      </div>
    </Dialog>
  );
}

/** Why something was not done. */
export function Refusal({ text }: { text: string }) {
  if (!text) return null;
  return (
    <p class="notice bad" role="alert">
      {text}.
    </p>
  );
}
