// All that this member sees, written into a folder that needs no Plumbline to be read.
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { type Failure, useAct } from "../../api/client";
import { desk } from "../../api/desk";
import type { ExportAllView } from "../../generated/client";
import { useFormat } from "../../i18n/format";
import { Button } from "../../ui/controls";
import { FaultNote, Note } from "../../ui/states";
import { Part } from "./Settings";

export function ExportAll() {
  const { t } = useTranslation();
  const format = useFormat();
  const write = useAct("export_all");
  const [done, setDone] = useState<{ path: string; view: ExportAllView } | null>(null);
  const [fault, setFault] = useState<Failure | null>(null);
  const seconds = useSeconds(write.isPending);
  const begin = async () => {
    setFault(null);
    setDone(null);
    try {
      const path = await desk.pickFolder("plumbline-data");
      if (path !== null) setDone({ path, view: await write.mutateAsync({ path }) });
    } catch (thrown) {
      setFault(thrown as Failure);
    }
  };
  return (
    <Part title={t("settings:export.title")} hint={t("settings:export.hint")}>
      <p>{t("settings:export.what")}</p>
      {fault && <FaultNote fault={fault} />}
      {write.isPending && <Note cause={t("settings:export.writing")} wayOn={t("settings:export.since", { count: seconds, n: format.number(seconds) })} />}
      {done && (
        <Note
          tone={done.view.missing > 0 ? "attention" : "ok"}
          cause={t("settings:export.done", { records: format.number(done.view.records), photos: format.number(done.view.photos), size: format.bytes(done.view.bytes) })}
          wayOn={
            <>
              {done.view.missing > 0 && <>{t("settings:export.missing", { count: done.view.missing, n: format.number(done.view.missing) })} </>}
              {t("settings:export.place")} <span className="mono selectable">{done.path}</span>
            </>
          }
        />
      )}
      <div>
        <Button isDisabled={write.isPending} onPress={() => void begin()}>
          {t("settings:export.act")}
        </Button>
      </div>
    </Part>
  );
}

/** Seconds since `running` became true. */
function useSeconds(running: boolean): number {
  const [seconds, setSeconds] = useState(0);
  useEffect(() => {
    if (!running) return;
    setSeconds(0);
    const timer = setInterval(() => setSeconds((s) => s + 1), 1000);
    return () => clearInterval(timer);
  }, [running]);
  return seconds;
}
