/**
 * What the tabs of one browser tell each other, by subject. It stays in memory: nothing of it is stored, and a tab
 * that is closed leaves nothing behind.
 */
const channel = new BroadcastChannel("linje.tabs");
const hearers = new Map<string, Set<(said: unknown) => void>>();

channel.onmessage = ({ data }: MessageEvent<{ subject: string; said: unknown }>) => {
  for (const hears of hearers.get(data.subject) ?? []) hears(data.said);
};

export const tabs = {
  tell: (subject: string, said: unknown) => channel.postMessage({ subject, said }),
  hear(subject: string, hears: (said: unknown) => void) {
    const own = hearers.get(subject) ?? new Set();
    hearers.set(subject, own.add(hears));
    return () => {
      own.delete(hears);
    };
  },
};
