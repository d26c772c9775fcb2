// Marks in the page's own timeline for what has come on screen: a start is measured by them, without the page's knowing who asks.
import { useEffect } from "react";

/** Marks `name` after the frame that first shows what uses this. */
export function useShown(name: string) {
  useEffect(() => {
    let frame = requestAnimationFrame(() => {
      frame = requestAnimationFrame(() => performance.mark(name));
    });
    return () => cancelAnimationFrame(frame);
  }, [name]);
}
