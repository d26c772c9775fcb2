// A sheet of paper: what is printed instead of the window while it is shown. On the screen it is not seen.
import type { ReactNode } from "react";
import { createPortal } from "react-dom";

export function Sheet({ children }: { children: ReactNode }) {
  return createPortal(
    <div data-sheet aria-hidden>
      {children}
    </div>,
    document.body,
  );
}
