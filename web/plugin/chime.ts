/** Sounds made of sine tones, so that no recording of anybody has to be shipped. */

const RATE = 16_000;

/** A WAV file (16 bit, mono, 16 kHz) with one soft tone after another; `frequencies` in Hz, `each` in seconds. */
export function chime(frequencies: readonly number[], each: number): Uint8Array {
  const tail = 0.25;
  const samples = new Float64Array(Math.round((frequencies.length * each + tail) * RATE));
  frequencies.forEach((frequency, n) => {
    const from = Math.round(n * each * RATE);
    for (let i = from; i < samples.length; i++) {
      const t = (i - from) / RATE;
      const attack = Math.min(1, t / 0.005);
      samples[i] = (samples[i] ?? 0) + 0.4 * attack * Math.exp(-t / 0.09) * Math.sin(2 * Math.PI * frequency * t);
    }
  });
  const out = Buffer.alloc(44 + samples.length * 2);
  out.write('RIFF', 0);
  out.writeUInt32LE(36 + samples.length * 2, 4);
  out.write('WAVEfmt ', 8);
  out.writeUInt32LE(16, 16);
  out.writeUInt16LE(1, 20); // PCM
  out.writeUInt16LE(1, 22); // mono
  out.writeUInt32LE(RATE, 24);
  out.writeUInt32LE(RATE * 2, 28);
  out.writeUInt16LE(2, 32);
  out.writeUInt16LE(16, 34);
  out.write('data', 36);
  out.writeUInt32LE(samples.length * 2, 40);
  samples.forEach((s, i) => out.writeInt16LE(Math.round(Math.max(-1, Math.min(1, s)) * 32_767), 44 + i * 2));
  return out;
}
