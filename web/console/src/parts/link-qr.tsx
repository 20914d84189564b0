/** The square of a link, when its code has come. Until then there is its place, and without it there is still the link. */
import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import '../link.css';

export function LinkQr({ text }: { text: string }) {
  const [Shown, setShown] = useState<ComponentType<{ text: string }>>();
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    import('./qr.tsx').then(
      (part) => setShown(() => part.default),
      () => setFailed(true),
    );
  }, []);
  if (failed) return null;
  return Shown ? <Shown text={text} /> : <div class="qr" aria-hidden="true" />;
}
