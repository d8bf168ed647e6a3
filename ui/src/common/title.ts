import { useEffect } from "react";

import { useText } from "./settings";

/** Names the page in the browser's tab. */
export function useTitle(title: string): void {
  const { product } = useText();
  useEffect(() => {
    document.title = `${title} · ${product}`;
  }, [title, product]);
}
