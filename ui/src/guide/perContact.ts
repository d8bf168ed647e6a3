/**
 * What is said of a contact while it lasts, kept in this tab alone, so that a page that is loaded again goes on. One
 * contact at a time is kept: what was said of others is not needed any more.
 */
import { useCallback, useSyncExternalStore } from "react";

/** A store under keys that begin with `prefix`; `nothing` is what is known before anything is said. */
export function perContact<T extends object>(prefix: string, nothing: T) {
  const known = new Map<string, T>();
  const listeners = new Set<() => void>();

  const read = (contact: string): T => {
    const said = known.get(contact);
    if (said !== undefined) return said;
    let found = nothing;
    try {
      const kept: unknown = JSON.parse(sessionStorage.getItem(prefix + contact) ?? "null");
      if (typeof kept === "object" && kept !== null) found = { ...nothing, ...kept };
    } catch {
      // A browser that keeps nothing still works, until the page is loaded again.
    }
    known.set(contact, found);
    return found;
  };

  const write = (contact: string, said: T | null) => {
    if (said === null) known.delete(contact);
    else known.set(contact, said);
    try {
      for (const key of Object.keys(sessionStorage)) if (key.startsWith(prefix) && (said === null) === (key === prefix + contact)) sessionStorage.removeItem(key);
      if (said !== null) sessionStorage.setItem(prefix + contact, JSON.stringify(said));
    } catch {
      // As above.
    }
    for (const listener of listeners) listener();
  };

  const subscribe = (listener: () => void) => {
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
    };
  };

  return {
    read,
    write,
    /** What is said of a contact, and how it is changed. */
    use(contact: string): [T, (said: T) => void] {
      const said = useSyncExternalStore(subscribe, () => read(contact));
      return [said, useCallback((next: T) => write(contact, next), [contact])];
    },
    /** Forgets it: it has been sent. */
    drop: (contact: string) => write(contact, null),
  };
}
