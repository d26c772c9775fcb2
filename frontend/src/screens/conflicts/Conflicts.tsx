// Conflicts: a field whose last writer had not seen what others wrote. All values stand side by side with who wrote them, when
// and on which device; whoever decides keeps one, and the others stay in the history.
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import { useCall } from "../../api/client";
import { useNames } from "../../api/names";
import type { RecordView } from "../../generated/client";
import { useFormat } from "../../i18n/format";
import { Page } from "../../ui/Page";
import { Rows } from "../../ui/Rows";
import { Empty, Read } from "../../ui/states";
import { NeedMark } from "../../ui/status";
import { fieldOf, useKinds } from "../records/kinds";
import { useWords } from "../records/words";
import { Choice } from "./Choice";
import styles from "./conflicts.module.css";

/** One field of one record on which people do not agree. */
export interface Conflict {
  key: string;
  record: RecordView;
  field: string;
}

const conflictsOf = (records: RecordView[]): Conflict[] =>
  records.flatMap((record) => Object.keys(record.conflicts).map((field) => ({ key: `${record.id}.${field}`, record, field })));

export default function Conflicts() {
  const { t } = useTranslation();
  const query = useCall("conflicts");
  const { query: declared } = useKinds();
  const conflicts = useMemo(() => conflictsOf(query.data ?? []), [query.data]);
  return (
    <Page title={t("nav.conflicts")} sub={conflicts.length > 0 ? t("conflicts:open", { count: conflicts.length }) : undefined} bare>
      <Read query={query} what={t("nav.conflicts")}>
        {() => (
          <Read query={declared} what={t("nav.conflicts")}>
            {() => (conflicts.length === 0 ? <Empty title={t("conflicts:none")}>{t("conflicts:noneWay")}</Empty> : <Both conflicts={conflicts} />)}
          </Read>
        )}
      </Read>
    </Page>
  );
}

function Both({ conflicts }: { conflicts: Conflict[] }) {
  const { t } = useTranslation();
  const words = useWords();
  const names = useNames();
  const format = useFormat();
  const { byName } = useKinds();
  const [search, setSearch] = useSearchParams();
  const wanted = `${search.get("record")}.${search.get("field")}`;
  const chosen = conflicts.find((conflict) => conflict.key === wanted) ?? conflicts[0];
  const values = ({ record, field }: Conflict) => {
    const declared = fieldOf(byName.get(record.kind), field);
    const all = [record.fields[field], ...(record.conflicts[field] ?? [])];
    return format.list(all.map((datum) => words.value(record.kind, declared, datum, names.zone(record.project))));
  };
  const title = (conflict: Conflict) => t("conflicts:of", { title: words.title(conflict.record), field: words.field(conflict.field) });
  return (
    <div className={styles.both}>
      <div className={styles.list}>
        <Rows
          label={t("nav.conflicts")}
          items={conflicts}
          keyOf={(conflict) => conflict.key}
          open={chosen?.key ?? null}
          onOpen={({ record, field }) => setSearch({ record: record.id, field }, { replace: true })}
          row={60}
        >
          {(conflict) => (
            <>
              <NeedMark need="conflict" />
              <span className={styles.entry}>
                <span className={styles.title}>{title(conflict)}</span>
                <span className={styles.values}>{values(conflict)}</span>
              </span>
            </>
          )}
        </Rows>
      </div>
      {chosen && <Choice key={chosen.key} conflict={chosen} />}
    </div>
  );
}
