// Zoom and pan by pointer, wheel and keys: of a site's plan and of a picture.
import { type KeyboardEvent, type PointerEvent, type RefObject, useEffect, useLayoutEffect, useRef, useState } from "react";
import { type Size, type View, zoomed } from "./plane";

const STEP = 1.3;
/** Part of the width or height that an arrow moves. */
const PAN = 0.12;
/** Pixels that a pointer may tremble before it drags. */
const TREMBLE = 3;

export function useSize(element: RefObject<HTMLElement | null>): Size {
  const [size, setSize] = useState<Size>({ width: 0, height: 0 });
  useLayoutEffect(() => {
    const observed = element.current;
    if (!observed) return undefined;
    const measure = () => setSize({ width: observed.clientWidth, height: observed.clientHeight });
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(observed);
    return () => observer.disconnect();
  }, [element]);
  return size;
}

/** Handlers for the element that shows `view`. `fit` gives the view that shows all; it is the one at first. */
export function usePanZoom(element: RefObject<HTMLElement | null>, size: Size, fit: View) {
  const [moved, setMoved] = useState<View | null>(null);
  const view = moved ?? fit;
  const latest = useRef({ view, size });
  useEffect(() => {
    latest.current = { view, size };
  });
  const middle = { x: size.width / 2, y: size.height / 2 };
  const zoom = (factor: number, under = middle) => setMoved(zoomed(latest.current.view, factor, under, latest.current.size));
  const pan = (right: number, up: number) => {
    const { view: from, size: of } = latest.current;
    setMoved({ ...from, x: from.x + right * PAN * of.width * from.scale, y: from.y + up * PAN * of.height * from.scale });
  };
  useEffect(() => {
    const node = element.current;
    if (!node) return undefined;
    // React's own wheel handlers cannot keep the page from scrolling.
    const wheel = (event: WheelEvent) => {
      event.preventDefault();
      const box = node.getBoundingClientRect();
      const { view: from, size: of } = latest.current;
      setMoved(zoomed(from, Math.exp(-event.deltaY / 400), { x: event.clientX - box.left, y: event.clientY - box.top }, of));
    };
    node.addEventListener("wheel", wheel, { passive: false });
    return () => node.removeEventListener("wheel", wheel);
  }, [element]);

  const drag = useRef<{ x: number; y: number; from: View; moving: boolean } | null>(null);
  const keys: Record<string, () => void> = {
    ArrowLeft: () => pan(-1, 0),
    ArrowRight: () => pan(1, 0),
    ArrowUp: () => pan(0, 1),
    ArrowDown: () => pan(0, -1),
    "+": () => zoom(STEP),
    "=": () => zoom(STEP),
    "-": () => zoom(1 / STEP),
    "0": () => setMoved(null),
  };
  return {
    view,
    isFit: moved === null,
    zoomIn: () => zoom(STEP),
    zoomOut: () => zoom(1 / STEP),
    fit: () => setMoved(null),
    /** Shows at `scale` what lies under a point. */
    scaleTo: (scale: number, under = middle) => setMoved(zoomed(latest.current.view, latest.current.view.scale / scale, under, latest.current.size)),
    handlers: {
      onKeyDown: (event: KeyboardEvent) => {
        const act = event.ctrlKey || event.metaKey || event.altKey ? undefined : keys[event.key];
        if (!act) return;
        event.preventDefault();
        event.stopPropagation();
        act();
      },
      onPointerDown: (event: PointerEvent<HTMLElement>) => {
        if (event.button !== 0) return;
        drag.current = { x: event.clientX, y: event.clientY, from: view, moving: false };
      },
      onPointerMove: (event: PointerEvent<HTMLElement>) => {
        const { current: start } = drag;
        if (!start) return;
        const [dx, dy] = [event.clientX - start.x, event.clientY - start.y];
        if (!start.moving && Math.hypot(dx, dy) < TREMBLE) return;
        if (!start.moving) event.currentTarget.setPointerCapture(event.pointerId);
        start.moving = true;
        setMoved({ ...start.from, x: start.from.x - dx * start.from.scale, y: start.from.y + dy * start.from.scale });
      },
      onPointerUp: () => {
        drag.current = null;
      },
      onPointerCancel: () => {
        drag.current = null;
      },
    },
  };
}
