// Runs in the page of who is to hear as if the server had no redundancy of sound (RFC 2198) to offer: its client is not
// told of it, and so does not accept it.
(() => {
  const { prototype } = window.RTCPeerConnection;
  const set = prototype.setRemoteDescription;
  const told = (line) => !/^a=(rtpmap|fmtp):63\b/.test(line);
  prototype.setRemoteDescription = function ({ type, sdp }) {
    const lines = sdp.split('\r\n').filter(told);
    const plain = lines.map((line) => (line.startsWith('m=audio') ? line.replace(/ 63\b/, '') : line));
    return set.call(this, { type, sdp: plain.join('\r\n') });
  };
})();
