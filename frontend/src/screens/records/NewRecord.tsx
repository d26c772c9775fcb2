// A new record: which kind, then its form.
import { useRef } from "react";
import { useTranslation } from "react-i18next";
import type { KindView, RecordView } from "../../generated/client";
import { Select } from "../../ui/controls";
import { Detail, Section } from "../../ui/Page";
import { type Handed, desk } from "./begun";
import { useFocusIn } from "./form/focus";
import { RecordForm } from "./form/RecordForm";
import { madeByForm } from "./kinds";
import styles from "./records.module.css";
import { useWords } from "./words";

export function NewRecord(props: {
  kinds: KindView[];
  /** The kind that was chosen. */
  kind: KindView | undefined;
  begun: Handed | undefined;
  onKind: (name: string) => void;
  onClose: () => void;
  onMade: (record: RecordView) => void;
}) {
  const { kind, onClose, onMade } = props;
  if (kind && madeByForm(kind))
    return (
      <RecordForm
        kind={kind}
        record={null}
        only={null}
        begun={props.begun}
        onClose={() => {
          desk.forget();
          onClose();
        }}
        onDone={(record) => void desk.done().finally(() => onMade(record))}
      />
    );
  return <Chooser {...props} />;
}

function Chooser(props: { kinds: KindView[]; onKind: (name: string) => void; onClose: () => void }) {
  const { t } = useTranslation();
  const words = useWords();
  const pane = useRef<HTMLDivElement>(null);
  useFocusIn(pane);
  const { onClose } = props;
  return (
    <Detail label={t("shortcuts.new")} title={t("shortcuts.new")} onClose={onClose} wide>
      <Section>
        {props.kinds.length === 0 ? (
          <p>{t("records:form.noKind")}</p>
        ) : (
          <div className={styles.form} ref={pane}>
            <Select
              label={words.field("kind")}
              labelled
              placeholder={t("records:form.choose")}
              options={props.kinds.map((k) => ({ id: k.name, text: words.kind(k.name), detail: t(`records:about.${k.name}`, { defaultValue: "" }) }))}
              value={null}
              onChange={props.onKind}
            />
            <p className={styles.meta}>{t("records:form.elsewhere")}</p>
          </div>
        )}
      </Section>
    </Detail>
  );
}
