// Undo: what was just done, for ten seconds, with the way back; Ctrl Z takes the last one back. An undo is an action of its
// own and is recorded like any other.
import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { wordsOf } from "../faults";
import { faultOf } from "../api/client";
import { useFormat } from "../i18n/format";
import { Button } from "./controls";
import styles from "./ui.module.css";

interface Told {
  id: number;
  text: string;
  back?: (() => Promise<unknown>) | undefined;
}

interface Undo {
  /** Says what was done; with `back`, offers to take it back. */
  tell: (text: string, back?: () => Promise<unknown>) => void;
  /** Takes back the last thing that can be. */
  undo: () => void;
}

const Context = createContext<Undo>({ tell: () => {}, undo: () => {} });
export const useUndo = () => useContext(Context);

const SHOWN_MS = 10_000;

export function UndoProvider({ children }: { children: ReactNode }) {
  const { t } = useTranslation();
  const format = useFormat();
  const [list, setList] = useState<Told[]>([]);
  const next = useRef(0);
  const latest = useRef<Told[]>([]);
  useEffect(() => {
    latest.current = list;
  }, [list]);

  const drop = useCallback((id: number) => setList((shown) => shown.filter((told) => told.id !== id)), []);
  const tell = useCallback(
    (text: string, back?: () => Promise<unknown>) => {
      const id = next.current++;
      setList((shown) => [...shown.slice(-2), { id, text, back }]);
      setTimeout(() => drop(id), SHOWN_MS);
    },
    [drop],
  );
  const takeBack = useCallback(
    (told: Told) => {
      drop(told.id);
      told.back?.().then(
        () => tell(t("undone")),
        (thrown: unknown) => tell(wordsOf(faultOf(thrown), t, format).cause),
      );
    },
    [drop, format, t, tell],
  );
  const undo = useCallback(() => {
    const told = latest.current.findLast((shown) => shown.back);
    if (told) takeBack(told);
  }, [takeBack]);

  const value = useMemo(() => ({ tell, undo }), [tell, undo]);
  return (
    <Context.Provider value={value}>
      {children}
      <div className={styles.toasts} role="status" aria-live="polite">
        {list.map((told) => (
          <div className={styles.toast} key={told.id}>
            <span>{told.text}</span>
            {told.back && (
              <Button look="link" onPress={() => takeBack(told)}>
                {t("action.undo")}
              </Button>
            )}
          </div>
        ))}
      </div>
    </Context.Provider>
  );
}
