// Ports and addresses of this machine.

import net from 'node:net';
import os from 'node:os';

/** A port that was free a moment ago, for who needs its number before anybody listens there, or nobody to listen. */
export const freePort = () =>
  new Promise((done, failed) => {
    const probe = net.createServer().once('error', failed);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => done(port));
    });
  });

/** An IPv4 address of this machine that others could reach: some programs take none of loopback for media. */
export function outerAddress() {
  const all = Object.values(os.networkInterfaces()).flat();
  const found = all.find(({ family, internal }) => family === 'IPv4' && !internal);
  if (!found) throw new Error('this machine has no address but those of loopback');
  return found.address;
}
