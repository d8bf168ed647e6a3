/** Small sounds in place of prompts and music: 8 kHz, 16 bit, one channel. */
const RATE = 8000;

export function promptWav(id) {
  return id.startsWith("music") ? wav(music()) : wav(tone([440, 554], 0.9));
}

function tone(frequencies, seconds) {
  return Array.from({ length: RATE * seconds }, (_, index) => {
    const at = index / RATE;
    const fade = Math.min(1, at * 20, (seconds - at) * 20);
    return (fade * 0.15 * frequencies.reduce((sum, hertz) => sum + Math.sin(2 * Math.PI * hertz * at), 0)) / 2;
  });
}

function music() {
  return [262, 330, 392, 523, 392, 330, 294, 349, 440, 349].flatMap((hertz) => tone([hertz], 0.4));
}

function wav(samples) {
  const file = Buffer.alloc(44 + samples.length * 2);
  file.write("RIFF", 0);
  file.writeUInt32LE(36 + samples.length * 2, 4);
  file.write("WAVEfmt ", 8);
  file.writeUInt32LE(16, 16);
  file.writeUInt16LE(1, 20);
  file.writeUInt16LE(1, 22);
  file.writeUInt32LE(RATE, 24);
  file.writeUInt32LE(RATE * 2, 28);
  file.writeUInt16LE(2, 32);
  file.writeUInt16LE(16, 34);
  file.write("data", 36);
  file.writeUInt32LE(samples.length * 2, 40);
  samples.forEach((sample, index) => file.writeInt16LE(Math.round(sample * 32767), 44 + index * 2));
  return file;
}
