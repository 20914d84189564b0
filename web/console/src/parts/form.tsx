/** A dialog that asks for something and sends it: one at a time, and what was refused is said above the buttons. */
import type { ComponentChildren } from 'preact';
import { words } from '../words/parts.ts';
import { useAct } from './act.ts';
import { Refusal } from './confirm.tsx';
import { Dialog } from './dialog.tsx';

interface Props {
  readonly title: string;
  /** The verb of the button, and its object. */
  readonly verb: string;
  readonly send: () => Promise<unknown>;
  readonly close: () => void;
  /** Whether there is something to send; what a field requires its browser asks for. */
  readonly ready?: boolean;
  /** What else went wrong, in words. */
  readonly problem?: string;
  readonly children: ComponentChildren;
}

export function Form({ title, verb, send, close, ready = true, problem = '', children }: Props) {
  const { busy, failed, run } = useAct();
  return (
    <Dialog title={title} close={close}>
      <form
        class="form plainly"
        onSubmit={(event) => {
          event.preventDefault();
          void run(send);
        }}
      >
        {children}
        <Refusal text={failed || problem} />
        <div class="actions">
          <button type="button" class="button" onClick={close}>
            {words.cancel}
          </button>
          <button type="submit" class="button primary" disabled={busy || !ready}>
            {verb}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

interface NameProps {
  readonly label: string;
  readonly hint?: string;
  readonly value: string;
  readonly set: (value: string) => void;
}

/** Letters of a name: as many as the API takes. */
const NAME_MOST = 256;

/** What something is to be called: the first field. */
export function NameField({ label, hint, value, set }: NameProps) {
  return (
    <label>
      {label}
      <input autofocus required maxLength={NAME_MOST} placeholder={hint} value={value} onInput={(event) => set(event.currentTarget.value)} />
    </label>
  );
}
