/** The platform's dialog. */
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { Icon } from './icon.tsx';
import { words } from '../words/frame.ts';

export function Dialog({ title, close, children }: { title: string; close: () => void; children: ComponentChildren }) {
  const own = useRef<HTMLDialogElement>(null);
  useEffect(() => own.current?.showModal(), []);
  return (
    <dialog ref={own} onClose={close} aria-labelledby="dialog-title">
      <div class="topbar">
        <h2 id="dialog-title">{title}</h2>
        <span class="end">
          <button type="button" class="button quiet square" aria-label={words.close} onClick={() => own.current?.close()}>
            <Icon name="close" />
          </button>
        </span>
      </div>
      {children}
    </dialog>
  );
}
