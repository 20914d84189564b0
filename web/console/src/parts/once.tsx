/** Something that is told once: a text to copy, and what becomes of it. */
import { useRef, useState } from 'preact/hooks';
import { words } from '../words/parts.ts';
import { Dialog } from './dialog.tsx';
import { LinkQr } from './link-qr.tsx';

/** Lines that are shown of a long text, so that all of the dialog is in sight. */
const ROWS = 4;

interface Props {
  readonly title: string;
  /** What the text is called. */
  readonly label: string;
  readonly text: string;
  readonly more: string;
  /** The text is a link that somebody may want on a phone. */
  readonly link?: boolean;
  readonly close: () => void;
}

export function Once({ title, label, text, more, link = false, close }: Props) {
  const [copied, setCopied] = useState(false);
  const field = useRef<HTMLTextAreaElement>(null);
  const copy = async (): Promise<void> => {
    field.current?.select();
    await navigator.clipboard.writeText(text);
    setCopied(true);
  };
  return (
    <Dialog title={title} close={close}>
      <div class="once">
        <label>
          {label}
          <textarea ref={field} readOnly rows={Math.min(ROWS, Math.ceil(text.length / 72))} class="mono" value={text} onFocus={(event) => event.currentTarget.select()} />
        </label>
        <p class="soft">{more}</p>
        {link && <LinkQr text={text} />}
      </div>
      <div class="actions">
        <span class="soft" role="status">
          {copied && words.copied}
        </span>
        <button type="button" class="button" onClick={close}>
          {words.done}
        </button>
        <button type="button" class="button primary" onClick={() => void copy()}>
          {words.copy}
        </button>
      </div>
    </Dialog>
  );
}
