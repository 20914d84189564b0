// Ports of this machine.

import net from 'node:net';

/** A port that was free a moment ago, for who needs its number before anybody listens there, or nobody to listen. */
export const freePort = () =>
  new Promise((done, failed) => {
    const probe = net.createServer().once('error', failed);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => done(port));
    });
  });
