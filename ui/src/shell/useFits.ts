import { type RefObject, useEffect, useLayoutEffect, useState } from "react";

/**
 * Whether what is in `ref` fits beside each other. Once it does not, it is taken to fit again when there is as
 * much room as it wanted. `what` names the content: another one is tried anew.
 */
export function useFits(ref: RefObject<HTMLElement | null>, what: string): boolean {
  const [wanted, setWanted] = useState<number | null>(null);
  useLayoutEffect(() => setWanted(null), [what]);
  useEffect(() => {
    const element = ref.current;
    if (element === null) return;
    const look = () =>
      setWanted((before) => {
        if (before !== null) return element.clientWidth >= before ? null : before;
        return element.scrollWidth > element.clientWidth ? element.scrollWidth : null;
      });
    const watch = new ResizeObserver(look);
    watch.observe(element);
    // What comes later, such as the clock, takes its room from what is beside it.
    for (const child of element.children) watch.observe(child);
    look();
    return () => watch.disconnect();
  }, [ref, what, wanted]);
  return wanted === null;
}
