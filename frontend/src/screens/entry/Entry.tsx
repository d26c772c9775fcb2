// The way in: a link is pasted or opened; where it leads is said before anything is sent; then this computer is added, or the
// organisation founded.
import { useQuery } from "@tanstack/react-query";
import { useCallback, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { desk, useLink } from "../../api/desk";
import { wordsOf } from "../../faults";
import type { StatusView } from "../../generated/client";
import { useFormat } from "../../i18n/format";
import { TextArea } from "../../ui/form";
import { AddComputer } from "./AddComputer";
import styles from "./entry.module.css";
import { Found } from "./Found";
import { Frame } from "./Frame";
import { parseLink } from "./link";

interface Way {
  status: StatusView;
  /** Told while the server is asked: the house waits for its answer. */
  onEntering: (entering: boolean) => void;
}

export default function Entry({ status, onEntering }: Way) {
  const { t } = useTranslation();
  return (
    <Frame title={t("entry:title")} sub={t("entry:sub")}>
      <Link status={status} onEntering={onEntering} />
    </Frame>
  );
}

/** The link and what follows from it. `first`: a link that was opened, not pasted. */
export function Link({ status, onEntering, first = "" }: Way & { first?: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const [text, setText] = useState(first);
  const [refused, setRefused] = useState<string>();
  const [busy, setBusy] = useState(false);
  const pending = useQuery({ queryKey: ["pending_link"], queryFn: desk.pendingLink });
  const take = useCallback((link: string) => {
    setText(link);
    setRefused(undefined);
  }, []);
  useEffect(() => {
    if (pending.data) take(pending.data);
  }, [pending.data, take]);
  useLink(useCallback((link: string) => !busy && take(link), [busy, take]));

  const link = text.trim() === "" ? null : parseLink(text);
  const wrong = link && "fault" in link ? wordsOf(link, t, format) : null;
  const way = {
    text,
    status,
    onRefused: setRefused,
    onEntering: (entering: boolean) => {
      setBusy(entering);
      onEntering(entering);
    },
  };
  return (
    <div className={styles.form}>
      <TextArea
        label={t("entry:link.label")}
        hint={t("entry:link.hint")}
        error={wrong ? `${wrong.cause} ${wrong.wayOn}` : refused}
        value={text}
        onChange={(e) => take(e.target.value)}
        rows={4}
        mono
        autoFocus
        readOnly={busy}
      />
      {link && "kind" in link && (link.kind === "invite" ? <AddComputer key={text} link={link} {...way} /> : <Found key={text} link={link} {...way} />)}
    </div>
  );
}
