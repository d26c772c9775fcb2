// A value as a detail shows it, by the form of its field: chips for sets, a drawing for fences, links for what has a record.
import { Link } from "react-router";
import { useTranslation } from "react-i18next";
import { useCall } from "../../api/client";
import type { Datum, FieldView } from "../../generated/client";
import { Fence } from "./Fence";
import { namedBy } from "./kinds";
import styles from "./records.module.css";
import { isEmpty, isFence, isMoment, isPlace, useWords } from "./words";

interface Shown {
  kind: string;
  field: FieldView;
  datum: Datum | undefined;
  zone: string | undefined;
}

export function Value({ kind, field, datum, zone }: Shown) {
  const { t } = useTranslation();
  const words = useWords();
  if (isEmpty(datum)) return <span className={styles.nothing}>{t("none")}</span>;
  const named = namedBy(kind, field);
  if (Array.isArray(datum)) {
    if (field.merge === "append")
      return (
        <ol className={styles.remarks}>
          {datum.map((item, n) => (
            // Nothing is ever taken out of such a list: the place names the item.
            // oxlint-disable-next-line no-array-index-key
            <li key={n}>
              <Value kind={kind} field={{ ...field, merge: "last" }} datum={item} zone={zone} />
            </li>
          ))}
        </ol>
      );
    return (
      <ul className={styles.chips}>
        {datum.map((item) => (
          <li key={String(item)} className={styles.chip}>
            <Value kind={kind} field={{ ...field, merge: "last" }} datum={item} zone={zone} />
          </li>
        ))}
      </ul>
    );
  }
  if (named && typeof datum === "string") return <RefLink kind={named} id={datum} />;
  const line = words.value(kind, field, datum, zone);
  if (isFence(datum))
    return (
      <figure className={styles.figure}>
        <Fence fence={datum} label={line} />
        <figcaption>{line}</figcaption>
      </figure>
    );
  if (isMoment(datum))
    return (
      <>
        {line}
        <span className={styles.how}>{t(`records:how.${datum.how}`)}</span>
      </>
    );
  if (isPlace(datum))
    return (
      <>
        {line}
        <span className={styles.how}>{t(`records:source.${datum.source}`)}</span>
        {datum.mock && <span className={styles.how}>{t("place.mock")}</span>}
      </>
    );
  if (field.form === "bytes" || field.form === "device") return <span className="mono">{line}</span>;
  return <span className={styles.text}>{line}</span>;
}

/** A record by its name. One that is not here is named by the first digits of its id. */
export function RefLink({ kind, id }: { kind: string; id: string }) {
  const words = useWords();
  const record = useCall("record", { id });
  const name = record.data ? words.title(record.data) : id.slice(0, 8);
  return (
    <Link to={`/records/${kind}/${id}`} className={record.data ? undefined : "mono"}>
      {name}
    </Link>
  );
}
